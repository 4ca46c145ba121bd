# SPDX-License-Identifier: Apache-2.0
"""A member of a consumer group: what it wants and what it owns.

Two records make a member, and two values mirror them: `Wishes` (record type 5) is what the
member has told about itself, `Holdings` (record type 8) where it stands on its way to its target
assignment. Both are values: a change is a new one.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JOINING_EPOCH = 0
"""Epoch of a request that joins, or joins again without any partition."""

LEAVING_EPOCH = -1
"""Epoch of a request that leaves for good."""

STATIC_LEAVING_EPOCH = -2
"""Epoch of a static member that leaves and will be back within its session timeout."""

Partitions: TypeAlias = "Mapping[bytes, tuple[int, ...]]"
"""Partitions in ascending order by topic id; no topic without partitions."""

OwnedPartitions: TypeAlias = "Mapping[bytes, Mapping[int, int]]"
"""By topic id and partition, the epoch in which the member was given the partition."""

NO_PARTITIONS: OwnedPartitions = {}


class MemberState(enum.IntEnum):
    """How far a member is with its reconciliation; the numbers are those on disk."""

    STABLE = 0
    """Owns what the target of its epoch gives it."""

    UNREVOKED_PARTITIONS = 1
    """Has been told to give up partitions and has not done so; stays in its epoch."""

    UNRELEASED_PARTITIONS = 2
    """Is in the target's epoch and waits for partitions that others still own."""

    UNKNOWN = 127
    """Written by a later version; such a member has to join again."""

    @classmethod
    def of(cls, number: int) -> MemberState:
        """Return the state with a record's number."""
        return cls(number) if number in _NUMBERS else cls.UNKNOWN


_NUMBERS = frozenset(int(state) for state in MemberState)


class ClassicSide(NamedTuple):
    """What is kept of a member that speaks the classic protocol."""

    session_timeout_ms: int
    protocols: tuple[tuple[str, bytes], ...]
    """Assignors that the member can use with its subscription, the preferred first."""


class Wishes(NamedTuple):
    """What a member has told about itself."""

    instance_id: str | None = None
    """The name of a static member."""
    rack_id: str | None = None
    client_id: str = ""
    client_host: str = ""
    topic_names: frozenset[str] = frozenset()
    topic_regex: str = ""
    rebalance_timeout_ms: int = -1
    """For giving up partitions."""
    server_assignor: str | None = None
    classic: ClassicSide | None = None
    """None when it speaks the consumer protocol."""


class Holdings(NamedTuple):
    """Where a member stands."""

    member_epoch: int = JOINING_EPOCH
    previous_epoch: int = -1
    """The epoch before, in case the member missed the answer that told the present one."""
    state: MemberState = MemberState.STABLE
    assigned: OwnedPartitions = NO_PARTITIONS
    """What the member may read; the last answers told it so."""
    pending_revocation: OwnedPartitions = NO_PARTITIONS
    """What the member has to give up and may still be reading."""

    def is_reconciled_to(self, epoch: int) -> bool:
        """Whether nothing is left to do for the target assignment of this epoch."""
        return self.member_epoch == epoch and self.state is MemberState.STABLE

    def assignment_epoch(self, topic_id: bytes, partition: int) -> int | None:
        """Return the epoch in which the member got a partition; None when it is not its own."""
        for owned in (self.assigned, self.pending_revocation):
            epoch = owned.get(topic_id, {}).get(partition)
            if epoch is not None:
                return epoch
        return None


class Member(NamedTuple):
    """A member of a consumer group."""

    member_id: str
    wishes: Wishes = Wishes()
    holdings: Holdings = Holdings()

    @property
    def is_classic(self) -> bool:
        """Whether the member speaks the classic protocol."""
        return self.wishes.classic is not None


def holds_nothing_else(
    owned: Sequence[tuple[bytes, Sequence[int]]] | None, assigned: OwnedPartitions
) -> bool:
    """Whether everything that a member reports to own is assigned to it; false for no report."""
    if owned is None:
        return False
    return all(
        partition in assigned.get(topic_id, ())
        for topic_id, partitions in owned
        for partition in partitions
    )


def in_first_epoch(assigned: OwnedPartitions) -> OwnedPartitions:
    """Return the partitions as if they had been assigned from the beginning.

    The next member of the same name may then commit offsets for them with whatever epoch it has.
    """
    return {topic_id: dict.fromkeys(partitions, 0) for topic_id, partitions in assigned.items()}
