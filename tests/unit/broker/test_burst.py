# SPDX-License-Identifier: Apache-2.0
"""One write for each partition of a burst, and what happens when one of them fails."""

from __future__ import annotations

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.broker.burst import Burst
from ottla.storage.files import DiskFull


class Partition:
    """Notes the ends of its bursts."""

    def __init__(self, error: StorageError | None = None) -> None:
        self.topic, self.index = "t", 0
        self.error = error
        self.events: list[str] = []

    def begin_burst(self):
        """Note the beginning."""
        self.events.append("begin")

    def finish_burst(self):
        """Note the end, and fail when told to."""
        self.events.append("finish")
        if self.error is not None:
            raise self.error


def test_each_partition_is_finished_once():
    """The next burst starts empty."""
    burst = Burst(ManualClock(), lambda *_: None)
    first, second = Partition(), Partition()
    burst.add(first)
    burst.add(second)
    burst.end()
    burst.end()
    assert first.events == second.events == ["begin", "finish"]


def test_a_failure_is_reported_after_all_were_tried():
    """The others are written, the failed one is reported, and the burst as a whole fails."""
    failures = []
    burst = Burst(ManualClock(), lambda *failure: failures.append(failure))
    error = StorageError("gone")
    bad, good = Partition(error), Partition()
    burst.add(bad)
    burst.add(good)
    with pytest.raises(StorageError):
        burst.end()
    assert good.events == ["begin", "finish"]
    assert failures == [(bad, error)]
    burst.end()  # nothing is left of it


def test_a_full_disk_fails_the_burst_but_not_the_directory():
    """DiskFull is not reported as a failure of the storage."""
    failures = []
    burst = Burst(ManualClock(), lambda *failure: failures.append(failure))
    burst.add(Partition(DiskFull("no room")))
    with pytest.raises(DiskFull):
        burst.end()
    assert failures == []


def test_the_time_is_read_once_for_each_burst():
    """All batches of a burst are stamped alike."""
    clock = ManualClock(wall_ms=1000)
    burst = Burst(clock, lambda *_: None)
    assert burst.wall_ms() == 1000
    clock.advance(5)
    assert burst.wall_ms() == 1000
    burst.end()
    assert burst.wall_ms() == 1005
