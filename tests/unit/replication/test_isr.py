# SPDX-License-Identifier: Apache-2.0
"""What each state of an in-sync set says of who is in force and who may be."""

from __future__ import annotations

from ottla.replication.isr import Committed, Expanding, Shrinking


def test_a_decided_set_is_all_there_is():
    """Committed: the maximal set is the set itself."""
    assert Committed(frozenset({1, 2})).maximal == {1, 2}


def test_a_joining_member_counts_before_the_controller_has_decided():
    """Expanding: whoever joins is in the maximal set and in what is asked for."""
    state = Expanding(frozenset({1, 2}), frozenset({3}))
    assert state.maximal == {1, 2, 3}
    assert state.proposed == {1, 2, 3}
    assert state.isr == {1, 2}


def test_a_leaving_member_counts_until_the_controller_has_decided():
    """Shrinking: whoever leaves stays in the maximal set and is not in what is asked for."""
    state = Shrinking(frozenset({1, 2, 3}), frozenset({2, 3}))
    assert state.maximal == {1, 2, 3}
    assert state.proposed == {1}
