# SPDX-License-Identifier: Apache-2.0
"""OffsetForLeaderEpoch (key 23).

Where an epoch ended in the leader's log, so that a follower or consumer can find out where its
own log went another way.

Errors: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH,
UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR, TOPIC_AUTHORIZATION_FAILED.

Generated from `definitions/offset_for_leader_epoch.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
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
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_iii = Format(">iii")
_pack_iii = _iii.pack
_unpack_iii = _iii.unpack_from
_hiiq = Format(">hiiq")
_pack_hiiq = _hiiq.pack
_unpack_hiiq = _hiiq.unpack_from
_iii0 = Format(">iiix")
_pack_iii0 = _iii0.pack
_iiiB = Format(">iiiB")
_unpack_iiiB = _iiiB.unpack_from
_hiiq0 = Format(">hiiqx")
_pack_hiiq0 = _hiiq0.pack
_hiiqB = Format(">hiiqB")
_unpack_hiiqB = _hiiqB.unpack_from


class OffsetForLeaderEpochRequest(Message):
    """The epochs by partition."""

    __slots__ = (
        "replica_id",
        "topics",
    )

    API_KEY = 23
    VERSIONS = range(2, 5)
    FLEXIBLE_FROM = 4

    replica_id: int
    """The follower that asks, -1 for a consumer, -2 where version 2 did not say. (versions 3+)
    """

    topics: list[OffsetForLeaderTopic]
    """The topics that are meant, each with its partitions."""

    def __init__(
        self, *, replica_id: int = -2, topics: Iterable[OffsetForLeaderTopic] = ()
    ) -> None:
        self.replica_id = replica_id
        self.topics = list(topics)


class OffsetForLeaderTopic(Struct):
    """The topics that are meant, each with its partitions."""

    __slots__ = (
        "topic",
        "partitions",
    )

    topic: str
    """The topic's name."""

    partitions: list[OffsetForLeaderPartition]
    """The partitions, each with the epoch that is wanted."""

    def __init__(
        self, *, topic: str = "", partitions: Iterable[OffsetForLeaderPartition] = ()
    ) -> None:
        self.topic = topic
        self.partitions = list(partitions)


class OffsetForLeaderPartition(Struct):
    """The partitions, each with the epoch that is wanted."""

    __slots__ = (
        "partition",
        "current_leader_epoch",
        "leader_epoch",
    )

    partition: int
    """The partition's number."""

    current_leader_epoch: int
    """The leader epoch that the sender believes in, to notice a newer or older one; -1 leaves it
    unchecked.
    """

    leader_epoch: int
    """The epoch whose end is wanted."""

    def __init__(
        self, *, partition: int = 0, current_leader_epoch: int = -1, leader_epoch: int = 0
    ) -> None:
        self.partition = partition
        self.current_leader_epoch = current_leader_epoch
        self.leader_epoch = leader_epoch


