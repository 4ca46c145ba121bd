# SPDX-License-Identifier: Apache-2.0
"""Transactions of our producer on our broker, by both protocols, and on Apache Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import time
from uuid import uuid4

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from ottla import Consumer, Producer, aio
from ottla.client import producer_transactions
from ottla.client.errors import (
    ApiError,
    CommitFailedError,
    ConfigurationError,
    ProducerFencedError,
    RecordTooLargeError,
    TransactionAbortedError,
    TransactionOutcomeUnknownError,
    TransactionStateError,
)
from ottla.testing import Broker

TIMEOUT_S = 30


@pytest.fixture
def transactional_id():
    """Return a name that nobody has used."""
    return f"copier-{uuid4().hex[:12]}"


@pytest.fixture(params=["first protocol", "second protocol"], autouse=True)
def _protocol(request, monkeypatch):
    """Let the client take the cluster for one of before KIP-890, then for what it is."""
    if request.param == "first protocol":
        monkeypatch.setattr(producer_transactions, "_SECOND_PROTOCOL", 99)


def committed(bootstrap, topic, expected_count):
    """Return the values that read_committed consumers see, sorted.

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
            values = sorted(record.value for record in consumer)
        if len(values) >= expected_count or time.monotonic() > deadline:
            return values
        time.sleep(0.05)


def assert_committed(bootstrap, topic, expected):
    """Check what read_committed consumers see."""
    assert committed(bootstrap, topic, len(expected)) == sorted(expected)


def send_everywhere(producer, topic, text, fails=False):
    """Send a record to each partition in one transaction, and perhaps change one's mind."""
    with producer.transaction():
        deliveries = [
            producer.send(topic, f"{text} {partition}", partition=partition)
            for partition in range(producer.partitions_for(topic))
        ]
        if fails:
            raise OSError("changed my mind")
    return deliveries


def test_all_or_nothing(bootstrap, topic, transactional_id):
    """What was committed is seen, what was aborted is not, in any order over all partitions."""
    expected = []
    with Producer(bootstrap, transactional_id=transactional_id) as producer:
        count = producer.partitions_for(topic)
        for number in range(6):
            if number % 3 == 1:
                with pytest.raises(OSError, match="changed my mind"):
                    send_everywhere(producer, topic, f"aborted {number}", fails=True)
                continue
            deliveries = send_everywhere(producer, topic, f"kept {number}")
            expected += [f"kept {number} {partition}".encode() for partition in range(count)]
            assert all(delivery.result(TIMEOUT_S).offset >= 0 for delivery in deliveries)
        with producer.transaction():
            pass  # nothing to commit is no error
    assert_committed(bootstrap, topic, expected)


def test_nothing_is_seen_before_the_commit(bootstrap, topic, transactional_id):
    """A flush delivers, and still nobody may read it."""
    with Producer(bootstrap, transactional_id=transactional_id) as producer:
        producer.partitions_for(topic)
        producer.begin_transaction()
        producer.send(topic, "early").result(TIMEOUT_S)
        assert_committed(bootstrap, topic, [])
        producer.commit_transaction()
        assert_committed(bootstrap, topic, [b"early"])


def test_a_newer_producer_takes_over(bootstrap, topic, transactional_id):
    """The older one's open transaction is aborted, and it is told what happened."""
    with Producer(bootstrap, transactional_id=transactional_id) as old:
        old.partitions_for(topic)
        old.begin_transaction()
        old.send(topic, "of the old one").result(TIMEOUT_S)
        with Producer(bootstrap, transactional_id=transactional_id) as new:
            with new.transaction():
                new.send(topic, "of the new one")
            with pytest.raises(ProducerFencedError, match="taken it over"):
                old.commit_transaction()
            with pytest.raises(ProducerFencedError, match="make a new one"):
                old.send(topic, "too late")
            with pytest.raises(ProducerFencedError):
                old.begin_transaction()
    assert_committed(bootstrap, topic, [b"of the new one"])


def test_a_producer_that_was_closed_in_between_leaves_nothing(bootstrap, topic, transactional_id):
    """Its successor aborts what it left open."""
    with Producer(bootstrap, transactional_id=transactional_id) as first:
        first.partitions_for(topic)
        first.begin_transaction()
        first.send(topic, "left behind").result(TIMEOUT_S)
    with (
        Producer(bootstrap, transactional_id=transactional_id) as second,
        second.transaction(),
    ):
        second.send(topic, "done")
    assert_committed(bootstrap, topic, [b"done"])


