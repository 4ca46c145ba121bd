# SPDX-License-Identifier: Apache-2.0
"""The settings of one consumer group: its own when it has some, else the broker's.

A group's own settings are dynamic configurations of the resource type GROUP. They are checked
when they are set; the broker's limits may have become narrower since, so a value outside counts
as the nearest limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ottla.metadata.config_keys.resources import GROUP_KEYS
from ottla.metadata.image import ResourceType

if TYPE_CHECKING:
    from ottla.coordinators.group.store import GroupStore

_GROUP = int(ResourceType.GROUP)


def session_timeout_ms(store: GroupStore, group_id: str) -> int:
    """Return after which silence a member is removed."""
    own = _own_value(store, group_id, "consumer.session.timeout.ms")
    settings = store.settings
    if own is None:
        return settings.group_consumer_session_timeout_ms
    low = settings.group_consumer_min_session_timeout_ms
    return min(max(own, low), settings.group_consumer_max_session_timeout_ms)


def heartbeat_interval_ms(store: GroupStore, group_id: str) -> int:
    """Return the pause between heartbeats that members are told."""
    own = _own_value(store, group_id, "consumer.heartbeat.interval.ms")
    settings = store.settings
    if own is None:
        return settings.group_consumer_heartbeat_interval_ms
    low = settings.group_consumer_min_heartbeat_interval_ms
    return min(max(own, low), settings.group_consumer_max_heartbeat_interval_ms)


def assignment_interval_ms(store: GroupStore, group_id: str) -> int:
    """Return the shortest pause between two target assignments."""
    own = _own_value(store, group_id, "consumer.assignment.interval.ms")
    settings = store.settings
    if own is None:
        return settings.group_consumer_assignment_interval_ms
    low = settings.group_consumer_min_assignment_interval_ms
    return min(max(own, low), settings.group_consumer_max_assignment_interval_ms)


def _own_value(store: GroupStore, group_id: str, name: str) -> int | None:
    texts = store.image.configs.get((_GROUP, group_id))
    if not texts or name not in texts:
        return None
    return cast("int", GROUP_KEYS[name].parse(texts[name]))
