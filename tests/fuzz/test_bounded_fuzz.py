# SPDX-License-Identifier: Apache-2.0
"""A bounded, repeatable share of `make fuzz`: fixed seeds, a fixed number of inputs.

A failure prints the command that repeats it. A bug that a longer run finds gets its smallest test
beside the module that it was in.
"""

from __future__ import annotations

import pytest
from tools.fuzzing.guard import BrokenPromise, fuzz
from tools.fuzzing.targets import TARGETS

RUNS = {"recovery": 4000, "frame": 15_000, "compression": 20_000}
RUNS_OF_OTHERS = 40_000


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_promises_hold(name):
    """Whatever the bytes are, the target accepts them or refuses them by its named errors."""
    try:
        tally = fuzz(TARGETS[name], seed=2026, runs_max=RUNS.get(name, RUNS_OF_OTHERS))
    except BrokenPromise as broken:
        broken.save()
        raise
    assert 0 < tally.accepted < tally.runs
