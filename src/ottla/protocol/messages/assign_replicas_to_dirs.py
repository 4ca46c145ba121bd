# SPDX-License-Identifier: Apache-2.0
"""AssignReplicasToDirs (key 73).

Tells the controller in which log directories a broker's replicas are. Between broker and
controller.

Errors: NOT_CONTROLLER, STALE_BROKER_EPOCH, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION,
NOT_LEADER_OR_FOLLOWER, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/assign_replicas_to_dirs.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
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
_iq = Format(">iq")
_pack_iq = _iq.pack
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iqB = Format(">iqB")
_pack_iqB = _iqB.pack
_unpack_iqB = _iqB.unpack_from


class AssignReplicasToDirsRequest(Message):
    """The broker's replicas by directory."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
        "directories",
    )

    API_KEY = 73
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker's id."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    directories: list[AssignReplicasToDirsRequestDirectoryData]
    """Replicas by log directory."""

    def __init__(
        self,
        *,
        broker_id: int = 0,
        broker_epoch: int = -1,
        directories: Iterable[AssignReplicasToDirsRequestDirectoryData] = (),
    ) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch
        self.directories = list(directories)


class AssignReplicasToDirsRequestDirectoryData(Struct):
    """Replicas by log directory."""

    __slots__ = (
        "id",
        "topics",
    )

    id: bytes
    """The log directory's identifier."""

    topics: list[AssignReplicasToDirsRequestTopicData]
    """The replicas in the directory, by topic."""

    def __init__(
        self, *, id: bytes = ZERO_UUID, topics: Iterable[AssignReplicasToDirsRequestTopicData] = ()
    ) -> None:
        self.id = id
        self.topics = list(topics)


class AssignReplicasToDirsRequestTopicData(Struct):
    """The replicas in the directory, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[AssignReplicasToDirsRequestPartitionData]
    """The partitions whose replicas are in the directory."""

    def __init__(
        self,
        *,
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[AssignReplicasToDirsRequestPartitionData] = (),
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class AssignReplicasToDirsRequestPartitionData(Struct):
    """The partitions whose replicas are in the directory."""

    __slots__ = ("partition_index",)

    partition_index: int
    """The partition's number."""

    def __init__(self, *, partition_index: int = 0) -> None:
        self.partition_index = partition_index


class AssignReplicasToDirsResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "directories",
    )

    API_KEY = 73
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    directories: list[AssignReplicasToDirsResponseDirectoryData]
    """Replicas by log directory."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        directories: Iterable[AssignReplicasToDirsResponseDirectoryData] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.directories = list(directories)


class AssignReplicasToDirsResponseDirectoryData(Struct):
    """Replicas by log directory."""

    __slots__ = (
        "id",
        "topics",
    )

    id: bytes
    """The log directory's identifier."""

    topics: list[AssignReplicasToDirsResponseTopicData]
    """Outcomes by topic."""

    def __init__(
        self, *, id: bytes = ZERO_UUID, topics: Iterable[AssignReplicasToDirsResponseTopicData] = ()
    ) -> None:
        self.id = id
        self.topics = list(topics)


class AssignReplicasToDirsResponseTopicData(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[AssignReplicasToDirsResponsePartitionData]
    """Outcomes by partition."""

    def __init__(
        self,
        *,
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[AssignReplicasToDirsResponsePartitionData] = (),
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class AssignReplicasToDirsResponsePartitionData(Struct):
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


def _write_assign_replicas_to_dirs_request_v0(
    message: AssignReplicasToDirsRequest, parts: list[Buffer]
) -> None:
    count = len(message.directories) + 1
    parts.append(
        _pack_iqB(message.broker_id, message.broker_epoch, count)
        if count < 128
        else _pack_iq(message.broker_id, message.broker_epoch) + uvarint(count)
    )
    for assign_replicas_to_dirs_request_directory_data in message.directories:
        _write_assign_replicas_to_dirs_request_directory_data_v0(
            assign_replicas_to_dirs_request_directory_data, parts
        )
    parts.append(b"\x00")


def _read_assign_replicas_to_dirs_request_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsRequest, int]:
    message = _new(AssignReplicasToDirsRequest)
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AssignReplicasToDirsRequest.directories")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AssignReplicasToDirsRequest.directories", count)
    directories: list[AssignReplicasToDirsRequestDirectoryData] = []
    for _ in range(count):
        assign_replicas_to_dirs_request_directory_data, offset = (
            _read_assign_replicas_to_dirs_request_directory_data_v0(data, offset)
        )
        directories.append(assign_replicas_to_dirs_request_directory_data)
    message.directories = directories
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assign_replicas_to_dirs_request_directory_data_v0(
    message: AssignReplicasToDirsRequestDirectoryData, parts: list[Buffer]
) -> None:
    assert len(message.id) == 16
    count = len(message.topics) + 1
    parts.append(
        _pack_uB(message.id, count) if count < 128 else _pack_u(message.id) + uvarint(count)
    )
    for assign_replicas_to_dirs_request_topic_data in message.topics:
        _write_assign_replicas_to_dirs_request_topic_data_v0(
            assign_replicas_to_dirs_request_topic_data, parts
        )
    parts.append(b"\x00")


