# SPDX-License-Identifier: Apache-2.0
"""DescribeTopicPartitions (key 75).

Describes topics page by page.

Errors: UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED, INVALID_TOPIC_EXCEPTION,
INVALID_REQUEST.

Generated from `definitions/describe_topic_partitions.txt` by `make gen`.
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
_b = Format(">b")
_unpack_b = _b.unpack_from
_h = Format(">h")
_pack_h = _h.pack
_i = Format(">i")
_pack_i = _i.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ib = Format(">ib")
_unpack_ib = _ib.unpack_from
_ut = Format(">16s?")
_pack_ut = _ut.pack
_utB = Format(">16s?B")
_pack_utB = _utB.pack
_unpack_utB = _utB.unpack_from
_hiii = Format(">hiii")
_pack_hiii = _hiii.pack
_hiiiB = Format(">hiiiB")
_pack_hiiiB = _hiiiB.pack
_unpack_hiiiB = _hiiiB.unpack_from


class DescribeTopicPartitionsRequest(Message):
    """The topics and where to go on."""

    __slots__ = (
        "topics",
        "response_partition_limit",
        "cursor",
    )

    API_KEY = 75
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topics: list[TopicRequest]
    """The topics to describe; empty means all."""

    response_partition_limit: int
    """How many partitions the answer may have at most."""

    cursor: DescribeTopicPartitionsRequestCursor | None
    """Where to go on; null starts at the first topic. (may be None)"""

    def __init__(
        self,
        *,
        topics: Iterable[TopicRequest] = (),
        response_partition_limit: int = 2000,
        cursor: DescribeTopicPartitionsRequestCursor | None = None,
    ) -> None:
        self.topics = list(topics)
        self.response_partition_limit = response_partition_limit
        self.cursor = cursor


class DescribeTopicPartitionsRequestCursor(Struct):
    """Where to go on; null starts at the first topic."""

    __slots__ = (
        "topic_name",
        "partition_index",
    )

    topic_name: str
    """The topic's name."""

    partition_index: int
    """The first partition that is wanted."""

    def __init__(self, *, topic_name: str = "", partition_index: int = 0) -> None:
        self.topic_name = topic_name
        self.partition_index = partition_index


class TopicRequest(Struct):
    """The topics to describe; empty means all."""

    __slots__ = ("name",)

    name: str
    """The topic's name."""

    def __init__(self, *, name: str = "") -> None:
        self.name = name


class DescribeTopicPartitionsResponse(Message):
    """One page."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
        "next_cursor",
    )

    API_KEY = 75
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    topics: list[DescribeTopicPartitionsResponseTopic]
    """The topics, in alphabetical order."""

    next_cursor: DescribeTopicPartitionsResponseCursor | None
    """Where the next request has to go on; null when everything has been said. (may be None)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        topics: Iterable[DescribeTopicPartitionsResponseTopic] = (),
        next_cursor: DescribeTopicPartitionsResponseCursor | None = None,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)
        self.next_cursor = next_cursor


class DescribeTopicPartitionsResponseCursor(Struct):
    """Where the next request has to go on; null when everything has been said."""

    __slots__ = (
        "topic_name",
        "partition_index",
    )

    topic_name: str
    """The topic's name."""

    partition_index: int
    """The first partition that is wanted."""

    def __init__(self, *, topic_name: str = "", partition_index: int = 0) -> None:
        self.topic_name = topic_name
        self.partition_index = partition_index


