# SPDX-License-Identifier: Apache-2.0
"""The header of a record batch (magic 2): the unit of append, of CRC and of compression.

The broker treats a batch as bytes and reads these 61 of them:

| at | field | type | notes |
|---:|---|---|---|
| 0  | base_offset            | i64 | assigned on append, outside the CRC |
| 8  | batch_length           | i32 | bytes after this field: the whole batch is 12 longer |
| 12 | partition_leader_epoch | i32 | assigned on append, outside the CRC |
| 16 | magic                  | i8  | 2 |
| 17 | crc                    | u32 | CRC-32C of everything from byte 21 to the end |
| 21 | attributes             | i16 | bits, see below |
| 23 | last_offset_delta      | i32 | compaction keeps it, so a batch may end in a hole |
| 27 | base_timestamp         | i64 | of the first record; the delete horizon when bit 6 is set |
| 35 | max_timestamp          | i64 | largest of the records, or the append time when bit 3 is set |
| 43 | producer_id            | i64 | -1 when the producer is not idempotent |
| 51 | producer_epoch         | i16 | likewise |
| 53 | base_sequence          | i32 | likewise |
| 57 | record_count           | i32 | |
| 61 | records                |     | see `ottla.records.record`; compressed as a whole |

Attributes: bits 0 to 2 the codec, 3 LogAppendTime, 4 transactional, 5 control, 6 delete horizon.

Base offset and leader epoch lie before the range that the CRC covers: the broker patches both in
place and the producer's CRC stays true.

Everything that touches a log calls this module: produce, fetch, storage, compaction, clients.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

import crc32c as _crc32c

from ottla.base.errors import OttlaError

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER: Final = struct.Struct(">qiibIhiqqqhii")
HEADER_BYTES: Final = 61
LENGTH_PREFIX_BYTES: Final = 12
"""Bytes before the range that `batch_length` counts: base offset and the length itself."""

MAGIC: Final = 2
MAGIC_AT: Final = 16
CRC_AT: Final = 17
CRC_FROM: Final = 21
"""First byte that the CRC covers."""

CODEC_MASK: Final = 0x07
LOG_APPEND_TIME: Final = 0x08
TRANSACTIONAL: Final = 0x10
CONTROL: Final = 0x20
DELETE_HORIZON: Final = 0x40

_PRODUCER_FIELDS: Final = struct.Struct(">qhi")
_PRODUCER_FIELDS_AT: Final = 43
_ATTRIBUTES_LOW_AT: Final = 22

NO_TIMESTAMP: Final = -1
NO_PRODUCER_ID: Final = -1

_unpack_from = HEADER.unpack_from
_new_header = tuple.__new__


class CorruptRecord(OttlaError):  # noqa: N818 - the project's name for bytes that are not a batch
    """Bytes that claim to be a batch or a record and are none."""


class BatchHeader(NamedTuple):
    """The 61 bytes in front of the records, field by field, in the order of the bytes."""

    base_offset: int
    batch_length: int
    partition_leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    base_timestamp: int  # ms since 1970; the delete horizon when `has_delete_horizon`
    max_timestamp: int  # ms since 1970, -1 when no record has one
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def size_bytes(self) -> int:
        """Of the whole batch, header included."""
        return self.batch_length + LENGTH_PREFIX_BYTES

    @property
    def last_offset(self) -> int:
        """Of the last record that the producer put in, even if compaction removed it."""
        return self.base_offset + self.last_offset_delta

    @property
    def next_offset(self) -> int:
        """The offset that follows the batch."""
        return self.base_offset + self.last_offset_delta + 1

    @property
    def codec(self) -> int:
        """The codec's number, `ottla.records.compression.Codec` when it is a known one."""
        return self.attributes & CODEC_MASK

    @property
    def timestamp_type(self) -> int:
        """0 is CreateTime (the producer's), 1 is LogAppendTime (the broker's)."""
        return 1 if self.attributes & LOG_APPEND_TIME else 0

    @property
    def is_transactional(self) -> bool:
        """Part of a transaction: visible to read_committed only after its commit marker."""
        return bool(self.attributes & TRANSACTIONAL)

    @property
    def is_control(self) -> bool:
        """Written by a broker for brokers and clients, never handed to an application."""
        return bool(self.attributes & CONTROL)

    @property
    def has_delete_horizon(self) -> bool:
        """Compaction stamped the time from which tombstones may go into `base_timestamp`."""
        return bool(self.attributes & DELETE_HORIZON)

    @property
    def last_sequence(self) -> int:
        """Sequence of the last record; sequences wrap to 0 after 2**31 - 1."""
        if self.base_sequence < 0:
            return -1
        return (self.base_sequence + self.last_offset_delta) & 0x7FFFFFFF

    def encode(self) -> bytes:
        """Return the 61 bytes."""
        return HEADER.pack(*self)


