# SPDX-License-Identifier: Apache-2.0
"""Variable-length integers, tagged fields and int32 lists, and what their decoders refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.protocol.errors import WireError
from ottla.protocol.primitives import (
    TAGGED_FIELDS_MAX,
    pack_int32s,
    read_tag,
    read_uvarint,
    skip_tagged_fields,
    tagged_field,
    unpack_int32s,
    uvarint,
)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (300, "ac02"),
        (16_383, "ff7f"),
        (16_384, "808001"),
        (2**32 - 1, "ffffffff0f"),
    ],
)
def test_uvarint_has_the_known_bytes(value, encoded):
    """Seven bits a byte, low bits first."""
    assert uvarint(value).hex() == encoded
    assert read_uvarint(bytes.fromhex(encoded), 0) == (value, len(encoded) // 2)


@given(st.integers(0, 2**32 - 1), st.binary(max_size=3), st.binary(max_size=3))
def test_uvarint_survives_a_round_trip_anywhere(value, before, after):
    """What stands around a varint does not matter."""
    data = before + uvarint(value) + after
    assert read_uvarint(data, len(before)) == (value, len(data) - len(after))


@pytest.mark.parametrize(
    ("encoded", "complaint"),
    [
        ("8000", "padded"),
        ("ff8000", "padded"),
        ("ffffffffff01", "longer than 5 bytes"),
        ("8080808080", "longer than 5 bytes"),
        ("ffffffff1f", "does not fit 32 bits"),
    ],
)
def test_a_dishonest_uvarint_is_refused(encoded, complaint):
    """Padding, more than five bytes and more than 32 bits are WireErrors."""
    with pytest.raises(WireError, match=complaint):
        read_uvarint(bytes.fromhex(encoded), 0)


def test_a_cut_uvarint_reads_past_the_end():
    """The caller turns the IndexError into the complaint that the message ends early."""
    with pytest.raises(IndexError):
        read_uvarint(b"\x80", 0)


def test_a_tagged_field_is_framed_by_tag_and_size():
    """Tag, size and value; reading gives where the value begins and ends."""
    framed = tagged_field(5, [b"ab", memoryview(b"c")])
    assert framed == b"\x05\x03abc"
    assert read_tag(b"\x00" + framed, 1) == (5, 3, 6)


def test_unknown_tagged_fields_are_skipped():
    """A newer peer may send what we do not know."""
    data = tagged_field(0, [b"x"]) + tagged_field(9, [b"yz" * 100]) + b"rest"
    assert data[skip_tagged_fields(data, 0, 2) :] == b"rest"


def test_a_flood_of_tagged_fields_is_refused():
    """Two bytes each would make millions of steps out of one small frame."""
    flood = b"\x00\x00" * (TAGGED_FIELDS_MAX + 1)
    assert skip_tagged_fields(flood, 0, TAGGED_FIELDS_MAX) == 2 * TAGGED_FIELDS_MAX
    with pytest.raises(WireError, match="65 tagged fields"):
        skip_tagged_fields(flood, 0, TAGGED_FIELDS_MAX + 1)


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=40))
def test_int32_lists_survive_a_round_trip(values):
    """Short lists go through the table, long ones through a format text."""
    packed = pack_int32s(values)
    assert len(packed) == 4 * len(values)
    assert unpack_int32s(b"?" + packed, 1, len(values)) == values
