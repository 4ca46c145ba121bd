# SPDX-License-Identifier: Apache-2.0
"""What is visible, what is acknowledged, and who is told, under each promise."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import read_header, verify_crc
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.control import TransactionMarker
from ottla.records.record import Record, decode_records
from ottla.replication.partition import Partition
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedDisk

CLOCK = ManualClock()


class Observer:
    """Notes the high watermarks that it is told of."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def partition_advanced(self, partition):
        """Note one."""
        self.seen.append(partition.high_watermark)


class Bench:
    """One partition over a disk in memory."""

    def __init__(self, **config: object) -> None:
        self.disk = SimulatedDisk()
        self.disk.mkdir("/data")
        self.flush_requests: list[Partition] = []
        self.directory = SimpleNamespace(accepts_appends=True, refusal="no room")
        log = PartitionLog.open(
            "/data/t-0", "t", 0, LogConfig(**config), files=self.disk, clock=CLOCK, clean=True
        )
        self.partition = Partition(log, b"i" * 16, 5, self.flush_requests.append, self.directory)

    def append(self, *values: bytes, **fields: object) -> None:
        """Append in a burst of its own."""
        records = [Record(at, CLOCK.wall_ms(), b"k", value) for at, value in enumerate(values)]
        batch = memoryview(bytearray(build_batch(records, **fields)))
        self.partition.append(batch, CLOCK.wall_ms())
        self.partition.begin_burst()
        self.partition.finish_burst()


def acknowledged(partition: Partition, end_offset: int) -> tuple[bool, bool]:
    """Return whether acks=1 and acks=all would be answered."""
    return (
        partition.is_acknowledged(end_offset, all_replicas=False),
        partition.is_acknowledged(end_offset, all_replicas=True),
    )


def test_the_replicated_profile_acknowledges_at_the_end_of_the_burst():
    """The high watermark is the log end offset, and nobody asks for a flush."""
    bench = Bench()
    bench.append(b"a", b"b")
    assert bench.partition.acknowledges_at_once
    assert bench.partition.high_watermark == 2
    assert acknowledged(bench.partition, 2) == (True, True)
    assert bench.flush_requests == []


def test_the_ack_profile_acknowledges_what_is_flushed():
    """Before the flush nothing is visible; acks=1 does not wait for it."""
    bench = Bench(flush_profile="ack")
    bench.append(b"a", b"b")
    partition = bench.partition
    assert not partition.acknowledges_at_once
    assert partition.high_watermark == 0
    assert acknowledged(partition, 2) == (True, False)
    assert bench.flush_requests == [partition]
    partition.log.flush()
    partition.flushed()
    assert partition.high_watermark == 2
    assert acknowledged(partition, 2) == (True, True)


def test_flush_messages_holds_back_everybody():
    """From the n-th unflushed record on the answer waits for the flush; readers do not."""
    bench = Bench(flush_messages=3)
    bench.append(b"a", b"b")
    partition = bench.partition
    assert partition.high_watermark == 2
    assert acknowledged(partition, 2) == (True, True)
    bench.append(b"c")
    assert partition.high_watermark == 3
    assert acknowledged(partition, 3) == (False, False)
    partition.log.flush()
    partition.flushed()
    assert acknowledged(partition, 3) == (True, True)


def test_observers_hear_of_every_advance_until_they_forget():
    """Appends, flushes and deletions are told in the order in which observers came."""
    bench = Bench()
    partition, observer = bench.partition, Observer()
    partition.observe(observer)
    partition.observe(observer)
    bench.append(b"a")
    bench.append(b"b")
    partition.advance_log_start_offset(1)
    assert observer.seen == [1, 2, 2]
    partition.forget(observer)
    partition.forget(observer)
    bench.append(b"c")
    assert observer.seen == [1, 2, 2]


def test_an_observer_may_forget_itself_while_being_told():
    """Completing a parked request takes it off the list in the middle of the round."""
    bench = Bench()
    partition, second = bench.partition, Observer()

    class Once(Observer):
        def partition_advanced(self, partition):
            super().partition_advanced(partition)
            partition.forget(self)

    first = Once()
    partition.observe(first)
    partition.observe(second)
    bench.append(b"a")
    bench.append(b"b")
    assert (first.seen, second.seen) == ([1], [1, 2])


