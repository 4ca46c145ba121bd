# SPDX-License-Identifier: Apache-2.0
"""Copiers: what is made of each record is stored once, whatever fails in between."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from ottla import Admin, Consumer, Copier, Producer, ProducerRecord, aio
from ottla.client.configs import ConfigResource
from ottla.client.errors import (
    ConfigurationError,
    ProducerFencedError,
    RecordTooLargeError,
    TransactionAbortedError,
)
from ottla.client.interceptors import ConsumerInterceptor
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ErrorCode
from ottla.testing import Broker

TIMEOUT_S = 30
RECORDS = 400
TO_THE_END = {"stop_at_end": True}


class _RatesMissingError(Exception):
    """Something that a transform needs is not to be had."""


@pytest.fixture
def name():
    """Return a transactional id and group that nobody has used."""
    return f"copier-{uuid4().hex[:12]}"


def fill(bootstrap, topic, count=RECORDS):
    """Write numbers, and make the topic that they are copied to."""
    with Producer(bootstrap) as producer:
        for number in range(count):
            producer.send(topic, b"%d" % number, key=b"%d" % (number % 7))
        producer.flush()
        producer.partitions_for(f"{topic}-out")


def read(bootstrap, topic, expected_count=0):
    """Return the values that read_committed consumers see.

    Waits for as many as there should be: Apache Kafka answers a commit before it is seen.
    """
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        with Consumer(
            topic,
            bootstrap_servers=bootstrap,
            from_beginning=True,
            stop_at_end=True,
            isolation_level="read_committed",
        ) as consumer:
            values = [record.value for record in consumer]
        if len(values) >= expected_count or time.monotonic() > deadline:
            return values


def numbers(count=RECORDS):
    """Return the values that `fill` writes."""
    return [b"%d" % number for number in range(count)]


def to_out(record):
    """Copy a record as it is."""
    return ProducerRecord(f"{record.topic}-out", record.value, key=record.key)


def copier_of(bootstrap, topic, name, transform=to_out, **options: Any):
    """Return a copier that ends where the topic ends now."""
    return Copier(
        topic,
        transform=transform,
        group_id=name,
        transactional_id=name,
        bootstrap_servers=bootstrap,
        **{"consumer_options": TO_THE_END, **options},
    )


def assert_copied(bootstrap, topic, group, count=RECORDS):
    """Check that all was copied once, each key in order, and that nothing is left to do."""
    copied = read(bootstrap, f"{topic}-out", count)
    assert Counter(copied) == Counter(numbers(count))
    for key in range(7):
        of_key = [int(value) for value in copied if int(value) % 7 == key]
        assert of_key == sorted(of_key)
    assert_at_the_end(bootstrap, topic, group)


def assert_at_the_end(bootstrap, topic, group):
    """Check that the group would go on behind all records."""
    with Consumer(bootstrap_servers=bootstrap, group_id=group, from_beginning=True) as consumer:
        consumer.assign([(topic, partition) for partition in range(partitions(bootstrap, topic))])
        places = {place: consumer.position(*place) for place in consumer.assignment}
        assert places == consumer.end_offsets()


def partitions(bootstrap, topic):
    """Return how many the topic has."""
    with Producer(bootstrap) as producer:
        return producer.partitions_for(topic)


def test_one_for_one(bootstrap, topic, name):
    """Every record comes out once, in order, in transactions of not more than so many records."""
    fill(bootstrap, topic)
    with copier_of(bootstrap, topic, name, max_records=50) as copier:
        copier.run()
        assert copier.records_copied == RECORDS
    assert_copied(bootstrap, topic, name)
    with Consumer(f"{topic}-out", bootstrap_servers=bootstrap) as consumer:
        markers = sum(consumer.end_offsets().values()) - RECORDS
    assert markers >= RECORDS / 50, "each transaction leaves a marker, at least one"


def test_none_some_and_many(bootstrap, topic, name):
    """A record may become nothing, or several records."""
    fill(bootstrap, topic)

    def repeated(record):
        number = int(record.value)
        copy = to_out(record)
        return {0: None, 1: copy, 2: (copy, copy)}.get(number % 4, iter([copy] * 3))

    with copier_of(bootstrap, topic, name, repeated) as copier:
        copier.run()
    expected = {value: int(value) % 4 for value in numbers() if int(value) % 4}
    copied = read(bootstrap, f"{topic}-out", sum(expected.values()))
    assert Counter(copied) == expected


class _OddOnly(ConsumerInterceptor):
    def on_records(self, records):
        return [record for record in records if int(record.value) % 2]


def test_interceptors_leave_records_out(own_broker, topic, name):
    """Those are not copied, and not read again either."""
    bootstrap = own_broker.bootstrap_servers
    fill(bootstrap, topic)
    for number in (1_000, 1_002):  # batches of which nothing is left
        with Producer(bootstrap) as producer:
            producer.send(topic, b"%d" % number, partition=0)
    with Copier(
        topic,
        transform=to_out,
        group_id=name,
        transactional_id=name,
        bootstrap_servers=bootstrap,
        consumer_options={**TO_THE_END, "interceptors": [_OddOnly()]},
    ) as copier:
        copier.run()
    assert sorted(map(int, read(bootstrap, f"{topic}-out"))) == list(range(1, RECORDS, 2))
    assert_at_the_end(bootstrap, topic, name)


def test_a_transform_that_fails(bootstrap, topic, name):
    """Its error comes out of `run`; the next `run` begins with the same records."""
    fill(bootstrap, topic)
    chance = random.Random(5)

    def fails_at_times(record):
        if chance.random() < 0.01:
            raise _RatesMissingError
        return to_out(record)

    failures = 0
    with copier_of(bootstrap, topic, name, fails_at_times, max_records=20) as copier:
        while True:
            try:
                copier.run()
                break
            except _RatesMissingError:
                failures += 1
        assert copier.records_copied == RECORDS
    assert failures > 0
    assert_copied(bootstrap, topic, name)


def test_copiers_that_are_cut_off(bootstrap, topic, name):
    """Two share the partitions, and are cancelled at any moment; others take over."""
    fill(bootstrap, topic, 2_000)

    async def copier_until_cancelled(number):
        async def transform(record):
            await asyncio.sleep(0)
            return to_out(record)

        async with aio.Copier(
            topic,
            transform=transform,
            group_id=name,
            transactional_id=f"{name}-{number}",
            bootstrap_servers=bootstrap,
            max_records=30,
            consumer_options={"session_timeout_ms": 6_000},
        ) as copier:
            await copier.run()

    async def copied_count():
        async with aio.Consumer(
            f"{topic}-out",
            bootstrap_servers=bootstrap,
            from_beginning=True,
            stop_at_end=True,
            isolation_level="read_committed",
        ) as consumer:
            return sum([1 async for _ in consumer])

    async def scenario():
        chance = random.Random(11)
        tasks = {}
        cuts = 0
        while await copied_count() < 2_000:
            for number in range(2):
                if number not in tasks:
                    tasks[number] = asyncio.create_task(copier_until_cancelled(number))
            await asyncio.sleep(chance.uniform(0.05, 0.4) if cuts < 8 else 0.3)
            if cuts < 8:
                task = tasks.pop(chance.randrange(2))
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                cuts += 1
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        assert cuts > 0

    asyncio.run(asyncio.wait_for(scenario(), 120))
    assert_copied(bootstrap, topic, name, 2_000)


@pytest.mark.parametrize(
    ("api", "fault"),
    [
        ("Produce", ErrorCode.NOT_ENOUGH_REPLICAS),
        ("Produce", None),
        ("TxnOffsetCommit", ErrorCode.UNKNOWN_MEMBER_ID),
        ("TxnOffsetCommit", ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
        ("TxnOffsetCommit", ErrorCode.TRANSACTION_ABORTABLE),
        ("EndTxn", ErrorCode.CONCURRENT_TRANSACTIONS),
        ("EndTxn", None),
    ],
)
def test_what_may_succeed_later_is_done_again(own_broker, topic, name, api, fault):
    """A refusal, or an answer that gets lost, costs no record and doubles none."""
    bootstrap = own_broker.bootstrap_servers
    fill(bootstrap, topic)
    with copier_of(bootstrap, topic, name, max_records=40) as copier:
        faults = own_broker.faults
        plan = faults.drop_answer(api) if fault is None else faults.answer(api, fault)
        copier.run()
        assert plan.is_over
        assert copier.records_copied == RECORDS
    assert_copied(bootstrap, topic, name)


def test_a_broker_that_dies(topic, name):
    """Nobody tells whether a commit was done until the broker is back; then it goes on."""
    with Broker() as broker:
        bootstrap = broker.bootstrap_servers
        fill(bootstrap, topic)
        with copier_of(
            bootstrap, topic, name, max_records=40, producer_options={"max_block_ms": 500}
        ) as copier:
            held = broker.faults.delay("EndTxn", seconds=600)
            running = threading.Thread(target=copier.run)
            running.start()
            held.wait()
            broker.kill()
            running.join(1.5)
            assert running.is_alive()
            broker.restart()
            running.join(TIMEOUT_S)
            assert not running.is_alive()
            assert copier.records_copied == RECORDS
        assert_copied(bootstrap, topic, name)


def test_what_would_be_refused_again_is_told(own_broker, topic, name):
    """Nothing of the records is stored, and the copier can go on with a better transform."""
    bootstrap = own_broker.bootstrap_servers
    fill(bootstrap, topic, 3)
    with Admin(bootstrap) as admin:
        admin.alter_configs(ConfigResource.topic(f"{topic}-out"), {"max.message.bytes": "1000"})
    size = 2_000

    def sized(record):
        return ProducerRecord(f"{record.topic}-out", b"x" * size, partition=0)

    with copier_of(bootstrap, topic, name, sized) as copier:
        with pytest.raises(TransactionAbortedError, match=r"max\.message\.bytes allows 1000"):
            copier.run()
        size = 2_000_000
        with pytest.raises(RecordTooLargeError):
            copier.run()
        assert copier.records_copied == 0
        assert read(bootstrap, f"{topic}-out") == []
        size = 1
        copier.run()
        assert copier.records_copied == 3
    assert read(bootstrap, f"{topic}-out") == [b"x"] * 3


def test_of_one_name_there_is_one(own_broker, topic, name):
    """The older copier is told that a newer one has taken over."""
    bootstrap = own_broker.bootstrap_servers
    fill(bootstrap, topic, 3)
    settings = {
        "transform": to_out,
        "group_id": name,
        "transactional_id": name,
        "bootstrap_servers": bootstrap,
        "consumer_options": TO_THE_END,
    }
    with Copier(topic, **settings) as old, Copier(topic, **settings | {"group_id": f"{name}2"}):
        with pytest.raises(ProducerFencedError):
            old.run()
        assert old.records_copied == 0
    assert read(bootstrap, f"{topic}-out") == []


def test_stop(own_broker, topic, name):
    """`run` returns when it is told to, waiting or not, with what it has begun; others go on."""
    bootstrap = own_broker.bootstrap_servers
    fill(bootstrap, topic)
    seen = threading.Event()

    def transform(record):
        seen.set()
        return to_out(record)

    settings = {"group_id": name, "transactional_id": name, "bootstrap_servers": bootstrap}
    with Copier(topic, transform=transform, max_records=10, **settings) as copier:
        running = threading.Thread(target=copier.run)
        running.start()
        assert seen.wait(TIMEOUT_S)
        copier.stop()
        running.join(TIMEOUT_S)
        assert not running.is_alive()
        assert 0 < copier.records_copied < RECORDS
        copier.run()  # returns at once
    with Copier(topic, transform=to_out, **settings) as copier:
        running = threading.Thread(target=copier.run)
        running.start()
        while len(read(bootstrap, f"{topic}-out")) < RECORDS:
            assert running.is_alive()
        copier.stop()  # while it waits for more
        running.join(TIMEOUT_S)
        assert not running.is_alive()
    assert_copied(bootstrap, topic, name)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"transform": "upper"}, "transform='upper'"),
        ({"max_records": 0}, "max_records=0"),
        ({"consumer_options": {"auto_commit": True}}, "committed with the transactions"),
        ({"consumer_options": {"group_id": "g"}}, r"Copier\(group_id=...\)"),
        ({"producer_options": {"transactional_id": "t"}}, r"Copier\(transactional_id=...\)"),
        ({"producer_options": {"lingerms": 5}}, "linger_ms"),
        ({"producer_options": {"acks": 1}}, "acks"),
    ],
)
def test_settings_that_cannot_be(changed, text):
    """The error names the setting and what to do; nothing is connected."""
    settings = {"transform": to_out, "group_id": "g", "transactional_id": "t", **changed}
    with pytest.raises(ConfigurationError, match=text):
        aio.Copier("a", **settings)


@pytest.mark.parametrize("made", ["text", b"bytes", 5, ["text"], ("topic", "value")])
def test_a_transform_that_makes_no_records(own_broker, topic, name, made):
    """It is told what to return, and nothing is copied."""
    bootstrap = own_broker.bootstrap_servers
    fill(bootstrap, topic, 1)
    with (
        copier_of(bootstrap, topic, name, lambda _: made) as copier,
        pytest.raises(TypeError, match="return a ProducerRecord, several of them, or None"),
    ):
        copier.run()
    with Consumer(bootstrap_servers=bootstrap, group_id=name) as consumer:
        places = [TopicPartition(topic, number) for number in range(3)]
        assert consumer.committed(*places) == {}
