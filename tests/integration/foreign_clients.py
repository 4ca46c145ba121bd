# SPDX-License-Identifier: Apache-2.0
"""Other people's clients behind two functions each: write these records, read these partitions.

Every client gets its partitions by explicit assignment. `WRITERS` and `READERS` name them; what a
client cannot say (a command-line tool and record timestamps, for example) its row tells, so that
a test compares what can be compared.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import NamedTuple

import pytest
from tools.kafka.java_tool import run_tool

READ_TIMEOUT_S = 30

FOREIGN_WARNINGS = [
    pytest.mark.filterwarnings(r"ignore:.*Use files\(\) instead:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.usefixtures("forgotten_sockets"),
]
"""What is not ours to fix: the deprecations that clients use, and the sockets that they forget
when a broker dies. Set as `pytestmark` by modules that use clients."""

Headers = tuple[tuple[str, bytes | None], ...]


class Record(NamedTuple):
    """A record as an application sees it."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int | None = None  # None: the client stamps it


class Found(NamedTuple):
    """A record as it was read."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


Write = Callable[[str, str, Sequence[Record], str], None]
Read = Callable[[str, str, int, int], list[Found]]


class ReadTimeoutError(AssertionError):
    """A client did not get what it should have within the time."""


def missing(client: str, found: int, count: int) -> ReadTimeoutError:
    """Say how far a reader came."""
    return ReadTimeoutError(f"{client} read {found} of {count} records within {READ_TIMEOUT_S} s")


# confluent-kafka (librdkafka)


def _named(settings: dict[str, object]) -> dict[str, object]:
    """Turn keyword arguments into librdkafka's names; callbacks keep theirs."""
    return {
        name if callable(value) else name.replace("_", "."): value
        for name, value in settings.items()
    }


def confluent_producer(bootstrap: str, codec: str = "none", **settings: object):
    """Make a producer with idempotence, as applications should."""
    from confluent_kafka import Producer

    return Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "compression.type": codec,
            "log_level": 3,
            **_named(settings),
        }
    )


def write_confluent(bootstrap: str, topic: str, records: Sequence[Record], codec: str) -> None:
    """Write with librdkafka."""
    errors: list[object] = []
    producer = confluent_producer(bootstrap, codec)
    for record in records:
        producer.produce(
            topic,
            value=record.value,
            key=record.key,
            partition=record.partition,
            headers=list(record.headers),
            timestamp=record.timestamp_ms or 0,
            on_delivery=lambda error, message: errors.append(error) if error else None,
        )
    assert producer.flush(READ_TIMEOUT_S) == 0
    assert not errors, errors[:3]


def confluent_consumer(bootstrap: str, **settings: object):
    """Make a consumer for explicit assignment."""
    from confluent_kafka import Consumer

    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "assigned",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 50,
            "log_level": 3,
            **_named(settings),
        }
    )


def read_confluent(bootstrap: str, topic: str, partitions: int, count: int) -> list[Found]:
    """Read with librdkafka."""
    from confluent_kafka import TopicPartition

    consumer = confluent_consumer(bootstrap)
    found: list[Found] = []
    try:
        consumer.assign([TopicPartition(topic, index, 0) for index in range(partitions)])
        deadline = time.monotonic() + READ_TIMEOUT_S
        while len(found) < count:
            if time.monotonic() > deadline:
                raise missing("confluent-kafka", len(found), count)
            for message in consumer.consume(500, 0.5):
                assert message.error() is None, message.error()
                found.append(
                    Found(
                        message.partition(),
                        message.offset(),
                        message.key(),
                        message.value(),
                        tuple(message.headers() or ()),
                        message.timestamp()[1],
                    )
                )
    finally:
        consumer.close()
    return found


# aiokafka


def write_aiokafka(bootstrap: str, topic: str, records: Sequence[Record], codec: str) -> None:
    """Write with aiokafka, idempotent."""
    from aiokafka import AIOKafkaProducer

    async def run() -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            enable_idempotence=True,
            compression_type=None if codec == "none" else codec,
        )
        await producer.start()
        try:
            futures = [
                await producer.send(
                    topic,
                    value=record.value,
                    key=record.key,
                    partition=record.partition,
                    headers=list(record.headers),
                    timestamp_ms=record.timestamp_ms,
                )
                for record in records
            ]
            await producer.flush()
            await asyncio.gather(*futures)
        finally:
            await producer.stop()

    asyncio.run(asyncio.wait_for(run(), READ_TIMEOUT_S))


