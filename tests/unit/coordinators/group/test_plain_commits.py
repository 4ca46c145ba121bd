# SPDX-License-Identifier: Apache-2.0
"""Commits in their wire form, made at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.coordinators.group.group_world import G, GroupWorld, topic_id_of

from ottla.broker.coordinator_partition import encode_batch
from ottla.coordinators.group.commit_request import CommitRequest, CommitTopic
from ottla.coordinators.group.plain_commits import CommitTemplate, plain_commits
from ottla.coordinators.group.records import (
    group_key_prefix,
    offset_value,
    spot_of,
    topic_tail,
)
from ottla.coordinators.ports import CoordinatorRecord

NAMES = st.sampled_from(["t", "other", "a" * 100, "\u00e9"])
COMMITTED = st.dictionaries(
    NAMES,
    st.dictionaries(
        st.integers(0, 2**31 - 1),
        st.tuples(st.integers(-1, 2**63 - 1), st.integers(-1, 2**31 - 1)),
        min_size=1,
        max_size=80,
    ),
    min_size=1,
)


def request_of(committed, metadata=None) -> CommitRequest:
    """Make a request of offset and leader epoch by topic and partition."""
    return CommitRequest(
        G,
        -1,
        "",
        None,
        [
            CommitTopic(
                name,
                topic_id_of(name) if len(name) > 1 else bytes(16),
                [(index, offset, epoch) for index, (offset, epoch) in partitions.items()],
                metadata and [metadata] * len(partitions),
            )
            for name, partitions in committed.items()
        ],
    )


@given(COMMITTED)
def test_plain_commits_are_the_records_that_they_stand_for(committed):
    """Encoded at once or one by one: the same records, the same batch, the same state."""
    request = request_of(committed)
    encoded = plain_commits(request, 77)
    one_by_one = [
        CoordinatorRecord(
            group_key_prefix(G.encode()) + spot_of(topic.name, index),
            offset_value(offset, epoch, "", 77, topic_tail(topic.topic_id)),
        )
        for topic in request.topics
        for index, offset, epoch in topic.rows
    ]
    assert list(encoded) == one_by_one
    assert (len(encoded), encoded[-1]) == (len(one_by_one), one_by_one[-1])
    assert encode_batch(encoded, 77, None) == encode_batch(one_by_one, 77, None)
    at_once, in_turn = GroupWorld().shard, GroupWorld().shard
    encoded.replay_into(at_once, 5, None)
    for offset, record in enumerate(one_by_one, 5):
        in_turn.replay(record, offset, None)
    assert at_once.offsets.of(G).committed == in_turn.offsets.of(G).committed


def test_metadata_and_repeated_partitions_are_not_plain():
    """They are encoded one by one."""
    assert plain_commits(request_of({"t": {0: (1, 1)}}, "m"), 77) is None
    twice = request_of({"t": {0: (1, 1)}})
    twice.topics.append(twice.topics[0])
    assert plain_commits(twice, 77) is None


@given(COMMITTED, st.lists(st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 2)), min_size=1))
def test_a_template_makes_the_same_of_other_numbers(committed, turns):
    """Whatever it made before, in the same millisecond or in another one."""
    template = CommitTemplate(request_of(committed))
    wall_ms = 77
    for offset, elapsed_ms in turns:
        wall_ms += elapsed_ms
        again = {
            name: {index: (offset - index, index) for index in partitions}
            for name, partitions in committed.items()
        }
        expected = plain_commits(request_of(again), wall_ms)
        numbers = [
            (offset - index).to_bytes(8, "big", signed=True) + index.to_bytes(4, "big")
            for partitions in committed.values()
            for index in partitions
        ]
        made = template.records(numbers, wall_ms)
        assert made.payload == expected.payload
        assert list(made) == list(expected)
        shards = [GroupWorld().shard for _ in range(2)]
        for shard, records in zip(shards, (made, expected), strict=True):
            records.replay_into(shard, 5, None)
        assert shards[0].offsets.of(G).committed == shards[1].offsets.of(G).committed
