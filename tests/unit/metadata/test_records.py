# SPDX-License-Identifier: Apache-2.0
"""Claims about metadata records as bytes."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ottla.metadata.records import (
    BadMetadata,
    TransactionBuffer,
    build_metadata_batch,
    decode_metadata_batches,
    decode_metadata_record,
    encode_metadata_record,
    version_for,
)
from ottla.protocol.messages.cluster_metadata import (
    AbortTransactionRecord,
    BeginTransactionRecord,
    BrokerRegistrationChangeRecord,
    EndTransactionRecord,
    NoOpRecord,
    PartitionChangeRecord,
    PartitionRecord,
    RegisterBrokerRecord,
    TopicRecord,
)
from ottla.records.control import build_leader_change


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_records_survive_a_batch(metadata_log, data):
    """What was put into a batch comes out of it, at its offsets and epoch."""
    records = [record for batch in data.draw(metadata_log) for record in batch]
    records.append(NoOpRecord())
    stream = build_metadata_batch(records, base_offset=70, controller_epoch=3, timestamp_ms=9)
    (batch,) = decode_metadata_batches(stream)
    assert list(batch.records) == records
    assert (batch.base_offset, batch.next_offset) == (70, 70 + len(records))
    assert (batch.controller_epoch, batch.timestamp_ms) == (3, 9)


def test_the_frame():
    """Frame version, type and version stand before the body."""
    data = encode_metadata_record(TopicRecord(name="t", topic_id=b"i" * 16))
    assert data == b"\x01\x02\x00" + b"\x02t" + b"i" * 16 + b"\x00"


def test_unknown_types_are_skipped_and_count():
    """A record type of a later version changes nothing here and keeps its offset."""
    assert decode_metadata_record(b"\x01\x63\x00whatever") is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\x00\x02\x00",
        b"\x02\x02\x00",
        b"\x01\x02\x07",
        b"\x01\x02\x00\x05",
        b"\xff\xff\xff\xff\xff\xff",
    ],
)
def test_damaged_records_are_refused(data):
    """A known type that cannot be read is an error: its change must not be skipped."""
    with pytest.raises(BadMetadata):
        decode_metadata_record(data)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_decoder(data):
    """Any bytes are a record, an unknown one, or BadMetadata."""
    with contextlib.suppress(BadMetadata):
        decode_metadata_record(data)


@pytest.mark.parametrize(
    ("record", "version"),
    [
        (PartitionRecord(), 0),
        (PartitionRecord(directories=[bytes(16)]), 1),
        (PartitionRecord(last_known_elr=[1]), 2),
        (PartitionChangeRecord(), 0),
        (PartitionChangeRecord(directories=[bytes(16)]), 1),
        (PartitionChangeRecord(eligible_leader_replicas=[]), 2),
        (RegisterBrokerRecord(), 3),
        (RegisterBrokerRecord(cordoned_log_dirs=[]), 4),
        (BrokerRegistrationChangeRecord(), 2),
        (BrokerRegistrationChangeRecord(cordoned_log_dirs=[]), 3),
        (NoOpRecord(), 0),
    ],
)
def test_the_lowest_version_that_says_it(record, version):
    """Records are written so that the oldest reader that can understand them does."""
    assert version_for(record) == version


def test_control_batches_count_and_say_nothing():
    """A KRaft leader change takes an offset and has no records for the image."""
    stream = build_leader_change(1, [1], timestamp_ms=5, offset=4, leader_epoch=2)
    (batch,) = decode_metadata_batches(stream)
    assert (batch.base_offset, batch.next_offset, batch.records) == (4, 5, ())


def test_transactions_take_effect_at_their_end():
    """Between begin and end nothing is passed on; an aborted one never is."""
    one, two, three = (TopicRecord(name=name) for name in "abc")
    buffer = TransactionBuffer()
    assert buffer.pass_on([one, BeginTransactionRecord(name="x"), two]) == [one]
    assert buffer.is_open
    assert buffer.pass_on([three, EndTransactionRecord()]) == [two, three]
    assert not buffer.is_open
    assert buffer.pass_on([BeginTransactionRecord(), one, AbortTransactionRecord(), two]) == [two]
