# SPDX-License-Identifier: Apache-2.0
"""A partition that leads, that follows, and that changes from one to the other."""

from __future__ import annotations

import pytest
from tests.unit.replication.replica_bench import LAG_MS, Replica

from ottla.base.errors import StorageError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import CorruptRecord
from ottla.replication.divergence import divergence, end_offset_for_epoch


class Observer:
    """Counts how often it is told."""

    def __init__(self) -> None:
        self.count = 0

    def partition_advanced(self, partition):
        """Count."""
        self.count += 1


@pytest.fixture
def leader():
    """Return the leader 1 of replicas 1, 2, 3 in epoch 4, with two records."""
    replica = Replica(1)
    replica.lead(4, isr=(1, 2, 3))
    replica.append(b"a", b"b")
    return replica


def fetch(leader, broker_id, offset, start_offset=0, broker_epoch=7):
    """Let a follower fetch."""
    return leader.partition.follower_fetched(broker_id, broker_epoch, offset, start_offset)


# leading


def test_a_leader_waits_for_its_followers(leader):
    """Appends are acknowledged to acks=1 at once, and to acks=all when all members have them."""
    partition = leader.partition
    assert partition.is_leader
    assert partition.leader_id == 1
    assert not partition.acknowledges_at_once
    assert partition.high_watermark == 0
    assert partition.is_acknowledged(2, all_replicas=False)
    assert not partition.is_acknowledged(2, all_replicas=True)
    fetch(leader, 2, 2)
    assert partition.high_watermark == 0
    fetch(leader, 3, 2)
    assert partition.high_watermark == 2
    assert partition.is_acknowledged(2, all_replicas=True)


def test_observers_hear_of_appends_and_of_the_watermark(leader):
    """Followers wait for the end of the log, consumers for the high watermark."""
    observer = Observer()
    leader.partition.observe(observer)
    leader.append(b"c")
    assert observer.count == 1
    fetch(leader, 2, 3)
    fetch(leader, 3, 3)
    seen = observer.count
    assert seen > 1
    fetch(leader, 3, 3)
    assert observer.count == seen  # nothing has moved
    fetch(leader, 3, 3, start_offset=1)
    assert observer.count == seen + 1


def test_a_broker_without_a_replica_is_no_follower(leader):
    """Its fetch does not count."""
    assert leader.partition.has_follower(2)
    assert not leader.partition.has_follower(1)
    assert not leader.partition.has_follower(9)
    assert not fetch(leader, 9, 2)


def test_a_follower_that_has_caught_up_is_proposed():
    """The proposal leaves once; the set changes when the controller says so."""
    leader = Replica(1)
    leader.lead(4, isr=(1,))
    leader.append(b"a")
    assert leader.partition.high_watermark == 1
    fetch(leader, 2, 1)
    (proposal,) = leader.surroundings.proposed
    assert [member for member, _ in proposal.members] == [1, 2]
    fetch(leader, 2, 1)
    fetch(leader, 3, 1)
    assert len(leader.surroundings.proposed) == 1
    leader.partition.isr_decided(1, (1, 2))
    assert leader.partition.in_sync_replica_count == 2
    assert [member for member, _ in leader.surroundings.proposed[-1].members] == [1, 2, 3]


def test_a_refused_proposal_is_forgotten():
    """The follower is not waited for any more, and is proposed again at its next fetch."""
    leader = Replica(1)
    leader.lead(4, isr=(1,))
    fetch(leader, 2, 0)
    leader.append(b"a")
    assert leader.partition.high_watermark == 0
    leader.surroundings.ineligible.add(2)
    leader.partition.isr_refused(0)
    assert leader.partition.high_watermark == 1


def test_a_follower_that_lags_is_proposed_to_leave(leader):
    """Until the controller agrees nothing is committed without it."""
    fetch(leader, 2, 2)
    fetch(leader, 3, 0)
    leader.clock.advance(LAG_MS + 1)
    leader.partition.check_lag()
    (proposal,) = leader.surroundings.proposed
    assert [member for member, _ in proposal.members] == [1, 2]
    assert leader.partition.high_watermark == 0
    leader.partition.isr_decided(1, (1, 2))
    assert leader.partition.high_watermark == 2


def test_bug_08_nothing_is_committed_under_min_isr():
    """Bug 8: the watermark freezes, acks=all is refused, and goes on when a replica is back."""
    leader = Replica(1, min_insync_replicas=2)
    leader.lead(4, isr=(1, 2))
    leader.append(b"a")
    fetch(leader, 2, 1)
    assert leader.partition.high_watermark == 1
    leader.lead(4, isr=(1,), partition_epoch=1)
    leader.append(b"b")
    fetch(leader, 3, 0)
    assert leader.partition.is_under_min_isr
    assert leader.partition.high_watermark == 1
    with pytest.raises(ApiError) as caught:
        leader.partition.require_in_sync_replicas()
    assert caught.value.code == ErrorCode.NOT_ENOUGH_REPLICAS
    fetch(leader, 2, 2)
    leader.lead(4, isr=(1, 2), partition_epoch=2)
    assert not leader.partition.is_under_min_isr
    assert leader.partition.high_watermark == 2


