# SPDX-License-Identifier: Apache-2.0
"""Claims about the transaction index: its bytes, and what readers are told was aborted."""

from __future__ import annotations

import struct

import pytest

from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.transaction_index import (
    AbortedTransaction,
    CorruptTransactionIndex,
    aborted_between,
    decode_entries,
    valid_entries,
)

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000


def test_an_entry_has_kafkas_34_bytes():
    """Version 0, then four longs."""
    entry = AbortedTransaction(1, 2, 3, 4)
    assert entry.encode() == struct.pack(">hqqqq", 0, 1, 2, 3, 4)
    assert decode_entries(entry.encode() * 1) == [entry]


@pytest.mark.parametrize("data", [b"x", b"\0\1" + bytes(32), struct.pack(">hqqqq", 0, 1, 9, 3, 4)])
def test_a_file_that_is_no_index_is_refused(data):
    """Odd sizes, unknown versions and transactions that end before they begin are errors."""
    with pytest.raises(CorruptTransactionIndex):
        decode_entries(data)


def test_what_a_crash_left_ends_the_valid_entries():
    """Zeros and torn entries behind the good ones are not believed."""
    good = [AbortedTransaction(1, 100, 110, 111), AbortedTransaction(2, 105, 120, 121)]
    data = b"".join(entry.encode() for entry in good)
    assert list(valid_entries(data + bytes(100), 100)) == good
    assert list(valid_entries(bytes(34), 0)) == []
    assert list(valid_entries(data[34:] + data, 100)) == good[1:]


def test_readers_get_what_overlaps_their_range():
    """Overlap counts by first and last offset; a stable enough entry ends the search."""
    entries = [
        AbortedTransaction(1, 0, 5, 6),
        AbortedTransaction(2, 3, 20, 8),
        AbortedTransaction(3, 25, 30, 31),
    ]
    assert aborted_between(entries, 6, 21) == (entries[1:2], True)
    assert aborted_between(entries, 5, 6) == (entries[:1], True)
    assert aborted_between(entries, 0, 100) == (entries, False)
    assert aborted_between(entries, 31, 40) == ([], False)


def append_transaction(on_disk, producer_id, sequence, *, commit):
    """Append one transactional batch and its marker; returns (first offset, marker's offset)."""
    first = on_disk.append(
        b"v", producer_id=producer_id, producer_epoch=0, base_sequence=sequence, transactional=True
    )
    key, value = struct.pack(">hh", 0, int(commit)), struct.pack(">hi", 0, 0)
    marker = build_batch(
        [Record(0, TIME_MS, key, value)], producer_id=producer_id, producer_epoch=0,
        transactional=True, control=True,
    )  # fmt: skip
    return first.base_offset, on_disk.append_bytes(marker).base_offset


def test_bug_29_a_log_remembers_its_aborted_transactions(on_disk):
    """Bug 29: over segments, a clean and an unclean restart, and a lost file."""
    on_disk.configure(segment_bytes=600)
    expected = []
    for number in range(20):
        span = append_transaction(on_disk, 1, number, commit=number % 3 > 0)
        if number % 3 == 0:
            expected.append(span)
    assert len(on_disk.log.segments) > 3

    def told(start=0, end=40):
        found = on_disk.log.aborted_transactions(start, end)
        return [(entry.first_offset, entry.last_offset) for entry in found]

    assert told() == expected
    assert told(7, 13) == [span for span in expected if span[1] >= 7 and span[0] < 13]
    on_disk.log.close()
    on_disk.open(clean=True)
    assert told() == expected
    on_disk.open(clean=False, recovery_point=11)
    assert told() == expected
    for name in on_disk.disk.listdir(DIRECTORY):
        if name.endswith((".txnindex", ".snapshot")):
            on_disk.disk.unlink(f"{DIRECTORY}/{name}")
    on_disk.open(clean=False, recovery_point=0)
    assert told() == expected
    on_disk.log.truncate_to(12)
    assert told() == [span for span in expected if span[1] < 12]


def test_an_open_transaction_survives_a_restart(on_disk):
    """The first unstable offset is the same after a clean and after an unclean stop."""
    on_disk.append(b"v")
    on_disk.append(b"v", producer_id=4, producer_epoch=0, base_sequence=0, transactional=True)
    on_disk.append(b"v")
    assert on_disk.log.first_unstable_offset == 1
    on_disk.log.close()
    assert on_disk.open(clean=True).first_unstable_offset == 1
    assert on_disk.open(clean=False).first_unstable_offset == 1


def test_a_failed_write_forgets_the_marker_as_well(on_disk):
    """When the marker did not reach the disk the transaction is open again."""
    on_disk.append(b"v", producer_id=4, producer_epoch=0, base_sequence=0, transactional=True)
    on_disk.log.write_staged()
    key, value = struct.pack(">hh", 0, 0), struct.pack(">hi", 0, 0)
    marker = build_batch(
        [Record(0, TIME_MS, key, value)], producer_id=4, producer_epoch=0,
        transactional=True, control=True,
    )  # fmt: skip
    on_disk.append_bytes(marker)
    on_disk.disk.capacity_bytes = 1
    with pytest.raises(Exception, match="no room"):
        on_disk.log.write_staged()
    assert on_disk.log.first_unstable_offset == 0
    assert on_disk.log.aborted_transactions(0, 10) == []
