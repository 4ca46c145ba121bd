# SPDX-License-Identifier: Apache-2.0
"""AlterConfigs (key 33): replace all dynamic settings of resources.

Versions 0-2: v2 flexible. Settings that are not named go back to their defaults, which is why
IncrementalAlterConfigs exists.
Answers UNKNOWN_TOPIC_OR_PARTITION, BROKER_ID_NOT_REGISTERED, INVALID_CONFIG, INVALID_REQUEST,
each with a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.configs import ConfigChange, ConfigOperation, ResourceChange, ResourceOutcome
from ottla.protocol.errors import ApiError
from ottla.protocol.messages.alter_configs import (
    AlterConfigsRequest,
    AlterConfigsResourceResponse,
    AlterConfigsResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(3)
REQUEST = AlterConfigsRequest


async def handle(request: AlterConfigsRequest, context: RequestContext) -> AlterConfigsResponse:
    """Replace the settings of every resource for which that is possible."""
    resources = [
        ResourceChange(
            resource.resource_type,
            resource.resource_name,
            tuple(
                ConfigChange(config.name, ConfigOperation.SET, config.value)
                for config in resource.configs
            ),
            replace_all=True,
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
    return AlterConfigsResponse(
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
