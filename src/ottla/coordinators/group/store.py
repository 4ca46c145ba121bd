# SPDX-License-Identifier: Apache-2.0
"""What the parts of one group shard share: its groups, its timers, the cluster's metadata.

A group lives in one shard for ever (its name decides), so nothing here is shared between shards
but the image and the settings, which are values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from ottla.coordinators.timers import Timers
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.coordinators.group.group import Group
    from ottla.metadata.image import ClusterImage


class GroupSettings(Protocol):
    """The settings that groups need, under their names in the broker's configuration."""

    @property
    def group_initial_rebalance_delay_ms(self) -> int: ...  # noqa: D102 - Kafka's own name says it
    @property
    def group_min_session_timeout_ms(self) -> int: ...  # noqa: D102
    @property
    def group_max_session_timeout_ms(self) -> int: ...  # noqa: D102
    @property
    def group_max_size(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_session_timeout_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_min_session_timeout_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_max_session_timeout_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_heartbeat_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_min_heartbeat_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_max_heartbeat_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_max_size(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_assignors(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def group_consumer_assignment_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_min_assignment_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_max_assignment_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_regex_refresh_interval_ms(self) -> int: ...  # noqa: D102
    @property
    def group_consumer_migration_policy(self) -> str: ...  # noqa: D102
    @property
    def group_coordinator_rebalance_protocols(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def offset_metadata_max_bytes(self) -> int: ...  # noqa: D102
    @property
    def offsets_retention_minutes(self) -> int: ...  # noqa: D102
    @property
    def offsets_retention_check_interval_ms(self) -> int: ...  # noqa: D102


class TimerName(NamedTuple):
    """A timer of a shard: what it is for, and whom it is about."""

    kind: str
    """One of the constants of the part that set it; the shard routes by it."""
    group_id: str = ""
    member_id: str = ""


class Client(NamedTuple):
    """Who sends a request."""

    client_id: str
    host: str
    """The peer's address with a slash in front, as Kafka shows it."""


class GroupStore:
    """Groups of one shard; the parts of the shard work on it."""

    __slots__ = ("groups", "image", "settings", "stand_in", "timers")

    def __init__(self, image: ClusterImage, settings: GroupSettings) -> None:
        self.groups: dict[str, Group] = {}
        self.timers: Timers[TimerName] = Timers()
        self.image = image
        """The cluster's metadata as this broker has applied it; replaced, never changed."""
        self.settings = settings
        self.stand_in: Callable[[str], Group | None] = lambda _: None
        """What takes the place of a group that is forgotten: one for the offsets it leaves."""

    def forget(self, group_id: str) -> None:
        """Drop a group; if it leaves offsets, they belong to a group without members."""
        del self.groups[group_id]
        group = self.stand_in(group_id)
        if group is not None:
            self.groups[group_id] = group

    def get(self, group_id: str) -> Group:
        """Return the group; raises ApiError GROUP_ID_NOT_FOUND."""
        group = self.groups.get(group_id)
        if group is None:
            raise ApiError(ErrorCode.GROUP_ID_NOT_FOUND, f"there is no group {group_id!r} here")
        return group
