# SPDX-License-Identifier: Apache-2.0
"""OffsetFetch (key 9): how far groups have read.

Versions 1-10: v2 all topics of a group, and an error for the whole request · v5 leader epoch · v6
flexible · v7 require_stable (KIP-447) · v8 many groups (KIP-709) · v9 member epochs (KIP-848) ·
v10 topic ids instead of names (KIP-848).
Answers by group, or for the one group of older versions: NOT_COORDINATOR,
COORDINATOR_LOAD_IN_PROGRESS (never "no offset" while loading), UNKNOWN_MEMBER_ID,
STALE_MEMBER_EPOCH; by partition: UNSTABLE_OFFSET_COMMIT, UNKNOWN_TOPIC_ID. A group that does not
exist has no offsets, which is no error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.metadata.image import ClusterImage

VERSIONS = range(1, 11)
REQUEST = OffsetFetchRequest

WHOLE_ERROR_FROM = 2
MANY_GROUPS_FROM = 8
TOPIC_IDS_FROM = 10

_NO_OFFSET = -1


def handle(request: OffsetFetchRequest, context: RequestContext) -> Pending[OffsetFetchResponse]:
    """Read committed offsets."""
    version = context.header.api_version
    if version < MANY_GROUPS_FROM:
        asked = _only_group(request)
        answer = _fetch(asked, context, require_stable=request.require_stable)
        return answer.then(lambda group: _of_one(group, asked, version))
    require_stable = request.require_stable
    answers = [_fetch(group, context, require_stable=require_stable) for group in request.groups]
    return gather(answers).then(
        lambda groups: OffsetFetchResponse(groups=[group.value for group in groups])
    )


def _only_group(request: OffsetFetchRequest) -> OffsetFetchRequestGroup:
    topics = None
    if request.topics is not None:
        topics = [
            OffsetFetchRequestTopics(name=topic.name, partition_indexes=topic.partition_indexes)
            for topic in request.topics
        ]
    return OffsetFetchRequestGroup(group_id=request.group_id, topics=topics)


def _fetch(
    group: OffsetFetchRequestGroup, context: RequestContext, *, require_stable: bool
) -> Pending[OffsetFetchResponseGroup]:
    """Return a group's offsets, or what stands against it."""
    groups, image = context.services.groups, context.services.image
    has_ids = context.header.api_version >= TOPIC_IDS_FROM
    unknown = _take_out_unknown(group, image) if has_ids else []
    answer = outcome_of(
        lambda: groups.fetch_offsets(group, require_stable=require_stable)
    ).otherwise(
        lambda error: OffsetFetchResponseGroup(group_id=group.group_id, error_code=error.code)
    )
    return answer.then(lambda found: _with_ids(found, unknown, image)) if has_ids else answer


def _take_out_unknown(
    group: OffsetFetchRequestGroup, image: ClusterImage
) -> list[OffsetFetchResponseTopics]:
    """Name the topics that are asked for by id; return the answers of those that do not exist."""
    unknown: list[OffsetFetchResponseTopics] = []
    known = []
    for topic in group.topics or ():
        found = image.topics_by_id.get(topic.topic_id)
        if found is not None:
            topic.name = found.name
            known.append(topic)
            continue
        code = ErrorCode.UNKNOWN_TOPIC_ID
        unknown.append(
            OffsetFetchResponseTopics(
                topic_id=topic.topic_id,
                partitions=[
                    OffsetFetchResponsePartitions(
                        partition_index=index,
                        committed_offset=_NO_OFFSET,
                        metadata="",
                        error_code=code,
                    )
                    for index in topic.partition_indexes
                ],
            )
        )
    if group.topics is not None:
        group.topics = known
    return unknown


def _with_ids(
    group: OffsetFetchResponseGroup,
    unknown: list[OffsetFetchResponseTopics],
    image: ClusterImage,
) -> OffsetFetchResponseGroup:
    """Give every topic its id; one that has none any longer is left out."""
    if group.error_code:
        return group
    topics = []
    for topic in group.topics:
        found = image.topics_by_name.get(topic.name)
        if found is not None:
            topic.topic_id = found.topic_id
            topics.append(topic)
    group.topics = topics + unknown
    return group


def _of_one(
    group: OffsetFetchResponseGroup, asked: OffsetFetchRequestGroup, version: int
) -> OffsetFetchResponse:
    """Return the answer of versions that ask for one group; the oldest has no error of its own."""
    if group.error_code and version < WHOLE_ERROR_FROM:
        return OffsetFetchResponse(
            topics=[
                OffsetFetchResponseTopic(
                    name=topic.name,
                    partitions=[
                        OffsetFetchResponsePartition(
                            partition_index=index,
                            committed_offset=_NO_OFFSET,
                            metadata="",
                            error_code=group.error_code,
                        )
                        for index in topic.partition_indexes
                    ],
                )
                for topic in asked.topics or ()
            ]
        )
    return OffsetFetchResponse(
        error_code=group.error_code,
        topics=[
            OffsetFetchResponseTopic(
                name=topic.name,
                partitions=[
                    OffsetFetchResponsePartition(
                        partition_index=one.partition_index,
                        committed_offset=one.committed_offset,
                        committed_leader_epoch=one.committed_leader_epoch,
                        metadata=one.metadata,
                        error_code=one.error_code,
                    )
                    for one in topic.partitions
                ],
            )
            for topic in group.topics
        ],
    )