def read_aiokafka(bootstrap: str, topic: str, partitions: int, count: int) -> list[Found]:
    """Read with aiokafka."""
    from aiokafka import AIOKafkaConsumer, TopicPartition

    async def run() -> list[Found]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )
        await consumer.start()
        found: list[Found] = []
        try:
            consumer.assign([TopicPartition(topic, index) for index in range(partitions)])
            await consumer.seek_to_beginning()
            deadline = time.monotonic() + READ_TIMEOUT_S
            while len(found) < count:
                if time.monotonic() > deadline:
                    raise missing("aiokafka", len(found), count)
                for messages in (await consumer.getmany(timeout_ms=500)).values():
                    found += [
                        Found(
                            one.partition,
                            one.offset,
                            one.key,
                            one.value,
                            tuple(one.headers),
                            one.timestamp,
                        )
                        for one in messages
                    ]
        finally:
            await consumer.stop()
        return found

    return asyncio.run(run())


# kafka-python


def write_kafka_python(bootstrap: str, topic: str, records: Sequence[Record], codec: str) -> None:
    """Write with kafka-python, idempotent."""
    from kafka import KafkaProducer

    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        compression_type=None if codec == "none" else codec,
    )
    try:
        futures = [
            producer.send(
                topic,
                value=record.value,
                key=record.key,
                partition=record.partition,
                headers=list(record.headers),
                timestamp_ms=record.timestamp_ms,
            )
            for record in records
        ]
        producer.flush(READ_TIMEOUT_S)
        for future in futures:
            future.get(READ_TIMEOUT_S)
    finally:
        producer.close()


def read_kafka_python(bootstrap: str, topic: str, partitions: int, count: int) -> list[Found]:
    """Read with kafka-python."""
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    found: list[Found] = []
    try:
        consumer.assign([TopicPartition(topic, index) for index in range(partitions)])
        consumer.seek_to_beginning()
        deadline = time.monotonic() + READ_TIMEOUT_S
        while len(found) < count:
            if time.monotonic() > deadline:
                raise missing("kafka-python", len(found), count)
            for messages in consumer.poll(timeout_ms=500).values():
                found += [
                    Found(
                        one.partition,
                        one.offset,
                        one.key,
                        one.value,
                        tuple(one.headers),
                        one.timestamp,
                    )
                    for one in messages
                ]
    finally:
        consumer.close()
    return found


# kcat

KCAT_DELIMITER = "\x1e"
KCAT_KEY_DELIMITER = "\x1f"


