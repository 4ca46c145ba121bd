# SPDX-License-Identifier: Apache-2.0
"""ETL: a year of hourly temperatures, cleaned and windowed in flight, loaded exactly once.

    data set ──> extract ──> [readings] ──> transform ──> [daily] ──> load ──> PostgreSQL
                                               │             └──────> load ──> a DuckDB file
                                               └──> [refused]

- **extract** sends the readings of two stations in the order of their time, in Fahrenheit and as
  text, with the noise of a broken sensor between them.
- **transform** refuses what cannot be (and says why), and makes one record of each day of a
  station: lowest, highest and mean temperature in Celsius.
- **load** writes the days to a database; one process for each database.

Each may be killed at any moment and started again; every day is then in both databases once, as if
nothing had happened. The idea is the same three times: *how far a process has read is stored with
what it made of it*, all or nothing, and whoever starts goes on from there.

- extract: a transaction holds some readings and the number of the next one, in topic `extracted`.
- transform: a transaction holds the days that a reading closed, what was refused meanwhile, and the
  offset of that reading, where the next day begins. So the day that is half done is never stored.
  It need not be: a new process reads it again from its first reading. That gives the same, since
  all that is decided follows from the readings from there on. For this a partition has one day at
  a time: the first good reading of a later one closes it, and what comes for it afterwards is
  refused as late.
- load: a transaction *of the database* holds days and the offset behind them. No group is needed.
  Two loaders of one database do no harm: the offset that one expects there is not there any more
  when the other was quicker.

Start a broker (`make run`), then each in a terminal; kill and start them again as you like:

    pip install vega_datasets duckdb 'psycopg[binary]'
    python examples/etl_temperatures.py transform
    python examples/etl_temperatures.py load --into postgresql://user@localhost/database
    python examples/etl_temperatures.py extract
    python examples/etl_temperatures.py load --into temperatures.duckdb --once
    python examples/etl_temperatures.py report
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import heapq
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from ottla import Admin, Consumer, Producer
from ottla.client.errors import ApiError
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import duckdb
    import psycopg

    from ottla.client.consumer_record import ConsumerRecord, RecordBatch
    from ottla.client.topic_partition import TopicPartition

    Database = psycopg.Connection | duckdb.DuckDBPyConnection

PARTITIONS = 2
KEPT = {"retention.ms": "-1"}  # whoever starts anew reads from the beginning
TOPICS = {
    "readings": (PARTITIONS, KEPT),
    "extracted": (1, {"cleanup.policy": "compact"}),
    "daily": (PARTITIONS, KEPT),
    "refused": (1, KEPT),
}
READINGS_PER_TRANSACTION = 72  # has nothing to do with days
TIME_FORMAT = "%Y/%m/%d %H:%M"
END_OF_DATA = "2011/01/01 00:00"
LOWEST_POSSIBLE, HIGHEST_POSSIBLE = -100, 150  # degrees Fahrenheit of the air

NOISE = {
    "empty": 701,
    "nonsense": 809,
    "impossible": 907,
    "future": 1103,
    "duplicate": 601,
    "late": 1009,
}
"""What the broken sensor sends besides, and at every how manieth reading."""

BROKEN = {
    "empty": {"fahrenheit": ""},
    "nonsense": {"fahrenheit": "warm"},
    "impossible": {"fahrenheit": "451"},
    "future": {"time": "2999/12/31 23:00"},
}
"""How a reading looks then."""


def create_topics(bootstrap: str) -> None:
    """Make the topics, unless another process was quicker."""
    with Admin(bootstrap_servers=bootstrap) as admin:
        there = {listed.name for listed in admin.list_topics()}
        for topic, (partitions, configs) in TOPICS.items():
            if topic not in there:
                try:
                    admin.create_topic(topic, partitions=partitions, configs=configs)
                except ApiError as error:
                    if error.code is not ErrorCode.TOPIC_ALREADY_EXISTS:
                        raise


# extract


def extract(bootstrap: str, pause_s: float) -> None:
    """Send what was not sent yet, with a pause after each transaction."""
    outgoing = [*noisy(list(true_readings())), *watermarks()]
    # The new producer ends what a killed one left half done: look only then how far that came.
    with Producer(bootstrap_servers=bootstrap, transactional_id="extract") as producer:
        for start in range(extracted(bootstrap), len(outgoing), READINGS_PER_TRANSACTION):
            end = min(start + READINGS_PER_TRANSACTION, len(outgoing))
            with producer.transaction():
                for message, partition in outgoing[start:end]:
                    key = message.get("station")
                    producer.send("readings", json.dumps(message), key=key, partition=partition)
                producer.send("extracted", str(end), key="next")
            print(f"sent {end - start} readings", flush=True)
            time.sleep(pause_s)
    print("all readings are sent")


def extracted(bootstrap: str) -> int:
    """Return the number of the first reading that was not sent."""
    position = 0
    with Consumer(
        "extracted",
        bootstrap_servers=bootstrap,
        from_beginning=True,
        stop_at_end=True,
        isolation_level="read_committed",
    ) as consumer:
        for record in consumer:
            position = int(record.value)
    return position


def true_readings() -> Iterator[dict[str, str]]:
    """Return the readings of the data set, those of both stations in the order of their time."""
    from vega_datasets import data  # noqa: PLC0415 - brings pandas, which the others do without

    def of(station: str, path: str) -> Iterator[dict[str, str]]:
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield {"station": station, "time": row["date"][:16], "fahrenheit": row["temp"]}

    return heapq.merge(
        of("san francisco", data.sf_temps.filepath),
        of("seattle", data.seattle_temps.filepath),
        key=lambda reading: reading["time"],
    )


def noisy(readings: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], None]]:
    """Return the readings and the noise between them; their keys choose their partitions."""
    for number, reading in enumerate(readings, start=1):
        for kind, changes in BROKEN.items():
            if number % NOISE[kind] == 0:
                yield {**reading, **changes}, None
        yield reading, None
        if number % NOISE["duplicate"] == 0:
            yield reading, None
        if number % NOISE["late"] == 0:
            yield readings[number - 100], None  # two days old


def watermarks() -> Iterator[tuple[dict[str, str], int]]:
    """Return a note for each partition that nothing older comes: it closes the last day."""
    for partition in range(PARTITIONS):
        yield {"complete_until": END_OF_DATA}, partition


# transform


class RefusedError(Exception):
    """A reading that does not count; the text is the reason."""


class Reading(NamedTuple):
    """A clean reading; without a station it is a watermark."""

    time: datetime
    station: str | None
    fahrenheit: Decimal


def clean(record: ConsumerRecord) -> Reading:
    """Read a message of `readings`. Raises RefusedError."""
    try:
        message = json.loads(record.value)
        if "complete_until" in message:
            return Reading(local_time(message["complete_until"]), None, Decimal(0))
        if message["fahrenheit"] == "":
            raise RefusedError("empty")
        moment, fahrenheit = local_time(message["time"]), Decimal(message["fahrenheit"])
        if not LOWEST_POSSIBLE <= fahrenheit <= HIGHEST_POSSIBLE:
            raise RefusedError("impossible")
        # A clock that is wrong must not end all days up to then. The broker's record says when the
        # reading was sent, which is the same whoever reads it; a day is for the time zones.
        sent = datetime.fromtimestamp(record.timestamp_ms / 1000, UTC)
        if moment > sent.replace(tzinfo=None) + timedelta(days=1):
            raise RefusedError("future")
        return Reading(moment, str(message["station"]), fahrenheit)
    except (ValueError, TypeError, KeyError, InvalidOperation):
        raise RefusedError("nonsense") from None


def local_time(text: str) -> datetime:
    """Read a time as it is at the station."""
    return datetime.strptime(text, TIME_FORMAT)  # noqa: DTZ007 - days are those of the station


@dataclass
class Day:
    """The day that a partition has come to: a window that the first reading of a later one ends."""

    date: date | None = None  # until the first good reading
    temperatures: dict[str, dict[datetime, Decimal]] = field(default_factory=dict)  # by station
    refused: list[tuple[str, ConsumerRecord]] = field(default_factory=list)  # since it began

    def is_ended_by(self, reading: Reading) -> bool:
        """Whether a reading is of a later day."""
        return self.date is not None and reading.time.date() > self.date

    def add(self, reading: Reading) -> None:
        """Let a reading count. Raises RefusedError."""
        self.date = self.date or reading.time.date()
        if reading.time.date() < self.date:
            raise RefusedError("late")
        if reading.station is None:
            return
        temperatures = self.temperatures.setdefault(reading.station, {})
        if reading.time in temperatures:
            raise RefusedError("duplicate")
        temperatures[reading.time] = reading.fahrenheit

    def windows(self) -> Iterator[dict[str, Any]]:
        """Return the day of each station."""
        for station, by_time in self.temperatures.items():
            found = by_time.values()
            yield {
                "station": station,
                "day": str(self.date),
                "lowest": celsius(min(found)),
                "highest": celsius(max(found)),
                "mean": celsius(sum(found, Decimal(0)) / len(found)),
                "readings": len(found),
            }


def celsius(fahrenheit: Decimal) -> str:
    """Convert to Celsius with two decimals."""
    return str(((fahrenheit - 32) * 5 / 9).quantize(Decimal("0.01")))


def transform(bootstrap: str, name: str) -> None:
    """Turn readings into days, until somebody ends this process."""
    days: dict[int, Day] = {}  # by partition

    def forget(partitions: frozenset[TopicPartition]) -> None:
        """Leave half a day to the member that gets the partition, which reads it again."""
        for _, partition in partitions:
            days.pop(partition, None)

    with (
        Producer(bootstrap_servers=bootstrap, transactional_id=f"transform-{name}") as producer,
        Consumer(
            "readings",
            bootstrap_servers=bootstrap,
            group_id="transform",
            group_instance_id=f"transform-{name}",
            auto_commit=False,
            from_beginning=True,
            isolation_level="read_committed",
            on_revoked=forget,
        ) as readings,
    ):
        for record in readings:
            day = days.setdefault(record.partition, Day())
            try:
                reading = clean(record)
                if day.is_ended_by(reading):
                    with producer.transaction():
                        publish(producer, day)
                        place = (record.topic, record.partition)
                        producer.send_offsets({place: record.offset}, readings.group_metadata())
                    print(f"{day.date} is over", flush=True)
                    day = days[record.partition] = Day()
                day.add(reading)
            except RefusedError as reason:
                day.refused.append((str(reason), record))


def publish(producer: Producer, day: Day) -> None:
    """Send what came of a day, and what was refused while it was under way."""
    for window in day.windows():
        producer.send("daily", json.dumps(window), key=window["station"])
    for reason, record in day.refused:
        producer.send("refused", record.value, key=record.key, headers={"reason": reason})


# load

SCHEMA = (
    """create table if not exists daily (
        station text, day date, lowest numeric(5, 2), highest numeric(5, 2), mean numeric(5, 2),
        readings integer, primary key (station, day))""",
    """create table if not exists positions (
        part integer primary key, next_offset bigint not null)""",
)
# Waits for a loader that was killed while the database was still at its last commit.
FIND_POSITION = """insert into positions values ($1, 0)
    on conflict (part) do update set next_offset = positions.next_offset returning next_offset"""
ADVANCE = """update positions set next_offset = $3
    where part = $1 and next_offset = $2 returning next_offset"""
INSERT = "insert into daily values ($1, $2, $3, $4, $5, $6)"
COLUMNS = ("station", "day", "lowest", "highest", "mean", "readings")


def load(bootstrap: str, address: str, *, once: bool) -> None:
    """Bring days into a database: those that there are, or until somebody ends this process."""
    with (
        contextlib.closing(connect(address)) as database,
        Consumer(
            bootstrap_servers=bootstrap, stop_at_end=once, isolation_level="read_committed"
        ) as days,
    ):
        for statement in SCHEMA:
            database.execute(statement)
        positions = {part: find_position(database, part) for part in range(PARTITIONS)}
        days.assign({("daily", part): offset for part, offset in positions.items()})
        for batch in days.batches():
            part, next_offset = batch.partition, batch.next_offset
            with transaction(database):
                # First, as another loader of this database has to wait here, or gives up.
                advance(database, part, expected=positions[part], next_offset=next_offset)
                store(database, batch)
            positions[part] = next_offset
            print(f"loaded {len(batch)} days", flush=True)


def connect(address: str) -> Database:
    """Open PostgreSQL by its URL, or a DuckDB file; both then take the same SQL."""
    if address.startswith(("postgresql://", "postgres://")):
        import psycopg  # noqa: PLC0415 - who has only one of both databases needs only its package

        return psycopg.connect(address, autocommit=True, cursor_factory=psycopg.RawCursor)
    import duckdb  # noqa: PLC0415 - likewise

    return duckdb.connect(address)


def find_position(database: Database, partition: int) -> int:
    """Return the offset that is stored with the days."""
    [offset] = database.execute(FIND_POSITION, [partition]).fetchone()
    return offset


@contextlib.contextmanager
def transaction(database: Database) -> Iterator[None]:
    """Do what is inside all at once or, if the process dies or the block raises, not at all."""
    database.execute("begin")
    yield
    database.execute("commit")


def store(database: Database, batch: RecordBatch) -> None:
    """Write the days of a batch."""
    for record in batch:
        window = json.loads(record.value)
        database.execute(INSERT, [window[column] for column in COLUMNS])


def advance(database: Database, partition: int, *, expected: int, next_offset: int) -> None:
    """Write the offset to go on from, unless it is not the expected one before."""
    moved = database.execute(ADVANCE, [partition, expected, next_offset])
    if moved.fetchone() is None:
        raise SystemExit("another process loads this database: one of both is too many")


def report(bootstrap: str) -> None:
    """Count what was refused up to now, by reason."""
    with Consumer(
        "refused",
        bootstrap_servers=bootstrap,
        from_beginning=True,
        stop_at_end=True,
        isolation_level="read_committed",
    ) as refused:
        reasons = Counter(dict(record.headers)["reason"].decode() for record in refused)
    print(json.dumps(dict(sorted(reasons.items()))))


def main() -> int:
    """Be one of the processes."""
    parser = argparse.ArgumentParser(description="ETL of a year of temperatures.")
    parser.add_argument("process", choices=("extract", "transform", "load", "report"))
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    parser.add_argument("--pause", type=float, default=0, help="seconds between transactions")
    parser.add_argument("--name", default="one", help="of this transformer; two need two names")
    parser.add_argument("--into", default="temperatures.duckdb", help="postgresql://... or a file")
    parser.add_argument("--once", action="store_true", help="load what there is, then end")
    options = parser.parse_args()
    create_topics(options.bootstrap)
    if options.process == "extract":
        extract(options.bootstrap, options.pause)
    elif options.process == "transform":
        transform(options.bootstrap, options.name)
    elif options.process == "load":
        load(options.bootstrap, options.into, once=options.once)
    else:
        report(options.bootstrap)
    return 0


if __name__ == "__main__":
    sys.exit(main())
