# SPDX-License-Identifier: Apache-2.0
"""Completion scripts and what they call."""

from __future__ import annotations

import pytest

from ottla.cli.main import COMPLETION_VARIABLE, main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(capsys, shell):
    """Each script calls ottla back with the variable that asks for completion."""
    assert main(["completion", shell]) == 0
    output = capsys.readouterr().out
    assert COMPLETION_VARIABLE in output
    assert f"{shell}_complete" in output


def test_unknown_shell(capsys):
    """Another shell is wrong usage."""
    assert main(["completion", "tcsh"]) == 2
    assert "tcsh" in capsys.readouterr().err


def test_completes_commands(capsys, monkeypatch):
    """The words of a line lead to the commands that fit."""
    monkeypatch.setenv(COMPLETION_VARIABLE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "ottla topics de")
    monkeypatch.setenv("COMP_CWORD", "2")
    main([])
    assert capsys.readouterr().out == "plain,delete\nplain,describe\n"
