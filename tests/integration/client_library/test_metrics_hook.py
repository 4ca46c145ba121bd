# SPDX-License-Identifier: Apache-2.0
"""The metrics hook of all clients, against a broker: the figures are those of what was sent."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

import pytest
from tests.integration.client_library.reading import values

from ottla import Admin, Consumer, Producer, aio
from ottla.client.interceptors import ProducerInterceptor
from ottla.client.metrics import (
    BatchDelivered,
    BatchFailed,
    BufferFull,
    ConnectionClosed,
    ConnectionOpened,
    Fetched,
    OffsetsCommitted,
    Rebalanced,
    RequestAnswered,
    RequestFailed,
)
from ottla.protocol.errors import ErrorCode
from ottla.testing import Broker


@pytest.fixture
def address(own_broker):
    """Return where the broker is."""
    return own_broker.bootstrap_servers


class Events(list):
    """A hook that keeps everything."""

    def __call__(self, event) -> None:
        """Keep it."""
        self.append(event)

    def of(self, kind):
        """Return the events of a class."""
        return [event for event in self if isinstance(event, kind)]


@pytest.fixture
def events():
    """Return a hook."""
    return Events()


def test_a_producer(address, topic, events):
    """Every record is in one delivered batch, and every connection that opened is closed."""
    with Producer(address, metrics=events) as producer:
        for number in range(100):
            producer.send(topic, b"%d" % number, partition=number % 2)
        producer.flush()
        first = events.of(BatchDelivered)
        producer.send_many(topic, [b"x" * 100] * 50, 2).result(30)
    counts = Counter()
    for event in events.of(BatchDelivered):
        assert (event.topic, event.attempts) == (topic, 1)
        assert 0 < event.latency_s < 30
        counts[event.partition] += event.record_count
    assert counts == {0: 50, 1: 50, 2: 50}
    assert len(first) < 20  # batches, not records
    last = events.of(BatchDelivered)[-1]
    assert last.size_bytes > 50 * 100
    assert not events.of(BatchFailed)
    produced = [e for e in events.of(RequestAnswered) if e.api == "Produce"]
    assert 1 <= len(produced) <= len(events.of(BatchDelivered))
    assert {event.broker for event in events.of(RequestAnswered)} == {address}
    assert len(events.of(ConnectionOpened)) == len(events.of(ConnectionClosed)) >= 1


def test_sizes_are_those_of_compressed_batches(address, topic, events):
    """What goes over the network counts."""
    with Producer(address, metrics=events, compression_type="zstd") as producer:
        producer.send_many(topic, [b"x" * 1000] * 100, 0).result(30)
    assert sum(event.record_count for event in events.of(BatchDelivered)) == 100
    assert sum(event.size_bytes for event in events.of(BatchDelivered)) < 10_000


def test_attempts_and_failures(events):
    """A refusal costs an attempt; a lost connection is a failed request."""
    with Broker() as broker:
        broker.faults.answer("Produce", ErrorCode.NOT_LEADER_OR_FOLLOWER, nth=1, times=2)
        broker.faults.drop_connection("Produce", nth=4)
        with Producer(broker.bootstrap_servers, metrics=events) as producer:
            producer.send("t", "1").result(30)
            producer.send("t", "2").result(30)
        assert values(broker) == [b"1", b"2"]
    assert [event.attempts for event in events.of(BatchDelivered)] == [3, 2]
    (failed,) = events.of(RequestFailed)
    assert failed.api == "Produce"
    assert failed.broker == broker.bootstrap_servers
    assert len(events.of(ConnectionOpened)) == len(events.of(ConnectionClosed)) == 2


def test_a_batch_that_is_given_up(events):
    """Its error is the one of the delivery."""
    with Broker() as broker:
        producer = Producer(broker.bootstrap_servers, metrics=events, delivery_timeout_ms=200)
        producer.send("t", "stored").result(30)
        broker.kill()
        error = producer.send("t", "lost").exception(30)
        producer.close()
    (event,) = events.of(BatchFailed)
    assert event.error is error
    assert (event.topic, event.partition, event.record_count) == ("t", 0, 1)
    assert event.latency_s >= 0.2


def test_a_batch_that_cannot_be_encoded(own_broker, address, topic, events, monkeypatch):
    """It never becomes bytes and never leaves; interceptors and its deliveries hear why."""

    class Listen(ProducerInterceptor):
        def __init__(self) -> None:
            self.errors = []

        def on_delivery(self, metadata, error):
            self.errors.append(error)

    error = RuntimeError("the compressor is out of order")

    def refuse(*_: object, **__: object):
        raise error

    monkeypatch.setattr("ottla.aio.producer.build_column_batch", refuse)
    listen = Listen()
    with Producer(address, metrics=events, interceptors=[listen]) as producer:
        deliveries = [producer.send(topic, "x", partition=1) for _ in range(2)]
        assert deliveries[0].exception(30) is error
    (event,) = events.of(BatchFailed)
    assert event == BatchFailed(topic, 1, 2, 0, event.latency_s, 0, error)
    assert listen.errors == [error, error]
    assert values(own_broker, topic) == []


def test_a_buffer_that_is_full(address, topic, events):
    """Waits are told one at a time, and add up to no more than the whole time."""

    async def scenario():
        options = {"metrics": events, "buffer_memory": 1000, "linger_ms": 1}
        async with aio.Producer(address, **options) as producer:
            loop = asyncio.get_running_loop()
            began = loop.time()
            await asyncio.gather(*[producer.send(topic, b"x" * 400) for _ in range(30)])
            return loop.time() - began

    took = asyncio.run(scenario())
    waits = events.of(BufferFull)
    assert 1 <= len(waits) <= len(events.of(BatchDelivered))
    assert all(event.buffered_bytes >= 1000 for event in waits)
    assert sum(event.waited_s for event in waits) <= took + 0.1


def test_a_consumer_in_a_group(address, topic, events):
    """Records and bytes fetched, the lag behind them, commits and rebalances."""
    sent = Events()
    with Producer(address, metrics=sent) as producer:
        for _ in range(3):
            producer.send_many(topic, [b"x" * 10] * 20, 0).result(30)
        producer.send_many(topic, [b"y"] * 5, 1).result(30)
    group_id = f"group-{topic}"
    with Consumer(
        topic,
        bootstrap_servers=address,
        group_id=group_id,
        from_beginning=True,
        stop_at_end=True,
        auto_commit=False,
        metrics=events,
    ) as consumer:
        assert sum(1 for _ in consumer) == 65
        consumer.commit()
        assignment = consumer.assignment
        assert len(events.of(Rebalanced)) == 1
    counts, sizes = Counter(), Counter()
    for event in events.of(Fetched):
        counts[event.partition] += event.record_count
        sizes[event.partition] += event.size_bytes
        assert event.lag == {0: 60, 1: 5}[event.partition] - counts[event.partition]
    assert counts == {0: 60, 1: 5}
    for event in sent.of(BatchDelivered):
        sizes[event.partition] -= event.size_bytes
    assert set(sizes.values()) == {0}
    (committed,) = events.of(OffsetsCommitted)
    assert (committed.group_id, committed.offsets[topic, 0]) == (group_id, 60)
    assert committed.offsets[topic, 1] == 5
    joined, left = events.of(Rebalanced)
    assert joined == Rebalanced(group_id, assignment, frozenset())
    assert left == Rebalanced(group_id, frozenset(), assignment)
    assert len(events.of(ConnectionOpened)) == len(events.of(ConnectionClosed)) >= 2


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_rebalances_add_up_to_what_a_member_has(address, topic, events, protocol):
    """A second member takes some partitions, and gives them back when it goes."""
    with Producer(address) as producer:
        producer.partitions_for(topic)
    options = {
        "bootstrap_servers": address,
        "group_id": f"group-{topic}",
        "group_protocol": protocol,
        "heartbeat_interval_ms": 200,
    }

    def has():
        held = set()
        for event in events.of(Rebalanced):
            assert not event.assigned & held
            assert event.revoked <= held
            held = (held | event.assigned) - event.revoked
        return held

    with Consumer(topic, metrics=events, **options) as consumer:

        def poll_until_it_has(count, *others: Consumer):
            for _ in range(300):
                for each in (consumer, *others):
                    each.poll(0.05)
                if len(has()) == len(consumer.assignment) == count:
                    return
            raise AssertionError(events.of(Rebalanced))

        poll_until_it_has(3)
        with Consumer(topic, **options) as other:
            for _ in range(300):
                consumer.poll(0.05)
                other.poll(0.05)
                if other.assignment:
                    break
            assert other.assignment
            poll_until_it_has(3 - len(other.assignment), other)
            assert has() == consumer.assignment
        poll_until_it_has(3)
    assert has() == set()


def test_an_admin(address, topic, events):
    """Connections and requests, also of the blocking one."""
    with Admin(address, metrics=events) as admin:
        admin.create_topic(topic, partitions=1)
    apis = [event.api for event in events.of(RequestAnswered)]
    assert apis.count("CreateTopics") == 1
    assert len(events.of(ConnectionOpened)) == len(events.of(ConnectionClosed)) == 1


def test_a_hook_that_raises_harms_nothing(own_broker, address, topic, caplog):
    """It is named in the log once for each client, and everything arrives."""

    def burn(_):
        raise RuntimeError("on fire")

    with Producer(address, metrics=burn) as producer:
        for number in range(10):
            producer.send(topic, b"%d" % number, partition=0)
    with Consumer(
        topic,
        bootstrap_servers=address,
        group_id=f"group-{topic}",
        from_beginning=True,
        stop_at_end=True,
        metrics=burn,
    ) as consumer:
        assert [record.value for record in consumer] == [b"%d" % number for number in range(10)]
    assert values(own_broker, topic) == [b"%d" % number for number in range(10)]
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 2
    assert all("burn failed" in warning for warning in warnings)
