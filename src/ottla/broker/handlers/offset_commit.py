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

from ottla.coordinators.group.commit_request import (
    TOPIC_IDS_FROM,
    CommitRequest,
    CommitResponse,
    TopicOutcome,
)
from ottla.coordinators.pending import Pending, outcome_of
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.metadata.image import ClusterImage

VERSIONS = range(2, 11)
REQUEST = CommitRequest


def handle(request: CommitRequest, context: RequestContext) -> Pending[CommitResponse]:
    """Commit offsets of the partitions that exist."""
    version = context.header.api_version
    groups, moment = context.services.groups, context.moment
    has_ids = version >= TOPIC_IDS_FROM
    unknown = take_out_unknown(request, context.services.image, has_ids=has_ids)
    if not request.topics:
        return Pending.of(CommitResponse(unknown))
    answer = outcome_of(lambda: groups.commit_offsets(request, version, moment)).otherwise(
        lambda error: CommitResponse.refusing(request.topics, error.code)
    )
    return answer.then(lambda committed: committed.joined(unknown)) if unknown else answer


def take_out_unknown(
    request: CommitRequest, image: ClusterImage, *, has_ids: bool
) -> list[TopicOutcome]:
    """Leave only partitions in the request that exist; return the answers of the others."""
    unknown = []
    topics = []
    for topic in request.topics:
        if has_ids:
            found = image.topics_by_id.get(topic.topic_id)
            if found is None:
                unknown.append(topic.outcome(ErrorCode.UNKNOWN_TOPIC_ID))
                continue
            topic.name = found.name
        else:
            found = image.topics_by_name.get(topic.name)
        missing = topic.without(0 if found is None else len(found.partitions))
        if missing:
            code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            outcome = [(index, int(code)) for index in missing]
            unknown.append(TopicOutcome(topic.name, topic.topic_id, outcome))
        if topic.rows:
            topics.append(topic)
    request.topics = topics
    return unknown
