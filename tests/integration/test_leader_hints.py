# SPDX-License-Identifier: Apache-2.0
"""A client that asks the wrong broker is sent to the right one in the same answer (KIP-951)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Producer
from tests.integration.raw_client import RawClient

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreateTopicsRequest,
)
from ottla.protocol.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from ottla.records.bulk_builder import build_value_batch
from ottla.testing.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPIC = "orders"
WITHIN_S = 10


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Return three brokers with a topic of one partition on brokers 1 and 2."""
    with Cluster(brokers=3) as running:
        place = CreatableReplicaAssignment(partition_index=0, broker_ids=[1, 2])
        topic = CreatableTopic(
            name=TOPIC, num_partitions=-1, replication_factor=-1, assignments=[place]
        )
        with RawClient(port_of(running, 1)) as client:
            client.ask(CreateTopicsRequest(topics=[topic], timeout_ms=5000), 7)
        wait_for_leader(running, 1)
        yield running


def wait_for_leader(cluster: Cluster, broker_id: int) -> None:
    """Wait until every broker that runs knows who leads."""
    end_s = time.monotonic() + WITHIN_S
    while time.monotonic() < end_s:
        known = {leader_of(cluster, number)[0] for number in cluster.brokers}
        if known == {broker_id}:
            return
        time.sleep(0.01)
    pytest.fail(f"broker {broker_id} did not become the leader")


def leader_of(cluster: Cluster, broker_id: int) -> tuple[int, int]:
    """Return (leader, leader epoch) as one broker knows them."""
    state = cluster.brokers[broker_id]._gateway.image.partition(TOPIC, 0)
    return (-1, -1) if state is None else (state.leader, state.leader_epoch)


def port_of(cluster: Cluster, broker_id: int) -> int:
    """Return where a broker listens."""
    return int(cluster.address(broker_id).rpartition(":")[2])


def topic_id_of(cluster: Cluster) -> bytes:
    """Return the topic's id."""
    return cluster.brokers[3]._gateway.image.topics_by_name[TOPIC].topic_id


@pytest.mark.parametrize("version", [9, 10, 13])
@pytest.mark.parametrize("asked", [2, 3])
def test_produce_names_the_leader_and_its_address(cluster, version, asked):
    """A follower and a broker without a replica both know where the records belong."""
    by_id = version >= 13
    request = ProduceRequest(
        acks=1,
        timeout_ms=1000,
        topic_data=[
            TopicProduceData(
                name="" if by_id else TOPIC,
                topic_id=topic_id_of(cluster) if by_id else bytes(16),
                partition_data=[
                    PartitionProduceData(
                        index=0,
                        records=build_value_batch([b"value"], timestamp_ms=int(time.time() * 1000)),
                    )
                ],
            )
        ],
    )
    with RawClient(port_of(cluster, asked)) as client:
        answer = client.ask(request, version)
    partition = answer.responses[0].partition_responses[0]
    assert partition.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    leader = (partition.current_leader.leader_id, partition.current_leader.leader_epoch)
    told = [(one.node_id, one.host, one.port) for one in answer.node_endpoints]
    if version == 9:
        assert (leader, told) == ((-1, -1), [])
    else:
        assert leader == leader_of(cluster, 1)
        assert told == [(1, "127.0.0.1", port_of(cluster, 1))]


@pytest.mark.parametrize("version", [15, 16, 18])
def test_fetch_names_the_leader_and_its_address(cluster, version):
    """A broker without a replica sends a reader to the leader."""
    request = FetchRequest(
        max_wait_ms=0,
        min_bytes=1,
        max_bytes=1000,
        topics=[
            FetchTopic(
                topic_id=topic_id_of(cluster),
                partitions=[FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1000)],
            )
        ],
    )
    with RawClient(port_of(cluster, 3)) as client:
        answer = client.ask(request, version)
    partition = answer.responses[0].partitions[0]
    assert partition.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    leader = (partition.current_leader.leader_id, partition.current_leader.leader_epoch)
    assert leader == leader_of(cluster, 1)
    told = [(one.node_id, one.host, one.port) for one in answer.node_endpoints]
    assert told == ([(1, "127.0.0.1", port_of(cluster, 1))] if version >= 16 else [])


def test_a_producer_follows_the_leader_that_it_is_told(cluster):
    """A client of librdkafka goes on at the new leader, whose address it gets from the old one."""
    producer = Producer(
        {
            "bootstrap.servers": cluster.bootstrap_servers,
            "topic.metadata.refresh.interval.ms": -1,
            "linger.ms": 0,
        }
    )
    delivered: list[int] = []

    def note(error, message):
        assert error is None, error
        delivered.append(message.offset())

    producer.produce(TOPIC, b"before", on_delivery=note)
    assert producer.flush(WITHIN_S) == 0
    cluster.stop(1)
    wait_for_leader(cluster, 2)
    cluster.restart(1)
    producer.produce(TOPIC, b"after", on_delivery=note)
    assert producer.flush(WITHIN_S) == 0
    assert delivered == [0, 1]
