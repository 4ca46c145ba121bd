# SPDX-License-Identifier: Apache-2.0
"""The transaction index: the aborted transactions whose marker lies in one segment.

File format, Kafka's own; entries in the order of the markers:

| at | field | type |
|---:|---|---|
| 0 | version, 0 | i16 |
| 2 | producer id | i64 |
| 10 | first offset of the transaction | i64 |
| 18 | last offset: that of its marker | i64 |
| 26 | last stable offset when the marker was written | i64 |

A reader with isolation level read_committed is told which transactions of the range that it gets
were aborted. A segment without aborted transactions has no such file.

Owned by `LogSegment`; entries are appended to the file as soon as the marker is written.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.base.errors import OttlaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENTRY: Final = struct.Struct(">hqqqq")
ENTRY_BYTES: Final = 34
VERSION: Final = 0


class CorruptTransactionIndex(OttlaError):  # noqa: N818 - names what was found
    """The file is not a transaction index; it can be rebuilt from the log."""


class AbortedTransaction(NamedTuple):
    """One transaction that ended with an abort marker."""

    producer_id: int
    first_offset: int
    last_offset: int  # of the marker
    last_stable_offset: int  # behind which a reader of the time could not look

    def encode(self) -> bytes:
        """Return the entry's 34 bytes."""
        return ENTRY.pack(VERSION, *self)


def decode_entries(data: bytes) -> list[AbortedTransaction]:
    """Read a file; raises CorruptTransactionIndex when it is none."""
    if len(data) % ENTRY_BYTES:
        raise CorruptTransactionIndex(
            f"{len(data)} bytes are not a whole number of {ENTRY_BYTES}-byte entries"
        )
    entries = []
    for version, *fields in ENTRY.iter_unpack(data):
        entry = AbortedTransaction(*fields)
        if version != VERSION:
            raise CorruptTransactionIndex(f"entry version {version} is not known")
        if entry.first_offset > entry.last_offset:
            raise CorruptTransactionIndex(f"{entry} ends before it begins")
        entries.append(entry)
    return entries


def valid_entries(data: bytes, base_offset: int) -> Iterator[AbortedTransaction]:
    """Yield a segment's entries up to the first that cannot be one: what a crash left."""
    behind = base_offset - 1
    for version, *fields in ENTRY.iter_unpack(data[: len(data) // ENTRY_BYTES * ENTRY_BYTES]):
        entry = AbortedTransaction(*fields)
        if version != VERSION or entry.last_offset <= max(behind, entry.first_offset):
            return
        behind = entry.last_offset
        yield entry


def aborted_between(
    entries: Iterable[AbortedTransaction], start_offset: int, end_offset: int
) -> tuple[list[AbortedTransaction], bool]:
    """Return those that overlap [start, end), and whether later segments cannot add any.

    They cannot as soon as an entry's last stable offset lies at or behind the end: whatever
    transaction ends later had then begun behind the range.
    """
    found = []
    for entry in entries:
        if entry.last_offset >= start_offset and entry.first_offset < end_offset:
            found.append(entry)
        if entry.last_stable_offset >= end_offset:
            return found, True
    return found, False
