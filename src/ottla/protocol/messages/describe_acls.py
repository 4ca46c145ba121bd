# SPDX-License-Identifier: Apache-2.0
"""DescribeAcls (key 29).

Lists the rules that match a filter.

Errors: SECURITY_DISABLED, CLUSTER_AUTHORIZATION_FAILED, INVALID_REQUEST.

Generated from `definitions/describe_acls.txt` by `make gen`.
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
_bB = Format(">bB")
_pack_bB = _bB.pack
_unpack_bB = _bB.unpack_from
_bb = Format(">bb")
_pack_bb = _bb.pack
_unpack_bb = _bb.unpack_from
_bh = Format(">bh")
_pack_bh = _bh.pack
_unpack_bh = _bh.unpack_from
_bi = Format(">bi")
_pack_bi = _bi.pack
_unpack_bi = _bi.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_bb0 = Format(">bbx")
_pack_bb0 = _bb0.pack
_bbB = Format(">bbB")
_unpack_bbB = _bbB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihh = Format(">ihh")
_pack_ihh = _ihh.pack
_unpack_ihh = _ihh.unpack_from


class DescribeAclsRequest(Message):
    """The filter."""

    __slots__ = (
        "resource_type_filter",
        "resource_name_filter",
        "pattern_type_filter",
        "principal_filter",
        "host_filter",
        "operation",
        "permission_type",
    )

    API_KEY = 29
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    resource_type_filter: int
    """Kind of the resource; 1 matches any."""

    resource_name_filter: str | None
    """The resource's name; null matches any. (may be None)"""

    pattern_type_filter: int
    """How the name is compared: 1 any, 2 whatever would apply to it, 3 literal, 4 prefixed."""

    principal_filter: str | None
    """The user, such as `User:alice`; null matches any. (may be None)"""

    host_filter: str | None
    """The client address; null matches any. (may be None)"""

    operation: int
    """What is done; 1 matches any."""

    permission_type: int
    """2 denies, 3 allows, 1 matches both."""

    def __init__(
        self,
        *,
        resource_type_filter: int = 0,
        resource_name_filter: str | None = "",
        pattern_type_filter: int = 3,
        principal_filter: str | None = "",
        host_filter: str | None = "",
        operation: int = 0,
        permission_type: int = 0,
    ) -> None:
        self.resource_type_filter = resource_type_filter
        self.resource_name_filter = resource_name_filter
        self.pattern_type_filter = pattern_type_filter
        self.principal_filter = principal_filter
        self.host_filter = host_filter
        self.operation = operation
        self.permission_type = permission_type


class DescribeAclsResponse(Message):
    """The rules by resource."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "resources",
    )

    API_KEY = 29
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    resources: list[DescribeAclsResource]
    """Resources with rules that match."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
        resources: Iterable[DescribeAclsResource] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.resources = list(resources)


class DescribeAclsResource(Struct):
    """Resources with rules that match."""

    __slots__ = (
        "resource_type",
        "resource_name",
        "pattern_type",
        "acls",
    )

    resource_type: int
    """Kind of the resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7
    user.
    """

    resource_name: str
    """The resource's name, or the prefix that names must have."""

    pattern_type: int
    """How the name is compared: 3 literal, 4 prefixed."""

    acls: list[AclDescription]
    """The rules on this resource."""

    def __init__(
        self,
        *,
        resource_type: int = 0,
        resource_name: str = "",
        pattern_type: int = 3,
        acls: Iterable[AclDescription] = (),
    ) -> None:
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.pattern_type = pattern_type
        self.acls = list(acls)


class AclDescription(Struct):
    """The rules on this resource."""

    __slots__ = (
        "principal",
        "host",
        "operation",
        "permission_type",
    )

    principal: str
    """The user, such as `User:alice`."""

    host: str
    """The client address that the rule is about; `*` is any."""

    operation: int
    """What is done: 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster
    action, 10 describe configs, 11 alter configs, 12 idempotent write.
    """

    permission_type: int
    """2 denies, 3 allows."""

    def __init__(
        self, *, principal: str = "", host: str = "", operation: int = 0, permission_type: int = 0
    ) -> None:
        self.principal = principal
        self.host = host
        self.operation = operation
        self.permission_type = permission_type


