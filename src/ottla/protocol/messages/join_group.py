# SPDX-License-Identifier: Apache-2.0
"""JoinGroup (key 11).

A member joins a classic group; the answer comes when the group is complete.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR,
INCONSISTENT_GROUP_PROTOCOL, UNKNOWN_MEMBER_ID, MEMBER_ID_REQUIRED, INVALID_SESSION_TIMEOUT,
INVALID_GROUP_ID, GROUP_MAX_SIZE_REACHED, FENCED_INSTANCE_ID, REBALANCE_IN_PROGRESS,
GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/join_group.txt` by `make gen`.
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
    null_unsupported,
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
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_tB = Format(">?B")
_pack_tB = _tB.pack
_unpack_tB = _tB.unpack_from
_hih = Format(">hih")
_pack_hih = _hih.pack
_unpack_hih = _hih.unpack_from
_ihi = Format(">ihi")
_pack_ihi = _ihi.pack
_iiB = Format(">iiB")
_pack_iiB = _iiB.pack
_unpack_iiB = _iiB.unpack_from
_iih = Format(">iih")
_pack_iih = _iih.pack
_unpack_iih = _iih.unpack_from
_ihiB = Format(">ihiB")
_pack_ihiB = _ihiB.pack
_unpack_ihiB = _ihiB.unpack_from
_ihih = Format(">ihih")
_pack_ihih = _ihih.pack
_unpack_ihih = _ihih.unpack_from


class JoinGroupRequest(Message):
    """The member and what it can do."""

    __slots__ = (
        "group_id",
        "session_timeout_ms",
        "rebalance_timeout_ms",
        "member_id",
        "group_instance_id",
        "protocol_type",
        "protocols",
        "reason",
    )

    API_KEY = 11
    VERSIONS = range(0, 10)
    FLEXIBLE_FROM = 6

    group_id: str
    """The group's name."""

    session_timeout_ms: int
    """Milliseconds without a heartbeat after which the member is removed."""

    rebalance_timeout_ms: int
    """Milliseconds that the coordinator waits for the member to join again. (versions 1+)"""

    member_id: str
    """The member's id; empty when it joins for the first time."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 5+; may be None)"""

    protocol_type: str
    """What kind of members the group has: `consumer` for consumers."""

    protocols: list[JoinGroupRequestProtocol]
    """Protocols that the member can use, the preferred first."""

    reason: str | None
    """Why, in words, for the log; may be null. (versions 8+; may be None)"""

    def __init__(
        self,
        *,
        group_id: str = "",
        session_timeout_ms: int = 0,
        rebalance_timeout_ms: int = -1,
        member_id: str = "",
        group_instance_id: str | None = None,
        protocol_type: str = "",
        protocols: Iterable[JoinGroupRequestProtocol] = (),
        reason: str | None = None,
    ) -> None:
        self.group_id = group_id
        self.session_timeout_ms = session_timeout_ms
        self.rebalance_timeout_ms = rebalance_timeout_ms
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.protocol_type = protocol_type
        self.protocols = list(protocols)
        self.reason = reason


class JoinGroupRequestProtocol(Struct):
    """Protocols that the member can use, the preferred first."""

    __slots__ = (
        "name",
        "metadata",
    )

    name: str
    """The assignor's or protocol's name, such as `range`."""

    metadata: bytes
    """What the member subscribes to, in the form that the protocol gives it."""

    def __init__(self, *, name: str = "", metadata: bytes = b"") -> None:
        self.name = name
        self.metadata = metadata


