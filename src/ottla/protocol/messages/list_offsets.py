# SPDX-License-Identifier: Apache-2.0
"""ListOffsets (key 2).

Finds offsets by time, and the ends of partitions.

Errors: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH,
UNKNOWN_LEADER_EPOCH, OFFSET_NOT_AVAILABLE, LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE,
TOPIC_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR, UNSUPPORTED_FOR_MESSAGE_FORMAT,
UNSUPPORTED_VERSION, INVALID_REQUEST, REQUEST_TIMED_OUT.

Generated from `definitions/list_offsets.txt` by `make gen`.
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
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ib = Format(">ib")
_pack_ib = _ib.pack
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_iq = Format(">iq")
_pack_iq = _iq.pack
_unpack_iq = _iq.unpack_from
_ibB = Format(">ibB")
_pack_ibB = _ibB.pack
_unpack_ibB = _ibB.unpack_from
_ibi = Format(">ibi")
_pack_ibi = _ibi.pack
_unpack_ibi = _ibi.unpack_from
_iiq = Format(">iiq")
_pack_iiq = _iiq.pack
_unpack_iiq = _iiq.unpack_from
_ihqq = Format(">ihqq")
_pack_ihqq = _ihqq.pack
_unpack_ihqq = _ihqq.unpack_from
_iiq0 = Format(">iiqx")
_pack_iiq0 = _iiq0.pack
_iiqB = Format(">iiqB")
_unpack_iiqB = _iiqB.unpack_from
_ihqqi = Format(">ihqqi")
_pack_ihqqi = _ihqqi.pack
_unpack_ihqqi = _ihqqi.unpack_from
_ihqqi0 = Format(">ihqqix")
_pack_ihqqi0 = _ihqqi0.pack
_ihqqiB = Format(">ihqqiB")
_unpack_ihqqiB = _ihqqiB.unpack_from


class ListOffsetsRequest(Message):
    """The partitions and times."""

    __slots__ = (
        "replica_id",
        "isolation_level",
        "topics",
        "timeout_ms",
    )

    API_KEY = 2
    VERSIONS = range(1, 12)
    FLEXIBLE_FROM = 6

    replica_id: int
    """The replica that asks, or -1 for an ordinary consumer."""

    isolation_level: int
    """0 reads everything, 1 only what transactions have committed. (versions 2+)"""

    topics: list[ListOffsetsTopic]
    """The topics that are meant, each with its partitions."""

    timeout_ms: int
    """Milliseconds to wait for an answer that remote storage has to give. (versions 10+)"""

    def __init__(
        self,
        *,
        replica_id: int = 0,
        isolation_level: int = 0,
        topics: Iterable[ListOffsetsTopic] = (),
        timeout_ms: int = 0,
    ) -> None:
        self.replica_id = replica_id
        self.isolation_level = isolation_level
        self.topics = list(topics)
        self.timeout_ms = timeout_ms


class ListOffsetsTopic(Struct):
    """The topics that are meant, each with its partitions."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[ListOffsetsPartition]
    """The partitions, each with the time looked for."""

    def __init__(self, *, name: str = "", partitions: Iterable[ListOffsetsPartition] = ()) -> None:
        self.name = name
        self.partitions = list(partitions)


class ListOffsetsPartition(Struct):
    """The partitions, each with the time looked for."""

    __slots__ = (
        "partition_index",
        "current_leader_epoch",
        "timestamp",
    )

    partition_index: int
    """The partition's number."""

    current_leader_epoch: int
    """The leader epoch that the sender believes in, to notice a newer or older one; -1 leaves it
    unchecked. (versions 4+)
    """

    timestamp: int
    """The time looked for; -1 latest, -2 earliest, -3 largest timestamp, -4 earliest local, -5
    latest in remote storage, -6 earliest that waits for upload.
    """

    def __init__(
        self, *, partition_index: int = 0, current_leader_epoch: int = -1, timestamp: int = 0
    ) -> None:
        self.partition_index = partition_index
        self.current_leader_epoch = current_leader_epoch
        self.timestamp = timestamp