def _write_describe_acls_request_v1(message: DescribeAclsRequest, parts: list[Buffer]) -> None:
    if message.resource_name_filter is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.resource_name_filter.encode()
        length = len(text)
    parts.append(_pack_bh(message.resource_type_filter, length))
    parts.append(text)
    if message.principal_filter is None:
        text = b""
        length = -1
    else:
        text = message.principal_filter.encode()
        length = len(text)
    parts.append(_pack_bh(message.pattern_type_filter, length))
    parts.append(text)
    if message.host_filter is None:
        text = b""
        length = -1
    else:
        text = message.host_filter.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_bb(message.operation, message.permission_type))


def _read_describe_acls_request_v1(data: bytes, offset: int) -> tuple[DescribeAclsRequest, int]:
    message = _new(DescribeAclsRequest)
    message.resource_type_filter, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        if length != -1:
            raise null_refused("DescribeAclsRequest.resource_name_filter")
        message.resource_name_filter = None
    else:
        end = offset + length
        message.resource_name_filter = data[offset:end].decode()
        offset = end
    message.pattern_type_filter, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        if length != -1:
            raise null_refused("DescribeAclsRequest.principal_filter")
        message.principal_filter = None
    else:
        end = offset + length
        message.principal_filter = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("DescribeAclsRequest.host_filter")
        message.host_filter = None
    else:
        end = offset + length
        message.host_filter = data[offset:end].decode()
        offset = end
    message.operation, message.permission_type = _unpack_bb(data, offset)
    offset += 2
    return message, offset


def _write_describe_acls_request_v2_v3(message: DescribeAclsRequest, parts: list[Buffer]) -> None:
    if message.resource_name_filter is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.resource_name_filter.encode()
        length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_type_filter, length)
        if length < 128
        else _pack_b(message.resource_type_filter) + uvarint(length)
    )
    parts.append(text)
    if message.principal_filter is None:
        text = b""
        length = 0
    else:
        text = message.principal_filter.encode()
        length = len(text) + 1
    parts.append(
        _pack_bB(message.pattern_type_filter, length)
        if length < 128
        else _pack_b(message.pattern_type_filter) + uvarint(length)
    )
    parts.append(text)
    if message.host_filter is None:
        text = b""
        length = 0
    else:
        text = message.host_filter.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_bb0(message.operation, message.permission_type))


def _read_describe_acls_request_v2_v3(data: bytes, offset: int) -> tuple[DescribeAclsRequest, int]:
    message = _new(DescribeAclsRequest)
    message.resource_type_filter, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.resource_name_filter = None
    else:
        end = offset + length - 1
        message.resource_name_filter = data[offset:end].decode()
        offset = end
    message.pattern_type_filter, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.principal_filter = None
    else:
        end = offset + length - 1
        message.principal_filter = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.host_filter = None
    else:
        end = offset + length - 1
        message.host_filter = data[offset:end].decode()
        offset = end
    message.operation, message.permission_type, count = _unpack_bbB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_acls_response_v1(message: DescribeAclsResponse, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_ihh(message.throttle_time_ms, message.error_code, length))
    parts.append(text)
    count = len(message.resources)
    parts.append(_pack_i(count))
    for describe_acls_resource in message.resources:
        _write_describe_acls_resource_v1(describe_acls_resource, parts)


