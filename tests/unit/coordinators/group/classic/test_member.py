# SPDX-License-Identifier: Apache-2.0
"""One classic member."""

from __future__ import annotations

import pytest

from ottla.coordinators.group.classic.member import (
    ClassicMember,
    protocols_of,
    rebalance_timeout_of,
)
from ottla.coordinators.group.store import Client
from ottla.coordinators.pending import Pending
from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol


def member(**fields: object):
    """Return a member that speaks two protocols."""
    return ClassicMember(
        "g",
        "m",
        client=Client("c", "/h"),
        rebalance_timeout_ms=1,
        session_timeout_ms=2,
        protocols=(("b", b"B"), ("a", b"A")),
        **{"group_instance_id": None, **fields},
    )


def test_a_protocol_counts_once():
    """The first of two entries with one name holds, and the order stays."""
    request = JoinGroupRequest(
        protocols=[
            JoinGroupRequestProtocol(name=name, metadata=metadata)
            for name, metadata in (("b", b"1"), ("a", b"2"), ("b", b"3"))
        ]
    )
    assert protocols_of(request) == (("b", b"1"), ("a", b"2"))


def test_version_0_has_one_timeout():
    """Without a rebalance timeout the session timeout stands for both."""
    assert rebalance_timeout_of(JoinGroupRequest(session_timeout_ms=7)) == 7
    both = JoinGroupRequest(session_timeout_ms=7, rebalance_timeout_ms=9)
    assert rebalance_timeout_of(both) == 9


def test_a_member_votes_for_what_it_prefers():
    """Its own order decides among the candidates."""
    assert member().vote(["a", "b"]) == "b"
    assert member().vote(["a"]) == "a"
    assert member().metadata("a") == b"A"
    with pytest.raises(AssertionError, match="none of"):
        member().vote(["c"])
    with pytest.raises(AssertionError, match="does not speak"):
        member().metadata("c")


def test_who_waits_is_alive():
    """A parked request stands for heartbeats, except the first one of a new member."""
    waiting = member()
    assert not waiting.is_alive_while_waiting
    waiting.awaiting_sync = Pending()
    assert waiting.is_alive_while_waiting
    waiting.is_new = True
    assert not waiting.is_alive_while_waiting
    assert member(group_instance_id="i").is_static
