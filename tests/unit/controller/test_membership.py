# SPDX-License-Identifier: Apache-2.0
"""Claims about who was heard from when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ottla.controller.membership import Membership


def test_a_new_controller_gives_everybody_a_full_session(cluster_of, broker):
    """It has heard from nobody yet; fenced brokers have no session."""
    membership = Membership(3000)
    membership.heartbeat(7, 0)
    membership.start(cluster_of(broker(2), broker(1), broker(3, fenced=True)).image, 1000)
    assert membership.next_deadline_ms() == 4000
    assert membership.overdue(3999) == []
    assert membership.overdue(4000) == [1, 2]


def test_a_heartbeat_begins_a_session():
    """It ends a session after the last one; who is forgotten is in no session."""
    membership = Membership(3000)
    assert membership.next_deadline_ms() is None
    membership.heartbeat(1, 0)
    membership.heartbeat(1, 2000)
    membership.heartbeat(2, 2500)
    assert [membership.is_alive(1, now_ms) for now_ms in (2000, 4999, 5000)] == [True, True, False]
    assert membership.overdue(5000) == [1]
    membership.forget([1, 9])
    assert membership.overdue(5000) == []
    assert not membership.is_alive(1, 2000)
    assert membership.next_deadline_ms() == 5500


def test_the_dead_are_overdue_at_once():
    """Until they are heard from: then they were not dead. Strangers do not count."""
    membership = Membership(3000)
    membership.heartbeat(1, 0)
    membership.died(1, 100)
    membership.died(2, 100)
    assert membership.next_deadline_ms() == 100
    assert membership.overdue(100) == [1]
    assert not membership.is_alive(1, 100)
    membership.heartbeat(1, 200)
    assert membership.overdue(200) == []


def test_a_suspect_has_less_than_a_session():
    """Never more; a sign of life ends the doubt, and strangers do not count."""
    membership = Membership(3000)
    membership.heartbeat(1, 0)
    membership.suspect(1, 5000)
    assert membership.next_deadline_ms() == 3000
    membership.suspect(1, 700)
    membership.suspect(2, 700)
    assert membership.overdue(700) == [1]
    membership.heartbeat(1, 700)
    assert membership.overdue(3699) == []


def test_a_changed_timeout_holds_from_the_next_heartbeat_on():
    """Sessions that run are not cut short."""
    membership = Membership(3000)
    membership.heartbeat(1, 0)
    membership.session_timeout_ms = 1000
    assert membership.next_deadline_ms() == 3000
    membership.heartbeat(1, 0)
    assert membership.next_deadline_ms() == 1000


@given(
    st.lists(st.tuples(st.sampled_from(["beat", "died", "forget"]), st.integers(1, 4)), max_size=30)
)
def test_everybody_is_alive_overdue_or_unknown(steps):
    """The deadline says when the next one is overdue, and nobody is overdue before."""
    membership = Membership(10)
    for now_ms, (step, broker_id) in enumerate(steps):
        if step == "beat":
            membership.heartbeat(broker_id, now_ms)
        elif step == "died":
            membership.died(broker_id, now_ms)
        else:
            membership.forget([broker_id])
        overdue = membership.overdue(now_ms)
        assert overdue == sorted(overdue)
        assert not any(membership.is_alive(b, now_ms) for b in overdue)
        deadline_ms = membership.next_deadline_ms()
        assert bool(overdue) == (deadline_ms is not None and deadline_ms <= now_ms)
        if deadline_ms is not None:
            assert membership.overdue(deadline_ms)
            assert not membership.overdue(deadline_ms - 1)
