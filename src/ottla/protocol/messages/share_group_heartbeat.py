# SPDX-License-Identifier: Apache-2.0
"""ShareGroupHeartbeat (key 76).

The one request that membership in a share group needs: joining, staying, leaving.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, NOT_COORDINATOR,
COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST, UNKNOWN_MEMBER_ID,
FENCED_MEMBER_EPOCH, GROUP_MAX_SIZE_REACHED.

Generated from `definitions/share_group_heartbeat.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
    count_refused,
    marker_refused,
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
_i = Format(">i")
_pack_i = _i.pack
_u = Format(">16s")
_pack_u = _u.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ii = Format(">ii")
_pack_ii = _ii.pack
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iib = Format(">iib")
_unpack_iib = _iib.unpack_from


class ShareGroupHeartbeatRequest(Message):
    """What has changed at the member since its last heartbeat."""

    __slots__ = (
        "group_id",
        "member_id",
        "member_epoch",
        "rack_id",
        "subscribed_topic_names",
    )

    API_KEY = 76
    VERSIONS = range(1, 2)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    member_id: str
    """The id that the member made for itself (a uuid in text form)."""

    member_epoch: int
    """The member's epoch: 0 joins, -1 leaves."""

    rack_id: str | None
    """The rack that the member runs in; null when it has none or nothing changed. (may be None)
    """

    subscribed_topic_names: list[str] | None
    """The topics that the member subscribes to by name; null when nothing changed. (may be None)
    """

    def __init__(
        self,
        *,
        group_id: str = "",
        member_id: str = "",
        member_epoch: int = 0,
        rack_id: str | None = None,
        subscribed_topic_names: Iterable[str] | None = None,
    ) -> None:
        self.group_id = group_id
        self.member_id = member_id
        self.member_epoch = member_epoch
        self.rack_id = rack_id
        self.subscribed_topic_names = (
            None if subscribed_topic_names is None else list(subscribed_topic_names)
        )


class ShareGroupHeartbeatResponse(Message):
    """What has changed at the coordinator."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "member_id",
        "member_epoch",
        "heartbeat_interval_ms",
        "assignment",
    )

    API_KEY = 76
    VERSIONS = range(1, 2)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    member_id: str | None
    """The member's id, repeated or assigned by the coordinator. (may be None)"""

    member_epoch: int
    """The epoch that the member is in from now on."""

    heartbeat_interval_ms: int
    """Milliseconds between two heartbeats of the member."""

    assignment: Assignment | None
    """What the member shall read; null when nothing changed since its last heartbeat. (may be
    None)
    """

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        member_id: str | None = None,
        member_epoch: int = 0,
        heartbeat_interval_ms: int = 0,
        assignment: Assignment | None = None,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.member_id = member_id
        self.member_epoch = member_epoch
        self.heartbeat_interval_ms = heartbeat_interval_ms
        self.assignment = assignment


class Assignment(Struct):
    """What the member shall read; null when nothing changed since its last heartbeat."""

    __slots__ = ("topic_partitions",)

    topic_partitions: list[TopicPartitions]
    """The partitions that the member shall read, by topic."""

    def __init__(self, *, topic_partitions: Iterable[TopicPartitions] = ()) -> None:
        self.topic_partitions = list(topic_partitions)


class TopicPartitions(Struct):
    """The partitions that the member shall read, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[int] = ()) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


def _write_share_group_heartbeat_request_v1(
    message: ShareGroupHeartbeatRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.rack_id is None:
        text = b""
        length = 0
    else:
        text = message.rack_id.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.member_epoch, length)
        if length < 128
        else _pack_i(message.member_epoch) + uvarint(length)
    )
    parts.append(text)
    count = 0 if message.subscribed_topic_names is None else len(message.subscribed_topic_names) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.subscribed_topic_names:
        for string in message.subscribed_topic_names:
            text = string.encode()
            length = len(text) + 1
            parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
            parts.append(text)
    parts.append(b"\x00")


def _read_share_group_heartbeat_request_v1(
    data: bytes, offset: int
) -> tuple[ShareGroupHeartbeatRequest, int]:
    message = _new(ShareGroupHeartbeatRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ShareGroupHeartbeatRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ShareGroupHeartbeatRequest.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    message.member_epoch, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack_id = None
    else:
        end = offset + length - 1
        message.rack_id = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.subscribed_topic_names = None
    else:
        count -= 1
        if count > len(data) - offset:
            raise count_refused("ShareGroupHeartbeatRequest.subscribed_topic_names", count)
        subscribed_topic_names: list[str] = []
        for _ in range(count):
            length = data[offset]
            offset += 1
            if length > 127:
                length, offset = read_long_uvarint(data, offset, length)
            if length == 0:
                raise null_refused("ShareGroupHeartbeatRequest.subscribed_topic_names")
            end = offset + length - 1
            text = data[offset:end].decode()
            offset = end
            subscribed_topic_names.append(text)
        message.subscribed_topic_names = subscribed_topic_names
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_group_heartbeat_response_v1(
    message: ShareGroupHeartbeatResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    if message.member_id is None:
        text = b""
        length = 0
    else:
        text = message.member_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_ii(message.member_epoch, message.heartbeat_interval_ms))
    if message.assignment is None:
        parts.append(b"\xff")
    else:
        parts.append(b"\x01")
        _write_assignment_v1(message.assignment, parts)
    parts.append(b"\x00")


def _read_share_group_heartbeat_response_v1(
    data: bytes, offset: int
) -> tuple[ShareGroupHeartbeatResponse, int]:
    message = _new(ShareGroupHeartbeatResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
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
        message.member_id = None
    else:
        end = offset + length - 1
        message.member_id = data[offset:end].decode()
        offset = end
    message.member_epoch, message.heartbeat_interval_ms, marker = _unpack_iib(data, offset)
    offset += 9
    if marker == -1:
        message.assignment = None
    elif marker == 1:
        message.assignment, offset = _read_assignment_v1(data, offset)
    else:
        raise marker_refused("ShareGroupHeartbeatResponse.assignment", marker)
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
    if count * 18 > len(data) - offset:
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
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_topic_partitions_v1(data: bytes, offset: int) -> tuple[TopicPartitions, int]:
    message = _new(TopicPartitions)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
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


ShareGroupHeartbeatRequest.WRITERS = {
    1: _write_share_group_heartbeat_request_v1,
}
ShareGroupHeartbeatRequest.READERS = {
    1: _read_share_group_heartbeat_request_v1,
}
ShareGroupHeartbeatResponse.WRITERS = {
    1: _write_share_group_heartbeat_response_v1,
}
ShareGroupHeartbeatResponse.READERS = {
    1: _read_share_group_heartbeat_response_v1,
}
