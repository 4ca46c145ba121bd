# SPDX-License-Identifier: Apache-2.0
"""ReadShareGroupState (key 84).

Reads the stored state of share-partitions. Between brokers.

Errors: NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
FENCED_LEADER_EPOCH, INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/read_share_group_state.txt` by `make gen`.
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
_iq = Format(">iq")
_pack_iq = _iq.pack
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ii0 = Format(">iix")
_pack_ii0 = _ii0.pack
_iiB = Format(">iiB")
_unpack_iiB = _iiB.unpack_from
_iqB = Format(">iqB")
_pack_iqB = _iqB.pack
_unpack_iqB = _iqB.unpack_from
_qqbh0 = Format(">qqbhx")
_pack_qqbh0 = _qqbh0.pack
_qqbhB = Format(">qqbhB")
_unpack_qqbhB = _qqbhB.unpack_from


class ReadShareGroupStateRequest(Message):
    """The share-partitions."""

    __slots__ = (
        "group_id",
        "topics",
    )

    API_KEY = 84
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    topics: list[ReadStateData]
    """The topics that are meant, each with its partitions."""

    def __init__(self, *, group_id: str = "", topics: Iterable[ReadStateData] = ()) -> None:
        self.group_id = group_id
        self.topics = list(topics)


class ReadStateData(Struct):
    """The topics that are meant, each with its partitions."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[PartitionData]
    """The partitions that are meant."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[PartitionData] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class PartitionData(Struct):
    """The partitions that are meant."""

    __slots__ = (
        "partition",
        "leader_epoch",
    )

    partition: int
    """The partition's number."""

    leader_epoch: int
    """The epoch of the share-partition's leader, to fence an earlier one."""

    def __init__(self, *, partition: int = 0, leader_epoch: int = 0) -> None:
        self.partition = partition
        self.leader_epoch = leader_epoch


class ReadShareGroupStateResponse(Message):
    """Their state."""

    __slots__ = ("results",)

    API_KEY = 84
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    results: list[ReadStateResult]
    """Outcomes by topic."""

    def __init__(self, *, results: Iterable[ReadStateResult] = ()) -> None:
        self.results = list(results)


class ReadStateResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[PartitionResult]
    """State by partition."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[PartitionResult] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class PartitionResult(Struct):
    """State by partition."""

    __slots__ = (
        "partition",
        "error_code",
        "error_message",
        "state_epoch",
        "start_offset",
        "state_batches",
    )

    partition: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    state_epoch: int
    """The epoch of the share-partition's state, raised whenever it is initialised anew."""

    start_offset: int
    """The share-partition's start offset; -1 when it has not been initialised."""

    state_batches: list[StateBatch]
    """States of ranges of records behind the start offset."""

    def __init__(
        self,
        *,
        partition: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        state_epoch: int = 0,
        start_offset: int = 0,
        state_batches: Iterable[StateBatch] = (),
    ) -> None:
        self.partition = partition
        self.error_code = error_code
        self.error_message = error_message
        self.state_epoch = state_epoch
        self.start_offset = start_offset
        self.state_batches = list(state_batches)


class StateBatch(Struct):
    """States of ranges of records behind the start offset."""

    __slots__ = (
        "first_offset",
        "last_offset",
        "delivery_state",
        "delivery_count",
    )

    first_offset: int
    """The first offset of the range."""

    last_offset: int
    """The last offset of the range (inclusive)."""

    delivery_state: int
    """State of the records: 0 available, 2 acknowledged, 4 archived."""

    delivery_count: int
    """How often the records have been delivered."""

    def __init__(
        self,
        *,
        first_offset: int = 0,
        last_offset: int = 0,
        delivery_state: int = 0,
        delivery_count: int = 0,
    ) -> None:
        self.first_offset = first_offset
        self.last_offset = last_offset
        self.delivery_state = delivery_state
        self.delivery_count = delivery_count


