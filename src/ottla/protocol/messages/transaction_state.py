# SPDX-License-Identifier: Apache-2.0
"""Records of the topic `__transaction_state`.

What the transaction coordinator stores. A key on disk is its type (int16, the number behind
`key`) and its body, a value is its version (int16) and its body. A null value deletes.

Generated from `definitions/transaction_state.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    TAGGED_FIELDS_MAX,
    count_refused,
    field_unsupported,
    null_refused,
    pack_int32s,
    read_long_uvarint,
    read_tag,
    size_refused,
    skip_tagged_fields,
    tagged_field,
    too_many_tagged_fields,
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
_q = Format(">q")
_pack_q = _q.pack
_unpack_q = _q.unpack_from
_qq = Format(">qq")
_pack_qq = _qq.pack
_unpack_qq = _qq.unpack_from
_qqB = Format(">qqB")
_unpack_qqB = _qqB.unpack_from
_qhib = Format(">qhib")
_pack_qhib = _qhib.pack
_qhibB = Format(">qhibB")
_pack_qhibB = _qhibB.pack
_unpack_qhibB = _qhibB.unpack_from
_qhibi = Format(">qhibi")
_pack_qhibi = _qhibi.pack
_unpack_qhibi = _qhibi.unpack_from


class TransactionLogKey(Message):
    """Key of a transactional id's state."""

    __slots__ = ("transactional_id",)

    API_KEY = 0
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    transactional_id: str
    """The transactional id."""

    def __init__(self, *, transactional_id: str = "") -> None:
        self.transactional_id = transactional_id


class TransactionLogValue(Message):
    """A transactional id's state."""

    __slots__ = (
        "producer_id",
        "previous_producer_id",
        "next_producer_id",
        "producer_epoch",
        "next_producer_epoch",
        "transaction_timeout_ms",
        "transaction_status",
        "transaction_partitions",
        "transaction_last_update_timestamp_ms",
        "transaction_start_timestamp_ms",
        "client_transaction_version",
    )

    API_KEY = 0
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 1

    producer_id: int
    """The producer's id."""

    previous_producer_id: int
    """The producer id before the last change; -1 when there is none. (versions 1+)"""

    next_producer_id: int
    """The producer id that follows when this one's epochs are used up; -1 when there is none.
    (versions 1+)
    """

    producer_epoch: int
    """The producer's epoch: an instance with an older one is fenced."""

    next_producer_epoch: int
    """The epoch that follows with the next producer id; -1 when there is none. (versions 1+)"""

    transaction_timeout_ms: int
    """Milliseconds after which the coordinator aborts a transaction that is still open."""

    transaction_status: int
    """0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 complete commit, 5 complete abort,
    6 dead, 7 prepare epoch fence.
    """

    transaction_partitions: list[PartitionsSchema] | None
    """Partitions that take part in the transaction, by topic; null when there are none. (may be
    None)
    """

    transaction_last_update_timestamp_ms: int
    """When the entry last changed, as Unix time in milliseconds."""

    transaction_start_timestamp_ms: int
    """When the transaction began, as Unix time in milliseconds; -1 when none is open."""

    client_transaction_version: int
    """The version of the transaction protocol that the producer uses. (versions 1+)"""

    def __init__(
        self,
        *,
        producer_id: int = 0,
        previous_producer_id: int = -1,
        next_producer_id: int = -1,
        producer_epoch: int = 0,
        next_producer_epoch: int = -1,
        transaction_timeout_ms: int = 0,
        transaction_status: int = 0,
        transaction_partitions: Iterable[PartitionsSchema] | None = (),
        transaction_last_update_timestamp_ms: int = 0,
        transaction_start_timestamp_ms: int = 0,
        client_transaction_version: int = 0,
    ) -> None:
        self.producer_id = producer_id
        self.previous_producer_id = previous_producer_id
        self.next_producer_id = next_producer_id
        self.producer_epoch = producer_epoch
        self.next_producer_epoch = next_producer_epoch
        self.transaction_timeout_ms = transaction_timeout_ms
        self.transaction_status = transaction_status
        self.transaction_partitions = (
            None if transaction_partitions is None else list(transaction_partitions)
        )
        self.transaction_last_update_timestamp_ms = transaction_last_update_timestamp_ms
        self.transaction_start_timestamp_ms = transaction_start_timestamp_ms
        self.client_transaction_version = client_transaction_version


