# SPDX-License-Identifier: Apache-2.0
"""CreateTopics (key 19): create topics, or only check whether they could be.

Versions 2-7: v4 defaults by -1; v5 flexible, answers partitions, replicas and settings;
v7 topic id.
Answers TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS,
INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST,
POLICY_VIOLATION, each with a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError
from ottla.protocol.messages.create_topics import (
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(2, 8)
REQUEST = CreateTopicsRequest


async def handle(request: CreateTopicsRequest, context: RequestContext) -> CreateTopicsResponse:
    """Create every topic that can be created."""
    try:
        results = await context.services.controller.create_topics(
            request.topics, validate_only=request.validate_only
        )
    except ApiError as error:
        results = [
            CreatableTopicResult(
                name=topic.name, error_code=error.code, error_message=error.message
            )
            for topic in request.topics
        ]
    return CreateTopicsResponse(topics=results)
