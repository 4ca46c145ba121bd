# SPDX-License-Identifier: Apache-2.0
"""Produce (key 0).

Appends record batches to partitions. Up to version 12 topics are named, from version 13
identified.

Errors: CORRUPT_MESSAGE, UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, NOT_LEADER_OR_FOLLOWER,
MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND,
INVALID_REQUIRED_ACKS, INVALID_TIMESTAMP, INVALID_RECORD, INVALID_TOPIC_EXCEPTION,
UNSUPPORTED_COMPRESSION_TYPE, UNSUPPORTED_FOR_MESSAGE_FORMAT, OUT_OF_ORDER_SEQUENCE_NUMBER,
DUPLICATE_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER_ID,
INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE, CONCURRENT_TRANSACTIONS, TRANSACTION_ABORTABLE,
TOPIC_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED,
KAFKA_STORAGE_ERROR, REQUEST_TIMED_OUT.

Generated from `definitions/produce.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    TAGGED_FIELDS_MAX,
    ZERO_UUID,
    count_refused,
    field_unsupported,
    null_refused,
    read_long_uvarint,
    read_tag,
    size_refused,
    skip_tagged_fields,
    tagged_field,
    too_many_tagged_fields,
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
_u = Format(">16s")
_pack_u = _u.pack
_hi = Format(">hi")
_pack_hi = _hi.pack
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_hiB = Format(">hiB")
_pack_hiB = _hiB.pack
_unpack_hiB = _hiB.unpack_from
_hii = Format(">hii")
_pack_hii = _hii.pack
_unpack_hii = _hii.unpack_from
_ii0 = Format(">iix")
_pack_ii0 = _ii0.pack
_iiB = Format(">iiB")
_unpack_iiB = _iiB.unpack_from
_ihqq = Format(">ihqq")
_pack_ihqq = _ihqq.pack
_unpack_ihqq = _ihqq.unpack_from
_ihqqq = Format(">ihqqq")
_pack_ihqqq = _ihqqq.pack
_unpack_ihqqq = _ihqqq.unpack_from
_ihqqqB = Format(">ihqqqB")
_pack_ihqqqB = _ihqqqB.pack
_unpack_ihqqqB = _ihqqqB.unpack_from
_ihqqqi = Format(">ihqqqi")
_pack_ihqqqi = _ihqqqi.pack
_unpack_ihqqqi = _ihqqqi.unpack_from


class ProduceRequest(Message):
    """The batches, and who must have them before the answer."""

    __slots__ = (
        "transactional_id",
        "acks",
        "timeout_ms",
        "topic_data",
    )

    API_KEY = 0
    VERSIONS = range(3, 14)
    FLEXIBLE_FROM = 9

    transactional_id: str | None
    """The transactional id; null when the records belong to no transaction. (may be None)"""

    acks: int
    """Who must have the records before the answer: 0 nobody (no answer is sent), 1 the leader, -1
    all in-sync replicas.
    """

    timeout_ms: int
    """Milliseconds to wait for the replicas that `acks` asks for."""

    topic_data: list[TopicProduceData]
    """The record batches, by topic."""

    def __init__(
        self,
        *,
        transactional_id: str | None = None,
        acks: int = 0,
        timeout_ms: int = 0,
        topic_data: Iterable[TopicProduceData] = (),
    ) -> None:
        self.transactional_id = transactional_id
        self.acks = acks
        self.timeout_ms = timeout_ms
        self.topic_data = list(topic_data)


class TopicProduceData(Struct):
    """The record batches, by topic."""

    __slots__ = (
        "name",
        "topic_id",
        "partition_data",
    )

    name: str
    """The topic's name. (versions 3-12)"""

    topic_id: bytes
    """The topic's identifier. (versions 13+)"""

    partition_data: list[PartitionProduceData]
    """The record batches, by partition."""

    def __init__(
        self,
        *,
        name: str = "",
        topic_id: bytes = ZERO_UUID,
        partition_data: Iterable[PartitionProduceData] = (),
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.partition_data = list(partition_data)


class PartitionProduceData(Struct):
    """The record batches, by partition."""

    __slots__ = (
        "index",
        "records",
    )

    index: int
    """The partition's number."""

    records: Buffer | None
    """The record batches to append. (may be None)"""

    def __init__(self, *, index: int = 0, records: Buffer | None = b"") -> None:
        self.index = index
        self.records = records


class ProduceResponse(Message):
    """Where the records were written. Not sent when `acks` is 0."""

    __slots__ = (
        "responses",
        "throttle_time_ms",
        "node_endpoints",
    )

    API_KEY = 0
    VERSIONS = range(3, 14)
    FLEXIBLE_FROM = 9

    responses: list[TopicProduceResponse]
    """Outcomes by topic."""

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    node_endpoints: list[NodeEndpoint]
    """Addresses of the leaders that partitions below name. (versions 10+)"""

    def __init__(
        self,
        *,
        responses: Iterable[TopicProduceResponse] = (),
        throttle_time_ms: int = 0,
        node_endpoints: Iterable[NodeEndpoint] = (),
    ) -> None:
        self.responses = list(responses)
        self.throttle_time_ms = throttle_time_ms
        self.node_endpoints = list(node_endpoints)


class NodeEndpoint(Struct):
    """Addresses of the leaders that partitions below name."""

    __slots__ = (
        "node_id",
        "host",
        "port",
        "rack",
    )

    node_id: int
    """The broker's id."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    rack: str | None
    """The rack that the broker runs in; null when it has none. (may be None)"""

    def __init__(
        self, *, node_id: int = 0, host: str = "", port: int = 0, rack: str | None = None
    ) -> None:
        self.node_id = node_id
        self.host = host
        self.port = port
        self.rack = rack


class TopicProduceResponse(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "topic_id",
        "partition_responses",
    )

    name: str
    """The topic's name. (versions 3-12)"""

    topic_id: bytes
    """The topic's identifier. (versions 13+)"""

    partition_responses: list[PartitionProduceResponse]
    """Outcomes by partition."""

    def __init__(
        self,
        *,
        name: str = "",
        topic_id: bytes = ZERO_UUID,
        partition_responses: Iterable[PartitionProduceResponse] = (),
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.partition_responses = list(partition_responses)


class PartitionProduceResponse(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "index",
        "error_code",
        "base_offset",
        "log_append_time_ms",
        "log_start_offset",
        "record_errors",
        "error_message",
        "current_leader",
    )

    index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    base_offset: int
    """The offset of the first record that was written."""

    log_append_time_ms: int
    """The time that the broker stamped on the records; -1 when the producer's timestamps stay.
    """

    log_start_offset: int
    """The first offset that can still be read; -1 when unknown. (versions 5+)"""

    record_errors: list[BatchIndexAndErrorMessage]
    """Records that made the broker refuse the batch. (versions 8+)"""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (versions 8+; may be
    None)
    """

    current_leader: LeaderIdAndEpoch
    """Who leads the partition, when the request came to a broker that does not. (versions 10+)
    """

    def __init__(
        self,
        *,
        index: int = 0,
        error_code: int = 0,
        base_offset: int = 0,
        log_append_time_ms: int = -1,
        log_start_offset: int = -1,
        record_errors: Iterable[BatchIndexAndErrorMessage] = (),
        error_message: str | None = None,
        current_leader: LeaderIdAndEpoch | None = None,
    ) -> None:
        self.index = index
        self.error_code = error_code
        self.base_offset = base_offset
        self.log_append_time_ms = log_append_time_ms
        self.log_start_offset = log_start_offset
        self.record_errors = list(record_errors)
        self.error_message = error_message
        self.current_leader = LeaderIdAndEpoch() if current_leader is None else current_leader


class LeaderIdAndEpoch(Struct):
    """Who leads the partition, when the request came to a broker that does not."""

    __slots__ = (
        "leader_id",
        "leader_epoch",
    )

    leader_id: int
    """The broker that leads the partition now; -1 when it is unknown."""

    leader_epoch: int
    """The leader's epoch; -1 when it is unknown."""

    def __init__(self, *, leader_id: int = -1, leader_epoch: int = -1) -> None:
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch


class BatchIndexAndErrorMessage(Struct):
    """Records that made the broker refuse the batch."""

    __slots__ = (
        "batch_index",
        "batch_index_error_message",
    )

    batch_index: int
    """The record's number in its batch."""

    batch_index_error_message: str | None
    """What is wrong with the record; may be null. (may be None)"""

    def __init__(
        self, *, batch_index: int = 0, batch_index_error_message: str | None = None
    ) -> None:
        self.batch_index = batch_index
        self.batch_index_error_message = batch_index_error_message


def _write_produce_request_v3_v8(message: ProduceRequest, parts: list[Buffer]) -> None:
    if message.transactional_id is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.transactional_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topic_data)
    parts.append(_pack_hii(message.acks, message.timeout_ms, count))
    for topic_produce_data in message.topic_data:
        _write_topic_produce_data_v3_v8(topic_produce_data, parts)


def _read_produce_request_v3_v8(data: bytes, offset: int) -> tuple[ProduceRequest, int]:
    message = _new(ProduceRequest)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("ProduceRequest.transactional_id")
        message.transactional_id = None
    else:
        end = offset + length
        message.transactional_id = data[offset:end].decode()
        offset = end
    message.acks, message.timeout_ms, count = _unpack_hii(data, offset)
    offset += 10
    if count < 0:
        raise null_refused("ProduceRequest.topic_data")
    if count * 6 > len(data) - offset:
        raise count_refused("ProduceRequest.topic_data", count)
    topic_data: list[TopicProduceData] = []
    for _ in range(count):
        topic_produce_data, offset = _read_topic_produce_data_v3_v8(data, offset)
        topic_data.append(topic_produce_data)
    message.topic_data = topic_data
    return message, offset


def _write_produce_request_v9_v12(message: ProduceRequest, parts: list[Buffer]) -> None:
    if message.transactional_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.transactional_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topic_data) + 1
    parts.append(
        _pack_hiB(message.acks, message.timeout_ms, count)
        if count < 128
        else _pack_hi(message.acks, message.timeout_ms) + uvarint(count)
    )
    for topic_produce_data in message.topic_data:
        _write_topic_produce_data_v9_v12(topic_produce_data, parts)
    parts.append(b"\x00")


