# SPDX-License-Identifier: Apache-2.0
"""Storing a batch in the topic's codec."""

from __future__ import annotations

import pytest

from ottla.protocol.errors import ErrorCode
from ottla.records.batch import read_header, verify_crc
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.recompression import recompress_batch, target_codec
from ottla.records.record import Record, decode_records
from ottla.records.validation import InvalidBatch, ValidationLimits, validate_batch

NOW = 1_700_000_000_000
RECORDS = [Record(at, NOW + at, b"key", b"value " * at, (("h", b"1"),)) for at in range(20)]


@pytest.mark.parametrize("source", list(Codec))
@pytest.mark.parametrize("target", list(Codec))
def test_records_survive_every_change_of_codec(source, target):
    """Only the wrapping and the CRC change."""
    batch = memoryview(
        bytearray(
            build_batch(RECORDS, codec=source, producer_id=5, producer_epoch=1, base_sequence=7)
        )
    )
    limits = ValidationLimits()
    header = validate_batch(batch, limits, NOW)
    rebuilt, told = recompress_batch(batch, header, target, limits)
    assert told == read_header(rebuilt)
    assert told.codec == target
    assert told._replace(batch_length=0, crc=0, attributes=0) == header._replace(
        batch_length=0, crc=0, attributes=0
    )
    assert decode_records(rebuilt) == RECORDS
    verify_crc(rebuilt)
    rebuilt[0] = 1  # writable: storage patches offsets in place


def test_growth_past_the_limit_is_too_large():
    """Unpacking may make a batch larger than the topic takes."""
    batch = memoryview(
        bytearray(build_batch([Record(0, NOW, None, bytes(5000))], codec=Codec.ZSTD))
    )
    limits = ValidationLimits(max_batch_bytes=1000)
    with pytest.raises(InvalidBatch, match="as none") as caught:
        recompress_batch(batch, read_header(batch), Codec.NONE, limits)
    assert caught.value.code is ErrorCode.MESSAGE_TOO_LARGE


def test_payloads_that_cannot_be_unpacked_are_invalid():
    """A payload that lies is not wrapped again."""
    batch = bytearray(build_batch(RECORDS, codec=Codec.GZIP))
    batch[-6] ^= 0xFF
    view = memoryview(batch)
    with pytest.raises(InvalidBatch) as caught:
        recompress_batch(view, read_header(view), Codec.ZSTD, ValidationLimits())
    assert caught.value.code is ErrorCode.INVALID_RECORD


def test_too_many_records_are_not_looked_at():
    """The bound of the gate holds for the rewrite too."""
    batch = memoryview(bytearray(build_batch(RECORDS, codec=Codec.ZSTD)))
    header = read_header(batch)._replace(record_count=200_001)
    with pytest.raises(InvalidBatch, match="at most 200000") as caught:
        recompress_batch(batch, header, Codec.NONE, ValidationLimits())
    assert caught.value.code is ErrorCode.MESSAGE_TOO_LARGE


def test_configuration_values():
    """`producer` keeps the producer's codec, `uncompressed` is a codec of its own."""
    assert target_codec("producer") is None
    assert target_codec("uncompressed") is Codec.NONE
    assert target_codec("lz4") is Codec.LZ4
