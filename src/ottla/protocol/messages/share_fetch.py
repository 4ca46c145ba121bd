# SPDX-License-Identifier: Apache-2.0
"""ShareFetch (key 78).

Acquires records for a member of a share group, and says what became of earlier ones.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION,
UNKNOWN_TOPIC_ID, NOT_LEADER_OR_FOLLOWER, SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH,
SHARE_SESSION_LIMIT_REACHED, INVALID_RECORD_STATE, INVALID_REQUEST, FENCED_STATE_EPOCH,
INCONSISTENT_TOPIC_ID, CORRUPT_MESSAGE, KAFKA_STORAGE_ERROR.

Generated from `definitions/share_fetch.txt` by `make gen`.
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
_h = Format(">h")
_pack_h = _h.pack
_i = Format(">i")
_pack_i = _i.pack
_u = Format(">16s")
_pack_u = _u.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
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
_qqB = Format(">qqB")
_pack_qqB = _qqB.pack
_unpack_qqB = _qqB.unpack_from
_qqh0 = Format(">qqhx")
_pack_qqh0 = _qqh0.pack
_qqhB = Format(">qqhB")
_unpack_qqhB = _qqhB.unpack_from
_iiiiii = Format(">iiiiii")
_pack_iiiiii = _iiiiii.pack
_iiiiiiB = Format(">iiiiiiB")
_pack_iiiiiiB = _iiiiiiB.pack
_unpack_iiiiiiB = _iiiiiiB.unpack_from
_iiiiiibt = Format(">iiiiiib?")
_pack_iiiiiibt = _iiiiiibt.pack
_iiiiiibtB = Format(">iiiiiib?B")
_pack_iiiiiibtB = _iiiiiibtB.pack
_unpack_iiiiiibtB = _iiiiiibtB.unpack_from


class ShareFetchRequest(Message):
    """What to read and what to acknowledge."""

    __slots__ = (
        "group_id",
        "member_id",
        "share_session_epoch",
        "max_wait_ms",
        "min_bytes",
        "max_bytes",
        "max_records",
        "batch_size",
        "share_acquire_mode",
        "is_renew_ack",
        "topics",
        "forgotten_topics_data",
    )

    API_KEY = 78
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 0

    group_id: str | None
    """The group's name. (may be None)"""

    member_id: str | None
    """The member's id. (may be None)"""

    share_session_epoch: int
    """The share session's epoch: 0 opens a session, -1 closes it."""

    max_wait_ms: int
    """Milliseconds to wait until `min_bytes` are there."""

    min_bytes: int
    """Bytes that make it worth to answer before the wait is over."""

    max_bytes: int
    """Bytes of records that the answer should not exceed; the first batch is sent whole."""

    max_records: int
    """Records that the answer should not exceed; in record-limit mode it must not."""

    batch_size: int
    """How many records to acquire at a time."""

    share_acquire_mode: int
    """0 acquires whole batches, 1 keeps strictly to the limit of records. (versions 2+)"""

    is_renew_ack: bool
    """Whether acknowledgements of type 4 (renew the lock) are among them. (versions 2+)"""

    topics: list[FetchTopic]
    """The partitions to read and to acknowledge, by topic; with a session only what is new or
    changed.
    """

    forgotten_topics_data: list[ForgottenTopic]
    """Partitions to drop from the session."""

    def __init__(
        self,
        *,
        group_id: str | None = None,
        member_id: str | None = "",
        share_session_epoch: int = 0,
        max_wait_ms: int = 0,
        min_bytes: int = 0,
        max_bytes: int = 2147483647,
        max_records: int = 0,
        batch_size: int = 0,
        share_acquire_mode: int = 0,
        is_renew_ack: bool = False,
        topics: Iterable[FetchTopic] = (),
        forgotten_topics_data: Iterable[ForgottenTopic] = (),
    ) -> None:
        self.group_id = group_id
        self.member_id = member_id
        self.share_session_epoch = share_session_epoch
        self.max_wait_ms = max_wait_ms
        self.min_bytes = min_bytes
        self.max_bytes = max_bytes
        self.max_records = max_records
        self.batch_size = batch_size
        self.share_acquire_mode = share_acquire_mode
        self.is_renew_ack = is_renew_ack
        self.topics = list(topics)
        self.forgotten_topics_data = list(forgotten_topics_data)


