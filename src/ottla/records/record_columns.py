# SPDX-License-Identifier: Apache-2.0
"""Decodes the records of batches as columns: numbers in arrays, keys and values as places.

Record by record Python takes about a microsecond each. Here numpy looks at one field of all records
at a time: only where a record ends has to be found one after the other, and not even that for
records of one layout in a row (`record_run`). numpy is an extra of Ottla's: nothing else imports
this module.

What it accepts, and as what, is what `records.record` accepts: whatever looks wrong here is given
to that decoder, whose error says where.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ottla.records.batch import HEADER_BYTES, CorruptRecord
from ottla.records.compression import Codec
from ottla.records.record import (
    RECORD_BYTES_MIN,
    decode_payload,
    read_headers,
    read_payload,
    read_varint,
)
from ottla.records.record_run import WINDOW, find_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ottla.records.batch import BatchHeader
    from ottla.records.record_run import Run

    Int32s = NDArray[np.int32]
    Int64s = NDArray[np.int64]
    Bytes = NDArray[np.uint8]

_BETWEEN_LOOKS: Final = 64
"""How many records are taken one by one after a look for a run that found none."""

_INT64: Final = np.iinfo(np.int64)
_INT_BYTES, _LONG_BYTES = 5, 10

Headers = tuple[tuple[str, "bytes | None"], ...]
_Span = tuple["BatchHeader", int, int]
"""A batch, and where its records begin and end."""


class RecordColumns(NamedTuple):
    """The records of some batches, by column; places are positions in `payload`.

    Fields follow each other there: a record's key, its value, the next record's key.
    """

    payload: bytes
    offsets: Int64s
    timestamps_ms: Int64s
    key_starts: Int32s
    key_sizes: Int32s  # -1 for null
    value_starts: Int32s
    value_sizes: Int32s  # -1 for null
    headers: dict[int, Headers]  # of those records that have some, by their number here


class _UnsoundError(Exception):
    """Something is wrong with a batch; the decoder of single records knows what."""


def decode_columns(batches: Sequence[tuple[BatchHeader, memoryview]]) -> RecordColumns:
    """Decode whole batches, each with its header that must be true to it.

    Raises CorruptRecord. Several batches cost little more than one: most of what a small one
    costs is not for its records.
    """
    payload, spans = _payload_of(batches)
    for header, start, end in spans:
        count = header.record_count
        if count < 0 or count * RECORD_BYTES_MIN > end - start:
            raise CorruptRecord(f"{count} records cannot be in {end - start} bytes")
        if header.base_offset + header.last_offset_delta > _INT64.max:
            raise CorruptRecord(f"offsets from {header.base_offset} on do not fit 64 bits")
    try:
        return _columns_of(payload, spans)
    except _UnsoundError:
        for header, start, end in spans:
            decode_payload(payload[start:end], header)
        raise AssertionError("what is no column decodes record by record") from None


def _payload_of(batches: Sequence[tuple[BatchHeader, memoryview]]) -> tuple[bytes, list[_Span]]:
    """Return bytes that hold the records of all batches, and where those of each are.

    What was fetched together lies in one buffer, which is not copied unless it is compressed.
    """
    buffer = batches[0][1].obj if batches else b""
    if isinstance(buffer, bytes) and all(
        header.codec == Codec.NONE and batch.obj is buffer for header, batch in batches
    ):
        base = _address(buffer) if buffer else 0
        spans = []
        for header, batch in batches:
            start = _address(batch) - base
            spans.append((header, start + HEADER_BYTES, start + header.size_bytes))
        return buffer, spans
    payloads = [read_payload(batch, header) for header, batch in batches]
    ends = list(accumulate(map(len, payloads), initial=0))
    headers = [header for header, _ in batches]
    return b"".join(payloads), list(zip(headers, ends, ends[1:], strict=False))


def _address(buffer: bytes | memoryview) -> int:
    address: int = np.frombuffer(buffer, np.uint8).__array_interface__["data"][0]
    return address


def _columns_of(payload: bytes, spans: Sequence[_Span]) -> RecordColumns:
    data = np.frombuffer(payload, np.uint8)
    layout = _Layout(payload)
    for span in spans:
        layout.add(*span)
    numbers, starts, ends = layout.singles()
    _, position = _varints(data, starts, _INT_BYTES)
    times, position = _varints(data, position + 1, _LONG_BYTES)  # behind the attributes
    deltas, position = _varints(data, np.minimum(position, ends), _INT_BYTES)
    key_sizes, key_starts = _varints(data, np.minimum(position, ends), _INT_BYTES)
    value_sizes, value_starts = _varints(data, _behind(key_starts, key_sizes, ends), _INT_BYTES)
    position = _behind(value_starts, value_sizes, ends)
    record_headers: dict[int, Headers] = {}
    plain = np.ones(len(starts), np.bool_)
    for single in np.flatnonzero(data[position]).tolist():
        place, end = int(position[single]), int(ends[single])
        record_headers[int(numbers[single])], position[single] = _headers_at(payload, place, end)
        plain[single] = False
    _require(position + plain == ends)
    all_deltas, places = layout.of_runs()
    all_deltas[:, numbers] = times, deltas
    places[:, numbers] = key_starts, key_sizes, value_starts, value_sizes
    times, deltas = all_deltas
    headers = [header for header, _, _ in spans]
    counts = [header.record_count for header in headers]
    _check_offsets(deltas, headers, counts)
    return RecordColumns(
        payload,
        deltas + np.repeat([header.base_offset for header in headers], counts),
        _timestamps(times, headers, counts),
        places[0],
        places[1],
        places[2],
        places[3],
        record_headers,
    )


class _Layout:
    """Where the records of batches are: in runs of one layout, and single ones."""

    def __init__(self, payload: bytes) -> None:
        self.count = 0
        self._payload = payload
        self._runs: list[tuple[int, Run]] = []  # with the number of the first record
        self._numbers: list[int] = []  # of single records
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, header: BatchHeader, position: int, limit: int) -> None:
        """Take the records of the next batch, which fill the payload from here to there."""
        payload, left = self._payload, header.record_count
        last_step, next_look = 0, left
        starts, ends, numbers = self._starts, self._ends, self._numbers
        try:
            while left:
                end = _hop(payload, position)
                if end > limit:
                    raise _UnsoundError
                numbers.append(self.count)
                starts.append(position)
                ends.append(end)
                step = end - position
                position = end
                self.count += 1
                left -= 1
                if step != last_step or left > next_look:
                    last_step = step
                    continue
                last_delta = header.last_offset_delta
                run = find_run(payload, end - step, end, last_delta, left, limit)
                if run is None:
                    next_look = left - _BETWEEN_LOOKS
                window = WINDOW
                while run is not None:
                    self._runs.append((self.count, run))
                    position += run.length * step
                    self.count += run.length
                    left -= run.length
                    pattern = position - step
                    window *= 4  # it goes on for long, probably
                    run = find_run(payload, pattern, position, last_delta, left, limit, window)
        except (IndexError, CorruptRecord):
            raise _UnsoundError from None
        if position != limit:
            raise _UnsoundError

    def singles(self) -> tuple[Int64s, Int64s, Int64s]:
        """Return numbers, starts and ends of the single records."""
        return (
            np.array(self._numbers, np.int64),
            np.array(self._starts, np.int64),
            np.array(self._ends, np.int64),
        )

    def of_runs(self) -> tuple[Int64s, Int32s]:
        """Return rows of fields for all records, filled in for those of runs.

        Two of timestamp and offset deltas; four of starts and sizes of keys, and of values.
        """
        deltas = np.empty((2, self.count), np.int64)
        places = np.empty((4, self.count), np.int32)
        for first, run in self._runs:
            part = slice(first, first + run.length)
            steps = np.arange(run.length, dtype=np.int64)
            column = run.timestamp_column
            deltas[0, part] = (
                run.timestamp_delta
                if column is None
                else _unzigzag(np.frombuffer(column, np.uint8).astype(np.uint64))
            )
            deltas[1, part] = steps + run.first_delta
            steps *= run.stride
            places[0, part] = steps + run.key_start
            places[1, part] = run.key_size
            places[2, part] = steps + run.value_start
            places[3, part] = run.value_size
        return deltas, places


def _hop(payload: bytes, position: int) -> int:
    """Return where the record ends that begins here."""
    first = payload[position]
    if first < 0x80:
        length, body = (first >> 1) ^ -(first & 1), position + 1
    elif (second := payload[position + 1]) < 0x80:
        length, body = (second << 6 | (first & 0x7F) >> 1) ^ -(first & 1), position + 2
    else:
        length, body = read_varint(payload, position)
    if length < RECORD_BYTES_MIN - 1:
        raise _UnsoundError
    return body + length


def _varints(data: Bytes, positions: Int64s, bytes_max: int) -> tuple[Int64s, Int64s]:
    """Return the zigzag varints at these positions, and the positions behind them."""
    first = data.take(positions, mode="clip")  # what is cut off is noticed behind its record
    if not (first & 0x80).any():
        return _unzigzag(first.astype(np.uint64)), positions + 1
    number = (first & 0x7F).astype(np.uint64)
    behind = positions + 1
    going_on = np.flatnonzero(first >= 0x80)
    for place in range(1, bytes_max):
        byte = data.take(positions[going_on] + place, mode="clip").astype(np.uint64)
        behind[going_on] += 1
        is_last = byte < 0x80
        if place == bytes_max - 1:  # how many bits are left for it
            _require(byte >> np.uint64((64 if bytes_max == _LONG_BYTES else 32) - 7 * place) == 0)
        number[going_on] |= (byte & np.uint64(0x7F)) << np.uint64(7 * place)
        going_on = going_on[~is_last]
        if not len(going_on):
            return _unzigzag(number), behind
    raise _UnsoundError


def _unzigzag(number: NDArray[np.uint64]) -> Int64s:
    return (number >> np.uint64(1)).view(np.int64) ^ -(number & np.uint64(1)).view(np.int64)


def _timestamps(deltas: Int64s, headers: Sequence[BatchHeader], counts: Sequence[int]) -> Int64s:
    timestamps = np.empty_like(deltas)
    first = 0
    for header, count in zip(headers, counts, strict=True):
        part = slice(first, first + count)
        first += count
        if header.timestamp_type:  # by the broker, one for all
            timestamps[part] = header.max_timestamp
        elif count:
            earliest = header.base_timestamp + int(deltas[part].min())
            latest = header.base_timestamp + int(deltas[part].max())
            if earliest < _INT64.min or latest > _INT64.max:
                raise _UnsoundError
            np.add(deltas[part], header.base_timestamp, out=timestamps[part])
    return timestamps


def _check_offsets(deltas: Int64s, headers: Sequence[BatchHeader], counts: Sequence[int]) -> None:
    """Offsets rise within a batch, from its base offset to its last."""
    rises = np.diff(deltas, prepend=-1) > 0
    firsts = [first for first, count in zip(_sums(counts), counts, strict=True) if count]
    rises[firsts] = deltas[firsts] >= 0
    _require(rises)
    _require(deltas <= np.repeat([header.last_offset_delta for header in headers], counts))


def _sums(counts: Sequence[int]) -> list[int]:
    """Return how many records come before each batch."""
    return [0, *accumulate(counts)][:-1]


def _behind(starts: Int64s, sizes: Int64s, ends: Int64s) -> Int64s:
    """Return where fields end that must be null or lie within their records."""
    _require(sizes >= -1)
    position = starts + np.maximum(sizes, 0)
    _require(position < ends)  # at least the count of headers follows
    return position


def _headers_at(payload: bytes, position: int, end: int) -> tuple[Headers, int]:
    try:
        return read_headers(payload, position, end)
    except (IndexError, CorruptRecord):
        raise _UnsoundError from None


def _require(holds: NDArray[np.bool_]) -> None:
    if not holds.all():
        raise _UnsoundError
