# SPDX-License-Identifier: Apache-2.0
"""Runs of records that look alike come back as they were built, and damage is still found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.records import record
from ottla.records.batch import HEADER_BYTES, CorruptRecord, read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record, decode_payload, decode_records

NOW = 1_700_000_000_000

runs_strategy = st.lists(
    st.tuples(
        st.integers(1, 300),  # records
        st.none() | st.integers(0, 200),  # bytes of a key
        st.none() | st.integers(0, 300),  # bytes of a value
        st.sampled_from((0, 1, -1, 100)),  # the timestamp goes on by
        st.sampled_from((1, 1, 1, 2)),  # the offset goes on by
        st.booleans(),  # headers
    ),
    min_size=1,
    max_size=6,
)


def records_of(runs, first_offset=0):
    """Return records in runs of one shape each."""
    records, offset, time = [], first_offset, NOW
    for count, key_bytes, value_bytes, time_step, offset_step, has_headers in runs:
        for _ in range(count):
            key = None if key_bytes is None else (b"%d" % offset * 99)[:key_bytes]
            value = None if value_bytes is None else (b"%d" % offset * 99)[:value_bytes]
            headers = (("h", b"v"),) if has_headers else ()
            records.append(Record(offset, time, key, value, headers))
            offset += offset_step
            time += time_step
    return records


def one_by_one(payload, header):
    """Decode without looking for runs."""
    patch = pytest.MonkeyPatch()
    with patch.context() as context:
        context.setattr(record, "decode_run", lambda *_: [])
        return decode_payload(payload, header)


@given(runs_strategy, st.booleans())
def test_records_come_back(runs, is_append_time):
    """Whatever the shapes and however they change, with times of the records or of the broker."""
    records = records_of(runs)
    batch = build_batch(records, log_append_time_ms=NOW + 5 if is_append_time else None)
    if is_append_time:
        records = [each._replace(timestamp_ms=NOW + 5) for each in records]
    assert decode_records(batch) == records


@pytest.mark.parametrize("count", [62, 63, 64, 65, 66, 72, 8190, 8191, 8192, 8193, 9_000])
def test_widths_of_offset_deltas(count):
    """Runs that end before, at and behind each width of the delta's varint."""
    records = records_of([(count, None, 100, 0, 1, False)])
    assert decode_records(build_batch(records)) == records


@given(runs_strategy, st.data())
def test_damage_is_found_as_it_is_one_by_one(runs, data):
    """A changed byte leads to the same records or the same refusal with and without runs."""
    batch = build_batch(records_of(runs))
    header = read_header(batch)
    payload = bytearray(batch[HEADER_BYTES:])
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] = data.draw(st.integers(0, 255))
    outcomes = []
    for decode in (decode_payload, one_by_one):
        try:
            outcomes.append(decode(bytes(payload), header))
        except CorruptRecord as refusal:
            outcomes.append(str(refusal))
    assert outcomes[0] == outcomes[1]


def test_the_edge_of_time():
    """Timestamps next to the bound of 64 bits."""
    records = [Record(n, 2**63 - 40 + n, None, b"x", ()) for n in range(40)]
    assert decode_records(build_batch(records)) == records
