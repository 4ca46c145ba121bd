# SPDX-License-Identifier: Apache-2.0
"""Moves of partitions between brokers: begin, cancel, and see what is under way (KIP-455).

What a cluster refuses for one partition is a value of the outcome; what it refuses as a whole is
raised as `ApiError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.protocol.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.cluster import Cluster

CHANGE_TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True)
class Reassignment:
    """One partition on its way."""

    topic: str
    partition: int
    replicas: tuple[int, ...]  # old and new ones
    adding: tuple[int, ...]
    removing: tuple[int, ...]

    @property
    def target(self) -> tuple[int, ...]:
        """The brokers that will hold it in the end."""
        return tuple(b for b in self.replicas if b not in self.removing)


async def list_reassignments(cluster: Cluster) -> list[Reassignment]:
    """Return every move that is under way, by topic and partition."""
    request = ListPartitionReassignmentsRequest(timeout_ms=CHANGE_TIMEOUT_MS, topics=None)

    async def attempt() -> ListPartitionReassignmentsResponse:
        return await cluster.call_controller(request, ListPartitionReassignmentsResponse)

    response = await cluster.retrying(attempt)
    _check(response.error_code, response.error_message)
    moves = [
        Reassignment(
            topic.name,
            partition.partition_index,
            tuple(partition.replicas),
            tuple(partition.adding_replicas),
            tuple(partition.removing_replicas),
        )
        for topic in response.topics
        for partition in topic.partitions
    ]
    return sorted(moves, key=lambda move: (move.topic, move.partition))


async def reassign(
    cluster: Cluster, targets: Mapping[TopicPartition, tuple[int, ...] | None]
) -> dict[TopicPartition, ApiError | None]:
    """Begin a move to the brokers of each partition, the preferred leader first; None cancels.

    Asking again for a move that is under way changes nothing, so this is repeated while there is
    no controller.
    """
    topics: dict[str, ReassignableTopic] = {}
    for place, replicas in targets.items():
        topic = topics.setdefault(place.topic, ReassignableTopic(name=place.topic))
        topic.partitions.append(
            ReassignablePartition(
                partition_index=place.partition,
                replicas=None if replicas is None else list(replicas),
            )
        )
    request = AlterPartitionReassignmentsRequest(
        timeout_ms=CHANGE_TIMEOUT_MS, topics=list(topics.values())
    )

    async def attempt() -> AlterPartitionReassignmentsResponse:
        response = await cluster.call_controller(request, AlterPartitionReassignmentsResponse)
        _check(response.error_code, response.error_message)
        return response

    outcomes: dict[TopicPartition, ApiError | None] = {}
    for answer in (await cluster.retrying(attempt)).responses:
        for partition in answer.partitions:
            place = TopicPartition(answer.name, partition.partition_index)
            outcomes[place] = None
            if partition.error_code:
                code = ErrorCode.of(partition.error_code)
                text = partition.error_message or code.description
                named = text if str(place) in text else f"{place}: {text}"
                outcomes[place] = ApiError(code, named)
    return outcomes


def _check(error_code: int, message: str | None) -> None:
    if error_code:
        code = ErrorCode.of(error_code)
        raise ApiError(code, message or code.description)
