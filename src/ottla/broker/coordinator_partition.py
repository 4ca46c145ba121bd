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
    from ottla.records.control import TransactionMarker
    from ottla.replication.partition import Partition
    from ottla.storage.partition_log import AppendResult

NO_PRODUCER = -1

NULL_BYTES = -1  # the length of a value that is null

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
            records = [
                (offset, CoordinatorRecord(key, value))
                for offset, _, key, value, _ in iter_payload(read_payload(batch, header), header)
                if key is not None
            ]
        yield LoadedBatch(header.last_offset + 1, records, producer, marker)
