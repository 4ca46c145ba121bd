# SPDX-License-Identifier: Apache-2.0
"""From commit requests to records."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import (
    DELAY_MS,
    G,
    GroupWorld,
    code_of,
    topic_id_of,
)

from ottla.coordinators.group.commit_request import CommitRequest, CommitTopic
from ottla.coordinators.group.records import (
    read_offset_value,
    spot_of,
)
from ottla.coordinators.ports import ProducerIdentity
from ottla.protocol.errors import ApiError, ErrorCode


def codes(pending) -> dict:
    """Return error codes by partition."""
    return {index: code for topic in pending.value.topics for index, code in topic.partitions}


def test_what_is_stored():
    """Offset, leader epoch, text, time and topic id; null text is an empty one."""
    world = GroupWorld()
    world.commit({0: 5}, leader_epoch=2, metadata="m", topic_id=topic_id_of("t"), version=10)
    world.commit({1: 6}, metadata=None)
    stored = world.shard.offsets.of(G).committed
    wall_ms = world.clock.wall_ms()
    assert read_offset_value(stored[spot_of("t", 0)]) == (
        5, 2, "m", wall_ms, -1, topic_id_of("t"),
    )  # fmt: skip
    assert read_offset_value(stored[spot_of("t", 1)]) == (6, -1, "", wall_ms, -1, bytes(16))


def test_a_partition_that_is_named_twice_has_the_later_offset():
    """And both answers."""
    world = GroupWorld()
    topics = [CommitTopic("t", bytes(16), [(0, offset, 1)]) for offset in (1, 2)]
    request = CommitRequest(G, -1, "", None, topics)
    answer = world.groups.commit_offsets(request, 8, world.moment)
    assert [topic.partitions for topic in answer.value.topics] == [[(0, 0)], [(0, 0)]]
    assert world.fetch() == {("t", 0): 2}


def test_plain_commits_supersede_pending_ones():
    """As every commit that comes later in the log."""
    world = GroupWorld()
    world.commit_in_transaction(9, {0: 1, 1: 1})
    world.commit({0: 5})
    world.end_transaction(9, committed=True)
    assert world.fetch() == {("t", 0): 5, ("t", 1): 1}


def test_one_request_is_one_batch():
    """All or nothing."""
    world = GroupWorld()
    world.commit({index: index for index in range(5)})
    assert [len(batch.records) for batch in world.partition.batches] == [5]


def test_a_generation_of_a_group_that_is_not_there():
    """GROUP_ID_NOT_FOUND for those who know it, ILLEGAL_GENERATION for the rest."""
    world = GroupWorld()
    assert code_of(world.commit({0: 1}, generation=3)) == ErrorCode.GROUP_ID_NOT_FOUND
    code = code_of(world.commit({0: 1}, generation=3, version=8))
    assert code == ErrorCode.ILLEGAL_GENERATION
    code = code_of(world.commit_in_transaction(9, {0: 1}, generation=3))
    assert code == ErrorCode.ILLEGAL_GENERATION
    assert world.partition.end_offset == 0


def test_members_commit_in_their_generation():
    """A former generation, and nobody at all, are refused while there are members."""
    world = GroupWorld()
    (member_id,) = world.stable()
    assert codes(world.commit({0: 1}, member_id=member_id, generation=1)) == {0: 0}
    for fields, code in (
        ({}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": member_id, "generation": 0}, ErrorCode.ILLEGAL_GENERATION),
        ({"member_id": "x", "generation": 1}, ErrorCode.UNKNOWN_MEMBER_ID),
    ):
        assert code_of(world.commit({0: 9}, **fields)) == code
    assert world.fetch() == {("t", 0): 1}


def test_bug_32_transactions_fence_groups_too():
    """Bug 32: from version 3 on generation and member are checked, also between generations."""
    world = GroupWorld()
    world.join(instance="i")
    world.pass_time(DELAY_MS)
    member = {"member_id": "i-1", "generation": 1, "instance": "i"}
    assert codes(world.commit_in_transaction(9, {0: 1}, **member)) == {0: 0}
    assert codes(world.commit_in_transaction(9, {1: 1}, version=2)) == {1: 0}
    for changes, code in (
        ({"generation": 0}, ErrorCode.ILLEGAL_GENERATION),
        ({"member_id": "x"}, ErrorCode.FENCED_INSTANCE_ID),
        ({"member_id": "x", "instance": None}, ErrorCode.UNKNOWN_MEMBER_ID),
    ):
        answer = world.commit_in_transaction(9, {2: 1}, **{**member, **changes})
        assert code_of(answer) == code


def test_records_of_a_transaction_belong_to_its_producer():
    """The batch carries the producer's id and epoch."""
    world = GroupWorld()
    world.commit_in_transaction(9, {0: 1}, epoch=4)
    assert [batch.producer for batch in world.partition.batches] == [ProducerIdentity(9, 4)]


def test_too_much_metadata():
    """The partition is refused alone, in both kinds of commits."""
    world = GroupWorld(offset_metadata_max_bytes=3)
    too_large = {0: ErrorCode.OFFSET_METADATA_TOO_LARGE}
    assert codes(world.commit({0: 1}, metadata="text")) == too_large
    assert codes(world.commit_in_transaction(9, {0: 1}, metadata="text")) == too_large
    assert world.partition.end_offset == 0
    assert codes(world.commit({0: 1}, metadata="tex")) == {0: 0}


def refuse(topic, topic_id, partition):
    """Let one partition not pass."""
    if partition == 1:
        raise ApiError(ErrorCode.STALE_MEMBER_EPOCH)


@pytest.mark.parametrize("partitions", [{0: 1}, {0: 1, 1: 1}])
def test_a_group_may_look_at_each_partition(monkeypatch, partitions):
    """One that it refuses refuses the request."""
    world = GroupWorld()
    world.commit({5: 1})
    monkeypatch.setattr(world.group, "check_offset_commit", lambda *_, **__: refuse)
    for answer in (world.commit(partitions), world.commit_in_transaction(9, partitions)):
        if 1 in partitions:
            assert code_of(answer) == ErrorCode.STALE_MEMBER_EPOCH
        else:
            assert codes(answer) == {0: 0}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (ErrorCode.STALE_MEMBER_EPOCH, ErrorCode.ILLEGAL_GENERATION),
        (ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.UNKNOWN_MEMBER_ID),
    ],
)
def test_producers_know_no_member_epochs(monkeypatch, code, told):
    """What a newer group says of an old epoch is an illegal generation to them."""
    world = GroupWorld()
    world.commit({5: 1})

    def check(*_: object, **__: object):
        raise ApiError(code)

    monkeypatch.setattr(world.group, "check_offset_commit", check)
    assert code_of(world.commit_in_transaction(9, {0: 1})) == told
