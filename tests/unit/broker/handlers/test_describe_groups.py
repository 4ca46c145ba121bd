# SPDX-License-Identifier: Apache-2.0
"""DescribeGroups over the wire: states, versions, errors."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import DELAY_MS, subscription

from ottla.broker.handlers import describe_groups
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_groups import DescribeGroupsRequest


def described(group_world, version=6, group_id="g", **fields: object):
    """Return the description of one group."""
    request = DescribeGroupsRequest(groups=[group_id], **fields)
    (group,) = group_world.client().ask(request, version).groups
    return group


@pytest.mark.parametrize("version", describe_groups.VERSIONS)
def test_a_stable_group_in_every_version(group_world, version):
    """With members, what they subscribe to, and their assignments."""
    group_world.join(instance="i")
    group_world.pass_time(DELAY_MS)
    group_world.sync("i-1", 1, {"i-1": b"a"})
    group = described(group_world, version)
    assert (group.error_code, group.group_state) == (0, "Stable")
    assert (group.protocol_type, group.protocol_data) == ("consumer", "range")
    (member,) = group.members
    assert member.group_instance_id == ("i" if version >= 4 else None)
    assert (member.client_id, member.client_host) == ("c", "/192.0.2.1")
    assert (member.member_metadata, member.member_assignment) == (subscription("t"), b"a")


def test_a_group_on_its_way_has_no_protocol(group_world):
    """Neither name nor subscriptions are told before the group is stable."""
    group_world.enter()
    group = described(group_world)
    assert (group.group_state, group.protocol_data) == ("PreparingRebalance", "")
    assert [member.member_metadata for member in group.members] == [b""]


def test_operations_are_told_when_asked_for(group_world):
    """READ, DELETE, DESCRIBE and the two of configurations; the smallest int32 otherwise."""
    group_world.commit({0: 1})
    asked = described(group_world, include_authorized_operations=True)
    assert asked.authorized_operations == (1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11)
    assert described(group_world).authorized_operations == -(2**31)


@pytest.mark.parametrize("version", describe_groups.VERSIONS)
def test_a_group_that_is_not_there(group_world, version):
    """GROUP_ID_NOT_FOUND with a text from version 6 on; before that it is simply Dead."""
    group = described(group_world, version)
    assert group.group_state == "Dead"
    is_told = version >= 6
    assert group.error_code == (ErrorCode.GROUP_ID_NOT_FOUND if is_told else 0)
    assert group.error_message == ("Group g not found." if is_told else None)


def test_what_the_runtime_refuses(group_world):
    """NOT_COORDINATOR and COORDINATOR_LOAD_IN_PROGRESS, by group."""
    group_world.groups.runtime.unload(0)
    refused = described(group_world, include_authorized_operations=True)
    assert refused.error_code == ErrorCode.NOT_COORDINATOR
    assert refused.authorized_operations == -(2**31)
    group_world.begin_load()
    assert described(group_world).error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
