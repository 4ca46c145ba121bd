# SPDX-License-Identifier: Apache-2.0
"""Claims about snapshot files: few are kept, broken ones do no harm."""

from __future__ import annotations

from ottla.storage.producer_snapshots import remove_snapshot, snapshot_offsets

DIRECTORY = "/data/topic-0"


def snapshots(on_disk):
    """Return the offsets of the snapshots that are on the disk."""
    return snapshot_offsets(on_disk.disk.listdir(DIRECTORY))


def test_names_are_told_from_others():
    """Only twenty digits and the suffix count."""
    names = ["00000000000000000042.snapshot", "x.snapshot", "00000000000000000007.log"]
    assert snapshot_offsets([*names, "00000000000000000005.snapshot"]) == [5, 42]


def test_one_snapshot_per_segment_and_the_newest(on_disk):
    """A close adds one at the end, the next close replaces it."""
    on_disk.configure(segment_bytes=200)
    for number in range(7):
        on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=number)
    bases = [segment.base_offset for segment in on_disk.log.segments][1:]
    assert len(bases) > 1
    assert snapshots(on_disk) == bases
    on_disk.log.close()
    assert snapshots(on_disk) == [*bases, 7]
    on_disk.open(clean=True)
    on_disk.append(b"v", producer_id=1, producer_epoch=0, base_sequence=7)
    on_disk.log.close()
    assert snapshots(on_disk)[-1] == 8
    bases = [segment.base_offset for segment in on_disk.log.segments]
    assert set(snapshots(on_disk)) <= {*bases, 8}
    on_disk.open(clean=True).close()
    assert snapshots(on_disk)[-1] == 8


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
