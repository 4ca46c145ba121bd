# SPDX-License-Identifier: Apache-2.0
"""Claims about opening a log that was not closed: what was safe stays, what goes is told."""

from __future__ import annotations

import struct

import pytest

from ottla.base.errors import StorageError
from ottla.records.batch import CorruptRecord
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage import log_writer, recovery
from ottla.storage.recovery import CorruptLog, read_batches
from ottla.testing.simulated_disk import SimulatedCrash

DIRECTORY = "/data/topic-0"
LOG = f"{DIRECTORY}/{0:020d}.log"
TIME_MS = 1_700_000_000_000


def fill(on_disk, count=20, **settings: int):
    """Append `count` batches, put them on the disk, leave without closing."""
    on_disk.configure(**settings)
    for number in range(count):
        on_disk.append(b"value %03d" % number, leader_epoch=number // 8)
    on_disk.log.flush()


def position_of(on_disk, offset):
    """Return where the batch of an offset begins in the active segment."""
    return on_disk.log._active.find_batch(offset)[0]


def test_everything_that_was_flushed_is_there(on_disk):
    """Without any damage an unclean open finds the log as it was, whatever the recovery point."""
    fill(on_disk, segment_bytes=400, index_interval_bytes=50)
    before = on_disk.read_all()
    for recovery_point in (0, 1, 7, 13, 20):
        log = on_disk.open(clean=False, recovery_point=recovery_point)
        assert on_disk.read_all() == before
        assert log.corruption is None
        assert log.recovery_point == recovery_point
        assert log.leader_epochs.entries == [(0, 0), (1, 8), (2, 16)]


@pytest.mark.parametrize("cut", [1, 30, 60, 61, 62, 70])
def test_a_torn_tail_is_cut_off(on_disk, cut):
    """An incomplete last batch behind the recovery point goes, the rest stays, silently."""
    fill(on_disk)
    before = on_disk.read_all()
    content = on_disk.disk.content(LOG)
    on_disk.disk.put(LOG, content[: position_of(on_disk, 19) + cut])
    log = on_disk.open(clean=False, recovery_point=10)
    assert log.log_end_offset == 19
    assert on_disk.read_all() == before[:19]
    assert log.corruption is None
    assert len(on_disk.disk.content(LOG)) == log.size_bytes


def test_zeros_at_the_end_are_a_torn_tail(on_disk):
    """A file that grew but whose bytes did not arrive is cut back."""
    fill(on_disk)
    on_disk.disk.put(LOG, on_disk.disk.content(LOG) + bytes(5000))
    log = on_disk.open(clean=False, recovery_point=20)
    assert log.log_end_offset == 20
    assert log.corruption is None


@pytest.mark.parametrize(
    ("byte", "what"),
    [(0, "offset"), (7, "offset"), (8, "length"), (11, "length"), (12, "epoch"),
     (16, "magic"), (18, "CRC"), (22, "attributes"), (40, "time"), (60, "count"), (66, "record")],
)  # fmt: skip
def test_a_flipped_bit_in_any_field_is_found(on_disk, byte, what):
    """Header fields outside the CRC are checked as well; valid batches behind mean: keep a copy."""
    fill(on_disk)
    before = on_disk.read_all()
    at = position_of(on_disk, 12)
    content = on_disk.disk.content(LOG)
    on_disk.disk.corrupt(LOG, at + byte, 0x02 if what == "epoch" else 0x01)
    if what == "epoch":
        # Byte 12 is the highest of the epoch: make the epoch fall instead of jump.
        on_disk.disk.corrupt(LOG, at + byte, 0x02)
        on_disk.disk.corrupt(LOG, at + 15, 0x01)
    damaged = on_disk.disk.content(LOG)
    log = on_disk.open(clean=False, recovery_point=5)
    assert log.log_end_offset == 12
    assert on_disk.read_all() == before[:12]
    assert log.corruption is not None
    assert log.corruption.offset == 12
    (kept,) = log.corruption.kept
    assert on_disk.disk.content(kept) == damaged[at:]
    assert len(damaged) == len(content)
    again = on_disk.open(clean=False, recovery_point=5)
    assert (again.log_end_offset, again.corruption) == (12, None)


def test_damage_below_the_recovery_point_is_never_cut_silently(on_disk):
    """Rot in the safe part closes the log, untouched; a repair keeps a copy and cuts."""
    fill(on_disk)
    before = on_disk.read_all()
    at = position_of(on_disk, 12)
    on_disk.disk.corrupt(LOG, at + 11)  # the length: found without reading all bytes
    damaged = on_disk.disk.content(LOG)
    with pytest.raises(CorruptLog) as caught:
        on_disk.open(clean=False, recovery_point=18)
    assert caught.value.corruption.offset == 12
    assert on_disk.disk.content(LOG) == damaged
    log = on_disk.open(clean=False, recovery_point=18, repair=True)
    assert log.log_end_offset == 12
    assert on_disk.read_all() == before[:12]
    assert on_disk.disk.content(log.corruption.kept[0]) == damaged[at:]


def test_a_torn_tail_below_the_high_watermark_is_reported(on_disk):
    """Readers may have seen those records: a copy is kept and the loss is told."""
    fill(on_disk)
    content = on_disk.disk.content(LOG)
    on_disk.disk.put(LOG, content[:-5])
    log = on_disk.open(clean=False, recovery_point=10, high_watermark=20)
    assert log.log_end_offset == 19
    assert log.corruption.offset == 19
    assert log.corruption.kept


def test_a_log_that_ends_below_its_recovery_point_is_reported(on_disk):
    """Whole batches that are gone from the end leave no trace but the recovery point."""
    fill(on_disk)
    content = on_disk.disk.content(LOG)
    on_disk.disk.put(LOG, content[: position_of(on_disk, 15)])
    for checkpoints in ({"recovery_point": 20}, {"recovery_point": 5, "high_watermark": 20}):
        log = on_disk.open(clean=False, **checkpoints)
        assert log.log_end_offset == 15
        assert log.corruption.kept == ()


def test_segments_behind_the_damage_are_kept_aside(on_disk):
    """Rot in an older segment sets the later ones aside, as files, not into the void."""
    fill(on_disk, segment_bytes=400)
    bases = [segment.base_offset for segment in on_disk.log.segments]
    later = [on_disk.disk.content(segment.log_path) for segment in on_disk.log.segments[2:]]
    on_disk.disk.corrupt(on_disk.log.segments[1].log_path, 70)
    log = on_disk.open(clean=False, recovery_point=0)
    assert [segment.base_offset for segment in log.segments] == bases[:2]
    assert log.log_end_offset == bases[1]
    assert [on_disk.disk.content(path) for path in log.corruption.kept[1:]] == later
    assert on_disk.append(b"v", leader_epoch=5).base_offset == bases[1]


def test_a_hole_between_segments_is_damage(on_disk):
    """A rolled segment that lost whole batches at its end does not go unnoticed."""
    fill(on_disk, segment_bytes=400)
    segment = on_disk.log.segments[0]
    content = on_disk.disk.content(segment.log_path)
    *_, (last, _) = segment.headers()
    on_disk.disk.put(segment.log_path, content[:last])
    log = on_disk.open(clean=False, recovery_point=0)
    assert log.corruption is not None
    assert log.log_end_offset < on_disk.log.config.segment_bytes
    assert len(log.segments) == 1


def test_recovered_segments_have_their_indexes_on_disk(on_disk):
    """Segments that nobody appends to any more get their index files back at once."""
    fill(on_disk, segment_bytes=400, index_interval_bytes=0)
    names = [name for name in on_disk.disk.listdir(DIRECTORY) if name.endswith(".index")]
    before = {name: on_disk.disk.content(f"{DIRECTORY}/{name}") for name in names}
    assert len(before) > 2
    for name in names:
        on_disk.disk.put(f"{DIRECTORY}/{name}", b"junk")
    on_disk.open(clean=False)
    assert {name: on_disk.disk.content(f"{DIRECTORY}/{name}") for name in names} == before


def test_a_lost_epoch_file_is_made_again(on_disk):
    """Leader epochs come back from the batches, clean or not."""
    fill(on_disk, segment_bytes=400)
    on_disk.log.close()
    for clean in (True, False):
        for content in (None, b"", b"junk\n"):
            path = f"{DIRECTORY}/leader-epoch-checkpoint"
            if content is None:
                on_disk.disk.unlink(path)
            else:
                on_disk.disk.put(path, content)
            log = on_disk.open(clean=clean, recovery_point=20)
            assert log.leader_epochs.entries == [(0, 0), (1, 8), (2, 16)]
            log.leader_epochs.assign(3, 20)
            log._save_epochs()
            log.leader_epochs.truncate_from_end(20)
            log._save_epochs()


def test_producers_come_back_from_snapshot_and_log(on_disk):
    """Sequences go on after a crash, with and without snapshots, right or broken."""
    on_disk.configure(segment_bytes=400)
    for number in range(20):
        on_disk.append(b"v", producer_id=number % 2, producer_epoch=3, base_sequence=number // 2)
    on_disk.log.flush()
    snapshots = [name for name in on_disk.disk.listdir(DIRECTORY) if name.endswith(".snapshot")]
    assert snapshots
    for content in (None, b"", b"\x00\x01junk" * 10):
        if content is not None:
            on_disk.disk.put(f"{DIRECTORY}/{snapshots[-1]}", content)
        log = on_disk.open(clean=False, recovery_point=20)
        assert [log.producer_state.entries[n].last_sequence for n in (0, 1)] == [9, 9]
        duplicate = on_disk.append(b"v", producer_id=1, producer_epoch=3, base_sequence=9)
        assert (duplicate.duplicate, duplicate.base_offset) == (True, 19)


def test_transient_files_are_settled(on_disk):
    """Unfinished files go, a finished compaction takes its place."""
    fill(on_disk, segment_bytes=400)
    on_disk.log.close()
    bases = [segment.base_offset for segment in on_disk.log.segments]
    assert len(bases) > 3
    for name in ("0.log.deleted", "00000000000000000000.index.cleaned", "x.tmp"):
        on_disk.disk.put(f"{DIRECTORY}/{name}", b"x")
    compacted = build_batch(
        [Record(bases[2] - 1, TIME_MS, b"k", b"v")], base_offset=bases[2] - 1, leader_epoch=0
    )
    on_disk.disk.put(LOG + ".swap", compacted)
    on_disk.disk.put(LOG.replace(".log", ".index") + ".swap", b"")
    on_disk.open(clean=True)
    names = on_disk.disk.listdir(DIRECTORY)
    assert not [name for name in names if name.endswith((".deleted", ".cleaned", ".tmp", ".swap"))]
    assert [segment.base_offset for segment in on_disk.log.segments] == [0, *bases[2:]]
    assert on_disk.read_all()[0] == (bases[2] - 1, compacted)


def test_holes_are_fine_in_a_compacted_log(on_disk):
    """Compaction removes records from rolled segments; recovery accepts that there only."""
    on_disk.configure(segment_bytes=400, cleanup_compact=True, index_interval_bytes=0)
    for number in range(20):
        on_disk.append(b"value %03d" % number)
    on_disk.log.flush()
    segment = on_disk.log.segments[1]
    (_, first), (second_at, _), *_ = segment.headers()
    content = on_disk.disk.content(segment.log_path)
    on_disk.disk.put(segment.log_path, content[second_at:])
    log = on_disk.open(clean=False)
    assert log.corruption is None
    assert first.base_offset not in on_disk.offsets()
    active = log.segments[-1]
    content = on_disk.disk.content(active.log_path)
    size = read_size(content)
    on_disk.disk.put(active.log_path, content[:size] + content[2 * size :])
    assert on_disk.open(clean=False).corruption is not None


def read_size(content):
    """Return the size of the first batch."""
    return struct.unpack_from(">i", content, 8)[0] + 12


def test_a_log_start_behind_the_end_begins_anew(on_disk):
    """When a crash took the records that DeleteRecords had spared, the start offset still holds."""
    fill(on_disk)
    log = on_disk.open(clean=False, log_start_offset=50)
    assert (log.log_start_offset, log.log_end_offset) == (50, 50)


def test_opening_fails_clearly_when_the_disk_does(on_disk):
    """An OSError while opening is a StorageError."""
    fill(on_disk)
    on_disk.disk.fail_next("pread", 5)
    with pytest.raises(StorageError):
        on_disk.open(clean=False)


def test_recovery_may_crash_at_any_call(on_disk):
    """Recovery that is cut short and done again leads to the same log."""
    fill(on_disk, segment_bytes=400, index_interval_bytes=50)
    on_disk.log.roll()
    content = on_disk.disk.content(on_disk.log.segments[-2].log_path)
    path = on_disk.log.segments[-2].log_path
    call = 0
    results = set()
    while True:
        on_disk.disk.put(path, content[:-3])
        call += 1
        on_disk.disk.crash_at(on_disk.disk.calls + call)
        try:
            on_disk.open(clean=False, recovery_point=5)
            break
        except SimulatedCrash:
            on_disk.disk.restart_machine(call)
        log = on_disk.open(clean=False, recovery_point=5)
        results.add((log.log_end_offset, len(log.segments)))
    assert call > 20
    assert results == {(on_disk.log.log_end_offset, len(on_disk.log.segments))}


def numbered_batches(sizes):
    """Return encoded batches with values of these sizes, each of one offset."""
    return [
        build_batch([Record(number, TIME_MS, None, bytes(size))])
        for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("chunk_bytes", [100, 4096, 1 << 20])
@pytest.mark.parametrize("whole_from", [0, 5, 100])
def test_batches_are_read_whole_whatever_their_size(monkeypatch, chunk_bytes, whole_from):
    """Headers below the given offset, whole batches from there on, in as few reads as can be."""
    monkeypatch.setattr(recovery, "CHUNK_BYTES", chunk_bytes)
    batches = numbered_batches([1, 10, 3000, 100, 20_000, 5, 70_000, 4096, 4000, 100, 100])
    data = b"".join(batches)
    reads = []

    def read(size, position):
        reads.append(size)
        return data[position : position + size]

    found = list(read_batches(read, 0, len(data), whole_from))
    position = 0
    for number, (batch, (at, header, content)) in enumerate(zip(batches, found, strict=True)):
        assert (at, header.base_offset) == (position, number)
        assert content == (batch if number >= whole_from else None)
        position += len(batch)
    assert len(reads) <= 2 * len(batches)
    if whole_from == 0 and chunk_bytes > len(data):
        assert reads == [4096, len(data)]


@pytest.mark.parametrize("missing", [1, 60, 90, 30_000])
def test_a_batch_that_the_file_cuts_off_is_no_batch(missing):
    """Neither does a read that comes back short pass for a whole batch."""
    batches = numbered_batches([100, 100, 30_000])
    data = b"".join(batches)
    for end in (len(data) - missing, len(data)):  # the size is known, or the file is shorter
        walk = read_batches(lambda size, at: data[:-missing][at : at + size], 0, end, 0)
        assert [next(walk)[2], next(walk)[2]] == batches[:2]
        with pytest.raises(CorruptRecord):
            next(walk)


def test_indexes_are_saved_now_and_then(on_disk, monkeypatch):
    """Behind enough bytes and enough time, or behind very many bytes at once."""
    on_disk.save_indexes_behind(1000)
    monkeypatch.setattr(log_writer, "INDEX_SAVE_BYTES_AT_ONCE", 50_000)
    on_disk.configure(index_interval_bytes=0)

    def saved_entries(size, wait_ms):
        on_disk.append(bytes(size))
        on_disk.clock.advance(wait_ms)
        on_disk.log.flush()
        found = on_disk.disk.stat(LOG.replace(".log", ".index"))
        return found.size_bytes // 8 if found else 0

    assert saved_entries(10, 20_000) == 0, "too few bytes"
    assert saved_entries(2000, 0) == 1, "the first entry is of the second batch"
    assert saved_entries(2000, 9_999) == 1, "too soon"
    assert saved_entries(10, 1) == 3
    assert saved_entries(49_000, 0) == 3
    assert saved_entries(1_000, 0) == 5, "too many bytes to wait"


def test_a_flush_saves_where_recovery_begins(on_disk):
    """Behind enough bytes a flush saves the index: what lies before is not even looked at."""
    on_disk.save_indexes_behind(1000)
    for _ in range(30):
        on_disk.append(bytes(5000))
    on_disk.log.flush()
    on_disk.append(b"more")
    on_disk.log.flush()
    on_disk.disk.corrupt(LOG, 16)  # the magic of the first batch
    log = on_disk.open(clean=False, recovery_point=31)
    assert (log.log_end_offset, log.corruption) == (31, None)
