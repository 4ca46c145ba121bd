# SPDX-License-Identifier: Apache-2.0
"""Claims about the partition log: appending, reading, rolling, cutting, reopening."""

from __future__ import annotations

import errno
import os

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import read_header
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record, decode_records
from ottla.storage.files import DiskFull, LocalFileSystem, OpenFiles
from ottla.storage.log_config import LogConfig
from ottla.storage.log_segment import SegmentContext
from ottla.storage.partition_log import PartitionLog

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000


def test_an_empty_log_has_no_log_file_but_its_topic_id(disk):
    """Opening an empty directory makes the directory and partition.metadata, nothing else."""
    topic_id = bytes(range(16))
    log = PartitionLog.open(
        DIRECTORY, "topic", 0, LogConfig(), files=disk, clock=ManualClock(), clean=True,
        topic_id=topic_id,
    )  # fmt: skip
    assert disk.listdir(DIRECTORY) == ["partition.metadata"]
    assert (log.log_start_offset, log.log_end_offset, log.size_bytes) == (0, 0, 0)
    log.close()
    assert disk.listdir(DIRECTORY) == ["partition.metadata"]
    again = PartitionLog.open(
        DIRECTORY, "topic", 0, LogConfig(), files=disk, clock=ManualClock(), clean=True
    )
    assert again.topic_id == topic_id


def test_append_patches_offset_and_leader_epoch_in_place(on_disk):
    """The caller's memory becomes the batch on disk, and the CRC stays true."""
    data = build_batch([Record(0, TIME_MS, b"k", b"v"), Record(1, TIME_MS, b"k", b"w")])
    on_disk.append(b"first")
    view = memoryview(bytearray(data))
    result = on_disk.log.append(view, [read_header(view)], 7, 0)
    assert result == (1, 2, -1, 0, False)
    on_disk.log.write_staged()
    header = read_header(view)
    assert (header.base_offset, header.partition_leader_epoch) == (1, 7)
    assert on_disk.read_all()[1] == (1, bytes(view))
    assert [record.value for record in decode_records(view)] == [b"v", b"w"]


def test_staged_appends_reach_the_disk_in_one_call(on_disk):
    """A burst costs one write, whatever its number of batches; more than IOV_MAX cost two."""
    on_disk.append(b"first, which also begins the leader epoch")
    on_disk.log.write_staged()
    calls = []
    write = on_disk.disk.pwritev

    def counting(handle, buffers, position):
        calls.append(len(buffers))
        return write(handle, buffers, position)

    on_disk.disk.pwritev = counting
    for number in range(1500):
        on_disk.append(b"%d" % number)
    assert calls == []
    on_disk.log.write_staged()
    assert calls == [1024, 476]
    assert on_disk.offsets() == list(range(1501))


def test_a_short_write_is_continued(on_disk):
    """What the kernel did not take at once follows, byte for byte."""
    on_disk.disk.write_bytes_max = 37
    expected = [on_disk.append(b"x" * 50).base_offset for _ in range(5)]
    assert on_disk.offsets() == expected
    assert all(decode_records(batch)[0].value == b"x" * 50 for _, batch in on_disk.read_all())


def test_several_batches_in_one_append_follow_each_other(on_disk):
    """Each batch of one append gets its own base offset."""
    batches = [build_batch([Record(n, TIME_MS, None, b"v") for n in range(3)]) for _ in range(4)]
    view = memoryview(bytearray(b"".join(batches)))
    headers = [read_header(batch) for batch in batches]
    assert on_disk.log.append(view, headers, 0, 0)[:2] == (0, 11)
    assert on_disk.offsets() == [0, 3, 6, 9]


