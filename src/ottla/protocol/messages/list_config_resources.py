# SPDX-License-Identifier: Apache-2.0
"""ListConfigResources (key 74).

Lists the resources that have configurations.

Errors: CLUSTER_AUTHORIZATION_FAILED, UNSUPPORTED_VERSION.

Generated from `definitions/list_config_resources.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format, pack, unpack_from
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
_b0 = Format(">bx")
_pack_b0 = _b0.pack
_bB = Format(">bB")
_unpack_bB = _bB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from


class ListConfigResourcesRequest(Message):
    """The kinds that are wanted."""

    __slots__ = ("resource_types",)

    API_KEY = 74
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    resource_types: list[int]
    """Kinds of resources that are wanted; empty means all. (versions 1+)"""

    def __init__(self, *, resource_types: Iterable[int] = ()) -> None:
        self.resource_types = list(resource_types)


class ListConfigResourcesResponse(Message):
    """The resources."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "config_resources",
    )

    API_KEY = 74
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    config_resources: list[ConfigResource]
    """The resources that have configurations."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        config_resources: Iterable[ConfigResource] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.config_resources = list(config_resources)


class ConfigResource(Struct):
    """The resources that have configurations."""

    __slots__ = (
        "resource_name",
        "resource_type",
    )

    resource_name: str
    """The resource's name; a broker's is its id, or empty for the default of all brokers."""

    resource_type: int
    """Kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group.
    (versions 1+)
    """

    def __init__(self, *, resource_name: str = "", resource_type: int = 16) -> None:
        self.resource_name = resource_name
        self.resource_type = resource_type


def _write_list_config_resources_request_v0(
    message: ListConfigResourcesRequest, parts: list[Buffer]
) -> None:
    if message.resource_types:
        raise field_unsupported("ListConfigResourcesRequest.resource_types", "0")
    parts.append(b"\x00")


def _read_list_config_resources_request_v0(
    data: bytes, offset: int
) -> tuple[ListConfigResourcesRequest, int]:
    message = _new(ListConfigResourcesRequest)
    message.resource_types = []
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_config_resources_request_v1(
    message: ListConfigResourcesRequest, parts: list[Buffer]
) -> None:
    count = len(message.resource_types) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack(f">{len(message.resource_types)}b", *message.resource_types))
    parts.append(b"\x00")


def _read_list_config_resources_request_v1(
    data: bytes, offset: int
) -> tuple[ListConfigResourcesRequest, int]:
    message = _new(ListConfigResourcesRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListConfigResourcesRequest.resource_types")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListConfigResourcesRequest.resource_types", count)
    message.resource_types = list(unpack_from(f">{count}b", data, offset))
    offset += count * 1
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_config_resources_response_v0(
    message: ListConfigResourcesResponse, parts: list[Buffer]
) -> None:
    count = len(message.config_resources) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for config_resource in message.config_resources:
        _write_config_resource_v0(config_resource, parts)
    parts.append(b"\x00")


def _read_list_config_resources_response_v0(
    data: bytes, offset: int
) -> tuple[ListConfigResourcesResponse, int]:
    message = _new(ListConfigResourcesResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListConfigResourcesResponse.config_resources")
    count -= 1
    if count * 2 > len(data) - offset:
        raise count_refused("ListConfigResourcesResponse.config_resources", count)
    config_resources: list[ConfigResource] = []
    for _ in range(count):
        config_resource, offset = _read_config_resource_v0(data, offset)
        config_resources.append(config_resource)
    message.config_resources = config_resources
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_config_resources_response_v1(
    message: ListConfigResourcesResponse, parts: list[Buffer]
) -> None:
    count = len(message.config_resources) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for config_resource in message.config_resources:
        _write_config_resource_v1(config_resource, parts)
    parts.append(b"\x00")


def _read_list_config_resources_response_v1(
    data: bytes, offset: int
) -> tuple[ListConfigResourcesResponse, int]:
    message = _new(ListConfigResourcesResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListConfigResourcesResponse.config_resources")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ListConfigResourcesResponse.config_resources", count)
    config_resources: list[ConfigResource] = []
    for _ in range(count):
        config_resource, offset = _read_config_resource_v1(data, offset)
        config_resources.append(config_resource)
    message.config_resources = config_resources
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_config_resource_v0(message: ConfigResource, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_config_resource_v0(data: bytes, offset: int) -> tuple[ConfigResource, int]:
    message = _new(ConfigResource)
    message.resource_type = 16
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ConfigResource.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_config_resource_v1(message: ConfigResource, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_b0(message.resource_type))


def _read_config_resource_v1(data: bytes, offset: int) -> tuple[ConfigResource, int]:
    message = _new(ConfigResource)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ConfigResource.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    message.resource_type, count = _unpack_bB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ListConfigResourcesRequest.WRITERS = {
    0: _write_list_config_resources_request_v0,
    1: _write_list_config_resources_request_v1,
}
ListConfigResourcesRequest.READERS = {
    0: _read_list_config_resources_request_v0,
    1: _read_list_config_resources_request_v1,
}
ListConfigResourcesResponse.WRITERS = {
    0: _write_list_config_resources_response_v0,
    1: _write_list_config_resources_response_v1,
}
ListConfigResourcesResponse.READERS = {
    0: _read_list_config_resources_response_v0,
    1: _read_list_config_resources_response_v1,
}
