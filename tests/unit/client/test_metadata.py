# SPDX-License-Identifier: Apache-2.0
"""The snapshot of a cluster."""

from __future__ import annotations

import pytest

from ottla.client.metadata import ClusterMetadata, PartitionMetadata, TopicMetadata
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.metadata import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)


def response():
    """Return an answer with one topic whose partitions come in disorder."""
    return MetadataResponse(
        cluster_id="c",
        controller_id=1,
        brokers=[MetadataResponseBroker(node_id=1, host="h", port=9, rack="r")],
        topics=[
            MetadataResponseTopic(
                name="t",
                partitions=[
                    MetadataResponsePartition(partition_index=number, leader_id=1, leader_epoch=2)
                    for number in (1, 0)
                ],
            )
        ],
    )


@pytest.mark.parametrize("version", [0, 5, 9, 13])
def test_reads_answers_of_all_versions(version):
    """Partitions are in order; what an old version lacks has its default."""
    answer = response()
    if version == 0:
        answer.cluster_id = None
    decoded = MetadataResponse.decode(answer.encode(version), version)
    metadata = ClusterMetadata.from_response(decoded)
    assert [p.partition for p in metadata.topics["t"].partitions] == [0, 1]
    assert str(metadata.brokers[1].address) == "h:9"
    assert metadata.topics["t"].is_led


def test_merge_prefers_what_is_newer():
    """Topics that were asked for are replaced, others kept; brokers are always the newest."""
    old = ClusterMetadata("c", 1, {}, {"a": TopicMetadata("a"), "b": TopicMetadata("b")})
    new = ClusterMetadata(
        "c", 2, {}, {"b": TopicMetadata("b", error=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)}
    )
    merged = old.merged(new)
    assert merged.controller_id == 2
    assert set(merged.topics) == {"a", "b"}
    assert merged.topics["b"].error is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_is_led():
    """A topic is led when it has partitions and each has a leader."""
    assert not TopicMetadata("t").is_led
    assert not TopicMetadata("t", partitions=(PartitionMetadata(0, -1, 0),)).is_led
