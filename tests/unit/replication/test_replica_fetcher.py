# SPDX-License-Identifier: Apache-2.0
"""What a follower asks for and does with answers; real logs on both sides, truncated and copied."""

from __future__ import annotations

import pytest
from tests.unit.replication.replica_bench import (
    TOPIC_ID,
    Link,
    Replica,
    ThrottleSettings,
    lead_and_follow,
)

from ottla.base.errors import StorageError
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.fetch import FetchResponse
from ottla.storage.log_config import LogConfig
from ottla.testing.simulated_disk import SimulatedCrash


@pytest.fixture
def pair():
    """Return two replicas without records."""
    return Replica(1), Replica(2)


@pytest.fixture
def link(pair):
    """Return a link between a leader of two records and an empty follower."""
    link = lead_and_follow(*pair, epoch=3)
    link.leader.append(b"a")
    link.leader.append(b"b")
    return link


# requests


def test_the_first_request_names_everything(link):
    """Epoch, offset, last epoch and log start of the follower, and who it is."""
    request = link.request()
    (topic,) = request.topics
    (asked,) = topic.partitions
    assert topic.topic_id == TOPIC_ID
    assert (asked.partition, asked.fetch_offset, asked.last_fetched_epoch) == (0, 0, -1)
    assert (asked.current_leader_epoch, asked.log_start_offset) == (3, 0)
    assert (request.replica_state.replica_id, request.replica_state.replica_epoch) == (2, 5)
    assert (request.session_id, request.session_epoch) == (0, 0)


def test_what_has_not_changed_is_not_named_again(link):
    """Incremental sessions (KIP-227): a quiet partition costs nothing."""
    link.run()
    request = link.request()
    assert (request.session_id, request.session_epoch) == (77, request.session_epoch)
    assert request.session_epoch > 0
    link.fetcher.handle(link.answer(request), 0)
    assert link.request().topics == []


def test_copying_brings_records_and_the_watermark(link):
    """Byte by byte, and the watermark one round later."""
    grown = link.step()
    assert grown == [link.follower.partition]
    link.run()
    assert link.follower.read() == link.leader.read()
    assert link.step() == []


def test_a_partition_that_goes_is_forgotten_at_the_leader(link):
    """Once, and only when it was asked for."""
    partition = link.follower.partition
    link.step()
    assert link.fetcher.remove(partition)
    assert not link.fetcher.remove(partition)
    assert len(link.fetcher) == 0
    assert link.request() is None  # nothing is copied: nothing is asked


def test_forgotten_partitions_are_named_once(link):
    """Another partition is still copied in the same session."""
    other = Replica(2)
    other.follow(1, 3)
    other.partition.topic_id = b"o" * 16
    link.fetcher.add(other.partition)
    link.request()
    link.fetcher.handle(FetchResponse(session_id=77, responses=[]), 0)
    link.fetcher.remove(link.follower.partition)
    forgotten = link.request().forgotten_topics_data
    assert [(one.topic_id, one.partitions) for one in forgotten] == [(TOPIC_ID, [0])]
    assert link.request().forgotten_topics_data == []


def test_what_was_never_asked_for_need_not_be_forgotten(link):
    """The leader's session does not know it."""
    link.fetcher.remove(link.follower.partition)
    link.fetcher.add(link.follower.partition)
    assert link.request().forgotten_topics_data == []


def test_an_answer_for_a_partition_that_went_is_ignored(link):
    """Nothing is appended for a leader that is followed no more."""
    answer = link.serve(link.request())
    link.fetcher.remove(link.follower.partition)
    assert link.fetcher.handle(answer, 0) == []
    assert link.follower.end == 0


def test_an_answer_from_before_a_new_epoch_is_ignored(link):
    """`add` of a partition with another leader epoch makes what is under way worthless."""
    answer = link.serve(link.request())
    link.fetcher.add(link.follower.partition)
    assert link.fetcher.handle(answer, 0) == []
    assert link.follower.end == 0