def _read_produce_request_v9_v12(data: bytes, offset: int) -> tuple[ProduceRequest, int]:
    message = _new(ProduceRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.transactional_id = None
    else:
        end = offset + length - 1
        message.transactional_id = data[offset:end].decode()
        offset = end
    message.acks, message.timeout_ms, count = _unpack_hiB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ProduceRequest.topic_data")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ProduceRequest.topic_data", count)
    topic_data: list[TopicProduceData] = []
    for _ in range(count):
        topic_produce_data, offset = _read_topic_produce_data_v9_v12(data, offset)
        topic_data.append(topic_produce_data)
    message.topic_data = topic_data
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_produce_request_v13(message: ProduceRequest, parts: list[Buffer]) -> None:
    if message.transactional_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.transactional_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topic_data) + 1
    parts.append(
        _pack_hiB(message.acks, message.timeout_ms, count)
        if count < 128
        else _pack_hi(message.acks, message.timeout_ms) + uvarint(count)
    )
    for topic_produce_data in message.topic_data:
        _write_topic_produce_data_v13(topic_produce_data, parts)
    parts.append(b"\x00")


def _read_produce_request_v13(data: bytes, offset: int) -> tuple[ProduceRequest, int]:
    message = _new(ProduceRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.transactional_id = None
    else:
        end = offset + length - 1
        message.transactional_id = data[offset:end].decode()
        offset = end
    message.acks, message.timeout_ms, count = _unpack_hiB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ProduceRequest.topic_data")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ProduceRequest.topic_data", count)
    topic_data: list[TopicProduceData] = []
    for _ in range(count):
        topic_produce_data, offset = _read_topic_produce_data_v13(data, offset)
        topic_data.append(topic_produce_data)
    message.topic_data = topic_data
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_produce_data_v3_v8(message: TopicProduceData, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partition_data)
    parts.append(_pack_i(count))
    for partition_produce_data in message.partition_data:
        _write_partition_produce_data_v3_v8(partition_produce_data, parts)


