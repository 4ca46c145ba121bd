# SPDX-License-Identifier: Apache-2.0
"""DescribeQuorum (key 55): who decides, in which epoch, and where the metadata log ends.

Versions 0-2, all flexible: v1 times of fetches; v2 directories, and addresses of controllers.
There is no quorum of brokers here: the engine keeps the log. So the controller is shown as the one
voter and every other broker as an observer; how far observers are, the controller is not told.
Answers UNKNOWN_TOPIC_OR_PARTITION for anything but the metadata log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.metadata.local_log import TOPIC
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_quorum import (
    DescribeQuorumRequest,
    DescribeQuorumResponse,
    DescribeQuorumResponsePartitionData,
    DescribeQuorumResponseTopicData,
    ReplicaState,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(3)
REQUEST = DescribeQuorumRequest


def handle(request: DescribeQuorumRequest, context: RequestContext) -> DescribeQuorumResponse:
    """Describe the metadata log as this broker has applied it."""
    response = DescribeQuorumResponse(error_message=None)
    for topic in request.topics:
        answers = DescribeQuorumResponseTopicData(topic_name=topic.topic_name)
        response.topics.append(answers)
        for wanted in topic.partitions:
            if (topic.topic_name, wanted.partition_index) == (TOPIC, 0):
                answers.partitions.append(_described(context))
            else:
                answers.partitions.append(
                    DescribeQuorumResponsePartitionData(
                        partition_index=wanted.partition_index,
                        error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        error_message="only the metadata log is kept like this",
                    )
                )
    return response


def _described(context: RequestContext) -> DescribeQuorumResponsePartitionData:
    image = context.services.image
    controller_id = context.services.controller.controller_id
    described = DescribeQuorumResponsePartitionData(
        partition_index=0,
        error_message=None,
        leader_id=controller_id,
        leader_epoch=image.controller_epoch,
        high_watermark=image.next_offset,
    )
    for broker_id in sorted(image.brokers):
        if broker_id == controller_id:
            end = ReplicaState(replica_id=broker_id, log_end_offset=image.next_offset)
            described.current_voters.append(end)
        else:
            described.observers.append(ReplicaState(replica_id=broker_id, log_end_offset=-1))
    return described
