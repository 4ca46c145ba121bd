# SPDX-License-Identifier: Apache-2.0
"""TxnOffsetCommit (key 28).

Stores how far a group has read, as part of a transaction.

Errors: OFFSET_METADATA_TOO_LARGE, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
NOT_COORDINATOR, ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, PRODUCER_FENCED, INVALID_TXN_STATE,
INVALID_COMMIT_OFFSET_SIZE, UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED,
GROUP_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, TRANSACTION_ABORTABLE.

Generated from `definitions/txn_offset_commit.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
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
_iqh = Format(">iqh")
_pack_iqh = _iqh.pack
_unpack_iqh = _iqh.unpack_from
_iqi = Format(">iqi")
_pack_iqi = _iqi.pack
_qhi = Format(">qhi")
_pack_qhi = _qhi.pack
_unpack_qhi = _qhi.unpack_from
_iqiB = Format(">iqiB")
_pack_iqiB = _iqiB.pack
_unpack_iqiB = _iqiB.unpack_from
_iqih = Format(">iqih")
_pack_iqih = _iqih.pack
_unpack_iqih = _iqih.unpack_from
_qhiB = Format(">qhiB")
_pack_qhiB = _qhiB.pack
_unpack_qhiB = _qhiB.unpack_from


class TxnOffsetCommitRequest(Message):
    """The transaction and the offsets."""

    __slots__ = (
        "transactional_id",
        "group_id",
        "producer_id",
        "producer_epoch",
        "generation_id",
        "member_id",
        "group_instance_id",
        "topics",
    )

    API_KEY = 28
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    transactional_id: str
    """The transactional id."""

    group_id: str
    """The group's name."""

    producer_id: int
    """The producer's id."""

    producer_epoch: int
    """The producer's epoch: an instance with an older one is fenced."""

    generation_id: int
    """The group's generation; -1 when the group has no members (simple consumers). (versions 3+)
    """

    member_id: str
    """The member that commits; empty when the group has no members (simple consumers). (versions
    3+)
    """

    group_instance_id: str | None
    """The name of a static member; null for a dynamic one. (versions 3+; may be None)"""

    topics: list[TxnOffsetCommitRequestTopic]
    """The offsets to commit, by topic."""

    def __init__(
        self,
        *,
        transactional_id: str = "",
        group_id: str = "",
        producer_id: int = 0,
        producer_epoch: int = 0,
        generation_id: int = -1,
        member_id: str = "",
        group_instance_id: str | None = None,
        topics: Iterable[TxnOffsetCommitRequestTopic] = (),
    ) -> None:
        self.transactional_id = transactional_id
        self.group_id = group_id
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.generation_id = generation_id
        self.member_id = member_id
        self.group_instance_id = group_instance_id
        self.topics = list(topics)


class TxnOffsetCommitRequestTopic(Struct):
    """The offsets to commit, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[TxnOffsetCommitRequestPartition]
    """The offsets to commit, by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[TxnOffsetCommitRequestPartition] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class TxnOffsetCommitRequestPartition(Struct):
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
    """The epoch of the leader that wrote the last record consumed; -1 when unknown. (versions 2+)
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


class TxnOffsetCommitResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "topics",
    )

    API_KEY = 28
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    topics: list[TxnOffsetCommitResponseTopic]
    """Outcomes by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, topics: Iterable[TxnOffsetCommitResponseTopic] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.topics = list(topics)


