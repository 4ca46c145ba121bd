# SPDX-License-Identifier: Apache-2.0
"""JoinGroup: who may join a classic group, and what follows from it.

A member without an id is given one. A dynamic member of a newer client (version 4 on) has to come
back with it before it counts, so that a client that gives up leaves nothing behind; a static one
takes the place of the member that had its instance id before, which is fenced from then on.

Members that are told nothing new join for nothing: only a leader that joins again, or a change of
what somebody speaks or subscribes to, makes a stable group rebalance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.coordinators.group.classic.group import (
    COMPLETING_REBALANCE,
    EMPTY,
    PREPARING_REBALANCE,
    STABLE,
    ClassicGroup,
)
from ottla.coordinators.group.classic.member import (
    SESSION_TIMER,
    ClassicMember,
    protocols_of,
    rebalance_timeout_of,
)
from ottla.coordinators.group.classic.rebalance import Steps
from ottla.coordinators.group.store import TimerName
from ottla.coordinators.pending import Pending
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.join_group import JoinGroupResponse
from ottla.protocol.messages.sync_group import SyncGroupResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.base.clock import Moment
    from ottla.coordinators.group.classic.member import Protocols
    from ottla.coordinators.group.classic.rebalance import Rebalance
    from ottla.coordinators.group.store import Client, GroupStore
    from ottla.coordinators.ports import Result
    from ottla.protocol.messages.join_group import JoinGroupRequest

MEMBER_ID_REQUIRED_FROM: Final = 4
SKIP_ASSIGNMENT_FROM: Final = 9
NEW_MEMBER_TIMEOUT_MS: Final = 5 * 60 * 1000
"""How long a member's first JoinGroup may be parked: it has no id to send heartbeats with."""


class JoinRequest(NamedTuple):
    """A JoinGroup with everything about it that a decision needs."""

    body: JoinGroupRequest
    protocols: Protocols
    client: Client
    version: int
    steps: Steps


def refused(member_id: str, code: ErrorCode) -> JoinGroupResponse:
    """Return a refusal; it names the member, as clients expect."""
    return JoinGroupResponse(error_code=code, protocol_name=None, member_id=member_id)


