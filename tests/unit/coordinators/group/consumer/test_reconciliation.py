# SPDX-License-Identifier: Apache-2.0
"""The steps of one member on its way to its target."""

from __future__ import annotations

import pytest

from ottla.coordinators.group.consumer.member import Holdings, MemberState
from ottla.coordinators.group.consumer.reconciliation import Goal, reconcile
from ottla.protocol.errors import ApiError, ErrorCode

T, U = bytes([1]) * 16, bytes([2]) * 16
STABLE, UNREVOKED, UNRELEASED = (
    MemberState.STABLE,
    MemberState.UNREVOKED_PARTITIONS,
    MemberState.UNRELEASED_PARTITIONS,
)


def goal(epoch, target, *, owned=None, taken=(), subscribed=(T, U), changed=False):
    """Make a goal; `taken` are partitions that others hold."""
    return Goal(
        epoch=epoch,
        target={topic: tuple(partitions) for topic, partitions in target.items()},
        subscribed=frozenset(subscribed),
        subscription_changed=changed,
        is_free=lambda topic, partition: (topic, partition) not in taken,
        owned=None if owned is None else [(topic, list(p)) for topic, p in owned.items()],
    )


def test_a_new_member_gets_what_is_free():
    """It moves to the target's epoch at once and is stable when all is free."""
    after = reconcile(Holdings(), goal(5, {T: [0, 1]}, owned={}))
    assert after == Holdings(5, 0, STABLE, {T: {0: 5, 1: 5}})


def test_a_member_waits_for_what_others_hold():
    """It moves to the target's epoch, owns what is free, and waits for the rest."""
    after = reconcile(Holdings(), goal(5, {T: [0, 1]}, owned={}, taken={(T, 1)}))
    assert after == Holdings(5, 0, UNRELEASED, {T: {0: 5}})
    later = reconcile(after, goal(5, {T: [0, 1]}, owned={T: [0]}))
    assert later == Holdings(5, 0, STABLE, {T: {0: 5, 1: 5}})


def test_a_member_that_waits_in_vain_stays_as_it_is():
    """Nothing is written while nothing becomes free."""
    waiting = Holdings(5, 4, UNRELEASED, {T: {0: 5}})
    assert reconcile(waiting, goal(5, {T: [0, 1]}, taken={(T, 1)})) == waiting


def test_partitions_are_given_up_in_the_old_epoch():
    """A member with something to give up stays in its epoch until it reports not to own it."""
    stable = Holdings(4, 3, STABLE, {T: {0: 3, 1: 4}, U: {0: 4}})
    target = {T: [0], U: [1]}
    told = reconcile(stable, goal(5, target, owned={T: [0, 1], U: [0]}))
    assert told == Holdings(4, 3, UNREVOKED, {T: {0: 3}}, {T: {1: 4}, U: {0: 4}})
    for owned in (None, {T: [0, 1]}, {U: [0]}):
        assert reconcile(told, goal(5, target, owned=owned)) is told
    done = reconcile(told, goal(5, target, owned={T: [0]}))
    assert done == Holdings(5, 4, STABLE, {T: {0: 3}, U: {1: 5}})


def test_a_member_that_does_not_own_it_need_not_give_it_up():
    """What a member reports not to own is taken from it in one step."""
    stable = Holdings(4, 3, STABLE, {T: {0: 3, 1: 4}})
    after = reconcile(stable, goal(5, {T: [0]}, owned={T: [0]}))
    assert after == Holdings(5, 4, STABLE, {T: {0: 3}})


def test_a_member_whose_partitions_stay_does_not_pause():
    """Only its epoch changes, whatever it reports, and the epochs of its partitions stay."""
    stable = Holdings(4, 3, STABLE, {T: {0: 2}})
    assert reconcile(stable, goal(9, {T: [0]})) == Holdings(9, 4, STABLE, {T: {0: 2}})
    assert reconcile(stable, goal(4, {T: [0]})) is stable


def test_a_newer_target_is_taken_up_after_giving_up():
    """A member that gave up goes for the latest target, which may want more from it."""
    told = Holdings(4, 3, UNREVOKED, {T: {0: 4, 1: 4}}, {T: {2: 4}})
    after = reconcile(told, goal(6, {T: [1]}, owned={T: [0, 1]}))
    assert after == Holdings(4, 3, UNREVOKED, {T: {1: 4}}, {T: {0: 4}})


def test_a_partition_comes_back_to_who_was_giving_it_up():
    """A partition that is pending at the member itself is not somebody else's."""
    told = Holdings(4, 3, UNREVOKED, {}, {T: {2: 4}})
    after = reconcile(told, goal(6, {T: [2]}, owned={}))
    assert after == Holdings(6, 4, STABLE, {T: {2: 6}})


def test_topics_that_are_no_longer_subscribed_are_taken_away_at_once():
    """The target may be older than the subscription; it gives nothing of other topics."""
    stable = Holdings(4, 3, STABLE, {T: {0: 4}, U: {0: 4}})
    target = {T: [0], U: [0]}
    told = reconcile(stable, goal(4, target, owned={T: [0], U: [0]}, subscribed=(T,), changed=True))
    assert told == Holdings(4, 3, UNREVOKED, {T: {0: 4}}, {U: {0: 4}})
    silent = reconcile(stable, goal(4, target, subscribed=(T,), changed=True))
    assert silent == told
    done = reconcile(told, goal(4, target, owned={T: [0]}, subscribed=(T,)))
    assert done == Holdings(4, 3, STABLE, {T: {0: 4}})
    at_once = reconcile(stable, goal(4, target, owned={T: [0]}, subscribed=(T,), changed=True))
    assert at_once == Holdings(4, 3, STABLE, {T: {0: 4}})


def test_more_may_have_to_be_given_up_while_giving_up():
    """Unsubscribing adds to what a member already has to give up."""
    told = Holdings(4, 3, UNREVOKED, {T: {0: 4}, U: {0: 4}}, {T: {1: 4}})
    after = reconcile(told, goal(5, {}, owned={T: [0, 1], U: [0]}, subscribed=(T,), changed=True))
    assert after == Holdings(4, 3, UNREVOKED, {T: {0: 4}}, {T: {1: 4}, U: {0: 4}})


def test_a_changed_subscription_that_takes_nothing_changes_nothing():
    """A member that subscribes to more waits for the next target."""
    stable = Holdings(4, 3, STABLE, {T: {0: 4}})
    assert reconcile(stable, goal(4, {T: [0]}, changed=True)) is stable


def test_a_state_of_the_future_makes_the_member_join_again():
    """Only a member that owns nothing can be led out of a state that we do not know."""
    unknown = Holdings(4, 3, MemberState.UNKNOWN, {T: {0: 4}})
    for owned in (None, {T: [0]}):
        with pytest.raises(ApiError) as refused:
            reconcile(unknown, goal(5, {T: [0]}, owned=owned))
        assert refused.value.code == ErrorCode.FENCED_MEMBER_EPOCH
    after = reconcile(unknown, goal(5, {T: [0]}, owned={}))
    assert after == Holdings(5, 4, STABLE, {T: {0: 4}})
