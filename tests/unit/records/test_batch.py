# SPDX-License-Identifier: Apache-2.0
"""The batch header: bytes, bits, and bytes that are no batch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.records.batch import (
    CONTROL,
    DELETE_HORIZON,
    HEADER,
    HEADER_BYTES,
    LOG_APPEND_TIME,
    TRANSACTIONAL,
    BatchHeader,
    CorruptRecord,
    compute_crc,
    iter_headers,
    read_header,
    verify_crc,
    write_crc,
    write_producer,
)
from ottla.records.builder import build_batch
from ottla.records.record import Record

NOW = 1_700_000_000_000


def header(**changes: int) -> BatchHeader:
    """Return a plain header of ten records with some fields changed."""
    plain = BatchHeader(5, 49, 2, 2, 0, 0, 9, NOW, NOW + 4, -1, -1, -1, 10)
    return plain._replace(**changes)


def test_header_has_the_size_of_the_format():
    """The struct and the constant agree with the 61 bytes of the format."""
    assert HEADER.size == HEADER_BYTES == 61


def test_offsets_and_sizes_follow_from_the_header():
    """Sizes count the length prefix, last offsets are inclusive."""
    assert header().size_bytes == 61
    assert header().last_offset == 14
    assert header().next_offset == 15


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        (TRANSACTIONAL, "is_transactional"),
        (CONTROL, "is_control"),
        (DELETE_HORIZON, "has_delete_horizon"),
        (LOG_APPEND_TIME, "timestamp_type"),
    ],
)
def test_attribute_bits_mean_one_thing_each(attributes, name):
    """Each bit switches its own property and no other."""
    names = {"is_transactional", "is_control", "has_delete_horizon", "timestamp_type", "codec"}
    told = header(attributes=attributes)
    assert [each for each in names if getattr(told, each)] == [name]


def test_codec_is_the_low_three_bits():
    """The codec stays readable beside the other bits."""
    assert header(attributes=0x7F & ~0x03).codec == 4


def test_last_sequence_wraps_to_zero():
    """Sequences restart at 0 after 2**31 - 1, and a batch without one has none."""
    assert header(base_sequence=2**31 - 5).last_sequence == 4
    assert header(base_sequence=3).last_sequence == 12
    assert header().last_sequence == -1


@given(
    st.tuples(
        *(st.integers(-(2**63), 2**63 - 1),),
        *(st.integers(-(2**31), 2**31 - 1),) * 2,
        st.integers(-128, 127),
        st.integers(0, 2**32 - 1),
        st.integers(-(2**15), 2**15 - 1),
        st.integers(-(2**31), 2**31 - 1),
        *(st.integers(-(2**63), 2**63 - 1),) * 3,
        st.integers(-(2**15), 2**15 - 1),
        *(st.integers(-(2**31), 2**31 - 1),) * 2,
    ),
    st.binary(max_size=5),
)
def test_header_round_trip(fields, junk):
    """Every value of every field survives encode and read, at any place in a buffer."""
    told = BatchHeader(*fields)
    assert read_header(junk + told.encode() + junk, len(junk)) == told


@pytest.mark.parametrize("size", [0, 1, 60])
def test_short_header_is_corrupt(size):
    """Fewer than 61 bytes are refused with the bytes that are there."""
    with pytest.raises(CorruptRecord, match=f"only {size} are left"):
        read_header(bytes(size))


def batch_at(offset: int, count: int = 2) -> bytes:
    """Build a small batch."""
    return build_batch([Record(offset + at, NOW, b"k", b"v") for at in range(count)])


def test_iter_headers_walks_from_batch_to_batch():
    """Positions are where the batches start."""
    batches = [batch_at(0), batch_at(2, 5), batch_at(7, 1)]
    found = list(iter_headers(b"".join(batches)))
    assert [position for position, _ in found] == [
        0,
        len(batches[0]),
        len(batches[0]) + len(batches[1]),
    ]
    assert [told.base_offset for _, told in found] == [0, 2, 7]


@pytest.mark.parametrize("kept", [1, 11, 60, 61, 62])
def test_iter_headers_meets_a_cut_batch(kept):
    """A cut-off last batch is corrupt, or left out where the caller expects it."""
    data = batch_at(0) + batch_at(2)[:kept]
    with pytest.raises(CorruptRecord):
        list(iter_headers(data))
    assert len(list(iter_headers(data, partial_tail=True))) == 1


@pytest.mark.parametrize("length", [-(2**31), -1, 0, 48])
def test_iter_headers_refuses_lengths_that_cannot_be(length):
    """A length below the header's would never let the walk advance."""
    data = header(batch_length=length).encode()
    with pytest.raises(CorruptRecord, match="too small"):
        list(iter_headers(data, partial_tail=True))


def test_iter_headers_refuses_other_magics():
    """Older formats are not walked over."""
    with pytest.raises(CorruptRecord, match="magic 1"):
        list(iter_headers(header(magic=1).encode()))


def test_crc_covers_attributes_to_end_and_nothing_before():
    """Offset and leader epoch may be patched, everything behind the CRC may not."""
    batch = bytearray(batch_at(0))
    batch[0:8] = (77).to_bytes(8, "big")
    batch[12:16] = (5).to_bytes(4, "big")
    verify_crc(batch)
    batch[-1] ^= 1
    with pytest.raises(CorruptRecord, match="CRC of the batch at offset 77"):
        verify_crc(batch)
    assert write_crc(batch) == compute_crc(batch)
    verify_crc(batch)


def test_write_producer_stamps_identity_and_crc():
    """A stamped batch carries the producer and is whole again."""
    batch = bytearray(batch_at(0))
    write_producer(batch, 7, 3, 90)
    told = read_header(batch)
    assert (told.producer_id, told.producer_epoch, told.base_sequence) == (7, 3, 90)
    verify_crc(batch)
