# SPDX-License-Identifier: Apache-2.0
"""DescribeConfigs (key 32).

The configurations of topics, brokers and other resources, with their sources.

Errors: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, INVALID_REQUEST,
TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/describe_configs.txt` by `make gen`.
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
_b = Format(">b")
_pack_b = _b.pack
_unpack_b = _b.unpack_from
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_t = Format(">?")
_pack_t = _t.pack
_unpack_t = _t.unpack_from
_b0 = Format(">bx")
_pack_b0 = _b0.pack
_bB = Format(">bB")
_pack_bB = _bB.pack
_unpack_bB = _bB.unpack_from
_bh = Format(">bh")
_pack_bh = _bh.pack
_unpack_bh = _bh.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_tt = Format(">??")
_pack_tt = _tt.pack
_unpack_tt = _tt.unpack_from
_tbt = Format(">?b?")
_pack_tbt = _tbt.pack
_tt0 = Format(">??x")
_pack_tt0 = _tt0.pack
_ttB = Format(">??B")
_unpack_ttB = _ttB.unpack_from
_tbtB = Format(">?b?B")
_pack_tbtB = _tbtB.pack
_unpack_tbtB = _tbtB.unpack_from
_tbti = Format(">?b?i")
_pack_tbti = _tbti.pack
_unpack_tbti = _tbti.unpack_from


class DescribeConfigsRequest(Message):
    """The resources and which of their configurations are wanted."""

    __slots__ = (
        "resources",
        "include_synonyms",
        "include_documentation",
    )

    API_KEY = 32
    VERSIONS = range(1, 5)
    FLEXIBLE_FROM = 4

    resources: list[DescribeConfigsResource]
    """The resources to describe."""

    include_synonyms: bool
    """Whether to list every place that could set the value."""

    include_documentation: bool
    """Whether to add the text that explains each configuration. (versions 3+)"""

    def __init__(
        self,
        *,
        resources: Iterable[DescribeConfigsResource] = (),
        include_synonyms: bool = False,
        include_documentation: bool = False,
    ) -> None:
        self.resources = list(resources)
        self.include_synonyms = include_synonyms
        self.include_documentation = include_documentation


class DescribeConfigsResource(Struct):
    """The resources to describe."""

    __slots__ = (
        "resource_type",
        "resource_name",
        "configuration_keys",
    )

    resource_type: int
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group."""

    resource_name: str
    """The resource's name; a broker's is its id, or empty for the default of all brokers."""

    configuration_keys: list[str] | None
    """Names of the configurations that are wanted; null means all. (may be None)"""

    def __init__(
        self,
        *,
        resource_type: int = 0,
        resource_name: str = "",
        configuration_keys: Iterable[str] | None = (),
    ) -> None:
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.configuration_keys = None if configuration_keys is None else list(configuration_keys)


