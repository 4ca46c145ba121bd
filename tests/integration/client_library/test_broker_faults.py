# SPDX-License-Identifier: Apache-2.0
"""Requests that a broker in a test loses, delays and refuses, under real clients."""

from __future__ import annotations

import asyncio
import time

import aiokafka
import confluent_kafka
import pytest
from tests.integration.client_library.reading import values

from ottla import Producer
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode
from ottla.testing import Broker, Cluster


@pytest.fixture(scope="module")
def shared():
    """Return the broker of this module."""
    with Broker() as broker:
        yield broker


@pytest.fixture
def broker(shared):
    """Return a broker without topics and faults."""
    shared.reset()
    return shared


def send_by_ottla(broker):
    """Send three records, one request after the other."""
    with Producer(broker.bootstrap_servers) as producer:
        for value in (b"1", b"2", b"3"):
            producer.send("t", value).result(30)


def send_by_confluent(broker):
    """Send three records, one request after the other."""
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": broker.bootstrap_servers,
            "enable.idempotence": True,
            "retry.backoff.ms": 10,
            "topic.metadata.refresh.fast.interval.ms": 10,
        }
    )
    for value in (b"1", b"2", b"3"):
        producer.produce("t", value)
        assert producer.flush(30) == 0


def send_by_aiokafka(broker):
    """Send three records, one request after the other."""

    async def send():
        producer = aiokafka.AIOKafkaProducer(
            bootstrap_servers=broker.bootstrap_servers, enable_idempotence=True, retry_backoff_ms=10
        )
        async with producer:
            for value in (b"1", b"2", b"3"):
                await producer.send_and_wait("t", value)

    asyncio.run(send())


senders = pytest.mark.parametrize("send", [send_by_ottla, send_by_confluent, send_by_aiokafka])


@senders
def test_an_answer_that_is_lost_duplicates_nothing(broker, send):
    """The record was written; the producer sends it again, and the broker knows it."""
    lost = broker.faults.drop_answer("Produce", nth=2)
    send(broker)
    assert lost.count == 1
    assert values(broker) == [b"1", b"2", b"3"]


@senders
def test_a_request_that_is_lost_is_sent_again(broker, send):
    """Nothing was written when the connection went."""
    lost = broker.faults.drop_connection("Produce", nth=2)
    send(broker)
    assert lost.count == 1
    assert values(broker) == [b"1", b"2", b"3"]


@senders
def test_a_refusal_is_got_over(broker, send):
    """Twice the leader is said to be somewhere else."""
    refused = broker.faults.answer("Produce", ErrorCode.NOT_LEADER_OR_FOLLOWER, nth=2, times=2)
    send(broker)
    assert refused.count == 2
    assert values(broker) == [b"1", b"2", b"3"]


def test_a_delay_holds_the_answer_back(broker):
    """The third request waits, and only that."""
    delayed = broker.faults.delay("Produce", seconds=0.3, nth=3)
    with Producer(broker.bootstrap_servers) as producer:
        producer.send("t", "1").result(30)
        producer.send("t", "2").result(30)
        assert delayed.count == 0
        began = time.monotonic()
        producer.send("t", "3").result(30)
        assert time.monotonic() - began >= 0.3
    assert delayed.is_over
    assert values(broker) == [b"1", b"2", b"3"]


def test_a_broker_dies_with_an_answer_that_is_owed(broker):
    """`wait` says when: the record was written, and nobody knows."""
    held = broker.faults.delay("Produce", seconds=600)
    with Producer(broker.bootstrap_servers) as producer:
        sent = producer.send("t", "1")
        held.wait()
        broker.kill()
        broker.restart()
        sent.result(30)
    assert values(broker) == [b"1"]


@pytest.mark.parametrize(
    ("api", "code"),
    [
        ("Metadata", ErrorCode.LEADER_NOT_AVAILABLE),
        ("FindCoordinator", ErrorCode.COORDINATOR_NOT_AVAILABLE),
        ("JoinGroup", ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
        ("SyncGroup", ErrorCode.REBALANCE_IN_PROGRESS),
        ("ListOffsets", ErrorCode.NOT_LEADER_OR_FOLLOWER),
        ("OffsetFetch", ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
        ("Fetch", ErrorCode.NOT_LEADER_OR_FOLLOWER),
    ],
)
def test_consumers_get_over_refusals(broker, api, code):
    """On their way to the first record, whatever they ask."""
    send_by_ottla(broker)
    refused = broker.faults.answer(api, code, times=2, client_id="reader")
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": broker.bootstrap_servers,
            "client.id": "reader",
            "group.id": "g",
            "auto.offset.reset": "earliest",
            "retry.backoff.ms": 10,
            "topic.metadata.refresh.fast.interval.ms": 10,
            "coordinator.query.interval.ms": 200,
            # A subscription is looked at again when all metadata comes: else after five minutes.
            "topic.metadata.refresh.interval.ms": 500,
        }
    )
    consumer.subscribe(["t"])
    received = []
    deadline = time.monotonic() + 60
    while len(received) < 3:
        assert time.monotonic() < deadline, refused
        received += [m.value() for m in consumer.consume(3, 0.2) if m.error() is None]
    consumer.close()
    assert received == [b"1", b"2", b"3"]
    assert refused.count == 2


def test_faults_are_of_one_client_and_end(broker):
    """The first that is due happens; `clear` and `reset` forget the rest."""
    of_another = broker.faults.drop_connection(ApiKey.PRODUCE, client_id="another")
    first = broker.faults.answer("Produce", ErrorCode.NOT_ENOUGH_REPLICAS)
    second = broker.faults.delay("Produce", seconds=0)
    third = broker.faults.delay("Produce", seconds=600, nth=5)
    with Producer(broker.bootstrap_servers) as producer:
        producer.send("t", "1").result(30)
        assert (first.count, second.count, third.count) == (1, 1, 0)
        broker.faults.clear()
        for value in "2345":
            producer.send("t", value).result(30)
    lost = broker.faults.drop_answer("Produce")
    broker.reset()
    send_by_ottla(broker)
    assert (of_another.count, third.count, lost.count) == (0, 0, 0)


def test_followers_do_not_count_unless_they_are_meant():
    """In a cluster brokers send the requests of clients too."""
    with Cluster(brokers=2, settings={"default.replication.factor": "2"}) as cluster:
        of_clients = [faults.drop_answer("Fetch") for faults in cluster.faults.values()]
        of_followers = [
            faults.drop_answer("Fetch", client_id=f"broker-{3 - broker_id}")
            for broker_id, faults in cluster.faults.items()
        ]
        with Producer(cluster.bootstrap_servers, acks="all") as producer:
            producer.send("t", "1").result(30)
        assert sum(fault.count for fault in of_followers) == 1  # the other leads nothing
        assert [fault.count for fault in of_clients] == [0, 0]
        assert values(cluster) == [b"1"]
        assert sum(fault.count for fault in of_clients) == 1


def test_what_cannot_be_planned(broker):
    """An API that there is not, and a request before the next."""
    with pytest.raises(ValueError, match="no API 'Consume'"):
        broker.faults.drop_answer("Consume")
    with pytest.raises(ValueError, match="counted from 1"):
        broker.faults.drop_answer("Fetch", nth=0)
    never = broker.faults.drop_answer("ShareFetch")
    with pytest.raises(TimeoutError, match="SHARE_FETCH, happened 0 of 1 times"):
        never.wait(0)
