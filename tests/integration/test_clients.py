# SPDX-License-Identifier: Apache-2.0
"""What one client library writes another one reads: every pair, every codec, every byte."""

from __future__ import annotations

import random
import time
from functools import cache

import pytest
from tests.integration.foreign_clients import (
    CODECS,
    FOREIGN_WARNINGS,
    LIBRARIES,
    PLACING,
    READERS,
    STAMPING,
    WRITERS,
    Record,
    codecs_of,
    confluent_producer,
)
from tools.broker_process import BrokerProcess

pytestmark = FOREIGN_WARNINGS

PARTITION_COUNT = 2
TEXT_RECORD_COUNT = 60
BASE_MS = 1_760_000_000_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """Return one broker for the whole module."""
    process = BrokerProcess(
        tmp_path_factory.mktemp("clients"), ["--set", f"num.partitions={PARTITION_COUNT}"]
    ).start()
    yield process
    assert process.stop() == 0
    assert not any("Traceback" in line for line in process.output), "".join(process.output)


def text_records() -> list[Record]:
    """Make records that a line-based tool can carry, in stretches of equal headers."""
    records = []
    for at in range(TEXT_RECORD_COUNT):
        stretch = at * 4 // TEXT_RECORD_COUNT
        records.append(
            Record(
                partition=stretch % PARTITION_COUNT,
                key=f"key-{at % 7}-é".encode(),
                value=None if at % 10 == 9 else f"value {at} ✓ {'x' * (at % 50)}".encode(),
                headers=(("source", b"test"), ("stretch", str(stretch).encode())),
                timestamp_ms=BASE_MS + 1000 * at,
            )
        )
    return records


def comparable(record, *, with_time: bool, with_place: bool) -> tuple:
    """Return what must be equal between a written and a read record."""
    return (
        record.partition if with_place else 0,
        record.key,
        record.value,
        record.headers,
        record.timestamp_ms if with_time else 0,
    )


