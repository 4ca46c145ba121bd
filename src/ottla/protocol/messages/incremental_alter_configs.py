# SPDX-License-Identifier: Apache-2.0
"""IncrementalAlterConfigs (key 44).

Changes single configurations of topics, brokers and other resources.

Errors: INVALID_CONFIG, INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED,
CLUSTER_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED, POLICY_VIOLATION, NOT_CONTROLLER,
DUPLICATE_RESOURCE.

Generated from `definitions/incremental_alter_configs.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    count_refused,
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
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_t = Format(">?")
_pack_t = _t.pack
_unpack_t = _t.unpack_from
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
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from


class IncrementalAlterConfigsRequest(Message):
    """The changes by resource."""

    __slots__ = (
        "resources",
        "validate_only",
    )

    API_KEY = 44
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 1

    resources: list[AlterConfigsResource]
    """The resources to change."""

    validate_only: bool
    """Whether only to check the request and change nothing."""

    def __init__(
        self, *, resources: Iterable[AlterConfigsResource] = (), validate_only: bool = False
    ) -> None:
        self.resources = list(resources)
        self.validate_only = validate_only


class AlterConfigsResource(Struct):
    """The resources to change."""

    __slots__ = (
        "resource_type",
        "resource_name",
        "configs",
    )

    resource_type: int
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group."""

    resource_name: str
    """The resource's name; a broker's is its id, or empty for the default of all brokers."""

    configs: list[AlterableConfig]
    """The changes to the resource's configurations."""

    def __init__(
        self,
        *,
        resource_type: int = 0,
        resource_name: str = "",
        configs: Iterable[AlterableConfig] = (),
    ) -> None:
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.configs = list(configs)


class AlterableConfig(Struct):
    """The changes to the resource's configurations."""

    __slots__ = (
        "name",
        "config_operation",
        "value",
    )

    name: str
    """The configuration's name."""

    config_operation: int
    """What to do: 0 set, 1 delete, 2 append to a list, 3 remove from a list."""

    value: str | None
    """The configuration's new value. (may be None)"""

    def __init__(
        self, *, name: str = "", config_operation: int = 0, value: str | None = ""
    ) -> None:
        self.name = name
        self.config_operation = config_operation
        self.value = value


