# SPDX-License-Identifier: Apache-2.0
"""Code that is taken away for a while, and the alarm when it is not there any more."""

from __future__ import annotations

import pytest

from ottla.replication.isr import Committed, Shrinking
from ottla.testing.simulation.ablations.editing import AblationError, Edit, edited
from ottla.testing.simulation.ablations.table import ABLATIONS

MAXIMAL = "replication.isr:Shrinking.maximal"


@pytest.mark.parametrize("name", sorted(ABLATIONS))
def test_every_safeguard_is_where_its_ablation_looks(name):
    """The code of each safeguard is there once, and can be replaced."""
    with edited(ABLATIONS[name].edits):
        pass


def test_edited_code_runs_only_within_the_context():
    """Everybody who holds the function runs the edited one, until the context ends."""
    state = Shrinking(frozenset((1, 2)), frozenset((2,)))
    with edited([Edit(MAXIMAL, "return self.isr", "return self.isr - self.leaving")]):
        assert state.maximal == {1}
    assert state.maximal == {1, 2}
    assert Committed(frozenset((1,))).maximal == {1}


@pytest.mark.parametrize(
    ("function", "old"),
    [
        (MAXIMAL, "return self.is_gone"),
        ("replication.isr:Shrinking.was_renamed", "return"),
        ("replication.was_moved:Shrinking.maximal", "return"),
        ("replication.isr:Shrinking", "return"),
    ],
)
def test_code_that_is_gone_is_an_error(function, old):
    """A safeguard that was changed or renamed cannot be taken away unnoticed."""
    with pytest.raises(AblationError), edited([Edit(function, old, "pass")]):
        pass
