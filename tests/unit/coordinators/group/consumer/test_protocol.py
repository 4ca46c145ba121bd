# SPDX-License-Identifier: Apache-2.0
"""Heartbeats: who is let in, who is told what, and who is sent away."""

from __future__ import annotations

import pytest

from ottla.base.clock import Moment
from ottla.coordinators.group.consumer.membership import TIMER_KINDS
from ottla.coordinators.group.store import Client
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.testing.coordinator_partition import MemoryPartition


def refusal(call, *args: object, **kwargs: object):
    """Return the code with which a call is refused."""
    with pytest.raises(ApiError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def partitions_of(answer):
    """Return the assignment of an answer, or None when it has none."""
    if answer.assignment is None:
        return None
    return {t.topic_id: list(t.partitions) for t in answer.assignment.topic_partitions}


# joining


def test_the_first_member_gets_everything(world):
    """A group begins in epoch 2 with its first member, as with Kafka."""
    topic = world.create_topic("t", 3)
    answer = world.join("a", "t")
    assert (answer.error_code, answer.member_id, answer.member_epoch) == (0, "a", 2)
    assert answer.heartbeat_interval_ms == 5_000
    assert partitions_of(answer) == {topic: [0, 1, 2]}
    assert world.records_since(0) == [(5, True), (3, True), (7, True), (6, True), (8, True)]


def test_a_second_member_takes_its_share_when_it_is_given_up(world, consumer_of):
    """Nobody owns a partition while another one may still be reading it."""
    topic = world.create_topic("t", 4)
    first, second = consumer_of("a", "t"), consumer_of("b", "t")
    first.poll()
    second.poll()
    assert (second.epoch, second.owned) == (3, {})
    first.poll()
    assert (first.epoch, first.owned) == (2, {topic: [0, 1]})
    second.poll()
    assert second.owned == {}
    first.poll()
    assert (first.epoch, first.owned) == (3, {topic: [0, 1]})
    second.poll()
    assert (second.epoch, second.owned) == (3, {topic: [2, 3]})
    assert world.group().state_name == "Stable"


def test_the_group_goes_through_its_states(world_of):
    """Empty, Assigning while no target may be computed, Reconciling, Stable."""
    world = world_of(group_consumer_assignment_interval_ms=1_000)
    topic = world.create_topic("t", 2)
    world.join("a", "t")
    assert world.group().state_name == "Stable"
    assert partitions_of(world.join("b", "t")) == {}
    assert world.group().state_name == "Assigning"
    world.pass_time(1_000)
    world.heartbeat("b", 2)
    assert world.group().state_name == "Reconciling"
    world.heartbeat("a", 2, owned={topic: [0]})
    world.heartbeat("b", 3)
    assert world.group().state_name == "Stable"
    for member_id in ("a", "b"):
        world.heartbeat(member_id, -1)
    assert world.group().state_name == "Empty"


def test_members_that_join_together_get_one_target(world_of):
    """Targets are computed at most once in the assignment interval."""
    world = world_of(group_consumer_assignment_interval_ms=1_000)
    world.create_topic("t", 10)
    for number in range(10):
        world.join(f"m{number}", "t")
    group = world.group()
    assert (group.group_epoch, group.assignment_epoch) == (11, 2)
    world.pass_time(999)
    world.heartbeat("m3", 2)
    assert group.assignment_epoch == 2
    world.pass_time(1)
    world.heartbeat("m3", 2)
    assert group.assignment_epoch == 11


def test_only_joining_founds_a_group(world):
    """A heartbeat of a member, or its leaving, finds no group."""
    for epoch in (5, -1):
        assert refusal(world.heartbeat, "a", epoch) == ErrorCode.GROUP_ID_NOT_FOUND
    assert world.shard.store.groups == {}


def test_a_member_without_topics_is_a_member(world):
    """An empty subscription is one, and needs no new epoch."""
    answer = world.join("a")
    assert (answer.member_epoch, partitions_of(answer)) == (1, {})
    assert world.group().state_name == "Stable"


def test_a_group_that_is_full_takes_nobody_in(world_of):
    """Its own members are not affected."""
    world = world_of(group_consumer_max_size=1)
    world.create_topic("t")
    world.join("a", "t")
    assert refusal(world.join, "b", "t") == ErrorCode.GROUP_MAX_SIZE_REACHED
    assert world.join("a", "t").member_epoch == 2


def test_joining_again_brings_everything_back(world):
    """A member that joins once more under its id is told all that is its own."""
    topic = world.create_topic("t", 2)
    world.join("a", "t")
    count = len(world.partition.records())
    assert partitions_of(world.join("a", "t")) == {topic: [0, 1]}
    assert world.records_since(count) == []


# heartbeats


def test_a_quiet_heartbeat_writes_nothing(world):
    """The answer has epoch and pause and no assignment."""
    world.create_topic("t")
    world.join("a", "t")
    count = len(world.partition.records())
    answer = world.heartbeat("a", 2)
    assert (answer.member_epoch, answer.heartbeat_interval_ms) == (2, 5_000)
    assert answer.assignment is None
    assert world.records_since(count) == []


def test_a_full_request_is_answered_in_full(world):
    """A member that tells everything is told everything, whether or not it changed."""
    topic = world.create_topic("t")
    world.join("a", "t")
    answer = world.heartbeat(
        "a", 2, owned={topic: [0]}, rebalance_timeout_ms=60_000, subscribed_topic_names=["t"]
    )
    assert partitions_of(answer) == {topic: [0]}


def test_unknown_members_are_told_so(world):
    """Heartbeats and leaving need a member."""
    world.create_topic("t")
    world.join("a", "t")
    for epoch in (2, -1):
        assert refusal(world.heartbeat, "b", epoch) == ErrorCode.UNKNOWN_MEMBER_ID


def test_wrong_epochs_are_fenced(world, consumer_of):
    """An epoch of the future, and one of the past with foreign partitions."""
    topic = world.create_topic("t", 2)
    world.join("a", "t")
    assert refusal(world.heartbeat, "a", 3) == ErrorCode.FENCED_MEMBER_EPOCH
    assert refusal(world.heartbeat, "a", 1, owned={}) == ErrorCode.FENCED_MEMBER_EPOCH
    world.extend_topic("t", 3)
    assert world.heartbeat("a", 2).member_epoch == 3
    assert refusal(world.heartbeat, "a", 2) == ErrorCode.FENCED_MEMBER_EPOCH
    assert refusal(world.heartbeat, "a", 2, owned={topic: [3]}) == ErrorCode.FENCED_MEMBER_EPOCH


def test_a_lost_answer_is_given_again(world):
    """The previous epoch passes when the member owns nothing that is not assigned to it."""
    topic = world.create_topic("t", 2)
    world.join("a", "t")
    world.extend_topic("t", 3)
    world.heartbeat("a", 2, owned={topic: [0, 1]})
    for _ in range(2):
        again = world.heartbeat("a", 2, owned={topic: [0, 1]})
        assert (again.member_epoch, partitions_of(again)) == (3, {topic: [0, 1, 2]})


def test_a_subscription_may_change(world):
    """Partitions of topics that are no longer read are taken away, others are given."""
    world.create_topic("t", 1)
    other = world.create_topic("u", 2)
    world.join("a", "t")
    answer = world.heartbeat("a", 2, subscribed_topic_names=["u"])
    assert (answer.member_epoch, partitions_of(answer)) == (2, {})
    answer = world.heartbeat("a", 2, owned={})
    assert (answer.member_epoch, partitions_of(answer)) == (3, {other: [0, 1]})


def test_a_new_client_is_remembered(world):
    """Who a member is shows in the description, even if it came back from elsewhere."""
    world.create_topic("t")
    world.join("a", "t")
    count = len(world.partition.records())
    world.heartbeat("a", 2, client=Client("other", "/10.0.0.9"))
    assert world.records_since(count) == [(5, True)]
    member = world.described().members[0]
    assert (member.client_id, member.client_host) == ("other", "/10.0.0.9")


def test_the_members_choose_the_assignor(world):
    """Most votes decide; `uniform` is the first of the list."""
    topic, other = world.create_topic("t", 3), world.create_topic("u", 3)
    world.join("a", "t", "u", server_assignor="range")
    assert world.described().assignor_name == "range"
    world.join("b", "t", "u", server_assignor="range")
    assert dict(world.group().targets["a"]) == {topic: (0, 1), other: (0, 1)}


# requests that make no sense


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"member_id": ""}, ErrorCode.INVALID_REQUEST),
        ({"member_id": " "}, ErrorCode.INVALID_REQUEST),
        ({"group_id": " "}, ErrorCode.INVALID_REQUEST),
        ({"instance_id": ""}, ErrorCode.INVALID_REQUEST),
        ({"rack_id": ""}, ErrorCode.INVALID_REQUEST),
        ({"rebalance_timeout_ms": -1}, ErrorCode.INVALID_REQUEST),
        ({"owned": None}, ErrorCode.INVALID_REQUEST),
        ({"owned": {bytes(16): [0]}}, ErrorCode.INVALID_REQUEST),
        ({"subscribed_topic_names": None}, ErrorCode.INVALID_REQUEST),
        ({"epoch": -2}, ErrorCode.INVALID_REQUEST),
        ({"epoch": -3}, ErrorCode.INVALID_REQUEST),
        ({"server_assignor": "sticky"}, ErrorCode.UNSUPPORTED_ASSIGNOR),
        ({"subscribed_topic_regex": "("}, ErrorCode.INVALID_REGULAR_EXPRESSION),
    ],
)
def test_requests_that_make_no_sense_are_refused(world, fields, code):
    """Each field is checked as Kafka does, and nothing is written."""
    request = {
        "member_id": "a",
        "epoch": 0,
        "owned": {},
        "rebalance_timeout_ms": 1_000,
        "subscribed_topic_names": ["t"],
        **fields,
    }
    assert refusal(world.heartbeat, **request) == code
    assert world.partition.records() == []


