# SPDX-License-Identifier: Apache-2.0
"""LeaveGroup (key 13).

Members leave a classic group at once, without waiting for their session to time out.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR,
UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, INVALID_GROUP_ID, GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/leave_group.txt` by `make gen`.
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
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_unpack_hB = _hB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihi = Format(">ihi")
_pack_ihi = _ihi.pack
_unpack_ihi = _ihi.unpack_from


class LeaveGroupRequest(Message):
    """The members; one up to version 2."""

    __slots__ = (
        "group_id",
        "member_id",
        "members",
    )

    API_KEY = 13
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 4

    group_id: str
    """The group's name."""

    member_id: str
    """The member's id. (versions 0-2)"""

    members: list[MemberIdentity]
    """The members that leave. (versions 3+)"""

    def __init__(
        self, *, group_id: str = "", member_id: str = "", members: Iterable[MemberIdentity] = ()
    ) -> None:
        self.group_id = group_id
        self.member_id = member_id
        self.members = list(members)


class MemberIdentity(Struct):
    """The members that leave."""

    __slots__ = (
        "member_id",
        "group_instance_id",
        "reason",
    )

    member_id: str
    """The member's id."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (may be None)"""

    reason: str | None
    """Why, in words, for the log; may be null. (versions 5+; may be None)"""

    def __init__(
        self,
        *,
        member_id: str = "",
        group_instance_id: str | None = None,
        reason: str | None = None,
    ) -> None:
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.reason = reason


class LeaveGroupResponse(Message):
    """Outcomes by member."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "members",
    )

    API_KEY = 13
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 4

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 1+)
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    members: list[MemberResponse]
    """Outcomes by member. (versions 3+)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        members: Iterable[MemberResponse] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.members = list(members)


class MemberResponse(Struct):
    """Outcomes by member."""

    __slots__ = (
        "member_id",
        "group_instance_id",
        "error_code",
    )

    member_id: str
    """The member's id."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (may be None)"""

    error_code: int
    """Outcome for this member; 0 is success."""

    def __init__(
        self, *, member_id: str = "", group_instance_id: str | None = "", error_code: int = 0
    ) -> None:
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.error_code = error_code


