# SPDX-License-Identifier: Apache-2.0
"""Metadata (key 3).

The brokers of the cluster, its topics, and who leads their partitions. Clients ask before they
produce or fetch, and again when a leader is not where they thought.

Errors: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND,
REPLICA_NOT_AVAILABLE, INVALID_TOPIC_EXCEPTION, INVALID_REPLICATION_FACTOR,
TOPIC_AUTHORIZATION_FAILED, POLICY_VIOLATION, REBOOTSTRAP_REQUIRED, INVALID_REQUEST.

Generated from `definitions/metadata.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
    count_refused,
    field_unsupported,
    null_refused,
    null_unsupported,
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
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_t = Format(">?")
_pack_t = _t.pack
_unpack_t = _t.unpack_from
_u = Format(">16s")
_pack_u = _u.pack
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
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
_tB = Format(">?B")
_pack_tB = _tB.pack
_unpack_tB = _tB.unpack_from
_ti = Format(">?i")
_pack_ti = _ti.pack
_unpack_ti = _ti.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ut = Format(">16s?")
_pack_ut = _ut.pack
_tt0 = Format(">??x")
_pack_tt0 = _tt0.pack
_ttB = Format(">??B")
_unpack_ttB = _ttB.unpack_from
_ttt = Format(">???")
_pack_ttt = _ttt.pack
_unpack_ttt = _ttt.unpack_from
_utB = Format(">16s?B")
_pack_utB = _utB.pack
_unpack_utB = _utB.unpack_from
_hiii = Format(">hiii")
_pack_hiii = _hiii.pack
_unpack_hiii = _hiii.unpack_from
_ttt0 = Format(">???x")
_pack_ttt0 = _ttt0.pack
_tttB = Format(">???B")
_unpack_tttB = _tttB.unpack_from
_hiiiB = Format(">hiiiB")
_pack_hiiiB = _hiiiB.pack
_unpack_hiiiB = _hiiiB.unpack_from
_hiiii = Format(">hiiii")
_pack_hiiii = _hiiii.pack
_unpack_hiiii = _hiiii.unpack_from


class MetadataRequest(Message):
    """The topics of interest."""

    __slots__ = (
        "topics",
        "allow_auto_topic_creation",
        "include_cluster_authorized_operations",
        "include_topic_authorized_operations",
    )

    API_KEY = 3
    VERSIONS = range(0, 14)
    FLEXIBLE_FROM = 9

    topics: list[MetadataRequestTopic] | None
    """The topics of interest; null means all (in version 0 an empty list does), empty means none.
    (may be None in versions 1+)
    """

    allow_auto_topic_creation: bool
    """Whether the broker may create missing topics, if it is configured to. (versions 4+)"""

    include_cluster_authorized_operations: bool
    """Whether to say what the user may do with the cluster. (versions 8-10)"""

    include_topic_authorized_operations: bool
    """Whether to say what the user may do with each topic. (versions 8+)"""

    def __init__(
        self,
        *,
        topics: Iterable[MetadataRequestTopic] | None = (),
        allow_auto_topic_creation: bool = True,
        include_cluster_authorized_operations: bool = False,
        include_topic_authorized_operations: bool = False,
    ) -> None:
        self.topics = None if topics is None else list(topics)
        self.allow_auto_topic_creation = allow_auto_topic_creation
        self.include_cluster_authorized_operations = include_cluster_authorized_operations
        self.include_topic_authorized_operations = include_topic_authorized_operations


class MetadataRequestTopic(Struct):
    """The topics of interest; null means all (in version 0 an empty list does), empty means none."""

    __slots__ = (
        "topic_id",
        "name",
    )

    topic_id: bytes
    """The topic's identifier; all zero when the topic is named instead. (versions 10+)"""

    name: str | None
    """The topic's name. (may be None in versions 10+)"""

    def __init__(self, *, topic_id: bytes = ZERO_UUID, name: str | None = "") -> None:
        self.topic_id = topic_id
        self.name = name


