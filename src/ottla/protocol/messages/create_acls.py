# SPDX-License-Identifier: Apache-2.0
"""CreateAcls (key 30).

Adds rules that say who may do what.

Errors: SECURITY_DISABLED, CLUSTER_AUTHORIZATION_FAILED, INVALID_REQUEST, NOT_CONTROLLER.

Generated from `definitions/create_acls.txt` by `make gen`.
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
_bb0 = Format(">bbx")
_pack_bb0 = _bb0.pack
_bbB = Format(">bbB")
_unpack_bbB = _bbB.unpack_from


class CreateAclsRequest(Message):
    """The rules."""

    __slots__ = ("creations",)

    API_KEY = 30
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    creations: list[AclCreation]
    """The rules to add."""

    def __init__(self, *, creations: Iterable[AclCreation] = ()) -> None:
        self.creations = list(creations)


class AclCreation(Struct):
    """The rules to add."""

    __slots__ = (
        "resource_type",
        "resource_name",
        "resource_pattern_type",
        "principal",
        "host",
        "operation",
        "permission_type",
    )

    resource_type: int
    """Kind of the resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7
    user.
    """

    resource_name: str
    """The resource's name, or the prefix that names must have."""

    resource_pattern_type: int
    """How the name is compared: 3 literal, 4 prefixed."""

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
        self,
        *,
        resource_type: int = 0,
        resource_name: str = "",
        resource_pattern_type: int = 3,
        principal: str = "",
        host: str = "",
        operation: int = 0,
        permission_type: int = 0,
    ) -> None:
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.resource_pattern_type = resource_pattern_type
        self.principal = principal
        self.host = host
        self.operation = operation
        self.permission_type = permission_type


