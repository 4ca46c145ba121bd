# SPDX-License-Identifier: Apache-2.0
"""OffsetForLeaderEpoch (key 23): where the log of a leader epoch ends (KIP-101, KIP-320).

Versions 2-4: v3 replica_id · v4 flexible. Consumers ask it to notice that a log was truncated.
Answers UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR,
FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages.offset_for_leader_epoch import (
    EpochEndOffset,
    OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderPartition,
    OffsetForLeaderTopicResult,
)
from ottla.replication.divergence import end_offset_for_epoch

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(2, 5)
REQUEST = OffsetForLeaderEpochRequest


def handle(
    request: OffsetForLeaderEpochRequest, context: RequestContext
) -> OffsetForLeaderEpochResponse:
    """Look each partition's epoch up."""
    return OffsetForLeaderEpochResponse(
        topics=[
            OffsetForLeaderTopicResult(
                topic=topic.topic,
                partitions=[_answer(context, topic.topic, asked) for asked in topic.partitions],
            )
            for topic in request.topics
        ]
    )


def _answer(context: RequestContext, topic: str, asked: OffsetForLeaderPartition) -> EpochEndOffset:
    result = EpochEndOffset(partition=asked.partition, leader_epoch=-1, end_offset=-1)
    partition = context.services.replicas.get(topic, asked.partition)
    if partition is None:
        result.error_code = context.services.replicas.refusal(topic, asked.partition)
        return result
    code = partition.fence(asked.current_leader_epoch)
    if code:
        result.error_code = code
        return result
    result.leader_epoch, result.end_offset = end_offset_for_epoch(partition, asked.leader_epoch)
    return result