def test_version_0_may_leave_the_member_id_open_when_joining():
    """There the broker makes it, before the coordinator sees the request."""
    from ottla.coordinators.group.consumer.requests import check_heartbeat
    from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatRequest

    request = ConsumerGroupHeartbeatRequest(
        group_id="g", rebalance_timeout_ms=1, subscribed_topic_names=[], topic_partitions=[]
    )
    check_heartbeat(request, 0, ("uniform",))
    request.member_epoch = 1
    with pytest.raises(ApiError):
        check_heartbeat(request, 0, ("uniform",))


# leaving


def test_a_member_that_leaves_is_gone(world):
    """Its partitions go to the others with their next heartbeat."""
    topic = world.create_topic("t", 2)
    world.join("a", "t")
    world.join("b", "t")
    world.heartbeat("a", 2, owned={topic: [0]})
    answer = world.heartbeat("b", -1)
    assert (answer.member_id, answer.member_epoch) == ("b", -1)
    assert answer.heartbeat_interval_ms == 0
    answer = world.heartbeat("a", 3)
    assert (answer.member_epoch, partitions_of(answer)) == (4, {topic: [0, 1]})


def test_a_silent_member_is_removed(world):
    """After the session timeout; heartbeats renew the session."""
    world.create_topic("t", 2)
    world.join("a", "t")
    world.join("b", "t")
    world.pass_time(44_999)
    world.heartbeat("a", 2)
    assert set(world.group().members) == {"a", "b"}
    world.pass_time(1)
    assert set(world.group().members) == {"a"}
    assert world.group().group_epoch == 4
    world.pass_time(45_000)
    assert world.group().members == {}
    assert all(name.kind not in TIMER_KINDS for name in world.shard.store.timers._deadlines)


