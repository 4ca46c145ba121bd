# SPDX-License-Identifier: Apache-2.0
"""Claims about snapshot files: few are kept, broken ones do no harm."""

from __future__ import annotations

import pytest

from ottla.records.batch import CorruptRecord
from ottla.records.builder import build_batch
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record
from ottla.storage import log_writer, producer_snapshots
from ottla.storage.producer_snapshots import ProducerReplay, remove_snapshot, snapshot_offsets

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000


def snapshots(on_disk):
    """Return the offsets of the snapshots that are on the disk."""
    return snapshot_offsets(on_disk.disk.listdir(DIRECTORY))


def test_names_are_told_from_others():
    """Only twenty digits and the suffix count."""
    names = ["00000000000000000042.snapshot", "x.snapshot", "00000000000000000007.log"]
    assert snapshot_offsets([*names, "00000000000000000005.snapshot"]) == [5, 42]


def test_one_snapshot_per_segment_and_the_newest_two(on_disk):
    """A close adds one at the end; of those before it the last one stays."""
    on_disk.configure(segment_bytes=200)
    for number in range(7):
        on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=number)
    bases = [segment.base_offset for segment in on_disk.log.segments][1:]
    assert len(bases) > 1
    assert snapshots(on_disk) == bases
    on_disk.log.close()
    assert snapshots(on_disk) == [*bases, 7]
    on_disk.configure(segment_bytes=1 << 20)
    for number in range(7, 10):
        on_disk.open(clean=True)
        on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=number)
        on_disk.log.close()
    assert snapshots(on_disk) == [*bases, 9, 10]
    on_disk.open(clean=True).close()
    assert snapshots(on_disk) == [*bases, 9, 10]


def test_snapshots_go_with_their_segments(on_disk):
    """Retention takes the snapshot of a segment along, a truncation those behind the end."""
    on_disk.configure(segment_bytes=200, file_delete_delay_ms=0)
    for number in range(20):
        on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=number)
    bases = [segment.base_offset for segment in on_disk.log.segments]
    on_disk.log.advance_log_start_offset(bases[4])
    assert snapshots(on_disk) == bases[4:]
    on_disk.log.truncate_to(bases[6])
    assert max(snapshots(on_disk)) <= bases[6]
    assert on_disk.log.producer_state.entries[1].last_sequence == bases[6] - 1


def test_a_missing_snapshot_is_no_reason_to_fail(on_disk):
    """A clean open without any snapshot replays the log."""
    on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=0)
    on_disk.log.close()
    for offset in snapshots(on_disk):
        remove_snapshot(on_disk.disk, DIRECTORY, offset)
        remove_snapshot(on_disk.disk, DIRECTORY, offset)
    log = on_disk.open(clean=True)
    assert log.producer_state.entries[1].last_sequence == 0


def transact(on_disk, number):
    """Append a batch of a transaction, one of another producer, and a marker, by turns abort."""
    on_disk.append(b"t", producer_id=2, producer_epoch=0, base_sequence=number, transactional=True)
    on_disk.append(b"v" * 50, producer_id=1, producer_epoch=0, base_sequence=number)
    on_disk.append(b"of nobody")
    marker = build_transaction_marker(
        TransactionMarker(committed=number % 2 == 0, coordinator_epoch=2),
        producer_id=2, producer_epoch=0, timestamp_ms=TIME_MS,
    )  # fmt: skip
    on_disk.append_bytes(marker)


@pytest.mark.parametrize("segment_bytes", [700, 1 << 20])
def test_the_walk_of_a_recovery_gives_the_state(on_disk, monkeypatch, segment_bytes):
    """Whatever the recovery point: the state and the aborted transactions of a full replay."""
    on_disk.save_indexes_behind(500)
    monkeypatch.setattr(log_writer, "INDEX_SAVE_INTERVAL_MS", 0)
    on_disk.configure(segment_bytes=segment_bytes, index_interval_bytes=50)
    for number in range(12):
        transact(on_disk, number)
        if number % 3 == 2:
            on_disk.log.flush()
    files = on_disk.disk
    before = {name: files.content(f"{DIRECTORY}/{name}") for name in files.listdir(DIRECTORY)}
    aborted = [entry for segment in on_disk.log.segments for entry in segment.aborted]
    producers = on_disk.log.producer_state.encode()
    given = []
    monkeypatch.setattr(ProducerReplay, "finish", spy(ProducerReplay.finish, given))
    for recovery_point in range(on_disk.log.log_end_offset + 1):
        for name in files.listdir(DIRECTORY):
            files.unlink(f"{DIRECTORY}/{name}")
        for name, content in before.items():
            files.put(f"{DIRECTORY}/{name}", content)
        log = on_disk.open(clean=False, recovery_point=recovery_point)
        assert log.producer_state.encode() == producers
        assert [entry for segment in log.segments for entry in segment.aborted] == aborted
    assert len(given) == 49
    assert given.count(None) < 10, "the second walk is the exception"