class TxnOffsetCommitResponseTopic(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[TxnOffsetCommitResponsePartition]
    """Outcomes by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[TxnOffsetCommitResponsePartition] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class TxnOffsetCommitResponsePartition(Struct):
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


def _write_txn_offset_commit_request_v0_v1(
    message: TxnOffsetCommitRequest, parts: list[Buffer]
) -> None:
    if message.generation_id != -1:
        raise field_unsupported("TxnOffsetCommitRequest.generation_id", "0-1")
    if message.member_id != "":
        raise field_unsupported("TxnOffsetCommitRequest.member_id", "0-1")
    if message.group_instance_id is not None:
        raise field_unsupported("TxnOffsetCommitRequest.group_instance_id", "0-1")
    text: Buffer = message.transactional_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_qhi(message.producer_id, message.producer_epoch, count))
    for txn_offset_commit_request_topic in message.topics:
        _write_txn_offset_commit_request_topic_v0_v1(txn_offset_commit_request_topic, parts)


def _read_txn_offset_commit_request_v0_v1(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequest, int]:
    message = _new(TxnOffsetCommitRequest)
    message.generation_id = -1
    message.member_id = ""
    message.group_instance_id = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TxnOffsetCommitRequest.transactional_id")
    end = offset + length
    message.transactional_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TxnOffsetCommitRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, count = _unpack_qhi(data, offset)
    offset += 14
    if count < 0:
        raise null_refused("TxnOffsetCommitRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("TxnOffsetCommitRequest.topics", count)
    topics: list[TxnOffsetCommitRequestTopic] = []
    for _ in range(count):
        txn_offset_commit_request_topic, offset = _read_txn_offset_commit_request_topic_v0_v1(
            data, offset
        )
        topics.append(txn_offset_commit_request_topic)
    message.topics = topics
    return message, offset


def _write_txn_offset_commit_request_v2(
    message: TxnOffsetCommitRequest, parts: list[Buffer]
) -> None:
    if message.generation_id != -1:
        raise field_unsupported("TxnOffsetCommitRequest.generation_id", "2")
    if message.member_id != "":
        raise field_unsupported("TxnOffsetCommitRequest.member_id", "2")
    if message.group_instance_id is not None:
        raise field_unsupported("TxnOffsetCommitRequest.group_instance_id", "2")
    text: Buffer = message.transactional_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.topics)
    parts.append(_pack_qhi(message.producer_id, message.producer_epoch, count))
    for txn_offset_commit_request_topic in message.topics:
        _write_txn_offset_commit_request_topic_v2(txn_offset_commit_request_topic, parts)


def _read_txn_offset_commit_request_v2(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequest, int]:
    message = _new(TxnOffsetCommitRequest)
    message.generation_id = -1
    message.member_id = ""
    message.group_instance_id = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TxnOffsetCommitRequest.transactional_id")
    end = offset + length
    message.transactional_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TxnOffsetCommitRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, count = _unpack_qhi(data, offset)
    offset += 14
    if count < 0:
        raise null_refused("TxnOffsetCommitRequest.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("TxnOffsetCommitRequest.topics", count)
    topics: list[TxnOffsetCommitRequestTopic] = []
    for _ in range(count):
        txn_offset_commit_request_topic, offset = _read_txn_offset_commit_request_topic_v2(
            data, offset
        )
        topics.append(txn_offset_commit_request_topic)
    message.topics = topics
    return message, offset


def _write_txn_offset_commit_request_v3_v5(
    message: TxnOffsetCommitRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.member_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_qhiB(message.producer_id, message.producer_epoch, message.generation_id, length)
        if length < 128
        else _pack_qhi(message.producer_id, message.producer_epoch, message.generation_id)
        + uvarint(length)
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
    for txn_offset_commit_request_topic in message.topics:
        _write_txn_offset_commit_request_topic_v3_v5(txn_offset_commit_request_topic, parts)
    parts.append(b"\x00")


def _read_txn_offset_commit_request_v3_v5(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequest, int]:
    message = _new(TxnOffsetCommitRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TxnOffsetCommitRequest.transactional_id")
    end = offset + length - 1
    message.transactional_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TxnOffsetCommitRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, message.generation_id, length = _unpack_qhiB(
        data, offset
    )
    offset += 15
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TxnOffsetCommitRequest.member_id")
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
        raise null_refused("TxnOffsetCommitRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("TxnOffsetCommitRequest.topics", count)
    topics: list[TxnOffsetCommitRequestTopic] = []
    for _ in range(count):
        txn_offset_commit_request_topic, offset = _read_txn_offset_commit_request_topic_v3_v5(
            data, offset
        )
        topics.append(txn_offset_commit_request_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_txn_offset_commit_request_topic_v0_v1(
    message: TxnOffsetCommitRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for txn_offset_commit_request_partition in message.partitions:
        _write_txn_offset_commit_request_partition_v0_v1(txn_offset_commit_request_partition, parts)


def _read_txn_offset_commit_request_topic_v0_v1(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequestTopic, int]:
    message = _new(TxnOffsetCommitRequestTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TxnOffsetCommitRequestTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TxnOffsetCommitRequestTopic.partitions")
    if count * 14 > len(data) - offset:
        raise count_refused("TxnOffsetCommitRequestTopic.partitions", count)
    partitions: list[TxnOffsetCommitRequestPartition] = []
    for _ in range(count):
        txn_offset_commit_request_partition, offset = (
            _read_txn_offset_commit_request_partition_v0_v1(data, offset)
        )
        partitions.append(txn_offset_commit_request_partition)
    message.partitions = partitions
    return message, offset


def _write_txn_offset_commit_request_topic_v2(
    message: TxnOffsetCommitRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for txn_offset_commit_request_partition in message.partitions:
        _write_txn_offset_commit_request_partition_v2(txn_offset_commit_request_partition, parts)


def _read_txn_offset_commit_request_topic_v2(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequestTopic, int]:
    message = _new(TxnOffsetCommitRequestTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TxnOffsetCommitRequestTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TxnOffsetCommitRequestTopic.partitions")
    if count * 18 > len(data) - offset:
        raise count_refused("TxnOffsetCommitRequestTopic.partitions", count)
    partitions: list[TxnOffsetCommitRequestPartition] = []
    for _ in range(count):
        txn_offset_commit_request_partition, offset = _read_txn_offset_commit_request_partition_v2(
            data, offset
        )
        partitions.append(txn_offset_commit_request_partition)
    message.partitions = partitions
    return message, offset


def _write_txn_offset_commit_request_topic_v3_v5(
    message: TxnOffsetCommitRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for txn_offset_commit_request_partition in message.partitions:
        _write_txn_offset_commit_request_partition_v3_v5(txn_offset_commit_request_partition, parts)
    parts.append(b"\x00")


def _read_txn_offset_commit_request_topic_v3_v5(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequestTopic, int]:
    message = _new(TxnOffsetCommitRequestTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TxnOffsetCommitRequestTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TxnOffsetCommitRequestTopic.partitions")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("TxnOffsetCommitRequestTopic.partitions", count)
    partitions: list[TxnOffsetCommitRequestPartition] = []
    for _ in range(count):
        txn_offset_commit_request_partition, offset = (
            _read_txn_offset_commit_request_partition_v3_v5(data, offset)
        )
        partitions.append(txn_offset_commit_request_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_txn_offset_commit_request_partition_v0_v1(
    message: TxnOffsetCommitRequestPartition, parts: list[Buffer]
) -> None:
    if message.committed_metadata is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.committed_metadata.encode()
        length = len(text)
    parts.append(_pack_iqh(message.partition_index, message.committed_offset, length))
    parts.append(text)


def _read_txn_offset_commit_request_partition_v0_v1(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequestPartition, int]:
    message = _new(TxnOffsetCommitRequestPartition)
    message.committed_leader_epoch = -1
    message.partition_index, message.committed_offset, length = _unpack_iqh(data, offset)
    offset += 14
    if length < 0:
        if length != -1:
            raise null_refused("TxnOffsetCommitRequestPartition.committed_metadata")
        message.committed_metadata = None
    else:
        end = offset + length
        message.committed_metadata = data[offset:end].decode()
        offset = end
    return message, offset


def _write_txn_offset_commit_request_partition_v2(
    message: TxnOffsetCommitRequestPartition, parts: list[Buffer]
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


def _read_txn_offset_commit_request_partition_v2(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequestPartition, int]:
    message = _new(TxnOffsetCommitRequestPartition)
    message.partition_index, message.committed_offset, message.committed_leader_epoch, length = (
        _unpack_iqih(data, offset)
    )
    offset += 18
    if length < 0:
        if length != -1:
            raise null_refused("TxnOffsetCommitRequestPartition.committed_metadata")
        message.committed_metadata = None
    else:
        end = offset + length
        message.committed_metadata = data[offset:end].decode()
        offset = end
    return message, offset


def _write_txn_offset_commit_request_partition_v3_v5(
    message: TxnOffsetCommitRequestPartition, parts: list[Buffer]
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


def _read_txn_offset_commit_request_partition_v3_v5(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitRequestPartition, int]:
    message = _new(TxnOffsetCommitRequestPartition)
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


def _write_txn_offset_commit_response_v0_v2(
    message: TxnOffsetCommitResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for txn_offset_commit_response_topic in message.topics:
        _write_txn_offset_commit_response_topic_v0_v2(txn_offset_commit_response_topic, parts)


def _read_txn_offset_commit_response_v0_v2(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitResponse, int]:
    message = _new(TxnOffsetCommitResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("TxnOffsetCommitResponse.topics")
    if count * 6 > len(data) - offset:
        raise count_refused("TxnOffsetCommitResponse.topics", count)
    topics: list[TxnOffsetCommitResponseTopic] = []
    for _ in range(count):
        txn_offset_commit_response_topic, offset = _read_txn_offset_commit_response_topic_v0_v2(
            data, offset
        )
        topics.append(txn_offset_commit_response_topic)
    message.topics = topics
    return message, offset


def _write_txn_offset_commit_response_v3_v5(
    message: TxnOffsetCommitResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for txn_offset_commit_response_topic in message.topics:
        _write_txn_offset_commit_response_topic_v3_v5(txn_offset_commit_response_topic, parts)
    parts.append(b"\x00")


def _read_txn_offset_commit_response_v3_v5(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitResponse, int]:
    message = _new(TxnOffsetCommitResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TxnOffsetCommitResponse.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("TxnOffsetCommitResponse.topics", count)
    topics: list[TxnOffsetCommitResponseTopic] = []
    for _ in range(count):
        txn_offset_commit_response_topic, offset = _read_txn_offset_commit_response_topic_v3_v5(
            data, offset
        )
        topics.append(txn_offset_commit_response_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_txn_offset_commit_response_topic_v0_v2(
    message: TxnOffsetCommitResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    for txn_offset_commit_response_partition in message.partitions:
        _write_txn_offset_commit_response_partition_v0_v2(
            txn_offset_commit_response_partition, parts
        )


def _read_txn_offset_commit_response_topic_v0_v2(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitResponseTopic, int]:
    message = _new(TxnOffsetCommitResponseTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TxnOffsetCommitResponseTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TxnOffsetCommitResponseTopic.partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("TxnOffsetCommitResponseTopic.partitions", count)
    partitions: list[TxnOffsetCommitResponsePartition] = []
    for _ in range(count):
        txn_offset_commit_response_partition, offset = (
            _read_txn_offset_commit_response_partition_v0_v2(data, offset)
        )
        partitions.append(txn_offset_commit_response_partition)
    message.partitions = partitions
    return message, offset


def _write_txn_offset_commit_response_topic_v3_v5(
    message: TxnOffsetCommitResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for txn_offset_commit_response_partition in message.partitions:
        _write_txn_offset_commit_response_partition_v3_v5(
            txn_offset_commit_response_partition, parts
        )
    parts.append(b"\x00")


def _read_txn_offset_commit_response_topic_v3_v5(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitResponseTopic, int]:
    message = _new(TxnOffsetCommitResponseTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TxnOffsetCommitResponseTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TxnOffsetCommitResponseTopic.partitions")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("TxnOffsetCommitResponseTopic.partitions", count)
    partitions: list[TxnOffsetCommitResponsePartition] = []
    for _ in range(count):
        txn_offset_commit_response_partition, offset = (
            _read_txn_offset_commit_response_partition_v3_v5(data, offset)
        )
        partitions.append(txn_offset_commit_response_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_txn_offset_commit_response_partition_v0_v2(
    message: TxnOffsetCommitResponsePartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih(message.partition_index, message.error_code))


def _read_txn_offset_commit_response_partition_v0_v2(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitResponsePartition, int]:
    message = _new(TxnOffsetCommitResponsePartition)
    message.partition_index, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_txn_offset_commit_response_partition_v3_v5(
    message: TxnOffsetCommitResponsePartition, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih0(message.partition_index, message.error_code))


def _read_txn_offset_commit_response_partition_v3_v5(
    data: bytes, offset: int
) -> tuple[TxnOffsetCommitResponsePartition, int]:
    message = _new(TxnOffsetCommitResponsePartition)
    message.partition_index, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


TxnOffsetCommitRequest.WRITERS = {
    0: _write_txn_offset_commit_request_v0_v1,
    1: _write_txn_offset_commit_request_v0_v1,
    2: _write_txn_offset_commit_request_v2,
    3: _write_txn_offset_commit_request_v3_v5,
    4: _write_txn_offset_commit_request_v3_v5,
    5: _write_txn_offset_commit_request_v3_v5,
}
TxnOffsetCommitRequest.READERS = {
    0: _read_txn_offset_commit_request_v0_v1,
    1: _read_txn_offset_commit_request_v0_v1,
    2: _read_txn_offset_commit_request_v2,
    3: _read_txn_offset_commit_request_v3_v5,
    4: _read_txn_offset_commit_request_v3_v5,
    5: _read_txn_offset_commit_request_v3_v5,
}
TxnOffsetCommitResponse.WRITERS = {
    0: _write_txn_offset_commit_response_v0_v2,
    1: _write_txn_offset_commit_response_v0_v2,
    2: _write_txn_offset_commit_response_v0_v2,
    3: _write_txn_offset_commit_response_v3_v5,
    4: _write_txn_offset_commit_response_v3_v5,
    5: _write_txn_offset_commit_response_v3_v5,
}
TxnOffsetCommitResponse.READERS = {
    0: _read_txn_offset_commit_response_v0_v2,
    1: _read_txn_offset_commit_response_v0_v2,
    2: _read_txn_offset_commit_response_v0_v2,
    3: _read_txn_offset_commit_response_v3_v5,
    4: _read_txn_offset_commit_response_v3_v5,
    5: _read_txn_offset_commit_response_v3_v5,
}
