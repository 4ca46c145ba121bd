# SPDX-License-Identifier: Apache-2.0
"""What compaction leaves of single batches: each rule by example."""

from __future__ import annotations

import pytest

from ottla.records.batch import CorruptRecord, read_header, verify_crc
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records
from ottla.storage.compaction_filter import (
    MAP_ENTRY_BYTES,
    BatchFilter,
    KeyOffsetMap,
    LastRecord,
    TransactionTracker,
    note_keys,
    scan_records,
)
from ottla.storage.transaction_index import AbortedTransaction

WALL_MS = 1_700_000_000_000
RETENTION_MS = 1_000
ABORT, COMMIT = 0, 1


def record(offset, key, value, headers=()):
    """Make a record with a timestamp of its own."""
    return Record(offset, WALL_MS - 10_000 + offset, key, value, headers)


def marker(offset, producer_id, kind):
    """Make a transaction marker."""
    key = b"\x00\x00" + kind.to_bytes(2, "big")
    return build_batch(
        [record(offset, key, bytes(6))],
        producer_id=producer_id,
        producer_epoch=0,
        transactional=True,
        control=True,
    )


def transactional(offset, producer_id, key=b"k"):
    """Make a transactional batch of one record."""
    return build_batch(
        [record(offset, key, b"v")],
        producer_id=producer_id,
        producer_epoch=0,
        base_sequence=offset,
        transactional=True,
    )


def clean(batches, *, aborted=(), producers=None, wall_ms=WALL_MS, end_offset=None, buffer=1 << 20):
    """Run both passes over whole batches; return what is left of each."""
    parsed = [(read_header(each), memoryview(each)) for each in batches]
    keys = KeyOffsetMap(buffer)
    first_pass = TransactionTracker(aborted)
    for header, batch in parsed:
        if not note_keys(header, batch, keys, first_pass, 0):
            break
    batch_filter = BatchFilter(
        keys,
        TransactionTracker(aborted),
        producers or {},
        end_offset=10**9 if end_offset is None else end_offset,
        delete_retention_ms=RETENTION_MS,
        wall_ms=wall_ms,
    )
    left = [batch_filter.apply(header, batch) for header, batch in parsed]
    for each in left:
        if each is not None:
            verify_crc(bytes(each))
    return left


def test_a_batch_whose_records_all_stay_is_the_same_bytes():
    """Nothing is decoded and encoded again without need."""
    batch = build_batch([record(0, b"a", b"1"), record(1, b"b", b"2")], codec=Codec.ZSTD)
    (left,) = clean([batch])
    assert left.obj is batch


@pytest.mark.parametrize("codec", list(Codec))
def test_only_the_latest_value_of_a_key_stays(codec):
    """Offsets, timestamps, headers and the batch's place are kept."""
    headers = (("h", b"x"), ("n", None))
    first = build_batch(
        [record(5, b"a", b"old"), record(6, b"b", b"kept", headers), record(7, b"a", b"old")],
        codec=codec,
        leader_epoch=3,
        producer_id=9,
        producer_epoch=1,
        base_sequence=40,
    )
    second = build_batch([record(8, b"a", b"new")])
    left, untouched = clean([first, second])
    assert decode_records(left) == [record(6, b"b", b"kept", headers)]
    before, after = read_header(first), read_header(left)
    assert after.record_count == 1
    assert after.max_timestamp == record(6, b"b", b"").timestamp_ms
    for name in (
        "base_offset",
        "last_offset_delta",
        "partition_leader_epoch",
        "producer_id",
        "producer_epoch",
        "base_sequence",
        "attributes",
    ):
        assert getattr(before, name) == getattr(after, name), name
    assert untouched.obj is second


def test_a_batch_with_nothing_left_goes():
    """All of its records have later values."""
    left, _ = clean([build_batch([record(0, b"a", b"1")]), build_batch([record(1, b"a", b"2")])])
    assert left is None


def test_records_without_a_key_go():
    """They cannot be replaced by a later one, so nobody could rely on them."""
    (left,) = clean([build_batch([record(0, None, b"x"), record(1, b"a", b"y")])])
    assert decode_records(left) == [record(1, b"a", b"y")]


def test_bug_30_a_tombstone_gets_its_delete_horizon_once_and_goes_behind_it():
    """Bug 30 (KIP-534). First round: stamped; before the horizon: copied; at it: gone."""
    batch = build_batch([record(0, b"b", b"v"), record(1, b"a", None)])
    (stamped,) = clean([batch])
    header = read_header(stamped)
    assert header.has_delete_horizon
    assert header.base_timestamp == WALL_MS + RETENTION_MS
    assert decode_records(stamped) == decode_records(batch)
    assert header.max_timestamp == read_header(batch).max_timestamp

    (same,) = clean([stamped], wall_ms=WALL_MS + RETENTION_MS - 1)
    assert same.obj is stamped
    (gone,) = clean([stamped], wall_ms=WALL_MS + RETENTION_MS)
    assert decode_records(gone) == [record(0, b"b", b"v")]
    assert read_header(gone).has_delete_horizon


def test_log_append_time_survives_a_rewrite():
    """The broker's time is in the header and stays there."""
    batch = build_batch(
        [record(0, b"a", b"1"), record(1, b"b", None), record(2, b"a", b"2")],
        log_append_time_ms=WALL_MS,
    )
    (left,) = clean([batch])
    header = read_header(left)
    assert header.timestamp_type == 1
    assert header.max_timestamp == WALL_MS
    assert [each.timestamp_ms for each in decode_records(left)] == [WALL_MS, WALL_MS]


