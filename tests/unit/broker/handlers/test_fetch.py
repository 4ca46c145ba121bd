# SPDX-License-Identifier: Apache-2.0
"""Each error that Fetch answers, what it brings, and what it waits for."""

from __future__ import annotations

import asyncio
import errno
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.replication.replica_bench import Surroundings

from ottla.base.errors import StorageError
from ottla.broker.config import BrokerConfig
from ottla.broker.handlers import fetch
from ottla.metadata.image import PartitionImage
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    ForgottenTopic,
    ReplicaState,
)
from ottla.records.batch import read_header
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog

VERSIONS = fetch.VERSIONS
BY_NAME = 12
BY_ID = 18
LEADER_EPOCH = 5


def request(*wanted: tuple, max_wait_ms=0, min_bytes=1, max_bytes=1_000_000, **fields: Any):
    """Make a request of (topic or id, partition, offset, more fields) tuples."""
    topics = []
    for topic, index, offset, *more in wanted:
        by_id = isinstance(topic, bytes)
        partition = {"partition_max_bytes": 1_000_000} | (more[0] if more else {})
        topics.append(
            FetchTopic(
                topic="" if by_id else topic,
                topic_id=topic if by_id else bytes(16),
                partitions=[FetchPartition(partition=index, fetch_offset=offset, **partition)],
            )
        )
    return FetchRequest(
        max_wait_ms=max_wait_ms, min_bytes=min_bytes, max_bytes=max_bytes, topics=topics, **fields
    )


def outcomes(answer):
    """Return all partitions of an answer."""
    return [one for topic in answer.responses for one in topic.partitions]


def only(answer):
    """Return the one partition of an answer."""
    (outcome,) = outcomes(answer)
    return outcome


@pytest.mark.parametrize("version", VERSIONS)
def test_records_come_in_every_version(world, version):
    """What was appended is read from the asked offset's batch on, with all offsets told."""
    partition = world.partition()
    world.append(partition, b"a", b"b")
    world.append(partition, b"c")
    topic = partition.topic_id if version >= 13 else "t"
    outcome = only(world.client().ask(request((topic, 0, 2)), version))
    assert outcome.error_code == ErrorCode.NONE
    assert world.values(outcome.records) == [(2, b"c")]
    assert (outcome.high_watermark, outcome.last_stable_offset) == (3, 3)
    assert outcome.log_start_offset == (0 if version >= 5 else -1)


def test_an_offset_within_a_batch_brings_the_whole_batch(world):
    """Clients skip what they did not ask for."""
    partition = world.partition()
    world.append(partition, b"a", b"b", b"c")
    outcome = only(world.client().ask(request(("t", 0, 1)), BY_NAME))
    assert world.values(outcome.records) == [(0, b"a"), (1, b"b"), (2, b"c")]


@pytest.mark.parametrize("offset", [-1, 4, 10**12])
def test_offset_out_of_range(world, offset):
    """Before the start or beyond the end; the answer says where both are."""
    partition = world.partition()
    world.append(partition, b"a", b"b", b"c")
    outcome = only(world.client().ask(request(("t", 0, offset), max_wait_ms=1000), BY_NAME))
    assert outcome.error_code == ErrorCode.OFFSET_OUT_OF_RANGE
    assert (outcome.high_watermark, outcome.log_start_offset) == (3, 0)


def test_deleted_records_are_out_of_range(world):
    """An offset below the log start offset is gone."""
    partition = world.partition()
    world.append(partition, b"a", b"b")
    partition.advance_log_start_offset(1)
    outcome = only(world.client().ask(request(("t", 0, 0)), BY_NAME))
    assert outcome.error_code == ErrorCode.OFFSET_OUT_OF_RANGE
    assert outcome.log_start_offset == 1


