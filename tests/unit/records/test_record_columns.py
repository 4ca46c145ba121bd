# SPDX-License-Identifier: Apache-2.0
"""Columns hold what the decoder of single records gives, and refuse what it refuses."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.records.batch import (
    CODEC_MASK,
    HEADER_BYTES,
    LOG_APPEND_TIME,
    CorruptRecord,
    iter_headers,
    read_header,
)
from ottla.records.builder import build_batch, encode_varint
from ottla.records.bulk_builder import build_value_batch
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_payload, read_payload
from ottla.records.record_columns import decode_columns

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MIXED = st.lists(
    st.builds(
        Record,
        st.sampled_from([1, 1, 1, 2, 300]),  # the gap to the record before
        st.integers(-1, 2**48),
        st.none() | st.binary(max_size=200),
        st.none() | st.binary(max_size=200),
        st.just(())
        | st.lists(st.tuples(TEXT, st.none() | st.binary(max_size=80)), max_size=3).map(tuple),
    ),
    max_size=12,
)
ALIKE = st.builds(
    lambda count, key, value: [Record(1, 5, key, value)] * count,
    st.integers(1, 400),
    st.none() | st.binary(max_size=3),
    st.none() | st.binary(min_size=60, max_size=70),
)
RECORDS = st.lists(MIXED | ALIKE, min_size=1, max_size=3).map(
    lambda parts: list(chain.from_iterable(parts))
)


def with_offsets(records, first):
    """Turn gaps into offsets that rise."""
    placed = []
    for record in records:
        placed.append(record._replace(offset=first))
        first += record.offset
    return placed


def by_column(payload, header):
    """Return the records of one batch, decoded by columns."""
    batch = bytes(HEADER_BYTES) + payload
    header = header._replace(attributes=header.attributes & ~CODEC_MASK)
    header = header._replace(batch_length=header.batch_length + len(batch) - header.size_bytes)
    return records_of(decode_columns([(header, memoryview(batch))]))


def records_of(columns):
    """Return records, one by one."""
    payload = columns.payload

    def cut(start, size):
        return None if size < 0 else payload[start : start + size]

    return [
        Record(offset, timestamp, cut(*key), cut(*value), columns.headers.get(number, ()))
        for number, (offset, timestamp, key, value) in enumerate(
            zip(
                columns.offsets.tolist(),
                columns.timestamps_ms.tolist(),
                zip(columns.key_starts.tolist(), columns.key_sizes.tolist(), strict=True),
                zip(columns.value_starts.tolist(), columns.value_sizes.tolist(), strict=True),
                strict=True,
            )
        )
    ]


def outcome(decode, payload, header):
    """Return the records, or that there are none."""
    try:
        return decode(payload, header)
    except CorruptRecord:
        return "corrupt"


@given(RECORDS.filter(bool), st.integers(0, 2**60))
def test_the_same_records(records, first):
    """Whatever they are: nulls, headers, holes, runs of one length."""
    batch = build_batch(with_offsets(records, first))
    header = read_header(batch)
    payload = read_payload(batch, header)
    assert by_column(payload, header) == decode_payload(payload, header)


@given(RECORDS.filter(bool), st.data())
def test_the_same_refusals(records, data):
    """A changed byte, a wrong count or a wrong end: both decoders see the same in it."""
    batch = build_batch(with_offsets(records, 0))
    header = read_header(batch)
    payload = bytearray(batch[HEADER_BYTES:])
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(payload) - 1))
        payload[at] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        header = header._replace(record_count=data.draw(st.integers(-1, len(records) + 2)))
    payload = bytes(
        payload[: data.draw(st.integers(0, len(payload)))] if data.draw(st.booleans()) else payload
    )
    assert outcome(by_column, payload, header) == outcome(decode_payload, payload, header)


@given(st.lists(RECORDS, max_size=4), st.sampled_from(Codec))
def test_several_batches(parts, codec):
    """They come one behind the other, as if each were decoded for itself."""
    first, batches, expected = 0, [], []
    for records in parts:
        if records:
            placed = with_offsets(records, first)
            first = placed[-1].offset + 1
            batches.append(build_batch(placed, codec=codec))
            expected += placed
    together = memoryview(b"".join(batches))
    headers = list(iter_headers(together))
    cut = [(header, together[at : at + header.size_bytes]) for at, header in headers]
    assert records_of(decode_columns(cut)) == expected


@given(st.binary(min_size=7, max_size=60), st.integers(1, 8))
def test_any_bytes(payload, count):
    """What is no batch is refused by both alike."""
    header = read_header(build_batch([Record(0, 1, None, b"")]))
    header = header._replace(record_count=count, last_offset_delta=2**31 - 1)
    assert outcome(by_column, payload, header) == outcome(decode_payload, payload, header)


def test_varints_without_an_end():
    """They are refused, and not read to the end of the batch first."""
    record = encode_varint(1_000) + b"\xff" * 1_000
    payload = record * 1_000
    header = read_header(build_batch([Record(0, 1, None, b"")]))
    header = header._replace(record_count=1_000, last_offset_delta=999)
    with pytest.raises(CorruptRecord, match="more than 10 bytes"):
        by_column(payload, header)


def test_timestamps_of_the_broker():
    """With log-append time all records have the batch's."""
    batch = build_value_batch([b"x"] * 20, timestamp_ms=7)
    header = read_header(batch)._replace(attributes=LOG_APPEND_TIME, max_timestamp=99)
    columns = decode_columns([(header, memoryview(batch))])
    assert set(columns.timestamps_ms.tolist()) == {99}


def test_offsets_past_64_bits():
    """They have no place in a column."""
    batch = build_value_batch([b"x"] * 2, timestamp_ms=7)
    header = read_header(batch)
    with pytest.raises(CorruptRecord, match="64 bits"):
        decode_columns([(header._replace(base_offset=2**63 - 1), memoryview(batch))])
