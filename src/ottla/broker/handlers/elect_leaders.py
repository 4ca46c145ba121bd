# SPDX-License-Identifier: Apache-2.0
"""ElectLeaders (key 43): elect preferred leaders, or any leader at the price of lost records.

Versions 0-2: v1 election type and an error for the whole request; v2 flexible.
Null topics mean every partition.
Answers ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE,
UNKNOWN_TOPIC_OR_PARTITION; INVALID_REQUEST for an unknown kind of election.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.elections import ElectionOutcome, ElectionType
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.elect_leaders import (
    ElectLeadersRequest,
    ElectLeadersResponse,
    PartitionResult,
    ReplicaElectionResult,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(3)
REQUEST = ElectLeadersRequest

_FIRST_VERSION_WITH_ERROR = 1


async def handle(request: ElectLeadersRequest, context: RequestContext) -> ElectLeadersResponse:
    """Elect leaders of the partitions that are named."""
    try:
        election_type = ElectionType(request.election_type)
    except ValueError:
        raise ApiError(
            ErrorCode.INVALID_REQUEST, f"{request.election_type} is not a kind of election"
        ) from None
    partitions = None
    if request.topic_partitions is not None:
        partitions = [
            (topic.topic, partition_id)
            for topic in request.topic_partitions
            for partition_id in topic.partitions
        ]
    try:
        outcomes = await context.services.controller.elect_leaders(election_type, partitions)
    except ApiError as error:
        if context.header.api_version >= _FIRST_VERSION_WITH_ERROR:
            raise
        outcomes = [
            ElectionOutcome(topic, partition_id, error.code, error.message)
            for topic, partition_id in partitions or ()
        ]
    results: dict[str, list[PartitionResult]] = {}
    for outcome in outcomes:
        results.setdefault(outcome.topic, []).append(
            PartitionResult(
                partition_id=outcome.partition_id,
                error_code=outcome.code,
                error_message=outcome.message,
            )
        )
    return ElectLeadersResponse(
        replica_election_results=[
            ReplicaElectionResult(topic=topic, partition_result=result)
            for topic, result in results.items()
        ]
    )
