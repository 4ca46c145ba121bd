# SPDX-License-Identifier: Apache-2.0
"""DescribeLogDirs (key 35).

The log directories of a broker, with sizes and replicas.

Errors: KAFKA_STORAGE_ERROR, LOG_DIR_NOT_FOUND, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/describe_log_dirs.txt` by `make gen`.
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
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_qq0 = Format(">qqx")
_pack_qq0 = _qq0.pack
_qqB = Format(">qqB")
_unpack_qqB = _qqB.unpack_from
_iqqt = Format(">iqq?")
_pack_iqqt = _iqqt.pack
_unpack_iqqt = _iqqt.unpack_from
_qqt0 = Format(">qq?x")
_pack_qqt0 = _qqt0.pack
_qqtB = Format(">qq?B")
_unpack_qqtB = _qqtB.unpack_from
_iqqt0 = Format(">iqq?x")
_pack_iqqt0 = _iqqt0.pack
_iqqtB = Format(">iqq?B")
_unpack_iqqtB = _iqqtB.unpack_from


class DescribeLogDirsRequest(Message):
    """Which replicas are of interest."""

    __slots__ = ("topics",)

    API_KEY = 35
    VERSIONS = range(1, 6)
    FLEXIBLE_FROM = 2

    topics: list[DescribableLogDirTopic] | None
    """The partitions to describe, by topic; null means all. (may be None)"""

    def __init__(self, *, topics: Iterable[DescribableLogDirTopic] | None = ()) -> None:
        self.topics = None if topics is None else list(topics)


class DescribableLogDirTopic(Struct):
    """The partitions to describe, by topic; null means all."""

    __slots__ = (
        "topic",
        "partitions",
    )

    topic: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions to describe."""

    def __init__(self, *, topic: str = "", partitions: Iterable[int] = ()) -> None:
        self.topic = topic
        self.partitions = list(partitions)


class DescribeLogDirsResponse(Message):
    """The directories."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "results",
    )

    API_KEY = 35
    VERSIONS = range(1, 6)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success. (versions 3+)"""

    results: list[DescribeLogDirsResult]
    """What was found, by log directory."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        results: Iterable[DescribeLogDirsResult] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.results = list(results)


class DescribeLogDirsResult(Struct):
    """What was found, by log directory."""

    __slots__ = (
        "error_code",
        "log_dir",
        "topics",
        "total_bytes",
        "usable_bytes",
        "is_cordoned",
    )

    error_code: int
    """Outcome for this directory; 0 is success."""

    log_dir: str
    """The absolute path of the log directory."""

    topics: list[DescribeLogDirsTopic]
    """The directory's replicas, by topic."""

    total_bytes: int
    """Size of the volume below the directory; -1 when unknown. (versions 4+)"""

    usable_bytes: int
    """Free space of the volume below the directory; -1 when unknown. (versions 4+)"""

    is_cordoned: bool
    """Whether the directory takes no new replicas. (versions 5+)"""

    def __init__(
        self,
        *,
        error_code: int = 0,
        log_dir: str = "",
        topics: Iterable[DescribeLogDirsTopic] = (),
        total_bytes: int = -1,
        usable_bytes: int = -1,
        is_cordoned: bool = False,
    ) -> None:
        self.error_code = error_code
        self.log_dir = log_dir
        self.topics = list(topics)
        self.total_bytes = total_bytes
        self.usable_bytes = usable_bytes
        self.is_cordoned = is_cordoned