def _write_read_share_group_state_request_v0(
    message: ReadShareGroupStateRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for read_state_data in message.topics:
        _write_read_state_data_v0(read_state_data, parts)
    parts.append(b"\x00")


def _read_read_share_group_state_request_v0(
    data: bytes, offset: int
) -> tuple[ReadShareGroupStateRequest, int]:
    message = _new(ReadShareGroupStateRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ReadShareGroupStateRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadShareGroupStateRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ReadShareGroupStateRequest.topics", count)
    topics: list[ReadStateData] = []
    for _ in range(count):
        read_state_data, offset = _read_read_state_data_v0(data, offset)
        topics.append(read_state_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_read_state_data_v0(message: ReadStateData, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_data in message.partitions:
        _write_partition_data_v0(partition_data, parts)
    parts.append(b"\x00")


def _read_read_state_data_v0(data: bytes, offset: int) -> tuple[ReadStateData, int]:
    message = _new(ReadStateData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadStateData.partitions")
    count -= 1
    if count * 9 > len(data) - offset:
        raise count_refused("ReadStateData.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v0(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_data_v0(message: PartitionData, parts: list[Buffer]) -> None:
    parts.append(_pack_ii0(message.partition, message.leader_epoch))


def _read_partition_data_v0(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    message.partition, message.leader_epoch, count = _unpack_iiB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_read_share_group_state_response_v0(
    message: ReadShareGroupStateResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for read_state_result in message.results:
        _write_read_state_result_v0(read_state_result, parts)
    parts.append(b"\x00")


def _read_read_share_group_state_response_v0(
    data: bytes, offset: int
) -> tuple[ReadShareGroupStateResponse, int]:
    message = _new(ReadShareGroupStateResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadShareGroupStateResponse.results")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ReadShareGroupStateResponse.results", count)
    results: list[ReadStateResult] = []
    for _ in range(count):
        read_state_result, offset = _read_read_state_result_v0(data, offset)
        results.append(read_state_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_read_state_result_v0(message: ReadStateResult, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_result in message.partitions:
        _write_partition_result_v0(partition_result, parts)
    parts.append(b"\x00")


def _read_read_state_result_v0(data: bytes, offset: int) -> tuple[ReadStateResult, int]:
    message = _new(ReadStateResult)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadStateResult.partitions")
    count -= 1
    if count * 21 > len(data) - offset:
        raise count_refused("ReadStateResult.partitions", count)
    partitions: list[PartitionResult] = []
    for _ in range(count):
        partition_result, offset = _read_partition_result_v0(data, offset)
        partitions.append(partition_result)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_result_v0(message: PartitionResult, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.partition, message.error_code, length)
        if length < 128
        else _pack_ih(message.partition, message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.state_batches) + 1
    parts.append(
        _pack_iqB(message.state_epoch, message.start_offset, count)
        if count < 128
        else _pack_iq(message.state_epoch, message.start_offset) + uvarint(count)
    )
    for state_batch in message.state_batches:
        _write_state_batch_v0(state_batch, parts)
    parts.append(b"\x00")


def _read_partition_result_v0(data: bytes, offset: int) -> tuple[PartitionResult, int]:
    message = _new(PartitionResult)
    message.partition, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    message.state_epoch, message.start_offset, count = _unpack_iqB(data, offset)
    offset += 13
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionResult.state_batches")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("PartitionResult.state_batches", count)
    state_batches: list[StateBatch] = []
    for _ in range(count):
        state_batch, offset = _read_state_batch_v0(data, offset)
        state_batches.append(state_batch)
    message.state_batches = state_batches
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_state_batch_v0(message: StateBatch, parts: list[Buffer]) -> None:
    parts.append(
        _pack_qqbh0(
            message.first_offset,
            message.last_offset,
            message.delivery_state,
            message.delivery_count,
        )
    )


def _read_state_batch_v0(data: bytes, offset: int) -> tuple[StateBatch, int]:
    message = _new(StateBatch)
    (
        message.first_offset,
        message.last_offset,
        message.delivery_state,
        message.delivery_count,
        count,
    ) = _unpack_qqbhB(data, offset)
    offset += 20
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ReadShareGroupStateRequest.WRITERS = {
    0: _write_read_share_group_state_request_v0,
}
ReadShareGroupStateRequest.READERS = {
    0: _read_read_share_group_state_request_v0,
}
ReadShareGroupStateResponse.WRITERS = {
    0: _write_read_share_group_state_response_v0,
}
ReadShareGroupStateResponse.READERS = {
    0: _read_read_share_group_state_response_v0,
}