class JoinGroupResponse(Message):
    """The generation, and for the leader the members."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "generation_id",
        "protocol_type",
        "protocol_name",
        "leader",
        "skip_assignment",
        "member_id",
        "members",
    )

    API_KEY = 11
    VERSIONS = range(0, 10)
    FLEXIBLE_FROM = 6

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 2+)
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    generation_id: int
    """The group's generation."""

    protocol_type: str | None
    """What kind of members the group has: `consumer` for consumers. (versions 7+; may be None)
    """

    protocol_name: str | None
    """The protocol that the group agreed on. (may be None in versions 7+)"""

    leader: str
    """The member that computes the assignments."""

    skip_assignment: bool
    """Whether the leader shall leave the assignment as it is. (versions 9+)"""

    member_id: str
    """The id that the coordinator gave to the member."""

    members: list[JoinGroupResponseMember]
    """For the leader only: all members with what they subscribe to."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        generation_id: int = -1,
        protocol_type: str | None = None,
        protocol_name: str | None = "",
        leader: str = "",
        skip_assignment: bool = False,
        member_id: str = "",
        members: Iterable[JoinGroupResponseMember] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.generation_id = generation_id
        self.protocol_type = protocol_type
        self.protocol_name = protocol_name
        self.leader = leader
        self.skip_assignment = skip_assignment
        self.member_id = member_id
        self.members = list(members)


class JoinGroupResponseMember(Struct):
    """For the leader only: all members with what they subscribe to."""

    __slots__ = (
        "member_id",
        "group_instance_id",
        "metadata",
    )

    member_id: str
    """The member's id."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 5+; may be None)"""

    metadata: bytes
    """What the member subscribes to, in the form that the protocol gives it."""

    def __init__(
        self, *, member_id: str = "", group_instance_id: str | None = None, metadata: bytes = b""
    ) -> None:
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.metadata = metadata


def _write_join_group_request_v0(message: JoinGroupRequest, parts: list[Buffer]) -> None:
    if message.group_instance_id is not None:
        raise field_unsupported("JoinGroupRequest.group_instance_id", "0")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.session_timeout_ms, length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.protocols)
    parts.append(_pack_i(count))
    for join_group_request_protocol in message.protocols:
        _write_join_group_request_protocol_v0_v5(join_group_request_protocol, parts)


