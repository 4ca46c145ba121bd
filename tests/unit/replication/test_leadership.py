# SPDX-License-Identifier: Apache-2.0
"""How far everything is committed, and who is proposed for the in-sync set."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ottla.replication.isr import Committed, Expanding, Shrinking
from ottla.replication.leadership import UNKNOWN_EPOCH, IsrProposal, Leadership

LAG_MS = 1000


class Bench:
    """The leader 1 of replicas 1, 2, 3 in leader epoch 7, whose log ended at `end`."""

    def __init__(self, *, isr=(1, 2, 3), replicas=(1, 2, 3), end=10, min_isr=1) -> None:
        self.leader = Leadership(
            1,
            leader_epoch=7,
            partition_epoch=3,
            replicas=replicas,
            isr=isr,
            log_end_offset=end,
            now_ms=0,
        )
        self.end = end
        self.min_isr = min_isr
        self.now_ms = 0
        self.ineligible: set[tuple[int, int]] = set()

    def is_eligible(self, broker_id, broker_epoch):
        """Say whether the controller would take a broker."""
        return (broker_id, broker_epoch) not in self.ineligible

    def fetch(self, broker_id, offset, *, start=0, broker_epoch=40):
        """Let a follower fetch; False when it has no replica."""
        return self.leader.fetched(
            broker_id,
            offset=offset,
            start_offset=start,
            leader_end=self.end,
            now_ms=self.now_ms,
            broker_epoch=broker_epoch,
        )

    def committed(self):
        """Return how far everything is committed, as far as can be said."""
        return self.leader.committed_end(
            self.end,
            min_insync_replicas=self.min_isr,
            now_ms=self.now_ms,
            lag_ms_max=LAG_MS,
            is_eligible=self.is_eligible,
        )

    def join(self, broker_id, high_watermark=0):
        """Propose that a follower joins."""
        return self.leader.propose_join(broker_id, high_watermark, self.is_eligible)

    def leave(self):
        """Propose that those leave which are behind."""
        return self.leader.propose_leave(self.end, self.now_ms, LAG_MS)

    def decide(self, isr, *, partition_epoch=4, replicas=(1, 2, 3)):
        """Let the controller decide."""
        return self.leader.decided(
            partition_epoch=partition_epoch, replicas=replicas, isr=isr, now_ms=self.now_ms
        )


# the high watermark


def test_the_smallest_end_of_all_members_is_committed():
    """Everything below the log end of each in-sync replica is committed, and nothing more."""
    bench = Bench(end=10)
    bench.fetch(2, 8)
    bench.fetch(3, 6)
    assert bench.committed() == 6
    bench.fetch(3, 10)
    assert bench.committed() == 8
    bench.fetch(2, 10)
    assert bench.committed() == 10


def test_the_own_log_counts_as_well():
    """A leader whose own records are not safe yet commits no further than they are."""
    bench = Bench(end=10)
    bench.fetch(2, 10)
    bench.fetch(3, 10)
    bench.end = 4
    assert bench.committed() == 4


def test_nothing_is_known_before_every_member_has_fetched_in_this_epoch():
    """What a follower had in an older epoch says nothing (KIP-320, rule 3)."""
    bench = Bench()
    bench.fetch(2, 10)
    assert bench.committed() is None
    bench.fetch(3, 1)
    assert bench.committed() == 1


def test_a_replica_out_of_sync_holds_nobody_up():
    """A follower that is far behind is not waited for."""
    bench = Bench(isr=(1, 2))
    bench.now_ms = 5 * LAG_MS
    bench.fetch(2, 10)
    bench.fetch(3, 1)
    assert bench.committed() == 10


def test_a_replica_that_has_caught_up_is_waited_for_before_it_joins():
    """Or a busy leader would leave it behind again and again."""
    bench = Bench(isr=(1, 2))
    bench.fetch(2, 10)
    bench.fetch(3, 10)
    bench.end = 12
    bench.fetch(2, 12)
    assert bench.committed() == 10
    bench.now_ms = LAG_MS + 1  # for long enough it has not been at the end
    assert bench.committed() == 12


def test_a_replica_that_could_not_join_is_not_waited_for():
    """The controller would not take it: fenced, or another incarnation than fetched (KIP-903)."""
    bench = Bench(isr=(1, 2))
    bench.fetch(2, 10)
    bench.fetch(3, 10, broker_epoch=40)
    bench.end = 12
    bench.fetch(2, 12)
    bench.ineligible.add((3, 40))
    assert bench.committed() == 12


@pytest.mark.parametrize("min_isr", [2, 3, 9])
def test_bug_08_the_high_watermark_stands_still_under_min_isr(min_isr):
    """Bug 8: with one in-sync replica nothing is committed where two are asked for."""
    bench = Bench(isr=(1,), min_isr=min_isr)
    assert bench.committed() is None
    bench.fetch(2, 10)
    assert bench.committed() is None


def test_min_isr_asks_for_no_more_replicas_than_there_are():
    """A partition with one replica commits although the setting says two."""
    bench = Bench(isr=(1,), replicas=(1,), min_isr=2)
    assert bench.leader.replica_count == 1
    assert bench.committed() == 10


def test_bug_06_the_high_watermark_waits_for_the_maximal_set():
    """Bug 6: a member that was proposed may be elected, so it counts at once (KIP-497)."""
    bench = Bench(isr=(1, 2))
    bench.fetch(2, 10)
    bench.fetch(3, 10)
    assert bench.join(3) is not None
    bench.end = 15
    bench.fetch(2, 15)
    bench.now_ms = 100 * LAG_MS  # however long the controller takes
    assert bench.committed() == 10
    bench.fetch(3, 12)
    assert bench.committed() == 12


def test_bug_07_a_leader_that_hears_nothing_commits_nothing():
    """Bug 7: a proposal to drop the others changes nothing until the controller has agreed."""
    bench = Bench(end=10)
    bench.fetch(2, 10)
    bench.fetch(3, 10)
    bench.end = 20
    bench.now_ms = 2 * LAG_MS
    proposal = bench.leave()
    assert [broker_id for broker_id, _ in proposal.members] == [1]
    assert bench.committed() == 10
    bench.now_ms = 100 * LAG_MS
    assert bench.committed() == 10
    assert bench.leave() is None  # it asks once and waits for the answer


def test_min_isr_counts_the_decided_set_only():
    """A member that was proposed does not lift the set over the minimum."""
    bench = Bench(isr=(1,), min_isr=2)
    bench.fetch(2, 10)
    assert bench.join(2) is not None
    assert bench.committed() is None
    bench.decide((1, 2))
    assert bench.committed() == 10


# joining


def test_a_follower_joins_at_high_watermark_and_epoch_start():
    """The proposal names everybody with the epoch that fetched, by id."""
    bench = Bench(isr=(1, 2))
    bench.fetch(2, 10, broker_epoch=22)
    bench.fetch(3, 10, broker_epoch=33)
    assert bench.join(3, 10) == IsrProposal(7, 3, ((1, UNKNOWN_EPOCH), (2, 22), (3, 33)))
    assert bench.leader.isr == Expanding(frozenset({1, 2}), frozenset({3}))


def test_nobody_joins_below_the_high_watermark():
    """A follower that lacks committed records must not be electable."""
    bench = Bench(isr=(1, 2), end=10)
    bench.end = 20
    bench.fetch(3, 19)
    assert bench.join(3, 20) is None
    assert bench.leader.isr == Committed(frozenset({1, 2}))


def test_bug_05_nobody_joins_before_the_start_of_the_leader_epoch():
    """Bug 5: a new leader's watermark may be an old one; what it began with has to be there."""
    bench = Bench(isr=(1, 2), end=10)
    bench.fetch(3, 9)
    assert bench.join(3, 5) is None
    bench.fetch(3, 10)
    assert bench.join(3, 5) is not None