class MetadataResponse(Message):
    """The cluster as the broker knows it."""

    __slots__ = (
        "throttle_time_ms",
        "brokers",
        "cluster_id",
        "controller_id",
        "topics",
        "cluster_authorized_operations",
        "error_code",
    )

    API_KEY = 3
    VERSIONS = range(0, 14)
    FLEXIBLE_FROM = 9

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 3+)
    """

    brokers: list[MetadataResponseBroker]
    """The brokers that are alive."""

    cluster_id: str | None
    """The cluster's id; null when the broker has none yet. (versions 2+; may be None)"""

    controller_id: int
    """The broker to send controller requests to; -1 when there is none. (versions 1+)"""

    topics: list[MetadataResponseTopic]
    """The topics, with their partitions."""

    cluster_authorized_operations: int
    """What the user may do with the cluster, one bit for each operation; the smallest int32 when
    not asked for. (versions 8-10)
    """

    error_code: int
    """Outcome of the whole request; 0 is success. (versions 13+)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        brokers: Iterable[MetadataResponseBroker] = (),
        cluster_id: str | None = None,
        controller_id: int = -1,
        topics: Iterable[MetadataResponseTopic] = (),
        cluster_authorized_operations: int = -2147483648,
        error_code: int = 0,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.brokers = list(brokers)
        self.cluster_id = cluster_id
        self.controller_id = controller_id
        self.topics = list(topics)
        self.cluster_authorized_operations = cluster_authorized_operations
        self.error_code = error_code


class MetadataResponseTopic(Struct):
    """The topics, with their partitions."""

    __slots__ = (
        "error_code",
        "name",
        "topic_id",
        "is_internal",
        "partitions",
        "topic_authorized_operations",
    )

    error_code: int
    """Outcome for this topic; 0 is success."""

    name: str | None
    """The topic's name. (may be None in versions 12+)"""

    topic_id: bytes
    """The topic's identifier. (versions 10+)"""

    is_internal: bool
    """Whether the topic belongs to the cluster itself. (versions 1+)"""

    partitions: list[MetadataResponsePartition]
    """The topic's partitions."""

    topic_authorized_operations: int
    """What the user may do with the topic, one bit for each operation; the smallest int32 when not
    asked for. (versions 8+)
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        name: str | None = "",
        topic_id: bytes = ZERO_UUID,
        is_internal: bool = False,
        partitions: Iterable[MetadataResponsePartition] = (),
        topic_authorized_operations: int = -2147483648,
    ) -> None:
        self.error_code = error_code
        self.name = name
        self.topic_id = topic_id
        self.is_internal = is_internal
        self.partitions = list(partitions)
        self.topic_authorized_operations = topic_authorized_operations


class MetadataResponsePartition(Struct):
    """The topic's partitions."""

    __slots__ = (
        "error_code",
        "partition_index",
        "leader_id",
        "leader_epoch",
        "replica_nodes",
        "isr_nodes",
        "offline_replicas",
    )

    error_code: int
    """Outcome for this partition; 0 is success."""

    partition_index: int
    """The partition's number."""

    leader_id: int
    """The broker that leads the partition; -1 when there is none."""

    leader_epoch: int
    """The leader's epoch, which grows with each election; -1 when unknown. (versions 7+)"""

    replica_nodes: list[int]
    """The brokers that hold the partition, the preferred leader first."""

    isr_nodes: list[int]
    """The in-sync replicas."""

    offline_replicas: list[int]
    """Replicas whose broker or log directory is offline. (versions 5+)"""

    def __init__(
        self,
        *,
        error_code: int = 0,
        partition_index: int = 0,
        leader_id: int = 0,
        leader_epoch: int = -1,
        replica_nodes: Iterable[int] = (),
        isr_nodes: Iterable[int] = (),
        offline_replicas: Iterable[int] = (),
    ) -> None:
        self.error_code = error_code
        self.partition_index = partition_index
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch
        self.replica_nodes = list(replica_nodes)
        self.isr_nodes = list(isr_nodes)
        self.offline_replicas = list(offline_replicas)


class MetadataResponseBroker(Struct):
    """The brokers that are alive."""

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
    """The rack that the broker runs in; null when it has none. (versions 1+; may be None)"""

    def __init__(
        self, *, node_id: int = 0, host: str = "", port: int = 0, rack: str | None = None
    ) -> None:
        self.node_id = node_id
        self.host = host
        self.port = port
        self.rack = rack


def _write_metadata_request_v0(message: MetadataRequest, parts: list[Buffer]) -> None:
    if not message.allow_auto_topic_creation:
        raise field_unsupported("MetadataRequest.allow_auto_topic_creation", "0")
    if message.include_cluster_authorized_operations:
        raise field_unsupported("MetadataRequest.include_cluster_authorized_operations", "0")
    if message.include_topic_authorized_operations:
        raise field_unsupported("MetadataRequest.include_topic_authorized_operations", "0")
    if message.topics is None:
        raise null_unsupported("MetadataRequest.topics", "0")
    count = len(message.topics)
    parts.append(_pack_i(count))
    for metadata_request_topic in message.topics:
        _write_metadata_request_topic_v0_v8(metadata_request_topic, parts)


def _read_metadata_request_v0(data: bytes, offset: int) -> tuple[MetadataRequest, int]:
    message = _new(MetadataRequest)
    message.allow_auto_topic_creation = True
    message.include_cluster_authorized_operations = False
    message.include_topic_authorized_operations = False
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataRequest.topics")
    if count * 2 > len(data) - offset:
        raise count_refused("MetadataRequest.topics", count)
    topics: list[MetadataRequestTopic] = []
    for _ in range(count):
        metadata_request_topic, offset = _read_metadata_request_topic_v0_v8(data, offset)
        topics.append(metadata_request_topic)
    message.topics = topics
    return message, offset


