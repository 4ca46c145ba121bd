# SPDX-License-Identifier: Apache-2.0
"""DescribeTopicPartitions (key 75): partitions of topics, page by page.

Version 0, flexible. Topics come sorted by name; no names mean all topics. A page holds
as many partitions as the request and max.request.partition.size.limit allow, and the cursor says
where the next one begins.
Answers UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION; INVALID_REQUEST for a bad cursor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.broker.authorized_operations import TOPIC_OPERATIONS
from ottla.controller.topic_names import INTERNAL_TOPICS, name_fault
from ottla.metadata.image import NO_LEADER
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_topic_partitions import (
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponseCursor,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from ottla.broker.context import RequestContext
    from ottla.metadata.image import PartitionImage, TopicImage

VERSIONS = range(1)
REQUEST = DescribeTopicPartitionsRequest


def handle(
    request: DescribeTopicPartitionsRequest, context: RequestContext
) -> DescribeTopicPartitionsResponse:
    """Return one page."""
    image = context.services.image
    live = {broker.broker_id for broker in image.live_brokers()}
    first_topic, first_partition = "", 0
    if request.cursor is not None:
        first_topic, first_partition = request.cursor.topic_name, request.cursor.partition_index
    if first_partition < 0:
        return _refuse(request)
    asked = {topic.name for topic in request.topics} or set(image.topics_by_name)
    room = max(
        1,
        min(
            request.response_partition_limit,
            context.services.config.max_request_partition_size_limit,
        ),
    )
    response = DescribeTopicPartitionsResponse()
    for name in sorted(name for name in asked if name >= first_topic):
        topic = image.topics_by_name.get(name)
        if topic is None:
            response.topics.append(_unknown(name))
            continue
        begin = first_partition if name == first_topic else 0
        if room == 0:
            response.next_cursor = DescribeTopicPartitionsResponseCursor(
                topic_name=name, partition_index=begin
            )
            break
        end = min(len(topic.partitions), begin + room)
        response.topics.append(_describe(topic, begin, end, live))
        room -= max(0, end - begin)
        if end < len(topic.partitions):
            response.next_cursor = DescribeTopicPartitionsResponseCursor(
                topic_name=name, partition_index=end
            )
            break
    return response


def _refuse(request: DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse:
    """Answer a bad cursor; the response has no error of its own, so every topic gets it."""
    return DescribeTopicPartitionsResponse(
        topics=[
            DescribeTopicPartitionsResponseTopic(
                error_code=ErrorCode.INVALID_REQUEST, name=topic.name
            )
            for topic in request.topics
        ]
    )


def _unknown(name: str) -> DescribeTopicPartitionsResponseTopic:
    code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if name_fault(name) is not None:
        code = ErrorCode.INVALID_TOPIC_EXCEPTION
    return DescribeTopicPartitionsResponseTopic(
        error_code=code, name=name, is_internal=name in INTERNAL_TOPICS
    )


def _describe(
    topic: TopicImage, begin: int, end: int, live: Collection[int]
) -> DescribeTopicPartitionsResponseTopic:
    return DescribeTopicPartitionsResponseTopic(
        name=topic.name,
        topic_id=topic.topic_id,
        is_internal=topic.name in INTERNAL_TOPICS,
        partitions=[_partition(partition, live) for partition in topic.partitions[begin:end]],
        topic_authorized_operations=TOPIC_OPERATIONS,
    )


def _partition(
    partition: PartitionImage, live: Collection[int]
) -> DescribeTopicPartitionsResponsePartition:
    is_led = partition.leader in live
    return DescribeTopicPartitionsResponsePartition(
        error_code=ErrorCode.NONE if is_led else ErrorCode.LEADER_NOT_AVAILABLE,
        partition_index=partition.partition_id,
        leader_id=partition.leader if is_led else NO_LEADER,
        leader_epoch=partition.leader_epoch,
        replica_nodes=partition.replicas,
        isr_nodes=partition.isr,
        eligible_leader_replicas=partition.eligible_leader_replicas,
        last_known_elr=partition.last_known_elr,
        offline_replicas=[b for b in partition.replicas if b not in live],
    )
