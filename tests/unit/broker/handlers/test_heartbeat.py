# SPDX-License-Identifier: Apache-2.0
"""Heartbeat over the wire: every version, and each error."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import DELAY_MS

from ottla.broker.handlers import heartbeat
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.heartbeat import HeartbeatRequest


def request(member_id, **fields: object):
    """Return a heartbeat in the first generation."""
    return HeartbeatRequest(
        **{"group_id": "g", "generation_id": 1, "member_id": member_id, **fields}
    )


@pytest.mark.parametrize("version", heartbeat.VERSIONS)
def test_a_member_is_alive_in_every_version(group_world, version):
    """Success, and the session begins anew."""
    (member_id,) = group_world.stable()
    group_world.pass_time(20_000)
    assert group_world.client().ask(request(member_id), version).error_code == 0
    group_world.pass_time(20_000)
    assert group_world.group.state_name == "Stable"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"group_id": ""}, ErrorCode.INVALID_GROUP_ID),
        ({"group_id": "other"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": "nobody"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"generation_id": 2}, ErrorCode.ILLEGAL_GENERATION),
        ({"group_instance_id": "i"}, ErrorCode.UNKNOWN_MEMBER_ID),
    ],
)
def test_each_error(group_world, fields, code):
    """Each refusal that a request alone can bring."""
    (member_id,) = group_world.stable()
    asked = request(member_id)
    for name, value in fields.items():
        setattr(asked, name, value)
    assert group_world.client().ask(asked, 4).error_code == code


def test_a_fenced_instance_is_told_so(group_world):
    """FENCED_INSTANCE_ID for a member id that is not the instance's any more."""
    group_world.join(instance="i")
    group_world.pass_time(DELAY_MS)
    answer = group_world.client().ask(request("old", group_instance_id="i"), 4)
    assert answer.error_code == ErrorCode.FENCED_INSTANCE_ID


def test_a_rebalance_is_announced(group_world):
    """REBALANCE_IN_PROGRESS while the group waits for its members to join again."""
    (member_id,) = group_world.stable()
    group_world.enter()
    answer = group_world.client().ask(request(member_id), 4)
    assert answer.error_code == ErrorCode.REBALANCE_IN_PROGRESS


def test_nothing_is_wrong_while_the_group_is_loaded(group_world):
    """Success while loading, NOT_COORDINATOR when somebody else coordinates."""
    group_world.groups.runtime.unload(0)
    assert group_world.client().ask(request("m"), 4).error_code == ErrorCode.NOT_COORDINATOR
    group_world.begin_load()
    assert group_world.client().ask(request("m"), 4).error_code == 0
