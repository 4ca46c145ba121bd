# SPDX-License-Identifier: Apache-2.0
"""SyncGroup (key 14).

Hands out the assignments of a classic group: the leader brings them, every member takes its
own.

Errors: COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, INCONSISTENT_GROUP_PROTOCOL,
FENCED_INSTANCE_ID, INVALID_GROUP_ID, GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/sync_group.txt` by `make gen`.
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
_hi = Format(">hi")
_pack_hi = _hi.pack
_unpack_hi = _hi.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihi = Format(">ihi")
_pack_ihi = _ihi.pack
_unpack_ihi = _ihi.unpack_from


class SyncGroupRequest(Message):
    """The member, and from the leader all assignments."""

    __slots__ = (
        "group_id",
        "generation_id",
        "member_id",
        "group_instance_id",
        "protocol_type",
        "protocol_name",
        "assignments",
    )

    API_KEY = 14
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 4

    group_id: str
    """The group's name."""

    generation_id: int
    """The group's generation."""

    member_id: str
    """The member's id."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 3+; may be None)"""

    protocol_type: str | None
    """What kind of members the group has: `consumer` for consumers. (versions 5+; may be None)
    """

    protocol_name: str | None
    """The protocol that the member believes the group agreed on. (versions 5+; may be None)"""

    assignments: list[SyncGroupRequestAssignment]
    """For the leader only: what each member is assigned."""

    def __init__(
        self,
        *,
        group_id: str = "",
        generation_id: int = 0,
        member_id: str = "",
        group_instance_id: str | None = None,
        protocol_type: str | None = None,
        protocol_name: str | None = None,
        assignments: Iterable[SyncGroupRequestAssignment] = (),
    ) -> None:
        self.group_id = group_id
        self.generation_id = generation_id
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.protocol_type = protocol_type
        self.protocol_name = protocol_name
        self.assignments = list(assignments)


class SyncGroupRequestAssignment(Struct):
    """For the leader only: what each member is assigned."""

    __slots__ = (
        "member_id",
        "assignment",
    )

    member_id: str
    """The member's id."""

    assignment: bytes
    """The member's assignment, in the form that the group's protocol gives it."""

    def __init__(self, *, member_id: str = "", assignment: bytes = b"") -> None:
        self.member_id = member_id
        self.assignment = assignment


class SyncGroupResponse(Message):
    """The member's assignment."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "protocol_type",
        "protocol_name",
        "assignment",
    )

    API_KEY = 14
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 4

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 1+)
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    protocol_type: str | None
    """What kind of members the group has: `consumer` for consumers. (versions 5+; may be None)
    """

    protocol_name: str | None
    """The protocol that the group agreed on. (versions 5+; may be None)"""

    assignment: bytes
    """The member's own assignment, in the form that the group's protocol gives it."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        protocol_type: str | None = None,
        protocol_name: str | None = None,
        assignment: bytes = b"",
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.protocol_type = protocol_type
        self.protocol_name = protocol_name
        self.assignment = assignment


def _write_sync_group_request_v0_v2(message: SyncGroupRequest, parts: list[Buffer]) -> None:
    if message.group_instance_id is not None:
        raise field_unsupported("SyncGroupRequest.group_instance_id", "0-2")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.generation_id, length))
    parts.append(text)
    count = len(message.assignments)
    parts.append(_pack_i(count))
    for sync_group_request_assignment in message.assignments:
        _write_sync_group_request_assignment_v0_v3(sync_group_request_assignment, parts)


def _read_sync_group_request_v0_v2(data: bytes, offset: int) -> tuple[SyncGroupRequest, int]:
    message = _new(SyncGroupRequest)
    message.group_instance_id = None
    message.protocol_type = None
    message.protocol_name = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("SyncGroupRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("SyncGroupRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("SyncGroupRequest.assignments")
    if count * 6 > len(data) - offset:
        raise count_refused("SyncGroupRequest.assignments", count)
    assignments: list[SyncGroupRequestAssignment] = []
    for _ in range(count):
        sync_group_request_assignment, offset = _read_sync_group_request_assignment_v0_v3(
            data, offset
        )
        assignments.append(sync_group_request_assignment)
    message.assignments = assignments
    return message, offset


def _write_sync_group_request_v3(message: SyncGroupRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.generation_id, length))
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = -1
    else:
        text = message.group_instance_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.assignments)
    parts.append(_pack_i(count))
    for sync_group_request_assignment in message.assignments:
        _write_sync_group_request_assignment_v0_v3(sync_group_request_assignment, parts)


