# SPDX-License-Identifier: Apache-2.0
"""ApiVersions (key 18).

Which APIs a broker serves in which versions. The first request of most clients, allowed before
authentication.

Errors: UNSUPPORTED_VERSION, INVALID_REQUEST.

Generated from `definitions/api_versions.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    TAGGED_FIELDS_MAX,
    count_refused,
    null_refused,
    read_long_uvarint,
    read_tag,
    size_refused,
    skip_tagged_fields,
    tagged_field,
    too_many_tagged_fields,
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
_unpack_i = _i.unpack_from
_q = Format(">q")
_pack_q = _q.pack
_unpack_q = _q.unpack_from
_t = Format(">?")
_pack_t = _t.pack
_unpack_t = _t.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hi = Format(">hi")
_pack_hi = _hi.pack
_unpack_hi = _hi.unpack_from
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_hh0 = Format(">hhx")
_pack_hh0 = _hh0.pack
_hhB = Format(">hhB")
_unpack_hhB = _hhB.unpack_from
_hhh = Format(">hhh")
_pack_hhh = _hhh.pack
_unpack_hhh = _hhh.unpack_from
_hhh0 = Format(">hhhx")
_pack_hhh0 = _hhh0.pack
_hhhB = Format(">hhhB")
_unpack_hhhB = _hhhB.unpack_from


class ApiVersionsRequest(Message):
    """The name of the client's software; empty up to version 2."""

    __slots__ = (
        "client_software_name",
        "client_software_version",
    )

    API_KEY = 18
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 3

    client_software_name: str
    """The client library's name. (versions 3+)"""

    client_software_version: str
    """The client library's version. (versions 3+)"""

    def __init__(
        self, *, client_software_name: str = "", client_software_version: str = ""
    ) -> None:
        self.client_software_name = client_software_name
        self.client_software_version = client_software_version


class ApiVersionsResponse(Message):
    """The table of APIs, and the feature levels of the cluster."""

    __slots__ = (
        "error_code",
        "api_keys",
        "throttle_time_ms",
        "supported_features",
        "finalized_features_epoch",
        "finalized_features",
        "zk_migration_ready",
    )

    API_KEY = 18
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 3

    error_code: int
    """Outcome of the whole request; 0 is success."""

    api_keys: list[ApiVersion]
    """The APIs that the broker serves, with their versions."""

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 1+)
    """

    supported_features: list[SupportedFeatureKey]
    """Feature levels that the broker supports. (versions 3+)"""

    finalized_features_epoch: int
    """Grows with each change of the feature levels; -1 when unknown. (versions 3+)"""

    finalized_features: list[FinalizedFeatureKey]
    """Feature levels that are in force; valid only with an epoch. (versions 3+)"""

    zk_migration_ready: bool
    """Whether the controller could have taken a cluster over from ZooKeeper. (versions 3+)"""

    def __init__(
        self,
        *,
        error_code: int = 0,
        api_keys: Iterable[ApiVersion] = (),
        throttle_time_ms: int = 0,
        supported_features: Iterable[SupportedFeatureKey] = (),
        finalized_features_epoch: int = -1,
        finalized_features: Iterable[FinalizedFeatureKey] = (),
        zk_migration_ready: bool = False,
    ) -> None:
        self.error_code = error_code
        self.api_keys = list(api_keys)
        self.throttle_time_ms = throttle_time_ms
        self.supported_features = list(supported_features)
        self.finalized_features_epoch = finalized_features_epoch
        self.finalized_features = list(finalized_features)
        self.zk_migration_ready = zk_migration_ready


class FinalizedFeatureKey(Struct):
    """Feature levels that are in force; valid only with an epoch."""

    __slots__ = (
        "name",
        "max_version_level",
        "min_version_level",
    )

    name: str
    """The feature's name."""

    max_version_level: int
    """The level that is in force in the cluster."""

    min_version_level: int
    """The lowest level in force; equal to the highest in today's clusters."""

    def __init__(
        self, *, name: str = "", max_version_level: int = 0, min_version_level: int = 0
    ) -> None:
        self.name = name
        self.max_version_level = max_version_level
        self.min_version_level = min_version_level


class SupportedFeatureKey(Struct):
    """Feature levels that the broker supports."""

    __slots__ = (
        "name",
        "min_version",
        "max_version",
    )

    name: str
    """The feature's name."""

    min_version: int
    """The lowest level that the broker supports."""

    max_version: int
    """The highest level that the broker supports."""

    def __init__(self, *, name: str = "", min_version: int = 0, max_version: int = 0) -> None:
        self.name = name
        self.min_version = min_version
        self.max_version = max_version


