# SPDX-License-Identifier: Apache-2.0
"""Whole clusters under faults keep what they promise: 200 seeds of them.

`make sim SEEDS=10000` runs more.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from ottla.testing.simulation.__main__ import command_of, parse_arguments, run_one, settings_of

SEED_COUNT = 200
PART = 50
SECONDS = 10


def problems_of(seed):
    """Return what is wrong with a seed, and the command that repeats it; empty when nothing is."""
    options = parse_arguments(["--seed", str(seed), "--seconds", str(SECONDS)])
    result = run_one(seed, settings_of(options), twice=False)
    return [command_of(options, seed), *result.problems] if result.problems else []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEED_COUNT, PART))
def test_no_seed_shows_anything_wrong(first):
    """No invariant is broken, no client is lied to, and a healed cluster makes progress."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn, max_tasks_per_child=25) as pool:
        found = [each for each in pool.map(problems_of, range(first, first + PART)) if each]
    assert not found, "\n".join("\n  ".join(each[:6]) for each in found)