def _read_sync_group_request_v3(data: bytes, offset: int) -> tuple[SyncGroupRequest, int]:
    message = _new(SyncGroupRequest)
    message.protocol_type = None
    message.protocol_name = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("SyncGroupRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("SyncGroupRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("SyncGroupRequest.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("SyncGroupRequest.assignments")
    if count * 6 > len(data) - offset:
        raise count_refused("SyncGroupRequest.assignments", count)
    assignments: list[SyncGroupRequestAssignment] = []
    for _ in range(count):
        sync_group_request_assignment, offset = _read_sync_group_request_assignment_v0_v3(
            data, offset
        )
        assignments.append(sync_group_request_assignment)
    message.assignments = assignments
    return message, offset


def _write_sync_group_request_v4(message: SyncGroupRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.generation_id, length)
        if length < 128
        else _pack_i(message.generation_id) + uvarint(length)
    )
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = 0
    else:
        text = message.group_instance_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.assignments) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for sync_group_request_assignment in message.assignments:
        _write_sync_group_request_assignment_v4_v5(sync_group_request_assignment, parts)
    parts.append(b"\x00")


def _read_sync_group_request_v4(data: bytes, offset: int) -> tuple[SyncGroupRequest, int]:
    message = _new(SyncGroupRequest)
    message.protocol_type = None
    message.protocol_name = None
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupRequest.member_id")
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
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("SyncGroupRequest.assignments")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("SyncGroupRequest.assignments", count)
    assignments: list[SyncGroupRequestAssignment] = []
    for _ in range(count):
        sync_group_request_assignment, offset = _read_sync_group_request_assignment_v4_v5(
            data, offset
        )
        assignments.append(sync_group_request_assignment)
    message.assignments = assignments
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_sync_group_request_v5(message: SyncGroupRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.generation_id, length)
        if length < 128
        else _pack_i(message.generation_id) + uvarint(length)
    )
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = 0
    else:
        text = message.group_instance_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.protocol_type is None:
        text = b""
        length = 0
    else:
        text = message.protocol_type.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.protocol_name is None:
        text = b""
        length = 0
    else:
        text = message.protocol_name.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.assignments) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for sync_group_request_assignment in message.assignments:
        _write_sync_group_request_assignment_v4_v5(sync_group_request_assignment, parts)
    parts.append(b"\x00")


