# SPDX-License-Identifier: Apache-2.0
"""A draft shows the group as it will be and leaves it as it is."""

from __future__ import annotations

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.draft import Draft
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.ports import CoordinatorRecord


def test_the_group_itself_does_not_change():
    """Only replay by the runtime changes it."""
    group = ConsumerGroup("g")
    draft = Draft(group)
    assert draft.group is group
    draft.put(records.group_change("g", 5, 0))
    assert (draft.group.group_epoch, group.group_epoch) == (5, 1)


def test_the_last_change_is_only_written():
    """Nobody looks at the group after it, so it is not copied for it."""
    group = ConsumerGroup("g")
    earlier = CoordinatorRecord(b"k", None)
    draft = Draft(group, earlier=[earlier])
    change = records.group_change("g", 5, 0)
    draft.put_last(change)
    assert draft.group is group
    assert draft.records() == [earlier, change.record()]
