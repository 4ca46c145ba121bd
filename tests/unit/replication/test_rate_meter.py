# SPDX-License-Identifier: Apache-2.0
"""The rate over a sliding window, against a plain sum over everything that was recorded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ottla.replication.rate_meter import RateMeter

SAMPLE_MS = 1000
SAMPLES = 5


def test_nothing_recorded_is_no_rate():
    """At the beginning, and again when everything is long ago."""
    meter = RateMeter(SAMPLE_MS, SAMPLES)
    assert meter.per_second(0) == 0
    meter.record(100, 0)
    assert meter.per_second(SAMPLE_MS * SAMPLES) == 0


def test_the_first_bytes_are_spread_over_a_sample():
    """A burst of a millisecond is not a thousand times its size in a second."""
    meter = RateMeter(SAMPLE_MS, SAMPLES)
    meter.record(100, 7)
    assert meter.per_second(8) == 100
    assert meter.per_second(7 + 2 * SAMPLE_MS) == 50


def test_a_steady_flow_is_measured_exactly():
    """Whatever the length of the window."""
    meter = RateMeter(SAMPLE_MS, SAMPLES)
    for now_ms in range(0, 20 * SAMPLE_MS, 100):
        meter.record(10, now_ms)
    assert 95 <= meter.per_second(20 * SAMPLE_MS) <= 105


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 10_000)), max_size=40),
    st.integers(0, 3000),
)
def test_what_is_remembered_lies_within_the_window(steps, after_ms):
    """Never less than what the last whole samples brought, never more than the whole window."""
    meter = RateMeter(SAMPLE_MS, SAMPLES)
    now_ms = 0
    recorded = []
    for pause_ms, amount in steps:
        now_ms += pause_ms
        meter.record(amount, now_ms)
        recorded.append((now_ms, amount))
    now_ms += after_ms
    window_ms = SAMPLE_MS * SAMPLES
    surely = sum(size for at, size in recorded if at > now_ms - window_ms + SAMPLE_MS)
    at_most = sum(size for at, size in recorded if at > now_ms - window_ms)
    rate = meter.per_second(now_ms)
    assert surely * 1000 / window_ms <= rate <= at_most * 1000 / SAMPLE_MS
