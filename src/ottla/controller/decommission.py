# SPDX-License-Identifier: Apache-2.0
"""Taking brokers out of the cluster for good: every replica moves to another broker.

Asked again and again, a decision at a time: each round begins moves up to a bound and says what
is left. A replacement takes the place of the old replica in the assignment, so it is the
preferred leader where the old one was; which broker that is, `replacements` says. Partitions that
somebody else is moving wait for that move. When nothing is left, the broker may be stopped and
unregistered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.controller.decision import Decision
from ottla.controller.partition_change import target_replicas
from ottla.controller.reassignments import is_moving, reassign
from ottla.controller.replacements import Load

if TYPE_CHECKING:
    from collections.abc import Collection

    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.message import Message

MOVES_MAX = 100
"""Partitions that move off the brokers at the same time, unless the caller says otherwise."""


class DecommissionProgress(NamedTuple):
    """How far the brokers are from being empty."""

    moving: int
    """Partitions on their way off the brokers, those of this round included."""
    waiting: int
    """Partitions whose move has not begun."""
    stuck: tuple[tuple[str, int], ...]
    """Of those waiting, the ones for which no other broker is left: the cluster is too small."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on the brokers any more."""
        return not (self.moving or self.waiting)


def decommission(
    image: ClusterImage,
    broker_ids: Collection[int],
    rules: PartitionRules,
    *,
    moves_max: int = MOVES_MAX,
) -> Decision[DecommissionProgress]:
    """Return the records of a round that moves replicas off the brokers."""
    leaving = frozenset(broker_ids)
    affected = [
        (topic, partition)
        for topic in image.topics_by_name.values()
        for partition in topic.partitions
        if not leaving.isdisjoint(partition.replicas)
    ]
    moving = sum(1 for _, p in affected if is_moving(p) and leaving.isdisjoint(target_replicas(p)))
    waiting = 0
    records: list[Message] = []
    stuck: list[tuple[str, int]] = []
    load = Load(image, excluded=leaving)
    for topic, partition in affected:
        target = target_replicas(partition)
        if leaving.isdisjoint(target):
            continue
        if is_moving(partition):
            waiting += 1
            continue
        if len(leaving.intersection(target)) > load.spare(target):
            stuck.append((topic.name, partition.partition_id))
            waiting += 1
            continue
        if moving >= moves_max:
            waiting += 1
            continue
        record = reassign(topic, partition, _replaced(target, leaving, load), rules)
        assert record is not None, partition
        records.append(record)
        moving += 1
    return Decision(records, DecommissionProgress(moving, waiting, tuple(stuck)))


def _replaced(target: tuple[int, ...], leaving: frozenset[int], load: Load) -> tuple[int, ...]:
    """Return the assignment with another broker in each place of one that leaves."""
    replaced = list(target)
    for place, broker_id in enumerate(target):
        if broker_id in leaving:
            others = [b for b in replaced if b not in leaving]
            replaced[place] = load.choose(others)
    return tuple(replaced)