class Joining:
    """Decides on JoinGroup for groups of one shard."""

    def __init__(
        self, store: GroupStore, rebalance: Rebalance, new_member_suffix: Callable[[], str]
    ) -> None:
        self._store = store
        self._rebalance = rebalance
        self._new_member_suffix = new_member_suffix

    def join(
        self, body: JoinGroupRequest, client: Client, version: int, moment: Moment
    ) -> Result[JoinGroupResponse]:
        """Decide on a JoinGroup."""
        steps = Steps(moment)
        request = JoinRequest(body, protocols_of(body), client, version, steps)
        return steps.result(self._join(request))

    def _join(self, request: JoinRequest) -> JoinGroupResponse | Pending[JoinGroupResponse]:
        body = request.body
        member_id = body.member_id
        there = self._store.groups.get(body.group_id)
        if isinstance(there, ClassicGroup):
            group = there
        elif there is not None and not there.is_empty:
            return refused("", ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        elif member_id:
            return refused(member_id, ErrorCode.UNKNOWN_MEMBER_ID)
        else:
            group = ClassicGroup(body.group_id)
        size_max = self._store.settings.group_max_size
        if not group.has_room_for(member_id, body.group_instance_id, size_max):
            self._turn_away(group, member_id, request.steps)
            return refused("", ErrorCode.GROUP_MAX_SIZE_REACHED)
        if not group.accepts(body.protocol_type, request.protocols):
            return refused(member_id, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        if not member_id:
            return self._join_without_id(group, request)
        if member_id in group.pending_members and body.group_instance_id is None:
            return self._add(group, member_id, request)
        try:
            group.check_member(member_id, body.group_instance_id)
        except ApiError as error:
            return refused(member_id, error.code)
        return self._join_again(group, group.members[member_id], request)

    def _keep(self, group: ClassicGroup, steps: Steps) -> None:
        """Let a group be there that may be new; an empty one of another kind gives way."""
        there = self._store.groups.get(group.group_id)
        if there is group:
            return
        if there is not None:
            steps.records.extend(there.tombstones())
        self._store.groups[group.group_id] = group

    def _turn_away(self, group: ClassicGroup, member_id: str, steps: Steps) -> None:
        """Take a member out that came back too late to a group that has become too large."""
        member = group.members.get(member_id)
        if member is not None:
            self._rebalance.let_go(group, member, steps)
            self._rebalance.complete_join_when_due(group, steps)

    # members without an id

    def _join_without_id(
        self, group: ClassicGroup, request: JoinRequest
    ) -> JoinGroupResponse | Pending[JoinGroupResponse]:
        body = request.body
        instance_id = body.group_instance_id
        prefix = request.client.client_id if instance_id is None else instance_id
        member_id = f"{prefix}-{self._new_member_suffix()}"
        if instance_id is not None:
            former_id = group.static_members.get(instance_id)
            if former_id is not None:
                return self._replace(group, group.members[former_id], member_id, request)
        elif request.version >= MEMBER_ID_REQUIRED_FROM:
            timer = TimerName(SESSION_TIMER, group.group_id, member_id)
            group.pending_members[member_id] = timer
            self._store.timers.set(timer, request.steps.moment.now_ms + body.session_timeout_ms)
            self._keep(group, request.steps)
            return refused(member_id, ErrorCode.MEMBER_ID_REQUIRED)
        return self._add(group, member_id, request)

    def _add(
        self, group: ClassicGroup, member_id: str, request: JoinRequest
    ) -> Pending[JoinGroupResponse]:
        """Take in a new member, and rebalance."""
        member = self._member(group, member_id, request)
        member.is_new = True
        if group.state is PREPARING_REBALANCE and group.state_before is EMPTY:
            self._rebalance.delay_further(group, request.steps)
        self._keep(group, request.steps)
        group.add(member, request.body.protocol_type)
        pending = self._park(group, member)
        self._rebalance.restart_session(member, request.steps, NEW_MEMBER_TIMEOUT_MS)
        self._rebalance.begin_or_complete(group, request.steps)
        return pending

    def _member(self, group: ClassicGroup, member_id: str, request: JoinRequest) -> ClassicMember:
        body = request.body
        return ClassicMember(
            group.group_id,
            member_id,
            group_instance_id=body.group_instance_id,
            client=request.client,
            rebalance_timeout_ms=rebalance_timeout_of(body),
            session_timeout_ms=body.session_timeout_ms,
            protocols=request.protocols,
        )

    def _park(self, group: ClassicGroup, member: ClassicMember) -> Pending[JoinGroupResponse]:
        """Have a member wait for the others."""
        assert member.awaiting_join is None, member.member_id
        member.awaiting_join = Pending()
        group.waiting_count += 1
        return member.awaiting_join

    # static members that come back

    def _replace(
        self, group: ClassicGroup, former: ClassicMember, member_id: str, request: JoinRequest
    ) -> JoinGroupResponse | Pending[JoinGroupResponse]:
        """Put a static member that has been restarted in the place of its former self."""
        steps = request.steps
        leader_before = group.leader_id
        self._fence(group, former, steps)
        member = self._member(group, member_id, request)
        member.assignment = former.assignment
        group.replace_static(former, member)
        self._rebalance.restart_session(member, steps)
        if group.state is STABLE and group.select_protocol() == group.protocol_name:
            assignments = {one.member_id: one.assignment for one in group.members.values()}
            steps.records.append(group.record(assignments, steps.moment.wall_ms))
            return self._replaced(group, member, leader_before, request.version)
        pending = self._park(group, member)
        if group.state is PREPARING_REBALANCE:
            self._rebalance.complete_join_when_due(group, steps)
        else:
            self._rebalance.begin(group, steps)
        return pending

    def _fence(self, group: ClassicGroup, former: ClassicMember, steps: Steps) -> None:
        """Tell a static member's former self, if it waits, that it has a successor."""
        code = ErrorCode.FENCED_INSTANCE_ID
        self._store.timers.cancel(former.session_timer)
        self._rebalance.answer_join(group, former, refused(former.member_id, code), steps)
        if former.awaiting_sync is not None:
            steps.releases.append((former.awaiting_sync, SyncGroupResponse(error_code=code)))
            former.awaiting_sync = None

    def _replaced(
        self, group: ClassicGroup, member: ClassicMember, leader_before: str | None, version: int
    ) -> JoinGroupResponse:
        """Return what a restarted static member is told that changes nothing for the others.

        A leader must not hand out assignments now. Newer ones are told so; older ones are kept
        from it by naming their former self as the leader.
        """
        if version >= SKIP_ASSIGNMENT_FROM:
            is_leader = group.leader_id == member.member_id
            return group.joined(member, skip_assignment=is_leader)
        return JoinGroupResponse(
            generation_id=group.generation,
            protocol_type=group.protocol_type,
            protocol_name=group.protocol_name,
            leader=leader_before or "",
            member_id=member.member_id,
        )

    # members that join again

    def _join_again(
        self, group: ClassicGroup, member: ClassicMember, request: JoinRequest
    ) -> JoinGroupResponse | Pending[JoinGroupResponse]:
        is_same = member.protocols == request.protocols
        if group.state is EMPTY:
            return refused(member.member_id, ErrorCode.UNKNOWN_MEMBER_ID)
        if is_same and group.state is COMPLETING_REBALANCE:
            return group.joined(member)  # it may not have got our answer
        if is_same and group.state is STABLE and group.leader_id != member.member_id:
            return group.joined(member)
        body = request.body
        group.change_protocols(member, request.protocols)
        member.rebalance_timeout_ms = rebalance_timeout_of(body)
        member.session_timeout_ms = body.session_timeout_ms
        again = refused(member.member_id, ErrorCode.REBALANCE_IN_PROGRESS)
        self._rebalance.answer_join(group, member, again, request.steps)  # on its old connection
        pending = self._park(group, member)
        self._rebalance.begin_or_complete(group, request.steps)
        return pending
