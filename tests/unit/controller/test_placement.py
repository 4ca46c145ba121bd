# SPDX-License-Identifier: Apache-2.0
"""Claims about where replicas go."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ottla.controller.placement import place, rack_circle
from ottla.metadata.image import BrokerImage


def make(broker_id, rack=None, fenced=False):
    """Make a broker."""
    return BrokerImage(broker_id, 1, bytes(16), (), {}, rack, fenced, False, ())


@st.composite
def placements(draw):
    """Draw brokers, a factor they can carry, and a number of partitions."""
    racks = draw(st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=7))
    brokers = [make(n, rack) for n, rack in enumerate(racks)]
    brokers += [make(50 + n, None, fenced=True) for n in range(draw(st.integers(0, 2)))]
    return brokers, draw(st.integers(1, len(brokers))), draw(st.integers(1, 40))


@given(placements(), st.integers(0, 99))
def test_every_placement_is_legal(drawn, seed):
    """Replicas are distinct, known and as many as asked for; a live one leads."""
    brokers, factor, count = drawn
    live = {broker.broker_id for broker in brokers if not broker.fenced}
    placed = place(count, factor, brokers, random.Random(seed))
    assert len(placed) == count
    for replicas in placed:
        assert len(set(replicas)) == len(replicas) == factor
        assert set(replicas) <= {broker.broker_id for broker in brokers}
        assert replicas[0] in live
        if factor <= len(live):
            assert set(replicas) <= live


@given(placements(), st.integers(0, 99))
def test_leaders_are_even(drawn, seed):
    """No live broker leads more than one partition more than another."""
    brokers, factor, count = drawn
    live = [broker.broker_id for broker in brokers if not broker.fenced]
    leaders = Counter(
        replicas[0] for replicas in place(count, factor, brokers, random.Random(seed))
    )
    led = [leaders[broker_id] for broker_id in live]
    assert max(led) - min(led) <= 1


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=8),
    st.integers(1, 4),
    st.integers(0, 99),
)
def test_racks_are_used_before_they_are_used_twice(racks, factor, seed):
    """A partition is on as many racks as it can be."""
    brokers = [make(n, rack) for n, rack in enumerate(racks)]
    factor = min(factor, len(brokers))
    for replicas in place(20, factor, brokers, random.Random(seed)):
        used = {racks[broker_id] for broker_id in replicas}
        assert len(used) == min(factor, len(set(racks)))


def test_followers_differ_between_turns():
    """Two brokers do not share all their partitions."""
    placed = place(12, 2, [make(n) for n in range(4)], random.Random(1))
    assert len(set(placed)) > 4


def test_the_same_seed_places_the_same():
    """A decision can be repeated."""
    brokers = [make(n) for n in range(5)]
    assert place(9, 3, brokers, random.Random(4)) == place(9, 3, brokers, random.Random(4))


def test_racks_take_turns_in_the_circle():
    """Neighbours come from different racks while that is possible."""
    circle = rack_circle([make(1, "a"), make(2, "a"), make(3, "b"), make(4, "b")])
    assert [broker.rack for broker in circle] == ["a", "b", "a", "b"]
