# SPDX-License-Identifier: Apache-2.0
"""Timers as data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ottla.coordinators.timers import Timers


def test_the_earliest_timer_comes_first():
    """Timers are popped in the order of their deadlines, ties in the order of setting."""
    timers: Timers[str] = Timers()
    for name, deadline_ms in (("b", 20), ("a", 10), ("c", 20)):
        timers.set(name, deadline_ms)
    assert timers.next_deadline_ms() == 10
    assert [timers.pop_due(20) for _ in range(4)] == ["a", "b", "c", None]
    assert timers.next_deadline_ms() is None


def test_a_moved_timer_fires_at_its_new_time_only():
    """Moving a timer, to an earlier or a later time, replaces its deadline."""
    timers: Timers[str] = Timers()
    timers.set("later", 10)
    timers.set("later", 30)
    timers.set("earlier", 40)
    timers.set("earlier", 20)
    assert timers.pop_due(19) is None
    assert timers.pop_due(20) == "earlier"
    assert timers.pop_due(29) is None
    assert timers.pop_due(30) == "later"
    assert len(timers) == 0


def test_a_cancelled_timer_does_not_fire():
    """A cancelled timer is forgotten; cancelling one that is not set does nothing."""
    timers: Timers[str] = Timers()
    timers.set("a", 10)
    timers.cancel("a")
    timers.cancel("never set")
    assert "a" not in timers
    assert timers.deadline_ms("a") is None
    assert timers.pop_due(100) is None


def test_moving_timers_back_and_forth_does_not_grow_the_heap():
    """Entries of timers that moved to earlier times are thrown out in the end."""
    timers: Timers[int] = Timers()
    for round_ in range(1000):
        for name in range(10):
            timers.set(name, 100_000 - round_)
    assert len(timers._heap) <= 2 * 10 + 64 + 10


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcde"),
            st.one_of(st.none(), st.integers(0, 50)),
        ),
        max_size=60,
    ),
    st.integers(0, 50),
)
def test_timers_agree_with_a_dictionary(steps, now_ms):
    """Whatever is set, moved and cancelled: due are exactly those whose last deadline has come."""
    timers: Timers[str] = Timers()
    model: dict[str, int] = {}
    for name, deadline_ms in steps:
        if deadline_ms is None:
            timers.cancel(name)
            model.pop(name, None)
        else:
            timers.set(name, deadline_ms)
            model[name] = deadline_ms
        bound_ms = timers.deadline_bound_ms()
        assert not model or (bound_ms is not None and bound_ms <= min(model.values()))
    assert timers.next_deadline_ms() == min(model.values(), default=None)
    assert timers.deadline_bound_ms() == min(model.values(), default=None), "put right"
    popped = []
    while (name := timers.pop_due(now_ms)) is not None:
        popped.append((model[name], name))
    assert popped == sorted(popped, key=lambda pair: pair[0])
    assert sorted(popped) == sorted((at, name) for name, at in model.items() if at <= now_ms)
    assert len(timers) == len(model) - len(popped)