class CreateAclsResponse(Message):
    """Outcomes in the same order."""

    __slots__ = (
        "throttle_time_ms",
        "results",
    )

    API_KEY = 30
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    results: list[AclCreationResult]
    """Outcomes in the order of the request's rules."""

    def __init__(
        self, *, throttle_time_ms: int = 0, results: Iterable[AclCreationResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.results = list(results)


class AclCreationResult(Struct):
    """Outcomes in the order of the request's rules."""

    __slots__ = (
        "error_code",
        "error_message",
    )

    error_code: int
    """Outcome for this rule; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(self, *, error_code: int = 0, error_message: str | None = "") -> None:
        self.error_code = error_code
        self.error_message = error_message


def _write_create_acls_request_v1(message: CreateAclsRequest, parts: list[Buffer]) -> None:
    count = len(message.creations)
    parts.append(_pack_i(count))
    for acl_creation in message.creations:
        _write_acl_creation_v1(acl_creation, parts)


def _read_create_acls_request_v1(data: bytes, offset: int) -> tuple[CreateAclsRequest, int]:
    message = _new(CreateAclsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("CreateAclsRequest.creations")
    if count * 10 > len(data) - offset:
        raise count_refused("CreateAclsRequest.creations", count)
    creations: list[AclCreation] = []
    for _ in range(count):
        acl_creation, offset = _read_acl_creation_v1(data, offset)
        creations.append(acl_creation)
    message.creations = creations
    return message, offset


def _write_create_acls_request_v2_v3(message: CreateAclsRequest, parts: list[Buffer]) -> None:
    count = len(message.creations) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for acl_creation in message.creations:
        _write_acl_creation_v2_v3(acl_creation, parts)
    parts.append(b"\x00")


def _read_create_acls_request_v2_v3(data: bytes, offset: int) -> tuple[CreateAclsRequest, int]:
    message = _new(CreateAclsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreateAclsRequest.creations")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("CreateAclsRequest.creations", count)
    creations: list[AclCreation] = []
    for _ in range(count):
        acl_creation, offset = _read_acl_creation_v2_v3(data, offset)
        creations.append(acl_creation)
    message.creations = creations
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_acl_creation_v1(message: AclCreation, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text)
    parts.append(_pack_bh(message.resource_type, length))
    parts.append(text)
    text = message.principal.encode()
    length = len(text)
    parts.append(_pack_bh(message.resource_pattern_type, length))
    parts.append(text)
    text = message.host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_bb(message.operation, message.permission_type))


def _read_acl_creation_v1(data: bytes, offset: int) -> tuple[AclCreation, int]:
    message = _new(AclCreation)
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("AclCreation.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    message.resource_pattern_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("AclCreation.principal")
    end = offset + length
    message.principal = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AclCreation.host")
    end = offset + length
    message.host = data[offset:end].decode()
    offset = end
    message.operation, message.permission_type = _unpack_bb(data, offset)
    offset += 2
    return message, offset


def _write_acl_creation_v2_v3(message: AclCreation, parts: list[Buffer]) -> None:
    text: Buffer = message.resource_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_type, length)
        if length < 128
        else _pack_b(message.resource_type) + uvarint(length)
    )
    parts.append(text)
    text = message.principal.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.resource_pattern_type, length)
        if length < 128
        else _pack_b(message.resource_pattern_type) + uvarint(length)
    )
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_bb0(message.operation, message.permission_type))


def _read_acl_creation_v2_v3(data: bytes, offset: int) -> tuple[AclCreation, int]:
    message = _new(AclCreation)
    message.resource_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AclCreation.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    message.resource_pattern_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AclCreation.principal")
    end = offset + length - 1
    message.principal = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AclCreation.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.operation, message.permission_type, count = _unpack_bbB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_acls_response_v1(message: CreateAclsResponse, parts: list[Buffer]) -> None:
    count = len(message.results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for acl_creation_result in message.results:
        _write_acl_creation_result_v1(acl_creation_result, parts)


def _read_create_acls_response_v1(data: bytes, offset: int) -> tuple[CreateAclsResponse, int]:
    message = _new(CreateAclsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("CreateAclsResponse.results")
    if count * 4 > len(data) - offset:
        raise count_refused("CreateAclsResponse.results", count)
    results: list[AclCreationResult] = []
    for _ in range(count):
        acl_creation_result, offset = _read_acl_creation_result_v1(data, offset)
        results.append(acl_creation_result)
    message.results = results
    return message, offset


def _write_create_acls_response_v2_v3(message: CreateAclsResponse, parts: list[Buffer]) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for acl_creation_result in message.results:
        _write_acl_creation_result_v2_v3(acl_creation_result, parts)
    parts.append(b"\x00")


def _read_create_acls_response_v2_v3(data: bytes, offset: int) -> tuple[CreateAclsResponse, int]:
    message = _new(CreateAclsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreateAclsResponse.results")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("CreateAclsResponse.results", count)
    results: list[AclCreationResult] = []
    for _ in range(count):
        acl_creation_result, offset = _read_acl_creation_result_v2_v3(data, offset)
        results.append(acl_creation_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_acl_creation_result_v1(message: AclCreationResult, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)


def _read_acl_creation_result_v1(data: bytes, offset: int) -> tuple[AclCreationResult, int]:
    message = _new(AclCreationResult)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("AclCreationResult.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    return message, offset


def _write_acl_creation_result_v2_v3(message: AclCreationResult, parts: list[Buffer]) -> None:
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
    parts.append(b"\x00")


def _read_acl_creation_result_v2_v3(data: bytes, offset: int) -> tuple[AclCreationResult, int]:
    message = _new(AclCreationResult)
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


CreateAclsRequest.WRITERS = {
    1: _write_create_acls_request_v1,
    2: _write_create_acls_request_v2_v3,
    3: _write_create_acls_request_v2_v3,
}
CreateAclsRequest.READERS = {
    1: _read_create_acls_request_v1,
    2: _read_create_acls_request_v2_v3,
    3: _read_create_acls_request_v2_v3,
}
CreateAclsResponse.WRITERS = {
    1: _write_create_acls_response_v1,
    2: _write_create_acls_response_v2_v3,
    3: _write_create_acls_response_v2_v3,
}
CreateAclsResponse.READERS = {
    1: _read_create_acls_response_v1,
    2: _read_create_acls_response_v2_v3,
    3: _read_create_acls_response_v2_v3,
}
