# SPDX-License-Identifier: Apache-2.0
"""From one generation to the next, as members see it."""

from __future__ import annotations

from tests.unit.coordinators.group.group_world import (
    DELAY_MS,
    REBALANCE_MS,
    SESSION_MS,
    GroupWorld,
    code_of,
)

from ottla.protocol.errors import ErrorCode


def test_the_first_rebalance_waits_for_more_members():
    """Each member that comes begins the delay anew, up to the rebalance timeout."""
    world = GroupWorld()
    first, joined = world.enter(rebalance_ms=10_000)
    for _ in range(3):
        world.pass_time(DELAY_MS - 1)
        assert not joined.is_done
        world.enter(rebalance_ms=10_000)
    world.pass_time(10_000 - 3 * (DELAY_MS - 1) - 1)
    assert not joined.is_done
    world.pass_time(1)
    assert joined.value.generation_id == 1
    assert joined.value.leader == first
    assert len(joined.value.members) == 4


def test_the_first_rebalance_begins_once_nobody_new_has_come_for_the_delay():
    """Not only at the end of a further whole delay."""
    world = GroupWorld()
    _, joined = world.enter()
    world.pass_time(10)
    world.enter()
    world.pass_time(DELAY_MS - 1)
    assert not joined.is_done
    world.pass_time(1)
    assert len(joined.value.members) == 2


def test_without_a_delay_the_first_member_is_alone():
    """The next one makes the group rebalance."""
    world = GroupWorld(group_initial_rebalance_delay_ms=0)
    _, joined = world.enter()
    assert not joined.is_done
    world.pass_time(0)
    assert joined.value.generation_id == 1


def test_a_rebalance_ends_when_everybody_has_come():
    """Without waiting for the timeout, and followers are not told who is there."""
    world = GroupWorld()
    first, second = world.stable(2)
    third, joined = world.enter()
    assert world.heartbeat(first, 1) == ErrorCode.REBALANCE_IN_PROGRESS
    again = world.join(first)
    assert not again.is_done
    other = world.join(second)
    assert (again.value.generation_id, other.value.generation_id) == (2, 2)
    assert [one.member_id for one in again.value.members] == [first, second, third]
    assert other.value.members == []
    assert joined.value.leader == first


def test_an_id_that_was_given_out_is_waited_for():
    """A member that was sent back for its id counts; it is forgotten with its session."""
    world = GroupWorld()
    (first,) = world.stable()
    pending = world.join().value.member_id
    world.enter()
    again = world.join(first)
    assert not again.is_done
    assert pending in world.group.pending_members
    world.pass_time(SESSION_MS)
    assert again.value.generation_id == 2


def test_whoever_does_not_come_is_out():
    """After the longest rebalance timeout the others go on, under a new leader if need be."""
    world = GroupWorld()
    first, second = world.stable(2, session_ms=600_000)
    third, joined = world.enter(session_ms=600_000)
    again = world.join(second, session_ms=600_000)
    world.pass_time(REBALANCE_MS - 1)
    assert not again.is_done
    world.pass_time(1)
    assert again.value.leader == second
    assert set(world.group.members) == {second, third}
    assert joined.value.generation_id == 2
    assert world.heartbeat(first, 1) == ErrorCode.UNKNOWN_MEMBER_ID


def test_static_members_keep_their_place_without_coming():
    """They stay until their session ends; a group of them alone waits on."""
    world = GroupWorld()
    joined = [world.join(instance=name, session_ms=600_000) for name in ("i", "k")]
    world.pass_time(DELAY_MS * 3)
    leader, follower = (one.value.member_id for one in joined)
    world.sync(leader, 1, {})
    world.sync(follower, 1)
    again = world.join(leader, instance="i", session_ms=600_000)
    world.pass_time(REBALANCE_MS)
    assert again.value.generation_id == 2
    assert set(world.group.members) == {leader, follower}
    world.leave(leader)
    world.pass_time(3 * REBALANCE_MS)
    assert world.group.state_name == "PreparingRebalance"
    world.pass_time(600_000)
    assert world.group.state_name == "Empty"


