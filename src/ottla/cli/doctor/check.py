# SPDX-License-Identifier: Apache-2.0
"""What the doctor says of one thing that it looked at."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Verdict(Enum):
    """How a check ended; the value is the word that is shown."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    NOT_CHECKED = "not checked"


class Check(NamedTuple):
    """One line of the report."""

    name: str
    about: str  # the address, broker or folder
    verdict: Verdict
    found: str
    next_step: str = ""  # for whoever reads it; empty when there is nothing to do


def has_problem(checks: list[Check]) -> bool:
    """Say whether something must be mended; warnings may wait."""
    return any(check.verdict is Verdict.PROBLEM for check in checks)
