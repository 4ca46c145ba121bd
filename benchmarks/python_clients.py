# SPDX-License-Identifier: Apache-2.0
"""Load through the clients that Python programs use, in a process of its own.

The client's cost per record in Python is far above the broker's here, so these rows say what a
Python user gets, not what the broker can do. Consumers name their partition: no group is involved.

Run as `python -m benchmarks.python_clients CLIENT-ACTION ADDRESS TOPIC RECORD_BYTES COUNT`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as AIOTopicPartition
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from kafka import KafkaConsumer, KafkaProducer
from kafka import TopicPartition as KafkaTopicPartition
from ottla import Consumer as OttlaConsumer
from ottla import Producer as OttlaProducer
from ottla.client.consumer_record import RecordBatch

PATIENCE_S = 60
BATCH_BYTES = 1_000_000


def confluent_produce(address: str, topic: str, record_bytes: int, count: int) -> float:
    """Produce with librdkafka's Python binding, acks=1, batches up to 1 MB."""
    producer = Producer(
        {
            "bootstrap.servers": address,
            "acks": 1,
            "linger.ms": 20,
            "batch.size": BATCH_BYTES,
            "batch.num.messages": 100_000,
            "queue.buffering.max.messages": 500_000,
        }
    )
    producer.list_topics(topic, 10)
    value = b"x" * record_bytes
    began = time.perf_counter()
    for index in range(count):
        while True:
            try:
                producer.produce(topic, value, partition=0)
                break
            except BufferError:
                producer.poll(0.01)
        if index % 4096 == 0:
            producer.poll(0)
    if producer.flush(PATIENCE_S):
        raise TimeoutError("not everything was delivered")
    return time.perf_counter() - began


def confluent_consume(address: str, topic: str, _record_bytes: int, count: int) -> float:
    """Consume in lists of 1,000 from the beginning."""
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "bench", "enable.auto.commit": False}
    )
    began = time.perf_counter()
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    received = 0
    while received < count:
        messages = consumer.consume(1000, 1.0)
        for message in messages:
            if message.error():
                raise RuntimeError(str(message.error()))
        received += len(messages)
        if time.perf_counter() - began > PATIENCE_S:
            raise TimeoutError(f"{received} of {count} records came")
    return time.perf_counter() - began


def aiokafka_produce(address: str, topic: str, record_bytes: int, count: int) -> float:
    """Produce with aiokafka, acks=1, a bounded number of sends in flight."""
    return asyncio.run(_aiokafka_produce(address, topic, record_bytes, count))


async def _aiokafka_produce(address: str, topic: str, record_bytes: int, count: int) -> float:
    producer = AIOKafkaProducer(
        bootstrap_servers=address, acks=1, max_batch_size=BATCH_BYTES, linger_ms=5
    )
    await producer.start()
    try:
        value = b"x" * record_bytes
        began = time.perf_counter()
        pending = [await producer.send(topic, value, partition=0) for _ in range(count)]
        await asyncio.wait_for(asyncio.gather(*pending), PATIENCE_S)
        return time.perf_counter() - began
    finally:
        await producer.stop()


def aiokafka_consume(address: str, topic: str, _record_bytes: int, count: int) -> float:
    """Consume with aiokafka by getmany from the beginning."""
    return asyncio.run(_aiokafka_consume(address, topic, count))


async def _aiokafka_consume(address: str, topic: str, count: int) -> float:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    await consumer.start()
    try:
        partition = AIOTopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        began = time.perf_counter()
        received = 0
        while received < count:
            found = await consumer.getmany(partition, timeout_ms=1000)
            received += sum(map(len, found.values()))
            if time.perf_counter() - began > PATIENCE_S:
                raise TimeoutError(f"{received} of {count} records came")
        return time.perf_counter() - began
    finally:
        await consumer.stop()


def kafka_python_produce(address: str, topic: str, record_bytes: int, count: int) -> float:
    """Produce with kafka-python, acks=1, without idempotence as the others."""
    producer = KafkaProducer(
        bootstrap_servers=address,
        acks=1,
        enable_idempotence=False,
        batch_size=BATCH_BYTES,
        linger_ms=5,
    )
    value = b"x" * record_bytes
    producer.partitions_for(topic)
    began = time.perf_counter()
    for _ in range(count):
        producer.send(topic, value, partition=0)
    producer.flush(PATIENCE_S)
    elapsed = time.perf_counter() - began
    producer.close()
    return elapsed


