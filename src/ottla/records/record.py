# SPDX-License-Identifier: Apache-2.0
"""The records inside a batch: what an application wrote, one by one.

| field | type |
|---|---|
| length           | varint, bytes after this field |
| attributes       | i8, unused |
| timestamp_delta  | varlong, to the batch's base timestamp |
| offset_delta     | varint, to the batch's base offset |
| key              | varint length (-1 is null), bytes |
| value            | varint length (-1 is null), bytes |
| headers          | varint count, then for each: key and value as above, the key never null |

All varints are zigzag: the smallest record has seven bytes.

A broker decodes records only where it must (compacted topics, coordinators, dumps); clients always.
Whatever the bytes are, decoding ends in records or in `CorruptRecord`, in time and memory bounded
by the payload. What it accepts has offsets that rise strictly within the batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.records.batch import (
    HEADER_BYTES,
    BatchHeader,
    CorruptRecord,
    read_header,
)
from ottla.records.compression import DECOMPRESSED_BYTES_MAX, Codec, decompress
from ottla.records.record_run import decode_run

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD_BYTES_MIN: Final = 7
"""Length, attributes, timestamp delta, offset delta, null key, null value, no headers."""

HEADER_TEXT_ERRORS: Final = "surrogateescape"
"""Header keys that are not UTF-8 come out and go in again unchanged, as Kafka's bytes would."""

_new_record = tuple.__new__  # what the class would call, without its checks of arguments
_INT64_BOUND: Final = 2**63

_RECORDS_BETWEEN_LOOKS: Final = 64
"""How many records are decoded one by one after a look for a run that found none."""


class Record(NamedTuple):
    """One record with its place in the log; immutable once written."""

    offset: int
    timestamp_ms: int  # since 1970, -1 when there is none
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


def decode_records(
    batch: bytes | bytearray | memoryview, max_bytes: int = DECOMPRESSED_BYTES_MAX
) -> list[Record]:
    """Decode the one whole batch that `batch` holds, at most `max_bytes` of records."""
    header = read_header(batch)
    payload = read_payload(batch, header, max_bytes)
    return decode_payload(payload, header)


def read_payload(
    batch: bytes | bytearray | memoryview,
    header: BatchHeader,
    max_bytes: int = DECOMPRESSED_BYTES_MAX,
) -> bytes:
    """Return the records' bytes, decompressed."""
    if header.size_bytes < HEADER_BYTES or header.size_bytes > len(batch):
        raise CorruptRecord(f"the batch says {header.size_bytes} bytes, {len(batch)} are here")
    try:
        codec = Codec(header.codec)
    except ValueError:
        raise CorruptRecord(f"unknown compression codec {header.codec}") from None
    view = memoryview(batch)[HEADER_BYTES : header.size_bytes]
    if header.record_count == 0 and len(view) == 0:
        return b""  # compaction keeps empty batches for their offsets and sequences
    return decompress(codec, view, max_bytes)


def decode_payload(payload: bytes, header: BatchHeader) -> list[Record]:
    """Decode decompressed records; the header's count must be true to the byte."""
    return list(iter_payload(payload, header))


def iter_payload(payload: bytes, header: BatchHeader) -> Iterator[Record]:
    """Decode one record after the other: for callers that look at each and keep none.

    Up to the last record nothing says that the payload is true to its header.
    """
    count = header.record_count
    if count < 0 or count * RECORD_BYTES_MIN > len(payload):
        raise CorruptRecord(f"{count} records cannot be in {len(payload)} bytes")
    try:
        yield from _records_of(payload, header)
    except IndexError:
        raise CorruptRecord(f"the batch ends inside one of its {count} records") from None


