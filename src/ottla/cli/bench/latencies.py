# SPDX-License-Identifier: Apache-2.0
"""Percentiles of any number of durations in bounded memory.

Durations are counted in buckets that grow by one per cent each, so a percentile is at most that
far from the exact one; the largest is kept as it was.
"""

from __future__ import annotations

import math
from typing import Final

PERCENTILES: Final = (50.0, 99.0, 99.9)

_GROWTH: Final = 1.01
_LOG_GROWTH: Final = math.log(_GROWTH)
_SMALLEST_S: Final = 1e-6


class Latencies:
    """Durations, counted by size."""

    __slots__ = ("_buckets", "count", "max_s")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self.count = 0
        self.max_s = 0.0

    def add(self, seconds: float, count: int = 1) -> None:
        """Count durations of the same length."""
        number = 0
        if seconds > _SMALLEST_S:
            number = math.ceil(math.log(seconds / _SMALLEST_S) / _LOG_GROWTH)
        self._buckets[number] = self._buckets.get(number, 0) + count
        self.count += count
        self.max_s = max(self.max_s, seconds)

    def percentile(self, percent: float) -> float:
        """Return the seconds that this share did not exceed; 0 when there is none."""
        assert 0 < percent <= 100
        wanted = math.ceil(self.count * percent / 100)
        seen = 0
        for number in sorted(self._buckets):
            seen += self._buckets[number]
            if seen >= wanted:
                # A bucket's upper end may be beyond the largest that was seen.
                return min(_SMALLEST_S * _GROWTH**number, self.max_s)
        return 0.0
