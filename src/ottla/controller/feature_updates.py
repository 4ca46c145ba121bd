# SPDX-License-Identifier: Apache-2.0
"""Raising and lowering feature levels (UpdateFeatures, KIP-584).

A level holds for the whole cluster, so this version and every registered broker must support it.
A request is done as a whole or not at all.

    asked for                                              answer
    -----------------------------------------------------  ----------------------
    a feature twice                                        INVALID_REQUEST
    a feature or a level that is not supported everywhere  INVALID_UPDATE_VERSION
    a lower level in an upgrade                            INVALID_UPDATE_VERSION
    a lower metadata.version                               INVALID_UPDATE_VERSION
    the present level                                      success, no record
    anything else                                          done
"""

from __future__ import annotations

import enum
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ottla.controller.decision import Decision
from ottla.controller.eligible_replicas import forget_eligible
from ottla.controller.features import ELR_VERSION, METADATA_VERSION, SUPPORTED_FEATURES
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import FeatureLevelRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.message import Message

_OFF = 0


class UpgradeType(enum.IntEnum):
    """What an update may do to a level; the numbers are the wire's."""

    UPGRADE = 1
    SAFE_DOWNGRADE = 2
    UNSAFE_DOWNGRADE = 3


class FeatureUpdate(NamedTuple):
    """A feature and the level that it shall have."""

    name: str
    level: int
    """Below 1 switches the feature off."""
    upgrade_type: int


class FeatureOutcome(NamedTuple):
    """What became of one feature's update."""

    name: str
    code: ErrorCode
    message: str | None


def update_features(
    image: ClusterImage,
    updates: Sequence[FeatureUpdate],
    rules: PartitionRules,
    *,
    validate_only: bool = False,
) -> Decision[list[FeatureOutcome]]:
    """Return the records of all updates, or none when one of them is refused."""
    asked = Counter(update.name for update in updates)
    outcomes = []
    records: list[Message] = []
    for update in updates:
        level = max(_OFF, update.level)
        present = image.features.get(update.name, _OFF)
        if asked[update.name] > 1:
            fault = "the request names the feature twice"
            outcomes.append(FeatureOutcome(update.name, ErrorCode.INVALID_REQUEST, fault))
            continue
        found = _fault(image, update, level, present)
        if found is not None:
            outcomes.append(FeatureOutcome(update.name, ErrorCode.INVALID_UPDATE_VERSION, found))
            continue
        outcomes.append(FeatureOutcome(update.name, ErrorCode.NONE, None))
        if level != present:
            records.append(FeatureLevelRecord(name=update.name, feature_level=level))
            if update.name == ELR_VERSION and level == _OFF:
                records.extend(forget_eligible(image.topics_by_name.values(), rules))
    is_refused = any(outcome.code is not ErrorCode.NONE for outcome in outcomes)
    return Decision([] if validate_only or is_refused else records, outcomes)


def _fault(image: ClusterImage, update: FeatureUpdate, level: int, present: int) -> str | None:
    """Return why the level cannot be had, or None."""
    name = update.name
    if name not in SUPPORTED_FEATURES:
        return f"there is no feature {name}"
    low, high = SUPPORTED_FEATURES[name]
    if not low <= level <= high:
        return f"{name} can have the levels {low} to {high}, not {level}"
    for broker_id in sorted(image.brokers):
        low, high = image.brokers[broker_id].features.get(name, (_OFF, _OFF))
        if not low <= level <= high:
            return f"broker {broker_id} supports the levels {low} to {high} of {name}, not {level}"
    if update.upgrade_type not in set(UpgradeType):
        return f"there is no upgrade type {update.upgrade_type}"
    if update.upgrade_type == UpgradeType.UPGRADE and level < present:
        return f"{name} has level {present}: going back to {level} is a downgrade"
    if name == METADATA_VERSION and level < present:
        return f"{name} cannot go back: records of level {present} may be in the log"
    return None
