# SPDX-License-Identifier: Apache-2.0
"""The feature levels of a cluster: what its brokers support, and what is in force (KIP-584)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.base.version import VERSION
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.api_versions import ApiVersionsRequest, ApiVersionsResponse
from ottla.protocol.messages.update_features import (
    FeatureUpdateKey,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.cluster import Cluster


_CHANGE_TIMEOUT_MS: Final = 30_000


class FeatureLevels(NamedTuple):
    """A range of levels, both ends included."""

    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Features:
    """The features by name; nothing is known of brokers before Kafka 2.7."""

    supported: dict[str, FeatureLevels]  # by the broker that answered
    finalized: dict[str, FeatureLevels]  # what the cluster has agreed on
    epoch: int | None  # grows with each change of `finalized`; None when the broker does not know


class UpgradeType(enum.IntEnum):
    """What may be done to a level; the numbers are the protocol's (KIP-778)."""

    UPGRADE = 1
    SAFE_DOWNGRADE = 2
    """A lower level too, if nothing is lost by it."""
    UNSAFE_DOWNGRADE = 3
    """A lower level although what only the higher one knows is lost."""


async def describe_features(cluster: Cluster) -> Features:
    """Ask a broker for the feature levels. Raises ApiError when it refuses."""
    request = ApiVersionsRequest(client_software_name="ottla", client_software_version=VERSION)
    response = await cluster.call(request, ApiVersionsResponse)
    if response.error_code:
        code = ErrorCode.of(response.error_code)
        raise ApiError(code, f"the features of the cluster: {code.description}")
    epoch = response.finalized_features_epoch
    return Features(
        supported={
            feature.name: FeatureLevels(feature.min_version, feature.max_version)
            for feature in response.supported_features
        },
        finalized={
            feature.name: FeatureLevels(feature.min_version_level, feature.max_version_level)
            for feature in response.finalized_features
        },
        epoch=epoch if epoch >= 0 else None,
    )


async def update_features(
    cluster: Cluster,
    levels: Mapping[str, int],
    upgrade_type: UpgradeType,
    *,
    validate_only: bool,
) -> None:
    """Set feature levels, all or none; 0 takes a feature out of use.

    Raises ApiError, and ValueError for a downgrade where brokers are older than Kafka 3.3.
    """
    request = UpdateFeaturesRequest(
        timeout_ms=_CHANGE_TIMEOUT_MS,
        feature_updates=[
            FeatureUpdateKey(
                feature=name,
                max_version_level=level,
                upgrade_type=upgrade_type,
            )
            for name, level in levels.items()
        ],
        validate_only=validate_only,
    )
    response = await cluster.call_controller(request, UpdateFeaturesResponse)
    refusals = [(response.error_code, response.error_message)]
    refusals += [(result.error_code, result.error_message) for result in response.results]
    for error_code, text in refusals:
        if error_code:
            code = ErrorCode.of(error_code)
            raise ApiError(code, text or code.description)
