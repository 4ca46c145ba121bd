# SPDX-License-Identifier: Apache-2.0
"""OffsetFetch (key 9).

Reads how far groups have read.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR,
GROUP_ID_NOT_FOUND, UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH, UNSTABLE_OFFSET_COMMIT,
UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, TOPIC_AUTHORIZATION_FAILED,
GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/offset_fetch.txt` by `make gen`.
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
_u = Format(">16s")
_pack_u = _u.pack
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_unpack_hB = _hB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_iqh = Format(">iqh")
_pack_iqh = _iqh.pack
_unpack_iqh = _iqh.unpack_from
_iqi = Format(">iqi")
_pack_iqi = _iqi.pack
_iqiB = Format(">iqiB")
_pack_iqiB = _iqiB.pack
_unpack_iqiB = _iqiB.unpack_from
_iqih = Format(">iqih")
_pack_iqih = _iqih.pack
_unpack_iqih = _iqih.unpack_from


class OffsetFetchRequest(Message):
    """The groups and partitions; one group up to version 7."""

    __slots__ = (
        "group_id",
        "topics",
        "groups",
        "require_stable",
    )

    API_KEY = 9
    VERSIONS = range(1, 11)
    FLEXIBLE_FROM = 6

    group_id: str
    """The group's name. (versions 1-7)"""

    topics: list[OffsetFetchRequestTopic] | None
    """The partitions whose offsets are wanted, by topic; null means all. (versions 1-7; may be
    None in versions 2-7)
    """

    groups: list[OffsetFetchRequestGroup]
    """The groups whose offsets are wanted. (versions 8+)"""

    require_stable: bool
    """Whether to fail for offsets that an open transaction may still change. (versions 7+)"""

    def __init__(
        self,
        *,
        group_id: str = "",
        topics: Iterable[OffsetFetchRequestTopic] | None = (),
        groups: Iterable[OffsetFetchRequestGroup] = (),
        require_stable: bool = False,
    ) -> None:
        self.group_id = group_id
        self.topics = None if topics is None else list(topics)
        self.groups = list(groups)
        self.require_stable = require_stable


class OffsetFetchRequestGroup(Struct):
    """The groups whose offsets are wanted."""

    __slots__ = (
        "group_id",
        "member_id",
        "member_epoch",
        "topics",
    )

    group_id: str
    """The group's name."""

    member_id: str | None
    """The member that asks; null for an administrator. (versions 9+; may be None)"""

    member_epoch: int
    """The epoch of the member that asks; -1 for an administrator. (versions 9+)"""

    topics: list[OffsetFetchRequestTopics] | None
    """The partitions whose offsets are wanted, by topic; null means all. (may be None)"""

    def __init__(
        self,
        *,
        group_id: str = "",
        member_id: str | None = None,
        member_epoch: int = -1,
        topics: Iterable[OffsetFetchRequestTopics] | None = (),
    ) -> None:
        self.group_id = group_id
        self.member_id = member_id
        self.member_epoch = member_epoch
        self.topics = None if topics is None else list(topics)