class ApiVersion(Struct):
    """The APIs that the broker serves, with their versions."""

    __slots__ = (
        "api_key",
        "min_version",
        "max_version",
    )

    api_key: int
    """The API's key."""

    min_version: int
    """The lowest version that the broker accepts."""

    max_version: int
    """The highest version that the broker accepts."""

    def __init__(self, *, api_key: int = 0, min_version: int = 0, max_version: int = 0) -> None:
        self.api_key = api_key
        self.min_version = min_version
        self.max_version = max_version


def _write_api_versions_request_v0_v2(message: ApiVersionsRequest, parts: list[Buffer]) -> None:
    return


def _read_api_versions_request_v0_v2(data: bytes, offset: int) -> tuple[ApiVersionsRequest, int]:
    message = _new(ApiVersionsRequest)
    message.client_software_name = ""
    message.client_software_version = ""
    return message, offset


def _write_api_versions_request_v3_v4(message: ApiVersionsRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.client_software_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.client_software_version.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_api_versions_request_v3_v4(data: bytes, offset: int) -> tuple[ApiVersionsRequest, int]:
    message = _new(ApiVersionsRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ApiVersionsRequest.client_software_name")
    end = offset + length - 1
    message.client_software_name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ApiVersionsRequest.client_software_version")
    end = offset + length - 1
    message.client_software_version = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_api_versions_response_v0(message: ApiVersionsResponse, parts: list[Buffer]) -> None:
    count = len(message.api_keys)
    parts.append(_pack_hi(message.error_code, count))
    for api_version in message.api_keys:
        _write_api_version_v0_v2(api_version, parts)


def _read_api_versions_response_v0(data: bytes, offset: int) -> tuple[ApiVersionsResponse, int]:
    message = _new(ApiVersionsResponse)
    message.throttle_time_ms = 0
    message.supported_features = []
    message.finalized_features_epoch = -1
    message.finalized_features = []
    message.zk_migration_ready = False
    message.error_code, count = _unpack_hi(data, offset)
    offset += 6
    if count < 0:
        raise null_refused("ApiVersionsResponse.api_keys")
    if count * 6 > len(data) - offset:
        raise count_refused("ApiVersionsResponse.api_keys", count)
    api_keys: list[ApiVersion] = []
    for _ in range(count):
        api_version, offset = _read_api_version_v0_v2(data, offset)
        api_keys.append(api_version)
    message.api_keys = api_keys
    return message, offset


def _write_api_versions_response_v1_v2(message: ApiVersionsResponse, parts: list[Buffer]) -> None:
    count = len(message.api_keys)
    parts.append(_pack_hi(message.error_code, count))
    for api_version in message.api_keys:
        _write_api_version_v0_v2(api_version, parts)
    parts.append(_pack_i(message.throttle_time_ms))


def _read_api_versions_response_v1_v2(data: bytes, offset: int) -> tuple[ApiVersionsResponse, int]:
    message = _new(ApiVersionsResponse)
    message.supported_features = []
    message.finalized_features_epoch = -1
    message.finalized_features = []
    message.zk_migration_ready = False
    message.error_code, count = _unpack_hi(data, offset)
    offset += 6
    if count < 0:
        raise null_refused("ApiVersionsResponse.api_keys")
    if count * 6 > len(data) - offset:
        raise count_refused("ApiVersionsResponse.api_keys", count)
    api_keys: list[ApiVersion] = []
    for _ in range(count):
        api_version, offset = _read_api_version_v0_v2(data, offset)
        api_keys.append(api_version)
    message.api_keys = api_keys
    (message.throttle_time_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_api_versions_response_v3_v4(message: ApiVersionsResponse, parts: list[Buffer]) -> None:
    count = len(message.api_keys) + 1
    parts.append(
        _pack_hB(message.error_code, count)
        if count < 128
        else _pack_h(message.error_code) + uvarint(count)
    )
    for api_version in message.api_keys:
        _write_api_version_v3_v4(api_version, parts)
    parts.append(_pack_i(message.throttle_time_ms))
    tagged: list[Buffer] = []
    if message.supported_features:
        section: list[Buffer] = []
        count = len(message.supported_features) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        for supported_feature_key in message.supported_features:
            _write_supported_feature_key_v3_v4(supported_feature_key, section)
        tagged.append(tagged_field(0, section))
    if message.finalized_features_epoch != -1:
        section = []
        section.append(_pack_q(message.finalized_features_epoch))
        tagged.append(tagged_field(1, section))
    if message.finalized_features:
        section = []
        count = len(message.finalized_features) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        for finalized_feature_key in message.finalized_features:
            _write_finalized_feature_key_v3_v4(finalized_feature_key, section)
        tagged.append(tagged_field(2, section))
    if message.zk_migration_ready:
        section = []
        section.append(_pack_t(message.zk_migration_ready))
        tagged.append(tagged_field(3, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_api_versions_response_v3_v4(data: bytes, offset: int) -> tuple[ApiVersionsResponse, int]:
    message = _new(ApiVersionsResponse)
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ApiVersionsResponse.api_keys")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("ApiVersionsResponse.api_keys", count)
    api_keys: list[ApiVersion] = []
    for _ in range(count):
        api_version, offset = _read_api_version_v3_v4(data, offset)
        api_keys.append(api_version)
    message.api_keys = api_keys
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    message.supported_features = []
    message.finalized_features_epoch = -1
    message.finalized_features = []
    message.zk_migration_ready = False
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("ApiVersionsResponse.supported_features")
                count -= 1
                if count * 6 > len(data) - offset:
                    raise count_refused("ApiVersionsResponse.supported_features", count)
                supported_features: list[SupportedFeatureKey] = []
                for _ in range(count):
                    supported_feature_key, offset = _read_supported_feature_key_v3_v4(data, offset)
                    supported_features.append(supported_feature_key)
                message.supported_features = supported_features
            elif tag == 1:
                (message.finalized_features_epoch,) = _unpack_q(data, offset)
                offset += 8
            elif tag == 2:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("ApiVersionsResponse.finalized_features")
                count -= 1
                if count * 6 > len(data) - offset:
                    raise count_refused("ApiVersionsResponse.finalized_features", count)
                finalized_features: list[FinalizedFeatureKey] = []
                for _ in range(count):
                    finalized_feature_key, offset = _read_finalized_feature_key_v3_v4(data, offset)
                    finalized_features.append(finalized_feature_key)
                message.finalized_features = finalized_features
            elif tag == 3:
                (message.zk_migration_ready,) = _unpack_t(data, offset)
                offset += 1
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ApiVersionsResponse")
    return message, offset


def _write_finalized_feature_key_v3_v4(message: FinalizedFeatureKey, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_hh0(message.max_version_level, message.min_version_level))


def _read_finalized_feature_key_v3_v4(data: bytes, offset: int) -> tuple[FinalizedFeatureKey, int]:
    message = _new(FinalizedFeatureKey)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FinalizedFeatureKey.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.max_version_level, message.min_version_level, count = _unpack_hhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_supported_feature_key_v3_v4(message: SupportedFeatureKey, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_hh0(message.min_version, message.max_version))


def _read_supported_feature_key_v3_v4(data: bytes, offset: int) -> tuple[SupportedFeatureKey, int]:
    message = _new(SupportedFeatureKey)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SupportedFeatureKey.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.min_version, message.max_version, count = _unpack_hhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_api_version_v0_v2(message: ApiVersion, parts: list[Buffer]) -> None:
    parts.append(_pack_hhh(message.api_key, message.min_version, message.max_version))


def _read_api_version_v0_v2(data: bytes, offset: int) -> tuple[ApiVersion, int]:
    message = _new(ApiVersion)
    message.api_key, message.min_version, message.max_version = _unpack_hhh(data, offset)
    offset += 6
    return message, offset


def _write_api_version_v3_v4(message: ApiVersion, parts: list[Buffer]) -> None:
    parts.append(_pack_hhh0(message.api_key, message.min_version, message.max_version))


def _read_api_version_v3_v4(data: bytes, offset: int) -> tuple[ApiVersion, int]:
    message = _new(ApiVersion)
    message.api_key, message.min_version, message.max_version, count = _unpack_hhhB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ApiVersionsRequest.WRITERS = {
    0: _write_api_versions_request_v0_v2,
    1: _write_api_versions_request_v0_v2,
    2: _write_api_versions_request_v0_v2,
    3: _write_api_versions_request_v3_v4,
    4: _write_api_versions_request_v3_v4,
}
ApiVersionsRequest.READERS = {
    0: _read_api_versions_request_v0_v2,
    1: _read_api_versions_request_v0_v2,
    2: _read_api_versions_request_v0_v2,
    3: _read_api_versions_request_v3_v4,
    4: _read_api_versions_request_v3_v4,
}
ApiVersionsResponse.WRITERS = {
    0: _write_api_versions_response_v0,
    1: _write_api_versions_response_v1_v2,
    2: _write_api_versions_response_v1_v2,
    3: _write_api_versions_response_v3_v4,
    4: _write_api_versions_response_v3_v4,
}
ApiVersionsResponse.READERS = {
    0: _read_api_versions_response_v0,
    1: _read_api_versions_response_v1_v2,
    2: _read_api_versions_response_v1_v2,
    3: _read_api_versions_response_v3_v4,
    4: _read_api_versions_response_v3_v4,
}