def test_retiring_wakes_everybody():
    """Whoever waits on a deleted partition looks again, and finds it retired."""
    bench = Bench()
    observer = Observer()
    bench.partition.observe(observer)
    bench.partition.retire()
    assert bench.partition.is_retired
    assert observer.seen == [0]


@pytest.mark.parametrize(
    ("epoch", "code"),
    [
        (-1, ErrorCode.NONE),
        (5, ErrorCode.NONE),
        (4, ErrorCode.FENCED_LEADER_EPOCH),
        (6, ErrorCode.UNKNOWN_LEADER_EPOCH),
    ],
)
def test_leader_epochs_are_fenced(epoch, code):
    """Older beliefs are fenced, newer ones are not known here yet."""
    assert Bench().partition.fence(epoch) is code


def test_records_are_deleted_up_to_the_high_watermark():
    """-1 means all of it; a lower offset than the start changes nothing."""
    bench = Bench()
    bench.append(b"a", b"b", b"c")
    partition = bench.partition
    assert partition.advance_log_start_offset(1) == 1
    assert partition.advance_log_start_offset(0) == 1
    assert partition.advance_log_start_offset(-1) == 3
    assert partition.log_start_offset == 3


@pytest.mark.parametrize("offset", [4, -2, 2**40])
def test_what_is_not_there_cannot_be_deleted(offset):
    """OFFSET_OUT_OF_RANGE beyond the high watermark and for negative offsets but -1."""
    bench = Bench()
    bench.append(b"a", b"b", b"c")
    with pytest.raises(ApiError) as raised:
        bench.partition.advance_log_start_offset(offset)
    assert raised.value.code is ErrorCode.OFFSET_OUT_OF_RANGE


def test_a_topic_that_is_compacted_only_keeps_its_records():
    """POLICY_VIOLATION; with cleanup.policy=compact,delete it is allowed."""
    bench = Bench(cleanup_compact=True, cleanup_delete=False)
    bench.append(b"a")
    with pytest.raises(ApiError) as raised:
        bench.partition.advance_log_start_offset(1)
    assert raised.value.code is ErrorCode.POLICY_VIOLATION
    bench.partition.configure(LogConfig(cleanup_compact=True, cleanup_delete=True))
    assert bench.partition.advance_log_start_offset(1) == 1


def test_a_changed_configuration_counts_from_the_next_append():
    """Limits and promises follow the topic's settings."""
    bench = Bench()
    bench.append(bytes(500))
    bench.partition.configure(LogConfig(max_message_bytes=300, flush_profile="ack"))
    assert not bench.partition.acknowledges_at_once
    with pytest.raises(ApiError) as raised:
        bench.append(bytes(500))
    assert raised.value.code is ErrorCode.MESSAGE_TOO_LARGE
    assert bench.partition.log.config.max_message_bytes == 300


def test_too_few_replicas_are_a_refusal():
    """NOT_ENOUGH_REPLICAS while fewer are in sync than min.insync.replicas."""
    bench = Bench(min_insync_replicas=2)
    with pytest.raises(ApiError) as raised:
        bench.partition.require_in_sync_replicas()
    assert raised.value.code is ErrorCode.NOT_ENOUGH_REPLICAS
    bench.partition.in_sync_replica_count = 2
    bench.partition.require_in_sync_replicas()


def test_transactional_batches_need_a_coordinator():
    """INVALID_TXN_STATE, and nothing is staged."""
    bench = Bench()
    with pytest.raises(ApiError) as raised:
        bench.append(b"a", producer_id=1, producer_epoch=0, base_sequence=0, transactional=True)
    assert raised.value.code is ErrorCode.INVALID_TXN_STATE
    assert bench.partition.log.log_end_offset == 0


TRANSACTION = {"producer_id": 1, "producer_epoch": 0, "transactional": True}
COMMIT, ABORT = TransactionMarker(True, 4), TransactionMarker(False, 4)


def test_verified_batches_open_a_transaction_that_a_marker_ends():
    """The last stable offset stays where the transaction began until its marker is there."""
    bench = Bench()
    partition = bench.partition
    partition.verifications.begin(1, 0).has_passed = True
    bench.append(b"a", base_sequence=0, **TRANSACTION)
    bench.append(b"b")
    assert (partition.last_stable_offset, partition.high_watermark) == (0, 2)
    result = partition.append_marker(1, 0, COMMIT, CLOCK.wall_ms())
    assert result.base_offset == 2
    partition.begin_burst()
    partition.finish_burst()
    assert partition.last_stable_offset == 3
    assert not partition.verifications.is_verified(1, 0)


