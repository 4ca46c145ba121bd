# SPDX-License-Identifier: Apache-2.0
"""ShareAcknowledge (key 79).

Says what became of acquired records, without reading more.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION,
UNKNOWN_TOPIC_ID, NOT_LEADER_OR_FOLLOWER, SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH,
INVALID_RECORD_STATE, INVALID_REQUEST, FENCED_STATE_EPOCH, KAFKA_STORAGE_ERROR.

Generated from `definitions/share_acknowledge.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format, pack, unpack_from
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
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
_i = Format(">i")
_pack_i = _i.pack
_u = Format(">16s")
_pack_u = _u.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_it = Format(">i?")
_pack_it = _it.pack
_qq = Format(">qq")
_pack_qq = _qq.pack
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
_itB = Format(">i?B")
_pack_itB = _itB.pack
_unpack_itB = _itB.unpack_from
_qqB = Format(">qqB")
_pack_qqB = _qqB.pack
_unpack_qqB = _qqB.unpack_from


class ShareAcknowledgeRequest(Message):
    """The acknowledgements."""

    __slots__ = (
        "group_id",
        "member_id",
        "share_session_epoch",
        "is_renew_ack",
        "topics",
    )

    API_KEY = 79
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 0

    group_id: str | None
    """The group's name. (may be None)"""

    member_id: str | None
    """The member's id. (may be None)"""

    share_session_epoch: int
    """The share session's epoch: 0 opens a session, -1 closes it."""

    is_renew_ack: bool
    """Whether acknowledgements of type 4 (renew the lock) are among them. (versions 2+)"""

    topics: list[AcknowledgeTopic]
    """The acknowledgements, by topic."""

    def __init__(
        self,
        *,
        group_id: str | None = None,
        member_id: str | None = "",
        share_session_epoch: int = 0,
        is_renew_ack: bool = False,
        topics: Iterable[AcknowledgeTopic] = (),
    ) -> None:
        self.group_id = group_id
        self.member_id = member_id
        self.share_session_epoch = share_session_epoch
        self.is_renew_ack = is_renew_ack
        self.topics = list(topics)


class AcknowledgeTopic(Struct):
    """The acknowledgements, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[AcknowledgePartition]
    """The partitions whose records are acknowledged."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[AcknowledgePartition] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class AcknowledgePartition(Struct):
    """The partitions whose records are acknowledged."""

    __slots__ = (
        "partition_index",
        "acknowledgement_batches",
    )

    partition_index: int
    """The partition's number."""

    acknowledgement_batches: list[AcknowledgementBatch]
    """Ranges of records with what became of them."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        acknowledgement_batches: Iterable[AcknowledgementBatch] = (),
    ) -> None:
        self.partition_index = partition_index
        self.acknowledgement_batches = list(acknowledgement_batches)


class AcknowledgementBatch(Struct):
    """Ranges of records with what became of them."""

    __slots__ = (
        "first_offset",
        "last_offset",
        "acknowledge_types",
    )

    first_offset: int
    """The first offset of the range."""

    last_offset: int
    """The last offset of the range (inclusive)."""

    acknowledge_types: list[int]
    """One for the whole range or one for each record: 0 gap, 1 accept, 2 release, 3 reject, 4
    renew.
    """

    def __init__(
        self, *, first_offset: int = 0, last_offset: int = 0, acknowledge_types: Iterable[int] = ()
    ) -> None:
        self.first_offset = first_offset
        self.last_offset = last_offset
        self.acknowledge_types = list(acknowledge_types)


class ShareAcknowledgeResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "acquisition_lock_timeout_ms",
        "responses",
        "node_endpoints",
    )

    API_KEY = 79
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    acquisition_lock_timeout_ms: int
    """Milliseconds for which acquired records are locked for the member. (versions 2+)"""

    responses: list[ShareAcknowledgeTopicResponse]
    """Outcomes by topic."""

    node_endpoints: list[NodeEndpoint]
    """Addresses of the leaders that partitions below name."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        acquisition_lock_timeout_ms: int = 0,
        responses: Iterable[ShareAcknowledgeTopicResponse] = (),
        node_endpoints: Iterable[NodeEndpoint] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.acquisition_lock_timeout_ms = acquisition_lock_timeout_ms
        self.responses = list(responses)
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


