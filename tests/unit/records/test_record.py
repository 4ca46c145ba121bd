# SPDX-License-Identifier: Apache-2.0
"""Decoding records: everything that was written comes back, everything else is CorruptRecord."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.records.batch import HEADER_BYTES, CorruptRecord, read_header, write_crc
from ottla.records.builder import assemble_batch, build_batch, encode_record, encode_varint
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records, read_varint

NOW = 1_700_000_000_000
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
RECORDS = st.lists(
    st.builds(
        Record,
        st.integers(1, 300),  # the gap to the record before
        st.integers(-1, 2**48),
        st.none() | st.binary(max_size=300),
        st.none() | st.binary(max_size=300),
        st.lists(st.tuples(TEXT, st.none() | st.binary(max_size=80)), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=12,
)


def with_offsets(records: list[Record], first: int) -> list[Record]:
    """Turn gaps into offsets that rise."""
    placed = []
    offset = first
    for record in records:
        placed.append(record._replace(offset=offset))
        offset += record.offset
    return placed


def batch_of(*encoded: bytes, count: int | None = None, last: int | None = None) -> bytearray:
    """Put a header in front of encoded records, true unless told otherwise."""
    count = len(encoded) if count is None else count
    return assemble_batch(
        b"".join(encoded),
        record_count=count,
        last_offset_delta=count - 1 if last is None else last,
        base_timestamp=NOW,
        max_timestamp=NOW,
    )


@given(RECORDS, st.integers(0, 2**60), st.sampled_from(Codec))
def test_round_trip(records, first, codec):
    """Any records, with holes in their offsets as compaction leaves them, survive each codec."""
    placed = with_offsets(records, first)
    assert decode_records(build_batch(placed, codec=codec)) == placed


@given(RECORDS)
def test_encode_decode_encode(records):
    """The bytes of a batch that was decoded and built again are the same bytes."""
    batch = build_batch(with_offsets(records, 0))
    assert build_batch(decode_records(memoryview(batch))) == batch


@given(RECORDS, st.data())
def test_flipped_bytes_are_records_or_corrupt(records, data):
    """A changed payload decodes to something or is corrupt: no other error comes out."""
    batch = bytearray(build_batch(with_offsets(records, 0)))
    at = data.draw(st.integers(HEADER_BYTES, len(batch) - 1))
    batch[at] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(CorruptRecord):
        assert len(decode_records(batch)) == len(records)


@given(RECORDS, st.data())
def test_cut_batches_are_corrupt(records, data):
    """A batch without its end is never decoded."""
    batch = build_batch(with_offsets(records, 0))
    with pytest.raises(CorruptRecord):
        decode_records(batch[: data.draw(st.integers(0, len(batch) - 1))])


@pytest.mark.parametrize("number", [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2**31 - 1, -(2**31)])
def test_varints_of_32_bits(number):
    """Zigzag varints round trip at the borders of their sizes."""
    encoded = encode_varint(number)
    assert read_varint(encoded, 0) == (number, len(encoded))


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 2**62])
def test_varints_of_64_bits(number):
    """The long kind takes ten bytes at most."""
    assert read_varint(encode_varint(number), 0, 10) == (number, len(encode_varint(number)))


@pytest.mark.parametrize(
    ("data", "bytes_max"),
    [
        (b"\xff\xff\xff\xff\xff\x01", 5),
        (b"\xff\xff\xff\xff\x1f", 5),
        (b"\x80" * 11, 10),
        (b"\xff" * 9 + b"\x02", 10),
    ],
)
def test_overlong_varints_are_corrupt(data, bytes_max):
    """Neither more bytes nor more bits than the type has."""
    with pytest.raises(CorruptRecord, match="a varint has more"):
        read_varint(data, 0, bytes_max)


@pytest.mark.parametrize("stated", [1, 2, 4, 100, 2**31 - 1, -1])
def test_lying_count_is_corrupt(stated):
    """Three records under another count are refused, whatever it is."""
    encoded = [encode_record(at, 0, b"k", b"v") for at in range(3)]
    batch = batch_of(*encoded, count=stated, last=max(stated - 1, 2))
    with pytest.raises(CorruptRecord):
        decode_records(batch)


@pytest.mark.parametrize("deltas", [(0, 0), (1, 0), (0, 5), (-1, 0)])
def test_offsets_that_do_not_rise_within_the_batch_are_corrupt(deltas):
    """Deltas must rise strictly and stay at or below the last offset delta."""
    encoded = [encode_record(delta, 0, None, b"v") for delta in deltas]
    with pytest.raises(CorruptRecord, match="offset delta"):
        decode_records(batch_of(*encoded, last=1))


def record_of(body: bytes) -> bytes:
    """Put its length in front of a record's body."""
    return encode_varint(len(body)) + body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x00\x00\x00\x01\x01", "1 records cannot be in 6 bytes"),
        (b"\x00\x00\x00\x01\x01\x00\x00", "ends 1 bytes early"),
        (b"\x00\x00\x00\x7f\x01\x00", "a field says -64 bytes"),
        (b"\x00\x00\x00\x7e\x01\x00", "a field says 63 bytes"),
        (b"\x00\x00\x00\x01\x7e\x00", "a field says 63 bytes"),
        (b"\x00\x00\x00\x01\x01\x01", "-1 headers"),
        (b"\x00\x00\x00\x01\x01\x10", "8 headers"),
        (b"\x00\x00\x00\x01\x01\x02\x01\x01", "key of a header is null"),
        (b"\x00\x00\x00\x01\x01\x02\x7e\x01", "a field says 63 bytes"),
    ],
)
def test_records_that_lie_inside_are_corrupt(body, reason):
    """Each length inside a record is held against the record, each count against its bytes."""
    with pytest.raises(CorruptRecord, match=reason):
        decode_records(batch_of(record_of(body)))