def test_many_silent_members_are_removed_in_one_decision(world):
    """One epoch for all of them, and the expression of the last one goes with it."""
    world.create_topic("t", 2)
    for number in range(3):
        world.join(f"m{number}", subscribed_topic_regex="t.*")
    epoch = world.group().group_epoch
    world.pass_time(60_000)
    group = world.group()
    assert (group.members, group.patterns, group.group_epoch) == ({}, {}, epoch + 1)


def test_a_member_that_does_not_give_up_is_removed(world):
    """The rebalance timeout that it named is the time it has."""
    topic = world.create_topic("t", 2)
    world.join("a", "t", rebalance_timeout_ms=10_000)
    world.join("b", "t")
    world.heartbeat("a", 2, owned={topic: [0, 1]})
    for _ in range(3):
        world.pass_time(3_000)
        world.heartbeat("a", 2, owned={topic: [0, 1]})
    world.pass_time(1_000)
    assert set(world.group().members) == {"b"}
    answer = world.heartbeat("b", 3)
    assert partitions_of(answer) == {topic: [0, 1]}


def test_a_member_that_gave_up_in_time_is_not_removed(world):
    """The timeout ends with the revocation."""
    topic = world.create_topic("t", 2)
    world.join("a", "t", rebalance_timeout_ms=10_000)
    world.join("b", "t")
    world.heartbeat("a", 2, owned={topic: [0, 1]})
    world.heartbeat("a", 2, owned={topic: [0]})
    world.pass_time(40_000)
    assert set(world.group().members) == {"a", "b"}


