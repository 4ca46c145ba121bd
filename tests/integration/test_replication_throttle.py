# SPDX-License-Identifier: Apache-2.0
"""A limit on a reassignment, imposed by a real client: the move takes its time, writers do not."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from tests.integration.raw_client import RawClient

from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreateTopicsRequest,
)
from ottla.testing.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPIC = "orders"
WITHIN_S = 20
RECORD_BYTES = 50_000
RECORDS = 20
RATE = 200_000
BIG_ENOUGH_S = 2.0
"""1 MB at 200 kB in a second takes five seconds, less what the first answer brings."""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Return three brokers whose followers copy 100 kB at a time, and a topic on broker 1."""
    with Cluster(brokers=3, settings={"replica.fetch.max.bytes": "100000"}) as running:
        place = CreatableReplicaAssignment(partition_index=0, broker_ids=[1])
        topic = CreatableTopic(
            name=TOPIC, num_partitions=-1, replication_factor=-1, assignments=[place]
        )
        ask(running, CreateTopicsRequest(topics=[topic], timeout_ms=5000), 7)
        yield running


def ask(cluster: Cluster, request, version: int):
    """Send one request to broker 1."""
    with RawClient(int(cluster.address(1).rpartition(":")[2])) as client:
        return client.ask(request, version)


def alter(cluster: Cluster, kind: ResourceType, name: str, settings: dict) -> None:
    """Set what has a value, delete what has none."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap_servers})
    entries = [
        ConfigEntry(
            key,
            value,
            incremental_operation=AlterConfigOpType.DELETE
            if value is None
            else AlterConfigOpType.SET,
        )
        for key, value in settings.items()
    ]
    resource = ConfigResource(kind, name, incremental_configs=entries)
    admin.incremental_alter_configs([resource])[resource].result(WITHIN_S)


def in_sync(cluster: Cluster) -> tuple[int, ...]:
    """Return the in-sync set."""
    state = cluster.brokers[1]._gateway.image.partition(TOPIC, 0)
    assert state is not None
    return tuple(sorted(state.isr))


def wait_in_sync(cluster: Cluster, *members: int) -> float:
    """Wait for an in-sync set; return the seconds that it took."""
    begin_s = time.monotonic()
    while time.monotonic() < begin_s + WITHIN_S:
        if in_sync(cluster) == members:
            return time.monotonic() - begin_s
        time.sleep(0.01)
    pytest.fail(f"the in-sync set is {in_sync(cluster)}")


@pytest.mark.parametrize("side", ["leader", "follower"])
def test_a_throttled_move_keeps_to_its_rate_and_writers_do_not_wait(cluster, side):
    """Either side holds back the replica that is added; lifting the limit lets it finish."""
    producer = Producer({"bootstrap.servers": cluster.bootstrap_servers, "linger.ms": 0})
    for _ in range(RECORDS):
        producer.produce(TOPIC, os.urandom(RECORD_BYTES))
        producer.flush(WITHIN_S)
    broker_id = 1 if side == "leader" else 2
    alter(
        cluster,
        ResourceType.TOPIC,
        TOPIC,
        {f"{side}.replication.throttled.replicas": f"0:{broker_id}"},
    )
    rate = f"{side}.replication.throttled.rate"
    alter(cluster, ResourceType.BROKER, str(broker_id), {rate: str(RATE)})
    move = ReassignableTopic(
        name=TOPIC, partitions=[ReassignablePartition(partition_index=0, replicas=[1, 2])]
    )
    ask(cluster, AlterPartitionReassignmentsRequest(topics=[move], timeout_ms=5000), 0)
    begin_s = time.monotonic()
    delivered: list[object] = []
    while time.monotonic() - begin_s < BIG_ENOUGH_S:
        producer.produce(TOPIC, b"x", on_delivery=lambda error, _: delivered.append(error))
        assert producer.flush(WITHIN_S) == 0
        assert in_sync(cluster) == (1,)
        copy = cluster.brokers[2]._replicas.replica(TOPIC, 0)
        has_bytes = 0 if copy is None else copy.log.size_bytes
        passed_s = time.monotonic() - begin_s
        assert has_bytes <= RATE * (passed_s + 1) + 2 * 100_000 + RECORD_BYTES
    assert set(delivered) == {None}
    alter(cluster, ResourceType.BROKER, str(broker_id), {rate: None})
    wait_in_sync(cluster, 1, 2)
