# SPDX-License-Identifier: Apache-2.0
"""ListGroups (key 16).

Lists the groups that one broker coordinates.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/list_groups.txt` by `make gen`.
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
_unpack_h = _h.unpack_from
_hi = Format(">hi")
_pack_hi = _hi.pack
_unpack_hi = _hi.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihi = Format(">ihi")
_pack_ihi = _ihi.pack
_unpack_ihi = _ihi.unpack_from


class ListGroupsRequest(Message):
    """Which groups are wanted."""

    __slots__ = (
        "states_filter",
        "types_filter",
    )

    API_KEY = 16
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    states_filter: list[str]
    """States of the groups that are wanted; empty means all. (versions 4+)"""

    types_filter: list[str]
    """Types of the groups that are wanted, such as `classic`; empty means all. (versions 5+)"""

    def __init__(
        self, *, states_filter: Iterable[str] = (), types_filter: Iterable[str] = ()
    ) -> None:
        self.states_filter = list(states_filter)
        self.types_filter = list(types_filter)


class ListGroupsResponse(Message):
    """The groups."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "groups",
    )

    API_KEY = 16
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 1+)
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    groups: list[ListedGroup]
    """The groups that this broker coordinates and that match."""

    def __init__(
        self, *, throttle_time_ms: int = 0, error_code: int = 0, groups: Iterable[ListedGroup] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.groups = list(groups)


class ListedGroup(Struct):
    """The groups that this broker coordinates and that match."""

    __slots__ = (
        "group_id",
        "protocol_type",
        "group_state",
        "group_type",
    )

    group_id: str
    """The group's name."""

    protocol_type: str
    """What kind of members the group has: `consumer` for consumers."""

    group_state: str
    """The group's state. (versions 4+)"""

    group_type: str
    """The group's type: classic, consumer, share or streams. (versions 5+)"""

    def __init__(
        self,
        *,
        group_id: str = "",
        protocol_type: str = "",
        group_state: str = "",
        group_type: str = "",
    ) -> None:
        self.group_id = group_id
        self.protocol_type = protocol_type
        self.group_state = group_state
        self.group_type = group_type


def _write_list_groups_request_v0_v2(message: ListGroupsRequest, parts: list[Buffer]) -> None:
    if message.states_filter:
        raise field_unsupported("ListGroupsRequest.states_filter", "0-2")
    if message.types_filter:
        raise field_unsupported("ListGroupsRequest.types_filter", "0-2")


def _read_list_groups_request_v0_v2(data: bytes, offset: int) -> tuple[ListGroupsRequest, int]:
    message = _new(ListGroupsRequest)
    message.states_filter = []
    message.types_filter = []
    return message, offset


def _write_list_groups_request_v3(message: ListGroupsRequest, parts: list[Buffer]) -> None:
    if message.states_filter:
        raise field_unsupported("ListGroupsRequest.states_filter", "3")
    if message.types_filter:
        raise field_unsupported("ListGroupsRequest.types_filter", "3")
    parts.append(b"\x00")


def _read_list_groups_request_v3(data: bytes, offset: int) -> tuple[ListGroupsRequest, int]:
    message = _new(ListGroupsRequest)
    message.states_filter = []
    message.types_filter = []
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_groups_request_v4(message: ListGroupsRequest, parts: list[Buffer]) -> None:
    if message.types_filter:
        raise field_unsupported("ListGroupsRequest.types_filter", "4")
    count = len(message.states_filter) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.states_filter:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_list_groups_request_v4(data: bytes, offset: int) -> tuple[ListGroupsRequest, int]:
    message = _new(ListGroupsRequest)
    message.types_filter = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListGroupsRequest.states_filter")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListGroupsRequest.states_filter", count)
    states_filter: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ListGroupsRequest.states_filter")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        states_filter.append(text)
    message.states_filter = states_filter
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_groups_request_v5(message: ListGroupsRequest, parts: list[Buffer]) -> None:
    count = len(message.states_filter) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.states_filter:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.types_filter) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.types_filter:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_list_groups_request_v5(data: bytes, offset: int) -> tuple[ListGroupsRequest, int]:
    message = _new(ListGroupsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListGroupsRequest.states_filter")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListGroupsRequest.states_filter", count)
    states_filter: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ListGroupsRequest.states_filter")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        states_filter.append(text)
    message.states_filter = states_filter
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListGroupsRequest.types_filter")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListGroupsRequest.types_filter", count)
    types_filter: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ListGroupsRequest.types_filter")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        types_filter.append(text)
    message.types_filter = types_filter
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_groups_response_v0(message: ListGroupsResponse, parts: list[Buffer]) -> None:
    count = len(message.groups)
    parts.append(_pack_hi(message.error_code, count))
    for listed_group in message.groups:
        _write_listed_group_v0_v2(listed_group, parts)


def _read_list_groups_response_v0(data: bytes, offset: int) -> tuple[ListGroupsResponse, int]:
    message = _new(ListGroupsResponse)
    message.throttle_time_ms = 0
    message.error_code, count = _unpack_hi(data, offset)
    offset += 6
    if count < 0:
        raise null_refused("ListGroupsResponse.groups")
    if count * 4 > len(data) - offset:
        raise count_refused("ListGroupsResponse.groups", count)
    groups: list[ListedGroup] = []
    for _ in range(count):
        listed_group, offset = _read_listed_group_v0_v2(data, offset)
        groups.append(listed_group)
    message.groups = groups
    return message, offset


