# SPDX-License-Identifier: Apache-2.0
"""Who is admitted and who is shown the door, in milliseconds that the test makes up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.broker.connection_limits import ConnectionLimits, Limits, Watched

LIMITS = Limits(
    connections_max=10,
    connections_per_ip_max=4,
    connections_per_second_max=3,
    first_frame_ms=10_000,
    frame_ms=30_000,
    idle_ms=600_000,
    overrides={"10.0.0.9": 1, "10.0.0.8": 8},
)


def test_an_address_may_have_its_share():
    """The fifth connection of an address is refused until one of the four is gone."""
    limits = ConnectionLimits(LIMITS)
    for second in range(4):
        assert limits.admit("10.0.0.1", second * 1000) is None
    refusal = limits.admit("10.0.0.1", 9000)
    assert refusal == "4 connections come from 10.0.0.1 (max.connections.per.ip)"
    assert limits.admit("10.0.0.2", 9000) is None
    limits.release("10.0.0.1")
    assert limits.admit("10.0.0.1", 9000) is None


def test_overrides_hold_for_their_addresses():
    """An override may lower and raise the limit of one address."""
    limits = ConnectionLimits(LIMITS)
    assert limits.admit("10.0.0.9", 0) is None
    assert "max.connections.per.ip" in limits.admit("10.0.0.9", 5000)
    for second in range(8):
        assert limits.admit("10.0.0.8", second * 1000) is None


def test_the_broker_as_a_whole_has_a_limit():
    """Whoever comes when all places are taken is refused."""
    limits = ConnectionLimits(LIMITS)
    for index in range(10):
        assert limits.admit(f"10.1.0.{index}", 0) is None
    assert limits.admit("10.2.0.1", 0) == "10 connections are open (max.connections)"
    limits.release("10.1.0.3")
    assert limits.admit("10.2.0.1", 0) is None


def test_a_flood_from_one_address_is_slowed():
    """Five seconds' worth at once is fine; more waits for its turn, and others are not affected."""
    limits = ConnectionLimits(LIMITS._replace(connections_max=99, connections_per_ip_max=99))
    for _ in range(5 * 3):
        assert limits.admit("10.0.0.1", 1200) is None
    refusal = limits.admit("10.0.0.1", 1200)
    assert "more than 3 connections a second" in refusal
    assert "ottla.max.connection.creation.rate.per.ip" in refusal
    assert limits.admit("10.0.0.2", 1200) is None
    assert limits.admit("10.0.0.1", 1200 + 334) is None
    assert limits.admit("10.0.0.1", 1200 + 334) is not None


def test_addresses_that_owe_nothing_are_forgotten():
    """Memory follows the addresses that open connections now, not all that ever did."""
    limits = ConnectionLimits(LIMITS)
    for number in range(8):
        host = f"10.0.0.{number}"
        limits.admit(host, 1000)
        limits.release(host)
    limits.admit("10.0.1.1", 60_000)
    assert list(limits._paid_until_ms) == ["10.0.1.1"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=60))
def test_counts_return_to_zero(plan):
    """Whatever comes and goes, nothing is left when all have gone."""
    limits = ConnectionLimits(LIMITS._replace(connections_per_second_max=10**6))
    open_hosts: list[str] = []
    for host, leaves in plan:
        if leaves and host in open_hosts:
            open_hosts.remove(host)
            limits.release(host)
        elif limits.admit(host, 0) is None:
            open_hosts.append(host)
        assert open_hosts.count(host) <= LIMITS.connections_per_ip_max
    for host in open_hosts:
        limits.release(host)
    assert limits._per_ip == {}
    assert limits._total == 0


def look(watched: Watched, now_ms: int, *, frames: int = 0, between: bool = True) -> str | None:
    """Look at a connection."""
    return watched.look(LIMITS, frame_count=frames, is_between_frames=between, now_ms=now_ms)


@pytest.mark.parametrize("between", [True, False])
def test_a_connection_that_says_nothing_is_closed(between):
    """Without a whole request within the limit a connection goes, however it dawdles."""
    watched = Watched(opened_ms=500)
    assert look(watched, 10_499, between=between) is None
    assert look(watched, 10_500, between=between) == "no request within 10000 ms"


def test_a_request_that_never_ends_is_closed():
    """A frame that is not complete after the limit ends its connection."""
    watched = Watched(opened_ms=0)
    assert look(watched, 5_000, frames=1) is None
    assert look(watched, 20_000, frames=1, between=False) is None
    assert look(watched, 49_999, frames=1, between=False) is None
    reason = look(watched, 50_000, frames=1, between=False)
    assert reason == "a request that is not complete after 30000 ms"


def test_each_whole_request_starts_the_clock_anew():
    """A busy connection is nearly always within a frame, which is no reason to close it."""
    watched = Watched(opened_ms=0)
    for step in range(1, 200):
        assert look(watched, step * 1000, frames=step, between=False) is None


def test_a_request_that_was_completed_is_forgotten():
    """Being between frames once ends the count, even when no frame was seen to come."""
    watched = Watched(opened_ms=0)
    assert look(watched, 1_000, frames=1, between=False) is None
    assert look(watched, 20_000, frames=1) is None
    assert look(watched, 40_000, frames=1, between=False) is None


def test_an_idle_connection_is_closed():
    """After connections.max.idle.ms without a request; idle_ms tells for how long."""
    watched = Watched(opened_ms=0)
    assert look(watched, 1_000, frames=1) is None
    assert look(watched, 600_999, frames=1) is None
    assert watched.idle_ms(600_999) == 599_999
    assert look(watched, 601_000, frames=1) == "idle for 600000 ms (connections.max.idle.ms)"
