# SPDX-License-Identifier: Apache-2.0
"""The target assignment: what each member of a group shall get in the end.

It is computed whenever the group epoch has passed the assignment epoch, but not more often than
`group.consumer.assignment.interval.ms` allows: a group whose members join one after the other
gets a few targets, not one for each. Members stay with the old target meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.assignors import ASSIGNORS
from ottla.coordinators.group.consumer.assignors.specification import (
    GroupSpecification,
    MemberSpecification,
)
from ottla.coordinators.group.consumer.topics import topic_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.coordinators.group.consumer.draft import Draft
    from ottla.coordinators.group.consumer.group import ConsumerGroup
    from ottla.metadata.image import ClusterImage


def may_compute_target(group: ConsumerGroup, interval_ms: int, wall_ms: int) -> bool:
    """Whether the last target is old enough for a new one; an unknown age is."""
    assigned_at_ms = group.assigned_at_ms
    return not assigned_at_ms or not interval_ms or wall_ms >= assigned_at_ms + interval_ms


def compute_target(
    draft: Draft, image: ClusterImage, assignors: Sequence[str], wall_ms: int
) -> None:
    """Put the target for the present group epoch into the draft: what differs, and the epoch."""
    group = draft.group
    assign = ASSIGNORS[group.preferred_assignor(assignors)]
    assignment = assign(_specification(group, image))
    changes = [
        records.target_change(group.group_id, member_id, target)
        for member_id, target in assignment.items()
        if group.targets.get(member_id) != target
    ]
    draft.put(*changes, records.target_epoch_change(group.group_id, group.group_epoch, wall_ms))


def _specification(group: ConsumerGroup, image: ClusterImage) -> GroupSpecification:
    ids_by_names: dict[frozenset[str], tuple[bytes, ...]] = {}
    members = {}
    for member_id in sorted(group.members):
        member = group.members[member_id]
        names = group.topics_of(member)
        ids = ids_by_names.get(names)
        if ids is None:
            ids = ids_by_names[names] = topic_ids(names, image)
        members[member_id] = MemberSpecification(
            ids, group.targets.get(member_id, {}), member.wishes.instance_id
        )
    topics = image.topics_by_id
    counts = {
        topic_id: len(topics[topic_id].partitions)
        for ids in ids_by_names.values()
        for topic_id in ids
    }
    return GroupSpecification(members, counts)
