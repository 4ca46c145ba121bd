# SPDX-License-Identifier: Apache-2.0
"""OffsetCommit (key 8).

Stores how far a group has read.

Errors: OFFSET_METADATA_TOO_LARGE, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
NOT_COORDINATOR, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS,
INVALID_COMMIT_OFFSET_SIZE, FENCED_INSTANCE_ID, STALE_MEMBER_EPOCH, GROUP_ID_NOT_FOUND,
INVALID_GROUP_ID, UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, TOPIC_AUTHORIZATION_FAILED,
GROUP_AUTHORIZATION_FAILED.

Generated from `definitions/offset_commit.txt` by `make gen`.
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
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_u = Format(">16s")
_pack_u = _u.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_qi = Format(">qi")
_pack_qi = _qi.pack
_unpack_qi = _qi.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_unpack_ihB = _ihB.unpack_from
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


class OffsetCommitRequest(Message):
    """The offsets."""

    __slots__ = (
        "group_id",
        "generation_id_or_member_epoch",
        "member_id",
        "group_instance_id",
        "retention_time_ms",
        "topics",
    )

    API_KEY = 8
    VERSIONS = range(2, 11)
    FLEXIBLE_FROM = 8

    group_id: str
    """The group's name."""

    generation_id_or_member_epoch: int
    """The group's generation or the member's epoch; -1 for a simple consumer."""

    member_id: str
    """The member that commits; empty when the group has no members (simple consumers)."""

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 7+; may be None)"""

    retention_time_ms: int
    """Milliseconds to keep the offsets; -1 follows the broker's retention. (versions 2-4)"""

    topics: list[OffsetCommitRequestTopic]
    """The offsets to commit, by topic."""

    def __init__(
        self,
        *,
        group_id: str = "",
        generation_id_or_member_epoch: int = -1,
        member_id: str = "",
        group_instance_id: str | None = None,
        retention_time_ms: int = -1,
        topics: Iterable[OffsetCommitRequestTopic] = (),
    ) -> None:
        self.group_id = group_id
        self.generation_id_or_member_epoch = generation_id_or_member_epoch
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.retention_time_ms = retention_time_ms
        self.topics = list(topics)


class OffsetCommitRequestTopic(Struct):
    """The offsets to commit, by topic."""

    __slots__ = (
        "name",
        "topic_id",
        "partitions",
    )

    name: str
    """The topic's name. (versions 2-9)"""

    topic_id: bytes
    """The topic's identifier. (versions 10+)"""

    partitions: list[OffsetCommitRequestPartition]
    """The offsets to commit, by partition."""

    def __init__(
        self,
        *,
        name: str = "",
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[OffsetCommitRequestPartition] = (),
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.partitions = list(partitions)


class OffsetCommitRequestPartition(Struct):
    """The offsets to commit, by partition."""

    __slots__ = (
        "partition_index",
        "committed_offset",
        "committed_leader_epoch",
        "committed_metadata",
    )

    partition_index: int
    """The partition's number."""

    committed_offset: int
    """The offset of the next record to be consumed."""

    committed_leader_epoch: int
    """The epoch of the leader that wrote the last record consumed; -1 when unknown. (versions 6+)
    """

    committed_metadata: str | None
    """Text that the member wants to store with the offset. (may be None)"""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        committed_offset: int = 0,
        committed_leader_epoch: int = -1,
        committed_metadata: str | None = "",
    ) -> None:
        self.partition_index = partition_index
        self.committed_offset = committed_offset
        self.committed_leader_epoch = committed_leader_epoch
        self.committed_metadata = committed_metadata


class OffsetCommitResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 8
    VERSIONS = range(2, 11)
    FLEXIBLE_FROM = 8

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 3+)
    """

    topics: list[OffsetCommitResponseTopic]
    """Outcomes by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, topics: Iterable[OffsetCommitResponseTopic] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class OffsetCommitResponseTopic(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "topic_id",
        "partitions",
    )

    name: str
    """The topic's name. (versions 2-9)"""

    topic_id: bytes
    """The topic's identifier. (versions 10+)"""

    partitions: list[OffsetCommitResponsePartition]
    """Outcomes by partition."""

    def __init__(
        self,
        *,
        name: str = "",
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[OffsetCommitResponsePartition] = (),
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.partitions = list(partitions)


class OffsetCommitResponsePartition(Struct):
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


def _write_offset_commit_request_v2_v4(message: OffsetCommitRequest, parts: list[Buffer]) -> None:
    if message.group_instance_id is not None:
        raise field_unsupported("OffsetCommitRequest.group_instance_id", "2-4")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.generation_id_or_member_epoch, length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_qi(message.retention_time_ms, count))
    for offset_commit_request_topic in message.topics:
        _write_offset_commit_request_topic_v2_v5(offset_commit_request_topic, parts)


def _read_offset_commit_request_v2_v4(data: bytes, offset: int) -> tuple[OffsetCommitRequest, int]:
    message = _new(OffsetCommitRequest)
    message.group_instance_id = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id_or_member_epoch, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("OffsetCommitRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    message.retention_time_ms, count = _unpack_qi(data, offset)
    offset += 12
    if count < 0:
        raise null_refused("OffsetCommitRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetCommitRequest.topics", count)
    topics: list[OffsetCommitRequestTopic] = []
    for _ in range(count):
        offset_commit_request_topic, offset = _read_offset_commit_request_topic_v2_v5(data, offset)
        topics.append(offset_commit_request_topic)
    message.topics = topics
    return message, offset


def _write_offset_commit_request_v5(message: OffsetCommitRequest, parts: list[Buffer]) -> None:
    if message.group_instance_id is not None:
        raise field_unsupported("OffsetCommitRequest.group_instance_id", "5")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.generation_id_or_member_epoch, length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_commit_request_topic in message.topics:
        _write_offset_commit_request_topic_v2_v5(offset_commit_request_topic, parts)


def _read_offset_commit_request_v5(data: bytes, offset: int) -> tuple[OffsetCommitRequest, int]:
    message = _new(OffsetCommitRequest)
    message.group_instance_id = None
    message.retention_time_ms = -1
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id_or_member_epoch, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("OffsetCommitRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetCommitRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetCommitRequest.topics", count)
    topics: list[OffsetCommitRequestTopic] = []
    for _ in range(count):
        offset_commit_request_topic, offset = _read_offset_commit_request_topic_v2_v5(data, offset)
        topics.append(offset_commit_request_topic)
    message.topics = topics
    return message, offset


def _write_offset_commit_request_v6(message: OffsetCommitRequest, parts: list[Buffer]) -> None:
    if message.group_instance_id is not None:
        raise field_unsupported("OffsetCommitRequest.group_instance_id", "6")
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.generation_id_or_member_epoch, length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_commit_request_topic in message.topics:
        _write_offset_commit_request_topic_v6_v7(offset_commit_request_topic, parts)


def _read_offset_commit_request_v6(data: bytes, offset: int) -> tuple[OffsetCommitRequest, int]:
    message = _new(OffsetCommitRequest)
    message.group_instance_id = None
    message.retention_time_ms = -1
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id_or_member_epoch, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("OffsetCommitRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetCommitRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetCommitRequest.topics", count)
    topics: list[OffsetCommitRequestTopic] = []
    for _ in range(count):
        offset_commit_request_topic, offset = _read_offset_commit_request_topic_v6_v7(data, offset)
        topics.append(offset_commit_request_topic)
    message.topics = topics
    return message, offset


def _write_offset_commit_request_v7(message: OffsetCommitRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text)
    parts.append(_pack_ih(message.generation_id_or_member_epoch, length))
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = -1
    else:
        text = message.group_instance_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_commit_request_topic in message.topics:
        _write_offset_commit_request_topic_v6_v7(offset_commit_request_topic, parts)


def _read_offset_commit_request_v7(data: bytes, offset: int) -> tuple[OffsetCommitRequest, int]:
    message = _new(OffsetCommitRequest)
    message.retention_time_ms = -1
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id_or_member_epoch, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("OffsetCommitRequest.member_id")
    end = offset + length
    message.member_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("OffsetCommitRequest.group_instance_id")
        message.group_instance_id = None
    else:
        end = offset + length
        message.group_instance_id = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetCommitRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetCommitRequest.topics", count)
    topics: list[OffsetCommitRequestTopic] = []
    for _ in range(count):
        offset_commit_request_topic, offset = _read_offset_commit_request_topic_v6_v7(data, offset)
        topics.append(offset_commit_request_topic)
    message.topics = topics
    return message, offset


def _write_offset_commit_request_v8_v9(message: OffsetCommitRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.generation_id_or_member_epoch, length)
        if length < 128
        else _pack_i(message.generation_id_or_member_epoch) + uvarint(length)
    )
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = 0
    else:
        text = message.group_instance_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_commit_request_topic in message.topics:
        _write_offset_commit_request_topic_v8_v9(offset_commit_request_topic, parts)
    parts.append(b"\x00")


