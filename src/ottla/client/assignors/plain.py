# SPDX-License-Identifier: Apache-2.0
"""Assignments that look at nothing but who is there: range and round robin, as Java has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.assignors.subscription import Subscription


def assign_ranges(
    partition_counts: Mapping[str, int], members: Mapping[str, Subscription]
) -> dict[str, set[TopicPartition]]:
    """Give each member a run of neighbours of each topic: equal numbers of topics go together."""
    assigned: dict[str, set[TopicPartition]] = {member: set() for member in members}
    for topic, count in partition_counts.items():
        readers = [member for member in in_order(members) if topic in members[member].topics]
        if not readers:
            continue
        share, extra = divmod(count, len(readers))
        first = 0
        for place, member in enumerate(readers):
            end = first + share + (place < extra)
            assigned[member] |= {TopicPartition(topic, number) for number in range(first, end)}
            first = end
    return assigned


def assign_in_turn(
    partition_counts: Mapping[str, int], members: Mapping[str, Subscription]
) -> dict[str, set[TopicPartition]]:
    """Deal the partitions of all topics out like cards, past members that do not want one."""
    assigned: dict[str, set[TopicPartition]] = {member: set() for member in members}
    readers = in_order(members)
    turn = 0
    for topic in sorted(partition_counts):
        if not any(topic in members[member].topics for member in readers):
            continue
        for number in range(partition_counts[topic]):
            while topic not in members[readers[turn % len(readers)]].topics:
                turn += 1
            assigned[readers[turn % len(readers)]].add(TopicPartition(topic, number))
            turn += 1
    return assigned


def in_order(members: Mapping[str, Subscription]) -> list[str]:
    """Return member ids in an order that a restart keeps: static members first, by their name."""
    return sorted(
        members,
        key=lambda member: (
            members[member].group_instance_id is None,
            members[member].group_instance_id or member,
        ),
    )
