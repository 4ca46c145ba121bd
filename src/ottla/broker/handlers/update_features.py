# SPDX-License-Identifier: Apache-2.0
"""UpdateFeatures (key 57): raise or lower the levels of features for the whole cluster (KIP-584).

Versions 0-2: v1 upgrade types and validation only; v2 one error for all. All changes or none.
Answers INVALID_UPDATE_VERSION, FEATURE_UPDATE_FAILED, INVALID_REQUEST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.feature_updates import FeatureUpdate, UpgradeType
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.update_features import (
    UpdatableFeatureResult,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.protocol.messages.update_features import FeatureUpdateKey

VERSIONS = range(3)
REQUEST = UpdateFeaturesRequest

_UPGRADE_TYPE_FROM = 1
_ONE_ERROR_FROM = 2

_NOT_DONE = ErrorCode.FEATURE_UPDATE_FAILED
"""Of a feature that is fine, in a request of which another one is refused."""


async def handle(request: UpdateFeaturesRequest, context: RequestContext) -> UpdateFeaturesResponse:
    """Have the controller change the levels, or none of them."""
    gateway, version = context.services.controller, context.header.api_version
    updates = [
        FeatureUpdate(
            update.feature,
            update.max_version_level,
            update.upgrade_type if version >= _UPGRADE_TYPE_FROM else _of_flag(update),
        )
        for update in request.feature_updates
    ]
    outcomes = await gateway.change(
        lambda image: gateway.controller.update_features(
            image, updates, validate_only=request.validate_only
        )
    )
    refused = next((one for one in outcomes if one.code), None)
    response = UpdateFeaturesResponse(error_message=None)
    if version >= _ONE_ERROR_FROM:
        if refused is not None:
            response.error_code, response.error_message = refused.code, refused.message
        return response
    response.results = [
        UpdatableFeatureResult(
            feature=one.name,
            error_code=one.code if one.code or refused is None else _NOT_DONE,
            error_message=one.message,
        )
        for one in outcomes
    ]
    return response


def _of_flag(update: FeatureUpdateKey) -> UpgradeType:
    return UpgradeType.SAFE_DOWNGRADE if update.allow_downgrade else UpgradeType.UPGRADE
