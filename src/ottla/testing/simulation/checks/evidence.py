# SPDX-License-Identifier: Apache-2.0
"""What a history proves: which values lie at which offsets, and which writes have happened.

A write *must have committed* when its operation ended ok, or when nobody knows but a value of the
operation was polled: for a transaction any of its values, since it commits as a whole.

The version order of a partition is built from the writes that must have committed and from all
polls, also those of operations that failed later: no poll may ever show what is not safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.testing.simulation.history import Operation


class Anomaly(NamedTuple):
    """Something that a history shows and that should not be."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"


class Sent(NamedTuple):
    """Where a value was sent."""

    operation: Operation
    partition: str
    offset: int | None


class Seen(NamedTuple):
    """Where a value was polled."""

    operation: Operation
    partition: str
    offset: int


class Evidence:
    """An index over a history."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        self.sent: dict[int, Sent] = {}  # by value
        self.seen: dict[int, list[Seen]] = {}  # by value, in the order of the history
        self.versions: dict[str, dict[int, dict[int, None]]] = {}  # partition, offset -> values
        self.highest_polled: dict[str, int] = {}  # offset by partition
        self._by_process: dict[int, list[Operation]] = {}
        for operation in operations:
            self._by_process.setdefault(operation.process, []).append(operation)
            for partition, offset, value in operation.sent():
                assert value not in self.sent, f"value {value} is sent twice: a bad workload"
                self.sent[value] = Sent(operation, partition, offset)
            for partition, offset, value in operation.polled():
                self.seen.setdefault(value, []).append(Seen(operation, partition, offset))
                self._add_version(partition, offset, value)
                highest = self.highest_polled.get(partition, -1)
                self.highest_polled[partition] = max(highest, offset)
        self.committed_values = {
            value: sent for value, sent in self.sent.items() if self._must_have_committed(value)
        }
        for value, sent in self.committed_values.items():
            if sent.offset is not None:
                self._add_version(sent.partition, sent.offset, value)

    def _add_version(self, partition: str, offset: int, value: int) -> None:
        self.versions.setdefault(partition, {}).setdefault(offset, {})[value] = None

    def _must_have_committed(self, value: int) -> bool:
        operation = self.sent[value].operation
        if operation.outcome == "ok":
            return True
        if operation.outcome == "fail":
            return False
        if operation.f == "txn":
            return any(sibling in self.seen for _, _, sibling in operation.sent())
        return value in self.seen

    def processes(self) -> list[list[Operation]]:
        """Return the operations of each process."""
        return list(self._by_process.values())

    def order(self, partition: str) -> list[int]:
        """Return the known offsets of a partition in order."""
        return sorted(self.versions.get(partition, ()))

    def has_committed(self, operation: Operation) -> bool:
        """Whether an operation must have happened."""
        if operation.outcome != "info":
            return operation.outcome == "ok"
        return any(value in self.committed_values for _, _, value in operation.sent())