def test_bug_37_a_new_leader_does_not_know_its_end():
    """Bug 37: until the watermark reaches the epoch's start others may have seen more (KIP-207)."""
    leader = Replica(1)
    leader.follow(2, 3)
    leader.lead(4, isr=(1,))
    leader.append(b"a", b"b")
    leader.lead(5, isr=(1, 2))
    assert leader.partition.knows_its_end
    other = Replica(2)
    other.follow(1, 5)
    other.partition.append_as_follower(memoryview(leader.read()))
    other.lead(6, isr=(1, 2))
    assert not other.partition.knows_its_end
    fetch(other, 1, 2)
    assert other.partition.knows_its_end


def test_news_of_the_same_epoch_keep_what_followers_have_shown(leader):
    """A changed replica set begins nothing anew."""
    fetch(leader, 2, 2)
    leader.lead(4, isr=(1, 2, 3), replicas=(1, 2, 3, 4), partition_epoch=1)
    assert leader.partition.has_follower(4)
    fetch(leader, 3, 2)
    assert leader.partition.high_watermark == 2


def test_old_news_change_nothing(leader):
    """A decision that was overtaken does not bring its in-sync set back."""
    leader.lead(4, isr=(1, 2), partition_epoch=5)
    leader.partition.isr_decided(4, (1, 2, 3))
    assert leader.partition.leadership.isr.isr == {1, 2}


def test_the_last_follower_may_go(leader):
    """A partition that is left with one replica acknowledges by itself."""
    leader.lead(4, isr=(1,), replicas=(1,), partition_epoch=1)
    assert leader.partition.leadership is None
    assert leader.partition.high_watermark == 2
    assert leader.partition.acknowledges_at_once


def test_records_go_once_all_members_have_dropped_them(leader):
    """The low watermark of DeleteRecords follows the slowest in-sync replica (KIP-107)."""
    fetch(leader, 2, 2)
    fetch(leader, 3, 2)
    assert leader.partition.advance_log_start_offset(1) == 1
    assert leader.partition.low_watermark == 0
    fetch(leader, 2, 2, start_offset=1)
    assert leader.partition.low_watermark == 0
    fetch(leader, 3, 2, start_offset=1)
    assert leader.partition.low_watermark == 1
    assert leader.read() != b""


# epochs


def test_an_epoch_ends_where_the_next_one_begins():
    """Each that is known, each that wrote nothing, and the leader's own."""
    leader = Replica(1)
    leader.lead(2, isr=(1,), replicas=(1, 2))
    leader.append(b"a")
    leader.lead(5, isr=(1,), replicas=(1, 2))
    partition = leader.partition
    assert end_offset_for_epoch(partition, 5) == (5, 1)  # has written nothing yet
    assert end_offset_for_epoch(partition, 4) == (2, 1)
    assert end_offset_for_epoch(partition, 2) == (2, 1)
    leader.append(b"b")
    assert end_offset_for_epoch(partition, 5) == (5, 2)
    assert end_offset_for_epoch(partition, 4) == (2, 1)
    assert end_offset_for_epoch(partition, 2) == (2, 1)
    assert end_offset_for_epoch(partition, 1) == (1, 0)  # before everything that is known
    assert end_offset_for_epoch(partition, 9) == (-1, -1)


@pytest.mark.parametrize(
    ("last_epoch", "offset", "expected"),
    [
        (-1, 0, None),  # has nothing yet
        (2, 1, None),  # the common part
        (5, 2, None),  # all of it
        (2, 3, (2, 1)),  # an unclean tail of epoch 2
        (3, 4, (2, 1)),  # an epoch that this log never saw
        (1, 1, (1, 0)),
        (5, 9, (5, 2)),  # more than is here
    ],
)
def test_where_logs_part(last_epoch, offset, expected):
    """The epoch of the last record tells where a follower has something else (KIP-595)."""
    leader = Replica(1)
    leader.lead(2, isr=(1,), replicas=(1, 2))
    leader.append(b"a")
    leader.lead(5, isr=(1,), replicas=(1, 2))
    leader.append(b"b")
    assert divergence(leader.partition, last_epoch, offset, is_follower=True) == expected


def test_bug_17_a_follower_beyond_an_empty_log_is_told_where_it_ends():
    """Bug 17: no epochs can be compared, and yet the follower is not in sync with nothing."""
    leader = Replica(1)
    leader.lead(5, isr=(1,), replicas=(1, 2))
    assert divergence(leader.partition, 4, 10, is_follower=True) == (5, 0)
    assert divergence(leader.partition, -1, 10, is_follower=True) == (5, 0)
    assert divergence(leader.partition, -1, 10, is_follower=False) is None
    assert divergence(leader.partition, 4, 0, is_follower=True) is None


# following


def test_a_follower_copies_byte_by_byte(leader):
    """Offsets, epochs and timestamps are the leader's."""
    follower = Replica(2)
    follower.follow(1, 4)
    data = leader.read()
    assert follower.partition.append_as_follower(memoryview(data)) == 2
    assert follower.read() == data
    assert follower.partition.high_watermark == 0  # nobody has said what is committed


