# SPDX-License-Identifier: Apache-2.0
"""Anomalies of single values: lost, unseen, twice, aborted, or in one place with another.

Definitions as in Jepsen's checker for Kafka-like queues (jepsen.tests.kafka).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.testing.simulation.checks.evidence import Anomaly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.testing.simulation.checks.evidence import Evidence


def inconsistent_offsets(evidence: Evidence) -> Iterator[Anomaly]:
    """Find offsets at which two different values were seen."""
    for partition in sorted(evidence.versions):
        for offset, values in sorted(evidence.versions[partition].items()):
            if len(values) > 1:
                text = f"{partition} holds {sorted(values)} at offset {offset}"
                yield Anomaly("inconsistent-offsets", text)


def duplicates(evidence: Evidence) -> Iterator[Anomaly]:
    """Find values that lie at two offsets."""
    places: dict[int, dict[tuple[str, int], None]] = {}
    for partition, by_offset in evidence.versions.items():
        for offset, values in by_offset.items():
            for value in values:
                places.setdefault(value, {})[partition, offset] = None
    for value in sorted(places):
        if len(places[value]) > 1:
            text = ", ".join(f"{partition} at {offset}" for partition, offset in places[value])
            yield Anomaly("duplicate", f"value {value} lies in {text}")


def aborted_reads(evidence: Evidence) -> Iterator[Anomaly]:
    """Find values that were polled although their write has failed (G1a)."""
    for value, polls in sorted(evidence.seen.items()):
        sent = evidence.sent.get(value)
        if sent is None or sent.operation.outcome != "fail":
            continue
        for seen in polls:
            if seen.operation.outcome == "ok":
                text = f"value {value} of a failed {sent.operation} was seen by {seen.operation}"
                yield Anomaly("G1a", text)
                break


def unknown_values(evidence: Evidence) -> Iterator[Anomaly]:
    """Find polled values that nobody has ever sent."""
    for value in sorted(evidence.seen):
        if value not in evidence.sent:
            seen = evidence.seen[value][0]
            text = f"value {value} at offset {seen.offset} of {seen.partition} was never sent"
            yield Anomaly("unknown-value", text)


def precommitted_reads(evidence: Evidence) -> Iterator[Anomaly]:
    """Find transactions that have polled what they themselves had not committed yet."""
    for operation in evidence.operations:
        if operation.f != "txn":
            continue
        own = {value for _, _, value in operation.sent()}
        for partition, offset, value in operation.polled():
            if value in own:
                text = f"{operation} polled its own value {value} at {offset} of {partition}"
                yield Anomaly("precommitted-read", text)


def lost_writes(
    evidence: Evidence, log_starts: dict[str, int], *, caught_up: bool
) -> Iterator[Anomaly]:
    """Find writes that must have committed, are below what was polled, and were never polled.

    With `caught_up` (the last polls reached the end of every partition) also those of which no
    offset is known: the rest of a transaction of which a part was seen.
    """
    for value, sent in sorted(evidence.committed_values.items()):
        if value in evidence.seen:
            continue
        if sent.offset is None:
            if caught_up:
                text = f"value {value} of {sent.operation} is not in {sent.partition}"
                yield Anomaly("lost-write", text)
        elif (
            log_starts.get(sent.partition, 0)
            <= sent.offset
            <= evidence.highest_polled.get(sent.partition, -1)
        ):
            text = f"value {value} of {sent.operation} is not at {sent.offset} of {sent.partition}"
            yield Anomaly("lost-write", text)


def unseen(evidence: Evidence, log_starts: dict[str, int]) -> Iterator[Anomaly]:
    """Find acknowledged writes above everything that was polled, though polling caught up."""
    for value, sent in sorted(evidence.committed_values.items()):
        if value in evidence.seen or sent.offset is None:
            continue
        if sent.offset > evidence.highest_polled.get(sent.partition, -1):
            if sent.offset < log_starts.get(sent.partition, 0):
                continue
            text = f"value {value} of {sent.operation} at {sent.offset} of {sent.partition}"
            yield Anomaly("unseen", text)


def consume_counts(evidence: Evidence) -> dict[int, int]:
    """Count values by how often committed transactions have consumed them, from twice on."""
    counts: dict[int, int] = {}
    for polls in evidence.seen.values():
        times = sum(
            1 for seen in polls if seen.operation.f == "txn" and seen.operation.outcome == "ok"
        )
        if times > 1:
            counts[times] = counts.get(times, 0) + 1
    return dict(sorted(counts.items()))