def test_an_answer_from_before_a_cut_is_ignored(link):
    """Records that were asked for at another end do not follow on, and are not an error."""
    link.run()
    link.leader.append(b"c")
    answer = link.serve(link.request())
    link.follower.partition.truncate(1)
    assert link.fetcher.handle(answer, 0) == []
    assert link.follower.end == 1
    link.run()


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
        ErrorCode.INVALID_FETCH_SESSION_EPOCH,
        ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
        ErrorCode.UNKNOWN_SERVER_ERROR,
    ],
)
def test_bug_39_a_lost_session_is_begun_anew(link, code):
    """Bug 39: everything is named again in a new session."""
    link.run()
    link.request()
    assert link.fetcher.handle(FetchResponse(error_code=code), 0) == []
    request = link.request()
    assert (request.session_id, request.session_epoch) == (0, 0)
    assert len(request.topics) == 1


def test_a_leader_without_sessions_hears_everything_every_time(link):
    """No session id in the answer: the next request names all again."""
    link.session_id = 0
    link.run()
    assert len(link.request().topics) == 1


def test_another_incarnation_names_everything_again(link):
    """A session's leader knows followers by their epoch, which has changed."""
    link.run()
    request = link.fetcher.next_request(0, 6)
    assert request.replica_state.replica_epoch == 6
    assert len(request.topics) == 1


# errors


def test_an_error_is_waited_out(link):
    """The partition is asked for again after the pause, and nothing is asked until then."""
    request = link.request()
    answer = link.answer(request, error_code=ErrorCode.NOT_LEADER_OR_FOLLOWER)
    link.fetcher.handle(answer, 1000)
    link.now_ms = 1000
    assert link.request() is None
    assert link.fetcher.resume_ms() == 1100
    link.now_ms = 1100
    assert len(link.request().topics) == 1
    assert link.fetcher.resume_ms() is None


def test_damaged_records_are_fetched_again(link):
    """Nothing of them is appended, and the log is not given up."""
    request = link.request()
    damaged = bytearray(link.leader.read())
    damaged[65] ^= 1  # the last record of the first batch
    link.fetcher.handle(link.answer(request, records=bytes(damaged)), 0)
    assert link.follower.end == 0
    link.now_ms = 200
    link.run()


def test_a_disk_that_refuses_is_reported(link):
    """Whoever owns the partition decides; it is asked for again later."""
    link.follower.partition._directory.accepts_appends = False
    link.step()
    ((partition, error),) = link.failures
    assert partition is link.follower.partition
    assert isinstance(error, StorageError)
    assert link.request() is None


def test_a_session_that_is_lost_during_a_pause_stays_paused(link):
    """A lost connection is no reason to ask at once."""
    link.fetcher.handle(link.answer(link.request(), error_code=ErrorCode.UNKNOWN_LEADER_EPOCH), 0)
    link.fetcher.lose_session()
    assert link.request() is None


# truncation


def test_bug_04_a_fetch_of_an_older_epoch_is_fenced(pair):
    """Bug 4: a delayed fetch is refused by the next leader epoch, in both directions (KIP-320)."""
    one, two = pair
    link = lead_and_follow(one, two, 3)
    one.append(b"a")
    delayed = link.request()
    one.lead(5, isr=(1,), replicas=(1, 2))
    answer = link.serve(delayed)
    assert answer.responses[0].partitions[0].error_code == ErrorCode.FENCED_LEADER_EPOCH
    link.fetcher.handle(answer, 0)
    assert two.end == 0
    two.follow(1, 7)
    link.fetcher.add(two.partition)
    answer = link.serve(link.request())
    assert answer.responses[0].partitions[0].error_code == ErrorCode.UNKNOWN_LEADER_EPOCH


def test_bug_01_a_restarted_follower_keeps_what_the_leader_acknowledged(pair):
    """Bug 1: nobody cuts to the high watermark of a restart (KIP-101)."""
    one, two = pair
    link = lead_and_follow(one, two, 3, isr=(1, 2))
    one.append(b"a")
    link.step()  # the record is over
    link.step()  # the leader knows it, and has acknowledged; the follower's watermark is old
    assert one.partition.high_watermark == 1
    two.partition.high_watermark = 0
    two.disk.restart_process()
    two.open(clean=False)
    two.lead(4, isr=(2,), replicas=(1, 2))  # before it could ask anybody
    assert two.end == 1
    one.follow(2, 4, replicas=(1, 2))
    Link(two, one).run()
    assert one.read() == two.read() != b""


