# SPDX-License-Identifier: Apache-2.0
"""Groups and transactions over three brokers, and the other clients, while brokers die."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from itertools import product

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException, TopicPartition
from tests.cluster.cluster_clients import TIMEOUT_S, take, until
from tests.integration.foreign_clients import FOREIGN_WARNINGS

from ottla.controller.topic_names import CONSUMER_OFFSETS, TRANSACTION_STATE
from ottla.coordinators.partitioning import partition_of

pytestmark = FOREIGN_WARNINGS

RECORDS = 200
PARTITIONS = 3
COPY_S, STOP_S = 5.0, 2.0
"""A client that a kill has confused is given up after that, and another one begins."""
CLOSING_S = 0.05
"""Sockets of a client are closed a turn after its stop."""


def values(count, first=0):
    """Return so many different values."""
    return [b"%d" % number for number in range(first, first + count)]


def coordinator_of(cluster, topic, key):
    """Return the broker that coordinates a group or a transactional id."""
    count = len(cluster.image.topics_by_name[topic].partitions)
    return cluster.leader(topic, partition_of(key, count))


# other clients


def test_kafka_python_over_a_failover(cluster):
    """Its producer and consumer find the new leader by themselves."""
    from kafka import KafkaConsumer, KafkaProducer

    cluster.create("t", min_insync_replicas=2)
    servers = cluster.cluster.bootstrap_servers.split(",")
    producer = KafkaProducer(
        bootstrap_servers=servers, acks="all", retries=50, retry_backoff_ms=20, linger_ms=0
    )
    futures = []
    for number, value in enumerate(values(RECORDS)):
        futures.append(producer.send("t", value, partition=0))
        if number == RECORDS // 2:
            futures[-1].get(TIMEOUT_S)
            cluster.kill(cluster.leader("t"))
    for future in futures:
        future.get(TIMEOUT_S)
    producer.close()
    consumer = KafkaConsumer(
        "t", bootstrap_servers=servers, auto_offset_reset="earliest", consumer_timeout_ms=10_000
    )
    found = []
    for record in consumer:
        found.append(record.value)
        if len(found) == RECORDS:
            break
    consumer.close()
    assert set(found) == set(values(RECORDS))


def test_aiokafka_over_a_failover(cluster):
    """An idempotent producer: every record once, in order."""
    cluster.create("t", min_insync_replicas=2)

    async def scenario():
        servers = cluster.cluster.bootstrap_servers
        producer = AIOKafkaProducer(
            bootstrap_servers=servers, enable_idempotence=True, retry_backoff_ms=20
        )
        await producer.start()
        for number, value in enumerate(values(RECORDS)):
            waiting = await producer.send("t", value, partition=0)
            if number == RECORDS // 2:
                await waiting
                leader = cluster.leader("t")
                await asyncio.get_running_loop().run_in_executor(None, cluster.kill, leader)
        await asyncio.wait_for(producer.flush(), TIMEOUT_S)
        await producer.stop()
        consumer = AIOKafkaConsumer(
            "t", bootstrap_servers=servers, auto_offset_reset="earliest", retry_backoff_ms=20
        )
        await consumer.start()
        found = [
            (await asyncio.wait_for(consumer.getone(), TIMEOUT_S)).value for _ in range(RECORDS)
        ]
        await consumer.stop()
        await asyncio.sleep(CLOSING_S)
        return found

    assert asyncio.run(scenario()) == values(RECORDS)


# groups


def test_a_group_survives_its_coordinator(cluster):
    """What was committed before is known to the next coordinator, and the group goes on."""
    cluster.create("t", 2, min_insync_replicas=2)
    for partition in (0, 1):
        cluster.produce("t", values(20), partition=partition)
    consumer = cluster.consumer("g", session_timeout_ms=6000, heartbeat_interval_ms=500)
    consumer.subscribe(["t"])
    assert Counter(take(consumer, 40)) == Counter(values(20) * 2)
    consumer.commit(asynchronous=False)
    dead = cluster.kill(coordinator_of(cluster, CONSUMER_OFFSETS, "g"))
    for partition in (0, 1):
        cluster.produce("t", values(5, first=100), partition=partition)
    assert Counter(take(consumer, 10)) == Counter(values(5, first=100) * 2)
    until(lambda: _commits(consumer))
    consumer.close()
    cluster._open.remove(consumer)
    cluster.restart(dead)
    other = cluster.consumer("g")
    committed = until(lambda: _committed(other, "t", 2))
    assert committed == [25, 25]


def _commits(consumer):
    try:
        consumer.commit(asynchronous=False)
    except KafkaException:
        return False
    return True


def _committed(consumer, topic, partitions):
    places = [TopicPartition(topic, number) for number in range(partitions)]
    try:
        return [place.offset for place in consumer.committed(places, timeout=0.5)]
    except KafkaException:
        return None


def test_bug_34_offsets_are_never_forgotten_by_a_new_coordinator(cluster):
    """Bug 34: while it reads them it does not say that there are none."""
    cluster.create("t")
    consumer = cluster.consumer("g")
    consumer.commit(offsets=[TopicPartition("t", 0, 7)], asynchronous=False)
    for _ in range(2):
        dead = cluster.kill(coordinator_of(cluster, CONSUMER_OFFSETS, "g"))
        assert until(lambda: _committed(consumer, "t", 1)) == [7]  # the first one that is given
        cluster.restart(dead)


# transactions


@pytest.mark.parametrize("ends_with", ["commit", "abort"])
def test_bug_27_a_transaction_survives_its_coordinator(cluster, ends_with):
    """Bug 27: it is ended after the failover, whole, on partitions of several brokers."""
    cluster.create("t", 3, min_insync_replicas=2)
    producer = cluster.producer(transactional_id="tx", transaction_timeout_ms=20_000)
    producer.init_transactions(TIMEOUT_S)
    producer.begin_transaction()
    for partition in range(3):
        producer.produce("t", b"in it", partition=partition)
    producer.flush(TIMEOUT_S)
    dead = cluster.kill(coordinator_of(cluster, TRANSACTION_STATE, "tx"))
    if ends_with == "commit":
        producer.commit_transaction(TIMEOUT_S)
    else:
        producer.abort_transaction(TIMEOUT_S)
    producer.begin_transaction()
    for partition in range(3):
        producer.produce("t", b"after", partition=partition)
    producer.commit_transaction(TIMEOUT_S)
    expected = [b"in it", b"after"] if ends_with == "commit" else [b"after"]
    for partition in range(3):
        assert cluster.read("t", len(expected), partition=partition) == expected
    cluster.restart(dead)


def test_bug_21_a_zombie_is_fenced_by_whoever_took_its_name(cluster):
    """Bug 21: also when the coordinator changed in between."""
    cluster.create("t", min_insync_replicas=2)
    zombie = cluster.producer(transactional_id="tx")
    zombie.init_transactions(TIMEOUT_S)
    zombie.begin_transaction()
    zombie.produce("t", b"zombie", partition=0)
    zombie.flush(TIMEOUT_S)
    cluster.kill(coordinator_of(cluster, TRANSACTION_STATE, "tx"))
    heir = cluster.producer(transactional_id="tx")
    heir.init_transactions(TIMEOUT_S)
    heir.begin_transaction()
    heir.produce("t", b"heir", partition=0)
    heir.commit_transaction(TIMEOUT_S)
    with pytest.raises(KafkaException):
        zombie.commit_transaction(TIMEOUT_S)
    assert cluster.read("t", 1) == [b"heir"]


class Copier:
    """Copies a topic in transactions, and begins anew whenever something fails.

    Not with librdkafka: it waits for ever for a group coordinator that has left the metadata
    (confluentinc/librdkafka#5511), on any cluster whose brokers die.
    """

    def __init__(self, cluster, name) -> None:
        self.servers = cluster.cluster.bootstrap_servers
        self.name = name
        self.is_over = False
        self.failures: list[str] = []

    async def run(self):
        """Copy until told to stop."""
        while not self.is_over:
            producer = AIOKafkaProducer(
                bootstrap_servers=self.servers, transactional_id=self.name, retry_backoff_ms=20
            )
            consumer = AIOKafkaConsumer(
                "in",
                bootstrap_servers=self.servers,
                group_id="copy",
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                isolation_level="read_committed",
                retry_backoff_ms=20,
                session_timeout_ms=6000,
            )
            try:
                await asyncio.wait_for(producer.start(), TIMEOUT_S)
                await asyncio.wait_for(consumer.start(), TIMEOUT_S)
                while not self.is_over:
                    await asyncio.wait_for(self._copy_some(producer, consumer), COPY_S)
            except (KafkaError, TimeoutError) as error:
                self.failures.append(repr(error))
            finally:
                for client in (consumer, producer):
                    with contextlib.suppress(KafkaError, TimeoutError):
                        await asyncio.wait_for(client.stop(), STOP_S)
        await asyncio.sleep(CLOSING_S)

    async def _copy_some(self, producer, consumer):
        found = await consumer.getmany(timeout_ms=100, max_records=50)
        if not found:
            return
        async with producer.transaction():
            for records in found.values():
                for record in records:
                    await producer.send(
                        "out", record.value, partition=int(record.value) % PARTITIONS
                    )
            ends = {place: records[-1].offset + 1 for place, records in found.items()}
            await producer.send_offsets_to_transaction(ends, "copy")


def test_exactly_once_copies_over_three_brokers_with_kills(cluster):
    """Each record once, whichever broker dies: leaders, coordinators, the controller."""
    count = 600
    for topic in ("in", "out"):
        cluster.create(topic, PARTITIONS, min_insync_replicas=2)
    producer = cluster.producer(enable_idempotence=True)

    def feed(first, more):
        for value in values(more, first=first):
            producer.produce("in", value, partition=int(value) % PARTITIONS)
        assert producer.flush(TIMEOUT_S) == 0

    copier = Copier(cluster, "tx")
    thread = threading.Thread(target=asyncio.run, args=(copier.run(),), daemon=True)
    feed(0, count // 2)
    thread.start()
    reader = cluster.consumer("verify")
    reader.assign([TopicPartition("out", number, 0) for number in range(PARTITIONS)])
    seen = take(reader, count // 4)
    for round_, broker_id in enumerate((1, 2)):
        cluster.kill(broker_id)
        feed(count // 2 + round_ * count // 4, count // 4)
        seen += take(reader, count // 4, timeout_s=3 * TIMEOUT_S)
        cluster.restart(broker_id)
        for topic, partition in product(("in", "out"), range(PARTITIONS)):
            cluster.until_in_sync(topic, 1, 2, 3, partition=partition)
    seen += take(reader, count - len(seen), timeout_s=3 * TIMEOUT_S)
    copier.is_over = True
    thread.join(2 * TIMEOUT_S)
    assert not thread.is_alive()
    assert Counter(seen) == Counter(values(count)), copier.failures
    assert reader.consume(1, 0.2) == []
