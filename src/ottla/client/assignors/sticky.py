# SPDX-License-Identifier: Apache-2.0
"""Assignments that move as little as possible: sticky (KIP-54) and cooperative (KIP-429).

The idea: everyone keeps what it has and may keep; what nobody has goes to whoever has least; then
partitions move from members with many to members with few as long as that makes the two more
equal. Each move lowers the sum of the squares of what members have, so it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.client.assignors.plain import in_order
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.assignors.subscription import Subscription


def assign_sticky(
    partition_counts: Mapping[str, int], members: Mapping[str, Subscription]
) -> dict[str, set[TopicPartition]]:
    """Balance with as few moves as we find."""
    order = in_order(members)
    readers = {
        topic: [member for member in order if topic in members[member].topics]
        for topic in partition_counts
    }
    wanted = {
        TopicPartition(topic, number)
        for topic, count in partition_counts.items()
        if readers[topic]
        for number in range(count)
    }
    assigned: dict[str, set[TopicPartition]] = {member: set() for member in order}
    owners = find_owners(members)
    for name in wanted & owners.keys():
        if name.topic in members[owners[name]].topics:
            assigned[owners[name]].add(name)
    homeless = wanted.difference(*assigned.values())
    # Those that few can read first: the others fill up what is left.
    for name in sorted(homeless, key=lambda name: (len(readers[name.topic]), name)):
        _least(assigned, readers[name.topic]).add(name)
    while _even_out(assigned, readers):
        pass
    return assigned


def assign_cooperatively(
    partition_counts: Mapping[str, int], members: Mapping[str, Subscription]
) -> dict[str, set[TopicPartition]]:
    """Likewise, but hand out nothing that another member still has: that comes when it let go."""
    assigned = assign_sticky(partition_counts, members)
    owners = find_owners(members)
    return {
        member: {name for name in names if owners.get(name, member) == member}
        for member, names in assigned.items()
    }


def find_owners(members: Mapping[str, Subscription]) -> dict[TopicPartition, str]:
    """Return who has what; of two claims the later generation's holds, of equal ones neither."""
    claims: dict[TopicPartition, list[tuple[int, str]]] = {}
    for member, subscription in members.items():
        for name in subscription.owned:
            claims.setdefault(name, []).append((subscription.generation_id, member))
    owners: dict[TopicPartition, str] = {}
    for name, claimants in claims.items():
        latest = max(generation for generation, _ in claimants)
        holders = [member for generation, member in claimants if generation == latest]
        if len(holders) == 1:
            owners[name] = holders[0]
    return owners


def _least(assigned: Mapping[str, set[TopicPartition]], readers: list[str]) -> set[TopicPartition]:
    return min((assigned[member] for member in readers), key=len)


def _even_out(
    assigned: Mapping[str, set[TopicPartition]], readers: Mapping[str, list[str]]
) -> bool:
    """Move what makes members more equal; say whether anything moved."""
    has_moved = False
    for names in sorted(assigned.values(), key=len, reverse=True):
        for name in sorted(names, reverse=True):
            poorest = _least(assigned, readers[name.topic])
            if len(names) - len(poorest) > 1:
                names.remove(name)
                poorest.add(name)
                has_moved = True
    return has_moved
