# SPDX-License-Identifier: Apache-2.0
"""The `range` assignor: of every topic, each subscriber gets one run of partitions.

Members are ordered once, static ones first by their names, so that those keep their runs over a
restart. When all subscribe to the same topics of equal size, partition n of every topic goes to
the same member, which is what joins of topics need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ottla.coordinators.group.consumer.assignors.specification import GroupSpecification
    from ottla.coordinators.group.consumer.member import Partitions

NAME = "range"


def assign_ranges(group: GroupSpecification) -> dict[str, Partitions]:
    """Return what each member shall get."""
    members = group.members
    ordered = sorted(members, key=lambda one: _rank(members[one].instance_id, one))
    subscribers: dict[bytes, int] = {}
    for member_id in ordered:
        for topic_id in members[member_id].topics:
            subscribers[topic_id] = subscribers.get(topic_id, 0) + 1
    starts = dict.fromkeys(subscribers, 0)
    seen = dict.fromkeys(subscribers, 0)
    assignment: dict[str, Partitions] = {}
    for member_id in ordered:
        given: dict[bytes, tuple[int, ...]] = {}
        for topic_id in members[member_id].topics:
            share, rest = divmod(group.partition_counts[topic_id], subscribers[topic_id])
            start = starts[topic_id]
            end = start + share + (seen[topic_id] < rest)
            starts[topic_id] = end
            seen[topic_id] += 1
            if end > start:
                given[topic_id] = tuple(range(start, end))
        assignment[member_id] = given
    return assignment


def _rank(instance_id: str | None, member_id: str) -> tuple[bool, str]:
    return (True, member_id) if instance_id is None else (False, instance_id)
