# SPDX-License-Identifier: Apache-2.0
"""DeleteGroups (key 42).

Deletes groups that have no members, with their offsets.

Errors: COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR,
INVALID_GROUP_ID, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/delete_groups.txt` by `make gen`.
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
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_unpack_hB = _hB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from


class DeleteGroupsRequest(Message):
    """The groups."""

    __slots__ = ("groups_names",)

    API_KEY = 42
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    groups_names: list[str]
    """Names of the groups to delete."""

    def __init__(self, *, groups_names: Iterable[str] = ()) -> None:
        self.groups_names = list(groups_names)


class DeleteGroupsResponse(Message):
    """Outcomes by group."""

    __slots__ = (
        "throttle_time_ms",
        "results",
    )

    API_KEY = 42
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    results: list[DeletableGroupResult]
    """Outcomes by group."""

    def __init__(
        self, *, throttle_time_ms: int = 0, results: Iterable[DeletableGroupResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.results = list(results)


class DeletableGroupResult(Struct):
    """Outcomes by group."""

    __slots__ = (
        "group_id",
        "error_code",
    )

    group_id: str
    """The group's name."""

    error_code: int
    """Outcome for this group; 0 is success."""

    def __init__(self, *, group_id: str = "", error_code: int = 0) -> None:
        self.group_id = group_id
        self.error_code = error_code


def _write_delete_groups_request_v0_v1(message: DeleteGroupsRequest, parts: list[Buffer]) -> None:
    count = len(message.groups_names)
    parts.append(_pack_i(count))
    for string in message.groups_names:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)


def _read_delete_groups_request_v0_v1(data: bytes, offset: int) -> tuple[DeleteGroupsRequest, int]:
    message = _new(DeleteGroupsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DeleteGroupsRequest.groups_names")
    if count * 2 > len(data) - offset:
        raise count_refused("DeleteGroupsRequest.groups_names", count)
    groups_names: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("DeleteGroupsRequest.groups_names")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        groups_names.append(text)
    message.groups_names = groups_names
    return message, offset


def _write_delete_groups_request_v2(message: DeleteGroupsRequest, parts: list[Buffer]) -> None:
    count = len(message.groups_names) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.groups_names:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_delete_groups_request_v2(data: bytes, offset: int) -> tuple[DeleteGroupsRequest, int]:
    message = _new(DeleteGroupsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteGroupsRequest.groups_names")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("DeleteGroupsRequest.groups_names", count)
    groups_names: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("DeleteGroupsRequest.groups_names")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        groups_names.append(text)
    message.groups_names = groups_names
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_groups_response_v0_v1(message: DeleteGroupsResponse, parts: list[Buffer]) -> None:
    count = len(message.results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for deletable_group_result in message.results:
        _write_deletable_group_result_v0_v1(deletable_group_result, parts)


def _read_delete_groups_response_v0_v1(
    data: bytes, offset: int
) -> tuple[DeleteGroupsResponse, int]:
    message = _new(DeleteGroupsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DeleteGroupsResponse.results")
    if count * 4 > len(data) - offset:
        raise count_refused("DeleteGroupsResponse.results", count)
    results: list[DeletableGroupResult] = []
    for _ in range(count):
        deletable_group_result, offset = _read_deletable_group_result_v0_v1(data, offset)
        results.append(deletable_group_result)
    message.results = results
    return message, offset


def _write_delete_groups_response_v2(message: DeleteGroupsResponse, parts: list[Buffer]) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for deletable_group_result in message.results:
        _write_deletable_group_result_v2(deletable_group_result, parts)
    parts.append(b"\x00")


def _read_delete_groups_response_v2(data: bytes, offset: int) -> tuple[DeleteGroupsResponse, int]:
    message = _new(DeleteGroupsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteGroupsResponse.results")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DeleteGroupsResponse.results", count)
    results: list[DeletableGroupResult] = []
    for _ in range(count):
        deletable_group_result, offset = _read_deletable_group_result_v2(data, offset)
        results.append(deletable_group_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_deletable_group_result_v0_v1(message: DeletableGroupResult, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_h(message.error_code))


def _read_deletable_group_result_v0_v1(
    data: bytes, offset: int
) -> tuple[DeletableGroupResult, int]:
    message = _new(DeletableGroupResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DeletableGroupResult.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_deletable_group_result_v2(message: DeletableGroupResult, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_h0(message.error_code))


def _read_deletable_group_result_v2(data: bytes, offset: int) -> tuple[DeletableGroupResult, int]:
    message = _new(DeletableGroupResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeletableGroupResult.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DeleteGroupsRequest.WRITERS = {
    0: _write_delete_groups_request_v0_v1,
    1: _write_delete_groups_request_v0_v1,
    2: _write_delete_groups_request_v2,
}
DeleteGroupsRequest.READERS = {
    0: _read_delete_groups_request_v0_v1,
    1: _read_delete_groups_request_v0_v1,
    2: _read_delete_groups_request_v2,
}
DeleteGroupsResponse.WRITERS = {
    0: _write_delete_groups_response_v0_v1,
    1: _write_delete_groups_response_v0_v1,
    2: _write_delete_groups_response_v2,
}
DeleteGroupsResponse.READERS = {
    0: _read_delete_groups_response_v0_v1,
    1: _read_delete_groups_response_v0_v1,
    2: _read_delete_groups_response_v2,
}
