# SPDX-License-Identifier: Apache-2.0
"""Read answers field by field, for the APIs whose answers have no fixed layout.

Like `frames` this is written apart from `ottla.protocol` on purpose. A position moves through the
bytes; each method takes one field. Names with `compact` are those of flexible versions.
"""

import struct
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
UUID_BYTES = 16


class Cursor:
    """A place in an answer, which begins with its correlation id."""

    def __init__(self, data: bytes, position: int = 4, *, flexible: bool = False) -> None:
        self.data = data
        self.position = position
        if flexible:
            self.skip_tags()

    def int8(self) -> int:
        """One byte with sign."""
        return self._number(">b", 1)

    def int16(self) -> int:
        """Two bytes with sign."""
        return self._number(">h", 2)

    def int32(self) -> int:
        """Four bytes with sign."""
        return self._number(">i", 4)

    def int64(self) -> int:
        """Eight bytes with sign."""
        return self._number(">q", 8)

    def text(self) -> str | None:
        """Read a string with an int16 length; None when it is null."""
        length = self.int16()
        return None if length < 0 else self.take(length).decode()

    def blob(self) -> bytes:
        """Bytes with an int32 length; null reads as empty."""
        return self.take(max(0, self.int32()))

    def array(self, item: Callable[[], T]) -> list[T]:
        """Items after an int32 count; null reads as empty."""
        return [item() for _ in range(max(0, self.int32()))]

    def compact_text(self) -> str | None:
        """Read a string with its length plus one in front; None when it is null."""
        length = self.varint() - 1
        return None if length < 0 else self.take(length).decode()

    def compact_array(self, item: Callable[[], T]) -> list[T]:
        """Items after their count plus one; null reads as empty."""
        return [item() for _ in range(max(0, self.varint() - 1))]

    def uuid(self) -> bytes:
        """Sixteen bytes as they are."""
        return self.take(UUID_BYTES)

    def varint(self) -> int:
        """Read an unsigned number in groups of seven bits."""
        value = shift = 0
        while True:
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def skip_tags(self) -> None:
        """Go past the tagged fields, whatever they are."""
        for _ in range(self.varint()):
            self.varint()
            self.take(self.varint())

    def take(self, length: int) -> bytes:
        """So many bytes."""
        start, self.position = self.position, self.position + length
        if self.position > len(self.data):
            raise ValueError(f"an answer of {len(self.data)} bytes ends in the middle of a field")
        return self.data[start : self.position]

    def _number(self, layout: str, size: int) -> int:
        (value,) = struct.unpack_from(layout, self.data, self.position)
        self.position += size
        return int(value)
