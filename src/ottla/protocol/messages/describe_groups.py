# SPDX-License-Identifier: Apache-2.0
"""DescribeGroups (key 15).

Describes groups of the classic protocol with members and assignments.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR,
GROUP_AUTHORIZATION_FAILED, INVALID_GROUP_ID, GROUP_ID_NOT_FOUND.

Generated from `definitions/describe_groups.txt` by `make gen`.
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
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_t = Format(">?")
_pack_t = _t.pack
_unpack_t = _t.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
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


class DescribeGroupsRequest(Message):
    """The groups to describe."""

    __slots__ = (
        "groups",
        "include_authorized_operations",
    )

    API_KEY = 15
    VERSIONS = range(0, 7)
    FLEXIBLE_FROM = 5

    groups: list[str]
    """Names of the groups to describe."""

    include_authorized_operations: bool
    """Whether to say what the user may do with each group. (versions 3+)"""

    def __init__(
        self, *, groups: Iterable[str] = (), include_authorized_operations: bool = False
    ) -> None:
        self.groups = list(groups)
        self.include_authorized_operations = include_authorized_operations


class DescribeGroupsResponse(Message):
    """The groups."""

    __slots__ = (
        "throttle_time_ms",
        "groups",
    )

    API_KEY = 15
    VERSIONS = range(0, 7)
    FLEXIBLE_FROM = 5

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 1+)
    """

    groups: list[DescribedGroup]
    """The groups that were asked for."""

    def __init__(self, *, throttle_time_ms: int = 0, groups: Iterable[DescribedGroup] = ()) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.groups = list(groups)


class DescribedGroup(Struct):
    """The groups that were asked for."""

    __slots__ = (
        "error_code",
        "error_message",
        "group_id",
        "group_state",
        "protocol_type",
        "protocol_data",
        "members",
        "authorized_operations",
    )

    error_code: int
    """Outcome for this group; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (versions 6+; may be
    None)
    """

    group_id: str
    """The group's name."""

    group_state: str
    """The group's state: Empty, PreparingRebalance, CompletingRebalance, Stable or Dead."""

    protocol_type: str
    """What kind of members the group has: `consumer` for consumers."""

    protocol_data: str
    """The protocol that the group agreed on; empty while there is none."""

    members: list[DescribedGroupMember]
    """The group's members."""

    authorized_operations: int
    """What the user may do, one bit for each operation; the smallest int32 when not asked for.
    (versions 3+)
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = None,
        group_id: str = "",
        group_state: str = "",
        protocol_type: str = "",
        protocol_data: str = "",
        members: Iterable[DescribedGroupMember] = (),
        authorized_operations: int = -2147483648,
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.group_id = group_id
        self.group_state = group_state
        self.protocol_type = protocol_type
        self.protocol_data = protocol_data
        self.members = list(members)
        self.authorized_operations = authorized_operations


class DescribedGroupMember(Struct):
    """The group's members."""

    __slots__ = (
        "member_id",
        "group_instance_id",
        "client_id",
        "client_host",
        "member_metadata",
        "member_assignment",
    )

    member_id: str
    """The member's id."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 4+; may be None)"""

    client_id: str
    """The client id that the member sent in its request headers."""

    client_host: str
    """The address that the member connected from."""

    member_metadata: bytes
    """What the member subscribes to, in the form that the protocol gives it."""

    member_assignment: bytes
    """The member's assignment, in the form that the protocol gives it."""

    def __init__(
        self,
        *,
        member_id: str = "",
        group_instance_id: str | None = None,
        client_id: str = "",
        client_host: str = "",
        member_metadata: bytes = b"",
        member_assignment: bytes = b"",
    ) -> None:
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.client_id = client_id
        self.client_host = client_host
        self.member_metadata = member_metadata
        self.member_assignment = member_assignment


def _write_describe_groups_request_v0_v2(
    message: DescribeGroupsRequest, parts: list[Buffer]
) -> None:
    if message.include_authorized_operations:
        raise field_unsupported("DescribeGroupsRequest.include_authorized_operations", "0-2")
    count = len(message.groups)
    parts.append(_pack_i(count))
    for string in message.groups:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)


def _read_describe_groups_request_v0_v2(
    data: bytes, offset: int
) -> tuple[DescribeGroupsRequest, int]:
    message = _new(DescribeGroupsRequest)
    message.include_authorized_operations = False
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeGroupsRequest.groups")
    if count * 2 > len(data) - offset:
        raise count_refused("DescribeGroupsRequest.groups", count)
    groups: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("DescribeGroupsRequest.groups")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        groups.append(text)
    message.groups = groups
    return message, offset


