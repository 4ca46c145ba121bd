# SPDX-License-Identifier: Apache-2.0
"""One member of a classic group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ottla.coordinators.group.store import TimerName
from ottla.protocol.messages.describe_groups import DescribedGroupMember

if TYPE_CHECKING:
    from collections.abc import Container

    from ottla.coordinators.group.store import Client
    from ottla.coordinators.pending import Pending
    from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupResponse
    from ottla.protocol.messages.sync_group import SyncGroupResponse

SESSION_TIMER: Final = "classic-session"
"""Silence of a member, or of one that was given an id and has not come back with it."""

Protocols: TypeAlias = "tuple[tuple[str, bytes], ...]"
"""Names with what the member subscribes to under each, the preferred first."""


def protocols_of(request: JoinGroupRequest) -> Protocols:
    """Return what the request offers; a name counts once."""
    metadata_by_name: dict[str, bytes] = {}
    for protocol in request.protocols:
        metadata_by_name.setdefault(protocol.name, protocol.metadata)
    return tuple(metadata_by_name.items())


def rebalance_timeout_of(request: JoinGroupRequest) -> int:
    """Return how long others wait for the member; version 0 has the session timeout for both."""
    if request.rebalance_timeout_ms < 0:
        return request.session_timeout_ms
    return request.rebalance_timeout_ms


class ClassicMember:
    """A member; belongs to one group."""

    __slots__ = (
        "assignment",
        "awaiting_join",
        "awaiting_sync",
        "client",
        "group_instance_id",
        "is_new",
        "member_id",
        "protocols",
        "rebalance_timeout_ms",
        "session_timeout_ms",
        "session_timer",
    )

    def __init__(
        self,
        group_id: str,
        member_id: str,
        *,
        group_instance_id: str | None,
        client: Client,
        rebalance_timeout_ms: int,
        session_timeout_ms: int,
        protocols: Protocols,
        assignment: bytes = b"",
    ) -> None:
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        """The name of a static member, which outlives its member id; None for a dynamic one."""
        self.client = client
        self.rebalance_timeout_ms = rebalance_timeout_ms
        self.session_timeout_ms = session_timeout_ms
        self.protocols = protocols
        self.assignment = assignment
        self.awaiting_join: Pending[JoinGroupResponse] | None = None
        """Its JoinGroup while it is parked."""
        self.awaiting_sync: Pending[SyncGroupResponse] | None = None
        """Its SyncGroup while it is parked."""
        self.is_new = False
        """Whether it has joined and not been told so yet: it cannot send heartbeats."""
        self.session_timer = TimerName(SESSION_TIMER, group_id, member_id)

    @property
    def is_static(self) -> bool:
        """Whether it has a name of its own."""
        return self.group_instance_id is not None

    @property
    def is_alive_while_waiting(self) -> bool:
        """Whether a session that ends now means nothing, since the member waits for us."""
        if self.is_new:
            return False
        return self.awaiting_join is not None or self.awaiting_sync is not None

    def metadata(self, protocol: str) -> bytes:
        """Return what the member subscribes to under `protocol`."""
        for name, metadata in self.protocols:
            if name == protocol:
                return metadata
        raise AssertionError(f"member {self.member_id} does not speak {protocol}")

    def vote(self, candidates: Container[str]) -> str:
        """Return the candidate that the member prefers."""
        for name, _ in self.protocols:
            if name in candidates:
                return name
        raise AssertionError(f"member {self.member_id} speaks none of {candidates}")

    def described(self, protocol: str | None) -> DescribedGroupMember:
        """Return the member in the words of DescribeGroups; without a protocol no subscription."""
        return DescribedGroupMember(
            member_id=self.member_id,
            group_instance_id=self.group_instance_id,
            client_id=self.client.client_id,
            client_host=self.client.host,
            member_metadata=b"" if protocol is None else self.metadata(protocol),
            member_assignment=self.assignment,
        )
