# SPDX-License-Identifier: Apache-2.0
"""AlterShareGroupOffsets (key 91).

Sets the start offsets of an empty share group.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, NOT_COORDINATOR,
COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP,
UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR.

Generated from `definitions/alter_share_group_offsets.txt` by `make gen`.
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
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_u = Format(">16s")
_pack_u = _u.pack
_ih = Format(">ih")
_pack_ih = _ih.pack
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from


class AlterShareGroupOffsetsRequest(Message):
    """The group and its new offsets."""

    __slots__ = (
        "group_id",
        "topics",
    )

    API_KEY = 91
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    topics: list[AlterShareGroupOffsetsRequestTopic]
    """The new start offsets, by topic."""

    def __init__(
        self, *, group_id: str = "", topics: Iterable[AlterShareGroupOffsetsRequestTopic] = ()
    ) -> None:
        self.group_id = group_id
        self.topics = list(topics)


class AlterShareGroupOffsetsRequestTopic(Struct):
    """The new start offsets, by topic."""

    __slots__ = (
        "topic_name",
        "partitions",
    )

    topic_name: str
    """The topic's name."""

    partitions: list[AlterShareGroupOffsetsRequestPartition]
    """The partitions that are meant."""

    def __init__(
        self,
        *,
        topic_name: str = "",
        partitions: Iterable[AlterShareGroupOffsetsRequestPartition] = (),
    ) -> None:
        self.topic_name = topic_name
        self.partitions = list(partitions)


class AlterShareGroupOffsetsRequestPartition(Struct):
    """The partitions that are meant."""

    __slots__ = (
        "partition_index",
        "start_offset",
    )

    partition_index: int
    """The partition's number."""

    start_offset: int
    """The offset from which the group shall read on."""

    def __init__(self, *, partition_index: int = 0, start_offset: int = 0) -> None:
        self.partition_index = partition_index
        self.start_offset = start_offset


class AlterShareGroupOffsetsResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "responses",
    )

    API_KEY = 91
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    responses: list[AlterShareGroupOffsetsResponseTopic]
    """Outcomes by topic."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        responses: Iterable[AlterShareGroupOffsetsResponseTopic] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.responses = list(responses)


class AlterShareGroupOffsetsResponseTopic(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_name",
        "topic_id",
        "partitions",
    )

    topic_name: str
    """The topic's name."""

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[AlterShareGroupOffsetsResponsePartition]
    """Outcomes by partition."""

    def __init__(
        self,
        *,
        topic_name: str = "",
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[AlterShareGroupOffsetsResponsePartition] = (),
    ) -> None:
        self.topic_name = topic_name
        self.topic_id = topic_id
        self.partitions = list(partitions)


