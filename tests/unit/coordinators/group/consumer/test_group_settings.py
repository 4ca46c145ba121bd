# SPDX-License-Identifier: Apache-2.0
"""A group's own settings within the broker's limits."""

from __future__ import annotations

from ottla.coordinators.group.consumer import group_settings


def test_the_brokers_settings_hold_for_groups_without_their_own(world):
    """Nothing set, or another one set."""
    world.configure("g", consumer_heartbeat_interval_ms="6000")
    store = world.shard.store
    assert group_settings.session_timeout_ms(store, "g") == 45_000
    assert group_settings.assignment_interval_ms(store, "g") == 0
    assert group_settings.heartbeat_interval_ms(store, "h") == 5_000
    assert group_settings.heartbeat_interval_ms(store, "g") == 6_000


def test_values_outside_the_limits_are_drawn_in(world):
    """Limits may have become narrower since a value was set."""
    store = world.shard.store
    for text, session, heartbeat, assignment in (
        ("1", 45_000, 5_000, 1),
        ("99999999", 60_000, 15_000, 15_000),
    ):
        world.configure(
            "g",
            consumer_session_timeout_ms=text,
            consumer_heartbeat_interval_ms=text,
            consumer_assignment_interval_ms=text,
        )
        assert group_settings.session_timeout_ms(store, "g") == session
        assert group_settings.heartbeat_interval_ms(store, "g") == heartbeat
        assert group_settings.assignment_interval_ms(store, "g") == assignment
