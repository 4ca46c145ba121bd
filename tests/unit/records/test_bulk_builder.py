# SPDX-License-Identifier: Apache-2.0
"""Bulk encoding against the record-by-record builder."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.records.builder import BatchBuilder
from ottla.records.bulk_builder import (
    TABLE_VALUE_BYTES,
    build_column_batch,
    build_value_batch,
)
from ottla.records.compression import Codec
from ottla.records.record import decode_records

headers_strategy = st.lists(
    st.tuples(st.text(max_size=80), st.none() | st.binary(max_size=80)), max_size=3
)


def one_by_one(values, headers, codec=Codec.NONE):
    """Build the same batch with the general builder."""
    builder = BatchBuilder(codec=codec)
    for value in values:
        builder.append(1_700_000_000_000, None, value, headers)
    return builder.build()


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=150), headers_strategy)
def test_equals_the_general_builder(values, headers):
    """The bytes are those that the record-by-record builder writes."""
    built = build_value_batch(values, timestamp_ms=1_700_000_000_000, headers=headers)
    assert built == one_by_one(values, headers)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 8191, 8192, 8193, 10_000])
def test_widths_of_offset_deltas(count):
    """Batches that end before, at and behind each width of the delta's varint are right."""
    values = [b"v%d" % number for number in range(count)]
    assert build_value_batch(values, timestamp_ms=1_700_000_000_000) == one_by_one(values, ())


@settings(max_examples=20)
@given(
    st.lists(
        st.integers(TABLE_VALUE_BYTES - 2, TABLE_VALUE_BYTES + 2) | st.integers(0, 70),
        min_size=1,
        max_size=70,
    )
)
def test_long_values(lengths):
    """Values around the end of the table are encoded as any others."""
    values = [b"x" * length for length in lengths]
    assert build_value_batch(values, timestamp_ms=1_700_000_000_000) == one_by_one(values, ())


@pytest.mark.parametrize("codec", list(Codec))
def test_compressed(codec):
    """Compressed batches give the values back."""
    values = [b"a" * 10, b"", b"b" * 3000]
    batch = build_value_batch(values, timestamp_ms=5, codec=codec)
    assert [record.value for record in decode_records(batch)] == values
    assert [record.offset for record in decode_records(batch)] == [0, 1, 2]


columns_strategy = st.lists(
    st.tuples(
        st.none() | st.binary(max_size=80),
        st.none() | st.binary(max_size=200),
        st.integers(-100, 10_000),
        st.just([]) | headers_strategy,
    ),
    min_size=1,
    max_size=100,
)


@given(columns_strategy, st.booleans(), st.sampled_from(Codec))
def test_columns_equal_the_general_builder(rows, has_keys, codec):
    """Keys, nulls, headers, timestamps that go back and forth: the same records as one by one."""
    builder = BatchBuilder(codec=codec)
    for key, value, since, headers in rows:
        builder.append(1_700_000_000_000 + since, key if has_keys else None, value, headers)
    built = build_column_batch(
        [value for _, value, _, _ in rows],
        [1_700_000_000_000 + since for _, _, since, _ in rows],
        keys=[key for key, _, _, _ in rows] if has_keys else None,
        headers={place: row[3] for place, row in enumerate(rows) if row[3]},
        codec=codec,
    )
    assert decode_records(built) == decode_records(builder.build())
    if codec is Codec.NONE:
        assert built == builder.build()
