# SPDX-License-Identifier: Apache-2.0
"""What `go test -json` says is understood, and nothing that went wrong is passed over."""

import json

from tools.conformance.outcomes import findings, parse, summary

MAY_SKIP = {"TestShare": "needs share groups"}


def event(action: str, test: str | None = None, **more: object) -> str:
    """Write one event as Go does."""
    names = {} if test is None else {"Test": test}
    return json.dumps({"Action": action, "Package": "p", **names, **more})


def ended(test: str, result: str, seconds: float = 0.5, said: str = "") -> list[str]:
    """Write the events of one test."""
    return [
        event("run", test),
        event("output", test, Output=said + "\n"),
        event(result, test, Elapsed=seconds),
    ]


def found(*lines: str, needed=()):
    """Check a run."""
    return list(findings(parse(lines), may_skip=MAY_SKIP, needed=needed))


def test_a_good_run():
    """Passed tests, and skips that are allowed: nothing is found."""
    lines = [event("start"), *ended("TestA", "pass"), *ended("TestShare", "skip"), event("pass")]
    assert found(*lines, needed=["TestA"]) == []


def test_a_failure_is_found():
    """A failed test, and a failed part of one."""
    lines = [*ended("TestA/part", "fail"), *ended("TestA", "fail"), *ended("TestB", "pass")]
    assert found(*lines) == ["TestA/part: fail", "TestA: fail"]


def test_a_skip_is_found():
    """Only what is listed may be skipped; a part counts as its test."""
    lines = [*ended("TestA/new protocol", "skip"), *ended("TestShare/part", "skip")]
    assert found(*lines) == [
        "TestA/new protocol: skipped, although the broker should be able to do it"
    ]


def test_what_did_not_end_is_found():
    """When the program crashes or is out of time, its running tests are unfinished."""
    lines = [*ended("TestA", "pass"), event("run", "TestB"), "panic: test timed out", ""]
    report = parse(lines)
    assert found(*lines) == ["TestB: unfinished"]
    assert report.package_output == ("panic: test timed out", "")


def test_what_did_not_run_is_found():
    """A needed test that is not there at all (renamed, or the build failed)."""
    assert found("build failed", needed=["TestA"]) == ["TestA: did not run"]


def test_the_last_words_of_a_test_are_kept():
    """Of a long output the end is kept, which is where the reason is."""
    lines = [event("output", "TestA", Output=f"line {number}\n") for number in range(100)]
    (outcome,) = parse([*lines, event("fail", "TestA", Elapsed=1)]).outcomes
    assert outcome.output == tuple(f"line {number}" for number in range(60, 100))


def test_the_summary_lists_what_matters():
    """Slow tests and those that did not pass have a line, the others are counted."""
    report = parse(
        [
            *ended("TestQuick", "pass", 0.0),
            *ended("TestSlow", "pass", 2.5),
            *ended("TestSlow/part", "pass", 2.0),
            *ended("TestShare", "skip", 0.0),
            *ended("TestBad", "fail", 0.0),
        ]
    )
    *lines, last = summary(report)
    assert lines == [
        "  fail           0.00 s  TestBad",
        "  skip           0.00 s  TestShare",
        "  pass           2.50 s  TestSlow",
        "  pass           2.00 s  TestSlow/part",
    ]
    assert last.startswith("  2 passed, 1 failed, 1 skipped, 0 unfinished (top-level tests")
