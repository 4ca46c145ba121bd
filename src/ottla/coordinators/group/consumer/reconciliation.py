# SPDX-License-Identifier: Apache-2.0
"""One member's next step towards its target assignment.

    stable --must give up--> unrevoked partitions --has given up--> target epoch
    any ----nothing to give up----> target epoch: stable, or unreleased partitions while
                                    somebody else still owns what the member shall get

A member gives up first, in its old epoch, and moves to the target's epoch when it has. A
partition is handed over only when nobody else holds it, so nobody ever owns what another one may
still be reading. Members whose partitions stay only change their epoch; they never pause.

A pure function of its arguments; `protocol` writes down what comes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.coordinators.group.consumer.member import Holdings, MemberState
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from ottla.coordinators.group.consumer.member import OwnedPartitions, Partitions


class Goal(NamedTuple):
    """Where a member shall get to."""

    epoch: int
    """Epoch of the target assignment."""
    target: Partitions
    subscribed: Container[bytes]
    """Ids of the topics that the member subscribes to now; the target may be older."""
    subscription_changed: bool
    """Whether the member has changed its subscription with this very request."""
    is_free: Callable[[bytes, int], bool]
    """Whether no other member holds the partition."""
    owned: Sequence[tuple[bytes, Sequence[int]]] | None
    """What the member reports to own; None when it reports nothing."""


def reconcile(holdings: Holdings, goal: Goal) -> Holdings:
    """Return the next holdings; the same object when the member cannot move on."""
    state = holdings.state
    if state is MemberState.STABLE:
        if holdings.member_epoch != goal.epoch:
            return _next_holdings(holdings, goal, holdings.member_epoch)
        return _without_unsubscribed(holdings, goal) if goal.subscription_changed else holdings
    if state is MemberState.UNREVOKED_PARTITIONS:
        if _still_owns(holdings.pending_revocation, goal):
            return _without_unsubscribed(holdings, goal) if goal.subscription_changed else holdings
        return _next_holdings(holdings, goal, holdings.member_epoch)
    if state is MemberState.UNRELEASED_PARTITIONS:
        return _next_holdings(holdings, goal, holdings.member_epoch)
    if goal.owned is None or goal.owned:
        raise ApiError(
            ErrorCode.FENCED_MEMBER_EPOCH,
            "the member is in a state that this version does not know; it has to join again",
        )
    return _next_holdings(holdings, goal, goal.epoch)


def _still_owns(revoked: OwnedPartitions, goal: Goal) -> bool:
    """Whether the member may still be reading some of these; a member that is silent may."""
    if goal.owned is None:
        return True
    return any(
        partition in revoked[topic_id]
        for topic_id, partitions in goal.owned
        if topic_id in revoked
        for partition in partitions
    )


def _without_unsubscribed(holdings: Holdings, goal: Goal) -> Holdings:
    """Take away topics that the member has just ceased to subscribe to."""
    gone = [topic_id for topic_id in holdings.assigned if topic_id not in goal.subscribed]
    if not gone:
        return holdings
    assigned = dict(holdings.assigned)
    pending = dict(holdings.pending_revocation)
    for topic_id in gone:
        pending[topic_id] = {**pending.get(topic_id, {}), **assigned.pop(topic_id)}
    if _still_owns(pending, goal):
        state = MemberState.UNREVOKED_PARTITIONS
        return holdings._replace(state=state, assigned=assigned, pending_revocation=pending)
    return holdings._replace(assigned=assigned)


def _next_holdings(holdings: Holdings, goal: Goal, epoch: int) -> Holdings:
    assigned: dict[bytes, dict[int, int]] = {}
    pending: dict[bytes, dict[int, int]] = {}
    additions: list[tuple[bytes, list[int]]] = []
    waits_for_others = False
    current, target = holdings.assigned, goal.target
    for topic_id in sorted({**current, **target}):
        wanted = target.get(topic_id, ()) if topic_id in goal.subscribed else ()
        has = current.get(topic_id, {})
        if has:
            wanted_set = frozenset(wanted)
            kept = {partition: has[partition] for partition in has if partition in wanted_set}
            if kept:
                assigned[topic_id] = kept
            if len(kept) != len(has):
                pending[topic_id] = {p: has[p] for p in has if p not in wanted_set}
        missing = [partition for partition in wanted if partition not in has]
        free = [partition for partition in missing if goal.is_free(topic_id, partition)]
        waits_for_others = waits_for_others or len(free) != len(missing)
        if free:
            additions.append((topic_id, free))
    if pending and _still_owns(pending, goal):
        previous_epoch = _previous_epoch(holdings, epoch)
        state = MemberState.UNREVOKED_PARTITIONS
        return Holdings(epoch, previous_epoch, state, assigned, pending)
    for topic_id, free in additions:
        given = assigned.get(topic_id, {})
        given.update(dict.fromkeys(free, goal.epoch))
        assigned[topic_id] = dict(sorted(given.items()))
    state = MemberState.UNRELEASED_PARTITIONS if waits_for_others else MemberState.STABLE
    previous_epoch = _previous_epoch(holdings, goal.epoch)
    return Holdings(goal.epoch, previous_epoch, state, dict(sorted(assigned.items())))


def _previous_epoch(holdings: Holdings, epoch: int) -> int:
    """Return the epoch that the member may still believe in, having missed an answer."""
    return holdings.previous_epoch if epoch == holdings.member_epoch else holdings.member_epoch
