# SPDX-License-Identifier: Apache-2.0
"""ListPartitionReassignments (key 46): partitions that are moving between brokers.

Version 0, flexible. Null topics mean all of them. Partitions that do not move, or do not exist,
are left out. Answers no errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
    OngoingPartitionReassignment,
    OngoingTopicReassignment,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.metadata.image import TopicImage

VERSIONS = range(1)
REQUEST = ListPartitionReassignmentsRequest


def handle(
    request: ListPartitionReassignmentsRequest, context: RequestContext
) -> ListPartitionReassignmentsResponse:
    """List what is moving among the partitions asked for."""
    image = context.services.image
    wanted: dict[str, set[int] | None]
    if request.topics is None:
        wanted = dict.fromkeys(image.topics_by_name)
    else:
        wanted = {topic.name: set(topic.partition_indexes) for topic in request.topics}
    response = ListPartitionReassignmentsResponse(error_message=None)
    for name, numbers in wanted.items():
        topic = image.topics_by_name.get(name)
        if topic is None:
            continue
        moving = _moving(topic, numbers)
        if moving:
            response.topics.append(OngoingTopicReassignment(name=name, partitions=moving))
    return response


def _moving(topic: TopicImage, numbers: set[int] | None) -> list[OngoingPartitionReassignment]:
    return [
        OngoingPartitionReassignment(
            partition_index=partition.partition_id,
            replicas=partition.replicas,
            adding_replicas=partition.adding_replicas,
            removing_replicas=partition.removing_replicas,
        )
        for partition in topic.partitions
        if (numbers is None or partition.partition_id in numbers)
        and (partition.adding_replicas or partition.removing_replicas)
    ]
