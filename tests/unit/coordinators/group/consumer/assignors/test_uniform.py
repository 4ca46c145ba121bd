# SPDX-License-Identifier: Apache-2.0
"""Equal shares, and no move that is not needed for them."""

from __future__ import annotations

import os
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.coordinators.group.consumer.assignors.uniform import assign_uniformly


def test_members_get_equal_shares_of_every_topic(kit):
    """A new group's partitions are dealt in turn, so that each topic is spread."""
    group = kit.make_group({1: 4, 2: 2}, {"a": [1, 2], "b": [1, 2]})
    assert kit.numbers(assign_uniformly(group)) == {
        "a": {1: [0, 2], 2: [0]},
        "b": {1: [1, 3], 2: [1]},
    }


def test_a_member_that_joins_takes_only_its_share(kit):
    """Adding one member to 50 moves exactly what the new one gets, and no partition twice."""
    members = {f"m{number:02}": [1, 2] for number in range(50)}
    group = kit.make_group({1: 600, 2: 400}, members)
    before = assign_uniformly(group)
    grown = kit.make_group({1: 600, 2: 400}, {**members, "new": [1, 2]})
    grown = kit.with_targets(grown, before)
    after = assign_uniformly(grown)
    kit.check_complete(grown, after)
    moved = kit.moved(before, after)
    assert len(moved) == sum(map(len, after["new"].values())) == 1000 // 51
    assert all(partition in after["new"][topic] for topic, partition in moved)


def test_a_member_that_leaves_moves_only_its_own(kit):
    """The others keep everything they have."""
    members = {f"m{number}": [1] for number in range(5)}
    group = kit.make_group({1: 23}, members)
    before = assign_uniformly(group)
    del members["m2"]
    shrunk = kit.with_targets(kit.make_group({1: 23}, members), before)
    after = assign_uniformly(shrunk)
    kit.check_complete(shrunk, after)
    for member_id, target in after.items():
        assert set(target[kit.topic_id(1)]) >= set(before[member_id][kit.topic_id(1)])


def test_a_settled_group_is_left_alone(kit):
    """The assignment of an assignment is itself, the same objects even."""
    group = kit.make_group({1: 7, 2: 3}, {"a": [1, 2], "b": [1, 2], "c": [1, 2]})
    first = assign_uniformly(group)
    second = assign_uniformly(kit.with_targets(group, first))
    assert second == first
    assert all(second[member_id] is first[member_id] for member_id in first)


def test_a_deleted_topic_disappears(kit):
    """Targets may name topics that are gone, and partitions that never were."""
    group = kit.make_group({1: 2}, {"a": [1]}, {"a": {1: [0, 5], 9: [0]}})
    assert kit.numbers(assign_uniformly(group)) == {"a": {1: [0, 1]}}


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_shares_differ_by_one_at_most(kit, data):
    """Every partition has one owner, and with equal subscriptions sizes differ by one at most."""
    group = data.draw(kit.groups(homogeneous=True))
    assignment = assign_uniformly(group)
    kit.check_complete(group, assignment)
    sizes = kit.sizes(assignment)
    assert max(sizes) - min(sizes) <= 1


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_moves_are_what_balance_takes(kit, data):
    """From a balanced assignment, members coming and going move no more than the excess."""
    group = data.draw(kit.groups(homogeneous=True))
    before = assign_uniformly(group)
    subscription = next(iter(group.members.values())).topics
    ids = data.draw(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=10, unique=True))
    topics = [int.from_bytes(one, "big") for one in subscription]
    counts = {int.from_bytes(one, "big"): n for one, n in group.partition_counts.items()}
    changed = kit.make_group(counts, dict.fromkeys(ids, topics))
    changed = kit.with_targets(changed, before)
    after = assign_uniformly(changed)
    kit.check_complete(changed, after)
    total = sum(group.partition_counts[one] for one in subscription)
    share, rest = divmod(total, len(ids))
    stayed = [sum(map(len, before.get(one, {}).values())) for one in ids]
    above = sorted((size for size in stayed if size > share), reverse=True)
    excess = sum(size - share - (place < rest) for place, size in enumerate(above))
    still_there = {one for one in before if one in ids}
    kept_owner_moves = {
        (topic, partition)
        for topic, partition in kit.moved(before, after)
        if any(partition in before[one].get(topic, ()) for one in still_there)
    }
    assert len(kept_owner_moves) == excess


def test_strings_hash_as_they_like():
    """The outcome does not depend on PYTHONHASHSEED."""
    program = (
        "from ottla.coordinators.group.consumer.assignors.specification import *\n"
        "from ottla.coordinators.group.consumer.assignors import ASSIGNORS\n"
        "t = [bytes([n]) * 16 for n in range(4)]\n"
        "for same in (True, False):\n"
        "    m = {f'm{n}': MemberSpecification(tuple(t if same else t[: n % 4 + 1]),\n"
        "         {t[0]: tuple(range(n))}) for n in range(9)}\n"
        "    g = GroupSpecification(m, {one: 7 for one in t})\n"
        "    print([ASSIGNORS[name](g) for name in ASSIGNORS])\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1
    assert "m8" in outputs.pop()


def test_a_group_without_members_gets_nothing(kit):
    """There may be nobody to assign to."""
    assert assign_uniformly(kit.make_group({1: 1}, {})) == {}