@pytest.mark.parametrize(("topic", "index"), [("unknown", 0), ("t", 7), ("t", -1)])
def test_unknown_topic_or_partition(world, topic, index):
    """Neither the topic nor the number exists."""
    world.partition()
    outcome = only(world.client().ask(request((topic, index, 0), max_wait_ms=1000), BY_NAME))
    assert outcome.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_unknown_topic_id(world):
    """An id that no topic has; a known id with an unknown number is another error."""
    partition = world.partition()
    client = world.client()
    outcome = only(client.ask(request((b"?" * 16, 0, 0)), BY_ID))
    assert outcome.error_code == ErrorCode.UNKNOWN_TOPIC_ID
    outcome = only(client.ask(request((partition.topic_id, 3, 0)), BY_ID))
    assert outcome.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize(
    ("epoch", "code"),
    [
        (LEADER_EPOCH - 1, ErrorCode.FENCED_LEADER_EPOCH),
        (LEADER_EPOCH + 1, ErrorCode.UNKNOWN_LEADER_EPOCH),
        (LEADER_EPOCH, ErrorCode.NONE),
        (-1, ErrorCode.NONE),
    ],
)
def test_leader_epochs_are_compared(world, epoch, code):
    """A reader that believes in another leader epoch is told (KIP-320)."""
    world.partition()
    wanted = ("t", 0, 0, {"current_leader_epoch": epoch})
    assert only(world.client().ask(request(wanted), BY_NAME)).error_code == code


def test_followers_are_refused(world):
    """No other broker has a replica: NOT_LEADER_OR_FOLLOWER in both ways to say who asks."""
    partition = world.partition()
    client = world.client()
    outcome = only(client.ask(request(("t", 0, 0), replica_id=2), BY_NAME))
    assert outcome.error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER
    ask = request((partition.topic_id, 0, 0), replica_state=ReplicaState(replica_id=2))
    assert only(client.ask(ask, BY_ID)).error_code == ErrorCode.NOT_LEADER_OR_FOLLOWER


def test_a_read_that_fails_is_a_storage_error(world, monkeypatch):
    """KAFKA_STORAGE_ERROR, and the failure is reported."""
    partition = world.partition()
    world.append(partition, b"a")

    def fail(log, *place: int, minimum_one_batch):
        raise StorageError("the disk is gone")

    monkeypatch.setattr(PartitionLog, "locate", fail)
    outcome = only(world.client().ask(request(("t", 0, 0)), BY_NAME))
    assert outcome.error_code == ErrorCode.KAFKA_STORAGE_ERROR
    assert [failed for failed, _ in world.storage_failures] == [partition]


def test_session_errors_stand_at_the_top_of_the_answer(world):
    """FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR."""
    partition = world.partition()
    client = world.client()
    answer = client.ask(request(session_id=99, session_epoch=1), BY_NAME)
    assert answer.error_code == ErrorCode.FETCH_SESSION_ID_NOT_FOUND
    session_id = client.ask(request(("t", 0, 0), session_epoch=0), BY_NAME).session_id
    answer = client.ask(request(session_id=session_id, session_epoch=5), BY_NAME)
    assert answer.error_code == ErrorCode.INVALID_FETCH_SESSION_EPOCH
    ask = request((partition.topic_id, 0, 0), session_id=session_id, session_epoch=1)
    assert client.ask(ask, BY_ID).error_code == ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR
    assert answer.responses == []


def test_a_request_waits_for_a_record(world):
    """With nothing to read the request parks, and the next append answers it."""
    partition = world.partition()
    client = world.client()
    assert client.ask(request(("t", 0, 0), max_wait_ms=500), BY_NAME) is None
    world.append(partition, b"a")
    assert world.values(only(client.answer()).records) == [(0, b"a")]
    assert len(world.purgatory) == 0
    assert partition._observers == {}


def test_a_request_waits_for_min_bytes(world):
    """Too few bytes do not wake it for good."""
    partition = world.partition()
    client = world.client()
    assert client.ask(request(("t", 0, 0), max_wait_ms=500, min_bytes=150), BY_NAME) is None
    world.append(partition, b"a")
    assert client.answer() is None
    world.append(partition, b"b")
    world.append(partition, b"c")
    assert len(world.values(only(client.answer()).records)) >= 2


