# SPDX-License-Identifier: Apache-2.0
"""The five codecs of record batches, with a hard cap on what comes out.

Every decompression writes into memory that is reserved for `max_bytes` and no more: the codec
itself stops at the end of it, so that a bomb costs the time of the cap and no memory beyond it
(reserved pages cost nothing until they are written).

The bytes that go out are what Kafka's own clients read:

- gzip: one member.
- snappy: Java's stream framing, 16 bytes of magic and versions, then blocks of at most 32 KiB, each
  behind its length (i32). Read: this framing, and bare snappy as librdkafka may send.
- lz4: the frame format with independent 64 KiB blocks and no checksums (Java's reader refuses
  linked blocks). Read: any frame.
- zstd: one frame. Read: frames whose window is at most 8 MiB, since a reader must hold the window.
"""

from __future__ import annotations

import mmap
import struct
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import cramjam
import zstandard

from ottla.records.batch import CorruptRecord

if TYPE_CHECKING:
    from collections.abc import Callable

DECOMPRESSED_BYTES_MAX: Final = 64 * 1024 * 1024
"""What one batch may become when the caller has no better limit."""

ZSTD_WINDOW_BYTES_MAX: Final = 8 * 1024 * 1024

_XERIAL_HEADER: Final = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
_XERIAL_MAGIC: Final = _XERIAL_HEADER[:8]
_XERIAL_BLOCK_BYTES: Final = 32 * 1024
_SNAPPY_EXPANSION_MAX: Final = 32  # a copy of 64 bytes takes 3: the format cannot do better
_LZ4_BLOCK_BYTES: Final = 64 * 1024
# Magic; version 1 with independent blocks; blocks of 64 KiB; the header's own checksum byte.
_LZ4_FRAME_HEADER: Final = b"\x04\x22\x4d\x18\x60\x40\x82"
_LZ4_END_MARK: Final = b"\x00\x00\x00\x00"
_LZ4_STORED: Final = 0x80000000  # this bit in a block's length: the block is not compressed
_LZ4_LEVEL_DEFAULT: Final = 9  # Kafka's default, which means the fast compressor


class Codec(IntEnum):
    """Bits 0 to 2 of a batch's attributes."""

    NONE = 0
    GZIP = 1
    SNAPPY = 2
    LZ4 = 3
    ZSTD = 4

    @classmethod
    def from_name(cls, name: str) -> Codec:
        """Return the codec of a configuration name (`none`, `gzip`, `snappy`, `lz4`, `zstd`)."""
        return cls[name.upper()]


class DecompressionLimit(CorruptRecord):
    """The payload would become larger than the caller allows."""

    def __init__(self, codec: Codec, max_bytes: int) -> None:
        super().__init__(f"the {codec.name.lower()} payload becomes larger than {max_bytes} bytes")


def compress(codec: Codec, data: bytes | bytearray | memoryview, level: int | None = None) -> bytes:
    """Compress as Kafka's clients do; `level` None is Kafka's default for the codec."""
    if codec is Codec.GZIP:
        return bytes(cramjam.gzip.compress(data, 6 if level in (None, -1) else level))
    if codec is Codec.SNAPPY:
        return _compress_xerial(memoryview(data))
    if codec is Codec.LZ4:
        return _compress_lz4(memoryview(data), level)
    if codec is Codec.ZSTD:
        return bytes(cramjam.zstd.compress(data, 3 if level is None else level))
    return bytes(data)


