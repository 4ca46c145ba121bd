# SPDX-License-Identifier: Apache-2.0
"""DeleteShareGroupState (key 86).

Deletes what the share coordinator stores of share-partitions. Between brokers.

Errors: NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
GROUP_ID_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION, FENCED_STATE_EPOCH, INVALID_REQUEST,
CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/delete_share_group_state.txt` by `make gen`.
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
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from


class DeleteShareGroupStateRequest(Message):
    """The share-partitions."""

    __slots__ = (
        "group_id",
        "topics",
    )

    API_KEY = 86
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    topics: list[DeleteStateData]
    """The share-partitions whose state is to be deleted, by topic."""

    def __init__(self, *, group_id: str = "", topics: Iterable[DeleteStateData] = ()) -> None:
        self.group_id = group_id
        self.topics = list(topics)


class DeleteStateData(Struct):
    """The share-partitions whose state is to be deleted, by topic."""

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

    __slots__ = ("partition",)

    partition: int
    """The partition's number."""

    def __init__(self, *, partition: int = 0) -> None:
        self.partition = partition


class DeleteShareGroupStateResponse(Message):
    """Outcomes by partition."""

    __slots__ = ("results",)

    API_KEY = 86
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    results: list[DeleteStateResult]
    """Outcomes by topic."""

    def __init__(self, *, results: Iterable[DeleteStateResult] = ()) -> None:
        self.results = list(results)


class DeleteStateResult(Struct):
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


def _write_delete_share_group_state_request_v0(
    message: DeleteShareGroupStateRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_state_data in message.topics:
        _write_delete_state_data_v0(delete_state_data, parts)
    parts.append(b"\x00")


def _read_delete_share_group_state_request_v0(
    data: bytes, offset: int
) -> tuple[DeleteShareGroupStateRequest, int]:
    message = _new(DeleteShareGroupStateRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteShareGroupStateRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteShareGroupStateRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("DeleteShareGroupStateRequest.topics", count)
    topics: list[DeleteStateData] = []
    for _ in range(count):
        delete_state_data, offset = _read_delete_state_data_v0(data, offset)
        topics.append(delete_state_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_state_data_v0(message: DeleteStateData, parts: list[Buffer]) -> None:
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


def _read_delete_state_data_v0(data: bytes, offset: int) -> tuple[DeleteStateData, int]:
    message = _new(DeleteStateData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteStateData.partitions")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DeleteStateData.partitions", count)
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
    parts.append(_pack_i0(message.partition))


def _read_partition_data_v0(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
    message.partition, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_share_group_state_response_v0(
    message: DeleteShareGroupStateResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_state_result in message.results:
        _write_delete_state_result_v0(delete_state_result, parts)
    parts.append(b"\x00")


def _read_delete_share_group_state_response_v0(
    data: bytes, offset: int
) -> tuple[DeleteShareGroupStateResponse, int]:
    message = _new(DeleteShareGroupStateResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteShareGroupStateResponse.results")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("DeleteShareGroupStateResponse.results", count)
    results: list[DeleteStateResult] = []
    for _ in range(count):
        delete_state_result, offset = _read_delete_state_result_v0(data, offset)
        results.append(delete_state_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_state_result_v0(message: DeleteStateResult, parts: list[Buffer]) -> None:
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


def _read_delete_state_result_v0(data: bytes, offset: int) -> tuple[DeleteStateResult, int]:
    message = _new(DeleteStateResult)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteStateResult.partitions")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("DeleteStateResult.partitions", count)
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
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DeleteShareGroupStateRequest.WRITERS = {
    0: _write_delete_share_group_state_request_v0,
}
DeleteShareGroupStateRequest.READERS = {
    0: _read_delete_share_group_state_request_v0,
}
DeleteShareGroupStateResponse.WRITERS = {
    0: _write_delete_share_group_state_response_v0,
}
DeleteShareGroupStateResponse.READERS = {
    0: _read_delete_share_group_state_response_v0,
}
