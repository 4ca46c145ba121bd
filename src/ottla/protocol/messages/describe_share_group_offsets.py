# SPDX-License-Identifier: Apache-2.0
"""DescribeShareGroupOffsets (key 90).

The start offsets of share groups.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, NOT_COORDINATOR,
COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_ID_NOT_FOUND, INVALID_REQUEST.

Generated from `definitions/describe_share_group_offsets.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
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
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_iqih = Format(">iqih")
_pack_iqih = _iqih.pack
_iqihB = Format(">iqihB")
_pack_iqihB = _iqihB.pack
_unpack_iqihB = _iqihB.unpack_from
_iqiqh = Format(">iqiqh")
_pack_iqiqh = _iqiqh.pack
_iqiqhB = Format(">iqiqhB")
_pack_iqiqhB = _iqiqhB.pack
_unpack_iqiqhB = _iqiqhB.unpack_from


class DescribeShareGroupOffsetsRequest(Message):
    """The groups and topics."""

    __slots__ = ("groups",)

    API_KEY = 90
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    groups: list[DescribeShareGroupOffsetsRequestGroup]
    """The groups whose start offsets are wanted."""

    def __init__(self, *, groups: Iterable[DescribeShareGroupOffsetsRequestGroup] = ()) -> None:
        self.groups = list(groups)


class DescribeShareGroupOffsetsRequestGroup(Struct):
    """The groups whose start offsets are wanted."""

    __slots__ = (
        "group_id",
        "topics",
    )

    group_id: str
    """The group's name."""

    topics: list[DescribeShareGroupOffsetsRequestTopic] | None
    """The topics that are meant; null means all. (may be None)"""

    def __init__(
        self,
        *,
        group_id: str = "",
        topics: Iterable[DescribeShareGroupOffsetsRequestTopic] | None = (),
    ) -> None:
        self.group_id = group_id
        self.topics = None if topics is None else list(topics)


class DescribeShareGroupOffsetsRequestTopic(Struct):
    """The topics that are meant; null means all."""

    __slots__ = (
        "topic_name",
        "partitions",
    )

    topic_name: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic_name: str = "", partitions: Iterable[int] = ()) -> None:
        self.topic_name = topic_name
        self.partitions = list(partitions)


class DescribeShareGroupOffsetsResponse(Message):
    """The offsets."""

    __slots__ = (
        "throttle_time_ms",
        "groups",
    )

    API_KEY = 90
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    groups: list[DescribeShareGroupOffsetsResponseGroup]
    """The groups that were asked for."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        groups: Iterable[DescribeShareGroupOffsetsResponseGroup] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.groups = list(groups)


class DescribeShareGroupOffsetsResponseGroup(Struct):
    """The groups that were asked for."""

    __slots__ = (
        "group_id",
        "topics",
        "error_code",
        "error_message",
    )

    group_id: str
    """The group's name."""

    topics: list[DescribeShareGroupOffsetsResponseTopic]
    """Start offsets by topic."""

    error_code: int
    """Outcome for this group; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self,
        *,
        group_id: str = "",
        topics: Iterable[DescribeShareGroupOffsetsResponseTopic] = (),
        error_code: int = 0,
        error_message: str | None = None,
    ) -> None:
        self.group_id = group_id
        self.topics = list(topics)
        self.error_code = error_code
        self.error_message = error_message


class DescribeShareGroupOffsetsResponseTopic(Struct):
    """Start offsets by topic."""

    __slots__ = (
        "topic_name",
        "topic_id",
        "partitions",
    )

    topic_name: str
    """The topic's name."""

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[DescribeShareGroupOffsetsResponsePartition]
    """Start offsets by partition."""

    def __init__(
        self,
        *,
        topic_name: str = "",
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[DescribeShareGroupOffsetsResponsePartition] = (),
    ) -> None:
        self.topic_name = topic_name
        self.topic_id = topic_id
        self.partitions = list(partitions)


class DescribeShareGroupOffsetsResponsePartition(Struct):
    """Start offsets by partition."""

    __slots__ = (
        "partition_index",
        "start_offset",
        "leader_epoch",
        "lag",
        "error_code",
        "error_message",
    )

    partition_index: int
    """The partition's number."""

    start_offset: int
    """The offset at which the share-partition's in-flight records begin."""

    leader_epoch: int
    """The epoch of the leader when the share-partition was last read."""

    lag: int
    """Records that still have to be delivered; -1 when unknown. (versions 1+)"""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        start_offset: int = 0,
        leader_epoch: int = 0,
        lag: int = -1,
        error_code: int = 0,
        error_message: str | None = None,
    ) -> None:
        self.partition_index = partition_index
        self.start_offset = start_offset
        self.leader_epoch = leader_epoch
        self.lag = lag
        self.error_code = error_code
        self.error_message = error_message