def test_nobody_joins_who_has_not_fetched_in_this_epoch():
    """Not even when the log is empty."""
    bench = Bench(isr=(1, 2), end=0)
    assert bench.join(3, 0) is None
    bench.fetch(3, 0)
    assert bench.join(3, 0) is not None


@pytest.mark.parametrize("broker_id", [1, 2, 9])
def test_only_a_replica_out_of_sync_joins(broker_id):
    """Neither the leader, nor a member, nor a broker without a replica."""
    bench = Bench(isr=(1, 2))
    for each in (2, 3):
        bench.fetch(each, 10)
    assert bench.join(broker_id) is None


def test_bug_10_another_incarnation_does_not_join_on_an_old_fetch():
    """Bug 10: the incarnation that fetched has to be the one that is registered (KIP-903)."""
    bench = Bench(isr=(1, 2))
    bench.fetch(3, 10, broker_epoch=33)
    bench.ineligible.add((3, 33))
    assert bench.join(3) is None
    bench.fetch(3, 10, broker_epoch=44)
    assert bench.join(3) is not None


# leaving


def test_a_follower_leaves_that_was_not_at_the_end_for_too_long():
    """The time counts from when it last had everything that there was."""
    bench = Bench()
    bench.now_ms = 500
    bench.fetch(2, 10)
    bench.fetch(3, 10)
    bench.end = 20
    bench.now_ms = 500 + LAG_MS
    bench.fetch(2, 20)
    assert bench.leave() is None
    bench.now_ms += 1
    assert bench.leave() == IsrProposal(7, 3, ((1, UNKNOWN_EPOCH), (2, 40)))
    assert bench.leader.isr == Shrinking(frozenset({1, 2, 3}), frozenset({3}))


