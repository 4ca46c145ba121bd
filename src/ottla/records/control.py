# SPDX-License-Identifier: Apache-2.0
"""Control batches: what brokers write into a log for brokers and clients, never for applications.

A control batch holds one record. Its key is (version i16, type i16); the value depends on the type:

| type | | value |
|---|---|---|
| 0, 1 | abort, commit | version i16, coordinator epoch i32: the end of a transaction |
| 2 | leader change | version i16, leader i32, voters, granting voters (flexible) |
| 3 | snapshot header | version i16, last contained log timestamp i64 (flexible) |
| 4 | snapshot footer | version i16 (flexible) |
| 5, 6 | KRaft version, voters | not written here |

Transaction markers carry the producer's id and epoch in the batch header and are transactional
themselves; the others have no producer. Written by the transaction coordinator and by the engines
of the metadata log; read by storage (which transactions are open) and by clients.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final, NamedTuple

from crc32c import crc32c

from ottla.protocol.errors import WireError
from ottla.protocol.messages.control_records import (
    LeaderChangeMessage,
    LeaderChangeMessageVoter,
    SnapshotFooterRecord,
    SnapshotHeaderRecord,
)
from ottla.records.batch import (
    CONTROL,
    CRC_AT,
    CRC_FROM,
    LENGTH_PREFIX_BYTES,
    MAGIC,
    TRANSACTIONAL,
    CorruptRecord,
)
from ottla.records.builder import build_batch
from ottla.records.record import Record, decode_records

_KEY: Final = struct.Struct(">hh")
_END_TRANSACTION: Final = struct.Struct(">hi")

# Header and record of a transaction marker. All lengths are known: the record has 16 bytes, its
# key 4, its value 6 (as varints 0x20, 0x08, 0x0C).
_MARKER: Final = struct.Struct(">qiibIhiqqqhii 5s hh s hi s")
_MARKER_BYTES: Final = _MARKER.size
_MARKER_RECORD_FRONT: Final = b"\x20\x00\x00\x00\x08"  # size, attributes, deltas, key's size
_MARKER_VALUE_SIZE: Final = b"\x0c"
_NO_HEADERS: Final = b"\x00"
_put_crc = struct.Struct(">I").pack_into


class ControlType(IntEnum):
    """What a control record says."""

    ABORT = 0
    COMMIT = 1
    LEADER_CHANGE = 2
    SNAPSHOT_HEADER = 3
    SNAPSHOT_FOOTER = 4
    KRAFT_VERSION = 5
    KRAFT_VOTERS = 6


class TransactionMarker(NamedTuple):
    """The end of a transaction in one partition."""

    committed: bool
    coordinator_epoch: int
    transaction_version: int = 0
    """The producer's protocol, by which a leader judges the epoch; not written to the log."""


def control_type(key: bytes | None) -> ControlType | None:
    """Return the type in a control record's key, None for one of a later Kafka."""
    if key is None or len(key) < _KEY.size:
        raise CorruptRecord("a control record needs a key of four bytes")
    version, number = _KEY.unpack_from(key)
    if version < 0:
        raise CorruptRecord(f"a control record's key has version {version}")
    return ControlType._value2member_map_.get(number)  # type: ignore[return-value]


def decode_transaction_marker(record: Record) -> TransactionMarker | None:
    """Read a commit or abort marker; None when the control record is something else."""
    kind = control_type(record.key)
    if kind not in (ControlType.ABORT, ControlType.COMMIT):
        return None
    if record.value is None or len(record.value) < _END_TRANSACTION.size:
        raise CorruptRecord("a transaction marker needs a value of six bytes")
    version, coordinator_epoch = _END_TRANSACTION.unpack_from(record.value)
    if version < 0:
        raise CorruptRecord(f"a transaction marker has version {version}")
    return TransactionMarker(kind is ControlType.COMMIT, coordinator_epoch)


def read_transaction_marker(batch: bytes | bytearray | memoryview) -> TransactionMarker | None:
    """Read the marker that one whole control batch holds; None when it holds something else."""
    records = decode_records(batch)
    if len(records) != 1:
        raise CorruptRecord(f"a control batch holds one record, not {len(records)}")
    return decode_transaction_marker(records[0])


def build_transaction_marker(
    marker: TransactionMarker,
    *,
    producer_id: int,
    producer_epoch: int,
    timestamp_ms: int,
    offset: int = 0,
    leader_epoch: int = -1,
) -> bytearray:
    """Build the control batch that ends a producer's transaction in one partition."""
    # hot: benchmarks/micro/transaction_path.py, once for each partition of a transaction
    batch = bytearray(_MARKER_BYTES)
    _MARKER.pack_into(
        batch, 0, offset, _MARKER_BYTES - LENGTH_PREFIX_BYTES, leader_epoch, MAGIC, 0,
        TRANSACTIONAL | CONTROL, 0, timestamp_ms, timestamp_ms, producer_id, producer_epoch, -1, 1,
        _MARKER_RECORD_FRONT, 0, marker.committed, _MARKER_VALUE_SIZE,
        0, marker.coordinator_epoch, _NO_HEADERS,
    )  # fmt: skip
    _put_crc(batch, CRC_AT, crc32c(memoryview(batch)[CRC_FROM:]))
    return batch


def build_leader_change(
    leader_id: int, voter_ids: list[int], *, timestamp_ms: int, offset: int, leader_epoch: int
) -> bytes:
    """Build the batch with which a KRaft leader opens its epoch; every voter granted its vote."""
    voters = [LeaderChangeMessageVoter(voter_id=voter_id) for voter_id in voter_ids]
    message = LeaderChangeMessage(leader_id=leader_id, voters=voters, granting_voters=voters)
    value = message.encode(0)
    return _control_batch(ControlType.LEADER_CHANGE, value, timestamp_ms, offset, leader_epoch)


def build_snapshot_header(
    last_contained_timestamp_ms: int, *, timestamp_ms: int, offset: int, leader_epoch: int
) -> bytes:
    """Build the first batch of a KRaft snapshot."""
    record = SnapshotHeaderRecord(last_contained_log_timestamp=last_contained_timestamp_ms)
    value = record.encode(0)
    return _control_batch(ControlType.SNAPSHOT_HEADER, value, timestamp_ms, offset, leader_epoch)


def build_snapshot_footer(*, timestamp_ms: int, offset: int, leader_epoch: int) -> bytes:
    """Build the last batch of a KRaft snapshot: one that lacks it was cut off."""
    value = SnapshotFooterRecord().encode(0)
    return _control_batch(ControlType.SNAPSHOT_FOOTER, value, timestamp_ms, offset, leader_epoch)


def read_snapshot_header(record: Record) -> int:
    """Return the last contained log timestamp of a snapshot header record."""
    if control_type(record.key) is not ControlType.SNAPSHOT_HEADER:
        raise CorruptRecord("a snapshot must begin with a snapshot header")
    try:
        return SnapshotHeaderRecord.decode(record.value or b"", 0).last_contained_log_timestamp
    except WireError as error:
        raise CorruptRecord(f"the snapshot header is broken: {error}") from None


def _control_batch(
    kind: ControlType, value: bytes, timestamp_ms: int, offset: int, leader_epoch: int
) -> bytes:
    record = Record(offset, timestamp_ms, _KEY.pack(0, kind), value)
    return build_batch([record], control=True, leader_epoch=leader_epoch)