def _write_describe_share_group_offsets_request_v0_v1(
    message: DescribeShareGroupOffsetsRequest, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_share_group_offsets_request_group in message.groups:
        _write_describe_share_group_offsets_request_group_v0_v1(
            describe_share_group_offsets_request_group, parts
        )
    parts.append(b"\x00")


def _read_describe_share_group_offsets_request_v0_v1(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsRequest, int]:
    message = _new(DescribeShareGroupOffsetsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsRequest.groups")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsRequest.groups", count)
    groups: list[DescribeShareGroupOffsetsRequestGroup] = []
    for _ in range(count):
        describe_share_group_offsets_request_group, offset = (
            _read_describe_share_group_offsets_request_group_v0_v1(data, offset)
        )
        groups.append(describe_share_group_offsets_request_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_request_group_v0_v1(
    message: DescribeShareGroupOffsetsRequestGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for describe_share_group_offsets_request_topic in message.topics:
            _write_describe_share_group_offsets_request_topic_v0_v1(
                describe_share_group_offsets_request_topic, parts
            )
    parts.append(b"\x00")


def _read_describe_share_group_offsets_request_group_v0_v1(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsRequestGroup, int]:
    message = _new(DescribeShareGroupOffsetsRequestGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeShareGroupOffsetsRequestGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("DescribeShareGroupOffsetsRequestGroup.topics", count)
        topics: list[DescribeShareGroupOffsetsRequestTopic] = []
        for _ in range(count):
            describe_share_group_offsets_request_topic, offset = (
                _read_describe_share_group_offsets_request_topic_v0_v1(data, offset)
            )
            topics.append(describe_share_group_offsets_request_topic)
        message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_request_topic_v0_v1(
    message: DescribeShareGroupOffsetsRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_describe_share_group_offsets_request_topic_v0_v1(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsRequestTopic, int]:
    message = _new(DescribeShareGroupOffsetsRequestTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeShareGroupOffsetsRequestTopic.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsRequestTopic.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsRequestTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_response_v0(
    message: DescribeShareGroupOffsetsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for describe_share_group_offsets_response_group in message.groups:
        _write_describe_share_group_offsets_response_group_v0(
            describe_share_group_offsets_response_group, parts
        )
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponse, int]:
    message = _new(DescribeShareGroupOffsetsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsResponse.groups")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsResponse.groups", count)
    groups: list[DescribeShareGroupOffsetsResponseGroup] = []
    for _ in range(count):
        describe_share_group_offsets_response_group, offset = (
            _read_describe_share_group_offsets_response_group_v0(data, offset)
        )
        groups.append(describe_share_group_offsets_response_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_response_v1(
    message: DescribeShareGroupOffsetsResponse, parts: list[Buffer]
) -> None:
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for describe_share_group_offsets_response_group in message.groups:
        _write_describe_share_group_offsets_response_group_v1(
            describe_share_group_offsets_response_group, parts
        )
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_v1(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponse, int]:
    message = _new(DescribeShareGroupOffsetsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsResponse.groups")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsResponse.groups", count)
    groups: list[DescribeShareGroupOffsetsResponseGroup] = []
    for _ in range(count):
        describe_share_group_offsets_response_group, offset = (
            _read_describe_share_group_offsets_response_group_v1(data, offset)
        )
        groups.append(describe_share_group_offsets_response_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_response_group_v0(
    message: DescribeShareGroupOffsetsResponseGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_share_group_offsets_response_topic in message.topics:
        _write_describe_share_group_offsets_response_topic_v0(
            describe_share_group_offsets_response_topic, parts
        )
    if message.error_message is None:
        text = b""
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
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_group_v0(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponseGroup, int]:
    message = _new(DescribeShareGroupOffsetsResponseGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseGroup.topics")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsResponseGroup.topics", count)
    topics: list[DescribeShareGroupOffsetsResponseTopic] = []
    for _ in range(count):
        describe_share_group_offsets_response_topic, offset = (
            _read_describe_share_group_offsets_response_topic_v0(data, offset)
        )
        topics.append(describe_share_group_offsets_response_topic)
    message.topics = topics
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
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_response_group_v1(
    message: DescribeShareGroupOffsetsResponseGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_share_group_offsets_response_topic in message.topics:
        _write_describe_share_group_offsets_response_topic_v1(
            describe_share_group_offsets_response_topic, parts
        )
    if message.error_message is None:
        text = b""
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
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_group_v1(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponseGroup, int]:
    message = _new(DescribeShareGroupOffsetsResponseGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseGroup.topics")
    count -= 1
    if count * 19 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsResponseGroup.topics", count)
    topics: list[DescribeShareGroupOffsetsResponseTopic] = []
    for _ in range(count):
        describe_share_group_offsets_response_topic, offset = (
            _read_describe_share_group_offsets_response_topic_v1(data, offset)
        )
        topics.append(describe_share_group_offsets_response_topic)
    message.topics = topics
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
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_response_topic_v0(
    message: DescribeShareGroupOffsetsResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for describe_share_group_offsets_response_partition in message.partitions:
        _write_describe_share_group_offsets_response_partition_v0(
            describe_share_group_offsets_response_partition, parts
        )
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_topic_v0(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponseTopic, int]:
    message = _new(DescribeShareGroupOffsetsResponseTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseTopic.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseTopic.partitions")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsResponseTopic.partitions", count)
    partitions: list[DescribeShareGroupOffsetsResponsePartition] = []
    for _ in range(count):
        describe_share_group_offsets_response_partition, offset = (
            _read_describe_share_group_offsets_response_partition_v0(data, offset)
        )
        partitions.append(describe_share_group_offsets_response_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_response_topic_v1(
    message: DescribeShareGroupOffsetsResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for describe_share_group_offsets_response_partition in message.partitions:
        _write_describe_share_group_offsets_response_partition_v1(
            describe_share_group_offsets_response_partition, parts
        )
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_topic_v1(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponseTopic, int]:
    message = _new(DescribeShareGroupOffsetsResponseTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseTopic.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeShareGroupOffsetsResponseTopic.partitions")
    count -= 1
    if count * 28 > len(data) - offset:
        raise count_refused("DescribeShareGroupOffsetsResponseTopic.partitions", count)
    partitions: list[DescribeShareGroupOffsetsResponsePartition] = []
    for _ in range(count):
        describe_share_group_offsets_response_partition, offset = (
            _read_describe_share_group_offsets_response_partition_v1(data, offset)
        )
        partitions.append(describe_share_group_offsets_response_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_share_group_offsets_response_partition_v0(
    message: DescribeShareGroupOffsetsResponsePartition, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_iqihB(
            message.partition_index,
            message.start_offset,
            message.leader_epoch,
            message.error_code,
            length,
        )
        if length < 128
        else _pack_iqih(
            message.partition_index, message.start_offset, message.leader_epoch, message.error_code
        )
        + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_partition_v0(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponsePartition, int]:
    message = _new(DescribeShareGroupOffsetsResponsePartition)
    message.lag = -1
    (
        message.partition_index,
        message.start_offset,
        message.leader_epoch,
        message.error_code,
        length,
    ) = _unpack_iqihB(data, offset)
    offset += 19
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


def _write_describe_share_group_offsets_response_partition_v1(
    message: DescribeShareGroupOffsetsResponsePartition, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_iqiqhB(
            message.partition_index,
            message.start_offset,
            message.leader_epoch,
            message.lag,
            message.error_code,
            length,
        )
        if length < 128
        else _pack_iqiqh(
            message.partition_index,
            message.start_offset,
            message.leader_epoch,
            message.lag,
            message.error_code,
        )
        + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_describe_share_group_offsets_response_partition_v1(
    data: bytes, offset: int
) -> tuple[DescribeShareGroupOffsetsResponsePartition, int]:
    message = _new(DescribeShareGroupOffsetsResponsePartition)
    (
        message.partition_index,
        message.start_offset,
        message.leader_epoch,
        message.lag,
        message.error_code,
        length,
    ) = _unpack_iqiqhB(data, offset)
    offset += 27
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


DescribeShareGroupOffsetsRequest.WRITERS = {
    0: _write_describe_share_group_offsets_request_v0_v1,
    1: _write_describe_share_group_offsets_request_v0_v1,
}
DescribeShareGroupOffsetsRequest.READERS = {
    0: _read_describe_share_group_offsets_request_v0_v1,
    1: _read_describe_share_group_offsets_request_v0_v1,
}
DescribeShareGroupOffsetsResponse.WRITERS = {
    0: _write_describe_share_group_offsets_response_v0,
    1: _write_describe_share_group_offsets_response_v1,
}
DescribeShareGroupOffsetsResponse.READERS = {
    0: _read_describe_share_group_offsets_response_v0,
    1: _read_describe_share_group_offsets_response_v1,
}
