# SPDX-License-Identifier: Apache-2.0
"""A run of the Go client's tests that proves nothing is not taken for a good one."""

import subprocess

import pytest
from tools.conformance import go_toolchain, kgo
from tools.conformance.outcomes import Outcome, Report

PASSED = tuple(Outcome(name, "pass", 1.0, ()) for name in kgo.TALKING)


def test_a_good_run():
    """Every test that talks to the broker passed: nothing is wrong."""
    assert kgo.wrong(Report(PASSED, ())) == []


def test_a_suite_that_did_not_run():
    """When the build fails there are no outcomes; what Go said is shown first."""
    first, *others = kgo.wrong(Report((), ("go: no such module",)))
    assert first == "the suite did not run:\ngo: no such module"
    assert len(others) == len(kgo.TALKING)


def test_a_test_that_was_renamed():
    """One that does not run is found, so that a new version of the client cannot drop it."""
    assert kgo.wrong(Report(PASSED[1:], ())) == [f"{PASSED[0].name}: did not run"]


def test_nothing_is_both_needed_and_left_out():
    """A test that talks to the broker may not be skipped."""
    assert not set(kgo.TALKING) & set(kgo.MAY_SKIP)


@pytest.fixture
def found_go(monkeypatch):
    """Let the toolchain that is found say a version, or let there be none."""
    go_toolchain.find_go.cache_clear()
    monkeypatch.setattr(go_toolchain.sys, "executable", "/nowhere/python")

    def set_version(text):
        monkeypatch.setattr(go_toolchain.shutil, "which", lambda _: text and "/bin/go")
        answer = subprocess.CompletedProcess([], 0, f"go version {text} linux/amd64")
        monkeypatch.setattr(go_toolchain.subprocess, "run", lambda *_, **__: answer)

    yield set_version
    go_toolchain.find_go.cache_clear()


def test_a_go_that_is_new_enough(found_go):
    """It is taken, also when it is newer than needed."""
    found_go("go1.27.3")
    assert go_toolchain.find_go((1, 26)) == "/bin/go"


def test_a_go_that_is_too_old(found_go):
    """Debian's is named with its version, and what to do stands in the same sentence."""
    found_go("go1.19.8")
    with pytest.raises(go_toolchain.GoMissingError, match=r"/bin/go is 1\.19.*make test"):
        go_toolchain.find_go((1, 26))


def test_no_go(found_go):
    """That is said, too."""
    found_go(None)
    with pytest.raises(go_toolchain.GoMissingError, match="no go was found"):
        go_toolchain.find_go((1, 26))
