# SPDX-License-Identifier: Apache-2.0
"""ListPartitionReassignments (key 46).

Lists moves of partitions that are under way.

Errors: CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER, REQUEST_TIMED_OUT.

Generated from `definitions/list_partition_reassignments.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
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
_i = Format(">i")
_pack_i = _i.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from


class ListPartitionReassignmentsRequest(Message):
    """The partitions of interest."""

    __slots__ = (
        "timeout_ms",
        "topics",
    )

    API_KEY = 46
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    topics: list[ListPartitionReassignmentsTopics] | None
    """The partitions of interest, by topic; null means all. (may be None)"""

    def __init__(
        self,
        *,
        timeout_ms: int = 60000,
        topics: Iterable[ListPartitionReassignmentsTopics] | None = None,
    ) -> None:
        self.timeout_ms = timeout_ms
        self.topics = None if topics is None else list(topics)


class ListPartitionReassignmentsTopics(Struct):
    """The partitions of interest, by topic; null means all."""

    __slots__ = (
        "name",
        "partition_indexes",
    )

    name: str
    """The topic's name."""

    partition_indexes: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, name: str = "", partition_indexes: Iterable[int] = ()) -> None:
        self.name = name
        self.partition_indexes = list(partition_indexes)


class ListPartitionReassignmentsResponse(Message):
    """The moves."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "topics",
    )

    API_KEY = 46
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    topics: list[OngoingTopicReassignment]
    """Moves that are under way, by topic."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
        topics: Iterable[OngoingTopicReassignment] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.topics = list(topics)


class OngoingTopicReassignment(Struct):
    """Moves that are under way, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[OngoingPartitionReassignment]
    """The partitions that are being moved."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[OngoingPartitionReassignment] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class OngoingPartitionReassignment(Struct):
    """The partitions that are being moved."""

    __slots__ = (
        "partition_index",
        "replicas",
        "adding_replicas",
        "removing_replicas",
    )

    partition_index: int
    """The partition's number."""

    replicas: list[int]
    """The brokers that hold the partition, the preferred leader first."""

    adding_replicas: list[int]
    """Brokers that are being added by a move."""

    removing_replicas: list[int]
    """Brokers that will be removed by a move."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        replicas: Iterable[int] = (),
        adding_replicas: Iterable[int] = (),
        removing_replicas: Iterable[int] = (),
    ) -> None:
        self.partition_index = partition_index
        self.replicas = list(replicas)
        self.adding_replicas = list(adding_replicas)
        self.removing_replicas = list(removing_replicas)


def _write_list_partition_reassignments_request_v0(
    message: ListPartitionReassignmentsRequest, parts: list[Buffer]
) -> None:
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(
        _pack_iB(message.timeout_ms, count)
        if count < 128
        else _pack_i(message.timeout_ms) + uvarint(count)
    )
    if message.topics:
        for list_partition_reassignments_topics in message.topics:
            _write_list_partition_reassignments_topics_v0(
                list_partition_reassignments_topics, parts
            )
    parts.append(b"\x00")


def _read_list_partition_reassignments_request_v0(
    data: bytes, offset: int
) -> tuple[ListPartitionReassignmentsRequest, int]:
    message = _new(ListPartitionReassignmentsRequest)
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("ListPartitionReassignmentsRequest.topics", count)
        topics: list[ListPartitionReassignmentsTopics] = []
        for _ in range(count):
            list_partition_reassignments_topics, offset = (
                _read_list_partition_reassignments_topics_v0(data, offset)
            )
            topics.append(list_partition_reassignments_topics)
        message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_partition_reassignments_topics_v0(
    message: ListPartitionReassignmentsTopics, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_indexes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partition_indexes))
    parts.append(b"\x00")


def _read_list_partition_reassignments_topics_v0(
    data: bytes, offset: int
) -> tuple[ListPartitionReassignmentsTopics, int]:
    message = _new(ListPartitionReassignmentsTopics)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListPartitionReassignmentsTopics.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListPartitionReassignmentsTopics.partition_indexes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("ListPartitionReassignmentsTopics.partition_indexes", count)
    message.partition_indexes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_partition_reassignments_response_v0(
    message: ListPartitionReassignmentsResponse, parts: list[Buffer]
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
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for ongoing_topic_reassignment in message.topics:
        _write_ongoing_topic_reassignment_v0(ongoing_topic_reassignment, parts)
    parts.append(b"\x00")


def _read_list_partition_reassignments_response_v0(
    data: bytes, offset: int
) -> tuple[ListPartitionReassignmentsResponse, int]:
    message = _new(ListPartitionReassignmentsResponse)
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
        raise null_refused("ListPartitionReassignmentsResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ListPartitionReassignmentsResponse.topics", count)
    topics: list[OngoingTopicReassignment] = []
    for _ in range(count):
        ongoing_topic_reassignment, offset = _read_ongoing_topic_reassignment_v0(data, offset)
        topics.append(ongoing_topic_reassignment)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_ongoing_topic_reassignment_v0(
    message: OngoingTopicReassignment, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for ongoing_partition_reassignment in message.partitions:
        _write_ongoing_partition_reassignment_v0(ongoing_partition_reassignment, parts)
    parts.append(b"\x00")


def _read_ongoing_topic_reassignment_v0(
    data: bytes, offset: int
) -> tuple[OngoingTopicReassignment, int]:
    message = _new(OngoingTopicReassignment)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OngoingTopicReassignment.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OngoingTopicReassignment.partitions")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("OngoingTopicReassignment.partitions", count)
    partitions: list[OngoingPartitionReassignment] = []
    for _ in range(count):
        ongoing_partition_reassignment, offset = _read_ongoing_partition_reassignment_v0(
            data, offset
        )
        partitions.append(ongoing_partition_reassignment)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_ongoing_partition_reassignment_v0(
    message: OngoingPartitionReassignment, parts: list[Buffer]
) -> None:
    count = len(message.replicas) + 1
    parts.append(
        _pack_iB(message.partition_index, count)
        if count < 128
        else _pack_i(message.partition_index) + uvarint(count)
    )
    parts.append(pack_int32s(message.replicas))
    count = len(message.adding_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.adding_replicas))
    count = len(message.removing_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.removing_replicas))
    parts.append(b"\x00")


def _read_ongoing_partition_reassignment_v0(
    data: bytes, offset: int
) -> tuple[OngoingPartitionReassignment, int]:
    message = _new(OngoingPartitionReassignment)
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OngoingPartitionReassignment.replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("OngoingPartitionReassignment.replicas", count)
    message.replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OngoingPartitionReassignment.adding_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("OngoingPartitionReassignment.adding_replicas", count)
    message.adding_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OngoingPartitionReassignment.removing_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("OngoingPartitionReassignment.removing_replicas", count)
    message.removing_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ListPartitionReassignmentsRequest.WRITERS = {
    0: _write_list_partition_reassignments_request_v0,
}
ListPartitionReassignmentsRequest.READERS = {
    0: _read_list_partition_reassignments_request_v0,
}
ListPartitionReassignmentsResponse.WRITERS = {
    0: _write_list_partition_reassignments_response_v0,
}
ListPartitionReassignmentsResponse.READERS = {
    0: _read_list_partition_reassignments_response_v0,
}
