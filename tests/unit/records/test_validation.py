# SPDX-License-Identifier: Apache-2.0
"""The gate for produced batches: what passes unchanged, what is put right, what is refused."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.protocol.errors import ErrorCode
from ottla.records.batch import (
    CONTROL,
    CRC_AT,
    DELETE_HORIZON,
    LOG_APPEND_TIME,
    TRANSACTIONAL,
    BatchHeader,
    read_header,
    verify_crc,
    write_crc,
)
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records
from ottla.records.validation import (
    InvalidBatch,
    RecordError,
    ValidationLimits,
    validate_batch,
)

NOW = 1_700_000_000_000
HOUR = 3_600_000
PLAIN = ValidationLimits()
COMPACTED = ValidationLimits(compacted=True)
THOROUGH = ValidationLimits(verify_records=True)


def produced(count: int = 3, **options: Any) -> memoryview:
    """Build what a producer sends: keyed records, all of them now."""
    records = [Record(at, NOW, b"key", b"value") for at in range(count)]
    return memoryview(bytearray(build_batch(records, **options)))


def forged(batch: memoryview, **fields: int) -> memoryview:
    """Change header fields and make the CRC true again."""
    told = BatchHeader(*read_header(batch))._replace(**fields)
    copy = bytearray(batch)
    copy[: len(told.encode())] = told.encode()
    write_crc(copy)
    return memoryview(copy)


def refusal(batch: memoryview, limits: ValidationLimits = PLAIN, wall_ms: int = NOW):
    """Return the refusal; the batch must be left as it came."""
    before = bytes(batch)
    with pytest.raises(InvalidBatch) as caught:
        validate_batch(batch, limits, wall_ms)
    assert bytes(batch) == before
    return caught.value


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("limits", [PLAIN, COMPACTED, THOROUGH])
def test_good_batches_pass_unchanged(codec, limits):
    """A true batch passes every kind of topic without a changed byte."""
    batch = produced(codec=codec)
    before = bytes(batch)
    assert validate_batch(batch, limits, NOW) == read_header(before)
    assert bytes(batch) == before


def test_idempotent_and_transactional_batches_pass():
    """A producer's identity is checked for form only; its sequence is the log's business."""
    batch = produced(producer_id=0, producer_epoch=0, base_sequence=0, transactional=True)
    assert validate_batch(batch, PLAIN, NOW).is_transactional


def test_header_type_is_the_named_one():
    """The fast path's header is a BatchHeader like any other."""
    assert isinstance(validate_batch(produced(), PLAIN, NOW), BatchHeader)


@given(st.sampled_from(Codec), st.integers(1, 60), st.binary(max_size=300))
def test_fast_and_thorough_validation_agree_on_true_batches(codec, count, value):
    """What the fast path lets pass, decoding every record lets pass too."""
    records = [Record(at, NOW + at, value[:at] or None, value) for at in range(count)]
    batch = memoryview(bytearray(build_batch(records, codec=codec)))
    assert validate_batch(batch, PLAIN, NOW) == validate_batch(batch, THOROUGH, NOW)


@given(st.sampled_from(Codec), st.data())
def test_flipped_bits_are_never_let_in(codec, data):
    """One changed byte anywhere is a refusal or lies outside of what the producer owns."""
    batch = produced(codec=codec)
    at = data.draw(st.integers(0, len(batch) - 1))
    batch[at] ^= data.draw(st.integers(1, 255))
    if 12 <= at < 16:  # the leader epoch, which the broker overwrites
        validate_batch(batch, PLAIN, NOW)
    else:
        with pytest.raises(InvalidBatch):
            validate_batch(batch, PLAIN, NOW)


# bytes that are no batch of ours


def test_nothing_is_refused():
    """A partition without records is INVALID_RECORD."""
    assert refusal(memoryview(bytearray())).code is ErrorCode.INVALID_RECORD


@pytest.mark.parametrize("size", [1, 16, 17, 60])
def test_less_than_a_header_is_corrupt(size):
    """A few bytes are CORRUPT_MESSAGE."""
    assert refusal(memoryview(bytearray(b"\xff" * size))).code is ErrorCode.CORRUPT_MESSAGE


