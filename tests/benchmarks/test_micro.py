# SPDX-License-Identifier: Apache-2.0
"""Each benchmark of a hot function still runs with the code as it is now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MICRO = ROOT / "benchmarks" / "micro"
PARTS = {"__init__", "runner", "socketless"}  # what the others are made of
NAMES = sorted({path.stem for path in MICRO.glob("*.py")} - PARTS)
BY_PYPERF = {name for name in NAMES if "runner_of(" in (MICRO / f"{name}.py").read_text()}


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_prints_figures(name: str) -> None:
    """Once through, by the shortest way."""
    options = ["--debug-single-value"] if name in BY_PYPERF else []
    command = [sys.executable, "-m", f"benchmarks.micro.{name}", *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert " us" in ran.stdout or " µs" in ran.stdout or " ms" in ran.stdout
