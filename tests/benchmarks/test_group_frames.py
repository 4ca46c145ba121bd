# SPDX-License-Identifier: Apache-2.0
"""Requests of group members read as meant in a foreign decoder, and answers are read right."""

import datetime as dt
import struct
import uuid

import pytest
from kio.schema.consumer_group_heartbeat.v1 import response as reconcile_v1
from kio.schema.consumer_group_heartbeat.v1.request import ConsumerGroupHeartbeatRequest
from kio.schema.errors import ErrorCode
from kio.schema.find_coordinator.v1.request import FindCoordinatorRequest
from kio.schema.heartbeat.v3.request import HeartbeatRequest
from kio.schema.heartbeat.v3.response import HeartbeatResponse
from kio.schema.join_group.v5 import response as join_v5
from kio.schema.join_group.v5.request import JoinGroupRequest
from kio.schema.leave_group.v1.request import LeaveGroupRequest
from kio.schema.offset_commit.v7 import response as commit_v7
from kio.schema.offset_commit.v7.request import OffsetCommitRequest
from kio.schema.offset_fetch.v5 import response as fetch_v5
from kio.schema.offset_fetch.v5.request import OffsetFetchRequest
from kio.schema.sync_group.v3.request import SyncGroupRequest
from kio.schema.sync_group.v3.response import SyncGroupResponse
from kio.schema.types import GroupId, TopicName
from tests.benchmarks.kio_frames import answered, read

from benchmarks import group_frames

NO_TIME = dt.timedelta(0)


def test_coordinators_are_asked_for_by_key_and_kind() -> None:
    """FindCoordinator names the group or the transactional id."""
    request = read(
        FindCoordinatorRequest, group_frames.find_coordinator("t", group_frames.TRANSACTION)
    )
    assert (request.key, request.key_type) == ("t", 1)


def test_joining_says_what_is_subscribed_and_owned() -> None:
    """JoinGroup carries a cooperative subscription from which the owned partitions come back."""
    request = read(JoinGroupRequest, group_frames.join_group("g", "m", ["t", "u"], [3, 1]))
    assert (request.group_id, request.member_id, request.protocol_type) == ("g", "m", "consumer")
    (protocol,) = request.protocols
    assert protocol.name == "cooperative-sticky"
    assert group_frames.owned_in(protocol.metadata) == [3, 1]
    assert group_frames.owned_in(group_frames.subscription(["t"], [])) == []


def test_the_leader_reads_what_each_member_owns() -> None:
    """JoinGroup's answer gives generation, leader, member id and the members' metadata."""
    answer = answered(
        join_v5.JoinGroupResponse(
            throttle_time=NO_TIME,
            error_code=ErrorCode.none,
            generation_id=7,
            protocol_name="cooperative-sticky",
            leader="a",
            member_id="b",
            members=tuple(
                join_v5.JoinGroupResponseMember(
                    member_id=name,
                    group_instance_id=None,
                    metadata=group_frames.subscription(["t"], owned),
                )
                for name, owned in (("a", [0, 1]), ("b", []))
            ),
        )
    )
    joined = group_frames.joined(answer)
    assert joined == (0, 7, "a", "b", {"a": [0, 1], "b": []})


def test_assignments_come_back_as_they_went_in() -> None:
    """SyncGroup sends the leader's assignments; its answer gives the member's own."""
    assigned = group_frames.assignment("t", [4, 5])
    request = read(SyncGroupRequest, group_frames.sync_group("g", 3, "m", {"m": assigned}))
    assert (request.generation_id, request.assignments[0].assignment) == (3, assigned)
    answer = answered(
        SyncGroupResponse(throttle_time=NO_TIME, error_code=ErrorCode.none, assignment=assigned)
    )
    assert group_frames.synced(answer) == (0, [4, 5])
    assert group_frames.partitions_in(group_frames.assignment("t", [])) == []


def test_heartbeats_and_leaving_name_the_member() -> None:
    """Heartbeat and LeaveGroup decode to what was meant, their error is found."""
    request = read(HeartbeatRequest, group_frames.heartbeat("g", 9, "m"))
    assert (request.group_id, request.generation_id, request.member_id) == ("g", 9, "m")
    assert read(LeaveGroupRequest, group_frames.leave_group("g", "m")).member_id == "m"
    answer = answered(
        HeartbeatResponse(throttle_time=NO_TIME, error_code=ErrorCode.rebalance_in_progress)
    )
    assert group_frames.error_after_throttle(answer) == group_frames.REBALANCE_IN_PROGRESS


def test_commits_name_every_partition() -> None:
    """OffsetCommit carries generation, member and offsets."""
    request = read(
        OffsetCommitRequest, group_frames.offset_commit("g", -1, "", "t", [(0, 5), (2, 6)])
    )
    assert (request.group_id, request.generation_id_or_member_epoch) == ("g", -1)
    (topic,) = request.topics
    found = [(part.partition_index, part.committed_offset) for part in topic.partitions]
    assert found == [(0, 5), (2, 6)]