def kafka_python_consume(address: str, topic: str, _record_bytes: int, count: int) -> float:
    """Consume with kafka-python by polls of 1,000 from the beginning."""
    consumer = KafkaConsumer(
        bootstrap_servers=address, enable_auto_commit=False, max_poll_records=1000
    )
    partition = KafkaTopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    began = time.perf_counter()
    received = 0
    while received < count:
        received += sum(map(len, consumer.poll(1000).values()))
        if time.perf_counter() - began > PATIENCE_S:
            raise TimeoutError(f"{received} of {count} records came")
    elapsed = time.perf_counter() - began
    consumer.close()
    return elapsed


def ottla_produce(address: str, topic: str, record_bytes: int, count: int) -> float:
    """Produce with our own producer, one by one, as it comes: acks=all, idempotent."""
    with OttlaProducer(address) as producer:
        value = b"x" * record_bytes
        producer.partitions_for(topic)
        began = time.perf_counter()
        for _ in range(count):
            producer.send(topic, value, partition=0)
        producer.flush(PATIENCE_S)
        return time.perf_counter() - began


def ottla_produce_many(address: str, topic: str, record_bytes: int, count: int) -> float:
    """Produce with our own producer by `send_many`."""
    with OttlaProducer(address) as producer:
        values = [b"x" * record_bytes] * count
        producer.partitions_for(topic)
        began = time.perf_counter()
        producer.send_many(topic, values, partition=0).result(PATIENCE_S)
        return time.perf_counter() - began


def ottla_consume(address: str, topic: str, _record_bytes: int, count: int) -> float:
    """Consume with our own consumer, record by record."""
    with OttlaConsumer(bootstrap_servers=address, from_beginning=True) as consumer:
        began = time.perf_counter()
        consumer.assign([(topic, 0)])
        for received, _ in enumerate(consumer, 1):
            if received == count:
                break
        return time.perf_counter() - began


def ottla_consume_batches(address: str, topic: str, _record_bytes: int, count: int) -> float:
    """Consume with our own consumer, iterating over the records of batches."""
    return _consume_batches(address, topic, count, lambda batch: sum(1 for _ in batch))


def ottla_consume_values(address: str, topic: str, _record_bytes: int, count: int) -> float:
    """Consume with our own consumer: the column of values alone."""
    return _consume_batches(address, topic, count, lambda batch: len(batch.values()))


def ottla_consume_columns(address: str, topic: str, _record_bytes: int, count: int) -> float:
    """Consume with our own consumer: all columns, as tables of pyarrow."""
    import pyarrow.compute  # noqa: F401, PLC0415 - as others, before the clock runs

    return _consume_batches(address, topic, count, lambda batch: batch.to_arrow().num_rows)


def _consume_batches(
    address: str, topic: str, count: int, look_at: Callable[[RecordBatch], int]
) -> float:
    with OttlaConsumer(bootstrap_servers=address, from_beginning=True) as consumer:
        began = time.perf_counter()
        consumer.assign([(topic, 0)])
        received = 0
        for batch in consumer.batches():
            received += look_at(batch)
            if received >= count:
                break
        return time.perf_counter() - began


LOADS: dict[str, Callable[[str, str, int, int], float]] = {
    "confluent-produce": confluent_produce,
    "confluent-consume": confluent_consume,
    "aiokafka-produce": aiokafka_produce,
    "aiokafka-consume": aiokafka_consume,
    "kafka-python-produce": kafka_python_produce,
    "kafka-python-consume": kafka_python_consume,
    "ottla-produce": ottla_produce,
    "ottla-produce-many": ottla_produce_many,
    "ottla-consume": ottla_consume,
    "ottla-consume-batches": ottla_consume_batches,
    "ottla-consume-values": ottla_consume_values,
    "ottla-consume-columns": ottla_consume_columns,
}


def main(arguments: list[str]) -> int:
    """Run one load and print what was measured."""
    name, address, topic, record_bytes, count = arguments
    seconds = LOADS[name](address, topic, int(record_bytes), int(count))
    payload_bytes = int(record_bytes) * int(count)
    result: dict[str, Any] = {
        "records_per_s": int(count) / seconds,
        "mb_per_s": payload_bytes / seconds / 1e6,
        "total_records": int(count),
        "total_gb": payload_bytes / 1e9,
        "client_cpu_s": time.process_time(),
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