class ListOffsetsResponse(Message):
    """The offsets."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 2
    VERSIONS = range(1, 12)
    FLEXIBLE_FROM = 6

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 2+)
    """

    topics: list[ListOffsetsTopicResponse]
    """What was found, by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, topics: Iterable[ListOffsetsTopicResponse] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class ListOffsetsTopicResponse(Struct):
    """What was found, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[ListOffsetsPartitionResponse]
    """What was found, by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[ListOffsetsPartitionResponse] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class ListOffsetsPartitionResponse(Struct):
    """What was found, by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
        "timestamp",
        "offset",
        "leader_epoch",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    timestamp: int
    """The timestamp of the record found; -1 when it is not known."""

    offset: int
    """The offset that was found; -1 when there is none."""

    leader_epoch: int
    """The epoch of the leader that wrote the record at the offset; -1 when unknown. (versions 4+)
    """

    def __init__(
        self,
        *,
        partition_index: int = 0,
        error_code: int = 0,
        timestamp: int = -1,
        offset: int = -1,
        leader_epoch: int = -1,
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.timestamp = timestamp
        self.offset = offset
        self.leader_epoch = leader_epoch


def _write_list_offsets_request_v1(message: ListOffsetsRequest, parts: list[Buffer]) -> None:
    if message.isolation_level != 0:
        raise field_unsupported("ListOffsetsRequest.isolation_level", "1")
    count = len(message.topics)
    parts.append(_pack_ii(message.replica_id, count))
    for list_offsets_topic in message.topics:
        _write_list_offsets_topic_v1_v3(list_offsets_topic, parts)


def _read_list_offsets_request_v1(data: bytes, offset: int) -> tuple[ListOffsetsRequest, int]:
    message = _new(ListOffsetsRequest)
    message.isolation_level = 0
    message.timeout_ms = 0
    message.replica_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("ListOffsetsRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("ListOffsetsRequest.topics", count)
    topics: list[ListOffsetsTopic] = []
    for _ in range(count):
        list_offsets_topic, offset = _read_list_offsets_topic_v1_v3(data, offset)
        topics.append(list_offsets_topic)
    message.topics = topics
    return message, offset


def _write_list_offsets_request_v2_v3(message: ListOffsetsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_ibi(message.replica_id, message.isolation_level, count))
    for list_offsets_topic in message.topics:
        _write_list_offsets_topic_v1_v3(list_offsets_topic, parts)


def _read_list_offsets_request_v2_v3(data: bytes, offset: int) -> tuple[ListOffsetsRequest, int]:
    message = _new(ListOffsetsRequest)
    message.timeout_ms = 0
    message.replica_id, message.isolation_level, count = _unpack_ibi(data, offset)
    offset += 9
    if count < 0:
        raise null_refused("ListOffsetsRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("ListOffsetsRequest.topics", count)
    topics: list[ListOffsetsTopic] = []
    for _ in range(count):
        list_offsets_topic, offset = _read_list_offsets_topic_v1_v3(data, offset)
        topics.append(list_offsets_topic)
    message.topics = topics
    return message, offset


def _write_list_offsets_request_v4_v5(message: ListOffsetsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_ibi(message.replica_id, message.isolation_level, count))
    for list_offsets_topic in message.topics:
        _write_list_offsets_topic_v4_v5(list_offsets_topic, parts)


def _read_list_offsets_request_v4_v5(data: bytes, offset: int) -> tuple[ListOffsetsRequest, int]:
    message = _new(ListOffsetsRequest)
    message.timeout_ms = 0
    message.replica_id, message.isolation_level, count = _unpack_ibi(data, offset)
    offset += 9
    if count < 0:
        raise null_refused("ListOffsetsRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("ListOffsetsRequest.topics", count)
    topics: list[ListOffsetsTopic] = []
    for _ in range(count):
        list_offsets_topic, offset = _read_list_offsets_topic_v4_v5(data, offset)
        topics.append(list_offsets_topic)
    message.topics = topics
    return message, offset


def _write_list_offsets_request_v6_v9(message: ListOffsetsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_ibB(message.replica_id, message.isolation_level, count)
        if count < 128
        else _pack_ib(message.replica_id, message.isolation_level) + uvarint(count)
    )
    for list_offsets_topic in message.topics:
        _write_list_offsets_topic_v6_v11(list_offsets_topic, parts)
    parts.append(b"\x00")


def _read_list_offsets_request_v6_v9(data: bytes, offset: int) -> tuple[ListOffsetsRequest, int]:
    message = _new(ListOffsetsRequest)
    message.timeout_ms = 0
    message.replica_id, message.isolation_level, count = _unpack_ibB(data, offset)
    offset += 6
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListOffsetsRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ListOffsetsRequest.topics", count)
    topics: list[ListOffsetsTopic] = []
    for _ in range(count):
        list_offsets_topic, offset = _read_list_offsets_topic_v6_v11(data, offset)
        topics.append(list_offsets_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_offsets_request_v10_v11(message: ListOffsetsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_ibB(message.replica_id, message.isolation_level, count)
        if count < 128
        else _pack_ib(message.replica_id, message.isolation_level) + uvarint(count)
    )
    for list_offsets_topic in message.topics:
        _write_list_offsets_topic_v6_v11(list_offsets_topic, parts)
    parts.append(_pack_i0(message.timeout_ms))


def _read_list_offsets_request_v10_v11(data: bytes, offset: int) -> tuple[ListOffsetsRequest, int]:
    message = _new(ListOffsetsRequest)
    message.replica_id, message.isolation_level, count = _unpack_ibB(data, offset)
    offset += 6
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListOffsetsRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ListOffsetsRequest.topics", count)
    topics: list[ListOffsetsTopic] = []
    for _ in range(count):
        list_offsets_topic, offset = _read_list_offsets_topic_v6_v11(data, offset)
        topics.append(list_offsets_topic)
    message.topics = topics
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_offsets_topic_v1_v3(message: ListOffsetsTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for list_offsets_partition in message.partitions:
        _write_list_offsets_partition_v1_v3(list_offsets_partition, parts)


def _read_list_offsets_topic_v1_v3(data: bytes, offset: int) -> tuple[ListOffsetsTopic, int]:
    message = _new(ListOffsetsTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ListOffsetsTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ListOffsetsTopic.partitions")
    if count * 12 > len(data) - offset:
        raise count_refused("ListOffsetsTopic.partitions", count)
    partitions: list[ListOffsetsPartition] = []
    for _ in range(count):
        list_offsets_partition, offset = _read_list_offsets_partition_v1_v3(data, offset)
        partitions.append(list_offsets_partition)
    message.partitions = partitions
    return message, offset


def _write_list_offsets_topic_v4_v5(message: ListOffsetsTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for list_offsets_partition in message.partitions:
        _write_list_offsets_partition_v4_v5(list_offsets_partition, parts)


def _read_list_offsets_topic_v4_v5(data: bytes, offset: int) -> tuple[ListOffsetsTopic, int]:
    message = _new(ListOffsetsTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ListOffsetsTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ListOffsetsTopic.partitions")
    if count * 16 > len(data) - offset:
        raise count_refused("ListOffsetsTopic.partitions", count)
    partitions: list[ListOffsetsPartition] = []
    for _ in range(count):
        list_offsets_partition, offset = _read_list_offsets_partition_v4_v5(data, offset)
        partitions.append(list_offsets_partition)
    message.partitions = partitions
    return message, offset


def _write_list_offsets_topic_v6_v11(message: ListOffsetsTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for list_offsets_partition in message.partitions:
        _write_list_offsets_partition_v6_v11(list_offsets_partition, parts)
    parts.append(b"\x00")


def _read_list_offsets_topic_v6_v11(data: bytes, offset: int) -> tuple[ListOffsetsTopic, int]:
    message = _new(ListOffsetsTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListOffsetsTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListOffsetsTopic.partitions")
    count -= 1
    if count * 17 > len(data) - offset:
        raise count_refused("ListOffsetsTopic.partitions", count)
    partitions: list[ListOffsetsPartition] = []
    for _ in range(count):
        list_offsets_partition, offset = _read_list_offsets_partition_v6_v11(data, offset)
        partitions.append(list_offsets_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_offsets_partition_v1_v3(message: ListOffsetsPartition, parts: list[Buffer]) -> None:
    parts.append(_pack_iq(message.partition_index, message.timestamp))


def _read_list_offsets_partition_v1_v3(
    data: bytes, offset: int
) -> tuple[ListOffsetsPartition, int]:
    message = _new(ListOffsetsPartition)
    message.current_leader_epoch = -1
    message.partition_index, message.timestamp = _unpack_iq(data, offset)
    offset += 12
    return message, offset


def _write_list_offsets_partition_v4_v5(message: ListOffsetsPartition, parts: list[Buffer]) -> None:
    parts.append(
        _pack_iiq(message.partition_index, message.current_leader_epoch, message.timestamp)
    )


def _read_list_offsets_partition_v4_v5(
    data: bytes, offset: int
) -> tuple[ListOffsetsPartition, int]:
    message = _new(ListOffsetsPartition)
    message.partition_index, message.current_leader_epoch, message.timestamp = _unpack_iiq(
        data, offset
    )
    offset += 16
    return message, offset


def _write_list_offsets_partition_v6_v11(
    message: ListOffsetsPartition, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_iiq0(message.partition_index, message.current_leader_epoch, message.timestamp)
    )


def _read_list_offsets_partition_v6_v11(
    data: bytes, offset: int
) -> tuple[ListOffsetsPartition, int]:
    message = _new(ListOffsetsPartition)
    message.partition_index, message.current_leader_epoch, message.timestamp, count = _unpack_iiqB(
        data, offset
    )
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_offsets_response_v1(message: ListOffsetsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for list_offsets_topic_response in message.topics:
        _write_list_offsets_topic_response_v1_v3(list_offsets_topic_response, parts)


def _read_list_offsets_response_v1(data: bytes, offset: int) -> tuple[ListOffsetsResponse, int]:
    message = _new(ListOffsetsResponse)
    message.throttle_time_ms = 0
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ListOffsetsResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("ListOffsetsResponse.topics", count)
    topics: list[ListOffsetsTopicResponse] = []
    for _ in range(count):
        list_offsets_topic_response, offset = _read_list_offsets_topic_response_v1_v3(data, offset)
        topics.append(list_offsets_topic_response)
    message.topics = topics
    return message, offset


def _write_list_offsets_response_v2_v3(message: ListOffsetsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for list_offsets_topic_response in message.topics:
        _write_list_offsets_topic_response_v1_v3(list_offsets_topic_response, parts)


def _read_list_offsets_response_v2_v3(data: bytes, offset: int) -> tuple[ListOffsetsResponse, int]:
    message = _new(ListOffsetsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("ListOffsetsResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("ListOffsetsResponse.topics", count)
    topics: list[ListOffsetsTopicResponse] = []
    for _ in range(count):
        list_offsets_topic_response, offset = _read_list_offsets_topic_response_v1_v3(data, offset)
        topics.append(list_offsets_topic_response)
    message.topics = topics
    return message, offset


def _write_list_offsets_response_v4_v5(message: ListOffsetsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for list_offsets_topic_response in message.topics:
        _write_list_offsets_topic_response_v4_v5(list_offsets_topic_response, parts)


def _read_list_offsets_response_v4_v5(data: bytes, offset: int) -> tuple[ListOffsetsResponse, int]:
    message = _new(ListOffsetsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("ListOffsetsResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("ListOffsetsResponse.topics", count)
    topics: list[ListOffsetsTopicResponse] = []
    for _ in range(count):
        list_offsets_topic_response, offset = _read_list_offsets_topic_response_v4_v5(data, offset)
        topics.append(list_offsets_topic_response)
    message.topics = topics
    return message, offset


def _write_list_offsets_response_v6_v11(message: ListOffsetsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for list_offsets_topic_response in message.topics:
        _write_list_offsets_topic_response_v6_v11(list_offsets_topic_response, parts)
    parts.append(b"\x00")


def _read_list_offsets_response_v6_v11(data: bytes, offset: int) -> tuple[ListOffsetsResponse, int]:
    message = _new(ListOffsetsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListOffsetsResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ListOffsetsResponse.topics", count)
    topics: list[ListOffsetsTopicResponse] = []
    for _ in range(count):
        list_offsets_topic_response, offset = _read_list_offsets_topic_response_v6_v11(data, offset)
        topics.append(list_offsets_topic_response)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_offsets_topic_response_v1_v3(
    message: ListOffsetsTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for list_offsets_partition_response in message.partitions:
        _write_list_offsets_partition_response_v1_v3(list_offsets_partition_response, parts)


def _read_list_offsets_topic_response_v1_v3(
    data: bytes, offset: int
) -> tuple[ListOffsetsTopicResponse, int]:
    message = _new(ListOffsetsTopicResponse)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ListOffsetsTopicResponse.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ListOffsetsTopicResponse.partitions")
    if count * 22 > len(data) - offset:
        raise count_refused("ListOffsetsTopicResponse.partitions", count)
    partitions: list[ListOffsetsPartitionResponse] = []
    for _ in range(count):
        list_offsets_partition_response, offset = _read_list_offsets_partition_response_v1_v3(
            data, offset
        )
        partitions.append(list_offsets_partition_response)
    message.partitions = partitions
    return message, offset


def _write_list_offsets_topic_response_v4_v5(
    message: ListOffsetsTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for list_offsets_partition_response in message.partitions:
        _write_list_offsets_partition_response_v4_v5(list_offsets_partition_response, parts)


def _read_list_offsets_topic_response_v4_v5(
    data: bytes, offset: int
) -> tuple[ListOffsetsTopicResponse, int]:
    message = _new(ListOffsetsTopicResponse)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ListOffsetsTopicResponse.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ListOffsetsTopicResponse.partitions")
    if count * 26 > len(data) - offset:
        raise count_refused("ListOffsetsTopicResponse.partitions", count)
    partitions: list[ListOffsetsPartitionResponse] = []
    for _ in range(count):
        list_offsets_partition_response, offset = _read_list_offsets_partition_response_v4_v5(
            data, offset
        )
        partitions.append(list_offsets_partition_response)
    message.partitions = partitions
    return message, offset


def _write_list_offsets_topic_response_v6_v11(
    message: ListOffsetsTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for list_offsets_partition_response in message.partitions:
        _write_list_offsets_partition_response_v6_v11(list_offsets_partition_response, parts)
    parts.append(b"\x00")


def _read_list_offsets_topic_response_v6_v11(
    data: bytes, offset: int
) -> tuple[ListOffsetsTopicResponse, int]:
    message = _new(ListOffsetsTopicResponse)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ListOffsetsTopicResponse.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListOffsetsTopicResponse.partitions")
    count -= 1
    if count * 27 > len(data) - offset:
        raise count_refused("ListOffsetsTopicResponse.partitions", count)
    partitions: list[ListOffsetsPartitionResponse] = []
    for _ in range(count):
        list_offsets_partition_response, offset = _read_list_offsets_partition_response_v6_v11(
            data, offset
        )
        partitions.append(list_offsets_partition_response)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_offsets_partition_response_v1_v3(
    message: ListOffsetsPartitionResponse, parts: list[Buffer]
) -> None:
    if message.leader_epoch != -1:
        raise field_unsupported("ListOffsetsPartitionResponse.leader_epoch", "1-3")
    parts.append(
        _pack_ihqq(message.partition_index, message.error_code, message.timestamp, message.offset)
    )


def _read_list_offsets_partition_response_v1_v3(
    data: bytes, offset: int
) -> tuple[ListOffsetsPartitionResponse, int]:
    message = _new(ListOffsetsPartitionResponse)
    message.leader_epoch = -1
    message.partition_index, message.error_code, message.timestamp, message.offset = _unpack_ihqq(
        data, offset
    )
    offset += 22
    return message, offset


def _write_list_offsets_partition_response_v4_v5(
    message: ListOffsetsPartitionResponse, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_ihqqi(
            message.partition_index,
            message.error_code,
            message.timestamp,
            message.offset,
            message.leader_epoch,
        )
    )


def _read_list_offsets_partition_response_v4_v5(
    data: bytes, offset: int
) -> tuple[ListOffsetsPartitionResponse, int]:
    message = _new(ListOffsetsPartitionResponse)
    (
        message.partition_index,
        message.error_code,
        message.timestamp,
        message.offset,
        message.leader_epoch,
    ) = _unpack_ihqqi(data, offset)
    offset += 26
    return message, offset


def _write_list_offsets_partition_response_v6_v11(
    message: ListOffsetsPartitionResponse, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_ihqqi0(
            message.partition_index,
            message.error_code,
            message.timestamp,
            message.offset,
            message.leader_epoch,
        )
    )


def _read_list_offsets_partition_response_v6_v11(
    data: bytes, offset: int
) -> tuple[ListOffsetsPartitionResponse, int]:
    message = _new(ListOffsetsPartitionResponse)
    (
        message.partition_index,
        message.error_code,
        message.timestamp,
        message.offset,
        message.leader_epoch,
        count,
    ) = _unpack_ihqqiB(data, offset)
    offset += 27
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ListOffsetsRequest.WRITERS = {
    1: _write_list_offsets_request_v1,
    2: _write_list_offsets_request_v2_v3,
    3: _write_list_offsets_request_v2_v3,
    4: _write_list_offsets_request_v4_v5,
    5: _write_list_offsets_request_v4_v5,
    6: _write_list_offsets_request_v6_v9,
    7: _write_list_offsets_request_v6_v9,
    8: _write_list_offsets_request_v6_v9,
    9: _write_list_offsets_request_v6_v9,
    10: _write_list_offsets_request_v10_v11,
    11: _write_list_offsets_request_v10_v11,
}
ListOffsetsRequest.READERS = {
    1: _read_list_offsets_request_v1,
    2: _read_list_offsets_request_v2_v3,
    3: _read_list_offsets_request_v2_v3,
    4: _read_list_offsets_request_v4_v5,
    5: _read_list_offsets_request_v4_v5,
    6: _read_list_offsets_request_v6_v9,
    7: _read_list_offsets_request_v6_v9,
    8: _read_list_offsets_request_v6_v9,
    9: _read_list_offsets_request_v6_v9,
    10: _read_list_offsets_request_v10_v11,
    11: _read_list_offsets_request_v10_v11,
}
ListOffsetsResponse.WRITERS = {
    1: _write_list_offsets_response_v1,
    2: _write_list_offsets_response_v2_v3,
    3: _write_list_offsets_response_v2_v3,
    4: _write_list_offsets_response_v4_v5,
    5: _write_list_offsets_response_v4_v5,
    6: _write_list_offsets_response_v6_v11,
    7: _write_list_offsets_response_v6_v11,
    8: _write_list_offsets_response_v6_v11,
    9: _write_list_offsets_response_v6_v11,
    10: _write_list_offsets_response_v6_v11,
    11: _write_list_offsets_response_v6_v11,
}
ListOffsetsResponse.READERS = {
    1: _read_list_offsets_response_v1,
    2: _read_list_offsets_response_v2_v3,
    3: _read_list_offsets_response_v2_v3,
    4: _read_list_offsets_response_v4_v5,
    5: _read_list_offsets_response_v4_v5,
    6: _read_list_offsets_response_v6_v11,
    7: _read_list_offsets_response_v6_v11,
    8: _read_list_offsets_response_v6_v11,
    9: _read_list_offsets_response_v6_v11,
    10: _read_list_offsets_response_v6_v11,
    11: _read_list_offsets_response_v6_v11,
}
