# SPDX-License-Identifier: Apache-2.0
"""The limit on what moved replicas copy."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ottla.replication.copy_throttle import STANDSTILL_MS, CopyThrottle


def test_whoever_copies_waits_for_as_long_as_it_would_have_taken():
    """One megabyte at a megabyte a second is a second; the next one comes behind it."""
    throttle = CopyThrottle()
    assert throttle.copied(1_000_000, 1_000_000, 5000) == 1000
    assert throttle.copied(500_000, 1_000_000, 5000) == 1500
    assert throttle.copied(1_000_000, 1_000_000, 60_000) == 1000


def test_a_rate_of_nothing():
    """It holds until somebody sets another one."""
    assert CopyThrottle().copied(1, 0, 5) == STANDSTILL_MS


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=20), st.integers(1000, 10**9))
def test_the_rate_is_kept_over_time(sizes, rate):
    """Whoever waits as told never copies more in a time than the rate allows for it."""
    throttle = CopyThrottle()
    now_ms = 0
    for size in sizes:
        now_ms += throttle.copied(size, rate, now_ms)
    assert sum(sizes) <= rate * (now_ms + len(sizes)) / 1000
