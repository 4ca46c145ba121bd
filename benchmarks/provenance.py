# SPDX-License-Identifier: Apache-2.0
"""Where results are kept, and of which state of the repository they are."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


@cache  # the charts that a run draws after its first part are no change of what it measures
def described_commit() -> str:
    """Return the commit, with a mark when something was changed since."""
    named = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return named.stdout.strip() or "unknown"