def test_a_follower_at_the_end_stays_however_long_nothing_happens():
    """A quiet partition does not shrink."""
    bench = Bench()
    bench.fetch(2, 10)
    bench.fetch(3, 10)
    bench.now_ms = 100 * LAG_MS
    assert bench.leave() is None


def test_reaching_where_the_leader_was_counts_from_then():
    """A follower that is always one fetch behind a busy leader is in sync."""
    bench = Bench(replicas=(1, 2), isr=(1, 2))
    for _ in range(10):
        end_before, bench.end = bench.end, bench.end + 5
        bench.now_ms += LAG_MS // 2
        bench.fetch(2, end_before)
        assert bench.leave() is None


def test_a_follower_that_crawls_leaves():
    """Fetching is not enough: it has to reach what was there one fetch ago."""
    bench = Bench(replicas=(1, 2), isr=(1, 2), end=0)
    bench.end = 1000
    for offset in range(5):
        bench.now_ms += LAG_MS // 2
        bench.fetch(2, offset)
    assert bench.leave() is not None


# proposals are exclusive


def test_one_proposal_at_a_time():
    """While one is open nobody else joins or leaves."""
    bench = Bench(isr=(1, 2))
    bench.fetch(2, 10)
    bench.fetch(3, 10)
    assert bench.join(3) is not None
    assert bench.join(3) is None
    bench.now_ms = 100 * LAG_MS
    bench.end = 50
    assert bench.leave() is None


def test_a_decision_ends_the_proposal():
    """Whatever was decided is in force; what is older changes nothing."""
    bench = Bench(isr=(1, 2))
    bench.fetch(3, 10)
    bench.join(3)
    assert bench.decide((1, 3), partition_epoch=4)
    assert bench.leader.isr == Committed(frozenset({1, 3}))
    assert not bench.decide((1, 2, 3), partition_epoch=4)
    assert not bench.decide((1, 2, 3), partition_epoch=2)
    assert bench.leader.isr == Committed(frozenset({1, 3}))
    assert bench.leader.partition_epoch == 4


def test_a_refusal_brings_the_decided_set_back():
    """Only one for the proposal that is open."""
    bench = Bench(isr=(1, 2))
    bench.fetch(3, 10)
    bench.join(3)
    bench.leader.refused(2)
    assert isinstance(bench.leader.isr, Expanding)
    bench.leader.refused(3)
    assert bench.leader.isr == Committed(frozenset({1, 2}))
    bench.leader.refused(3)  # said twice
    assert bench.leader.isr == Committed(frozenset({1, 2}))


# replicas come and go


def test_replicas_follow_the_decision():
    """Who stays keeps its progress, who goes is forgotten, who comes has shown nothing."""
    bench = Bench(isr=(1, 2))
    bench.fetch(2, 9)
    assert bench.decide((1, 2), replicas=(1, 2, 4))
    assert bench.leader.followers[2].log_end_offset == 9
    assert not bench.fetch(3, 10)
    assert bench.leader.followers[4].log_end_offset == -1
    assert bench.join(4) is None