def _read_join_group_request_v0(data: bytes, offset: int) -> tuple[JoinGroupRequest, int]:
    message = _new(JoinGroupRequest)
    message.rebalance_timeout_ms = -1
    message.group_instance_id = None
    message.reason = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.session_timeout_ms, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("JoinGroupRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupRequest.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("JoinGroupRequest.protocols")
    if count * 6 > len(data) - offset:
        raise count_refused("JoinGroupRequest.protocols", count)
    protocols: list[JoinGroupRequestProtocol] = []
    for _ in range(count):
        join_group_request_protocol, offset = _read_join_group_request_protocol_v0_v5(data, offset)
        protocols.append(join_group_request_protocol)
    message.protocols = protocols
    return message, offset


def _write_join_group_request_v1_v4(message: JoinGroupRequest, parts: list[Buffer]) -> None:
    if message.group_instance_id is not None:
        raise field_unsupported("JoinGroupRequest.group_instance_id", "1-4")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_iih(message.session_timeout_ms, message.rebalance_timeout_ms, length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.protocols)
    parts.append(_pack_i(count))
    for join_group_request_protocol in message.protocols:
        _write_join_group_request_protocol_v0_v5(join_group_request_protocol, parts)


def _read_join_group_request_v1_v4(data: bytes, offset: int) -> tuple[JoinGroupRequest, int]:
    message = _new(JoinGroupRequest)
    message.group_instance_id = None
    message.reason = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.session_timeout_ms, message.rebalance_timeout_ms, length = _unpack_iih(data, offset)
    offset += 10
    if length < 0:
        raise null_refused("JoinGroupRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupRequest.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("JoinGroupRequest.protocols")
    if count * 6 > len(data) - offset:
        raise count_refused("JoinGroupRequest.protocols", count)
    protocols: list[JoinGroupRequestProtocol] = []
    for _ in range(count):
        join_group_request_protocol, offset = _read_join_group_request_protocol_v0_v5(data, offset)
        protocols.append(join_group_request_protocol)
    message.protocols = protocols
    return message, offset


def _write_join_group_request_v5(message: JoinGroupRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_iih(message.session_timeout_ms, message.rebalance_timeout_ms, length))
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = -1
    else:
        text = message.group_instance_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.protocol_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.protocols)
    parts.append(_pack_i(count))
    for join_group_request_protocol in message.protocols:
        _write_join_group_request_protocol_v0_v5(join_group_request_protocol, parts)


def _read_join_group_request_v5(data: bytes, offset: int) -> tuple[JoinGroupRequest, int]:
    message = _new(JoinGroupRequest)
    message.reason = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.session_timeout_ms, message.rebalance_timeout_ms, length = _unpack_iih(data, offset)
    offset += 10
    if length < 0:
        raise null_refused("JoinGroupRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("JoinGroupRequest.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupRequest.protocol_type")
    end = offset + length
    message.protocol_type = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("JoinGroupRequest.protocols")
    if count * 6 > len(data) - offset:
        raise count_refused("JoinGroupRequest.protocols", count)
    protocols: list[JoinGroupRequestProtocol] = []
    for _ in range(count):
        join_group_request_protocol, offset = _read_join_group_request_protocol_v0_v5(data, offset)
        protocols.append(join_group_request_protocol)
    message.protocols = protocols
    return message, offset


def _write_join_group_request_v6_v7(message: JoinGroupRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iiB(message.session_timeout_ms, message.rebalance_timeout_ms, length)
        if length < 128
        else _pack_ii(message.session_timeout_ms, message.rebalance_timeout_ms) + uvarint(length)
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
    text = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.protocols) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for join_group_request_protocol in message.protocols:
        _write_join_group_request_protocol_v6_v9(join_group_request_protocol, parts)
    parts.append(b"\x00")


def _read_join_group_request_v6_v7(data: bytes, offset: int) -> tuple[JoinGroupRequest, int]:
    message = _new(JoinGroupRequest)
    message.reason = None
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.session_timeout_ms, message.rebalance_timeout_ms, length = _unpack_iiB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupRequest.member_id")
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
        raise null_refused("JoinGroupRequest.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("JoinGroupRequest.protocols")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("JoinGroupRequest.protocols", count)
    protocols: list[JoinGroupRequestProtocol] = []
    for _ in range(count):
        join_group_request_protocol, offset = _read_join_group_request_protocol_v6_v9(data, offset)
        protocols.append(join_group_request_protocol)
    message.protocols = protocols
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_join_group_request_v8_v9(message: JoinGroupRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iiB(message.session_timeout_ms, message.rebalance_timeout_ms, length)
        if length < 128
        else _pack_ii(message.session_timeout_ms, message.rebalance_timeout_ms) + uvarint(length)
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
    text = message.protocol_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.protocols) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for join_group_request_protocol in message.protocols:
        _write_join_group_request_protocol_v6_v9(join_group_request_protocol, parts)
    if message.reason is None:
        text = b""
        length = 0
    else:
        text = message.reason.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_join_group_request_v8_v9(data: bytes, offset: int) -> tuple[JoinGroupRequest, int]:
    message = _new(JoinGroupRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.session_timeout_ms, message.rebalance_timeout_ms, length = _unpack_iiB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupRequest.member_id")
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
        raise null_refused("JoinGroupRequest.protocol_type")
    end = offset + length - 1
    message.protocol_type = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("JoinGroupRequest.protocols")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("JoinGroupRequest.protocols", count)
    protocols: list[JoinGroupRequestProtocol] = []
    for _ in range(count):
        join_group_request_protocol, offset = _read_join_group_request_protocol_v6_v9(data, offset)
        protocols.append(join_group_request_protocol)
    message.protocols = protocols
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


def _write_join_group_request_protocol_v0_v5(
    message: JoinGroupRequestProtocol, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.metadata
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_join_group_request_protocol_v0_v5(
    data: bytes, offset: int
) -> tuple[JoinGroupRequestProtocol, int]:
    message = _new(JoinGroupRequestProtocol)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupRequestProtocol.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("JoinGroupRequestProtocol.metadata")
    end = offset + length
    message.metadata = data[offset:end]
    offset = end
    return message, offset


def _write_join_group_request_protocol_v6_v9(
    message: JoinGroupRequestProtocol, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    payload: Buffer = message.metadata
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_join_group_request_protocol_v6_v9(
    data: bytes, offset: int
) -> tuple[JoinGroupRequestProtocol, int]:
    message = _new(JoinGroupRequestProtocol)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupRequestProtocol.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupRequestProtocol.metadata")
    end = offset + length - 1
    message.metadata = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_join_group_response_v0_v1(message: JoinGroupResponse, parts: list[Buffer]) -> None:
    if message.skip_assignment:
        raise field_unsupported("JoinGroupResponse.skip_assignment", "0-1")
    if message.protocol_name is None:
        raise null_unsupported("JoinGroupResponse.protocol_name", "0-1")
    text: Buffer = message.protocol_name.encode()
    length = len(text)
    parts.append(_pack_hih(message.error_code, message.generation_id, length))
    parts.append(text)
    text = message.leader.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for join_group_response_member in message.members:
        _write_join_group_response_member_v0_v4(join_group_response_member, parts)


def _read_join_group_response_v0_v1(data: bytes, offset: int) -> tuple[JoinGroupResponse, int]:
    message = _new(JoinGroupResponse)
    message.throttle_time_ms = 0
    message.protocol_type = None
    message.skip_assignment = False
    message.error_code, message.generation_id, length = _unpack_hih(data, offset)
    offset += 8
    if length < 0:
        raise null_refused("JoinGroupResponse.protocol_name")
    end = offset + length
    message.protocol_name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponse.leader")
    end = offset + length
    message.leader = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponse.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("JoinGroupResponse.members")
    if count * 6 > len(data) - offset:
        raise count_refused("JoinGroupResponse.members", count)
    members: list[JoinGroupResponseMember] = []
    for _ in range(count):
        join_group_response_member, offset = _read_join_group_response_member_v0_v4(data, offset)
        members.append(join_group_response_member)
    message.members = members
    return message, offset


def _write_join_group_response_v2_v4(message: JoinGroupResponse, parts: list[Buffer]) -> None:
    if message.skip_assignment:
        raise field_unsupported("JoinGroupResponse.skip_assignment", "2-4")
    if message.protocol_name is None:
        raise null_unsupported("JoinGroupResponse.protocol_name", "2-4")
    text: Buffer = message.protocol_name.encode()
    length = len(text)
    parts.append(
        _pack_ihih(message.throttle_time_ms, message.error_code, message.generation_id, length)
    )
    parts.append(text)
    text = message.leader.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for join_group_response_member in message.members:
        _write_join_group_response_member_v0_v4(join_group_response_member, parts)


def _read_join_group_response_v2_v4(data: bytes, offset: int) -> tuple[JoinGroupResponse, int]:
    message = _new(JoinGroupResponse)
    message.protocol_type = None
    message.skip_assignment = False
    message.throttle_time_ms, message.error_code, message.generation_id, length = _unpack_ihih(
        data, offset
    )
    offset += 12
    if length < 0:
        raise null_refused("JoinGroupResponse.protocol_name")
    end = offset + length
    message.protocol_name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponse.leader")
    end = offset + length
    message.leader = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponse.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("JoinGroupResponse.members")
    if count * 6 > len(data) - offset:
        raise count_refused("JoinGroupResponse.members", count)
    members: list[JoinGroupResponseMember] = []
    for _ in range(count):
        join_group_response_member, offset = _read_join_group_response_member_v0_v4(data, offset)
        members.append(join_group_response_member)
    message.members = members
    return message, offset


def _write_join_group_response_v5(message: JoinGroupResponse, parts: list[Buffer]) -> None:
    if message.skip_assignment:
        raise field_unsupported("JoinGroupResponse.skip_assignment", "5")
    if message.protocol_name is None:
        raise null_unsupported("JoinGroupResponse.protocol_name", "5")
    text: Buffer = message.protocol_name.encode()
    length = len(text)
    parts.append(
        _pack_ihih(message.throttle_time_ms, message.error_code, message.generation_id, length)
    )
    parts.append(text)
    text = message.leader.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.members)
    parts.append(_pack_i(count))
    for join_group_response_member in message.members:
        _write_join_group_response_member_v5(join_group_response_member, parts)


def _read_join_group_response_v5(data: bytes, offset: int) -> tuple[JoinGroupResponse, int]:
    message = _new(JoinGroupResponse)
    message.protocol_type = None
    message.skip_assignment = False
    message.throttle_time_ms, message.error_code, message.generation_id, length = _unpack_ihih(
        data, offset
    )
    offset += 12
    if length < 0:
        raise null_refused("JoinGroupResponse.protocol_name")
    end = offset + length
    message.protocol_name = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponse.leader")
    end = offset + length
    message.leader = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponse.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("JoinGroupResponse.members")
    if count * 8 > len(data) - offset:
        raise count_refused("JoinGroupResponse.members", count)
    members: list[JoinGroupResponseMember] = []
    for _ in range(count):
        join_group_response_member, offset = _read_join_group_response_member_v5(data, offset)
        members.append(join_group_response_member)
    message.members = members
    return message, offset


def _write_join_group_response_v6(message: JoinGroupResponse, parts: list[Buffer]) -> None:
    if message.skip_assignment:
        raise field_unsupported("JoinGroupResponse.skip_assignment", "6")
    if message.protocol_name is None:
        raise null_unsupported("JoinGroupResponse.protocol_name", "6")
    text: Buffer = message.protocol_name.encode()
    length = len(text) + 1
    parts.append(
        _pack_ihiB(message.throttle_time_ms, message.error_code, message.generation_id, length)
        if length < 128
        else _pack_ihi(message.throttle_time_ms, message.error_code, message.generation_id)
        + uvarint(length)
    )
    parts.append(text)
    text = message.leader.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for join_group_response_member in message.members:
        _write_join_group_response_member_v6_v9(join_group_response_member, parts)
    parts.append(b"\x00")


def _read_join_group_response_v6(data: bytes, offset: int) -> tuple[JoinGroupResponse, int]:
    message = _new(JoinGroupResponse)
    message.protocol_type = None
    message.skip_assignment = False
    message.throttle_time_ms, message.error_code, message.generation_id, length = _unpack_ihiB(
        data, offset
    )
    offset += 11
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupResponse.protocol_name")
    end = offset + length - 1
    message.protocol_name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupResponse.leader")
    end = offset + length - 1
    message.leader = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupResponse.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("JoinGroupResponse.members")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("JoinGroupResponse.members", count)
    members: list[JoinGroupResponseMember] = []
    for _ in range(count):
        join_group_response_member, offset = _read_join_group_response_member_v6_v9(data, offset)
        members.append(join_group_response_member)
    message.members = members
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_join_group_response_v7_v8(message: JoinGroupResponse, parts: list[Buffer]) -> None:
    if message.skip_assignment:
        raise field_unsupported("JoinGroupResponse.skip_assignment", "7-8")
    if message.protocol_type is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.protocol_type.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihiB(message.throttle_time_ms, message.error_code, message.generation_id, length)
        if length < 128
        else _pack_ihi(message.throttle_time_ms, message.error_code, message.generation_id)
        + uvarint(length)
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
    text = message.leader.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for join_group_response_member in message.members:
        _write_join_group_response_member_v6_v9(join_group_response_member, parts)
    parts.append(b"\x00")


def _read_join_group_response_v7_v8(data: bytes, offset: int) -> tuple[JoinGroupResponse, int]:
    message = _new(JoinGroupResponse)
    message.skip_assignment = False
    message.throttle_time_ms, message.error_code, message.generation_id, length = _unpack_ihiB(
        data, offset
    )
    offset += 11
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
        raise null_refused("JoinGroupResponse.leader")
    end = offset + length - 1
    message.leader = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupResponse.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("JoinGroupResponse.members")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("JoinGroupResponse.members", count)
    members: list[JoinGroupResponseMember] = []
    for _ in range(count):
        join_group_response_member, offset = _read_join_group_response_member_v6_v9(data, offset)
        members.append(join_group_response_member)
    message.members = members
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_join_group_response_v9(message: JoinGroupResponse, parts: list[Buffer]) -> None:
    if message.protocol_type is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.protocol_type.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihiB(message.throttle_time_ms, message.error_code, message.generation_id, length)
        if length < 128
        else _pack_ihi(message.throttle_time_ms, message.error_code, message.generation_id)
        + uvarint(length)
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
    text = message.leader.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_tB(message.skip_assignment, length)
        if length < 128
        else _pack_t(message.skip_assignment) + uvarint(length)
    )
    parts.append(text)
    count = len(message.members) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for join_group_response_member in message.members:
        _write_join_group_response_member_v6_v9(join_group_response_member, parts)
    parts.append(b"\x00")


def _read_join_group_response_v9(data: bytes, offset: int) -> tuple[JoinGroupResponse, int]:
    message = _new(JoinGroupResponse)
    message.throttle_time_ms, message.error_code, message.generation_id, length = _unpack_ihiB(
        data, offset
    )
    offset += 11
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
        raise null_refused("JoinGroupResponse.leader")
    end = offset + length - 1
    message.leader = data[offset:end].decode()
    offset = end
    message.skip_assignment, length = _unpack_tB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupResponse.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("JoinGroupResponse.members")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("JoinGroupResponse.members", count)
    members: list[JoinGroupResponseMember] = []
    for _ in range(count):
        join_group_response_member, offset = _read_join_group_response_member_v6_v9(data, offset)
        members.append(join_group_response_member)
    message.members = members
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_join_group_response_member_v0_v4(
    message: JoinGroupResponseMember, parts: list[Buffer]
) -> None:
    text: Buffer = message.member_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    payload: Buffer = message.metadata
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_join_group_response_member_v0_v4(
    data: bytes, offset: int
) -> tuple[JoinGroupResponseMember, int]:
    message = _new(JoinGroupResponseMember)
    message.group_instance_id = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponseMember.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("JoinGroupResponseMember.metadata")
    end = offset + length
    message.metadata = data[offset:end]
    offset = end
    return message, offset


def _write_join_group_response_member_v5(
    message: JoinGroupResponseMember, parts: list[Buffer]
) -> None:
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
    payload: Buffer = message.metadata
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_join_group_response_member_v5(
    data: bytes, offset: int
) -> tuple[JoinGroupResponseMember, int]:
    message = _new(JoinGroupResponseMember)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("JoinGroupResponseMember.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("JoinGroupResponseMember.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("JoinGroupResponseMember.metadata")
    end = offset + length
    message.metadata = data[offset:end]
    offset = end
    return message, offset


def _write_join_group_response_member_v6_v9(
    message: JoinGroupResponseMember, parts: list[Buffer]
) -> None:
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
    payload: Buffer = message.metadata
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_join_group_response_member_v6_v9(
    data: bytes, offset: int
) -> tuple[JoinGroupResponseMember, int]:
    message = _new(JoinGroupResponseMember)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("JoinGroupResponseMember.member_id")
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
        raise null_refused("JoinGroupResponseMember.metadata")
    end = offset + length - 1
    message.metadata = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


JoinGroupRequest.WRITERS = {
    0: _write_join_group_request_v0,
    1: _write_join_group_request_v1_v4,
    2: _write_join_group_request_v1_v4,
    3: _write_join_group_request_v1_v4,
    4: _write_join_group_request_v1_v4,
    5: _write_join_group_request_v5,
    6: _write_join_group_request_v6_v7,
    7: _write_join_group_request_v6_v7,
    8: _write_join_group_request_v8_v9,
    9: _write_join_group_request_v8_v9,
}
JoinGroupRequest.READERS = {
    0: _read_join_group_request_v0,
    1: _read_join_group_request_v1_v4,
    2: _read_join_group_request_v1_v4,
    3: _read_join_group_request_v1_v4,
    4: _read_join_group_request_v1_v4,
    5: _read_join_group_request_v5,
    6: _read_join_group_request_v6_v7,
    7: _read_join_group_request_v6_v7,
    8: _read_join_group_request_v8_v9,
    9: _read_join_group_request_v8_v9,
}
JoinGroupResponse.WRITERS = {
    0: _write_join_group_response_v0_v1,
    1: _write_join_group_response_v0_v1,
    2: _write_join_group_response_v2_v4,
    3: _write_join_group_response_v2_v4,
    4: _write_join_group_response_v2_v4,
    5: _write_join_group_response_v5,
    6: _write_join_group_response_v6,
    7: _write_join_group_response_v7_v8,
    8: _write_join_group_response_v7_v8,
    9: _write_join_group_response_v9,
}
JoinGroupResponse.READERS = {
    0: _read_join_group_response_v0_v1,
    1: _read_join_group_response_v0_v1,
    2: _read_join_group_response_v2_v4,
    3: _read_join_group_response_v2_v4,
    4: _read_join_group_response_v2_v4,
    5: _read_join_group_response_v5,
    6: _read_join_group_response_v6,
    7: _read_join_group_response_v7_v8,
    8: _read_join_group_response_v7_v8,
    9: _read_join_group_response_v9,
}