class OffsetFetchRequestTopics(Struct):
    """The partitions whose offsets are wanted, by topic; null means all."""

    __slots__ = (
        "name",
        "topic_id",
        "partition_indexes",
    )

    name: str
    """The topic's name. (versions 8-9)"""

    topic_id: bytes
    """The topic's identifier. (versions 10+)"""

    partition_indexes: list[int]
    """Numbers of the partitions whose offsets are wanted."""

    def __init__(
        self, *, name: str = "", topic_id: bytes = ZERO_UUID, partition_indexes: Iterable[int] = ()
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.partition_indexes = list(partition_indexes)


class OffsetFetchRequestTopic(Struct):
    """The partitions whose offsets are wanted, by topic; null means all."""

    __slots__ = (
        "name",
        "partition_indexes",
    )

    name: str
    """The topic's name."""

    partition_indexes: list[int]
    """Numbers of the partitions whose offsets are wanted."""

    def __init__(self, *, name: str = "", partition_indexes: Iterable[int] = ()) -> None:
        self.name = name
        self.partition_indexes = list(partition_indexes)


class OffsetFetchResponse(Message):
    """The committed offsets."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
        "error_code",
        "groups",
    )

    API_KEY = 9
    VERSIONS = range(1, 11)
    FLEXIBLE_FROM = 6

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 3+)
    """

    topics: list[OffsetFetchResponseTopic]
    """Committed offsets by topic. (versions 1-7)"""

    error_code: int
    """Outcome of the whole request; 0 is success. (versions 2-7)"""

    groups: list[OffsetFetchResponseGroup]
    """Offsets by group. (versions 8+)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        topics: Iterable[OffsetFetchResponseTopic] = (),
        error_code: int = 0,
        groups: Iterable[OffsetFetchResponseGroup] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)
        self.error_code = error_code
        self.groups = list(groups)


class OffsetFetchResponseGroup(Struct):
    """Offsets by group."""

    __slots__ = (
        "group_id",
        "topics",
        "error_code",
    )

    group_id: str
    """The group's name."""

    topics: list[OffsetFetchResponseTopics]
    """Committed offsets by topic."""

    error_code: int
    """Outcome for this group; 0 is success."""

    def __init__(
        self,
        *,
        group_id: str = "",
        topics: Iterable[OffsetFetchResponseTopics] = (),
        error_code: int = 0,
    ) -> None:
        self.group_id = group_id
        self.topics = list(topics)
        self.error_code = error_code


class OffsetFetchResponseTopics(Struct):
    """Committed offsets by topic."""

    __slots__ = (
        "name",
        "topic_id",
        "partitions",
    )

    name: str
    """The topic's name. (versions 8-9)"""

    topic_id: bytes
    """The topic's identifier. (versions 10+)"""

    partitions: list[OffsetFetchResponsePartitions]
    """Committed offsets by partition."""

    def __init__(
        self,
        *,
        name: str = "",
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[OffsetFetchResponsePartitions] = (),
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.partitions = list(partitions)


class OffsetFetchResponsePartitions(Struct):
    """Committed offsets by partition."""

    __slots__ = (
        "partition_index",
        "committed_offset",
        "committed_leader_epoch",
        "metadata",
        "error_code",
    )

    partition_index: int
    """The partition's number."""

    committed_offset: int
    """The offset of the next record to be consumed; -1 when nothing was committed."""

    committed_leader_epoch: int
    """The epoch of the leader that wrote the last record consumed; -1 when unknown."""

    metadata: str | None
    """Text that the member stored with the offset. (may be None)"""

    error_code: int
    """Outcome for this partition; 0 is success."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        committed_offset: int = 0,
        committed_leader_epoch: int = -1,
        metadata: str | None = "",
        error_code: int = 0,
    ) -> None:
        self.partition_index = partition_index
        self.committed_offset = committed_offset
        self.committed_leader_epoch = committed_leader_epoch
        self.metadata = metadata
        self.error_code = error_code


class OffsetFetchResponseTopic(Struct):
    """Committed offsets by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[OffsetFetchResponsePartition]
    """Committed offsets by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[OffsetFetchResponsePartition] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class OffsetFetchResponsePartition(Struct):
    """Committed offsets by partition."""

    __slots__ = (
        "partition_index",
        "committed_offset",
        "committed_leader_epoch",
        "metadata",
        "error_code",
    )

    partition_index: int
    """The partition's number."""

    committed_offset: int
    """The offset of the next record to be consumed; -1 when nothing was committed."""

    committed_leader_epoch: int
    """The epoch of the leader that wrote the last record consumed; -1 when unknown. (versions 5-7)
    """

    metadata: str | None
    """Text that the member stored with the offset. (may be None)"""

    error_code: int
    """Outcome for this partition; 0 is success."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        committed_offset: int = 0,
        committed_leader_epoch: int = -1,
        metadata: str | None = "",
        error_code: int = 0,
    ) -> None:
        self.partition_index = partition_index
        self.committed_offset = committed_offset
        self.committed_leader_epoch = committed_leader_epoch
        self.metadata = metadata
        self.error_code = error_code


def _write_offset_fetch_request_v1(message: OffsetFetchRequest, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchRequest.groups", "1")
    if message.require_stable:
        raise field_unsupported("OffsetFetchRequest.require_stable", "1")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.topics is None:
        raise null_unsupported("OffsetFetchRequest.topics", "1")
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_fetch_request_topic in message.topics:
        _write_offset_fetch_request_topic_v1_v5(offset_fetch_request_topic, parts)


def _read_offset_fetch_request_v1(data: bytes, offset: int) -> tuple[OffsetFetchRequest, int]:
    message = _new(OffsetFetchRequest)
    message.groups = []
    message.require_stable = False
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetFetchRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetFetchRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetFetchRequest.topics", count)
    topics: list[OffsetFetchRequestTopic] = []
    for _ in range(count):
        offset_fetch_request_topic, offset = _read_offset_fetch_request_topic_v1_v5(data, offset)
        topics.append(offset_fetch_request_topic)
    message.topics = topics
    return message, offset


def _write_offset_fetch_request_v2_v5(message: OffsetFetchRequest, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchRequest.groups", "2-5")
    if message.require_stable:
        raise field_unsupported("OffsetFetchRequest.require_stable", "2-5")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = -1 if message.topics is None else len(message.topics)
    parts.append(_pack_i(count))
    if message.topics:
        for offset_fetch_request_topic in message.topics:
            _write_offset_fetch_request_topic_v1_v5(offset_fetch_request_topic, parts)


def _read_offset_fetch_request_v2_v5(data: bytes, offset: int) -> tuple[OffsetFetchRequest, int]:
    message = _new(OffsetFetchRequest)
    message.groups = []
    message.require_stable = False
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetFetchRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("OffsetFetchRequest.topics")
        message.topics = None
    else:
        if count * 6 > len(data) - offset:
            raise count_refused("OffsetFetchRequest.topics", count)
        topics: list[OffsetFetchRequestTopic] = []
        for _ in range(count):
            offset_fetch_request_topic, offset = _read_offset_fetch_request_topic_v1_v5(
                data, offset
            )
            topics.append(offset_fetch_request_topic)
        message.topics = topics
    return message, offset


def _write_offset_fetch_request_v6(message: OffsetFetchRequest, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchRequest.groups", "6")
    if message.require_stable:
        raise field_unsupported("OffsetFetchRequest.require_stable", "6")
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for offset_fetch_request_topic in message.topics:
            _write_offset_fetch_request_topic_v6_v7(offset_fetch_request_topic, parts)
    parts.append(b"\x00")


def _read_offset_fetch_request_v6(data: bytes, offset: int) -> tuple[OffsetFetchRequest, int]:
    message = _new(OffsetFetchRequest)
    message.groups = []
    message.require_stable = False
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchRequest.group_id")
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
            raise count_refused("OffsetFetchRequest.topics", count)
        topics: list[OffsetFetchRequestTopic] = []
        for _ in range(count):
            offset_fetch_request_topic, offset = _read_offset_fetch_request_topic_v6_v7(
                data, offset
            )
            topics.append(offset_fetch_request_topic)
        message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_v7(message: OffsetFetchRequest, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchRequest.groups", "7")
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for offset_fetch_request_topic in message.topics:
            _write_offset_fetch_request_topic_v6_v7(offset_fetch_request_topic, parts)
    parts.append(_pack_t0(message.require_stable))


def _read_offset_fetch_request_v7(data: bytes, offset: int) -> tuple[OffsetFetchRequest, int]:
    message = _new(OffsetFetchRequest)
    message.groups = []
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchRequest.group_id")
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
            raise count_refused("OffsetFetchRequest.topics", count)
        topics: list[OffsetFetchRequestTopic] = []
        for _ in range(count):
            offset_fetch_request_topic, offset = _read_offset_fetch_request_topic_v6_v7(
                data, offset
            )
            topics.append(offset_fetch_request_topic)
        message.topics = topics
    message.require_stable, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_v8(message: OffsetFetchRequest, parts: list[Buffer]) -> None:
    if message.group_id != "":
        raise field_unsupported("OffsetFetchRequest.group_id", "8")
    if message.topics != []:
        raise field_unsupported("OffsetFetchRequest.topics", "8")
    count = len(message.groups) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_fetch_request_group in message.groups:
        _write_offset_fetch_request_group_v8(offset_fetch_request_group, parts)
    parts.append(_pack_t0(message.require_stable))


def _read_offset_fetch_request_v8(data: bytes, offset: int) -> tuple[OffsetFetchRequest, int]:
    message = _new(OffsetFetchRequest)
    message.group_id = ""
    message.topics = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchRequest.groups")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("OffsetFetchRequest.groups", count)
    groups: list[OffsetFetchRequestGroup] = []
    for _ in range(count):
        offset_fetch_request_group, offset = _read_offset_fetch_request_group_v8(data, offset)
        groups.append(offset_fetch_request_group)
    message.groups = groups
    message.require_stable, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_v9(message: OffsetFetchRequest, parts: list[Buffer]) -> None:
    if message.group_id != "":
        raise field_unsupported("OffsetFetchRequest.group_id", "9")
    if message.topics != []:
        raise field_unsupported("OffsetFetchRequest.topics", "9")
    count = len(message.groups) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_fetch_request_group in message.groups:
        _write_offset_fetch_request_group_v9(offset_fetch_request_group, parts)
    parts.append(_pack_t0(message.require_stable))


def _read_offset_fetch_request_v9(data: bytes, offset: int) -> tuple[OffsetFetchRequest, int]:
    message = _new(OffsetFetchRequest)
    message.group_id = ""
    message.topics = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchRequest.groups")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("OffsetFetchRequest.groups", count)
    groups: list[OffsetFetchRequestGroup] = []
    for _ in range(count):
        offset_fetch_request_group, offset = _read_offset_fetch_request_group_v9(data, offset)
        groups.append(offset_fetch_request_group)
    message.groups = groups
    message.require_stable, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_v10(message: OffsetFetchRequest, parts: list[Buffer]) -> None:
    if message.group_id != "":
        raise field_unsupported("OffsetFetchRequest.group_id", "10")
    if message.topics != []:
        raise field_unsupported("OffsetFetchRequest.topics", "10")
    count = len(message.groups) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_fetch_request_group in message.groups:
        _write_offset_fetch_request_group_v10(offset_fetch_request_group, parts)
    parts.append(_pack_t0(message.require_stable))


def _read_offset_fetch_request_v10(data: bytes, offset: int) -> tuple[OffsetFetchRequest, int]:
    message = _new(OffsetFetchRequest)
    message.group_id = ""
    message.topics = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchRequest.groups")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("OffsetFetchRequest.groups", count)
    groups: list[OffsetFetchRequestGroup] = []
    for _ in range(count):
        offset_fetch_request_group, offset = _read_offset_fetch_request_group_v10(data, offset)
        groups.append(offset_fetch_request_group)
    message.groups = groups
    message.require_stable, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_group_v8(
    message: OffsetFetchRequestGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.topics:
        for offset_fetch_request_topics in message.topics:
            _write_offset_fetch_request_topics_v8_v9(offset_fetch_request_topics, parts)
    parts.append(b"\x00")


def _read_offset_fetch_request_group_v8(
    data: bytes, offset: int
) -> tuple[OffsetFetchRequestGroup, int]:
    message = _new(OffsetFetchRequestGroup)
    message.member_id = None
    message.member_epoch = -1
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchRequestGroup.group_id")
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
            raise count_refused("OffsetFetchRequestGroup.topics", count)
        topics: list[OffsetFetchRequestTopics] = []
        for _ in range(count):
            offset_fetch_request_topics, offset = _read_offset_fetch_request_topics_v8_v9(
                data, offset
            )
            topics.append(offset_fetch_request_topics)
        message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_group_v9(
    message: OffsetFetchRequestGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
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
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(
        _pack_iB(message.member_epoch, count)
        if count < 128
        else _pack_i(message.member_epoch) + uvarint(count)
    )
    if message.topics:
        for offset_fetch_request_topics in message.topics:
            _write_offset_fetch_request_topics_v8_v9(offset_fetch_request_topics, parts)
    parts.append(b"\x00")


def _read_offset_fetch_request_group_v9(
    data: bytes, offset: int
) -> tuple[OffsetFetchRequestGroup, int]:
    message = _new(OffsetFetchRequestGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchRequestGroup.group_id")
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
    message.member_epoch, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("OffsetFetchRequestGroup.topics", count)
        topics: list[OffsetFetchRequestTopics] = []
        for _ in range(count):
            offset_fetch_request_topics, offset = _read_offset_fetch_request_topics_v8_v9(
                data, offset
            )
            topics.append(offset_fetch_request_topics)
        message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_group_v10(
    message: OffsetFetchRequestGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
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
    count = 0 if message.topics is None else len(message.topics) + 1
    parts.append(
        _pack_iB(message.member_epoch, count)
        if count < 128
        else _pack_i(message.member_epoch) + uvarint(count)
    )
    if message.topics:
        for offset_fetch_request_topics in message.topics:
            _write_offset_fetch_request_topics_v10(offset_fetch_request_topics, parts)
    parts.append(b"\x00")


def _read_offset_fetch_request_group_v10(
    data: bytes, offset: int
) -> tuple[OffsetFetchRequestGroup, int]:
    message = _new(OffsetFetchRequestGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchRequestGroup.group_id")
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
    message.member_epoch, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topics = None
    else:
        count -= 1
        if count * 18 > len(data) - offset:
            raise count_refused("OffsetFetchRequestGroup.topics", count)
        topics: list[OffsetFetchRequestTopics] = []
        for _ in range(count):
            offset_fetch_request_topics, offset = _read_offset_fetch_request_topics_v10(
                data, offset
            )
            topics.append(offset_fetch_request_topics)
        message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_topics_v8_v9(
    message: OffsetFetchRequestTopics, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_indexes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partition_indexes))
    parts.append(b"\x00")


def _read_offset_fetch_request_topics_v8_v9(
    data: bytes, offset: int
) -> tuple[OffsetFetchRequestTopics, int]:
    message = _new(OffsetFetchRequestTopics)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchRequestTopics.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchRequestTopics.partition_indexes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("OffsetFetchRequestTopics.partition_indexes", count)
    message.partition_indexes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_topics_v10(
    message: OffsetFetchRequestTopics, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partition_indexes) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    parts.append(pack_int32s(message.partition_indexes))
    parts.append(b"\x00")


def _read_offset_fetch_request_topics_v10(
    data: bytes, offset: int
) -> tuple[OffsetFetchRequestTopics, int]:
    message = _new(OffsetFetchRequestTopics)
    message.name = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchRequestTopics.partition_indexes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("OffsetFetchRequestTopics.partition_indexes", count)
    message.partition_indexes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_request_topic_v1_v5(
    message: OffsetFetchRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partition_indexes)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partition_indexes))


def _read_offset_fetch_request_topic_v1_v5(
    data: bytes, offset: int
) -> tuple[OffsetFetchRequestTopic, int]:
    message = _new(OffsetFetchRequestTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetFetchRequestTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetFetchRequestTopic.partition_indexes")
    if count * 4 > len(data) - offset:
        raise count_refused("OffsetFetchRequestTopic.partition_indexes", count)
    message.partition_indexes = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_offset_fetch_request_topic_v6_v7(
    message: OffsetFetchRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_indexes) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partition_indexes))
    parts.append(b"\x00")


def _read_offset_fetch_request_topic_v6_v7(
    data: bytes, offset: int
) -> tuple[OffsetFetchRequestTopic, int]:
    message = _new(OffsetFetchRequestTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchRequestTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchRequestTopic.partition_indexes")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("OffsetFetchRequestTopic.partition_indexes", count)
    message.partition_indexes = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_v1(message: OffsetFetchResponse, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchResponse.groups", "1")
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_fetch_response_topic in message.topics:
        _write_offset_fetch_response_topic_v1_v4(offset_fetch_response_topic, parts)


def _read_offset_fetch_response_v1(data: bytes, offset: int) -> tuple[OffsetFetchResponse, int]:
    message = _new(OffsetFetchResponse)
    message.throttle_time_ms = 0
    message.error_code = 0
    message.groups = []
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetFetchResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetFetchResponse.topics", count)
    topics: list[OffsetFetchResponseTopic] = []
    for _ in range(count):
        offset_fetch_response_topic, offset = _read_offset_fetch_response_topic_v1_v4(data, offset)
        topics.append(offset_fetch_response_topic)
    message.topics = topics
    return message, offset


def _write_offset_fetch_response_v2(message: OffsetFetchResponse, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchResponse.groups", "2")
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_fetch_response_topic in message.topics:
        _write_offset_fetch_response_topic_v1_v4(offset_fetch_response_topic, parts)
    parts.append(_pack_h(message.error_code))


def _read_offset_fetch_response_v2(data: bytes, offset: int) -> tuple[OffsetFetchResponse, int]:
    message = _new(OffsetFetchResponse)
    message.throttle_time_ms = 0
    message.groups = []
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetFetchResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetFetchResponse.topics", count)
    topics: list[OffsetFetchResponseTopic] = []
    for _ in range(count):
        offset_fetch_response_topic, offset = _read_offset_fetch_response_topic_v1_v4(data, offset)
        topics.append(offset_fetch_response_topic)
    message.topics = topics
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_offset_fetch_response_v3_v4(message: OffsetFetchResponse, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchResponse.groups", "3-4")
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for offset_fetch_response_topic in message.topics:
        _write_offset_fetch_response_topic_v1_v4(offset_fetch_response_topic, parts)
    parts.append(_pack_h(message.error_code))


def _read_offset_fetch_response_v3_v4(data: bytes, offset: int) -> tuple[OffsetFetchResponse, int]:
    message = _new(OffsetFetchResponse)
    message.groups = []
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("OffsetFetchResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetFetchResponse.topics", count)
    topics: list[OffsetFetchResponseTopic] = []
    for _ in range(count):
        offset_fetch_response_topic, offset = _read_offset_fetch_response_topic_v1_v4(data, offset)
        topics.append(offset_fetch_response_topic)
    message.topics = topics
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_offset_fetch_response_v5(message: OffsetFetchResponse, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchResponse.groups", "5")
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for offset_fetch_response_topic in message.topics:
        _write_offset_fetch_response_topic_v5(offset_fetch_response_topic, parts)
    parts.append(_pack_h(message.error_code))


def _read_offset_fetch_response_v5(data: bytes, offset: int) -> tuple[OffsetFetchResponse, int]:
    message = _new(OffsetFetchResponse)
    message.groups = []
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("OffsetFetchResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetFetchResponse.topics", count)
    topics: list[OffsetFetchResponseTopic] = []
    for _ in range(count):
        offset_fetch_response_topic, offset = _read_offset_fetch_response_topic_v5(data, offset)
        topics.append(offset_fetch_response_topic)
    message.topics = topics
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_offset_fetch_response_v6_v7(message: OffsetFetchResponse, parts: list[Buffer]) -> None:
    if message.groups:
        raise field_unsupported("OffsetFetchResponse.groups", "6-7")
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for offset_fetch_response_topic in message.topics:
        _write_offset_fetch_response_topic_v6_v7(offset_fetch_response_topic, parts)
    parts.append(_pack_h0(message.error_code))


def _read_offset_fetch_response_v6_v7(data: bytes, offset: int) -> tuple[OffsetFetchResponse, int]:
    message = _new(OffsetFetchResponse)
    message.groups = []
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("OffsetFetchResponse.topics", count)
    topics: list[OffsetFetchResponseTopic] = []
    for _ in range(count):
        offset_fetch_response_topic, offset = _read_offset_fetch_response_topic_v6_v7(data, offset)
        topics.append(offset_fetch_response_topic)
    message.topics = topics
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_v8_v9(message: OffsetFetchResponse, parts: list[Buffer]) -> None:
    if message.topics:
        raise field_unsupported("OffsetFetchResponse.topics", "8-9")
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for offset_fetch_response_group in message.groups:
        _write_offset_fetch_response_group_v8_v9(offset_fetch_response_group, parts)
    parts.append(b"\x00")


def _read_offset_fetch_response_v8_v9(data: bytes, offset: int) -> tuple[OffsetFetchResponse, int]:
    message = _new(OffsetFetchResponse)
    message.topics = []
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponse.groups")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("OffsetFetchResponse.groups", count)
    groups: list[OffsetFetchResponseGroup] = []
    for _ in range(count):
        offset_fetch_response_group, offset = _read_offset_fetch_response_group_v8_v9(data, offset)
        groups.append(offset_fetch_response_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_v10(message: OffsetFetchResponse, parts: list[Buffer]) -> None:
    if message.topics:
        raise field_unsupported("OffsetFetchResponse.topics", "10")
    count = len(message.groups) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for offset_fetch_response_group in message.groups:
        _write_offset_fetch_response_group_v10(offset_fetch_response_group, parts)
    parts.append(b"\x00")


def _read_offset_fetch_response_v10(data: bytes, offset: int) -> tuple[OffsetFetchResponse, int]:
    message = _new(OffsetFetchResponse)
    message.topics = []
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponse.groups")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("OffsetFetchResponse.groups", count)
    groups: list[OffsetFetchResponseGroup] = []
    for _ in range(count):
        offset_fetch_response_group, offset = _read_offset_fetch_response_group_v10(data, offset)
        groups.append(offset_fetch_response_group)
    message.groups = groups
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_group_v8_v9(
    message: OffsetFetchResponseGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_fetch_response_topics in message.topics:
        _write_offset_fetch_response_topics_v8_v9(offset_fetch_response_topics, parts)
    parts.append(_pack_h0(message.error_code))


def _read_offset_fetch_response_group_v8_v9(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponseGroup, int]:
    message = _new(OffsetFetchResponseGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchResponseGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponseGroup.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("OffsetFetchResponseGroup.topics", count)
    topics: list[OffsetFetchResponseTopics] = []
    for _ in range(count):
        offset_fetch_response_topics, offset = _read_offset_fetch_response_topics_v8_v9(
            data, offset
        )
        topics.append(offset_fetch_response_topics)
    message.topics = topics
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_group_v10(
    message: OffsetFetchResponseGroup, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_fetch_response_topics in message.topics:
        _write_offset_fetch_response_topics_v10(offset_fetch_response_topics, parts)
    parts.append(_pack_h0(message.error_code))


def _read_offset_fetch_response_group_v10(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponseGroup, int]:
    message = _new(OffsetFetchResponseGroup)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchResponseGroup.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponseGroup.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("OffsetFetchResponseGroup.topics", count)
    topics: list[OffsetFetchResponseTopics] = []
    for _ in range(count):
        offset_fetch_response_topics, offset = _read_offset_fetch_response_topics_v10(data, offset)
        topics.append(offset_fetch_response_topics)
    message.topics = topics
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_topics_v8_v9(
    message: OffsetFetchResponseTopics, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_fetch_response_partitions in message.partitions:
        _write_offset_fetch_response_partitions_v8_v10(offset_fetch_response_partitions, parts)
    parts.append(b"\x00")


def _read_offset_fetch_response_topics_v8_v9(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponseTopics, int]:
    message = _new(OffsetFetchResponseTopics)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchResponseTopics.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponseTopics.partitions")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("OffsetFetchResponseTopics.partitions", count)
    partitions: list[OffsetFetchResponsePartitions] = []
    for _ in range(count):
        offset_fetch_response_partitions, offset = _read_offset_fetch_response_partitions_v8_v10(
            data, offset
        )
        partitions.append(offset_fetch_response_partitions)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_topics_v10(
    message: OffsetFetchResponseTopics, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for offset_fetch_response_partitions in message.partitions:
        _write_offset_fetch_response_partitions_v8_v10(offset_fetch_response_partitions, parts)
    parts.append(b"\x00")


def _read_offset_fetch_response_topics_v10(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponseTopics, int]:
    message = _new(OffsetFetchResponseTopics)
    message.name = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponseTopics.partitions")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("OffsetFetchResponseTopics.partitions", count)
    partitions: list[OffsetFetchResponsePartitions] = []
    for _ in range(count):
        offset_fetch_response_partitions, offset = _read_offset_fetch_response_partitions_v8_v10(
            data, offset
        )
        partitions.append(offset_fetch_response_partitions)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_partitions_v8_v10(
    message: OffsetFetchResponsePartitions, parts: list[Buffer]
) -> None:
    if message.metadata is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.metadata.encode()
        length = len(text) + 1
    parts.append(
        _pack_iqiB(
            message.partition_index,
            message.committed_offset,
            message.committed_leader_epoch,
            length,
        )
        if length < 128
        else _pack_iqi(
            message.partition_index, message.committed_offset, message.committed_leader_epoch
        )
        + uvarint(length)
    )
    parts.append(text)
    parts.append(_pack_h0(message.error_code))


def _read_offset_fetch_response_partitions_v8_v10(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponsePartitions, int]:
    message = _new(OffsetFetchResponsePartitions)
    message.partition_index, message.committed_offset, message.committed_leader_epoch, length = (
        _unpack_iqiB(data, offset)
    )
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.metadata = None
    else:
        end = offset + length - 1
        message.metadata = data[offset:end].decode()
        offset = end
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_topic_v1_v4(
    message: OffsetFetchResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_fetch_response_partition in message.partitions:
        _write_offset_fetch_response_partition_v1_v4(offset_fetch_response_partition, parts)


def _read_offset_fetch_response_topic_v1_v4(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponseTopic, int]:
    message = _new(OffsetFetchResponseTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetFetchResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetFetchResponseTopic.partitions")
    if count * 16 > len(data) - offset:
        raise count_refused("OffsetFetchResponseTopic.partitions", count)
    partitions: list[OffsetFetchResponsePartition] = []
    for _ in range(count):
        offset_fetch_response_partition, offset = _read_offset_fetch_response_partition_v1_v4(
            data, offset
        )
        partitions.append(offset_fetch_response_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_fetch_response_topic_v5(
    message: OffsetFetchResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_fetch_response_partition in message.partitions:
        _write_offset_fetch_response_partition_v5(offset_fetch_response_partition, parts)


def _read_offset_fetch_response_topic_v5(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponseTopic, int]:
    message = _new(OffsetFetchResponseTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetFetchResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetFetchResponseTopic.partitions")
    if count * 20 > len(data) - offset:
        raise count_refused("OffsetFetchResponseTopic.partitions", count)
    partitions: list[OffsetFetchResponsePartition] = []
    for _ in range(count):
        offset_fetch_response_partition, offset = _read_offset_fetch_response_partition_v5(
            data, offset
        )
        partitions.append(offset_fetch_response_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_fetch_response_topic_v6_v7(
    message: OffsetFetchResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_fetch_response_partition in message.partitions:
        _write_offset_fetch_response_partition_v6_v7(offset_fetch_response_partition, parts)
    parts.append(b"\x00")


def _read_offset_fetch_response_topic_v6_v7(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponseTopic, int]:
    message = _new(OffsetFetchResponseTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetFetchResponseTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetFetchResponseTopic.partitions")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("OffsetFetchResponseTopic.partitions", count)
    partitions: list[OffsetFetchResponsePartition] = []
    for _ in range(count):
        offset_fetch_response_partition, offset = _read_offset_fetch_response_partition_v6_v7(
            data, offset
        )
        partitions.append(offset_fetch_response_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_fetch_response_partition_v1_v4(
    message: OffsetFetchResponsePartition, parts: list[Buffer]
) -> None:
    if message.metadata is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.metadata.encode()
        length = len(text)
    parts.append(_pack_iqh(message.partition_index, message.committed_offset, length))
    parts.append(text)
    parts.append(_pack_h(message.error_code))


def _read_offset_fetch_response_partition_v1_v4(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponsePartition, int]:
    message = _new(OffsetFetchResponsePartition)
    message.committed_leader_epoch = -1
    message.partition_index, message.committed_offset, length = _unpack_iqh(data, offset)
    offset += 14
    if length < 0:
        if length != -1:
            raise null_refused("OffsetFetchResponsePartition.metadata")
        message.metadata = None
    else:
        end = offset + length
        message.metadata = data[offset:end].decode()
        offset = end
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_offset_fetch_response_partition_v5(
    message: OffsetFetchResponsePartition, parts: list[Buffer]
) -> None:
    if message.metadata is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.metadata.encode()
        length = len(text)
    parts.append(
        _pack_iqih(
            message.partition_index,
            message.committed_offset,
            message.committed_leader_epoch,
            length,
        )
    )
    parts.append(text)
    parts.append(_pack_h(message.error_code))


def _read_offset_fetch_response_partition_v5(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponsePartition, int]:
    message = _new(OffsetFetchResponsePartition)
    message.partition_index, message.committed_offset, message.committed_leader_epoch, length = (
        _unpack_iqih(data, offset)
    )
    offset += 18
    if length < 0:
        if length != -1:
            raise null_refused("OffsetFetchResponsePartition.metadata")
        message.metadata = None
    else:
        end = offset + length
        message.metadata = data[offset:end].decode()
        offset = end
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_offset_fetch_response_partition_v6_v7(
    message: OffsetFetchResponsePartition, parts: list[Buffer]
) -> None:
    if message.metadata is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.metadata.encode()
        length = len(text) + 1
    parts.append(
        _pack_iqiB(
            message.partition_index,
            message.committed_offset,
            message.committed_leader_epoch,
            length,
        )
        if length < 128
        else _pack_iqi(
            message.partition_index, message.committed_offset, message.committed_leader_epoch
        )
        + uvarint(length)
    )
    parts.append(text)
    parts.append(_pack_h0(message.error_code))


def _read_offset_fetch_response_partition_v6_v7(
    data: bytes, offset: int
) -> tuple[OffsetFetchResponsePartition, int]:
    message = _new(OffsetFetchResponsePartition)
    message.partition_index, message.committed_offset, message.committed_leader_epoch, length = (
        _unpack_iqiB(data, offset)
    )
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.metadata = None
    else:
        end = offset + length - 1
        message.metadata = data[offset:end].decode()
        offset = end
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


OffsetFetchRequest.WRITERS = {
    1: _write_offset_fetch_request_v1,
    2: _write_offset_fetch_request_v2_v5,
    3: _write_offset_fetch_request_v2_v5,
    4: _write_offset_fetch_request_v2_v5,
    5: _write_offset_fetch_request_v2_v5,
    6: _write_offset_fetch_request_v6,
    7: _write_offset_fetch_request_v7,
    8: _write_offset_fetch_request_v8,
    9: _write_offset_fetch_request_v9,
    10: _write_offset_fetch_request_v10,
}
OffsetFetchRequest.READERS = {
    1: _read_offset_fetch_request_v1,
    2: _read_offset_fetch_request_v2_v5,
    3: _read_offset_fetch_request_v2_v5,
    4: _read_offset_fetch_request_v2_v5,
    5: _read_offset_fetch_request_v2_v5,
    6: _read_offset_fetch_request_v6,
    7: _read_offset_fetch_request_v7,
    8: _read_offset_fetch_request_v8,
    9: _read_offset_fetch_request_v9,
    10: _read_offset_fetch_request_v10,
}
OffsetFetchResponse.WRITERS = {
    1: _write_offset_fetch_response_v1,
    2: _write_offset_fetch_response_v2,
    3: _write_offset_fetch_response_v3_v4,
    4: _write_offset_fetch_response_v3_v4,
    5: _write_offset_fetch_response_v5,
    6: _write_offset_fetch_response_v6_v7,
    7: _write_offset_fetch_response_v6_v7,
    8: _write_offset_fetch_response_v8_v9,
    9: _write_offset_fetch_response_v8_v9,
    10: _write_offset_fetch_response_v10,
}
OffsetFetchResponse.READERS = {
    1: _read_offset_fetch_response_v1,
    2: _read_offset_fetch_response_v2,
    3: _read_offset_fetch_response_v3_v4,
    4: _read_offset_fetch_response_v3_v4,
    5: _read_offset_fetch_response_v5,
    6: _read_offset_fetch_response_v6_v7,
    7: _read_offset_fetch_response_v6_v7,
    8: _read_offset_fetch_response_v8_v9,
    9: _read_offset_fetch_response_v8_v9,
    10: _read_offset_fetch_response_v10,
}
