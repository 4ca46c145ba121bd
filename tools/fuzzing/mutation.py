# SPDX-License-Identifier: Apache-2.0
"""The seeded mutation engine: the same seed makes the same inputs, on every machine.

An input is a seed (or an earlier input that a target accepted, so that changes pile up) with a
handful of small changes: flipped bits, numbers at the borders of their types in all the sizes that
the wire knows, pieces cut out, repeated, or taken from another seed.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

_BYTES: Final = (0x00, 0x01, 0x02, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF)
_NUMBERS: Final = (
    *(struct.pack(">h", number) for number in (-1, 0, 1, 2**15 - 1, -(2**15))),
    *(struct.pack(">i", number) for number in (-1, 0, 1, 2**31 - 1, -(2**31), 2**20)),
    *(struct.pack(">q", number) for number in (-1, 0, 1, 2**63 - 1, -(2**63), 2**40)),
)
_VARINTS: Final = (
    b"\x80\x01",
    b"\xff\x7f",
    b"\x80\x80\x01",
    b"\xfe\xff\xff\xff\x0f",
    b"\xff\xff\xff\xff\x0f",
    b"\xff\xff\xff\xff\xff\x01",
    b"\xff" * 9 + b"\x01",
    b"\xff" * 11,
)
_CHANGES_MAX: Final = 5
_SPLICE_CHANCE: Final = 0.1
_KEPT_MAX: Final = 64
"""Accepted inputs that are built upon, beside the seeds."""


class Mutator:
    """An endless supply of inputs for one target."""

    def __init__(self, draw: Random, seeds: list[bytes], input_bytes_max: int) -> None:
        assert seeds, "a target without seeds would be fuzzed with noise only"
        self._draw = draw
        self._seeds = seeds
        self._kept: list[bytes] = []
        self._input_bytes_max = input_bytes_max

    def keep(self, data: bytes) -> None:
        """Build on an input that a target accepted."""
        if len(self._kept) < _KEPT_MAX:
            self._kept.append(data)
        else:
            self._kept[self._draw.randrange(_KEPT_MAX)] = data

    def next(self) -> bytes:
        """Return the next input."""
        draw = self._draw
        pool = self._kept if self._kept and draw.random() < 0.3 else self._seeds
        data = bytearray(draw.choice(pool))
        for _ in range(draw.randint(1, _CHANGES_MAX)):
            if draw.random() < _SPLICE_CHANCE:
                _splice(draw, data, draw.choice(self._seeds))
            else:
                draw.choice(_CHANGES)(draw, data)
        return bytes(data[: self._input_bytes_max])


def _position(draw: Random, data: bytearray) -> int:
    """Favour the front, where headers are."""
    if draw.random() < 0.5:
        return draw.randint(0, min(len(data), 80))
    return draw.randint(0, len(data))


def _flip_bit(draw: Random, data: bytearray) -> None:
    if data:
        data[min(_position(draw, data), len(data) - 1)] ^= 1 << draw.randrange(8)


def _set_byte(draw: Random, data: bytearray) -> None:
    if data:
        byte = draw.choice(_BYTES)
        if draw.random() < 0.3:
            byte = draw.randrange(256)
        data[min(_position(draw, data), len(data) - 1)] = byte


def _put_number(draw: Random, data: bytearray) -> None:
    number = draw.choice(_NUMBERS)
    at = _position(draw, data)
    data[at : at + len(number)] = number


def _put_varint(draw: Random, data: bytearray) -> None:
    number = draw.choice(_VARINTS)
    at = _position(draw, data)
    data[at : at + draw.choice((1, len(number)))] = number


def _nudge(draw: Random, data: bytearray) -> None:
    """Change a number by a little: lengths and counts that are off by one."""
    if data:
        at = min(_position(draw, data), len(data) - 1)
        data[at] = (data[at] + draw.choice((-2, -1, 1, 2))) & 0xFF


def _cut_out(draw: Random, data: bytearray) -> None:
    at = _position(draw, data)
    del data[at : at + draw.choice((1, 2, 4, 8, 30, 300))]


def _cut_off(draw: Random, data: bytearray) -> None:
    del data[draw.randint(0, len(data)) :]


def _repeat(draw: Random, data: bytearray) -> None:
    at = _position(draw, data)
    piece = data[at : at + draw.choice((1, 4, 12, 61, 200))]
    data[at:at] = piece * draw.choice((1, 1, 2, 3, 60))


def _insert_noise(draw: Random, data: bytearray) -> None:
    at = _position(draw, data)
    data[at:at] = draw.randbytes(draw.choice((1, 2, 4, 16)))


def _splice(draw: Random, data: bytearray, other: bytes) -> None:
    at = _position(draw, data)
    data[at:] = other[draw.randint(0, len(other)) :]


_CHANGES: Final = (
    _flip_bit,
    _set_byte,
    _put_number,
    _put_varint,
    _nudge,
    _nudge,
    _cut_out,
    _cut_off,
    _repeat,
    _insert_noise,
)
