# SPDX-License-Identifier: Apache-2.0
"""How much of something passes in a second, over the last few seconds.

The past is kept as samples of one length, of which a bounded number counts; older ones are
forgotten. The rate is the sum over the time that the samples cover. At the beginning that is one
sample's length at least, so that the first bytes after a pause are not taken for a flood. Kafka's
replication quotas measure the same way, with `replication.quota.window.num` samples of
`replication.quota.window.size.seconds`.

Pure: time is an argument.
"""

from __future__ import annotations

from collections import deque


class RateMeter:
    """A sum over a sliding window."""

    __slots__ = ("_samples", "_total", "sample_count_max", "sample_ms")

    def __init__(self, sample_ms: int, sample_count_max: int) -> None:
        assert sample_ms > 0, sample_ms
        assert sample_count_max > 0, sample_count_max
        self.sample_ms = sample_ms
        self.sample_count_max = sample_count_max
        self._samples: deque[tuple[int, int]] = deque()  # (begin in ms, amount), oldest first
        self._total = 0

    def record(self, amount: int, now_ms: int) -> None:
        """Count what has passed just now."""
        samples = self._samples
        self._forget(now_ms)
        if samples and now_ms - samples[-1][0] < self.sample_ms:
            begin_ms, earlier = samples.pop()
            samples.append((begin_ms, earlier + amount))
        else:
            samples.append((now_ms, amount))
        self._total += amount

    def per_second(self, now_ms: int) -> float:
        """Return the rate of the time that is remembered."""
        self._forget(now_ms)
        if not self._samples:
            return 0.0
        covered_ms = max(now_ms - self._samples[0][0], self.sample_ms)
        return self._total * 1000 / covered_ms

    def _forget(self, now_ms: int) -> None:
        oldest_ms = now_ms - self.sample_ms * self.sample_count_max
        samples = self._samples
        while samples and samples[0][0] <= oldest_ms:
            self._total -= samples.popleft()[1]