def test_a_request_that_waited_long_enough_gets_what_there_is(world):
    """At the deadline the answer leaves, empty or short of min_bytes."""
    partition = world.partition()
    client, other = world.client(), world.client()
    assert client.ask(request(("t", 0, 0), max_wait_ms=500), BY_NAME) is None
    assert other.ask(request(("t", 0, 0), max_wait_ms=600, min_bytes=10_000), BY_NAME) is None
    world.pass_time(500)
    outcome = only(client.answer())
    assert (outcome.error_code, world.values(outcome.records)) == (0, [])
    world.append(partition, b"a")
    world.pass_time(100)
    assert world.values(only(other.answer()).records) == [(0, b"a")]
    assert partition._observers == {}


def test_min_bytes_counts_over_all_partitions(world):
    """Two partitions that move make up the amount together."""
    first, second = world.partition("t", 0), world.partition("t", 1)
    client = world.client()
    ask = request(("t", 0, 0), ("t", 1, 0), max_wait_ms=500, min_bytes=130)
    assert client.ask(ask, BY_NAME) is None
    world.append(first, b"a")
    assert client.answer() is None
    world.append(second, b"b")
    assert [world.values(one.records) for one in outcomes(client.answer())] == [
        [(0, b"a")],
        [(0, b"b")],
    ]


def test_a_waiting_request_sees_its_topic_go(world):
    """A deleted topic wakes its readers with UNKNOWN_TOPIC_OR_PARTITION."""
    partition = world.partition()
    client = world.client()
    assert client.ask(request(("t", 0, 0), max_wait_ms=500), BY_NAME) is None
    del world.replicas.partitions["t", 0]
    partition.retire()
    assert only(client.answer()).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_an_error_does_not_wait(world):
    """One bad partition has the whole request answered at once."""
    world.partition()
    ask = request(("t", 0, 0), ("u", 0, 0), max_wait_ms=500)
    codes = [one.error_code for one in outcomes(world.client().ask(ask, BY_NAME))]
    assert codes == [ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]


def test_bug_36_readers_see_nothing_above_the_high_watermark(world):
    """Bug 36 (KIP-392), the leader's part: beyond the high watermark is no error, it waits.

    Under the ack profile a record is invisible until it is flushed, and then wakes readers.
    """
    partition = world.partition(flush_profile="ack")
    client = world.client()
    world.append(partition, b"a")
    assert client.ask(request(("t", 0, 0), max_wait_ms=500), BY_NAME) is None
    world.flush()
    outcome = only(client.answer())
    assert (world.values(outcome.records), outcome.high_watermark) == ([(0, b"a")], 1)


@pytest.mark.parametrize(
    ("offset", "code"),
    [
        (2, ErrorCode.OFFSET_OUT_OF_RANGE),  # below the start of the log
        (3, ErrorCode.NONE),
        (4, ErrorCode.NONE),  # at the watermark: it waits
        (5, ErrorCode.OFFSET_NOT_AVAILABLE),  # here, and not known to be committed
        (9, ErrorCode.OFFSET_NOT_AVAILABLE),  # not here yet; the leader may well have it
    ],
)
@pytest.mark.parametrize("fields", [{}, {"last_fetched_epoch": 5}])
def test_bug_36_a_follower_sends_nobody_to_the_beginning(world, offset, code, fields):
    """Bug 36 (KIP-392), the follower's part: what it does not know of is no offset out of range.

    Nor do the logs part where its own ends, when the consumer tells what it read last.
    """
    partition = world.partition()
    for _ in range(6):
        world.append(partition, b"v")
    partition.advance_log_start_offset(3)
    partition.follow(PartitionImage(0, 2, LEADER_EPOCH, 0, (1, 2), (1, 2)))
    partition.high_watermark = 4
    outcome = only(world.client().ask(request(("t", 0, offset, fields)), BY_NAME))
    assert outcome.error_code == code
    assert outcome.diverging_epoch.end_offset == -1
    found = [at for at, _ in world.values(outcome.records)]
    assert found == ([3] if offset == 3 else [])


