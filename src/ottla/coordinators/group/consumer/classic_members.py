# SPDX-License-Identifier: Apache-2.0
"""Members of a consumer group that speak the classic protocol.

They believe to be in a classic group: JoinGroup, SyncGroup, Heartbeat, LeaveGroup. To the
coordinator they are members like others. A member's epoch is its generation, nobody leads, and
what SyncGroup hands out was computed here. A member learns from its heartbeats that it has to join
again, brings along what it still owns, and so takes the same steps as those that speak the
consumer protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.group import migration
from ottla.coordinators.group.consumer import client_bytes, subscriptions
from ottla.coordinators.group.consumer.draft import Draft
from ottla.coordinators.group.consumer.group import PROTOCOL_TYPE, ConsumerGroup
from ottla.coordinators.group.consumer.member import ClassicSide, Member, MemberState
from ottla.coordinators.group.consumer.membership import JOIN, SYNC, static_member
from ottla.coordinators.group.store import TimerName
from ottla.coordinators.ports import Result
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.messages.heartbeat import HeartbeatResponse
from ottla.protocol.messages.join_group import JoinGroupResponse
from ottla.protocol.messages.leave_group import LeaveGroupResponse, MemberResponse
from ottla.protocol.messages.sync_group import SyncGroupResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.base.clock import Moment
    from ottla.coordinators.group.consumer.member import Wishes
    from ottla.coordinators.group.consumer.membership import Membership
    from ottla.coordinators.group.store import Client
    from ottla.coordinators.ports import CoordinatorRecord
    from ottla.protocol.messages.consumer_protocol import ConsumerProtocolSubscription
    from ottla.protocol.messages.heartbeat import HeartbeatRequest
    from ottla.protocol.messages.join_group import JoinGroupRequest
    from ottla.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity
    from ottla.protocol.messages.sync_group import SyncGroupRequest

MEMBER_ID_REQUIRED_FROM = 4
"""From this version of JoinGroup on a dynamic member has to come back with the id it is given."""


class ClassicMembers:
    """Decides on the classic protocol's requests to consumer groups of one shard."""

    def __init__(self, membership: Membership, new_member_suffix: Callable[[], str]) -> None:
        self._membership = membership
        self._store = membership.store
        self._new_member_suffix = new_member_suffix

    # joining

    def join(
        self, request: JoinGroupRequest, client: Client, version: int, moment: Moment
    ) -> Result[JoinGroupResponse]:
        """Let a member join (again); it is answered at once."""
        try:
            return self._join(request, client, version, moment)
        except ApiError as error:
            return Result((), _refused(request.member_id, error.code))

    def _join(
        self, request: JoinGroupRequest, client: Client, version: int, moment: Moment
    ) -> Result[JoinGroupResponse]:
        membership, store = self._membership, self._store
        group_id = request.group_id
        group = self._group(group_id)
        is_new = not request.member_id
        member_id = request.member_id or self._new_member_suffix()
        membership.check_size(group, member_id)
        subscription = self._check_protocols(group, request)
        if is_new and request.group_instance_id is None and version >= MEMBER_ID_REQUIRED_FROM:
            return Result((), _refused(member_id, ErrorCode.MEMBER_ID_REQUIRED))

        draft = Draft(group)
        before = self._take_in(draft, request, member_id, is_new=is_new)
        wishes = _updated_wishes(before.wishes, request, subscription, client)
        is_resubscribed = subscriptions.change_wishes(draft, member_id, before.wishes, wishes)
        member = before._replace(wishes=wishes)
        was_replaced = member_id not in group.members and request.group_instance_id is not None
        is_downgrade = was_replaced and migration.may_downgrade(draft.group, store.settings)
        if is_downgrade:
            membership.update_epoch(draft, is_forced=is_resubscribed)
        else:
            membership.update_target(draft, moment, is_forced=is_resubscribed)
        is_settled = draft.group.assignment_epoch >= draft.group.group_epoch
        holdings = member.holdings
        if is_settled or not is_downgrade:
            owned = [
                (topic.topic_id, one.partitions)
                for one in subscription.owned_partitions
                if (topic := store.image.topic(one.topic)) is not None
            ]
            holdings = membership.reconcile(
                draft, member, owned, moment, is_resubscribed=is_resubscribed
            )
        answer = JoinGroupResponse(
            generation_id=holdings.member_epoch,
            protocol_type=PROTOCOL_TYPE,
            protocol_name=request.protocols[0].name,
            member_id=member_id,
        )
        return Result(self._records(draft, member, moment, is_downgrade, is_settled), answer)

    def _records(
        self, draft: Draft, member: Member, moment: Moment, is_downgrade: bool, is_settled: bool
    ) -> list[CoordinatorRecord]:
        group_id, member_id = draft.group.group_id, member.member_id
        if is_downgrade:
            draft.take_in()
            return migration.downgrade(draft, self._store, moment, rebalances=not is_settled)
        timers = self._store.timers
        timers.cancel(TimerName(JOIN, group_id, member_id))
        self._membership.renew_session(group_id, member, moment)
        timeout_ms = member.wishes.rebalance_timeout_ms
        timers.set(TimerName(SYNC, group_id, member_id), moment.now_ms + timeout_ms)
        return draft.records()

    def _check_protocols(
        self, group: ConsumerGroup, request: JoinGroupRequest
    ) -> ConsumerProtocolSubscription:
        """Return the subscription; raises INCONSISTENT_GROUP_PROTOCOL unless it fits the group."""
        names = [protocol.name for protocol in request.protocols]
        is_welcome = (
            not migration.forbids_classic_members(self._store.settings)
            and request.protocol_type == PROTOCOL_TYPE
            and group.accepts_classic(names)
        )
        if not is_welcome:
            raise ApiError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        try:
            return client_bytes.read_subscription(request.protocols[0].metadata)
        except WireError as error:
            raise ApiError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, str(error)) from error

    def _take_in(
        self, draft: Draft, request: JoinGroupRequest, member_id: str, *, is_new: bool
    ) -> Member:
        """Return the member as it was before this request; a new one is blank."""
        group, instance_id = draft.group, request.group_instance_id
        if instance_id is None:
            return group.members.get(member_id) or Member(member_id)
        if not is_new:
            return static_member(group, instance_id, member_id)
        old = group.static_member(instance_id)
        return Member(member_id) if old is None else self._membership.replace(draft, old, member_id)

    # asking for the assignment

    def sync(self, request: SyncGroupRequest, moment: Moment) -> Result[SyncGroupResponse]:
        """Hand out what the member shall read.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION,
        INCONSISTENT_GROUP_PROTOCOL, REBALANCE_IN_PROGRESS.
        """
        group = self._group(request.group_id)
        member, classic = _classic_member(
            group, request.member_id, request.group_instance_id, request.generation_id
        )
        name, metadata = classic.protocols[0]
        if request.protocol_type not in {None, PROTOCOL_TYPE} or request.protocol_name not in {
            None,
            name,
        }:
            raise ApiError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        holdings = member.holdings
        is_behind = holdings.member_epoch < group.assignment_epoch
        if is_behind and holdings.state is not MemberState.UNREVOKED_PARTITIONS:
            self._call_back(group, member, moment)
            raise ApiError(ErrorCode.REBALANCE_IN_PROGRESS)
        self._store.timers.cancel(TimerName(SYNC, group.group_id, member.member_id))
        self._membership.renew_session(group.group_id, member, moment)
        names = migration.names_of(holdings.assigned, self._store.image)
        answer = SyncGroupResponse(
            protocol_type=request.protocol_type,
            protocol_name=request.protocol_name,
            assignment=client_bytes.write_assignment(names, metadata),
        )
        return Result((), answer)

    # staying alive

    def heartbeat(self, request: HeartbeatRequest, moment: Moment) -> Result[HeartbeatResponse]:
        """Take note that a member is alive, and tell it to join again when there is a reason.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION.
        """
        group = self._group(request.group_id)
        member, _ = _classic_member(
            group, request.member_id, request.group_instance_id, request.generation_id
        )
        self._membership.renew_session(group.group_id, member, moment)
        draft = Draft(group)
        # There may be nobody else who would notice that topics have changed.
        self._membership.update_target(draft, moment, is_forced=False)
        if not _has_to_join_again(draft.group, member):
            return Result(draft.records(), HeartbeatResponse())
        self._call_back(group, member, moment)
        answer = HeartbeatResponse(error_code=ErrorCode.REBALANCE_IN_PROGRESS)
        return Result(draft.records(), answer)

    def _call_back(self, group: ConsumerGroup, member: Member, moment: Moment) -> None:
        """Give a member its rebalance timeout for joining again, from the first call on."""
        name = TimerName(JOIN, group.group_id, member.member_id)
        if name not in self._store.timers:
            timeout_ms = member.wishes.rebalance_timeout_ms
            self._store.timers.set(name, moment.now_ms + timeout_ms)

    # leaving

    def leave(self, request: LeaveGroupRequest, moment: Moment) -> Result[LeaveGroupResponse]:
        """Let members go at once; outcomes are by member."""
        group = self._group(request.group_id)
        leaving: dict[str, Member] = {}
        outcomes = []
        for identity in request.members:
            code = ErrorCode.NONE
            try:
                member = _leaving_member(group, identity)
                leaving[member.member_id] = member
            except ApiError as error:
                code = error.code
            outcomes.append(
                MemberResponse(
                    member_id=identity.member_id,
                    group_instance_id=identity.group_instance_id,
                    error_code=code,
                )
            )
        changes = self._membership.without(group, leaving.values(), moment)
        return Result(changes, LeaveGroupResponse(members=outcomes))

    def _group(self, group_id: str) -> ConsumerGroup:
        group = self._store.groups.get(group_id)
        assert isinstance(group, ConsumerGroup), "the shard knows which groups these are"
        return group


