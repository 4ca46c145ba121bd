# SPDX-License-Identifier: Apache-2.0
"""What all generated classes share: comparison, display, and the way in and out of bytes.

A generated module has one class per struct (`Struct`) and per message (`Message`), plus one pair
of functions per struct and range of versions with equal layout. A message class maps each
version to its pair, so `encode` and `decode` cost one dictionary look-up before straight-line code.

Decoding normalises its input to `bytes` once: slices of `bytes` are the cheapest in CPython, and
the message never pins the caller's receive buffer. APIs whose payload is too big to be copied
(Produce, Fetch) have hand-tuned decoders elsewhere.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from ottla.protocol.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ottla.protocol.primitives import Buffer

    Writer: TypeAlias = Callable[[Any, list[Buffer]], None]
    Reader: TypeAlias = Callable[[bytes, int], tuple[Any, int]]


class Struct:
    """A bag of wire fields; mutable, compared field by field, not hashable."""

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # mutable: must not become a key

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({fields})"


class Message(Struct):
    """A request, response or record body that stands alone on the wire."""

    __slots__: tuple[str, ...] = ()

    API_KEY: ClassVar[int]
    """Key of the API, or type number of the record; -1 when the format has none."""

    VERSIONS: ClassVar[range]
    """The versions that can be encoded and decoded."""

    FLEXIBLE_FROM: ClassVar[int | None]
    """The first version with compact lengths and tagged fields; None when there is none."""

    WRITERS: ClassVar[Mapping[int, Writer]]
    READERS: ClassVar[Mapping[int, Reader]]

    def encode(self, version: int) -> bytes:
        """Return the body in `version`.

        Raises ValueError when the version does not exist, or when it has no room for a value that
        must not be lost (fields marked ignorable are left out silently).
        """
        parts: list[Buffer] = []
        self.encode_into(parts, version)
        return b"".join(parts)

    def encode_into(self, parts: list[Buffer], version: int) -> None:
        """Append the body to `parts` as buffers; payload fields are appended without a copy."""
        write = self.WRITERS.get(version)
        if write is None:
            raise ValueError(f"{type(self).__name__} has no version {version}")
        try:
            write(self, parts)
        except struct.error as error:
            raise ValueError(f"{type(self).__name__} version {version}: {error}") from error

    @classmethod
    def decode(
        cls, data: Buffer, version: int, offset: int = 0, *, may_have_rest: bool = False
    ) -> Self:
        """Read a body that fills `data` from `offset` to its end.

        With `may_have_rest` what follows the body is ignored, as brokers do with requests:
        librdkafka leaves three bytes behind Metadata requests for all topics.
        Raises WireError when the bytes are not such a body, ValueError when we do not know the
        version (callers check that first).
        """
        read = cls.READERS.get(version)
        if read is None:
            raise ValueError(f"{cls.__name__} has no version {version}")
        body = data if type(data) is bytes else bytes(data)
        try:
            message, end = read(body, offset)
        except (struct.error, IndexError) as error:
            raise WireError(f"{cls.__name__} version {version} ends early") from error
        except UnicodeDecodeError as error:
            raise WireError(
                f"{cls.__name__} version {version} has text that is not UTF-8"
            ) from error
        if end > len(body) or (end < len(body) and not may_have_rest):
            text = "ends early" if end > len(body) else f"is followed by {len(body) - end} bytes"
            raise WireError(f"{cls.__name__} version {version} {text}")
        decoded: Self = message
        return decoded