def test_bug_35_a_reader_of_a_truncated_log_is_told_where_it_parts(world):
    """Bug 35 (KIP-320, KIP-595): its last record is of an epoch that ends elsewhere here."""
    partition = world.partition()
    world.append(partition, b"a")
    partition.leader_epoch = 9
    world.append(partition, b"b")
    lost = ("t", 0, 3, {"last_fetched_epoch": 7, "current_leader_epoch": 9})
    outcome = only(world.client().ask(request(lost), BY_NAME))
    assert outcome.error_code == ErrorCode.NONE
    assert (outcome.diverging_epoch.epoch, outcome.diverging_epoch.end_offset) == (5, 1)
    kept = ("t", 0, 1, {"last_fetched_epoch": 5, "current_leader_epoch": 9})
    outcome = only(world.client().ask(request(kept), BY_NAME))
    assert outcome.diverging_epoch.end_offset == -1
    assert world.values(outcome.records) == [(1, b"b")]


def test_bug_04_a_follower_of_an_older_epoch_gets_nothing(world):
    """Bug 4 (KIP-320): its fetch is fenced, and does not count as an acknowledgement."""
    partition = world.partition()
    surroundings = SimpleNamespace(
        broker_id=1, lag_ms_max=1000, now_ms=lambda: 0, is_eligible=lambda *_: True,
        propose=lambda *_: None,
    )  # fmt: skip
    image = PartitionImage(0, 1, 9, 0, (1, 2), (1, 2))
    partition.lead(image, surroundings)
    world.append(partition, b"a")
    state = ReplicaState(replica_id=2, replica_epoch=1)
    for epoch, code in (
        (8, ErrorCode.FENCED_LEADER_EPOCH),
        (10, ErrorCode.UNKNOWN_LEADER_EPOCH),
        (9, ErrorCode.NONE),
    ):
        asked = (partition.topic_id, 0, 1, {"current_leader_epoch": epoch})
        outcome = only(world.client().ask(request(asked, replica_state=state), BY_ID))
        assert outcome.error_code == code
        assert partition.high_watermark == (1 if code is ErrorCode.NONE else 0)


def test_bug_17_a_follower_beyond_an_empty_log_is_told_to_cut(world):
    """Bug 17: more records than the leader has are other records; it is not in sync with them."""
    partition = world.partition()
    proposed = []
    surroundings = SimpleNamespace(
        broker_id=1, lag_ms_max=1000, now_ms=lambda: 0, is_eligible=lambda *_: True,
        propose=lambda *what: proposed.append(what),
    )  # fmt: skip
    partition.lead(PartitionImage(0, 1, 9, 0, (1, 2), (1,)), surroundings)
    state = ReplicaState(replica_id=2, replica_epoch=1)
    fields = {"current_leader_epoch": 9, "last_fetched_epoch": 7}
    asked = (partition.topic_id, 0, 5, fields)
    outcome = only(world.client().ask(request(asked, replica_state=state), BY_ID))
    assert (outcome.diverging_epoch.epoch, outcome.diverging_epoch.end_offset) == (9, 0)
    assert proposed == []


def test_max_bytes_bounds_the_answer_but_one_batch_always_comes(world):
    """A batch above every limit is still delivered when it is the first."""
    partition = world.partition()
    for _ in range(3):
        world.append(partition, bytes(5000))
    wanted = ("t", 0, 0, {"partition_max_bytes": 10})
    outcome = only(world.client().ask(request(wanted, max_bytes=10), BY_NAME))
    assert len(world.values(outcome.records)) == 1


def test_the_limit_of_the_request_is_shared_by_its_partitions(world):
    """What the first partition took is missing for the second, and 0 bytes brings no batch."""
    for index in range(2):
        partition = world.partition("t", index)
        for _ in range(4):
            world.append(partition, bytes(5000))
    ask = request(("t", 0, 0), ("t", 1, 0), max_bytes=5200)
    first, second = outcomes(world.client().ask(ask, BY_NAME))
    assert len(first.records) > 0
    assert len(second.records) == 0
    assert second.error_code == ErrorCode.NONE


def test_the_broker_limits_what_one_answer_holds(world):
    """fetch.max.bytes holds whatever the request asks for."""
    world.dispatcher._fetch.fetch_bytes_max = 6000
    partition = world.partition(index_interval_bytes=1)
    for _ in range(4):
        world.append(partition, bytes(5000))
    outcome = only(world.client().ask(request(("t", 0, 0), max_bytes=2**31 - 1), BY_NAME))
    assert 0 < len(outcome.records) <= 6000


