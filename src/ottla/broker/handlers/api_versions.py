# SPDX-License-Identifier: Apache-2.0
"""ApiVersions (key 18): which APIs and versions are served here.

Versions 0-4: v3 flexible, with the client's name and version (KIP-511) and feature levels.
Answers INVALID_REQUEST for a malformed client name. A version that is not known is answered by the
dispatcher with `refusal`: a version 0 body with UNSUPPORTED_VERSION, which any client can read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ottla.broker.connection_state import ConnectionState
from ottla.broker.handlers import HANDLERS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.api_versions import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.broker.context import RequestContext

VERSIONS = range(5)
REQUEST = ApiVersionsRequest

_CLIENT_SOFTWARE = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?")
CLIENT_SOFTWARE_CHARACTERS_MAX = 256


def handle(request: ApiVersionsRequest, context: RequestContext) -> ApiVersionsResponse:
    """Return the ranges of the handler table and the cluster's feature levels."""
    if context.header.api_version >= 3:
        if not (
            _is_valid(request.client_software_name) and _is_valid(request.client_software_version)
        ):
            return ApiVersionsResponse(error_code=ErrorCode.INVALID_REQUEST)
        state = context.connection.attributes
        assert isinstance(state, ConnectionState)
        state.client_software_name = request.client_software_name
        state.client_software_version = request.client_software_version
    clustered = context.services.controller.is_clustered
    response = ApiVersionsResponse(api_keys=_ranges(clustered=clustered))
    image = context.services.image
    supported = _supported(context)
    response.supported_features = [
        SupportedFeatureKey(name=name, min_version=low, max_version=high)
        for name, (low, high) in sorted(supported.items())
        if low > 0 or context.header.api_version >= 4  # KAFKA-17011: v3 clients choke on 0
    ]
    response.finalized_features = [
        FinalizedFeatureKey(name=name, max_version_level=level, min_version_level=level)
        for name, level in sorted(image.features.items())
        if name in supported  # a folder of Kafka finalises features that come with later versions
    ]
    response.finalized_features_epoch = image.offset
    return response


def refusal() -> ApiVersionsResponse:
    """Return what a client of an unknown version is told: the error and the real ranges."""
    return ApiVersionsResponse(
        error_code=ErrorCode.UNSUPPORTED_VERSION, api_keys=_ranges(clustered=False)
    )


def _ranges(*, clustered: bool) -> list[ApiVersion]:
    return [
        ApiVersion(
            api_key=handler.key,
            min_version=(
                handler.versions.start
                if handler.advertised_from is None
                else handler.advertised_from
            ),
            max_version=handler.versions.stop - 1,
        )
        for handler in HANDLERS
        if clustered or not handler.is_between_brokers
    ]


def _supported(context: RequestContext) -> Mapping[str, tuple[int, int]]:
    """Return the feature levels that this broker can work with, as it registered them."""
    broker = context.services.image.brokers.get(context.services.config.node_id)
    return broker.features if broker is not None else {}


def _is_valid(text: str) -> bool:
    return len(text) <= CLIENT_SOFTWARE_CHARACTERS_MAX and bool(_CLIENT_SOFTWARE.fullmatch(text))
