# SPDX-License-Identifier: Apache-2.0
"""Hours pass for a broker in a test, and what has a time limit meets it."""

from __future__ import annotations

import asyncio
import time

import confluent_kafka
import pytest

from ottla import Admin, Consumer, Producer
from ottla.testing import Broker, Cluster


@pytest.fixture(scope="module")
def shared():
    """Return the broker of this module."""
    with Broker(
        {
            "group.consumer.min.heartbeat.interval.ms": "200",
            "group.consumer.heartbeat.interval.ms": "200",
        }
    ) as broker:
        yield broker


@pytest.fixture
def broker(shared):
    """Return a broker without topics, in the present."""
    shared.reset()
    return shared


def values(records):
    """Return the values of records."""
    return [record.value for record in records]


def test_retention(broker):
    """A week is kept: six days take nothing, an eighth takes all but what came since."""
    with Producer(broker.bootstrap_servers) as producer:
        producer.send("t", "old").result(30)
        broker.clock.advance(days=6)
        assert values(broker.records("t")) == [b"old"]
        in_six_days_ms = broker.clock.wall_ms()
        producer.send("t", "young", timestamp_ms=in_six_days_ms).result(30)
        broker.clock.advance(hours=25)
        assert values(broker.records("t")) == [
            b"old",
            b"young",
        ]  # of one segment: the newest counts
        broker.clock.advance(days=6)
        assert values(broker.records("t")) == []
        assert producer.send("t", "new").result(30).offset == 2


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_member_that_was_silent_falls_out(broker, protocol):
    """Its session of 45 seconds is over, and its client joins anew."""
    with Admin(broker.bootstrap_servers) as admin:
        admin.create_topic("t", partitions=1)
    with Consumer(
        "t",
        group_id="g",
        group_protocol=protocol,
        bootstrap_servers=broker.bootstrap_servers,
        heartbeat_interval_ms=500,
    ) as consumer:
        before = member_once_joined(broker, consumer)
        broker.clock.advance(seconds=44)
        assert member_once_joined(broker, consumer) == before
        broker.clock.advance(seconds=46)
        assert before not in members(broker)
        assert member_once_joined(broker, consumer) != before


def members(broker):
    """Return who is in the group."""
    group = broker.groups().get("g")
    return [(each.member_id, each.epoch) for each in group.members] if group else []


def member_once_joined(broker, consumer):
    """Let a consumer join, and return its member."""
    deadline = time.monotonic() + 30
    while not (consumer.assignment and members(broker)):
        assert time.monotonic() < deadline, "it has not joined"
        consumer.poll(0.05)
    (member,) = members(broker)
    return member


def test_a_transaction_that_is_left_open_is_aborted(broker):
    """Its time-out is a minute; what comes behind it is readable again."""
    abandoned = confluent_kafka.Producer(
        {
            "bootstrap.servers": broker.bootstrap_servers,
            "transactional.id": "x",
            "transaction.timeout.ms": 60_000,
        }
    )
    abandoned.init_transactions(30)
    abandoned.begin_transaction()
    abandoned.produce("t", b"never")
    assert abandoned.flush(30) == 0
    with Producer(broker.bootstrap_servers) as producer:
        producer.send("t", "behind").result(30)
    broker.clock.advance(seconds=50)
    assert broker.records("t", isolation_level="read_committed") == []
    broker.clock.advance(seconds=21)  # looked for every ten seconds
    assert values(broker.records("t", isolation_level="read_committed")) == [b"behind"]
    with pytest.raises(confluent_kafka.KafkaException):
        abandoned.commit_transaction(30)


def test_offsets_of_a_group_without_members_expire(broker):
    """After a week without any."""
    with Producer(broker.bootstrap_servers) as producer:
        producer.send("t", "x").result(30)
    with Admin(broker.bootstrap_servers) as admin:
        admin.alter_group_offsets("g", {("t", 0): 1})
    broker.clock.advance(days=6)
    assert broker.committed("g") == {("t", 0): 1}
    broker.clock.advance(days=2)
    assert broker.committed("g") == {}
    assert broker.groups() == {}


def test_records_are_stamped_with_the_time_that_a_test_sets(broker):
    """Where the broker stamps them; `reset` is in the present again, and restarts are not."""
    configs = {"message.timestamp.type": "LogAppendTime"}

    def stamp():
        with Admin(broker.bootstrap_servers) as admin:
            if "t" not in broker.topics():
                admin.create_topic("t", partitions=1, configs=configs)
        with Producer(broker.bootstrap_servers) as producer:
            producer.send("t", "x").result(30)
        return broker.records("t")[-1].timestamp_ms

    day_ms = 86_400_000
    broker.clock.advance(days=1, milliseconds=250)
    assert stamp() >= time.time() * 1000 + day_ms - 60_000
    broker.kill()
    broker.restart()
    assert stamp() >= time.time() * 1000 + day_ms - 60_000
    broker.reset()
    assert stamp() < time.time() * 1000 + 60_000


def test_delays_are_in_the_broker_s_time(broker):
    """So that a test of a slow broker need not be slow."""
    delayed = broker.faults.delay("Produce", seconds=3600)
    with Producer(broker.bootstrap_servers) as producer:
        sent = producer.send("t", "x")
        delayed.wait()
        broker.clock.advance(hours=1)
        assert sent.result(20).offset == 0


def test_a_cluster_lives_through_it():
    """Brokers hear of each other while time passes: nobody falls out of sync or is fenced."""
    with Cluster(brokers=3) as cluster, Admin(cluster.bootstrap_servers) as admin:
        admin.create_topic("t", partitions=3, replication_factor=3)
        with Producer(cluster.bootstrap_servers, acks="all") as producer:
            producer.send("t", "x").result(30)

        def partitions():
            return cluster.brokers[1].services.image.topics_by_name["t"].partitions

        before = partitions()
        cluster.clock.advance(minutes=1)
        assert partitions() == before
        cluster.clock.advance(days=8)
        assert cluster.records("t") == []


def test_time_does_not_go_back(broker):
    """Nor can it be changed in a loop that others live in."""
    with pytest.raises(ValueError, match="does not go back"):
        broker.clock.advance(seconds=-1)

    async def scenario():
        async with Cluster(brokers=1) as cluster:
            with pytest.raises(RuntimeError, match="your own loop"):
                cluster.clock.advance(seconds=1)

    asyncio.run(scenario())
