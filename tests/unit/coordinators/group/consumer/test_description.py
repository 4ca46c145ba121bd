# SPDX-License-Identifier: Apache-2.0
"""What ConsumerGroupDescribe tells."""

from __future__ import annotations

import pytest

from ottla.protocol.errors import ApiError, ErrorCode


def test_a_group_is_shown_with_members_and_targets(world):
    """Partitions that are to be given up are still the member's."""
    topic = world.create_topic("t", 2)
    world.join("b", "t", rack_id="r")
    world.join("a", "t", instance_id="i", subscribed_topic_regex="t")
    world.heartbeat("b", 2, owned={topic: [0, 1]})
    group = world.described()
    assert (group.error_code, group.group_state) == (0, "Reconciling")
    assert (group.group_epoch, group.assignment_epoch, group.assignor_name) == (3, 3, "uniform")
    first, second = group.members
    assert (first.member_id, first.instance_id, first.rack_id) == ("a", "i", None)
    assert (first.member_epoch, first.member_type) == (3, 1)
    assert (first.subscribed_topic_names, first.subscribed_topic_regex) == (["t"], "t")
    assert first.assignment.topic_partitions == []
    assert (second.member_id, second.rack_id, second.member_epoch) == ("b", "r", 2)
    (owned,) = second.assignment.topic_partitions
    assert (owned.topic_id, owned.topic_name, owned.partitions) == (topic, "t", [0, 1])
    (target,) = second.target_assignment.topic_partitions
    assert target.partitions == [0]


def test_deleted_topics_are_left_out(world):
    """They have no name any more."""
    world.create_topic("t")
    world.join("a", "t")
    world.delete_topic("t")
    assert world.described().members[0].assignment.topic_partitions == []


def test_other_groups_are_not_found(world):
    """With Kafka's sentences, by which tools tell the two cases apart."""
    world.shard.store.groups["old"] = object()
    for group_id, text in (
        ("nowhere", "Group nowhere not found."),
        ("old", "Group old is not a consumer group."),
    ):
        with pytest.raises(ApiError) as refused:
            world.described(group_id)
        assert (refused.value.code, refused.value.message) == (ErrorCode.GROUP_ID_NOT_FOUND, text)