def _read_assign_replicas_to_dirs_request_directory_data_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsRequestDirectoryData, int]:
    message = _new(AssignReplicasToDirsRequestDirectoryData)
    message.id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AssignReplicasToDirsRequestDirectoryData.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AssignReplicasToDirsRequestDirectoryData.topics", count)
    topics: list[AssignReplicasToDirsRequestTopicData] = []
    for _ in range(count):
        assign_replicas_to_dirs_request_topic_data, offset = (
            _read_assign_replicas_to_dirs_request_topic_data_v0(data, offset)
        )
        topics.append(assign_replicas_to_dirs_request_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assign_replicas_to_dirs_request_topic_data_v0(
    message: AssignReplicasToDirsRequestTopicData, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for assign_replicas_to_dirs_request_partition_data in message.partitions:
        _write_assign_replicas_to_dirs_request_partition_data_v0(
            assign_replicas_to_dirs_request_partition_data, parts
        )
    parts.append(b"\x00")


def _read_assign_replicas_to_dirs_request_topic_data_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsRequestTopicData, int]:
    message = _new(AssignReplicasToDirsRequestTopicData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AssignReplicasToDirsRequestTopicData.partitions")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("AssignReplicasToDirsRequestTopicData.partitions", count)
    partitions: list[AssignReplicasToDirsRequestPartitionData] = []
    for _ in range(count):
        assign_replicas_to_dirs_request_partition_data, offset = (
            _read_assign_replicas_to_dirs_request_partition_data_v0(data, offset)
        )
        partitions.append(assign_replicas_to_dirs_request_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assign_replicas_to_dirs_request_partition_data_v0(
    message: AssignReplicasToDirsRequestPartitionData, parts: list[Buffer]
) -> None:
    parts.append(_pack_i0(message.partition_index))


def _read_assign_replicas_to_dirs_request_partition_data_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsRequestPartitionData, int]:
    message = _new(AssignReplicasToDirsRequestPartitionData)
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assign_replicas_to_dirs_response_v0(
    message: AssignReplicasToDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.directories) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for assign_replicas_to_dirs_response_directory_data in message.directories:
        _write_assign_replicas_to_dirs_response_directory_data_v0(
            assign_replicas_to_dirs_response_directory_data, parts
        )
    parts.append(b"\x00")


def _read_assign_replicas_to_dirs_response_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsResponse, int]:
    message = _new(AssignReplicasToDirsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AssignReplicasToDirsResponse.directories")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AssignReplicasToDirsResponse.directories", count)
    directories: list[AssignReplicasToDirsResponseDirectoryData] = []
    for _ in range(count):
        assign_replicas_to_dirs_response_directory_data, offset = (
            _read_assign_replicas_to_dirs_response_directory_data_v0(data, offset)
        )
        directories.append(assign_replicas_to_dirs_response_directory_data)
    message.directories = directories
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assign_replicas_to_dirs_response_directory_data_v0(
    message: AssignReplicasToDirsResponseDirectoryData, parts: list[Buffer]
) -> None:
    assert len(message.id) == 16
    count = len(message.topics) + 1
    parts.append(
        _pack_uB(message.id, count) if count < 128 else _pack_u(message.id) + uvarint(count)
    )
    for assign_replicas_to_dirs_response_topic_data in message.topics:
        _write_assign_replicas_to_dirs_response_topic_data_v0(
            assign_replicas_to_dirs_response_topic_data, parts
        )
    parts.append(b"\x00")


def _read_assign_replicas_to_dirs_response_directory_data_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsResponseDirectoryData, int]:
    message = _new(AssignReplicasToDirsResponseDirectoryData)
    message.id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AssignReplicasToDirsResponseDirectoryData.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AssignReplicasToDirsResponseDirectoryData.topics", count)
    topics: list[AssignReplicasToDirsResponseTopicData] = []
    for _ in range(count):
        assign_replicas_to_dirs_response_topic_data, offset = (
            _read_assign_replicas_to_dirs_response_topic_data_v0(data, offset)
        )
        topics.append(assign_replicas_to_dirs_response_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assign_replicas_to_dirs_response_topic_data_v0(
    message: AssignReplicasToDirsResponseTopicData, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for assign_replicas_to_dirs_response_partition_data in message.partitions:
        _write_assign_replicas_to_dirs_response_partition_data_v0(
            assign_replicas_to_dirs_response_partition_data, parts
        )
    parts.append(b"\x00")


def _read_assign_replicas_to_dirs_response_topic_data_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsResponseTopicData, int]:
    message = _new(AssignReplicasToDirsResponseTopicData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AssignReplicasToDirsResponseTopicData.partitions")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("AssignReplicasToDirsResponseTopicData.partitions", count)
    partitions: list[AssignReplicasToDirsResponsePartitionData] = []
    for _ in range(count):
        assign_replicas_to_dirs_response_partition_data, offset = (
            _read_assign_replicas_to_dirs_response_partition_data_v0(data, offset)
        )
        partitions.append(assign_replicas_to_dirs_response_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_assign_replicas_to_dirs_response_partition_data_v0(
    message: AssignReplicasToDirsResponsePartitionData, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih0(message.partition_index, message.error_code))


def _read_assign_replicas_to_dirs_response_partition_data_v0(
    data: bytes, offset: int
) -> tuple[AssignReplicasToDirsResponsePartitionData, int]:
    message = _new(AssignReplicasToDirsResponsePartitionData)
    message.partition_index, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AssignReplicasToDirsRequest.WRITERS = {
    0: _write_assign_replicas_to_dirs_request_v0,
}
AssignReplicasToDirsRequest.READERS = {
    0: _read_assign_replicas_to_dirs_request_v0,
}
AssignReplicasToDirsResponse.WRITERS = {
    0: _write_assign_replicas_to_dirs_response_v0,
}
AssignReplicasToDirsResponse.READERS = {
    0: _read_assign_replicas_to_dirs_response_v0,
}
