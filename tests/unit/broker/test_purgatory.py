# SPDX-License-Identifier: Apache-2.0
"""Deadlines of parked operations, with time as an argument."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from ottla.base.clock import ManualClock
from ottla.broker.purgatory import Purgatory, PurgatoryTimer


class Parked:
    """An operation that notes its end."""

    def __init__(self, name: str = "", log: list[str] | None = None) -> None:
        self.name = name
        self.log = log if log is not None else []
        self.is_complete = False

    def on_deadline(self) -> None:
        """Note that the time was up."""
        assert not self.is_complete
        self.is_complete = True
        self.log.append(self.name)


def complete(purgatory: Purgatory, operation: Parked) -> None:
    """Complete an operation before its deadline, as its partition would."""
    operation.is_complete = True
    purgatory.completed()


def test_operations_expire_in_the_order_of_their_deadlines():
    """Only those whose time has come are told, earliest first, and of equals the first parked."""
    purgatory = Purgatory()
    log: list[str] = []
    for name, deadline_ms in (("c", 30), ("a", 10), ("b1", 20), ("b2", 20), ("z", 99)):
        purgatory.park(Parked(name, log), deadline_ms)
    assert purgatory.next_deadline_ms() == 10
    assert purgatory.expire(9) == 0
    assert purgatory.expire(20) == 3
    assert log == ["a", "b1", "b2"]
    assert purgatory.expire(1000) == 2
    assert log == ["a", "b1", "b2", "c", "z"]
    assert purgatory.next_deadline_ms() is None


def test_a_completed_operation_is_not_expired():
    """Its deadline passes without a trace."""
    purgatory = Purgatory()
    early, late = Parked(), Parked()
    purgatory.park(early, 10)
    purgatory.park(late, 20)
    complete(purgatory, early)
    assert len(purgatory) == 1
    assert purgatory.next_deadline_ms() == 20
    assert purgatory.expire(30) == 1
    assert len(purgatory) == 0


def test_an_operation_that_an_expiry_completes_is_not_told_again():
    """Completing a neighbour from within on_deadline is taken into account."""
    purgatory = Purgatory()
    neighbour = Parked()

    class Completing(Parked):
        def on_deadline(self) -> None:
            super().on_deadline()
            complete(purgatory, neighbour)

    purgatory.park(Completing(), 10)
    purgatory.park(neighbour, 10)
    assert purgatory.expire(10) == 1
    assert len(purgatory) == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=400))
def test_completed_operations_do_not_pile_up(plan):
    """The heap stays within twice the waiting ones, but for a small rest."""
    purgatory = Purgatory()
    waiting = 0
    for deadline_ms, completes in plan:
        operation = Parked()
        purgatory.park(operation, deadline_ms)
        if completes:
            complete(purgatory, operation)
        else:
            waiting += 1
        assert len(purgatory) == waiting
        assert len(purgatory._heap) <= 2 * waiting + 66
    assert purgatory.expire(100) == waiting
    assert len(purgatory) == 0


@given(st.lists(st.integers(0, 50), min_size=1, max_size=50))
def test_the_driver_hears_of_each_new_earliest_deadline(deadlines):
    """What it was told last is the earliest there is."""
    told: list[int] = []
    purgatory = Purgatory(told.append)
    for deadline_ms in deadlines:
        purgatory.park(Parked(), deadline_ms)
        assert told[-1] == purgatory.next_deadline_ms()
    assert told == sorted(set(told), reverse=True)


class FakeLoop:
    """Notes timers instead of waiting."""

    def __init__(self) -> None:
        self.timers: list[FakeLoop.Timer] = []

    class Timer:
        """One armed timer."""

        def __init__(self, delay_s, callback) -> None:
            self.delay_s, self.callback, self.is_cancelled = delay_s, callback, False

        def cancel(self) -> None:
            """Take it back."""
            self.is_cancelled = True

    def call_later(self, delay_s, callback):
        """Arm a timer."""
        timer = self.Timer(delay_s, callback)
        self.timers.append(timer)
        return timer

    @property
    def armed(self) -> list[Timer]:
        """Timers that were not taken back."""
        return [timer for timer in self.timers if not timer.is_cancelled]

    def fire(self) -> None:
        """Let the one armed timer come."""
        (timer,) = self.armed
        self.timers.clear()
        timer.callback()


def test_the_timer_sleeps_until_the_earliest_deadline(monkeypatch):
    """It is armed again for an earlier deadline, never fires too early, and goes on."""
    loop, clock, log = FakeLoop(), ManualClock(now_ms=1000), []
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    purgatory = Purgatory()
    timer = PurgatoryTimer(purgatory, clock)
    purgatory.park(Parked("late", log), 1500)
    purgatory.park(Parked("early", log), 1100)
    assert [one.delay_s for one in loop.armed] == [0.101]
    clock.advance(101)
    loop.fire()
    assert log == ["early"]
    assert [one.delay_s for one in loop.armed] == [0.4]
    clock.advance(400)
    loop.fire()
    assert log == ["early", "late"]
    assert loop.armed == []
    purgatory.park(Parked("again", log), 9000)
    assert len(loop.armed) == 1
    timer.stop()
    assert loop.armed == []
    purgatory.park(Parked("after", log), 1)
    assert loop.armed == []


def test_what_an_expiry_parks_is_armed_once(monkeypatch):
    """An operation parked from within on_deadline gets its timer, and only one is armed."""
    loop, clock = FakeLoop(), ManualClock()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    purgatory = Purgatory()
    PurgatoryTimer(purgatory, clock)

    class Parking(Parked):
        def on_deadline(self) -> None:
            super().on_deadline()
            purgatory.park(Parked(), 50)

    purgatory.park(Parking(), 10)
    clock.advance(11)
    loop.fire()
    assert len(loop.armed) == 1
    assert purgatory.next_deadline_ms() == 50
