# SPDX-License-Identifier: Apache-2.0
"""Anomalies of order: polls and sends of one client that jump over records, or go back.

Within one operation (`int-`) they are always wrong, except in partitions that were rebalanced
meanwhile. Between two operations they are wrong as long as the consumer reads what it was assigned;
a group may have moved a partition away and back.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from ottla.testing.simulation.checks.evidence import Anomaly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.testing.simulation.checks.evidence import Evidence
    from ottla.testing.simulation.history import Operation


class _Polls:
    """Follows the position of one consumer."""

    def __init__(self, evidence: Evidence, orders: dict[str, list[int]]) -> None:
        self._evidence = evidence
        self._orders = orders
        self._positions: dict[str, int] = {}  # the last offset polled, by partition
        self._is_assigned = False

    def follow(self, operation: Operation) -> Iterator[Anomaly]:
        """Look at the consumer's next operation."""
        if operation.f in ("assign", "subscribe", "crash"):
            self._positions.clear()
            self._is_assigned = operation.f == "assign"
            return
        for partition in operation.rebalanced:
            self._positions.pop(partition, None)
        inside: dict[str, int] = {}
        for partition, offset, _ in operation.polled():
            if partition in inside:
                if partition not in operation.rebalanced:
                    yield from self._compare(
                        "int-", operation, partition, inside[partition], offset
                    )
            elif partition in self._positions and self._is_assigned:
                before = self._positions[partition]
                yield from self._compare("", operation, partition, before, offset)
            inside[partition] = offset
        if operation.outcome == "ok":
            self._positions.update(inside)
        else:
            self._positions.clear()  # nobody knows where the client goes on

    def _compare(
        self, prefix: str, operation: Operation, partition: str, before: int, offset: int
    ) -> Iterator[Anomaly]:
        if offset <= before:
            text = f"{operation} went from {before} to {offset} in {partition}"
            yield Anomaly(f"{prefix}nonmonotonic-poll", text)
            return
        order = self._orders[partition]
        skipped = order[bisect_right(order, before) : bisect_left(order, offset)]
        if skipped:
            text = f"{operation} went from {before} to {offset} in {partition} over {skipped[:5]}"
            yield Anomaly(f"{prefix}poll-skip", text)


def poll_order(evidence: Evidence) -> Iterator[Anomaly]:
    """Find polls that jump or go back, between operations and within them."""
    orders = {partition: evidence.order(partition) for partition in evidence.versions}
    for operations in evidence.processes():
        polls = _Polls(evidence, orders)
        for operation in operations:
            yield from polls.follow(operation)


def send_order(evidence: Evidence) -> Iterator[Anomaly]:
    """Find sends of one producer that landed before earlier ones."""
    for operations in evidence.processes():
        last: dict[str, int] = {}
        for operation in operations:
            inside: dict[str, int] = {}
            for partition, offset, value in operation.sent():
                if offset is None:
                    continue
                within = partition in inside
                before = inside[partition] if within else last.get(partition, -1)
                if offset <= before:
                    text = f"{operation} put {value} at {offset} of {partition}, after {before}"
                    yield Anomaly("int-nonmonotonic-send" if within else "nonmonotonic-send", text)
                inside[partition] = offset
            last.update(inside)


def interleaved_sends(evidence: Evidence) -> int:
    """Count places where another write lies between two of one operation: normal in Kafka."""
    count = 0
    for operation in evidence.operations:
        inside: dict[str, int] = {}
        for partition, offset, _ in operation.sent():
            if offset is None:
                continue
            if partition in inside:
                order = evidence.order(partition)
                count += bisect_left(order, offset) > bisect_right(order, inside[partition])
            inside[partition] = offset
    return count
