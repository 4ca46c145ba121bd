# SPDX-License-Identifier: Apache-2.0
"""Heartbeat (key 12).

A member of a classic group says that it is alive.

Errors: COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID,
INVALID_GROUP_ID, GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/heartbeat.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    field_unsupported,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_unpack_ihB = _ihB.unpack_from


class HeartbeatRequest(Message):
    """The member."""

    __slots__ = (
        "group_id",
        "generation_id",
        "member_id",
        "group_instance_id",
    )

    API_KEY = 12
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 4

    group_id: str
    """The group's name."""

    generation_id: int
    """The group's generation."""

    member_id: str
    """The member's id."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 3+; may be None)"""

    def __init__(
        self,
        *,
        group_id: str = "",
        generation_id: int = 0,
        member_id: str = "",
        group_instance_id: str | None = None,
    ) -> None:
        self.group_id = group_id
        self.generation_id = generation_id
        self.member_id = member_id
        self.group_instance_id = group_instance_id


class HeartbeatResponse(Message):
    """Whether it may go on or has to join again."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
    )

    API_KEY = 12
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 4

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 1+)
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    def __init__(self, *, throttle_time_ms: int = 0, error_code: int = 0) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code


def _write_heartbeat_request_v0_v2(message: HeartbeatRequest, parts: list[Buffer]) -> None:
    if message.group_instance_id is not None:
        raise field_unsupported("HeartbeatRequest.group_instance_id", "0-2")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.generation_id, length))
    parts.append(text)


def _read_heartbeat_request_v0_v2(data: bytes, offset: int) -> tuple[HeartbeatRequest, int]:
    message = _new(HeartbeatRequest)
    message.group_instance_id = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("HeartbeatRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("HeartbeatRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_heartbeat_request_v3(message: HeartbeatRequest, parts: list[Buffer]) -> None:
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


def _read_heartbeat_request_v3(data: bytes, offset: int) -> tuple[HeartbeatRequest, int]:
    message = _new(HeartbeatRequest)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("HeartbeatRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("HeartbeatRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("HeartbeatRequest.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    return message, offset


def _write_heartbeat_request_v4(message: HeartbeatRequest, parts: list[Buffer]) -> None:
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
    parts.append(b"\x00")


def _read_heartbeat_request_v4(data: bytes, offset: int) -> tuple[HeartbeatRequest, int]:
    message = _new(HeartbeatRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("HeartbeatRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("HeartbeatRequest.member_id")
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


def _write_heartbeat_response_v0(message: HeartbeatResponse, parts: list[Buffer]) -> None:
    parts.append(_pack_h(message.error_code))


def _read_heartbeat_response_v0(data: bytes, offset: int) -> tuple[HeartbeatResponse, int]:
    message = _new(HeartbeatResponse)
    message.throttle_time_ms = 0
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_heartbeat_response_v1_v3(message: HeartbeatResponse, parts: list[Buffer]) -> None:
    parts.append(_pack_ih(message.throttle_time_ms, message.error_code))


def _read_heartbeat_response_v1_v3(data: bytes, offset: int) -> tuple[HeartbeatResponse, int]:
    message = _new(HeartbeatResponse)
    message.throttle_time_ms, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_heartbeat_response_v4(message: HeartbeatResponse, parts: list[Buffer]) -> None:
    parts.append(_pack_ih0(message.throttle_time_ms, message.error_code))


def _read_heartbeat_response_v4(data: bytes, offset: int) -> tuple[HeartbeatResponse, int]:
    message = _new(HeartbeatResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


HeartbeatRequest.WRITERS = {
    0: _write_heartbeat_request_v0_v2,
    1: _write_heartbeat_request_v0_v2,
    2: _write_heartbeat_request_v0_v2,
    3: _write_heartbeat_request_v3,
    4: _write_heartbeat_request_v4,
}
HeartbeatRequest.READERS = {
    0: _read_heartbeat_request_v0_v2,
    1: _read_heartbeat_request_v0_v2,
    2: _read_heartbeat_request_v0_v2,
    3: _read_heartbeat_request_v3,
    4: _read_heartbeat_request_v4,
}
HeartbeatResponse.WRITERS = {
    0: _write_heartbeat_response_v0,
    1: _write_heartbeat_response_v1_v3,
    2: _write_heartbeat_response_v1_v3,
    3: _write_heartbeat_response_v1_v3,
    4: _write_heartbeat_response_v4,
}
HeartbeatResponse.READERS = {
    0: _read_heartbeat_response_v0,
    1: _read_heartbeat_response_v1_v3,
    2: _read_heartbeat_response_v1_v3,
    3: _read_heartbeat_response_v1_v3,
    4: _read_heartbeat_response_v4,
}
