# SPDX-License-Identifier: Apache-2.0
"""A partition of an internal topic as its coordinator sees it: batches in, batches out.

Implements `ottla.coordinators.ports.CoordinatorPartition` on a led partition. Records become one
batch, stamped with the time of the append; those of a transaction carry its producer and no
sequence, since no client repeats them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.coordinators.ports import (
    CoordinatorRecord,
    EncodedRecords,
    LoadedBatch,
    ProducerIdentity,
)
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import CONTROL, TRANSACTIONAL, iter_headers
from ottla.records.builder import NO_HEADERS, assemble_batch, encode_varint, record_front
from ottla.records.control import read_transaction_marker
from ottla.records.record import iter_payload, read_payload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.broker.burst import Burst
    from ottla.records.batch import BatchHeader
    from ottla.records.control import TransactionMarker
    from ottla.replication.partition import Partition
    from ottla.storage.partition_log import AppendResult

NO_PRODUCER = -1

TWO_BYTES_MAX = 0x3FFF
"""The largest unsigned number that a varint of two bytes holds."""

NULL_BYTES = -1  # the length of a value that is null

_new_record = tuple.__new__  # what the class would call, without its checks of arguments
_LENGTHS = (*(encode_varint(length) for length in range(1024)), encode_varint(NULL_BYTES))


class LedPartition:
    """One led partition of an internal topic; lives as long as its shard."""

    __slots__ = ("_burst", "_truncation_count", "partition")

    def __init__(self, partition: Partition, burst: Burst) -> None:
        self.partition = partition
        self._burst = burst
        self._truncation_count = partition.log.truncation_count

    @property
    def leader_epoch(self) -> int:
        """The epoch under which this broker leads."""
        return self.partition.leader_epoch

    @property
    def high_watermark(self) -> int:
        """Records below it are committed."""
        return self.partition.high_watermark

    @property
    def is_lost(self) -> bool:
        """Whether appends were taken back, or the partition is gone: the shard is worth nothing."""
        partition = self.partition
        return (
            partition.lost_with is not None
            or partition.log.truncation_count != self._truncation_count
        )

    def append(
        self,
        records: Sequence[CoordinatorRecord],
        wall_ms: int,
        producer: ProducerIdentity | None,
        *,
        is_patient: bool = False,
    ) -> int:
        """Append one batch; raises ApiError."""
        batch = encode_batch(records, wall_ms, producer)
        try:
            result = self.partition.append_of_coordinator(batch, wall_ms)
        except StorageError as error:
            raise ApiError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
        if is_patient:
            self._burst.add_later(self.partition)
            return result.last_offset + 1
        return self._staged(result)

    def append_marker(
        self, producer: ProducerIdentity, marker: TransactionMarker, wall_ms: int
    ) -> int:
        """Append the end of a transaction; raises ApiError."""
        try:
            result = self.partition.append_marker(*producer, marker, wall_ms)
        except StorageError as error:
            raise ApiError(ErrorCode.KAFKA_STORAGE_ERROR, str(error)) from error
        return self._staged(result)

    def _staged(self, result: AppendResult) -> int:
        self._burst.add_soon(self.partition)
        return result.last_offset + 1


def encode_batch(
    records: Sequence[CoordinatorRecord], wall_ms: int, producer: ProducerIdentity | None
) -> bytearray:
    """Return the batch of some records, all with the same timestamp."""
    # hot: benchmarks/micro/coordinator_write.py
    if type(records) is not tuple and isinstance(records, EncodedRecords):
        payload = records.payload
    else:
        payload = _payload_of(records)
    producer_id, producer_epoch = producer if producer is not None else (NO_PRODUCER, -1)
    return assemble_batch(
        payload,
        record_count=len(records),
        last_offset_delta=len(records) - 1,
        base_timestamp=wall_ms,
        max_timestamp=wall_ms,
        attributes=TRANSACTIONAL if producer is not None else 0,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
    )


def _payload_of(records: Sequence[CoordinatorRecord]) -> bytes:
    parts: list[bytes] = []
    for delta, (key, value) in enumerate(records):
        size = NULL_BYTES if value is None else len(value)
        length = _LENGTHS[size] if size < len(_LENGTHS) else encode_varint(size)
        parts += (record_front(len(key), size, delta), key, length, value or b"", NO_HEADERS)
    return b"".join(parts)


def decode_batches(data: bytes | bytearray | memoryview) -> Iterator[LoadedBatch]:
    """Yield the whole batches of a piece of the log; raises CorruptRecord.

    Batches that say nothing (compaction leaves them for their offsets) have no records.
    """
    view = memoryview(data)
    for position, header in iter_headers(view, partial_tail=True):
        producer = marker = None
        records: list[tuple[int, CoordinatorRecord]] = []
        if header.attributes & TRANSACTIONAL:
            producer = ProducerIdentity(header.producer_id, header.producer_epoch)
        batch = view[position : position + header.size_bytes]
        if header.attributes & CONTROL:
            marker = read_transaction_marker(batch) if header.record_count else None
        else:
            payload = read_payload(batch, header)
            records = _plain_records(payload, header) or _records(payload, header)
        yield LoadedBatch(header.last_offset + 1, records, producer, marker)


def _records(payload: bytes, header: BatchHeader) -> list[tuple[int, CoordinatorRecord]]:
    """Decode any records; those without a key mean nothing to a coordinator."""
    return [
        (offset, CoordinatorRecord(key, value))
        for offset, _, key, value, _ in iter_payload(payload, header)
        if key is not None
    ]


def _plain_records(data: bytes, header: BatchHeader) -> list[tuple[int, CoordinatorRecord]] | None:
    """Decode records as coordinators write them; None when one of them is anything else.

    Plain records have the timestamp of their batch, a key, and no headers, and no number in them
    needs more than two bytes.
    """
    # hot: benchmarks/micro/coordinator_load.py, 0.8 us for each record instead of 2.2
    base_offset = header.base_offset
    new_record, kind = _new_record, CoordinatorRecord
    records: list[tuple[int, CoordinatorRecord]] = []
    add = records.append
    position = 0
    last_delta = -1
    size = len(data)
    try:
        for _ in range(header.record_count):
            length = data[position]
            position += 1
            if length >= 0x80:
                length += (data[position] << 7) - 0x80
                position += 1
            end = position + (length >> 1)
            if data[position] or data[position + 1]:  # attributes, timestamp delta
                return None
            delta = data[position + 2]
            position += 3
            if delta >= 0x80:
                delta += (data[position] << 7) - 0x80
                position += 1
            key_length = data[position]
            position += 1
            if key_length >= 0x80:
                key_length += (data[position] << 7) - 0x80
                position += 1
            key_end = position + (key_length >> 1)
            value_length = data[key_end]
            value_start = key_end + 1
            if value_length >= 0x80:
                value_length += (data[value_start] << 7) - 0x80
                value_start += 1
            value: bytes | None
            if value_length == 1:
                value, value_end = None, value_start
            else:
                value_end = value_start + (value_length >> 1)
                value = data[value_start:value_end]
            if (
                (length | delta | key_length) & 1
                or (value_length & 1 and value is not None)
                or (length | delta | key_length | value_length) > TWO_BYTES_MAX
                or data[value_end]
                or value_end + 1 != end
                or delta <= last_delta
            ):
                return None
            last_delta = delta
            key = data[position:key_end]
            add((base_offset + (delta >> 1), new_record(kind, (key, value))))
            position = end
    except IndexError:
        return None
    is_whole = position == size and last_delta >> 1 <= header.last_offset_delta
    return records if is_whole else None
