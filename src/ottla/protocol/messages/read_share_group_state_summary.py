# SPDX-License-Identifier: Apache-2.0
"""ReadShareGroupStateSummary (key 87).

Reads the start offsets in the stored state of share-partitions. Between brokers.

Errors: NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
FENCED_LEADER_EPOCH, INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/read_share_group_state_summary.txt` by `make gen`.
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
_ii0 = Format(">iix")
_pack_ii0 = _ii0.pack
_iiB = Format(">iiB")
_unpack_iiB = _iiB.unpack_from
_iiq0 = Format(">iiqx")
_pack_iiq0 = _iiq0.pack
_iiqB = Format(">iiqB")
_unpack_iiqB = _iiqB.unpack_from
_iiqi0 = Format(">iiqix")
_pack_iiqi0 = _iiqi0.pack
_iiqiB = Format(">iiqiB")
_unpack_iiqiB = _iiqiB.unpack_from


class ReadShareGroupStateSummaryRequest(Message):
    """The share-partitions."""

    __slots__ = (
        "group_id",
        "topics",
    )

    API_KEY = 87
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    topics: list[ReadStateSummaryData]
    """The topics that are meant, each with its partitions."""

    def __init__(self, *, group_id: str = "", topics: Iterable[ReadStateSummaryData] = ()) -> None:
        self.group_id = group_id
        self.topics = list(topics)


class ReadStateSummaryData(Struct):
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


class ReadShareGroupStateSummaryResponse(Message):
    """Their start offsets."""

    __slots__ = ("results",)

    API_KEY = 87
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    results: list[ReadStateSummaryResult]
    """Outcomes by topic."""

    def __init__(self, *, results: Iterable[ReadStateSummaryResult] = ()) -> None:
        self.results = list(results)


class ReadStateSummaryResult(Struct):
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
        "leader_epoch",
        "start_offset",
        "delivery_complete_count",
    )

    partition: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    state_epoch: int
    """The epoch of the share-partition's state, raised whenever it is initialised anew."""

    leader_epoch: int
    """The epoch of the share-partition's leader, to fence an earlier one."""

    start_offset: int
    """The share-partition's start offset; -1 when it has not been initialised."""

    delivery_complete_count: int
    """Records behind the start offset that need no further delivery; -1 when unknown. (versions
    1+)
    """

    def __init__(
        self,
        *,
        partition: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        state_epoch: int = 0,
        leader_epoch: int = 0,
        start_offset: int = 0,
        delivery_complete_count: int = -1,
    ) -> None:
        self.partition = partition
        self.error_code = error_code
        self.error_message = error_message
        self.state_epoch = state_epoch
        self.leader_epoch = leader_epoch
        self.start_offset = start_offset
        self.delivery_complete_count = delivery_complete_count