# static members


def test_a_static_member_keeps_its_partitions_while_away(world):
    """It leaves with -2, nothing moves, and it comes back under another member id."""
    topic = world.create_topic("t", 4)
    world.join("a", "t", instance_id="i")
    world.join("b", "t")
    world.heartbeat("a", 2, owned={topic: [0, 1]}, instance_id="i")
    world.heartbeat("b", 3)
    answer = world.heartbeat("a", -2, instance_id="i")
    assert (answer.member_id, answer.member_epoch) == ("a", -2)
    world.pass_time(20_000)
    world.heartbeat("b", 3)
    epoch = world.group().group_epoch
    answer = world.join("a2", "t", instance_id="i")
    assert (answer.member_epoch, partitions_of(answer)) == (3, {topic: [0, 1]})
    assert world.group().group_epoch == epoch
    assert set(world.group().members) == {"a2", "b"}
    assert refusal(world.heartbeat, "a", 3, instance_id="i") == ErrorCode.FENCED_INSTANCE_ID
    assert refusal(world.heartbeat, "a", -2, instance_id="i") == ErrorCode.FENCED_INSTANCE_ID


def test_a_static_member_that_stays_away_is_removed(world):
    """Its session ends where it would have without its leaving."""
    world.create_topic("t")
    world.join("a", "t", instance_id="i")
    world.pass_time(20_000)
    world.heartbeat("a", -2, instance_id="i")
    world.pass_time(25_000)
    assert world.group().members == {}
    assert world.group().static_members == {}


def test_an_instance_id_in_use_is_not_released(world):
    """Who comes second has to wait until the first has left; the first may ask again."""
    topic = world.create_topic("t")
    world.join("a", "t", instance_id="i")
    assert refusal(world.join, "b", "t", instance_id="i") == ErrorCode.UNRELEASED_INSTANCE_ID
    assert partitions_of(world.join("a", "t", instance_id="i")) == {topic: [0]}


def test_unknown_instance_ids_are_told_so(world):
    """Static members that never joined."""
    world.create_topic("t")
    world.join("a", "t")
    for epoch in (2, -1, -2):
        code = refusal(world.heartbeat, "a", epoch, instance_id="i")
        assert code == ErrorCode.UNKNOWN_MEMBER_ID


