# SPDX-License-Identifier: Apache-2.0
"""Claims about DescribeQuorum."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.describe_quorum import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import RegisterBrokerRecord
from ottla.protocol.messages.describe_quorum import (
    DescribeQuorumRequest,
    DescribeQuorumRequestPartitionData,
    DescribeQuorumRequestTopicData,
)


def asked(topic, partition=0):
    """Return a request about one partition."""
    return DescribeQuorumRequest(
        topics=[
            DescribeQuorumRequestTopicData(
                topic_name=topic,
                partitions=[DescribeQuorumRequestPartitionData(partition_index=partition)],
            )
        ]
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_controller_is_the_voter_and_others_observe(admin, version):
    """Epoch and end are those of the metadata log."""
    admin.apply(RegisterBrokerRecord(broker_id=2, fenced=True))
    response = admin.ask(asked("__cluster_metadata"), version)
    (found,) = response.topics[0].partitions
    assert (response.error_code, found.error_code) == (0, 0)
    assert (found.leader_id, found.leader_epoch) == (1, admin.image.controller_epoch)
    assert found.high_watermark == admin.image.next_offset
    assert [voter.replica_id for voter in found.current_voters] == [1]
    assert [observer.replica_id for observer in found.observers] == [2]


@pytest.mark.parametrize(("topic", "partition"), [("orders", 0), ("__cluster_metadata", 1)])
def test_nothing_else_has_a_quorum(admin, topic, partition):
    """Other logs are unknown here."""
    (found,) = admin.ask(asked(topic, partition), 2).topics[0].partitions
    assert found.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
