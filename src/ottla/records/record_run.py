# SPDX-License-Identifier: Apache-2.0
"""Decodes records that look alike all at once: runs of equal lengths, as sensors write them.

When a record is as long as the one before it, those behind it often are too, with every field in
the same place. Then the bytes that hold a length lie one stride apart: a strided slice that is all
one byte proves a field of the whole run, and keys and values are plain slices. About 0.4 us a
record, where one by one costs 1.5 (1.9 with values of 64 bytes and more).

What is not proven is not taken: the run ends there, and the general decoder goes on.
"""

from __future__ import annotations

from typing import Final, NamedTuple

RUN_MIN: Final = 8
"""Fewer records are not worth the look."""

WINDOW: Final = 256
"""Records that a first try looks at: bounds what a run that breaks off at once can cost."""

_ONE_BYTE: Final = bytes(range(0, 0x80, 2))
"""The varints of the deltas 0 to 63."""

_VARINT_BITS: Final = 70
"""Of ten bytes, which no varint of a record exceeds."""

_TWO_BYTES_FROM, _TWO_BYTES_TO = 64, 8192
_LOW: Final = bytes([2 * delta & 0x7F | 0x80 for delta in range(_TWO_BYTES_FROM, _TWO_BYTES_TO)])
_HIGH: Final = bytes([2 * delta >> 7 for delta in range(_TWO_BYTES_FROM, _TWO_BYTES_TO)])

_Fields = tuple[int, int, "bytes | None", "bytes | None"]
"""Offset delta, timestamp delta, key, value."""


class _Field:
    """A varint of the pattern record, and what it says."""

    __slots__ = ("end", "number", "start")

    def __init__(self, data: bytes, start: int) -> None:
        position, number = start, 0
        for shift in range(0, _VARINT_BITS, 7):
            byte = data[position]
            position += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise IndexError("a varint without an end")  # not decoded yet: see `find_run`
        self.start = start
        self.end = position
        self.number = (number >> 1) ^ -(number & 1)


class Run(NamedTuple):
    """Records of one layout, one behind the other, as far as that is proven."""

    length: int
    stride: int  # bytes from one record to the next
    first_delta: int  # offset deltas count up from it
    timestamp_delta: int  # of all of them, when there is no column
    timestamp_column: bytes | None  # one zigzag byte each
    key_start: int  # in the first record of the run
    key_size: int  # -1 for null
    value_start: int
    value_size: int  # -1 for null


def decode_run(data: bytes, start: int, end: int, delta_max: int, count: int) -> list[_Fields]:
    """Return the records behind the one at `data[start:end]` that have its layout, without headers.

    See `find_run`.
    """
    run = find_run(data, start, end, delta_max, count, len(data))
    if run is None:
        return []
    column = run.timestamp_column
    times = (
        [run.timestamp_delta] * run.length
        if column is None
        else [(byte >> 1) ^ -(byte & 1) for byte in column]
    )
    return list(
        zip(
            range(run.first_delta, run.first_delta + run.length),
            times,
            _slices(data, run.key_start, run.key_size, run),
            _slices(data, run.value_start, run.value_size, run),
            strict=False,
        )
    )


def find_run(
    data: bytes,
    start: int,
    end: int,
    delta_max: int,
    count: int,
    limit: int,
    window: int = WINDOW,
) -> Run | None:
    """Return the run behind the record at `data[start:end]`, None if it is too short.

    That record was decoded already, or will be, so it is taken for sound; a field that is none, or
    reaches past the data, is an IndexError. At most `count` records are left, none goes past
    `limit`, no offset delta past `delta_max`. Deltas of a run follow each other without a hole.
    """
    stride = end - start
    run = min(count, window, (limit - end) // stride)
    if run < RUN_MIN:
        return None
    length = _Field(data, start)
    timestamp = _Field(data, length.end + 1)
    delta = _Field(data, timestamp.end)
    key = _Field(data, delta.end)
    value = _Field(data, key.end + max(0, key.number))
    tail = value.end + max(0, value.number)
    if data[tail]:
        return None  # headers
    fixed = [*range(length.start, length.end), *range(key.start, key.end)]
    fixed += [*range(value.start, value.end), tail]
    if timestamp.end - timestamp.start > 1:
        fixed += range(timestamp.start, timestamp.end)
    for place in fixed:
        column = data[place + stride : place + stride + run * stride : stride]
        run -= len(column.lstrip(data[place : place + 1]))
        if run < RUN_MIN:
            return None
    run = min(run, delta_max - delta.number)
    run = _count_up(data, delta, stride, run)
    times, run = _timestamps(data, timestamp, stride, run)
    if run < RUN_MIN:
        return None
    return Run(
        run,
        stride,
        delta.number + 1,
        timestamp.number,
        times,
        key.end + stride,
        key.number,
        value.end + stride,
        value.number,
    )


def _count_up(data: bytes, delta: _Field, stride: int, run: int) -> int:
    """Return how many of the next deltas are one more than the one before."""
    first = delta.number + 1
    width = delta.end - delta.start
    if width == 1 and delta.number >= 0:
        expected = [_ONE_BYTE[first : first + run]]
    elif width == 2 and delta.number >= _TWO_BYTES_FROM:
        at = first - _TWO_BYTES_FROM
        expected = [_LOW[at : at + run], _HIGH[at : at + run]]
    else:
        return 0
    for number, column in enumerate(expected):
        run = min(run, len(column))
        place = delta.start + number + stride
        found = data[place : place + run * stride : stride]
        if found != column[:run]:
            pairs = zip(found, column, strict=False)
            run = next(place for place, (one, other) in enumerate(pairs) if one != other)
    return run


def _timestamps(data: bytes, timestamp: _Field, stride: int, run: int) -> tuple[bytes | None, int]:
    if timestamp.end - timestamp.start > 1:
        return None, run  # proven to be all the same
    place = timestamp.start + stride
    column = data[place : place + run * stride : stride]
    if not column.isascii():  # some take more than one byte
        run = next(place for place, byte in enumerate(column) if byte >= 0x80)
    return column[:run], run


def _slices(data: bytes, start: int, size: int, run: Run) -> list[bytes | None]:
    if size < 0:
        return [None] * run.length
    end = start + run.length * run.stride
    return [data[at : at + size] for at in range(start, end, run.stride)]
