# SPDX-License-Identifier: Apache-2.0
"""The steps that members of a consumer group take, whichever protocol they speak.

`protocol` decides on heartbeats of the consumer protocol, `classic_members` on requests of
members that still speak the classic one; both put their changes into a `Draft` by these steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.group import migration
from ottla.coordinators.group.consumer import group_settings, records, subscriptions
from ottla.coordinators.group.consumer.assignors import served_assignors
from ottla.coordinators.group.consumer.draft import Draft
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.consumer.member import (
    JOINING_EPOCH,
    Holdings,
    Member,
    MemberState,
)
from ottla.coordinators.group.consumer.reconciliation import Goal, reconcile
from ottla.coordinators.group.consumer.target import compute_target, may_compute_target
from ottla.coordinators.group.consumer.topics import topic_ids
from ottla.coordinators.group.store import TimerName
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ottla.base.clock import Moment
    from ottla.coordinators.group.store import GroupStore
    from ottla.coordinators.ports import CoordinatorRecord

SESSION = "consumer-session"
"""Timer: the member has been silent for too long."""

REVOCATION = "consumer-revocation"
"""Timer: the member has not given up what it was told to."""

JOIN = "consumer-join"
"""Timer: a classic member was told to join again and has not done so."""

SYNC = "consumer-sync"
"""Timer: a classic member has joined and not asked for its assignment."""

TIMER_KINDS = frozenset((SESSION, REVOCATION, JOIN, SYNC))


class Membership:
    """Steps of decisions about members of one shard's consumer groups."""

    def __init__(self, store: GroupStore) -> None:
        self.store = store
        self.assignors = served_assignors(store.settings.group_consumer_assignors)

    # coming

    def check_size(self, group: ConsumerGroup, member_id: str) -> None:
        """Raise ApiError GROUP_MAX_SIZE_REACHED unless there is room for the member."""
        limit = self.store.settings.group_consumer_max_size
        if len(group.members) >= limit and member_id not in group.members:
            raise ApiError(
                ErrorCode.GROUP_MAX_SIZE_REACHED, f"the group has {limit} members, which is all"
            )

    def replace(self, draft: Draft, old: Member, member_id: str) -> Member:
        """Let a static member come back under another member id, with what it had."""
        group_id = draft.group.group_id
        holdings = old.holdings._replace(member_epoch=JOINING_EPOCH, previous_epoch=JOINING_EPOCH)
        target = draft.group.targets.get(old.member_id, {})
        draft.put(
            *records.member_removal(group_id, old.member_id),
            records.wishes_change(group_id, member_id, old.wishes),
            records.target_change(group_id, member_id, target),
            records.holdings_change(group_id, member_id, holdings),
        )
        return draft.group.members[member_id]

    # staying

    def update_target(self, draft: Draft, moment: Moment, *, is_forced: bool) -> None:
        """Raise the group epoch if it has to be, and compute the target if that is due."""
        self.update_epoch(draft, is_forced=is_forced)
        store, group = self.store, draft.group
        if group.assignment_epoch >= group.group_epoch:
            return
        interval_ms = group_settings.assignment_interval_ms(store, group.group_id)
        if may_compute_target(group, interval_ms, moment.wall_ms):
            compute_target(draft, store.image, self.assignors, moment.wall_ms)

    def update_epoch(self, draft: Draft, *, is_forced: bool) -> None:
        """Raise the group epoch when topics have changed, or in any case."""
        if not is_forced and not draft.group.is_metadata_stale:
            return
        is_raised = subscriptions.raise_group_epoch(draft, self.store.image, is_forced=is_forced)
        known = self.store.groups.get(draft.group.group_id)
        if not is_raised and isinstance(known, ConsumerGroup):
            known.is_metadata_stale = False

    def reconcile(
        self,
        draft: Draft,
        member: Member,
        owned: Sequence[tuple[bytes, Sequence[int]]] | None,
        moment: Moment,
        *,
        is_resubscribed: bool,
    ) -> Holdings:
        """Take the member's next step towards its target."""
        group, member_id = draft.group, member.member_id
        before = member.holdings
        if not is_resubscribed and before.is_reconciled_to(group.assignment_epoch):
            return before
        goal = Goal(
            epoch=group.assignment_epoch,
            target=group.targets.get(member_id, {}),
            subscribed=frozenset(topic_ids(group.topics_of(member), self.store.image)),
            subscription_changed=is_resubscribed,
            is_free=lambda topic_id, partition: (
                group.holder(topic_id, partition) in {None, member_id}
            ),
            owned=owned,
        )
        after = reconcile(before, goal)
        if after != before:
            draft.put_last(records.holdings_change(group.group_id, member_id, after))
            self.watch_revocation(group.group_id, member, after, moment)
        return after

    # going

    def without(
        self, group: ConsumerGroup, members: Collection[Member], moment: Moment
    ) -> list[CoordinatorRecord]:
        """Take members out; the others get their partitions with the next target.

        When only classic members are left, the group becomes a classic one if it may.
        """
        draft = Draft(group)
        if not members:
            return []
        for member in members:
            draft.put(*records.member_removal(group.group_id, member.member_id))
            if member.wishes.topic_regex:
                subscriptions.forget_unused(draft, member.wishes.topic_regex)
        if migration.may_downgrade(draft.group, self.store.settings):
            return migration.downgrade(draft, self.store, moment, rebalances=True)
        subscriptions.raise_group_epoch(draft, self.store.image, is_forced=True)
        return draft.records()

    # timers

    def renew_session(self, group_id: str, member: Member, moment: Moment) -> None:
        """Give a member its session timeout again."""
        classic = member.wishes.classic
        if classic is None:
            timeout_ms = group_settings.session_timeout_ms(self.store, group_id)
        else:
            timeout_ms = classic.session_timeout_ms
        name = TimerName(SESSION, group_id, member.member_id)
        self.store.timers.set(name, moment.now_ms + timeout_ms)

    def watch_revocation(
        self, group_id: str, member: Member, holdings: Holdings, moment: Moment
    ) -> None:
        """Give a member its rebalance timeout for giving up what it has to.

        Classic members have timers for joining again and for asking instead.
        """
        name = TimerName(REVOCATION, group_id, member.member_id)
        is_revoking = holdings.state is MemberState.UNREVOKED_PARTITIONS
        if is_revoking and not member.is_classic:
            deadline_ms = moment.now_ms + max(0, member.wishes.rebalance_timeout_ms)
            self.store.timers.set(name, deadline_ms)
        else:
            self.store.timers.cancel(name)

    def late_members(self, group: ConsumerGroup, fired: TimerName, moment: Moment) -> list[Member]:
        """Return the members that a timer is about, and others that are late by now too."""
        return [
            member
            for member in group.members.values()
            if any(
                self._is_late(TimerName(kind, group.group_id, member.member_id), fired, moment)
                and (kind != REVOCATION or _is_revoking(member))
                for kind in (SESSION, REVOCATION, JOIN, SYNC)
            )
        ]

    def _is_late(self, name: TimerName, fired: TimerName, moment: Moment) -> bool:
        deadline_ms = self.store.timers.deadline_ms(name)
        return name == fired or (deadline_ms is not None and deadline_ms <= moment.now_ms)


def _is_revoking(member: Member) -> bool:
    return member.holdings.state is MemberState.UNREVOKED_PARTITIONS


def static_member(group: ConsumerGroup, instance_id: str, member_id: str) -> Member:
    """Return the member of a static name; raises UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID."""
    member = group.static_member(instance_id)
    if member is None:
        raise ApiError(
            ErrorCode.UNKNOWN_MEMBER_ID, f"no member has the instance id {instance_id!r}"
        )
    if member.member_id != member_id:
        raise ApiError(
            ErrorCode.FENCED_INSTANCE_ID,
            f"{instance_id!r} is member {member.member_id!r} by now",
        )
    return member
