# SPDX-License-Identifier: Apache-2.0
"""What `go test -json` says, as outcomes of tests, and what of it is not as it should be.

Pure: lines in, findings out. A test that neither passed, failed nor was skipped when the output
ended (the program crashed or ran out of time) is unfinished, which is as bad as failed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

FINAL = ("pass", "fail", "skip")
LINES_KEPT = 40


class Outcome(NamedTuple):
    """How one test ended; a subtest's name has its parent's in front: `Parent/child`."""

    name: str
    result: str  # pass, fail, skip or unfinished
    seconds: float
    output: tuple[str, ...]  # its last lines

    @property
    def is_top_level(self) -> bool:
        """Whether it is a test of its own and not a part of one."""
        return "/" not in self.name


class Report(NamedTuple):
    """Every test of one run, in order of their end, and what was said outside of tests."""

    outcomes: tuple[Outcome, ...]
    package_output: tuple[str, ...]

    def count(self, result: str) -> int:
        """Count the top-level tests that ended like this."""
        return sum(one.result == result for one in self.outcomes if one.is_top_level)


def parse(lines: Iterable[str]) -> Report:
    """Read the events of a run. Lines that are no events are kept as package output."""
    running: dict[str, list[str]] = {}
    package_output: list[str] = []
    outcomes = []
    for line in lines:
        event = _event(line)
        name = event.get("Test")
        action = event.get("Action")
        if name is None:
            package_output += [event["Output"].rstrip("\n")] if "Output" in event else []
        elif action == "output":
            kept = running.setdefault(name, [])
            kept.append(event["Output"].rstrip("\n"))
            del kept[:-LINES_KEPT]
        elif action in FINAL:
            output = tuple(running.pop(name, ()))
            outcomes.append(Outcome(name, action, float(event.get("Elapsed", 0)), output))
        else:
            running.setdefault(name, [])
    outcomes += [Outcome(name, "unfinished", 0, tuple(kept)) for name, kept in running.items()]
    return Report(tuple(outcomes), tuple(package_output[-LINES_KEPT:]))


def findings(
    report: Report, *, may_skip: Mapping[str, str], needed: Iterable[str]
) -> Iterator[str]:
    """Tell what is wrong: nothing may fail, only what is listed may be skipped, none may lack."""
    for one in report.outcomes:
        if one.result in ("fail", "unfinished"):
            yield f"{one.name}: {one.result}"
        elif one.result == "skip" and one.name.partition("/")[0] not in may_skip:
            yield f"{one.name}: skipped, although the broker should be able to do it"
    ran = {one.name for one in report.outcomes}
    for name in needed:
        if name not in ran:
            yield f"{name}: did not run"


def summary(report: Report, *, slower_than_s: float = 0.05) -> Iterator[str]:
    """Describe a run: a line for each test that took time or did not pass."""
    for one in sorted(report.outcomes, key=lambda one: one.name):
        if one.result != "pass" or one.seconds >= slower_than_s:
            yield f"  {one.result:10} {one.seconds:8.2f} s  {one.name}"
    counts = ", ".join(
        f"{report.count(result)} {word}"
        for result, word in (
            ("pass", "passed"),
            ("fail", "failed"),
            ("skip", "skipped"),
            ("unfinished", "unfinished"),
        )
    )
    yield f"  {counts} (top-level tests; those under {slower_than_s} s are not listed)"


def _event(line: str) -> dict[str, str]:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return {"Output": line}
    return event if isinstance(event, dict) else {"Output": line}
