# SPDX-License-Identifier: Apache-2.0
"""Real data sets through the broker, across kill -9 and restart, compared byte by byte."""

from __future__ import annotations

import threading
import time
from functools import cache
from typing import TYPE_CHECKING

import pytest
from examples import real_data
from examples.real_data import PARTITION_COUNT, DataSet, Event, by_key
from tests.integration.foreign_clients import (
    FOREIGN_WARNINGS,
    LIBRARIES,
    READERS,
    STAMPING,
    WRITERS,
    Found,
    Record,
    codecs_of,
)
from tools.broker_process import BrokerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = FOREIGN_WARNINGS

PACKAGE_COUNT = 2_500
"""Packages that every library writes and every other one reads; the whole index goes once."""

PACKAGE_CODECS = {"confluent-kafka": "lz4", "aiokafka": "zstd", "kafka-python": "gzip"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """Return one broker for the whole module."""
    process = BrokerProcess(tmp_path_factory.mktemp("real-data")).start()
    yield process
    assert process.stop() == 0
    assert "Traceback" not in "".join(process.output)


def placed(events: Sequence[Event]) -> list[Record]:
    """Give each key a partition, as far as a client lets us choose."""
    partitions: dict[bytes, int] = {}
    return [
        Record(
            partitions.setdefault(event.key, len(partitions) % PARTITION_COUNT),
            event.key,
            event.value,
            event.headers,
            event.timestamp_ms,
        )
        for event in events
    ]


def found_events(records: Sequence[Found], *, with_time: bool) -> dict[bytes, list[Event]]:
    """Group what was read by key, in the order of the log."""
    ordered = sorted(records, key=lambda record: (record.partition, record.offset))
    return by_key(
        [
            Event(one.key, one.value, one.headers, one.timestamp_ms if with_time else 0)
            for one in ordered
        ]
    )


def expected_events(events: Sequence[Event], *, with_time: bool) -> dict[bytes, list[Event]]:
    """Group what was written by key."""
    return by_key([event if with_time else event._replace(timestamp_ms=0) for event in events])


def write_across_a_kill(
    broker: BrokerProcess, writer: str, topic: str, events: list[Event], codec: str
) -> None:
    """Write the first half, kill the broker at once, start it again and write the rest."""
    real_data.create_topics(broker.bootstrap, [topic])
    records = placed(events)
    if writer == "kcat":
        records.sort(key=lambda record: record.partition)  # kcat writes one partition in a run
    middle = len(records) // 2
    WRITERS[writer](broker.bootstrap, topic, records[:middle], codec)
    broker.kill_and_restart()
    WRITERS[writer](broker.bootstrap, topic, records[middle:], codec)


@pytest.fixture(scope="module")
def series(broker):
    """Return a function that has a client write stocks and temperatures, once."""

    @cache
    def write(writer: str) -> tuple[str, list[Event]]:
        events = real_data.stock_prices() + real_data.temperatures()[:2000]
        # The command-line tools set headers by the run and not by the record.
        events = [event._replace(headers=(("unit", b"as it came"),)) for event in events]
        topic = f"series-{writer}"
        write_across_a_kill(broker, writer, topic, events, "gzip")
        return topic, events

    return write


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("writer", WRITERS)
def test_stocks_and_temperatures(broker, series, writer, reader):
    """Prices and temperatures written by one client are read by any other, across a kill."""
    topic, events = series(writer)
    found = READERS[reader](broker.bootstrap, topic, PARTITION_COUNT, len(events))
    with_time = writer in STAMPING
    assert found_events(found, with_time=with_time) == expected_events(events, with_time=with_time)


@pytest.fixture(scope="module")
def index(broker):
    """Return a function that has a library write packages, once."""

    @cache
    def write(writer: str) -> tuple[str, list[Event]]:
        events = real_data.packages(PACKAGE_COUNT)
        topic = f"packages-{writer}"
        write_across_a_kill(broker, writer, topic, events, PACKAGE_CODECS[writer])
        return topic, events

    return write


@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        (writer, reader)
        for writer in LIBRARIES
        for reader in LIBRARIES
        if PACKAGE_CODECS[writer] in codecs_of(reader)
    ],
)
def test_packages(broker, index, writer, reader):
    """Whole paragraphs of the Debian index, compressed, with the headers of each package."""
    topic, events = index(writer)
    found = READERS[reader](broker.bootstrap, topic, PARTITION_COUNT, len(events))
    assert found_events(found, with_time=True) == expected_events(events, with_time=True)


def test_the_whole_index_with_readers_at_their_own_speeds_across_two_kills(broker):
    """One producer writes 50 MB, three readers follow, and the broker is killed twice meanwhile."""
    data_set = DataSet("packages-all", "zstd", real_data.packages())
    real_data.create_topics(broker.bootstrap, [data_set.topic])
    results = []
    streaming = threading.Thread(
        target=lambda: results.append(real_data.stream(broker.bootstrap, data_set)), daemon=True
    )
    streaming.start()
    for _ in range(2):
        time.sleep(1)
        broker.kill_and_restart()
    streaming.join(120)
    ((_, is_equal),) = results
    assert is_equal
