# SPDX-License-Identifier: Apache-2.0
"""Stream three real data sets through a broker, and compare every byte that comes back.

Stock prices by month and temperatures by the hour (both from the `vega_datasets` package), and the
Debian package index of this machine (`apt-cache dumpavail`), about 50 MB:

    topic          key             value                            codec
    stocks         the symbol      the CSV line                     lz4
    temperatures   the day         the CSV line                     gzip
    packages       the package     its whole paragraph              zstd

Each record carries headers and the time of what it tells. One producer writes; three readers,
which know nothing of each other, read at their own speeds while it does: one as fast as it can, one
in small bites with pauses, and one that comes late. It is plain Kafka: the client is librdkafka's.

    pip install confluent-kafka vega_datasets
    python examples/real_data.py --bootstrap 127.0.0.1:9092
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from vega_datasets import data

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTITION_COUNT = 3
READ_TIMEOUT_S = 120


class Event(NamedTuple):
    """One record to be: what happened, when, and what it belongs to."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


class DataSet(NamedTuple):
    """A topic and what goes into it."""

    topic: str
    codec: str
    events: list[Event]


def stock_prices() -> list[Event]:
    """Return five stocks, month by month from 2000 to 2010."""
    events = []
    for line in _lines(data.stocks.filepath):
        symbol, date, _price = line.split(",")
        headers = (("source", b"stocks.csv"), ("date", date.encode()))
        events.append(
            Event(symbol.encode(), line.encode(), headers, _milliseconds(date, "%b %d %Y"))
        )
    return events


def temperatures() -> list[Event]:
    """Return a year of San Francisco's weather, hour by hour."""
    events = []
    for line in _lines(data.sf_temps.filepath):
        _degrees, moment = line.split(",")
        headers = (("source", b"sf-temps.csv"), ("unit", b"F"))
        day = moment.split(" ")[0]
        timestamp_ms = _milliseconds(moment, "%Y/%m/%d %H:%M:%S")
        events.append(Event(day.encode(), line.encode(), headers, timestamp_ms))
    return events


def packages(limit: int | None = None) -> list[Event]:
    """Return what Debian offers to this machine, one paragraph each."""
    dumped = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True)  # noqa: S607 - found on the PATH
    now_ms = time.time_ns() // 1_000_000
    events = []
    for paragraph in itertools.islice(dumped.stdout.split(b"\n\n"), limit):
        fields = dict(
            line.split(b": ", 1)
            for line in paragraph.splitlines()
            if b": " in line and not line.startswith(b" ")
        )
        if b"Package" not in fields:
            continue
        headers = (
            ("version", fields.get(b"Version", b"")),
            ("architecture", fields.get(b"Architecture", b"")),
            ("section", fields.get(b"Section", b"")),
        )
        events.append(Event(fields[b"Package"], paragraph, headers, now_ms))
    return events


def _lines(path: str) -> Iterator[str]:
    """Yield the lines of a CSV file below its heading."""
    with open(path, encoding="utf-8") as file:
        next(file)
        for line in file:
            yield line.rstrip("\n")


def _milliseconds(text: str, layout: str) -> int:
    moment = datetime.strptime(text, layout).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000


