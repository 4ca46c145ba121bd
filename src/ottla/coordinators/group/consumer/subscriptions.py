# SPDX-License-Identifier: Apache-2.0
"""What follows when a group's subscriptions, or the topics they name, change.

Expressions are resolved by the coordinator; the result is a record, so that a new coordinator
has the same topics. A new expression is resolved at once. All of a group's are resolved anew when
there are new topics, but not sooner than ten seconds after the last time, and after
`group.consumer.regex.refresh.interval.ms` in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.patterns import check_pattern, matching_topics
from ottla.coordinators.group.consumer.topics import metadata_hash

if TYPE_CHECKING:
    from ottla.coordinators.group.consumer.draft import Draft
    from ottla.coordinators.group.consumer.group import ConsumerGroup
    from ottla.coordinators.group.consumer.member import Wishes
    from ottla.metadata.image import ClusterImage

REFRESH_PAUSE_MIN_MS = 10_000
"""Shortest pause between two times that a group's expressions are all resolved."""


def change_wishes(draft: Draft, member_id: str, before: Wishes, after: Wishes) -> bool:
    """Put a member's new wishes into the draft; return whether it subscribes differently now.

    Raises ApiError INVALID_REGULAR_EXPRESSION.
    """
    group_id, old, new = draft.group.group_id, before.topic_regex, after.topic_regex
    if new and new != old:
        check_pattern(new)
    if after != before or member_id not in draft.group.members:
        draft.put(records.wishes_change(group_id, member_id, after))
    if old and old != new:
        forget_unused(draft, old)
    return after.topic_names != before.topic_names or new != old


def forget_unused(draft: Draft, pattern: str) -> None:
    """Drop what an expression matched when nobody subscribes by it any more."""
    if pattern in draft.group.patterns and not draft.group.subscriber_count(pattern):
        draft.put(records.pattern_removal(draft.group.group_id, pattern))


def needs_refresh(
    group: ConsumerGroup, new_topics_version: int, interval_ms: int, wall_ms: int
) -> bool:
    """Whether the group's expressions have to be resolved anew."""
    # hot: once for each heartbeat of a group with expressions
    oldest = min(group.patterns.values(), key=lambda resolved: resolved.timestamp_ms)
    age_ms = wall_ms - oldest.timestamp_ms
    if age_ms <= REFRESH_PAUSE_MIN_MS:
        return False
    if age_ms > interval_ms:
        return True
    return min(resolved.version for resolved in group.patterns.values()) < new_topics_version


def resolve_patterns(draft: Draft, image: ClusterImage, wall_ms: int, *, anew: bool) -> bool:
    """Resolve expressions, all or only those that are new; return whether topics have changed."""
    group = draft.group
    is_changed = False
    for pattern in group.subscribed_patterns:
        before = group.patterns.get(pattern)
        if before is not None and not anew:
            continue
        topics = matching_topics(pattern, image.topics_by_name)
        is_changed = is_changed or topics != (before.topics if before else frozenset())
        resolved = records.ResolvedPattern(topics, image.offset, wall_ms)
        draft.put(records.pattern_change(group.group_id, pattern, resolved))
    return is_changed


def raise_group_epoch(draft: Draft, image: ClusterImage, *, is_forced: bool) -> bool:
    """Put the next group epoch into the draft when topics have changed, or in any case.

    Returns whether the epoch has been raised.
    """
    group = draft.group
    topics_hash = metadata_hash(group.subscribed_topics, image)
    if not is_forced and topics_hash == group.metadata_hash:
        return False
    draft.put(records.group_change(group.group_id, group.group_epoch + 1, topics_hash))
    if group.has_legacy_metadata:
        draft.put(records.legacy_metadata_removal(group.group_id))
    return True
