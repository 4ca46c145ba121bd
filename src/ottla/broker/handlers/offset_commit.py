# SPDX-License-Identifier: Apache-2.0
"""OffsetCommit (key 8): store how far a group has read.

Versions 2-10: v2-v4 retention time · v6 leader epoch · v7 group_instance_id (KIP-345) · v8
flexible · v9 member epochs (KIP-848) · v10 topic ids instead of names (KIP-848).
Answers by partition: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, OFFSET_METADATA_TOO_LARGE; and
with the same code for all: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
COORDINATOR_NOT_AVAILABLE, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION,
REBALANCE_IN_PROGRESS, GROUP_ID_NOT_FOUND (from v9; ILLEGAL_GENERATION before), STALE_MEMBER_EPOCH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending, outcome_of
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.metadata.image import ClusterImage

VERSIONS = range(2, 11)
REQUEST = OffsetCommitRequest

TOPIC_IDS_FROM = 10


def handle(request: OffsetCommitRequest, context: RequestContext) -> Pending[OffsetCommitResponse]:
    """Commit offsets of the partitions that exist."""
    version = context.header.api_version
    groups, moment = context.services.groups, context.moment
    unknown = _take_out_unknown(request, version, context.services.image)
    if not request.topics:
        return Pending.of(OffsetCommitResponse(topics=unknown))
    answer = outcome_of(lambda: groups.commit_offsets(request, version, moment)).otherwise(
        lambda error: _refused(request, error)
    )
    return answer.then(lambda committed: _with(committed, unknown)) if unknown else answer


def _take_out_unknown(
    request: OffsetCommitRequest, version: int, image: ClusterImage
) -> list[OffsetCommitResponseTopic]:
    """Leave only partitions in the request that exist; return the answers of the others."""
    unknown: list[OffsetCommitResponseTopic] = []
    topics = []
    for topic in request.topics:
        if version >= TOPIC_IDS_FROM:
            found = image.topics_by_id.get(topic.topic_id)
            if found is None:
                unknown.append(_all_with(topic, ErrorCode.UNKNOWN_TOPIC_ID))
                continue
            topic.name = found.name
        else:
            found = image.topics_by_name.get(topic.name)
        count = 0 if found is None else len(found.partitions)
        missing = [p for p in topic.partitions if not 0 <= p.partition_index < count]
        if missing:
            present = [p for p in topic.partitions if 0 <= p.partition_index < count]
            topic.partitions = missing
            unknown.append(_all_with(topic, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
            topic.partitions = present
        if topic.partitions:
            topics.append(topic)
    request.topics = topics
    return unknown


def _all_with(topic: OffsetCommitRequestTopic, code: ErrorCode) -> OffsetCommitResponseTopic:
    return OffsetCommitResponseTopic(
        name=topic.name,
        topic_id=topic.topic_id,
        partitions=[
            OffsetCommitResponsePartition(partition_index=one.partition_index, error_code=code)
            for one in topic.partitions
        ],
    )


def _refused(request: OffsetCommitRequest, error: ApiError) -> OffsetCommitResponse:
    return OffsetCommitResponse(topics=[_all_with(topic, error.code) for topic in request.topics])


def _with(
    committed: OffsetCommitResponse, unknown: list[OffsetCommitResponseTopic]
) -> OffsetCommitResponse:
    """Return both in a new answer; a topic that is in both is named once."""
    by_topic: dict[tuple[str, bytes], OffsetCommitResponseTopic] = {}
    for topic in (*committed.topics, *unknown):
        known = by_topic.get((topic.name, topic.topic_id))
        by_topic[topic.name, topic.topic_id] = OffsetCommitResponseTopic(
            name=topic.name,
            topic_id=topic.topic_id,
            partitions=topic.partitions if known is None else known.partitions + topic.partitions,
        )
    return OffsetCommitResponse(topics=by_topic.values())