@pytest.mark.parametrize("max_bytes", [0, -5, -(2**31)])
def test_senseless_limits_bring_one_batch(world, max_bytes):
    """Zero and negative limits are no error and no flood."""
    partition = world.partition()
    world.append(partition, b"a")
    world.append(partition, b"b")
    wanted = ("t", 0, 0, {"partition_max_bytes": max_bytes})
    for ask in (request(wanted), request(("t", 0, 0), max_bytes=max_bytes)):
        outcome = only(world.client().ask(ask, BY_NAME))
        assert world.values(outcome.records)[0] == (0, b"a")


def test_a_session_answers_changes_only(world):
    """Partitions without news are left out; what moved comes with its new high watermark."""
    quiet, busy = world.partition("t", 0), world.partition("t", 1)
    client = world.client()
    ask = request(("t", 0, 0), ("t", 1, 0), session_epoch=0)
    session_id = client.ask(ask, BY_NAME).session_id
    assert session_id > 0
    answer = client.ask(request(session_id=session_id, session_epoch=1), BY_NAME)
    assert answer.responses == []
    world.append(busy, b"a")
    answer = client.ask(request(session_id=session_id, session_epoch=2), BY_NAME)
    assert only(answer).partition_index == 1
    assert world.values(only(answer).records) == [(0, b"a")]
    answer = client.ask(request(("t", 1, 1), session_id=session_id, session_epoch=3), BY_NAME)
    assert answer.responses == []
    world.append(quiet, b"q")
    answer = client.ask(
        request(
            session_id=session_id,
            session_epoch=4,
            forgotten_topics_data=[ForgottenTopic(topic="t", partitions=[0])],
        ),
        BY_NAME,
    )
    assert answer.responses == []


def test_a_session_repeats_an_error_until_it_is_over_and_says_so(world):
    """An error is answered each time, and once more when it has gone."""
    client = world.client()
    session_id = client.ask(request(("t", 0, 0), session_epoch=0), BY_NAME).session_id
    answer = client.ask(request(session_id=session_id, session_epoch=1), BY_NAME)
    assert only(answer).error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    world.partition()
    answer = client.ask(request(session_id=session_id, session_epoch=2), BY_NAME)
    assert only(answer).error_code == ErrorCode.NONE
    answer = client.ask(request(session_id=session_id, session_epoch=3), BY_NAME)
    assert answer.responses == []


def test_a_waiting_session_request_is_woken_by_any_of_its_partitions(world):
    """An incremental request names nothing and still waits for everything it follows."""
    world.partition("t", 0)
    second = world.partition("t", 1)
    client = world.client()
    ask = request(("t", 0, 0), ("t", 1, 0), session_epoch=0)
    session_id = client.ask(ask, BY_NAME).session_id
    ask = request(session_id=session_id, session_epoch=1, max_wait_ms=500)
    assert client.ask(ask, BY_NAME) is None
    world.append(second, b"a")
    assert only(client.answer()).partition_index == 1


def test_a_partition_that_was_paused_and_resumed_wakes_its_reader(world):
    """Forgotten and taken in again without a record in between, it is followed as before."""
    paused = world.partition("t", 0)
    world.partition("t", 1)
    client = world.client()
    ask = request(("t", 0, 0), ("t", 1, 0), session_epoch=0)
    session_id = client.ask(ask, BY_NAME).session_id
    forgotten = [ForgottenTopic(topic="t", partitions=[0])]
    client.ask(
        request(session_id=session_id, session_epoch=1, forgotten_topics_data=forgotten), BY_NAME
    )
    ask = request(("t", 0, 0), session_id=session_id, session_epoch=2, max_wait_ms=500)
    assert client.ask(ask, BY_NAME) is None
    world.append(paused, b"a")
    assert world.values(only(client.answer()).records) == [(0, b"a")]


def test_a_session_may_end_while_its_partition_tells_observers(world):
    """Another reader's wake may end it; what comes too late is passed over."""
    partition = world.partition("t", 0)
    client = world.client()
    session_id = client.ask(request(("t", 0, 0), session_epoch=0), BY_NAME).session_id
    session = world.services.fetch_sessions._sessions[session_id]
    assert partition in session.followed
    session.close()
    session.partition_advanced(partition)
    assert session.followed == {}


