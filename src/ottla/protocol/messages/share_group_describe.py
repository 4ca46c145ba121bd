# SPDX-License-Identifier: Apache-2.0
"""ShareGroupDescribe (key 77).

Describes share groups with members and assignments.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, NOT_COORDINATOR,
COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID, GROUP_ID_NOT_FOUND.

Generated from `definitions/share_group_describe.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
    count_refused,
    null_refused,
    pack_int32s,
    read_long_uvarint,
    skip_tagged_fields,
    unpack_int32s,
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
_u = Format(">16s")
_pack_u = _u.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_iiB = Format(">iiB")
_pack_iiB = _iiB.pack
_unpack_iiB = _iiB.unpack_from


class ShareGroupDescribeRequest(Message):
    """The groups to describe."""

    __slots__ = (
        "group_ids",
        "include_authorized_operations",
    )

    API_KEY = 77
    VERSIONS = range(1, 2)
    FLEXIBLE_FROM = 0

    group_ids: list[str]
    """Names of the groups to describe."""

    include_authorized_operations: bool
    """Whether to say what the user may do with each group."""

    def __init__(
        self, *, group_ids: Iterable[str] = (), include_authorized_operations: bool = False
    ) -> None:
        self.group_ids = list(group_ids)
        self.include_authorized_operations = include_authorized_operations


class ShareGroupDescribeResponse(Message):
    """The groups."""

    __slots__ = (
        "throttle_time_ms",
        "groups",
    )

    API_KEY = 77
    VERSIONS = range(1, 2)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
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
        "group_epoch",
        "assignment_epoch",
        "assignor_name",
        "members",
        "authorized_operations",
    )

    error_code: int
    """Outcome for this group; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    group_id: str
    """The group's name."""

    group_state: str
    """The group's state."""

    group_epoch: int
    """The group's epoch, raised whenever what members want changes."""

    assignment_epoch: int
    """The epoch in which the target assignment was computed."""

    assignor_name: str
    """The assignor that the group uses."""

    members: list[Member]
    """The group's members."""

    authorized_operations: int
    """What the user may do, one bit for each operation; the smallest int32 when not asked for.
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = None,
        group_id: str = "",
        group_state: str = "",
        group_epoch: int = 0,
        assignment_epoch: int = 0,
        assignor_name: str = "",
        members: Iterable[Member] = (),
        authorized_operations: int = -2147483648,
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.group_id = group_id
        self.group_state = group_state
        self.group_epoch = group_epoch
        self.assignment_epoch = assignment_epoch
        self.assignor_name = assignor_name
        self.members = list(members)
        self.authorized_operations = authorized_operations


class Member(Struct):
    """The group's members."""

    __slots__ = (
        "member_id",
        "rack_id",
        "member_epoch",
        "client_id",
        "client_host",
        "subscribed_topic_names",
        "assignment",
    )

    member_id: str
    """The member's id."""

    rack_id: str | None
    """The rack that the member runs in; null when it did not say. (may be None)"""

    member_epoch: int
    """The member's epoch."""

    client_id: str
    """The client id that the member sent in its request headers."""

    client_host: str
    """The address that the member connected from."""

    subscribed_topic_names: list[str]
    """The topics that the member subscribes to by name."""

    assignment: Assignment
    """What the member has been assigned."""

    def __init__(
        self,
        *,
        member_id: str = "",
        rack_id: str | None = None,
        member_epoch: int = 0,
        client_id: str = "",
        client_host: str = "",
        subscribed_topic_names: Iterable[str] = (),
        assignment: Assignment | None = None,
    ) -> None:
        self.member_id = member_id
        self.rack_id = rack_id
        self.member_epoch = member_epoch
        self.client_id = client_id
        self.client_host = client_host
        self.subscribed_topic_names = list(subscribed_topic_names)
        self.assignment = Assignment() if assignment is None else assignment


class Assignment(Struct):
    """What the member has been assigned."""

    __slots__ = ("topic_partitions",)

    topic_partitions: list[TopicPartitions]
    """Partitions by topic."""

    def __init__(self, *, topic_partitions: Iterable[TopicPartitions] = ()) -> None:
        self.topic_partitions = list(topic_partitions)


class TopicPartitions(Struct):
    """Partitions by topic."""

    __slots__ = (
        "topic_id",
        "topic_name",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    topic_name: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, topic_name: str = "", partitions: Iterable[int] = ()
    ) -> None:
        self.topic_id = topic_id
        self.topic_name = topic_name
        self.partitions = list(partitions)


def _write_share_group_describe_request_v1(
    message: ShareGroupDescribeRequest, parts: list[Buffer]
) -> None:
    count = len(message.group_ids) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.group_ids:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(_pack_t0(message.include_authorized_operations))