class ForgottenTopic(Struct):
    """Partitions to drop from the session."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[int]
    """Numbers of the partitions to drop from the session."""

    def __init__(self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[int] = ()) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class FetchTopic(Struct):
    """The partitions to read and to acknowledge, by topic; with a session only what is new or
    changed.
    """

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[FetchPartition]
    """The partitions to read and to acknowledge."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[FetchPartition] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class FetchPartition(Struct):
    """The partitions to read and to acknowledge."""

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


class ShareFetchResponse(Message):
    """The acquired records."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "acquisition_lock_timeout_ms",
        "responses",
        "node_endpoints",
    )

    API_KEY = 78
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
    """Milliseconds for which acquired records are locked for the member."""

    responses: list[ShareFetchableTopicResponse]
    """What was acquired, by topic."""

    node_endpoints: list[NodeEndpoint]
    """Addresses of the leaders that partitions below name."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        acquisition_lock_timeout_ms: int = 0,
        responses: Iterable[ShareFetchableTopicResponse] = (),
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


class ShareFetchableTopicResponse(Struct):
    """What was acquired, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[PartitionData]
    """What was acquired, by partition."""

    def __init__(
        self, *, topic_id: bytes = ZERO_UUID, partitions: Iterable[PartitionData] = ()
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class PartitionData(Struct):
    """What was acquired, by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
        "error_message",
        "acknowledge_error_code",
        "acknowledge_error_message",
        "current_leader",
        "records",
        "acquired_records",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    acknowledge_error_code: int
    """Outcome of the acknowledgements for this partition; 0 is success."""

    acknowledge_error_message: str | None
    """Text that explains the outcome of the acknowledgements; null when there is nothing to say.
    (may be None)
    """

    current_leader: LeaderIdAndEpoch
    """Who leads the partition, when the request came to a broker that does not."""

    records: Buffer
    """Record batches."""

    acquired_records: list[AcquiredRecords]
    """The records that are locked for the member."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        acknowledge_error_code: int = 0,
        acknowledge_error_message: str | None = None,
        current_leader: LeaderIdAndEpoch | None = None,
        records: Buffer = b"",
        acquired_records: Iterable[AcquiredRecords] = (),
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.error_message = error_message
        self.acknowledge_error_code = acknowledge_error_code
        self.acknowledge_error_message = acknowledge_error_message
        self.current_leader = LeaderIdAndEpoch() if current_leader is None else current_leader
        self.records = records
        self.acquired_records = list(acquired_records)


class AcquiredRecords(Struct):
    """The records that are locked for the member."""

    __slots__ = (
        "first_offset",
        "last_offset",
        "delivery_count",
    )

    first_offset: int
    """The first offset of the range."""

    last_offset: int
    """The last offset of the range (inclusive)."""

    delivery_count: int
    """How often the records have been delivered."""

    def __init__(
        self, *, first_offset: int = 0, last_offset: int = 0, delivery_count: int = 0
    ) -> None:
        self.first_offset = first_offset
        self.last_offset = last_offset
        self.delivery_count = delivery_count


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


def _write_share_fetch_request_v1(message: ShareFetchRequest, parts: list[Buffer]) -> None:
    if message.is_renew_ack:
        raise field_unsupported("ShareFetchRequest.is_renew_ack", "1")
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
        _pack_iiiiiiB(
            message.share_session_epoch,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.max_records,
            message.batch_size,
            count,
        )
        if count < 128
        else _pack_iiiiii(
            message.share_session_epoch,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.max_records,
            message.batch_size,
        )
        + uvarint(count)
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v1_v2(fetch_topic, parts)
    count = len(message.forgotten_topics_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v1_v2(forgotten_topic, parts)
    parts.append(b"\x00")


def _read_share_fetch_request_v1(data: bytes, offset: int) -> tuple[ShareFetchRequest, int]:
    message = _new(ShareFetchRequest)
    message.share_acquire_mode = 0
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
    (
        message.share_session_epoch,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.max_records,
        message.batch_size,
        count,
    ) = _unpack_iiiiiiB(data, offset)
    offset += 25
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareFetchRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareFetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v1_v2(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareFetchRequest.forgotten_topics_data")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareFetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v1_v2(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_fetch_request_v2(message: ShareFetchRequest, parts: list[Buffer]) -> None:
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
        _pack_iiiiiibtB(
            message.share_session_epoch,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.max_records,
            message.batch_size,
            message.share_acquire_mode,
            message.is_renew_ack,
            count,
        )
        if count < 128
        else _pack_iiiiiibt(
            message.share_session_epoch,
            message.max_wait_ms,
            message.min_bytes,
            message.max_bytes,
            message.max_records,
            message.batch_size,
            message.share_acquire_mode,
            message.is_renew_ack,
        )
        + uvarint(count)
    )
    for fetch_topic in message.topics:
        _write_fetch_topic_v1_v2(fetch_topic, parts)
    count = len(message.forgotten_topics_data) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for forgotten_topic in message.forgotten_topics_data:
        _write_forgotten_topic_v1_v2(forgotten_topic, parts)
    parts.append(b"\x00")


def _read_share_fetch_request_v2(data: bytes, offset: int) -> tuple[ShareFetchRequest, int]:
    message = _new(ShareFetchRequest)
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
    (
        message.share_session_epoch,
        message.max_wait_ms,
        message.min_bytes,
        message.max_bytes,
        message.max_records,
        message.batch_size,
        message.share_acquire_mode,
        message.is_renew_ack,
        count,
    ) = _unpack_iiiiiibtB(data, offset)
    offset += 27
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareFetchRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareFetchRequest.topics", count)
    topics: list[FetchTopic] = []
    for _ in range(count):
        fetch_topic, offset = _read_fetch_topic_v1_v2(data, offset)
        topics.append(fetch_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareFetchRequest.forgotten_topics_data")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareFetchRequest.forgotten_topics_data", count)
    forgotten_topics_data: list[ForgottenTopic] = []
    for _ in range(count):
        forgotten_topic, offset = _read_forgotten_topic_v1_v2(data, offset)
        forgotten_topics_data.append(forgotten_topic)
    message.forgotten_topics_data = forgotten_topics_data
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_forgotten_topic_v1_v2(message: ForgottenTopic, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_forgotten_topic_v1_v2(data: bytes, offset: int) -> tuple[ForgottenTopic, int]:
    message = _new(ForgottenTopic)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ForgottenTopic.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("ForgottenTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_topic_v1_v2(message: FetchTopic, parts: list[Buffer]) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for fetch_partition in message.partitions:
        _write_fetch_partition_v1_v2(fetch_partition, parts)
    parts.append(b"\x00")


def _read_fetch_topic_v1_v2(data: bytes, offset: int) -> tuple[FetchTopic, int]:
    message = _new(FetchTopic)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchTopic.partitions")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("FetchTopic.partitions", count)
    partitions: list[FetchPartition] = []
    for _ in range(count):
        fetch_partition, offset = _read_fetch_partition_v1_v2(data, offset)
        partitions.append(fetch_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_fetch_partition_v1_v2(message: FetchPartition, parts: list[Buffer]) -> None:
    count = len(message.acknowledgement_batches) + 1
    parts.append(
        _pack_iB(message.partition_index, count)
        if count < 128
        else _pack_i(message.partition_index) + uvarint(count)
    )
    for acknowledgement_batch in message.acknowledgement_batches:
        _write_acknowledgement_batch_v1_v2(acknowledgement_batch, parts)
    parts.append(b"\x00")


def _read_fetch_partition_v1_v2(data: bytes, offset: int) -> tuple[FetchPartition, int]:
    message = _new(FetchPartition)
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FetchPartition.acknowledgement_batches")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("FetchPartition.acknowledgement_batches", count)
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


def _write_share_fetch_response_v1_v2(message: ShareFetchResponse, parts: list[Buffer]) -> None:
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
    for share_fetchable_topic_response in message.responses:
        _write_share_fetchable_topic_response_v1_v2(share_fetchable_topic_response, parts)
    count = len(message.node_endpoints) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for node_endpoint in message.node_endpoints:
        _write_node_endpoint_v1_v2(node_endpoint, parts)
    parts.append(b"\x00")


def _read_share_fetch_response_v1_v2(data: bytes, offset: int) -> tuple[ShareFetchResponse, int]:
    message = _new(ShareFetchResponse)
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
        raise null_refused("ShareFetchResponse.responses")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("ShareFetchResponse.responses", count)
    responses: list[ShareFetchableTopicResponse] = []
    for _ in range(count):
        share_fetchable_topic_response, offset = _read_share_fetchable_topic_response_v1_v2(
            data, offset
        )
        responses.append(share_fetchable_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareFetchResponse.node_endpoints")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("ShareFetchResponse.node_endpoints", count)
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


def _write_share_fetchable_topic_response_v1_v2(
    message: ShareFetchableTopicResponse, parts: list[Buffer]
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


def _read_share_fetchable_topic_response_v1_v2(
    data: bytes, offset: int
) -> tuple[ShareFetchableTopicResponse, int]:
    message = _new(ShareFetchableTopicResponse)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareFetchableTopicResponse.partitions")
    count -= 1
    if count * 22 > len(data) - offset:
        raise count_refused("ShareFetchableTopicResponse.partitions", count)
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
    if message.acknowledge_error_message is None:
        text = b""
        length = 0
    else:
        text = message.acknowledge_error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.acknowledge_error_code, length)
        if length < 128
        else _pack_h(message.acknowledge_error_code) + uvarint(length)
    )
    parts.append(text)
    _write_leader_id_and_epoch_v1_v2(message.current_leader, parts)
    payload: Buffer = message.records
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    count = len(message.acquired_records) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for acquired_records in message.acquired_records:
        _write_acquired_records_v1_v2(acquired_records, parts)
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
    message.acknowledge_error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.acknowledge_error_message = None
    else:
        end = offset + length - 1
        message.acknowledge_error_message = data[offset:end].decode()
        offset = end
    message.current_leader, offset = _read_leader_id_and_epoch_v1_v2(data, offset)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("PartitionData.records")
    end = offset + length - 1
    message.records = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionData.acquired_records")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("PartitionData.acquired_records", count)
    acquired_records_list: list[AcquiredRecords] = []
    for _ in range(count):
        acquired_records, offset = _read_acquired_records_v1_v2(data, offset)
        acquired_records_list.append(acquired_records)
    message.acquired_records = acquired_records_list
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_acquired_records_v1_v2(message: AcquiredRecords, parts: list[Buffer]) -> None:
    parts.append(_pack_qqh0(message.first_offset, message.last_offset, message.delivery_count))


def _read_acquired_records_v1_v2(data: bytes, offset: int) -> tuple[AcquiredRecords, int]:
    message = _new(AcquiredRecords)
    message.first_offset, message.last_offset, message.delivery_count, count = _unpack_qqhB(
        data, offset
    )
    offset += 19
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

ShareFetchRequest.WRITERS = {
    1: _write_share_fetch_request_v1,
    2: _write_share_fetch_request_v2,
}
ShareFetchRequest.READERS = {
    1: _read_share_fetch_request_v1,
    2: _read_share_fetch_request_v2,
}
ShareFetchResponse.WRITERS = {
    1: _write_share_fetch_response_v1_v2,
    2: _write_share_fetch_response_v1_v2,
}
ShareFetchResponse.READERS = {
    1: _read_share_fetch_response_v1_v2,
    2: _read_share_fetch_response_v1_v2,
}