def test_a_small_limit_serves_the_partitions_in_turn(world):
    """Whoever delivered goes to the end of the session's line."""
    for index in range(3):
        world.append(world.partition("t", index), bytes(5000))
    client = world.client()
    ask = request(("t", 0, 0), ("t", 1, 0), ("t", 2, 0), session_epoch=0, max_bytes=10)
    answer = client.ask(ask, BY_NAME)
    served = [[one.partition_index for one in outcomes(answer) if one.records]]
    for epoch in (1, 2):
        ask = request(session_id=answer.session_id, session_epoch=epoch, max_bytes=10)
        found = client.ask(ask, BY_NAME)
        served.append([one.partition_index for one in outcomes(found) if one.records])
    assert served == [[0], [1], [2]]


def test_read_committed_stops_at_the_last_stable_offset(world):
    """An open transaction hides itself and what follows; its abort is listed with the data."""
    partition = world.partition()
    world.append(partition, b"a")
    batch = world.batch(b"x", producer_id=9, producer_epoch=0, base_sequence=0, transactional=True)
    log, now_ms = partition.log, world.clock.wall_ms()
    data = memoryview(bytearray(batch))
    log.append(data, (read_header(data),), LEADER_EPOCH, now_ms)
    partition.finish_burst()
    client = world.client()
    outcome = only(client.ask(request(("t", 0, 0), isolation_level=1), BY_NAME))
    assert world.values(outcome.records) == [(0, b"a")]
    assert (outcome.last_stable_offset, outcome.high_watermark) == (1, 2)
    assert outcome.aborted_transactions == []
    outcome = only(client.ask(request(("t", 0, 0), isolation_level=0), BY_NAME))
    assert world.values(outcome.records) == [(0, b"a"), (1, b"x")]
    assert outcome.aborted_transactions is None
    abort = build_transaction_marker(
        TransactionMarker(committed=False, coordinator_epoch=0),
        producer_id=9,
        producer_epoch=0,
        timestamp_ms=now_ms,
    )
    marker = memoryview(bytearray(abort))
    log.append(marker, (read_header(marker),), LEADER_EPOCH, now_ms)
    partition.finish_burst()
    outcome = only(client.ask(request(("t", 0, 0), isolation_level=1), BY_NAME))
    assert outcome.last_stable_offset == 3
    assert [(one.producer_id, one.first_offset) for one in outcome.aborted_transactions] == [(9, 1)]


def in_loop_with_disk_thread(world, test):
    """Run a coroutine with a thread for cold reads."""

    async def run():
        with ThreadPoolExecutor(1) as executor:
            world.dispatcher._fetch.disk_executor = executor
            await test()

    asyncio.run(run())


async def until_answered(world, client):
    """Let the disk's thread finish and the loop take note, then return the answer."""
    world.dispatcher._fetch.disk_executor.shutdown()
    for _ in range(5):
        await asyncio.sleep(0)
    return client.answer()


def test_what_the_page_cache_lacks_is_read_in_a_thread(world):
    """The loop does not wait for the disk; the answer is the same."""
    partition = world.partition()
    world.append(partition, b"a")
    client = world.client()

    async def test():
        world.disk.is_cold = True
        assert client.ask(request(("t", 0, 0)), BY_NAME) is None
        answer = await until_answered(world, client)
        assert world.values(only(answer).records) == [(0, b"a")]

    in_loop_with_disk_thread(world, test)


def test_a_cold_read_that_fails_is_a_storage_error(world):
    """KAFKA_STORAGE_ERROR reaches the client also from the thread."""
    partition = world.partition()
    world.append(partition, b"a")
    client = world.client()

    async def test():
        world.disk.is_cold = True
        world.disk.fail_next("pread", errno.EIO)
        assert client.ask(request(("t", 0, 0)), BY_NAME) is None
        answer = await until_answered(world, client)
        assert only(answer).error_code == ErrorCode.KAFKA_STORAGE_ERROR

    in_loop_with_disk_thread(world, test)


