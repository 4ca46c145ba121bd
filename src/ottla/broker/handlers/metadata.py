# SPDX-License-Identifier: Apache-2.0
"""Metadata (key 3): brokers, topics, and who leads which partition.

Versions 0-13: v1 null means all topics, rack and controller id, internal flag; v2 cluster id;
v4 allow_auto_topic_creation; v5 offline replicas; v7 leader epoch; v8 authorised operations;
v9 flexible; v10 topic ids; v11 drops the cluster's operations; v12 topics by id; v13 error code.
A topic that is missing is created when the client allows it and auto.create.topics.enable says
so; the answer then names it at once, there is no second round trip.
Answers UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_TOPIC_EXCEPTION, INVALID_REQUEST,
LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND, and what creating the topic refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.ids import ZERO_UUID
from ottla.broker.advertised import address_of
from ottla.broker.authorized_operations import CLUSTER_OPERATIONS, NOT_ASKED, TOPIC_OPERATIONS
from ottla.controller.topic_names import CLUSTER_METADATA, INTERNAL_TOPICS, name_fault
from ottla.metadata.image import NO_LEADER
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.metadata import (
    MetadataRequest,
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from ottla.broker.context import RequestContext
    from ottla.metadata.image import ClusterImage, PartitionImage, TopicImage
    from ottla.protocol.messages.metadata import MetadataRequestTopic

VERSIONS = range(14)
REQUEST = MetadataRequest

_FIRST_VERSION_BY_ID = 12


def handle(
    request: MetadataRequest, context: RequestContext
) -> MetadataResponse | Awaitable[MetadataResponse]:
    """Answer at once, or after missing topics were created."""
    missing = _missing_topics(request, context)
    if missing:
        return _create_and_answer(request, context, missing)
    return _answer(request, context, {})


def _missing_topics(request: MetadataRequest, context: RequestContext) -> list[str]:
    """Return the names that are to be created."""
    if not (request.topics and request.allow_auto_topic_creation):
        return []
    if not context.services.config.auto_create_topics_enable:
        return []
    known = context.services.image.topics_by_name
    return [
        topic.name
        for topic in request.topics
        if topic.name is not None
        and topic.topic_id == ZERO_UUID
        and topic.name not in known
        and topic.name != CLUSTER_METADATA
        and name_fault(topic.name) is None
    ]


async def _create_and_answer(
    request: MetadataRequest, context: RequestContext, names: list[str]
) -> MetadataResponse:
    try:
        results = await context.services.controller.create_automatic_topics(names)
    except ApiError as error:
        return _answer(request, context, dict.fromkeys(names, error.code))
    refusals = {result.name: result.error_code for result in results if result.error_code}
    return _answer(request, context, refusals)


def _answer(
    request: MetadataRequest, context: RequestContext, refusals: Mapping[str, int]
) -> MetadataResponse:
    image = context.services.image
    version = context.header.api_version
    listeners = _Listeners(image, context)
    wants_operations = request.include_topic_authorized_operations
    operations = TOPIC_OPERATIONS if wants_operations else NOT_ASKED
    response = MetadataResponse(
        brokers=listeners.brokers,
        cluster_id=image.cluster_id,
        controller_id=context.services.controller.controller_id,
    )
    if request.include_cluster_authorized_operations:
        response.cluster_authorized_operations = CLUSTER_OPERATIONS
    if request.topics is None or (version == 0 and not request.topics):
        response.topics = [
            _describe(topic, operations, listeners) for topic in image.topics_by_name.values()
        ]
        return response
    asked = {(topic.name, topic.topic_id): topic for topic in request.topics}
    for topic in asked.values():
        found = _look_up(topic, image, version, refusals)
        if isinstance(found, MetadataResponseTopic):
            response.topics.append(found)
        else:
            response.topics.append(_describe(found, operations, listeners))
    return response


def _look_up(
    asked: MetadataRequestTopic,
    image: ClusterImage,
    version: int,
    refusals: Mapping[str, int],
) -> TopicImage | MetadataResponseTopic:
    """Return the topic, or the entry that says why there is none."""
    name, topic_id = asked.name, asked.topic_id
    code: int
    if topic_id != ZERO_UUID:
        if version < _FIRST_VERSION_BY_ID or name is not None:
            code = ErrorCode.INVALID_REQUEST
        else:
            topic = image.topics_by_id.get(topic_id)
            if topic is not None:
                return topic
            code = ErrorCode.UNKNOWN_TOPIC_ID
        if version < _FIRST_VERSION_BY_ID:
            name = name or ""  # these versions have no null for it
        return MetadataResponseTopic(error_code=code, name=name, topic_id=topic_id)
    if name is None:
        return MetadataResponseTopic(error_code=ErrorCode.INVALID_REQUEST, name="")
    topic = image.topics_by_name.get(name)
    if topic is not None:
        return topic
    code = refusals.get(name, int(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
    if name_fault(name) is not None:
        code = ErrorCode.INVALID_TOPIC_EXCEPTION
    return MetadataResponseTopic(error_code=code, name=name, is_internal=name in INTERNAL_TOPICS)


class _Listeners:
    """The brokers that this client can reach, computed once for a response."""

    def __init__(self, image: ClusterImage, context: RequestContext) -> None:
        self.brokers = []
        self.reachable: set[int] = set()
        self.live: set[int] = set()
        for broker in image.live_brokers():
            self.live.add(broker.broker_id)
            address = address_of(broker, context)
            if address is None:
                continue
            self.reachable.add(broker.broker_id)
            self.brokers.append(
                MetadataResponseBroker(
                    node_id=broker.broker_id, host=address.host, port=address.port, rack=broker.rack
                )
            )


def _describe(topic: TopicImage, operations: int, listeners: _Listeners) -> MetadataResponseTopic:
    return MetadataResponseTopic(
        name=topic.name,
        topic_id=topic.topic_id,
        is_internal=topic.name in INTERNAL_TOPICS,
        partitions=[_partition(partition, listeners) for partition in topic.partitions],
        topic_authorized_operations=operations,
    )


def _partition(partition: PartitionImage, listeners: _Listeners) -> MetadataResponsePartition:
    code = ErrorCode.NONE
    leader = partition.leader
    if leader not in listeners.reachable:
        is_led = leader in listeners.live
        code = ErrorCode.LISTENER_NOT_FOUND if is_led else ErrorCode.LEADER_NOT_AVAILABLE
        leader = NO_LEADER
    return MetadataResponsePartition(
        error_code=code,
        partition_index=partition.partition_id,
        leader_id=leader,
        leader_epoch=partition.leader_epoch,
        replica_nodes=partition.replicas,
        isr_nodes=partition.isr,
        offline_replicas=[b for b in partition.replicas if b not in listeners.live],
    )
