# SPDX-License-Identifier: Apache-2.0
"""The feature levels of a cluster: what its brokers support, and what is in force (KIP-584)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.version import VERSION
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.api_versions import ApiVersionsRequest, ApiVersionsResponse

if TYPE_CHECKING:
    from ottla.client.cluster import Cluster


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
