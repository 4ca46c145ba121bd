# SPDX-License-Identifier: Apache-2.0
"""SyncGroup, Heartbeat, LeaveGroup, loading, and that nothing goes out too early."""

from __future__ import annotations

from tests.unit.coordinators.group.group_world import (
    DELAY_MS,
    SESSION_MS,
    GroupWorld,
    code_of,
)

from ottla.coordinators.group.records import read_group_metadata
from ottla.protocol.errors import ApiError, ErrorCode


def waiting(world: GroupWorld, count: int = 2) -> list[str]:
    """Bring members to the second half of their first rebalance; return their ids."""
    entered = [world.enter() for _ in range(count)]
    world.pass_time(DELAY_MS * (count + 1))
    return [member_id for member_id, _ in entered]


def test_assignments_leave_when_they_are_committed():
    """Neither leader nor follower is told what a fail-over could take back."""
    world = GroupWorld(commits_at_once=False)
    leader, follower = waiting(world)
    parked = world.sync(follower, 1)
    brought = world.sync(leader, 1, {leader: b"a", follower: b"b"})
    assert not parked.is_done
    assert not brought.is_done
    world.partition.commit()
    assert (brought.value.assignment, parked.value.assignment) == (b"a", b"b")
    assert (parked.value.protocol_type, parked.value.protocol_name) == ("consumer", "range")


def test_whoever_has_no_assignment_gets_an_empty_one():
    """Assignments of strangers are left out; a late follower gets its own from the state."""
    world = GroupWorld()
    leader, follower = waiting(world)
    world.sync(leader, 1, {"stranger": b"x"})
    assert world.sync(follower, 1).value.assignment == b""
    ((_, value),) = [read_group_metadata(record) for record in world.partition.records()]
    assert [one.assignment for one in value.members] == [b"", b""]


def test_a_refused_write_of_assignments():
    """Everybody who waits is told, and the same generation can be completed afterwards."""
    world = GroupWorld()
    leader, follower = waiting(world)
    parked = world.sync(follower, 1)
    world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    refused = world.sync(leader, 1, {follower: b"b"})
    assert code_of(refused) == code_of(parked) == ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert world.join(leader).value.generation_id == 1
    world.join(follower)
    parked = world.sync(follower, 1)
    world.sync(leader, 1, {follower: b"b"})
    assert parked.value.assignment == b"b"


def test_a_sync_that_is_repeated():
    """The first one, on a connection that is gone, is let go."""
    world = GroupWorld()
    leader, follower = waiting(world)
    first, second = world.sync(follower, 1), world.sync(follower, 1)
    assert code_of(first) == ErrorCode.REBALANCE_IN_PROGRESS
    world.sync(leader, 1, {})
    assert code_of(second) == 0


def test_kinds_of_members_are_not_looked_into():
    """Connect workers and schema registries are served like consumers."""
    for kind in ("connect", "sr"):
        world = GroupWorld()
        fields = {"protocol_type": kind, "protocols": (("v0", b"\xff"),)}
        member_id, joined = world.enter(**fields)
        world.pass_time(DELAY_MS)
        assert joined.value.members[0].metadata == b"\xff"
        answer = world.sync(
            member_id, 1, {member_id: b"\xfe"}, protocol_type=kind, protocol_name="v0"
        )
        assert answer.value.assignment == b"\xfe"
        assert world.group.protocol_type == kind


def test_cooperative_rebalances_are_two_in_a_row():
    """Members keep what they have and join again with less; the coordinator only counts."""
    world = GroupWorld()
    cooperative = (("cooperative-sticky", b"owns 1,2"),)
    fields = {"protocol_type": "consumer", "protocol_name": "cooperative-sticky"}
    (first, _) = world.enter(protocols=cooperative)
    world.pass_time(DELAY_MS)
    world.sync(first, 1, {first: b"1,2"}, **fields)
    second, joined = world.enter(protocols=cooperative)
    assert world.commit({0: 1}, member_id=first, generation=1).error is None
    world.join(first, protocols=cooperative)
    assert joined.value.generation_id == 2
    parked = world.sync(second, 2, **fields)
    world.sync(first, 2, {first: b"1", second: b""}, **fields)
    assert parked.value.assignment == b""
    again = world.join(first, protocols=(("cooperative-sticky", b"owns 1"),))
    assert world.heartbeat(second, 2) == ErrorCode.REBALANCE_IN_PROGRESS
    world.join(second, protocols=cooperative)
    assert again.value.generation_id == 3


