# SPDX-License-Identifier: Apache-2.0
"""From a group's name to its shard."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import GroupWorld, code_of, topic_records

from ottla.coordinators.group.coordinator import GroupCoordinator
from ottla.coordinators.partitioning import partition_of
from ottla.metadata.image import ClusterImage
from ottla.protocol.errors import ApiError, ErrorCode


def test_a_group_lives_in_its_partition():
    """Kafka's hash of the name decides; without the topic nobody coordinates."""
    world = GroupWorld()
    image, _ = ClusterImage("c").apply(topic_records("__consumer_offsets", 50))
    groups = GroupCoordinator(image, world.settings, lambda: "")
    assert groups.partition_for("g") == partition_of("g", 50) == ord("g") % 50
    with pytest.raises(ApiError) as error:
        GroupCoordinator(ClusterImage("c"), world.settings, lambda: "").partition_for("g")
    assert error.value.code == ErrorCode.NOT_COORDINATOR


def test_members_need_a_named_group():
    """INVALID_GROUP_ID without a name; offsets may be kept without one, as in Kafka."""
    world = GroupWorld()
    invalid = ErrorCode.INVALID_GROUP_ID
    assert code_of(world.join(group_id="")) == invalid
    assert code_of(world.sync("m", 1, group_id="")) == invalid
    assert world.heartbeat("m", 1, group_id="") == invalid
    assert code_of(world.leave("m", group_id="")) == invalid
    assert code_of(world.commit_in_transaction(9, {0: 1}, group_id="")) == invalid
    assert world.commit({0: 1}, group_id="").error is None
    assert world.fetch(group_id="") == {("t", 0): 1}
    world.groups.delete_group("", world.moment)
    assert world.fetch(group_id="") == {}


@pytest.mark.parametrize("session_ms", [5_999, 1_800_001])
def test_session_timeouts_have_limits(session_ms):
    """INVALID_SESSION_TIMEOUT outside of them, and settings are followed at run time."""
    world = GroupWorld()
    code = code_of(world.join(session_ms=session_ms))
    assert code == ErrorCode.INVALID_SESSION_TIMEOUT
    wider = GroupWorld(
        group_min_session_timeout_ms=1, group_max_session_timeout_ms=2_000_000
    ).settings
    world.groups.follow_settings(wider)
    assert code_of(world.join(session_ms=session_ms)) == ErrorCode.MEMBER_ID_REQUIRED
    assert world.shard.store.settings is wider


def test_a_start_brings_an_image():
    """Everything begins with the image that the broker has replayed."""
    world = GroupWorld()
    groups = GroupCoordinator(ClusterImage("c"), world.settings, lambda: "")
    groups.start(world.image)
    assert groups.partition_for("g") == 0


def test_a_list_leaves_out_what_has_gone():
    """A shard that is lost before its answer is committed has no groups here any more."""
    world = GroupWorld(commits_at_once=False)
    world.commit({0: 1})
    listed = world.groups.list_groups((), ())
    assert not listed.is_done
    world.groups.runtime.unload(0)
    assert listed.value == []
