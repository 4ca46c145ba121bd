# SPDX-License-Identifier: Apache-2.0
"""Percentiles from counts."""

from __future__ import annotations

import random

import pytest

from ottla.cli.bench.latencies import PERCENTILES, Latencies


def test_none():
    """Nothing was measured: no percentile is more than nothing."""
    latencies = Latencies()
    assert [latencies.percentile(percent) for percent in PERCENTILES] == [0, 0, 0]


def test_one():
    """All percentiles of one duration are that one."""
    latencies = Latencies()
    latencies.add(0.25)
    assert [latencies.percentile(percent) for percent in PERCENTILES] == [0.25] * 3
    assert (latencies.count, latencies.max_s) == (1, 0.25)


def test_near_the_exact_ones():
    """They are at most one per cent above the exact ones, and never below."""
    source = random.Random(7)
    durations = sorted(source.expovariate(200) for _ in range(20_000))
    latencies = Latencies()
    for duration in durations:
        latencies.add(duration)
    for percent in (1, *PERCENTILES, 100):
        exact = durations[round(len(durations) * percent / 100) - 1]
        found = latencies.percentile(percent)
        assert exact * (1 - 1e-9) <= found <= exact * 1.01 * (1 + 1e-9)


def test_a_rare_slow_one():
    """One in a hundred is beyond p99 and not within it."""
    latencies = Latencies()
    latencies.add(0.001, 99)
    latencies.add(5.0)
    assert latencies.percentile(99) == pytest.approx(0.001, rel=0.01)
    assert latencies.percentile(99.9) == 5.0


def test_immeasurably_short():
    """Nothing is too short to count."""
    latencies = Latencies()
    latencies.add(0.0)
    assert (latencies.count, latencies.percentile(50)) == (1, 0.0)