def _write_leave_group_request_v0_v2(message: LeaveGroupRequest, parts: list[Buffer]) -> None:
    if message.members:
        raise field_unsupported("LeaveGroupRequest.members", "0-2")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_leave_group_request_v0_v2(data: bytes, offset: int) -> tuple[LeaveGroupRequest, int]:
    message = _new(LeaveGroupRequest)
    message.members = []
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("LeaveGroupRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("LeaveGroupRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_leave_group_request_v3(message: LeaveGroupRequest, parts: list[Buffer]) -> None:
    if message.member_id != "":
        raise field_unsupported("LeaveGroupRequest.member_id", "3")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for member_identity in message.members:
        _write_member_identity_v3(member_identity, parts)


def _read_leave_group_request_v3(data: bytes, offset: int) -> tuple[LeaveGroupRequest, int]:
    message = _new(LeaveGroupRequest)
    message.member_id = ""
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("LeaveGroupRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("LeaveGroupRequest.members")
    if count * 4 > len(data) - offset:
        raise count_refused("LeaveGroupRequest.members", count)
    members: list[MemberIdentity] = []
    for _ in range(count):
        member_identity, offset = _read_member_identity_v3(data, offset)
        members.append(member_identity)
    message.members = members
    return message, offset


def _write_leave_group_request_v4(message: LeaveGroupRequest, parts: list[Buffer]) -> None:
    if message.member_id != "":
        raise field_unsupported("LeaveGroupRequest.member_id", "4")
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for member_identity in message.members:
        _write_member_identity_v4(member_identity, parts)
    parts.append(b"\x00")


def _read_leave_group_request_v4(data: bytes, offset: int) -> tuple[LeaveGroupRequest, int]:
    message = _new(LeaveGroupRequest)
    message.member_id = ""
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("LeaveGroupRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("LeaveGroupRequest.members")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("LeaveGroupRequest.members", count)
    members: list[MemberIdentity] = []
    for _ in range(count):
        member_identity, offset = _read_member_identity_v4(data, offset)
        members.append(member_identity)
    message.members = members
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_leave_group_request_v5(message: LeaveGroupRequest, parts: list[Buffer]) -> None:
    if message.member_id != "":
        raise field_unsupported("LeaveGroupRequest.member_id", "5")
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for member_identity in message.members:
        _write_member_identity_v5(member_identity, parts)
    parts.append(b"\x00")


def _read_leave_group_request_v5(data: bytes, offset: int) -> tuple[LeaveGroupRequest, int]:
    message = _new(LeaveGroupRequest)
    message.member_id = ""
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("LeaveGroupRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("LeaveGroupRequest.members")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("LeaveGroupRequest.members", count)
    members: list[MemberIdentity] = []
    for _ in range(count):
        member_identity, offset = _read_member_identity_v5(data, offset)
        members.append(member_identity)
    message.members = members
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_member_identity_v3(message: MemberIdentity, parts: list[Buffer]) -> None:
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


def _read_member_identity_v3(data: bytes, offset: int) -> tuple[MemberIdentity, int]:
    message = _new(MemberIdentity)
    message.reason = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberIdentity.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MemberIdentity.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    return message, offset


def _write_member_identity_v4(message: MemberIdentity, parts: list[Buffer]) -> None:
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
    parts.append(b"\x00")


def _read_member_identity_v4(data: bytes, offset: int) -> tuple[MemberIdentity, int]:
    message = _new(MemberIdentity)
    message.reason = None
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberIdentity.member_id")
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
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_member_identity_v5(message: MemberIdentity, parts: list[Buffer]) -> None:
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
    if message.reason is None:
        text = b""
        length = 0
    else:
        text = message.reason.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_member_identity_v5(data: bytes, offset: int) -> tuple[MemberIdentity, int]:
    message = _new(MemberIdentity)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberIdentity.member_id")
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
        message.reason = None
    else:
        end = offset + length - 1
        message.reason = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_leave_group_response_v0(message: LeaveGroupResponse, parts: list[Buffer]) -> None:
    if message.members:
        raise field_unsupported("LeaveGroupResponse.members", "0")
    parts.append(_pack_h(message.error_code))


def _read_leave_group_response_v0(data: bytes, offset: int) -> tuple[LeaveGroupResponse, int]:
    message = _new(LeaveGroupResponse)
    message.throttle_time_ms = 0
    message.members = []
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_leave_group_response_v1_v2(message: LeaveGroupResponse, parts: list[Buffer]) -> None:
    if message.members:
        raise field_unsupported("LeaveGroupResponse.members", "1-2")
    parts.append(_pack_ih(message.throttle_time_ms, message.error_code))


def _read_leave_group_response_v1_v2(data: bytes, offset: int) -> tuple[LeaveGroupResponse, int]:
    message = _new(LeaveGroupResponse)
    message.members = []
    message.throttle_time_ms, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_leave_group_response_v3(message: LeaveGroupResponse, parts: list[Buffer]) -> None:
    count = len(message.members)
    parts.append(_pack_ihi(message.throttle_time_ms, message.error_code, count))
    for member_response in message.members:
        _write_member_response_v3(member_response, parts)


def _read_leave_group_response_v3(data: bytes, offset: int) -> tuple[LeaveGroupResponse, int]:
    message = _new(LeaveGroupResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihi(data, offset)
    offset += 10
    if count < 0:
        raise null_refused("LeaveGroupResponse.members")
    if count * 6 > len(data) - offset:
        raise count_refused("LeaveGroupResponse.members", count)
    members: list[MemberResponse] = []
    for _ in range(count):
        member_response, offset = _read_member_response_v3(data, offset)
        members.append(member_response)
    message.members = members
    return message, offset


def _write_leave_group_response_v4_v5(message: LeaveGroupResponse, parts: list[Buffer]) -> None:
    count = len(message.members) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for member_response in message.members:
        _write_member_response_v4_v5(member_response, parts)
    parts.append(b"\x00")


def _read_leave_group_response_v4_v5(data: bytes, offset: int) -> tuple[LeaveGroupResponse, int]:
    message = _new(LeaveGroupResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("LeaveGroupResponse.members")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("LeaveGroupResponse.members", count)
    members: list[MemberResponse] = []
    for _ in range(count):
        member_response, offset = _read_member_response_v4_v5(data, offset)
        members.append(member_response)
    message.members = members
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_member_response_v3(message: MemberResponse, parts: list[Buffer]) -> None:
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
    parts.append(_pack_h(message.error_code))


def _read_member_response_v3(data: bytes, offset: int) -> tuple[MemberResponse, int]:
    message = _new(MemberResponse)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MemberResponse.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MemberResponse.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_member_response_v4_v5(message: MemberResponse, parts: list[Buffer]) -> None:
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
    parts.append(_pack_h0(message.error_code))


def _read_member_response_v4_v5(data: bytes, offset: int) -> tuple[MemberResponse, int]:
    message = _new(MemberResponse)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MemberResponse.member_id")
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
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


LeaveGroupRequest.WRITERS = {
    0: _write_leave_group_request_v0_v2,
    1: _write_leave_group_request_v0_v2,
    2: _write_leave_group_request_v0_v2,
    3: _write_leave_group_request_v3,
    4: _write_leave_group_request_v4,
    5: _write_leave_group_request_v5,
}
LeaveGroupRequest.READERS = {
    0: _read_leave_group_request_v0_v2,
    1: _read_leave_group_request_v0_v2,
    2: _read_leave_group_request_v0_v2,
    3: _read_leave_group_request_v3,
    4: _read_leave_group_request_v4,
    5: _read_leave_group_request_v5,
}
LeaveGroupResponse.WRITERS = {
    0: _write_leave_group_response_v0,
    1: _write_leave_group_response_v1_v2,
    2: _write_leave_group_response_v1_v2,
    3: _write_leave_group_response_v3,
    4: _write_leave_group_response_v4_v5,
    5: _write_leave_group_response_v4_v5,
}
LeaveGroupResponse.READERS = {
    0: _read_leave_group_response_v0,
    1: _read_leave_group_response_v1_v2,
    2: _read_leave_group_response_v1_v2,
    3: _read_leave_group_response_v3,
    4: _read_leave_group_response_v4_v5,
    5: _read_leave_group_response_v4_v5,
}
