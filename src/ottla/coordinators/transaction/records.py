# SPDX-License-Identifier: Apache-2.0
"""Records of `__transaction_state`: one for each step of a transactional id, null to forget it.

Kafka's bytes. The value has version 1 (flexible, with the fields of KIP-890) from
`transaction.version` 1 on, as Kafka writes it; the version before that lacks what V2 needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.coordinators.records import NUMBER, NUMBER_BYTES, record_of, tombstone_of
from ottla.coordinators.transaction.metadata import TransactionMetadata
from ottla.coordinators.transaction.states import TransactionState
from ottla.protocol.errors import WireError
from ottla.protocol.messages.transaction_state import (
    PartitionsSchema,
    TransactionLogKey,
    TransactionLogValue,
)

if TYPE_CHECKING:
    from ottla.coordinators.ports import CoordinatorRecord

VALUE_VERSION: Final = 1
VALUE_VERSION_BEFORE_TAGS: Final = 0


def value_version(transaction_version: int) -> int:
    """Return the version of values under a finalised level of `transaction.version`."""
    return VALUE_VERSION if transaction_version >= 1 else VALUE_VERSION_BEFORE_TAGS


def transaction_record(
    transactional_id: str, metadata: TransactionMetadata, version: int = VALUE_VERSION
) -> CoordinatorRecord:
    """Return the record that makes `metadata` the state of a transactional id."""
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
    return record_of(TransactionLogKey(transactional_id=transactional_id), value, version)


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