def create_topics(bootstrap: str, names: list[str]) -> None:
    """Create the topics anew; records of another century are not to be deleted for their age."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    existing = [name for name in admin.list_topics(timeout=10).topics if name in names]
    if existing:
        for future in admin.delete_topics(existing).values():
            future.result(10)
    settings = {"retention.ms": "-1", "segment.ms": str(2**62)}
    topics = [NewTopic(name, PARTITION_COUNT, 1, config=settings) for name in names]
    for future in admin.create_topics(topics).values():
        future.result(10)


def write(bootstrap: str, data_set: DataSet) -> None:
    """Produce every event; equal keys go to the same partition, in order."""
    failures: list[str] = []

    def delivered(error: object, _message: object) -> None:
        if error is not None:
            failures.append(str(error))

    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "compression.type": data_set.codec,
            "linger.ms": 20,
        }
    )
    for event in data_set.events:
        while True:
            try:
                producer.produce(
                    data_set.topic,
                    key=event.key,
                    value=event.value,
                    headers=list(event.headers),
                    timestamp=event.timestamp_ms,
                    on_delivery=delivered,
                )
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    left = producer.flush(READ_TIMEOUT_S)
    if left or failures:
        raise SystemExit(f"{data_set.topic}: {left} records not sent, {failures[:3]}")


class Reader(threading.Thread):
    """An independent reader of one topic."""

    def __init__(
        self, bootstrap: str, topic: str, count: int, *, bite: int, pause_s: float, delay_s: float
    ) -> None:
        super().__init__(daemon=True)
        self._address = bootstrap
        self._topic = topic
        self._count = count
        self._bite = bite  # records taken at once
        self._pause_s = pause_s  # after each bite
        self._delay_s = delay_s  # before the first
        self.events: list[Event] = []

    def run(self) -> None:
        """Read from the beginning until everything has come."""
        time.sleep(self._delay_s)
        consumer = Consumer(
            {
                "bootstrap.servers": self._address,
                "group.id": "real-data",
                "enable.auto.commit": False,
            }
        )
        consumer.assign([TopicPartition(self._topic, at, 0) for at in range(PARTITION_COUNT)])
        deadline = time.monotonic() + READ_TIMEOUT_S
        while len(self.events) < self._count and time.monotonic() < deadline:
            for message in consumer.consume(self._bite, 1.0):
                if message.error() is None:
                    self.events.append(
                        Event(
                            message.key(),
                            message.value(),
                            tuple(message.headers() or ()),
                            message.timestamp()[1],
                        )
                    )
            time.sleep(self._pause_s)
        consumer.close()


def by_key(events: list[Event]) -> dict[bytes, list[Event]]:
    """Group events by key: within a key the order of writing is the order of reading."""
    groups: dict[bytes, list[Event]] = {}
    for event in events:
        groups.setdefault(event.key, []).append(event)
    return groups


def stream(bootstrap: str, data_set: DataSet) -> tuple[float, bool]:
    """Write a data set while three readers follow; return the seconds, and whether all agree."""
    count = len(data_set.events)
    readers = [
        Reader(bootstrap, data_set.topic, count, bite=10_000, pause_s=0, delay_s=0),
        Reader(bootstrap, data_set.topic, count, bite=count // 20 + 1, pause_s=0.05, delay_s=0),
        Reader(bootstrap, data_set.topic, count, bite=1_000, pause_s=0, delay_s=1),
    ]
    start = time.monotonic()
    for reader in readers:
        reader.start()
    write(bootstrap, data_set)
    for reader in readers:
        reader.join()
    expected = by_key(data_set.events)
    return time.monotonic() - start, all(by_key(reader.events) == expected for reader in readers)


def main() -> None:
    """Stream all three and print what came of it."""
    parser = argparse.ArgumentParser(description="Stream real data sets through a Kafka broker.")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092", metavar="HOST:PORT")
    parser.add_argument("--prefix", default="", help="put in front of the topics' names")
    arguments = parser.parse_args()
    data_sets = [
        DataSet(arguments.prefix + "stocks", "lz4", stock_prices()),
        DataSet(arguments.prefix + "temperatures", "gzip", temperatures()),
        DataSet(arguments.prefix + "packages", "zstd", packages()),
    ]
    create_topics(arguments.bootstrap, [data_set.topic for data_set in data_sets])
    all_equal = True
    for data_set in data_sets:
        seconds, is_equal = stream(arguments.bootstrap, data_set)
        all_equal = all_equal and is_equal
        megabytes = sum(len(event.value) for event in data_set.events) / 1e6
        verdict = "every byte equal" if is_equal else "DIFFERENT"
        print(
            f"{data_set.topic:14} {len(data_set.events):7,} records {megabytes:6.1f} MB "
            f"{data_set.codec:5} written once, read by 3 in {seconds:5.1f} s: {verdict}"
        )
    if not all_equal:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
