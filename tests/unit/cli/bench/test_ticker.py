# SPDX-License-Identifier: Apache-2.0
"""The line that shows how a measurement goes."""

from __future__ import annotations

import sys
from dataclasses import replace

from tests.unit.cli.bench.plans import PLAN

from ottla.cli.bench import ticker
from ottla.cli.bench.ticker import Ticker, progress_text

TIMED = replace(PLAN, seconds=10.0)


def test_text():
    """Limits are shown where there are any."""
    text = progress_text("producing", TIMED, 3.2, 12_000, 4_321.4)
    assert text == "producing: 12,000 records, 3 of 10 s, 4,321 records/s"
    counted = replace(PLAN, records=50_000)
    text = progress_text("producing", counted, 3.2, 12_000, 4_321.4)
    assert text == "producing: 12,000 of 50,000 records, 3 s, 4,321 records/s"


def test_only_a_terminal_sees_it(capsys, monkeypatch):
    """It is cleared in the end."""
    monkeypatch.setattr(ticker, "EVERY_S", -1)
    with Ticker("producing", TIMED) as shown:
        shown.show(5)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Ticker("producing", TIMED) as shown:
        shown.show(5)
    output = capsys.readouterr().err
    assert "producing: 5 records" in output
    assert output.endswith("\r\x1b[K")