def read_header(buffer: bytes | bytearray | memoryview, offset: int = 0) -> BatchHeader:
    """Read the header at `offset` as it stands; only its presence is checked."""
    try:
        return _new_header(BatchHeader, _unpack_from(buffer, offset))
    except struct.error:
        held = max(0, len(buffer) - offset)
        raise CorruptRecord(
            f"a batch header has {HEADER_BYTES} bytes, only {held} are left"
        ) from None


def iter_headers(
    buffer: bytes | bytearray | memoryview, *, partial_tail: bool = False
) -> Iterator[tuple[int, BatchHeader]]:
    """Yield (position, header) of each batch that lies whole in the buffer, without CRC checks.

    Bytes that are not batches of magic 2 are `CorruptRecord`. So is a batch that the end of the
    buffer cuts off, unless `partial_tail` allows it: a Fetch answer may end in one.
    """
    position = 0
    end = len(buffer)
    while position < end:
        if end - position < HEADER_BYTES:
            if partial_tail:
                return
            raise CorruptRecord(f"{end - position} bytes at {position} are too few for a batch")
        header = read_header(buffer, position)
        size = header.batch_length + LENGTH_PREFIX_BYTES
        if header.magic != MAGIC:
            raise CorruptRecord(f"magic {header.magic} at {position}: only magic {MAGIC} is kept")
        if size < HEADER_BYTES:
            raise CorruptRecord(f"batch length {header.batch_length} at {position} is too small")
        if size > end - position:
            if partial_tail:
                return
            raise CorruptRecord(
                f"the batch at {position} says {size} bytes, {end - position} are left"
            )
        yield position, header
        position += size


def compute_crc(batch: bytes | bytearray | memoryview) -> int:
    """Return the CRC-32C of one whole batch (exactly its bytes, nothing behind it)."""
    return _crc32c.crc32c(memoryview(batch)[CRC_FROM:])


def verify_crc(batch: bytes | bytearray | memoryview) -> None:
    """Raise `CorruptRecord` unless the one whole batch carries its own CRC."""
    header = read_header(batch)
    computed = compute_crc(batch)
    if computed != header.crc:
        raise CorruptRecord(
            f"CRC of the batch at offset {header.base_offset} is {computed:#010x}, "
            f"its header says {header.crc:#010x}"
        )


def write_crc(batch: bytearray | memoryview) -> int:
    """Compute the CRC of one whole batch, store it in its header and return it."""
    crc = compute_crc(batch)
    struct.pack_into(">I", batch, CRC_AT, crc)
    return crc


def mark_transactional(batch: bytearray | memoryview) -> None:
    """Let one whole batch be part of its producer's transaction; the CRC is renewed later."""
    batch[_ATTRIBUTES_LOW_AT] |= TRANSACTIONAL


def write_producer(
    batch: bytearray | memoryview, producer_id: int, producer_epoch: int, base_sequence: int
) -> None:
    """Stamp one whole batch with its producer's identity and sequence, and renew its CRC."""
    _PRODUCER_FIELDS.pack_into(
        batch, _PRODUCER_FIELDS_AT, producer_id, producer_epoch, base_sequence
    )
    write_crc(batch)
