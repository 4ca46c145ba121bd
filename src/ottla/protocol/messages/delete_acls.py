# SPDX-License-Identifier: Apache-2.0
"""DeleteAcls (key 31).

Deletes the rules that match filters.

Errors: SECURITY_DISABLED, CLUSTER_AUTHORIZATION_FAILED, INVALID_REQUEST, NOT_CONTROLLER.

Generated from `definitions/delete_acls.txt` by `make gen`.
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


class DeleteAclsRequest(Message):
    """The filters."""

    __slots__ = ("filters",)

    API_KEY = 31
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    filters: list[DeleteAclsFilter]
    """Filters for the rules to delete."""

    def __init__(self, *, filters: Iterable[DeleteAclsFilter] = ()) -> None:
        self.filters = list(filters)


class DeleteAclsFilter(Struct):
    """Filters for the rules to delete."""

    __slots__ = (
        "resource_type_filter",
        "resource_name_filter",
        "pattern_type_filter",
        "principal_filter",
        "host_filter",
        "operation",
        "permission_type",
    )

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


class DeleteAclsResponse(Message):
    """The rules that each filter matched."""

    __slots__ = (
        "throttle_time_ms",
        "filter_results",
    )

    API_KEY = 31
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    filter_results: list[DeleteAclsFilterResult]
    """Outcomes in the order of the request's filters."""

    def __init__(
        self, *, throttle_time_ms: int = 0, filter_results: Iterable[DeleteAclsFilterResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.filter_results = list(filter_results)


class DeleteAclsFilterResult(Struct):
    """Outcomes in the order of the request's filters."""

    __slots__ = (
        "error_code",
        "error_message",
        "matching_acls",
    )

    error_code: int
    """Outcome for this filter; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    matching_acls: list[DeleteAclsMatchingAcl]
    """The rules that matched."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = "",
        matching_acls: Iterable[DeleteAclsMatchingAcl] = (),
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.matching_acls = list(matching_acls)


class DeleteAclsMatchingAcl(Struct):
    """The rules that matched."""

    __slots__ = (
        "error_code",
        "error_message",
        "resource_type",
        "resource_name",
        "pattern_type",
        "principal",
        "host",
        "operation",
        "permission_type",
    )

    error_code: int
    """Outcome for this rule; 0 means that it was deleted."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    resource_type: int
    """Kind of the resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7
    user.
    """

    resource_name: str
    """The resource's name, or the prefix that names must have."""

    pattern_type: int
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
        error_code: int = 0,
        error_message: str | None = "",
        resource_type: int = 0,
        resource_name: str = "",
        pattern_type: int = 3,
        principal: str = "",
        host: str = "",
        operation: int = 0,
        permission_type: int = 0,
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.resource_type = resource_type
        self.resource_name = resource_name
        self.pattern_type = pattern_type
        self.principal = principal
        self.host = host
        self.operation = operation
        self.permission_type = permission_type


def _write_delete_acls_request_v1(message: DeleteAclsRequest, parts: list[Buffer]) -> None:
    count = len(message.filters)
    parts.append(_pack_i(count))
    for delete_acls_filter in message.filters:
        _write_delete_acls_filter_v1(delete_acls_filter, parts)


def _read_delete_acls_request_v1(data: bytes, offset: int) -> tuple[DeleteAclsRequest, int]:
    message = _new(DeleteAclsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DeleteAclsRequest.filters")
    if count * 10 > len(data) - offset:
        raise count_refused("DeleteAclsRequest.filters", count)
    filters: list[DeleteAclsFilter] = []
    for _ in range(count):
        delete_acls_filter, offset = _read_delete_acls_filter_v1(data, offset)
        filters.append(delete_acls_filter)
    message.filters = filters
    return message, offset


def _write_delete_acls_request_v2_v3(message: DeleteAclsRequest, parts: list[Buffer]) -> None:
    count = len(message.filters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_acls_filter in message.filters:
        _write_delete_acls_filter_v2_v3(delete_acls_filter, parts)
    parts.append(b"\x00")


def _read_delete_acls_request_v2_v3(data: bytes, offset: int) -> tuple[DeleteAclsRequest, int]:
    message = _new(DeleteAclsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteAclsRequest.filters")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("DeleteAclsRequest.filters", count)
    filters: list[DeleteAclsFilter] = []
    for _ in range(count):
        delete_acls_filter, offset = _read_delete_acls_filter_v2_v3(data, offset)
        filters.append(delete_acls_filter)
    message.filters = filters
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_acls_filter_v1(message: DeleteAclsFilter, parts: list[Buffer]) -> None:
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


def _read_delete_acls_filter_v1(data: bytes, offset: int) -> tuple[DeleteAclsFilter, int]:
    message = _new(DeleteAclsFilter)
    message.resource_type_filter, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        if length != -1:
            raise null_refused("DeleteAclsFilter.resource_name_filter")
        message.resource_name_filter = None
    else:
        end = offset + length
        message.resource_name_filter = data[offset:end].decode()
        offset = end
    message.pattern_type_filter, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        if length != -1:
            raise null_refused("DeleteAclsFilter.principal_filter")
        message.principal_filter = None
    else:
        end = offset + length
        message.principal_filter = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("DeleteAclsFilter.host_filter")
        message.host_filter = None
    else:
        end = offset + length
        message.host_filter = data[offset:end].decode()
        offset = end
    message.operation, message.permission_type = _unpack_bb(data, offset)
    offset += 2
    return message, offset


def _write_delete_acls_filter_v2_v3(message: DeleteAclsFilter, parts: list[Buffer]) -> None:
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


def _read_delete_acls_filter_v2_v3(data: bytes, offset: int) -> tuple[DeleteAclsFilter, int]:
    message = _new(DeleteAclsFilter)
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


def _write_delete_acls_response_v1(message: DeleteAclsResponse, parts: list[Buffer]) -> None:
    count = len(message.filter_results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for delete_acls_filter_result in message.filter_results:
        _write_delete_acls_filter_result_v1(delete_acls_filter_result, parts)


def _read_delete_acls_response_v1(data: bytes, offset: int) -> tuple[DeleteAclsResponse, int]:
    message = _new(DeleteAclsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DeleteAclsResponse.filter_results")
    if count * 8 > len(data) - offset:
        raise count_refused("DeleteAclsResponse.filter_results", count)
    filter_results: list[DeleteAclsFilterResult] = []
    for _ in range(count):
        delete_acls_filter_result, offset = _read_delete_acls_filter_result_v1(data, offset)
        filter_results.append(delete_acls_filter_result)
    message.filter_results = filter_results
    return message, offset


def _write_delete_acls_response_v2_v3(message: DeleteAclsResponse, parts: list[Buffer]) -> None:
    count = len(message.filter_results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for delete_acls_filter_result in message.filter_results:
        _write_delete_acls_filter_result_v2_v3(delete_acls_filter_result, parts)
    parts.append(b"\x00")


def _read_delete_acls_response_v2_v3(data: bytes, offset: int) -> tuple[DeleteAclsResponse, int]:
    message = _new(DeleteAclsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteAclsResponse.filter_results")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DeleteAclsResponse.filter_results", count)
    filter_results: list[DeleteAclsFilterResult] = []
    for _ in range(count):
        delete_acls_filter_result, offset = _read_delete_acls_filter_result_v2_v3(data, offset)
        filter_results.append(delete_acls_filter_result)
    message.filter_results = filter_results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_acls_filter_result_v1(
    message: DeleteAclsFilterResult, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.matching_acls)
    parts.append(_pack_i(count))
    for delete_acls_matching_acl in message.matching_acls:
        _write_delete_acls_matching_acl_v1(delete_acls_matching_acl, parts)


def _read_delete_acls_filter_result_v1(
    data: bytes, offset: int
) -> tuple[DeleteAclsFilterResult, int]:
    message = _new(DeleteAclsFilterResult)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("DeleteAclsFilterResult.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DeleteAclsFilterResult.matching_acls")
    if count * 14 > len(data) - offset:
        raise count_refused("DeleteAclsFilterResult.matching_acls", count)
    matching_acls: list[DeleteAclsMatchingAcl] = []
    for _ in range(count):
        delete_acls_matching_acl, offset = _read_delete_acls_matching_acl_v1(data, offset)
        matching_acls.append(delete_acls_matching_acl)
    message.matching_acls = matching_acls
    return message, offset


def _write_delete_acls_filter_result_v2_v3(
    message: DeleteAclsFilterResult, parts: list[Buffer]
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
    count = len(message.matching_acls) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_acls_matching_acl in message.matching_acls:
        _write_delete_acls_matching_acl_v2_v3(delete_acls_matching_acl, parts)
    parts.append(b"\x00")


def _read_delete_acls_filter_result_v2_v3(
    data: bytes, offset: int
) -> tuple[DeleteAclsFilterResult, int]:
    message = _new(DeleteAclsFilterResult)
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
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteAclsFilterResult.matching_acls")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("DeleteAclsFilterResult.matching_acls", count)
    matching_acls: list[DeleteAclsMatchingAcl] = []
    for _ in range(count):
        delete_acls_matching_acl, offset = _read_delete_acls_matching_acl_v2_v3(data, offset)
        matching_acls.append(delete_acls_matching_acl)
    message.matching_acls = matching_acls
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_acls_matching_acl_v1(message: DeleteAclsMatchingAcl, parts: list[Buffer]) -> None:
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
    text = message.principal.encode()
    length = len(text)
    parts.append(_pack_bh(message.pattern_type, length))
    parts.append(text)
    text = message.host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_bb(message.operation, message.permission_type))


def _read_delete_acls_matching_acl_v1(
    data: bytes, offset: int
) -> tuple[DeleteAclsMatchingAcl, int]:
    message = _new(DeleteAclsMatchingAcl)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("DeleteAclsMatchingAcl.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    message.resource_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("DeleteAclsMatchingAcl.resource_name")
    end = offset + length
    message.resource_name = data[offset:end].decode()
    offset = end
    message.pattern_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        raise null_refused("DeleteAclsMatchingAcl.principal")
    end = offset + length
    message.principal = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DeleteAclsMatchingAcl.host")
    end = offset + length
    message.host = data[offset:end].decode()
    offset = end
    message.operation, message.permission_type = _unpack_bb(data, offset)
    offset += 2
    return message, offset


def _write_delete_acls_matching_acl_v2_v3(
    message: DeleteAclsMatchingAcl, parts: list[Buffer]
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
    text = message.principal.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.pattern_type, length)
        if length < 128
        else _pack_b(message.pattern_type) + uvarint(length)
    )
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_bb0(message.operation, message.permission_type))


def _read_delete_acls_matching_acl_v2_v3(
    data: bytes, offset: int
) -> tuple[DeleteAclsMatchingAcl, int]:
    message = _new(DeleteAclsMatchingAcl)
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
        raise null_refused("DeleteAclsMatchingAcl.resource_name")
    end = offset + length - 1
    message.resource_name = data[offset:end].decode()
    offset = end
    message.pattern_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteAclsMatchingAcl.principal")
    end = offset + length - 1
    message.principal = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteAclsMatchingAcl.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.operation, message.permission_type, count = _unpack_bbB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DeleteAclsRequest.WRITERS = {
    1: _write_delete_acls_request_v1,
    2: _write_delete_acls_request_v2_v3,
    3: _write_delete_acls_request_v2_v3,
}
DeleteAclsRequest.READERS = {
    1: _read_delete_acls_request_v1,
    2: _read_delete_acls_request_v2_v3,
    3: _read_delete_acls_request_v2_v3,
}
DeleteAclsResponse.WRITERS = {
    1: _write_delete_acls_response_v1,
    2: _write_delete_acls_response_v2_v3,
    3: _write_delete_acls_response_v2_v3,
}
DeleteAclsResponse.READERS = {
    1: _read_delete_acls_response_v1,
    2: _read_delete_acls_response_v2_v3,
    3: _read_delete_acls_response_v2_v3,
}