def test_bug_30_the_last_batch_of_a_known_producer_stays_as_a_bare_header():
    """Bug 30: its sequence number must survive a restart."""
    first = build_batch(
        [record(0, b"a", b"1")], codec=Codec.LZ4, producer_id=7, producer_epoch=2, base_sequence=11
    )
    second = build_batch([record(1, b"a", b"2")])
    left, _ = clean([first, second], producers={7: LastRecord(0, 2)})
    header = read_header(left)
    assert len(left) == 61
    assert (header.record_count, header.last_offset, header.last_sequence) == (0, 0, 11)
    assert (header.producer_id, header.producer_epoch) == (7, 2)
    assert decode_records(left) == []
    again, _ = clean([left, second], producers={7: LastRecord(0, 2)})
    assert bytes(again) == bytes(left)
    assert clean([left, second], producers={7: LastRecord(5, 2)})[0] is None


def test_the_last_batch_of_the_round_stays_as_a_bare_header():
    """The end of the cleaned part does not move back."""
    batches = [build_batch([record(0, b"a", b"1")]), build_batch([record(1, None, b"2")])]
    _, last = clean(batches, end_offset=2)
    assert read_header(last).next_offset == 2
    assert decode_records(last) == []


def test_records_of_aborted_transactions_go_and_never_supersede():
    """The committed value stays although an aborted one follows."""
    batches = [
        build_batch([record(0, b"k", b"good")]),
        transactional(1, 5),
        marker(2, 5, ABORT),
    ]
    good, bad, end = clean(batches, aborted=[AbortedTransaction(5, 1, 2, 3)])
    assert decode_records(good) == [record(0, b"k", b"good")]
    assert bad is None
    assert end.obj is batches[2], "the marker stays in the round that removed its data"


def test_bug_30_a_marker_goes_one_horizon_after_its_data():
    """Bug 30: round 2 finds no data and stamps the marker, a later one removes it."""
    abort = marker(2, 5, ABORT)
    aborted = [AbortedTransaction(5, 1, 2, 3)]
    (stamped,) = clean([abort], aborted=aborted)
    assert read_header(stamped).base_timestamp == WALL_MS + RETENTION_MS
    assert decode_records(stamped) == decode_records(abort)
    assert bytes(clean([stamped], aborted=aborted)[0]) == bytes(stamped)
    assert clean([stamped], aborted=aborted, wall_ms=WALL_MS + RETENTION_MS) == [None]


def test_a_commit_marker_stays_as_long_as_its_data_is_met():
    """Without data it is stamped like an abort marker."""
    batches = [transactional(0, 5), marker(1, 5, COMMIT)]
    data, end = clean(batches)
    assert data.obj is batches[0]
    assert end.obj is batches[1]
    assert read_header(clean([batches[1]])[0]).has_delete_horizon


def test_the_tracker_keeps_the_index_entries_that_readers_still_need():
    """An aborted transaction whose data was met is kept, an idle one is not."""
    entries = [AbortedTransaction(5, 0, 1, 2), AbortedTransaction(6, 2, 3, 4)]
    tracker = TransactionTracker(entries)
    assert tracker.is_aborted(read_header(transactional(0, 5)))
    assert not tracker.is_marker_idle(read_header(marker(1, 5, ABORT)), ABORT)
    assert tracker.is_marker_idle(read_header(marker(3, 6, ABORT)), ABORT)
    assert tracker.kept == entries[:1]


def test_a_producer_may_abort_and_then_commit():
    """Transactions of one producer are told apart by their offsets."""
    batches = [
        transactional(0, 5, b"a"),
        marker(1, 5, ABORT),
        transactional(2, 5, b"b"),
        marker(3, 5, COMMIT),
    ]
    left = clean(batches, aborted=[AbortedTransaction(5, 0, 1, 2)])
    assert [each is not None for each in left] == [False, True, True, True]


def test_a_full_map_ends_the_round_and_leaves_the_rest_alone():
    """Records at or above the end of the map stay even when they have later values."""
    batches = [build_batch([record(n, b"%d" % (n % 3), b"v")]) for n in range(9)]
    left = clean(batches, buffer=MAP_ENTRY_BYTES * 2)
    assert all(left[n] is not None for n in range(2, 9))


def test_the_map_takes_one_oversized_batch():
    """A batch with more keys than the buffer holds is cleaned in a round of its own."""
    keys = KeyOffsetMap(MAP_ENTRY_BYTES)
    batch = build_batch([record(n, b"%d" % n, b"v") for n in range(5)])
    assert note_keys(read_header(batch), memoryview(batch), keys, TransactionTracker([]), 0)
    assert len(keys) == 5
    assert not keys.has_room_for(1)


def test_keys_below_the_dirty_part_are_not_taken():
    """A batch that straddles the first dirty offset counts from there on."""
    keys = KeyOffsetMap(1 << 20)
    batch = build_batch([record(0, b"a", b"1"), record(1, b"b", b"2")])
    note_keys(read_header(batch), memoryview(batch), keys, TransactionTracker([]), 1)
    assert len(keys) == 1


@pytest.mark.parametrize(
    "payload", [b"", b"\x0e", b"\x80" * 12, b"\x02\x00", b"\x0c\x00\x00\x00\x01\x01\x00\x00"]
)
def test_rotten_records_are_told(payload):
    """Whatever the bytes are, scanning ends in spans or in CorruptRecord."""
    with pytest.raises(CorruptRecord):
        scan_records(memoryview(payload), 1)