def test_a_parked_request_may_end_in_a_cold_read(world):
    """The deadline comes while what was found is not in the page cache."""
    partition = world.partition()
    client = world.client()

    async def test():
        ask = request(("t", 0, 0), max_wait_ms=500, min_bytes=10_000)
        assert client.ask(ask, BY_NAME) is None
        world.disk.is_cold = True
        world.append(partition, b"a")
        world.pass_time(500)
        answer = await until_answered(world, client)
        assert world.values(only(answer).records) == [(0, b"a")]

    in_loop_with_disk_thread(world, test)


def test_a_request_that_is_no_fetch_request_closes(world):
    """Junk behind the header ends the connection."""
    client = world.client()
    frame = bytearray(client.frame(request(("t", 0, 0)), BY_NAME))
    frame[46:56] = b"\xff" * 10
    client.send(bytes(frame))
    assert client.is_closed


# limits on moves (KIP-73)


@pytest.fixture
def moved(world):
    """Return a partition that broker 1 leads, with followers 2 (in sync) and 3 (being added)."""
    partition = world.partition(leader_replication_throttled_replicas=("0:1",))
    state = PartitionImage(0, 1, LEADER_EPOCH + 1, 1, (1, 2, 3), (1, 2))
    partition.lead(state, Surroundings(1, world.clock))
    for _ in range(4):
        world.append(partition, bytes(1000))
    return partition


def fetch_as(client, partition, replica_id, offset=0, **fields: Any):
    """Ask as a follower does."""
    replica_state = ReplicaState(replica_id=replica_id, replica_epoch=-1)
    wanted = (partition.topic_id, 0, offset, {"partition_max_bytes": 100})
    return client.ask(request(wanted, replica_state=replica_state, **fields), BY_ID)


def limit(world, rate):
    """Set the leader's rate."""
    world.services.leader_throttle.follow_settings(
        BrokerConfig.load({"leader.replication.throttled.rate": str(rate)})
    )


def test_a_follower_that_lags_gets_nothing_while_the_limit_is_used_up(world, moved):
    """It waits, and gets more when time has passed."""
    limit(world, 500)
    client = world.client()
    assert len(only(fetch_as(client, moved, 3)).records) > 1000
    outcome = only(fetch_as(client, moved, 3, 1))
    assert (outcome.error_code, outcome.records, outcome.high_watermark) == (0, b"", 0)
    assert fetch_as(client, moved, 3, 1, max_wait_ms=500) is None
    world.pass_time(500)
    assert only(client.answer()).records == b""
    world.pass_time(3000)
    assert len(only(fetch_as(client, moved, 3, 1)).records) > 1000


def test_in_sync_followers_and_consumers_are_never_held_back(world, moved):
    """Writers wait for the former, and the limit is not for the latter."""
    limit(world, 0)
    fetch_as(world.client(), moved, 3)
    client = world.client()
    assert only(fetch_as(client, moved, 3, 1)).records == b""
    assert len(only(fetch_as(client, moved, 2)).records) > 1000
    fetch_as(client, moved, 2, 4)
    outcome = only(client.ask(request((moved.topic_id, 0, 0)), BY_ID))
    assert len(outcome.records) > 1000


def test_a_topic_that_names_no_replicas_is_not_limited(world, moved):
    """Moves of one topic do not slow down another."""
    limit(world, 0)
    fetch_as(world.client(), moved, 3)
    moved.configure(LogConfig(leader_replication_throttled_replicas=("0:2", "1:1")))
    assert len(only(fetch_as(world.client(), moved, 3, 1)).records) > 1000


def test_a_throttled_partition_stays_in_its_session(world, moved):
    """The next request of the session looks at it again, though nothing has moved."""
    limit(world, 500)
    client = world.client()
    first = fetch_as(client, moved, 3, session_epoch=0)
    assert len(only(first).records) > 1000
    replica_state = ReplicaState(replica_id=3, replica_epoch=-1)
    fetch_as(client, moved, 3, 1, session_id=first.session_id, session_epoch=1)
    world.pass_time(3000)
    later = client.ask(
        request(session_id=first.session_id, session_epoch=2, replica_state=replica_state), BY_ID
    )
    assert len(only(later).records) > 1000