def _records_of(data: bytes, header: BatchHeader) -> Iterator[Record]:
    """Yield every record; numbers of one byte, which most are, are read without a call."""
    # hot: benchmarks/micro/decode_records.py, 1.5 us per record
    base_offset = header.base_offset
    base_timestamp = header.base_timestamp
    timestamp_ms = header.max_timestamp
    create_time = not header.timestamp_type
    last_offset_delta = header.last_offset_delta
    new_record = _new_record
    size = len(data)
    position = 0
    last_delta = -1
    last_length = 0
    left = header.record_count
    next_look = left if abs(base_timestamp) < _INT64_BOUND - 64 else -1
    while left > 0:
        left -= 1
        start = position
        byte = data[position]
        if byte < 0x80:
            length = byte >> 1 if not byte & 1 else -1
            position += 1
        else:
            length, position = read_varint(data, position)
        end = position + length
        if length < RECORD_BYTES_MIN - 1 or end > size:
            raise CorruptRecord(f"a record says {length} bytes, {size - position} are left")
        position += 1  # attributes
        byte = data[position]
        if byte < 0x80:
            number = (byte >> 1) ^ -(byte & 1)
            position += 1
        else:
            number, position = read_varint(data, position, 10)
        if create_time:
            timestamp_ms = base_timestamp + number
            if not -_INT64_BOUND <= timestamp_ms < _INT64_BOUND:
                raise CorruptRecord(f"the timestamp {timestamp_ms} does not fit 64 bits")
        byte = data[position]
        if byte < 0x80:
            delta = (byte >> 1) ^ -(byte & 1)
            position += 1
        else:
            delta, position = read_varint(data, position)
        if not last_delta < delta <= last_offset_delta:
            raise CorruptRecord(
                f"offset delta {delta} follows {last_delta} in a batch that "
                f"ends at {last_offset_delta}"
            )
        last_delta = delta
        byte = data[position]
        if byte < 0x80 and not byte & 1 and (stop := position + 1 + (byte >> 1)) <= end:
            key: bytes | None = data[position + 1 : stop]
            position = stop
        else:
            key, position = _read_bytes(data, position, end)
        byte = data[position]
        if byte < 0x80 and not byte & 1 and (stop := position + 1 + (byte >> 1)) <= end:
            value: bytes | None = data[position + 1 : stop]
            position = stop
        else:
            value, position = _read_bytes(data, position, end)
        if data[position]:
            headers, position = read_headers(data, position, end)
        else:
            headers = ()
            position += 1
        if position != end:
            raise CorruptRecord(f"a record of {length} bytes ends {end - position} bytes early")
        yield new_record(Record, (base_offset + delta, timestamp_ms, key, value, headers))
        if length != last_length or left > next_look:
            last_length = length
            continue
        run = decode_run(data, start, end, last_offset_delta, left)
        for delta, number, key, value in run:
            if create_time:
                timestamp_ms = base_timestamp + number
            yield new_record(Record, (base_offset + delta, timestamp_ms, key, value, ()))
        if run:
            last_delta = delta
            left -= len(run)
            position += len(run) * (end - start)
        else:
            next_look = left - _RECORDS_BETWEEN_LOOKS
    if position != size:
        raise CorruptRecord(
            f"{size - position} bytes follow the last of {header.record_count} records"
        )


def read_varint(data: bytes | memoryview, position: int, bytes_max: int = 5) -> tuple[int, int]:
    """Read a zigzag varint of at most `bytes_max` bytes; IndexError at the end of the data."""
    byte = data[position]
    position += 1
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), position
    number = byte & 0x7F
    for shift in range(7, bytes_max * 7, 7):
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            if number >> (64 if bytes_max == 10 else 32):
                raise CorruptRecord("a varint has more bits than its type")
            return (number >> 1) ^ -(number & 1), position
    raise CorruptRecord(f"a varint has more than {bytes_max} bytes")


def _read_bytes(data: bytes, position: int, end: int) -> tuple[bytes | None, int]:
    length, position = read_varint(data, position)
    if length == -1:
        return None, position
    stop = position + length
    if length < 0 or stop > end:
        raise CorruptRecord(f"a field says {length} bytes, its record has {end - position} left")
    return data[position:stop], stop


def read_headers(
    data: bytes, position: int, end: int
) -> tuple[tuple[tuple[str, bytes | None], ...], int]:
    """Return the headers of a record and where they end; IndexError at the end of the data."""
    count, position = read_varint(data, position)
    if count < 0 or count * 2 > end - position:
        raise CorruptRecord(f"{count} headers cannot be in {end - position} bytes")
    headers = []
    for _ in range(count):
        key, position = _read_bytes(data, position, end)
        if key is None:
            raise CorruptRecord("the key of a header is null")
        value, position = _read_bytes(data, position, end)
        headers.append((key.decode("utf-8", HEADER_TEXT_ERRORS), value))
    return tuple(headers), position
