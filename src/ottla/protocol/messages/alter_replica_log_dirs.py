# SPDX-License-Identifier: Apache-2.0
"""AlterReplicaLogDirs (key 34).

Moves replicas of one broker to other log directories of it.

Errors: LOG_DIR_NOT_FOUND, KAFKA_STORAGE_ERROR, UNKNOWN_TOPIC_OR_PARTITION,
REPLICA_NOT_AVAILABLE, CLUSTER_AUTHORIZATION_FAILED, INVALID_TOPIC_EXCEPTION.

Generated from `definitions/alter_replica_log_dirs.txt` by `make gen`.
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
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_unpack_ihB = _ihB.unpack_from


class AlterReplicaLogDirsRequest(Message):
    """The replicas and where they shall live."""

    __slots__ = ("dirs",)

    API_KEY = 34
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 2

    dirs: list[AlterReplicaLogDir]
    """Replicas by the log directory that they shall move to."""

    def __init__(self, *, dirs: Iterable[AlterReplicaLogDir] = ()) -> None:
        self.dirs = list(dirs)


class AlterReplicaLogDir(Struct):
    """Replicas by the log directory that they shall move to."""

    __slots__ = (
        "path",
        "topics",
    )

    path: str
    """The absolute path of the log directory."""

    topics: list[AlterReplicaLogDirTopic]
    """The replicas to move there, by topic."""

    def __init__(self, *, path: str = "", topics: Iterable[AlterReplicaLogDirTopic] = ()) -> None:
        self.path = path
        self.topics = list(topics)


class AlterReplicaLogDirTopic(Struct):
    """The replicas to move there, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions to move."""

    def __init__(self, *, name: str = "", partitions: Iterable[int] = ()) -> None:
        self.name = name
        self.partitions = list(partitions)


class AlterReplicaLogDirsResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "results",
    )

    API_KEY = 34
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    results: list[AlterReplicaLogDirTopicResult]
    """Outcomes by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, results: Iterable[AlterReplicaLogDirTopicResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.results = list(results)


class AlterReplicaLogDirTopicResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_name",
        "partitions",
    )

    topic_name: str
    """The topic's name."""

    partitions: list[AlterReplicaLogDirPartitionResult]
    """Outcomes by partition."""

    def __init__(
        self, *, topic_name: str = "", partitions: Iterable[AlterReplicaLogDirPartitionResult] = ()
    ) -> None:
        self.topic_name = topic_name
        self.partitions = list(partitions)


class AlterReplicaLogDirPartitionResult(Struct):
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


def _write_alter_replica_log_dirs_request_v1(
    message: AlterReplicaLogDirsRequest, parts: list[Buffer]
) -> None:
    count = len(message.dirs)
    parts.append(_pack_i(count))
    for alter_replica_log_dir in message.dirs:
        _write_alter_replica_log_dir_v1(alter_replica_log_dir, parts)


def _read_alter_replica_log_dirs_request_v1(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirsRequest, int]:
    message = _new(AlterReplicaLogDirsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterReplicaLogDirsRequest.dirs")
    if count * 6 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirsRequest.dirs", count)
    dirs: list[AlterReplicaLogDir] = []
    for _ in range(count):
        alter_replica_log_dir, offset = _read_alter_replica_log_dir_v1(data, offset)
        dirs.append(alter_replica_log_dir)
    message.dirs = dirs
    return message, offset


def _write_alter_replica_log_dirs_request_v2(
    message: AlterReplicaLogDirsRequest, parts: list[Buffer]
) -> None:
    count = len(message.dirs) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_replica_log_dir in message.dirs:
        _write_alter_replica_log_dir_v2(alter_replica_log_dir, parts)
    parts.append(b"\x00")


def _read_alter_replica_log_dirs_request_v2(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirsRequest, int]:
    message = _new(AlterReplicaLogDirsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterReplicaLogDirsRequest.dirs")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirsRequest.dirs", count)
    dirs: list[AlterReplicaLogDir] = []
    for _ in range(count):
        alter_replica_log_dir, offset = _read_alter_replica_log_dir_v2(data, offset)
        dirs.append(alter_replica_log_dir)
    message.dirs = dirs
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_replica_log_dir_v1(message: AlterReplicaLogDir, parts: list[Buffer]) -> None:
    text: Buffer = message.path.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_i(count))
    for alter_replica_log_dir_topic in message.topics:
        _write_alter_replica_log_dir_topic_v1(alter_replica_log_dir_topic, parts)


def _read_alter_replica_log_dir_v1(data: bytes, offset: int) -> tuple[AlterReplicaLogDir, int]:
    message = _new(AlterReplicaLogDir)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AlterReplicaLogDir.path")
    end = offset + length
    message.path = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterReplicaLogDir.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("AlterReplicaLogDir.topics", count)
    topics: list[AlterReplicaLogDirTopic] = []
    for _ in range(count):
        alter_replica_log_dir_topic, offset = _read_alter_replica_log_dir_topic_v1(data, offset)
        topics.append(alter_replica_log_dir_topic)
    message.topics = topics
    return message, offset


def _write_alter_replica_log_dir_v2(message: AlterReplicaLogDir, parts: list[Buffer]) -> None:
    text: Buffer = message.path.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_replica_log_dir_topic in message.topics:
        _write_alter_replica_log_dir_topic_v2(alter_replica_log_dir_topic, parts)
    parts.append(b"\x00")


