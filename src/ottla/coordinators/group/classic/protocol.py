# SPDX-License-Identifier: Apache-2.0
"""The classic protocol: JoinGroup, SyncGroup, Heartbeat and LeaveGroup for groups of one shard.

Clients assign partitions among themselves: one member, the leader, is told who is in the group,
computes assignments and brings them; the coordinator hands them out and does not look inside. So
the same protocol serves consumers, Connect workers and schema registries.

Decisions return whole responses; an `ApiError` stands for one with nothing but its code. What a
rebalance does is in `rebalance`, who may join in `joining`, the state itself in `group`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.coordinators.group.classic.group import (
    COMPLETING_REBALANCE,
    JOIN_TIMER,
    PREPARING_REBALANCE,
    STABLE,
    SYNC_TIMER,
    ClassicGroup,
)
from ottla.coordinators.group.classic.joining import Joining
from ottla.coordinators.group.classic.member import SESSION_TIMER
from ottla.coordinators.group.classic.rebalance import Rebalance, Steps
from ottla.coordinators.group.records import read_group_metadata
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import Result
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.heartbeat import HeartbeatResponse
from ottla.protocol.messages.leave_group import LeaveGroupResponse, MemberResponse
from ottla.protocol.messages.sync_group import SyncGroupResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ottla.base.clock import Moment
    from ottla.coordinators.group.classic.member import ClassicMember
    from ottla.coordinators.group.store import Client, GroupStore, TimerName
    from ottla.coordinators.ports import CoordinatorRecord
    from ottla.protocol.messages.heartbeat import HeartbeatRequest
    from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupResponse
    from ottla.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity
    from ottla.protocol.messages.sync_group import SyncGroupRequest

TIMER_KINDS = frozenset((SESSION_TIMER, JOIN_TIMER, SYNC_TIMER))


class ClassicProtocol:
    """Classic groups of one shard; owned by it."""

    def __init__(self, store: GroupStore, new_member_suffix: Callable[[], str]) -> None:
        self._store = store
        self._rebalance = Rebalance(store)
        self._joining = Joining(store, self._rebalance, new_member_suffix)

    # replay

    def replay(self, record: CoordinatorRecord) -> None:
        """Take the record of a classic group into the state."""
        group_id, value = read_group_metadata(record)
        group = self._store.groups.get(group_id)
        if value is None:
            if isinstance(group, ClassicGroup):
                self._store.forget(group_id)
            return
        if not isinstance(group, ClassicGroup):
            group = self._store.groups[group_id] = ClassicGroup(group_id)
        group.take(value)

    # time

    def loaded(self, moment: Moment) -> Result[None]:
        """Give everybody a whole session to find this coordinator."""
        steps = Steps(moment)
        size_max = self._store.settings.group_max_size
        for group in self._groups():
            for member in group.members.values():
                self._rebalance.restart_session(member, steps)
            if len(group.members) > size_max:
                self._rebalance.begin(group, steps)
        return steps.result(None)

    def on_timer(self, name: TimerName, moment: Moment) -> Result[None]:
        """Decide on what it means that a timer has fired."""
        steps = Steps(moment)
        group = self._store.groups.get(name.group_id)
        if isinstance(group, ClassicGroup):
            if name.kind == SESSION_TIMER:
                self._rebalance.session_ended(group, name.member_id, steps)
            elif name.kind == JOIN_TIMER:
                self._rebalance.join_time_is_up(group, steps)
            else:
                self._rebalance.sync_time_is_up(group, steps)
        return steps.result(None)

    def parked(self) -> Iterator[Pending[Any]]:
        """Yield the answers that wait for another decision."""
        for group in self._groups():
            yield from group.parked()

    def _groups(self) -> Iterator[ClassicGroup]:
        for group in self._store.groups.values():
            if isinstance(group, ClassicGroup):
                yield group

    # decisions

    def join(
        self, request: JoinGroupRequest, client: Client, version: int, moment: Moment
    ) -> Result[JoinGroupResponse]:
        """Let a member join, now or when the others have come."""
        return self._joining.join(request, client, version, moment)

    def sync(self, request: SyncGroupRequest, moment: Moment) -> Result[SyncGroupResponse]:
        """Hand out an assignment, or take all of them from the leader.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION,
        INCONSISTENT_GROUP_PROTOCOL, REBALANCE_IN_PROGRESS.
        """
        group = self._member_group(request.group_id)
        member_id = request.member_id
        group.check_member(member_id, request.group_instance_id)
        if request.generation_id != group.generation:
            raise ApiError(ErrorCode.ILLEGAL_GENERATION)
        if _differs(request.protocol_type, group.protocol_type) or _differs(
            request.protocol_name, group.protocol_name
        ):
            raise ApiError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        if group.state is PREPARING_REBALANCE:
            raise ApiError(ErrorCode.REBALANCE_IN_PROGRESS)
        member = group.members[member_id]
        group.pending_sync.pop(member_id, None)
        steps = Steps(moment)
        self._rebalance.restart_session(member, steps)
        if group.state is STABLE:
            return steps.result(_assigned(group, member.assignment))
        assert group.state is COMPLETING_REBALANCE, group.state
        if group.leader_id == member_id:
            return steps.result(self._take_assignments(group, request, steps))
        again = SyncGroupResponse(error_code=ErrorCode.REBALANCE_IN_PROGRESS)
        _answer_sync(member, again, steps)  # on its old connection
        member.awaiting_sync = Pending()
        return steps.result(member.awaiting_sync)

    def _take_assignments(
        self, group: ClassicGroup, request: SyncGroupRequest, steps: Steps
    ) -> SyncGroupResponse:
        """Store the leader's assignments; the group is stable once their record is replayed."""
        assignments = {one.member_id: one.assignment for one in request.assignments}
        steps.records.append(group.record(assignments, steps.moment.wall_ms))
        for member in group.members.values():
            if member.awaiting_sync is not None:
                answer = _assigned(group, assignments.get(member.member_id, b""))
                _answer_sync(member, answer, steps)
                self._rebalance.restart_session(member, steps)
        return _assigned(group, assignments.get(request.member_id, b""))

    def heartbeat(self, request: HeartbeatRequest, moment: Moment) -> Result[HeartbeatResponse]:
        """Take note that a member is alive.

        Raises UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION; REBALANCE_IN_PROGRESS is
        a value, since the member counts as alive.
        """
        # hot: benchmarks/micro/group_heartbeat.py
        group = self._store.groups.get(request.group_id)
        if not isinstance(group, ClassicGroup):
            raise ApiError(ErrorCode.UNKNOWN_MEMBER_ID)
        member = group.members.get(request.member_id)
        if member is None or request.group_instance_id is not None:
            group.check_member(request.member_id, request.group_instance_id)
            member = group.members[request.member_id]
        if request.generation_id != group.generation:
            raise ApiError(ErrorCode.ILLEGAL_GENERATION)
        self._store.timers.set(member.session_timer, moment.now_ms + member.session_timeout_ms)
        is_rebalancing = group.state is PREPARING_REBALANCE
        code = ErrorCode.REBALANCE_IN_PROGRESS if is_rebalancing else ErrorCode.NONE
        return Result((), HeartbeatResponse(error_code=code))

    def leave(self, request: LeaveGroupRequest, moment: Moment) -> Result[LeaveGroupResponse]:
        """Let members go at once; outcomes are by member.

        A member id may be left out by an administrator who knows the instance id.
        Raises UNKNOWN_MEMBER_ID when there is no such group.
        """
        group = self._member_group(request.group_id)
        steps = Steps(moment)
        members_before, pending_before = len(group.members), len(group.pending_members)
        outcomes = [self._let_leave(group, identity, steps) for identity in request.members]
        if len(group.members) < members_before:
            self._rebalance.after_departure(group, steps)
        elif len(group.pending_members) < pending_before:
            self._rebalance.complete_join_when_due(group, steps)
        return steps.result(LeaveGroupResponse(members=outcomes))

    def _let_leave(
        self, group: ClassicGroup, identity: MemberIdentity, steps: Steps
    ) -> MemberResponse:
        member_id, instance_id = identity.member_id, identity.group_instance_id
        code = ErrorCode.NONE
        timer = group.pending_members.get(member_id)
        if timer is not None:
            self._store.timers.cancel(timer)
            group.remove(member_id)
        else:
            try:
                if not member_id and instance_id is not None:
                    group.check_member(group.static_members.get(instance_id, ""), instance_id)
                    leaving = group.static_members[instance_id]
                else:
                    group.check_member(member_id, instance_id)
                    leaving = member_id
                self._rebalance.let_go(group, group.members[leaving], steps)
            except ApiError as error:
                code = error.code
        return MemberResponse(member_id=member_id, group_instance_id=instance_id, error_code=code)

    def _member_group(self, group_id: str) -> ClassicGroup:
        group = self._store.groups.get(group_id)
        if not isinstance(group, ClassicGroup):
            raise ApiError(ErrorCode.UNKNOWN_MEMBER_ID)
        return group


def _differs(named: str | None, actual: str | None) -> bool:
    return named is not None and actual is not None and named != actual


def _assigned(group: ClassicGroup, assignment: bytes) -> SyncGroupResponse:
    return SyncGroupResponse(
        protocol_type=group.protocol_type,
        protocol_name=group.protocol_name,
        assignment=assignment,
    )


def _answer_sync(member: ClassicMember, answer: SyncGroupResponse, steps: Steps) -> None:
    if member.awaiting_sync is not None:
        steps.releases.append((member.awaiting_sync, answer))
        member.awaiting_sync = None
