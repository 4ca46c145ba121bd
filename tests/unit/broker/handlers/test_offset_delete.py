# SPDX-License-Identifier: Apache-2.0
"""OffsetDelete over the wire, and each error."""

from __future__ import annotations

import pytest

from ottla.broker.handlers import offset_delete
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)


def request(*indexes: int, topic="t", group_id="g"):
    """Return a request for partitions of one topic."""
    return OffsetDeleteRequest(
        group_id=group_id,
        topics=[
            OffsetDeleteRequestTopic(
                name=topic,
                partitions=[OffsetDeleteRequestPartition(partition_index=i) for i in indexes],
            )
        ],
    )


def codes(answer):
    """Return error codes by topic and partition."""
    return {
        (topic.name, one.partition_index): one.error_code
        for topic in answer.topics
        for one in topic.partitions
    }


@pytest.mark.parametrize("version", offset_delete.VERSIONS)
def test_offsets_go(group_world, version):
    """What is not there is no error; a partition that does not exist is."""
    group_world.commit({0: 5, 1: 6})
    answer = group_world.client().ask(request(0, 2, 9), version)
    assert answer.error_code == 0
    assert codes(answer) == {
        ("t", 0): 0,
        ("t", 2): 0,
        ("t", 9): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }
    assert group_world.fetch() == {("t", 1): 6}
    answer = group_world.client().ask(request(0, topic="missing"), version)
    assert codes(answer) == {("missing", 0): ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}


def test_a_topic_that_is_read(group_world):
    """GROUP_SUBSCRIBED_TO_TOPIC while a consumer of the group reads it."""
    (member_id,) = group_world.stable()
    group_world.commit({0: 5}, member_id=member_id, generation=1)
    answer = group_world.client().ask(request(0), 0)
    assert codes(answer) == {("t", 0): ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC}
    assert group_world.fetch() == {("t", 0): 5}


def test_what_concerns_the_whole_request(group_world):
    """Each error of the group itself."""
    client = group_world.client()
    assert client.ask(request(0, group_id=""), 0).error_code == ErrorCode.INVALID_GROUP_ID
    assert client.ask(request(0), 0).error_code == ErrorCode.GROUP_ID_NOT_FOUND
    group_world.commit({0: 5})
    group_world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert client.ask(request(0), 0).error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    group_world.enter(protocol_type="connect")
    assert client.ask(request(0), 0).error_code == ErrorCode.NON_EMPTY_GROUP
    group_world.groups.runtime.unload(0)
    assert client.ask(request(0), 0).error_code == ErrorCode.NOT_COORDINATOR
    group_world.begin_load()
    assert client.ask(request(0), 0).error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
