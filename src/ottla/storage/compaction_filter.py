# SPDX-License-Identifier: Apache-2.0
"""Which records of a batch survive compaction: pure functions of bytes.

A round makes two passes over batches in offset order. The first fills a `KeyOffsetMap` from the
dirty part, the second asks a `BatchFilter` what is left of each batch:

    record                                       stays when
    -------------------------------------------  ------------------------------------------------
    at or above the end of the map               always
    with a key and a value                       no later record of its key is in the map
    with a key and no value (tombstone)          likewise, and its batch's delete horizon is ahead
    without a key                                never: such a record cannot be addressed
    of an aborted transaction                    never
    commit or abort marker                       records of its transaction were met in this round,
                                                 or its batch's delete horizon is ahead

*Delete horizon* (KIP-534): a batch that keeps a tombstone, or a marker whose transaction is
empty, is stamped with the time from which these may go: now + `delete.retention.ms`, in the base
timestamp, with attribute bit 6. A reader who follows the log within that time sees the deletion.

What is left of a batch keeps base offset, last offset delta, leader epoch and producer fields, so
offsets and sequences mean what they meant. A batch without records stays as a bare header when
it is the last of a producer that is still known (its sequence must survive a restart) or the
last one of the round (the end of the cleaned part must not move back); other empty ones go.
A batch whose records all stay is passed on as the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ottla.records.batch import (
    CODEC_MASK,
    DELETE_HORIZON,
    NO_TIMESTAMP,
    BatchHeader,
    CorruptRecord,
)
from ottla.records.builder import assemble_batch, encode_varint
from ottla.records.compression import Codec, compress
from ottla.records.control import ControlType
from ottla.records.record import read_payload

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.storage.transaction_index import AbortedTransaction

MAP_ENTRY_BYTES = 160
"""What one key costs in the map: digest, offset and their share of the table, in CPython."""
PAYLOAD_BYTES_MAX = 256 << 20
"""What a stored batch may become when it is decompressed: a cap against rotten bytes only."""


class KeyOffsetMap:
    """The latest offset of each key in the dirty part, as far as the memory reaches.

    Keys are known by their MD5, 16 bytes whatever their length; a collision among so many bits
    is less likely than a broken disk, and Kafka takes the same risk.
    """

    __slots__ = ("_capacity", "_offsets", "next_offset")

    def __init__(self, buffer_bytes: int) -> None:
        self._capacity = max(1, buffer_bytes // MAP_ENTRY_BYTES)
        self._offsets: dict[bytes, int] = {}
        self.next_offset = -1  # exclusive end of what the map has seen

    def has_room_for(self, record_count: int) -> bool:
        """Whether a batch of that many new keys fits; an empty map takes any batch."""
        return not self._offsets or len(self._offsets) + record_count <= self._capacity

    def put(self, key: bytes | memoryview, offset: int) -> None:
        """Note that `key` occurs at `offset`, which is above all earlier ones."""
        self._offsets[hashlib.md5(key, usedforsecurity=False).digest()] = offset

    def is_superseded(self, key: bytes | memoryview, offset: int) -> bool:
        """Whether the map knows a later offset of `key`."""
        digest = hashlib.md5(key, usedforsecurity=False).digest()
        return self._offsets.get(digest, -1) > offset

    def __len__(self) -> int:
        return len(self._offsets)


class TransactionTracker:
    """Tells, batch by batch in offset order, whether a transaction aborted and whether it is empty.

    One tracker serves one pass. `kept` collects the aborted transactions that still have a
    marker or data in the output; they make up the output's transaction index.
    """

    __slots__ = ("_aborted", "_committed", "_has_data", "_upcoming", "kept")

    def __init__(self, aborted: Iterable[AbortedTransaction]) -> None:
        self._upcoming = deque(sorted(aborted, key=lambda each: each.first_offset))
        self._aborted: dict[int, AbortedTransaction] = {}  # open ones by producer id
        self._has_data: set[int] = set()  # producers of open aborted ones whose data was met
        self._committed: set[int] = set()  # producers of open ones that will commit
        self.kept: list[AbortedTransaction] = []

    def is_aborted(self, header: BatchHeader) -> bool:
        """Whether a data batch belongs to an aborted transaction; notes that it was met."""
        self._admit(header.last_offset)
        if not header.is_transactional:
            return False
        if header.producer_id in self._aborted:
            self._has_data.add(header.producer_id)
            return True
        self._committed.add(header.producer_id)
        return False

    def is_marker_idle(self, header: BatchHeader, marker_type: int | None) -> bool:
        """Whether a marker ends a transaction of which no data was met, so that it may go.

        `marker_type` is None for a control batch that an earlier round emptied.
        """
        self._admit(header.last_offset)
        producer_id = header.producer_id
        if marker_type is None:
            return True
        if marker_type != ControlType.ABORT:
            if producer_id not in self._committed:
                return True
            self._committed.discard(producer_id)
            return False
        transaction = self._aborted.pop(producer_id, None)
        if transaction is None or producer_id not in self._has_data:
            return True
        self._has_data.discard(producer_id)
        self.kept.append(transaction)
        return False

    def _admit(self, offset: int) -> None:
        """Open the aborted transactions that begin at or below `offset`."""
        while self._upcoming and self._upcoming[0].first_offset <= offset:
            transaction = self._upcoming.popleft()
            self._aborted.setdefault(transaction.producer_id, transaction)


class LastRecord(NamedTuple):
    """The last a producer wrote, from the producer state."""

    last_data_offset: int
    """-1 when it only wrote markers."""
    producer_epoch: int


class RecordSpan(NamedTuple):
    """Where one record lies in its batch's uncompressed payload, and what decides on it."""

    start: int
    end: int
    offset_delta: int
    timestamp_delta: int
    body: int
    """First byte behind the timestamp delta: from here on a record may be copied as it is."""
    key: memoryview | None
    has_value: bool


