# SPDX-License-Identifier: Apache-2.0
"""Groups and transactions over three brokers, and the other clients, while brokers die."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import KafkaException, TopicPartition
from tests.cluster.cluster_clients import TIMEOUT_S, take, until
from tests.integration.foreign_clients import FOREIGN_WARNINGS

from ottla.controller.topic_names import CONSUMER_OFFSETS, TRANSACTION_STATE
from ottla.coordinators.partitioning import partition_of

pytestmark = FOREIGN_WARNINGS

RECORDS = 200
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