def test_a_static_member_may_leave_for_good(world):
    """With -1 its partitions are free at once."""
    world.create_topic("t")
    world.join("a", "t", instance_id="i")
    world.heartbeat("a", -1, instance_id="i")
    assert (world.group().members, world.group().static_members) == ({}, {})


# topics


def test_topics_that_change_bring_a_new_target(world):
    """Created, extended, deleted: the next heartbeat of any member sees to it."""
    world.create_topic("other")
    world.join("a", "t")
    topic = world.create_topic("t", 1)
    answer = world.heartbeat("a", 2)
    assert (answer.member_epoch, partitions_of(answer)) == (3, {topic: [0]})
    world.extend_topic("t", 3)
    answer = world.heartbeat("a", 3)
    assert (answer.member_epoch, partitions_of(answer)) == (4, {topic: [0, 1, 2]})
    world.delete_topic("t")
    answer = world.heartbeat("a", 4, owned={})
    assert (answer.member_epoch, partitions_of(answer)) == (5, {})


def test_other_topics_change_nothing(world):
    """A group looks at its own topics only."""
    world.create_topic("t")
    world.join("a", "t")
    world.create_topic("u")
    count = len(world.partition.records())
    assert world.heartbeat("a", 2).member_epoch == 2
    assert world.records_since(count) == []


def test_a_recreated_topic_is_another_one(world):
    """The new topic's partitions are given once the old ones are given up."""
    world.create_topic("t", 2)
    world.join("a", "t")
    world.delete_topic("t")
    new = world.create_topic("t", 2)
    answer = world.heartbeat("a", 2, owned={})
    assert partitions_of(answer) == {new: [0, 1]}


# regular expressions


def test_an_expression_is_resolved_at_once(world):
    """The whole name has to match; what matched is a record of its own."""
    topic = world.create_topic("orders-1")
    world.create_topic("old-orders-1")
    answer = world.join("a", subscribed_topic_regex="orders-.*")
    assert partitions_of(answer) == {topic: [0]}
    assert (16, True) in world.records_since(0)


def test_names_and_expressions_add_up(world):
    """A member may subscribe by both."""
    topics = [world.create_topic(name) for name in ("t", "u1", "u2", "v")]
    answer = world.join("a", "t", subscribed_topic_regex="u.")
    assert partitions_of(answer) == {topic: [0] for topic in topics[:3]}
    answer = world.heartbeat("a", 2, subscribed_topic_names=[], owned={})
    assert set(world.group().topics_of(world.group().members["a"])) == {"u1", "u2"}


def test_new_topics_are_matched_after_a_pause(world):
    """Ten seconds after the last resolution at the earliest, then with the next heartbeat."""
    world.create_topic("t1")
    world.join("a", subscribed_topic_regex="t.*")
    new = world.create_topic("t2")
    world.pass_time(10_000)
    assert world.heartbeat("a", 2).assignment is None
    world.pass_time(1)
    answer = world.heartbeat("a", 2)
    assert (answer.member_epoch, new in partitions_of(answer)) == (3, True)


def test_expressions_are_refreshed_now_and_then(world):
    """Even when nothing is known to have changed; equal results change no epoch."""
    world.create_topic("t1")
    world.join("a", subscribed_topic_regex="t.*")
    count = len(world.partition.records())
    for _ in range(20):
        world.pass_time(30_000)
        world.heartbeat("a", 2)
    assert world.records_since(count) == []
    world.pass_time(30_000)
    assert world.heartbeat("a", 2).member_epoch == 2
    assert world.records_since(count) == [(16, True)]