@pytest.fixture(scope="module")
def written(broker):
    """Return a function that lets a client write once, and names the topic."""

    @cache
    def write(writer: str) -> str:
        topic = f"text-{writer}"
        WRITERS[writer](broker.bootstrap, topic, text_records(), "gzip")
        return topic

    return write


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("writer", WRITERS)
def test_what_one_writes_the_other_reads(broker, written, writer, reader):
    """Keys, values, nulls, headers, partitions, times and the order come through for any pair."""
    topic = written(writer)
    before_ms = BASE_MS if writer in STAMPING else (time.time_ns() // 1_000_000) - 600_000
    found = READERS[reader](broker.bootstrap, topic, PARTITION_COUNT, TEXT_RECORD_COUNT)
    kwargs = {"with_time": writer in STAMPING, "with_place": writer in PLACING}
    expected = [comparable(record, **kwargs) for record in text_records()]
    if writer in PLACING:
        expected.sort(key=lambda record: record[0])
        found.sort(key=lambda record: record.partition)
        assert [comparable(record, **kwargs) for record in found] == expected
    else:
        key = repr
        assert sorted((comparable(one, **kwargs) for one in found), key=key) == sorted(
            expected, key=key
        )
    for index in range(PARTITION_COUNT):
        offsets = [record.offset for record in found if record.partition == index]
        assert offsets == list(range(len(offsets)))
    assert all(record.timestamp_ms >= before_ms for record in found)


def binary_records(seed: int) -> list[Record]:
    """Make records of arbitrary bytes: nulls, empties, repeated and empty headers, large values."""
    rng = random.Random(seed)
    sizes = (0, 1, 100, 3000)
    records = []
    for at in range(120):
        headers = tuple(
            (rng.choice(["a", "b", "ünï"]), rng.choice([b"", rng.randbytes(9)]))
            for _ in range(rng.randrange(4))
        )
        key = rng.choice([None, b"", rng.randbytes(12)])
        values = [b"z" * 2000, rng.randbytes(rng.choice(sizes))]
        if key is not None:  # some libraries refuse a record with neither
            values.append(None)
        records.append(
            Record(
                at % PARTITION_COUNT,
                key,
                rng.choice(values),
                headers,
                BASE_MS + rng.randrange(10**6),
            )
        )
    records.append(Record(0, b"big", rng.randbytes(700_000), (), BASE_MS))
    return records


@pytest.mark.parametrize(
    ("writer", "codec"), [(writer, codec) for writer in LIBRARIES for codec in codecs_of(writer)]
)
def test_any_bytes_in_any_codec(broker, writer, codec):
    """Each library's compression is kept as it came and read by every library that has it."""
    topic = f"bytes-{writer}-{codec}"
    records = binary_records(CODECS.index(codec))
    WRITERS[writer](broker.bootstrap, topic, records, codec)
    expected = sorted(records, key=lambda record: record.partition)
    for reader in LIBRARIES:
        if codec not in codecs_of(reader):
            continue
        found = READERS[reader](broker.bootstrap, topic, PARTITION_COUNT, len(records))
        found.sort(key=lambda record: record.partition)
        assert [
            (one.partition, one.key, one.value, one.headers, one.timestamp_ms) for one in found
        ] == [tuple(record) for record in expected], reader


@pytest.mark.parametrize("writer", LIBRARIES)
def test_the_default_partitioner_of_a_library_works(broker, writer):
    """Records without a partition are spread by key, and equal keys share a partition."""
    from confluent_kafka import Producer

    from kafka import KafkaProducer

    topic = f"spread-{writer}"
    keys = [b"key-%d" % (at % 20) for at in range(200)]
    if writer == "confluent-kafka":
        producer = Producer({"bootstrap.servers": broker.bootstrap})
        for key in keys:
            producer.produce(topic, key=key, value=b"v")
        assert producer.flush(10) == 0
    elif writer == "kafka-python":
        with KafkaProducer(bootstrap_servers=broker.bootstrap) as python_producer:
            for key in keys:
                python_producer.send(topic, key=key, value=b"v")
            python_producer.flush(10)
    else:
        import asyncio

        from aiokafka import AIOKafkaProducer

        async def run() -> None:
            async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as aio_producer:
                for key in keys:
                    await aio_producer.send(topic, key=key, value=b"v")

        asyncio.run(run())
    found = READERS["confluent-kafka"](broker.bootstrap, topic, PARTITION_COUNT, len(keys))
    places = {}
    for record in found:
        assert places.setdefault(record.key, record.partition) == record.partition
    assert set(places.values()) == set(range(PARTITION_COUNT))


@pytest.mark.parametrize("acks", ["0", "1", "all"])
def test_every_kind_of_acknowledgement(broker, acks):
    """Acks 0, 1 and all deliver, without idempotence."""
    topic = f"acks-{acks}"
    producer = confluent_producer(broker.bootstrap, enable_idempotence=False, acks=acks)
    for at in range(500):
        producer.produce(topic, value=b"%d" % at, partition=0)
    assert producer.flush(10) == 0
    found = READERS["confluent-kafka"](broker.bootstrap, topic, 1, 500)
    assert [record.value for record in found] == [b"%d" % at for at in range(500)]


def test_several_readers_at_different_speeds_and_places(broker):
    """Readers share nothing: each sees every record from where it began, at its own pace."""
    import asyncio

    from aiokafka import AIOKafkaConsumer, TopicPartition

    topic = "readers"
    records = [Record(0, None, b"%d" % at) for at in range(2000)]
    WRITERS["confluent-kafka"](broker.bootstrap, topic, records, "none")

    async def read(start: int, batch: int, pause_s: float) -> list[bytes]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=broker.bootstrap,
            group_id=None,
            fetch_max_wait_ms=50,
            max_partition_fetch_bytes=2000 * batch,
        )
        values: list[bytes] = []
        async with consumer:
            partition = TopicPartition(topic, 0)
            consumer.assign([partition])
            consumer.seek(partition, start)
            while len(values) < len(records) - start:
                got = await consumer.getmany(timeout_ms=1000, max_records=batch)
                values += [one.value for messages in got.values() for one in messages]
                await asyncio.sleep(pause_s)
        return values

    async def run() -> list[list[bytes]]:
        return await asyncio.wait_for(
            asyncio.gather(read(0, 500, 0), read(0, 50, 0.02), read(1500, 7, 0.005)), 30
        )

    fast, slow, late = asyncio.run(run())
    expected = [record.value for record in records]
    assert fast == slow == expected
    assert late == expected[1500:]


def test_a_reader_waits_for_what_is_to_come(broker):
    """A long poll on an empty topic is answered by the next append, not by its timeout."""
    from kafka import KafkaConsumer, TopicPartition

    topic = "long-poll"
    WRITERS["confluent-kafka"](broker.bootstrap, topic, [Record(0, None, b"first")], "none")
    consumer = KafkaConsumer(
        bootstrap_servers=broker.bootstrap, group_id=None, fetch_max_wait_ms=20_000
    )
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek(partition, 1)
        assert consumer.poll(timeout_ms=300) == {}
        producer = confluent_producer(broker.bootstrap, linger_ms=0)
        producer.produce(topic, value=b"second", partition=0)
        assert producer.flush(10) == 0
        start = time.monotonic()
        found = consumer.poll(timeout_ms=10_000)
        assert time.monotonic() - start < 5
        assert [one.value for one in found[partition]] == [b"second"]
    finally:
        consumer.close()