def _read_topic_produce_data_v3_v8(data: bytes, offset: int) -> tuple[TopicProduceData, int]:
    message = _new(TopicProduceData)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TopicProduceData.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TopicProduceData.partition_data")
    if count * 8 > len(data) - offset:
        raise count_refused("TopicProduceData.partition_data", count)
    partition_data: list[PartitionProduceData] = []
    for _ in range(count):
        partition_produce_data, offset = _read_partition_produce_data_v3_v8(data, offset)
        partition_data.append(partition_produce_data)
    message.partition_data = partition_data
    return message, offset


def _write_topic_produce_data_v9_v12(message: TopicProduceData, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for partition_produce_data in message.partition_data:
        _write_partition_produce_data_v9_v13(partition_produce_data, parts)
    parts.append(b"\x00")


def _read_topic_produce_data_v9_v12(data: bytes, offset: int) -> tuple[TopicProduceData, int]:
    message = _new(TopicProduceData)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicProduceData.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicProduceData.partition_data")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("TopicProduceData.partition_data", count)
    partition_data: list[PartitionProduceData] = []
    for _ in range(count):
        partition_produce_data, offset = _read_partition_produce_data_v9_v13(data, offset)
        partition_data.append(partition_produce_data)
    message.partition_data = partition_data
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_produce_data_v13(message: TopicProduceData, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partition_data) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_produce_data in message.partition_data:
        _write_partition_produce_data_v9_v13(partition_produce_data, parts)
    parts.append(b"\x00")


def _read_topic_produce_data_v13(data: bytes, offset: int) -> tuple[TopicProduceData, int]:
    message = _new(TopicProduceData)
    message.name = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicProduceData.partition_data")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("TopicProduceData.partition_data", count)
    partition_data: list[PartitionProduceData] = []
    for _ in range(count):
        partition_produce_data, offset = _read_partition_produce_data_v9_v13(data, offset)
        partition_data.append(partition_produce_data)
    message.partition_data = partition_data
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_produce_data_v3_v8(message: PartitionProduceData, parts: list[Buffer]) -> None:
    if message.records is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.records
        length = len(payload)
    parts.append(_pack_ii(message.index, length))
    parts.append(payload)


def _read_partition_produce_data_v3_v8(
    data: bytes, offset: int
) -> tuple[PartitionProduceData, int]:
    message = _new(PartitionProduceData)
    message.index, length = _unpack_ii(data, offset)
    offset += 8
    if length < 0:
        if length != -1:
            raise null_refused("PartitionProduceData.records")
        message.records = None
    else:
        end = offset + length
        message.records = data[offset:end]
        offset = end
    return message, offset


def _write_partition_produce_data_v9_v13(
    message: PartitionProduceData, parts: list[Buffer]
) -> None:
    if message.records is None:
        payload: Buffer = b""
        length = 0
    else:
        payload = message.records
        length = len(payload) + 1
    parts.append(
        _pack_iB(message.index, length)
        if length < 128
        else _pack_i(message.index) + uvarint(length)
    )
    parts.append(payload)
    parts.append(b"\x00")


def _read_partition_produce_data_v9_v13(
    data: bytes, offset: int
) -> tuple[PartitionProduceData, int]:
    message = _new(PartitionProduceData)
    message.index, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.records = None
    else:
        end = offset + length - 1
        message.records = data[offset:end]
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_produce_response_v3_v4(message: ProduceResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("ProduceResponse.node_endpoints", "3-4")
    count = len(message.responses)
    parts.append(_pack_i(count))
    for topic_produce_response in message.responses:
        _write_topic_produce_response_v3_v4(topic_produce_response, parts)
    parts.append(_pack_i(message.throttle_time_ms))


def _read_produce_response_v3_v4(data: bytes, offset: int) -> tuple[ProduceResponse, int]:
    message = _new(ProduceResponse)
    message.node_endpoints = []
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ProduceResponse.responses")
    if count * 6 > len(data) - offset:
        raise count_refused("ProduceResponse.responses", count)
    responses: list[TopicProduceResponse] = []
    for _ in range(count):
        topic_produce_response, offset = _read_topic_produce_response_v3_v4(data, offset)
        responses.append(topic_produce_response)
    message.responses = responses
    (message.throttle_time_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_produce_response_v5_v7(message: ProduceResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("ProduceResponse.node_endpoints", "5-7")
    count = len(message.responses)
    parts.append(_pack_i(count))
    for topic_produce_response in message.responses:
        _write_topic_produce_response_v5_v7(topic_produce_response, parts)
    parts.append(_pack_i(message.throttle_time_ms))


def _read_produce_response_v5_v7(data: bytes, offset: int) -> tuple[ProduceResponse, int]:
    message = _new(ProduceResponse)
    message.node_endpoints = []
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ProduceResponse.responses")
    if count * 6 > len(data) - offset:
        raise count_refused("ProduceResponse.responses", count)
    responses: list[TopicProduceResponse] = []
    for _ in range(count):
        topic_produce_response, offset = _read_topic_produce_response_v5_v7(data, offset)
        responses.append(topic_produce_response)
    message.responses = responses
    (message.throttle_time_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_produce_response_v8(message: ProduceResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("ProduceResponse.node_endpoints", "8")
    count = len(message.responses)
    parts.append(_pack_i(count))
    for topic_produce_response in message.responses:
        _write_topic_produce_response_v8(topic_produce_response, parts)
    parts.append(_pack_i(message.throttle_time_ms))


def _read_produce_response_v8(data: bytes, offset: int) -> tuple[ProduceResponse, int]:
    message = _new(ProduceResponse)
    message.node_endpoints = []
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ProduceResponse.responses")
    if count * 6 > len(data) - offset:
        raise count_refused("ProduceResponse.responses", count)
    responses: list[TopicProduceResponse] = []
    for _ in range(count):
        topic_produce_response, offset = _read_topic_produce_response_v8(data, offset)
        responses.append(topic_produce_response)
    message.responses = responses
    (message.throttle_time_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_produce_response_v9(message: ProduceResponse, parts: list[Buffer]) -> None:
    if message.node_endpoints:
        raise field_unsupported("ProduceResponse.node_endpoints", "9")
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_produce_response in message.responses:
        _write_topic_produce_response_v9(topic_produce_response, parts)
    parts.append(_pack_i0(message.throttle_time_ms))


def _read_produce_response_v9(data: bytes, offset: int) -> tuple[ProduceResponse, int]:
    message = _new(ProduceResponse)
    message.node_endpoints = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ProduceResponse.responses")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ProduceResponse.responses", count)
    responses: list[TopicProduceResponse] = []
    for _ in range(count):
        topic_produce_response, offset = _read_topic_produce_response_v9(data, offset)
        responses.append(topic_produce_response)
    message.responses = responses
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_produce_response_v10_v12(message: ProduceResponse, parts: list[Buffer]) -> None:
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_produce_response in message.responses:
        _write_topic_produce_response_v10_v12(topic_produce_response, parts)
    parts.append(_pack_i(message.throttle_time_ms))
    tagged: list[Buffer] = []
    if message.node_endpoints:
        section: list[Buffer] = []
        count = len(message.node_endpoints) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        for node_endpoint in message.node_endpoints:
            _write_node_endpoint_v10_v13(node_endpoint, section)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_produce_response_v10_v12(data: bytes, offset: int) -> tuple[ProduceResponse, int]:
    message = _new(ProduceResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ProduceResponse.responses")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ProduceResponse.responses", count)
    responses: list[TopicProduceResponse] = []
    for _ in range(count):
        topic_produce_response, offset = _read_topic_produce_response_v10_v12(data, offset)
        responses.append(topic_produce_response)
    message.responses = responses
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    message.node_endpoints = []
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("ProduceResponse.node_endpoints")
                count -= 1
                if count * 11 > len(data) - offset:
                    raise count_refused("ProduceResponse.node_endpoints", count)
                node_endpoints: list[NodeEndpoint] = []
                for _ in range(count):
                    node_endpoint, offset = _read_node_endpoint_v10_v13(data, offset)
                    node_endpoints.append(node_endpoint)
                message.node_endpoints = node_endpoints
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ProduceResponse")
    return message, offset


def _write_produce_response_v13(message: ProduceResponse, parts: list[Buffer]) -> None:
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for topic_produce_response in message.responses:
        _write_topic_produce_response_v13(topic_produce_response, parts)
    parts.append(_pack_i(message.throttle_time_ms))
    tagged: list[Buffer] = []
    if message.node_endpoints:
        section: list[Buffer] = []
        count = len(message.node_endpoints) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        for node_endpoint in message.node_endpoints:
            _write_node_endpoint_v10_v13(node_endpoint, section)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_produce_response_v13(data: bytes, offset: int) -> tuple[ProduceResponse, int]:
    message = _new(ProduceResponse)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ProduceResponse.responses")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ProduceResponse.responses", count)
    responses: list[TopicProduceResponse] = []
    for _ in range(count):
        topic_produce_response, offset = _read_topic_produce_response_v13(data, offset)
        responses.append(topic_produce_response)
    message.responses = responses
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    message.node_endpoints = []
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("ProduceResponse.node_endpoints")
                count -= 1
                if count * 11 > len(data) - offset:
                    raise count_refused("ProduceResponse.node_endpoints", count)
                node_endpoints: list[NodeEndpoint] = []
                for _ in range(count):
                    node_endpoint, offset = _read_node_endpoint_v10_v13(data, offset)
                    node_endpoints.append(node_endpoint)
                message.node_endpoints = node_endpoints
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ProduceResponse")
    return message, offset


def _write_node_endpoint_v10_v13(message: NodeEndpoint, parts: list[Buffer]) -> None:
    text: Buffer = message.host.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.node_id, length)
        if length < 128
        else _pack_i(message.node_id) + uvarint(length)
    )
    parts.append(text)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.port, length) if length < 128 else _pack_i(message.port) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_node_endpoint_v10_v13(data: bytes, offset: int) -> tuple[NodeEndpoint, int]:
    message = _new(NodeEndpoint)
    message.node_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("NodeEndpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_produce_response_v3_v4(message: TopicProduceResponse, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partition_responses)
    parts.append(_pack_i(count))
    for partition_produce_response in message.partition_responses:
        _write_partition_produce_response_v3_v4(partition_produce_response, parts)


def _read_topic_produce_response_v3_v4(
    data: bytes, offset: int
) -> tuple[TopicProduceResponse, int]:
    message = _new(TopicProduceResponse)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TopicProduceResponse.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TopicProduceResponse.partition_responses")
    if count * 22 > len(data) - offset:
        raise count_refused("TopicProduceResponse.partition_responses", count)
    partition_responses: list[PartitionProduceResponse] = []
    for _ in range(count):
        partition_produce_response, offset = _read_partition_produce_response_v3_v4(data, offset)
        partition_responses.append(partition_produce_response)
    message.partition_responses = partition_responses
    return message, offset


def _write_topic_produce_response_v5_v7(message: TopicProduceResponse, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partition_responses)
    parts.append(_pack_i(count))
    for partition_produce_response in message.partition_responses:
        _write_partition_produce_response_v5_v7(partition_produce_response, parts)


def _read_topic_produce_response_v5_v7(
    data: bytes, offset: int
) -> tuple[TopicProduceResponse, int]:
    message = _new(TopicProduceResponse)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TopicProduceResponse.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TopicProduceResponse.partition_responses")
    if count * 30 > len(data) - offset:
        raise count_refused("TopicProduceResponse.partition_responses", count)
    partition_responses: list[PartitionProduceResponse] = []
    for _ in range(count):
        partition_produce_response, offset = _read_partition_produce_response_v5_v7(data, offset)
        partition_responses.append(partition_produce_response)
    message.partition_responses = partition_responses
    return message, offset


def _write_topic_produce_response_v8(message: TopicProduceResponse, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partition_responses)
    parts.append(_pack_i(count))
    for partition_produce_response in message.partition_responses:
        _write_partition_produce_response_v8(partition_produce_response, parts)


def _read_topic_produce_response_v8(data: bytes, offset: int) -> tuple[TopicProduceResponse, int]:
    message = _new(TopicProduceResponse)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TopicProduceResponse.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TopicProduceResponse.partition_responses")
    if count * 36 > len(data) - offset:
        raise count_refused("TopicProduceResponse.partition_responses", count)
    partition_responses: list[PartitionProduceResponse] = []
    for _ in range(count):
        partition_produce_response, offset = _read_partition_produce_response_v8(data, offset)
        partition_responses.append(partition_produce_response)
    message.partition_responses = partition_responses
    return message, offset


def _write_topic_produce_response_v9(message: TopicProduceResponse, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for partition_produce_response in message.partition_responses:
        _write_partition_produce_response_v9(partition_produce_response, parts)
    parts.append(b"\x00")


def _read_topic_produce_response_v9(data: bytes, offset: int) -> tuple[TopicProduceResponse, int]:
    message = _new(TopicProduceResponse)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicProduceResponse.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicProduceResponse.partition_responses")
    count -= 1
    if count * 33 > len(data) - offset:
        raise count_refused("TopicProduceResponse.partition_responses", count)
    partition_responses: list[PartitionProduceResponse] = []
    for _ in range(count):
        partition_produce_response, offset = _read_partition_produce_response_v9(data, offset)
        partition_responses.append(partition_produce_response)
    message.partition_responses = partition_responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_produce_response_v10_v12(
    message: TopicProduceResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for partition_produce_response in message.partition_responses:
        _write_partition_produce_response_v10_v13(partition_produce_response, parts)
    parts.append(b"\x00")


def _read_topic_produce_response_v10_v12(
    data: bytes, offset: int
) -> tuple[TopicProduceResponse, int]:
    message = _new(TopicProduceResponse)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicProduceResponse.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicProduceResponse.partition_responses")
    count -= 1
    if count * 33 > len(data) - offset:
        raise count_refused("TopicProduceResponse.partition_responses", count)
    partition_responses: list[PartitionProduceResponse] = []
    for _ in range(count):
        partition_produce_response, offset = _read_partition_produce_response_v10_v13(data, offset)
        partition_responses.append(partition_produce_response)
    message.partition_responses = partition_responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_produce_response_v13(message: TopicProduceResponse, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partition_responses) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_produce_response in message.partition_responses:
        _write_partition_produce_response_v10_v13(partition_produce_response, parts)
    parts.append(b"\x00")


def _read_topic_produce_response_v13(data: bytes, offset: int) -> tuple[TopicProduceResponse, int]:
    message = _new(TopicProduceResponse)
    message.name = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicProduceResponse.partition_responses")
    count -= 1
    if count * 33 > len(data) - offset:
        raise count_refused("TopicProduceResponse.partition_responses", count)
    partition_responses: list[PartitionProduceResponse] = []
    for _ in range(count):
        partition_produce_response, offset = _read_partition_produce_response_v10_v13(data, offset)
        partition_responses.append(partition_produce_response)
    message.partition_responses = partition_responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_produce_response_v3_v4(
    message: PartitionProduceResponse, parts: list[Buffer]
) -> None:
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        raise field_unsupported("PartitionProduceResponse.current_leader", "3-4")
    parts.append(
        _pack_ihqq(
            message.index, message.error_code, message.base_offset, message.log_append_time_ms
        )
    )


def _read_partition_produce_response_v3_v4(
    data: bytes, offset: int
) -> tuple[PartitionProduceResponse, int]:
    message = _new(PartitionProduceResponse)
    message.log_start_offset = -1
    message.record_errors = []
    message.error_message = None
    message.current_leader = LeaderIdAndEpoch()
    message.index, message.error_code, message.base_offset, message.log_append_time_ms = (
        _unpack_ihqq(data, offset)
    )
    offset += 22
    return message, offset


def _write_partition_produce_response_v5_v7(
    message: PartitionProduceResponse, parts: list[Buffer]
) -> None:
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        raise field_unsupported("PartitionProduceResponse.current_leader", "5-7")
    parts.append(
        _pack_ihqqq(
            message.index,
            message.error_code,
            message.base_offset,
            message.log_append_time_ms,
            message.log_start_offset,
        )
    )


def _read_partition_produce_response_v5_v7(
    data: bytes, offset: int
) -> tuple[PartitionProduceResponse, int]:
    message = _new(PartitionProduceResponse)
    message.record_errors = []
    message.error_message = None
    message.current_leader = LeaderIdAndEpoch()
    (
        message.index,
        message.error_code,
        message.base_offset,
        message.log_append_time_ms,
        message.log_start_offset,
    ) = _unpack_ihqqq(data, offset)
    offset += 30
    return message, offset


def _write_partition_produce_response_v8(
    message: PartitionProduceResponse, parts: list[Buffer]
) -> None:
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        raise field_unsupported("PartitionProduceResponse.current_leader", "8")
    count = len(message.record_errors)
    parts.append(
        _pack_ihqqqi(
            message.index,
            message.error_code,
            message.base_offset,
            message.log_append_time_ms,
            message.log_start_offset,
            count,
        )
    )
    for batch_index_and_error_message in message.record_errors:
        _write_batch_index_and_error_message_v8(batch_index_and_error_message, parts)
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_partition_produce_response_v8(
    data: bytes, offset: int
) -> tuple[PartitionProduceResponse, int]:
    message = _new(PartitionProduceResponse)
    message.current_leader = LeaderIdAndEpoch()
    (
        message.index,
        message.error_code,
        message.base_offset,
        message.log_append_time_ms,
        message.log_start_offset,
        count,
    ) = _unpack_ihqqqi(data, offset)
    offset += 34
    if count < 0:
        raise null_refused("PartitionProduceResponse.record_errors")
    if count * 6 > len(data) - offset:
        raise count_refused("PartitionProduceResponse.record_errors", count)
    record_errors: list[BatchIndexAndErrorMessage] = []
    for _ in range(count):
        batch_index_and_error_message, offset = _read_batch_index_and_error_message_v8(data, offset)
        record_errors.append(batch_index_and_error_message)
    message.record_errors = record_errors
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("PartitionProduceResponse.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    return message, offset


def _write_partition_produce_response_v9(
    message: PartitionProduceResponse, parts: list[Buffer]
) -> None:
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        raise field_unsupported("PartitionProduceResponse.current_leader", "9")
    count = len(message.record_errors) + 1
    parts.append(
        _pack_ihqqqB(
            message.index,
            message.error_code,
            message.base_offset,
            message.log_append_time_ms,
            message.log_start_offset,
            count,
        )
        if count < 128
        else _pack_ihqqq(
            message.index,
            message.error_code,
            message.base_offset,
            message.log_append_time_ms,
            message.log_start_offset,
        )
        + uvarint(count)
    )
    for batch_index_and_error_message in message.record_errors:
        _write_batch_index_and_error_message_v9_v13(batch_index_and_error_message, parts)
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_partition_produce_response_v9(
    data: bytes, offset: int
) -> tuple[PartitionProduceResponse, int]:
    message = _new(PartitionProduceResponse)
    message.current_leader = LeaderIdAndEpoch()
    (
        message.index,
        message.error_code,
        message.base_offset,
        message.log_append_time_ms,
        message.log_start_offset,
        count,
    ) = _unpack_ihqqqB(data, offset)
    offset += 31
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionProduceResponse.record_errors")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("PartitionProduceResponse.record_errors", count)
    record_errors: list[BatchIndexAndErrorMessage] = []
    for _ in range(count):
        batch_index_and_error_message, offset = _read_batch_index_and_error_message_v9_v13(
            data, offset
        )
        record_errors.append(batch_index_and_error_message)
    message.record_errors = record_errors
    length = data[offset]
    offset += 1
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


def _write_partition_produce_response_v10_v13(
    message: PartitionProduceResponse, parts: list[Buffer]
) -> None:
    count = len(message.record_errors) + 1
    parts.append(
        _pack_ihqqqB(
            message.index,
            message.error_code,
            message.base_offset,
            message.log_append_time_ms,
            message.log_start_offset,
            count,
        )
        if count < 128
        else _pack_ihqqq(
            message.index,
            message.error_code,
            message.base_offset,
            message.log_append_time_ms,
            message.log_start_offset,
        )
        + uvarint(count)
    )
    for batch_index_and_error_message in message.record_errors:
        _write_batch_index_and_error_message_v9_v13(batch_index_and_error_message, parts)
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    tagged: list[Buffer] = []
    if message.current_leader != _DEFAULT_LEADER_ID_AND_EPOCH:
        section: list[Buffer] = []
        _write_leader_id_and_epoch_v10_v13(message.current_leader, section)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_partition_produce_response_v10_v13(
    data: bytes, offset: int
) -> tuple[PartitionProduceResponse, int]:
    message = _new(PartitionProduceResponse)
    (
        message.index,
        message.error_code,
        message.base_offset,
        message.log_append_time_ms,
        message.log_start_offset,
        count,
    ) = _unpack_ihqqqB(data, offset)
    offset += 31
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionProduceResponse.record_errors")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("PartitionProduceResponse.record_errors", count)
    record_errors: list[BatchIndexAndErrorMessage] = []
    for _ in range(count):
        batch_index_and_error_message, offset = _read_batch_index_and_error_message_v9_v13(
            data, offset
        )
        record_errors.append(batch_index_and_error_message)
    message.record_errors = record_errors
    length = data[offset]
    offset += 1
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
    message.current_leader = LeaderIdAndEpoch()
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                message.current_leader, offset = _read_leader_id_and_epoch_v10_v13(data, offset)
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("PartitionProduceResponse")
    return message, offset


def _write_leader_id_and_epoch_v10_v13(message: LeaderIdAndEpoch, parts: list[Buffer]) -> None:
    parts.append(_pack_ii0(message.leader_id, message.leader_epoch))


def _read_leader_id_and_epoch_v10_v13(data: bytes, offset: int) -> tuple[LeaderIdAndEpoch, int]:
    message = _new(LeaderIdAndEpoch)
    message.leader_id, message.leader_epoch, count = _unpack_iiB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_batch_index_and_error_message_v8(
    message: BatchIndexAndErrorMessage, parts: list[Buffer]
) -> None:
    if message.batch_index_error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.batch_index_error_message.encode()
        length = len(text)
    parts.append(_pack_ih(message.batch_index, length))
    parts.append(text)


def _read_batch_index_and_error_message_v8(
    data: bytes, offset: int
) -> tuple[BatchIndexAndErrorMessage, int]:
    message = _new(BatchIndexAndErrorMessage)
    message.batch_index, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        if length != -1:
            raise null_refused("BatchIndexAndErrorMessage.batch_index_error_message")
        message.batch_index_error_message = None
    else:
        end = offset + length
        message.batch_index_error_message = data[offset:end].decode()
        offset = end
    return message, offset


def _write_batch_index_and_error_message_v9_v13(
    message: BatchIndexAndErrorMessage, parts: list[Buffer]
) -> None:
    if message.batch_index_error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.batch_index_error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.batch_index, length)
        if length < 128
        else _pack_i(message.batch_index) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_batch_index_and_error_message_v9_v13(
    data: bytes, offset: int
) -> tuple[BatchIndexAndErrorMessage, int]:
    message = _new(BatchIndexAndErrorMessage)
    message.batch_index, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.batch_index_error_message = None
    else:
        end = offset + length - 1
        message.batch_index_error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


_DEFAULT_LEADER_ID_AND_EPOCH = LeaderIdAndEpoch()

ProduceRequest.WRITERS = {
    3: _write_produce_request_v3_v8,
    4: _write_produce_request_v3_v8,
    5: _write_produce_request_v3_v8,
    6: _write_produce_request_v3_v8,
    7: _write_produce_request_v3_v8,
    8: _write_produce_request_v3_v8,
    9: _write_produce_request_v9_v12,
    10: _write_produce_request_v9_v12,
    11: _write_produce_request_v9_v12,
    12: _write_produce_request_v9_v12,
    13: _write_produce_request_v13,
}
ProduceRequest.READERS = {
    3: _read_produce_request_v3_v8,
    4: _read_produce_request_v3_v8,
    5: _read_produce_request_v3_v8,
    6: _read_produce_request_v3_v8,
    7: _read_produce_request_v3_v8,
    8: _read_produce_request_v3_v8,
    9: _read_produce_request_v9_v12,
    10: _read_produce_request_v9_v12,
    11: _read_produce_request_v9_v12,
    12: _read_produce_request_v9_v12,
    13: _read_produce_request_v13,
}
ProduceResponse.WRITERS = {
    3: _write_produce_response_v3_v4,
    4: _write_produce_response_v3_v4,
    5: _write_produce_response_v5_v7,
    6: _write_produce_response_v5_v7,
    7: _write_produce_response_v5_v7,
    8: _write_produce_response_v8,
    9: _write_produce_response_v9,
    10: _write_produce_response_v10_v12,
    11: _write_produce_response_v10_v12,
    12: _write_produce_response_v10_v12,
    13: _write_produce_response_v13,
}
ProduceResponse.READERS = {
    3: _read_produce_response_v3_v4,
    4: _read_produce_response_v3_v4,
    5: _read_produce_response_v5_v7,
    6: _read_produce_response_v5_v7,
    7: _read_produce_response_v5_v7,
    8: _read_produce_response_v8,
    9: _read_produce_response_v9,
    10: _read_produce_response_v10_v12,
    11: _read_produce_response_v10_v12,
    12: _read_produce_response_v10_v12,
    13: _read_produce_response_v13,
}
