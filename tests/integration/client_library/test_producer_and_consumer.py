# SPDX-License-Identifier: Apache-2.0
"""The clients against our broker and Apache Kafka, with librdkafka on the other side."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import defaultdict

import pytest
from confluent_kafka import Consumer as LibrdkafkaConsumer
from confluent_kafka import Producer as LibrdkafkaProducer
from confluent_kafka import TopicPartition as LibrdkafkaPartition
from confluent_kafka.admin import AdminClient, NewPartitions

from ottla import Consumer, Producer, aio
from ottla.base.loop_thread import ForkedError
from ottla.client.errors import (
    BrokerUnreachableError,
    BufferFullError,
    ClientClosedError,
    ConfigurationError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    SerializationError,
    UnknownPartitionError,
    UnknownTopicError,
    WrongLoopError,
)
from ottla.client.serializers import json_serializer
from ottla.serializers import avro
from ottla.testing import Broker, Cluster

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def read_all(bootstrap, topic, isolation_level="read_uncommitted"):
    """Return all records of a topic."""
    with Consumer(
        topic,
        bootstrap_servers=bootstrap,
        from_beginning=True,
        stop_at_end=True,
        isolation_level=isolation_level,
    ) as consumer:
        return list(consumer)


@pytest.mark.parametrize("codec", CODECS)
def test_librdkafka_reads_what_we_write(bootstrap, topic, codec):
    """Keys, values, nulls, headers, timestamps and offsets arrive as they were sent."""
    with Producer(bootstrap, compression_type=codec) as producer:
        deliveries = [
            producer.send(
                topic,
                None if number % 7 == 0 else f"value {number} é".encode(),
                key=f"key {number}" if number % 2 else None,
                headers={"n": str(number), "null": None} if number % 3 else None,
                timestamp_ms=1_700_000_000_000 + number if number % 5 else None,
            )
            for number in range(300)
        ]
        places = {(d.result(30).partition, d.result().offset): n for n, d in enumerate(deliveries)}
        partition_count = producer.partitions_for(topic)
    consumer = LibrdkafkaConsumer({"bootstrap.servers": bootstrap, "group.id": "readers"})
    consumer.assign([LibrdkafkaPartition(topic, number, 0) for number in range(partition_count)])
    seen = {}
    while len(seen) < len(deliveries):
        (message,) = consumer.consume(1, 30)
        assert message.error() is None
        seen[places[message.partition(), message.offset()]] = message
    consumer.close()
    for number, message in seen.items():
        assert message.value() == (None if number % 7 == 0 else f"value {number} é".encode())
        assert message.key() == (f"key {number}".encode() if number % 2 else None)
        expected = [("n", str(number).encode()), ("null", None)] if number % 3 else None
        assert message.headers() == expected
        assert message.timestamp()[1] == deliveries[number].result().timestamp_ms
        if number % 5:
            assert message.timestamp()[1] == 1_700_000_000_000 + number


def test_keys_go_where_java_puts_them(own_broker, topic):
    """The partition of a key is librdkafka's `murmur2_random`, which is Java's."""
    keys = [f"key-{number}" for number in range(200)]
    settings = {
        "bootstrap.servers": own_broker.bootstrap_servers,
        "partitioner": "murmur2_random",
    }
    theirs = {}
    foreign = LibrdkafkaProducer(settings)
    for key in keys:
        foreign.produce(
            topic, b"", key=key, callback=lambda _, m: theirs.update({m.key(): m.partition()})
        )
    foreign.flush()
    with Producer(own_broker.bootstrap_servers) as producer:
        ours = {key.encode(): producer.send(topic, b"", key=key) for key in keys}
        assert {key: delivery.result().partition for key, delivery in ours.items()} == theirs


@pytest.mark.parametrize("codec", CODECS)
def test_we_read_what_librdkafka_writes(bootstrap, topic, codec):
    """In the order of each partition, with everything that belongs to a record."""
    producer = LibrdkafkaProducer({"bootstrap.servers": bootstrap, "compression.type": codec})
    for number in range(500):
        producer.produce(
            topic,
            b"value %d" % number,
            key=b"key %d" % (number % 10),
            headers=[("n", b"%d" % number)],
            timestamp=1_700_000_000_000 + number,
        )
    producer.flush()
    records = read_all(bootstrap, topic)
    numbers = [int(record.value.split()[1]) for record in records]
    assert sorted(numbers) == list(range(500))
    for number, record in zip(numbers, records, strict=True):
        assert record.topic == topic
        assert record.key == b"key %d" % (number % 10)
        assert record.headers == (("n", b"%d" % number),)
        assert record.timestamp_ms == 1_700_000_000_000 + number
    by_partition = defaultdict(list)
    for number, record in zip(numbers, records, strict=True):
        by_partition[record.partition].append((record.offset, number))
    for pairs in by_partition.values():
        assert pairs == sorted(pairs)
        assert [offset for offset, _ in pairs] == list(range(len(pairs)))


def test_read_committed_leaves_out_what_was_aborted(bootstrap, topic):
    """And stops at the last stable offset."""
    producer = LibrdkafkaProducer(
        {"bootstrap.servers": bootstrap, "transactional.id": f"transactions of {topic}"}
    )
    producer.init_transactions()
    for name, is_committed in (("a", True), ("b", False), ("c", True)):
        producer.begin_transaction()
        for number in range(10):
            producer.produce(topic, f"{name}{number}", partition=0)
        producer.flush()
        producer.commit_transaction() if is_committed else producer.abort_transaction()
    committed = [
        r.value.decode() for r in read_all(bootstrap, topic, isolation_level="read_committed")
    ]
    assert committed == [f"{name}{number}" for name in "ac" for number in range(10)]
    assert len(read_all(bootstrap, topic)) == 30


def test_send_many_keeps_the_order_of_each_partition(bootstrap, topic):
    """And says where every batch went."""
    values = [b"%06d" % number for number in range(50_000)]
    with Producer(bootstrap, compression_type="lz4") as producer:
        deliveries = producer.send_many(topic, values)
        assert len(deliveries) == len(values)
        batches = deliveries.result(30)
    assert sum(batch.record_count for batch in batches) == len(values)
    records = read_all(bootstrap, topic)
    assert sorted(record.value for record in records) == values
    at = {(record.partition, record.offset): record.value for record in records}
    expected = iter(values)
    for batch in batches:
        for offset in range(batch.base_offset, batch.base_offset + batch.record_count):
            assert at[batch.partition, offset] == next(expected)


def test_one_producer_for_many_threads(own_broker, topic):
    """Each thread's records stay in its order."""
    with Producer(own_broker.bootstrap_servers, batch_size=2_000) as producer:

        def send(name):
            for number in range(2_000):
                producer.send(topic, b"%d %d" % (name, number), partition=0)

        threads = [threading.Thread(target=send, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    values = [record.value for record in read_all(own_broker.bootstrap_servers, topic)]
    assert len(values) == 8_000
    for name in range(4):
        own = [value for value in values if value.startswith(b"%d " % name)]
        assert own == [b"%d %d" % (name, number) for number in range(2_000)]


def test_asyncio(own_broker, topic):
    """The same, in a loop."""

    async def scenario():
        address = own_broker.bootstrap_servers
        async with aio.Producer(address, value_serializer=json_serializer, acks=1) as producer:
            deliveries = [await producer.send(topic, {"n": n}, key=str(n)) for n in range(100)]
            placed = [await delivery for delivery in deliveries]
            await (await producer.send_many(topic, [{"n": n} for n in range(100, 200)]))
        async with aio.Consumer(
            topic, bootstrap_servers=address, from_beginning=True, stop_at_end=True
        ) as consumer:
            records = [record async for record in consumer]
        async with aio.Consumer(
            topic, bootstrap_servers=address, from_beginning=True, stop_at_end=True
        ) as consumer:
            batches = [batch async for batch in consumer.batches()]
        return placed, records, batches

    placed, records, batches = asyncio.run(scenario())
    assert len(placed) == 100
    assert sorted(record.value for record in records) == sorted(
        b'{"n":%d}' % number for number in range(200)
    )
    assert sorted(value for batch in batches for value in batch.values()) == sorted(
        record.value for record in records
    )
    assert [record for batch in batches for record in batch if record.partition == 0] == [
        record for record in records if record.partition == 0
    ]


def test_a_consumer_that_breaks_off_goes_on_behind(own_broker, topic):
    """Nothing is lost or seen twice by loops that end early, pauses, and batches in between."""
    address = own_broker.bootstrap_servers
    with Producer(address) as producer:
        for number in range(3_000):
            producer.send(topic, str(number))
    with Consumer(
        topic, bootstrap_servers=address, from_beginning=True, stop_at_end=True
    ) as consumer:
        seen = []
        for record in consumer:
            seen.append(record)
            if len(seen) == 10:
                break
        last = seen[-1]
        assert consumer.position(last.topic, last.partition) == last.offset + 1
        consumer.pause((topic, last.partition))
        consumer.resume((topic, last.partition))
        for record in consumer:
            seen.append(record)
            if len(seen) == 20:
                break
        for batch in consumer.batches():
            seen += batch
    assert sorted(int(record.value) for record in seen) == list(range(3_000))


def test_where_to_read(own_broker, topic):
    """By offset, by time, from the end, and one partition alone."""
    address = own_broker.bootstrap_servers
    with Producer(address) as producer:
        for number in range(100):
            producer.send(topic, str(number), partition=1, timestamp_ms=1_000 + number)
    with Consumer(bootstrap_servers=address) as consumer:
        with pytest.raises(ConfigurationError, match="nothing is assigned"):
            next(consumer)
        consumer.assign({(topic, 1): 40})
        assert next(consumer).value == b"40"
        consumer.seek(topic, 1, 7)
        assert next(consumer).value == b"7"
        consumer.seek_to_time(1_090)
        assert next(consumer).value == b"90"
        assert consumer.end_offsets() == {(topic, 1): 100}
        with pytest.raises(ConfigurationError, match="not assigned to this consumer"):
            consumer.seek(topic, 2, 0)
        consumer.pause((topic, 1))
        with pytest.raises(ConfigurationError, match="every partition is paused"):
            consumer.poll(1)
        consumer.resume((topic, 1))
        consumer.seek(topic, 1, 500)
        with pytest.raises(OffsetOutOfRangeError, match="has no offset 500"):
            consumer.poll(30)
    with Consumer(topic, bootstrap_servers=address) as consumer:
        with Producer(address) as producer:
            producer.send(topic, "late").result(30)
        assert next(consumer).value == b"late"


def test_changes_while_somebody_waits(own_broker, topic):
    """Pauses, seeks and an end do not leave a waiting loop behind."""

    async def scenario():
        address = own_broker.bootstrap_servers
        async with aio.Producer(address) as producer:
            await (await producer.send(topic, "first", partition=0))
            consumer = aio.Consumer(topic, bootstrap_servers=address)
            await consumer.start()
            waiting = asyncio.create_task(anext(consumer))
            await asyncio.sleep(0)
            await consumer.pause((topic, 1))
            await consumer.resume((topic, 1))
            await consumer.seek(topic, 0, 0)
            seen = [(await waiting).value]
            waiting = asyncio.create_task(anext(consumer))
            await (await producer.send(topic, "second", partition=1))
            seen.append((await waiting).value)
            waiting = asyncio.create_task(anext(consumer))
            await asyncio.sleep(0)
            await consumer.close()
            with pytest.raises(ClientClosedError):
                await waiting
            return seen

    assert asyncio.run(asyncio.wait_for(scenario(), 60)) == [b"first", b"second"]


def test_new_partitions_are_noticed(own_broker, topic):
    """By producers and consumers that run already."""
    address = own_broker.bootstrap_servers
    admin = AdminClient({"bootstrap.servers": address})
    with (
        Producer(address, metadata_max_age_ms=50) as producer,
        Consumer(bootstrap_servers=address) as nobody,
    ):
        producer.send(topic, "x").result(30)
        with Consumer(
            topic, bootstrap_servers=address, metadata_max_age_ms=50, from_beginning=True
        ) as consumer:
            assert next(consumer).value == b"x"
            admin.create_partitions([NewPartitions(topic, 5)])[topic].result()
            deadline = time.monotonic() + 30
            while producer.partitions_for(topic) < 5:
                assert time.monotonic() < deadline
            producer.send(topic, "y", partition=4).result(30)
            assert next(consumer).value == b"y"
            assert len(consumer.assignment) == 5
        assert nobody.assignment == frozenset()


def test_a_record_that_cannot_be_read_stays_where_it_is(own_broker, topic):
    """Until somebody seeks behind it; those around it are not lost."""
    address = own_broker.bootstrap_servers
    with Producer(address) as producer:
        producer.send_many(topic, ["1", "2", "three", "4"], partition=0)
    with Consumer(
        topic,
        bootstrap_servers=address,
        from_beginning=True,
        stop_at_end=True,
        value_deserializer=int,
    ) as consumer:
        assert [next(consumer).value, next(consumer).value] == [1, 2]
        for _ in range(2):
            with pytest.raises(SerializationError, match=f"offset 2 of {topic}-0.*seek to 3"):
                next(consumer)
        consumer.seek(topic, 0, 3)
        assert [record.value for record in consumer] == [4]
        consumer.seek(topic, 0, 0)
        assert [record.value for record in consumer.poll(30)] == [1, 2]
        with pytest.raises(SerializationError, match="offset 2"):
            consumer.poll(30)
        consumer.seek(topic, 0, 3)
        assert [record.value for record in consumer.poll(30)] == [4]
        assert consumer.poll(0.01) == []


def test_polls_that_run_out_of_time_lose_nothing(own_broker, topic):
    """Whatever arrives at the last moment is there for the next call."""
    address = own_broker.bootstrap_servers
    with Producer(address, linger_ms=0) as producer:
        producer.send(topic, "first").result(30)
        with Consumer(topic, bootstrap_servers=address, from_beginning=True) as consumer:
            seen = []
            for number in range(300):
                producer.send(topic, str(number), partition=number % 3)
                seen += consumer.poll(0.0005 * (number % 5))
            producer.flush()
            while len(seen) < 301:
                seen += consumer.poll(30)
    assert sorted(record.value for record in seen) == sorted(
        [b"first", *(b"%d" % number for number in range(300))]
    )


def test_bad_input_of_a_producer(own_broker, topic):
    """Each mistake is named where it is made, and nothing of it is sent."""
    address = own_broker.bootstrap_servers
    with Producer(address, max_request_size=1_000) as producer:
        with pytest.raises(SerializationError, match="value_serializer"):
            producer.send(topic, 5)
        with pytest.raises(RecordTooLargeError, match="max_request_size=1000"):
            producer.send(topic, b"x" * 1_000)
        with pytest.raises(RecordTooLargeError, match="max_request_size=1000"):
            producer.send_many(topic, [b"x" * 1_000])
        with pytest.raises(UnknownPartitionError, match="has no partition 3"):
            producer.send(topic, b"x", partition=3)
        with pytest.raises(SerializationError, match="header 'n' is 5, not bytes"):
            producer.send(topic, b"x", headers={"n": 5})
        with pytest.raises(ValueError, match="timestamp_ms=-1 is not"):
            producer.send(topic, b"x", timestamp_ms=-1)
        with pytest.raises(ValueError, match="timestamp_ms=9223372036854775808 is not"):
            producer.send(topic, b"x", timestamp_ms=2**63)
        with pytest.raises(SerializationError, match="needs a key"):
            producer.send_many(topic, [None])
        with pytest.raises(ValueError, match="249"):
            producer.send("no spaces", b"x")
    with pytest.raises(ClientClosedError, match="make a new one"):
        producer.send(topic, b"x")
    producer.close()  # again: nothing to do
    with pytest.raises(BrokerUnreachableError, match=r"127\.0\.0\.1:1"):
        Producer("127.0.0.1:1")
    with pytest.raises(ConfigurationError, match="topics are names"):
        Consumer(5, bootstrap_servers=address)
    assert read_all(address, topic) == []


def test_topics_that_nobody_may_make():
    """Where brokers make no topics on the way, an unknown one is an error of the call."""
    with (
        Broker({"auto.create.topics.enable": "false"}) as broker,
        Producer(broker.bootstrap_servers) as producer,
    ):
        with pytest.raises(UnknownTopicError, match="'missing' does not exist"):
            producer.send("missing", b"x")
        with pytest.raises(UnknownTopicError):
            Consumer("missing", bootstrap_servers=broker.bootstrap_servers)


def test_a_full_buffer_waits_and_then_says_so(topic):
    """While the broker is away nothing grows without a bound."""
    with Broker() as broker:
        producer = Producer(
            broker.bootstrap_servers,
            buffer_memory=10_000,
            max_block_ms=100,
            delivery_timeout_ms=500,
        )
        producer.send(topic, b"x").result(30)
        broker.kill()
        for _ in range(9):
            producer.send(topic, b"x" * 1_000)
        producer.send(topic, b"x" * 1_000)
        with pytest.raises(BufferFullError, match="max_block_ms=100") as raised:
            producer.send(topic, b"x")
        assert raised.value.retriable
        broker.restart()
        producer.close()


def test_a_broker_that_comes_back(topic):
    """What was sent while it was away arrives once, in order."""
    with Broker() as broker, Producer(broker.bootstrap_servers) as producer:
        sent = [producer.send(topic, str(number)) for number in range(100)]
        producer.flush()
        broker.kill()
        sent += [producer.send(topic, str(number)) for number in range(100, 200)]
        broker.restart()
        assert [delivery.result(30).offset for delivery in sent] == list(range(200))
        values = [int(record.value) for record in read_all(broker.bootstrap_servers, topic)]
        assert values == list(range(200))


def test_a_leader_that_dies():
    """The others take over, and nothing is lost or written twice."""
    with Cluster(
        3, settings={"default.replication.factor": "3", "min.insync.replicas": "2"}
    ) as cluster:
        with Producer(cluster.bootstrap_servers) as producer:
            deliveries = []
            for number in range(600):
                deliveries.append(producer.send("t", str(number), partition=0))
                if number == 300:
                    deliveries[-1].result(30)
                    cluster.kill(2)
            assert all(delivery.exception(30) is None for delivery in deliveries)
        values = [int(record.value) for record in read_all(cluster.bootstrap_servers, "t")]
        assert values == list(range(600))


def test_the_wrong_loop_and_the_wrong_process(own_broker, topic):
    """Both are said, instead of a wait without end."""

    async def started():
        producer = aio.Producer(own_broker.bootstrap_servers)
        with pytest.raises(ClientClosedError, match="not started"):
            await producer.send(topic, b"x")
        await producer.start()
        return producer

    loop = asyncio.new_event_loop()
    producer = loop.run_until_complete(started())
    with pytest.raises(WrongLoopError, match="one per loop"):
        asyncio.run(producer.flush())
    loop.run_until_complete(producer.close())
    loop.close()
    with Producer(own_broker.bootstrap_servers) as blocking:
        process_id = os.fork()
        if process_id == 0:
            try:
                blocking.flush()
            except ForkedError:
                os._exit(17)
            os._exit(1)
        _, status = os.waitpid(process_id, 0)
        assert os.waitstatus_to_exitcode(status) == 17


def test_values_of_a_schema(bootstrap, topic):
    """Serializers of a library are callables like any other; wrong data is told by its place."""
    schema = {"type": "record", "name": "Order", "fields": [{"name": "dish", "type": "string"}]}
    with Producer(bootstrap, value_serializer=avro.serializer(schema)) as producer:
        producer.send(topic, {"dish": "dosa"})
        producer.send(topic, None, key="tombstone")
        with pytest.raises(SerializationError, match="value_serializer failed"):
            producer.send(topic, {"fish": "dosa"})
    with Consumer(
        topic,
        bootstrap_servers=bootstrap,
        from_beginning=True,
        stop_at_end=True,
        value_deserializer=avro.deserializer(schema),
    ) as consumer:
        values = [record.value for record in consumer]
    assert sorted(values, key=str) == [None, {"dish": "dosa"}]