def spy(method, results):
    """Return the method with its results kept in a list."""

    def spied(*arguments: object):
        results.append(method(*arguments))
        return results[-1]

    return spied


def test_a_marker_that_cannot_be_read_cuts_nothing(on_disk):
    """Its CRC is right, so it is what somebody wrote: the log stays as it is, and closed."""
    on_disk.append(b"v", producer_id=2, producer_epoch=0, base_sequence=0, transactional=True)
    junk = build_batch(
        [Record(0, TIME_MS, b"??", b"")], producer_id=2, producer_epoch=0,
        transactional=True, control=True,
    )  # fmt: skip
    on_disk.log.flush()
    path = on_disk.log.segments[0].log_path
    content = on_disk.disk.content(path)
    patched = bytearray(junk)
    patched[:8] = (1).to_bytes(8, "big")
    patched[12:16] = bytes(4)
    on_disk.disk.put(path, content + patched)
    with pytest.raises(CorruptRecord):
        on_disk.open(clean=False)
    assert on_disk.disk.content(path) == content + patched


def test_a_flush_keeps_the_snapshot_before_its_own(on_disk, monkeypatch):
    """A crash before the newest one counts as flushed finds the one before, and no third."""
    on_disk.save_indexes_behind(1)
    monkeypatch.setattr(log_writer, "INDEX_SAVE_INTERVAL_MS", 0)
    for number in range(5):
        on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=number)
        on_disk.log.flush()
    assert snapshots(on_disk) == [4, 5]
    replays = []
    monkeypatch.setattr(producer_snapshots, "restore", lambda *_, **__: replays.append(1))
    log = on_disk.open(clean=False, recovery_point=4)
    assert log.producer_state.entries[1].last_sequence == 4
    assert not replays


@pytest.mark.parametrize("clean", [False, True], ids=["killed", "stopped"])
def test_bug_18_a_retry_over_a_restart_is_recognised(on_disk, clean):
    """Bug 18: stopped between append and answer, the retry gets the offset that it had."""
    for sequence in range(3):
        on_disk.append(b"v", producer_id=7, producer_epoch=0, base_sequence=sequence)
    on_disk.log.write_staged()
    if clean:
        on_disk.log.close()
    on_disk.open(clean=clean)
    again = on_disk.append(b"v", producer_id=7, producer_epoch=0, base_sequence=2)
    assert (again.base_offset, again.duplicate) == (2, True)
    assert on_disk.log.log_end_offset == 3
    following = on_disk.append(b"v", producer_id=7, producer_epoch=0, base_sequence=3)
    assert (following.base_offset, following.duplicate) == (3, False)


@pytest.mark.parametrize("clean", [False, True], ids=["killed", "stopped"])
def test_bug_19_five_retries_in_flight_over_a_restart_are_recognised(on_disk, clean):
    """Bug 19: a producer that had five batches in flight repeats all of them, in order."""
    for sequence in range(8):
        on_disk.append(b"v", producer_id=7, producer_epoch=0, base_sequence=sequence)
    on_disk.log.write_staged()
    if clean:
        on_disk.log.close()
    on_disk.open(clean=clean)
    for sequence in range(3, 8):
        again = on_disk.append(b"v", producer_id=7, producer_epoch=0, base_sequence=sequence)
        assert (again.base_offset, again.duplicate) == (sequence, True)
    assert on_disk.log.log_end_offset == 8


def test_batches_without_producers_are_never_walked_over_for_them(on_disk, monkeypatch):
    """What was appended since the log was opened is known to have none: no walk stops the loop."""
    monkeypatch.setattr(log_writer, "INDEX_SAVE_INTERVAL_MS", 0)
    on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=0)
    on_disk.log.close()
    log = on_disk.open(clean=True)
    for _ in range(3):
        on_disk.append(b"without")
    log.flush()
    magic_at = log.segments[0].size_bytes - len(build_batch([Record(0, 0, None, b"without")])) + 16
    on_disk.disk.corrupt(log.segments[0].log_path, magic_at)  # a walk would stumble here
    on_disk.save_indexes_behind(1)
    on_disk.append(b"without")
    log.flush()
    assert snapshots(on_disk)[-1] == 5
    assert list(log.producer_state.entries) == [1]


def test_producers_that_were_cut_off_are_forgotten(on_disk):
    """Neither does a cut keep what came behind it, nor lose what came before."""
    on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=0)
    on_disk.log.close()
    log = on_disk.open(clean=True)
    on_disk.append(b"without")
    on_disk.append(b"v", producer_id=2, producer_epoch=0, base_sequence=0)
    on_disk.append(b"without")
    log.truncate_to(3)
    assert sorted(log.producer_state.entries) == [1, 2]
    log.truncate_to(2)
    assert sorted(log.producer_state.entries) == [1]
