# SPDX-License-Identifier: Apache-2.0
"""Calls about single brokers."""

from __future__ import annotations

import pytest

from ottla.client.brokers import Decider, describe_decider, unregister_broker
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import describe_quorum as quorum
from ottla.protocol.messages import unregister_broker as unregister


def test_decider(ask, serve):
    """Controller, epoch, end of the metadata log, and the controller's own clock."""
    serve(
        quorum.DescribeQuorumRequest,
        quorum.DescribeQuorumResponse(
            error_message=None,
            topics=[
                quorum.DescribeQuorumResponseTopicData(
                    topic_name="__cluster_metadata",
                    partitions=[
                        quorum.DescribeQuorumResponsePartitionData(
                            error_message=None,
                            leader_id=2,
                            leader_epoch=4,
                            high_watermark=99,
                            current_voters=[
                                quorum.ReplicaState(replica_id=1, last_caught_up_timestamp=5_000),
                                quorum.ReplicaState(replica_id=2, last_caught_up_timestamp=6_000),
                            ],
                        )
                    ],
                )
            ],
        ),
    )
    assert ask(describe_decider) == Decider(2, 4, 99, 6_000)


def test_brokers_that_do_not_tell_who_decides(ask):
    """Kafka with ZooKeeper knows no such request."""
    assert ask(describe_decider) is None


def test_unregister(fake, ask, serve):
    """A refusal carries the cluster's words."""
    serve(
        unregister.UnregisterBrokerRequest,
        unregister.UnregisterBrokerResponse(error_message=None),
        unregister.UnregisterBrokerResponse(
            error_code=ErrorCode.BROKER_ID_NOT_REGISTERED, error_message="broker 7 is unknown"
        ),
    )
    ask(unregister_broker, 3)
    assert fake.requests(unregister.UnregisterBrokerRequest)[0].broker_id == 3
    with pytest.raises(ApiError, match="broker 7 is unknown"):
        ask(unregister_broker, 7)
