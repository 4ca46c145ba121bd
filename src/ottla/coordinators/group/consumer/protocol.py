# SPDX-License-Identifier: Apache-2.0
"""The consumer protocol (KIP-848): one request by which members join, report and leave.

A heartbeat is one decision of up to three steps. What the member wants is compared with what it
wanted before, and the group epoch is raised when that, or the topics, changed. The target is
computed when it is behind the group epoch. Then the member takes its next step towards its
target. Most heartbeats find nothing to do in any of them and only move a timer.

A part of the group shard: it shares groups, timers and metadata with the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.coordinators.group import migration
from ottla.coordinators.group.classic.group import ClassicGroup
from ottla.coordinators.group.consumer import group_settings, records, requests, subscriptions
from ottla.coordinators.group.consumer.description import describe_group
from ottla.coordinators.group.consumer.draft import Draft
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.consumer.member import (
    JOINING_EPOCH,
    LEAVING_EPOCH,
    STATIC_LEAVING_EPOCH,
    Holdings,
    Member,
    holds_nothing_else,
    in_first_epoch,
)
from ottla.coordinators.group.consumer.membership import TIMER_KINDS, static_member
from ottla.coordinators.group.store import TimerName
from ottla.coordinators.ports import Result
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.consumer_group_heartbeat import (
    Assignment,
    ConsumerGroupHeartbeatResponse,
    ConsumerGroupHeartbeatResponseTopicPartitions,
)
from ottla.protocol.messages.consumer_offsets import (
    ConsumerGroupMemberMetadataKey,
    ConsumerGroupMetadataKey,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.base.clock import Moment
    from ottla.coordinators.group.consumer.membership import Membership
    from ottla.coordinators.group.store import Client
    from ottla.coordinators.pending import Pending
    from ottla.coordinators.ports import CoordinatorRecord
    from ottla.metadata.image import ClusterImage, ImageDelta
    from ottla.protocol.messages.consumer_group_describe import DescribedGroup
    from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatRequest


class ConsumerProtocol:
    """Decides on heartbeats of the consumer protocol and replays its records."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._store = membership.store
        self._new_topics_version = membership.store.image.offset
        """Offset of the last metadata that brought new topics, as far as this shard knows."""

    # decisions

    def heartbeat(
        self,
        request: ConsumerGroupHeartbeatRequest,
        client: Client,
        version: int,
        moment: Moment,
    ) -> Result[ConsumerGroupHeartbeatResponse]:
        """Let a member join, report or leave.

        Raises ApiError with every code that a ConsumerGroupHeartbeat may be answered with.
        """
        # hot: benchmarks/micro/consumer_heartbeat.py
        requests.check_heartbeat(request, version, self._membership.assignors)
        epoch = request.member_epoch
        if epoch in {LEAVING_EPOCH, STATIC_LEAVING_EPOCH}:
            return self._leave(request, moment)
        if epoch > 0 and (member := self._quiet_member(request, client, moment)) is not None:
            self._membership.renew_session(request.group_id, member, moment)
            return Result((), self._answer(request.group_id, member.member_id, member.holdings))
        return self._join_or_report(request, client, moment)

    def describe(self, group_id: str) -> DescribedGroup:
        """Return what ConsumerGroupDescribe tells; raises ApiError GROUP_ID_NOT_FOUND."""
        group = self._store.groups.get(group_id)
        if isinstance(group, ConsumerGroup):
            return describe_group(group, self._store.image, self._membership.assignors)
        # Kafka's sentences: tools tell by them a classic group from none at all.
        text = "not found" if group is None else "is not a consumer group"
        raise ApiError(ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} {text}.")

    def on_timer(self, name: TimerName, moment: Moment) -> Result[None]:
        """Remove the member that a timer is about, and others of its group that are late too."""
        group = self._store.groups.get(name.group_id)
        if not isinstance(group, ConsumerGroup):
            return Result((), None)
        late = self._membership.late_members(group, name, moment)
        return Result(self._membership.without(group, late, moment), None)

    def on_metadata_changed(self, image: ClusterImage, delta: ImageDelta) -> None:
        """Have groups look at their topics again, at the next heartbeat of any member."""
        if any(topic.before is None for topic in delta.topics):
            self._new_topics_version = image.offset
        names = frozenset([topic.name for topic in delta.topics])
        if names:
            for group in self._groups():
                if not names.isdisjoint(group.subscribed_topics):
                    group.is_metadata_stale = True

    def loaded(self, moment: Moment) -> None:
        """Start the sessions of all members that the log knows."""
        for group in self._groups():
            group.is_metadata_stale = True
            for member in group.members.values():
                self._membership.renew_session(group.group_id, member, moment)
                self._membership.watch_revocation(group.group_id, member, member.holdings, moment)

    def _groups(self) -> Iterator[ConsumerGroup]:
        for group in self._store.groups.values():
            if isinstance(group, ConsumerGroup):
                yield group

    # replay

    def replay(self, record: CoordinatorRecord) -> None:
        """Take a record of one of the types in `records.MESSAGES` into its group."""
        key, value = records.read(record)
        group_id: str = key.group_id
        groups = self._store.groups
        group = groups.get(group_id)
        if not isinstance(group, ConsumerGroup):
            if value is None:
                return
            # What else stands here holds offsets alone: it has no record of its own.
            group = groups[group_id] = ConsumerGroup(group_id)
        if value is None and isinstance(key, ConsumerGroupMetadataKey):
            self._store.forget(group_id)
            return
        group.replay(key, value)
        if value is None and isinstance(key, ConsumerGroupMemberMetadataKey):
            for kind in TIMER_KINDS:
                self._store.timers.cancel(TimerName(kind, group_id, key.member_id))

    # heartbeats

    def _quiet_member(
        self, request: ConsumerGroupHeartbeatRequest, client: Client, moment: Moment
    ) -> Member | None:
        """Return the member when its heartbeat can change nothing at all."""
        group = self._store.groups.get(request.group_id)
        if not isinstance(group, ConsumerGroup) or group.is_metadata_stale:
            return None
        member = group.members.get(request.member_id)
        if member is None or group.group_epoch != group.assignment_epoch:
            return None
        wishes = member.wishes
        is_quiet = (
            requests.says_nothing_new(request)
            and member.holdings.member_epoch == request.member_epoch
            and member.holdings.is_reconciled_to(group.assignment_epoch)
            and wishes.client_id == client.client_id
            and wishes.client_host == client.host
            and wishes.classic is None
            and request.instance_id in {None, wishes.instance_id}
            and not self._wants_refresh(group, moment)
        )
        return member if is_quiet else None

    def _wants_refresh(self, group: ConsumerGroup, moment: Moment) -> bool:
        interval_ms = self._store.settings.group_consumer_regex_refresh_interval_ms
        return bool(group.patterns) and subscriptions.needs_refresh(
            group, self._new_topics_version, interval_ms, moment.wall_ms
        )

    def _join_or_report(
        self, request: ConsumerGroupHeartbeatRequest, client: Client, moment: Moment
    ) -> Result[ConsumerGroupHeartbeatResponse]:
        membership, group_id, member_id = self._membership, request.group_id, request.member_id
        is_joining = request.member_epoch == JOINING_EPOCH
        draft, releases = self._open(group_id, moment, is_joining=is_joining)
        membership.check_size(draft.group, member_id)
        before = self._take_in(draft, request)

        wishes = requests.updated_wishes(before.wishes, request, client)
        is_resubscribed = subscriptions.change_wishes(draft, member_id, before.wishes, wishes)
        anew = self._wants_refresh(draft.group, moment)
        has_new_matches = subscriptions.resolve_patterns(
            draft, self._store.image, moment.wall_ms, anew=anew
        )
        membership.update_target(draft, moment, is_forced=is_resubscribed or has_new_matches)

        member = before._replace(wishes=wishes)
        owned = requests.owned_partitions(request)
        holdings = membership.reconcile(
            draft, member, owned, moment, is_resubscribed=is_resubscribed
        )
        membership.renew_session(group_id, member, moment)
        has_missed_answer = request.member_epoch != before.holdings.member_epoch
        tells_assignment = (
            is_joining
            or has_missed_answer
            or requests.is_full(request)
            or holdings.assigned != before.holdings.assigned
        )
        answer = self._answer(group_id, member_id, holdings, tells_assignment=tells_assignment)
        return Result(draft.records(), answer, releases)

    def _open(
        self, group_id: str, moment: Moment, *, is_joining: bool
    ) -> tuple[Draft, list[tuple[Pending[Any], Any]]]:
        """Return a draft of the group, which a member that joins may found or convert.

        With it come answers to members of a classic group who wait for its rebalance.
        """
        group = self._store.groups.get(group_id)
        if isinstance(group, ConsumerGroup):
            return Draft(group), []
        if is_joining:
            if group is None:
                return Draft(ConsumerGroup(group_id), is_new=True), []
            if isinstance(group, ClassicGroup):
                upgrade = migration.upgrade(group, self._store)
                for member in upgrade.draft.group.members.values():
                    self._membership.renew_session(group_id, member, moment)
                return upgrade
        raise _no_group(group_id)

    def _take_in(self, draft: Draft, request: ConsumerGroupHeartbeatRequest) -> Member:
        """Return the member as it was before this request; a new one is blank."""
        group, member_id = draft.group, request.member_id
        instance_id = request.instance_id
        if instance_id is None:
            if request.member_epoch == JOINING_EPOCH:
                return group.members.get(member_id) or Member(member_id)
            member = group.member(member_id)
            _check_epoch(member, request)
            return member
        member_or_none = group.static_member(instance_id)
        if request.member_epoch == JOINING_EPOCH:
            if member_or_none is None:
                return group.members.get(member_id) or Member(member_id)
            has_left = member_or_none.holdings.member_epoch == STATIC_LEAVING_EPOCH
            if member_or_none.member_id == member_id and not has_left:
                return member_or_none  # it has missed the answer to its first request
            if not has_left and not member_or_none.is_classic:
                raise ApiError(
                    ErrorCode.UNRELEASED_INSTANCE_ID,
                    f"{instance_id!r} is in use by member {member_or_none.member_id!r}",
                )
            return self._membership.replace(draft, member_or_none, member_id)
        member = static_member(group, instance_id, member_id)
        _check_epoch(member, request)
        return member

    # leaving

    def _leave(
        self, request: ConsumerGroupHeartbeatRequest, moment: Moment
    ) -> Result[ConsumerGroupHeartbeatResponse]:
        group_id, member_id, epoch = request.group_id, request.member_id, request.member_epoch
        group = self._store.groups.get(group_id)
        if not isinstance(group, ConsumerGroup):
            raise _no_group(group_id)
        instance_id = request.instance_id
        if instance_id is None:
            member = group.member(member_id)
        else:
            member = static_member(group, instance_id, member_id)
        answer = ConsumerGroupHeartbeatResponse(member_id=member_id, member_epoch=epoch)
        if epoch == LEAVING_EPOCH:
            return Result(self._membership.without(group, [member], moment), answer)
        # The session goes on: the member is expected back before it ends.
        holdings = member.holdings._replace(
            member_epoch=STATIC_LEAVING_EPOCH,
            assigned=in_first_epoch(member.holdings.assigned),
            pending_revocation={},
        )
        change = records.holdings_change(group_id, member_id, holdings)
        return Result([change.record()], answer)

    # answers

    def _answer(
        self, group_id: str, member_id: str, holdings: Holdings, *, tells_assignment: bool = False
    ) -> ConsumerGroupHeartbeatResponse:
        answer = ConsumerGroupHeartbeatResponse(
            member_id=member_id,
            member_epoch=holdings.member_epoch,
            heartbeat_interval_ms=group_settings.heartbeat_interval_ms(self._store, group_id),
        )
        if tells_assignment:
            answer.assignment = Assignment(
                topic_partitions=[
                    ConsumerGroupHeartbeatResponseTopicPartitions(
                        topic_id=topic_id, partitions=sorted(holdings.assigned[topic_id])
                    )
                    for topic_id in sorted(holdings.assigned)
                ]
            )
        return answer


def _check_epoch(member: Member, request: ConsumerGroupHeartbeatRequest) -> None:
    """Raise ApiError FENCED_MEMBER_EPOCH unless the member may be in this epoch.

    It may still be in the one before: then it has missed an answer, and must own nothing that it
    would have had to give up.
    """
    holdings, epoch = member.holdings, request.member_epoch
    if epoch == holdings.member_epoch:
        return
    if epoch == holdings.previous_epoch and holds_nothing_else(
        requests.owned_partitions(request), holdings.assigned
    ):
        return
    raise ApiError(
        ErrorCode.FENCED_MEMBER_EPOCH,
        f"the member is in epoch {holdings.member_epoch}, not {epoch}; it has to give up all its"
        " partitions and join again",
    )


def _no_group(group_id: str) -> ApiError:
    return ApiError(ErrorCode.GROUP_ID_NOT_FOUND, f"there is no consumer group {group_id!r} here")