class FilterCounts:
    """What a round did, for its report."""

    __slots__ = (
        "batches_copied",
        "batches_read",
        "batches_rewritten",
        "records_kept",
        "records_read",
    )

    def __init__(self) -> None:
        self.batches_read = 0
        self.batches_copied = 0
        self.batches_rewritten = 0
        self.records_read = 0
        self.records_kept = 0


class BatchFilter:
    """The second pass: what is left of each batch."""

    __slots__ = (
        "_delete_retention_ms",
        "_end_offset",
        "_keys",
        "_producers",
        "_tracker",
        "_wall_ms",
        "counts",
    )

    def __init__(
        self,
        keys: KeyOffsetMap,
        tracker: TransactionTracker,
        producers: Mapping[int, LastRecord],
        *,
        end_offset: int,
        delete_retention_ms: int,
        wall_ms: int,
    ) -> None:
        self._keys = keys
        self._tracker = tracker
        self._producers = producers
        self._end_offset = end_offset
        self._delete_retention_ms = delete_retention_ms
        self._wall_ms = wall_ms
        self.counts = FilterCounts()

    def apply(self, header: BatchHeader, batch: memoryview) -> memoryview | bytes | None:
        """Return what stays of one batch: the same bytes, fewer, or None for nothing."""
        counts = self.counts
        counts.batches_read += 1
        payload = memoryview(read_payload(batch, header, PAYLOAD_BYTES_MAX))
        spans = scan_records(payload, header.record_count)
        is_idle_marker = False
        if header.is_control:
            is_idle_marker = self._tracker.is_marker_idle(header, marker_type(spans))
            drops_all = is_idle_marker and self._is_past_horizon(header)
            kept = [] if drops_all else spans
        else:
            drops_all = self._tracker.is_aborted(header)
            kept = [] if drops_all else [each for each in spans if self._stays(header, each)]
        counts.records_read += len(spans)
        counts.records_kept += len(kept)
        if not kept:
            return self._bare_header(header, batch)
        has_tombstone = not header.is_control and any(not each.has_value for each in kept)
        stamps_horizon = (has_tombstone or is_idle_marker) and not header.has_delete_horizon
        if len(kept) == len(spans) and not stamps_horizon:
            counts.batches_copied += 1
            return batch
        counts.batches_rewritten += 1
        horizon_ms = self._wall_ms + self._delete_retention_ms if stamps_horizon else None
        return rebuild(header, payload, kept, horizon_ms)

    def _stays(self, header: BatchHeader, span: RecordSpan) -> bool:
        offset = header.base_offset + span.offset_delta
        if offset >= self._keys.next_offset:
            return True
        if span.key is None or self._keys.is_superseded(span.key, offset):
            return False
        return span.has_value or not self._is_past_horizon(header)

    def _is_past_horizon(self, header: BatchHeader) -> bool:
        return header.has_delete_horizon and header.base_timestamp <= self._wall_ms

    def _bare_header(self, header: BatchHeader, batch: memoryview) -> memoryview | bytes | None:
        is_last_of_round = header.next_offset == self._end_offset
        if not is_last_of_round and not self._is_last_of_producer(header):
            return None
        if header.record_count == 0:
            self.counts.batches_copied += 1
            return batch
        self.counts.batches_rewritten += 1
        attributes = header.attributes & ~(CODEC_MASK | DELETE_HORIZON)
        return _seal(header, attributes, NO_TIMESTAMP, header.max_timestamp, 0, b"")

    def _is_last_of_producer(self, header: BatchHeader) -> bool:
        last = self._producers.get(header.producer_id)
        if header.producer_id < 0 or last is None:
            return False
        if last.last_data_offset >= 0:
            return header.last_offset == last.last_data_offset
        return header.is_control and header.producer_epoch == last.producer_epoch


