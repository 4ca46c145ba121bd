# SPDX-License-Identifier: Apache-2.0
"""A cluster's questions read as meant in a foreign decoder, and its answers are read right."""

import datetime as dt

import pytest
from benchmarks.cluster_metadata import (
    PartitionState,
    create_topics,
    creation_errors,
    describe_quorum,
    metadata,
    quorum_leader,
    read_metadata,
)
from kio.schema.create_topics.v4 import response as create_v4
from kio.schema.create_topics.v4.request import CreateTopicsRequest
from kio.schema.describe_quorum.v0 import response as quorum_v0
from kio.schema.describe_quorum.v0.request import DescribeQuorumRequest
from kio.schema.errors import ErrorCode
from kio.schema.metadata.v7 import response as metadata_v7
from kio.schema.metadata.v7.request import MetadataRequest
from kio.schema.types import BrokerId, TopicName
from tests.benchmarks.kio_frames import answered, read

NO_TIME = dt.timedelta(0)


@pytest.mark.parametrize(("topics", "names"), [(None, None), ([], ()), (["a", "b"], ("a", "b"))])
def test_metadata_is_asked_of_all_topics_none_or_some(topics, names) -> None:
    """And creates nothing by being asked."""
    request = read(MetadataRequest, metadata(topics))
    found = None if request.topics is None else tuple(topic.name for topic in request.topics)
    assert (found, request.allow_auto_topic_creation) == (names, False)


def test_leaders_epochs_and_in_sync_sets_are_read() -> None:
    """With the brokers' addresses and the controller."""
    answer = metadata_v7.MetadataResponse(
        throttle_time=NO_TIME,
        brokers=(
            metadata_v7.MetadataResponseBroker(node_id=BrokerId(1), host="h", port=9, rack="r"),
            metadata_v7.MetadataResponseBroker(node_id=BrokerId(2), host="i", port=8, rack=None),
        ),
        cluster_id="c",
        controller_id=BrokerId(2),
        topics=(
            metadata_v7.MetadataResponseTopic(
                error_code=ErrorCode.none,
                name=TopicName("t"),
                is_internal=False,
                partitions=(
                    metadata_v7.MetadataResponsePartition(
                        error_code=ErrorCode.leader_not_available,
                        partition_index=3,
                        leader_id=BrokerId(1),
                        leader_epoch=7,
                        replica_nodes=(BrokerId(1), BrokerId(2)),
                        isr_nodes=(BrokerId(2),),
                        offline_replicas=(BrokerId(1),),
                    ),
                ),
            ),
        ),
    )
    found = read_metadata(answered(answer))
    assert found.brokers == {1: ("h", 9), 2: ("i", 8)}
    assert found.controller == 2
    assert found.partitions == {("t", 3): PartitionState(5, 1, 7, (2,))}


def test_topics_are_created_with_replicas_and_their_errors_are_read() -> None:
    """Three replicas, two of them in sync, unless something else is asked for."""
    topic, other = read(CreateTopicsRequest, create_topics([("t", 6), ("u", 1)])).topics
    assert (topic.name, topic.num_partitions, topic.replication_factor) == ("t", 6, 3)
    assert {entry.name: entry.value for entry in other.configs}["min.insync.replicas"] == "2"
    answer = create_v4.CreateTopicsResponse(
        throttle_time=NO_TIME,
        topics=(
            create_v4.CreatableTopicResult(
                name=TopicName("t"), error_code=ErrorCode.none, error_message=None
            ),
            create_v4.CreatableTopicResult(
                name=TopicName("u"), error_code=ErrorCode.not_controller, error_message="later"
            ),
        ),
    )
    assert creation_errors(answered(answer)) == {"t": 0, "u": 41}


@pytest.mark.parametrize(("error", "leader"), [(ErrorCode.none, 3), (ErrorCode(6), -1)])
def test_the_quorum_says_who_decides(error, leader) -> None:
    """Unless there is an error."""
    (topic,) = read(DescribeQuorumRequest, describe_quorum()).topics
    assert topic.topic_name == "__cluster_metadata"
    assert [partition.partition_index for partition in topic.partitions] == [0]
    answer = quorum_v0.DescribeQuorumResponse(
        error_code=ErrorCode.none,
        topics=(
            quorum_v0.TopicData(
                topic_name=TopicName("__cluster_metadata"),
                partitions=(
                    quorum_v0.PartitionData(
                        partition_index=0,
                        error_code=error,
                        leader_id=BrokerId(3),
                        leader_epoch=1,
                        high_watermark=9,
                        current_voters=(),
                        observers=(),
                    ),
                ),
            ),
        ),
    )
    assert quorum_leader(answered(answer)) == leader
