# SPDX-License-Identifier: Apache-2.0
"""DescribeQuorum (key 55).

The voters and observers of Kafka's metadata quorum.

Errors: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, INVALID_REQUEST,
CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/describe_quorum.txt` by `make gen`.
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
_i = Format(">i")
_pack_i = _i.pack
_H0 = Format(">Hx")
_pack_H0 = _H0.pack
_HB = Format(">HB")
_unpack_HB = _HB.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iiq = Format(">iiq")
_pack_iiq = _iiq.pack
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from
_iiqB = Format(">iiqB")
_pack_iiqB = _iiqB.pack
_unpack_iiqB = _iiqB.unpack_from
_ihiiq = Format(">ihiiq")
_pack_ihiiq = _ihiiq.pack
_iqqq0 = Format(">iqqqx")
_pack_iqqq0 = _iqqq0.pack
_iqqqB = Format(">iqqqB")
_unpack_iqqqB = _iqqqB.unpack_from
_ihiiqB = Format(">ihiiqB")
_pack_ihiiqB = _ihiiqB.pack
_unpack_ihiiqB = _ihiiqB.unpack_from
_iuqqq0 = Format(">i16sqqqx")
_pack_iuqqq0 = _iuqqq0.pack
_iuqqqB = Format(">i16sqqqB")
_unpack_iuqqqB = _iuqqqB.unpack_from


class DescribeQuorumRequest(Message):
    """Always the metadata partition."""

    __slots__ = ("topics",)

    API_KEY = 55
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    topics: list[DescribeQuorumRequestTopicData]
    """The topics that are meant, each with its partitions."""

    def __init__(self, *, topics: Iterable[DescribeQuorumRequestTopicData] = ()) -> None:
        self.topics = list(topics)


class DescribeQuorumRequestTopicData(Struct):
    """The topics that are meant, each with its partitions."""

    __slots__ = (
        "topic_name",
        "partitions",
    )

    topic_name: str
    """The topic's name."""

    partitions: list[DescribeQuorumRequestPartitionData]
    """The partitions that are meant."""

    def __init__(
        self, *, topic_name: str = "", partitions: Iterable[DescribeQuorumRequestPartitionData] = ()
    ) -> None:
        self.topic_name = topic_name
        self.partitions = list(partitions)


class DescribeQuorumRequestPartitionData(Struct):
    """The partitions that are meant."""

    __slots__ = ("partition_index",)

    partition_index: int
    """The partition's number."""

    def __init__(self, *, partition_index: int = 0) -> None:
        self.partition_index = partition_index


class DescribeQuorumResponse(Message):
    """The quorum."""

    __slots__ = (
        "error_code",
        "error_message",
        "topics",
        "nodes",
    )

    API_KEY = 55
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (versions 2+; may be
    None)
    """

    topics: list[DescribeQuorumResponseTopicData]
    """What was found, by topic."""

    nodes: list[Node]
    """The controllers and their addresses. (versions 2+)"""

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = "",
        topics: Iterable[DescribeQuorumResponseTopicData] = (),
        nodes: Iterable[Node] = (),
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.topics = list(topics)
        self.nodes = list(nodes)


class Node(Struct):
    """The controllers and their addresses."""

    __slots__ = (
        "node_id",
        "listeners",
    )

    node_id: int
    """The controller's id."""

    listeners: list[Listener]
    """Addresses under which the node can be reached."""

    def __init__(self, *, node_id: int = 0, listeners: Iterable[Listener] = ()) -> None:
        self.node_id = node_id
        self.listeners = list(listeners)


class Listener(Struct):
    """Addresses under which the node can be reached."""

    __slots__ = (
        "name",
        "host",
        "port",
    )

    name: str
    """The listener's name."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    def __init__(self, *, name: str = "", host: str = "", port: int = 0) -> None:
        self.name = name
        self.host = host
        self.port = port


class DescribeQuorumResponseTopicData(Struct):
    """What was found, by topic."""

    __slots__ = (
        "topic_name",
        "partitions",
    )

    topic_name: str
    """The topic's name."""

    partitions: list[DescribeQuorumResponsePartitionData]
    """The partitions that were asked for."""

    def __init__(
        self,
        *,
        topic_name: str = "",
        partitions: Iterable[DescribeQuorumResponsePartitionData] = (),
    ) -> None:
        self.topic_name = topic_name
        self.partitions = list(partitions)


