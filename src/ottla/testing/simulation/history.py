# SPDX-License-Identifier: Apache-2.0
"""What clients did and what they were told: the record that the checker judges.

An operation has an outcome: `ok` (it happened), `fail` (it surely did not) or `info` (nobody
knows). Values are integers that are written once in a history. On disk a history is JSON lines:

    {"process": 3, "f": "txn", "outcome": "ok", "invoked": 12.25, "completed": 12.5,
     "steps": [["poll", "t-0", [[7, 101], [8, 102]]], ["send", "t-1", [[null, 103]]]]}

    f          further fields
    ---------  ----------------------------------------------------------------------------
    send       steps: values with their offsets, null where no offset was told
    poll       steps: offsets and values in the order in which they came; rebalanced: partitions
               that came or went during the operation
    txn        steps of both kinds, all or nothing
    assign     partitions: what the consumer reads from now on
    subscribe  the group decides what the consumer reads from now on
    commit     group, generation, offsets: the consumer's committed offsets
    committed  group, offsets: what the group answered; -1 for none
    own        group, generation, partitions: what a member was given
    ends       ends: last stable offset and high watermark of partitions
    crash      the client is gone; its successor is another process

A process is one client: it does one thing after the other, in the order of the history.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Outcome = Literal["ok", "fail", "info"]

FUNCTIONS: Final = frozenset(
    ("send", "poll", "txn", "assign", "subscribe", "commit", "committed", "own", "ends", "crash")
)


class Step(NamedTuple):
    """Part of an operation: values sent to one partition, or polled from it."""

    kind: str  # send or poll
    partition: str  # `topic-0`
    records: tuple[tuple[int | None, int], ...]  # offset (None: not told) and value


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One line of a history; times in seconds."""

    process: int
    f: str
    outcome: Outcome
    invoked: float
    completed: float
    steps: tuple[Step, ...] = ()
    rebalanced: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    group: str = ""
    generation: int = -1
    offsets: dict[str, int] = field(default_factory=dict)
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)
    note: str = ""  # an error's text, for whoever reads a failing history

    def sent(self) -> Iterator[tuple[str, int | None, int]]:
        """Yield partition, offset and value of everything sent."""
        for kind, partition, records in self.steps:
            if kind == "send":
                for offset, value in records:
                    yield partition, offset, value

    def polled(self) -> Iterator[tuple[str, int, int]]:
        """Yield partition, offset and value of everything polled."""
        for kind, partition, records in self.steps:
            if kind == "poll":
                for offset, value in records:
                    assert offset is not None, self
                    yield partition, offset, value

    def __str__(self) -> str:
        return f"{self.f} ({self.outcome}) of process {self.process} at {self.invoked:.3f}"


_PLAIN_FIELDS = ("rebalanced", "partitions", "group", "generation", "offsets", "ends", "note")
_DEFAULTS: dict[str, Any] = {
    "rebalanced": (),
    "partitions": (),
    "group": "",
    "generation": -1,
    "offsets": {},
    "ends": {},
    "note": "",
}


def encode_operation(operation: Operation) -> str:
    """Return the line of one operation."""
    fields: dict[str, Any] = {
        "process": operation.process,
        "f": operation.f,
        "outcome": operation.outcome,
        "invoked": round(operation.invoked, 6),
        "completed": round(operation.completed, 6),
    }
    if operation.steps:
        fields["steps"] = operation.steps
    for name in _PLAIN_FIELDS:
        value = getattr(operation, name)
        if value != _DEFAULTS[name]:
            fields[name] = value
    return json.dumps(fields, separators=(",", ":"))


def decode_operation(line: str) -> Operation:
    """Return the operation behind a line; raises ValueError when it is none."""
    fields = json.loads(line)
    if fields.get("f") not in FUNCTIONS or fields.get("outcome") not in ("ok", "fail", "info"):
        raise ValueError(f"no operation: {line.strip()[:200]}")
    fields["steps"] = tuple(
        Step(kind, partition, tuple((offset, value) for offset, value in records))
        for kind, partition, records in fields.get("steps", ())
    )
    for name in ("rebalanced", "partitions"):
        fields[name] = tuple(fields.get(name, ()))
    fields["ends"] = {
        partition: (stable, high) for partition, (stable, high) in fields.get("ends", {}).items()
    }
    return Operation(**fields)


def write_history(operations: Iterable[Operation]) -> str:
    """Return a history as JSON lines."""
    return "".join(encode_operation(each) + "\n" for each in operations)


def read_history(lines: Iterable[str]) -> list[Operation]:
    """Return the operations behind JSON lines; empty lines are skipped."""
    return [decode_operation(line) for line in lines if line.strip()]
