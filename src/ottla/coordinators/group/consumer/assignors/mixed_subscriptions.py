# SPDX-License-Identifier: Apache-2.0
"""Uniform assignment for members that subscribe to different topics.

Everybody keeps what it may keep. Free partitions go, topic by topic, to the subscriber that has
least; topics with many partitions for few subscribers come first, since they leave the least
choice. Then partitions are moved within a topic from whoever has most to whoever has least, while
that brings two members closer, over all topics until nothing changes. Each move makes the group
more even, so this ends; it is cut short after a number of rounds, in which unevenness is nearly
always gone.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ottla.coordinators.group.consumer.assignors.specification import GroupSpecification
    from ottla.coordinators.group.consumer.member import Partitions

ROUNDS_MAX = 16


class _Plan:
    """Who has what while the assignment is being made; members are numbers in id order."""

    def __init__(self, group: GroupSpecification) -> None:
        self.counts = group.partition_counts
        self.member_ids = sorted(group.members)
        self.sizes = [0] * len(self.member_ids)
        self.subscribers: dict[bytes, list[int]] = {}
        self.owned: dict[bytes, dict[int, list[int]]] = {}
        """By topic and member, the partitions."""
        for number, member_id in enumerate(self.member_ids):
            for topic_id in group.members[member_id].topics:
                self.subscribers.setdefault(topic_id, []).append(number)
        self.topics = sorted(
            self.subscribers,
            key=lambda topic_id: (
                -self.counts[topic_id] / len(self.subscribers[topic_id]),
                len(self.subscribers[topic_id]),
                topic_id,
            ),
        )
        self.free = {topic_id: bytearray(b"\1" * self.counts[topic_id]) for topic_id in self.topics}
        self._keep(group)

    def _keep(self, group: GroupSpecification) -> None:
        for number, member_id in enumerate(self.member_ids):
            member = group.members[member_id]
            subscribed = frozenset(member.topics)
            for topic_id, partitions in member.target.items():
                if topic_id not in subscribed:
                    continue
                free = self.free[topic_id]
                kept = [p for p in partitions if p < len(free) and free[p]]
                for partition in kept:
                    free[partition] = 0
                if kept:
                    self.owned.setdefault(topic_id, {})[number] = kept
                    self.sizes[number] += len(kept)

    def hand_out(self, topic_id: bytes) -> None:
        """Give the topic's free partitions to the subscribers that have least."""
        free, sizes = self.free[topic_id], self.sizes
        partition = free.find(1)
        if partition < 0:
            return
        owned = self.owned.setdefault(topic_id, {})
        queue = [(sizes[number], number) for number in self.subscribers[topic_id]]
        heapq.heapify(queue)
        while partition >= 0:
            size, number = queue[0]
            owned.setdefault(number, []).append(partition)
            sizes[number] = size + 1
            heapq.heapreplace(queue, (size + 1, number))
            partition = free.find(1, partition + 1)

    def even_out(self, topic_id: bytes) -> bool:
        """Move partitions of the topic between subscribers that differ by two or more."""
        sizes, owned = self.sizes, self.owned.get(topic_id)
        subscribers = self.subscribers[topic_id]
        if not owned or len(subscribers) == 1:
            return False
        least = min(map(sizes.__getitem__, subscribers))
        givers = [(-sizes[number], number) for number in owned if owned[number]]
        if -min(givers, default=(0, 0))[0] - least < 2:
            return False
        takers = [(sizes[number], number) for number in subscribers]
        heapq.heapify(givers)
        heapq.heapify(takers)
        is_changed = False
        while givers:
            size, giver = -givers[0][0], givers[0][1]
            if size != sizes[giver]:
                heapq.heapreplace(givers, (-sizes[giver], giver))
                continue
            taker_size, taker = takers[0]
            if taker_size != sizes[taker]:
                heapq.heapreplace(takers, (sizes[taker], taker))
                continue
            if size - taker_size < 2:
                break
            owned.setdefault(taker, []).append(owned[giver].pop())
            sizes[giver] -= 1
            sizes[taker] += 1
            is_changed = True
            if owned[giver]:
                heapq.heapreplace(givers, (-sizes[giver], giver))
            else:
                heapq.heappop(givers)
            heapq.heapreplace(takers, (sizes[taker], taker))
        return is_changed

    def assignment(self) -> dict[str, Partitions]:
        """Return the plan by member id."""
        given: list[dict[bytes, tuple[int, ...]]] = [{} for _ in self.member_ids]
        for topic_id in sorted(self.owned):
            for number, partitions in self.owned[topic_id].items():
                if partitions:
                    given[number][topic_id] = tuple(sorted(partitions))
        return dict(zip(self.member_ids, given, strict=True))


def assign_mixed(group: GroupSpecification) -> dict[str, Partitions]:
    """Return what each member shall get."""
    plan = _Plan(group)
    for topic_id in plan.topics:
        plan.hand_out(topic_id)
    for _ in range(ROUNDS_MAX):
        # Not any(): every topic has its turn in every round.
        if not sum([plan.even_out(topic_id) for topic_id in plan.topics]):
            break
    return plan.assignment()
