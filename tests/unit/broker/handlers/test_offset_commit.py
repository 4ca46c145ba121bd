# SPDX-License-Identifier: Apache-2.0
"""OffsetCommit over the wire: every version, and each error."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import DELAY_MS, topic_id_of

from ottla.broker.handlers import offset_commit
from ottla.coordinators.group.records import read_offset_value, spot_of
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)


def request(*offsets: tuple[int, int], topic="t", version=9, metadata="text", **fields: object):
    """Return a request for (partition, offset) pairs of one topic."""
    name = {"topic_id": topic_id_of(topic)} if version >= 10 else {"name": topic}
    return OffsetCommitRequest(
        group_id=fields.pop("group_id", "g"),
        topics=[
            OffsetCommitRequestTopic(
                partitions=[
                    OffsetCommitRequestPartition(
                        partition_index=index,
                        committed_offset=offset,
                        committed_leader_epoch=7 if version >= 6 else -1,
                        committed_metadata=metadata,
                    )
                    for index, offset in offsets
                ],
                **name,
            )
        ],
        **fields,
    )


def codes(answer):
    """Return error codes by partition."""
    return {p.partition_index: p.error_code for topic in answer.topics for p in topic.partitions}


@pytest.mark.parametrize("version", offset_commit.VERSIONS)
def test_offsets_are_stored_in_every_version(group_world, version):
    """With leader epoch, metadata and topic id as far as the version has them."""
    answer = group_world.client().ask(request((0, 5), (1, 6), version=version), version)
    assert codes(answer) == {0: 0, 1: 0}
    assert answer.topics[0].topic_id == (topic_id_of("t") if version >= 10 else bytes(16))
    stored = group_world.shard.offsets.of("g").committed[spot_of("t", 1)]
    committed = read_offset_value(stored)
    assert (committed.offset, committed.metadata) == (6, "text")
    assert committed.leader_epoch == (7 if version >= 6 else -1)
    assert committed.topic_id == (topic_id_of("t") if version >= 10 else bytes(16))
    assert committed.commit_timestamp_ms == group_world.clock.wall_ms()


def test_partitions_that_do_not_exist_are_refused_alone(group_world):
    """UNKNOWN_TOPIC_OR_PARTITION for them; the others are stored."""
    asked = request((0, 5), (8, 6), (-1, 7))
    asked.topics.append(request((0, 1), topic="missing").topics[0])
    answer = group_world.client().ask(asked, 9)
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert [(topic.name, codes_of(topic)) for topic in answer.topics] == [
        ("t", {0: 0, 8: unknown, -1: unknown}),
        ("missing", {0: unknown}),
    ]
    assert group_world.fetch() == {("t", 0): 5}


def codes_of(topic):
    """Return error codes of a topic by partition."""
    return {one.partition_index: one.error_code for one in topic.partitions}


def test_nothing_known_asks_nobody(group_world):
    """A request without any existing partition is answered without the coordinator."""
    group_world.groups.runtime.unload(0)
    answer = group_world.client().ask(request((0, 1), topic="missing"), 9)
    assert codes(answer) == {0: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}


def test_an_unknown_topic_id(group_world):
    """UNKNOWN_TOPIC_ID, under the id that was asked for."""
    answer = group_world.client().ask(request((0, 1), topic="missing", version=10), 10)
    assert answer.topics[0].topic_id == topic_id_of("missing")
    assert codes(answer) == {0: ErrorCode.UNKNOWN_TOPIC_ID}


def test_too_much_metadata(group_world):
    """OFFSET_METADATA_TOO_LARGE, and the offset is not stored."""
    client = group_world.client()
    assert codes(client.ask(request((0, 1), metadata="m" * 4096), 9)) == {0: 0}
    answer = client.ask(request((0, 2), metadata="m" * 4097), 9)
    assert codes(answer) == {0: ErrorCode.OFFSET_METADATA_TOO_LARGE}
    assert group_world.fetch() == {("t", 0): 1}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, ErrorCode.UNKNOWN_MEMBER_ID),
        (
            {"member_id": "nobody", "generation_id_or_member_epoch": 1},
            ErrorCode.UNKNOWN_MEMBER_ID,
        ),
        ({"member_id": "i-1", "generation_id_or_member_epoch": 0}, ErrorCode.ILLEGAL_GENERATION),
        (
            {
                "member_id": "old",
                "group_instance_id": "i",
                "generation_id_or_member_epoch": 1,
            },
            ErrorCode.FENCED_INSTANCE_ID,
        ),
        (
            {"member_id": "i-1", "generation_id_or_member_epoch": 1},
            ErrorCode.REBALANCE_IN_PROGRESS,
        ),
        ({"group_id": "other", "generation_id_or_member_epoch": 1}, ErrorCode.GROUP_ID_NOT_FOUND),
    ],
)
def test_bug_32_who_may_not_commit(group_world, fields, code):
    """Bug 32: stale generation, unknown or fenced member: Kafka's codes for every partition."""
    group_world.join(instance="i")
    group_world.pass_time(DELAY_MS)
    answer = group_world.client().ask(request((0, 1), (1, 1), **fields), 9)
    assert codes(answer) == {0: code, 1: code}
    assert group_world.fetch() == {}


def test_old_versions_know_no_missing_group(group_world):
    """ILLEGAL_GENERATION before version 9 where newer ones have GROUP_ID_NOT_FOUND."""
    answer = group_world.client().ask(request((0, 1), generation_id_or_member_epoch=1), 8)
    assert codes(answer) == {0: ErrorCode.ILLEGAL_GENERATION}


def test_what_the_runtime_refuses(group_world):
    """COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR and loading, for every partition."""
    client = group_world.client()
    group_world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert codes(client.ask(request((0, 1)), 9)) == {0: ErrorCode.COORDINATOR_NOT_AVAILABLE}
    group_world.groups.runtime.unload(0)
    assert codes(client.ask(request((0, 1)), 9)) == {0: ErrorCode.NOT_COORDINATOR}
    group_world.begin_load()
    answer = client.ask(request((0, 1), (9, 1)), 9)
    assert codes(answer) == {
        0: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        9: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }
