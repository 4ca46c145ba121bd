# SPDX-License-Identifier: Apache-2.0
"""LeaveGroup over the wire: every version, and each error."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import DELAY_MS

from ottla.broker.handlers import leave_group
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity


def request(*members: tuple[str, str | None], version=5, group_id="g"):
    """Return a request for (member id, instance id) pairs."""
    if version < 3:
        return LeaveGroupRequest(group_id=group_id, member_id=members[0][0])
    return LeaveGroupRequest(
        group_id=group_id,
        members=[MemberIdentity(member_id=a, group_instance_id=b) for a, b in members],
    )


@pytest.mark.parametrize("version", leave_group.VERSIONS)
def test_a_member_leaves_in_every_version(group_world, version):
    """The group is empty then, and the same member is unknown."""
    (member_id,) = group_world.stable()
    client = group_world.client()
    answer = client.ask(request((member_id, None), version=version), version)
    assert answer.error_code == 0
    assert [one.error_code for one in answer.members] == ([0] if version >= 3 else [])
    assert group_world.group.state_name == "Empty"
    again = client.ask(request((member_id, None), version=version), version)
    code = again.members[0].error_code if version >= 3 else again.error_code
    assert code == ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize("version", leave_group.VERSIONS)
def test_a_group_that_is_not_there(group_world, version):
    """UNKNOWN_MEMBER_ID, by member where the version has members."""
    answer = group_world.client().ask(request(("m", None), version=version), version)
    code = answer.members[0].error_code if version >= 3 else answer.error_code
    assert code == ErrorCode.UNKNOWN_MEMBER_ID


def test_many_leave_at_once(group_world):
    """By member id, by instance id alone, and who is fenced or unknown is told so."""
    group_world.join(instance="i")
    group_world.join(instance="k")
    group_world.pass_time(DELAY_MS * 2)
    answer = group_world.client().ask(
        request(("", "i"), ("old", "k"), ("k-2", "k"), ("", "x"), ("y", None)), 5
    )
    assert [(one.member_id, one.group_instance_id, one.error_code) for one in answer.members] == [
        ("", "i", 0),
        ("old", "k", ErrorCode.FENCED_INSTANCE_ID),
        ("k-2", "k", 0),
        ("", "x", ErrorCode.UNKNOWN_MEMBER_ID),
        ("y", None, ErrorCode.UNKNOWN_MEMBER_ID),
    ]
    assert group_world.group.state_name == "Empty"


def test_what_concerns_the_whole_request(group_world):
    """INVALID_GROUP_ID, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR and loading."""
    (member_id,) = group_world.stable()
    client = group_world.client()
    asked = request((member_id, None))
    invalid = client.ask(request((member_id, None), group_id=""), 5)
    assert invalid.error_code == ErrorCode.INVALID_GROUP_ID
    group_world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert client.ask(asked, 5).error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    group_world.groups.runtime.unload(0)
    assert client.ask(asked, 5).error_code == ErrorCode.NOT_COORDINATOR
    group_world.begin_load()
    assert client.ask(asked, 5).error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
