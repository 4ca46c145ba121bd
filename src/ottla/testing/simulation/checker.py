# SPDX-License-Identifier: Apache-2.0
"""The judge: a history in, the anomalies out.

    inconsistent-offsets      one offset was seen with two values
    duplicate                 one value lies at two offsets (wrong with idempotence on)
    unknown-value             a value was polled that nobody sent
    G1a                       a value whose write has failed was polled
    precommitted-read         a transaction polled its own write (wrong in read_committed)
    lost-write                a write that must have happened is not where it should be
    unseen                    an acknowledged write was not found by the last polls
    [int-]poll-skip           a consumer jumped over records
    [int-]nonmonotonic-poll   a consumer went back
    [int-]nonmonotonic-send   a later send of a producer landed before an earlier one
    G1c                       transactions have read from each other in a circle
    nonmonotonic-commit, lost-commit, shared-ownership, hanging-transaction: see `checks.groups`

`int-` means within one operation. Measured, and not judged: how far polls were behind, how often
values were consumed, interleaved writes (int-send-skip, G0).

As a command: `python -m ottla.testing.simulation.checker HISTORY.jsonl`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ottla.testing.simulation.checks import cycles, groups, order, values
from ottla.testing.simulation.checks.evidence import Anomaly, Evidence
from ottla.testing.simulation.history import read_history

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.testing.simulation.history import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What the clients of a history were promised."""

    is_idempotent: bool = True
    is_read_committed: bool = True
    has_caught_up: bool = True
    """Whether the history ends with polls that reached the end of every partition."""
    log_starts: dict[str, int] = field(default_factory=dict)
    """First offset that was not deleted on purpose, by partition."""
    transaction_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a history shows."""

    anomalies: list[Anomaly]
    measured: dict[str, object]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.anomalies

    def __str__(self) -> str:
        lines = [str(anomaly) for anomaly in self.anomalies] or ["nothing is wrong"]
        return "\n".join([*lines, *(f"({name}: {value})" for name, value in self.measured.items())])


HANGING_GRACE_S = 10.0
"""How much longer than its time-out a transaction may hold up readers."""


def check(operations: Sequence[Operation], promises: Promises | None = None) -> Verdict:
    """Judge a history, which is in the order in which operations began."""
    promises = promises or Promises()
    evidence = Evidence(operations)
    counts = cycles.cycle_counts(evidence)
    measured: dict[str, object] = {
        "operations": len(operations),
        "values sent": len(evidence.sent),
        "values seen": len(evidence.seen),
        "unknown outcomes": sum(1 for each in operations if each.outcome == "info"),
        "realtime-lag in seconds": round(realtime_lag(evidence), 3),
        "consume-counts": values.consume_counts(evidence),
        "int-send-skip": order.interleaved_sends(evidence),
        "G0": counts.write_write,
        "G1c with write-write edges": counts.mixed,
    }
    return Verdict(list(_anomalies(evidence, promises)), measured)


def _anomalies(evidence: Evidence, promises: Promises) -> Iterator[Anomaly]:
    yield from values.inconsistent_offsets(evidence)
    if promises.is_idempotent:
        yield from values.duplicates(evidence)
    yield from values.unknown_values(evidence)
    yield from values.aborted_reads(evidence)
    if promises.is_read_committed:
        yield from values.precommitted_reads(evidence)
    yield from values.lost_writes(evidence, promises.log_starts, caught_up=promises.has_caught_up)
    if promises.has_caught_up:
        yield from values.unseen(evidence, promises.log_starts)
    yield from order.poll_order(evidence)
    yield from order.send_order(evidence)
    yield from cycles.write_read_cycles(evidence)
    yield from groups.commits_going_back(evidence.operations)
    yield from groups.lost_commits(evidence.operations)
    yield from groups.shared_ownership(evidence.operations)
    limit_s = promises.transaction_timeout_s + HANGING_GRACE_S
    yield from groups.hanging_transactions(evidence.operations, limit_s)


def realtime_lag(evidence: Evidence) -> float:
    """Return the longest time, in seconds, from an acknowledgement to the first poll of a value."""
    longest = 0.0
    for value, polls in evidence.seen.items():
        sent = evidence.sent.get(value)
        if sent is not None and sent.operation.outcome == "ok":
            first = min(seen.operation.completed for seen in polls)
            longest = max(longest, first - sent.operation.completed)
    return longest


def main(arguments: Sequence[str]) -> int:
    """Judge the histories in files; return 1 when one of them is bad."""
    is_good = True
    for path in arguments:
        with Path(path).open(encoding="utf-8") as lines:
            verdict = check(read_history(lines))
        is_good = is_good and verdict.is_good
        sys.stdout.write(f"{path}:\n{verdict}\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
