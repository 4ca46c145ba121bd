# SPDX-License-Identifier: Apache-2.0
"""Writing batches: the inverse of `ottla.records.record`.

`build_batch` makes one batch of records at hand; `BatchBuilder` takes them one by one until a size
is reached, as a producer's accumulator does. Both write what Kafka's own producer writes: offset
deltas from 0 without holes unless the records say otherwise, timestamps relative to the first.

Callers: clients, coordinators, controllers, compaction, recompression, tests.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from crc32c import crc32c

from ottla.records.batch import (
    CONTROL,
    DELETE_HORIZON,
    HEADER_BYTES,
    LENGTH_PREFIX_BYTES,
    LOG_APPEND_TIME,
    MAGIC,
    NO_TIMESTAMP,
    TRANSACTIONAL,
)
from ottla.records.compression import Codec, compress
from ottla.records.record import HEADER_TEXT_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.records.record import Record


_FRONT: Final = struct.Struct(">qiibI").pack
_COVERED: Final = struct.Struct(">hiqqqhii").pack
"""Both halves of a header: the CRC at the end of the first covers the second and the records."""


def encode_varint(number: int) -> bytes:
    """Zigzag a signed number of up to 64 bits."""
    zigzag = (number << 1) ^ (number >> 63)
    if zigzag < 0x80:
        return _ONE_BYTE[zigzag]
    out = bytearray()
    while zigzag >= 0x80:
        out.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    out.append(zigzag)
    return bytes(out)


NO_HEADERS: Final = b"\x00"
"""How a record without headers ends."""

_ONE_BYTE: Final = tuple(bytes((number,)) for number in range(0x80))


def encode_record(
    offset_delta: int,
    timestamp_delta: int,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]] = (),
) -> bytes:
    """Encode one record with its length in front."""
    parts = [b"\x00", encode_varint(timestamp_delta), encode_varint(offset_delta)]
    _add_bytes(parts, key)
    _add_bytes(parts, value)
    parts.append(encode_varint(len(headers)))
    for name, header_value in headers:
        _add_bytes(parts, name.encode("utf-8", HEADER_TEXT_ERRORS))
        _add_bytes(parts, header_value)
    body = b"".join(parts)
    return encode_varint(len(body)) + body


@lru_cache(maxsize=1 << 16)
def record_front(key_bytes: int, value_bytes: int, offset_delta: int) -> bytes:
    """Return what stands before the key of a record with its batch's timestamp and no headers.

    A value of -1 bytes is null. The key follows, then the value with its length, then a zero.
    """
    delta, key_length = encode_varint(offset_delta), encode_varint(key_bytes)
    value_size = len(encode_varint(value_bytes)) + max(0, value_bytes)
    size = 2 + len(delta) + len(key_length) + key_bytes + value_size + len(NO_HEADERS)
    return b"".join((encode_varint(size), b"\x00\x00", delta, key_length))


def _add_bytes(parts: list[bytes], data: bytes | None) -> None:
    if data is None:
        parts.append(b"\x01")  # -1
    else:
        parts.append(encode_varint(len(data)))
        parts.append(data)


def assemble_batch(
    payload: bytes,
    *,
    record_count: int,
    last_offset_delta: int,
    base_timestamp: int,
    max_timestamp: int,
    attributes: int = 0,
    base_offset: int = 0,
    leader_epoch: int = -1,
    producer_id: int = -1,
    producer_epoch: int = -1,
    base_sequence: int = -1,
) -> bytearray:
    """Put a header with its CRC in front of encoded (and compressed) records."""
    covered = _COVERED(
        attributes, last_offset_delta, base_timestamp, max_timestamp, producer_id, producer_epoch,
        base_sequence, record_count,
    )  # fmt: skip
    crc = crc32c(payload, crc32c(covered))
    length = HEADER_BYTES + len(payload) - LENGTH_PREFIX_BYTES
    front = _FRONT(base_offset, length, leader_epoch, MAGIC, crc)
    return bytearray().join((front, covered, payload))


def build_batch(
    records: Iterable[Record],
    *,
    base_offset: int | None = None,
    codec: Codec = Codec.NONE,
    level: int | None = None,
    log_append_time_ms: int | None = None,
    delete_horizon_ms: int | None = None,
    last_offset: int | None = None,
    producer_id: int = -1,
    producer_epoch: int = -1,
    base_sequence: int = -1,
    transactional: bool = False,
    control: bool = False,
    leader_epoch: int = -1,
) -> bytes:
    """Build one batch; a producer leaves the records' offsets at 0, 1, 2 and so on.

    `base_offset` defaults to the first record's offset, `last_offset` to the last one's: compaction
    passes both, to keep a batch's place when its ends are gone. `log_append_time_ms` makes it a
    LogAppendTime batch, `delete_horizon_ms` stamps when its tombstones may go.
    """
    kept = list(records)
    if not kept and (base_offset is None or last_offset is None):
        raise ValueError("a batch without records needs its base_offset and last_offset")
    first_offset = kept[0].offset if base_offset is None else base_offset
    attributes = int(codec) | (TRANSACTIONAL if transactional else 0) | (CONTROL if control else 0)
    base_timestamp = kept[0].timestamp_ms if kept else NO_TIMESTAMP
    max_timestamp = max((record.timestamp_ms for record in kept), default=NO_TIMESTAMP)
    if log_append_time_ms is not None:
        attributes |= LOG_APPEND_TIME
        max_timestamp = log_append_time_ms
    if delete_horizon_ms is not None:
        attributes |= DELETE_HORIZON
        base_timestamp = delete_horizon_ms
    payload = b"".join(
        encode_record(
            record.offset - first_offset,
            record.timestamp_ms - base_timestamp,
            record.key,
            record.value,
            record.headers,
        )
        for record in kept
    )
    batch = assemble_batch(
        compress(codec, payload, level) if payload else payload,
        record_count=len(kept),
        last_offset_delta=(kept[-1].offset if last_offset is None else last_offset) - first_offset,
        base_timestamp=base_timestamp,
        max_timestamp=max_timestamp,
        attributes=attributes,
        base_offset=first_offset,
        leader_epoch=leader_epoch,
        producer_id=producer_id,
        producer_epoch=producer_epoch,
        base_sequence=base_sequence,
    )
    return bytes(batch)


class BatchBuilder:
    """Collects records for one batch up to a size; owned by one producer task."""

    __slots__ = ("_base_timestamp", "_codec", "_level", "_max_timestamp", "_parts", "size_bytes")

    def __init__(self, *, codec: Codec = Codec.NONE, level: int | None = None) -> None:
        self._codec = codec
        self._level = level
        self._parts: list[bytes] = []
        self._base_timestamp = NO_TIMESTAMP
        self._max_timestamp = NO_TIMESTAMP
        self.size_bytes = HEADER_BYTES  # uncompressed, header included

    @property
    def record_count(self) -> int:
        """Records appended so far."""
        return len(self._parts)

    def append(
        self,
        timestamp_ms: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] = (),
        *,
        max_bytes: int | None = None,
    ) -> int | None:
        """Append a record and return its offset delta, None when it would pass `max_bytes`.

        The first record is always taken, so that a too large one reaches the broker's clear answer.
        """
        delta = len(self._parts)
        base_timestamp = self._base_timestamp if delta else timestamp_ms
        encoded = encode_record(delta, timestamp_ms - base_timestamp, key, value, headers)
        if delta and max_bytes is not None and self.size_bytes + len(encoded) > max_bytes:
            return None
        self._base_timestamp = base_timestamp
        self._max_timestamp = max(self._max_timestamp, timestamp_ms)
        self._parts.append(encoded)
        self.size_bytes += len(encoded)
        return delta

    def build(
        self,
        *,
        producer_id: int = -1,
        producer_epoch: int = -1,
        base_sequence: int = -1,
        transactional: bool = False,
    ) -> bytearray:
        """Return the batch as it goes to the broker: base offset 0, no leader epoch."""
        assert self._parts, "a batch is built from at least one record"
        return assemble_batch(
            compress(self._codec, b"".join(self._parts), self._level),
            record_count=len(self._parts),
            last_offset_delta=len(self._parts) - 1,
            base_timestamp=self._base_timestamp,
            max_timestamp=self._max_timestamp,
            attributes=int(self._codec) | (TRANSACTIONAL if transactional else 0),
            producer_id=producer_id,
            producer_epoch=producer_epoch,
            base_sequence=base_sequence,
        )
