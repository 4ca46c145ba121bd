# SPDX-License-Identifier: Apache-2.0
"""UpdateFeatures (key 57).

Raises or lowers the levels of cluster-wide features.

Errors: INVALID_REQUEST, INVALID_UPDATE_VERSION, FEATURE_UPDATE_FAILED,
CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER, UNSUPPORTED_VERSION.

Generated from `definitions/update_features.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    count_refused,
    field_unsupported,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_i = Format(">i")
_pack_i = _i.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_hb0 = Format(">hbx")
_pack_hb0 = _hb0.pack
_hbB = Format(">hbB")
_unpack_hbB = _hbB.unpack_from
_ht0 = Format(">h?x")
_pack_ht0 = _ht0.pack
_htB = Format(">h?B")
_unpack_htB = _htB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from


class UpdateFeaturesRequest(Message):
    """The features and their new levels."""

    __slots__ = (
        "timeout_ms",
        "feature_updates",
        "validate_only",
    )

    API_KEY = 57
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    feature_updates: list[FeatureUpdateKey]
    """The features to change."""

    validate_only: bool
    """Whether only to check the request and change nothing. (versions 1+)"""

    def __init__(
        self,
        *,
        timeout_ms: int = 60000,
        feature_updates: Iterable[FeatureUpdateKey] = (),
        validate_only: bool = False,
    ) -> None:
        self.timeout_ms = timeout_ms
        self.feature_updates = list(feature_updates)
        self.validate_only = validate_only


class FeatureUpdateKey(Struct):
    """The features to change."""

    __slots__ = (
        "feature",
        "max_version_level",
        "allow_downgrade",
        "upgrade_type",
    )

    feature: str
    """The feature's name."""

    max_version_level: int
    """The new level; below 1 switches the feature off."""

    allow_downgrade: bool
    """Whether the level may be lowered; replaced by `upgrade_type`. (versions 0)"""

    upgrade_type: int
    """1 raises only, 2 may lower when nothing is lost, 3 may lower with loss. (versions 1+)"""

    def __init__(
        self,
        *,
        feature: str = "",
        max_version_level: int = 0,
        allow_downgrade: bool = False,
        upgrade_type: int = 1,
    ) -> None:
        self.feature = feature
        self.max_version_level = max_version_level
        self.allow_downgrade = allow_downgrade
        self.upgrade_type = upgrade_type


class UpdateFeaturesResponse(Message):
    """Outcomes by feature."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "results",
    )

    API_KEY = 57
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    results: list[UpdatableFeatureResult]
    """Outcomes by feature. (versions 0-1)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
        results: Iterable[UpdatableFeatureResult] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.results = list(results)