def test_negative_record_length_is_corrupt():
    """A record cannot have a negative length."""
    with pytest.raises(CorruptRecord, match="a record says -1 bytes"):
        decode_records(batch_of(b"\x01" + bytes(9)))


def test_timestamps_beyond_64_bits_are_corrupt():
    """Base and delta may not add up to what no index could store."""
    with pytest.raises(CorruptRecord, match="does not fit 64 bits"):
        decode_records(batch_of(encode_record(0, 2**63 - 1, None, None)))


def test_append_time_is_every_records_time():
    """In a LogAppendTime batch the records carry the broker's time."""
    records = [Record(at, NOW + at, None, b"v") for at in range(3)]
    batch = build_batch(records, log_append_time_ms=NOW + 99)
    assert {record.timestamp_ms for record in decode_records(batch)} == {NOW + 99}


def test_header_keys_that_are_not_utf8_survive():
    """Bytes that are no text go through a rewrite unchanged."""
    body = b"\x00\x00\x00\x01\x01\x02\x02\xff\x01"
    batch = bytes(batch_of(record_of(body)))
    assert build_batch(decode_records(batch)) == batch


def test_unknown_codec_is_corrupt():
    """Codec numbers without a codec are named."""
    batch = bytearray(build_batch([Record(0, NOW, None, b"v")]))
    batch[22] = 5
    write_crc(batch)
    with pytest.raises(CorruptRecord, match="codec 5"):
        decode_records(batch)


@pytest.mark.parametrize("length", [48, -12, 2**31 - 1])
def test_lying_batch_length_is_corrupt(length):
    """The length in the header is held against the bytes at hand."""
    batch = bytearray(build_batch([Record(0, NOW, None, b"v")]))
    batch[8:12] = length.to_bytes(4, "big", signed=True)
    with pytest.raises(CorruptRecord):
        decode_records(batch)


def test_decompression_is_capped():
    """The caller's limit holds for the records of a compressed batch."""
    batch = build_batch([Record(0, NOW, None, bytes(100_000))], codec=Codec.ZSTD)
    with pytest.raises(CorruptRecord, match="larger than 99999"):
        decode_records(batch, 99_999)


def test_empty_batches_of_compaction_decode_to_nothing():
    """A batch that compaction emptied keeps its offsets and has no records."""
    batch = build_batch([], base_offset=40, last_offset=49, codec=Codec.LZ4)
    assert decode_records(batch) == []
    assert read_header(batch).next_offset == 50
