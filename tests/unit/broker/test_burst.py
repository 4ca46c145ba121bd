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

    def __init__(self, error: StorageError | None = None, then=lambda: None) -> None:
        self.topic, self.index = "t", 0
        self.then = then
        self.error = error
        self.is_in_burst = False
        self.events: list[str] = []

    def begin_burst(self):
        """Note the beginning."""
        self.events.append("begin")
        self.is_in_burst = True

    def finish_burst(self):
        """Note the end, and fail when told to."""
        self.events.append("finish")
        self.is_in_burst = False
        if self.error is not None:
            raise self.error
        self.then()

    def burst_was_lost(self):
        """Note that the appends were taken back."""
        self.events.append("lost")


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


def test_appends_from_elsewhere_end_with_the_turn_of_the_loop():
    """A burst that no socket has brought is ended by the loop, once, whatever joins it."""
    soon = []
    burst = Burst(ManualClock(), lambda *_: None, soon.append)
    first, second = Partition(), Partition()
    burst.add_soon(first)
    burst.add_soon(first)
    burst.add_soon(second)
    assert len(soon) == 1
    assert first.events == ["begin"]
    soon.pop()()
    assert first.events == second.events == ["begin", "finish"]


def test_a_burst_of_a_socket_takes_appends_from_elsewhere_along():
    """Nothing is scheduled while a burst is under way, and ending twice does nothing."""
    soon = []
    burst = Burst(ManualClock(), lambda *_: None, soon.append)
    of_socket, of_coordinator = Partition(), Partition()
    burst.add(of_socket)
    burst.add_soon(of_coordinator)
    assert not soon
    burst.end()
    assert of_coordinator.events == ["begin", "finish"]


def test_a_read_writes_what_it_has_borrowed_and_leaves_the_rest_to_the_turn():
    """Own bytes of coordinators may wait for those of other connections, borrowed ones may not."""
    soon = []
    burst = Burst(ManualClock(), lambda *_: None, soon.append)
    partition = Partition()
    burst.add_soon(partition)
    burst.end_reading()
    assert partition.events == ["begin"]
    burst.add(partition)
    assert partition.events == ["begin"], "it is in the burst already"
    burst.end_reading()
    assert partition.events == ["begin", "finish"]
    soon.pop()()
    assert partition.events == ["begin", "finish"]


def test_what_a_burst_of_the_loop_leads_to_is_written_in_the_same_turn():
    """An answer that has more appended: a transaction's markers after its decision."""
    soon = []
    burst = Burst(ManualClock(), lambda *_: None, soon.append)
    then = Partition()
    first = Partition(then=lambda: burst.add_soon(then))
    burst.add_soon(first)
    soon.pop()()
    assert first.events == then.events == ["begin", "finish"]
    assert not soon


def test_what_nobody_waits_for_is_written_with_the_next_appends_to_its_log():
    """Once, whichever way those come; appends to other logs leave it."""
    soon, later = [], []
    burst = Burst(
        ManualClock(), lambda *_: None, soon.append, lambda _, callback: later.append(callback)
    )
    first, second, other = Partition(), Partition(), Partition()
    for partition in (first, second, first):
        burst.add_later(partition)
    assert len(later) == 1
    burst.add(other)
    burst.end_reading()
    assert first.events == second.events == ["begin"]
    burst.add_soon(first)
    burst.add(second)
    soon.pop()()
    assert first.events == second.events == ["begin", "finish"]
    later.pop()()
    assert not soon


def test_what_nobody_waits_for_is_written_after_a_while_all_the_same():
    """Its time comes when nothing else is appended; then a new time begins."""
    soon, later = [], []
    burst = Burst(
        ManualClock(), lambda *_: None, soon.append, lambda _, callback: later.append(callback)
    )
    partition = Partition()
    for _ in range(2):
        burst.add_later(partition)
        later.pop()()
        soon.pop()()
    assert partition.events == ["begin", "finish"] * 2


def test_a_lost_burst_of_a_coordinator_tells_who_waits():
    """Nobody is there to catch the failure of a burst that the loop ends: observers are told."""
    soon, failures = [], []
    burst = Burst(ManualClock(), lambda *failure: failures.append(failure), soon.append)
    bad = Partition(StorageError("gone"))
    burst.add_soon(bad)
    soon.pop()()
    assert bad.events == ["begin", "finish", "lost"]
    assert len(failures) == 1


def test_a_burst_has_one_moment():
    """On both clocks; the next burst reads them again."""
    clock = ManualClock(now_ms=5, wall_ms=1000)
    burst = Burst(clock, lambda *_: None)
    assert burst.moment() == (5, 1000)
    clock.advance(3)
    assert burst.moment() == (5, 1000)
    burst.end()
    assert burst.moment() == (8, 1003)
