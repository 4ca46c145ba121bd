# SPDX-License-Identifier: Apache-2.0
"""Brokers in tests that stand still, and links between them that are cut."""

from __future__ import annotations

import socket
import struct
import threading
import time

import confluent_kafka
import pytest

from ottla import Admin, Consumer, Producer
from ottla.testing import Broker, Cluster

API_VERSIONS_V0 = struct.pack(">ihhih", 10, 18, 0, 7, -1)


@pytest.fixture(scope="module")
def shared():
    """Return the cluster of this module."""
    with Cluster(brokers=3) as cluster:
        yield cluster


@pytest.fixture
def cluster(shared):
    """Return three brokers and a topic of six partitions that all of them have."""
    shared.reset()
    with Admin(shared.bootstrap_servers) as admin:
        admin.create_topic("t", partitions=6, replication_factor=3)
    return shared


def asked(address):
    """Connect, ask for the versions that are served, and return the socket."""
    host, _, port = address.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(API_VERSIONS_V0)
    return connection


def partitions(cluster, broker_id):
    """Return the partitions of the topic as a broker knows them."""
    return cluster.brokers[broker_id].services.image.topics_by_name["t"].partitions


def led(cluster, *broker_ids: int):
    """Return the partitions of the topic that some brokers lead."""
    return [p for p in partitions(cluster, broker_ids[0]) if p.leader in broker_ids]


def until(condition):
    """Wait until something holds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it has not come about"
        time.sleep(0.01)


def test_a_paused_broker_answers_nothing_and_then_everything():
    """What was connected stays so, what connects is accepted; no record is written meanwhile."""
    with Broker() as broker, Producer(broker.bootstrap_servers) as producer:
        producer.send("t", "before").result(30)
        broker.pause()
        sent = producer.send("t", "meanwhile")
        with asked(broker.bootstrap_servers) as connection:
            connection.settimeout(0.3)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            assert not sent.done()
            assert [record.value for record in broker.records("t")] == [b"before"]
            broker.resume()
            connection.settimeout(30)
            assert connection.recv(8)[4:] == struct.pack(">i", 7)
        sent.result(30)
        assert [record.value for record in broker.records("t")] == [b"before", b"meanwhile"]


def test_a_member_that_a_paused_broker_does_not_hear_falls_out():
    """Its heartbeats wait in the socket while its session ends."""
    with Broker() as broker:
        with Producer(broker.bootstrap_servers) as producer:
            producer.send("t", "x").result(30)
        with Consumer(
            "t", group_id="g", bootstrap_servers=broker.bootstrap_servers, from_beginning=True
        ) as consumer:
            assert next(consumer).value == b"x"
            broker.pause()
            broker.clock.advance(seconds=46)
            assert broker.groups()["g"].members == ()
            broker.resume()


@pytest.mark.parametrize("end", ["kill", "restart", "reset"])
def test_a_paused_broker_can_be_ended(end):
    """And runs when it has been started again."""
    with Broker() as broker:
        broker.pause()
        with asked(broker.bootstrap_servers):
            getattr(broker, end)()
            broker.restart()
        with asked(broker.bootstrap_servers) as connection:
            assert connection.recv(1)
        broker.pause()


@pytest.mark.parametrize("paused", [1, 2, 3])
def test_others_take_over_from_a_broker_that_is_paused(cluster, paused):
    """Whether it is the controller or not; when it goes on it is in sync again."""
    others = {1, 2, 3} - {paused}
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": cluster.bootstrap_servers, "socket.timeout.ms": 1000}
    )
    with asked(cluster.address(paused)) as connection:
        assert connection.recv(4096)
        cluster.pause(paused)
        connection.sendall(API_VERSIONS_V0)
        cluster.clock.advance(seconds=15)
        witness = min(others)
        until(lambda: {p.leader for p in partitions(cluster, witness)} == others)
        for number in range(6):
            producer.produce("t", b"%d" % number, partition=number)
        assert producer.flush(60) == 0
        assert sorted(record.value for record in cluster.records("t")) == [
            b"%d" % number for number in range(6)
        ]
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        cluster.resume(paused)
        connection.settimeout(30)
        assert connection.recv(1)
    until(lambda: all(len(p.isr) == 3 for p in partitions(cluster, paused)))


def test_a_cut_link_takes_a_follower_out_of_sync(cluster):
    """The leader and the controller are heard by all; healed, the follower catches up."""
    controller = cluster.engine.claim.broker_id
    one, other = sorted({1, 2, 3} - {controller})
    cluster.cut(one, other)
    with Producer(cluster.bootstrap_servers, acks=1) as producer:
        for number in range(6):  # whoever has everything is in sync, heard of or not
            producer.send("t", "x", partition=number).result(30)
    cluster.clock.advance(seconds=50)  # 30 may be missed, and it is looked for every 15
    until(lambda: all({one, other} - {*p.isr} for p in led(cluster, one, other)))
    assert all(len(p.isr) == 3 for p in led(cluster, controller))
    with Producer(cluster.bootstrap_servers, acks="all") as producer:
        for number in range(6):
            producer.send("t", "y", partition=number).result(30)
    cluster.heal(one, other)
    until(lambda: all(len(p.isr) == 3 for p in partitions(cluster, one)))


def test_a_broker_that_the_controller_does_not_hear_leads_nothing(cluster):
    """Until the link is healed, and a restart of either does not heal it."""
    controller = cluster.engine.claim.broker_id
    other = controller % 3 + 1
    cluster.cut(controller, other)
    cluster.clock.advance(seconds=15)
    until(lambda: all(p.leader != other for p in partitions(cluster, controller)))
    cluster.heal(controller, other)
    until(lambda: all(len(p.isr) == 3 for p in partitions(cluster, controller)))


def test_what_cannot_be_cut_or_paused(cluster):
    """Brokers that there are not, and a broker from itself."""
    for one, other in ((1, 1), (1, 4)):
        with pytest.raises(ValueError, match="no link between"):
            cluster.cut(one, other)
    with pytest.raises(KeyError):
        cluster.pause(4)


def test_a_paused_broker_of_a_cluster_can_be_killed_and_stopped(cluster):
    """And started again; a reset forgets cuts and pauses."""
    cluster.pause(1)
    cluster.kill(1)
    cluster.restart(1)
    cluster.pause(1)
    cluster.stop(1)
    cluster.restart(1)
    cluster.pause(2)
    cluster.cut(1, 3)
    threads = threading.active_count()
    cluster.reset()
    assert threading.active_count() <= threads
    with Admin(cluster.bootstrap_servers) as admin:
        admin.create_topic("t", partitions=3, replication_factor=3)
    until(lambda: all(len(p.isr) == 3 for p in partitions(cluster, 1)))
