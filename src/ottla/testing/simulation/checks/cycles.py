# SPDX-License-Identifier: Apache-2.0
"""Cycles of information: two transactions that each read what the other wrote (G1c).

    write-read edge   one has polled a value of the other
    write-write edge  one's value follows the other's in a partition

A cycle of write-read edges alone is wrong. With write-write edges it is normal in Kafka, whose
transactions write as they go: those are counted (G0 when there are only write-write edges).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.testing.simulation.checks.evidence import Anomaly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.testing.simulation.checks.evidence import Evidence

Graph = dict[int, dict[int, None]]  # successors by operation's place in the history


class CycleCounts(NamedTuple):
    """How many groups of operations depend on each other in circles; normal in Kafka."""

    write_write: int  # G0
    mixed: int  # G1c with write-write edges


def write_read_cycles(evidence: Evidence) -> Iterator[Anomaly]:
    """Find groups of operations that have read from each other in a circle."""
    for component in _cycles(_write_read_edges(evidence)):
        names = ", ".join(str(evidence.operations[place]) for place in component[:5])
        yield Anomaly("G1c", f"{len(component)} operations read from each other: {names}")


def cycle_counts(evidence: Evidence) -> CycleCounts:
    """Count the cycles that are normal."""
    write_write = _write_write_edges(evidence)
    both = _write_read_edges(evidence)
    for source, targets in write_write.items():
        both.setdefault(source, {}).update(targets)
    return CycleCounts(len(_cycles(write_write)), len(_cycles(both)))


def _places(evidence: Evidence) -> dict[int, int]:
    """Return the place in the history of each committed value's write."""
    committed = evidence.committed_values
    return {
        value: place
        for place, operation in enumerate(evidence.operations)
        for _, _, value in operation.sent()
        if value in committed
    }


def _write_read_edges(evidence: Evidence) -> Graph:
    writer = _places(evidence)
    graph: Graph = {}
    for place, operation in enumerate(evidence.operations):
        if not evidence.has_committed(operation):
            continue
        for _, _, value in operation.polled():
            source = writer.get(value)
            if source is not None and source != place:
                graph.setdefault(source, {})[place] = None
    return graph


def _write_write_edges(evidence: Evidence) -> Graph:
    writer = _places(evidence)
    graph: Graph = {}
    for partition in sorted(evidence.versions):
        before: int | None = None
        for offset in evidence.order(partition):
            for value in evidence.versions[partition][offset]:
                place = writer.get(value)
                if place is None:
                    continue
                if before is not None and before != place:
                    graph.setdefault(before, {})[place] = None
                before = place
    return graph


def _cycles(graph: Graph) -> list[list[int]]:
    """Return the strongly connected components of several operations (Tarjan, no recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    components: list[list[int]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(graph.get(successor, ()))))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    if len(component) > 1:
                        components.append(sorted(component))
    return components
