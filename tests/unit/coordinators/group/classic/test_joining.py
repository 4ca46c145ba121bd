# SPDX-License-Identifier: Apache-2.0
"""Who may join, and what follows."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import (
    DELAY_MS,
    REBALANCE_MS,
    SESSION_MS,
    G,
    GroupWorld,
    code_of,
    subscription,
)

from ottla.coordinators.group.classic.group import ClassicGroup
from ottla.protocol.errors import ErrorCode


def static_pair(world: GroupWorld) -> list[str]:
    """Bring two static members to a stable first generation; return their ids."""
    joined = [world.join(instance=name) for name in ("i", "k")]
    world.pass_time(DELAY_MS * 3)
    members = [one.value.member_id for one in joined]
    world.sync(members[0], 1, {one: one.encode() for one in members}, instance="i")
    world.sync(members[1], 1, instance="k")
    return members


def test_a_new_member_has_to_come_back_with_its_id():
    """From version 4 on; before that, and for static members, it is taken at once."""
    world = GroupWorld()
    answer = world.join(version=4).value
    assert answer.error_code == ErrorCode.MEMBER_ID_REQUIRED
    assert world.group.state_name == "Empty"
    assert not world.group.is_empty
    assert not world.join(version=3).is_done
    assert not world.join(instance="i", version=9).is_done
    assert list(world.group.members) == ["c-2", "i-3"]


def test_a_client_that_does_not_come_back_leaves_nothing():
    """Its id is forgotten after its session timeout; then it is unknown."""
    world = GroupWorld()
    member_id = world.join().value.member_id
    world.pass_time(SESSION_MS)
    assert world.group.is_empty
    assert code_of(world.join(member_id)) == ErrorCode.UNKNOWN_MEMBER_ID


def test_an_id_of_a_dynamic_member_is_no_static_ones():
    """A pending id with an instance id is nobody's."""
    world = GroupWorld()
    member_id = world.join().value.member_id
    assert code_of(world.join(member_id, instance="i")) == ErrorCode.UNKNOWN_MEMBER_ID


def test_protocols_have_to_fit():
    """INCONSISTENT_GROUP_PROTOCOL, before anything has changed."""
    world = GroupWorld()
    (first,) = world.stable()
    for fields in ({"protocol_type": "connect"}, {"protocols": (("sticky", b""),)}):
        for member_id in ("", first):
            code = code_of(world.join(member_id, **fields))
            assert code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert world.group.state_name == "Stable"
    assert code_of(world.join(protocols=(), group_id="new")) == (
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    )
    assert "new" not in world.shard.store.groups


def test_members_that_have_nothing_new_to_say_rebalance_nothing():
    """A follower that joins again is told the present generation; the leader forces a new one."""
    world = GroupWorld()
    first, second = world.stable(2)
    answer = world.join(second).value
    assert (answer.generation_id, answer.leader, answer.members) == (1, first, [])
    assert world.group.state_name == "Stable"
    assert not world.join(first).is_done
    assert world.group.state_name == "PreparingRebalance"


def test_a_follower_with_another_subscription_rebalances():
    """What it subscribes to now is what the leader is told."""
    world = GroupWorld()
    first, second = world.stable(2)
    world.join(second, protocols=(("range", subscription("t", "u")),))
    told = world.join(first).value
    assert told.members[1].metadata == subscription("t", "u")
    assert world.group.topics == {"t", "u"}


def test_a_lost_answer_is_given_again():
    """A member that joins again between the halves gets what it missed; news starts over."""
    world = GroupWorld()
    (first, _), (second, _) = world.enter(), world.enter()
    world.pass_time(DELAY_MS * 2)
    assert len(world.join(first).value.members) == 2
    assert world.join(second).value.members == []
    parked = world.sync(second, 1)
    assert not world.join(first, protocols=(("range", b"news"),)).is_done
    assert code_of(parked) == ErrorCode.REBALANCE_IN_PROGRESS


def test_a_restarted_static_member_disturbs_nobody():
    """It gets its assignment back under a new id, which is stored; the old one is fenced."""
    world = GroupWorld()
    _, old = static_pair(world)
    written = world.partition.end_offset
    answer = world.join(instance="k").value
    new = answer.member_id
    assert (answer.error_code, answer.generation_id) == (0, 1)
    assert new != old
    assert world.partition.end_offset == written + 1
    assert world.group.state_name == "Stable"
    assert world.sync(new, 1, instance="k").value.assignment == old.encode()
    assert world.heartbeat(old, 1, instance="k") == ErrorCode.FENCED_INSTANCE_ID
    assert world.heartbeat(old, 1) == ErrorCode.UNKNOWN_MEMBER_ID
    world.load()
    assert world.heartbeat(new, 1, instance="k") == 0


