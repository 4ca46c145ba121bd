# SPDX-License-Identifier: Apache-2.0
"""OffsetDelete (key 47): delete offsets of a group for topics that it does not read any longer.

Version 0. Answers NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
INVALID_GROUP_ID, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP (members that are no consumers); by partition
GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestTopic,
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending

VERSIONS = range(1)
REQUEST = OffsetDeleteRequest


def handle(request: OffsetDeleteRequest, context: RequestContext) -> Pending[OffsetDeleteResponse]:
    """Delete offsets of the partitions that exist."""
    image = context.services.image
    unknown: list[OffsetDeleteResponseTopic] = []
    topics = []
    for topic in request.topics:
        missing = [
            one.partition_index
            for one in topic.partitions
            if image.partition(topic.name, one.partition_index) is None
        ]
        if missing:
            unknown.append(_missing(topic, missing))
            topic.partitions = [
                one for one in topic.partitions if one.partition_index not in missing
            ]
        if topic.partitions:
            topics.append(topic)
    request.topics = topics
    deleted = context.services.groups.delete_offsets(request, context.moment)
    return deleted.then(lambda response: _with(response, unknown)) if unknown else deleted


def _missing(topic: OffsetDeleteRequestTopic, missing: list[int]) -> OffsetDeleteResponseTopic:
    code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    return OffsetDeleteResponseTopic(
        name=topic.name,
        partitions=[
            OffsetDeleteResponsePartition(partition_index=index, error_code=code)
            for index in missing
        ],
    )


def _with(
    response: OffsetDeleteResponse, unknown: list[OffsetDeleteResponseTopic]
) -> OffsetDeleteResponse:
    """Return both; a topic that is in both is named once."""
    by_name = {topic.name: topic for topic in response.topics}
    for topic in unknown:
        known = by_name.get(topic.name)
        if known is None:
            response.topics.append(topic)
        else:
            known.partitions.extend(topic.partitions)
    return response
