# SPDX-License-Identifier: Apache-2.0
"""ConsumerGroupDescribe over the wire: both versions, and each error."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.consumer_group_client import ConsumerGroupClient

from ottla.broker.authorized_operations import GROUP_OPERATIONS, NOT_ASKED
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.consumer_group_describe import ConsumerGroupDescribeRequest


@pytest.fixture
def client():
    """Return a client of a coordinator with a group of one member."""
    client = ConsumerGroupClient()
    client.world.join("a", "t")
    return client


def describe(client, *group_ids: str, version=1, operations=False):
    """Ask for groups."""
    request = ConsumerGroupDescribeRequest(
        group_ids=group_ids, include_authorized_operations=operations
    )
    return client.ask(request, version).groups


@pytest.mark.parametrize(("version", "member_type"), [(0, -1), (1, 1)])
def test_a_group_is_described_in_both_versions(client, version, member_type):
    """The kind of member is known from version 1 on."""
    (group,) = describe(client, "g", version=version)
    assert (group.group_id, group.group_state, group.error_code) == ("g", "Stable", 0)
    assert group.authorized_operations == NOT_ASKED
    (member,) = group.members
    assert (member.member_id, member.member_type) == ("a", member_type)
    (topic,) = member.assignment.topic_partitions
    assert (topic.topic_name, list(topic.partitions)) == ("t", [0, 1])


def test_operations_are_told_when_asked_for(client):
    """For groups that are there."""
    found, missing = describe(client, "g", "nowhere", operations=True)
    assert found.authorized_operations == GROUP_OPERATIONS
    assert missing.authorized_operations == NOT_ASKED


def test_each_group_has_its_own_error(client):
    """INVALID_GROUP_ID and GROUP_ID_NOT_FOUND do not harm the others."""
    groups = describe(client, "", "nowhere", "g")
    assert [group.error_code for group in groups] == [
        ErrorCode.INVALID_GROUP_ID,
        ErrorCode.GROUP_ID_NOT_FOUND,
        ErrorCode.NONE,
    ]
    assert groups[1].error_message == "Group nowhere not found."


def test_the_coordinator_may_be_elsewhere_or_busy(client):
    """NOT_COORDINATOR without a shard, COORDINATOR_LOAD_IN_PROGRESS while it is read."""
    client.world.groups.runtime.unload(0)
    assert describe(client, "g")[0].error_code == ErrorCode.NOT_COORDINATOR
    client.world.groups.runtime.begin_load(0, client.world.partition)
    assert describe(client, "g")[0].error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_the_protocol_may_be_switched_off(client):
    """UNSUPPORTED_VERSION for every group."""
    client.world.settings.group_coordinator_rebalance_protocols = ("classic",)
    assert describe(client, "g")[0].error_code == ErrorCode.UNSUPPORTED_VERSION
