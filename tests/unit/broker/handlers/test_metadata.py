# SPDX-License-Identifier: Apache-2.0
"""Claims about Metadata."""

from __future__ import annotations

import pytest

from ottla.base.ids import ZERO_UUID
from ottla.broker.handlers.metadata import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    BrokerEndpoint,
    PartitionChangeRecord,
    RegisterBrokerRecord,
)
from ottla.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic


def ask_for(*names: str, create=False, **fields: object):
    """Ask for topics by name."""
    return MetadataRequest(
        topics=[MetadataRequestTopic(name=name) for name in names],
        allow_auto_topic_creation=create,
        **fields,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_describes_a_topic(admin, version):
    """What the version can say is there: leader, replicas, ids, epochs, cluster."""
    topic_id = admin.create("t", 2)
    request = ask_for("t", create=version < 4)
    response = admin.ask(request, version)
    (broker,) = response.brokers
    assert (broker.node_id, broker.host, broker.port) == (1, "192.0.2.7", 19092)
    (topic,) = response.topics
    assert (topic.error_code, topic.name, topic.is_internal) == (0, "t", False)
    assert topic.topic_id == (topic_id if version >= 10 else ZERO_UUID)
    assert [p.partition_index for p in topic.partitions] == [0, 1]
    for partition in topic.partitions:
        assert (partition.error_code, partition.leader_id) == (0, 1)
        assert partition.replica_nodes == partition.isr_nodes == [1]
        assert partition.offline_replicas == []
        assert partition.leader_epoch == (0 if version >= 7 else -1)
    if version >= 1:
        assert response.controller_id == 1
    if version >= 2:
        assert response.cluster_id == "cluster-of-tests-12345"


def test_all_topics_and_none(admin):
    """Null means all; so does an empty list in version 0, and none from version 1 on."""
    admin.create("a")
    admin.create("__consumer_offsets")
    everything = admin.ask(MetadataRequest(topics=None), 1)
    assert [(t.name, t.is_internal) for t in everything.topics] == [
        ("a", False),
        ("__consumer_offsets", True),
    ]
    assert len(admin.ask(MetadataRequest(topics=[]), 0).topics) == 2
    assert admin.ask(MetadataRequest(topics=[]), 1).topics == []


def test_topics_by_id(admin):
    """From version 12 on an id is enough; unknown ids have their own error."""
    topic_id = admin.create("t")
    request = MetadataRequest(
        topics=[
            MetadataRequestTopic(topic_id=topic_id, name=None),
            MetadataRequestTopic(topic_id=b"?" * 16, name=None),
        ]
    )
    found, unknown = admin.ask(request, 12).topics
    assert (found.name, found.error_code) == ("t", 0)
    assert (unknown.name, unknown.topic_id) == (None, b"?" * 16)
    assert unknown.error_code == ErrorCode.UNKNOWN_TOPIC_ID


def test_contradictions_are_invalid(admin):
    """An id before version 12, or with a name, or no name at all."""
    topic_id = admin.create("t")
    with_both = MetadataRequest(topics=[MetadataRequestTopic(topic_id=topic_id, name="t")])
    assert admin.ask(with_both, 10).topics[0].error_code == ErrorCode.INVALID_REQUEST
    assert admin.ask(with_both, 13).topics[0].error_code == ErrorCode.INVALID_REQUEST
    with_none = MetadataRequest(topics=[MetadataRequestTopic(name=None)])
    assert admin.ask(with_none, 12).topics[0].error_code == ErrorCode.INVALID_REQUEST


def test_missing_topics_are_created_when_both_sides_want_it(admin, admin_with):
    """The first answer already has the leader; without consent the topic is unknown."""
    (topic,) = admin.ask(ask_for("new", create=True), 13).topics
    assert (topic.error_code, topic.partitions[0].leader_id) == (0, 1)
    assert "new" in admin.image.topics_by_name
    (topic,) = admin.ask(ask_for("other"), 13).topics
    assert topic.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    strict = admin_with(auto_create_topics_enable="false")
    (topic,) = strict.ask(ask_for("new", create=True), 13).topics
    assert topic.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert not strict.image.topics_by_name


def test_internal_topics_are_created_in_their_shape(admin):
    """Fifty partitions, compacted, one replica on one broker."""
    (topic,) = admin.ask(ask_for("__consumer_offsets", create=True), 13).topics
    assert topic.is_internal
    assert len(topic.partitions) == 50
    assert admin.image.config(2, "__consumer_offsets")["cleanup.policy"] == "compact"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bad name", ErrorCode.INVALID_TOPIC_EXCEPTION),
        ("", ErrorCode.INVALID_TOPIC_EXCEPTION),
        ("a_b", ErrorCode.INVALID_TOPIC_EXCEPTION),
        ("__cluster_metadata", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
def test_names_that_cannot_be_created(admin, name, code):
    """The reason why a topic was not created is its error."""
    admin.create("a.b")
    (topic,) = admin.ask(ask_for(name, create=True), 13).topics
    assert (topic.error_code, topic.name) == (code, name)


def test_too_many_replicas_by_default(admin_with):
    """What creating refuses is told for the topic."""
    admin = admin_with(default_replication_factor="3")
    (topic,) = admin.ask(ask_for("t", create=True), 13).topics
    assert topic.error_code == ErrorCode.INVALID_REPLICATION_FACTOR


def test_a_broken_journal_is_told(admin):
    """When nothing can be created any more, what is there is still described."""
    admin.create("t")
    admin.break_journal()
    known, new = admin.ask(ask_for("t", "new", create=True), 13).topics
    assert known.error_code == 0
    assert new.error_code == ErrorCode.UNKNOWN_SERVER_ERROR


def test_a_topic_asked_for_twice_comes_once(admin):
    """Repeats cost nothing."""
    admin.create("t")
    assert len(admin.ask(ask_for("t", "t"), 9).topics) == 1


def test_partitions_without_a_reachable_leader(admin):
    """No leader, or a leader without this listener, are different errors."""
    topic_id = admin.create("t", 2)
    admin.apply(
        RegisterBrokerRecord(
            broker_id=2,
            fenced=False,
            end_points=[BrokerEndpoint(name="INSIDE", host="two", port=1)],
        ),
        PartitionChangeRecord(partition_id=0, topic_id=topic_id, leader=-1, replicas=[1, 3]),
        PartitionChangeRecord(partition_id=1, topic_id=topic_id, leader=2, replicas=[2]),
    )
    response = admin.ask(ask_for("t"), 9)
    assert [broker.node_id for broker in response.brokers] == [1]
    first, second = response.topics[0].partitions
    assert (first.error_code, first.leader_id) == (ErrorCode.LEADER_NOT_AVAILABLE, -1)
    assert first.offline_replicas == [3]
    assert (second.error_code, second.leader_id) == (ErrorCode.LISTENER_NOT_FOUND, -1)


def test_authorised_operations_come_when_asked_for(admin):
    """Without an authorizer everything is allowed that the thing knows."""
    admin.create("t")
    plain = admin.ask(ask_for("t"), 10)
    assert plain.cluster_authorized_operations == -(2**31)
    assert plain.topics[0].topic_authorized_operations == -(2**31)
    full = admin.ask(
        ask_for(
            "t",
            include_cluster_authorized_operations=True,
            include_topic_authorized_operations=True,
        ),
        10,
    )
    bits = full.topics[0].topic_authorized_operations
    assert bits == sum(1 << n for n in (3, 4, 5, 6, 7, 8, 10, 11))
    assert full.cluster_authorized_operations == sum(1 << n for n in (5, 7, 8, 9, 10, 11, 12))