def test_a_commit_counts_as_a_heartbeat():
    """A member that commits and does nothing else stays."""
    world = GroupWorld()
    (member_id,) = world.stable()
    for _ in range(3):
        world.pass_time(SESSION_MS - 1)
        world.commit({0: 1}, member_id=member_id, generation=1)
    assert member_id in world.group.members


def test_heartbeats_of_the_second_half_are_welcome():
    """They keep the session while assignments are computed."""
    world = GroupWorld()
    leader, _ = waiting(world)
    assert world.heartbeat(leader, 1) == 0


def test_leaving():
    """Pending members go without a rebalance, parked ones are told, the rest goes on."""
    world = GroupWorld()
    first, second = world.stable(2)
    pending = world.join().value.member_id
    assert code_of(world.leave(pending)) == 0
    assert world.group.state_name == "Stable"
    assert world.group.pending_members == {}
    third, joined = world.enter()
    again = world.join(first)
    world.leave(second, third)
    assert code_of(joined) == ErrorCode.UNKNOWN_MEMBER_ID
    assert again.value.generation_id == 2
    assert list(world.group.members) == [first]


def test_a_pending_member_that_leaves_is_not_waited_for():
    """A rebalance that only waited for it ends."""
    world = GroupWorld()
    (first,) = world.stable()
    pending = world.join().value.member_id
    again = world.join(first)
    assert not again.is_done
    world.leave(pending)
    assert again.value.generation_id == 2


def test_leaving_while_others_wait_for_assignments():
    """Whoever waits in SyncGroup has to join again; the one that leaves is told it is unknown."""
    world = GroupWorld()
    _, second, third = waiting(world, 3)
    leaving, staying = world.sync(second, 1), world.sync(third, 1)
    world.leave(second)
    assert code_of(leaving) == ErrorCode.UNKNOWN_MEMBER_ID
    assert code_of(staying) == ErrorCode.REBALANCE_IN_PROGRESS


def test_a_stable_group_outlives_its_coordinator():
    """After a fail-over members go on with heartbeats, for a whole session, and nobody rejoins."""
    world = GroupWorld()
    first, second = world.stable(2)
    world.pass_time(SESSION_MS - 1)
    world.load()
    assert world.group.state_name == "Stable"
    assert world.heartbeat(first, 1) == 0
    world.pass_time(SESSION_MS - 1)
    assert world.heartbeat(second, 1) == 0
    world.pass_time(1)
    assert list(world.group.members) == [second]


def test_a_rebalance_does_not_outlive_its_coordinator():
    """Soft membership is lost: new members are unknown, the last generation is back."""
    world = GroupWorld()
    (first,) = world.stable()
    second, joined = world.enter()
    world.groups.runtime.unload(0)
    assert code_of(joined) == ErrorCode.NOT_COORDINATOR
    world.load()
    assert world.heartbeat(first, 1) == 0
    assert code_of(world.join(second)) == ErrorCode.UNKNOWN_MEMBER_ID


def test_parked_answers_are_told_when_the_shard_goes():
    """Both kinds, so that no client waits for its own timeout."""
    world = GroupWorld()
    _, follower = waiting(world)
    parked = world.sync(follower, 1)
    world.groups.runtime.unload(0)
    assert code_of(parked) == ErrorCode.NOT_COORDINATOR


def test_a_tombstone_removes_a_classic_group_only():
    """Offsets that are left keep a group without members; another kind stays."""
    world = GroupWorld()
    (member_id,) = world.stable()
    world.commit({0: 5}, member_id=member_id, generation=1)
    (tombstone,) = world.group.tombstones()
    world.shard.replay(tombstone, 10, None)
    assert world.group.is_simple
    other = world.shard.store.groups["g"] = object()
    world.shard.replay(tombstone, 11, None)
    assert world.shard.store.groups["g"] is other
