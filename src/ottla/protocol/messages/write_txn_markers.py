# SPDX-License-Identifier: Apache-2.0
"""WriteTxnMarkers (key 27).

Writes the markers that end a transaction into its partitions. From the transaction coordinator.

Errors: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, INVALID_PRODUCER_EPOCH,
TRANSACTION_COORDINATOR_FENCED, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT,
CLUSTER_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR.

Generated from `definitions/write_txn_markers.txt` by `make gen`.
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
_q = Format(">q")
_pack_q = _q.pack
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_qB = Format(">qB")
_pack_qB = _qB.pack
_unpack_qB = _qB.unpack_from
_ib0 = Format(">ibx")
_pack_ib0 = _ib0.pack
_ibB = Format(">ibB")
_unpack_ibB = _ibB.unpack_from
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_unpack_ihB = _ihB.unpack_from
_qht = Format(">qh?")
_pack_qht = _qht.pack
_qhtB = Format(">qh?B")
_pack_qhtB = _qhtB.pack
_unpack_qhtB = _qhtB.unpack_from


class WriteTxnMarkersRequest(Message):
    """The markers by producer."""

    __slots__ = ("markers",)

    API_KEY = 27
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 1

    markers: list[WritableTxnMarker]
    """The markers to write, by producer."""

    def __init__(self, *, markers: Iterable[WritableTxnMarker] = ()) -> None:
        self.markers = list(markers)


class WritableTxnMarker(Struct):
    """The markers to write, by producer."""

    __slots__ = (
        "producer_id",
        "producer_epoch",
        "transaction_result",
        "topics",
        "coordinator_epoch",
        "transaction_version",
    )

    producer_id: int
    """The producer's id."""

    producer_epoch: int
    """The producer's epoch: an instance with an older one is fenced."""

    transaction_result: bool
    """Whether the transaction is committed; else it is aborted."""

    topics: list[WritableTxnMarkerTopic]
    """The partitions to mark, by topic."""

    coordinator_epoch: int
    """The epoch of the sending coordinator, to fence an earlier one."""

    transaction_version: int
    """The version of the transaction protocol that the producer uses. (versions 2+)"""

    def __init__(
        self,
        *,
        producer_id: int = 0,
        producer_epoch: int = 0,
        transaction_result: bool = False,
        topics: Iterable[WritableTxnMarkerTopic] = (),
        coordinator_epoch: int = 0,
        transaction_version: int = 0,
    ) -> None:
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.transaction_result = transaction_result
        self.topics = list(topics)
        self.coordinator_epoch = coordinator_epoch
        self.transaction_version = transaction_version


class WritableTxnMarkerTopic(Struct):
    """The partitions to mark, by topic."""

    __slots__ = (
        "name",
        "partition_indexes",
    )

    name: str
    """The topic's name."""

    partition_indexes: list[int]
    """Numbers of the partitions to mark."""

    def __init__(self, *, name: str = "", partition_indexes: Iterable[int] = ()) -> None:
        self.name = name
        self.partition_indexes = list(partition_indexes)


class WriteTxnMarkersResponse(Message):
    """Outcomes by partition."""

    __slots__ = ("markers",)

    API_KEY = 27
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 1

    markers: list[WritableTxnMarkerResult]
    """Outcomes by producer."""

    def __init__(self, *, markers: Iterable[WritableTxnMarkerResult] = ()) -> None:
        self.markers = list(markers)


class WritableTxnMarkerResult(Struct):
    """Outcomes by producer."""

    __slots__ = (
        "producer_id",
        "topics",
    )

    producer_id: int
    """The producer's id."""

    topics: list[WritableTxnMarkerTopicResult]
    """Outcomes by topic."""

    def __init__(
        self, *, producer_id: int = 0, topics: Iterable[WritableTxnMarkerTopicResult] = ()
    ) -> None:
        self.producer_id = producer_id
        self.topics = list(topics)


class WritableTxnMarkerTopicResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[WritableTxnMarkerPartitionResult]
    """Outcomes by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[WritableTxnMarkerPartitionResult] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class WritableTxnMarkerPartitionResult(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    def __init__(self, *, partition_index: int = 0, error_code: int = 0) -> None:
        self.partition_index = partition_index
        self.error_code = error_code


def _write_write_txn_markers_request_v1(
    message: WriteTxnMarkersRequest, parts: list[Buffer]
) -> None:
    count = len(message.markers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for writable_txn_marker in message.markers:
        _write_writable_txn_marker_v1(writable_txn_marker, parts)
    parts.append(b"\x00")


def _read_write_txn_markers_request_v1(
    data: bytes, offset: int
) -> tuple[WriteTxnMarkersRequest, int]:
    message = _new(WriteTxnMarkersRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteTxnMarkersRequest.markers")
    count -= 1
    if count * 17 > len(data) - offset:
        raise count_refused("WriteTxnMarkersRequest.markers", count)
    markers: list[WritableTxnMarker] = []
    for _ in range(count):
        writable_txn_marker, offset = _read_writable_txn_marker_v1(data, offset)
        markers.append(writable_txn_marker)
    message.markers = markers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_write_txn_markers_request_v2(
    message: WriteTxnMarkersRequest, parts: list[Buffer]
) -> None:
    count = len(message.markers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for writable_txn_marker in message.markers:
        _write_writable_txn_marker_v2(writable_txn_marker, parts)
    parts.append(b"\x00")


def _read_write_txn_markers_request_v2(
    data: bytes, offset: int
) -> tuple[WriteTxnMarkersRequest, int]:
    message = _new(WriteTxnMarkersRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteTxnMarkersRequest.markers")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("WriteTxnMarkersRequest.markers", count)
    markers: list[WritableTxnMarker] = []
    for _ in range(count):
        writable_txn_marker, offset = _read_writable_txn_marker_v2(data, offset)
        markers.append(writable_txn_marker)
    message.markers = markers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_writable_txn_marker_v1(message: WritableTxnMarker, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_qhtB(message.producer_id, message.producer_epoch, message.transaction_result, count)
        if count < 128
        else _pack_qht(message.producer_id, message.producer_epoch, message.transaction_result)
        + uvarint(count)
    )
    for writable_txn_marker_topic in message.topics:
        _write_writable_txn_marker_topic_v1_v2(writable_txn_marker_topic, parts)
    parts.append(_pack_i0(message.coordinator_epoch))


def _read_writable_txn_marker_v1(data: bytes, offset: int) -> tuple[WritableTxnMarker, int]:
    message = _new(WritableTxnMarker)
    message.transaction_version = 0
    message.producer_id, message.producer_epoch, message.transaction_result, count = _unpack_qhtB(
        data, offset
    )
    offset += 12
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WritableTxnMarker.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("WritableTxnMarker.topics", count)
    topics: list[WritableTxnMarkerTopic] = []
    for _ in range(count):
        writable_txn_marker_topic, offset = _read_writable_txn_marker_topic_v1_v2(data, offset)
        topics.append(writable_txn_marker_topic)
    message.topics = topics
    message.coordinator_epoch, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_writable_txn_marker_v2(message: WritableTxnMarker, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_qhtB(message.producer_id, message.producer_epoch, message.transaction_result, count)
        if count < 128
        else _pack_qht(message.producer_id, message.producer_epoch, message.transaction_result)
        + uvarint(count)
    )
    for writable_txn_marker_topic in message.topics:
        _write_writable_txn_marker_topic_v1_v2(writable_txn_marker_topic, parts)
    parts.append(_pack_ib0(message.coordinator_epoch, message.transaction_version))


def _read_writable_txn_marker_v2(data: bytes, offset: int) -> tuple[WritableTxnMarker, int]:
    message = _new(WritableTxnMarker)
    message.producer_id, message.producer_epoch, message.transaction_result, count = _unpack_qhtB(
        data, offset
    )
    offset += 12
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WritableTxnMarker.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("WritableTxnMarker.topics", count)
    topics: list[WritableTxnMarkerTopic] = []
    for _ in range(count):
        writable_txn_marker_topic, offset = _read_writable_txn_marker_topic_v1_v2(data, offset)
        topics.append(writable_txn_marker_topic)
    message.topics = topics
    message.coordinator_epoch, message.transaction_version, count = _unpack_ibB(data, offset)
    offset += 6
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_writable_txn_marker_topic_v1_v2(
    message: WritableTxnMarkerTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_indexes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partition_indexes))
    parts.append(b"\x00")


def _read_writable_txn_marker_topic_v1_v2(
    data: bytes, offset: int
) -> tuple[WritableTxnMarkerTopic, int]:
    message = _new(WritableTxnMarkerTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("WritableTxnMarkerTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WritableTxnMarkerTopic.partition_indexes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("WritableTxnMarkerTopic.partition_indexes", count)
    message.partition_indexes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_write_txn_markers_response_v1_v2(
    message: WriteTxnMarkersResponse, parts: list[Buffer]
) -> None:
    count = len(message.markers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for writable_txn_marker_result in message.markers:
        _write_writable_txn_marker_result_v1_v2(writable_txn_marker_result, parts)
    parts.append(b"\x00")


def _read_write_txn_markers_response_v1_v2(
    data: bytes, offset: int
) -> tuple[WriteTxnMarkersResponse, int]:
    message = _new(WriteTxnMarkersResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WriteTxnMarkersResponse.markers")
    count -= 1
    if count * 10 > len(data) - offset:
        raise count_refused("WriteTxnMarkersResponse.markers", count)
    markers: list[WritableTxnMarkerResult] = []
    for _ in range(count):
        writable_txn_marker_result, offset = _read_writable_txn_marker_result_v1_v2(data, offset)
        markers.append(writable_txn_marker_result)
    message.markers = markers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_writable_txn_marker_result_v1_v2(
    message: WritableTxnMarkerResult, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_qB(message.producer_id, count)
        if count < 128
        else _pack_q(message.producer_id) + uvarint(count)
    )
    for writable_txn_marker_topic_result in message.topics:
        _write_writable_txn_marker_topic_result_v1_v2(writable_txn_marker_topic_result, parts)
    parts.append(b"\x00")


def _read_writable_txn_marker_result_v1_v2(
    data: bytes, offset: int
) -> tuple[WritableTxnMarkerResult, int]:
    message = _new(WritableTxnMarkerResult)
    message.producer_id, count = _unpack_qB(data, offset)
    offset += 9
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WritableTxnMarkerResult.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("WritableTxnMarkerResult.topics", count)
    topics: list[WritableTxnMarkerTopicResult] = []
    for _ in range(count):
        writable_txn_marker_topic_result, offset = _read_writable_txn_marker_topic_result_v1_v2(
            data, offset
        )
        topics.append(writable_txn_marker_topic_result)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_writable_txn_marker_topic_result_v1_v2(
    message: WritableTxnMarkerTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for writable_txn_marker_partition_result in message.partitions:
        _write_writable_txn_marker_partition_result_v1_v2(
            writable_txn_marker_partition_result, parts
        )
    parts.append(b"\x00")


def _read_writable_txn_marker_topic_result_v1_v2(
    data: bytes, offset: int
) -> tuple[WritableTxnMarkerTopicResult, int]:
    message = _new(WritableTxnMarkerTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("WritableTxnMarkerTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("WritableTxnMarkerTopicResult.partitions")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("WritableTxnMarkerTopicResult.partitions", count)
    partitions: list[WritableTxnMarkerPartitionResult] = []
    for _ in range(count):
        writable_txn_marker_partition_result, offset = (
            _read_writable_txn_marker_partition_result_v1_v2(data, offset)
        )
        partitions.append(writable_txn_marker_partition_result)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_writable_txn_marker_partition_result_v1_v2(
    message: WritableTxnMarkerPartitionResult, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih0(message.partition_index, message.error_code))


def _read_writable_txn_marker_partition_result_v1_v2(
    data: bytes, offset: int
) -> tuple[WritableTxnMarkerPartitionResult, int]:
    message = _new(WritableTxnMarkerPartitionResult)
    message.partition_index, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


WriteTxnMarkersRequest.WRITERS = {
    1: _write_write_txn_markers_request_v1,
    2: _write_write_txn_markers_request_v2,
}
WriteTxnMarkersRequest.READERS = {
    1: _read_write_txn_markers_request_v1,
    2: _read_write_txn_markers_request_v2,
}
WriteTxnMarkersResponse.WRITERS = {
    1: _write_write_txn_markers_response_v1_v2,
    2: _write_write_txn_markers_response_v1_v2,
}
WriteTxnMarkersResponse.READERS = {
    1: _read_write_txn_markers_response_v1_v2,
    2: _read_write_txn_markers_response_v1_v2,
}
