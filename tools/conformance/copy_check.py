# SPDX-License-Identifier: Apache-2.0
"""Whether a copy has every record once and in order. Pure: records in, findings out.

A source record's value is its partition and its number there (`2-17`), counted from 0; the copier
transforms it. So the copy of a partition has to be the transformed numbers without a gap, and what
else is there tells what went wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

SHOWN_MAX = 3


class Read(NamedTuple):
    """One record as a read_committed reader saw it."""

    offset: int
    value: bytes


def source_value(partition: int, number: int) -> bytes:
    """Make the value of a source record."""
    return b"%d-%d" % (partition, number)


def findings(
    source_counts: Mapping[int, int],
    copies: Mapping[int, Sequence[Read]],
    *,
    transform: Callable[[bytes], bytes],
    aborted: bytes,
) -> list[str]:
    """Compare the copies of each partition with what was in the source; nothing found is good.

    `aborted` starts the values that were only ever written in transactions that were aborted.
    """
    found = []
    for partition in sorted(set(source_counts) | set(copies)):
        expected = {
            transform(source_value(partition, number)): number
            for number in range(source_counts.get(partition, 0))
        }
        records = copies.get(partition, ())
        found += [
            f"partition {partition}: {text}" for text in _of_partition(expected, records, aborted)
        ]
    return found


def _of_partition(
    expected: Mapping[bytes, int], records: Sequence[Read], aborted: bytes
) -> Iterator[str]:
    offsets_of: dict[bytes, list[int]] = {}
    for record in records:
        offsets_of.setdefault(record.value, []).append(record.offset)
    yield from _some(
        "read although aborted",
        [f"{value!r} at {at}" for value, at in offsets_of.items() if value.startswith(aborted)],
    )
    yield from _some(
        "of nobody",
        [
            f"{value!r} at {at}"
            for value, at in offsets_of.items()
            if value not in expected and not value.startswith(aborted)
        ],
    )
    yield from _some(
        "more than once",
        [
            f"record {expected[value]} at {at}"
            for value, at in offsets_of.items()
            if value in expected and len(at) > 1
        ],
    )
    yield from _some(
        "missing",
        [f"record {number}" for value, number in expected.items() if value not in offsets_of],
    )
    # Of a record that is there twice only the first counts here: the second is told already.
    first = {value: at[0] for value, at in offsets_of.items() if value in expected}
    in_log = sorted(first, key=lambda value: first[value])
    yield from _some(
        "out of order",
        [
            f"record {expected[before]} at {first[before]} before record {expected[after]}"
            for before, after in pairwise(in_log)
            if expected[before] > expected[after]
        ],
    )
    yield from _some(
        "read at an offset that does not rise",
        [f"{after.offset}" for before, after in pairwise(records) if after.offset <= before.offset],
    )


def _some(what: str, examples: Sequence[str]) -> Iterator[str]:
    """Name how many there are, and the first of them."""
    if examples:
        more = ", ..." if len(examples) > SHOWN_MAX else ""
        yield f"{len(examples)} {what}: {', '.join(examples[:SHOWN_MAX])}{more}"
