# SPDX-License-Identifier: Apache-2.0
"""CreatePartitions (key 37): give topics more partitions.

Versions 0-3: v2 flexible. Partitions are never taken away.
Answers UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
INVALID_REPLICA_ASSIGNMENT, INVALID_REQUEST, POLICY_VIOLATION, each with a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError
from ottla.protocol.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopicResult,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(4)
REQUEST = CreatePartitionsRequest


async def handle(
    request: CreatePartitionsRequest, context: RequestContext
) -> CreatePartitionsResponse:
    """Add partitions to every topic that can have them."""
    try:
        results = await context.services.controller.create_partitions(
            request.topics, validate_only=request.validate_only
        )
    except ApiError as error:
        results = [
            CreatePartitionsTopicResult(
                name=topic.name, error_code=error.code, error_message=error.message
            )
            for topic in request.topics
        ]
    return CreatePartitionsResponse(results=results)