def _write_list_groups_response_v1_v2(message: ListGroupsResponse, parts: list[Buffer]) -> None:
    count = len(message.groups)
    parts.append(_pack_ihi(message.throttle_time_ms, message.error_code, count))
    for listed_group in message.groups:
        _write_listed_group_v0_v2(listed_group, parts)


def _read_list_groups_response_v1_v2(data: bytes, offset: int) -> tuple[ListGroupsResponse, int]:
    message = _new(ListGroupsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihi(data, offset)
    offset += 10
    if count < 0:
        raise null_refused("ListGroupsResponse.groups")
    if count * 4 > len(data) - offset:
        raise count_refused("ListGroupsResponse.groups", count)
    groups: list[ListedGroup] = []
    for _ in range(count):
        listed_group, offset = _read_listed_group_v0_v2(data, offset)
        groups.append(listed_group)
    message.groups = groups
    return message, offset


def _write_list_groups_response_v3(message: ListGroupsResponse, parts: list[Buffer]) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for listed_group in message.groups:
        _write_listed_group_v3(listed_group, parts)
    parts.append(b"\x00")


def _read_list_groups_response_v3(data: bytes, offset: int) -> tuple[ListGroupsResponse, int]:
    message = _new(ListGroupsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListGroupsResponse.groups")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ListGroupsResponse.groups", count)
    groups: list[ListedGroup] = []
    for _ in range(count):
        listed_group, offset = _read_listed_group_v3(data, offset)
        groups.append(listed_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_groups_response_v4(message: ListGroupsResponse, parts: list[Buffer]) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for listed_group in message.groups:
        _write_listed_group_v4(listed_group, parts)
    parts.append(b"\x00")


def _read_list_groups_response_v4(data: bytes, offset: int) -> tuple[ListGroupsResponse, int]:
    message = _new(ListGroupsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListGroupsResponse.groups")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("ListGroupsResponse.groups", count)
    groups: list[ListedGroup] = []
    for _ in range(count):
        listed_group, offset = _read_listed_group_v4(data, offset)
        groups.append(listed_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_groups_response_v5(message: ListGroupsResponse, parts: list[Buffer]) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for listed_group in message.groups:
        _write_listed_group_v5(listed_group, parts)
    parts.append(b"\x00")


def _read_list_groups_response_v5(data: bytes, offset: int) -> tuple[ListGroupsResponse, int]:
    message = _new(ListGroupsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListGroupsResponse.groups")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("ListGroupsResponse.groups", count)
    groups: list[ListedGroup] = []
    for _ in range(count):
        listed_group, offset = _read_listed_group_v5(data, offset)
        groups.append(listed_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_listed_group_v0_v2(message: ListedGroup, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_listed_group_v0_v2(data: bytes, offset: int) -> tuple[ListedGroup, int]:
    message = _new(ListedGroup)
    message.group_state = ""
    message.group_type = ""
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ListedGroup.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ListedGroup.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    return message, offset


def _write_listed_group_v3(message: ListedGroup, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_listed_group_v3(data: bytes, offset: int) -> tuple[ListedGroup, int]:
    message = _new(ListedGroup)
    message.group_state = ""
    message.group_type = ""
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_listed_group_v4(message: ListedGroup, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.group_state.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_listed_group_v4(data: bytes, offset: int) -> tuple[ListedGroup, int]:
    message = _new(ListedGroup)
    message.group_type = ""
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.group_state")
    end = offset + length - 1
    message.group_state = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_listed_group_v5(message: ListedGroup, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.group_state.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.group_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_listed_group_v5(data: bytes, offset: int) -> tuple[ListedGroup, int]:
    message = _new(ListedGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.group_state")
    end = offset + length - 1
    message.group_state = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListedGroup.group_type")
    end = offset + length - 1
    message.group_type = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ListGroupsRequest.WRITERS = {
    0: _write_list_groups_request_v0_v2,
    1: _write_list_groups_request_v0_v2,
    2: _write_list_groups_request_v0_v2,
    3: _write_list_groups_request_v3,
    4: _write_list_groups_request_v4,
    5: _write_list_groups_request_v5,
}
ListGroupsRequest.READERS = {
    0: _read_list_groups_request_v0_v2,
    1: _read_list_groups_request_v0_v2,
    2: _read_list_groups_request_v0_v2,
    3: _read_list_groups_request_v3,
    4: _read_list_groups_request_v4,
    5: _read_list_groups_request_v5,
}
ListGroupsResponse.WRITERS = {
    0: _write_list_groups_response_v0,
    1: _write_list_groups_response_v1_v2,
    2: _write_list_groups_response_v1_v2,
    3: _write_list_groups_response_v3,
    4: _write_list_groups_response_v4,
    5: _write_list_groups_response_v5,
}
ListGroupsResponse.READERS = {
    0: _read_list_groups_response_v0,
    1: _read_list_groups_response_v1_v2,
    2: _read_list_groups_response_v1_v2,
    3: _read_list_groups_response_v3,
    4: _read_list_groups_response_v4,
    5: _read_list_groups_response_v5,
}