def note_keys(
    header: BatchHeader,
    batch: memoryview,
    keys: KeyOffsetMap,
    tracker: TransactionTracker,
    start: int,
) -> bool:
    """First pass: take one batch into the map; False, and nothing taken, when it is full.

    Keys below the offset `start` belong to the clean part, whose records the map must not move.
    """
    if not keys.has_room_for(header.record_count):
        return False
    if header.is_control:
        tracker.is_marker_idle(header, marker_type(_spans_of(header, batch)))
    elif not tracker.is_aborted(header):
        base = header.base_offset
        for span in _spans_of(header, batch):
            if span.key is not None and base + span.offset_delta >= start:
                keys.put(span.key, base + span.offset_delta)
    keys.next_offset = header.next_offset
    return True


def _spans_of(header: BatchHeader, batch: memoryview) -> list[RecordSpan]:
    payload = memoryview(read_payload(batch, header, PAYLOAD_BYTES_MAX))
    return scan_records(payload, header.record_count)


def marker_type(spans: list[RecordSpan]) -> int | None:
    """Return the type in a control batch's key (0 abort, 1 commit); None when it is empty."""
    if not spans:
        return None
    key = spans[0].key
    if key is None or len(key) < 4:
        raise CorruptRecord("a control record's key holds version and type, 4 bytes")
    return int.from_bytes(key[2:4], "big", signed=True)


def scan_records(payload: memoryview, record_count: int) -> list[RecordSpan]:
    """Find the records in an uncompressed payload; `CorruptRecord` when they do not fill it."""
    spans: list[RecordSpan] = []
    position = 0
    try:
        for _ in range(record_count):
            span = _scan_record(payload, position)
            spans.append(span)
            position = span.end
    except IndexError:
        raise CorruptRecord(f"record {len(spans)} of {record_count} is cut off") from None
    if position != len(payload):
        raise CorruptRecord(f"{len(payload) - position} bytes follow the last record")
    return spans


def _scan_record(payload: memoryview, start: int) -> RecordSpan:
    length, position = _read_varint(payload, start)
    end = position + length
    if length < 0 or end > len(payload):
        raise CorruptRecord(f"a record of {length} bytes at {position} leaves its batch")
    timestamp_delta, body = _read_varint(payload, position + 1)  # behind the attributes
    offset_delta, position = _read_varint(payload, body)
    key_length, position = _read_varint(payload, position)
    key = None
    if key_length >= 0:
        key = payload[position : position + key_length]
        position += key_length
    value_length, position = _read_varint(payload, position)
    if position + max(0, value_length) > end:
        raise CorruptRecord(f"key and value of a record at {start} are longer than the record")
    return RecordSpan(start, end, offset_delta, timestamp_delta, body, key, value_length >= 0)


def _read_varint(payload: memoryview, position: int) -> tuple[int, int]:
    """Return a zigzag varint and the position behind it."""
    byte = payload[position]
    position += 1
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), position
    value = byte & 0x7F
    shift = 7
    while byte >= 0x80:
        if shift > 63:
            raise CorruptRecord(f"a number of more than 10 bytes at {position}")
        byte = payload[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
    return (value >> 1) ^ -(value & 1), position


def rebuild(
    header: BatchHeader, payload: memoryview, kept: list[RecordSpan], horizon_ms: int | None
) -> bytes:
    """Return the batch with the `kept` records only, stamped with a delete horizon if given."""
    timestamps = [header.base_timestamp + each.timestamp_delta for each in kept]
    # Under a horizon of an earlier round the deltas are already relative to it: they are copied.
    max_timestamp = header.max_timestamp if header.timestamp_type else max(timestamps)
    if horizon_ms is None:
        base, attributes = header.base_timestamp, header.attributes
        records = b"".join([payload[each.start : each.end] for each in kept])
    else:
        base, attributes = horizon_ms, header.attributes | DELETE_HORIZON
        pairs = zip(kept, timestamps, strict=True)
        records = b"".join([_restamped(payload, span, at - base) for span, at in pairs])
    if header.codec != Codec.NONE:
        records = compress(Codec(header.codec), records)
    return _seal(header, attributes, base, max_timestamp, len(kept), records)


def _restamped(payload: memoryview, span: RecordSpan, timestamp_delta: int) -> bytes:
    """Return one record's bytes with another timestamp delta."""
    delta = encode_varint(timestamp_delta)
    rest = payload[span.body : span.end]
    return b"".join((encode_varint(1 + len(delta) + len(rest)), b"\x00", delta, rest))


def _seal(
    header: BatchHeader,
    attributes: int,
    base_timestamp: int,
    max_timestamp: int,
    record_count: int,
    records: bytes,
) -> bytes:
    """Return a whole batch that keeps the offsets and producer fields of `header`."""
    batch = assemble_batch(
        records,
        record_count=record_count,
        last_offset_delta=header.last_offset_delta,
        base_timestamp=base_timestamp,
        max_timestamp=max_timestamp,
        attributes=attributes,
        base_offset=header.base_offset,
        leader_epoch=header.partition_leader_epoch,
        producer_id=header.producer_id,
        producer_epoch=header.producer_epoch,
        base_sequence=header.base_sequence,
    )
    return bytes(batch)