@pytest.mark.parametrize("count", [1, 10])
def test_commit_answers_have_the_layout_that_is_checked(count: int) -> None:
    """Each partition's error code is at its computed place, the size is the computed one."""
    partitions = tuple(
        commit_v7.OffsetCommitResponsePartition(
            partition_index=index, error_code=ErrorCode.illegal_generation
        )
        for index in range(count)
    )
    topic = commit_v7.OffsetCommitResponseTopic(name=TopicName("t"), partitions=partitions)
    answer = answered(commit_v7.OffsetCommitResponse(throttle_time=NO_TIME, topics=(topic,)))
    framed = struct.pack(">i", len(answer)) + answer
    layout = group_frames.offset_commit_answer_layout("t", count)
    assert len(framed) == layout.size
    for entry in range(layout.entry_count):
        at = layout.error_at + entry * layout.entry_stride
        assert struct.unpack_from(">h", framed, at)[0] == 22


def test_committed_offsets_are_read_with_their_errors() -> None:
    """OffsetFetch asks for partitions; the first error in the answer counts."""
    request = read(OffsetFetchRequest, group_frames.offset_fetch("g", "t", [1, 2]))
    assert (request.topics or ())[0].partition_indexes == (1, 2)

    def answer(error: ErrorCode, partition_error: ErrorCode) -> bytes:
        partition = fetch_v5.OffsetFetchResponsePartition(
            partition_index=1,
            committed_offset=77,
            committed_leader_epoch=-1,
            metadata="",
            error_code=partition_error,
        )
        topic = fetch_v5.OffsetFetchResponseTopic(name=TopicName("t"), partitions=(partition,))
        return answered(
            fetch_v5.OffsetFetchResponse(throttle_time=NO_TIME, topics=(topic,), error_code=error)
        )

    none, loading = ErrorCode.none, ErrorCode.coordinator_load_in_progress
    assert group_frames.fetched_offsets(answer(none, none)) == (0, {1: 77})
    assert group_frames.fetched_offsets(answer(loading, none))[0] == 14
    assert group_frames.fetched_offsets(answer(none, loading))[0] == 14


def test_members_of_the_consumer_protocol_say_only_what_is_new() -> None:
    """All of it when joining, owned partitions when acknowledging, otherwise nothing."""
    topic_id = uuid.UUID(int=5)
    joining = read(
        ConsumerGroupHeartbeatRequest,
        group_frames.consumer_group_heartbeat("g", "m", 0, topics=["t"], owned={}),
    )
    assert (joining.group_id, joining.member_id, joining.member_epoch) == (GroupId("g"), "m", 0)
    assert (joining.subscribed_topic_names, joining.topic_partitions) == (("t",), ())
    assert joining.rebalance_timeout == dt.timedelta(milliseconds=300_000)
    acknowledging = read(
        ConsumerGroupHeartbeatRequest,
        group_frames.consumer_group_heartbeat("g", "m", 4, owned={topic_id.bytes: [1, 2]}),
    )
    (owned,) = acknowledging.topic_partitions or ()
    assert (owned.topic_id, owned.partitions) == (topic_id, (1, 2))
    usual = read(ConsumerGroupHeartbeatRequest, group_frames.consumer_group_heartbeat("g", "m", 4))
    assert (usual.subscribed_topic_names, usual.topic_partitions) == (None, None)


@pytest.mark.parametrize("partitions", [None, (), (1, 2)])
def test_the_broker_assigns_or_says_nothing_new(partitions: tuple[int, ...] | None) -> None:
    """No assignment is not the same as an empty one."""
    topic_id = uuid.UUID(int=5)
    assignment = None
    if partitions is not None:
        topic = reconcile_v1.TopicPartitions(topic_id=topic_id, partitions=partitions)
        assignment = reconcile_v1.Assignment(topic_partitions=(topic,) if partitions else ())
    answer = answered(
        reconcile_v1.ConsumerGroupHeartbeatResponse(
            throttle_time=NO_TIME,
            error_code=ErrorCode.none,
            error_message=None,
            member_id="m",
            member_epoch=3,
            heartbeat_interval=dt.timedelta(seconds=5),
            assignment=assignment,
        )
    )
    found = group_frames.reconciled(answer)
    wanted = {topic_id.bytes: [1, 2]} if partitions else {}
    assert found == (0, 3, 5000, None if partitions is None else wanted)


@pytest.mark.parametrize(
    ("group", "partition"),
    # By Java: Math.abs("...".hashCode()) % 50; the last one's hash is the smallest integer.
    [("", 0), ("a", 47), ("group", 47), ("foobar", 13), ("polygenelubricants", 0)],
)
def test_groups_fall_into_the_partitions_of_javas_hash(group: str, partition: int) -> None:
    """The same arithmetic as Kafka's, negative hashes and all."""
    assert group_frames.offsets_partition(group) == partition