def test_an_expression_goes_with_its_last_subscriber(world):
    """What it matched is deleted, by leaving and by subscribing otherwise."""
    world.create_topic("t1")
    for member_id in ("a", "b"):
        world.join(member_id, subscribed_topic_regex="t.*")
    world.heartbeat("a", -1)
    assert set(world.group().patterns) == {"t.*"}
    world.heartbeat("b", 3, subscribed_topic_regex="")
    assert world.group().patterns == {}
    assert world.records_since(0).count((16, False)) == 1


def test_another_members_expression_is_used_as_it_is(world):
    """A second subscriber does not have it resolved again."""
    world.create_topic("t1", 2)
    world.join("a", subscribed_topic_regex="t.*")
    world.join("b", subscribed_topic_regex="t.*")
    assert world.records_since(0).count((16, True)) == 1
    assert world.group().group_epoch == 3


# settings of one group


def test_a_group_may_have_settings_of_its_own(world):
    """Pause and session timeout; both within the broker's limits."""
    world.create_topic("t")
    world.configure("g", consumer_session_timeout_ms="50000", consumer_heartbeat_interval_ms="1")
    assert world.join("a", "t").heartbeat_interval_ms == 5_000
    world.pass_time(49_999)
    assert set(world.group().members) == {"a"}
    world.pass_time(1)
    assert world.group().members == {}


# loading


def test_a_loaded_group_goes_on(world, consumer_of):
    """Members keep epochs and partitions; their sessions begin anew."""
    topic = world.create_topic("t", 4)
    first, second = consumer_of("a", "t"), consumer_of("b", "t")
    for one in (first, second, first):
        one.poll()
    world.load(world.partition)
    world.pass_time(30_000)
    for one in (first, second):
        one.poll()
    assert (first.owned, second.owned) == ({topic: [0, 1]}, {topic: [2, 3]})
    world.pass_time(45_000)
    assert world.group().members == {}


def test_topics_that_changed_while_nobody_looked_are_seen(world):
    """A loaded group compares the hash of its topics with the first heartbeat."""
    topic = world.create_topic("t", 1)
    world.join("a", "t")
    batches = world.partition.batches
    end_offset = world.partition.end_offset
    world.load(MemoryPartition())
    world.extend_topic("t", 2)
    partition = MemoryPartition()
    partition.batches, partition.end_offset = batches, end_offset
    partition.high_watermark = end_offset
    world.load(partition)
    answer = world.heartbeat("a", 2)
    assert (answer.member_epoch, partitions_of(answer)) == (3, {topic: [0, 1]})


def test_a_revocation_is_watched_after_loading(world):
    """A member that never gives up does not profit from a fail-over."""
    topic = world.create_topic("t", 2)
    world.join("a", "t", rebalance_timeout_ms=10_000)
    world.join("b", "t")
    world.heartbeat("a", 2, owned={topic: [0, 1]})
    world.load(world.partition)
    world.pass_time(10_000)
    assert set(world.group().members) == {"b"}


def test_deleting_a_group_takes_everything_along(world):
    """The tombstones leave nothing behind, in whatever state the log is read."""
    world.create_topic("t1")
    world.join("a", "t1", subscribed_topic_regex="t.*")
    world.heartbeat("a", -1)
    records = world.group().tombstones()
    offset = world.partition.append(records, 0, None)
    for record in records:
        world.shard.replay(record, offset, None)
    assert world.shard.store.groups == {}
    for record in records:
        world.shard.replay(record, offset, None)
    assert world.shard.store.groups == {}


def test_answers_wait_for_the_log(world):
    """A member is told its epoch when the records are committed, not before."""
    world.create_topic("t")
    partition = MemoryPartition(commits_at_once=False)
    world.load(partition)
    with pytest.raises(AssertionError):
        world.join("a", "t")
    moment = Moment(world.moment.now_ms, world.moment.wall_ms)
    pending = world.groups.describe_consumer_group("g")
    assert not pending.is_done
    partition.on_commit = lambda: world.groups.runtime.committed(0)
    partition.commit()
    assert pending.value.members[0].member_id == "a"
    assert moment == world.moment