class UpdatableFeatureResult(Struct):
    """Outcomes by feature."""

    __slots__ = (
        "feature",
        "error_code",
        "error_message",
    )

    feature: str
    """The feature's name."""

    error_code: int
    """Outcome for this feature; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, feature: str = "", error_code: int = 0, error_message: str | None = ""
    ) -> None:
        self.feature = feature
        self.error_code = error_code
        self.error_message = error_message


def _write_update_features_request_v0(message: UpdateFeaturesRequest, parts: list[Buffer]) -> None:
    if message.validate_only:
        raise field_unsupported("UpdateFeaturesRequest.validate_only", "0")
    count = len(message.feature_updates) + 1
    parts.append(
        _pack_iB(message.timeout_ms, count)
        if count < 128
        else _pack_i(message.timeout_ms) + uvarint(count)
    )
    for feature_update_key in message.feature_updates:
        _write_feature_update_key_v0(feature_update_key, parts)
    parts.append(b"\x00")


def _read_update_features_request_v0(data: bytes, offset: int) -> tuple[UpdateFeaturesRequest, int]:
    message = _new(UpdateFeaturesRequest)
    message.validate_only = False
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("UpdateFeaturesRequest.feature_updates")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("UpdateFeaturesRequest.feature_updates", count)
    feature_updates: list[FeatureUpdateKey] = []
    for _ in range(count):
        feature_update_key, offset = _read_feature_update_key_v0(data, offset)
        feature_updates.append(feature_update_key)
    message.feature_updates = feature_updates
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_update_features_request_v1_v2(
    message: UpdateFeaturesRequest, parts: list[Buffer]
) -> None:
    count = len(message.feature_updates) + 1
    parts.append(
        _pack_iB(message.timeout_ms, count)
        if count < 128
        else _pack_i(message.timeout_ms) + uvarint(count)
    )
    for feature_update_key in message.feature_updates:
        _write_feature_update_key_v1_v2(feature_update_key, parts)
    parts.append(_pack_t0(message.validate_only))


def _read_update_features_request_v1_v2(
    data: bytes, offset: int
) -> tuple[UpdateFeaturesRequest, int]:
    message = _new(UpdateFeaturesRequest)
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("UpdateFeaturesRequest.feature_updates")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("UpdateFeaturesRequest.feature_updates", count)
    feature_updates: list[FeatureUpdateKey] = []
    for _ in range(count):
        feature_update_key, offset = _read_feature_update_key_v1_v2(data, offset)
        feature_updates.append(feature_update_key)
    message.feature_updates = feature_updates
    message.validate_only, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_feature_update_key_v0(message: FeatureUpdateKey, parts: list[Buffer]) -> None:
    if message.upgrade_type != 1:
        raise field_unsupported("FeatureUpdateKey.upgrade_type", "0")
    text: Buffer = message.feature.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_ht0(message.max_version_level, message.allow_downgrade))


def _read_feature_update_key_v0(data: bytes, offset: int) -> tuple[FeatureUpdateKey, int]:
    message = _new(FeatureUpdateKey)
    message.upgrade_type = 1
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FeatureUpdateKey.feature")
    end = offset + length - 1
    message.feature = data[offset:end].decode()
    offset = end
    message.max_version_level, message.allow_downgrade, count = _unpack_htB(data, offset)
    offset += 4
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_feature_update_key_v1_v2(message: FeatureUpdateKey, parts: list[Buffer]) -> None:
    if message.allow_downgrade:
        raise field_unsupported("FeatureUpdateKey.allow_downgrade", "1-2")
    text: Buffer = message.feature.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_hb0(message.max_version_level, message.upgrade_type))


def _read_feature_update_key_v1_v2(data: bytes, offset: int) -> tuple[FeatureUpdateKey, int]:
    message = _new(FeatureUpdateKey)
    message.allow_downgrade = False
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FeatureUpdateKey.feature")
    end = offset + length - 1
    message.feature = data[offset:end].decode()
    offset = end
    message.max_version_level, message.upgrade_type, count = _unpack_hbB(data, offset)
    offset += 4
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_update_features_response_v0_v1(
    message: UpdateFeaturesResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for updatable_feature_result in message.results:
        _write_updatable_feature_result_v0_v1(updatable_feature_result, parts)
    parts.append(b"\x00")


def _read_update_features_response_v0_v1(
    data: bytes, offset: int
) -> tuple[UpdateFeaturesResponse, int]:
    message = _new(UpdateFeaturesResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("UpdateFeaturesResponse.results")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("UpdateFeaturesResponse.results", count)
    results: list[UpdatableFeatureResult] = []
    for _ in range(count):
        updatable_feature_result, offset = _read_updatable_feature_result_v0_v1(data, offset)
        results.append(updatable_feature_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_update_features_response_v2(
    message: UpdateFeaturesResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_update_features_response_v2(
    data: bytes, offset: int
) -> tuple[UpdateFeaturesResponse, int]:
    message = _new(UpdateFeaturesResponse)
    message.results = []
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_updatable_feature_result_v0_v1(
    message: UpdatableFeatureResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.feature.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.error_message is None:
        text = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_updatable_feature_result_v0_v1(
    data: bytes, offset: int
) -> tuple[UpdatableFeatureResult, int]:
    message = _new(UpdatableFeatureResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("UpdatableFeatureResult.feature")
    end = offset + length - 1
    message.feature = data[offset:end].decode()
    offset = end
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


UpdateFeaturesRequest.WRITERS = {
    0: _write_update_features_request_v0,
    1: _write_update_features_request_v1_v2,
    2: _write_update_features_request_v1_v2,
}
UpdateFeaturesRequest.READERS = {
    0: _read_update_features_request_v0,
    1: _read_update_features_request_v1_v2,
    2: _read_update_features_request_v1_v2,
}
UpdateFeaturesResponse.WRITERS = {
    0: _write_update_features_response_v0_v1,
    1: _write_update_features_response_v0_v1,
    2: _write_update_features_response_v2,
}
UpdateFeaturesResponse.READERS = {
    0: _read_update_features_response_v0_v1,
    1: _read_update_features_response_v0_v1,
    2: _read_update_features_response_v2,
}
