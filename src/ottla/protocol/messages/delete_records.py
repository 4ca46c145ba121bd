# SPDX-License-Identifier: Apache-2.0
"""DeleteRecords (key 21).

Deletes the records of partitions up to an offset.

Errors: OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
POLICY_VIOLATION, TOPIC_AUTHORIZATION_FAILED, REQUEST_TIMED_OUT, INVALID_TOPIC_EXCEPTION.

Generated from `definitions/delete_records.txt` by `make gen`.
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
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_iq = Format(">iq")
_pack_iq = _iq.pack
_unpack_iq = _iq.unpack_from
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from
_iqh = Format(">iqh")
_pack_iqh = _iqh.pack
_unpack_iqh = _iqh.unpack_from
_iqh0 = Format(">iqhx")
_pack_iqh0 = _iqh0.pack
_iqhB = Format(">iqhB")
_unpack_iqhB = _iqhB.unpack_from


class DeleteRecordsRequest(Message):
    """The partitions and where their logs shall begin."""

    __slots__ = (
        "topics",
        "timeout_ms",
    )

    API_KEY = 21
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    topics: list[DeleteRecordsTopic]
    """The partitions to delete from, by topic."""

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    def __init__(self, *, topics: Iterable[DeleteRecordsTopic] = (), timeout_ms: int = 0) -> None:
        self.topics = list(topics)
        self.timeout_ms = timeout_ms


class DeleteRecordsTopic(Struct):
    """The partitions to delete from, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[DeleteRecordsPartition]
    """The partitions to delete from."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[DeleteRecordsPartition] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class DeleteRecordsPartition(Struct):
    """The partitions to delete from."""

    __slots__ = (
        "partition_index",
        "offset",
    )

    partition_index: int
    """The partition's number."""

    offset: int
    """The first offset to keep; -1 deletes everything below the high watermark."""

    def __init__(self, *, partition_index: int = 0, offset: int = 0) -> None:
        self.partition_index = partition_index
        self.offset = offset


