# SPDX-License-Identifier: Apache-2.0
"""Members that subscribe to different topics."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.coordinators.group.consumer.assignors.mixed_subscriptions import assign_mixed


def test_those_with_a_choice_make_room(kit):
    """Who reads many topics gets less of one that others depend on."""
    group = kit.make_group({1: 4, 2: 4}, {"a": [1], "b": [1, 2]})
    assert kit.numbers(assign_mixed(group)) == {"a": {1: [0, 1, 2, 3]}, "b": {2: [0, 1, 2, 3]}}


def test_uneven_targets_are_evened_out(kit):
    """A partition moves while that brings two subscribers closer."""
    group = kit.make_group({1: 6}, {"a": [1], "b": [1]}, {"a": {1: range(6)}})
    assert kit.sizes(assign_mixed(group)) == [3, 3]


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_single_move_would_help(kit, data):
    """Every partition has one owner, and no subscriber of its topic has two fewer than that."""
    group = data.draw(kit.groups(homogeneous=False))
    assignment = assign_mixed(group)
    kit.check_complete(group, assignment)
    sizes = dict(zip(assignment, kit.sizes(assignment), strict=True))
    for owner, target in assignment.items():
        for topic in target:
            for other, member in group.members.items():
                if topic in member.topics:
                    assert sizes[owner] - sizes[other] < 2


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_settled_group_is_left_alone(kit, data):
    """The assignment of an assignment is itself."""
    group = data.draw(kit.groups(homogeneous=False))
    first = assign_mixed(group)
    assert assign_mixed(kit.with_targets(group, first)) == first
