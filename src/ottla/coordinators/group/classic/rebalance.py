# SPDX-License-Identifier: Apache-2.0
"""How a classic group gets from one generation to the next.

A rebalance has two halves. In the first one everybody has to join (again); it ends when all have,
or when the longest rebalance timeout is over, and whoever has not come by then is out. In the
second one the leader computes assignments; it ends when the leader brings them, and whoever has
not asked for its own when the rebalance timeout is over again is out.

The first rebalance of a new group is delayed, so that members who start together end up in one
generation: until nobody new has come for the configured delay, up to the rebalance timeout in all.
(Kafka looks at the end of each delay whether somebody came in it, and waits up to twice as long.)

Everything here is part of a decision: it changes soft state, and collects in `Steps` the records
and answers that the decision leads to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ottla.coordinators.group.classic.group import (
    COMPLETING_REBALANCE,
    EMPTY,
    MAY_FOLLOW,
    PREPARING_REBALANCE,
    STABLE,
)
from ottla.coordinators.ports import Result
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.join_group import JoinGroupResponse
from ottla.protocol.messages.sync_group import SyncGroupResponse

if TYPE_CHECKING:
    from ottla.base.clock import Moment
    from ottla.coordinators.group.classic.group import ClassicGroup
    from ottla.coordinators.group.classic.member import ClassicMember
    from ottla.coordinators.group.store import GroupStore
    from ottla.coordinators.pending import Pending
    from ottla.coordinators.ports import CoordinatorRecord
    from ottla.protocol.errors import ApiError

Answer = TypeVar("Answer")

_MAY_BEGIN = MAY_FOLLOW[PREPARING_REBALANCE]


class Steps:
    """What a decision on a group leads to; lives as long as the decision."""

    __slots__ = ("moment", "records", "releases")

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.records: list[CoordinatorRecord] = []
        self.releases: list[tuple[Pending[Any], Any | ApiError]] = []

    def result(self, answer: Answer | Pending[Answer]) -> Result[Answer]:
        """Return the decision."""
        return Result(self.records, answer, self.releases)


class Rebalance:
    """Moves groups of one shard through their rebalances."""

    def __init__(self, store: GroupStore) -> None:
        self._store = store

    # beginning

    def begin_or_complete(self, group: ClassicGroup, steps: Steps) -> None:
        """Rebalance a group whose members have changed; or, when it does so already, go on."""
        if group.state in _MAY_BEGIN:
            self.begin(group, steps)
        else:
            self.complete_join_when_due(group, steps)

    def begin(self, group: ClassicGroup, steps: Steps) -> None:
        """Have everybody join again."""
        if group.state is COMPLETING_REBALANCE:
            self._send_all_back(group, steps)
        group.pending_sync.clear()
        timers, now_ms = self._store.timers, steps.moment.now_ms
        timers.cancel(group.sync_timer)
        if group.state is EMPTY:
            delay_ms = self._store.settings.group_initial_rebalance_delay_ms
            group.delay_until_ms = now_ms + max(group.rebalance_timeout_ms, delay_ms)
            group.move_to(PREPARING_REBALANCE, steps.moment.wall_ms)
            timers.set(group.join_timer, now_ms + delay_ms)
            return
        group.move_to(PREPARING_REBALANCE, steps.moment.wall_ms)
        if group.has_everybody_joined:
            self.complete_join(group, steps)
        else:
            timers.set(group.join_timer, now_ms + group.rebalance_timeout_ms)

    def _send_all_back(self, group: ClassicGroup, steps: Steps) -> None:
        """Tell those who wait for assignments that there will be none in this generation."""
        for member in group.members.values():
            member.assignment = b""
            if member.awaiting_sync is not None:
                answer = SyncGroupResponse(error_code=ErrorCode.REBALANCE_IN_PROGRESS)
                steps.releases.append((member.awaiting_sync, answer))
                member.awaiting_sync = None
                self.restart_session(member, steps)

    # the end of the first half

    def complete_join_when_due(self, group: ClassicGroup, steps: Steps) -> None:
        """End the first half if everybody is there; a delayed first one ends by time alone."""
        is_delayed = group.state_before is EMPTY
        if group.state is PREPARING_REBALANCE and not is_delayed and group.has_everybody_joined:
            self.complete_join(group, steps)

    def complete_join(self, group: ClassicGroup, steps: Steps) -> None:
        """End the first half: whoever has come makes up the next generation.

        Static members that have not come keep their place until their session ends.
        """
        assert group.state is PREPARING_REBALANCE, group.state
        timers, moment = self._store.timers, steps.moment
        timers.cancel(group.join_timer)
        for member in tuple(group.members.values()):
            if member.awaiting_join is None and not member.is_static:
                group.remove(member.member_id)
                timers.cancel(member.session_timer)
        if group.members and not group.elect_leader_that_joined():
            timers.set(group.join_timer, moment.now_ms + group.rebalance_timeout_ms)
            return
        group.begin_generation(moment.wall_ms)
        if group.state is EMPTY:
            steps.records.append(group.record({}, moment.wall_ms))
            return
        for member in group.members.values():
            self.answer_join(group, member, group.joined(member), steps)
            self.restart_session(member, steps)
            member.is_new = False
            group.pending_sync[member.member_id] = None
        timers.set(group.sync_timer, moment.now_ms + group.rebalance_timeout_ms)

    def delay_further(self, group: ClassicGroup, steps: Steps) -> None:
        """Wait for more members after one that came while the first rebalance is delayed."""
        delay_ms = self._store.settings.group_initial_rebalance_delay_ms
        until_ms = min(steps.moment.now_ms + delay_ms, group.delay_until_ms)
        self._store.timers.set(group.join_timer, until_ms)

    def join_time_is_up(self, group: ClassicGroup, steps: Steps) -> None:
        """End the first half as it is."""
        if group.state is PREPARING_REBALANCE:
            self.complete_join(group, steps)

    def sync_time_is_up(self, group: ClassicGroup, steps: Steps) -> None:
        """Put out those who have not asked for their assignment."""
        if group.state not in (COMPLETING_REBALANCE, STABLE) or not group.pending_sync:
            return
        for member_id in tuple(group.pending_sync):
            member = group.remove(member_id)
            if member is not None:
                self._store.timers.cancel(member.session_timer)
        self.begin(group, steps)

    # members

    def answer_join(
        self,
        group: ClassicGroup,
        member: ClassicMember,
        answer: JoinGroupResponse,
        steps: Steps,
    ) -> None:
        """Answer a member's JoinGroup, if it is parked."""
        if member.awaiting_join is not None:
            steps.releases.append((member.awaiting_join, answer))
            member.awaiting_join = None
            group.waiting_count -= 1

    def let_go(self, group: ClassicGroup, member: ClassicMember, steps: Steps) -> None:
        """Take a member out, without any consequence for the others yet.

        If it waits it is told UNKNOWN_MEMBER_ID, so that it comes back when it is still there.
        """
        self._store.timers.cancel(member.session_timer)
        unknown = ErrorCode.UNKNOWN_MEMBER_ID
        self.answer_join(group, member, JoinGroupResponse(error_code=unknown), steps)
        if member.awaiting_sync is not None:
            steps.releases.append((member.awaiting_sync, SyncGroupResponse(error_code=unknown)))
            member.awaiting_sync = None
        group.remove(member.member_id)

    def after_departure(self, group: ClassicGroup, steps: Steps) -> None:
        """See what it means for the others that members have gone."""
        if group.state in (STABLE, COMPLETING_REBALANCE):
            self.begin(group, steps)
        else:
            self.complete_join_when_due(group, steps)

    def session_ended(self, group: ClassicGroup, member_id: str, steps: Steps) -> None:
        """Take out a member that has been silent, or an id that nobody came back with."""
        member = group.members.get(member_id)
        if member is not None:
            if member.is_alive_while_waiting:
                return
            self.let_go(group, member, steps)
            if group.state in (STABLE, COMPLETING_REBALANCE):
                self.begin(group, steps)
                return
        group.remove(member_id)
        if group.state is PREPARING_REBALANCE and group.has_everybody_joined:
            self.complete_join(group, steps)  # even if the first rebalance was to be delayed

    def restart_session(
        self, member: ClassicMember, steps: Steps, timeout_ms: int | None = None
    ) -> None:
        """Give a member its session timeout again."""
        if timeout_ms is None:
            timeout_ms = member.session_timeout_ms
        self._store.timers.set(member.session_timer, steps.moment.now_ms + timeout_ms)
