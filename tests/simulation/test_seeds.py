# SPDX-License-Identifier: Apache-2.0
"""Two hundred clusters, each with faults of its own: nothing that was promised is broken.

Each seed draws a workload and a schedule of faults (kills, power cuts, pauses, cut links, an
engine that is silent or loses answers, disks that lose what was not flushed), and ends with a
healed cluster in which everything has to make progress again. `make sim SEEDS=10000` runs more.
"""

from __future__ import annotations

import pytest

from ottla.testing.simulation.cluster import run_seed
from ottla.testing.simulation.command import command_of, describe, parse_arguments

SEEDS_EACH = 5


@pytest.mark.parametrize("first", range(0, 200, SEEDS_EACH))
def test_nothing_that_was_promised_is_broken(first):
    """Whatever fails is told with the one command that repeats it."""
    options = parse_arguments(["--seeds", f"{first}:{first + SEEDS_EACH}"])
    for seed in range(first, first + SEEDS_EACH):
        result = run_seed(seed)
        assert not result.problems, f"{command_of(options, seed)}\n{describe(result)}"
