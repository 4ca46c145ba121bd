# SPDX-License-Identifier: Apache-2.0
"""The progress bar: absent, late, gone at the end."""

from __future__ import annotations

import io
import sys

import pytest

from ottla.cli import progress
from ottla.cli.progress import Progress


class Terminal(io.StringIO):
    """Text output that says it is a terminal."""

    def isatty(self):
        """Claim so."""
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Return a function that makes standard error a terminal, once the capture has started."""

    def use():
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        return stream

    return use


def test_no_bar_without_a_terminal(capsys, monkeypatch):
    """A script sees nothing."""
    monkeypatch.setattr(progress, "QUIET_S", -1)
    with Progress(100, is_wanted=True) as bar:
        bar.advance(50)
    assert capsys.readouterr().err == ""


def test_no_bar_for_short_input(terminal):
    """Input that is done within a moment leaves no trace."""
    stream = terminal()
    with Progress(100, is_wanted=True) as bar:
        bar.advance(100)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("total", [1000, None])
def test_bar_for_long_input(terminal, monkeypatch, total):
    """After a moment the bar appears, with or without a known end."""
    monkeypatch.setattr(progress, "QUIET_S", -1)
    stream = terminal()
    with Progress(total, is_wanted=True) as bar:
        bar.advance(500)
        bar.advance(100)
    assert "Sending" in stream.getvalue()
