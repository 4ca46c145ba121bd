# SPDX-License-Identifier: Apache-2.0
"""Replicas move between the log directories of their broker while real clients write and read."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, Producer
from tests.integration.raw_client import RawClient

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.alter_replica_log_dirs import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirTopic,
)
from ottla.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.protocol.messages.describe_log_dirs import DescribeLogDirsRequest
from ottla.testing.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPIC = "orders"
WITHIN_S = 20


@pytest.fixture(params=["replicated", "ack"])
def cluster(request) -> Iterator[Cluster]:
    """Return three brokers with two directories each, and a topic of one partition on all."""
    with Cluster(brokers=3, log_dirs_per_broker=2) as running:
        places = [CreatableReplicaAssignment(partition_index=0, broker_ids=[1, 2, 3])]
        configs = [
            CreatableTopicConfig(name="ottla.flush.profile", value=request.param),
            CreatableTopicConfig(name="segment.bytes", value="1048576"),
        ]
        topic = CreatableTopic(
            name=TOPIC, num_partitions=-1, replication_factor=-1, assignments=places,
            configs=configs,
        )  # fmt: skip
        with connect(running, 1) as client:
            answer = client.ask(CreateTopicsRequest(topics=[topic], timeout_ms=5000), 7)
        assert answer.topics[0].error_code == ErrorCode.NONE, answer
        yield running


def connect(cluster: Cluster, broker_id: int) -> RawClient:
    """Connect to one broker."""
    return RawClient(int(cluster.address(broker_id).rpartition(":")[2]))


def places_of(client: RawClient) -> dict[bool, str]:
    """Return where a broker has the replica, by whether it is a future one."""
    answer = client.ask(DescribeLogDirsRequest(topics=None), 4)
    return {
        partition.is_future_key: result.log_dir
        for result in answer.results
        for topic in result.topics
        if topic.name == TOPIC
        for partition in topic.partitions
    }


def move(cluster: Cluster, broker_id: int, client: RawClient) -> str:
    """Ask a broker to move its replica to its other directory; return that."""
    here = places_of(client)[False]
    (there,) = [path for path in cluster.log_dirs(broker_id) if path != here]
    wanted = AlterReplicaLogDirTopic(name=TOPIC, partitions=[0])
    request = AlterReplicaLogDirsRequest(dirs=[AlterReplicaLogDir(path=there, topics=[wanted])])
    (result,) = client.ask(request, 2).results
    assert result.partitions[0].error_code == ErrorCode.NONE
    return there


def test_replicas_move_under_load_and_nothing_is_lost(cluster):
    """The leader's and a follower's, back and forth; then the broker is killed and comes back."""
    producer = Producer({"bootstrap.servers": cluster.bootstrap_servers, "linger.ms": 1})
    failed: list[object] = []

    def note(error, _):
        if error is not None:
            failed.append(error)

    sent = 0
    for broker_id in (1, 2, 1):
        with connect(cluster, broker_id) as client:
            there = move(cluster, broker_id, client)
            end_s = time.monotonic() + WITHIN_S
            while places_of(client) != {False: there}:
                assert time.monotonic() < end_s, places_of(client)
                for _ in range(20):
                    producer.produce(TOPIC, b"%d " % sent + os.urandom(1000), on_delivery=note)
                    sent += 1
                assert producer.flush(WITHIN_S) == 0
    assert failed == []
    assert sent > 0
    cluster.kill(1)
    cluster.restart(1)
    consumer = Consumer(
        {
            "bootstrap.servers": cluster.bootstrap_servers,
            "group.id": "readers",
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([TOPIC])
    numbers = []
    end_s = time.monotonic() + WITHIN_S
    while len(numbers) < sent and time.monotonic() < end_s:
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            numbers.append(int(message.value().split(b" ", 1)[0]))
    consumer.close()
    assert numbers == list(range(sent))
    with connect(cluster, 1) as client:
        assert len(places_of(client)) == 1
