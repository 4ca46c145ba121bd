# SPDX-License-Identifier: Apache-2.0
"""Heartbeats of consumer groups without sockets, and how long targets take.

`python -m benchmarks.micro.consumer_heartbeat` prints the cost of a quiet heartbeat, of letting
members join one group, and of the assignors with 100 members and 1,000 partitions.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ottla.base.clock import Moment
from ottla.broker.config import BrokerConfig
from ottla.coordinators.group.consumer.assignors import ASSIGNORS
from ottla.coordinators.group.consumer.assignors.specification import (
    GroupSpecification,
    MemberSpecification,
)
from ottla.coordinators.group.coordinator import CONSUMER_OFFSETS, GroupCoordinator
from ottla.coordinators.group.store import Client
from ottla.metadata.image import ClusterImage
from ottla.protocol.messages.cluster_metadata import PartitionRecord, TopicRecord
from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatRequest
from ottla.testing.coordinator_partition import MemoryPartition

if TYPE_CHECKING:
    from ottla.coordinators.group.consumer.assignors.specification import Assignor

GROUPS = 1_000
MEMBERS = 5
ROUNDS = 20
PARTITIONS = 50
CLIENT = Client("client", "/127.0.0.1")


def _coordinator() -> GroupCoordinator:
    records: list[object] = []
    for number, (name, count) in enumerate(((CONSUMER_OFFSETS, 1), ("t", PARTITIONS)), 1):
        topic_id = number.to_bytes(16, "big")
        records.append(TopicRecord(name=name, topic_id=topic_id))
        records += [
            PartitionRecord(partition_id=at, topic_id=topic_id, replicas=[1], isr=[1], leader=1)
            for at in range(count)
        ]
    image, _ = ClusterImage("c").apply(records)
    config = BrokerConfig.load({})
    groups = GroupCoordinator(image, config, lambda: "id")
    groups.runtime.begin_load(0, MemoryPartition())
    groups.runtime.finish_load(0, 0, Moment(0, 0))
    return groups


def _request(group: int, member: int, epoch: int) -> ConsumerGroupHeartbeatRequest:
    request = ConsumerGroupHeartbeatRequest(
        group_id=f"group-{group}", member_id=f"member-{member}", member_epoch=epoch
    )
    if not epoch:
        request.rebalance_timeout_ms = 60_000
        request.subscribed_topic_names, request.topic_partitions = ["t"], []
    return request


def _quiet_heartbeats() -> None:
    groups = _coordinator()
    moment = Moment(0, 0)
    for group in range(GROUPS):
        for member in range(MEMBERS):
            groups.consumer_group_heartbeat(_request(group, member, 0), CLIENT, 1, moment)
    moment = Moment(2_000, 2_000)
    epochs = {}
    for _ in range(4):
        for group in range(GROUPS):
            for member in range(MEMBERS):
                request = _request(group, member, epochs.get((group, member), 0))
                request.topic_partitions = []
                answer = groups.consumer_group_heartbeat(request, CLIENT, 1, moment).value
                epochs[group, member] = answer.member_epoch
    requests = [_request(*spot, epoch) for spot, epoch in epochs.items()]
    began = time.process_time()
    for at in range(ROUNDS):
        moment = Moment(3_000 + at * 100, 3_000 + at * 100)
        for request in requests:
            groups.consumer_group_heartbeat(request, CLIENT, 1, moment)
    seconds = time.process_time() - began
    print(f"quiet heartbeat: {seconds / ROUNDS / len(requests) * 1e6:.1f} µs")


def _joins() -> None:
    groups = _coordinator()
    began = time.process_time()
    for member in range(100):
        moment = Moment(member * 1_000, member * 1_000)
        groups.consumer_group_heartbeat(_request(0, member, 0), CLIENT, 1, moment)
    seconds = time.process_time() - began
    print(f"100 members join, a target for each: {seconds * 1e3:.1f} ms")


def _targets(name: str, assign: Assignor, topics: int, *, is_mixed: bool) -> None:
    ids = tuple(number.to_bytes(16, "big") for number in range(topics))
    counts = dict.fromkeys(ids, 1_000 // topics)

    def subscribed(number: int) -> tuple[bytes, ...]:
        if not is_mixed:
            return ids
        return tuple(one for place, one in enumerate(ids) if (place + number) % 3)

    members = {f"m{at:03}": MemberSpecification(subscribed(at), {}) for at in range(100)}
    times = SimpleNamespace(first=0.0, again=0.0)
    began = time.process_time()
    assignment = assign(GroupSpecification(members, counts))
    times.first = time.process_time() - began
    members = {one: spec._replace(target=assignment[one]) for one, spec in members.items()}
    members["new"] = MemberSpecification(subscribed(1), {})
    began = time.process_time()
    assign(GroupSpecification(members, counts))
    times.again = time.process_time() - began
    kind = "different subscriptions" if is_mixed else "equal subscriptions"
    print(
        f"{name}, {topics} topics, {kind}: {times.first * 1e3:.1f} ms,"
        f" one more member {times.again * 1e3:.1f} ms"
    )


def main() -> None:
    """Print everything."""
    _quiet_heartbeats()
    _joins()
    for name, assign in ASSIGNORS.items():
        for topics in (10, 100):
            for is_mixed in (False, True):
                _targets(name, assign, topics, is_mixed=is_mixed)


if __name__ == "__main__":
    main()
