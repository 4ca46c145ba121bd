# SPDX-License-Identifier: Apache-2.0
"""`ottla doctor`: the report for people, pipes and scripts, and the exit code."""

from __future__ import annotations

import json
import sys

import click
import pytest

from ottla.cli.doctor import command
from ottla.cli.doctor.check import Check, Verdict
from ottla.cli.main import main

GOOD = Check("name", "b1", Verdict.OK, "resolves to 10.0.0.1")
BAD = Check("disk", "/data", Verdict.PROBLEM, "full \x1b[2J", "add space " * 20)
LATER = Check("clock", "cluster", Verdict.NOT_CHECKED, "not told")


@pytest.fixture
def found(monkeypatch):
    """Let the doctor find certain things."""

    def find(*checks: Check):
        async def examine(_bootstrap, _data_dir):
            return [("network", [GOOD]), ("cluster", list(checks))]

        monkeypatch.setattr(command, "_examine", examine)

    return find


def test_exit_codes(found, capsys):
    """Only problems count: 1 with any, 0 without."""
    found(LATER)
    assert main(["doctor"]) == 0
    found(LATER, BAD._replace(verdict=Verdict.WARNING))
    assert main(["doctor"]) == 0
    found(LATER, BAD)
    assert main(["doctor"]) == 1


def test_pipe(found, capsys):
    """A header and one line for each check, safe for a terminal."""
    found(BAD)
    main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "RESULT\tCHECK\tABOUT\tFOUND\tNEXT STEP"
    assert lines[1] == "ok\tname\tb1\tresolves to 10.0.0.1\t"
    assert lines[2].startswith("problem\tdisk\t/data\tfull \\x1b[2J\tadd space")


def test_json(found, capsys):
    """Everything, as it is."""
    found(BAD, LATER)
    main(["doctor", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["has_problem"] is True
    assert document["counts"] == {"ok": 1, "warning": 0, "problem": 1, "not_checked": 1}
    assert document["checks"][0] == {
        "section": "network",
        "check": "name",
        "about": "b1",
        "result": "ok",
        "found": "resolves to 10.0.0.1",
        "next_step": None,
    }
    assert document["checks"][1]["found"] == "full \x1b[2J"
    assert document["checks"][2]["result"] == "not_checked"


def test_terminal(found, capsys, monkeypatch):
    """Sections, a mark for each check, next steps below, nothing wider than the terminal."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    found(BAD, LATER)
    assert main(["doctor"]) == 1
    output = capsys.readouterr().out
    lines = click.unstyle(output).splitlines()
    assert "Network" in output
    assert "full ?[2J" in output
    assert "→ add space" in output
    assert lines[-1] == "1 ok, 1 problem, 1 not checked."
    assert max(map(len, lines)) <= 60
