# SPDX-License-Identifier: Apache-2.0
"""WriteShareGroupState (key 85).

Stores the state of share-partitions. Between brokers.

Errors: NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
FENCED_LEADER_EPOCH, FENCED_STATE_EPOCH, INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION,
CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/write_share_group_state.txt` by `make gen`.
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
_iiiq = Format(">iiiq")
_pack_iiiq = _iiiq.pack
_iiiqB = Format(">iiiqB")
_pack_iiiqB = _iiiqB.pack
_unpack_iiiqB = _iiiqB.unpack_from
_iiiqi = Format(">iiiqi")
_pack_iiiqi = _iiiqi.pack
_qqbh0 = Format(">qqbhx")
_pack_qqbh0 = _qqbh0.pack
_qqbhB = Format(">qqbhB")
_unpack_qqbhB = _qqbhB.unpack_from
_iiiqiB = Format(">iiiqiB")
_pack_iiiqiB = _iiiqiB.pack
_unpack_iiiqiB = _iiiqiB.unpack_from


class WriteShareGroupStateRequest(Message):
    """The share-partitions with their state."""

    __slots__ = (
        "group_id",
        "topics",
    )

    API_KEY = 85
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    topics: list[WriteStateData]
    """The state to write, by topic."""

    def __init__(self, *, group_id: str = "", topics: Iterable[WriteStateData] = ()) -> None:
        self.group_id = group_id
        self.topics = list(topics)


class WriteStateData(Struct):
    """The state to write, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[PartitionData]
    """State by partition."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[PartitionData] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class PartitionData(Struct):
    """State by partition."""

    __slots__ = (
        "partition",
        "state_epoch",
        "leader_epoch",
        "start_offset",
        "delivery_complete_count",
        "state_batches",
    )

    partition: int
    """The partition's number."""

    state_epoch: int
    """The epoch of the share-partition's state, to fence writers from before a reset."""

    leader_epoch: int
    """The epoch of the share-partition's leader, to fence an earlier one."""

    start_offset: int
    """The share-partition's start offset; -1 leaves it as it is."""

    delivery_complete_count: int
    """Records behind the start offset that need no further delivery; -1 when unknown. (versions
    1+)
    """

    state_batches: list[StateBatch]
    """States of ranges of records behind the start offset."""

    def __init__(
        self,
        *,
        partition: int = 0,
        state_epoch: int = 0,
        leader_epoch: int = 0,
        start_offset: int = 0,
        delivery_complete_count: int = -1,
        state_batches: Iterable[StateBatch] = (),
    ) -> None:
        self.partition = partition
        self.state_epoch = state_epoch
        self.leader_epoch = leader_epoch
        self.start_offset = start_offset
        self.delivery_complete_count = delivery_complete_count
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


class WriteShareGroupStateResponse(Message):
    """Outcomes by partition."""

    __slots__ = ("results",)

    API_KEY = 85
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    results: list[WriteStateResult]
    """Outcomes by topic."""

    def __init__(self, *, results: Iterable[WriteStateResult] = ()) -> None:
        self.results = list(results)


class WriteStateResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[PartitionResult]
    """Outcomes by partition."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[PartitionResult] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class PartitionResult(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition",
        "error_code",
        "error_message",
    )

    partition: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, partition: int = 0, error_code: int = 0, error_message: str | None = None
    ) -> None:
        self.partition = partition
        self.error_code = error_code
        self.error_message = error_message


def _write_write_share_group_state_request_v0(
    message: WriteShareGroupStateRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for write_state_data in message.topics:
        _write_write_state_data_v0(write_state_data, parts)
    parts.append(b"\x00")


def _read_write_share_group_state_request_v0(
    data: bytes, offset: int
) -> tuple[WriteShareGroupStateRequest, int]:
    message = _new(WriteShareGroupStateRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("WriteShareGroupStateRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteShareGroupStateRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("WriteShareGroupStateRequest.topics", count)
    topics: list[WriteStateData] = []
    for _ in range(count):
        write_state_data, offset = _read_write_state_data_v0(data, offset)
        topics.append(write_state_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_write_share_group_state_request_v1(
    message: WriteShareGroupStateRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for write_state_data in message.topics:
        _write_write_state_data_v1(write_state_data, parts)
    parts.append(b"\x00")


def _read_write_share_group_state_request_v1(
    data: bytes, offset: int
) -> tuple[WriteShareGroupStateRequest, int]:
    message = _new(WriteShareGroupStateRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("WriteShareGroupStateRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteShareGroupStateRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("WriteShareGroupStateRequest.topics", count)
    topics: list[WriteStateData] = []
    for _ in range(count):
        write_state_data, offset = _read_write_state_data_v1(data, offset)
        topics.append(write_state_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_write_state_data_v0(message: WriteStateData, parts: list[Buffer]) -> None:
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


def _read_write_state_data_v0(data: bytes, offset: int) -> tuple[WriteStateData, int]:
    message = _new(WriteStateData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteStateData.partitions")
    count -= 1
    if count * 22 > len(data) - offset:
        raise count_refused("WriteStateData.partitions", count)
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


def _write_write_state_data_v1(message: WriteStateData, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_data in message.partitions:
        _write_partition_data_v1(partition_data, parts)
    parts.append(b"\x00")


def _read_write_state_data_v1(data: bytes, offset: int) -> tuple[WriteStateData, int]:
    message = _new(WriteStateData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteStateData.partitions")
    count -= 1
    if count * 26 > len(data) - offset:
        raise count_refused("WriteStateData.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v1(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_data_v0(message: PartitionData, parts: list[Buffer]) -> None:
    count = len(message.state_batches) + 1
    parts.append(
        _pack_iiiqB(
            message.partition,
            message.state_epoch,
            message.leader_epoch,
            message.start_offset,
            count,
        )
        if count < 128
        else _pack_iiiq(
            message.partition, message.state_epoch, message.leader_epoch, message.start_offset
        )
        + uvarint(count)
    )
    for state_batch in message.state_batches:
        _write_state_batch_v0_v1(state_batch, parts)
    parts.append(b"\x00")


def _read_partition_data_v0(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    message.delivery_complete_count = -1
    message.partition, message.state_epoch, message.leader_epoch, message.start_offset, count = (
        _unpack_iiiqB(data, offset)
    )
    offset += 21
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionData.state_batches")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("PartitionData.state_batches", count)
    state_batches: list[StateBatch] = []
    for _ in range(count):
        state_batch, offset = _read_state_batch_v0_v1(data, offset)
        state_batches.append(state_batch)
    message.state_batches = state_batches
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_data_v1(message: PartitionData, parts: list[Buffer]) -> None:
    count = len(message.state_batches) + 1
    parts.append(
        _pack_iiiqiB(
            message.partition,
            message.state_epoch,
            message.leader_epoch,
            message.start_offset,
            message.delivery_complete_count,
            count,
        )
        if count < 128
        else _pack_iiiqi(
            message.partition,
            message.state_epoch,
            message.leader_epoch,
            message.start_offset,
            message.delivery_complete_count,
        )
        + uvarint(count)
    )
    for state_batch in message.state_batches:
        _write_state_batch_v0_v1(state_batch, parts)
    parts.append(b"\x00")


def _read_partition_data_v1(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    (
        message.partition,
        message.state_epoch,
        message.leader_epoch,
        message.start_offset,
        message.delivery_complete_count,
        count,
    ) = _unpack_iiiqiB(data, offset)
    offset += 25
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionData.state_batches")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("PartitionData.state_batches", count)
    state_batches: list[StateBatch] = []
    for _ in range(count):
        state_batch, offset = _read_state_batch_v0_v1(data, offset)
        state_batches.append(state_batch)
    message.state_batches = state_batches
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_state_batch_v0_v1(message: StateBatch, parts: list[Buffer]) -> None:
    parts.append(
        _pack_qqbh0(
            message.first_offset,
            message.last_offset,
            message.delivery_state,
            message.delivery_count,
        )
    )


def _read_state_batch_v0_v1(data: bytes, offset: int) -> tuple[StateBatch, int]:
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


def _write_write_share_group_state_response_v0_v1(
    message: WriteShareGroupStateResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for write_state_result in message.results:
        _write_write_state_result_v0_v1(write_state_result, parts)
    parts.append(b"\x00")


def _read_write_share_group_state_response_v0_v1(
    data: bytes, offset: int
) -> tuple[WriteShareGroupStateResponse, int]:
    message = _new(WriteShareGroupStateResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteShareGroupStateResponse.results")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("WriteShareGroupStateResponse.results", count)
    results: list[WriteStateResult] = []
    for _ in range(count):
        write_state_result, offset = _read_write_state_result_v0_v1(data, offset)
        results.append(write_state_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_write_state_result_v0_v1(message: WriteStateResult, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_result in message.partitions:
        _write_partition_result_v0_v1(partition_result, parts)
    parts.append(b"\x00")


def _read_write_state_result_v0_v1(data: bytes, offset: int) -> tuple[WriteStateResult, int]:
    message = _new(WriteStateResult)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteStateResult.partitions")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("WriteStateResult.partitions", count)
    partitions: list[PartitionResult] = []
    for _ in range(count):
        partition_result, offset = _read_partition_result_v0_v1(data, offset)
        partitions.append(partition_result)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_result_v0_v1(message: PartitionResult, parts: list[Buffer]) -> None:
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
    parts.append(b"\x00")


def _read_partition_result_v0_v1(data: bytes, offset: int) -> tuple[PartitionResult, int]:
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
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


WriteShareGroupStateRequest.WRITERS = {
    0: _write_write_share_group_state_request_v0,
    1: _write_write_share_group_state_request_v1,
}
WriteShareGroupStateRequest.READERS = {
    0: _read_write_share_group_state_request_v0,
    1: _read_write_share_group_state_request_v1,
}
WriteShareGroupStateResponse.WRITERS = {
    0: _write_write_share_group_state_response_v0_v1,
    1: _write_write_share_group_state_response_v0_v1,
}
WriteShareGroupStateResponse.READERS = {
    0: _read_write_share_group_state_response_v0_v1,
    1: _read_write_share_group_state_response_v0_v1,
}
