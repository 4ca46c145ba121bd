# SPDX-License-Identifier: Apache-2.0
"""Records of transactions are Kafka's, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.coordinators.ports import CoordinatorRecord
from ottla.coordinators.records import record_of
from ottla.coordinators.transaction.metadata import V2, TransactionMetadata
from ottla.coordinators.transaction.records import (
    VALUE_VERSION,
    read_transaction_record,
    transaction_record,
    transaction_tombstone,
    value_message,
    value_version,
)
from ottla.coordinators.transaction.states import TransactionState
from ottla.protocol.errors import WireError
from ottla.protocol.messages.transaction_state import TransactionLogKey

ONGOING = TransactionMetadata(
    7, 3, 1000, TransactionState.ONGOING, {"a": (0, 2)}, 50, 40, 7, transaction_version=V2
)

METADATA = st.builds(
    TransactionMetadata,
    st.integers(0, 2**40), st.integers(-1, 32_767), st.integers(1, 2**31 - 1),
    st.sampled_from([s for s in TransactionState if s is not TransactionState.EMPTY]),
    st.dictionaries(
        st.text("ab", min_size=1),
        st.lists(st.integers(0, 99), min_size=1, unique=True).map(sorted).map(tuple),
    ),
    st.integers(-1, 2**41), st.integers(-1, 2**41), st.integers(-1, 2**40),
    st.integers(-1, 2**40), st.sampled_from([0, 1, 2]),
)  # fmt: skip


def test_the_bytes_are_those_of_kafka():
    """Type and id in the key; version, fixed fields, partitions, times, then what V2 added."""
    record = transaction_record("tx", ONGOING)
    assert record.key == b"\0\0\0\2tx"
    assert record.value is not None
    assert record.value == bytes.fromhex(
        "0001 0000000000000007 0003 000003e8 01 02 02 61 03 00000000 00000002 00 "
        "0000000000000032 0000000000000028 02 00 08 0000000000000007 02 02 0002"
    )


def test_an_empty_id_has_no_partitions():
    """Kafka writes null there, not an empty list."""
    record = transaction_record("tx", ONGOING._replace(state=TransactionState.EMPTY, partitions={}))
    assert record.value is not None
    assert record.value[17] == 0


def test_older_levels_write_older_values():
    """Below transaction.version 1 the value has version 0."""
    assert [value_version(level) for level in (0, 1, 2)] == [0, 1, 1]
    record = transaction_record("tx", ONGOING, 0)
    read = read_transaction_record(record)
    assert read is not None
    assert read[1] == ONGOING._replace(previous_producer_id=-1, transaction_version=0)


@given(METADATA)
def test_what_is_written_is_read(metadata):
    """Every field survives."""
    assert read_transaction_record(transaction_record("x", metadata)) == ("x", metadata)


@given(METADATA, st.text(max_size=200))
def test_what_is_put_together_by_hand_is_what_the_generated_class_writes(metadata, name):
    """Byte for byte, key and value."""
    message = value_message(metadata, VALUE_VERSION)
    expected = record_of(TransactionLogKey(transactional_id=name), message, VALUE_VERSION)
    assert transaction_record(name, metadata) == expected


def test_a_tombstone_forgets():
    """A null value."""
    assert read_transaction_record(transaction_tombstone("tx")) == ("tx", None)


def test_records_of_the_future_are_passed_over():
    """Another type, or a newer value, changes nothing; a state that cannot be is an error."""
    record = transaction_record("tx", ONGOING)
    assert record.value is not None
    assert read_transaction_record(CoordinatorRecord(b"\0\1abc", b"")) is None
    newer = CoordinatorRecord(record.key, b"\0\7" + record.value[2:])
    assert read_transaction_record(newer) is None
    broken = bytearray(record.value)
    broken[16] = 8
    with pytest.raises(WireError, match="8 is not a transaction's state"):
        read_transaction_record(CoordinatorRecord(record.key, bytes(broken)))