def test_bug_02_logs_that_parted_after_a_double_power_cut_come_together(pair):
    """Bug 2: the short one leads, writes at the same offset, the other one follows (KIP-101)."""
    one, two = pair
    link = lead_and_follow(one, two, 3)
    one.append(b"a")
    one.partition.log.flush()
    link.run()
    two.partition.log.flush()
    one.append(b"only here")
    two.disk.restart_machine(1)
    two.open(clean=False)
    assert two.end == 1
    two.lead(4, isr=(2,), replicas=(1, 2))
    two.append(b"other")
    assert one.end == two.end == 2
    one.follow(2, 4, replicas=(1, 2))
    Link(two, one).run()
    assert one.read() == two.read()


def test_bug_03_fast_elections_with_disjoint_epochs(pair):
    """Bug 3: each leader knows epochs that the other never saw (KIP-279)."""
    one, two = pair
    link = lead_and_follow(one, two, 1)
    one.append(b"common")
    link.run()
    for epoch in (2, 4):
        one.lead(epoch, isr=(1,), replicas=(1, 2))
        one.append(b"one %d" % epoch)
    for epoch in (3, 5):
        two.lead(epoch, isr=(2,), replicas=(1, 2))
        two.append(b"two %d" % epoch)
        two.append(b"more of %d" % epoch)
    one.follow(2, 5, replicas=(1, 2))
    Link(two, one).run()
    assert one.read() == two.read()
    assert one.end == 5


def test_bug_03_the_other_way_around(pair):
    """Bug 3: the leader's log is the shorter one."""
    one, two = pair
    link = lead_and_follow(one, two, 1)
    one.append(b"common")
    link.run()
    for epoch in (2, 4, 6):
        one.lead(epoch, isr=(1,), replicas=(1, 2))
        one.append(b"one %d" % epoch)
        one.append(b"more of %d" % epoch)
    two.lead(7, isr=(2,), replicas=(1, 2))
    one.follow(2, 7, replicas=(1, 2))
    Link(two, one).run()
    assert one.read() == two.read()
    assert one.end == 1


def test_nothing_in_common(pair):
    """A log whose epochs are all newer than the leader's is dropped whole."""
    one, two = pair
    one.lead(3, isr=(1,), replicas=(1, 2))
    one.append(b"one")
    two.lead(7, isr=(2,), replicas=(1, 2))
    two.append(b"two")
    two.append(b"two more")
    lead_and_follow(one, two, 8).run()
    assert two.read() == one.read()


def test_bug_17_a_leader_that_begins_behind_the_follower_means_a_fresh_start(link):
    """Bug 17, one way: the leader's start is behind the follower's end: everything is dropped."""
    link.run()
    for number in range(5):
        link.leader.append(b"%d" % number)
    link.leader.lead(3, isr=(1,), replicas=(1, 2), partition_epoch=1)
    link.leader.partition.advance_log_start_offset(5)
    link.run()
    assert link.follower.partition.log_start_offset == 5
    assert link.follower.read() == link.leader.read()


def test_bug_17_a_leader_that_ends_before_the_follower_means_a_cut(pair):
    """Bug 17, the other way: what is common stays, and the rest is cut."""
    one, two = pair
    link = lead_and_follow(one, two, 1)
    one.append(b"common")
    link.run()
    one.append(b"lost")
    kept = two.read()
    two.lead(2, isr=(2,), replicas=(1, 2))
    one.follow(2, 2, replicas=(1, 2))
    Link(two, one).run()
    assert one.read() == kept
    assert one.partition.log_start_offset == 0


def test_bug_17_an_empty_leader_cuts_everything_and_admits_nobody_before(pair):
    """Bug 17: an unclean leader without a record: more is not the same, the follower has to cut."""
    one, two = pair
    one.lead(1, isr=(1,), replicas=(1, 2))
    one.append(b"a")
    one.append(b"b")
    two.lead(2, isr=(2,), replicas=(1, 2))
    one.follow(2, 2, replicas=(1, 2))
    link = Link(two, one)
    link.step()
    assert two.surroundings.proposed == []
    assert one.end == 0
    link.step()
    assert len(two.surroundings.proposed) == 1


