# SPDX-License-Identifier: Apache-2.0
"""Building batches: headers, sizes and flags. Round trips are in test_record."""

from __future__ import annotations

import pytest

from ottla.records.batch import HEADER_BYTES, read_header, verify_crc
from ottla.records.builder import BatchBuilder, build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records

NOW = 1_700_000_000_000
RECORDS = [Record(at, NOW - at, b"k%d" % at, b"v" * at, (("h", None),)) for at in range(5)]


def test_header_says_what_the_records_are():
    """Counts, offsets and both timestamps follow from the records."""
    told = read_header(build_batch(RECORDS, leader_epoch=3))
    assert (told.base_offset, told.last_offset_delta, told.record_count) == (0, 4, 5)
    assert (told.base_timestamp, told.max_timestamp) == (NOW, NOW)
    assert told.partition_leader_epoch == 3


def test_flags_and_producer_reach_the_header():
    """Every option has its place."""
    batch = build_batch(
        RECORDS,
        codec=Codec.ZSTD,
        producer_id=9,
        producer_epoch=1,
        base_sequence=70,
        transactional=True,
        control=True,
        delete_horizon_ms=NOW + 500,
    )
    told = read_header(batch)
    assert (told.producer_id, told.producer_epoch, told.base_sequence) == (9, 1, 70)
    assert told.codec == Codec.ZSTD
    assert told.is_transactional
    assert told.is_control
    assert told.has_delete_horizon
    assert told.base_timestamp == NOW + 500
    assert decode_records(batch) == RECORDS
    verify_crc(batch)


def test_compaction_keeps_the_place_of_a_batch():
    """Base and last offset may lie outside of the records that are left."""
    batch = build_batch([RECORDS[2]], base_offset=0, last_offset=4)
    told = read_header(batch)
    assert (told.base_offset, told.last_offset, told.record_count) == (0, 4, 1)
    assert decode_records(batch) == [RECORDS[2]]


def test_a_batch_without_records_needs_its_place():
    """Nothing can be inferred from no records."""
    with pytest.raises(ValueError, match="base_offset and last_offset"):
        build_batch([])


@pytest.mark.parametrize("codec", list(Codec))
def test_batch_builder_writes_what_build_batch_writes(codec):
    """Record by record or at once: the same bytes."""
    builder = BatchBuilder(codec=codec)
    for at, record in enumerate(RECORDS):
        taken = builder.append(record.timestamp_ms, record.key, record.value, record.headers)
        assert taken == at
    assert builder.record_count == 5
    assert builder.build() == build_batch(RECORDS, codec=codec)


def test_batch_builder_stops_at_the_size():
    """The size counts the header and is never passed, except by a first record."""
    builder = BatchBuilder()
    assert builder.append(NOW, None, b"x" * 500, max_bytes=100) == 0
    assert builder.append(NOW, None, b"x", max_bytes=600) == 1
    assert builder.append(NOW, None, b"x" * 50, max_bytes=600) is None
    assert builder.size_bytes == len(builder.build()) < 600
    assert BatchBuilder().size_bytes == HEADER_BYTES


def test_batch_builder_stamps_an_idempotent_producer():
    """The identity is given when the batch is closed."""
    builder = BatchBuilder()
    builder.append(NOW, None, b"x")
    told = read_header(
        builder.build(producer_id=4, producer_epoch=2, base_sequence=8, transactional=True)
    )
    assert (told.producer_id, told.producer_epoch, told.base_sequence) == (4, 2, 8)
    assert told.is_transactional
