# SPDX-License-Identifier: Apache-2.0
"""AlterPartition (key 56): a leader proposes who is in sync (KIP-497).

Versions 2-3: v2 topic ids; v3 broker epochs of the proposed members (KIP-903). Between brokers of a
cluster.
Answers NOT_CONTROLLER, BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH for the whole request;
UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION,
INELIGIBLE_REPLICA, INVALID_REQUEST, NEW_LEADER_ELECTED by partition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition import AlterPartitionRequest, AlterPartitionResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(2, 4)
REQUEST = AlterPartitionRequest


async def handle(request: AlterPartitionRequest, context: RequestContext) -> AlterPartitionResponse:
    """Decide on the proposals, if this broker is the controller."""
    gateway = context.services.controller
    if gateway.active is None:
        raise ApiError(ErrorCode.NOT_CONTROLLER)
    return await gateway.alter_partitions(request)
