# SPDX-License-Identifier: Apache-2.0
"""The simulator finds out when a safeguard of the cluster is missing."""

from __future__ import annotations

import pytest

from ottla.testing.simulation.ablations.search import SEEDS_MAX, first_problem, search
from ottla.testing.simulation.ablations.table import ABLATIONS

pytestmark = [
    pytest.mark.slow,
    # what programs were about to wait for when they were killed
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


@pytest.mark.parametrize("name", sorted(ABLATIONS))
def test_a_missing_safeguard_is_found(name, capsys):
    """Within 2,000 seeds something is wrong; with the safeguard the same seed is right."""
    ablation = ABLATIONS[name]
    found = search(ablation)
    assert found is not None, f"{SEEDS_MAX} seeds show nothing without: {ablation.sentence}"
    with capsys.disabled():
        print(f"\n{name}: seed {found.seed} (tried {found.seed_count}): {found.problem[:120]}")
    assert first_problem(found.seed, ablation) is None