def _write_metadata_request_v1_v3(message: MetadataRequest, parts: list[Buffer]) -> None:
    if not message.allow_auto_topic_creation:
        raise field_unsupported("MetadataRequest.allow_auto_topic_creation", "1-3")
    if message.include_cluster_authorized_operations:
        raise field_unsupported("MetadataRequest.include_cluster_authorized_operations", "1-3")
    if message.include_topic_authorized_operations:
        raise field_unsupported("MetadataRequest.include_topic_authorized_operations", "1-3")
    count = -1 if message.topics is None else len(message.topics)
    parts.append(_pack_i(count))
    if message.topics:
        for metadata_request_topic in message.topics:
            _write_metadata_request_topic_v0_v8(metadata_request_topic, parts)


def _read_metadata_request_v1_v3(data: bytes, offset: int) -> tuple[MetadataRequest, int]:
    message = _new(MetadataRequest)
    message.allow_auto_topic_creation = True
    message.include_cluster_authorized_operations = False
    message.include_topic_authorized_operations = False
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("MetadataRequest.topics")
        message.topics = None
    else:
        if count * 2 > len(data) - offset:
            raise count_refused("MetadataRequest.topics", count)
        topics: list[MetadataRequestTopic] = []
        for _ in range(count):
            metadata_request_topic, offset = _read_metadata_request_topic_v0_v8(data, offset)
            topics.append(metadata_request_topic)
        message.topics = topics
    return message, offset


def _write_metadata_request_v4_v7(message: MetadataRequest, parts: list[Buffer]) -> None:
    if message.include_cluster_authorized_operations:
        raise field_unsupported("MetadataRequest.include_cluster_authorized_operations", "4-7")
    if message.include_topic_authorized_operations:
        raise field_unsupported("MetadataRequest.include_topic_authorized_operations", "4-7")
    count = -1 if message.topics is None else len(message.topics)
    parts.append(_pack_i(count))
    if message.topics:
        for metadata_request_topic in message.topics:
            _write_metadata_request_topic_v0_v8(metadata_request_topic, parts)
    parts.append(_pack_t(message.allow_auto_topic_creation))


def _read_metadata_request_v4_v7(data: bytes, offset: int) -> tuple[MetadataRequest, int]:
    message = _new(MetadataRequest)
    message.include_cluster_authorized_operations = False
    message.include_topic_authorized_operations = False
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("MetadataRequest.topics")
        message.topics = None
    else:
        if count * 2 > len(data) - offset:
            raise count_refused("MetadataRequest.topics", count)
        topics: list[MetadataRequestTopic] = []
        for _ in range(count):
            metadata_request_topic, offset = _read_metadata_request_topic_v0_v8(data, offset)
            topics.append(metadata_request_topic)
        message.topics = topics
    (message.allow_auto_topic_creation,) = _unpack_t(data, offset)
    offset += 1
    return message, offset


def _write_metadata_request_v8(message: MetadataRequest, parts: list[Buffer]) -> None:
    count = -1 if message.topics is None else len(message.topics)
    parts.append(_pack_i(count))
    if message.topics:
        for metadata_request_topic in message.topics:
            _write_metadata_request_topic_v0_v8(metadata_request_topic, parts)
    parts.append(
        _pack_ttt(
            message.allow_auto_topic_creation,
            message.include_cluster_authorized_operations,
            message.include_topic_authorized_operations,
        )
    )


