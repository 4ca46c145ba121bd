# SPDX-License-Identifier: Apache-2.0
"""What every assignor promises, and what range, round robin and the sticky ones promise besides."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.foreign_clients import FOREIGN_WARNINGS

from ottla.client.assignors import ASSIGNORS
from ottla.client.assignors.sticky import find_owners
from ottla.client.assignors.subscription import Subscription
from ottla.client.topic_partition import TopicPartition

pytestmark = FOREIGN_WARNINGS

TOPICS = ("a", "b", "c")
MEMBERS = ("m1", "m2", "m3", "m4", "m5")

counts = st.dictionaries(st.sampled_from(TOPICS), st.integers(1, 9))
all_partitions = [TopicPartition(topic, number) for topic in TOPICS for number in range(9)]
subscriptions = st.builds(
    Subscription,
    st.lists(st.sampled_from(TOPICS), unique=True, min_size=1).map(tuple),
    st.frozensets(st.sampled_from(all_partitions), max_size=12),
    st.integers(0, 2),
    st.none(),
)
groups = st.dictionaries(st.sampled_from(MEMBERS), subscriptions, min_size=1)
FULL = sorted(set(ASSIGNORS) - {"cooperative-sticky"})


class Counts(dict):
    """What kafka-python's assignors ask of a cluster."""

    def partitions_for_topic(self, topic):
        """Return the numbers of a topic's partitions; None when it is unknown."""
        return set(range(self[topic])) if topic in self else None


@pytest.mark.parametrize("name", ["range", "roundrobin"])
@settings(deadline=None)  # the first one imports the other library
@given(counts, groups)
def test_the_plain_ones_are_everybodys(name, counts, members):
    """A group may be led by any client: kafka-python divides the same way."""
    from kafka.coordinator.assignors.range import RangePartitionAssignor
    from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

    theirs = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}[name]
    if name == "roundrobin":  # theirs mixes up who is next when subscriptions differ
        members = {member: Subscription(TOPICS) for member in members}
    told = [
        SimpleNamespace(
            member_id=member,
            group_instance_id=None,
            metadata=SimpleNamespace(topics=list(members[member].topics)),
        )
        for member in members
    ]
    expected = {
        member: sorted((one.topic, one.partition) for one in found.partitions())
        for member, found in theirs.assign(Counts(counts), told).items()
    }
    ours = ASSIGNORS[name].assign(counts, members)
    assert {member: sorted(names) for member, names in ours.items()} == expected


def names_of(counts):
    """Return every partition."""
    return {TopicPartition(topic, number) for topic, n in counts.items() for number in range(n)}


@pytest.mark.parametrize("name", FULL)
@given(counts, groups)
def test_each_partition_has_one_reader_that_wants_it(name, counts, members):
    """And topics that nobody subscribes to have none."""
    assigned = ASSIGNORS[name].assign(counts, members)
    assert assigned.keys() == members.keys()
    handed = [(one, member) for member, names in assigned.items() for one in names]
    assert all(one.topic in members[member].topics for one, member in handed)
    wanted = {topic for member in members.values() for topic in member.topics}
    assert sorted(one for one, _ in handed) == sorted(
        one for one in names_of(counts) if one.topic in wanted
    )


@pytest.mark.parametrize("name", ["sticky", "roundrobin"])
@given(
    counts,
    st.dictionaries(
        st.sampled_from(MEMBERS), st.frozensets(st.sampled_from(all_partitions)), min_size=1
    ),
)
def test_equal_subscriptions_get_equal_shares(name, counts, owned):
    """Nobody has two more than another."""
    members = {member: Subscription(TOPICS, has) for member, has in owned.items()}
    sizes = [len(names) for names in ASSIGNORS[name].assign(counts, members).values()]
    assert max(sizes) - min(sizes) <= 1


@given(counts, groups)
def test_nothing_moves_that_would_not_help(counts, members):
    """No member could give a partition to one that has two fewer and wants it."""
    assigned = ASSIGNORS["sticky"].assign(counts, members)
    for rich, names in assigned.items():
        for name in names:
            for poor, others in assigned.items():
                if name.topic in members[poor].topics:
                    assert len(names) - len(others) <= 1, (rich, poor, name)


@given(counts, groups)
def test_who_has_a_balanced_share_keeps_it(counts, members):
    """Dividing again what was divided moves nothing."""
    assigned = ASSIGNORS["sticky"].assign(counts, members)
    again = {
        member: members[member]._replace(owned=frozenset(names), generation_id=3)
        for member, names in assigned.items()
    }
    assert ASSIGNORS["sticky"].assign(counts, again) == assigned
    assert ASSIGNORS["cooperative-sticky"].assign(counts, again) == assigned


@given(counts, groups)
def test_cooperation_ends_where_stickiness_does(counts, members):
    """Nothing is handed out that another has, and once they let go the rest follows."""
    assign = ASSIGNORS["cooperative-sticky"].assign
    first = assign(counts, members)
    owners = find_owners(members)
    assert all(owners.get(n, member) == member for member, names in first.items() for n in names)
    kept = {
        member: members[member]._replace(owned=frozenset(names), generation_id=3)
        for member, names in first.items()
    }
    second = assign(counts, kept)
    assert second == ASSIGNORS["sticky"].assign(counts, kept)


def test_a_joining_member_takes_no_more_than_its_share():
    """Three of nine partitions move, and only to the new member."""
    counts = {"a": 9}
    members = {"m1": Subscription(("a",)), "m2": Subscription(("a",))}
    before = ASSIGNORS["sticky"].assign(counts, members)
    joined = {m: Subscription(("a",), frozenset(names), 1) for m, names in before.items()}
    joined["m3"] = Subscription(("a",))
    after = ASSIGNORS["sticky"].assign(counts, joined)
    assert after["m1"] < before["m1"] or after["m1"] == before["m1"]
    assert after["m2"] < before["m2"] or after["m2"] == before["m2"]
    assert len(after["m3"]) == 3


def test_of_two_claims_the_later_generation_holds():
    """A member that was away does not take back what others were given meanwhile."""
    one = frozenset([TopicPartition("a", 0)])
    members = {"m1": Subscription(("a",), one, 4), "m2": Subscription(("a",), one, 5)}
    assert find_owners(members) == {TopicPartition("a", 0): "m2"}
    members["m1"] = Subscription(("a",), one, 5)
    assert find_owners(members) == {}


def test_static_members_keep_their_place():
    """Their instance names decide the order, whatever ids a restart gives them."""
    assigned = ASSIGNORS["range"].assign(
        {"a": 3},
        {
            "z": Subscription(("a",), group_instance_id="1"),
            "b": Subscription(("a",), group_instance_id="2"),
            "a": Subscription(("a",)),
        },
    )
    assert {member: sorted(n.partition for n in names) for member, names in assigned.items()} == {
        "z": [0],
        "b": [1],
        "a": [2],
    }
