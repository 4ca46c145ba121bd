# SPDX-License-Identifier: Apache-2.0
"""Anomalies of groups and transactions that Jepsen's checker does not look for.

nonmonotonic-commit    a committed offset goes back within one generation
lost-commit            the group answers with less than what was committed before the question;
                       0 or -1 by surprise are the worst of it
shared-ownership       two members of one generation own a partition
hanging-transaction    the last stable offset stands still for longer than any transaction may
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.testing.simulation.checks.evidence import Anomaly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.testing.simulation.history import Operation


def commits_going_back(operations: Sequence[Operation]) -> Iterator[Anomaly]:
    """Find commits that are lower than earlier ones of their generation."""
    highest: dict[tuple[str, int, str], tuple[int, Operation]] = {}
    for operation in sorted(operations, key=lambda each: each.completed):
        if operation.f != "commit" or operation.outcome != "ok":
            continue
        for partition, offset in operation.offsets.items():
            key = (operation.group, operation.generation, partition)
            before = highest.get(key)
            was_over = before is not None and before[1].completed <= operation.invoked
            if was_over and before is not None and offset < before[0]:
                text = (
                    f"{operation} put {partition} from {before[0]} to {offset} "
                    f"in generation {operation.generation} of {operation.group}"
                )
                yield Anomaly("nonmonotonic-commit", text)
            if before is None or offset > before[0]:
                highest[key] = (offset, operation)


def lost_commits(operations: Sequence[Operation]) -> Iterator[Anomaly]:
    """Find answers of a group that are lower than everything committed around the question."""
    commits: dict[tuple[str, str], list[tuple[int, Operation]]] = {}
    for operation in operations:
        if operation.f == "commit" and operation.outcome != "fail":
            for partition, offset in operation.offsets.items():
                commits.setdefault((operation.group, partition), []).append((offset, operation))
    for operation in operations:
        if operation.f != "committed" or operation.outcome != "ok":
            continue
        for partition, answer in operation.offsets.items():
            known = commits.get((operation.group, partition), [])
            possible = _possible_answers(known, operation)
            if possible and answer < min(possible):
                text = f"{operation}: {operation.group} answers {answer} for {partition}, "
                yield Anomaly("lost-commit", f"{text}at least {min(possible)} was committed")


def _possible_answers(commits: list[tuple[int, Operation]], question: Operation) -> list[int]:
    """Return what a group may answer: the last commit before the question, or any later one.

    Empty when nothing had surely been committed before the question.
    """
    before = [
        (offset, each)
        for offset, each in commits
        if each.outcome == "ok" and each.completed < question.invoked
    ]
    if not before:
        return []
    # A commit counts as replaced only when another one began after it was over.
    last_begin = max(each.invoked for _, each in before)
    return [
        offset
        for offset, each in commits
        if each.invoked <= question.completed
        and (each.outcome == "info" or each.completed >= last_begin)
    ]


def shared_ownership(operations: Sequence[Operation]) -> Iterator[Anomaly]:
    """Find partitions that two members were given in one generation."""
    owners: dict[tuple[str, int, str], Operation] = {}
    for operation in operations:
        if operation.f != "own" or operation.outcome != "ok":
            continue
        for partition in operation.partitions:
            key = (operation.group, operation.generation, partition)
            other = owners.setdefault(key, operation)
            if other.process != operation.process:
                text = (
                    f"processes {other.process} and {operation.process} own {partition} in "
                    f"generation {operation.generation} of {operation.group}"
                )
                yield Anomaly("shared-ownership", text)


def hanging_transactions(operations: Sequence[Operation], limit_s: float) -> Iterator[Anomaly]:
    """Find last stable offsets that stood still below the high watermark for too long."""
    since: dict[str, tuple[int, float]] = {}
    reported: set[str] = set()
    for operation in sorted(operations, key=lambda each: each.completed):
        if operation.f != "ends" or operation.outcome != "ok":
            continue
        for partition, (stable, high) in operation.ends.items():
            before = since.get(partition)
            if stable >= high or before is None or before[0] != stable:
                since[partition] = (stable, operation.completed)
                continue
            stuck_s = operation.completed - before[1]
            if stuck_s > limit_s and partition not in reported:
                reported.add(partition)
                text = f"{partition} has been at {stable} of {high} for {stuck_s:.1f} s"
                yield Anomaly("hanging-transaction", text)