def test_bug_15_the_epochs_are_right_after_a_crash_within_a_cut(pair):
    """Bug 15: power fails at any call of a cut; the log and its epochs agree, and copying ends."""
    calls = 0
    while True:
        one, two = Replica(1), Replica(2)
        link = lead_and_follow(one, two, 1)
        one.append(b"common")
        link.run()
        for epoch in (2, 3, 4):
            two.lead(epoch, isr=(2,), replicas=(1, 2))
            two.append(b"two %d" % epoch)
        two.partition.log.flush()
        one.lead(5, isr=(1,), replicas=(1, 2))
        two.follow(1, 5, replicas=(1, 2))
        has_crashed = _cut_with_crash_at(two, calls)
        two.open(clean=False)
        log = two.partition.log
        assert log.leader_epochs.latest == log.leader_epochs.epoch_of(log.log_end_offset - 1)
        two.follow(1, 5, replicas=(1, 2))
        Link(one, two).run()
        assert two.read() == one.read()
        if not has_crashed:
            assert calls > 3
            return
        calls += 1


def _cut_with_crash_at(replica: Replica, calls: int) -> bool:
    disk = replica.disk
    disk.crash_at(disk.calls + calls + 1)
    try:
        replica.partition.truncate(1)
    except SimulatedCrash:
        disk.restart_machine(calls)
        return True
    disk.restart_process()
    return False


# limits on moves (KIP-73)


@pytest.fixture
def throttled(pair):
    """Return a link whose follower is being moved here, at 100 bytes in a second."""
    leader, follower = pair
    follower.partition.configure(LogConfig(follower_replication_throttled_replicas=("0:2",)))
    link = lead_and_follow(leader, follower, epoch=3)
    for _ in range(20):
        leader.append(b"a record")
    link.throttle.follow_settings(ThrottleSettings(follower_replication_throttled_rate=100))
    return link


def test_a_throttled_partition_is_left_out_until_the_limit_allows_it(throttled):
    """What has begun goes through; then it is asked for again after a pause, as often as needed."""
    link = throttled
    copied_bytes = len(link.leader.read(0, max_bytes=1 << 20))
    while link.follower.end < link.leader.end:
        asked = link.request()
        if asked is not None:
            link.fetcher.handle(link.serve(asked), link.now_ms)
            continue
        resume_ms = link.fetcher.resume_ms()
        assert resume_ms is not None
        assert resume_ms > link.now_ms
        link.now_ms = resume_ms
    first_answers_bytes = 200
    assert link.now_ms / 1000 >= (copied_bytes - first_answers_bytes) / 100
    link.run()


def test_the_leader_forgets_what_is_left_out(throttled):
    """Else its session would go on bringing records with other partitions' requests."""
    link = throttled
    link.step()
    link.request()  # it is asked for, and what comes with it uses the limit up
    link.throttle.record(link.follower.partition.log.config, 0, 1000, link.now_ms)
    other = Replica(2)
    other.follow(1, 3)
    other.partition.topic_id = b"o" * 16
    link.fetcher.add(other.partition)
    request = link.request()
    assert [(one.topic_id, one.partitions) for one in request.forgotten_topics_data] == [
        (TOPIC_ID, [0])
    ]
    assert TOPIC_ID not in [one.topic_id for one in request.topics]
    link.throttle.follow_settings(ThrottleSettings())
    link.now_ms += 1000
    request = link.request()
    assert TOPIC_ID in [one.topic_id for one in request.topics]
    assert request.forgotten_topics_data == []


def test_a_replica_that_has_caught_up_is_never_left_out(throttled):
    """Whoever writes with acks=all would wait for it."""
    link = throttled
    link.throttle.follow_settings(ThrottleSettings())
    link.run()
    link.throttle.follow_settings(ThrottleSettings(follower_replication_throttled_rate=0))
    link.throttle.record(link.follower.partition.log.config, 0, 1000, link.now_ms)
    assert link.throttle.is_exceeded(link.now_ms)
    link.leader.append(b"more")
    link.step()
    assert link.follower.end == link.leader.end


def test_partitions_that_nobody_named_are_copied_all_the_same(throttled):
    """The limit is for the moves only."""
    link = throttled
    link.follower.partition.configure(LogConfig())
    link.throttle.record(
        LogConfig(follower_replication_throttled_replicas=("*",)), 5, 10_000, link.now_ms
    )
    assert link.throttle.is_exceeded(link.now_ms)
    link.run()
