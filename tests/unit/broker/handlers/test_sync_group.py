# SPDX-License-Identifier: Apache-2.0
"""SyncGroup over the wire: every version, and each error."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import DELAY_MS, REBALANCE_MS

from ottla.broker.handlers import sync_group
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment


def request(member_id, *, generation=1, version=5, assignment=None, **fields: object):
    """Return a request; with an assignment it is the leader's."""
    values = {
        "group_id": "g",
        "generation_id": generation,
        "member_id": member_id,
        "assignments": []
        if assignment is None
        else [SyncGroupRequestAssignment(member_id=member_id, assignment=assignment)],
        **fields,
    }
    if version >= 5:
        values = {"protocol_type": "consumer", "protocol_name": "range", **values}
    return SyncGroupRequest(**values)


@pytest.fixture
def member_id(group_world):
    """Return the only member of a group that waits for its assignment."""
    member_id, _ = group_world.enter()
    group_world.pass_time(DELAY_MS)
    return member_id


@pytest.mark.parametrize("version", sync_group.VERSIONS)
def test_the_leader_brings_assignments_in_every_version(group_world, member_id, version):
    """It gets its own, and the group is stable."""
    client = group_world.client()
    answer = client.ask(request(member_id, version=version, assignment=b"a"), version)
    assert (answer.error_code, answer.assignment) == (0, b"a")
    assert answer.protocol_name == ("range" if version >= 5 else None)
    assert group_world.group.state_name == "Stable"
    answer = client.ask(request(member_id, version=version), version)
    assert (answer.error_code, answer.assignment) == (0, b"a")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"group_id": ""}, ErrorCode.INVALID_GROUP_ID),
        ({"group_id": "other"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": "nobody"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"group_instance_id": "i"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"generation_id": 0}, ErrorCode.ILLEGAL_GENERATION),
        ({"generation_id": 2}, ErrorCode.ILLEGAL_GENERATION),
        ({"protocol_type": "connect"}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        ({"protocol_name": "sticky"}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        ({"protocol_type": None}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        ({"protocol_name": None}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
    ],
)
def test_each_error(group_world, member_id, fields, code):
    """Each refusal that a request alone can bring."""
    asked = request(member_id, assignment=b"a")
    for name, value in fields.items():
        setattr(asked, name, value)
    assert group_world.client().ask(asked, 5).error_code == code
    assert group_world.group.state_name == "CompletingRebalance"


def test_a_fenced_instance_is_told_so(group_world):
    """FENCED_INSTANCE_ID for a member id that is not the instance's any more."""
    group_world.join(instance="i")
    group_world.pass_time(DELAY_MS)
    answer = group_world.client().ask(request("old", group_instance_id="i"), 5)
    assert answer.error_code == ErrorCode.FENCED_INSTANCE_ID


def test_a_rebalance_sends_everybody_back(group_world, member_id):
    """REBALANCE_IN_PROGRESS, be it before the request or while it is parked."""
    group_world.sync(member_id, 1, {member_id: b"a"})
    second, _ = group_world.enter()
    client = group_world.client()
    assert client.ask(request(member_id), 5).error_code == ErrorCode.REBALANCE_IN_PROGRESS
    group_world.join(member_id)
    assert client.ask(request(second, generation=2), 5) is None
    group_world.enter()
    assert client.answer().error_code == ErrorCode.REBALANCE_IN_PROGRESS
    group_world.pass_time(REBALANCE_MS)


def test_what_the_runtime_refuses(group_world, member_id):
    """COORDINATOR_NOT_AVAILABLE to everybody who waits; NOT_COORDINATOR; loading."""
    client = group_world.client()
    group_world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    answer = client.ask(request(member_id, assignment=b"a"), 5)
    assert answer.error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert group_world.group.state_name == "CompletingRebalance"
    group_world.groups.runtime.unload(0)
    assert client.ask(request(member_id), 5).error_code == ErrorCode.NOT_COORDINATOR
    group_world.begin_load()
    code = client.ask(request(member_id), 5).error_code
    assert code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
