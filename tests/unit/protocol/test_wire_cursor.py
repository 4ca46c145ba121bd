# SPDX-License-Identifier: Apache-2.0
"""The cursor's types against their encodings; every overrun is the peer's fault."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.protocol.errors import WireError
from ottla.protocol.wire_cursor import (
    ELEMENT_COUNT_MAX,
    WireCursor,
    encode_count,
    encode_nullable_string,
    encode_unsigned_varint,
)

flexibility = st.booleans()


def cursor_over(data: bytes) -> WireCursor:
    """Return a cursor over all of `data`."""
    return WireCursor("Test", data, 0, len(data))


@given(st.integers(0, 2**32 - 1))
def test_varints_come_back(value):
    """Every 32-bit value survives."""
    encoded = encode_unsigned_varint(value)
    cursor = cursor_over(encoded)
    assert cursor.unsigned_varint() == value
    assert cursor.position == len(encoded)


@given(st.none() | st.text(max_size=200), flexibility)
def test_strings_come_back(text, flexible):
    """Null, empty and non-ASCII strings survive in both forms."""
    cursor = cursor_over(encode_nullable_string(text, flexible=flexible))
    assert cursor.nullable_string(flexible=flexible) == text


@given(st.integers(0, 20), flexibility)
def test_counts_come_back_when_their_elements_can_be_there(count, flexible):
    """A count is taken when the bytes behind it could hold that many elements."""
    encoded = encode_count(count, flexible=flexible)
    assert cursor_over(encoded + bytes(3 * count)).count(3, flexible=flexible) == count
    if count:
        with pytest.raises(WireError, match=f"array of {count}"):
            cursor_over(encoded + bytes(3 * count - 1)).count(3, flexible=flexible)


def test_the_elements_of_all_arrays_have_a_limit():
    """Many small arrays count like one large one."""
    half = ELEMENT_COUNT_MAX // 2
    data = encode_count(half, flexible=False) * 2 + encode_count(1, flexible=False) + bytes(half)
    cursor = cursor_over(data)
    assert cursor.count(1, flexible=False) == half
    assert cursor.count(1, flexible=False) == half
    with pytest.raises(WireError, match="more than 200000"):
        cursor.count(1, flexible=False)


@pytest.mark.parametrize("data", [b"\x80" * 5 + b"\x01", b"\xff\xff\xff\xff\x1f", b"\x80", b""])
def test_bad_varints_are_refused(data):
    """Overlong, oversized, torn and absent varints raise WireError."""
    with pytest.raises(WireError):
        cursor_over(data).unsigned_varint()


@pytest.mark.parametrize(
    ("data", "flexible"),
    [
        (b"\xff\xfe", False),  # length -2
        (b"\x00\x02a", False),
        (b"\x03a", True),
        (b"\x00\x02\xff\xfe", False),  # not UTF-8
        (b"\x03\xc3\x28", True),
    ],
)
def test_bad_strings_are_refused(data, flexible):
    """Negative lengths, overruns and bytes that are not UTF-8 raise WireError."""
    with pytest.raises(WireError):
        cursor_over(data).nullable_string(flexible=flexible)


@pytest.mark.parametrize(("data", "flexible"), [(b"\xff\xff\xff\xff", False), (b"\x00", True)])
def test_null_arrays_are_refused(data, flexible):
    """No array of the data plane may be null."""
    with pytest.raises(WireError):
        cursor_over(data).count(1, flexible=flexible)


def test_unknown_tags_are_stepped_over():
    """Tagged fields that are not known cost nothing but their bytes."""
    cursor = cursor_over(b"\x02\x00\x01a\x05\x03abc!")
    cursor.skip_tags()
    assert cursor.position == cursor.end - 1


def test_a_flood_of_tags_is_refused():
    """More than 64 tagged fields raise WireError before any is read."""
    with pytest.raises(WireError, match="65 tagged fields"):
        cursor_over(bytes([65]) + b"\x00\x00" * 65).skip_tags()


def test_nothing_behind_the_end_is_read():
    """The frame's end holds although the buffer goes on."""
    cursor = WireCursor("Test", b"\x00\x00\x00\x01", 0, 3)
    with pytest.raises(WireError, match="4 bytes are announced, 3 are left"):
        cursor.int32()