def test_a_follower_learns_what_is_committed(leader):
    """Up to its own end, never back; the start of the log comes along."""
    follower = Replica(2)
    follower.follow(1, 4)
    follower.partition.append_as_follower(memoryview(leader.read()))
    observer = Observer()
    follower.partition.observe(observer)
    follower.partition.learn_from_leader(1, 0)
    assert follower.partition.high_watermark == 1
    assert observer.count == 1
    follower.partition.learn_from_leader(0, 0)
    assert follower.partition.high_watermark == 1
    follower.partition.learn_from_leader(99, 1)
    assert follower.partition.high_watermark == 2
    assert follower.partition.log_start_offset == 1
    follower.partition.learn_from_leader(99, 99)  # a start that is not here yet
    assert follower.partition.log_start_offset == 1


def test_bug_16_the_log_start_survives_a_failover(leader):
    """Bug 16: a follower knows what was deleted, so it does not come back under it (KIP-107)."""
    follower = Replica(2)
    follower.follow(1, 4)
    follower.partition.append_as_follower(memoryview(leader.read()))
    follower.partition.learn_from_leader(2, 2)
    follower.lead(5, isr=(2,))
    assert follower.partition.log_start_offset == 2
    assert follower.read() == b""


def test_a_follower_refuses_what_does_not_follow_on(leader):
    """Damage, and what is there already."""
    follower = Replica(2)
    follower.follow(1, 4)
    data = leader.read()
    damaged = bytearray(data)
    damaged[-1] ^= 1
    with pytest.raises(CorruptRecord):
        follower.partition.append_as_follower(memoryview(damaged))
    follower.partition.append_as_follower(memoryview(data))
    with pytest.raises(CorruptRecord):
        follower.partition.append_as_follower(memoryview(data))
    assert follower.read() == data


def test_a_follower_whose_directory_is_full_copies_nothing(leader):
    """The fetcher is told."""
    follower = Replica(2)
    follower.follow(1, 4)
    follower.partition._directory.accepts_appends = False
    with pytest.raises(StorageError):
        follower.partition.append_as_follower(memoryview(leader.read()))
    assert follower.end == 0


def test_cutting_takes_the_watermark_along(leader):
    """A watermark behind the end of the log would show what is not there."""
    follower = Replica(2)
    follower.follow(1, 4)
    follower.partition.append_as_follower(memoryview(leader.read()))
    follower.partition.learn_from_leader(2, 0)
    follower.partition.truncate(0)
    assert (follower.end, follower.partition.high_watermark) == (0, 0)


def test_beginning_anew_drops_everything(leader):
    """The leader's log begins behind the end of this one."""
    follower = Replica(2)
    follower.follow(1, 4)
    follower.partition.append_as_follower(memoryview(leader.read()))
    observer = Observer()
    follower.partition.observe(observer)
    follower.partition.begin_anew_at(50)
    partition = follower.partition
    assert (partition.log_start_offset, follower.end, partition.high_watermark) == (50, 50, 50)
    assert observer.count == 1


# changing


def test_whoever_waits_is_told_that_the_leader_follows(leader):
    """Appends that are not committed may be cut off: their producers must hear of it."""
    observer = Observer()
    leader.partition.observe(observer)
    assert leader.partition.lost_with is None
    leader.follow(2, 5)
    assert observer.count == 1
    assert leader.partition.lost_with == ErrorCode.NOT_LEADER_OR_FOLLOWER
    assert leader.partition.leadership is None
    assert not leader.partition.has_follower(2)
    assert not fetch(leader, 2, 2)
    leader.follow(3, 6)
    assert observer.count == 1


def test_followers_are_asked_nothing(leader):
    """What only a leader does is nothing on a follower."""
    leader.follow(2, 5)
    partition = leader.partition
    partition.check_lag()
    partition.admit_followers()
    partition.isr_decided(9, (1,))
    partition.isr_refused(9)
    partition.flushed()
    assert partition.high_watermark == 0
    assert partition.knows_its_end
    assert not partition.is_under_min_isr
    assert partition.low_watermark == 0
    assert leader.surroundings.proposed == []


def test_bug_04_every_epoch_but_the_present_one_is_fenced(leader):
    """Bug 4: nothing is read or counted across an election (KIP-320)."""
    leader.lead(9, isr=(1, 2))
    assert leader.partition.fence(4) == ErrorCode.FENCED_LEADER_EPOCH
    assert leader.partition.fence(10) == ErrorCode.UNKNOWN_LEADER_EPOCH
    assert leader.partition.fence(9) == ErrorCode.NONE


def test_a_new_epoch_begins_with_nothing_known(leader):
    """What followers had shown to the same broker in its epoch before does not count (rule 3)."""
    fetch(leader, 2, 2)
    fetch(leader, 3, 2)
    leader.lead(6, isr=(1, 2, 3))
    leader.append(b"c")
    assert leader.partition.high_watermark == 2
    fetch(leader, 2, 3)
    assert leader.partition.high_watermark == 2
    fetch(leader, 3, 3)
    assert leader.partition.high_watermark == 3
