# SPDX-License-Identifier: Apache-2.0
"""When a target is computed, and what is written of it."""

from __future__ import annotations

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.draft import Draft
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.consumer.member import Wishes
from ottla.coordinators.group.consumer.target import compute_target, may_compute_target

WALL_MS = 1_700_000_000_000


def test_targets_are_computed_with_pauses():
    """The first one at once; later ones when the interval is over, or there is none."""
    group = ConsumerGroup("g")
    assert may_compute_target(group, 1_000, WALL_MS)
    group.assigned_at_ms = WALL_MS
    assert not may_compute_target(group, 1_000, WALL_MS + 999)
    assert may_compute_target(group, 1_000, WALL_MS + 1_000)
    assert may_compute_target(group, 0, WALL_MS - 1_000_000)


def test_only_what_differs_is_written(world):
    """A member whose target stays has no new record."""
    topic = world.create_topic("t", 2)
    draft = Draft(ConsumerGroup("g"), is_new=True)
    for member_id in ("a", "b"):
        draft.put(records.wishes_change("g", member_id, Wishes(topic_names=frozenset(("t",)))))
    draft.put(records.target_change("g", "a", {topic: (0,)}), records.group_change("g", 7, 0))
    before = len(draft.records())
    compute_target(draft, world.image, ("uniform",), WALL_MS)
    assert len(draft.records()) == before + 2
    group = draft.group
    assert group.targets == {"a": {topic: (0,)}, "b": {topic: (1,)}}
    assert (group.assignment_epoch, group.assigned_at_ms) == (7, WALL_MS)