def _read_alter_replica_log_dir_v2(data: bytes, offset: int) -> tuple[AlterReplicaLogDir, int]:
    message = _new(AlterReplicaLogDir)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterReplicaLogDir.path")
    end = offset + length - 1
    message.path = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterReplicaLogDir.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterReplicaLogDir.topics", count)
    topics: list[AlterReplicaLogDirTopic] = []
    for _ in range(count):
        alter_replica_log_dir_topic, offset = _read_alter_replica_log_dir_topic_v2(data, offset)
        topics.append(alter_replica_log_dir_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_replica_log_dir_topic_v1(
    message: AlterReplicaLogDirTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partitions))


def _read_alter_replica_log_dir_topic_v1(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirTopic, int]:
    message = _new(AlterReplicaLogDirTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AlterReplicaLogDirTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterReplicaLogDirTopic.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_alter_replica_log_dir_topic_v2(
    message: AlterReplicaLogDirTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_alter_replica_log_dir_topic_v2(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirTopic, int]:
    message = _new(AlterReplicaLogDirTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterReplicaLogDirTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterReplicaLogDirTopic.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_replica_log_dirs_response_v1(
    message: AlterReplicaLogDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for alter_replica_log_dir_topic_result in message.results:
        _write_alter_replica_log_dir_topic_result_v1(alter_replica_log_dir_topic_result, parts)


def _read_alter_replica_log_dirs_response_v1(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirsResponse, int]:
    message = _new(AlterReplicaLogDirsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("AlterReplicaLogDirsResponse.results")
    if count * 6 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirsResponse.results", count)
    results: list[AlterReplicaLogDirTopicResult] = []
    for _ in range(count):
        alter_replica_log_dir_topic_result, offset = _read_alter_replica_log_dir_topic_result_v1(
            data, offset
        )
        results.append(alter_replica_log_dir_topic_result)
    message.results = results
    return message, offset


def _write_alter_replica_log_dirs_response_v2(
    message: AlterReplicaLogDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for alter_replica_log_dir_topic_result in message.results:
        _write_alter_replica_log_dir_topic_result_v2(alter_replica_log_dir_topic_result, parts)
    parts.append(b"\x00")


def _read_alter_replica_log_dirs_response_v2(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirsResponse, int]:
    message = _new(AlterReplicaLogDirsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterReplicaLogDirsResponse.results")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirsResponse.results", count)
    results: list[AlterReplicaLogDirTopicResult] = []
    for _ in range(count):
        alter_replica_log_dir_topic_result, offset = _read_alter_replica_log_dir_topic_result_v2(
            data, offset
        )
        results.append(alter_replica_log_dir_topic_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_replica_log_dir_topic_result_v1(
    message: AlterReplicaLogDirTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for alter_replica_log_dir_partition_result in message.partitions:
        _write_alter_replica_log_dir_partition_result_v1(
            alter_replica_log_dir_partition_result, parts
        )


def _read_alter_replica_log_dir_topic_result_v1(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirTopicResult, int]:
    message = _new(AlterReplicaLogDirTopicResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AlterReplicaLogDirTopicResult.topic_name")
    end = offset + length
    message.topic_name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterReplicaLogDirTopicResult.partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirTopicResult.partitions", count)
    partitions: list[AlterReplicaLogDirPartitionResult] = []
    for _ in range(count):
        alter_replica_log_dir_partition_result, offset = (
            _read_alter_replica_log_dir_partition_result_v1(data, offset)
        )
        partitions.append(alter_replica_log_dir_partition_result)
    message.partitions = partitions
    return message, offset


def _write_alter_replica_log_dir_topic_result_v2(
    message: AlterReplicaLogDirTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_replica_log_dir_partition_result in message.partitions:
        _write_alter_replica_log_dir_partition_result_v2(
            alter_replica_log_dir_partition_result, parts
        )
    parts.append(b"\x00")


def _read_alter_replica_log_dir_topic_result_v2(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirTopicResult, int]:
    message = _new(AlterReplicaLogDirTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterReplicaLogDirTopicResult.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterReplicaLogDirTopicResult.partitions")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("AlterReplicaLogDirTopicResult.partitions", count)
    partitions: list[AlterReplicaLogDirPartitionResult] = []
    for _ in range(count):
        alter_replica_log_dir_partition_result, offset = (
            _read_alter_replica_log_dir_partition_result_v2(data, offset)
        )
        partitions.append(alter_replica_log_dir_partition_result)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_replica_log_dir_partition_result_v1(
    message: AlterReplicaLogDirPartitionResult, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih(message.partition_index, message.error_code))


def _read_alter_replica_log_dir_partition_result_v1(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirPartitionResult, int]:
    message = _new(AlterReplicaLogDirPartitionResult)
    message.partition_index, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_alter_replica_log_dir_partition_result_v2(
    message: AlterReplicaLogDirPartitionResult, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih0(message.partition_index, message.error_code))


def _read_alter_replica_log_dir_partition_result_v2(
    data: bytes, offset: int
) -> tuple[AlterReplicaLogDirPartitionResult, int]:
    message = _new(AlterReplicaLogDirPartitionResult)
    message.partition_index, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AlterReplicaLogDirsRequest.WRITERS = {
    1: _write_alter_replica_log_dirs_request_v1,
    2: _write_alter_replica_log_dirs_request_v2,
}
AlterReplicaLogDirsRequest.READERS = {
    1: _read_alter_replica_log_dirs_request_v1,
    2: _read_alter_replica_log_dirs_request_v2,
}
AlterReplicaLogDirsResponse.WRITERS = {
    1: _write_alter_replica_log_dirs_response_v1,
    2: _write_alter_replica_log_dirs_response_v2,
}
AlterReplicaLogDirsResponse.READERS = {
    1: _read_alter_replica_log_dirs_response_v1,
    2: _read_alter_replica_log_dirs_response_v2,
}
