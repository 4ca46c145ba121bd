# SPDX-License-Identifier: Apache-2.0
"""When expressions are resolved anew, and when the group epoch is raised."""

from __future__ import annotations

from ottla.coordinators.group.consumer import records, subscriptions
from ottla.coordinators.group.consumer.draft import Draft
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.consumer.member import Wishes

DAY_MS = 86_400_000


def subscribed(world, **wishes: object):
    """Return a draft of a group with one member."""
    draft = Draft(ConsumerGroup("g"), is_new=True)
    wish = Wishes(**wishes)
    subscriptions.change_wishes(draft, "a", Wishes(), wish)
    subscriptions.resolve_patterns(draft, world.image, 0, anew=False)
    return draft


def test_new_topics_wait_for_the_pause(world):
    """New topics count after ten seconds, age counts after the interval."""
    group = subscribed(world, topic_regex="t.*").group
    version = world.image.offset
    assert not subscriptions.needs_refresh(group, version + 1, DAY_MS, 10_000)
    assert subscriptions.needs_refresh(group, version + 1, DAY_MS, 10_001)
    assert not subscriptions.needs_refresh(group, version, DAY_MS, DAY_MS)
    assert subscriptions.needs_refresh(group, version, DAY_MS, DAY_MS + 1)


def test_a_change_of_topics_raises_the_epoch(world):
    """An equal hash does not, unless the subscription itself changed."""
    draft = subscribed(world, topic_names=frozenset(("t",)))
    assert not subscriptions.raise_group_epoch(draft, world.image, is_forced=False)
    world.create_topic("t")
    assert subscriptions.raise_group_epoch(draft, world.image, is_forced=False)
    assert not subscriptions.raise_group_epoch(draft, world.image, is_forced=False)
    assert subscriptions.raise_group_epoch(draft, world.image, is_forced=True)
    assert draft.group.group_epoch == 3


def test_a_legacy_record_is_deleted_with_the_next_epoch(world):
    """What early versions kept about topics is no longer needed."""
    draft = subscribed(world, topic_names=frozenset(("t",)))
    draft.group.has_legacy_metadata = True
    subscriptions.raise_group_epoch(draft, world.image, is_forced=True)
    assert draft.records()[-1] == records.legacy_metadata_removal("g").record()
    assert not draft.group.has_legacy_metadata


def test_only_new_expressions_are_resolved(world):
    """All of them when asked to; the result says whether topics changed."""
    draft = subscribed(world, topic_regex="t.*")
    assert not subscriptions.resolve_patterns(draft, world.image, 5, anew=False)
    assert draft.group.patterns["t.*"].timestamp_ms == 0
    assert not subscriptions.resolve_patterns(draft, world.image, 5, anew=True)
    assert draft.group.patterns["t.*"].timestamp_ms == 5
    world.create_topic("t1")
    assert subscriptions.resolve_patterns(draft, world.image, 6, anew=True)
    assert draft.group.patterns["t.*"].topics == {"t1"}
