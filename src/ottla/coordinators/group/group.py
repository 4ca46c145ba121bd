# SPDX-License-Identifier: Apache-2.0
"""What every kind of group offers to the parts of the coordinator that do not care which it is.

Each kind has a package of its own (`classic`, `consumer`); offsets, deletion, listing and expiry
see groups through this protocol.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.coordinators.ports import CoordinatorRecord


CommitCheck: TypeAlias = Callable[[str, bytes, int], None]
"""Raises ApiError unless a member may commit for a topic, its id (or zeros) and a partition."""


class GroupType(enum.Enum):
    """The kinds of groups, as ListGroups names them."""

    CLASSIC = "classic"
    CONSUMER = "consumer"


class Group(Protocol):
    """One group of any kind."""

    group_id: str

    @property
    def group_type(self) -> GroupType:
        """Return the kind."""

    @property
    def state_name(self) -> str:
        """Return the state in the words of ListGroups: Empty, Stable, PreparingRebalance ..."""

    @property
    def protocol_type(self) -> str:
        """Return the kind of members, `consumer` for consumers; empty for offsets alone."""

    @property
    def is_empty(self) -> bool:
        """Whether the group has no members."""

    def check_offset_commit(
        self,
        member_id: str,
        group_instance_id: str | None,
        generation: int,
        *,
        is_transactional: bool,
        version: int,
    ) -> CommitCheck | None:
        """Raise ApiError unless such a member may commit offsets.

        `generation` is a classic generation or a member epoch; `version` that of the request.
        What is returned is asked about each partition; None lets all of them pass.
        """

    def check_offset_fetch(self, member_id: str | None, member_epoch: int) -> None:
        """Raise ApiError unless such a member may read offsets; null and -1 stand for anybody."""

    def check_offset_delete(self) -> None:
        """Raise ApiError unless offsets may be deleted by an administrator at all."""

    def check_delete(self) -> None:
        """Raise ApiError unless the group may be deleted."""

    def is_subscribed_to(self, topic: str) -> bool:
        """Whether some member reads the topic; true when that cannot be known."""

    def offsets_expire_from_ms(self, commit_timestamp_ms: int) -> int | None:
        """Return the Unix time from which retention of a committed offset is counted.

        None means that the offset does not expire while the group is as it is.
        """

    def tombstones(self) -> Sequence[CoordinatorRecord]:
        """Return the records that delete the group's own state (not its offsets)."""