class DescribeLogDirsTopic(Struct):
    """The directory's replicas, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[DescribeLogDirsPartition]
    """The topic's replicas in the directory."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[DescribeLogDirsPartition] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class DescribeLogDirsPartition(Struct):
    """The topic's replicas in the directory."""

    __slots__ = (
        "partition_index",
        "partition_size",
        "offset_lag",
        "is_future_key",
    )

    partition_index: int
    """The partition's number."""

    partition_size: int
    """Bytes of the partition's log."""

    offset_lag: int
    """How far the replica is behind: the high watermark for a current one, the other copy for a
    future one.
    """

    is_future_key: bool
    """Whether this copy will replace another one after a move between directories."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        partition_size: int = 0,
        offset_lag: int = 0,
        is_future_key: bool = False,
    ) -> None:
        self.partition_index = partition_index
        self.partition_size = partition_size
        self.offset_lag = offset_lag
        self.is_future_key = is_future_key


def _write_describe_log_dirs_request_v1(
    message: DescribeLogDirsRequest, parts: list[Buffer]
) -> None:
    count = -1 if message.topics is None else len(message.topics)
    parts.append(_pack_i(count))
    if message.topics:
        for describable_log_dir_topic in message.topics:
            _write_describable_log_dir_topic_v1(describable_log_dir_topic, parts)


def _read_describe_log_dirs_request_v1(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsRequest, int]:
    message = _new(DescribeLogDirsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("DescribeLogDirsRequest.topics")
        message.topics = None
    else:
        if count * 6 > len(data) - offset:
            raise count_refused("DescribeLogDirsRequest.topics", count)
        topics: list[DescribableLogDirTopic] = []
        for _ in range(count):
            describable_log_dir_topic, offset = _read_describable_log_dir_topic_v1(data, offset)
            topics.append(describable_log_dir_topic)
        message.topics = topics
    return message, offset


def _write_describe_log_dirs_request_v2_v5(
    message: DescribeLogDirsRequest, parts: list[Buffer]
) -> None:
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for describable_log_dir_topic in message.topics:
            _write_describable_log_dir_topic_v2_v5(describable_log_dir_topic, parts)
    parts.append(b"\x00")


def _read_describe_log_dirs_request_v2_v5(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsRequest, int]:
    message = _new(DescribeLogDirsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("DescribeLogDirsRequest.topics", count)
        topics: list[DescribableLogDirTopic] = []
        for _ in range(count):
            describable_log_dir_topic, offset = _read_describable_log_dir_topic_v2_v5(data, offset)
            topics.append(describable_log_dir_topic)
        message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describable_log_dir_topic_v1(
    message: DescribableLogDirTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partitions))


def _read_describable_log_dir_topic_v1(
    data: bytes, offset: int
) -> tuple[DescribableLogDirTopic, int]:
    message = _new(DescribableLogDirTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribableLogDirTopic.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribableLogDirTopic.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("DescribableLogDirTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_describable_log_dir_topic_v2_v5(
    message: DescribableLogDirTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_describable_log_dir_topic_v2_v5(
    data: bytes, offset: int
) -> tuple[DescribableLogDirTopic, int]:
    message = _new(DescribableLogDirTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribableLogDirTopic.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribableLogDirTopic.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribableLogDirTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_response_v1(
    message: DescribeLogDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for describe_log_dirs_result in message.results:
        _write_describe_log_dirs_result_v1(describe_log_dirs_result, parts)


def _read_describe_log_dirs_response_v1(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResponse, int]:
    message = _new(DescribeLogDirsResponse)
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DescribeLogDirsResponse.results")
    if count * 8 > len(data) - offset:
        raise count_refused("DescribeLogDirsResponse.results", count)
    results: list[DescribeLogDirsResult] = []
    for _ in range(count):
        describe_log_dirs_result, offset = _read_describe_log_dirs_result_v1(data, offset)
        results.append(describe_log_dirs_result)
    message.results = results
    return message, offset


def _write_describe_log_dirs_response_v2(
    message: DescribeLogDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for describe_log_dirs_result in message.results:
        _write_describe_log_dirs_result_v2_v3(describe_log_dirs_result, parts)
    parts.append(b"\x00")


def _read_describe_log_dirs_response_v2(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResponse, int]:
    message = _new(DescribeLogDirsResponse)
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsResponse.results")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeLogDirsResponse.results", count)
    results: list[DescribeLogDirsResult] = []
    for _ in range(count):
        describe_log_dirs_result, offset = _read_describe_log_dirs_result_v2_v3(data, offset)
        results.append(describe_log_dirs_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_response_v3(
    message: DescribeLogDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for describe_log_dirs_result in message.results:
        _write_describe_log_dirs_result_v2_v3(describe_log_dirs_result, parts)
    parts.append(b"\x00")


def _read_describe_log_dirs_response_v3(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResponse, int]:
    message = _new(DescribeLogDirsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsResponse.results")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeLogDirsResponse.results", count)
    results: list[DescribeLogDirsResult] = []
    for _ in range(count):
        describe_log_dirs_result, offset = _read_describe_log_dirs_result_v2_v3(data, offset)
        results.append(describe_log_dirs_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_response_v4(
    message: DescribeLogDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for describe_log_dirs_result in message.results:
        _write_describe_log_dirs_result_v4(describe_log_dirs_result, parts)
    parts.append(b"\x00")


def _read_describe_log_dirs_response_v4(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResponse, int]:
    message = _new(DescribeLogDirsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsResponse.results")
    count -= 1
    if count * 21 > len(data) - offset:
        raise count_refused("DescribeLogDirsResponse.results", count)
    results: list[DescribeLogDirsResult] = []
    for _ in range(count):
        describe_log_dirs_result, offset = _read_describe_log_dirs_result_v4(data, offset)
        results.append(describe_log_dirs_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_response_v5(
    message: DescribeLogDirsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for describe_log_dirs_result in message.results:
        _write_describe_log_dirs_result_v5(describe_log_dirs_result, parts)
    parts.append(b"\x00")


def _read_describe_log_dirs_response_v5(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResponse, int]:
    message = _new(DescribeLogDirsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsResponse.results")
    count -= 1
    if count * 22 > len(data) - offset:
        raise count_refused("DescribeLogDirsResponse.results", count)
    results: list[DescribeLogDirsResult] = []
    for _ in range(count):
        describe_log_dirs_result, offset = _read_describe_log_dirs_result_v5(data, offset)
        results.append(describe_log_dirs_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_result_v1(message: DescribeLogDirsResult, parts: list[Buffer]) -> None:
    text: Buffer = message.log_dir.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_i(count))
    for describe_log_dirs_topic in message.topics:
        _write_describe_log_dirs_topic_v1(describe_log_dirs_topic, parts)


def _read_describe_log_dirs_result_v1(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResult, int]:
    message = _new(DescribeLogDirsResult)
    message.total_bytes = -1
    message.usable_bytes = -1
    message.is_cordoned = False
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribeLogDirsResult.log_dir")
    end = offset + length
    message.log_dir = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeLogDirsResult.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("DescribeLogDirsResult.topics", count)
    topics: list[DescribeLogDirsTopic] = []
    for _ in range(count):
        describe_log_dirs_topic, offset = _read_describe_log_dirs_topic_v1(data, offset)
        topics.append(describe_log_dirs_topic)
    message.topics = topics
    return message, offset


def _write_describe_log_dirs_result_v2_v3(
    message: DescribeLogDirsResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.log_dir.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_log_dirs_topic in message.topics:
        _write_describe_log_dirs_topic_v2_v5(describe_log_dirs_topic, parts)
    parts.append(b"\x00")


def _read_describe_log_dirs_result_v2_v3(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResult, int]:
    message = _new(DescribeLogDirsResult)
    message.total_bytes = -1
    message.usable_bytes = -1
    message.is_cordoned = False
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeLogDirsResult.log_dir")
    end = offset + length - 1
    message.log_dir = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsResult.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeLogDirsResult.topics", count)
    topics: list[DescribeLogDirsTopic] = []
    for _ in range(count):
        describe_log_dirs_topic, offset = _read_describe_log_dirs_topic_v2_v5(data, offset)
        topics.append(describe_log_dirs_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_result_v4(message: DescribeLogDirsResult, parts: list[Buffer]) -> None:
    text: Buffer = message.log_dir.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_log_dirs_topic in message.topics:
        _write_describe_log_dirs_topic_v2_v5(describe_log_dirs_topic, parts)
    parts.append(_pack_qq0(message.total_bytes, message.usable_bytes))


def _read_describe_log_dirs_result_v4(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResult, int]:
    message = _new(DescribeLogDirsResult)
    message.is_cordoned = False
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeLogDirsResult.log_dir")
    end = offset + length - 1
    message.log_dir = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsResult.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeLogDirsResult.topics", count)
    topics: list[DescribeLogDirsTopic] = []
    for _ in range(count):
        describe_log_dirs_topic, offset = _read_describe_log_dirs_topic_v2_v5(data, offset)
        topics.append(describe_log_dirs_topic)
    message.topics = topics
    message.total_bytes, message.usable_bytes, count = _unpack_qqB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_result_v5(message: DescribeLogDirsResult, parts: list[Buffer]) -> None:
    text: Buffer = message.log_dir.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_log_dirs_topic in message.topics:
        _write_describe_log_dirs_topic_v2_v5(describe_log_dirs_topic, parts)
    parts.append(_pack_qqt0(message.total_bytes, message.usable_bytes, message.is_cordoned))


def _read_describe_log_dirs_result_v5(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsResult, int]:
    message = _new(DescribeLogDirsResult)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeLogDirsResult.log_dir")
    end = offset + length - 1
    message.log_dir = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsResult.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeLogDirsResult.topics", count)
    topics: list[DescribeLogDirsTopic] = []
    for _ in range(count):
        describe_log_dirs_topic, offset = _read_describe_log_dirs_topic_v2_v5(data, offset)
        topics.append(describe_log_dirs_topic)
    message.topics = topics
    message.total_bytes, message.usable_bytes, message.is_cordoned, count = _unpack_qqtB(
        data, offset
    )
    offset += 18
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_topic_v1(message: DescribeLogDirsTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for describe_log_dirs_partition in message.partitions:
        _write_describe_log_dirs_partition_v1(describe_log_dirs_partition, parts)


def _read_describe_log_dirs_topic_v1(data: bytes, offset: int) -> tuple[DescribeLogDirsTopic, int]:
    message = _new(DescribeLogDirsTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribeLogDirsTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeLogDirsTopic.partitions")
    if count * 21 > len(data) - offset:
        raise count_refused("DescribeLogDirsTopic.partitions", count)
    partitions: list[DescribeLogDirsPartition] = []
    for _ in range(count):
        describe_log_dirs_partition, offset = _read_describe_log_dirs_partition_v1(data, offset)
        partitions.append(describe_log_dirs_partition)
    message.partitions = partitions
    return message, offset


def _write_describe_log_dirs_topic_v2_v5(
    message: DescribeLogDirsTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_log_dirs_partition in message.partitions:
        _write_describe_log_dirs_partition_v2_v5(describe_log_dirs_partition, parts)
    parts.append(b"\x00")


def _read_describe_log_dirs_topic_v2_v5(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsTopic, int]:
    message = _new(DescribeLogDirsTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeLogDirsTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeLogDirsTopic.partitions")
    count -= 1
    if count * 22 > len(data) - offset:
        raise count_refused("DescribeLogDirsTopic.partitions", count)
    partitions: list[DescribeLogDirsPartition] = []
    for _ in range(count):
        describe_log_dirs_partition, offset = _read_describe_log_dirs_partition_v2_v5(data, offset)
        partitions.append(describe_log_dirs_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_log_dirs_partition_v1(
    message: DescribeLogDirsPartition, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_iqqt(
            message.partition_index,
            message.partition_size,
            message.offset_lag,
            message.is_future_key,
        )
    )


def _read_describe_log_dirs_partition_v1(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsPartition, int]:
    message = _new(DescribeLogDirsPartition)
    message.partition_index, message.partition_size, message.offset_lag, message.is_future_key = (
        _unpack_iqqt(data, offset)
    )
    offset += 21
    return message, offset


def _write_describe_log_dirs_partition_v2_v5(
    message: DescribeLogDirsPartition, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_iqqt0(
            message.partition_index,
            message.partition_size,
            message.offset_lag,
            message.is_future_key,
        )
    )


def _read_describe_log_dirs_partition_v2_v5(
    data: bytes, offset: int
) -> tuple[DescribeLogDirsPartition, int]:
    message = _new(DescribeLogDirsPartition)
    (
        message.partition_index,
        message.partition_size,
        message.offset_lag,
        message.is_future_key,
        count,
    ) = _unpack_iqqtB(data, offset)
    offset += 22
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeLogDirsRequest.WRITERS = {
    1: _write_describe_log_dirs_request_v1,
    2: _write_describe_log_dirs_request_v2_v5,
    3: _write_describe_log_dirs_request_v2_v5,
    4: _write_describe_log_dirs_request_v2_v5,
    5: _write_describe_log_dirs_request_v2_v5,
}
DescribeLogDirsRequest.READERS = {
    1: _read_describe_log_dirs_request_v1,
    2: _read_describe_log_dirs_request_v2_v5,
    3: _read_describe_log_dirs_request_v2_v5,
    4: _read_describe_log_dirs_request_v2_v5,
    5: _read_describe_log_dirs_request_v2_v5,
}
DescribeLogDirsResponse.WRITERS = {
    1: _write_describe_log_dirs_response_v1,
    2: _write_describe_log_dirs_response_v2,
    3: _write_describe_log_dirs_response_v3,
    4: _write_describe_log_dirs_response_v4,
    5: _write_describe_log_dirs_response_v5,
}
DescribeLogDirsResponse.READERS = {
    1: _read_describe_log_dirs_response_v1,
    2: _read_describe_log_dirs_response_v2,
    3: _read_describe_log_dirs_response_v3,
    4: _read_describe_log_dirs_response_v4,
    5: _read_describe_log_dirs_response_v5,
}