def _read_offset_commit_request_v8_v9(data: bytes, offset: int) -> tuple[OffsetCommitRequest, int]:
    message = _new(OffsetCommitRequest)
    message.retention_time_ms = -1
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetCommitRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id_or_member_epoch, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetCommitRequest.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.group_instance_id = None
    else:
        end = offset + length - 1
        message.group_instance_id = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("OffsetCommitRequest.topics", count)
    topics: list[OffsetCommitRequestTopic] = []
    for _ in range(count):
        offset_commit_request_topic, offset = _read_offset_commit_request_topic_v8_v9(data, offset)
        topics.append(offset_commit_request_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_request_v10(message: OffsetCommitRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.generation_id_or_member_epoch, length)
        if length < 128
        else _pack_i(message.generation_id_or_member_epoch) + uvarint(length)
    )
    parts.append(text)
    if message.group_instance_id is None:
        text = b""
        length = 0
    else:
        text = message.group_instance_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_commit_request_topic in message.topics:
        _write_offset_commit_request_topic_v10(offset_commit_request_topic, parts)
    parts.append(b"\x00")


def _read_offset_commit_request_v10(data: bytes, offset: int) -> tuple[OffsetCommitRequest, int]:
    message = _new(OffsetCommitRequest)
    message.retention_time_ms = -1
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetCommitRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.generation_id_or_member_epoch, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetCommitRequest.member_id")
    end = offset + length - 1
    message.member_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.group_instance_id = None
    else:
        end = offset + length - 1
        message.group_instance_id = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("OffsetCommitRequest.topics", count)
    topics: list[OffsetCommitRequestTopic] = []
    for _ in range(count):
        offset_commit_request_topic, offset = _read_offset_commit_request_topic_v10(data, offset)
        topics.append(offset_commit_request_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_request_topic_v2_v5(
    message: OffsetCommitRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_commit_request_partition in message.partitions:
        _write_offset_commit_request_partition_v2_v5(offset_commit_request_partition, parts)


def _read_offset_commit_request_topic_v2_v5(
    data: bytes, offset: int
) -> tuple[OffsetCommitRequestTopic, int]:
    message = _new(OffsetCommitRequestTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitRequestTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetCommitRequestTopic.partitions")
    if count * 14 > len(data) - offset:
        raise count_refused("OffsetCommitRequestTopic.partitions", count)
    partitions: list[OffsetCommitRequestPartition] = []
    for _ in range(count):
        offset_commit_request_partition, offset = _read_offset_commit_request_partition_v2_v5(
            data, offset
        )
        partitions.append(offset_commit_request_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_commit_request_topic_v6_v7(
    message: OffsetCommitRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_commit_request_partition in message.partitions:
        _write_offset_commit_request_partition_v6_v7(offset_commit_request_partition, parts)


def _read_offset_commit_request_topic_v6_v7(
    data: bytes, offset: int
) -> tuple[OffsetCommitRequestTopic, int]:
    message = _new(OffsetCommitRequestTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitRequestTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetCommitRequestTopic.partitions")
    if count * 18 > len(data) - offset:
        raise count_refused("OffsetCommitRequestTopic.partitions", count)
    partitions: list[OffsetCommitRequestPartition] = []
    for _ in range(count):
        offset_commit_request_partition, offset = _read_offset_commit_request_partition_v6_v7(
            data, offset
        )
        partitions.append(offset_commit_request_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_commit_request_topic_v8_v9(
    message: OffsetCommitRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_commit_request_partition in message.partitions:
        _write_offset_commit_request_partition_v8_v10(offset_commit_request_partition, parts)
    parts.append(b"\x00")


def _read_offset_commit_request_topic_v8_v9(
    data: bytes, offset: int
) -> tuple[OffsetCommitRequestTopic, int]:
    message = _new(OffsetCommitRequestTopic)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetCommitRequestTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitRequestTopic.partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("OffsetCommitRequestTopic.partitions", count)
    partitions: list[OffsetCommitRequestPartition] = []
    for _ in range(count):
        offset_commit_request_partition, offset = _read_offset_commit_request_partition_v8_v10(
            data, offset
        )
        partitions.append(offset_commit_request_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_request_topic_v10(
    message: OffsetCommitRequestTopic, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for offset_commit_request_partition in message.partitions:
        _write_offset_commit_request_partition_v8_v10(offset_commit_request_partition, parts)
    parts.append(b"\x00")


def _read_offset_commit_request_topic_v10(
    data: bytes, offset: int
) -> tuple[OffsetCommitRequestTopic, int]:
    message = _new(OffsetCommitRequestTopic)
    message.name = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitRequestTopic.partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("OffsetCommitRequestTopic.partitions", count)
    partitions: list[OffsetCommitRequestPartition] = []
    for _ in range(count):
        offset_commit_request_partition, offset = _read_offset_commit_request_partition_v8_v10(
            data, offset
        )
        partitions.append(offset_commit_request_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_request_partition_v2_v5(
    message: OffsetCommitRequestPartition, parts: list[Buffer]
) -> None:
    if message.committed_metadata is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.committed_metadata.encode()
        length = len(text)
    parts.append(_pack_iqh(message.partition_index, message.committed_offset, length))
    parts.append(text)


def _read_offset_commit_request_partition_v2_v5(
    data: bytes, offset: int
) -> tuple[OffsetCommitRequestPartition, int]:
    message = _new(OffsetCommitRequestPartition)
    message.committed_leader_epoch = -1
    message.partition_index, message.committed_offset, length = _unpack_iqh(data, offset)
    offset += 14
    if length < 0:
        if length != -1:
            raise null_refused("OffsetCommitRequestPartition.committed_metadata")
        message.committed_metadata = None
    else:
        end = offset + length
        message.committed_metadata = data[offset:end].decode()
        offset = end
    return message, offset


def _write_offset_commit_request_partition_v6_v7(
    message: OffsetCommitRequestPartition, parts: list[Buffer]
) -> None:
    if message.committed_metadata is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.committed_metadata.encode()
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


def _read_offset_commit_request_partition_v6_v7(
    data: bytes, offset: int
) -> tuple[OffsetCommitRequestPartition, int]:
    message = _new(OffsetCommitRequestPartition)
    message.partition_index, message.committed_offset, message.committed_leader_epoch, length = (
        _unpack_iqih(data, offset)
    )
    offset += 18
    if length < 0:
        if length != -1:
            raise null_refused("OffsetCommitRequestPartition.committed_metadata")
        message.committed_metadata = None
    else:
        end = offset + length
        message.committed_metadata = data[offset:end].decode()
        offset = end
    return message, offset


def _write_offset_commit_request_partition_v8_v10(
    message: OffsetCommitRequestPartition, parts: list[Buffer]
) -> None:
    if message.committed_metadata is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.committed_metadata.encode()
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
    parts.append(b"\x00")


def _read_offset_commit_request_partition_v8_v10(
    data: bytes, offset: int
) -> tuple[OffsetCommitRequestPartition, int]:
    message = _new(OffsetCommitRequestPartition)
    message.partition_index, message.committed_offset, message.committed_leader_epoch, length = (
        _unpack_iqiB(data, offset)
    )
    offset += 17
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.committed_metadata = None
    else:
        end = offset + length - 1
        message.committed_metadata = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_response_v2(message: OffsetCommitResponse, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for offset_commit_response_topic in message.topics:
        _write_offset_commit_response_topic_v2_v7(offset_commit_response_topic, parts)


def _read_offset_commit_response_v2(data: bytes, offset: int) -> tuple[OffsetCommitResponse, int]:
    message = _new(OffsetCommitResponse)
    message.throttle_time_ms = 0
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetCommitResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetCommitResponse.topics", count)
    topics: list[OffsetCommitResponseTopic] = []
    for _ in range(count):
        offset_commit_response_topic, offset = _read_offset_commit_response_topic_v2_v7(
            data, offset
        )
        topics.append(offset_commit_response_topic)
    message.topics = topics
    return message, offset


def _write_offset_commit_response_v3_v7(message: OffsetCommitResponse, parts: list[Buffer]) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for offset_commit_response_topic in message.topics:
        _write_offset_commit_response_topic_v2_v7(offset_commit_response_topic, parts)


def _read_offset_commit_response_v3_v7(
    data: bytes, offset: int
) -> tuple[OffsetCommitResponse, int]:
    message = _new(OffsetCommitResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("OffsetCommitResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetCommitResponse.topics", count)
    topics: list[OffsetCommitResponseTopic] = []
    for _ in range(count):
        offset_commit_response_topic, offset = _read_offset_commit_response_topic_v2_v7(
            data, offset
        )
        topics.append(offset_commit_response_topic)
    message.topics = topics
    return message, offset


def _write_offset_commit_response_v8_v9(message: OffsetCommitResponse, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for offset_commit_response_topic in message.topics:
        _write_offset_commit_response_topic_v8_v9(offset_commit_response_topic, parts)
    parts.append(b"\x00")


def _read_offset_commit_response_v8_v9(
    data: bytes, offset: int
) -> tuple[OffsetCommitResponse, int]:
    message = _new(OffsetCommitResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("OffsetCommitResponse.topics", count)
    topics: list[OffsetCommitResponseTopic] = []
    for _ in range(count):
        offset_commit_response_topic, offset = _read_offset_commit_response_topic_v8_v9(
            data, offset
        )
        topics.append(offset_commit_response_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_response_v10(message: OffsetCommitResponse, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for offset_commit_response_topic in message.topics:
        _write_offset_commit_response_topic_v10(offset_commit_response_topic, parts)
    parts.append(b"\x00")


def _read_offset_commit_response_v10(data: bytes, offset: int) -> tuple[OffsetCommitResponse, int]:
    message = _new(OffsetCommitResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitResponse.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("OffsetCommitResponse.topics", count)
    topics: list[OffsetCommitResponseTopic] = []
    for _ in range(count):
        offset_commit_response_topic, offset = _read_offset_commit_response_topic_v10(data, offset)
        topics.append(offset_commit_response_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_response_topic_v2_v7(
    message: OffsetCommitResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for offset_commit_response_partition in message.partitions:
        _write_offset_commit_response_partition_v2_v7(offset_commit_response_partition, parts)


def _read_offset_commit_response_topic_v2_v7(
    data: bytes, offset: int
) -> tuple[OffsetCommitResponseTopic, int]:
    message = _new(OffsetCommitResponseTopic)
    message.topic_id = ZERO_UUID
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OffsetCommitResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("OffsetCommitResponseTopic.partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("OffsetCommitResponseTopic.partitions", count)
    partitions: list[OffsetCommitResponsePartition] = []
    for _ in range(count):
        offset_commit_response_partition, offset = _read_offset_commit_response_partition_v2_v7(
            data, offset
        )
        partitions.append(offset_commit_response_partition)
    message.partitions = partitions
    return message, offset


def _write_offset_commit_response_topic_v8_v9(
    message: OffsetCommitResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for offset_commit_response_partition in message.partitions:
        _write_offset_commit_response_partition_v8_v10(offset_commit_response_partition, parts)
    parts.append(b"\x00")


def _read_offset_commit_response_topic_v8_v9(
    data: bytes, offset: int
) -> tuple[OffsetCommitResponseTopic, int]:
    message = _new(OffsetCommitResponseTopic)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OffsetCommitResponseTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitResponseTopic.partitions")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("OffsetCommitResponseTopic.partitions", count)
    partitions: list[OffsetCommitResponsePartition] = []
    for _ in range(count):
        offset_commit_response_partition, offset = _read_offset_commit_response_partition_v8_v10(
            data, offset
        )
        partitions.append(offset_commit_response_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_response_topic_v10(
    message: OffsetCommitResponseTopic, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for offset_commit_response_partition in message.partitions:
        _write_offset_commit_response_partition_v8_v10(offset_commit_response_partition, parts)
    parts.append(b"\x00")


def _read_offset_commit_response_topic_v10(
    data: bytes, offset: int
) -> tuple[OffsetCommitResponseTopic, int]:
    message = _new(OffsetCommitResponseTopic)
    message.name = ""
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("OffsetCommitResponseTopic.partitions")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("OffsetCommitResponseTopic.partitions", count)
    partitions: list[OffsetCommitResponsePartition] = []
    for _ in range(count):
        offset_commit_response_partition, offset = _read_offset_commit_response_partition_v8_v10(
            data, offset
        )
        partitions.append(offset_commit_response_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_offset_commit_response_partition_v2_v7(
    message: OffsetCommitResponsePartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih(message.partition_index, message.error_code))


def _read_offset_commit_response_partition_v2_v7(
    data: bytes, offset: int
) -> tuple[OffsetCommitResponsePartition, int]:
    message = _new(OffsetCommitResponsePartition)
    message.partition_index, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_offset_commit_response_partition_v8_v10(
    message: OffsetCommitResponsePartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih0(message.partition_index, message.error_code))


def _read_offset_commit_response_partition_v8_v10(
    data: bytes, offset: int
) -> tuple[OffsetCommitResponsePartition, int]:
    message = _new(OffsetCommitResponsePartition)
    message.partition_index, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


OffsetCommitRequest.WRITERS = {
    2: _write_offset_commit_request_v2_v4,
    3: _write_offset_commit_request_v2_v4,
    4: _write_offset_commit_request_v2_v4,
    5: _write_offset_commit_request_v5,
    6: _write_offset_commit_request_v6,
    7: _write_offset_commit_request_v7,
    8: _write_offset_commit_request_v8_v9,
    9: _write_offset_commit_request_v8_v9,
    10: _write_offset_commit_request_v10,
}
OffsetCommitRequest.READERS = {
    2: _read_offset_commit_request_v2_v4,
    3: _read_offset_commit_request_v2_v4,
    4: _read_offset_commit_request_v2_v4,
    5: _read_offset_commit_request_v5,
    6: _read_offset_commit_request_v6,
    7: _read_offset_commit_request_v7,
    8: _read_offset_commit_request_v8_v9,
    9: _read_offset_commit_request_v8_v9,
    10: _read_offset_commit_request_v10,
}
OffsetCommitResponse.WRITERS = {
    2: _write_offset_commit_response_v2,
    3: _write_offset_commit_response_v3_v7,
    4: _write_offset_commit_response_v3_v7,
    5: _write_offset_commit_response_v3_v7,
    6: _write_offset_commit_response_v3_v7,
    7: _write_offset_commit_response_v3_v7,
    8: _write_offset_commit_response_v8_v9,
    9: _write_offset_commit_response_v8_v9,
    10: _write_offset_commit_response_v10,
}
OffsetCommitResponse.READERS = {
    2: _read_offset_commit_response_v2,
    3: _read_offset_commit_response_v3_v7,
    4: _read_offset_commit_response_v3_v7,
    5: _read_offset_commit_response_v3_v7,
    6: _read_offset_commit_response_v3_v7,
    7: _read_offset_commit_response_v3_v7,
    8: _read_offset_commit_response_v8_v9,
    9: _read_offset_commit_response_v8_v9,
    10: _read_offset_commit_response_v10,
}