def _read_sync_group_request_v5(data: bytes, offset: int) -> tuple[SyncGroupRequest, int]:
    message = _new(SyncGroupRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupRequest.member_id")
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
        message.protocol_type = None
    else:
        end = offset + length - 1
        message.protocol_type = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.protocol_name = None
    else:
        end = offset + length - 1
        message.protocol_name = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("SyncGroupRequest.assignments")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("SyncGroupRequest.assignments", count)
    assignments: list[SyncGroupRequestAssignment] = []
    for _ in range(count):
        sync_group_request_assignment, offset = _read_sync_group_request_assignment_v4_v5(
            data, offset
        )
        assignments.append(sync_group_request_assignment)
    message.assignments = assignments
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_sync_group_request_assignment_v0_v3(
    message: SyncGroupRequestAssignment, parts: list[Buffer]
) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.assignment
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_sync_group_request_assignment_v0_v3(
    data: bytes, offset: int
) -> tuple[SyncGroupRequestAssignment, int]:
    message = _new(SyncGroupRequestAssignment)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("SyncGroupRequestAssignment.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("SyncGroupRequestAssignment.assignment")
    end = offset + length
    message.assignment = data[offset:end]
    offset = end
    return message, offset


def _write_sync_group_request_assignment_v4_v5(
    message: SyncGroupRequestAssignment, parts: list[Buffer]
) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    payload: Buffer = message.assignment
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_sync_group_request_assignment_v4_v5(
    data: bytes, offset: int
) -> tuple[SyncGroupRequestAssignment, int]:
    message = _new(SyncGroupRequestAssignment)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupRequestAssignment.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupRequestAssignment.assignment")
    end = offset + length - 1
    message.assignment = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_sync_group_response_v0(message: SyncGroupResponse, parts: list[Buffer]) -> None:
    payload: Buffer = message.assignment
    length = len(payload)
    parts.append(_pack_hi(message.error_code, length))
    parts.append(payload)


def _read_sync_group_response_v0(data: bytes, offset: int) -> tuple[SyncGroupResponse, int]:
    message = _new(SyncGroupResponse)
    message.throttle_time_ms = 0
    message.protocol_type = None
    message.protocol_name = None
    message.error_code, length = _unpack_hi(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("SyncGroupResponse.assignment")
    end = offset + length
    message.assignment = data[offset:end]
    offset = end
    return message, offset


def _write_sync_group_response_v1_v3(message: SyncGroupResponse, parts: list[Buffer]) -> None:
    payload: Buffer = message.assignment
    length = len(payload)
    parts.append(_pack_ihi(message.throttle_time_ms, message.error_code, length))
    parts.append(payload)


def _read_sync_group_response_v1_v3(data: bytes, offset: int) -> tuple[SyncGroupResponse, int]:
    message = _new(SyncGroupResponse)
    message.protocol_type = None
    message.protocol_name = None
    message.throttle_time_ms, message.error_code, length = _unpack_ihi(data, offset)
    offset += 10
    if length < 0:
        raise null_refused("SyncGroupResponse.assignment")
    end = offset + length
    message.assignment = data[offset:end]
    offset = end
    return message, offset


def _write_sync_group_response_v4(message: SyncGroupResponse, parts: list[Buffer]) -> None:
    payload: Buffer = message.assignment
    length = len(payload) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(payload)
    parts.append(b"\x00")


def _read_sync_group_response_v4(data: bytes, offset: int) -> tuple[SyncGroupResponse, int]:
    message = _new(SyncGroupResponse)
    message.protocol_type = None
    message.protocol_name = None
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupResponse.assignment")
    end = offset + length - 1
    message.assignment = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_sync_group_response_v5(message: SyncGroupResponse, parts: list[Buffer]) -> None:
    if message.protocol_type is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.protocol_type.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    if message.protocol_name is None:
        text = b""
        length = 0
    else:
        text = message.protocol_name.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    payload: Buffer = message.assignment
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_sync_group_response_v5(data: bytes, offset: int) -> tuple[SyncGroupResponse, int]:
    message = _new(SyncGroupResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.protocol_type = None
    else:
        end = offset + length - 1
        message.protocol_type = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.protocol_name = None
    else:
        end = offset + length - 1
        message.protocol_name = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SyncGroupResponse.assignment")
    end = offset + length - 1
    message.assignment = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


SyncGroupRequest.WRITERS = {
    0: _write_sync_group_request_v0_v2,
    1: _write_sync_group_request_v0_v2,
    2: _write_sync_group_request_v0_v2,
    3: _write_sync_group_request_v3,
    4: _write_sync_group_request_v4,
    5: _write_sync_group_request_v5,
}
SyncGroupRequest.READERS = {
    0: _read_sync_group_request_v0_v2,
    1: _read_sync_group_request_v0_v2,
    2: _read_sync_group_request_v0_v2,
    3: _read_sync_group_request_v3,
    4: _read_sync_group_request_v4,
    5: _read_sync_group_request_v5,
}
SyncGroupResponse.WRITERS = {
    0: _write_sync_group_response_v0,
    1: _write_sync_group_response_v1_v3,
    2: _write_sync_group_response_v1_v3,
    3: _write_sync_group_response_v1_v3,
    4: _write_sync_group_response_v4,
    5: _write_sync_group_response_v5,
}
SyncGroupResponse.READERS = {
    0: _read_sync_group_response_v0,
    1: _read_sync_group_response_v1_v3,
    2: _read_sync_group_response_v1_v3,
    3: _read_sync_group_response_v1_v3,
    4: _read_sync_group_response_v4,
    5: _read_sync_group_response_v5,
}
