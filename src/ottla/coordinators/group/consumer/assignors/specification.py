# SPDX-License-Identifier: Apache-2.0
"""What an assignor is given, and what it gives back.

Assignors are pure functions: the same group gives the same assignment, whatever the process.
Members are looked at in the order of their ids, topics in the order of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ottla.coordinators.group.consumer.member import Partitions

    Assignor: TypeAlias = Callable[["GroupSpecification"], dict[str, Partitions]]


class MemberSpecification(NamedTuple):
    """One member."""

    topics: tuple[bytes, ...]
    """Ids of the existing topics that it subscribes to, ascending; equal subscriptions share one
    tuple.
    """
    target: Partitions
    """What it shall have until now; may name topics and partitions that it may not have."""
    instance_id: str | None = None


class GroupSpecification(NamedTuple):
    """One group."""

    members: Mapping[str, MemberSpecification]
    partition_counts: Mapping[bytes, int]
    """Of every topic that some member subscribes to."""

    @property
    def is_homogeneous(self) -> bool:
        """Whether all members subscribe to the same topics."""
        topics = None
        for member in self.members.values():
            if topics is None:
                topics = member.topics
            elif member.topics is not topics and member.topics != topics:
                return False
        return True
