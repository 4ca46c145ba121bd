# SPDX-License-Identifier: Apache-2.0
"""Membership of a classic group: join, sync, heartbeat.

With an eager assignor everything is given up before joining; with a cooperative one (KIP-429) the
member keeps reading, gives up what its new assignment lacks, and joins once more so that others
can have it. The leader computes the assignment of all. Static members: KIP-345, KIP-814.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ottla.base.errors import OttlaError
from ottla.client.assignors import ASSIGNORS
from ottla.client.assignors.subscription import (
    Subscription,
    decode_assignment,
    decode_subscription,
    encode_assignment,
    encode_subscription,
)
from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
from ottla.client.coordinators import COORDINATOR_ERRORS
from ottla.client.errors import is_retriable
from ottla.client.membership import Membership, log
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from ottla.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    JoinGroupResponse,
)
from ottla.protocol.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberIdentity,
)
from ottla.protocol.messages.sync_group import (
    SyncGroupRequest,
    SyncGroupRequestAssignment,
    SyncGroupResponse,
)

if TYPE_CHECKING:
    from ottla.client.coordinator_connection import CoordinatorConnection
    from ottla.client.membership import MembershipSettings, PartitionOwner
    from ottla.client.metadata import ClusterMetadata
    from ottla.client.topic_partition import TopicPartition

_PROTOCOL_TYPE: Final = "consumer"
_NO_GENERATION: Final = -1
_NETWORK_MS: Final = 5_000  # how much longer than a rebalance its answer may take

_LOST: Final = frozenset((ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION))
"""The group went on without this member: what it had, others have."""

_ADVICE: Final = {
    ErrorCode.INCONSISTENT_GROUP_PROTOCOL: "its members divide partitions in another way: set "
    "partition_assignment_strategy to what they use",
    ErrorCode.FENCED_INSTANCE_ID: "another consumer has joined with the same group_instance_id: "
    "give each its own",
    ErrorCode.INVALID_SESSION_TIMEOUT: "the brokers bound session_timeout_ms "
    "(group.min.session.timeout.ms, group.max.session.timeout.ms)",
    ErrorCode.GROUP_MAX_SIZE_REACHED: "it has as many members as the brokers allow "
    "(group.max.size)",
}


class ClassicMembership(Membership):
    """See the module's text, and `Membership` for the methods."""

    def __init__(
        self,
        coordinator: CoordinatorConnection,
        settings: MembershipSettings,
        owner: PartitionOwner,
    ) -> None:
        assert settings.assignors
        super().__init__(coordinator, settings, owner)
        self.is_due = True
        self._is_cooperative = all(assignor.is_cooperative for assignor in settings.assignors)
        self._member_id = ""
        self._generation_id = _NO_GENERATION
        self._had: frozenset[TopicPartition] = frozenset()  # before an eager rebalance
        self._is_joined = False  # heartbeats make sense
        self._counts: dict[str, int] | None = None  # that this member, as leader, has divided

    @property
    def may_read_meanwhile(self) -> bool:  # type: ignore[override]  # it changes here
        """Whether the partitions stay this member's while `take_part` waits for others."""
        return self._is_cooperative and bool(self._owned) and not self._is_lost

    @property
    def metadata(self) -> ConsumerGroupMetadata:
        """What a commit has to say of its sender now."""
        return ConsumerGroupMetadata(
            self._settings.group_id,
            self._generation_id,
            self._member_id,
            self._settings.group_instance_id,
        )

    def subscribe(self, topics: tuple[str, ...]) -> None:
        """Read other topics from now on: joins again with them."""
        if topics != self._topics:
            self._topics = topics
            self._demand()

    def note_metadata(self, metadata: ClusterMetadata) -> None:
        """Let the leader divide anew when topics have more partitions than it has divided."""
        if self._counts is not None and self._counts != _count(metadata, self._counts):
            self._demand()

    # joining

    async def _change_over(self) -> None:
        if self._is_lost:
            await self._owner.lose(self._owned)
            self._owned = self._had = frozenset()
            self._is_lost = False
        elif self._owned and not self._is_cooperative:
            await self._owner.give_up(self._owned)
            self._had, self._owned = self._owned, frozenset()
        self._is_joined = False
        joined = await self._join()
        assigned = await self._sync(joined)
        self._is_joined = True
        given_up = self._owned - assigned
        if given_up:
            await self._owner.give_up(given_up)
            self._owned -= given_up
            self.is_due = True  # others wait for them
        taken = assigned - self._owned
        await self._owner.take_over(taken)
        self._owned |= taken
        self._had = self._owned

    async def _join(self) -> JoinGroupResponse:
        settings = self._settings
        subscription = Subscription(
            self._topics,
            self._owned if self._is_cooperative else self._had,
            self._generation_id,
        )
        request = JoinGroupRequest(
            group_id=settings.group_id,
            session_timeout_ms=settings.session_timeout_ms,
            rebalance_timeout_ms=settings.max_poll_interval_ms,
            member_id=self._member_id,
            group_instance_id=settings.group_instance_id,
            protocol_type=_PROTOCOL_TYPE,
            protocols=[
                JoinGroupRequestProtocol(
                    name=assignor.name,
                    metadata=encode_subscription(
                        subscription, is_eager=not assignor.is_cooperative
                    ),
                )
                for assignor in settings.assignors
            ],
        )
        timeout_ms = settings.max_poll_interval_ms + _NETWORK_MS
        response = await self._coordinator.ask(request, JoinGroupResponse, timeout_ms=timeout_ms)
        if response.error_code == ErrorCode.MEMBER_ID_REQUIRED:
            self._member_id = request.member_id = response.member_id
            response = await self._coordinator.ask(
                request, JoinGroupResponse, timeout_ms=timeout_ms
            )
        self._check(response.error_code)
        self._member_id = response.member_id
        self._generation_id = response.generation_id
        return response

    async def _sync(self, joined: JoinGroupResponse) -> frozenset[TopicPartition]:
        assignments: list[SyncGroupRequestAssignment] = []
        self._counts = None
        if joined.leader == joined.member_id:
            divided = await self._divide(joined)
            if not joined.skip_assignment:
                assignments = [
                    SyncGroupRequestAssignment(
                        member_id=member, assignment=encode_assignment(names)
                    )
                    for member, names in divided.items()
                ]
        request = SyncGroupRequest(
            group_id=self._settings.group_id,
            generation_id=joined.generation_id,
            member_id=joined.member_id,
            group_instance_id=self._settings.group_instance_id,
            protocol_type=_PROTOCOL_TYPE,
            protocol_name=joined.protocol_name,
            assignments=assignments,
        )
        timeout_ms = self._settings.max_poll_interval_ms + _NETWORK_MS
        response = await self._coordinator.ask(request, SyncGroupResponse, timeout_ms=timeout_ms)
        self._check(response.error_code)
        return decode_assignment(response.assignment)

    async def _divide(self, joined: JoinGroupResponse) -> dict[str, set[TopicPartition]]:
        members = {
            member.member_id: decode_subscription(member.metadata, member.group_instance_id)
            for member in joined.members
        }
        topics = {topic for subscription in members.values() for topic in subscription.topics}
        counts = _count(await self._coordinator.cluster.refresh(sorted(topics)), topics)
        self._counts = counts
        return ASSIGNORS[joined.protocol_name or ""].assign(counts, members)

    # being alive

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._settings.heartbeat_interval_ms / 1000)
            if not self._is_joined or self._is_lost:
                continue
            if await self._leave_if_overdue():
                continue
            member = self.metadata
            request = HeartbeatRequest(
                group_id=member.group_id,
                generation_id=member.generation_id,
                member_id=member.member_id,
                group_instance_id=member.group_instance_id,
            )
            try:
                response = await self._coordinator.ask(
                    request, HeartbeatResponse, timeout_ms=self._settings.session_timeout_ms
                )
            except OttlaError as error:
                log.info("group %r: no answer to a heartbeat: %s", member.group_id, error)
                continue
            if member == self.metadata and self._is_joined:  # else it is about another one
                self._heed(ErrorCode.of(response.error_code))

    def _heed(self, code: ErrorCode) -> None:
        """Act on the answer to a heartbeat."""
        if code is ErrorCode.REBALANCE_IN_PROGRESS:
            self._demand()
        elif code in _LOST:
            self._note_loss(code)
        elif code is ErrorCode.FENCED_INSTANCE_ID:
            self._fail(self._error(code))
        else:
            self._coordinator.note_error(code)

    def _note_loss(self, code: ErrorCode) -> None:
        if code is ErrorCode.UNKNOWN_MEMBER_ID:
            self._member_id = ""
        self._generation_id = _NO_GENERATION
        self._is_joined = False
        self._is_lost = True
        self._demand()

    async def _leave(self) -> None:
        if not self._member_id or self._settings.group_instance_id is not None:
            return
        request = LeaveGroupRequest(
            group_id=self._settings.group_id,
            members=[MemberIdentity(member_id=self._member_id, reason="the consumer ends")],
        )
        try:
            await self._coordinator.ask(request, LeaveGroupResponse)
        except OttlaError as error:
            log.info("group %r: left without a word: %s", self._settings.group_id, error)
        self._member_id = ""

    # errors

    def _check(self, error_code: int) -> None:
        if error_code:
            raise self._error(ErrorCode.of(error_code))

    def _error(self, code: ErrorCode) -> ApiError:
        text = _ADVICE.get(code, code.description)
        return ApiError(code, f"group {self._settings.group_id!r}: {text}")

    def _may_try_again(self, error: OttlaError) -> bool:
        if not isinstance(error, ApiError):
            return is_retriable(error)
        if error.code in _LOST:
            self._note_loss(error.code)
            return True
        self._coordinator.note_error(error.code)
        return (
            error.code is ErrorCode.REBALANCE_IN_PROGRESS
            or error.code in COORDINATOR_ERRORS
            or is_retriable(error)
        )


def _count(metadata: ClusterMetadata, topics: set[str] | dict[str, int]) -> dict[str, int]:
    return {
        topic: len(metadata.topics[topic].partitions)
        for topic in topics
        if topic in metadata.topics and metadata.topics[topic].partitions
    }