@pytest.mark.parametrize("version", [8, 9])
def test_a_restarted_static_leader_assigns_nothing(version):
    """Version 9 is told to skip it and who is there; older ones that another member leads."""
    world = GroupWorld()
    old, _ = static_pair(world)
    answer = world.join(instance="i", version=version).value
    assert answer.skip_assignment == (version == 9)
    assert answer.leader == (answer.member_id if version == 9 else old)
    assert len(answer.members) == (2 if version == 9 else 0)
    assert world.group.leader_id == answer.member_id


def test_a_restarted_static_follower_need_not_skip():
    """Only a leader would assign anything."""
    world = GroupWorld()
    static_pair(world)
    assert not world.join(instance="k", version=9).value.skip_assignment


def test_a_restarted_static_member_that_speaks_another_protocol():
    """The group rebalances when its choice would change."""
    world = GroupWorld()
    sticky_too = (("range", subscription("t")), ("sticky", subscription("t")))
    joined = world.join(instance="i", protocols=sticky_too)
    world.pass_time(DELAY_MS)
    member_id = joined.value.member_id
    world.sync(member_id, 1, {})
    answer = world.join(instance="i", protocols=sticky_too[::-1]).value
    assert answer.generation_id == 2
    assert answer.protocol_name == "sticky"


def test_a_static_member_that_restarts_during_a_rebalance():
    """In the first half it is waited for as itself; in the second everybody starts over."""
    world = GroupWorld()
    first, second = static_pair(world)
    parked = world.join(first, instance="i")
    fenced = world.join(second, instance="k", protocols=(("range", b"x"),))
    assert parked.value.generation_id == 2
    waiting = world.sync(second, 2, instance="k")
    replaced = world.join(instance="k")
    assert code_of(waiting) == ErrorCode.FENCED_INSTANCE_ID
    assert world.group.state_name == "PreparingRebalance"
    replaced_again = world.join(instance="k")
    assert code_of(replaced) == ErrorCode.FENCED_INSTANCE_ID
    assert replaced.value.member_id
    world.join(first, instance="i")
    assert replaced_again.value.generation_id == 3
    assert fenced.value.generation_id == 2


def test_a_refused_write_of_a_restarted_static_member():
    """It is told to try again, and the next try succeeds."""
    from ottla.protocol.errors import ApiError

    world = GroupWorld()
    static_pair(world)
    world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert code_of(world.join(instance="k")) == ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert code_of(world.join(instance="k")) == 0
    assert world.group.state_name == "Stable"


def test_a_group_that_became_too_large():
    """Whoever comes back last has no place; a restarted static member always has its own."""
    world = GroupWorld()
    first, second, third = world.stable(3)
    world.settings.group_max_size = 2
    kept = world.join(first)
    world.join(second, protocols=(("range", b"x"),))
    assert code_of(world.join(third)) == ErrorCode.GROUP_MAX_SIZE_REACHED
    assert kept.value.generation_id == 2
    assert set(world.group.members) == {first, second}


def test_loading_a_group_that_is_too_large():
    """It rebalances, so that some member has to go."""
    world = GroupWorld()
    world.stable(2)
    world.settings.group_max_size = 1
    world.load()
    assert world.group.state_name == "PreparingRebalance"


class OtherKind:
    """A group of another kind."""

    group_id = G

    def __init__(self, *, is_empty: bool) -> None:
        self.is_empty = is_empty

    def tombstones(self):
        """Return what deletes it."""
        return ClassicGroup("other").tombstones()


def test_another_kind_of_group_gives_way_when_it_is_empty():
    """Its tombstones are written; one with members refuses classic members."""
    world = GroupWorld()
    world.shard.store.groups[G] = OtherKind(is_empty=False)
    assert code_of(world.join()) == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    world.shard.store.groups[G] = OtherKind(is_empty=True)
    assert code_of(world.join("some")) == ErrorCode.UNKNOWN_MEMBER_ID
    member_id, _ = world.enter()
    assert [record.value for record in world.partition.records()] == [None]
    assert list(world.group.members) == [member_id]
    world.pass_time(REBALANCE_MS)
