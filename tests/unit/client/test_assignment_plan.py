# SPDX-License-Identifier: Apache-2.0
"""Plans for moves: whoever leaves is empty, nothing moves without need, and loads stay even."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.client.assignment_plan import evacuation, spreading
from ottla.client.metadata import PartitionMetadata, TopicMetadata
from ottla.client.topic_partition import TopicPartition

BROKERS = range(1, 7)


def topic(name, *assignments: tuple[int, ...]):
    """Return a topic with these replicas for each partition."""
    partitions = tuple(
        PartitionMetadata(number, replicas[0], 0, replicas, replicas)
        for number, replicas in enumerate(assignments)
    )
    return TopicMetadata(name, partitions=partitions)


assignments = st.lists(
    st.lists(st.sampled_from(BROKERS), min_size=1, max_size=3, unique=True).map(tuple),
    min_size=1,
    max_size=12,
)
racks = st.fixed_dictionaries({b: st.sampled_from([None, "a", "b", "c"]) for b in BROKERS})


@given(assignments, racks, st.sets(st.sampled_from(BROKERS), min_size=1, max_size=3))
def test_whoever_leaves_is_empty_and_nobody_else_moves(replicas, known, leaving):
    """Targets avoid the leaving brokers, keep the others in their places, and name nobody twice."""
    plan = evacuation([topic("t", *replicas)], known, leaving)
    assert not plan.stuck, "six brokers are enough"
    for number, before in enumerate(replicas):
        target = plan.targets.get(TopicPartition("t", number))
        if not leaving.intersection(before):
            assert target is None
            continue
        assert not leaving.intersection(target)
        assert len(set(target)) == len(before)
        for old, new in zip(before, target, strict=True):
            assert new == old or old in leaving


def test_replacements_are_spread():
    """The least loaded broker takes over, the lowest number deciding."""
    plan = evacuation([topic("t", (1,), (1,), (1,), (2,))], dict.fromkeys((1, 2, 3)), (1,))
    assert list(plan.targets.values()) == [(3,), (2,), (3,)]


def test_replacements_look_for_another_rack():
    """A rack without a replica comes before a broker with fewer."""
    known = {1: "a", 2: "b", 3: "a", 4: "b"}
    plan = evacuation([topic("t", (2, 1), (3,))], known, (1,))
    assert plan.targets == {TopicPartition("t", 0): (2, 3)}


def test_a_small_cluster_is_told():
    """A partition that needs a broker which does not exist is stuck, others are planned."""
    plan = evacuation([topic("t", (1, 2), (1,))], dict.fromkeys((1, 2)), (1,))
    assert plan.stuck == (TopicPartition("t", 0),)
    assert plan.targets == {TopicPartition("t", 1): (2,)}


@given(assignments, racks)
def test_spreading_keeps_the_number_of_replicas(replicas, known):
    """Every partition keeps its replication factor, on the named brokers, nobody twice."""
    before = {TopicPartition("t", n): r for n, r in enumerate(replicas)}
    targets = spreading(before, known)
    assert targets.keys() == before.keys()
    for place, target in targets.items():
        assert len(set(target)) == len(before[place])
        assert set(target) <= set(BROKERS)


@given(st.integers(1, 30), st.integers(3, 6))
def test_spreading_evens_out(partition_count, broker_count):
    """From three brokers onto more, replicas and leads differ by little."""
    before = {TopicPartition("t", n): (1, 2, 3) for n in range(partition_count)}
    targets = spreading(before, dict.fromkeys(range(1, broker_count + 1)))
    load = Counter(b for target in targets.values() for b in target)
    leads = Counter(target[0] for target in targets.values())
    assert max(load.values()) - min(load[b] for b in range(1, broker_count + 1)) <= 1
    assert max(leads.values()) - min(leads[b] for b in range(1, broker_count + 1)) <= 2


def test_spreading_keeps_racks_apart():
    """A broker stays empty rather than that a partition has two replicas in one rack."""
    before = {TopicPartition("t", n): (1, 2) for n in range(4)}
    targets = spreading(before, {1: "a", 2: "b", 3: "b"})
    assert all(target in ((1, 2), (2, 1), (1, 3), (3, 1)) for target in targets.values())
    assert Counter(b for target in targets.values() for b in target) == {1: 4, 2: 2, 3: 2}


def test_an_even_assignment_stays():
    """Nothing moves when everything is where it should be."""
    before = {
        TopicPartition("t", 0): (1, 2),
        TopicPartition("t", 1): (2, 3),
        TopicPartition("t", 2): (3, 1),
    }
    assert spreading(before, dict.fromkeys((1, 2, 3))) == before


def test_too_few_brokers_to_spread_over():
    """The partition that does not fit is named."""
    with pytest.raises(ValueError, match="t-0 has 2 replicas"):
        spreading({TopicPartition("t", 0): (1, 2)}, {1: None})
