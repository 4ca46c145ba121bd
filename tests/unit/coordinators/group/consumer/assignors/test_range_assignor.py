# SPDX-License-Identifier: Apache-2.0
"""Runs of partitions, the same for all topics of equal size."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.coordinators.group.consumer.assignors.range_assignor import assign_ranges


def test_first_members_take_the_rest(kit):
    """Runs differ by one partition at most; the longer ones go to the first members."""
    group = kit.make_group({1: 5}, {"b": [1], "a": [1], "c": [1]})
    assert kit.numbers(assign_ranges(group)) == {"a": {1: [0, 1]}, "b": {1: [2, 3]}, "c": {1: [4]}}


def test_topics_of_equal_size_are_assigned_alike(kit):
    """Partition n of every topic goes to the same member."""
    group = kit.make_group({1: 3, 2: 3}, {"a": [1, 2], "b": [1, 2]})
    assert kit.numbers(assign_ranges(group)) == {
        "a": {1: [0, 1], 2: [0, 1]},
        "b": {1: [2], 2: [2]},
    }


def test_static_members_come_first_by_their_names(kit):
    """A static member keeps its run when it comes back with another member id."""
    before = kit.make_group(
        {1: 3}, {"x": [1], "y": [1], "a": [1]}, instance_ids={"x": "i1", "y": "i2"}
    )
    after = kit.make_group(
        {1: 3}, {"y": [1], "b": [1], "a": [1]}, instance_ids={"b": "i1", "y": "i2"}
    )
    assert kit.numbers(assign_ranges(before)) == {"x": {1: [0]}, "y": {1: [1]}, "a": {1: [2]}}
    assert kit.numbers(assign_ranges(after)) == {"b": {1: [0]}, "y": {1: [1]}, "a": {1: [2]}}


def test_only_subscribers_get_runs(kit):
    """With different subscriptions each topic is divided among its own subscribers."""
    group = kit.make_group({1: 2, 2: 2}, {"a": [1], "b": [1, 2], "c": []})
    assert kit.numbers(assign_ranges(group)) == {
        "a": {1: [0]},
        "b": {1: [1], 2: [0, 1]},
        "c": {},
    }


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_everything_is_assigned_once(kit, data):
    """Every partition of a subscribed topic goes to exactly one subscriber."""
    group = data.draw(kit.groups(homogeneous=data.draw(st.booleans())))
    kit.check_complete(group, assign_ranges(group))


def test_a_group_without_members_gets_nothing(kit):
    """There may be nobody to assign to."""
    assert assign_ranges(kit.make_group({1: 1}, {})) == {}
