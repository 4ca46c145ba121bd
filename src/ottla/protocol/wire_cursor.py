# SPDX-License-Identifier: Apache-2.0
"""Reading and writing the few wire types of the data plane, by hand.

Produce and Fetch are decoded without message objects, and what followers fetch; all read with this
cursor. The control plane uses the generated messages.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from ottla.protocol.errors import WireError

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

ELEMENT_COUNT_MAX = 200_000
"""Topics and partitions that one request may name: more would hold up everybody else."""

_INT16 = struct.Struct(">h")
_INT32 = struct.Struct(">i")


class WireCursor:
    """Reads forward through a request; every overrun is the peer's fault and a WireError."""

    __slots__ = ("api", "data", "element_count", "end", "position")

    def __init__(self, api: str, data: Buffer, position: int, end: int) -> None:
        self.api = api
        self.data = data
        self.position = position
        self.end = end
        self.element_count = 0  # of all arrays so far

    def take(self, count: int) -> int:
        """Step over `count` bytes and return where they start."""
        position = self.position
        if count < 0 or count > self.end - position:
            raise WireError(
                f"{self.api}: {count} bytes are announced, {self.end - position} are left"
            )
        self.position = position + count
        return position

    def int16(self) -> int:
        """Read an int16."""
        return int(_INT16.unpack_from(self.data, self.take(2))[0])

    def int32(self) -> int:
        """Read an int32."""
        return int(_INT32.unpack_from(self.data, self.take(4))[0])

    def unsigned_varint(self) -> int:
        """Read an unsigned varint of at most 32 bits."""
        value = shift = 0
        while True:
            byte = self.data[self.take(1)]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if not byte and shift:
                    raise WireError(f"{self.api}: a varint is padded with zeros")
                break
            shift += 7
            if shift > 28:
                raise WireError(f"{self.api}: a varint has more than 5 bytes")
        if value > 0xFFFFFFFF:
            raise WireError(f"{self.api}: a varint exceeds 32 bits")
        return value

    def text(self, size: int) -> str:
        """Read `size` bytes of UTF-8."""
        start = self.take(size)
        try:
            return str(self.data[start : start + size], "utf-8")
        except UnicodeDecodeError:
            raise WireError(f"{self.api}: a string is not UTF-8") from None

    def nullable_string(self, *, flexible: bool) -> str | None:
        """Read a string, compact when `flexible`."""
        size = self.unsigned_varint() - 1 if flexible else self.int16()
        return None if size == -1 else self.text(size)

    def count(self, element_bytes_min: int, *, flexible: bool) -> int:
        """Read an array's length, which the bytes that are left must be able to hold.

        All arrays of a request together have at most `ELEMENT_COUNT_MAX` elements.
        """
        count = self.unsigned_varint() - 1 if flexible else self.int32()
        if count < 0 or count > (self.end - self.position) // element_bytes_min:
            raise WireError(
                f"{self.api}: an array of {count} in {self.end - self.position} remaining bytes"
            )
        self.element_count += count
        if self.element_count > ELEMENT_COUNT_MAX:
            raise WireError(f"{self.api}: more than {ELEMENT_COUNT_MAX} topics and partitions")
        return count

    def skip_tags(self) -> None:
        """Step over tagged fields."""
        count = self.unsigned_varint()
        if count > 64:
            raise WireError(f"{self.api}: {count} tagged fields, at most 64 are accepted")
        for _ in range(count):
            self.unsigned_varint()
            self.take(self.unsigned_varint())


def encode_unsigned_varint(value: int) -> bytes:
    """Encode as the compact types of flexible versions do."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode_count(count: int, *, flexible: bool) -> bytes:
    """Encode an array's length."""
    return encode_unsigned_varint(count + 1) if flexible else _INT32.pack(count)


def encode_nullable_string(text: str | None, *, flexible: bool) -> bytes:
    """Encode a string or null."""
    if text is None:
        return b"\x00" if flexible else b"\xff\xff"
    encoded = text.encode()
    if flexible:
        return encode_unsigned_varint(len(encoded) + 1) + encoded
    return _INT16.pack(len(encoded)) + encoded