def test_a_verification_counts_for_its_epoch_and_until_the_marker():
    """Another epoch has to ask again, and so has whoever was verified before the end came."""
    partition = Bench().partition
    verification = partition.verifications.begin(1, 0)
    assert not partition.verifications.is_verified(1, 0)
    assert partition.verifications.begin(1, 0) is verification
    verification.has_passed = True
    assert partition.verifications.is_verified(1, 0)
    assert not partition.verifications.is_verified(1, 1)
    partition.append_marker(1, 0, ABORT, CLOCK.wall_ms())
    assert not partition.verifications.is_verified(1, 0)


def test_a_batch_does_not_overtake_one_that_was_not_admitted():
    """The first batch of a transaction is the one that was asked for first, whatever came of it."""
    bench = Bench()
    partition = bench.partition
    partition.verifications.begin(1, 0, 10)
    partition.verifications.begin(1, 0, 5)  # refused for a while, and sent again
    partition.verifications.begin(1, 0, 10).has_passed = True
    with pytest.raises(ApiError) as raised:
        bench.append(b"late", base_sequence=10, **TRANSACTION)
    assert raised.value.code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    bench.append(b"first", base_sequence=5, **TRANSACTION)
    bench.append(b"second", base_sequence=6, **TRANSACTION)
    assert partition.log.log_end_offset == 2


def test_a_late_marker_of_protocol_two_ends_nothing():
    """KIP-890: it has the epoch that the next transaction is written with."""
    bench = Bench()
    partition = bench.partition
    marker = TransactionMarker(True, 4, transaction_version=2)
    partition.append_marker(1, 1, marker, CLOCK.wall_ms())
    partition.append_marker(1, 1, marker, CLOCK.wall_ms())  # its first answer was lost
    partition.verifications.begin(1, 1).has_passed = True
    bench.append(b"next", base_sequence=0, **TRANSACTION | {"producer_epoch": 1})
    with pytest.raises(ApiError) as raised:
        partition.append_marker(1, 1, marker, CLOCK.wall_ms())
    assert raised.value.code is ErrorCode.INVALID_PRODUCER_EPOCH
    assert partition.last_stable_offset == 2


def test_verifications_are_bounded(monkeypatch):
    """The oldest one goes: its producer asks again."""
    monkeypatch.setattr("ottla.replication.transaction_verification.VERIFICATIONS_MAX", 2)
    partition = Bench().partition
    for producer_id in (1, 2, 3):
        partition.verifications.begin(producer_id, 0).has_passed = True
    assert [partition.verifications.is_verified(one, 0) for one in (1, 2, 3)] == [False, True, True]


def test_bug_26_nothing_is_stable_before_its_marker_is_committed():
    """Bug 26: while the marker waits for the disk, readers of committed records wait too."""
    bench = Bench(flush_profile="ack")
    partition = bench.partition
    partition.verifications.begin(1, 0).has_passed = True
    bench.append(b"a", base_sequence=0, **TRANSACTION)
    partition.log.flush()
    partition.flushed()
    partition.append_marker(1, 0, ABORT, CLOCK.wall_ms())
    partition.begin_burst()
    partition.finish_burst()
    assert (partition.last_stable_offset, partition.high_watermark) == (0, 1)
    partition.log.flush()
    partition.flushed()
    assert (partition.last_stable_offset, partition.high_watermark) == (2, 2)


def test_bug_28_a_marker_of_an_old_epoch_or_coordinator_is_refused():
    """Bug 28: INVALID_PRODUCER_EPOCH and TRANSACTION_COORDINATOR_FENCED, and nothing is staged."""
    bench = Bench()
    partition = bench.partition
    partition.append_marker(1, 5, COMMIT, CLOCK.wall_ms())
    for epoch, marker, code in (
        (4, COMMIT, ErrorCode.INVALID_PRODUCER_EPOCH),
        (5, TransactionMarker(True, 3), ErrorCode.TRANSACTION_COORDINATOR_FENCED),
    ):
        with pytest.raises(ApiError) as raised:
            partition.append_marker(1, epoch, marker, CLOCK.wall_ms())
        assert raised.value.code is code
    assert partition.log.log_end_offset == 1


