# SPDX-License-Identifier: Apache-2.0
"""Batches of the Python clients' own encoders: read by us, and ours read by them.

Uncompressed batches must be the same to the byte; compressed ones carry the same records (each
library has its own compressor).
"""

from __future__ import annotations

import warnings

import pytest
from aiokafka.record.default_records import DefaultRecordBatch as AiokafkaBatch
from aiokafka.record.default_records import DefaultRecordBatchBuilder as AiokafkaBuilder
from hypothesis import given
from hypothesis import strategies as st

from ottla.records.batch import verify_crc
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records
from ottla.records.validation import ValidationLimits, validate_batch

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it reads its schemas the old way
    from kafka.record.default_records import DefaultRecordBatch as KafkaPythonBatch
    from kafka.record.default_records import DefaultRecordBatchBuilder as KafkaPythonBuilder

NOW = 1_700_000_000_000
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RECORDS = st.lists(
    st.builds(
        Record,
        st.just(0),
        st.integers(NOW - 10**9, NOW),
        st.none() | st.binary(max_size=200),
        st.none() | st.binary(max_size=200),
        st.lists(st.tuples(TEXT, st.none() | st.binary(max_size=20)), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=70,
).map(lambda records: [record._replace(offset=at) for at, record in enumerate(records)])
# kafka-python's snappy and lz4 need packages that are not among the development dependencies.
KAFKA_PYTHON_CODECS = [Codec.NONE, Codec.GZIP, Codec.ZSTD]


def with_kafka_python(records, codec: Codec) -> bytes:
    """Encode with kafka-python."""
    builder = KafkaPythonBuilder(
        magic=2,
        compression_type=int(codec),
        is_transactional=True,
        producer_id=77,
        producer_epoch=3,
        base_sequence=12,
        batch_size=1 << 24,
    )
    for at, record in enumerate(records):
        builder.append(at, record.timestamp_ms, record.key, record.value, list(record.headers))
    return bytes(builder.build())


def with_aiokafka(records, codec: Codec) -> bytes:
    """Encode with aiokafka."""
    builder = AiokafkaBuilder(
        magic=2,
        compression_type=int(codec),
        is_transactional=1,
        producer_id=77,
        producer_epoch=3,
        base_sequence=12,
        batch_size=1 << 24,
    )
    for at, record in enumerate(records):
        builder.append(
            at,
            timestamp=record.timestamp_ms,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
        )
    return bytes(builder.build())


def with_ottla(records, codec: Codec) -> bytes:
    """Encode with ours, as the same producer."""
    return build_batch(
        records,
        codec=codec,
        producer_id=77,
        producer_epoch=3,
        base_sequence=12,
        transactional=True,
        leader_epoch=0,
    )


def as_records(batch) -> list[Record]:
    """Read what a foreign decoder yields into our type."""
    return [
        Record(
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            tuple((name, value) for name, value in record.headers),
        )
        for record in batch
    ]


@given(RECORDS)
def test_uncompressed_bytes_are_kafka_pythons(records):
    """The same batch, byte for byte."""
    theirs = bytearray(with_kafka_python(records, Codec.NONE))
    ours = bytearray(with_ottla(records, Codec.NONE))
    theirs[12:16] = ours[12:16]  # the leader epoch is the broker's to set
    assert ours == theirs


@given(RECORDS)
def test_uncompressed_bytes_are_aiokafkas(records):
    """The same batch, byte for byte."""
    theirs = bytearray(with_aiokafka(records, Codec.NONE))
    ours = bytearray(with_ottla(records, Codec.NONE))
    theirs[12:16] = ours[12:16]
    assert ours == theirs


@pytest.mark.parametrize("codec", KAFKA_PYTHON_CODECS)
@given(records=RECORDS)
def test_batches_of_kafka_python_are_read(codec, records):
    """Valid to the gate and decoded to the same records."""
    batch = with_kafka_python(records, codec)
    validate_batch(memoryview(bytearray(batch)), ValidationLimits(verify_records=True), NOW)
    assert decode_records(batch) == records


@pytest.mark.parametrize("codec", list(Codec))
@given(records=RECORDS)
def test_batches_of_aiokafka_are_read(codec, records):
    """Valid to the gate and decoded to the same records."""
    batch = with_aiokafka(records, codec)
    validate_batch(memoryview(bytearray(batch)), ValidationLimits(verify_records=True), NOW)
    assert decode_records(batch) == records


@pytest.mark.parametrize("codec", KAFKA_PYTHON_CODECS)
@given(records=RECORDS)
def test_kafka_python_reads_ours(codec, records):
    """Their decoder accepts the CRC and yields the same records."""
    batch = KafkaPythonBatch(with_ottla(records, codec))
    assert batch.validate_crc()
    assert as_records(batch) == records


@pytest.mark.parametrize("codec", list(Codec))
@given(records=RECORDS)
def test_aiokafka_reads_ours(codec, records):
    """Their decoder accepts the CRC and yields the same records."""
    ours = with_ottla(records, codec)
    verify_crc(ours)
    batch = AiokafkaBatch(ours)
    assert batch.validate_crc()
    assert as_records(batch) == records
