# SPDX-License-Identifier: Apache-2.0
"""ListConfigResources (key 74): which things have settings of their own.

Versions 0-1: v0 lists client metrics subscriptions only; v1 asks by type, no types mean all.
Answers UNSUPPORTED_VERSION for a type that this version does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.metadata.image import ResourceType
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.list_config_resources import (
    ConfigResource,
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.metadata.image import ClusterImage

VERSIONS = range(2)
REQUEST = ListConfigResourcesRequest

_KNOWN = (
    ResourceType.TOPIC,
    ResourceType.BROKER,
    ResourceType.BROKER_LOGGER,
    ResourceType.CLIENT_METRICS,
    ResourceType.GROUP,
)


def handle(
    request: ListConfigResourcesRequest, context: RequestContext
) -> ListConfigResourcesResponse:
    """List the resources of the types asked for."""
    if context.header.api_version == 0:
        kinds = [int(ResourceType.CLIENT_METRICS)]
    else:
        kinds = list(dict.fromkeys(request.resource_types)) or [int(kind) for kind in _KNOWN]
    if not set(kinds) <= set(_KNOWN):
        return ListConfigResourcesResponse(error_code=ErrorCode.UNSUPPORTED_VERSION)
    return ListConfigResourcesResponse(
        config_resources=[
            ConfigResource(resource_name=name, resource_type=kind)
            for kind in kinds
            for name in _names(context.services.image, kind)
        ]
    )


def _names(image: ClusterImage, kind: int) -> list[str]:
    if kind == ResourceType.TOPIC:
        return list(image.topics_by_name)
    if kind in {ResourceType.BROKER, ResourceType.BROKER_LOGGER}:
        return [str(broker_id) for broker_id in sorted(image.brokers)]
    return sorted(name for resource_type, name in image.configs if resource_type == kind)