class ShareAcknowledgeTopicResponse(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[PartitionData]
    """Outcomes by partition."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[PartitionData] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class PartitionData(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
        "error_message",
        "current_leader",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    current_leader: LeaderIdAndEpoch
    """Who leads the partition, when the request came to a broker that does not."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        current_leader: LeaderIdAndEpoch | None = None,
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
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

    def __init__(self, *, leader_id: int = 0, leader_epoch: int = 0) -> None:
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch


def _write_share_acknowledge_request_v1(
    message: ShareAcknowledgeRequest, parts: list[Buffer]
) -> None:
    if message.is_renew_ack:
        raise field_unsupported("ShareAcknowledgeRequest.is_renew_ack", "1")
    if message.group_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.group_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.member_id is None:
        text = b""
        length = 0
    else:
        text = message.member_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.share_session_epoch, count)
        if count < 128
        else _pack_i(message.share_session_epoch) + uvarint(count)
    )
    for acknowledge_topic in message.topics:
        _write_acknowledge_topic_v1_v2(acknowledge_topic, parts)
    parts.append(b"\x00")


def _read_share_acknowledge_request_v1(
    data: bytes, offset: int
) -> tuple[ShareAcknowledgeRequest, int]:
    message = _new(ShareAcknowledgeRequest)
    message.is_renew_ack = False
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.group_id = None
    else:
        end = offset + length - 1
        message.group_id = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.member_id = None
    else:
        end = offset + length - 1
        message.member_id = data[offset:end].decode()
        offset = end
    message.share_session_epoch, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareAcknowledgeRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareAcknowledgeRequest.topics", count)
    topics: list[AcknowledgeTopic] = []
    for _ in range(count):
        acknowledge_topic, offset = _read_acknowledge_topic_v1_v2(data, offset)
        topics.append(acknowledge_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_acknowledge_request_v2(
    message: ShareAcknowledgeRequest, parts: list[Buffer]
) -> None:
    if message.group_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.group_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.member_id is None:
        text = b""
        length = 0
    else:
        text = message.member_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_itB(message.share_session_epoch, message.is_renew_ack, count)
        if count < 128
        else _pack_it(message.share_session_epoch, message.is_renew_ack) + uvarint(count)
    )
    for acknowledge_topic in message.topics:
        _write_acknowledge_topic_v1_v2(acknowledge_topic, parts)
    parts.append(b"\x00")