class PartitionsSchema(Struct):
    """Partitions that take part in the transaction, by topic; null when there are none."""

    __slots__ = (
        "topic",
        "partition_ids",
    )

    topic: str
    """The topic's name."""

    partition_ids: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic: str = "", partition_ids: Iterable[int] = ()) -> None:
        self.topic = topic
        self.partition_ids = list(partition_ids)


def _write_transaction_log_key_v0(message: TransactionLogKey, parts: list[Buffer]) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_transaction_log_key_v0(data: bytes, offset: int) -> tuple[TransactionLogKey, int]:
    message = _new(TransactionLogKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TransactionLogKey.transactional_id")
    end = offset + length
    message.transactional_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_transaction_log_value_v0(message: TransactionLogValue, parts: list[Buffer]) -> None:
    if message.previous_producer_id != -1:
        raise field_unsupported("TransactionLogValue.previous_producer_id", "0")
    if message.next_producer_id != -1:
        raise field_unsupported("TransactionLogValue.next_producer_id", "0")
    if message.next_producer_epoch != -1:
        raise field_unsupported("TransactionLogValue.next_producer_epoch", "0")
    if message.client_transaction_version != 0:
        raise field_unsupported("TransactionLogValue.client_transaction_version", "0")
    count = -1 if message.transaction_partitions is None else len(message.transaction_partitions)
    parts.append(
        _pack_qhibi(
            message.producer_id,
            message.producer_epoch,
            message.transaction_timeout_ms,
            message.transaction_status,
            count,
        )
    )
    if message.transaction_partitions:
        for partitions_schema in message.transaction_partitions:
            _write_partitions_schema_v0(partitions_schema, parts)
    parts.append(
        _pack_qq(
            message.transaction_last_update_timestamp_ms, message.transaction_start_timestamp_ms
        )
    )


def _read_transaction_log_value_v0(data: bytes, offset: int) -> tuple[TransactionLogValue, int]:
    message = _new(TransactionLogValue)
    message.previous_producer_id = -1
    message.next_producer_id = -1
    message.next_producer_epoch = -1
    message.client_transaction_version = 0
    (
        message.producer_id,
        message.producer_epoch,
        message.transaction_timeout_ms,
        message.transaction_status,
        count,
    ) = _unpack_qhibi(data, offset)
    offset += 19
    if count < 0:
        if count != -1:
            raise null_refused("TransactionLogValue.transaction_partitions")
        message.transaction_partitions = None
    else:
        if count * 6 > len(data) - offset:
            raise count_refused("TransactionLogValue.transaction_partitions", count)
        transaction_partitions: list[PartitionsSchema] = []
        for _ in range(count):
            partitions_schema, offset = _read_partitions_schema_v0(data, offset)
            transaction_partitions.append(partitions_schema)
        message.transaction_partitions = transaction_partitions
    message.transaction_last_update_timestamp_ms, message.transaction_start_timestamp_ms = (
        _unpack_qq(data, offset)
    )
    offset += 16
    return message, offset


def _write_transaction_log_value_v1(message: TransactionLogValue, parts: list[Buffer]) -> None:
    count = 0 if message.transaction_partitions is None else len(message.transaction_partitions) + 1
    parts.append(
        _pack_qhibB(
            message.producer_id,
            message.producer_epoch,
            message.transaction_timeout_ms,
            message.transaction_status,
            count,
        )
        if count < 128
        else _pack_qhib(
            message.producer_id,
            message.producer_epoch,
            message.transaction_timeout_ms,
            message.transaction_status,
        )
        + uvarint(count)
    )
    if message.transaction_partitions:
        for partitions_schema in message.transaction_partitions:
            _write_partitions_schema_v1(partitions_schema, parts)
    parts.append(
        _pack_qq(
            message.transaction_last_update_timestamp_ms, message.transaction_start_timestamp_ms
        )
    )
    tagged: list[Buffer] = []
    if message.previous_producer_id != -1:
        section: list[Buffer] = []
        section.append(_pack_q(message.previous_producer_id))
        tagged.append(tagged_field(0, section))
    if message.next_producer_id != -1:
        section = []
        section.append(_pack_q(message.next_producer_id))
        tagged.append(tagged_field(1, section))
    if message.client_transaction_version != 0:
        section = []
        section.append(_pack_h(message.client_transaction_version))
        tagged.append(tagged_field(2, section))
    if message.next_producer_epoch != -1:
        section = []
        section.append(_pack_h(message.next_producer_epoch))
        tagged.append(tagged_field(3, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_transaction_log_value_v1(data: bytes, offset: int) -> tuple[TransactionLogValue, int]:
    message = _new(TransactionLogValue)
    (
        message.producer_id,
        message.producer_epoch,
        message.transaction_timeout_ms,
        message.transaction_status,
        count,
    ) = _unpack_qhibB(data, offset)
    offset += 16
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.transaction_partitions = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("TransactionLogValue.transaction_partitions", count)
        transaction_partitions: list[PartitionsSchema] = []
        for _ in range(count):
            partitions_schema, offset = _read_partitions_schema_v1(data, offset)
            transaction_partitions.append(partitions_schema)
        message.transaction_partitions = transaction_partitions
    message.transaction_last_update_timestamp_ms, message.transaction_start_timestamp_ms, count = (
        _unpack_qqB(data, offset)
    )
    offset += 17
    message.previous_producer_id = -1
    message.next_producer_id = -1
    message.client_transaction_version = 0
    message.next_producer_epoch = -1
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.previous_producer_id,) = _unpack_q(data, offset)
                offset += 8
            elif tag == 1:
                (message.next_producer_id,) = _unpack_q(data, offset)
                offset += 8
            elif tag == 2:
                (message.client_transaction_version,) = _unpack_h(data, offset)
                offset += 2
            elif tag == 3:
                (message.next_producer_epoch,) = _unpack_h(data, offset)
                offset += 2
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("TransactionLogValue")
    return message, offset


def _write_partitions_schema_v0(message: PartitionsSchema, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partition_ids)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partition_ids))


def _read_partitions_schema_v0(data: bytes, offset: int) -> tuple[PartitionsSchema, int]:
    message = _new(PartitionsSchema)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("PartitionsSchema.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("PartitionsSchema.partition_ids")
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionsSchema.partition_ids", count)
    message.partition_ids = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_partitions_schema_v1(message: PartitionsSchema, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_ids) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partition_ids))
    parts.append(b"\x00")


def _read_partitions_schema_v1(data: bytes, offset: int) -> tuple[PartitionsSchema, int]:
    message = _new(PartitionsSchema)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("PartitionsSchema.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("PartitionsSchema.partition_ids")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("PartitionsSchema.partition_ids", count)
    message.partition_ids = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


TransactionLogKey.WRITERS = {
    0: _write_transaction_log_key_v0,
}
TransactionLogKey.READERS = {
    0: _read_transaction_log_key_v0,
}
TransactionLogValue.WRITERS = {
    0: _write_transaction_log_value_v0,
    1: _write_transaction_log_value_v1,
}
TransactionLogValue.READERS = {
    0: _read_transaction_log_value_v0,
    1: _read_transaction_log_value_v1,
}