def _write_read_share_group_state_summary_request_v0_v1(
    message: ReadShareGroupStateSummaryRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for read_state_summary_data in message.topics:
        _write_read_state_summary_data_v0_v1(read_state_summary_data, parts)
    parts.append(b"\x00")


def _read_read_share_group_state_summary_request_v0_v1(
    data: bytes, offset: int
) -> tuple[ReadShareGroupStateSummaryRequest, int]:
    message = _new(ReadShareGroupStateSummaryRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ReadShareGroupStateSummaryRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadShareGroupStateSummaryRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ReadShareGroupStateSummaryRequest.topics", count)
    topics: list[ReadStateSummaryData] = []
    for _ in range(count):
        read_state_summary_data, offset = _read_read_state_summary_data_v0_v1(data, offset)
        topics.append(read_state_summary_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_read_state_summary_data_v0_v1(
    message: ReadStateSummaryData, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_data in message.partitions:
        _write_partition_data_v0_v1(partition_data, parts)
    parts.append(b"\x00")


def _read_read_state_summary_data_v0_v1(
    data: bytes, offset: int
) -> tuple[ReadStateSummaryData, int]:
    message = _new(ReadStateSummaryData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadStateSummaryData.partitions")
    count -= 1
    if count * 9 > len(data) - offset:
        raise count_refused("ReadStateSummaryData.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v0_v1(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_data_v0_v1(message: PartitionData, parts: list[Buffer]) -> None:
    parts.append(_pack_ii0(message.partition, message.leader_epoch))


def _read_partition_data_v0_v1(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    message.partition, message.leader_epoch, count = _unpack_iiB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_read_share_group_state_summary_response_v0(
    message: ReadShareGroupStateSummaryResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for read_state_summary_result in message.results:
        _write_read_state_summary_result_v0(read_state_summary_result, parts)
    parts.append(b"\x00")


def _read_read_share_group_state_summary_response_v0(
    data: bytes, offset: int
) -> tuple[ReadShareGroupStateSummaryResponse, int]:
    message = _new(ReadShareGroupStateSummaryResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadShareGroupStateSummaryResponse.results")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ReadShareGroupStateSummaryResponse.results", count)
    results: list[ReadStateSummaryResult] = []
    for _ in range(count):
        read_state_summary_result, offset = _read_read_state_summary_result_v0(data, offset)
        results.append(read_state_summary_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_read_share_group_state_summary_response_v1(
    message: ReadShareGroupStateSummaryResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for read_state_summary_result in message.results:
        _write_read_state_summary_result_v1(read_state_summary_result, parts)
    parts.append(b"\x00")


def _read_read_share_group_state_summary_response_v1(
    data: bytes, offset: int
) -> tuple[ReadShareGroupStateSummaryResponse, int]:
    message = _new(ReadShareGroupStateSummaryResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadShareGroupStateSummaryResponse.results")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ReadShareGroupStateSummaryResponse.results", count)
    results: list[ReadStateSummaryResult] = []
    for _ in range(count):
        read_state_summary_result, offset = _read_read_state_summary_result_v1(data, offset)
        results.append(read_state_summary_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_read_state_summary_result_v0(
    message: ReadStateSummaryResult, parts: list[Buffer]
) -> None:
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


def _read_read_state_summary_result_v0(
    data: bytes, offset: int
) -> tuple[ReadStateSummaryResult, int]:
    message = _new(ReadStateSummaryResult)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadStateSummaryResult.partitions")
    count -= 1
    if count * 24 > len(data) - offset:
        raise count_refused("ReadStateSummaryResult.partitions", count)
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


def _write_read_state_summary_result_v1(
    message: ReadStateSummaryResult, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_result in message.partitions:
        _write_partition_result_v1(partition_result, parts)
    parts.append(b"\x00")


def _read_read_state_summary_result_v1(
    data: bytes, offset: int
) -> tuple[ReadStateSummaryResult, int]:
    message = _new(ReadStateSummaryResult)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReadStateSummaryResult.partitions")
    count -= 1
    if count * 28 > len(data) - offset:
        raise count_refused("ReadStateSummaryResult.partitions", count)
    partitions: list[PartitionResult] = []
    for _ in range(count):
        partition_result, offset = _read_partition_result_v1(data, offset)
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
    parts.append(_pack_iiq0(message.state_epoch, message.leader_epoch, message.start_offset))


def _read_partition_result_v0(data: bytes, offset: int) -> tuple[PartitionResult, int]:
    message = _new(PartitionResult)
    message.delivery_complete_count = -1
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
    message.state_epoch, message.leader_epoch, message.start_offset, count = _unpack_iiqB(
        data, offset
    )
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_result_v1(message: PartitionResult, parts: list[Buffer]) -> None:
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
    parts.append(
        _pack_iiqi0(
            message.state_epoch,
            message.leader_epoch,
            message.start_offset,
            message.delivery_complete_count,
        )
    )


def _read_partition_result_v1(data: bytes, offset: int) -> tuple[PartitionResult, int]:
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
    (
        message.state_epoch,
        message.leader_epoch,
        message.start_offset,
        message.delivery_complete_count,
        count,
    ) = _unpack_iiqiB(data, offset)
    offset += 21
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ReadShareGroupStateSummaryRequest.WRITERS = {
    0: _write_read_share_group_state_summary_request_v0_v1,
    1: _write_read_share_group_state_summary_request_v0_v1,
}
ReadShareGroupStateSummaryRequest.READERS = {
    0: _read_read_share_group_state_summary_request_v0_v1,
    1: _read_read_share_group_state_summary_request_v0_v1,
}
ReadShareGroupStateSummaryResponse.WRITERS = {
    0: _write_read_share_group_state_summary_response_v0,
    1: _write_read_share_group_state_summary_response_v1,
}
ReadShareGroupStateSummaryResponse.READERS = {
    0: _read_read_share_group_state_summary_response_v0,
    1: _read_read_share_group_state_summary_response_v1,
}
