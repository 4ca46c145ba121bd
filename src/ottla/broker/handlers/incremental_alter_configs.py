# SPDX-License-Identifier: Apache-2.0
"""IncrementalAlterConfigs (key 44): set, delete, append to and subtract from settings.

Versions 0-1: v1 flexible. Settings that are not named stay as they are.
Answers UNKNOWN_TOPIC_OR_PARTITION, BROKER_ID_NOT_REGISTERED, INVALID_CONFIG, INVALID_REQUEST,
each with a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.configs import ConfigChange, ResourceChange, ResourceOutcome
from ottla.protocol.errors import ApiError
from ottla.protocol.messages.incremental_alter_configs import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(2)
REQUEST = IncrementalAlterConfigsRequest


async def handle(
    request: IncrementalAlterConfigsRequest, context: RequestContext
) -> IncrementalAlterConfigsResponse:
    """Change the settings of every resource for which that is possible."""
    resources = [
        ResourceChange(
            resource.resource_type,
            resource.resource_name,
            tuple(
                ConfigChange(config.name, config.config_operation, config.value)
                for config in resource.configs
            ),
        )
        for resource in request.resources
    ]
    try:
        outcomes = await context.services.controller.alter_configs(
            resources, validate_only=request.validate_only
        )
    except ApiError as error:
        outcomes = [
            ResourceOutcome(r.resource_type, r.resource_name, error.code, error.message)
            for r in resources
        ]
    return IncrementalAlterConfigsResponse(
        responses=[
            AlterConfigsResourceResponse(
                error_code=outcome.code,
                error_message=outcome.message,
                resource_type=outcome.resource_type,
                resource_name=outcome.resource_name,
            )
            for outcome in outcomes
        ]
    )