def _read_share_acknowledge_request_v2(
    data: bytes, offset: int
) -> tuple[ShareAcknowledgeRequest, int]:
    message = _new(ShareAcknowledgeRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.group_id = None
    else:
        end = offset + length - 1
        message.group_id = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.member_id = None
    else:
        end = offset + length - 1
        message.member_id = data[offset:end].decode()
        offset = end
    message.share_session_epoch, message.is_renew_ack, count = _unpack_itB(data, offset)
    offset += 6
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareAcknowledgeRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareAcknowledgeRequest.topics", count)
    topics: list[AcknowledgeTopic] = []
    for _ in range(count):
        acknowledge_topic, offset = _read_acknowledge_topic_v1_v2(data, offset)
        topics.append(acknowledge_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_acknowledge_topic_v1_v2(message: AcknowledgeTopic, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for acknowledge_partition in message.partitions:
        _write_acknowledge_partition_v1_v2(acknowledge_partition, parts)
    parts.append(b"\x00")


def _read_acknowledge_topic_v1_v2(data: bytes, offset: int) -> tuple[AcknowledgeTopic, int]:
    message = _new(AcknowledgeTopic)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AcknowledgeTopic.partitions")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("AcknowledgeTopic.partitions", count)
    partitions: list[AcknowledgePartition] = []
    for _ in range(count):
        acknowledge_partition, offset = _read_acknowledge_partition_v1_v2(data, offset)
        partitions.append(acknowledge_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_acknowledge_partition_v1_v2(message: AcknowledgePartition, parts: list[Buffer]) -> None:
    count = len(message.acknowledgement_batches) + 1
    parts.append(
        _pack_iB(message.partition_index, count)
        if count < 128
        else _pack_i(message.partition_index) + uvarint(count)
    )
    for acknowledgement_batch in message.acknowledgement_batches:
        _write_acknowledgement_batch_v1_v2(acknowledgement_batch, parts)
    parts.append(b"\x00")


def _read_acknowledge_partition_v1_v2(data: bytes, offset: int) -> tuple[AcknowledgePartition, int]:
    message = _new(AcknowledgePartition)
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AcknowledgePartition.acknowledgement_batches")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AcknowledgePartition.acknowledgement_batches", count)
    acknowledgement_batches: list[AcknowledgementBatch] = []
    for _ in range(count):
        acknowledgement_batch, offset = _read_acknowledgement_batch_v1_v2(data, offset)
        acknowledgement_batches.append(acknowledgement_batch)
    message.acknowledgement_batches = acknowledgement_batches
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_acknowledgement_batch_v1_v2(message: AcknowledgementBatch, parts: list[Buffer]) -> None:
    count = len(message.acknowledge_types) + 1
    parts.append(
        _pack_qqB(message.first_offset, message.last_offset, count)
        if count < 128
        else _pack_qq(message.first_offset, message.last_offset) + uvarint(count)
    )
    parts.append(pack(f">{len(message.acknowledge_types)}b", *message.acknowledge_types))
    parts.append(b"\x00")


def _read_acknowledgement_batch_v1_v2(data: bytes, offset: int) -> tuple[AcknowledgementBatch, int]:
    message = _new(AcknowledgementBatch)
    message.first_offset, message.last_offset, count = _unpack_qqB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AcknowledgementBatch.acknowledge_types")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("AcknowledgementBatch.acknowledge_types", count)
    message.acknowledge_types = list(unpack_from(f">{count}b", data, offset))
    offset += count * 1
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_acknowledge_response_v1(
    message: ShareAcknowledgeResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for share_acknowledge_topic_response in message.responses:
        _write_share_acknowledge_topic_response_v1_v2(share_acknowledge_topic_response, parts)
    count = len(message.node_endpoints) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for node_endpoint in message.node_endpoints:
        _write_node_endpoint_v1_v2(node_endpoint, parts)
    parts.append(b"\x00")


def _read_share_acknowledge_response_v1(
    data: bytes, offset: int
) -> tuple[ShareAcknowledgeResponse, int]:
    message = _new(ShareAcknowledgeResponse)
    message.acquisition_lock_timeout_ms = 0
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
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
        raise null_refused("ShareAcknowledgeResponse.responses")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareAcknowledgeResponse.responses", count)
    responses: list[ShareAcknowledgeTopicResponse] = []
    for _ in range(count):
        share_acknowledge_topic_response, offset = _read_share_acknowledge_topic_response_v1_v2(
            data, offset
        )
        responses.append(share_acknowledge_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareAcknowledgeResponse.node_endpoints")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("ShareAcknowledgeResponse.node_endpoints", count)
    node_endpoints: list[NodeEndpoint] = []
    for _ in range(count):
        node_endpoint, offset = _read_node_endpoint_v1_v2(data, offset)
        node_endpoints.append(node_endpoint)
    message.node_endpoints = node_endpoints
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_acknowledge_response_v2(
    message: ShareAcknowledgeResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.responses) + 1
    parts.append(
        _pack_iB(message.acquisition_lock_timeout_ms, count)
        if count < 128
        else _pack_i(message.acquisition_lock_timeout_ms) + uvarint(count)
    )
    for share_acknowledge_topic_response in message.responses:
        _write_share_acknowledge_topic_response_v1_v2(share_acknowledge_topic_response, parts)
    count = len(message.node_endpoints) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for node_endpoint in message.node_endpoints:
        _write_node_endpoint_v1_v2(node_endpoint, parts)
    parts.append(b"\x00")


def _read_share_acknowledge_response_v2(
    data: bytes, offset: int
) -> tuple[ShareAcknowledgeResponse, int]:
    message = _new(ShareAcknowledgeResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    message.acquisition_lock_timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareAcknowledgeResponse.responses")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareAcknowledgeResponse.responses", count)
    responses: list[ShareAcknowledgeTopicResponse] = []
    for _ in range(count):
        share_acknowledge_topic_response, offset = _read_share_acknowledge_topic_response_v1_v2(
            data, offset
        )
        responses.append(share_acknowledge_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareAcknowledgeResponse.node_endpoints")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("ShareAcknowledgeResponse.node_endpoints", count)
    node_endpoints: list[NodeEndpoint] = []
    for _ in range(count):
        node_endpoint, offset = _read_node_endpoint_v1_v2(data, offset)
        node_endpoints.append(node_endpoint)
    message.node_endpoints = node_endpoints
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_node_endpoint_v1_v2(message: NodeEndpoint, parts: list[Buffer]) -> None:
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


def _read_node_endpoint_v1_v2(data: bytes, offset: int) -> tuple[NodeEndpoint, int]:
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


def _write_share_acknowledge_topic_response_v1_v2(
    message: ShareAcknowledgeTopicResponse, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for partition_data in message.partitions:
        _write_partition_data_v1_v2(partition_data, parts)
    parts.append(b"\x00")


def _read_share_acknowledge_topic_response_v1_v2(
    data: bytes, offset: int
) -> tuple[ShareAcknowledgeTopicResponse, int]:
    message = _new(ShareAcknowledgeTopicResponse)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareAcknowledgeTopicResponse.partitions")
    count -= 1
    if count * 17 > len(data) - offset:
        raise count_refused("ShareAcknowledgeTopicResponse.partitions", count)
    partitions: list[PartitionData] = []
    for _ in range(count):
        partition_data, offset = _read_partition_data_v1_v2(data, offset)
        partitions.append(partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_data_v1_v2(message: PartitionData, parts: list[Buffer]) -> None:
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
    _write_leader_id_and_epoch_v1_v2(message.current_leader, parts)
    parts.append(b"\x00")


def _read_partition_data_v1_v2(data: bytes, offset: int) -> tuple[PartitionData, int]:
    message = _new(PartitionData)
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
    message.current_leader, offset = _read_leader_id_and_epoch_v1_v2(data, offset)
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_leader_id_and_epoch_v1_v2(message: LeaderIdAndEpoch, parts: list[Buffer]) -> None:
    parts.append(_pack_ii0(message.leader_id, message.leader_epoch))


def _read_leader_id_and_epoch_v1_v2(data: bytes, offset: int) -> tuple[LeaderIdAndEpoch, int]:
    message = _new(LeaderIdAndEpoch)
    message.leader_id, message.leader_epoch, count = _unpack_iiB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


_DEFAULT_LEADER_ID_AND_EPOCH = LeaderIdAndEpoch()

ShareAcknowledgeRequest.WRITERS = {
    1: _write_share_acknowledge_request_v1,
    2: _write_share_acknowledge_request_v2,
}
ShareAcknowledgeRequest.READERS = {
    1: _read_share_acknowledge_request_v1,
    2: _read_share_acknowledge_request_v2,
}
ShareAcknowledgeResponse.WRITERS = {
    1: _write_share_acknowledge_response_v1,
    2: _write_share_acknowledge_response_v2,
}
ShareAcknowledgeResponse.READERS = {
    1: _read_share_acknowledge_response_v1,
    2: _read_share_acknowledge_response_v2,
}