def decompress(
    codec: Codec, data: bytes | bytearray | memoryview, max_bytes: int = DECOMPRESSED_BYTES_MAX
) -> bytes:
    """Return the payload, `DecompressionLimit` if it is larger than `max_bytes`.

    Bytes that the codec cannot read, cut-off ones included, are `CorruptRecord`.
    """
    if codec is Codec.NONE:
        if len(data) > max_bytes:
            raise DecompressionLimit(codec, max_bytes)
        return bytes(data)
    if len(data) == 0:
        raise CorruptRecord(f"the {codec.name.lower()} payload is empty")
    if codec is Codec.ZSTD:
        _check_zstd_window(data)
    # One byte more than allowed, so that a payload of exactly the limit still fits.
    with mmap.mmap(-1, max_bytes + 1, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as output:
        try:
            written = _DECOMPRESS_INTO[codec](memoryview(data), output)
        except cramjam.DecompressionError as error:
            # The codecs' writers say only in words that the output was full.
            if "write whole buffer" in str(error):
                raise DecompressionLimit(codec, max_bytes) from None
            raise CorruptRecord(f"the {codec.name.lower()} payload is broken: {error}") from None
        if written > max_bytes:
            raise DecompressionLimit(codec, max_bytes)
        return output[:written]


def _compress_xerial(data: memoryview) -> bytes:
    parts = [_XERIAL_HEADER]
    for start in range(0, len(data), _XERIAL_BLOCK_BYTES):
        block = bytes(cramjam.snappy.compress_raw(data[start : start + _XERIAL_BLOCK_BYTES]))
        parts.append(struct.pack(">i", len(block)))
        parts.append(block)
    return b"".join(parts)


def _compress_lz4(data: memoryview, level: int | None) -> bytes:
    parts = [_LZ4_FRAME_HEADER]
    for start in range(0, len(data), _LZ4_BLOCK_BYTES):
        plain = data[start : start + _LZ4_BLOCK_BYTES]
        if level is None or level == _LZ4_LEVEL_DEFAULT:
            block = bytes(cramjam.lz4.compress_block(plain, store_size=False))
        else:
            block = bytes(
                cramjam.lz4.compress_block(
                    plain, mode="high_compression", compression=level, store_size=False
                )
            )
        if len(block) < len(plain):
            parts.append(struct.pack("<I", len(block)))
            parts.append(block)
        else:
            parts.append(struct.pack("<I", len(plain) | _LZ4_STORED))
            parts.append(bytes(plain))
    parts.append(_LZ4_END_MARK)
    return b"".join(parts)


def _check_zstd_window(data: bytes | bytearray | memoryview) -> None:
    try:
        frame = zstandard.get_frame_parameters(data)
    except zstandard.ZstdError as error:
        raise CorruptRecord(f"the zstd payload is broken: {error}") from None
    # A frame that is its own window (window == content) is bounded by the output cap already.
    if frame.window_size > ZSTD_WINDOW_BYTES_MAX and frame.window_size != frame.content_size:
        raise CorruptRecord(
            f"the zstd payload needs a window of {frame.window_size} bytes, "
            f"{ZSTD_WINDOW_BYTES_MAX} are allowed"
        )


def _snappy_into(data: memoryview, output: mmap.mmap) -> int:
    """Decompress Java's framing or bare snappy; each block says its size before it is unpacked."""
    with memoryview(output) as target:
        if bytes(data[:8]) != _XERIAL_MAGIC:
            return _snappy_block_into(data, target)
        position = len(_XERIAL_HEADER)
        if position >= len(data):
            raise CorruptRecord("the snappy payload ends before its first block")
        written = 0
        while position < len(data):
            if position + 4 > len(data):
                raise CorruptRecord("the snappy payload ends inside a block's length")
            (block_bytes,) = struct.unpack_from(">i", data, position)
            position += 4
            if block_bytes <= 0 or block_bytes > len(data) - position:
                raise CorruptRecord(
                    f"a snappy block says {block_bytes} bytes, {len(data) - position} are left"
                )
            block = data[position : position + block_bytes]
            with target[written:] as rest:
                written += _snappy_block_into(block, rest)
            position += block_bytes
        return written


def _snappy_block_into(block: memoryview, target: memoryview) -> int:
    claimed: int = cramjam.snappy.decompress_raw_len(block)
    if claimed > len(block) * _SNAPPY_EXPANSION_MAX:
        raise CorruptRecord(f"a snappy block of {len(block)} bytes claims to hold {claimed}")
    if claimed > len(target):
        return _full(target)
    return int(cramjam.snappy.decompress_raw_into(block, target))


def _full(target: memoryview) -> int:
    """Say "full" the way the other codecs do."""
    raise cramjam.DecompressionError(f"failed to write whole buffer of {len(target)} bytes")


_DECOMPRESS_INTO: Final[dict[Codec, Callable[[memoryview, mmap.mmap], int]]] = {
    Codec.GZIP: cramjam.gzip.decompress_into,
    Codec.SNAPPY: _snappy_into,
    Codec.LZ4: cramjam.lz4.decompress_into,
    Codec.ZSTD: cramjam.zstd.decompress_into,
}