def run_kcat(*arguments: str, stdin: bytes = b"") -> bytes:
    """Run kcat to its end and return what it printed."""
    done = subprocess.run(
        ["kcat", *arguments], input=stdin, capture_output=True, timeout=READ_TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def write_kcat(bootstrap: str, topic: str, records: Sequence[Record], codec: str) -> None:
    """Write with kcat: one run for each stretch of records with equal partition and headers."""
    start = 0
    while start < len(records):
        first = records[start]
        end = start
        while end < len(records) and (records[end].partition, records[end].headers) == (
            first.partition,
            first.headers,
        ):
            end += 1
        lines = [
            (record.key or b"") + KCAT_KEY_DELIMITER.encode() + (record.value or b"")
            for record in records[start:end]
        ]
        headers = [
            part for name, value in first.headers for part in ("-H", f"{name}={value.decode()}")
        ]
        run_kcat(
            *("-P", "-b", bootstrap, "-t", topic, "-p", str(first.partition), "-z", codec, "-Z"),
            *("-D", KCAT_DELIMITER, "-K", KCAT_KEY_DELIMITER, *headers),
            stdin=KCAT_DELIMITER.encode().join(lines),
        )
        start = end


def read_kcat(bootstrap: str, topic: str, partitions: int, count: int) -> list[Found]:
    """Read with kcat, which prints lengths, so that null and empty are told apart."""
    output = b""
    for index in range(partitions):
        output += run_kcat(
            *("-C", "-b", bootstrap, "-t", topic, "-p", str(index), "-o", "beginning", "-e", "-q"),
            *("-f", "%p %o %T %K %S %h\x1f%k\x1f%s\x1e"),
        )
    found = []
    for line in output.split(b"\x1e")[:-1]:
        front, key, value = line.split(b"\x1f")
        partition, offset, timestamp_ms, key_size, value_size, headers = front.split(b" ", 5)
        found.append(
            Found(
                int(partition),
                int(offset),
                None if int(key_size) < 0 else key,
                None if int(value_size) < 0 else value,
                tuple(
                    (name, text.encode())
                    for name, text in re.findall(r"([^=,]+)=([^,]*)", headers.decode())
                ),
                int(timestamp_ms),
            )
        )
    assert len(found) == count, missing("kcat", len(found), count)
    return found


# Kafka's console tools

JAVA_NULL = "NULL"
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a program that runs a second: compile fast rather than well."""


def write_java(bootstrap: str, topic: str, records: Sequence[Record], codec: str) -> None:
    """Write with kafka-console-producer, which reads lines and puts keys where it likes."""
    lines = []
    for record in records:
        headers = ",".join(f"{name}:{(value or b'').decode()}" for name, value in record.headers)
        key = JAVA_NULL if record.key is None else record.key.decode()
        value = JAVA_NULL if record.value is None else record.value.decode()
        lines.append(f"{headers}\t{key}|{value}\n")
    run_tool(
        "ConsoleProducer",
        *("--bootstrap-server", bootstrap, "--topic", topic, "--compression-codec", codec),
        *("--reader-property", "parse.key=true", "--reader-property", "key.separator=|"),
        *("--reader-property", "parse.headers=true"),
        *("--reader-property", f"null.marker={JAVA_NULL}"),
        stdin="".join(lines),
        java_options=JAVA_OPTIONS,
    )


def read_java(bootstrap: str, topic: str, partitions: int, count: int) -> list[Found]:
    """Read with kafka-console-consumer, one for each partition at the same time."""
    from confluent_kafka import TopicPartition

    consumer = confluent_consumer(bootstrap)
    ends = [
        consumer.get_watermark_offsets(TopicPartition(topic, index), READ_TIMEOUT_S)[1]
        for index in range(partitions)
    ]
    consumer.close()

    def read(index: int) -> str:
        return run_tool(
            "ConsoleConsumer",
            *("--bootstrap-server", bootstrap, "--topic", topic),
            *("--partition", str(index), "--offset", "earliest"),
            *("--max-messages", str(ends[index]), "--timeout-ms", "30000"),
            *("--formatter-property", "print.key=true"),
            *("--formatter-property", "print.headers=true"),
            *("--formatter-property", "print.timestamp=true"),
            *("--formatter-property", "print.offset=true"),
            *("--formatter-property", "print.partition=true"),
            *("--formatter-property", f"null.literal={JAVA_NULL}"),
            java_options=JAVA_OPTIONS,
        ).stdout

    with ThreadPoolExecutor(partitions) as pool:
        outputs = list(pool.map(read, [index for index, end in enumerate(ends) if end]))
    found = [
        _java_line(line)
        for output in outputs
        for line in output.splitlines()
        if line.count("\t") == 5
    ]
    assert len(found) == count, missing("kafka-console-consumer", len(found), count)
    return found


def _java_line(line: str) -> Found:
    timestamp, partition, offset, headers, key, value = line.split("\t")
    return Found(
        int(partition.removeprefix("Partition:")),
        int(offset.removeprefix("Offset:")),
        None if key == JAVA_NULL else key.encode(),
        None if value == JAVA_NULL else value.encode(),
        tuple(
            (name, text.encode())
            for name, _, text in (
                part.partition(":") for part in headers.split(",") if headers != "NO_HEADERS"
            )
        ),
        int(timestamp.partition(":")[2]),
    )


def read_internal_topic(
    bootstrap: str, topic: str, formatter: str, done: Callable[[str], bool]
) -> str:
    """Read an internal topic with one of Kafka's formatters until its output is as wanted."""
    deadline = time.monotonic() + READ_TIMEOUT_S
    while True:
        output = run_tool(
            "ConsoleConsumer",
            *("--bootstrap-server", bootstrap, "--topic", topic, "--from-beginning"),
            *("--formatter", f"org.apache.kafka.tools.consumer.{formatter}"),
            *("--timeout-ms", "2000", "--command-property", "exclude.internal.topics=false"),
            java_options=JAVA_OPTIONS,
            check=False,  # it says that nothing more came, as if that were a failure
        ).stdout
        if done(output) or time.monotonic() > deadline:
            return output


WRITERS: dict[str, Write] = {
    "confluent-kafka": write_confluent,
    "aiokafka": write_aiokafka,
    "kafka-python": write_kafka_python,
    "kcat": write_kcat,
    "java": write_java,
}

READERS: dict[str, Read] = {
    "confluent-kafka": read_confluent,
    "aiokafka": read_aiokafka,
    "kafka-python": read_kafka_python,
    "kcat": read_kcat,
    "java": read_java,
}

LIBRARIES = ("confluent-kafka", "aiokafka", "kafka-python")
"""Clients that carry any bytes; the command-line tools carry text."""

STAMPING = LIBRARIES
"""Writers that let the application say the time of a record."""

PLACING = (*LIBRARIES, "kcat")
"""Writers that let the application say the partition."""

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def codecs_of(client: str) -> tuple[str, ...]:
    """Return the codecs that a library has in this environment."""
    if client != "kafka-python":
        return CODECS
    packages = {"gzip": "gzip", "snappy": "snappy", "lz4": "lz4", "zstd": "zstandard"}
    return ("none", *(codec for codec, package in packages.items() if find_spec(package)))