def _write_describe_groups_request_v3_v4(
    message: DescribeGroupsRequest, parts: list[Buffer]
) -> None:
    count = len(message.groups)
    parts.append(_pack_i(count))
    for string in message.groups:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)
    parts.append(_pack_t(message.include_authorized_operations))


def _read_describe_groups_request_v3_v4(
    data: bytes, offset: int
) -> tuple[DescribeGroupsRequest, int]:
    message = _new(DescribeGroupsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeGroupsRequest.groups")
    if count * 2 > len(data) - offset:
        raise count_refused("DescribeGroupsRequest.groups", count)
    groups: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("DescribeGroupsRequest.groups")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        groups.append(text)
    message.groups = groups
    (message.include_authorized_operations,) = _unpack_t(data, offset)
    offset += 1
    return message, offset


def _write_describe_groups_request_v5_v6(
    message: DescribeGroupsRequest, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.groups:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(_pack_t0(message.include_authorized_operations))


def _read_describe_groups_request_v5_v6(
    data: bytes, offset: int
) -> tuple[DescribeGroupsRequest, int]:
    message = _new(DescribeGroupsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeGroupsRequest.groups")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("DescribeGroupsRequest.groups", count)
    groups: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("DescribeGroupsRequest.groups")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        groups.append(text)
    message.groups = groups
    message.include_authorized_operations, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_groups_response_v0(
    message: DescribeGroupsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups)
    parts.append(_pack_i(count))
    for described_group in message.groups:
        _write_described_group_v0_v2(described_group, parts)


def _read_describe_groups_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeGroupsResponse, int]:
    message = _new(DescribeGroupsResponse)
    message.throttle_time_ms = 0
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeGroupsResponse.groups")
    if count * 14 > len(data) - offset:
        raise count_refused("DescribeGroupsResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v0_v2(data, offset)
        groups.append(described_group)
    message.groups = groups
    return message, offset


def _write_describe_groups_response_v1_v2(
    message: DescribeGroupsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for described_group in message.groups:
        _write_described_group_v0_v2(described_group, parts)


def _read_describe_groups_response_v1_v2(
    data: bytes, offset: int
) -> tuple[DescribeGroupsResponse, int]:
    message = _new(DescribeGroupsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DescribeGroupsResponse.groups")
    if count * 14 > len(data) - offset:
        raise count_refused("DescribeGroupsResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v0_v2(data, offset)
        groups.append(described_group)
    message.groups = groups
    return message, offset


def _write_describe_groups_response_v3(
    message: DescribeGroupsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for described_group in message.groups:
        _write_described_group_v3(described_group, parts)


def _read_describe_groups_response_v3(
    data: bytes, offset: int
) -> tuple[DescribeGroupsResponse, int]:
    message = _new(DescribeGroupsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DescribeGroupsResponse.groups")
    if count * 18 > len(data) - offset:
        raise count_refused("DescribeGroupsResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v3(data, offset)
        groups.append(described_group)
    message.groups = groups
    return message, offset


def _write_describe_groups_response_v4(
    message: DescribeGroupsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for described_group in message.groups:
        _write_described_group_v4(described_group, parts)


def _read_describe_groups_response_v4(
    data: bytes, offset: int
) -> tuple[DescribeGroupsResponse, int]:
    message = _new(DescribeGroupsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DescribeGroupsResponse.groups")
    if count * 18 > len(data) - offset:
        raise count_refused("DescribeGroupsResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v4(data, offset)
        groups.append(described_group)
    message.groups = groups
    return message, offset


def _write_describe_groups_response_v5(
    message: DescribeGroupsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for described_group in message.groups:
        _write_described_group_v5(described_group, parts)
    parts.append(b"\x00")


def _read_describe_groups_response_v5(
    data: bytes, offset: int
) -> tuple[DescribeGroupsResponse, int]:
    message = _new(DescribeGroupsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeGroupsResponse.groups")
    count -= 1
    if count * 12 > len(data) - offset:
        raise count_refused("DescribeGroupsResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v5(data, offset)
        groups.append(described_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_groups_response_v6(
    message: DescribeGroupsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for described_group in message.groups:
        _write_described_group_v6(described_group, parts)
    parts.append(b"\x00")


def _read_describe_groups_response_v6(
    data: bytes, offset: int
) -> tuple[DescribeGroupsResponse, int]:
    message = _new(DescribeGroupsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeGroupsResponse.groups")
    count -= 1
    if count * 13 > len(data) - offset:
        raise count_refused("DescribeGroupsResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v6(data, offset)
        groups.append(described_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_group_v0_v2(message: DescribedGroup, parts: list[Buffer]) -> None:
    if message.error_message is not None:
        raise field_unsupported("DescribedGroup.error_message", "0-2")
    if message.authorized_operations != -2147483648:
        raise field_unsupported("DescribedGroup.authorized_operations", "0-2")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    text = message.group_state.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_data.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for described_group_member in message.members:
        _write_described_group_member_v0_v3(described_group_member, parts)


def _read_described_group_v0_v2(data: bytes, offset: int) -> tuple[DescribedGroup, int]:
    message = _new(DescribedGroup)
    message.error_message = None
    message.authorized_operations = -2147483648
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedGroup.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.group_state")
    end = offset + length
    message.group_state = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.protocol_data")
    end = offset + length
    message.protocol_data = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribedGroup.members")
    if count * 14 > len(data) - offset:
        raise count_refused("DescribedGroup.members", count)
    members: list[DescribedGroupMember] = []
    for _ in range(count):
        described_group_member, offset = _read_described_group_member_v0_v3(data, offset)
        members.append(described_group_member)
    message.members = members
    return message, offset


def _write_described_group_v3(message: DescribedGroup, parts: list[Buffer]) -> None:
    if message.error_message is not None:
        raise field_unsupported("DescribedGroup.error_message", "3")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    text = message.group_state.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_data.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for described_group_member in message.members:
        _write_described_group_member_v0_v3(described_group_member, parts)
    parts.append(_pack_i(message.authorized_operations))


def _read_described_group_v3(data: bytes, offset: int) -> tuple[DescribedGroup, int]:
    message = _new(DescribedGroup)
    message.error_message = None
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedGroup.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.group_state")
    end = offset + length
    message.group_state = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.protocol_data")
    end = offset + length
    message.protocol_data = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribedGroup.members")
    if count * 14 > len(data) - offset:
        raise count_refused("DescribedGroup.members", count)
    members: list[DescribedGroupMember] = []
    for _ in range(count):
        described_group_member, offset = _read_described_group_member_v0_v3(data, offset)
        members.append(described_group_member)
    message.members = members
    (message.authorized_operations,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_described_group_v4(message: DescribedGroup, parts: list[Buffer]) -> None:
    if message.error_message is not None:
        raise field_unsupported("DescribedGroup.error_message", "4")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    text = message.group_state.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_data.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for described_group_member in message.members:
        _write_described_group_member_v4(described_group_member, parts)
    parts.append(_pack_i(message.authorized_operations))


def _read_described_group_v4(data: bytes, offset: int) -> tuple[DescribedGroup, int]:
    message = _new(DescribedGroup)
    message.error_message = None
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedGroup.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.group_state")
    end = offset + length
    message.group_state = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroup.protocol_data")
    end = offset + length
    message.protocol_data = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribedGroup.members")
    if count * 16 > len(data) - offset:
        raise count_refused("DescribedGroup.members", count)
    members: list[DescribedGroupMember] = []
    for _ in range(count):
        described_group_member, offset = _read_described_group_member_v4(data, offset)
        members.append(described_group_member)
    message.members = members
    (message.authorized_operations,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_described_group_v5(message: DescribedGroup, parts: list[Buffer]) -> None:
    if message.error_message is not None:
        raise field_unsupported("DescribedGroup.error_message", "5")
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    text = message.group_state.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.protocol_data.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for described_group_member in message.members:
        _write_described_group_member_v5_v6(described_group_member, parts)
    parts.append(_pack_i0(message.authorized_operations))


def _read_described_group_v5(data: bytes, offset: int) -> tuple[DescribedGroup, int]:
    message = _new(DescribedGroup)
    message.error_message = None
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.group_state")
    end = offset + length - 1
    message.group_state = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.protocol_data")
    end = offset + length - 1
    message.protocol_data = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribedGroup.members")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("DescribedGroup.members", count)
    members: list[DescribedGroupMember] = []
    for _ in range(count):
        described_group_member, offset = _read_described_group_member_v5_v6(data, offset)
        members.append(described_group_member)
    message.members = members
    message.authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_group_v6(message: DescribedGroup, parts: list[Buffer]) -> None:
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
    text = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.group_state.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.protocol_data.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for described_group_member in message.members:
        _write_described_group_member_v5_v6(described_group_member, parts)
    parts.append(_pack_i0(message.authorized_operations))


def _read_described_group_v6(data: bytes, offset: int) -> tuple[DescribedGroup, int]:
    message = _new(DescribedGroup)
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
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.group_state")
    end = offset + length - 1
    message.group_state = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.protocol_data")
    end = offset + length - 1
    message.protocol_data = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribedGroup.members")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("DescribedGroup.members", count)
    members: list[DescribedGroupMember] = []
    for _ in range(count):
        described_group_member, offset = _read_described_group_member_v5_v6(data, offset)
        members.append(described_group_member)
    message.members = members
    message.authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_group_member_v0_v3(message: DescribedGroupMember, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.member_metadata
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    payload = message.member_assignment
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_described_group_member_v0_v3(
    data: bytes, offset: int
) -> tuple[DescribedGroupMember, int]:
    message = _new(DescribedGroupMember)
    message.group_instance_id = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroupMember.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroupMember.client_id")
    end = offset + length
    message.client_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroupMember.client_host")
    end = offset + length
    message.client_host = data[offset:end].decode()
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedGroupMember.member_metadata")
    end = offset + length
    message.member_metadata = data[offset:end]
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedGroupMember.member_assignment")
    end = offset + length
    message.member_assignment = data[offset:end]
    offset = end
    return message, offset


def _write_described_group_member_v4(message: DescribedGroupMember, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = -1
    else:
        text = message.group_instance_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.client_host.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.member_metadata
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    payload = message.member_assignment
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_described_group_member_v4(data: bytes, offset: int) -> tuple[DescribedGroupMember, int]:
    message = _new(DescribedGroupMember)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroupMember.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("DescribedGroupMember.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroupMember.client_id")
    end = offset + length
    message.client_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedGroupMember.client_host")
    end = offset + length
    message.client_host = data[offset:end].decode()
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedGroupMember.member_metadata")
    end = offset + length
    message.member_metadata = data[offset:end]
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedGroupMember.member_assignment")
    end = offset + length
    message.member_assignment = data[offset:end]
    offset = end
    return message, offset


def _write_described_group_member_v5_v6(message: DescribedGroupMember, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = 0
    else:
        text = message.group_instance_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.client_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.client_host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    payload: Buffer = message.member_metadata
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    payload = message.member_assignment
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_described_group_member_v5_v6(
    data: bytes, offset: int
) -> tuple[DescribedGroupMember, int]:
    message = _new(DescribedGroupMember)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroupMember.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.group_instance_id = None
    else:
        end = offset + length - 1
        message.group_instance_id = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroupMember.client_id")
    end = offset + length - 1
    message.client_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroupMember.client_host")
    end = offset + length - 1
    message.client_host = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroupMember.member_metadata")
    end = offset + length - 1
    message.member_metadata = data[offset:end]
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroupMember.member_assignment")
    end = offset + length - 1
    message.member_assignment = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeGroupsRequest.WRITERS = {
    0: _write_describe_groups_request_v0_v2,
    1: _write_describe_groups_request_v0_v2,
    2: _write_describe_groups_request_v0_v2,
    3: _write_describe_groups_request_v3_v4,
    4: _write_describe_groups_request_v3_v4,
    5: _write_describe_groups_request_v5_v6,
    6: _write_describe_groups_request_v5_v6,
}
DescribeGroupsRequest.READERS = {
    0: _read_describe_groups_request_v0_v2,
    1: _read_describe_groups_request_v0_v2,
    2: _read_describe_groups_request_v0_v2,
    3: _read_describe_groups_request_v3_v4,
    4: _read_describe_groups_request_v3_v4,
    5: _read_describe_groups_request_v5_v6,
    6: _read_describe_groups_request_v5_v6,
}
DescribeGroupsResponse.WRITERS = {
    0: _write_describe_groups_response_v0,
    1: _write_describe_groups_response_v1_v2,
    2: _write_describe_groups_response_v1_v2,
    3: _write_describe_groups_response_v3,
    4: _write_describe_groups_response_v4,
    5: _write_describe_groups_response_v5,
    6: _write_describe_groups_response_v6,
}
DescribeGroupsResponse.READERS = {
    0: _read_describe_groups_response_v0,
    1: _read_describe_groups_response_v1_v2,
    2: _read_describe_groups_response_v1_v2,
    3: _read_describe_groups_response_v3,
    4: _read_describe_groups_response_v4,
    5: _read_describe_groups_response_v5,
    6: _read_describe_groups_response_v6,
}
