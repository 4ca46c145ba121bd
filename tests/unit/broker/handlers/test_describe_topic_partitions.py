# SPDX-License-Identifier: Apache-2.0
"""Claims about DescribeTopicPartitions."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord
from ottla.protocol.messages.describe_topic_partitions import (
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsRequestCursor,
    TopicRequest,
)


def ask_for(*names: str, limit=2000, cursor=None):
    """Ask for a page."""
    return DescribeTopicPartitionsRequest(
        topics=[TopicRequest(name=name) for name in names],
        response_partition_limit=limit,
        cursor=cursor
        and DescribeTopicPartitionsRequestCursor(topic_name=cursor[0], partition_index=cursor[1]),
    )


def pages(admin, *names: str, limit):
    """Read page by page; return (topic, partition) of everything, page sizes checked."""
    found, cursor = [], None
    while True:
        response = admin.ask(ask_for(*names, limit=limit, cursor=cursor), 0)
        page = [(t.name, p.partition_index) for t in response.topics for p in t.partitions]
        assert 0 < len(page) <= limit
        found += page
        if response.next_cursor is None:
            return found
        cursor = (response.next_cursor.topic_name, response.next_cursor.partition_index)


def test_topics_come_sorted_with_everything(admin):
    """Ids, leaders, replicas and operations; unknown names have their error in their place."""
    topic_id = admin.create("b", 2)
    admin.create("a")
    response = admin.ask(ask_for("b", "a", "absent", "bad name"), 0)
    assert [(t.name, ErrorCode(t.error_code).name) for t in response.topics] == [
        ("a", "NONE"),
        ("absent", "UNKNOWN_TOPIC_OR_PARTITION"),
        ("b", "NONE"),
        ("bad name", "INVALID_TOPIC_EXCEPTION"),
    ]
    topic = response.topics[2]
    assert topic.topic_id == topic_id
    assert topic.topic_authorized_operations > 0
    partition = topic.partitions[1]
    assert (partition.partition_index, partition.leader_id, partition.leader_epoch) == (1, 1, 0)
    assert partition.replica_nodes == partition.isr_nodes == [1]
    assert partition.eligible_leader_replicas == partition.last_known_elr == []
    assert response.next_cursor is None


@pytest.fixture
def three_topics(admin):
    """Return a broker with topics of 3, 1 and 4 partitions."""
    for name, count in (("a", 3), ("b", 1), ("c", 4)):
        admin.create(name, count)
    return admin


EVERYTHING = [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("c", 0), ("c", 1), ("c", 2), ("c", 3)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(limit=st.integers(1, 9))
def test_pages_put_together_are_the_whole(three_topics, limit):
    """Whatever the size of a page, following the cursor shows every partition once, in order."""
    assert pages(three_topics, limit=limit) == EVERYTHING
    assert pages(three_topics, "c", "a", limit=limit) == [e for e in EVERYTHING if e[0] != "b"]


def test_the_brokers_limit_holds_too(admin_with):
    """A client cannot ask for more than max.request.partition.size.limit."""
    admin = admin_with(max_request_partition_size_limit="2")
    admin.create("a", 3)
    response = admin.ask(ask_for(), 0)
    assert len(response.topics[0].partitions) == 2
    assert (response.next_cursor.topic_name, response.next_cursor.partition_index) == ("a", 2)


def test_a_cursor_into_nowhere(three_topics):
    """A topic that is gone is passed over; a partition beyond the end shows none of its topic."""
    response = three_topics.ask(ask_for(cursor=("aa", 2)), 0)
    assert [t.name for t in response.topics] == ["b", "c"]
    response = three_topics.ask(ask_for(cursor=("b", 7)), 0)
    assert [(t.name, len(t.partitions)) for t in response.topics] == [("b", 0), ("c", 4)]


def test_a_bad_cursor(three_topics):
    """Every topic asked for gets the error."""
    response = three_topics.ask(ask_for("a", "b", cursor=("a", -1)), 0)
    assert [t.error_code for t in response.topics] == [ErrorCode.INVALID_REQUEST] * 2


def test_partitions_without_leader(admin):
    """Eligible replicas are named; fenced or unknown ones are offline."""
    topic_id = admin.create("t")
    admin.apply(
        PartitionChangeRecord(
            partition_id=0,
            topic_id=topic_id,
            leader=-1,
            replicas=[1, 5],
            isr=[],
            eligible_leader_replicas=[5],
            last_known_elr=[1],
        )
    )
    (partition,) = admin.ask(ask_for("t"), 0).topics[0].partitions
    assert (partition.error_code, partition.leader_id) == (ErrorCode.LEADER_NOT_AVAILABLE, -1)
    assert partition.eligible_leader_replicas == [5]
    assert partition.last_known_elr == [1]
    assert partition.offline_replicas == [5]