def copy(records, producer, target, consumer, fails):
    """Write what was read, and where to read on, in one transaction."""
    with producer.transaction():
        for record in records:
            producer.send(target, record.value + b"!")
        ends = {(one.topic, one.partition): one.offset + 1 for one in records}
        producer.send_offsets(ends, consumer.group_metadata())
        if fails:
            raise OSError("the first attempt fails")


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_copier_that_fails_copies_exactly_once(bootstrap, topic, transactional_id, protocol):
    """Offsets go with the records that were made of them, or not at all."""
    target = f"{topic}-copied"
    with Producer(bootstrap) as producer:
        producer.send_many(topic, [b"%d" % number for number in range(300)])
        producer.partitions_for(target)
    attempts, copied = 0, 0
    with Producer(bootstrap, transactional_id=transactional_id) as producer:
        while copied < 300:
            with Consumer(
                topic,
                bootstrap_servers=bootstrap,
                group_id=f"copiers-{topic}",
                group_protocol=protocol,
                from_beginning=True,
                auto_commit=False,
                max_partition_fetch_bytes=1_000,
            ) as consumer:
                records = []
                while not records:
                    records = consumer.poll(0.5)
                attempts += 1
                with contextlib.suppress(OSError):
                    copy(records, producer, target, consumer, fails=attempts == 1)
                    copied += len(records)
    assert attempts > 1
    assert_committed(bootstrap, target, [b"%d!" % number for number in range(300)])


def test_a_member_that_lost_its_place_cannot_commit(bootstrap, topic, transactional_id):
    """Its offsets are refused, and the transaction with them."""
    with Producer(bootstrap, transactional_id=transactional_id) as producer:
        producer.partitions_for(topic)
        with Consumer(
            topic, bootstrap_servers=bootstrap, group_id=topic, from_beginning=True
        ) as consumer:
            consumer.poll(1)
            stale = consumer.group_metadata()._replace(generation_id=77)
            producer.begin_transaction()
            producer.send(topic, "never seen")
            with pytest.raises(CommitFailedError, match="gone on without"):
                producer.send_offsets({(topic, 0): 5}, stale)
            with pytest.raises(TransactionAbortedError, match="gone on without"):
                producer.send(topic, "nor this")
            with pytest.raises(TransactionAbortedError, match="do it again"):
                producer.commit_transaction()
            assert consumer.committed((topic, 0)) == {}
        with producer.transaction():
            producer.send(topic, "seen")
    assert_committed(bootstrap, topic, [b"seen"])


def test_asyncio(bootstrap, topic, transactional_id):
    """The same, with `async with`."""

    async def scenario():
        async with aio.Producer(bootstrap, transactional_id=transactional_id) as producer:
            async with producer.transaction():
                await producer.send(topic, "one")
                await producer.send_offsets({(topic, 0): 1}, f"group-{topic}")
            with contextlib.suppress(OSError):
                async with producer.transaction():
                    await producer.send(topic, "two")
                    raise OSError("no")

    asyncio.run(asyncio.wait_for(scenario(), 60))
    assert_committed(bootstrap, topic, [b"one"])
    with Consumer(bootstrap_servers=bootstrap, group_id=f"group-{topic}") as consumer:
        assert consumer.committed((topic, 0)) == {(topic, 0): 1}


def test_a_transaction_that_is_open_at_the_end_is_aborted(own_broker, topic, transactional_id):
    """Readers of later records need not wait until its time-out."""
    bootstrap = own_broker.bootstrap_servers
    with Producer(bootstrap, transactional_id=transactional_id) as producer:
        producer.begin_transaction()
        producer.send(topic, "forgotten", partition=0)
    with Producer(bootstrap) as producer:
        producer.send(topic, "later", partition=0)
    assert_committed(bootstrap, topic, [b"later"])