def test_whoever_does_not_ask_for_its_assignment_is_out():
    """After the rebalance timeout, in a stable group as well; the others rebalance."""
    world = GroupWorld()
    (first, _), (second, _) = world.enter(), world.enter()
    world.pass_time(DELAY_MS * 2)
    assert code_of(world.sync(first, 1, {first: b"a"})) == 0
    assert world.group.state_name == "Stable"
    for _ in range(4):
        world.pass_time(REBALANCE_MS // 4)
        world.heartbeat(first, 1)
        world.heartbeat(second, 1)
    assert set(world.group.members) == {first}
    assert world.heartbeat(first, 1) == ErrorCode.REBALANCE_IN_PROGRESS


def test_a_leader_that_never_syncs_is_out():
    """Those who wait for its assignments are told to join again."""
    world = GroupWorld()
    (first, _), (second, _) = world.enter(), world.enter()
    world.pass_time(DELAY_MS * 2)
    parked = world.sync(second, 1)
    for _ in range(4):
        world.heartbeat(first, 1)
        world.pass_time(REBALANCE_MS // 4)
    assert code_of(parked) == ErrorCode.REBALANCE_IN_PROGRESS
    assert set(world.group.members) == {second}
    assert world.join(second).value.leader == second


def test_silence_ends_membership():
    """A member without heartbeats is lost after its session timeout, and the others rebalance."""
    world = GroupWorld()
    first, second = world.stable(2)
    world.pass_time(SESSION_MS - 1)
    assert world.heartbeat(first, 1) == 0
    world.pass_time(1)
    assert list(world.group.members) == [first]
    assert world.heartbeat(first, 1) == ErrorCode.REBALANCE_IN_PROGRESS
    assert world.heartbeat(second, 1) == ErrorCode.UNKNOWN_MEMBER_ID


def test_who_waits_for_others_is_not_lost():
    """A parked JoinGroup or SyncGroup outlives the session timeout."""
    world = GroupWorld()
    first, second = world.stable(2, rebalance_ms=300_000)
    third, _ = world.enter(rebalance_ms=300_000)
    again = world.join(second, rebalance_ms=300_000)
    for _ in range(5):
        world.pass_time(SESSION_MS // 2)
        world.heartbeat(first, 1)
    assert second in world.group.members
    world.join(first, rebalance_ms=300_000)
    assert again.value.generation_id == 2
    parked = world.sync(second, 2)
    for _ in range(5):
        world.pass_time(SESSION_MS // 2)
        world.heartbeat(first, 2)
        world.heartbeat(third, 2)
    assert not parked.is_done
    world.sync(first, 2, {second: b"a"})
    assert parked.value.assignment == b"a"


def test_the_first_join_of_a_member_does_not_wait_for_ever():
    """It has no id to send heartbeats with: after five minutes it is told to try again."""
    world = GroupWorld(group_initial_rebalance_delay_ms=0)
    (first,) = world.stable(session_ms=1_800_000, rebalance_ms=1_800_000)
    _, joined = world.enter()
    world.pass_time(5 * 60_000)
    assert code_of(joined) == ErrorCode.UNKNOWN_MEMBER_ID
    assert list(world.group.members) == [first]


def test_the_last_member_leaves_an_empty_group():
    """Its record says so, and the generation goes on from there."""
    world = GroupWorld()
    (first,) = world.stable()
    world.leave(first)
    assert world.group.state_name == "Empty"
    assert world.group.generation == 2
    assert world.group.protocol_name is None
    world.load()
    assert (world.group.state_name, world.group.generation) == ("Empty", 2)
    assert world.group.protocol_type == "consumer"
    (second,) = [world.enter()]
    world.pass_time(DELAY_MS)
    assert second[1].value.generation_id == 3


def test_a_first_rebalance_that_everybody_leaves():
    """The delay ends at once when a session does, else with its time; the group is empty."""
    world = GroupWorld()
    first, joined = world.enter()
    assert code_of(world.leave(first)) == 0
    assert code_of(joined) == ErrorCode.UNKNOWN_MEMBER_ID
    assert world.group.state_name == "PreparingRebalance"
    world.pass_time(DELAY_MS)
    assert world.group.state_name == "Empty"


def test_timers_of_the_past_do_nothing():
    """A timer that fires for somebody who is gone, or in another state, changes nothing."""
    world = GroupWorld()
    (first,) = world.stable()
    group = world.group
    for timer in (
        group.join_timer,
        group.sync_timer,
        group.members[first].session_timer._replace(member_id="gone"),
        group.join_timer._replace(group_id="gone"),
    ):
        world.shard.store.timers.set(timer, world.clock.now_ms())
        world.pass_time(0)
    assert group.state_name == "Stable"
