# SPDX-License-Identifier: Apache-2.0
"""The classic protocol's requests to a consumer group."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.consumer_world import ClassicConsumer, Consumer

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.leave_group import MemberIdentity

NONE, REBALANCE = ErrorCode.NONE, ErrorCode.REBALANCE_IN_PROGRESS


def code_of(call, **fields: object):
    """Return the code that a call is refused with."""
    with pytest.raises(ApiError) as refused:
        call(**fields)
    return refused.value.code


@pytest.fixture
def new(world):
    """Return a member of the consumer protocol that has all four partitions of `t`."""
    world.create_topic("t", 4)
    consumer = Consumer(world, "new", "t")
    consumer.poll()
    return consumer


@pytest.fixture
def old(world, new):
    """Return a classic member that has joined it and has its share."""
    member = ClassicConsumer(world, "t")
    member.join()
    member.sync()
    for _ in range(2):
        new.poll()
        if member.heartbeat() == REBALANCE:
            member.join()
            member.sync()
    assert member.owned == {"t": [2, 3]}
    return member


def test_a_classic_member_joins_at_once(world, new):
    """Nobody is waited for; there is no leader, and the epoch is the generation."""
    member = ClassicConsumer(world, "t")
    answer = member.join()
    assert (answer.error_code, answer.generation_id) == (NONE, 3)
    assert (answer.protocol_type, answer.protocol_name) == ("consumer", "range")
    assert (answer.leader, answer.members) == ("", [])
    assert member.sync() == {}


def test_a_member_is_called_back_when_there_is_something_to_get(world, new):
    """It waits for partitions in peace, and is not called while others still own them."""
    member = ClassicConsumer(world, "t")
    member.join()
    member.sync()
    assert member.heartbeat() == NONE
    new.poll()
    assert member.heartbeat() == NONE
    new.poll()
    assert member.heartbeat() == REBALANCE
    member.join()
    assert member.sync() == {"t": [2, 3]}
    assert member.heartbeat() == NONE


def test_a_member_gives_up_by_joining_again(world, new, old):
    """Told of a rebalance it joins with what it owns, drops what is not its own, joins again."""
    third, fourth = Consumer(world, "third", "t"), Consumer(world, "fourth", "t")
    third.poll()
    fourth.poll()
    assert old.heartbeat() == REBALANCE
    old.join()
    assert old.sync() == {"t": [2]}
    assert old.heartbeat() == REBALANCE
    old.join()
    assert old.sync() == {"t": [2]}
    assert old.heartbeat() == NONE
    for consumer in (new, new, third, fourth):
        consumer.poll()
    assert len(third.partitions) == len(fourth.partitions) == len(new.partitions) == 1


def test_member_ids_make_the_round_trip(world, new):
    """From version 4 on; before, and for static members, the first request counts."""
    member = ClassicConsumer(world, "t")
    answer = member.ask_to_join(version=4).value
    assert answer.error_code == ErrorCode.MEMBER_ID_REQUIRED
    assert answer.member_id
    assert set(world.group().members) == {"new"}
    assert member.ask_to_join(version=3).value.error_code == NONE
    static = ClassicConsumer(world, "t", instance_id="i")
    assert static.ask_to_join().value.error_code == NONE


@pytest.mark.parametrize(
    "fields", [{"protocol_type": "connect"}, {"protocols": ()}, {"protocols": ("other",)}]
)
def test_members_that_do_not_fit_are_refused(world, old, fields):
    """Another kind of member, or no assignor that all classic members know."""
    member = ClassicConsumer(world, "t")
    answer = member.ask_to_join(**fields).value
    assert answer.error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL


def test_the_policy_may_forbid_classic_members(world, new):
    """With migration disabled no classic member enters a consumer group."""
    world.settings.group_consumer_migration_policy = "Disabled"
    answer = ClassicConsumer(world, "t").ask_to_join().value
    assert answer.error_code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL


def test_a_full_group_is_full_for_everybody(world, new):
    """The limit of the consumer protocol counts."""
    world.settings.group_consumer_max_size = 1
    answer = ClassicConsumer(world, "t").ask_to_join().value
    assert answer.error_code == ErrorCode.GROUP_MAX_SIZE_REACHED


def test_strangers_are_told_apart(world, old):
    """Unknown members and instances, fenced ones, other generations, other protocols."""
    unknown, fenced = ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID
    static = ClassicConsumer(world, "t", instance_id="i")
    static.join()
    for call in (old.heartbeat, old.ask_to_sync):
        assert code_of(call, member_id="nobody") == unknown
        assert code_of(call, member_id="new") == unknown
        assert code_of(call, group_instance_id="nobody") == unknown
        assert code_of(call, group_instance_id="i") == fenced
        assert code_of(call, generation_id=77) == ErrorCode.ILLEGAL_GENERATION
    inconsistent = ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert code_of(old.ask_to_sync, protocol_type="connect") == inconsistent
    assert code_of(old.ask_to_sync, protocol_name="other") == inconsistent
    static.member_id = "other"
    assert static.ask_to_join().value.error_code == fenced
    static.instance_id = "nobody"
    assert static.ask_to_join().value.error_code == unknown


def test_a_member_that_is_behind_gets_no_assignment(world, old):
    """It has to join again first, and has its rebalance timeout for that."""
    world.join("third", "t")
    assert code_of(old.ask_to_sync) == REBALANCE
    world.pass_time(9_000)
    assert old.heartbeat() == REBALANCE
    world.pass_time(9_000)
    assert old.heartbeat() == REBALANCE
    world.pass_time(2_000)
    assert old.member_id not in world.group().members


def test_a_member_that_does_not_ask_is_removed(world, new):
    """After JoinGroup it has its rebalance timeout for SyncGroup."""
    member = ClassicConsumer(world, "t")
    member.join()
    for _ in range(2):
        world.pass_time(9_000)
        member.heartbeat()
    world.pass_time(2_000)
    assert set(world.group().members) == {"new"}


def test_a_silent_member_is_removed(world, old):
    """After the session timeout that it chose itself."""
    world.pass_time(9_999)
    assert old.member_id in world.group().members
    world.pass_time(1)
    assert old.member_id not in world.group().members


def test_members_leave(world, new, old):
    """By member id, or an administrator removes a static one by its name."""
    static = ClassicConsumer(world, "t", instance_id="i")
    static.join()
    codes = old.leave(
        MemberIdentity(member_id="nobody"),
        MemberIdentity(member_id="x", group_instance_id="i"),
        MemberIdentity(member_id="", group_instance_id="i"),
        MemberIdentity(member_id="", group_instance_id="nobody"),
        MemberIdentity(member_id=old.member_id),
    )
    unknown, fenced = ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID
    assert codes == [unknown, fenced, NONE, unknown, NONE]
    assert set(world.group().members) == {"new"}
    assert old.leave() == [unknown]


def test_a_static_member_comes_back_under_another_id(world, new):
    """It keeps its partitions; the former self is fenced."""
    static = ClassicConsumer(world, "t", instance_id="i")
    static.join()
    static.sync()
    new.poll()
    new.poll()
    static.join()
    owned = static.sync()
    again = ClassicConsumer(world, "t", instance_id="i")
    again.owned = owned
    assert again.join().error_code == NONE
    assert again.member_id != static.member_id
    assert again.sync() == owned
    assert code_of(static.heartbeat) == ErrorCode.FENCED_INSTANCE_ID


def test_classic_members_commit_with_their_generation(world, old):
    """The group checks them in the words of their protocol."""
    group = world.group()
    group.check_offset_commit(
        old.member_id, None, old.generation, is_transactional=False, version=5
    )
    with pytest.raises(ApiError) as refused:
        group.check_offset_commit(
            old.member_id, None, old.generation + 1, is_transactional=False, version=5
        )
    assert refused.value.code == ErrorCode.ILLEGAL_GENERATION
