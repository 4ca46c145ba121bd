# SPDX-License-Identifier: Apache-2.0
"""Groups change their protocol while their members go on reading."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.consumer_world import (
    ClassicConsumer,
    Consumer,
    World,
    classic_group,
)

from ottla.coordinators.group.classic.group import ClassicGroup
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.protocol.errors import ApiError, ErrorCode

REBALANCE = ErrorCode.REBALANCE_IN_PROGRESS


@pytest.fixture
def world():
    """Return a coordinator with a topic of four partitions."""
    world = World()
    world.create_topic("t", 4)
    return world


def kinds(world):
    """Return the type numbers of all records."""
    return [kind for kind, _ in world.records_since(0)]


# from classic to consumer


def test_a_member_of_the_new_protocol_converts_the_group(world):
    """Everything in one batch; the classic members keep ids, generation and partitions."""
    first, second = classic_group(world, {"t": [0, 1]}, {"t": [2, 3]})
    batches = len(world.partition.batches)
    new = Consumer(world, "new", "t")
    new.poll()
    assert len(world.partition.batches) == batches + 1
    group = world.group()
    assert isinstance(group, ConsumerGroup)
    assert set(group.members) == {first.member_id, second.member_id, "new"}
    assert (group.group_epoch, new.epoch, new.owned) == (2, 2, {})
    assert world.described().members[0].member_type in {0, 1}
    assert group.classic_count == 2
    records = world.partition.batches[-1].records
    assert [(r.key[1], r.value is None) for _, r in records[:4]] == [
        (2, True),
        (5, False),
        (5, False),
        (3, False),
    ]


def test_classic_members_are_called_back_and_share(world):
    """Each joins again, gives up its part in a cooperative round, and all end in one epoch."""
    members = classic_group(world, {"t": [0, 1]}, {"t": [2, 3]})
    new = Consumer(world, "new", "t")
    new.poll()
    for _ in range(4):
        for member in members:
            if member.heartbeat() == REBALANCE:
                assert member.join().error_code == ErrorCode.NONE
                member.sync()
        new.poll()
    owned = [(name, p) for m in members for name, ps in m.owned.items() for p in ps]
    assert len(owned) + len(new.partitions) == 4
    assert sorted(map(len, (members[0].owned["t"], members[1].owned["t"], new.partitions))) == [
        1,
        1,
        2,
    ]
    assert world.group().state_name == "Stable"
    assert [member.heartbeat() for member in members] == [ErrorCode.NONE] * 2


def test_members_in_a_rebalance_are_sent_into_the_new_one(world):
    """Parked answers go out with the conversion, and nobody is forgotten."""
    (first,) = classic_group(world, {"t": [0, 1, 2, 3]})
    second = ClassicConsumer(world, "t")
    second.member_id = second.ask_to_join().value.member_id
    parked = second.ask_to_join()
    assert not parked.is_done
    Consumer(world, "new", "t").poll()
    assert parked.value.error_code == REBALANCE
    assert parked.value.member_id == second.member_id
    assert set(world.group().members) == {first.member_id, second.member_id, "new"}
    assert second.join().error_code == ErrorCode.NONE


def test_an_empty_classic_group_gives_way(world):
    """Its record is deleted; members that only have an id so far may still come."""
    (member,) = classic_group(world, {"t": [0]})
    member.leave()
    late = ClassicConsumer(world, "t")
    late.member_id = late.ask_to_join().value.member_id
    new = Consumer(world, "new", "t")
    new.poll()
    assert (new.epoch, len(new.partitions)) == (2, 4)
    assert late.join().error_code == ErrorCode.NONE


def test_groups_that_cannot_be_converted_stay(world):
    """The policy, the kind of members, and the limit of the new protocol."""
    classic_group(world, {"t": [0]}, {"t": [1]})
    new = Consumer(world, "new", "t")
    settings = world.settings

    def refusal():
        with pytest.raises(ApiError) as refused:
            new.poll()
        assert isinstance(world.group(), ClassicGroup)
        return refused.value.code

    for policy in ("disabled", "downgrade"):
        settings.group_consumer_migration_policy = policy
        assert refusal() == ErrorCode.GROUP_ID_NOT_FOUND
    settings.group_consumer_migration_policy = "UPGRADE"
    settings.group_consumer_max_size = 1
    assert refusal() == ErrorCode.GROUP_ID_NOT_FOUND
    settings.group_consumer_max_size = 10
    world.group().protocol_type = "connect"
    assert refusal() == ErrorCode.GROUP_ID_NOT_FOUND
    world.group().protocol_type = "consumer"
    next(iter(world.group().members.values())).assignment = b"\0\0\0"
    assert refusal() == ErrorCode.GROUP_ID_NOT_FOUND


def test_assignors_with_data_of_their_own_cannot_be_replaced(world):
    """What they keep in the assignments would be lost."""
    classic_group(world, {"t": [0]})
    member = next(iter(world.group().members.values()))
    member.assignment = member.assignment[:-4] + b"\0\0\0\1x"
    with pytest.raises(ApiError) as refused:
        Consumer(world, "new", "t").poll()
    assert refused.value.code == ErrorCode.GROUP_ID_NOT_FOUND


def test_partitions_that_classic_members_share_by_mistake_are_given_once(world):
    """A classic leader may assign nonsense; the new protocol begins without it."""
    first, second = classic_group(world, {"t": [0, 1, 9], "gone": [0]}, {"t": [1, 2]})
    Consumer(world, "new", "t").poll()
    topic_id = world.image.topic("t").topic_id
    assigned = {one: dict(m.holdings.assigned) for one, m in world.group().members.items()}
    assert {topic: set(p) for topic, p in assigned[first.member_id].items()} == {topic_id: {0, 1}}
    assert {topic: set(p) for topic, p in assigned[second.member_id].items()} == {topic_id: {2}}


# from consumer to classic


def mixed(world):
    """Return a settled group of two classic members and one of the consumer protocol."""
    members = classic_group(world, {"t": [0, 1]}, {"t": [2, 3]})
    new = Consumer(world, "new", "t")
    new.poll()
    for _ in range(4):
        for member in members:
            if member.heartbeat() == REBALANCE:
                member.join()
                member.sync()
        new.poll()
    assert world.group().state_name == "Stable"
    return members, new


def rebalanced(world, members):
    """Have classic members go through a rebalance of a classic group."""
    assert [member.heartbeat() for member in members] == [REBALANCE] * len(members)
    pending = [member.ask_to_join() for member in members]
    for member, answer in zip(members, pending, strict=True):
        member.take(answer.value)
    return pending


@pytest.mark.parametrize("way", ["leave", "session"])
def test_the_group_goes_back_with_its_last_new_member(world, way):
    """It leaves, or falls silent: one batch, then a rebalance among the classic members."""
    members, _ = mixed(world)
    epoch = world.group().group_epoch
    if way == "leave":
        world.heartbeat("new", -1)
    else:
        for _ in range(6):
            world.pass_time(8_000)
            for member in members:
                member.heartbeat()
    world.pass_time(0)
    group = world.group()
    assert isinstance(group, ClassicGroup)
    assert set(group.members) == {member.member_id for member in members}
    assert (group.generation, group.protocol_name) == (epoch, "range")
    assert group.state_name == "PreparingRebalance"
    pending = rebalanced(world, members)
    assert pending[0].value.generation_id == epoch + 1
    assert world.group().state_name == "CompletingRebalance"


def test_the_log_leads_to_the_same_classic_group(world):
    """Sessions begin anew, and the assignments are those of the consumer group."""
    members, _ = mixed(world)
    owned = {member.member_id: member.owned for member in members}
    world.heartbeat("new", -1)
    world.load(world.partition)
    group = world.group()
    assert isinstance(group, ClassicGroup)
    assert group.state_name == "Stable"
    for member in members:
        assert member.sync() == owned[member.member_id]
    world.pass_time(10_000)
    assert world.group().state_name in {"Empty", "PreparingRebalance"}


def test_without_permission_the_group_stays_what_it_is(world):
    """Or when it has become too large for a classic one; classic members are still served."""
    members, _ = mixed(world)
    world.settings.group_consumer_migration_policy = "upgrade"
    world.heartbeat("new", -1)
    assert isinstance(world.group(), ConsumerGroup)
    for _ in range(3):
        for member in members:
            if member.heartbeat() == REBALANCE:
                member.join()
                member.sync()
    assert sorted(p for member in members for p in member.owned["t"]) == [0, 1, 2, 3]
    world.extend_topic("t", 6)
    for _ in range(3):
        for member in members:
            if member.heartbeat() == REBALANCE:
                member.join()
                member.sync()
    assert sorted(p for member in members for p in member.owned["t"]) == list(range(6))


def test_an_empty_group_is_not_converted(world):
    """The last member of all leaves an empty consumer group, which a classic one may follow."""
    Consumer(world, "new", "t").poll()
    world.heartbeat("new", -1)
    assert isinstance(world.group(), ConsumerGroup)
    member = ClassicConsumer(world, "t")
    member.member_id = member.ask_to_join().value.member_id
    pending = member.ask_to_join()
    assert isinstance(world.group(), ClassicGroup)
    world.pass_time(6_000)
    assert pending.value.error_code == ErrorCode.NONE
    world.load(world.partition)
    assert "g" not in world.shard.store.groups or isinstance(world.group(), ClassicGroup)


def test_a_static_member_may_go_back_alone(world):
    """The last new member restarts with the classic protocol: same partitions, no rebalance."""
    Consumer(world, "new", "t", instance_id="i").poll()
    old = ClassicConsumer(world, "t", instance_id="i")
    answer = old.join()
    world.pass_time(0)
    assert answer.error_code == ErrorCode.NONE
    group = world.group()
    assert isinstance(group, ClassicGroup)
    assert group.state_name == "Stable"
    assert old.sync() == {"t": [0, 1, 2, 3]}
    assert old.heartbeat() == ErrorCode.NONE
    world.load(world.partition)
    assert old.sync() == {"t": [0, 1, 2, 3]}


def test_a_static_member_may_go_over_alone(world):
    """A classic static member restarts with the consumer protocol and keeps its partitions."""
    first, _ = classic_group(world, {"t": [0, 1]}, {"t": [2, 3]})
    Consumer(world, "new", "t", instance_id="i").poll()
    static = ClassicConsumer(world, "t", instance_id="s")
    assert static.join().error_code == ErrorCode.NONE
    answer = world.join("s2", "t", instance_id="s")
    assert answer.member_id == "s2"
    assert "s2" in world.group().members
    assert static.member_id not in world.group().members
    with pytest.raises(ApiError) as refused:
        static.heartbeat()
    assert refused.value.code == ErrorCode.FENCED_INSTANCE_ID
    assert first.heartbeat() == REBALANCE


def test_a_refused_conversion_changes_nothing(world):
    """The log refuses the batch: the group is what it was, the timer finds nothing to do."""
    members, _ = mixed(world)
    world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    with pytest.raises(ApiError) as refused:
        world.heartbeat("new", -1)
    assert refused.value.code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    world.pass_time(0)
    assert isinstance(world.group(), ConsumerGroup)
    assert [member.heartbeat() for member in members] == [ErrorCode.NONE] * 2
