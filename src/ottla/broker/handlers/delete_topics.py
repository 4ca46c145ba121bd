# SPDX-License-Identifier: Apache-2.0
"""DeleteTopics (key 20): delete topics by name or, from version 6 on, by id.

Versions 1-6: v4 flexible; v5 error message; v6 topic ids.
Answers UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, TOPIC_DELETION_DISABLED (INVALID_REQUEST
before v3), INVALID_REQUEST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.delete_topics import (
    DeletableTopicResult,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(1, 7)
REQUEST = DeleteTopicsRequest

_FIRST_VERSION_WITH_STATES = 6
_FIRST_VERSION_WITH_DELETION_DISABLED = 3


async def handle(request: DeleteTopicsRequest, context: RequestContext) -> DeleteTopicsResponse:
    """Delete every topic that exists."""
    version = context.header.api_version
    if version >= _FIRST_VERSION_WITH_STATES:
        asked = request.topics
    else:
        asked = [DeleteTopicState(name=name) for name in request.topic_names]
    try:
        results = await context.services.controller.delete_topics(asked)
    except ApiError as error:
        results = [
            DeletableTopicResult(
                name=topic.name,
                topic_id=topic.topic_id,
                error_code=error.code,
                error_message=error.message,
            )
            for topic in asked
        ]
    if version < _FIRST_VERSION_WITH_DELETION_DISABLED:
        for result in results:
            if result.error_code == ErrorCode.TOPIC_DELETION_DISABLED:
                result.error_code = ErrorCode.INVALID_REQUEST
    return DeleteTopicsResponse(responses=results)
