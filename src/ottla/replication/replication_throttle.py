# SPDX-License-Identifier: Apache-2.0
"""A limit on what replicas that are being moved may copy (KIP-73).

A broker has two: `leader` limits what it hands out to followers, `follower` what it copies itself.
The rate is a setting of the broker, and the topics' settings name the replicas that it is meant
for. Only a replica that lags is held back: one that is in sync is needed by everybody who writes.
What the others copy counts all the same, as in Kafka: the limit is on the sum.

    leader    a throttled follower that is not in the in-sync set gets no records
    follower  a throttled partition that lags is left out of the request

A request or an answer that has begun goes through, so the rate holds over the window and not for
each second.

Pure: time is an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ottla.replication.rate_meter import RateMeter

if TYPE_CHECKING:
    from ottla.storage.log_config import LogConfig

NO_LIMIT = 2**63 - 1
ALL_REPLICAS = ("*",)


class ThrottleSettings(Protocol):
    """The broker's settings that a throttle follows."""

    @property
    def leader_replication_throttled_rate(self) -> int:
        """Most bytes in a second that throttled followers get from this broker."""

    @property
    def follower_replication_throttled_rate(self) -> int:
        """Most bytes in a second that this broker copies for throttled partitions."""

    @property
    def replication_quota_window_num(self) -> int:
        """Samples that are remembered."""

    @property
    def replication_quota_window_size_seconds(self) -> int:
        """Length of a sample."""


class ReplicationThrottle:
    """One side's limit; owned by the event loop."""

    __slots__ = ("_bytes_per_second_max", "_is_leader", "_meter", "_place")

    def __init__(self, broker_id: int, settings: ThrottleSettings, *, is_leader: bool) -> None:
        self._place = f":{broker_id}"
        self._is_leader = is_leader
        self._meter = RateMeter(
            settings.replication_quota_window_size_seconds * 1000,
            settings.replication_quota_window_num,
        )
        self.follow_settings(settings)

    def follow_settings(self, settings: ThrottleSettings) -> None:
        """Take over the rate, which may change while the broker runs."""
        self._bytes_per_second_max = (
            settings.leader_replication_throttled_rate
            if self._is_leader
            else settings.follower_replication_throttled_rate
        )

    def concerns(self, config: LogConfig, partition: int) -> bool:
        """Whether the topic's settings name this broker's replica of a partition."""
        names = (
            config.leader_replication_throttled_replicas
            if self._is_leader
            else config.follower_replication_throttled_replicas
        )
        return bool(names) and (names == ALL_REPLICAS or f"{partition}{self._place}" in names)

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit at all."""
        return self._bytes_per_second_max < NO_LIMIT

    def is_exceeded(self, now_ms: int) -> bool:
        """Whether more than the rate has passed lately."""
        return self.is_limited and self._meter.per_second(now_ms) > self._bytes_per_second_max

    def record(self, config: LogConfig, partition: int, size_bytes: int, now_ms: int) -> None:
        """Count what was copied of a partition, if that is limited."""
        if self.is_limited and self.concerns(config, partition):
            self._meter.record(size_bytes, now_ms)


class ReplicationThrottles:
    """Both sides of one broker."""

    def __init__(self, broker_id: int, settings: ThrottleSettings) -> None:
        self.leader = ReplicationThrottle(broker_id, settings, is_leader=True)
        self.follower = ReplicationThrottle(broker_id, settings, is_leader=False)

    def follow_settings(self, settings: ThrottleSettings) -> None:
        """Take over rates that have changed."""
        self.leader.follow_settings(settings)
        self.follower.follow_settings(settings)