class DescribeTopicPartitionsResponseTopic(Struct):
    """The topics, in alphabetical order."""

    __slots__ = (
        "error_code",
        "name",
        "topic_id",
        "is_internal",
        "partitions",
        "topic_authorized_operations",
    )

    error_code: int
    """Outcome for this topic; 0 is success."""

    name: str | None
    """The topic's name. (may be None)"""

    topic_id: bytes
    """The topic's identifier; all zero when the topic is unknown."""

    is_internal: bool
    """Whether the topic belongs to the cluster itself."""

    partitions: list[DescribeTopicPartitionsResponsePartition]
    """The topic's partitions, or as many as fit."""

    topic_authorized_operations: int
    """What the user may do with the topic, one bit for each operation; the smallest int32 when not
    asked for.
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        name: str | None = "",
        topic_id: bytes = ZERO_UUID,
        is_internal: bool = False,
        partitions: Iterable[DescribeTopicPartitionsResponsePartition] = (),
        topic_authorized_operations: int = -2147483648,
    ) -> None:
        self.error_code = error_code
        self.name = name
        self.topic_id = topic_id
        self.is_internal = is_internal
        self.partitions = list(partitions)
        self.topic_authorized_operations = topic_authorized_operations


class DescribeTopicPartitionsResponsePartition(Struct):
    """The topic's partitions, or as many as fit."""

    __slots__ = (
        "error_code",
        "partition_index",
        "leader_id",
        "leader_epoch",
        "replica_nodes",
        "isr_nodes",
        "eligible_leader_replicas",
        "last_known_elr",
        "offline_replicas",
    )

    error_code: int
    """Outcome for this partition; 0 is success."""

    partition_index: int
    """The partition's number."""

    leader_id: int
    """The broker that leads the partition; -1 when there is none."""

    leader_epoch: int
    """The leader's epoch, which grows with each election; -1 when unknown."""

    replica_nodes: list[int]
    """The brokers that hold the partition, the preferred leader first."""

    isr_nodes: list[int]
    """The in-sync replicas."""

    eligible_leader_replicas: list[int] | None
    """Replicas outside the in-sync set that have every committed record; null when unknown. (may
    be None)
    """

    last_known_elr: list[int] | None
    """Replicas that were the last to have every committed record; null when unknown. (may be None)
    """

    offline_replicas: list[int]
    """Replicas whose broker or log directory is offline."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        partition_index: int = 0,
        leader_id: int = 0,
        leader_epoch: int = -1,
        replica_nodes: Iterable[int] = (),
        isr_nodes: Iterable[int] = (),
        eligible_leader_replicas: Iterable[int] | None = None,
        last_known_elr: Iterable[int] | None = None,
        offline_replicas: Iterable[int] = (),
    ) -> None:
        self.error_code = error_code
        self.partition_index = partition_index
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch
        self.replica_nodes = list(replica_nodes)
        self.isr_nodes = list(isr_nodes)
        self.eligible_leader_replicas = (
            None if eligible_leader_replicas is None else list(eligible_leader_replicas)
        )
        self.last_known_elr = None if last_known_elr is None else list(last_known_elr)
        self.offline_replicas = list(offline_replicas)


def _write_describe_topic_partitions_request_v0(
    message: DescribeTopicPartitionsRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_request in message.topics:
        _write_topic_request_v0(topic_request, parts)
    parts.append(_pack_i(message.response_partition_limit))
    if message.cursor is None:
        parts.append(b"\xff")
    else:
        parts.append(b"\x01")
        _write_describe_topic_partitions_request_cursor_v0(message.cursor, parts)
    parts.append(b"\x00")


def _read_describe_topic_partitions_request_v0(
    data: bytes, offset: int
) -> tuple[DescribeTopicPartitionsRequest, int]:
    message = _new(DescribeTopicPartitionsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTopicPartitionsRequest.topics")
    count -= 1
    if count * 2 > len(data) - offset:
        raise count_refused("DescribeTopicPartitionsRequest.topics", count)
    topics: list[TopicRequest] = []
    for _ in range(count):
        topic_request, offset = _read_topic_request_v0(data, offset)
        topics.append(topic_request)
    message.topics = topics
    message.response_partition_limit, marker = _unpack_ib(data, offset)
    offset += 5
    if marker == -1:
        message.cursor = None
    elif marker == 1:
        message.cursor, offset = _read_describe_topic_partitions_request_cursor_v0(data, offset)
    else:
        raise marker_refused("DescribeTopicPartitionsRequest.cursor", marker)
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_topic_partitions_request_cursor_v0(
    message: DescribeTopicPartitionsRequestCursor, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_i0(message.partition_index))


def _read_describe_topic_partitions_request_cursor_v0(
    data: bytes, offset: int
) -> tuple[DescribeTopicPartitionsRequestCursor, int]:
    message = _new(DescribeTopicPartitionsRequestCursor)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeTopicPartitionsRequestCursor.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_request_v0(message: TopicRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_topic_request_v0(data: bytes, offset: int) -> tuple[TopicRequest, int]:
    message = _new(TopicRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicRequest.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_topic_partitions_response_v0(
    message: DescribeTopicPartitionsResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for describe_topic_partitions_response_topic in message.topics:
        _write_describe_topic_partitions_response_topic_v0(
            describe_topic_partitions_response_topic, parts
        )
    if message.next_cursor is None:
        parts.append(b"\xff")
    else:
        parts.append(b"\x01")
        _write_describe_topic_partitions_response_cursor_v0(message.next_cursor, parts)
    parts.append(b"\x00")


def _read_describe_topic_partitions_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeTopicPartitionsResponse, int]:
    message = _new(DescribeTopicPartitionsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTopicPartitionsResponse.topics")
    count -= 1
    if count * 26 > len(data) - offset:
        raise count_refused("DescribeTopicPartitionsResponse.topics", count)
    topics: list[DescribeTopicPartitionsResponseTopic] = []
    for _ in range(count):
        describe_topic_partitions_response_topic, offset = (
            _read_describe_topic_partitions_response_topic_v0(data, offset)
        )
        topics.append(describe_topic_partitions_response_topic)
    message.topics = topics
    (marker,) = _unpack_b(data, offset)
    offset += 1
    if marker == -1:
        message.next_cursor = None
    elif marker == 1:
        message.next_cursor, offset = _read_describe_topic_partitions_response_cursor_v0(
            data, offset
        )
    else:
        raise marker_refused("DescribeTopicPartitionsResponse.next_cursor", marker)
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_topic_partitions_response_cursor_v0(
    message: DescribeTopicPartitionsResponseCursor, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_i0(message.partition_index))


def _read_describe_topic_partitions_response_cursor_v0(
    data: bytes, offset: int
) -> tuple[DescribeTopicPartitionsResponseCursor, int]:
    message = _new(DescribeTopicPartitionsResponseCursor)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeTopicPartitionsResponseCursor.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_topic_partitions_response_topic_v0(
    message: DescribeTopicPartitionsResponseTopic, parts: list[Buffer]
) -> None:
    if message.name is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.name.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_utB(message.topic_id, message.is_internal, count)
        if count < 128
        else _pack_ut(message.topic_id, message.is_internal) + uvarint(count)
    )
    for describe_topic_partitions_response_partition in message.partitions:
        _write_describe_topic_partitions_response_partition_v0(
            describe_topic_partitions_response_partition, parts
        )
    parts.append(_pack_i0(message.topic_authorized_operations))


def _read_describe_topic_partitions_response_topic_v0(
    data: bytes, offset: int
) -> tuple[DescribeTopicPartitionsResponseTopic, int]:
    message = _new(DescribeTopicPartitionsResponseTopic)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.name = None
    else:
        end = offset + length - 1
        message.name = data[offset:end].decode()
        offset = end
    message.topic_id, message.is_internal, count = _unpack_utB(data, offset)
    offset += 18
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTopicPartitionsResponseTopic.partitions")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("DescribeTopicPartitionsResponseTopic.partitions", count)
    partitions: list[DescribeTopicPartitionsResponsePartition] = []
    for _ in range(count):
        describe_topic_partitions_response_partition, offset = (
            _read_describe_topic_partitions_response_partition_v0(data, offset)
        )
        partitions.append(describe_topic_partitions_response_partition)
    message.partitions = partitions
    message.topic_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_topic_partitions_response_partition_v0(
    message: DescribeTopicPartitionsResponsePartition, parts: list[Buffer]
) -> None:
    count = len(message.replica_nodes) + 1
    parts.append(
        _pack_hiiiB(
            message.error_code,
            message.partition_index,
            message.leader_id,
            message.leader_epoch,
            count,
        )
        if count < 128
        else _pack_hiii(
            message.error_code, message.partition_index, message.leader_id, message.leader_epoch
        )
        + uvarint(count)
    )
    parts.append(pack_int32s(message.replica_nodes))
    count = len(message.isr_nodes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.isr_nodes))
    count = (
        0 if message.eligible_leader_replicas is None else len(message.eligible_leader_replicas) + 1
    )
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.eligible_leader_replicas:
        parts.append(pack_int32s(message.eligible_leader_replicas))
    count = 0 if message.last_known_elr is None else len(message.last_known_elr) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.last_known_elr:
        parts.append(pack_int32s(message.last_known_elr))
    count = len(message.offline_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.offline_replicas))
    parts.append(b"\x00")


def _read_describe_topic_partitions_response_partition_v0(
    data: bytes, offset: int
) -> tuple[DescribeTopicPartitionsResponsePartition, int]:
    message = _new(DescribeTopicPartitionsResponsePartition)
    message.error_code, message.partition_index, message.leader_id, message.leader_epoch, count = (
        _unpack_hiiiB(data, offset)
    )
    offset += 15
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTopicPartitionsResponsePartition.replica_nodes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribeTopicPartitionsResponsePartition.replica_nodes", count)
    message.replica_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTopicPartitionsResponsePartition.isr_nodes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribeTopicPartitionsResponsePartition.isr_nodes", count)
    message.isr_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.eligible_leader_replicas = None
    else:
        count -= 1
        if count * 4 > len(data) - offset:
            raise count_refused(
                "DescribeTopicPartitionsResponsePartition.eligible_leader_replicas", count
            )
        message.eligible_leader_replicas = unpack_int32s(data, offset, count)
        offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.last_known_elr = None
    else:
        count -= 1
        if count * 4 > len(data) - offset:
            raise count_refused("DescribeTopicPartitionsResponsePartition.last_known_elr", count)
        message.last_known_elr = unpack_int32s(data, offset, count)
        offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTopicPartitionsResponsePartition.offline_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribeTopicPartitionsResponsePartition.offline_replicas", count)
    message.offline_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeTopicPartitionsRequest.WRITERS = {
    0: _write_describe_topic_partitions_request_v0,
}
DescribeTopicPartitionsRequest.READERS = {
    0: _read_describe_topic_partitions_request_v0,
}
DescribeTopicPartitionsResponse.WRITERS = {
    0: _write_describe_topic_partitions_response_v0,
}
DescribeTopicPartitionsResponse.READERS = {
    0: _read_describe_topic_partitions_response_v0,
}
