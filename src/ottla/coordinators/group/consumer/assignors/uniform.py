# SPDX-License-Identifier: Apache-2.0
"""The `uniform` assignor: equal numbers of partitions for all, and as few moves as that takes.

When all members subscribe to the same topics, each keeps what it has up to its share, and what
is left over goes to those who have less: nobody differs by more than one, and a partition moves
only when its owner is gone or has too many. Groups with different subscriptions are
`mixed_subscriptions`' affair.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ottla.coordinators.group.consumer.assignors.mixed_subscriptions import assign_mixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.coordinators.group.consumer.assignors.specification import GroupSpecification
    from ottla.coordinators.group.consumer.member import Partitions

NAME = "uniform"


def assign_uniformly(group: GroupSpecification) -> dict[str, Partitions]:
    """Return what each member shall get."""
    if not group.members:
        return {}
    return _assign_equal(group) if group.is_homogeneous else assign_mixed(group)


def _assign_equal(group: GroupSpecification) -> dict[str, Partitions]:
    members = group.members
    ordered = sorted(members)
    topics = members[ordered[0]].topics
    counts = group.partition_counts
    is_taken = {topic_id: bytearray(counts[topic_id]) for topic_id in topics}
    share, rest = divmod(sum(counts[topic_id] for topic_id in topics), len(ordered))

    kept = {one: _valid_target(members[one].target, is_taken) for one in ordered}
    assignment: dict[str, Partitions] = {}
    below: list[tuple[str, int]] = []  # members with what they still need for a bare share
    for member_id in ordered:
        target = kept[member_id]
        size = sum(map(len, target.values()))
        quota = share
        if size > share and rest:
            quota, rest = share + 1, rest - 1
        if size > quota:
            target = _shortened(target, size - quota, is_taken)
        elif size <= share:
            below.append((member_id, share - size))
        assignment[member_id] = target

    wanting: deque[tuple[str, int]] = deque()
    for member_id, missing in below:
        take = missing
        if rest:
            take, rest = missing + 1, rest - 1
        if take:
            wanting.append((member_id, take))
    _deal(assignment, wanting, is_taken)
    return assignment


def _valid_target(target: Partitions, is_taken: dict[bytes, bytearray]) -> Partitions:
    """Return what of a target still exists and is nobody else's; mark it as taken."""
    is_whole = True
    valid: dict[bytes, tuple[int, ...]] = {}
    for topic_id, partitions in target.items():
        taken = is_taken.get(topic_id)
        if taken is None:
            is_whole = False
            continue
        mine = []
        for partition in partitions:
            if partition < len(taken) and not taken[partition]:
                taken[partition] = 1
                mine.append(partition)
        if len(mine) == len(partitions):
            valid[topic_id] = partitions
        else:
            is_whole = False
            if mine:
                valid[topic_id] = tuple(mine)
    return target if is_whole else valid


def _shortened(target: Partitions, excess: int, is_taken: dict[bytes, bytearray]) -> Partitions:
    """Give up some partitions, in turn from each topic so that topics stay spread."""
    remaining = {topic_id: list(partitions) for topic_id, partitions in target.items()}
    while excess:
        for topic_id, partitions in remaining.items():
            if partitions and excess:
                is_taken[topic_id][partitions.pop()] = 0
                excess -= 1
    return {topic_id: tuple(partitions) for topic_id, partitions in remaining.items() if partitions}


def _left_over(is_taken: dict[bytes, bytearray]) -> Iterator[tuple[bytes, int]]:
    for topic_id, taken in is_taken.items():
        partition = taken.find(0)
        while partition >= 0:
            yield topic_id, partition
            partition = taken.find(0, partition + 1)


def _deal(
    assignment: dict[str, Partitions],
    wanting: deque[tuple[str, int]],
    is_taken: dict[bytes, bytearray],
) -> None:
    """Give what is left over to those who want some, in turn, so that topics are spread."""
    hands: dict[str, dict[bytes, list[int]]] = {member_id: {} for member_id, _ in wanting}
    for topic_id, partition in _left_over(is_taken):
        member_id, count = wanting.popleft()
        hands[member_id].setdefault(topic_id, []).append(partition)
        if count > 1:
            wanting.append((member_id, count - 1))
    assert not wanting, "shares add up to the partitions"
    for member_id, hand in hands.items():
        target = assignment[member_id]
        assignment[member_id] = {
            topic_id: tuple(sorted((*target.get(topic_id, ()), *hand.get(topic_id, ()))))
            for topic_id in sorted({**target, **hand})
        }
