# SPDX-License-Identifier: Apache-2.0
"""Which replicas a limit on moves is meant for, and when it is used up (KIP-73)."""

from __future__ import annotations

import pytest
from tests.unit.replication.replica_bench import ThrottleSettings

from ottla.replication.replication_throttle import ReplicationThrottle, ReplicationThrottles
from ottla.storage.log_config import LogConfig

LEADERS = LogConfig(leader_replication_throttled_replicas=("0:1", "12:1", "3:11"))
FOLLOWERS = LogConfig(follower_replication_throttled_replicas=("0:1", "12:1", "3:11"))
ALL = LogConfig(
    leader_replication_throttled_replicas=("*",), follower_replication_throttled_replicas=("*",)
)


@pytest.mark.parametrize("is_leader", [True, False])
def test_the_topic_names_the_replicas(is_leader):
    """Each side looks at its own list, and for this broker's replicas only."""
    throttle = ReplicationThrottle(1, ThrottleSettings(), is_leader=is_leader)
    own, other = (LEADERS, FOLLOWERS) if is_leader else (FOLLOWERS, LEADERS)
    assert [n for n in range(20) if throttle.concerns(own, n)] == [0, 12]
    assert not any(throttle.concerns(other, n) for n in range(20))
    assert all(throttle.concerns(ALL, n) for n in range(20))
    assert not throttle.concerns(LogConfig(), 0)


def test_without_a_rate_nothing_is_held_back():
    """The default is no limit, however much is copied."""
    throttle = ReplicationThrottle(1, ThrottleSettings(), is_leader=False)
    throttle.record(ALL, 0, 10**12, 0)
    assert not throttle.is_limited
    assert not throttle.is_exceeded(0)


def test_more_than_the_rate_is_too_much_until_time_has_passed():
    """3000 bytes at 1000 a second are worth three seconds."""
    settings = ThrottleSettings(follower_replication_throttled_rate=1000)
    throttle = ReplicationThrottle(1, settings, is_leader=False)
    throttle.record(ALL, 0, 3000, 0)
    assert throttle.is_exceeded(0)
    assert throttle.is_exceeded(2999)
    assert not throttle.is_exceeded(3000)


def test_only_what_is_meant_counts():
    """Ordinary replication does not use the limit up."""
    settings = ThrottleSettings(leader_replication_throttled_rate=1000)
    throttle = ReplicationThrottle(1, settings, is_leader=True)
    throttle.record(LEADERS, 1, 5000, 0)
    throttle.record(FOLLOWERS, 0, 5000, 0)
    assert not throttle.is_exceeded(0)
    throttle.record(LEADERS, 0, 5000, 0)
    assert throttle.is_exceeded(0)


def test_rates_change_while_the_broker_runs():
    """Each side follows its own setting; lifting the limit sets everything free at once."""
    throttles = ReplicationThrottles(1, ThrottleSettings())
    throttles.follow_settings(ThrottleSettings(10, 20))
    for throttle, rate in ((throttles.leader, 10), (throttles.follower, 20)):
        throttle.record(ALL, 0, rate, 0)
        assert not throttle.is_exceeded(0)
        throttle.record(ALL, 0, 1, 0)
        assert throttle.is_exceeded(0)
    throttles.follow_settings(ThrottleSettings())
    assert not throttles.leader.is_exceeded(0)
    assert not throttles.follower.is_exceeded(0)