@pytest.mark.parametrize("magic", [0, 1])
def test_old_message_formats_are_refused_by_name(magic):
    """Magic 0 and 1 get an answer that says what to send, before sizes are even looked at."""
    old = bytearray(struct.pack(">qiIbb", 0, 22, 0xCAFE, magic, 0) + bytes(16))
    error = refusal(memoryview(old))
    assert error.code is ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT
    assert "magic 2" in str(error)


@pytest.mark.parametrize("magic", [3, -1, 127])
def test_unknown_magic_is_corrupt(magic):
    """Magics that never were are CORRUPT_MESSAGE."""
    assert refusal(forged(produced(), magic=magic)).code is ErrorCode.CORRUPT_MESSAGE


@pytest.mark.parametrize("length", [-(2**31), -1, 0, 48, 2**31 - 1])
def test_lying_lengths_are_corrupt(length):
    """A length below the header's or beyond the bytes at hand is CORRUPT_MESSAGE."""
    batch = produced()
    struct.pack_into(">i", batch, 8, length)
    assert refusal(batch).code is ErrorCode.CORRUPT_MESSAGE


def test_more_than_one_batch_is_refused():
    """Produce takes exactly one batch for each partition, as Kafka does."""
    two = memoryview(bytearray(bytes(produced()) * 2))
    error = refusal(two)
    assert error.code is ErrorCode.INVALID_RECORD
    assert "exactly one batch" in str(error)


def test_wrong_crc_is_corrupt():
    """A CRC that is not the bytes' own is CORRUPT_MESSAGE, which clients retry."""
    batch = produced()
    batch[CRC_AT] ^= 1
    error = refusal(batch)
    assert error.code is ErrorCode.CORRUPT_MESSAGE
    assert error.code.retriable


def test_oversized_batches_are_too_large():
    """The limit counts the whole batch; its exact size passes."""
    batch = produced()
    limits = ValidationLimits(max_batch_bytes=len(batch))
    validate_batch(batch, limits, NOW)
    limits = ValidationLimits(max_batch_bytes=len(batch) - 1)
    error = refusal(batch, limits)
    assert error.code is ErrorCode.MESSAGE_TOO_LARGE
    assert "max.message.bytes" in str(error)


# headers that lie


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"base_offset": 1}, ErrorCode.INVALID_RECORD),
        ({"base_offset": -1}, ErrorCode.INVALID_RECORD),
        ({"attributes": CONTROL}, ErrorCode.INVALID_RECORD),
        ({"attributes": DELETE_HORIZON}, ErrorCode.INVALID_RECORD),
        ({"attributes": LOG_APPEND_TIME}, ErrorCode.INVALID_TIMESTAMP),
        ({"attributes": 5}, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
        ({"attributes": 7}, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
        ({"attributes": TRANSACTIONAL}, ErrorCode.INVALID_RECORD),
        ({"record_count": 0, "last_offset_delta": -1}, ErrorCode.INVALID_RECORD),
        ({"record_count": -1, "last_offset_delta": -2}, ErrorCode.INVALID_RECORD),
        ({"record_count": 4}, ErrorCode.INVALID_RECORD),
        ({"last_offset_delta": 3}, ErrorCode.INVALID_RECORD),
        ({"last_offset_delta": -1}, ErrorCode.INVALID_RECORD),
        ({"record_count": 2, "last_offset_delta": 1}, ErrorCode.INVALID_RECORD),
        ({"record_count": 4, "last_offset_delta": 3}, ErrorCode.INVALID_RECORD),
        ({"record_count": 2**31 - 1, "last_offset_delta": 2**31 - 2}, ErrorCode.INVALID_RECORD),
        ({"producer_id": 5}, ErrorCode.INVALID_RECORD),
        ({"producer_id": 5, "base_sequence": 0}, ErrorCode.INVALID_RECORD),
        ({"producer_id": 5, "producer_epoch": 0}, ErrorCode.INVALID_RECORD),
        ({"producer_id": -2}, ErrorCode.INVALID_RECORD),
    ],
)
@pytest.mark.parametrize("limits", [PLAIN, COMPACTED])
def test_header_lies_are_refused(fields, code, limits):
    """Every field that a producer can get wrong has its code, on plain and compacted topics."""
    assert refusal(forged(produced(), **fields), limits).code is code