class IncrementalAlterConfigsResponse(Message):
    """Outcomes by resource."""

    __slots__ = (
        "throttle_time_ms",
        "responses",
    )

    API_KEY = 44
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 1

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    responses: list[AlterConfigsResourceResponse]
    """Outcomes by resource."""

    def __init__(
        self, *, throttle_time_ms: int = 0, responses: Iterable[AlterConfigsResourceResponse] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.responses = list(responses)


class AlterConfigsResourceResponse(Struct):
    """Outcomes by resource."""

    __slots__ = (
        "error_code",
        "error_message",
        "resource_type",
        "resource_name",
    )

    error_code: int
    """Outcome for this resource; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    resource_type: int
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group."""

    resource_name: str
    """The resource's name; a broker's is its id, or empty for the default of all brokers."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = "",
        resource_type: int = 0,
        resource_name: str = "",
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.resource_type = resource_type
        self.resource_name = resource_name


def _write_incremental_alter_configs_request_v0(
    message: IncrementalAlterConfigsRequest, parts: list[Buffer]
) -> None:
    count = len(message.resources)
    parts.append(_pack_i(count))
    for alter_configs_resource in message.resources:
        _write_alter_configs_resource_v0(alter_configs_resource, parts)
    parts.append(_pack_t(message.validate_only))


def _read_incremental_alter_configs_request_v0(
    data: bytes, offset: int
) -> tuple[IncrementalAlterConfigsRequest, int]:
    message = _new(IncrementalAlterConfigsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("IncrementalAlterConfigsRequest.resources")
    if count * 7 > len(data) - offset:
        raise count_refused("IncrementalAlterConfigsRequest.resources", count)
    resources: list[AlterConfigsResource] = []
    for _ in range(count):
        alter_configs_resource, offset = _read_alter_configs_resource_v0(data, offset)
        resources.append(alter_configs_resource)
    message.resources = resources
    (message.validate_only,) = _unpack_t(data, offset)
    offset += 1
    return message, offset


def _write_incremental_alter_configs_request_v1(
    message: IncrementalAlterConfigsRequest, parts: list[Buffer]
) -> None:
    count = len(message.resources) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_configs_resource in message.resources:
        _write_alter_configs_resource_v1(alter_configs_resource, parts)
    parts.append(_pack_t0(message.validate_only))


def _read_incremental_alter_configs_request_v1(
    data: bytes, offset: int
) -> tuple[IncrementalAlterConfigsRequest, int]:
    message = _new(IncrementalAlterConfigsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("IncrementalAlterConfigsRequest.resources")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("IncrementalAlterConfigsRequest.resources", count)
    resources: list[AlterConfigsResource] = []
    for _ in range(count):
        alter_configs_resource, offset = _read_alter_configs_resource_v1(data, offset)
        resources.append(alter_configs_resource)
    message.resources = resources
    message.validate_only, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_configs_resource_v0(message: AlterConfigsResource, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text)
    parts.append(_pack_bh(message.resource_type, length))
    parts.append(text)
    count = len(message.configs)
    parts.append(_pack_i(count))
    for alterable_config in message.configs:
        _write_alterable_config_v0(alterable_config, parts)


def _read_alter_configs_resource_v0(data: bytes, offset: int) -> tuple[AlterConfigsResource, int]:
    message = _new(AlterConfigsResource)
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("AlterConfigsResource.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterConfigsResource.configs")
    if count * 5 > len(data) - offset:
        raise count_refused("AlterConfigsResource.configs", count)
    configs: list[AlterableConfig] = []
    for _ in range(count):
        alterable_config, offset = _read_alterable_config_v0(data, offset)
        configs.append(alterable_config)
    message.configs = configs
    return message, offset


def _write_alter_configs_resource_v1(message: AlterConfigsResource, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_type, length)
        if length < 128
        else _pack_b(message.resource_type) + uvarint(length)
    )
    parts.append(text)
    count = len(message.configs) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alterable_config in message.configs:
        _write_alterable_config_v1(alterable_config, parts)
    parts.append(b"\x00")


def _read_alter_configs_resource_v1(data: bytes, offset: int) -> tuple[AlterConfigsResource, int]:
    message = _new(AlterConfigsResource)
    message.resource_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterConfigsResource.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterConfigsResource.configs")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("AlterConfigsResource.configs", count)
    configs: list[AlterableConfig] = []
    for _ in range(count):
        alterable_config, offset = _read_alterable_config_v1(data, offset)
        configs.append(alterable_config)
    message.configs = configs
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alterable_config_v0(message: AlterableConfig, parts: list[Buffer]) -> None:
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
    parts.append(_pack_bh(message.config_operation, length))
    parts.append(text)


def _read_alterable_config_v0(data: bytes, offset: int) -> tuple[AlterableConfig, int]:
    message = _new(AlterableConfig)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AlterableConfig.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.config_operation, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        if length != -1:
            raise null_refused("AlterableConfig.value")
        message.value = None
    else:
        end = offset + length
        message.value = data[offset:end].decode()
        offset = end
    return message, offset


def _write_alterable_config_v1(message: AlterableConfig, parts: list[Buffer]) -> None:
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
    parts.append(
        _pack_bB(message.config_operation, length)
        if length < 128
        else _pack_b(message.config_operation) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_alterable_config_v1(data: bytes, offset: int) -> tuple[AlterableConfig, int]:
    message = _new(AlterableConfig)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterableConfig.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.config_operation, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.value = None
    else:
        end = offset + length - 1
        message.value = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_incremental_alter_configs_response_v0(
    message: IncrementalAlterConfigsResponse, parts: list[Buffer]
) -> None:
    count = len(message.responses)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for alter_configs_resource_response in message.responses:
        _write_alter_configs_resource_response_v0(alter_configs_resource_response, parts)


def _read_incremental_alter_configs_response_v0(
    data: bytes, offset: int
) -> tuple[IncrementalAlterConfigsResponse, int]:
    message = _new(IncrementalAlterConfigsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("IncrementalAlterConfigsResponse.responses")
    if count * 7 > len(data) - offset:
        raise count_refused("IncrementalAlterConfigsResponse.responses", count)
    responses: list[AlterConfigsResourceResponse] = []
    for _ in range(count):
        alter_configs_resource_response, offset = _read_alter_configs_resource_response_v0(
            data, offset
        )
        responses.append(alter_configs_resource_response)
    message.responses = responses
    return message, offset


def _write_incremental_alter_configs_response_v1(
    message: IncrementalAlterConfigsResponse, parts: list[Buffer]
) -> None:
    count = len(message.responses) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for alter_configs_resource_response in message.responses:
        _write_alter_configs_resource_response_v1(alter_configs_resource_response, parts)
    parts.append(b"\x00")


def _read_incremental_alter_configs_response_v1(
    data: bytes, offset: int
) -> tuple[IncrementalAlterConfigsResponse, int]:
    message = _new(IncrementalAlterConfigsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("IncrementalAlterConfigsResponse.responses")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("IncrementalAlterConfigsResponse.responses", count)
    responses: list[AlterConfigsResourceResponse] = []
    for _ in range(count):
        alter_configs_resource_response, offset = _read_alter_configs_resource_response_v1(
            data, offset
        )
        responses.append(alter_configs_resource_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_configs_resource_response_v0(
    message: AlterConfigsResourceResponse, parts: list[Buffer]
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


def _read_alter_configs_resource_response_v0(
    data: bytes, offset: int
) -> tuple[AlterConfigsResourceResponse, int]:
    message = _new(AlterConfigsResourceResponse)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("AlterConfigsResourceResponse.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("AlterConfigsResourceResponse.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    return message, offset


def _write_alter_configs_resource_response_v1(
    message: AlterConfigsResourceResponse, parts: list[Buffer]
) -> None:
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
    parts.append(b"\x00")


def _read_alter_configs_resource_response_v1(
    data: bytes, offset: int
) -> tuple[AlterConfigsResourceResponse, int]:
    message = _new(AlterConfigsResourceResponse)
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
        raise null_refused("AlterConfigsResourceResponse.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


IncrementalAlterConfigsRequest.WRITERS = {
    0: _write_incremental_alter_configs_request_v0,
    1: _write_incremental_alter_configs_request_v1,
}
IncrementalAlterConfigsRequest.READERS = {
    0: _read_incremental_alter_configs_request_v0,
    1: _read_incremental_alter_configs_request_v1,
}
IncrementalAlterConfigsResponse.WRITERS = {
    0: _write_incremental_alter_configs_response_v0,
    1: _write_incremental_alter_configs_response_v1,
}
IncrementalAlterConfigsResponse.READERS = {
    0: _read_incremental_alter_configs_response_v0,
    1: _read_incremental_alter_configs_response_v1,
}
