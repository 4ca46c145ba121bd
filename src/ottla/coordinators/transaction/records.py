# SPDX-License-Identifier: Apache-2.0
"""Records of `__transaction_state`: one for each step of a transactional id, null to forget it.

Three are written for each transaction, so version 1 is put together by hand; the generated classes
say the same and are the oracle of the tests.

Kafka's bytes. The value has version 1 (flexible, with the fields of KIP-890) from
`transaction.version` 1 on, as Kafka writes it; the version before that lacks what V2 needs.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ottla.coordinators.ports import CoordinatorRecord
from ottla.coordinators.records import (
    NUMBER,
    NUMBER_BYTES,
    encode_key,
    encode_value,
    tombstone_of,
)
from ottla.coordinators.transaction.metadata import NO_PRODUCER_ID, TransactionMetadata
from ottla.coordinators.transaction.states import TransactionState
from ottla.protocol.errors import WireError
from ottla.protocol.messages.transaction_state import (
    PartitionsSchema,
    TransactionLogKey,
    TransactionLogValue,
)
from ottla.protocol.primitives import pack_int32s, uvarint

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUE_VERSION: Final = 1
VALUE_VERSION_BEFORE_TAGS: Final = 0

_FRONT: Final = struct.Struct(">hqhib").pack  # version, producer id and epoch, timeout, state
_TIMES: Final = struct.Struct(">qq").pack
_TAGGED_INT64: Final = struct.Struct(">bbq").pack  # tag, size, number
_TAGGED_INT16: Final = struct.Struct(">bbh").pack

_PREVIOUS_PRODUCER_ID, _NEXT_PRODUCER_ID, _CLIENT_VERSION = range(3)
"""Tags."""

_TAG_COUNTS: Final = tuple(map(uvarint, range(4)))
_NULL: Final = uvarint(0)


def value_version(transaction_version: int) -> int:
    """Return the version of values under a finalised level of `transaction.version`."""
    return VALUE_VERSION if transaction_version >= 1 else VALUE_VERSION_BEFORE_TAGS


def transaction_record(
    transactional_id: str, metadata: TransactionMetadata, version: int = VALUE_VERSION
) -> CoordinatorRecord:
    """Return the record that makes `metadata` the state of a transactional id."""
    # hot: benchmarks/micro/transaction_steps.py, three times for each transaction
    key = _key(transactional_id)
    if version >= VALUE_VERSION:
        return CoordinatorRecord(key, _value(metadata))
    return CoordinatorRecord(key, encode_value(value_message(metadata, version), version))


@lru_cache(maxsize=10_000)
def _key(transactional_id: str) -> bytes:
    return encode_key(TransactionLogKey(transactional_id=transactional_id))


def _value(metadata: TransactionMetadata) -> bytes:
    """Return what `value_message` is in version 1."""
    (
        producer_id, producer_epoch, timeout_ms, state, partitions, last_update_ms, start_ms,
        previous_producer_id, next_producer_id, transaction_version,
    ) = metadata  # fmt: skip
    tags = b""
    tag_count = 0
    if previous_producer_id != NO_PRODUCER_ID:
        tags = _TAGGED_INT64(_PREVIOUS_PRODUCER_ID, 8, previous_producer_id)
        tag_count = 1
    if next_producer_id != NO_PRODUCER_ID:
        tags += _TAGGED_INT64(_NEXT_PRODUCER_ID, 8, next_producer_id)
        tag_count += 1
    if transaction_version:
        tags += _TAGGED_INT16(_CLIENT_VERSION, 2, transaction_version)
        tag_count += 1
    return b"".join(
        (
            _FRONT(VALUE_VERSION, producer_id, producer_epoch, timeout_ms, state._value_),
            _NULL if state is TransactionState.EMPTY else _partitions(partitions),
            _TIMES(last_update_ms, start_ms),
            _TAG_COUNTS[tag_count],
            tags,
        )
    )


def _partitions(partitions: Mapping[str, tuple[int, ...]]) -> bytes:
    count = uvarint(len(partitions) + 1)
    return count + b"".join([_topic(topic, indexes) for topic, indexes in partitions.items()])


@lru_cache(maxsize=1000)
def _topic(topic: str, indexes: tuple[int, ...]) -> bytes:
    name = topic.encode()
    return b"".join(
        (
            uvarint(len(name) + 1),
            name,
            uvarint(len(indexes) + 1),
            pack_int32s(indexes),
            _TAG_COUNTS[0],
        )
    )


def value_message(metadata: TransactionMetadata, version: int) -> TransactionLogValue:
    """Return the value of a record as the generated class has it."""
    partitions = None
    if metadata.state is not TransactionState.EMPTY:
        partitions = [
            PartitionsSchema(topic=topic, partition_ids=list(indexes))
            for topic, indexes in metadata.partitions.items()
        ]
    value = TransactionLogValue(
        producer_id=metadata.producer_id,
        producer_epoch=metadata.producer_epoch,
        transaction_timeout_ms=metadata.timeout_ms,
        transaction_status=metadata.state.value,
        transaction_partitions=partitions,
        transaction_last_update_timestamp_ms=metadata.last_update_ms,
        transaction_start_timestamp_ms=metadata.start_ms,
    )
    if version >= VALUE_VERSION:
        value.previous_producer_id = metadata.previous_producer_id
        value.next_producer_id = metadata.next_producer_id
        value.client_transaction_version = metadata.transaction_version
    return value


def transaction_tombstone(transactional_id: str) -> CoordinatorRecord:
    """Return the record that forgets a transactional id."""
    return tombstone_of(TransactionLogKey(transactional_id=transactional_id))


def read_transaction_record(
    record: CoordinatorRecord,
) -> tuple[str, TransactionMetadata | None] | None:
    """Return transactional id and state, None for the state when it is forgotten.

    Nothing is returned for a record of a kind or version that a later Kafka has invented.
    """
    (number,) = NUMBER.unpack_from(record.key)
    if number != TransactionLogKey.API_KEY:
        return None
    key = TransactionLogKey.decode(record.key[NUMBER_BYTES:], 0)
    if record.value is None:
        return key.transactional_id, None
    (version,) = NUMBER.unpack_from(record.value)
    if version not in TransactionLogValue.VERSIONS:
        return None
    value = TransactionLogValue.decode(record.value[NUMBER_BYTES:], version)
    try:
        state = TransactionState(value.transaction_status)
    except ValueError:
        raise WireError(f"{value.transaction_status} is not a transaction's state") from None
    partitions = {
        partition.topic: tuple(sorted(partition.partition_ids))
        for partition in value.transaction_partitions or ()
    }
    metadata = TransactionMetadata(
        value.producer_id,
        value.producer_epoch,
        value.transaction_timeout_ms,
        state,
        partitions,
        value.transaction_last_update_timestamp_ms,
        value.transaction_start_timestamp_ms,
        value.previous_producer_id,
        value.next_producer_id,
        value.client_transaction_version,
    )
    return key.transactional_id, metadata