def test_more_records_than_the_codec_could_unpack_are_refused():
    """A compressed batch's count is held against what the format can hold at all."""
    batch = produced(codec=Codec.LZ4)
    lie = 256 * len(batch)
    error = refusal(forged(batch, record_count=lie, last_offset_delta=lie - 1))
    assert error.code is ErrorCode.INVALID_RECORD
    assert f"{lie} records cannot be in" in str(error)


def test_compressed_counts_are_held_against_the_records_where_asked():
    """With verify_records a count that only the payload contradicts is found."""
    batch = forged(produced(codec=Codec.ZSTD), record_count=4, last_offset_delta=3)
    validate_batch(batch, PLAIN, NOW)
    assert refusal(batch, THOROUGH).code is ErrorCode.INVALID_RECORD


# timestamps


@pytest.mark.parametrize("limits", [PLAIN, COMPACTED])
def test_timestamps_too_far_ahead_are_refused(limits):
    """message.timestamp.after.max.ms is one hour by default, to the millisecond."""
    batch = produced()
    validate_batch(batch, limits, NOW - HOUR)
    error = refusal(batch, limits, NOW - HOUR - 1)
    assert error.code is ErrorCode.INVALID_TIMESTAMP
    assert str(NOW) in str(error)


def test_timestamps_too_old_are_refused():
    """message.timestamp.before.max.ms is off by default and exact when set."""
    batch = produced()
    validate_batch(batch, PLAIN, NOW * 2)
    limits = ValidationLimits(timestamp_before_max_ms=HOUR)
    validate_batch(batch, limits, NOW + HOUR)
    assert refusal(batch, limits, NOW + HOUR + 1).code is ErrorCode.INVALID_TIMESTAMP


def test_records_out_of_range_are_named():
    """Where records are decoded, each one that is out of range is listed."""
    records = [Record(at, NOW - at * HOUR, b"k", None) for at in range(4)]
    batch = memoryview(bytearray(build_batch(records)))
    limits = ValidationLimits(timestamp_before_max_ms=2 * HOUR, compacted=True)
    error = refusal(batch, limits)
    assert error.code is ErrorCode.INVALID_TIMESTAMP
    assert [each.batch_index for each in error.record_errors] == [3]


def test_records_without_timestamps_pass():
    """-1 means that the producer gave none: no range applies."""
    batch = memoryview(bytearray(build_batch([Record(0, -1, b"k", b"v")])))
    for limits in (PLAIN, COMPACTED, ValidationLimits(timestamp_before_max_ms=HOUR)):
        assert validate_batch(batch, limits, NOW).max_timestamp == -1


@pytest.mark.parametrize("timestamp_ms", [-2, -(2**63)])
def test_negative_timestamps_are_refused(timestamp_ms):
    """Times before 1970 other than "none" cannot be indexed."""
    batch = forged(produced(), base_timestamp=timestamp_ms)
    assert refusal(batch).code is ErrorCode.INVALID_TIMESTAMP


def test_missing_max_timestamp_is_put_right():
    """Producers that leave max_timestamp at -1 get the records' own largest, as in Kafka."""
    records = [Record(at, NOW + at, b"k", b"v") for at in range(3)]
    batch = forged(memoryview(bytearray(build_batch(records))), max_timestamp=-1)
    told = validate_batch(batch, PLAIN, NOW)
    assert told.max_timestamp == NOW + 2
    assert decode_records(batch) == records
    verify_crc(batch)


def test_largest_timestamp_out_of_range_is_found_behind_a_missing_one():
    """Leaving max_timestamp out is no way around the limit."""
    records = [Record(0, NOW, b"k", b"v"), Record(1, NOW + 2 * HOUR, b"k", b"v")]
    batch = forged(memoryview(bytearray(build_batch(records))), max_timestamp=-1)
    error = refusal(batch)
    assert error.code is ErrorCode.INVALID_TIMESTAMP
    assert [each.batch_index for each in error.record_errors] == [1]