class OffsetForLeaderEpochResponse(Message):
    """Their end offsets."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 23
    VERSIONS = range(2, 5)
    FLEXIBLE_FROM = 4

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    topics: list[OffsetForLeaderTopicResult]
    """What was found, by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, topics: Iterable[OffsetForLeaderTopicResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class OffsetForLeaderTopicResult(Struct):
    """What was found, by topic."""

    __slots__ = (
        "topic",
        "partitions",
    )

    topic: str
    """The topic's name."""

    partitions: list[EpochEndOffset]
    """What was found, by partition."""

    def __init__(self, *, topic: str = "", partitions: Iterable[EpochEndOffset] = ()) -> None:
        self.topic = topic
        self.partitions = list(partitions)


class EpochEndOffset(Struct):
    """What was found, by partition."""

    __slots__ = (
        "error_code",
        "partition",
        "leader_epoch",
        "end_offset",
    )

    error_code: int
    """Outcome for this partition; 0 is success."""

    partition: int
    """The partition's number."""

    leader_epoch: int
    """The largest epoch, up to the one asked for, in which the leader has records."""

    end_offset: int
    """The first offset behind the epoch; -1 when the epoch is unknown."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        partition: int = 0,
        leader_epoch: int = -1,
        end_offset: int = -1,
    ) -> None:
        self.error_code = error_code
        self.partition = partition
        self.leader_epoch = leader_epoch
        self.end_offset = end_offset


def _write_offset_for_leader_epoch_request_v2(
    message: OffsetForLeaderEpochRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_for_leader_topic in message.topics:
        _write_offset_for_leader_topic_v2_v3(offset_for_leader_topic, parts)


def _read_offset_for_leader_epoch_request_v2(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderEpochRequest, int]:
    message = _new(OffsetForLeaderEpochRequest)
    message.replica_id = -2
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetForLeaderEpochRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetForLeaderEpochRequest.topics", count)
    topics: list[OffsetForLeaderTopic] = []
    for _ in range(count):
        offset_for_leader_topic, offset = _read_offset_for_leader_topic_v2_v3(data, offset)
        topics.append(offset_for_leader_topic)
    message.topics = topics
    return message, offset


def _write_offset_for_leader_epoch_request_v3(
    message: OffsetForLeaderEpochRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.replica_id, count))
    for offset_for_leader_topic in message.topics:
        _write_offset_for_leader_topic_v2_v3(offset_for_leader_topic, parts)


def _read_offset_for_leader_epoch_request_v3(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderEpochRequest, int]:
    message = _new(OffsetForLeaderEpochRequest)
    message.replica_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("OffsetForLeaderEpochRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetForLeaderEpochRequest.topics", count)
    topics: list[OffsetForLeaderTopic] = []
    for _ in range(count):
        offset_for_leader_topic, offset = _read_offset_for_leader_topic_v2_v3(data, offset)
        topics.append(offset_for_leader_topic)
    message.topics = topics
    return message, offset


def _write_offset_for_leader_epoch_request_v4(
    message: OffsetForLeaderEpochRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.replica_id, count)
        if count < 128
        else _pack_i(message.replica_id) + uvarint(count)
    )
    for offset_for_leader_topic in message.topics:
        _write_offset_for_leader_topic_v4(offset_for_leader_topic, parts)
    parts.append(b"\x00")


def _read_offset_for_leader_epoch_request_v4(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderEpochRequest, int]:
    message = _new(OffsetForLeaderEpochRequest)
    message.replica_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetForLeaderEpochRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("OffsetForLeaderEpochRequest.topics", count)
    topics: list[OffsetForLeaderTopic] = []
    for _ in range(count):
        offset_for_leader_topic, offset = _read_offset_for_leader_topic_v4(data, offset)
        topics.append(offset_for_leader_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_for_leader_topic_v2_v3(
    message: OffsetForLeaderTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_for_leader_partition in message.partitions:
        _write_offset_for_leader_partition_v2_v3(offset_for_leader_partition, parts)


def _read_offset_for_leader_topic_v2_v3(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderTopic, int]:
    message = _new(OffsetForLeaderTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetForLeaderTopic.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetForLeaderTopic.partitions")
    if count * 12 > len(data) - offset:
        raise count_refused("OffsetForLeaderTopic.partitions", count)
    partitions: list[OffsetForLeaderPartition] = []
    for _ in range(count):
        offset_for_leader_partition, offset = _read_offset_for_leader_partition_v2_v3(data, offset)
        partitions.append(offset_for_leader_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_for_leader_topic_v4(message: OffsetForLeaderTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_for_leader_partition in message.partitions:
        _write_offset_for_leader_partition_v4(offset_for_leader_partition, parts)
    parts.append(b"\x00")


def _read_offset_for_leader_topic_v4(data: bytes, offset: int) -> tuple[OffsetForLeaderTopic, int]:
    message = _new(OffsetForLeaderTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetForLeaderTopic.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetForLeaderTopic.partitions")
    count -= 1
    if count * 13 > len(data) - offset:
        raise count_refused("OffsetForLeaderTopic.partitions", count)
    partitions: list[OffsetForLeaderPartition] = []
    for _ in range(count):
        offset_for_leader_partition, offset = _read_offset_for_leader_partition_v4(data, offset)
        partitions.append(offset_for_leader_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_for_leader_partition_v2_v3(
    message: OffsetForLeaderPartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_iii(message.partition, message.current_leader_epoch, message.leader_epoch))


def _read_offset_for_leader_partition_v2_v3(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderPartition, int]:
    message = _new(OffsetForLeaderPartition)
    message.partition, message.current_leader_epoch, message.leader_epoch = _unpack_iii(
        data, offset
    )
    offset += 12
    return message, offset


def _write_offset_for_leader_partition_v4(
    message: OffsetForLeaderPartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_iii0(message.partition, message.current_leader_epoch, message.leader_epoch))


def _read_offset_for_leader_partition_v4(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderPartition, int]:
    message = _new(OffsetForLeaderPartition)
    message.partition, message.current_leader_epoch, message.leader_epoch, count = _unpack_iiiB(
        data, offset
    )
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_for_leader_epoch_response_v2_v3(
    message: OffsetForLeaderEpochResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for offset_for_leader_topic_result in message.topics:
        _write_offset_for_leader_topic_result_v2_v3(offset_for_leader_topic_result, parts)


def _read_offset_for_leader_epoch_response_v2_v3(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderEpochResponse, int]:
    message = _new(OffsetForLeaderEpochResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("OffsetForLeaderEpochResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetForLeaderEpochResponse.topics", count)
    topics: list[OffsetForLeaderTopicResult] = []
    for _ in range(count):
        offset_for_leader_topic_result, offset = _read_offset_for_leader_topic_result_v2_v3(
            data, offset
        )
        topics.append(offset_for_leader_topic_result)
    message.topics = topics
    return message, offset


def _write_offset_for_leader_epoch_response_v4(
    message: OffsetForLeaderEpochResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for offset_for_leader_topic_result in message.topics:
        _write_offset_for_leader_topic_result_v4(offset_for_leader_topic_result, parts)
    parts.append(b"\x00")


def _read_offset_for_leader_epoch_response_v4(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderEpochResponse, int]:
    message = _new(OffsetForLeaderEpochResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetForLeaderEpochResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("OffsetForLeaderEpochResponse.topics", count)
    topics: list[OffsetForLeaderTopicResult] = []
    for _ in range(count):
        offset_for_leader_topic_result, offset = _read_offset_for_leader_topic_result_v4(
            data, offset
        )
        topics.append(offset_for_leader_topic_result)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_for_leader_topic_result_v2_v3(
    message: OffsetForLeaderTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for epoch_end_offset in message.partitions:
        _write_epoch_end_offset_v2_v3(epoch_end_offset, parts)


def _read_offset_for_leader_topic_result_v2_v3(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderTopicResult, int]:
    message = _new(OffsetForLeaderTopicResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetForLeaderTopicResult.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetForLeaderTopicResult.partitions")
    if count * 18 > len(data) - offset:
        raise count_refused("OffsetForLeaderTopicResult.partitions", count)
    partitions: list[EpochEndOffset] = []
    for _ in range(count):
        epoch_end_offset, offset = _read_epoch_end_offset_v2_v3(data, offset)
        partitions.append(epoch_end_offset)
    message.partitions = partitions
    return message, offset


def _write_offset_for_leader_topic_result_v4(
    message: OffsetForLeaderTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for epoch_end_offset in message.partitions:
        _write_epoch_end_offset_v4(epoch_end_offset, parts)
    parts.append(b"\x00")


def _read_offset_for_leader_topic_result_v4(
    data: bytes, offset: int
) -> tuple[OffsetForLeaderTopicResult, int]:
    message = _new(OffsetForLeaderTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetForLeaderTopicResult.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetForLeaderTopicResult.partitions")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("OffsetForLeaderTopicResult.partitions", count)
    partitions: list[EpochEndOffset] = []
    for _ in range(count):
        epoch_end_offset, offset = _read_epoch_end_offset_v4(data, offset)
        partitions.append(epoch_end_offset)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_epoch_end_offset_v2_v3(message: EpochEndOffset, parts: list[Buffer]) -> None:
    parts.append(
        _pack_hiiq(message.error_code, message.partition, message.leader_epoch, message.end_offset)
    )


def _read_epoch_end_offset_v2_v3(data: bytes, offset: int) -> tuple[EpochEndOffset, int]:
    message = _new(EpochEndOffset)
    message.error_code, message.partition, message.leader_epoch, message.end_offset = _unpack_hiiq(
        data, offset
    )
    offset += 18
    return message, offset


def _write_epoch_end_offset_v4(message: EpochEndOffset, parts: list[Buffer]) -> None:
    parts.append(
        _pack_hiiq0(message.error_code, message.partition, message.leader_epoch, message.end_offset)
    )


def _read_epoch_end_offset_v4(data: bytes, offset: int) -> tuple[EpochEndOffset, int]:
    message = _new(EpochEndOffset)
    message.error_code, message.partition, message.leader_epoch, message.end_offset, count = (
        _unpack_hiiqB(data, offset)
    )
    offset += 19
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


OffsetForLeaderEpochRequest.WRITERS = {
    2: _write_offset_for_leader_epoch_request_v2,
    3: _write_offset_for_leader_epoch_request_v3,
    4: _write_offset_for_leader_epoch_request_v4,
}
OffsetForLeaderEpochRequest.READERS = {
    2: _read_offset_for_leader_epoch_request_v2,
    3: _read_offset_for_leader_epoch_request_v3,
    4: _read_offset_for_leader_epoch_request_v4,
}
OffsetForLeaderEpochResponse.WRITERS = {
    2: _write_offset_for_leader_epoch_response_v2_v3,
    3: _write_offset_for_leader_epoch_response_v2_v3,
    4: _write_offset_for_leader_epoch_response_v4,
}
OffsetForLeaderEpochResponse.READERS = {
    2: _read_offset_for_leader_epoch_response_v2_v3,
    3: _read_offset_for_leader_epoch_response_v2_v3,
    4: _read_offset_for_leader_epoch_response_v4,
}