def test_reading_meets_every_batch_whatever_the_limit(on_disk):
    """With any max_bytes a sequential reader sees all batches once, in order."""
    on_disk.configure(segment_bytes=4000, index_interval_bytes=300)
    expected = []
    for number in range(200):
        on_disk.append(*[b"value"] * (number % 7 + 1))
        expected.append(on_disk.log.log_end_offset)
    assert len(on_disk.log.segments) > 5
    for max_bytes in (1, 61, 100, 299, 1000, 5000, 1 << 20):
        on_disk.log._known_positions = None
        assert on_disk.offsets() == [0, *expected[:-1]]
        assert on_disk.read_all(max_bytes=max_bytes) == on_disk.read_all()


def test_locate_honours_its_limits(on_disk):
    """Nothing at or behind max_offset is served; a batch that is too large only when asked for."""
    for number in range(10):
        on_disk.append(b"%03d" % number)
    log = on_disk.log
    batch_bytes = log.size_bytes // 10
    assert log.locate(10, 1000, 10) is None
    assert log.locate(4, 1000, 4) is None
    assert log.locate(4, 1000, 6).size == 2 * batch_bytes
    assert log.locate(4, 10, 10, minimum_one_batch=False) is None
    assert log.locate(4, 10, 10, minimum_one_batch=True).size == batch_bytes
    assert log.locate(4, 10, 10).position == 4 * batch_bytes
    for offset in (-1, 11):
        with pytest.raises(ApiError) as caught:
            log.locate(offset, 1000, 10)
        assert caught.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_locate_in_the_middle_of_a_batch_begins_with_that_batch(on_disk):
    """Batches are served whole: clients skip the records below the offset they asked for."""
    on_disk.append(b"a", b"b", b"c")
    on_disk.append(b"d", b"e", b"f")
    part = on_disk.log.locate(4, 1 << 20, 6)
    assert read_header(part.read_nowait()).base_offset == 3


def test_what_is_not_in_the_page_cache_is_left_to_a_thread(on_disk):
    """A cold slice says None without waiting, and finds the right bytes when it may wait."""
    on_disk.configure(segment_bytes=1 << 20, index_interval_bytes=500)
    for number in range(100):
        on_disk.append(b"%03d" % number)
    expected = on_disk.read_all()
    on_disk.log._known_positions = None
    on_disk.disk.is_cold = True
    part = on_disk.log.locate(57, 1000, 100)
    assert part.read_nowait() is None
    data = bytes(part.read())
    assert data.startswith(expected[57][1])
    assert len(data) == 1000
    assert on_disk.read_all() == expected


def test_a_reader_at_the_end_of_a_rolled_segment_goes_on_in_a_cold_one(on_disk):
    """The remembered end is stale after a roll; the next segment may not be in the page cache."""
    on_disk.configure(segment_bytes=1 << 20, index_interval_bytes=500)
    for number in range(20):
        on_disk.append(b"%03d" % number)
    log = on_disk.log
    assert log.locate(0, 1 << 20, 20).size == log.size_bytes  # remembers offset 20
    log.roll()
    for number in range(20, 60):
        on_disk.append(b"%03d" % number)
    expected = on_disk.read_all()[20][1]
    log._known_positions = {20: (log.segments[0], log.segments[0].size_bytes)}
    on_disk.disk.is_cold = True
    part = log.locate(30, 1 << 20, 60)
    assert part.read_nowait() is None
    part = log.locate(20, 1 << 20, 60)
    assert bytes(part.read()).startswith(expected)


def test_a_slice_outlives_the_deletion_of_its_segment(on_disk):
    """A reader in a thread keeps its file, although retention and the cache have let go of it."""
    on_disk.configure(segment_bytes=200)
    for number in range(10):
        on_disk.append(b"%03d" % number)
    expected = on_disk.read_all()[0][1]
    part = on_disk.log.locate(0, len(expected), 10)
    on_disk.log.advance_log_start_offset(9)
    for path in on_disk.log.take_deleted_files(10**9):
        on_disk.disk.unlink(path)
    assert bytes(part.read()) == expected


