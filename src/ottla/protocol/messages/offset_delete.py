# SPDX-License-Identifier: Apache-2.0
"""OffsetDelete (key 47).

Deletes offsets of a group for topics that it does not read any longer.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR,
INVALID_GROUP_ID, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, GROUP_SUBSCRIBED_TO_TOPIC,
UNKNOWN_TOPIC_OR_PARTITION, GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED.

Generated from `definitions/offset_delete.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import count_refused, null_refused

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
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_hii = Format(">hii")
_pack_hii = _hii.pack
_unpack_hii = _hii.unpack_from


class OffsetDeleteRequest(Message):
    """The group and the partitions."""

    __slots__ = (
        "group_id",
        "topics",
    )

    API_KEY = 47
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    topics: list[OffsetDeleteRequestTopic]
    """The partitions whose offsets are to be deleted, by topic."""

    def __init__(
        self, *, group_id: str = "", topics: Iterable[OffsetDeleteRequestTopic] = ()
    ) -> None:
        self.group_id = group_id
        self.topics = list(topics)


class OffsetDeleteRequestTopic(Struct):
    """The partitions whose offsets are to be deleted, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[OffsetDeleteRequestPartition]
    """The partitions whose offsets are to be deleted."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[OffsetDeleteRequestPartition] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class OffsetDeleteRequestPartition(Struct):
    """The partitions whose offsets are to be deleted."""

    __slots__ = ("partition_index",)

    partition_index: int
    """The partition's number."""

    def __init__(self, *, partition_index: int = 0) -> None:
        self.partition_index = partition_index


class OffsetDeleteResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "error_code",
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 47
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    error_code: int
    """Outcome for the group; 0 is success."""

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    topics: list[OffsetDeleteResponseTopic]
    """Outcomes by topic."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        throttle_time_ms: int = 0,
        topics: Iterable[OffsetDeleteResponseTopic] = (),
    ) -> None:
        self.error_code = error_code
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class OffsetDeleteResponseTopic(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[OffsetDeleteResponsePartition]
    """Outcomes by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[OffsetDeleteResponsePartition] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class OffsetDeleteResponsePartition(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    def __init__(self, *, partition_index: int = 0, error_code: int = 0) -> None:
        self.partition_index = partition_index
        self.error_code = error_code


def _write_offset_delete_request_v0(message: OffsetDeleteRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_delete_request_topic in message.topics:
        _write_offset_delete_request_topic_v0(offset_delete_request_topic, parts)


def _read_offset_delete_request_v0(data: bytes, offset: int) -> tuple[OffsetDeleteRequest, int]:
    message = _new(OffsetDeleteRequest)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetDeleteRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetDeleteRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetDeleteRequest.topics", count)
    topics: list[OffsetDeleteRequestTopic] = []
    for _ in range(count):
        offset_delete_request_topic, offset = _read_offset_delete_request_topic_v0(data, offset)
        topics.append(offset_delete_request_topic)
    message.topics = topics
    return message, offset


def _write_offset_delete_request_topic_v0(
    message: OffsetDeleteRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_delete_request_partition in message.partitions:
        _write_offset_delete_request_partition_v0(offset_delete_request_partition, parts)


def _read_offset_delete_request_topic_v0(
    data: bytes, offset: int
) -> tuple[OffsetDeleteRequestTopic, int]:
    message = _new(OffsetDeleteRequestTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetDeleteRequestTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetDeleteRequestTopic.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("OffsetDeleteRequestTopic.partitions", count)
    partitions: list[OffsetDeleteRequestPartition] = []
    for _ in range(count):
        offset_delete_request_partition, offset = _read_offset_delete_request_partition_v0(
            data, offset
        )
        partitions.append(offset_delete_request_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_delete_request_partition_v0(
    message: OffsetDeleteRequestPartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_i(message.partition_index))


def _read_offset_delete_request_partition_v0(
    data: bytes, offset: int
) -> tuple[OffsetDeleteRequestPartition, int]:
    message = _new(OffsetDeleteRequestPartition)
    (message.partition_index,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_offset_delete_response_v0(message: OffsetDeleteResponse, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_hii(message.error_code, message.throttle_time_ms, count))
    for offset_delete_response_topic in message.topics:
        _write_offset_delete_response_topic_v0(offset_delete_response_topic, parts)


def _read_offset_delete_response_v0(data: bytes, offset: int) -> tuple[OffsetDeleteResponse, int]:
    message = _new(OffsetDeleteResponse)
    message.error_code, message.throttle_time_ms, count = _unpack_hii(data, offset)
    offset += 10
    if count < 0:
        raise null_refused("OffsetDeleteResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetDeleteResponse.topics", count)
    topics: list[OffsetDeleteResponseTopic] = []
    for _ in range(count):
        offset_delete_response_topic, offset = _read_offset_delete_response_topic_v0(data, offset)
        topics.append(offset_delete_response_topic)
    message.topics = topics
    return message, offset


def _write_offset_delete_response_topic_v0(
    message: OffsetDeleteResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_delete_response_partition in message.partitions:
        _write_offset_delete_response_partition_v0(offset_delete_response_partition, parts)


def _read_offset_delete_response_topic_v0(
    data: bytes, offset: int
) -> tuple[OffsetDeleteResponseTopic, int]:
    message = _new(OffsetDeleteResponseTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetDeleteResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetDeleteResponseTopic.partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetDeleteResponseTopic.partitions", count)
    partitions: list[OffsetDeleteResponsePartition] = []
    for _ in range(count):
        offset_delete_response_partition, offset = _read_offset_delete_response_partition_v0(
            data, offset
        )
        partitions.append(offset_delete_response_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_delete_response_partition_v0(
    message: OffsetDeleteResponsePartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih(message.partition_index, message.error_code))


def _read_offset_delete_response_partition_v0(
    data: bytes, offset: int
) -> tuple[OffsetDeleteResponsePartition, int]:
    message = _new(OffsetDeleteResponsePartition)
    message.partition_index, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


OffsetDeleteRequest.WRITERS = {
    0: _write_offset_delete_request_v0,
}
OffsetDeleteRequest.READERS = {
    0: _read_offset_delete_request_v0,
}
OffsetDeleteResponse.WRITERS = {
    0: _write_offset_delete_response_v0,
}
OffsetDeleteResponse.READERS = {
    0: _read_offset_delete_response_v0,
}
