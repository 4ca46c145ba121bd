# SPDX-License-Identifier: Apache-2.0
"""AlterPartitionReassignments (key 45): move partitions to other brokers (KIP-455).

Versions 0-1: v1 whether the number of replicas may change. Null replicas cancel a move.
Answers INVALID_REPLICA_ASSIGNMENT, NO_REASSIGNMENT_IN_PROGRESS, UNKNOWN_TOPIC_OR_PARTITION,
INVALID_REPLICATION_FACTOR, INVALID_REQUEST by partition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(2)
REQUEST = AlterPartitionReassignmentsRequest


async def handle(
    request: AlterPartitionReassignmentsRequest, context: RequestContext
) -> AlterPartitionReassignmentsResponse:
    """Begin or cancel the moves."""
    gateway = context.services.controller
    return await gateway.change(
        lambda image: gateway.controller.alter_partition_reassignments(image, request)
    )