def test_log_append_time_stamps_in_place():
    """The broker's time replaces the producer's, whatever that was, and the CRC follows."""
    records = [Record(at, NOW + 100 * HOUR, None, b"v") for at in range(3)]
    batch = memoryview(bytearray(build_batch(records, codec=Codec.SNAPPY)))
    told = validate_batch(batch, ValidationLimits(log_append_time=True), NOW)
    assert told == read_header(batch)
    assert (told.timestamp_type, told.max_timestamp, told.codec) == (1, NOW, Codec.SNAPPY)
    assert {record.timestamp_ms for record in decode_records(batch)} == {NOW}
    verify_crc(batch)


def test_log_append_time_on_a_compacted_topic_checks_keys():
    """Both reasons for the slow road hold at once."""
    limits = ValidationLimits(log_append_time=True, compacted=True)
    assert validate_batch(produced(), limits, NOW).max_timestamp == NOW
    keyless = memoryview(bytearray(build_batch([Record(0, NOW, None, b"v")])))
    assert refusal(keyless, limits).code is ErrorCode.INVALID_RECORD


# keys


@pytest.mark.parametrize("codec", list(Codec))
def test_keyless_records_on_compacted_topics_are_named(codec):
    """Each record without a key is listed with its index (KIP-467)."""
    records = [Record(at, NOW, b"k" if at % 2 else None, b"v") for at in range(5)]
    batch = memoryview(bytearray(build_batch(records, codec=codec)))
    validate_batch(batch, PLAIN, NOW)
    error = refusal(batch, COMPACTED)
    assert error.code is ErrorCode.INVALID_RECORD
    assert error.record_errors == tuple(
        RecordError(at, "a compacted topic needs a key in every record") for at in (0, 2, 4)
    )
    assert "3 of 5 records" in str(error)


def test_the_list_of_refused_records_is_bounded():
    """A batch of thousands of bad records gets an answer of bounded size."""
    records = [Record(at, NOW, None, b"") for at in range(3000)]
    error = refusal(memoryview(bytearray(build_batch(records))), COMPACTED)
    assert len(error.record_errors) == 1000
    assert "3000 of 3000" in str(error)


def test_looking_at_records_keeps_none_of_them():
    """A small request that unpacks to very many records costs no more than its payload."""
    records = [Record(at, NOW, None, None) for at in range(60_000)]
    batch = memoryview(bytearray(build_batch(records, codec=Codec.ZSTD)))
    tracemalloc.start()
    try:
        error = refusal(batch, COMPACTED)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "60000 of 60000" in str(error)
    assert peak < 3_000_000


def test_the_number_of_records_to_look_at_is_bounded():
    """Half a kilobyte must not keep the loop busy for seconds."""
    batch = memoryview(
        bytearray(build_batch([Record(0, NOW, b"k", bytes(range(256)))], codec=Codec.ZSTD))
    )
    lie = 200_001
    batch = forged(batch, record_count=lie, last_offset_delta=lie - 1)
    validate_batch(batch, PLAIN, NOW)
    error = refusal(batch, COMPACTED)
    assert error.code is ErrorCode.MESSAGE_TOO_LARGE
    assert "at most 200000" in str(error)


def test_bombs_on_compacted_topics_are_refused():
    """Decompression stops at the limit that follows from max.message.bytes."""
    batch = memoryview(
        bytearray(build_batch([Record(0, NOW, b"k", bytes(20 << 20))], codec=Codec.ZSTD))
    )
    assert len(batch) < 10_000
    error = refusal(batch, COMPACTED)
    assert error.code is ErrorCode.INVALID_RECORD
    assert "becomes larger" in str(error)


def test_compressed_junk_on_compacted_topics_is_refused():
    """A payload that the codec cannot read is the producer's lie."""
    batch = forged(produced(), attributes=int(Codec.GZIP))
    assert refusal(batch, COMPACTED).code is ErrorCode.INVALID_RECORD
