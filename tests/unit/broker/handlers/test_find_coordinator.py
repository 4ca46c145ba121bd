# SPDX-License-Identifier: Apache-2.0
"""Where groups and transactional ids are coordinated."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.find_coordinator import VERSIONS
from ottla.coordinators.partitioning import partition_of
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord
from ottla.protocol.messages.create_topics import CreatableTopicResult
from ottla.protocol.messages.find_coordinator import FindCoordinatorRequest

GROUP, TRANSACTION, SHARE = 0, 1, 2


def ask(admin, version, *keys: str, key_type=GROUP):
    """Return (node id, host, port, error code) of each key."""
    request = FindCoordinatorRequest(key_type=key_type if version else 0)
    if version >= 4:
        request.coordinator_keys = list(keys)
        found = admin.ask(request, version).coordinators
        assert [one.key for one in found] == list(keys)
    else:
        (request.key,) = keys
        found = [admin.ask(request, version)]
    return [(one.node_id, one.host, one.port, one.error_code) for one in found]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_topic_is_created_and_its_leader_named(admin, version):
    """The first question creates the internal topic; the address is the one the client used."""
    assert ask(admin, version, "my-group") == [(1, "192.0.2.7", 19092, ErrorCode.NONE)]
    assert len(admin.image.topics_by_name["__consumer_offsets"].partitions) == 50
    if version >= 1:
        assert ask(admin, version, "copier", key_type=TRANSACTION)[0][0] == 1
        assert len(admin.image.topics_by_name["__transaction_state"].partitions) == 50


def test_many_keys_are_answered_in_order(admin):
    """Each key has an outcome of its own: INVALID_GROUP_ID for the empty one."""
    found = ask(admin, 4, "a", "", "b")
    assert [one[3] for one in found] == [0, ErrorCode.INVALID_GROUP_ID, 0]


@pytest.mark.parametrize("version", [1, 6])
def test_a_kind_of_key_that_nobody_coordinates_is_refused(admin, version):
    """INVALID_REQUEST for share groups and for numbers that nobody knows."""
    for key_type in (SHARE, 9):
        assert ask(admin, version, "a:b:0", key_type=key_type) == [
            (-1, "", -1, ErrorCode.INVALID_REQUEST)
        ]


@pytest.mark.parametrize("version", [1, 6])
def test_a_topic_that_this_broker_has_not_heard_of(admin, monkeypatch, version):
    """COORDINATOR_NOT_AVAILABLE: the controller has just made it, the record is on its way."""

    async def create(_):
        return [CreatableTopicResult(error_code=ErrorCode.TOPIC_ALREADY_EXISTS)]

    monkeypatch.setattr(admin.gateway, "create_automatic_topics", create)
    assert ask(admin, version, "g") == [(-1, "", -1, ErrorCode.COORDINATOR_NOT_AVAILABLE)]


def test_without_a_leader_there_is_no_coordinator(admin):
    """COORDINATOR_NOT_AVAILABLE while the group's partition is not led; others are."""
    ask(admin, 4, "a")
    topic = admin.image.topics_by_name["__consumer_offsets"]
    index = partition_of("a", 50)
    admin.apply(PartitionChangeRecord(partition_id=index, topic_id=topic.topic_id, leader=-1))
    other = next(name for name in "bcdefg" if partition_of(name, 50) != index)
    assert [one[3] for one in ask(admin, 4, "a", other)] == [
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NONE,
    ]


def test_a_topic_that_cannot_be_created_is_no_coordinator(admin):
    """COORDINATOR_NOT_AVAILABLE: clients try again."""
    admin.break_journal()
    assert ask(admin, 4, "a") == [(-1, "", -1, ErrorCode.COORDINATOR_NOT_AVAILABLE)]