def test_a_commit_goes_on_without_its_caller(own_broker, topic, transactional_id):
    """Who gives up waiting does not stop what has begun; the next transaction comes after it."""

    async def scenario():
        bootstrap = own_broker.bootstrap_servers
        async with aio.Producer(bootstrap, transactional_id=transactional_id) as producer:
            await producer.begin_transaction()
            await (await producer.send(topic, "one"))
            commit = asyncio.create_task(producer.commit_transaction())
            await asyncio.sleep(0)  # it has begun
            commit.cancel()
            with pytest.raises(asyncio.CancelledError):
                await commit
            async with producer.transaction():
                await producer.send(topic, "two")

    asyncio.run(asyncio.wait_for(scenario(), 60))
    assert_committed(own_broker.bootstrap_servers, topic, [b"one", b"two"])


def test_an_end_that_nobody_tells_of(topic, transactional_id):
    """The error says so, and that the same may be asked again."""
    with (
        Broker() as broker,
        Producer(
            broker.bootstrap_servers, transactional_id=transactional_id, max_block_ms=1000
        ) as producer,
    ):
        for end, kept in (
            (producer.commit_transaction, [b"one"]),
            (producer.abort_transaction, [b"one"]),
        ):
            producer.begin_transaction()
            producer.send(topic, "one").result(TIMEOUT_S)
            broker.kill()
            with pytest.raises(TransactionOutcomeUnknownError, match=end.__name__) as raised:
                end()
            assert not raised.value.retriable
            broker.restart()
            end()
            assert_committed(broker.bootstrap_servers, topic, kept)


def test_what_makes_no_sense_is_refused(own_broker, topic, transactional_id):
    """Records outside of a transaction, transactions inside of one, or without a name."""
    bootstrap = own_broker.bootstrap_servers
    with Producer(bootstrap) as producer:
        with pytest.raises(ConfigurationError, match="transactional_id"):
            producer.begin_transaction()
        with pytest.raises(ConfigurationError, match="transactional_id"):
            producer.send_offsets({}, "g")
    with Producer(bootstrap, transactional_id=transactional_id) as producer:
        producer.partitions_for(topic)
        for call in (
            lambda: producer.send(topic, "outside"),
            lambda: producer.send_many(topic, [b"outside"]),
            producer.commit_transaction,
            producer.abort_transaction,
            lambda: producer.send_offsets({(topic, 0): 1}, "g"),
        ):
            with pytest.raises(TransactionStateError, match="no transaction is open"):
                call()
        with producer.transaction():
            with pytest.raises(TransactionStateError, match="do not nest"):
                producer.begin_transaction()
            with pytest.raises(RecordTooLargeError):
                producer.send(topic, bytes(2_000_000))  # refused at once: nothing is lost by it
            producer.send(topic, "inside")
    assert_committed(bootstrap, topic, [b"inside"])
    for wrong in ({"acks": 1}, {"enable_idempotence": False}, {"transactional_id": ""}):
        with pytest.raises(ConfigurationError):
            Producer(bootstrap, **{"transactional_id": "x", **wrong})


def test_a_transaction_outlives_its_broker(topic, transactional_id):
    """The broker dies in the middle and comes back: all of the transaction is there, once."""
    with (
        Broker() as broker,
        Producer(broker.bootstrap_servers, transactional_id=transactional_id) as producer,
    ):
        for number in range(3):
            with producer.transaction():
                producer.send(topic, f"before {number}").result(TIMEOUT_S)
                broker.kill()
                broker.restart()
                producer.send(topic, f"after {number}")
        expected = [
            f"{when} {number}".encode() for when in ("before", "after") for number in range(3)
        ]
        assert_committed(broker.bootstrap_servers, topic, expected)


def test_a_record_that_the_broker_refuses_aborts_the_rest(own_broker, topic, transactional_id):
    """One of two cannot be stored, so neither is; the next transaction is a new one."""
    bootstrap = own_broker.bootstrap_servers
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    small = NewTopic(topic, 1, 1, config={"max.message.bytes": "1000"})
    admin.create_topics([small])[topic].result(TIMEOUT_S)
    with Producer(bootstrap, transactional_id=transactional_id) as producer:
        producer.partitions_for(topic)
        producer.begin_transaction()
        producer.send(topic, "stored at first").result(TIMEOUT_S)
        refused = producer.send(topic, bytes(5_000))
        with pytest.raises(TransactionAbortedError, match="MESSAGE_TOO_LARGE"):
            producer.commit_transaction()
        assert isinstance(refused.exception(), ApiError)
        with producer.transaction():
            producer.send(topic, "stored")
    assert_committed(bootstrap, topic, [b"stored"])
