# SPDX-License-Identifier: Apache-2.0
"""Who reads what in a classic group: computed by one member, the leader, for all of them.

An assignor is a function of the partition counts of the topics and of what the members told; it
does no I/O, so equal members give equal assignments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from ottla.client.assignors.plain import assign_in_turn, assign_ranges
from ottla.client.assignors.sticky import assign_cooperatively, assign_sticky
from ottla.client.assignors.subscription import Subscription
from ottla.client.topic_partition import TopicPartition

Assign: TypeAlias = Callable[
    [Mapping[str, int], Mapping[str, Subscription]], dict[str, set[TopicPartition]]
]


class Assignor(NamedTuple):
    """One way to divide, and how members change over."""

    name: str  # as it stands in JoinGroup
    assign: Assign
    is_cooperative: bool  # members keep reading what they keep


ASSIGNORS: Final = {
    assignor.name: assignor
    for assignor in (
        Assignor("range", assign_ranges, is_cooperative=False),
        Assignor("roundrobin", assign_in_turn, is_cooperative=False),
        Assignor("sticky", assign_sticky, is_cooperative=False),
        Assignor("cooperative-sticky", assign_cooperatively, is_cooperative=True),
    )
}
"""By the names that all clients use."""