@pytest.mark.parametrize("clean", [True, False])
def test_a_closed_log_opens_as_it_was(on_disk, clean):
    """Offsets, batches, epochs and recovery point survive a close and an open."""
    on_disk.configure(segment_bytes=1000, index_interval_bytes=100)
    for number in range(50):
        on_disk.append(b"%03d" % number, leader_epoch=number // 20)
    before = on_disk.read_all()
    on_disk.log.close()
    log = on_disk.open(clean=clean, recovery_point=0 if not clean else 50)
    assert on_disk.read_all() == before
    assert log.leader_epochs.entries == [(0, 0), (1, 20), (2, 40)]
    assert log.log_end_offset == 50
    assert log.recovery_point == (50 if clean else 0)
    assert log.corruption is None
    assert on_disk.append(b"more", leader_epoch=2).base_offset == 50
    assert [offset for offset, _ in on_disk.read_all()] == list(range(51))


def test_segments_roll_by_size_time_index_and_offset(on_disk):
    """Each of Kafka's four reasons begins a new segment."""
    batch_bytes = len(build_batch([Record(0, TIME_MS, None, b"v")]))

    def bases_after(**settings: int):
        on_disk.log.truncate_fully_at(0)
        on_disk.configure(**settings)
        for number in range(4):
            on_disk.append(b"v", timestamp_ms=TIME_MS + number * 1000)
        return [segment.base_offset for segment in on_disk.log.segments]

    assert bases_after() == [0]
    assert bases_after(segment_bytes=2 * batch_bytes) == [0, 2]
    assert bases_after(segment_ms=1500) == [0, 2]
    assert bases_after(segment_index_bytes=24, index_interval_bytes=0) == [0, 3]
    on_disk.log.truncate_fully_at(0)
    on_disk.configure()
    on_disk.append(b"v")
    on_disk.log.log_end_offset = 2**31 - 1  # as if as many records were there
    on_disk.append(b"v")
    on_disk.append(b"v")
    assert [segment.base_offset for segment in on_disk.log.segments] == [0, 2**31]


def test_a_roll_leaves_files_that_are_complete(on_disk):
    """The rolled segment has its indexes, the time index ends with the largest timestamp."""
    on_disk.configure(index_interval_bytes=0)
    for number in range(5):
        on_disk.append(b"v", timestamp_ms=TIME_MS + number)
    on_disk.log.roll()
    names = on_disk.disk.listdir(DIRECTORY)
    assert f"{5:020d}.log" in names
    assert f"{5:020d}.snapshot" in names
    index = on_disk.disk.content(f"{DIRECTORY}/{0:020d}.index")
    assert len(index) == 4 * 8
    assert int.from_bytes(index[:4], "big") == 1
    time_index = on_disk.disk.content(f"{DIRECTORY}/{0:020d}.timeindex")
    assert int.from_bytes(time_index[-12:-4], "big") == TIME_MS + 4
    assert on_disk.log.roll() is on_disk.log.segments[-1]
    assert len(on_disk.log.segments) == 2


def test_a_full_disk_takes_back_what_was_staged(on_disk):
    """ENOSPC loses the staged batches only; the log goes on when there is room again."""
    on_disk.append(b"kept", producer_id=1, producer_epoch=0, base_sequence=0)
    on_disk.log.write_staged()
    used = sum(len(file.cached) for file in on_disk.disk._entries.values() if file)
    on_disk.disk.capacity_bytes = used + 10
    on_disk.append(b"lost", producer_id=1, producer_epoch=0, base_sequence=1)
    on_disk.append(b"lost")
    with pytest.raises(DiskFull):
        on_disk.log.write_staged()
    assert not on_disk.log.is_offline
    assert on_disk.log.log_end_offset == 1
    assert on_disk.offsets() == [0]
    on_disk.disk.capacity_bytes = 1 << 30
    retry = on_disk.append(b"again", producer_id=1, producer_epoch=0, base_sequence=1)
    assert (retry.base_offset, retry.duplicate) == (1, False)
    assert on_disk.offsets() == [0, 1]


def test_a_failed_write_takes_the_log_offline(on_disk):
    """EIO is final: the append fails and so do all later ones."""
    on_disk.append(b"kept")
    on_disk.log.write_staged()
    on_disk.disk.fail_next("pwritev", errno.EIO)
    on_disk.append(b"lost")
    with pytest.raises(StorageError):
        on_disk.log.write_staged()
    assert on_disk.log.is_offline
    with pytest.raises(StorageError):
        on_disk.append(b"refused")


def test_a_failed_fsync_is_final(on_disk):
    """After EIO from fdatasync nothing is retried, and nothing counts as flushed."""
    on_disk.append(b"v")
    on_disk.disk.fail_next("fdatasync", errno.EIO)
    with pytest.raises(StorageError):
        on_disk.log.flush()
    assert on_disk.log.is_offline
    assert on_disk.log.recovery_point == 0


def test_flush_moves_the_recovery_point_to_what_it_covered(on_disk):
    """Batches that are appended while a flush runs are not counted as flushed."""
    on_disk.append(b"v")
    job = on_disk.log.prepare_flush()
    on_disk.append(b"w")
    job.run()
    on_disk.log.complete_flush(job)
    assert on_disk.log.recovery_point == 1
    on_disk.log.flush()
    assert on_disk.log.recovery_point == 2
    assert on_disk.log.prepare_flush() is None


@pytest.mark.parametrize("seed", range(8))
def test_a_flush_relies_on_none_that_is_under_way(on_disk, seed):
    """Whichever job comes back first has waited for the new file's name as well."""
    on_disk.append(b"v")
    on_disk.log.prepare_flush()  # slow
    on_disk.append(b"w")
    job = on_disk.log.prepare_flush()
    job.run()
    on_disk.log.complete_flush(job)
    assert on_disk.log.recovery_point == 2
    name = on_disk.log.segments[0].log_path
    on_disk.disk.restart_machine(seed)
    assert on_disk.disk.stat(name) is not None


def test_a_flush_that_a_truncation_overtook_counts_for_nothing(on_disk):
    """What was written anew behind a truncation was not in the flush."""
    for _ in range(5):
        on_disk.append(b"v")
    job = on_disk.log.prepare_flush()
    job.run()
    on_disk.log.truncate_to(2)
    for _ in range(5):
        on_disk.append(b"w")
    on_disk.log.complete_flush(job)
    assert on_disk.log.recovery_point == 0


def test_a_flush_that_a_deletion_overtook_is_no_failure(on_disk):
    """The directory was renamed while a thread was about to sync it: the disk is not to blame."""
    on_disk.append(b"v")
    job = on_disk.log.prepare_flush()
    directory = on_disk.log.directory
    on_disk.disk.rename(directory, f"{directory}-delete")
    job.run()


def test_truncate_to_cuts_across_segments(on_disk):
    """Everything from the offset on goes: batches, segments, epochs, producers."""
    on_disk.configure(segment_bytes=300, index_interval_bytes=50)
    for number in range(20):
        on_disk.append(
            b"v", leader_epoch=number // 5, producer_id=9, producer_epoch=0, base_sequence=number
        )
    before = on_disk.read_all()
    on_disk.log.truncate_to(7)
    assert on_disk.log.log_end_offset == 7
    assert on_disk.read_all() == before[:7]
    assert on_disk.log.leader_epochs.entries == [(0, 0), (1, 5)]
    assert on_disk.log.producer_state.entries[9].last_sequence == 6
    again = on_disk.append(b"v", leader_epoch=9, producer_id=9, producer_epoch=0, base_sequence=7)
    assert again.base_offset == 7
    on_disk.log.close()
    on_disk.open(clean=True)
    assert on_disk.offsets() == list(range(8))


def test_truncating_inside_a_batch_drops_the_batch(on_disk):
    """A log never ends inside a batch."""
    on_disk.append(b"a", b"b", b"c")
    on_disk.append(b"d", b"e", b"f")
    on_disk.log.truncate_to(4)
    assert on_disk.log.log_end_offset == 3


def test_truncate_fully_begins_anew(on_disk):
    """The log is empty at the given offset, also after an unclean stop."""
    on_disk.append(b"v")
    on_disk.log.truncate_fully_at(100)
    assert (on_disk.log.log_start_offset, on_disk.log.log_end_offset) == (100, 100)
    on_disk.open(clean=False)
    assert (on_disk.log.log_start_offset, on_disk.log.log_end_offset) == (100, 100)
    assert on_disk.append(b"v").base_offset == 100


def test_advancing_the_log_start_removes_whole_segments(on_disk):
    """Segments below the new start get the suffix .deleted and may be unlinked after the delay."""
    on_disk.configure(segment_bytes=200, file_delete_delay_ms=500)
    for number in range(10):
        on_disk.append(b"v", leader_epoch=number)
    bases = [segment.base_offset for segment in on_disk.log.segments]
    on_disk.log.advance_log_start_offset(bases[2] + 1)
    assert [segment.base_offset for segment in on_disk.log.segments] == bases[2:]
    assert on_disk.log.log_start_offset == bases[2] + 1
    assert on_disk.log.leader_epochs.entries[0] == (bases[2] + 1, bases[2] + 1)
    assert on_disk.log.take_deleted_files(on_disk.clock.now_ms() + 499) == []
    paths = on_disk.log.take_deleted_files(on_disk.clock.now_ms() + 500)
    assert f"{DIRECTORY}/{0:020d}.log.deleted" in paths
    assert on_disk.log.take_deleted_files(on_disk.clock.now_ms() + 10**6) == []
    with pytest.raises(ApiError):
        on_disk.log.advance_log_start_offset(11)


def test_retention_deletes_by_time_and_keeps_the_end(on_disk):
    """When everything is too old the active segment is rolled and the log end offset stays."""
    on_disk.configure(segment_bytes=200, retention_ms=1000)
    for _ in range(10):
        on_disk.append(b"v", timestamp_ms=TIME_MS)
    segment_count = len(on_disk.log.segments)
    assert on_disk.log.delete_old_segments(TIME_MS + 500, 10) == 0
    assert on_disk.log.delete_old_segments(TIME_MS + 5000, 10) == segment_count
    assert (on_disk.log.log_start_offset, on_disk.log.log_end_offset) == (10, 10)
    assert on_disk.append(b"v").base_offset == 10
    on_disk.log.write_staged()
    on_disk.open(clean=False)
    assert on_disk.offsets() == [10]


def test_offsets_are_found_by_timestamp(on_disk):
    """The answer is the first record that is not older, across batches, segments and codecs."""
    on_disk.configure(segment_bytes=400, index_interval_bytes=100)
    for number in range(30):
        records = [Record(n, TIME_MS + number * 100 + n * 10, None, b"v") for n in range(3)]
        on_disk.append_bytes(build_batch(records, codec=Codec(number % 5)), leader_epoch=4)
    for clean in (None, True, False):
        if clean is not None:
            on_disk.log.close()
            on_disk.open(clean=clean)
        log = on_disk.log
        assert log.offset_for_timestamp(TIME_MS - 5) == (TIME_MS, 0, 4)
        assert log.offset_for_timestamp(TIME_MS + 11) == (TIME_MS + 20, 2, 4)
        assert log.offset_for_timestamp(TIME_MS + 1210) == (TIME_MS + 1210, 37, 4)
        assert log.offset_for_timestamp(TIME_MS + 2921) is None
        assert log.max_timestamp() == (TIME_MS + 2920, 89)
    log.advance_log_start_offset(38)
    assert log.offset_for_timestamp(TIME_MS) == (TIME_MS + 1220, 38, 4)


def test_a_marker_may_have_the_largest_timestamp(on_disk):
    """Control records count in questions about time, as in Kafka."""
    on_disk.append(b"v", timestamp_ms=TIME_MS)
    marker = build_transaction_marker(
        TransactionMarker(committed=True, coordinator_epoch=0), producer_id=1, producer_epoch=0,
        timestamp_ms=TIME_MS + 5,
    )  # fmt: skip
    on_disk.append_bytes(marker)
    assert on_disk.log.max_timestamp() == (TIME_MS + 5, 1)


def test_many_logs_need_few_descriptors(tmp_path):
    """Logs share a bounded set of open files."""
    context = SegmentContext(OpenFiles(LocalFileSystem(), count_max=20))
    before = len(os.listdir("/proc/self/fd"))
    logs = [
        PartitionLog.open(
            f"{tmp_path}/t-{number}", "t", number, LogConfig(), files=context.files,
            clock=ManualClock(), clean=True, context=context,
        )
        for number in range(100)
    ]  # fmt: skip
    data = build_batch([Record(0, TIME_MS, None, b"v")])
    for _ in range(3):
        for log in logs:
            view = memoryview(bytearray(data))
            log.append(view, [read_header(view)], 0, TIME_MS)
            log.write_staged()
    assert len(os.listdir("/proc/self/fd")) <= before + 20
    for log in logs:
        assert log.locate(2, 100, 3).read_nowait()[:8] == (2).to_bytes(8, "big")


def test_an_empty_log_has_no_timestamps(on_disk):
    """Questions about time have no answer in an empty log."""
    assert on_disk.log.max_timestamp() == (-1, -1)
    assert on_disk.log.offset_for_timestamp(0) is None
    assert on_disk.log.end_offset_for_epoch(0) == (-1, -1)
    assert on_disk.log.aborted_transactions(0, 100) == []


def test_log_append_time_is_reported(on_disk):
    """A batch that validation stamped answers its timestamp."""
    result = on_disk.append(b"v", log_append_time_ms=TIME_MS + 77)
    assert result.log_append_time_ms == TIME_MS + 77


def test_indexes_that_are_missing_or_wrong_are_made_again(on_disk):
    """An index file is a hint: reading is right without it, with junk in it, and with another's."""
    on_disk.configure(segment_bytes=3000, index_interval_bytes=100)
    for number in range(100):
        on_disk.append(b"%05d" % number)
    before = on_disk.read_all()
    on_disk.log.close()
    path = f"{DIRECTORY}/{0:020d}"
    right = on_disk.disk.content(path + ".index")
    for wrong in (b"", b"\xff" * 80, bytes(8000), right[:16], right[:-8] + b"\x00\x00\x00\x40" * 2):
        on_disk.disk.put(path + ".index", wrong)
        on_disk.disk.put(path + ".timeindex", b"")
        on_disk.open(clean=True)
        assert on_disk.read_all() == before
        assert on_disk.log.offset_for_timestamp(TIME_MS) == (TIME_MS, 0, 0)


def test_a_clean_open_reads_little(on_disk):
    """Ten thousand partitions start in seconds: a handful of calls for each."""
    for number in range(10):
        on_disk.append(b"%03d" % number)
    on_disk.log.close()
    before = on_disk.disk.calls
    on_disk.open(clean=True)
    assert on_disk.disk.calls - before <= 12


def test_a_log_moves_with_its_directory(on_disk):
    """After a rename of the directory reading and writing go on in the new place."""
    on_disk.append(b"v")
    on_disk.log.write_staged()
    on_disk.disk.rename(DIRECTORY, "/data/topic-0.x-delete")
    on_disk.log.moved_to("/data/topic-0.x-delete")
    on_disk.append(b"w")
    assert on_disk.offsets() == [0, 1]
    on_disk.log.close()
    assert f"{0:020d}.index" in on_disk.disk.listdir("/data/topic-0.x-delete")
