# SPDX-License-Identifier: Apache-2.0
"""DescribeConfigs (key 32): settings with their sources, synonyms, types and documentation.

Versions 1-4: v1 synonyms and sources; v3 types and documentation; v4 flexible.
A broker describes itself and the cluster's defaults (the broker named ""), not other brokers.
Answers UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, INVALID_REQUEST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.topic_names import name_fault
from ottla.metadata.configs import (
    describe_broker,
    describe_client_metrics,
    describe_cluster_default,
    describe_group,
    describe_topic,
)
from ottla.metadata.image import ResourceType
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.metadata.configs import ConfigEntry
    from ottla.protocol.messages.describe_configs import DescribeConfigsResource

VERSIONS = range(1, 5)
REQUEST = DescribeConfigsRequest


def handle(request: DescribeConfigsRequest, context: RequestContext) -> DescribeConfigsResponse:
    """Describe each resource, or say why it cannot be described."""
    return DescribeConfigsResponse(
        results=[_describe(request, resource, context) for resource in request.resources]
    )


def _describe(
    request: DescribeConfigsRequest, resource: DescribeConfigsResource, context: RequestContext
) -> DescribeConfigsResult:
    result = DescribeConfigsResult(
        error_message=None,
        resource_type=resource.resource_type,
        resource_name=resource.resource_name,
    )
    try:
        entries = _entries(resource, context)
    except ApiError as error:
        result.error_code = error.code
        result.error_message = error.message
        return result
    result.configs = [_shown(entry, request) for entry in entries]
    return result


def _entries(resource: DescribeConfigsResource, context: RequestContext) -> list[ConfigEntry]:
    kind, name = resource.resource_type, resource.resource_name
    names = resource.configuration_keys or None  # no names at all mean all of them
    image, config = context.services.image, context.services.config
    texts = image.config(kind, name)
    if kind == ResourceType.BROKER and not name:
        return describe_cluster_default(texts, names)
    if kind == ResourceType.BROKER:
        if name != str(config.node_id):
            raise ApiError(
                ErrorCode.INVALID_REQUEST,
                f"this is broker {config.node_id}, ask broker {name} for its settings",
            )
        return describe_broker(config, names)
    if not name:
        raise ApiError(ErrorCode.INVALID_REQUEST, "the resource needs a name")
    if kind == ResourceType.TOPIC:
        fault = name_fault(name)
        if fault is not None:
            raise ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, fault)
        if name not in image.topics_by_name:
            raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no topic {name}")
        return describe_topic(texts, config, names)
    if kind == ResourceType.GROUP:
        return describe_group(texts, config, names)
    if kind == ResourceType.CLIENT_METRICS:
        return describe_client_metrics(texts, names)
    raise ApiError(ErrorCode.INVALID_REQUEST, f"resources of type {kind} have no settings here")


def _shown(entry: ConfigEntry, request: DescribeConfigsRequest) -> DescribeConfigsResourceResult:
    shown = DescribeConfigsResourceResult(
        name=entry.name,
        value=entry.value,
        read_only=entry.is_read_only,
        config_source=entry.source,
        is_sensitive=entry.is_sensitive,
        config_type=entry.type,
        documentation=entry.documentation if request.include_documentation else None,
    )
    if request.include_synonyms:
        shown.synonyms = [
            DescribeConfigsSynonym(name=s.name, value=s.value, source=s.source)
            for s in entry.synonyms
        ]
    return shown