def _read_metadata_request_v8(data: bytes, offset: int) -> tuple[MetadataRequest, int]:
    message = _new(MetadataRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("MetadataRequest.topics")
        message.topics = None
    else:
        if count * 2 > len(data) - offset:
            raise count_refused("MetadataRequest.topics", count)
        topics: list[MetadataRequestTopic] = []
        for _ in range(count):
            metadata_request_topic, offset = _read_metadata_request_topic_v0_v8(data, offset)
            topics.append(metadata_request_topic)
        message.topics = topics
    (
        message.allow_auto_topic_creation,
        message.include_cluster_authorized_operations,
        message.include_topic_authorized_operations,
    ) = _unpack_ttt(data, offset)
    offset += 3
    return message, offset


def _write_metadata_request_v9(message: MetadataRequest, parts: list[Buffer]) -> None:
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for metadata_request_topic in message.topics:
            _write_metadata_request_topic_v9(metadata_request_topic, parts)
    parts.append(
        _pack_ttt0(
            message.allow_auto_topic_creation,
            message.include_cluster_authorized_operations,
            message.include_topic_authorized_operations,
        )
    )


def _read_metadata_request_v9(data: bytes, offset: int) -> tuple[MetadataRequest, int]:
    message = _new(MetadataRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 2 > len(data) - offset:
            raise count_refused("MetadataRequest.topics", count)
        topics: list[MetadataRequestTopic] = []
        for _ in range(count):
            metadata_request_topic, offset = _read_metadata_request_topic_v9(data, offset)
            topics.append(metadata_request_topic)
        message.topics = topics
    (
        message.allow_auto_topic_creation,
        message.include_cluster_authorized_operations,
        message.include_topic_authorized_operations,
        count,
    ) = _unpack_tttB(data, offset)
    offset += 4
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_request_v10(message: MetadataRequest, parts: list[Buffer]) -> None:
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for metadata_request_topic in message.topics:
            _write_metadata_request_topic_v10_v13(metadata_request_topic, parts)
    parts.append(
        _pack_ttt0(
            message.allow_auto_topic_creation,
            message.include_cluster_authorized_operations,
            message.include_topic_authorized_operations,
        )
    )


def _read_metadata_request_v10(data: bytes, offset: int) -> tuple[MetadataRequest, int]:
    message = _new(MetadataRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 18 > len(data) - offset:
            raise count_refused("MetadataRequest.topics", count)
        topics: list[MetadataRequestTopic] = []
        for _ in range(count):
            metadata_request_topic, offset = _read_metadata_request_topic_v10_v13(data, offset)
            topics.append(metadata_request_topic)
        message.topics = topics
    (
        message.allow_auto_topic_creation,
        message.include_cluster_authorized_operations,
        message.include_topic_authorized_operations,
        count,
    ) = _unpack_tttB(data, offset)
    offset += 4
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_request_v11_v13(message: MetadataRequest, parts: list[Buffer]) -> None:
    if message.include_cluster_authorized_operations:
        raise field_unsupported("MetadataRequest.include_cluster_authorized_operations", "11-13")
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for metadata_request_topic in message.topics:
            _write_metadata_request_topic_v10_v13(metadata_request_topic, parts)
    parts.append(
        _pack_tt0(message.allow_auto_topic_creation, message.include_topic_authorized_operations)
    )


def _read_metadata_request_v11_v13(data: bytes, offset: int) -> tuple[MetadataRequest, int]:
    message = _new(MetadataRequest)
    message.include_cluster_authorized_operations = False
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 18 > len(data) - offset:
            raise count_refused("MetadataRequest.topics", count)
        topics: list[MetadataRequestTopic] = []
        for _ in range(count):
            metadata_request_topic, offset = _read_metadata_request_topic_v10_v13(data, offset)
            topics.append(metadata_request_topic)
        message.topics = topics
    message.allow_auto_topic_creation, message.include_topic_authorized_operations, count = (
        _unpack_ttB(data, offset)
    )
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_request_topic_v0_v8(message: MetadataRequestTopic, parts: list[Buffer]) -> None:
    if message.name is None:
        raise null_unsupported("MetadataRequestTopic.name", "0-8")
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_metadata_request_topic_v0_v8(
    data: bytes, offset: int
) -> tuple[MetadataRequestTopic, int]:
    message = _new(MetadataRequestTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("MetadataRequestTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    return message, offset


def _write_metadata_request_topic_v9(message: MetadataRequestTopic, parts: list[Buffer]) -> None:
    if message.name is None:
        raise null_unsupported("MetadataRequestTopic.name", "9")
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_metadata_request_topic_v9(data: bytes, offset: int) -> tuple[MetadataRequestTopic, int]:
    message = _new(MetadataRequestTopic)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MetadataRequestTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_request_topic_v10_v13(
    message: MetadataRequestTopic, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    if message.name is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.name.encode()
        length = len(text) + 1
    parts.append(
        _pack_uB(message.topic_id, length)
        if length < 128
        else _pack_u(message.topic_id) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_metadata_request_topic_v10_v13(
    data: bytes, offset: int
) -> tuple[MetadataRequestTopic, int]:
    message = _new(MetadataRequestTopic)
    message.topic_id, length = _unpack_uB(data, offset)
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.name = None
    else:
        end = offset + length - 1
        message.name = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_v0(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "0")
    count = len(message.brokers)
    parts.append(_pack_i(count))
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v0(metadata_response_broker, parts)
    count = len(message.topics)
    parts.append(_pack_i(count))
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v0(metadata_response_topic, parts)


def _read_metadata_response_v0(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.throttle_time_ms = 0
    message.cluster_id = None
    message.controller_id = -1
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponse.brokers")
    if count * 10 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v0(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponse.topics")
    if count * 8 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v0(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    return message, offset


def _write_metadata_response_v1(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "1")
    count = len(message.brokers)
    parts.append(_pack_i(count))
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v1_v8(metadata_response_broker, parts)
    count = len(message.topics)
    parts.append(_pack_ii(message.controller_id, count))
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v1_v4(metadata_response_topic, parts)


def _read_metadata_response_v1(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.throttle_time_ms = 0
    message.cluster_id = None
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponse.brokers")
    if count * 12 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v1_v8(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    message.controller_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.topics")
    if count * 9 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v1_v4(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    return message, offset


def _write_metadata_response_v2(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "2")
    count = len(message.brokers)
    parts.append(_pack_i(count))
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v1_v8(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.cluster_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_ii(message.controller_id, count))
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v1_v4(metadata_response_topic, parts)


def _read_metadata_response_v2(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.throttle_time_ms = 0
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponse.brokers")
    if count * 12 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v1_v8(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MetadataResponse.cluster_id")
        message.cluster_id = None
    else:
        end = offset + length
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.topics")
    if count * 9 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v1_v4(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    return message, offset


def _write_metadata_response_v3_v4(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "3-4")
    count = len(message.brokers)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v1_v8(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.cluster_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_ii(message.controller_id, count))
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v1_v4(metadata_response_topic, parts)


def _read_metadata_response_v3_v4(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.brokers")
    if count * 12 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v1_v8(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MetadataResponse.cluster_id")
        message.cluster_id = None
    else:
        end = offset + length
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.topics")
    if count * 9 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v1_v4(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    return message, offset


def _write_metadata_response_v5_v6(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "5-6")
    count = len(message.brokers)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v1_v8(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.cluster_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_ii(message.controller_id, count))
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v5_v6(metadata_response_topic, parts)


def _read_metadata_response_v5_v6(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.brokers")
    if count * 12 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v1_v8(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MetadataResponse.cluster_id")
        message.cluster_id = None
    else:
        end = offset + length
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.topics")
    if count * 9 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v5_v6(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    return message, offset


def _write_metadata_response_v7(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "7")
    count = len(message.brokers)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v1_v8(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.cluster_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_ii(message.controller_id, count))
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v7(metadata_response_topic, parts)


def _read_metadata_response_v7(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.brokers")
    if count * 12 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v1_v8(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MetadataResponse.cluster_id")
        message.cluster_id = None
    else:
        end = offset + length
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.topics")
    if count * 9 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v7(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    return message, offset


def _write_metadata_response_v8(message: MetadataResponse, parts: list[Buffer]) -> None:
    count = len(message.brokers)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v1_v8(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.cluster_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_ii(message.controller_id, count))
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v8(metadata_response_topic, parts)
    parts.append(_pack_i(message.cluster_authorized_operations))


def _read_metadata_response_v8(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.brokers")
    if count * 12 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v1_v8(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("MetadataResponse.cluster_id")
        message.cluster_id = None
    else:
        end = offset + length
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("MetadataResponse.topics")
    if count * 13 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v8(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    (message.cluster_authorized_operations,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_metadata_response_v9(message: MetadataResponse, parts: list[Buffer]) -> None:
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v9_v13(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v9(metadata_response_topic, parts)
    parts.append(_pack_i0(message.cluster_authorized_operations))


def _read_metadata_response_v9(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.brokers")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v9_v13(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.cluster_id = None
    else:
        end = offset + length - 1
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.topics")
    count -= 1
    if count * 10 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v9(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    message.cluster_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_v10(message: MetadataResponse, parts: list[Buffer]) -> None:
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v9_v13(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v10_v11(metadata_response_topic, parts)
    parts.append(_pack_i0(message.cluster_authorized_operations))


def _read_metadata_response_v10(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.brokers")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v9_v13(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.cluster_id = None
    else:
        end = offset + length - 1
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.topics")
    count -= 1
    if count * 26 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v10_v11(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    message.cluster_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_v11(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "11")
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v9_v13(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v10_v11(metadata_response_topic, parts)
    parts.append(b"\x00")


def _read_metadata_response_v11(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.brokers")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v9_v13(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.cluster_id = None
    else:
        end = offset + length - 1
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.topics")
    count -= 1
    if count * 26 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v10_v11(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_v12(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "12")
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v9_v13(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v12_v13(metadata_response_topic, parts)
    parts.append(b"\x00")


def _read_metadata_response_v12(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.cluster_authorized_operations = -2147483648
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.brokers")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v9_v13(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.cluster_id = None
    else:
        end = offset + length - 1
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.topics")
    count -= 1
    if count * 26 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v12_v13(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_v13(message: MetadataResponse, parts: list[Buffer]) -> None:
    if message.cluster_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponse.cluster_authorized_operations", "13")
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for metadata_response_broker in message.brokers:
        _write_metadata_response_broker_v9_v13(metadata_response_broker, parts)
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for metadata_response_topic in message.topics:
        _write_metadata_response_topic_v12_v13(metadata_response_topic, parts)
    parts.append(_pack_h0(message.error_code))


def _read_metadata_response_v13(data: bytes, offset: int) -> tuple[MetadataResponse, int]:
    message = _new(MetadataResponse)
    message.cluster_authorized_operations = -2147483648
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.brokers")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("MetadataResponse.brokers", count)
    brokers: list[MetadataResponseBroker] = []
    for _ in range(count):
        metadata_response_broker, offset = _read_metadata_response_broker_v9_v13(data, offset)
        brokers.append(metadata_response_broker)
    message.brokers = brokers
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.cluster_id = None
    else:
        end = offset + length - 1
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponse.topics")
    count -= 1
    if count * 26 > len(data) - offset:
        raise count_refused("MetadataResponse.topics", count)
    topics: list[MetadataResponseTopic] = []
    for _ in range(count):
        metadata_response_topic, offset = _read_metadata_response_topic_v12_v13(data, offset)
        topics.append(metadata_response_topic)
    message.topics = topics
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_topic_v0(message: MetadataResponseTopic, parts: list[Buffer]) -> None:
    if message.topic_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponseTopic.topic_authorized_operations", "0")
    if message.name is None:
        raise null_unsupported("MetadataResponseTopic.name", "0")
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v0_v4(metadata_response_partition, parts)


def _read_metadata_response_topic_v0(data: bytes, offset: int) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.topic_id = ZERO_UUID
    message.is_internal = False
    message.topic_authorized_operations = -2147483648
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MetadataResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponseTopic.partitions")
    if count * 18 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v0_v4(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    return message, offset


def _write_metadata_response_topic_v1_v4(
    message: MetadataResponseTopic, parts: list[Buffer]
) -> None:
    if message.topic_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponseTopic.topic_authorized_operations", "1-4")
    if message.name is None:
        raise null_unsupported("MetadataResponseTopic.name", "1-4")
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_ti(message.is_internal, count))
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v0_v4(metadata_response_partition, parts)


def _read_metadata_response_topic_v1_v4(
    data: bytes, offset: int
) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.topic_id = ZERO_UUID
    message.topic_authorized_operations = -2147483648
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MetadataResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.is_internal, count = _unpack_ti(data, offset)
    offset += 5
    if count < 0:
        raise null_refused("MetadataResponseTopic.partitions")
    if count * 18 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v0_v4(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    return message, offset


def _write_metadata_response_topic_v5_v6(
    message: MetadataResponseTopic, parts: list[Buffer]
) -> None:
    if message.topic_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponseTopic.topic_authorized_operations", "5-6")
    if message.name is None:
        raise null_unsupported("MetadataResponseTopic.name", "5-6")
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_ti(message.is_internal, count))
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v5_v6(metadata_response_partition, parts)


def _read_metadata_response_topic_v5_v6(
    data: bytes, offset: int
) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.topic_id = ZERO_UUID
    message.topic_authorized_operations = -2147483648
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MetadataResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.is_internal, count = _unpack_ti(data, offset)
    offset += 5
    if count < 0:
        raise null_refused("MetadataResponseTopic.partitions")
    if count * 22 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v5_v6(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    return message, offset


def _write_metadata_response_topic_v7(message: MetadataResponseTopic, parts: list[Buffer]) -> None:
    if message.topic_authorized_operations != -2147483648:
        raise field_unsupported("MetadataResponseTopic.topic_authorized_operations", "7")
    if message.name is None:
        raise null_unsupported("MetadataResponseTopic.name", "7")
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_ti(message.is_internal, count))
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v7_v8(metadata_response_partition, parts)


def _read_metadata_response_topic_v7(data: bytes, offset: int) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.topic_id = ZERO_UUID
    message.topic_authorized_operations = -2147483648
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MetadataResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.is_internal, count = _unpack_ti(data, offset)
    offset += 5
    if count < 0:
        raise null_refused("MetadataResponseTopic.partitions")
    if count * 26 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v7_v8(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    return message, offset


def _write_metadata_response_topic_v8(message: MetadataResponseTopic, parts: list[Buffer]) -> None:
    if message.name is None:
        raise null_unsupported("MetadataResponseTopic.name", "8")
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_ti(message.is_internal, count))
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v7_v8(metadata_response_partition, parts)
    parts.append(_pack_i(message.topic_authorized_operations))


def _read_metadata_response_topic_v8(data: bytes, offset: int) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.topic_id = ZERO_UUID
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("MetadataResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.is_internal, count = _unpack_ti(data, offset)
    offset += 5
    if count < 0:
        raise null_refused("MetadataResponseTopic.partitions")
    if count * 26 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v7_v8(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    (message.topic_authorized_operations,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_metadata_response_topic_v9(message: MetadataResponseTopic, parts: list[Buffer]) -> None:
    if message.name is None:
        raise null_unsupported("MetadataResponseTopic.name", "9")
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(
        _pack_tB(message.is_internal, count)
        if count < 128
        else _pack_t(message.is_internal) + uvarint(count)
    )
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v9_v13(metadata_response_partition, parts)
    parts.append(_pack_i0(message.topic_authorized_operations))


def _read_metadata_response_topic_v9(data: bytes, offset: int) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.topic_id = ZERO_UUID
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MetadataResponseTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.is_internal, count = _unpack_tB(data, offset)
    offset += 2
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponseTopic.partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v9_v13(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    message.topic_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_topic_v10_v11(
    message: MetadataResponseTopic, parts: list[Buffer]
) -> None:
    if message.name is None:
        raise null_unsupported("MetadataResponseTopic.name", "10-11")
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_utB(message.topic_id, message.is_internal, count)
        if count < 128
        else _pack_ut(message.topic_id, message.is_internal) + uvarint(count)
    )
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v9_v13(metadata_response_partition, parts)
    parts.append(_pack_i0(message.topic_authorized_operations))


def _read_metadata_response_topic_v10_v11(
    data: bytes, offset: int
) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MetadataResponseTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.topic_id, message.is_internal, count = _unpack_utB(data, offset)
    offset += 18
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponseTopic.partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v9_v13(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    message.topic_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_topic_v12_v13(
    message: MetadataResponseTopic, parts: list[Buffer]
) -> None:
    if message.name is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.name.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_utB(message.topic_id, message.is_internal, count)
        if count < 128
        else _pack_ut(message.topic_id, message.is_internal) + uvarint(count)
    )
    for metadata_response_partition in message.partitions:
        _write_metadata_response_partition_v9_v13(metadata_response_partition, parts)
    parts.append(_pack_i0(message.topic_authorized_operations))


def _read_metadata_response_topic_v12_v13(
    data: bytes, offset: int
) -> tuple[MetadataResponseTopic, int]:
    message = _new(MetadataResponseTopic)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.name = None
    else:
        end = offset + length - 1
        message.name = data[offset:end].decode()
        offset = end
    message.topic_id, message.is_internal, count = _unpack_utB(data, offset)
    offset += 18
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponseTopic.partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("MetadataResponseTopic.partitions", count)
    partitions: list[MetadataResponsePartition] = []
    for _ in range(count):
        metadata_response_partition, offset = _read_metadata_response_partition_v9_v13(data, offset)
        partitions.append(metadata_response_partition)
    message.partitions = partitions
    message.topic_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_partition_v0_v4(
    message: MetadataResponsePartition, parts: list[Buffer]
) -> None:
    count = len(message.replica_nodes)
    parts.append(_pack_hiii(message.error_code, message.partition_index, message.leader_id, count))
    parts.append(pack_int32s(message.replica_nodes))
    count = len(message.isr_nodes)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.isr_nodes))


def _read_metadata_response_partition_v0_v4(
    data: bytes, offset: int
) -> tuple[MetadataResponsePartition, int]:
    message = _new(MetadataResponsePartition)
    message.leader_epoch = -1
    message.offline_replicas = []
    message.error_code, message.partition_index, message.leader_id, count = _unpack_hiii(
        data, offset
    )
    offset += 14
    if count < 0:
        raise null_refused("MetadataResponsePartition.replica_nodes")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.replica_nodes", count)
    message.replica_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponsePartition.isr_nodes")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.isr_nodes", count)
    message.isr_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_metadata_response_partition_v5_v6(
    message: MetadataResponsePartition, parts: list[Buffer]
) -> None:
    count = len(message.replica_nodes)
    parts.append(_pack_hiii(message.error_code, message.partition_index, message.leader_id, count))
    parts.append(pack_int32s(message.replica_nodes))
    count = len(message.isr_nodes)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.isr_nodes))
    count = len(message.offline_replicas)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.offline_replicas))


def _read_metadata_response_partition_v5_v6(
    data: bytes, offset: int
) -> tuple[MetadataResponsePartition, int]:
    message = _new(MetadataResponsePartition)
    message.leader_epoch = -1
    message.error_code, message.partition_index, message.leader_id, count = _unpack_hiii(
        data, offset
    )
    offset += 14
    if count < 0:
        raise null_refused("MetadataResponsePartition.replica_nodes")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.replica_nodes", count)
    message.replica_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponsePartition.isr_nodes")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.isr_nodes", count)
    message.isr_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponsePartition.offline_replicas")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.offline_replicas", count)
    message.offline_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_metadata_response_partition_v7_v8(
    message: MetadataResponsePartition, parts: list[Buffer]
) -> None:
    count = len(message.replica_nodes)
    parts.append(
        _pack_hiiii(
            message.error_code,
            message.partition_index,
            message.leader_id,
            message.leader_epoch,
            count,
        )
    )
    parts.append(pack_int32s(message.replica_nodes))
    count = len(message.isr_nodes)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.isr_nodes))
    count = len(message.offline_replicas)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.offline_replicas))


def _read_metadata_response_partition_v7_v8(
    data: bytes, offset: int
) -> tuple[MetadataResponsePartition, int]:
    message = _new(MetadataResponsePartition)
    message.error_code, message.partition_index, message.leader_id, message.leader_epoch, count = (
        _unpack_hiiii(data, offset)
    )
    offset += 18
    if count < 0:
        raise null_refused("MetadataResponsePartition.replica_nodes")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.replica_nodes", count)
    message.replica_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponsePartition.isr_nodes")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.isr_nodes", count)
    message.isr_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("MetadataResponsePartition.offline_replicas")
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.offline_replicas", count)
    message.offline_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_metadata_response_partition_v9_v13(
    message: MetadataResponsePartition, parts: list[Buffer]
) -> None:
    count = len(message.replica_nodes) + 1
    parts.append(
        _pack_hiiiB(
            message.error_code,
            message.partition_index,
            message.leader_id,
            message.leader_epoch,
            count,
        )
        if count < 128
        else _pack_hiii(
            message.error_code, message.partition_index, message.leader_id, message.leader_epoch
        )
        + uvarint(count)
    )
    parts.append(pack_int32s(message.replica_nodes))
    count = len(message.isr_nodes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.isr_nodes))
    count = len(message.offline_replicas) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.offline_replicas))
    parts.append(b"\x00")


def _read_metadata_response_partition_v9_v13(
    data: bytes, offset: int
) -> tuple[MetadataResponsePartition, int]:
    message = _new(MetadataResponsePartition)
    message.error_code, message.partition_index, message.leader_id, message.leader_epoch, count = (
        _unpack_hiiiB(data, offset)
    )
    offset += 15
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponsePartition.replica_nodes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.replica_nodes", count)
    message.replica_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponsePartition.isr_nodes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.isr_nodes", count)
    message.isr_nodes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("MetadataResponsePartition.offline_replicas")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("MetadataResponsePartition.offline_replicas", count)
    message.offline_replicas = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_metadata_response_broker_v0(
    message: MetadataResponseBroker, parts: list[Buffer]
) -> None:
    text: Buffer = message.host.encode()
    length = len(text)
    parts.append(_pack_ih(message.node_id, length))
    parts.append(text)
    parts.append(_pack_i(message.port))


def _read_metadata_response_broker_v0(
    data: bytes, offset: int
) -> tuple[MetadataResponseBroker, int]:
    message = _new(MetadataResponseBroker)
    message.rack = None
    message.node_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("MetadataResponseBroker.host")
    end = offset + length
    message.host = data[offset:end].decode()
    offset = end
    (message.port,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_metadata_response_broker_v1_v8(
    message: MetadataResponseBroker, parts: list[Buffer]
) -> None:
    text: Buffer = message.host.encode()
    length = len(text)
    parts.append(_pack_ih(message.node_id, length))
    parts.append(text)
    if message.rack is None:
        text = b""
        length = -1
    else:
        text = message.rack.encode()
        length = len(text)
    parts.append(_pack_ih(message.port, length))
    parts.append(text)


def _read_metadata_response_broker_v1_v8(
    data: bytes, offset: int
) -> tuple[MetadataResponseBroker, int]:
    message = _new(MetadataResponseBroker)
    message.node_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("MetadataResponseBroker.host")
    end = offset + length
    message.host = data[offset:end].decode()
    offset = end
    message.port, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        if length != -1:
            raise null_refused("MetadataResponseBroker.rack")
        message.rack = None
    else:
        end = offset + length
        message.rack = data[offset:end].decode()
        offset = end
    return message, offset


def _write_metadata_response_broker_v9_v13(
    message: MetadataResponseBroker, parts: list[Buffer]
) -> None:
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


def _read_metadata_response_broker_v9_v13(
    data: bytes, offset: int
) -> tuple[MetadataResponseBroker, int]:
    message = _new(MetadataResponseBroker)
    message.node_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("MetadataResponseBroker.host")
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


MetadataRequest.WRITERS = {
    0: _write_metadata_request_v0,
    1: _write_metadata_request_v1_v3,
    2: _write_metadata_request_v1_v3,
    3: _write_metadata_request_v1_v3,
    4: _write_metadata_request_v4_v7,
    5: _write_metadata_request_v4_v7,
    6: _write_metadata_request_v4_v7,
    7: _write_metadata_request_v4_v7,
    8: _write_metadata_request_v8,
    9: _write_metadata_request_v9,
    10: _write_metadata_request_v10,
    11: _write_metadata_request_v11_v13,
    12: _write_metadata_request_v11_v13,
    13: _write_metadata_request_v11_v13,
}
MetadataRequest.READERS = {
    0: _read_metadata_request_v0,
    1: _read_metadata_request_v1_v3,
    2: _read_metadata_request_v1_v3,
    3: _read_metadata_request_v1_v3,
    4: _read_metadata_request_v4_v7,
    5: _read_metadata_request_v4_v7,
    6: _read_metadata_request_v4_v7,
    7: _read_metadata_request_v4_v7,
    8: _read_metadata_request_v8,
    9: _read_metadata_request_v9,
    10: _read_metadata_request_v10,
    11: _read_metadata_request_v11_v13,
    12: _read_metadata_request_v11_v13,
    13: _read_metadata_request_v11_v13,
}
MetadataResponse.WRITERS = {
    0: _write_metadata_response_v0,
    1: _write_metadata_response_v1,
    2: _write_metadata_response_v2,
    3: _write_metadata_response_v3_v4,
    4: _write_metadata_response_v3_v4,
    5: _write_metadata_response_v5_v6,
    6: _write_metadata_response_v5_v6,
    7: _write_metadata_response_v7,
    8: _write_metadata_response_v8,
    9: _write_metadata_response_v9,
    10: _write_metadata_response_v10,
    11: _write_metadata_response_v11,
    12: _write_metadata_response_v12,
    13: _write_metadata_response_v13,
}
MetadataResponse.READERS = {
    0: _read_metadata_response_v0,
    1: _read_metadata_response_v1,
    2: _read_metadata_response_v2,
    3: _read_metadata_response_v3_v4,
    4: _read_metadata_response_v3_v4,
    5: _read_metadata_response_v5_v6,
    6: _read_metadata_response_v5_v6,
    7: _read_metadata_response_v7,
    8: _read_metadata_response_v8,
    9: _read_metadata_response_v9,
    10: _read_metadata_response_v10,
    11: _read_metadata_response_v11,
    12: _read_metadata_response_v12,
    13: _read_metadata_response_v13,
}
