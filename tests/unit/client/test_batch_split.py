# SPDX-License-Identifier: Apache-2.0
"""Cutting batches in two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ottla.client.batch_split import split_batch
from ottla.records.batch import read_header
from ottla.records.builder import BatchBuilder
from ottla.records.compression import Codec
from ottla.records.record import decode_records

records_strategy = st.lists(
    st.tuples(
        st.integers(0, 2**40),
        st.none() | st.binary(max_size=20),
        st.none() | st.binary(max_size=20),
        st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary(max_size=5)), max_size=2),
    ),
    min_size=2,
    max_size=20,
)


@given(records_strategy, st.sampled_from(Codec))
def test_halves_hold_the_same_records(records, codec):
    """Both halves together are the batch: keys, values, headers, timestamps, codec."""
    builder = BatchBuilder(codec=codec)
    for record in records:
        builder.append(*record)
    halves = split_batch(builder.build())
    decoded = [record[1:] for half in halves for record in decode_records(half.data)]
    assert decoded == [(*record[:3], tuple(record[3])) for record in records]
    assert all(read_header(half.data).codec == codec for half in halves)
    assert [half.record_count for half in halves] == [
        len(records) // 2,
        len(records) - len(records) // 2,
    ]