class DescribeQuorumResponsePartitionData(Struct):
    """The partitions that were asked for."""

    __slots__ = (
        "partition_index",
        "error_code",
        "error_message",
        "leader_id",
        "leader_epoch",
        "high_watermark",
        "current_voters",
        "observers",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (versions 2+; may be
    None)
    """

    leader_id: int
    """The controller that leads the quorum; -1 when there is none."""

    leader_epoch: int
    """The partition's leader epoch."""

    high_watermark: int
    """The high watermark: records below it are on all in-sync replicas."""

    current_voters: list[ReplicaState]
    """The voters and how far they are."""

    observers: list[ReplicaState]
    """Replicas that read without a vote."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
        leader_id: int = 0,
        leader_epoch: int = 0,
        high_watermark: int = 0,
        current_voters: Iterable[ReplicaState] = (),
        observers: Iterable[ReplicaState] = (),
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.error_message = error_message
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch
        self.high_watermark = high_watermark
        self.current_voters = list(current_voters)
        self.observers = list(observers)


class ReplicaState(Struct):
    """The voters and how far they are."""

    __slots__ = (
        "replica_id",
        "replica_directory_id",
        "log_end_offset",
        "last_fetch_timestamp",
        "last_caught_up_timestamp",
    )

    replica_id: int
    """The replica's id."""

    replica_directory_id: bytes
    """The identifier of the replica's log directory. (versions 2+)"""

    log_end_offset: int
    """The last known log end offset of the replica; -1 when unknown."""

    last_fetch_timestamp: int
    """When the replica last fetched, as Unix time in milliseconds; -1 when unknown. (versions 1+)
    """

    last_caught_up_timestamp: int
    """When the replica last had everything, as Unix time in milliseconds; -1 when unknown.
    (versions 1+)
    """

    def __init__(
        self,
        *,
        replica_id: int = 0,
        replica_directory_id: bytes = ZERO_UUID,
        log_end_offset: int = 0,
        last_fetch_timestamp: int = -1,
        last_caught_up_timestamp: int = -1,
    ) -> None:
        self.replica_id = replica_id
        self.replica_directory_id = replica_directory_id
        self.log_end_offset = log_end_offset
        self.last_fetch_timestamp = last_fetch_timestamp
        self.last_caught_up_timestamp = last_caught_up_timestamp


def _write_describe_quorum_request_v0_v2(
    message: DescribeQuorumRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_quorum_request_topic_data in message.topics:
        _write_describe_quorum_request_topic_data_v0_v2(describe_quorum_request_topic_data, parts)
    parts.append(b"\x00")


def _read_describe_quorum_request_v0_v2(
    data: bytes, offset: int
) -> tuple[DescribeQuorumRequest, int]:
    message = _new(DescribeQuorumRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeQuorumRequest.topics", count)
    topics: list[DescribeQuorumRequestTopicData] = []
    for _ in range(count):
        describe_quorum_request_topic_data, offset = _read_describe_quorum_request_topic_data_v0_v2(
            data, offset
        )
        topics.append(describe_quorum_request_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_request_topic_data_v0_v2(
    message: DescribeQuorumRequestTopicData, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_quorum_request_partition_data in message.partitions:
        _write_describe_quorum_request_partition_data_v0_v2(
            describe_quorum_request_partition_data, parts
        )
    parts.append(b"\x00")


def _read_describe_quorum_request_topic_data_v0_v2(
    data: bytes, offset: int
) -> tuple[DescribeQuorumRequestTopicData, int]:
    message = _new(DescribeQuorumRequestTopicData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeQuorumRequestTopicData.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumRequestTopicData.partitions")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeQuorumRequestTopicData.partitions", count)
    partitions: list[DescribeQuorumRequestPartitionData] = []
    for _ in range(count):
        describe_quorum_request_partition_data, offset = (
            _read_describe_quorum_request_partition_data_v0_v2(data, offset)
        )
        partitions.append(describe_quorum_request_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_request_partition_data_v0_v2(
    message: DescribeQuorumRequestPartitionData, parts: list[Buffer]
) -> None:
    parts.append(_pack_i0(message.partition_index))


def _read_describe_quorum_request_partition_data_v0_v2(
    data: bytes, offset: int
) -> tuple[DescribeQuorumRequestPartitionData, int]:
    message = _new(DescribeQuorumRequestPartitionData)
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_v0(
    message: DescribeQuorumResponse, parts: list[Buffer]
) -> None:
    if message.nodes:
        raise field_unsupported("DescribeQuorumResponse.nodes", "0")
    count = len(message.topics) + 1
    parts.append(
        _pack_hB(message.error_code, count)
        if count < 128
        else _pack_h(message.error_code) + uvarint(count)
    )
    for describe_quorum_response_topic_data in message.topics:
        _write_describe_quorum_response_topic_data_v0(describe_quorum_response_topic_data, parts)
    parts.append(b"\x00")


def _read_describe_quorum_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponse, int]:
    message = _new(DescribeQuorumResponse)
    message.error_message = ""
    message.nodes = []
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeQuorumResponse.topics", count)
    topics: list[DescribeQuorumResponseTopicData] = []
    for _ in range(count):
        describe_quorum_response_topic_data, offset = _read_describe_quorum_response_topic_data_v0(
            data, offset
        )
        topics.append(describe_quorum_response_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_v1(
    message: DescribeQuorumResponse, parts: list[Buffer]
) -> None:
    if message.nodes:
        raise field_unsupported("DescribeQuorumResponse.nodes", "1")
    count = len(message.topics) + 1
    parts.append(
        _pack_hB(message.error_code, count)
        if count < 128
        else _pack_h(message.error_code) + uvarint(count)
    )
    for describe_quorum_response_topic_data in message.topics:
        _write_describe_quorum_response_topic_data_v1(describe_quorum_response_topic_data, parts)
    parts.append(b"\x00")


def _read_describe_quorum_response_v1(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponse, int]:
    message = _new(DescribeQuorumResponse)
    message.error_message = ""
    message.nodes = []
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeQuorumResponse.topics", count)
    topics: list[DescribeQuorumResponseTopicData] = []
    for _ in range(count):
        describe_quorum_response_topic_data, offset = _read_describe_quorum_response_topic_data_v1(
            data, offset
        )
        topics.append(describe_quorum_response_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_v2(
    message: DescribeQuorumResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_quorum_response_topic_data in message.topics:
        _write_describe_quorum_response_topic_data_v2(describe_quorum_response_topic_data, parts)
    count = len(message.nodes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for node in message.nodes:
        _write_node_v2(node, parts)
    parts.append(b"\x00")


def _read_describe_quorum_response_v2(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponse, int]:
    message = _new(DescribeQuorumResponse)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
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
        raise null_refused("DescribeQuorumResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeQuorumResponse.topics", count)
    topics: list[DescribeQuorumResponseTopicData] = []
    for _ in range(count):
        describe_quorum_response_topic_data, offset = _read_describe_quorum_response_topic_data_v2(
            data, offset
        )
        topics.append(describe_quorum_response_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponse.nodes")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("DescribeQuorumResponse.nodes", count)
    nodes: list[Node] = []
    for _ in range(count):
        node, offset = _read_node_v2(data, offset)
        nodes.append(node)
    message.nodes = nodes
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_node_v2(message: Node, parts: list[Buffer]) -> None:
    count = len(message.listeners) + 1
    parts.append(
        _pack_iB(message.node_id, count)
        if count < 128
        else _pack_i(message.node_id) + uvarint(count)
    )
    for listener in message.listeners:
        _write_listener_v2(listener, parts)
    parts.append(b"\x00")


def _read_node_v2(data: bytes, offset: int) -> tuple[Node, int]:
    message = _new(Node)
    message.node_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("Node.listeners")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("Node.listeners", count)
    listeners: list[Listener] = []
    for _ in range(count):
        listener, offset = _read_listener_v2(data, offset)
        listeners.append(listener)
    message.listeners = listeners
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_listener_v2(message: Listener, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_H0(message.port))


def _read_listener_v2(data: bytes, offset: int) -> tuple[Listener, int]:
    message = _new(Listener)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Listener.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Listener.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, count = _unpack_HB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_topic_data_v0(
    message: DescribeQuorumResponseTopicData, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_quorum_response_partition_data in message.partitions:
        _write_describe_quorum_response_partition_data_v0(
            describe_quorum_response_partition_data, parts
        )
    parts.append(b"\x00")


def _read_describe_quorum_response_topic_data_v0(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponseTopicData, int]:
    message = _new(DescribeQuorumResponseTopicData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeQuorumResponseTopicData.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponseTopicData.partitions")
    count -= 1
    if count * 25 > len(data) - offset:
        raise count_refused("DescribeQuorumResponseTopicData.partitions", count)
    partitions: list[DescribeQuorumResponsePartitionData] = []
    for _ in range(count):
        describe_quorum_response_partition_data, offset = (
            _read_describe_quorum_response_partition_data_v0(data, offset)
        )
        partitions.append(describe_quorum_response_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_topic_data_v1(
    message: DescribeQuorumResponseTopicData, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_quorum_response_partition_data in message.partitions:
        _write_describe_quorum_response_partition_data_v1(
            describe_quorum_response_partition_data, parts
        )
    parts.append(b"\x00")


def _read_describe_quorum_response_topic_data_v1(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponseTopicData, int]:
    message = _new(DescribeQuorumResponseTopicData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeQuorumResponseTopicData.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponseTopicData.partitions")
    count -= 1
    if count * 25 > len(data) - offset:
        raise count_refused("DescribeQuorumResponseTopicData.partitions", count)
    partitions: list[DescribeQuorumResponsePartitionData] = []
    for _ in range(count):
        describe_quorum_response_partition_data, offset = (
            _read_describe_quorum_response_partition_data_v1(data, offset)
        )
        partitions.append(describe_quorum_response_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_topic_data_v2(
    message: DescribeQuorumResponseTopicData, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_quorum_response_partition_data in message.partitions:
        _write_describe_quorum_response_partition_data_v2(
            describe_quorum_response_partition_data, parts
        )
    parts.append(b"\x00")


def _read_describe_quorum_response_topic_data_v2(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponseTopicData, int]:
    message = _new(DescribeQuorumResponseTopicData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeQuorumResponseTopicData.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponseTopicData.partitions")
    count -= 1
    if count * 26 > len(data) - offset:
        raise count_refused("DescribeQuorumResponseTopicData.partitions", count)
    partitions: list[DescribeQuorumResponsePartitionData] = []
    for _ in range(count):
        describe_quorum_response_partition_data, offset = (
            _read_describe_quorum_response_partition_data_v2(data, offset)
        )
        partitions.append(describe_quorum_response_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_partition_data_v0(
    message: DescribeQuorumResponsePartitionData, parts: list[Buffer]
) -> None:
    count = len(message.current_voters) + 1
    parts.append(
        _pack_ihiiqB(
            message.partition_index,
            message.error_code,
            message.leader_id,
            message.leader_epoch,
            message.high_watermark,
            count,
        )
        if count < 128
        else _pack_ihiiq(
            message.partition_index,
            message.error_code,
            message.leader_id,
            message.leader_epoch,
            message.high_watermark,
        )
        + uvarint(count)
    )
    for replica_state in message.current_voters:
        _write_replica_state_v0(replica_state, parts)
    count = len(message.observers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for replica_state in message.observers:
        _write_replica_state_v0(replica_state, parts)
    parts.append(b"\x00")


def _read_describe_quorum_response_partition_data_v0(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponsePartitionData, int]:
    message = _new(DescribeQuorumResponsePartitionData)
    message.error_message = ""
    (
        message.partition_index,
        message.error_code,
        message.leader_id,
        message.leader_epoch,
        message.high_watermark,
        count,
    ) = _unpack_ihiiqB(data, offset)
    offset += 23
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponsePartitionData.current_voters")
    count -= 1
    if count * 13 > len(data) - offset:
        raise count_refused("DescribeQuorumResponsePartitionData.current_voters", count)
    current_voters: list[ReplicaState] = []
    for _ in range(count):
        replica_state, offset = _read_replica_state_v0(data, offset)
        current_voters.append(replica_state)
    message.current_voters = current_voters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponsePartitionData.observers")
    count -= 1
    if count * 13 > len(data) - offset:
        raise count_refused("DescribeQuorumResponsePartitionData.observers", count)
    observers: list[ReplicaState] = []
    for _ in range(count):
        replica_state, offset = _read_replica_state_v0(data, offset)
        observers.append(replica_state)
    message.observers = observers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_partition_data_v1(
    message: DescribeQuorumResponsePartitionData, parts: list[Buffer]
) -> None:
    count = len(message.current_voters) + 1
    parts.append(
        _pack_ihiiqB(
            message.partition_index,
            message.error_code,
            message.leader_id,
            message.leader_epoch,
            message.high_watermark,
            count,
        )
        if count < 128
        else _pack_ihiiq(
            message.partition_index,
            message.error_code,
            message.leader_id,
            message.leader_epoch,
            message.high_watermark,
        )
        + uvarint(count)
    )
    for replica_state in message.current_voters:
        _write_replica_state_v1(replica_state, parts)
    count = len(message.observers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for replica_state in message.observers:
        _write_replica_state_v1(replica_state, parts)
    parts.append(b"\x00")


def _read_describe_quorum_response_partition_data_v1(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponsePartitionData, int]:
    message = _new(DescribeQuorumResponsePartitionData)
    message.error_message = ""
    (
        message.partition_index,
        message.error_code,
        message.leader_id,
        message.leader_epoch,
        message.high_watermark,
        count,
    ) = _unpack_ihiiqB(data, offset)
    offset += 23
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponsePartitionData.current_voters")
    count -= 1
    if count * 29 > len(data) - offset:
        raise count_refused("DescribeQuorumResponsePartitionData.current_voters", count)
    current_voters: list[ReplicaState] = []
    for _ in range(count):
        replica_state, offset = _read_replica_state_v1(data, offset)
        current_voters.append(replica_state)
    message.current_voters = current_voters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponsePartitionData.observers")
    count -= 1
    if count * 29 > len(data) - offset:
        raise count_refused("DescribeQuorumResponsePartitionData.observers", count)
    observers: list[ReplicaState] = []
    for _ in range(count):
        replica_state, offset = _read_replica_state_v1(data, offset)
        observers.append(replica_state)
    message.observers = observers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_quorum_response_partition_data_v2(
    message: DescribeQuorumResponsePartitionData, parts: list[Buffer]
) -> None:
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
    count = len(message.current_voters) + 1
    parts.append(
        _pack_iiqB(message.leader_id, message.leader_epoch, message.high_watermark, count)
        if count < 128
        else _pack_iiq(message.leader_id, message.leader_epoch, message.high_watermark)
        + uvarint(count)
    )
    for replica_state in message.current_voters:
        _write_replica_state_v2(replica_state, parts)
    count = len(message.observers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for replica_state in message.observers:
        _write_replica_state_v2(replica_state, parts)
    parts.append(b"\x00")


def _read_describe_quorum_response_partition_data_v2(
    data: bytes, offset: int
) -> tuple[DescribeQuorumResponsePartitionData, int]:
    message = _new(DescribeQuorumResponsePartitionData)
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
    message.leader_id, message.leader_epoch, message.high_watermark, count = _unpack_iiqB(
        data, offset
    )
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponsePartitionData.current_voters")
    count -= 1
    if count * 45 > len(data) - offset:
        raise count_refused("DescribeQuorumResponsePartitionData.current_voters", count)
    current_voters: list[ReplicaState] = []
    for _ in range(count):
        replica_state, offset = _read_replica_state_v2(data, offset)
        current_voters.append(replica_state)
    message.current_voters = current_voters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeQuorumResponsePartitionData.observers")
    count -= 1
    if count * 45 > len(data) - offset:
        raise count_refused("DescribeQuorumResponsePartitionData.observers", count)
    observers: list[ReplicaState] = []
    for _ in range(count):
        replica_state, offset = _read_replica_state_v2(data, offset)
        observers.append(replica_state)
    message.observers = observers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_replica_state_v0(message: ReplicaState, parts: list[Buffer]) -> None:
    if message.replica_directory_id != ZERO_UUID:
        raise field_unsupported("ReplicaState.replica_directory_id", "0")
    parts.append(_pack_iq0(message.replica_id, message.log_end_offset))


def _read_replica_state_v0(data: bytes, offset: int) -> tuple[ReplicaState, int]:
    message = _new(ReplicaState)
    message.replica_directory_id = ZERO_UUID
    message.last_fetch_timestamp = -1
    message.last_caught_up_timestamp = -1
    message.replica_id, message.log_end_offset, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_replica_state_v1(message: ReplicaState, parts: list[Buffer]) -> None:
    if message.replica_directory_id != ZERO_UUID:
        raise field_unsupported("ReplicaState.replica_directory_id", "1")
    parts.append(
        _pack_iqqq0(
            message.replica_id,
            message.log_end_offset,
            message.last_fetch_timestamp,
            message.last_caught_up_timestamp,
        )
    )


def _read_replica_state_v1(data: bytes, offset: int) -> tuple[ReplicaState, int]:
    message = _new(ReplicaState)
    message.replica_directory_id = ZERO_UUID
    (
        message.replica_id,
        message.log_end_offset,
        message.last_fetch_timestamp,
        message.last_caught_up_timestamp,
        count,
    ) = _unpack_iqqqB(data, offset)
    offset += 29
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_replica_state_v2(message: ReplicaState, parts: list[Buffer]) -> None:
    assert len(message.replica_directory_id) == 16
    parts.append(
        _pack_iuqqq0(
            message.replica_id,
            message.replica_directory_id,
            message.log_end_offset,
            message.last_fetch_timestamp,
            message.last_caught_up_timestamp,
        )
    )


def _read_replica_state_v2(data: bytes, offset: int) -> tuple[ReplicaState, int]:
    message = _new(ReplicaState)
    (
        message.replica_id,
        message.replica_directory_id,
        message.log_end_offset,
        message.last_fetch_timestamp,
        message.last_caught_up_timestamp,
        count,
    ) = _unpack_iuqqqB(data, offset)
    offset += 45
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeQuorumRequest.WRITERS = {
    0: _write_describe_quorum_request_v0_v2,
    1: _write_describe_quorum_request_v0_v2,
    2: _write_describe_quorum_request_v0_v2,
}
DescribeQuorumRequest.READERS = {
    0: _read_describe_quorum_request_v0_v2,
    1: _read_describe_quorum_request_v0_v2,
    2: _read_describe_quorum_request_v0_v2,
}
DescribeQuorumResponse.WRITERS = {
    0: _write_describe_quorum_response_v0,
    1: _write_describe_quorum_response_v1,
    2: _write_describe_quorum_response_v2,
}
DescribeQuorumResponse.READERS = {
    0: _read_describe_quorum_response_v0,
    1: _read_describe_quorum_response_v1,
    2: _read_describe_quorum_response_v2,
}