def test_a_coordinators_batch_needs_replicas_room_and_a_size():
    """NOT_ENOUGH_REPLICAS, MESSAGE_TOO_LARGE and the directory's refusal; else it is appended."""
    bench = Bench(max_message_bytes=100)
    partition = bench.partition
    small = bytearray(build_batch([Record(0, 1, b"k", b"v")]))
    large = bytearray(build_batch([Record(0, 1, b"k", b"v" * 100)]))
    with pytest.raises(ApiError) as raised:
        partition.append_of_coordinator(large, CLOCK.wall_ms())
    assert raised.value.code is ErrorCode.MESSAGE_TOO_LARGE
    assert partition.append_of_coordinator(small, CLOCK.wall_ms()).base_offset == 0
    partition.in_sync_replica_count = 0
    with pytest.raises(ApiError) as raised:
        partition.append_of_coordinator(small, CLOCK.wall_ms())
    assert raised.value.code is ErrorCode.NOT_ENOUGH_REPLICAS
    bench.directory.accepts_appends = False
    with pytest.raises(StorageError):
        partition.append_of_coordinator(small, CLOCK.wall_ms())
    with pytest.raises(StorageError):
        partition.append_marker(1, 0, COMMIT, CLOCK.wall_ms())


def test_a_coordinators_batches_within_a_transaction_have_no_sequence():
    """Any number of them follow each other, belong to the transaction, and survive a restart."""
    bench = Bench()
    partition = bench.partition
    for _ in range(3):
        batch = build_batch([Record(0, 1, b"k", b"v")], **TRANSACTION)
        partition.append_of_coordinator(bytearray(batch), CLOCK.wall_ms())
    partition.begin_burst()
    partition.finish_burst()
    assert (partition.last_stable_offset, partition.high_watermark) == (0, 3)
    log = PartitionLog.open(
        "/data/t-0", "t", 0, LogConfig(), files=bench.disk, clock=CLOCK, clean=False
    )
    assert log.first_unstable_offset == 0


def test_a_directory_that_takes_no_appends_refuses():
    """StorageError with the directory's own words, and nothing is staged."""
    bench = Bench()
    bench.directory.accepts_appends = False
    with pytest.raises(StorageError, match="no room"):
        bench.append(b"a")
    assert bench.partition.log.log_end_offset == 0


def test_the_high_watermark_starts_at_the_end_of_what_recovery_kept():
    """After a restart everything in the log is visible."""
    bench = Bench()
    bench.append(b"a", b"b")
    log = bench.partition.log
    again = Partition(log, b"i" * 16, 6, bench.flush_requests.append, bench.directory)
    assert again.high_watermark == 2


@pytest.mark.parametrize(
    ("compression_type", "sent", "stored"),
    [
        ("producer", Codec.GZIP, Codec.GZIP),
        ("uncompressed", Codec.GZIP, Codec.NONE),
        ("zstd", Codec.NONE, Codec.ZSTD),
        ("zstd", Codec.ZSTD, Codec.ZSTD),
    ],
)
def test_batches_are_stored_in_the_codec_of_the_topic(compression_type, sent, stored):
    """`compression.type` other than `producer` has the broker wrap the records anew."""
    bench = Bench(compression_type=compression_type)
    bench.append(b"a" * 100, b"b" * 100, codec=sent)
    batch = bench.partition.log.locate(0, 10_000, 2).read()
    verify_crc(batch)
    assert read_header(batch).codec == stored
    assert [record.value for record in decode_records(batch)] == [b"a" * 100, b"b" * 100]


@pytest.mark.parametrize("profile", ["replicated", "ack"])
def test_a_log_that_goes_on_elsewhere_takes_appends_there(profile):
    """The new directory decides whether; who waits for a flush gets one of the new files."""
    bench = Bench(flush_profile=profile)
    bench.append(b"a")
    bench.flush_requests.clear()
    bench.partition.relocated(SimpleNamespace(accepts_appends=False, refusal="no room there"))
    assert bench.flush_requests == ([bench.partition] if profile == "ack" else [])
    with pytest.raises(StorageError, match="no room there"):
        bench.append(b"b")
