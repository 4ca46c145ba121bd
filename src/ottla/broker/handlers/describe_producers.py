# SPDX-License-Identifier: Apache-2.0
"""DescribeProducers (key 61): the producers that a partition remembers (KIP-664).

Version 0. Answers UNKNOWN_TOPIC_OR_PARTITION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    PartitionResponse,
    ProducerState,
    TopicResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(1)
REQUEST = DescribeProducersRequest


def handle(request: DescribeProducersRequest, context: RequestContext) -> DescribeProducersResponse:
    """List the producers of each partition that is named."""
    return DescribeProducersResponse(
        topics=[
            TopicResponse(
                name=topic.name,
                partitions=[
                    _answer(context, topic.name, index) for index in topic.partition_indexes
                ],
            )
            for topic in request.topics
        ]
    )


def _answer(context: RequestContext, topic: str, index: int) -> PartitionResponse:
    partition = context.services.replicas.get(topic, index)
    if partition is None:
        return PartitionResponse(
            partition_index=index,
            error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            error_message=f"{topic}-{index} has no replica on this broker",
            active_producers=[],
        )
    return PartitionResponse(
        partition_index=index,
        active_producers=[
            ProducerState(
                producer_id=producer_id,
                producer_epoch=producer.producer_epoch,
                last_sequence=producer.last_sequence,
                last_timestamp=producer.last_timestamp_ms,
                coordinator_epoch=producer.coordinator_epoch,
                current_txn_start_offset=producer.transaction_first_offset,
            )
            for producer_id, producer in partition.log.producer_state.entries.items()
        ],
    )