def _refused(member_id: str, code: ErrorCode) -> JoinGroupResponse:
    return JoinGroupResponse(error_code=code, protocol_name=None, member_id=member_id)


def _updated_wishes(
    wishes: Wishes,
    request: JoinGroupRequest,
    subscription: ConsumerProtocolSubscription,
    client: Client,
) -> Wishes:
    timeout_ms = request.rebalance_timeout_ms
    return wishes._replace(
        instance_id=request.group_instance_id or wishes.instance_id,
        rack_id=subscription.rack_id or wishes.rack_id,
        client_id=client.client_id,
        client_host=client.host,
        topic_names=frozenset(subscription.topics),
        topic_regex="",
        rebalance_timeout_ms=request.session_timeout_ms if timeout_ms < 0 else timeout_ms,
        classic=ClassicSide(
            request.session_timeout_ms,
            tuple((protocol.name, protocol.metadata) for protocol in request.protocols),
        ),
    )


def _classic_member(
    group: ConsumerGroup, member_id: str, instance_id: str | None, generation: int
) -> tuple[Member, ClassicSide]:
    """Return a member that speaks the classic protocol and is in this generation."""
    if instance_id is None:
        member = group.member(member_id)
    else:
        member = static_member(group, instance_id, member_id)
    classic = member.wishes.classic
    if classic is None:
        raise ApiError(ErrorCode.UNKNOWN_MEMBER_ID, "the member speaks the consumer protocol")
    if generation != member.holdings.member_epoch:
        raise ApiError(ErrorCode.ILLEGAL_GENERATION)
    return member, classic


def _has_to_join_again(group: ConsumerGroup, member: Member) -> bool:
    holdings = member.holdings
    if holdings.member_epoch < group.assignment_epoch:
        return True
    if holdings.state is MemberState.UNRELEASED_PARTITIONS:
        # It comes back when there is something to get, not before.
        return all(
            group.holder(topic_id, partition) in {None, member.member_id}
            for topic_id, partitions in group.targets.get(member.member_id, {}).items()
            for partition in partitions
        )
    return holdings.state is MemberState.UNREVOKED_PARTITIONS


def _leaving_member(group: ConsumerGroup, identity: MemberIdentity) -> Member:
    member_id, instance_id = identity.member_id, identity.group_instance_id
    if instance_id is None:
        return group.member(member_id)
    # An administrator who removes a static member does not know its member id.
    return static_member(group, instance_id, member_id or group.static_members.get(instance_id, ""))
