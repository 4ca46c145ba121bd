# SPDX-License-Identifier: Apache-2.0
"""DescribeProducers (key 61).

The producers that partitions remember.

Errors: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, TOPIC_AUTHORIZATION_FAILED,
INVALID_TOPIC_EXCEPTION.

Generated from `definitions/describe_producers.txt` by `make gen`.
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
_qiiqiq0 = Format(">qiiqiqx")
_pack_qiiqiq0 = _qiiqiq0.pack
_qiiqiqB = Format(">qiiqiqB")
_unpack_qiiqiqB = _qiiqiqB.unpack_from


class DescribeProducersRequest(Message):
    """The partitions."""

    __slots__ = ("topics",)

    API_KEY = 61
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    topics: list[TopicRequest]
    """The topics that are meant, each with its partitions."""

    def __init__(self, *, topics: Iterable[TopicRequest] = ()) -> None:
        self.topics = list(topics)


class TopicRequest(Struct):
    """The topics that are meant, each with its partitions."""

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


class DescribeProducersResponse(Message):
    """Their producers."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 61
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    topics: list[TopicResponse]
    """What was found, by topic."""

    def __init__(self, *, throttle_time_ms: int = 0, topics: Iterable[TopicResponse] = ()) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class TopicResponse(Struct):
    """What was found, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[PartitionResponse]
    """The partitions that were asked for."""

    def __init__(self, *, name: str = "", partitions: Iterable[PartitionResponse] = ()) -> None:
        self.name = name
        self.partitions = list(partitions)


class PartitionResponse(Struct):
    """The partitions that were asked for."""

    __slots__ = (
        "partition_index",
        "error_code",
        "error_message",
        "active_producers",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    active_producers: list[ProducerState]
    """Producers that the partition remembers."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        active_producers: Iterable[ProducerState] = (),
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.error_message = error_message
        self.active_producers = list(active_producers)


class ProducerState(Struct):
    """Producers that the partition remembers."""

    __slots__ = (
        "producer_id",
        "producer_epoch",
        "last_sequence",
        "last_timestamp",
        "coordinator_epoch",
        "current_txn_start_offset",
    )

    producer_id: int
    """The producer's id."""

    producer_epoch: int
    """The epoch of the producer's last batch."""

    last_sequence: int
    """The sequence number of the producer's last record; -1 when there is none."""

    last_timestamp: int
    """The timestamp of the producer's last record; -1 when there is none."""

    coordinator_epoch: int
    """The epoch of the coordinator that wrote the producer's last marker; -1 when there is none.
    """

    current_txn_start_offset: int
    """The first offset of the producer's open transaction; -1 when there is none."""

    def __init__(
        self,
        *,
        producer_id: int = 0,
        producer_epoch: int = 0,
        last_sequence: int = -1,
        last_timestamp: int = -1,
        coordinator_epoch: int = 0,
        current_txn_start_offset: int = -1,
    ) -> None:
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.last_sequence = last_sequence
        self.last_timestamp = last_timestamp
        self.coordinator_epoch = coordinator_epoch
        self.current_txn_start_offset = current_txn_start_offset


def _write_describe_producers_request_v0(
    message: DescribeProducersRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_request in message.topics:
        _write_topic_request_v0(topic_request, parts)
    parts.append(b"\x00")


def _read_describe_producers_request_v0(
    data: bytes, offset: int
) -> tuple[DescribeProducersRequest, int]:
    message = _new(DescribeProducersRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeProducersRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeProducersRequest.topics", count)
    topics: list[TopicRequest] = []
    for _ in range(count):
        topic_request, offset = _read_topic_request_v0(data, offset)
        topics.append(topic_request)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_request_v0(message: TopicRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_indexes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partition_indexes))
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
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicRequest.partition_indexes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("TopicRequest.partition_indexes", count)
    message.partition_indexes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_producers_response_v0(
    message: DescribeProducersResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for topic_response in message.topics:
        _write_topic_response_v0(topic_response, parts)
    parts.append(b"\x00")


def _read_describe_producers_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeProducersResponse, int]:
    message = _new(DescribeProducersResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeProducersResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeProducersResponse.topics", count)
    topics: list[TopicResponse] = []
    for _ in range(count):
        topic_response, offset = _read_topic_response_v0(data, offset)
        topics.append(topic_response)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_response_v0(message: TopicResponse, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for partition_response in message.partitions:
        _write_partition_response_v0(partition_response, parts)
    parts.append(b"\x00")


def _read_topic_response_v0(data: bytes, offset: int) -> tuple[TopicResponse, int]:
    message = _new(TopicResponse)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicResponse.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicResponse.partitions")
    count -= 1
    if count * 9 > len(data) - offset:
        raise count_refused("TopicResponse.partitions", count)
    partitions: list[PartitionResponse] = []
    for _ in range(count):
        partition_response, offset = _read_partition_response_v0(data, offset)
        partitions.append(partition_response)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_response_v0(message: PartitionResponse, parts: list[Buffer]) -> None:
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
    count = len(message.active_producers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for producer_state in message.active_producers:
        _write_producer_state_v0(producer_state, parts)
    parts.append(b"\x00")


def _read_partition_response_v0(data: bytes, offset: int) -> tuple[PartitionResponse, int]:
    message = _new(PartitionResponse)
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
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionResponse.active_producers")
    count -= 1
    if count * 37 > len(data) - offset:
        raise count_refused("PartitionResponse.active_producers", count)
    active_producers: list[ProducerState] = []
    for _ in range(count):
        producer_state, offset = _read_producer_state_v0(data, offset)
        active_producers.append(producer_state)
    message.active_producers = active_producers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_producer_state_v0(message: ProducerState, parts: list[Buffer]) -> None:
    parts.append(
        _pack_qiiqiq0(
            message.producer_id,
            message.producer_epoch,
            message.last_sequence,
            message.last_timestamp,
            message.coordinator_epoch,
            message.current_txn_start_offset,
        )
    )


def _read_producer_state_v0(data: bytes, offset: int) -> tuple[ProducerState, int]:
    message = _new(ProducerState)
    (
        message.producer_id,
        message.producer_epoch,
        message.last_sequence,
        message.last_timestamp,
        message.coordinator_epoch,
        message.current_txn_start_offset,
        count,
    ) = _unpack_qiiqiqB(data, offset)
    offset += 37
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeProducersRequest.WRITERS = {
    0: _write_describe_producers_request_v0,
}
DescribeProducersRequest.READERS = {
    0: _read_describe_producers_request_v0,
}
DescribeProducersResponse.WRITERS = {
    0: _write_describe_producers_response_v0,
}
DescribeProducersResponse.READERS = {
    0: _read_describe_producers_response_v0,
}