def _read_share_group_describe_request_v1(
    data: bytes, offset: int
) -> tuple[ShareGroupDescribeRequest, int]:
    message = _new(ShareGroupDescribeRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupDescribeRequest.group_ids")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ShareGroupDescribeRequest.group_ids", count)
    group_ids: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ShareGroupDescribeRequest.group_ids")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        group_ids.append(text)
    message.group_ids = group_ids
    message.include_authorized_operations, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_describe_response_v1(
    message: ShareGroupDescribeResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for described_group in message.groups:
        _write_described_group_v1(described_group, parts)
    parts.append(b"\x00")


def _read_share_group_describe_response_v1(
    data: bytes, offset: int
) -> tuple[ShareGroupDescribeResponse, int]:
    message = _new(ShareGroupDescribeResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareGroupDescribeResponse.groups")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("ShareGroupDescribeResponse.groups", count)
    groups: list[DescribedGroup] = []
    for _ in range(count):
        described_group, offset = _read_described_group_v1(data, offset)
        groups.append(described_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_group_v1(message: DescribedGroup, parts: list[Buffer]) -> None:
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
    text = message.assignor_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_iiB(message.group_epoch, message.assignment_epoch, length)
        if length < 128
        else _pack_ii(message.group_epoch, message.assignment_epoch) + uvarint(length)
    )
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for member in message.members:
        _write_member_v1(member, parts)
    parts.append(_pack_i0(message.authorized_operations))


def _read_described_group_v1(data: bytes, offset: int) -> tuple[DescribedGroup, int]:
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
    message.group_epoch, message.assignment_epoch, length = _unpack_iiB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedGroup.assignor_name")
    end = offset + length - 1
    message.assignor_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribedGroup.members")
    count -= 1
    if count * 12 > len(data) - offset:
        raise count_refused("DescribedGroup.members", count)
    members: list[Member] = []
    for _ in range(count):
        member, offset = _read_member_v1(data, offset)
        members.append(member)
    message.members = members
    message.authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_member_v1(message: Member, parts: list[Buffer]) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.rack_id is None:
        text = b""
        length = 0
    else:
        text = message.rack_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.client_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.member_epoch, length)
        if length < 128
        else _pack_i(message.member_epoch) + uvarint(length)
    )
    parts.append(text)
    text = message.client_host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.subscribed_topic_names) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.subscribed_topic_names:
        text = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    _write_assignment_v1(message.assignment, parts)
    parts.append(b"\x00")


def _read_member_v1(data: bytes, offset: int) -> tuple[Member, int]:
    message = _new(Member)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Member.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack_id = None
    else:
        end = offset + length - 1
        message.rack_id = data[offset:end].decode()
        offset = end
    message.member_epoch, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Member.client_id")
    end = offset + length - 1
    message.client_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Member.client_host")
    end = offset + length - 1
    message.client_host = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Member.subscribed_topic_names")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("Member.subscribed_topic_names", count)
    subscribed_topic_names: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("Member.subscribed_topic_names")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        subscribed_topic_names.append(text)
    message.subscribed_topic_names = subscribed_topic_names
    message.assignment, offset = _read_assignment_v1(data, offset)
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assignment_v1(message: Assignment, parts: list[Buffer]) -> None:
    count = len(message.topic_partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_partitions in message.topic_partitions:
        _write_topic_partitions_v1(topic_partitions, parts)
    parts.append(b"\x00")


def _read_assignment_v1(data: bytes, offset: int) -> tuple[Assignment, int]:
    message = _new(Assignment)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Assignment.topic_partitions")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("Assignment.topic_partitions", count)
    topic_partitions_list: list[TopicPartitions] = []
    for _ in range(count):
        topic_partitions, offset = _read_topic_partitions_v1(data, offset)
        topic_partitions_list.append(topic_partitions)
    message.topic_partitions = topic_partitions_list
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_partitions_v1(message: TopicPartitions, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_uB(message.topic_id, length)
        if length < 128
        else _pack_u(message.topic_id) + uvarint(length)
    )
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_topic_partitions_v1(data: bytes, offset: int) -> tuple[TopicPartitions, int]:
    message = _new(TopicPartitions)
    message.topic_id, length = _unpack_uB(data, offset)
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicPartitions.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicPartitions.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("TopicPartitions.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


_DEFAULT_ASSIGNMENT = Assignment()

ShareGroupDescribeRequest.WRITERS = {
    1: _write_share_group_describe_request_v1,
}
ShareGroupDescribeRequest.READERS = {
    1: _read_share_group_describe_request_v1,
}
ShareGroupDescribeResponse.WRITERS = {
    1: _write_share_group_describe_response_v1,
}
ShareGroupDescribeResponse.READERS = {
    1: _read_share_group_describe_response_v1,
}
