# SPDX-License-Identifier: Apache-2.0
"""Batches and ranges of offsets as tables, equal to the records one by one."""

from __future__ import annotations

import asyncio
import sys

import pytest

from ottla import Consumer, Producer, aio
from ottla.client.errors import ConfigurationError, MissingExtraError

COUNT = 3_000
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


@pytest.fixture
def filled(bootstrap, topic):
    """Fill two partitions with records of every kind, and return the address."""
    for codec in CODECS:
        with Producer(bootstrap, compression_type=codec, batch_size=20_000) as producer:
            for number in range(COUNT // len(CODECS)):
                producer.send(
                    topic,
                    None if number % 50 == 0 else f"value {number}" * (number % 3),
                    key=f"key {number}" if number % 3 else None,
                    headers={"source": codec, "empty": None} if number % 7 == 0 else None,
                    partition=number % 2 if producer.partitions_for(topic) > 1 else 0,
                    timestamp_ms=1_700_000_000_000 + number * 100,
                )
    return bootstrap


def rows(table):
    """Return what a table says, as records say it."""
    return [
        (
            row["topic"],
            row["partition"],
            row["offset"],
            round(row["timestamp"].timestamp() * 1000),
            row["key"],
            row["value"],
            tuple((header["key"], header["value"]) for header in row["headers"]),
        )
        for row in table.to_pylist()
    ]


def test_batches_as_tables(filled, topic):
    """With keys, nulls, headers, and every codec."""
    options = {"bootstrap_servers": filled, "from_beginning": True, "stop_at_end": True}
    with Consumer(topic, **options) as consumer:
        expected = [tuple(record) for record in consumer]
    with Consumer(topic, **options) as consumer:
        found = [row for batch in consumer.batches() for row in rows(batch.to_arrow())]
    assert len(expected) == COUNT
    assert sorted(found) == sorted(expected, key=lambda record: record[:3])


def test_a_range_of_offsets(filled, topic):
    """From one offset up to another, in the middle of batches; positions stay where they are."""
    place = (topic, 0)
    with Consumer(topic, bootstrap_servers=filled, from_beginning=True) as consumer:
        before = consumer.position(*place)
        table = consumer.read_range({place: 7}, {place: 1_234}).to_arrow(["offset", "value"])
        assert table.column_names == ["offset", "value"]
        assert table["offset"].to_pylist() == list(range(7, 1_234))
        assert consumer.position(*place) == before
        whole = consumer.read_range()
        assert whole.to_arrow().num_rows == COUNT
        assert len(whole.to_pandas(["partition"])) == COUNT
        assert (
            whole.to_polars()["offset"].max()
            == whole.to_arrow(["offset"])["offset"].to_numpy().max()
        )
        assert consumer.read_range({place: 5}, {place: 5}).to_arrow().num_rows == 0
        with pytest.raises(ConfigurationError, match="is not assigned"):
            consumer.read_range({(topic, 77): 0})
        with pytest.raises(ConfigurationError, match="timestamp"):
            whole.to_arrow(["time"])


def test_asyncio(filled, topic):
    """The same."""

    async def scenario():
        async with aio.Consumer(topic, bootstrap_servers=filled, from_beginning=True) as consumer:
            return (await consumer.read_range()).to_arrow(["offset"]).num_rows

    assert asyncio.run(scenario()) == COUNT


@pytest.mark.parametrize(
    ("package", "extra"), [("pyarrow", "arrow"), ("pandas", "pandas"), ("polars", "polars")]
)
def test_without_the_packages(filled, topic, monkeypatch, package, extra):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, package, None)
    with Consumer(topic, bootstrap_servers=filled, from_beginning=True) as consumer:
        batch = next(consumer.batches())
        with pytest.raises(MissingExtraError, match=rf"pip install 'ottla\[{extra}\]'"):
            getattr(batch, f"to_{extra}")()
