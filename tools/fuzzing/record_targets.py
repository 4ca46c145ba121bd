# SPDX-License-Identifier: Apache-2.0
"""What a producer can put into a batch, and what a broken disk can hand to a reader."""

from __future__ import annotations

import struct
from typing import Final

from ottla.protocol.errors import ErrorCode
from ottla.records.batch import (
    HEADER_BYTES,
    CorruptRecord,
    compute_crc,
    iter_headers,
    read_header,
    verify_crc,
)
from ottla.records.builder import build_batch
from ottla.records.compression import Codec, compress, decompress
from ottla.records.control import TransactionMarker, build_transaction_marker, control_type
from ottla.records.recompression import recompress_batch
from ottla.records.record import Record, decode_records
from ottla.records.validation import InvalidBatch, ValidationLimits, validate_batch
from tools.fuzzing.target import Target

NOW: Final = 1_700_000_000_000
DECOMPRESSED_BYTES_MAX: Final = 1 << 20
_TOPICS: Final = (
    ValidationLimits(),
    ValidationLimits(compacted=True),
    ValidationLimits(log_append_time=True),
    ValidationLimits(verify_records=True, timestamp_before_max_ms=3_600_000),
)
_KEEP_CRC: Final = 0x80


def sample_batches() -> list[bytes]:
    """Return batches of every kind: codecs, headers, nulls, producers, markers, no records."""
    records = [
        Record(0, NOW, b"key", b"value", (("trace", b"1"), ("empty", None))),
        Record(1, NOW + 5, b"key", None),
        Record(2, NOW - 5, b"other", b"x" * 300),
    ]
    batches = [build_batch(records, codec=codec) for codec in Codec]
    batches.append(build_batch(records, producer_id=7, producer_epoch=1, base_sequence=40))
    batches.append(build_batch([Record(0, NOW, b"k", b"v%d" % at) for at in range(1)]))
    batches.append(build_batch([Record(at, NOW, b"k", bytes(20)) for at in range(40)]))
    batches.append(
        build_transaction_marker(
            TransactionMarker(committed=True, coordinator_epoch=3),
            producer_id=7,
            producer_epoch=1,
            timestamp_ms=NOW,
        )
    )
    batches.append(build_batch([], base_offset=0, last_offset=9))
    return batches


def _gate(data: bytes) -> None:
    """Validate as one of four topics; the first byte chooses, and whether to mend the CRC."""
    if not data:
        raise InvalidBatch(ErrorCode.CORRUPT_MESSAGE, "nothing")
    limits = _TOPICS[data[0] % len(_TOPICS)]
    batch = bytearray(data[1:])
    if not data[0] & _KEEP_CRC and len(batch) > HEADER_BYTES:
        struct.pack_into(">i", batch, 8, len(batch) - 12)
        struct.pack_into(">I", batch, 17, compute_crc(batch))
    header = validate_batch(memoryview(batch), limits, NOW)
    verify_crc(batch)
    assert header == read_header(batch), "the returned header is not the batch's"
    assert header.size_bytes == len(batch), "bytes behind the batch were let in"
    assert header.record_count == header.last_offset_delta + 1, "counts that differ were let in"
    if limits.compacted or limits.verify_records:
        records = decode_records(batch)
        assert len(records) == header.record_count, "a lying count was let in"
        assert all(record.key is not None for record in records) or not limits.compacted
    rebuilt, _ = recompress_batch(memoryview(batch), header, Codec.LZ4, limits)
    assert decode_records(rebuilt) == decode_records(batch), "recompression changes records"


def _gate_seeds() -> list[bytes]:
    return [bytes((choice,)) + batch for choice in range(4) for batch in sample_batches()]


def _decode(data: bytes) -> None:
    """Decode whatever is there, as consumers and compaction do, and build it again."""
    for position, header in iter_headers(data):
        batch = data[position : position + header.size_bytes]
        records = decode_records(batch, DECOMPRESSED_BYTES_MAX)
        assert len(records) == header.record_count, "the count differs from the records"
        offsets = [record.offset for record in records]
        assert offsets == sorted(set(offsets)), "offsets do not rise"
        if header.is_control:
            for record in records:
                control_type(record.key)
        if records and header.base_offset >= -(2**63) and offsets[-1] < 2**63:
            again = decode_records(build_batch(records, base_offset=offsets[0]))
            assert again == records, "records change on a second trip"


def _decode_seeds() -> list[bytes]:
    batches = sample_batches()
    return [*batches, b"".join(batches)]


def _decompress(data: bytes) -> None:
    """Decompress with the codec that the first byte names, at most 1 MiB."""
    if not data:
        raise CorruptRecord("nothing")
    plain = decompress(Codec(data[0] % 5), memoryview(data)[1:], DECOMPRESSED_BYTES_MAX)
    assert len(plain) <= DECOMPRESSED_BYTES_MAX, "more came out than was allowed"


def _decompress_seeds() -> list[bytes]:
    plains = (b"a", b"hello, log " * 40, bytes(100_000), bytes(3_000_000))
    return [
        bytes((int(codec),)) + compress(codec, plain)
        for codec in Codec
        for plain in plains
        if codec or len(plain) < 10_000
    ]


TARGETS: Final = (
    Target(
        "produced-batch",
        "the gate lets in what is true to its header, or refuses with InvalidBatch",
        _gate,
        _gate_seeds,
        (InvalidBatch,),
    ),
    Target(
        "record-decode",
        "batches decode to records or are CorruptRecord",
        _decode,
        _decode_seeds,
        (CorruptRecord,),
    ),
    Target(
        "compression",
        "payloads decompress up to the limit or are CorruptRecord",
        _decompress,
        _decompress_seeds,
        (CorruptRecord,),
    ),
)