class DeleteRecordsResponse(Message):
    """Where the logs begin now."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 21
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    topics: list[DeleteRecordsTopicResult]
    """Outcomes by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, topics: Iterable[DeleteRecordsTopicResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class DeleteRecordsTopicResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[DeleteRecordsPartitionResult]
    """Outcomes by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[DeleteRecordsPartitionResult] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class DeleteRecordsPartitionResult(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "low_watermark",
        "error_code",
    )

    partition_index: int
    """The partition's number."""

    low_watermark: int
    """The log start offset after the deletion; -1 on an error."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    def __init__(
        self, *, partition_index: int = 0, low_watermark: int = 0, error_code: int = 0
    ) -> None:
        self.partition_index = partition_index
        self.low_watermark = low_watermark
        self.error_code = error_code


def _write_delete_records_request_v0_v1(message: DeleteRecordsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for delete_records_topic in message.topics:
        _write_delete_records_topic_v0_v1(delete_records_topic, parts)
    parts.append(_pack_i(message.timeout_ms))


def _read_delete_records_request_v0_v1(
    data: bytes, offset: int
) -> tuple[DeleteRecordsRequest, int]:
    message = _new(DeleteRecordsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DeleteRecordsRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("DeleteRecordsRequest.topics", count)
    topics: list[DeleteRecordsTopic] = []
    for _ in range(count):
        delete_records_topic, offset = _read_delete_records_topic_v0_v1(data, offset)
        topics.append(delete_records_topic)
    message.topics = topics
    (message.timeout_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_delete_records_request_v2(message: DeleteRecordsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_records_topic in message.topics:
        _write_delete_records_topic_v2(delete_records_topic, parts)
    parts.append(_pack_i0(message.timeout_ms))


def _read_delete_records_request_v2(data: bytes, offset: int) -> tuple[DeleteRecordsRequest, int]:
    message = _new(DeleteRecordsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteRecordsRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DeleteRecordsRequest.topics", count)
    topics: list[DeleteRecordsTopic] = []
    for _ in range(count):
        delete_records_topic, offset = _read_delete_records_topic_v2(data, offset)
        topics.append(delete_records_topic)
    message.topics = topics
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_records_topic_v0_v1(message: DeleteRecordsTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for delete_records_partition in message.partitions:
        _write_delete_records_partition_v0_v1(delete_records_partition, parts)


def _read_delete_records_topic_v0_v1(data: bytes, offset: int) -> tuple[DeleteRecordsTopic, int]:
    message = _new(DeleteRecordsTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DeleteRecordsTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DeleteRecordsTopic.partitions")
    if count * 12 > len(data) - offset:
        raise count_refused("DeleteRecordsTopic.partitions", count)
    partitions: list[DeleteRecordsPartition] = []
    for _ in range(count):
        delete_records_partition, offset = _read_delete_records_partition_v0_v1(data, offset)
        partitions.append(delete_records_partition)
    message.partitions = partitions
    return message, offset


def _write_delete_records_topic_v2(message: DeleteRecordsTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_records_partition in message.partitions:
        _write_delete_records_partition_v2(delete_records_partition, parts)
    parts.append(b"\x00")


def _read_delete_records_topic_v2(data: bytes, offset: int) -> tuple[DeleteRecordsTopic, int]:
    message = _new(DeleteRecordsTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteRecordsTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteRecordsTopic.partitions")
    count -= 1
    if count * 13 > len(data) - offset:
        raise count_refused("DeleteRecordsTopic.partitions", count)
    partitions: list[DeleteRecordsPartition] = []
    for _ in range(count):
        delete_records_partition, offset = _read_delete_records_partition_v2(data, offset)
        partitions.append(delete_records_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_records_partition_v0_v1(
    message: DeleteRecordsPartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq(message.partition_index, message.offset))


def _read_delete_records_partition_v0_v1(
    data: bytes, offset: int
) -> tuple[DeleteRecordsPartition, int]:
    message = _new(DeleteRecordsPartition)
    message.partition_index, message.offset = _unpack_iq(data, offset)
    offset += 12
    return message, offset


def _write_delete_records_partition_v2(
    message: DeleteRecordsPartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq0(message.partition_index, message.offset))


def _read_delete_records_partition_v2(
    data: bytes, offset: int
) -> tuple[DeleteRecordsPartition, int]:
    message = _new(DeleteRecordsPartition)
    message.partition_index, message.offset, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_records_response_v0_v1(
    message: DeleteRecordsResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for delete_records_topic_result in message.topics:
        _write_delete_records_topic_result_v0_v1(delete_records_topic_result, parts)


def _read_delete_records_response_v0_v1(
    data: bytes, offset: int
) -> tuple[DeleteRecordsResponse, int]:
    message = _new(DeleteRecordsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DeleteRecordsResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("DeleteRecordsResponse.topics", count)
    topics: list[DeleteRecordsTopicResult] = []
    for _ in range(count):
        delete_records_topic_result, offset = _read_delete_records_topic_result_v0_v1(data, offset)
        topics.append(delete_records_topic_result)
    message.topics = topics
    return message, offset


def _write_delete_records_response_v2(message: DeleteRecordsResponse, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for delete_records_topic_result in message.topics:
        _write_delete_records_topic_result_v2(delete_records_topic_result, parts)
    parts.append(b"\x00")


def _read_delete_records_response_v2(data: bytes, offset: int) -> tuple[DeleteRecordsResponse, int]:
    message = _new(DeleteRecordsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteRecordsResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DeleteRecordsResponse.topics", count)
    topics: list[DeleteRecordsTopicResult] = []
    for _ in range(count):
        delete_records_topic_result, offset = _read_delete_records_topic_result_v2(data, offset)
        topics.append(delete_records_topic_result)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_records_topic_result_v0_v1(
    message: DeleteRecordsTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for delete_records_partition_result in message.partitions:
        _write_delete_records_partition_result_v0_v1(delete_records_partition_result, parts)


def _read_delete_records_topic_result_v0_v1(
    data: bytes, offset: int
) -> tuple[DeleteRecordsTopicResult, int]:
    message = _new(DeleteRecordsTopicResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DeleteRecordsTopicResult.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DeleteRecordsTopicResult.partitions")
    if count * 14 > len(data) - offset:
        raise count_refused("DeleteRecordsTopicResult.partitions", count)
    partitions: list[DeleteRecordsPartitionResult] = []
    for _ in range(count):
        delete_records_partition_result, offset = _read_delete_records_partition_result_v0_v1(
            data, offset
        )
        partitions.append(delete_records_partition_result)
    message.partitions = partitions
    return message, offset


def _write_delete_records_topic_result_v2(
    message: DeleteRecordsTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_records_partition_result in message.partitions:
        _write_delete_records_partition_result_v2(delete_records_partition_result, parts)
    parts.append(b"\x00")


def _read_delete_records_topic_result_v2(
    data: bytes, offset: int
) -> tuple[DeleteRecordsTopicResult, int]:
    message = _new(DeleteRecordsTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteRecordsTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteRecordsTopicResult.partitions")
    count -= 1
    if count * 15 > len(data) - offset:
        raise count_refused("DeleteRecordsTopicResult.partitions", count)
    partitions: list[DeleteRecordsPartitionResult] = []
    for _ in range(count):
        delete_records_partition_result, offset = _read_delete_records_partition_result_v2(
            data, offset
        )
        partitions.append(delete_records_partition_result)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_records_partition_result_v0_v1(
    message: DeleteRecordsPartitionResult, parts: list[Buffer]
) -> None:
    parts.append(_pack_iqh(message.partition_index, message.low_watermark, message.error_code))


def _read_delete_records_partition_result_v0_v1(
    data: bytes, offset: int
) -> tuple[DeleteRecordsPartitionResult, int]:
    message = _new(DeleteRecordsPartitionResult)
    message.partition_index, message.low_watermark, message.error_code = _unpack_iqh(data, offset)
    offset += 14
    return message, offset


def _write_delete_records_partition_result_v2(
    message: DeleteRecordsPartitionResult, parts: list[Buffer]
) -> None:
    parts.append(_pack_iqh0(message.partition_index, message.low_watermark, message.error_code))


def _read_delete_records_partition_result_v2(
    data: bytes, offset: int
) -> tuple[DeleteRecordsPartitionResult, int]:
    message = _new(DeleteRecordsPartitionResult)
    message.partition_index, message.low_watermark, message.error_code, count = _unpack_iqhB(
        data, offset
    )
    offset += 15
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DeleteRecordsRequest.WRITERS = {
    0: _write_delete_records_request_v0_v1,
    1: _write_delete_records_request_v0_v1,
    2: _write_delete_records_request_v2,
}
DeleteRecordsRequest.READERS = {
    0: _read_delete_records_request_v0_v1,
    1: _read_delete_records_request_v0_v1,
    2: _read_delete_records_request_v2,
}
DeleteRecordsResponse.WRITERS = {
    0: _write_delete_records_response_v0_v1,
    1: _write_delete_records_response_v0_v1,
    2: _write_delete_records_response_v2,
}
DeleteRecordsResponse.READERS = {
    0: _read_delete_records_response_v0_v1,
    1: _read_delete_records_response_v0_v1,
    2: _read_delete_records_response_v2,
}