def _read_describe_acls_response_v1(data: bytes, offset: int) -> tuple[DescribeAclsResponse, int]:
    message = _new(DescribeAclsResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihh(data, offset)
    offset += 8
    if length < 0:
        if length != -1:
            raise null_refused("DescribeAclsResponse.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeAclsResponse.resources")
    if count * 8 > len(data) - offset:
        raise count_refused("DescribeAclsResponse.resources", count)
    resources: list[DescribeAclsResource] = []
    for _ in range(count):
        describe_acls_resource, offset = _read_describe_acls_resource_v1(data, offset)
        resources.append(describe_acls_resource)
    message.resources = resources
    return message, offset


def _write_describe_acls_response_v2_v3(message: DescribeAclsResponse, parts: list[Buffer]) -> None:
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
    count = len(message.resources) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_acls_resource in message.resources:
        _write_describe_acls_resource_v2_v3(describe_acls_resource, parts)
    parts.append(b"\x00")


def _read_describe_acls_response_v2_v3(
    data: bytes, offset: int
) -> tuple[DescribeAclsResponse, int]:
    message = _new(DescribeAclsResponse)
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
        raise null_refused("DescribeAclsResponse.resources")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeAclsResponse.resources", count)
    resources: list[DescribeAclsResource] = []
    for _ in range(count):
        describe_acls_resource, offset = _read_describe_acls_resource_v2_v3(data, offset)
        resources.append(describe_acls_resource)
    message.resources = resources
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_acls_resource_v1(message: DescribeAclsResource, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text)
    parts.append(_pack_bh(message.resource_type, length))
    parts.append(text)
    count = len(message.acls)
    parts.append(_pack_bi(message.pattern_type, count))
    for acl_description in message.acls:
        _write_acl_description_v1(acl_description, parts)


def _read_describe_acls_resource_v1(data: bytes, offset: int) -> tuple[DescribeAclsResource, int]:
    message = _new(DescribeAclsResource)
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("DescribeAclsResource.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    message.pattern_type, count = _unpack_bi(data, offset)
    offset += 5
    if count < 0:
        raise null_refused("DescribeAclsResource.acls")
    if count * 6 > len(data) - offset:
        raise count_refused("DescribeAclsResource.acls", count)
    acls: list[AclDescription] = []
    for _ in range(count):
        acl_description, offset = _read_acl_description_v1(data, offset)
        acls.append(acl_description)
    message.acls = acls
    return message, offset


def _write_describe_acls_resource_v2_v3(message: DescribeAclsResource, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_type, length)
        if length < 128
        else _pack_b(message.resource_type) + uvarint(length)
    )
    parts.append(text)
    count = len(message.acls) + 1
    parts.append(
        _pack_bB(message.pattern_type, count)
        if count < 128
        else _pack_b(message.pattern_type) + uvarint(count)
    )
    for acl_description in message.acls:
        _write_acl_description_v2_v3(acl_description, parts)
    parts.append(b"\x00")


def _read_describe_acls_resource_v2_v3(
    data: bytes, offset: int
) -> tuple[DescribeAclsResource, int]:
    message = _new(DescribeAclsResource)
    message.resource_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeAclsResource.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    message.pattern_type, count = _unpack_bB(data, offset)
    offset += 2
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeAclsResource.acls")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeAclsResource.acls", count)
    acls: list[AclDescription] = []
    for _ in range(count):
        acl_description, offset = _read_acl_description_v2_v3(data, offset)
        acls.append(acl_description)
    message.acls = acls
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_acl_description_v1(message: AclDescription, parts: list[Buffer]) -> None:
    text: Buffer = message.principal.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_bb(message.operation, message.permission_type))


def _read_acl_description_v1(data: bytes, offset: int) -> tuple[AclDescription, int]:
    message = _new(AclDescription)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AclDescription.principal")
    end = offset + length
    message.principal = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AclDescription.host")
    end = offset + length
    message.host = data[offset:end].decode()
    offset = end
    message.operation, message.permission_type = _unpack_bb(data, offset)
    offset += 2
    return message, offset


def _write_acl_description_v2_v3(message: AclDescription, parts: list[Buffer]) -> None:
    text: Buffer = message.principal.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_bb0(message.operation, message.permission_type))


def _read_acl_description_v2_v3(data: bytes, offset: int) -> tuple[AclDescription, int]:
    message = _new(AclDescription)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AclDescription.principal")
    end = offset + length - 1
    message.principal = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AclDescription.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.operation, message.permission_type, count = _unpack_bbB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeAclsRequest.WRITERS = {
    1: _write_describe_acls_request_v1,
    2: _write_describe_acls_request_v2_v3,
    3: _write_describe_acls_request_v2_v3,
}
DescribeAclsRequest.READERS = {
    1: _read_describe_acls_request_v1,
    2: _read_describe_acls_request_v2_v3,
    3: _read_describe_acls_request_v2_v3,
}
DescribeAclsResponse.WRITERS = {
    1: _write_describe_acls_response_v1,
    2: _write_describe_acls_response_v2_v3,
    3: _write_describe_acls_response_v2_v3,
}
DescribeAclsResponse.READERS = {
    1: _read_describe_acls_response_v1,
    2: _read_describe_acls_response_v2_v3,
    3: _read_describe_acls_response_v2_v3,
}
