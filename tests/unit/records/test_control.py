# SPDX-License-Identifier: Apache-2.0
"""Control batches: transaction markers, leader changes, snapshot borders."""

from __future__ import annotations

import pytest

from ottla.protocol.messages.control_records import LeaderChangeMessage
from ottla.records.batch import CorruptRecord, read_header, verify_crc
from ottla.records.builder import build_batch
from ottla.records.control import (
    ControlType,
    TransactionMarker,
    build_leader_change,
    build_snapshot_footer,
    build_snapshot_header,
    build_transaction_marker,
    control_type,
    decode_transaction_marker,
    read_snapshot_header,
    read_transaction_marker,
)
from ottla.records.record import Record, decode_records

NOW = 1_700_000_000_000


@pytest.mark.parametrize("committed", [True, False])
def test_transaction_marker_round_trip(committed):
    """A marker names its producer in the header and its coordinator in the record."""
    marker = TransactionMarker(committed, 12)
    batch = build_transaction_marker(
        marker, producer_id=7, producer_epoch=3, timestamp_ms=NOW, offset=40, leader_epoch=2
    )
    told = read_header(batch)
    assert told.is_control
    assert told.is_transactional
    assert (told.producer_id, told.producer_epoch, told.base_sequence) == (7, 3, -1)
    assert (told.base_offset, told.record_count) == (40, 1)
    assert read_transaction_marker(batch) == marker
    verify_crc(batch)


@pytest.mark.parametrize("committed", [True, False])
def test_a_marker_is_a_batch_like_any_other(committed):
    """What is put together by hand is what the builder of batches makes of its one record."""
    marker = TransactionMarker(committed, 2**31 - 1)
    built = build_transaction_marker(
        marker, producer_id=2**40, producer_epoch=32_767, timestamp_ms=NOW, offset=9, leader_epoch=4
    )
    key, value = bytes((0, 0, 0, committed)), bytes.fromhex("00007fffffff")
    expected = build_batch(
        [Record(9, NOW, key, value)],
        producer_id=2**40,
        producer_epoch=32_767,
        transactional=True,
        control=True,
        leader_epoch=4,
    )
    assert built == expected


def test_transaction_marker_has_kafkas_bytes():
    """Key (version 0, type 1 = commit), value (version 0, coordinator epoch)."""
    batch = build_transaction_marker(
        TransactionMarker(committed=True, coordinator_epoch=5),
        producer_id=1,
        producer_epoch=0,
        timestamp_ms=NOW,
    )
    (record,) = decode_records(batch)
    assert record.key == bytes.fromhex("00000001")
    assert record.value == bytes.fromhex("000000000005")


def test_other_control_records_are_no_markers():
    """A leader change ends no transaction."""
    batch = build_leader_change(1, [1], timestamp_ms=NOW, offset=0, leader_epoch=1)
    assert read_transaction_marker(batch) is None


def test_leader_change_names_leader_and_voters():
    """Kafka's own schema reads the value."""
    batch = build_leader_change(2, [1, 2, 3], timestamp_ms=NOW, offset=9, leader_epoch=4)
    (record,) = decode_records(batch)
    message = LeaderChangeMessage.decode(record.value or b"", 0)
    assert message.leader_id == 2
    assert [voter.voter_id for voter in message.voters] == [1, 2, 3]
    assert read_header(batch).partition_leader_epoch == 4


def test_snapshot_borders():
    """The header carries the log's last timestamp, the footer only its type."""
    opening = build_snapshot_header(NOW - 5, timestamp_ms=NOW, offset=0, leader_epoch=1)
    assert read_snapshot_header(decode_records(opening)[0]) == NOW - 5
    closing = build_snapshot_footer(timestamp_ms=NOW, offset=8, leader_epoch=1)
    (record,) = decode_records(closing)
    assert control_type(record.key) is ControlType.SNAPSHOT_FOOTER
    with pytest.raises(CorruptRecord, match="must begin with"):
        read_snapshot_header(record)


def test_types_of_a_later_kafka_are_none():
    """An unknown type is left to the caller to skip."""
    assert control_type(bytes.fromhex("00000063")) is None


@pytest.mark.parametrize("key", [None, b"", b"\x00\x00\x00", b"\xff\xff\x00\x01"])
def test_broken_keys_are_corrupt(key):
    """A control record without a key of the right form is no control record."""
    with pytest.raises(CorruptRecord):
        control_type(key)


@pytest.mark.parametrize("value", [None, b"", b"\x00\x00\x00\x00\x00", b"\xff\xff\x00\x00\x00\x00"])
def test_broken_markers_are_corrupt(value):
    """A marker without its epoch is refused."""
    with pytest.raises(CorruptRecord):
        decode_transaction_marker(Record(0, NOW, bytes(4), value))


def test_broken_snapshot_header_is_corrupt():
    """A header that is cut off is refused."""
    with pytest.raises(CorruptRecord, match="snapshot header is broken"):
        read_snapshot_header(Record(0, NOW, bytes.fromhex("00000003"), b"\x00"))


def test_a_control_batch_holds_one_record():
    """Two records in a control batch are a lie."""
    records = [Record(at, NOW, bytes(4), bytes(6)) for at in range(2)]
    with pytest.raises(CorruptRecord, match="holds one record, not 2"):
        read_transaction_marker(build_batch(records, control=True))
