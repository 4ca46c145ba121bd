# SPDX-License-Identifier: Apache-2.0
"""JoinGroup over the wire: every version, and each error."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import DELAY_MS, subscription

from ottla.broker.handlers import join_group
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol

PROTOCOLS = [JoinGroupRequestProtocol(name="range", metadata=subscription("t"))]


def request(member_id="", **fields: object):
    """Return a request of a consumer."""
    values = {
        "group_id": "g",
        "session_timeout_ms": 10_000,
        "member_id": member_id,
        "protocol_type": "consumer",
        "protocols": PROTOCOLS,
        **fields,
    }
    return JoinGroupRequest(**values)


@pytest.mark.parametrize("version", join_group.VERSIONS)
def test_a_member_joins_in_every_version(group_world, version):
    """From version 4 on with a round trip for its id; the answer comes when the delay is over."""
    client = group_world.client()
    answer = client.ask(request(), version)
    if version >= 4:
        assert answer.error_code == ErrorCode.MEMBER_ID_REQUIRED
        assert answer.member_id == "tester-1"
        answer = client.ask(request(answer.member_id), version)
    assert answer is None
    group_world.pass_time(DELAY_MS)
    answer = client.answer()
    assert answer.error_code == 0
    assert answer.generation_id == 1
    assert answer.protocol_name == "range"
    assert answer.protocol_type == ("consumer" if version >= 7 else None)
    assert answer.leader == answer.member_id == "tester-1"
    assert [one.metadata for one in answer.members] == [subscription("t")]
    assert group_world.group.members["tester-1"].client == ("tester", "/127.0.0.1")


@pytest.mark.parametrize("version", join_group.VERSIONS)
def test_refusals_can_be_said_in_every_version(group_world, version):
    """An unknown member is told so, and has its id back."""
    answer = group_world.client().ask(request("nobody"), version)
    assert answer.error_code == ErrorCode.UNKNOWN_MEMBER_ID
    assert answer.member_id == "nobody"
    assert answer.protocol_name == (None if version >= 7 else "")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"group_id": ""}, ErrorCode.INVALID_GROUP_ID),
        ({"session_timeout_ms": 5_999}, ErrorCode.INVALID_SESSION_TIMEOUT),
        ({"session_timeout_ms": 1_800_001}, ErrorCode.INVALID_SESSION_TIMEOUT),
        ({"member_id": "nobody"}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"protocols": []}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        ({"protocol_type": ""}, ErrorCode.INCONSISTENT_GROUP_PROTOCOL),
        ({}, ErrorCode.MEMBER_ID_REQUIRED),
    ],
)
def test_each_error(group_world, fields, code):
    """Each refusal that a request alone can bring."""
    assert group_world.client().ask(request(**fields), 9).error_code == code


def test_a_full_group_is_refused(group_world):
    """GROUP_MAX_SIZE_REACHED when a stable group has as many members as it may."""
    group_world.settings.group_max_size = 1
    group_world.stable(1)
    code = group_world.client().ask(request(), 9).error_code
    assert code == ErrorCode.GROUP_MAX_SIZE_REACHED


def test_a_fenced_instance_is_told_so(group_world):
    """FENCED_INSTANCE_ID for a member id that is not the instance's any more."""
    group_world.join(instance="i")
    group_world.pass_time(DELAY_MS)
    answer = group_world.client().ask(request("old", group_instance_id="i"), 9)
    assert answer.error_code == ErrorCode.FENCED_INSTANCE_ID


def test_a_join_that_is_overtaken_is_told_to_come_again(group_world):
    """REBALANCE_IN_PROGRESS to the first of two requests of one member."""
    member_id, _ = group_world.enter()
    client, later = group_world.client(), group_world.client()
    assert client.ask(request(member_id), 9) is None
    assert later.ask(request(member_id), 9) is None
    assert client.answer().error_code == ErrorCode.REBALANCE_IN_PROGRESS
    group_world.pass_time(DELAY_MS * 2)
    assert later.answer().error_code == 0


def test_what_the_runtime_refuses(group_world):
    """COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS."""
    client = group_world.client()
    group_world.join(instance="i")
    group_world.pass_time(DELAY_MS)
    group_world.sync("i-1", 1, {"i-1": b"a"})
    group_world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    answer = client.ask(request(group_instance_id="i"), 9)
    assert answer.error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    group_world.groups.runtime.unload(0)
    assert client.ask(request(), 9).error_code == ErrorCode.NOT_COORDINATOR
    group_world.begin_load()
    assert client.ask(request(), 9).error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