def test_a_broker_without_a_replica_changes_nothing():
    """Its fetch is refused."""
    bench = Bench()
    assert not bench.fetch(9, 10)
    assert 9 not in bench.leader.followers


def test_the_low_watermark_waits_for_members_only():
    """DeleteRecords has happened once every in-sync replica has dropped its records (KIP-107)."""
    bench = Bench(isr=(1, 2))
    bench.fetch(2, 10, start=3)
    bench.fetch(3, 10, start=0)
    assert bench.leader.lowest_start_offset(5) == 3
    bench.fetch(2, 10, start=7)
    assert bench.leader.lowest_start_offset(5) == 5


class History(RuleBasedStateMachine):
    """One leader epoch with four replicas; a model of the followers' logs beside it."""

    @initialize(
        isr=st.sets(st.integers(2, 4)),
        end=st.integers(0, 5),
        min_isr=st.integers(1, 3),
    )
    def begin(self, isr, end, min_isr):
        """Elect the leader."""
        self.bench = Bench(isr=(1, *isr), replicas=(1, 2, 3, 4), end=end, min_isr=min_isr)
        self.high_watermark = 0
        self.log_ends: dict[int, int] = {}  # of the followers that have fetched in this epoch
        self.open: IsrProposal | None = None
        self.partition_epoch = 3

    def _advance(self):
        before = self.high_watermark
        state = self.bench.leader.isr
        committed = self.bench.committed()
        if committed is not None and committed > before:
            assert len(state.isr) >= min(self.bench.min_isr, 4)
            for member in state.maximal - {1}:
                assert self.log_ends[member] >= committed, "beyond the end of a member's log"
            assert committed <= self.bench.end
            self.high_watermark = committed

    @rule(count=st.integers(1, 4))
    def append(self, count):
        """Write on the leader."""
        self.bench.end += count
        self._advance()

    @rule(follower=st.integers(2, 4), step=st.integers(0, 6), epoch=st.sampled_from([40, 41]))
    def fetch(self, follower, step, epoch):
        """Let a follower come forward."""
        offset = min(self.log_ends.get(follower, 0) + step, self.bench.end)
        self.log_ends[follower] = offset
        self.bench.fetch(follower, offset, broker_epoch=epoch)
        self._advance()

    @rule(ms=st.integers(1, 2 * LAG_MS))
    def wait(self, ms):
        """Let time pass."""
        self.bench.now_ms += ms

    @rule(follower=st.integers(2, 4), epoch=st.sampled_from([40, 41]))
    def toggle_eligibility(self, follower, epoch):
        """Let the controller change its mind about a broker."""
        self.bench.ineligible ^= {(follower, epoch)}

    @rule(follower=st.integers(2, 4))
    def join(self, follower):
        """Propose that a follower joins."""
        leader = self.bench.leader
        proposal = self.bench.join(follower, self.high_watermark)
        if proposal is not None:
            assert self.open is None, "two proposals at once"
            assert self.log_ends[follower] >= self.high_watermark
            assert self.log_ends[follower] >= leader.epoch_start_offset
            assert self.bench.is_eligible(follower, leader.followers[follower].broker_epoch)
            self.open = proposal

    @rule()
    def leave(self):
        """Propose that the slow ones leave."""
        proposal = self.bench.leave()
        if proposal is not None:
            assert self.open is None, "two proposals at once"
            assert 1 in dict(proposal.members)
            self.open = proposal

    @precondition(lambda self: self.open is not None)
    @rule(is_granted=st.booleans())
    def settle(self, is_granted):
        """Let the controller answer."""
        members = tuple(broker_id for broker_id, _ in self.open.members)
        self.open = None
        if is_granted:
            self.partition_epoch += 1
            self.bench.decide(members, partition_epoch=self.partition_epoch, replicas=(1, 2, 3, 4))
        else:
            self.bench.leader.refused(self.partition_epoch)
        self._advance()

    @invariant()
    def members_hold_what_is_committed(self):
        """Whoever may be elected has everything below the high watermark."""
        for member in self.bench.leader.isr.maximal - {1}:
            if member in self.log_ends or self.high_watermark > 0:
                assert self.log_ends[member] >= self.high_watermark


History.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestHistory = History.TestCase