class AlterShareGroupOffsetsResponsePartition(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
        "error_message",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, partition_index: int = 0, error_code: int = 0, error_message: str | None = None
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.error_message = error_message


def _write_alter_share_group_offsets_request_v0(
    message: AlterShareGroupOffsetsRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_share_group_offsets_request_topic in message.topics:
        _write_alter_share_group_offsets_request_topic_v0(
            alter_share_group_offsets_request_topic, parts
        )
    parts.append(b"\x00")


def _read_alter_share_group_offsets_request_v0(
    data: bytes, offset: int
) -> tuple[AlterShareGroupOffsetsRequest, int]:
    message = _new(AlterShareGroupOffsetsRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterShareGroupOffsetsRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterShareGroupOffsetsRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterShareGroupOffsetsRequest.topics", count)
    topics: list[AlterShareGroupOffsetsRequestTopic] = []
    for _ in range(count):
        alter_share_group_offsets_request_topic, offset = (
            _read_alter_share_group_offsets_request_topic_v0(data, offset)
        )
        topics.append(alter_share_group_offsets_request_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_share_group_offsets_request_topic_v0(
    message: AlterShareGroupOffsetsRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_share_group_offsets_request_partition in message.partitions:
        _write_alter_share_group_offsets_request_partition_v0(
            alter_share_group_offsets_request_partition, parts
        )
    parts.append(b"\x00")


def _read_alter_share_group_offsets_request_topic_v0(
    data: bytes, offset: int
) -> tuple[AlterShareGroupOffsetsRequestTopic, int]:
    message = _new(AlterShareGroupOffsetsRequestTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterShareGroupOffsetsRequestTopic.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterShareGroupOffsetsRequestTopic.partitions")
    count -= 1
    if count * 13 > len(data) - offset:
        raise count_refused("AlterShareGroupOffsetsRequestTopic.partitions", count)
    partitions: list[AlterShareGroupOffsetsRequestPartition] = []
    for _ in range(count):
        alter_share_group_offsets_request_partition, offset = (
            _read_alter_share_group_offsets_request_partition_v0(data, offset)
        )
        partitions.append(alter_share_group_offsets_request_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_share_group_offsets_request_partition_v0(
    message: AlterShareGroupOffsetsRequestPartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq0(message.partition_index, message.start_offset))


def _read_alter_share_group_offsets_request_partition_v0(
    data: bytes, offset: int
) -> tuple[AlterShareGroupOffsetsRequestPartition, int]:
    message = _new(AlterShareGroupOffsetsRequestPartition)
    message.partition_index, message.start_offset, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_share_group_offsets_response_v0(
    message: AlterShareGroupOffsetsResponse, parts: list[Buffer]
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
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_share_group_offsets_response_topic in message.responses:
        _write_alter_share_group_offsets_response_topic_v0(
            alter_share_group_offsets_response_topic, parts
        )
    parts.append(b"\x00")


def _read_alter_share_group_offsets_response_v0(
    data: bytes, offset: int
) -> tuple[AlterShareGroupOffsetsResponse, int]:
    message = _new(AlterShareGroupOffsetsResponse)
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
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterShareGroupOffsetsResponse.responses")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("AlterShareGroupOffsetsResponse.responses", count)
    responses: list[AlterShareGroupOffsetsResponseTopic] = []
    for _ in range(count):
        alter_share_group_offsets_response_topic, offset = (
            _read_alter_share_group_offsets_response_topic_v0(data, offset)
        )
        responses.append(alter_share_group_offsets_response_topic)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_share_group_offsets_response_topic_v0(
    message: AlterShareGroupOffsetsResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for alter_share_group_offsets_response_partition in message.partitions:
        _write_alter_share_group_offsets_response_partition_v0(
            alter_share_group_offsets_response_partition, parts
        )
    parts.append(b"\x00")


def _read_alter_share_group_offsets_response_topic_v0(
    data: bytes, offset: int
) -> tuple[AlterShareGroupOffsetsResponseTopic, int]:
    message = _new(AlterShareGroupOffsetsResponseTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterShareGroupOffsetsResponseTopic.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterShareGroupOffsetsResponseTopic.partitions")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("AlterShareGroupOffsetsResponseTopic.partitions", count)
    partitions: list[AlterShareGroupOffsetsResponsePartition] = []
    for _ in range(count):
        alter_share_group_offsets_response_partition, offset = (
            _read_alter_share_group_offsets_response_partition_v0(data, offset)
        )
        partitions.append(alter_share_group_offsets_response_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_share_group_offsets_response_partition_v0(
    message: AlterShareGroupOffsetsResponsePartition, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.partition_index, message.error_code, length)
        if length < 128
        else _pack_ih(message.partition_index, message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_alter_share_group_offsets_response_partition_v0(
    data: bytes, offset: int
) -> tuple[AlterShareGroupOffsetsResponsePartition, int]:
    message = _new(AlterShareGroupOffsetsResponsePartition)
    message.partition_index, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
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
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AlterShareGroupOffsetsRequest.WRITERS = {
    0: _write_alter_share_group_offsets_request_v0,
}
AlterShareGroupOffsetsRequest.READERS = {
    0: _read_alter_share_group_offsets_request_v0,
}
AlterShareGroupOffsetsResponse.WRITERS = {
    0: _write_alter_share_group_offsets_response_v0,
}
AlterShareGroupOffsetsResponse.READERS = {
    0: _read_alter_share_group_offsets_response_v0,
}
