# SPDX-License-Identifier: Apache-2.0
"""Groups to assign, drawn at random or written down."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from ottla.coordinators.group.consumer.assignors.specification import (
    GroupSpecification,
    MemberSpecification,
)


def topic_id(number):
    """Return the id of the topic with this number."""
    return number.to_bytes(16, "big")


def make_group(counts, subscriptions, targets=None, instance_ids=None):
    """Make a group of topic numbers: sizes, subscriptions by member, and what members have."""
    targets, instance_ids = targets or {}, instance_ids or {}
    return GroupSpecification(
        {
            member_id: MemberSpecification(
                tuple(topic_id(number) for number in sorted(topics)),
                {topic_id(n): tuple(p) for n, p in targets.get(member_id, {}).items()},
                instance_ids.get(member_id),
            )
            for member_id, topics in subscriptions.items()
        },
        {topic_id(number): count for number, count in counts.items()},
    )


def with_targets(group, assignment):
    """Return the group as it is once it has been given an assignment."""
    members = {
        member_id: member._replace(target=assignment.get(member_id, {}))
        for member_id, member in group.members.items()
    }
    return group._replace(members=members)


def numbers(assignment):
    """Return an assignment by topic numbers."""
    return {
        member_id: {int.from_bytes(one, "big"): list(p) for one, p in target.items()}
        for member_id, target in assignment.items()
    }


def check_complete(group, assignment):
    """Assert that every partition of a subscribed topic has one owner, who subscribes to it."""
    assert set(assignment) == set(group.members)
    owners = {}
    for member_id, target in assignment.items():
        subscribed = set(group.members[member_id].topics)
        for topic, partitions in target.items():
            assert topic in subscribed
            assert partitions
            assert list(partitions) == sorted(partitions)
            for partition in partitions:
                assert (topic, partition) not in owners
                owners[topic, partition] = member_id
    subscribed = {topic for member in group.members.values() for topic in member.topics}
    assert set(owners) == {
        (topic, partition)
        for topic in subscribed
        for partition in range(group.partition_counts[topic])
    }


def sizes(assignment):
    """Return how many partitions each member has."""
    return [sum(map(len, target.values())) for target in assignment.values()]


def moved(before, after):
    """Return the partitions that had an owner before and have another one now."""
    old = {(t, p): m for m, target in before.items() for t, ps in target.items() for p in ps}
    new = {(t, p): m for m, target in after.items() for t, ps in target.items() for p in ps}
    return {spot for spot in old.keys() & new.keys() if old[spot] != new[spot]}


@st.composite
def groups(draw, *, homogeneous):
    """Draw a group whose members have arbitrary, even overlapping, targets."""
    counts = draw(st.dictionaries(st.integers(1, 5), st.integers(0, 8), min_size=1, max_size=5))
    subscription = st.frozensets(st.sampled_from(sorted(counts)), max_size=5)
    member_ids = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True))
    if homogeneous:
        topics = draw(subscription)
        subscriptions = dict.fromkeys(member_ids, topics)
    else:
        subscriptions = {member_id: draw(subscription) for member_id in member_ids}
    target = st.dictionaries(
        st.integers(1, 6), st.lists(st.integers(0, 9), min_size=1, max_size=6, unique=True)
    )
    targets = {
        member_id: {n: sorted(p) for n, p in draw(target).items()} for member_id in member_ids
    }
    return make_group(counts, subscriptions, targets)


class Kit:
    """What tests of assignors share."""

    make_group = staticmethod(make_group)
    with_targets = staticmethod(with_targets)
    numbers = staticmethod(numbers)
    check_complete = staticmethod(check_complete)
    sizes = staticmethod(sizes)
    moved = staticmethod(moved)
    groups = staticmethod(groups)
    topic_id = staticmethod(topic_id)


@pytest.fixture(scope="session")
def kit():
    """Return what tests of assignors share."""
    return Kit