class DescribeConfigsResponse(Message):
    """The configurations by resource."""

    __slots__ = (
        "throttle_time_ms",
        "results",
    )

    API_KEY = 32
    VERSIONS = range(1, 5)
    FLEXIBLE_FROM = 4

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    results: list[DescribeConfigsResult]
    """What was found, by resource."""

    def __init__(
        self, *, throttle_time_ms: int = 0, results: Iterable[DescribeConfigsResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.results = list(results)


class DescribeConfigsResult(Struct):
    """What was found, by resource."""

    __slots__ = (
        "error_code",
        "error_message",
        "resource_type",
        "resource_name",
        "configs",
    )

    error_code: int
    """Outcome for this resource; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    resource_type: int
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group."""

    resource_name: str
    """The resource's name; a broker's is its id, or empty for the default of all brokers."""

    configs: list[DescribeConfigsResourceResult]
    """The resource's configurations."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = "",
        resource_type: int = 0,
        resource_name: str = "",
        configs: Iterable[DescribeConfigsResourceResult] = (),
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.configs = list(configs)


class DescribeConfigsResourceResult(Struct):
    """The resource's configurations."""

    __slots__ = (
        "name",
        "value",
        "read_only",
        "config_source",
        "is_sensitive",
        "synonyms",
        "config_type",
        "documentation",
    )

    name: str
    """The configuration's name."""

    value: str | None
    """The value in force; null when it is sensitive or unset. (may be None)"""

    read_only: bool
    """Whether the configuration can only be changed in the broker's file."""

    config_source: int
    """Where the value comes from: 1 topic, 2 this broker, 3 all brokers, 4 configuration file, 5
    default, 6 broker logger, 7 client metrics, 8 group.
    """

    is_sensitive: bool
    """Whether the value is a secret and therefore not shown."""

    synonyms: list[DescribeConfigsSynonym]
    """Every place that could set the value, the one that wins first."""

    config_type: int
    """Type of the value: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9
    password; 0 unknown. (versions 3+)
    """

    documentation: str | None
    """Text that explains the configuration; null when not asked for. (versions 3+; may be None)
    """

    def __init__(
        self,
        *,
        name: str = "",
        value: str | None = "",
        read_only: bool = False,
        config_source: int = -1,
        is_sensitive: bool = False,
        synonyms: Iterable[DescribeConfigsSynonym] = (),
        config_type: int = 0,
        documentation: str | None = "",
    ) -> None:
        self.name = name
        self.value = value
        self.read_only = read_only
        self.config_source = config_source
        self.is_sensitive = is_sensitive
        self.synonyms = list(synonyms)
        self.config_type = config_type
        self.documentation = documentation


class DescribeConfigsSynonym(Struct):
    """Every place that could set the value, the one that wins first."""

    __slots__ = (
        "name",
        "value",
        "source",
    )

    name: str
    """The name under which this place has the setting."""

    value: str | None
    """The value at this place; null when it is sensitive or unset. (may be None)"""

    source: int
    """Where this value comes from, in the numbers of `config_source`."""

    def __init__(self, *, name: str = "", value: str | None = "", source: int = 0) -> None:
        self.name = name
        self.value = value
        self.source = source


def _write_describe_configs_request_v1_v2(
    message: DescribeConfigsRequest, parts: list[Buffer]
) -> None:
    if message.include_documentation:
        raise field_unsupported("DescribeConfigsRequest.include_documentation", "1-2")
    count = len(message.resources)
    parts.append(_pack_i(count))
    for describe_configs_resource in message.resources:
        _write_describe_configs_resource_v1_v3(describe_configs_resource, parts)
    parts.append(_pack_t(message.include_synonyms))


def _read_describe_configs_request_v1_v2(
    data: bytes, offset: int
) -> tuple[DescribeConfigsRequest, int]:
    message = _new(DescribeConfigsRequest)
    message.include_documentation = False
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeConfigsRequest.resources")
    if count * 7 > len(data) - offset:
        raise count_refused("DescribeConfigsRequest.resources", count)
    resources: list[DescribeConfigsResource] = []
    for _ in range(count):
        describe_configs_resource, offset = _read_describe_configs_resource_v1_v3(data, offset)
        resources.append(describe_configs_resource)
    message.resources = resources
    (message.include_synonyms,) = _unpack_t(data, offset)
    offset += 1
    return message, offset


def _write_describe_configs_request_v3(
    message: DescribeConfigsRequest, parts: list[Buffer]
) -> None:
    count = len(message.resources)
    parts.append(_pack_i(count))
    for describe_configs_resource in message.resources:
        _write_describe_configs_resource_v1_v3(describe_configs_resource, parts)
    parts.append(_pack_tt(message.include_synonyms, message.include_documentation))


def _read_describe_configs_request_v3(
    data: bytes, offset: int
) -> tuple[DescribeConfigsRequest, int]:
    message = _new(DescribeConfigsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeConfigsRequest.resources")
    if count * 7 > len(data) - offset:
        raise count_refused("DescribeConfigsRequest.resources", count)
    resources: list[DescribeConfigsResource] = []
    for _ in range(count):
        describe_configs_resource, offset = _read_describe_configs_resource_v1_v3(data, offset)
        resources.append(describe_configs_resource)
    message.resources = resources
    message.include_synonyms, message.include_documentation = _unpack_tt(data, offset)
    offset += 2
    return message, offset


def _write_describe_configs_request_v4(
    message: DescribeConfigsRequest, parts: list[Buffer]
) -> None:
    count = len(message.resources) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_configs_resource in message.resources:
        _write_describe_configs_resource_v4(describe_configs_resource, parts)
    parts.append(_pack_tt0(message.include_synonyms, message.include_documentation))


def _read_describe_configs_request_v4(
    data: bytes, offset: int
) -> tuple[DescribeConfigsRequest, int]:
    message = _new(DescribeConfigsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeConfigsRequest.resources")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribeConfigsRequest.resources", count)
    resources: list[DescribeConfigsResource] = []
    for _ in range(count):
        describe_configs_resource, offset = _read_describe_configs_resource_v4(data, offset)
        resources.append(describe_configs_resource)
    message.resources = resources
    message.include_synonyms, message.include_documentation, count = _unpack_ttB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_configs_resource_v1_v3(
    message: DescribeConfigsResource, parts: list[Buffer]
) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text)
    parts.append(_pack_bh(message.resource_type, length))
    parts.append(text)
    count = -1 if message.configuration_keys is None else len(message.configuration_keys)
    parts.append(_pack_i(count))
    if message.configuration_keys:
        for string in message.configuration_keys:
            text = string.encode()
            length = len(text)
            parts.append(_pack_h(length))
            parts.append(text)


def _read_describe_configs_resource_v1_v3(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResource, int]:
    message = _new(DescribeConfigsResource)
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("DescribeConfigsResource.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("DescribeConfigsResource.configuration_keys")
        message.configuration_keys = None
    else:
        if count * 2 > len(data) - offset:
            raise count_refused("DescribeConfigsResource.configuration_keys", count)
        configuration_keys: list[str] = []
        for _ in range(count):
            (length,) = _unpack_h(data, offset)
            offset += 2
            if length < 0:
                raise null_refused("DescribeConfigsResource.configuration_keys")
            end = offset + length
            text = data[offset:end].decode()
            offset = end
            configuration_keys.append(text)
        message.configuration_keys = configuration_keys
    return message, offset


def _write_describe_configs_resource_v4(
    message: DescribeConfigsResource, parts: list[Buffer]
) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_type, length)
        if length < 128
        else _pack_b(message.resource_type) + uvarint(length)
    )
    parts.append(text)
    count = 0 if message.configuration_keys is None else len(message.configuration_keys) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.configuration_keys:
        for string in message.configuration_keys:
            text = string.encode()
            length = len(text) + 1
            parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
            parts.append(text)
    parts.append(b"\x00")


def _read_describe_configs_resource_v4(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResource, int]:
    message = _new(DescribeConfigsResource)
    message.resource_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeConfigsResource.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.configuration_keys = None
    else:
        count -= 1
        if count > len(data) - offset:
            raise count_refused("DescribeConfigsResource.configuration_keys", count)
        configuration_keys: list[str] = []
        for _ in range(count):
            length = data[offset]
            offset += 1
            if length > 127:
                length, offset = read_long_uvarint(data, offset, length)
            if length == 0:
                raise null_refused("DescribeConfigsResource.configuration_keys")
            end = offset + length - 1
            text = data[offset:end].decode()
            offset = end
            configuration_keys.append(text)
        message.configuration_keys = configuration_keys
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_configs_response_v1_v2(
    message: DescribeConfigsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for describe_configs_result in message.results:
        _write_describe_configs_result_v1_v2(describe_configs_result, parts)


def _read_describe_configs_response_v1_v2(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResponse, int]:
    message = _new(DescribeConfigsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DescribeConfigsResponse.results")
    if count * 11 > len(data) - offset:
        raise count_refused("DescribeConfigsResponse.results", count)
    results: list[DescribeConfigsResult] = []
    for _ in range(count):
        describe_configs_result, offset = _read_describe_configs_result_v1_v2(data, offset)
        results.append(describe_configs_result)
    message.results = results
    return message, offset


def _write_describe_configs_response_v3(
    message: DescribeConfigsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for describe_configs_result in message.results:
        _write_describe_configs_result_v3(describe_configs_result, parts)


def _read_describe_configs_response_v3(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResponse, int]:
    message = _new(DescribeConfigsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DescribeConfigsResponse.results")
    if count * 11 > len(data) - offset:
        raise count_refused("DescribeConfigsResponse.results", count)
    results: list[DescribeConfigsResult] = []
    for _ in range(count):
        describe_configs_result, offset = _read_describe_configs_result_v3(data, offset)
        results.append(describe_configs_result)
    message.results = results
    return message, offset


def _write_describe_configs_response_v4(
    message: DescribeConfigsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for describe_configs_result in message.results:
        _write_describe_configs_result_v4(describe_configs_result, parts)
    parts.append(b"\x00")


def _read_describe_configs_response_v4(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResponse, int]:
    message = _new(DescribeConfigsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeConfigsResponse.results")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("DescribeConfigsResponse.results", count)
    results: list[DescribeConfigsResult] = []
    for _ in range(count):
        describe_configs_result, offset = _read_describe_configs_result_v4(data, offset)
        results.append(describe_configs_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_configs_result_v1_v2(
    message: DescribeConfigsResult, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    text = message.resource_name.encode()
    length = len(text)
    parts.append(_pack_bh(message.resource_type, length))
    parts.append(text)
    count = len(message.configs)
    parts.append(_pack_i(count))
    for describe_configs_resource_result in message.configs:
        _write_describe_configs_resource_result_v1_v2(describe_configs_resource_result, parts)


def _read_describe_configs_result_v1_v2(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResult, int]:
    message = _new(DescribeConfigsResult)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("DescribeConfigsResult.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("DescribeConfigsResult.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeConfigsResult.configs")
    if count * 11 > len(data) - offset:
        raise count_refused("DescribeConfigsResult.configs", count)
    configs: list[DescribeConfigsResourceResult] = []
    for _ in range(count):
        describe_configs_resource_result, offset = _read_describe_configs_resource_result_v1_v2(
            data, offset
        )
        configs.append(describe_configs_resource_result)
    message.configs = configs
    return message, offset


def _write_describe_configs_result_v3(message: DescribeConfigsResult, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    text = message.resource_name.encode()
    length = len(text)
    parts.append(_pack_bh(message.resource_type, length))
    parts.append(text)
    count = len(message.configs)
    parts.append(_pack_i(count))
    for describe_configs_resource_result in message.configs:
        _write_describe_configs_resource_result_v3(describe_configs_resource_result, parts)


def _read_describe_configs_result_v3(data: bytes, offset: int) -> tuple[DescribeConfigsResult, int]:
    message = _new(DescribeConfigsResult)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("DescribeConfigsResult.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("DescribeConfigsResult.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeConfigsResult.configs")
    if count * 14 > len(data) - offset:
        raise count_refused("DescribeConfigsResult.configs", count)
    configs: list[DescribeConfigsResourceResult] = []
    for _ in range(count):
        describe_configs_resource_result, offset = _read_describe_configs_resource_result_v3(
            data, offset
        )
        configs.append(describe_configs_resource_result)
    message.configs = configs
    return message, offset


def _write_describe_configs_result_v4(message: DescribeConfigsResult, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
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
    text = message.resource_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_type, length)
        if length < 128
        else _pack_b(message.resource_type) + uvarint(length)
    )
    parts.append(text)
    count = len(message.configs) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_configs_resource_result in message.configs:
        _write_describe_configs_resource_result_v4(describe_configs_resource_result, parts)
    parts.append(b"\x00")


def _read_describe_configs_result_v4(data: bytes, offset: int) -> tuple[DescribeConfigsResult, int]:
    message = _new(DescribeConfigsResult)
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
    message.resource_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeConfigsResult.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeConfigsResult.configs")
    count -= 1
    if count * 9 > len(data) - offset:
        raise count_refused("DescribeConfigsResult.configs", count)
    configs: list[DescribeConfigsResourceResult] = []
    for _ in range(count):
        describe_configs_resource_result, offset = _read_describe_configs_resource_result_v4(
            data, offset
        )
        configs.append(describe_configs_resource_result)
    message.configs = configs
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_configs_resource_result_v1_v2(
    message: DescribeConfigsResourceResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = -1
    else:
        text = message.value.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.synonyms)
    parts.append(_pack_tbti(message.read_only, message.config_source, message.is_sensitive, count))
    for describe_configs_synonym in message.synonyms:
        _write_describe_configs_synonym_v1_v3(describe_configs_synonym, parts)


def _read_describe_configs_resource_result_v1_v2(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResourceResult, int]:
    message = _new(DescribeConfigsResourceResult)
    message.config_type = 0
    message.documentation = ""
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribeConfigsResourceResult.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("DescribeConfigsResourceResult.value")
        message.value = None
    else:
        end = offset + length
        message.value = data[offset:end].decode()
        offset = end
    message.read_only, message.config_source, message.is_sensitive, count = _unpack_tbti(
        data, offset
    )
    offset += 7
    if count < 0:
        raise null_refused("DescribeConfigsResourceResult.synonyms")
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeConfigsResourceResult.synonyms", count)
    synonyms: list[DescribeConfigsSynonym] = []
    for _ in range(count):
        describe_configs_synonym, offset = _read_describe_configs_synonym_v1_v3(data, offset)
        synonyms.append(describe_configs_synonym)
    message.synonyms = synonyms
    return message, offset


def _write_describe_configs_resource_result_v3(
    message: DescribeConfigsResourceResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = -1
    else:
        text = message.value.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.synonyms)
    parts.append(_pack_tbti(message.read_only, message.config_source, message.is_sensitive, count))
    for describe_configs_synonym in message.synonyms:
        _write_describe_configs_synonym_v1_v3(describe_configs_synonym, parts)
    if message.documentation is None:
        text = b""
        length = -1
    else:
        text = message.documentation.encode()
        length = len(text)
    parts.append(_pack_bh(message.config_type, length))
    parts.append(text)


def _read_describe_configs_resource_result_v3(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResourceResult, int]:
    message = _new(DescribeConfigsResourceResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribeConfigsResourceResult.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("DescribeConfigsResourceResult.value")
        message.value = None
    else:
        end = offset + length
        message.value = data[offset:end].decode()
        offset = end
    message.read_only, message.config_source, message.is_sensitive, count = _unpack_tbti(
        data, offset
    )
    offset += 7
    if count < 0:
        raise null_refused("DescribeConfigsResourceResult.synonyms")
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeConfigsResourceResult.synonyms", count)
    synonyms: list[DescribeConfigsSynonym] = []
    for _ in range(count):
        describe_configs_synonym, offset = _read_describe_configs_synonym_v1_v3(data, offset)
        synonyms.append(describe_configs_synonym)
    message.synonyms = synonyms
    message.config_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        if length != -1:
            raise null_refused("DescribeConfigsResourceResult.documentation")
        message.documentation = None
    else:
        end = offset + length
        message.documentation = data[offset:end].decode()
        offset = end
    return message, offset


def _write_describe_configs_resource_result_v4(
    message: DescribeConfigsResourceResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = 0
    else:
        text = message.value.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.synonyms) + 1
    parts.append(
        _pack_tbtB(message.read_only, message.config_source, message.is_sensitive, count)
        if count < 128
        else _pack_tbt(message.read_only, message.config_source, message.is_sensitive)
        + uvarint(count)
    )
    for describe_configs_synonym in message.synonyms:
        _write_describe_configs_synonym_v4(describe_configs_synonym, parts)
    if message.documentation is None:
        text = b""
        length = 0
    else:
        text = message.documentation.encode()
        length = len(text) + 1
    parts.append(
        _pack_bB(message.config_type, length)
        if length < 128
        else _pack_b(message.config_type) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_describe_configs_resource_result_v4(
    data: bytes, offset: int
) -> tuple[DescribeConfigsResourceResult, int]:
    message = _new(DescribeConfigsResourceResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeConfigsResourceResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.value = None
    else:
        end = offset + length - 1
        message.value = data[offset:end].decode()
        offset = end
    message.read_only, message.config_source, message.is_sensitive, count = _unpack_tbtB(
        data, offset
    )
    offset += 4
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeConfigsResourceResult.synonyms")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribeConfigsResourceResult.synonyms", count)
    synonyms: list[DescribeConfigsSynonym] = []
    for _ in range(count):
        describe_configs_synonym, offset = _read_describe_configs_synonym_v4(data, offset)
        synonyms.append(describe_configs_synonym)
    message.synonyms = synonyms
    message.config_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.documentation = None
    else:
        end = offset + length - 1
        message.documentation = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_configs_synonym_v1_v3(
    message: DescribeConfigsSynonym, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = -1
    else:
        text = message.value.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_b(message.source))


def _read_describe_configs_synonym_v1_v3(
    data: bytes, offset: int
) -> tuple[DescribeConfigsSynonym, int]:
    message = _new(DescribeConfigsSynonym)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribeConfigsSynonym.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("DescribeConfigsSynonym.value")
        message.value = None
    else:
        end = offset + length
        message.value = data[offset:end].decode()
        offset = end
    (message.source,) = _unpack_b(data, offset)
    offset += 1
    return message, offset


def _write_describe_configs_synonym_v4(
    message: DescribeConfigsSynonym, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.value is None:
        text = b""
        length = 0
    else:
        text = message.value.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_b0(message.source))


def _read_describe_configs_synonym_v4(
    data: bytes, offset: int
) -> tuple[DescribeConfigsSynonym, int]:
    message = _new(DescribeConfigsSynonym)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeConfigsSynonym.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.value = None
    else:
        end = offset + length - 1
        message.value = data[offset:end].decode()
        offset = end
    message.source, count = _unpack_bB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeConfigsRequest.WRITERS = {
    1: _write_describe_configs_request_v1_v2,
    2: _write_describe_configs_request_v1_v2,
    3: _write_describe_configs_request_v3,
    4: _write_describe_configs_request_v4,
}
DescribeConfigsRequest.READERS = {
    1: _read_describe_configs_request_v1_v2,
    2: _read_describe_configs_request_v1_v2,
    3: _read_describe_configs_request_v3,
    4: _read_describe_configs_request_v4,
}
DescribeConfigsResponse.WRITERS = {
    1: _write_describe_configs_response_v1_v2,
    2: _write_describe_configs_response_v1_v2,
    3: _write_describe_configs_response_v3,
    4: _write_describe_configs_response_v4,
}
DescribeConfigsResponse.READERS = {
    1: _read_describe_configs_response_v1_v2,
    2: _read_describe_configs_response_v1_v2,
    3: _read_describe_configs_response_v3,
    4: _read_describe_configs_response_v4,
}
