# SPDX-License-Identifier: Apache-2.0
"""Claims about creating, growing and deleting topics."""

from __future__ import annotations

import pytest

from ottla.base.ids import ZERO_UUID
from ottla.controller.topics import PARTITIONS_PER_REQUEST_MAX
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.create_partitions import (
    CreatePartitionsAssignment,
    CreatePartitionsTopic,
)
from ottla.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
)
from ottla.protocol.messages.delete_topics import DeleteTopicState


def assign(*lists: list[int]):
    """Make an assignment by hand."""
    return [
        CreatableReplicaAssignment(partition_index=n, broker_ids=ids) for n, ids in enumerate(lists)
    ]


def test_a_topic_is_created(cluster):
    """The image has it, and the answer says everything about it."""
    result = cluster.create("t", 3)
    assert result.error_code == ErrorCode.NONE
    assert result.error_message is None
    assert (result.num_partitions, result.replication_factor) == (3, 1)
    topic = cluster.image.topics_by_name["t"]
    assert topic.topic_id == result.topic_id != ZERO_UUID
    assert [(p.leader, p.isr, p.replicas, p.leader_epoch) for p in topic.partitions] == [
        (1, (1,), (1,), 0)
    ] * 3
    configs = {config.name: config for config in result.configs}
    assert configs["retention.ms"].value == "604800000"
    assert configs["retention.ms"].config_source == 5


def test_defaults_come_from_the_settings(cluster_of, broker):
    """-1 asks for num.partitions and default.replication.factor."""
    cluster = cluster_of(broker(1), broker(2), num_partitions=4, default_replication_factor=2)
    result = cluster.create("t", -1, -1)
    assert (result.num_partitions, result.replication_factor) == (4, 2)


def test_settings_of_a_topic(cluster):
    """Texts given at creation are stored and shown as the topic's own."""
    configs = [CreatableTopicConfig(name="retention.ms", value="5")]
    result = cluster.create("t", configs=configs)
    shown = {config.name: config for config in result.configs}["retention.ms"]
    assert (shown.value, shown.config_source) == ("5", 1)
    assert cluster.image.config(2, "t") == {"retention.ms": "5"}


def test_only_checking_changes_nothing(cluster):
    """validate_only gives the answer without the topic, and without an id."""
    topic = CreatableTopic(name="t", num_partitions=3, replication_factor=1)
    (result,) = cluster.do("create_topics", [topic], validate_only=True)
    assert (result.error_code, result.topic_id, result.num_partitions) == (0, ZERO_UUID, 3)
    assert not cluster.image.topics_by_name


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "a/b"}, ErrorCode.INVALID_TOPIC_EXCEPTION),
        ({"name": "there"}, ErrorCode.TOPIC_ALREADY_EXISTS),
        ({"name": "dot_ted"}, ErrorCode.INVALID_TOPIC_EXCEPTION),
        ({"name": "__cluster_metadata"}, ErrorCode.INVALID_REQUEST),
        ({"num_partitions": 0}, ErrorCode.INVALID_PARTITIONS),
        ({"num_partitions": -2}, ErrorCode.INVALID_PARTITIONS),
        ({"num_partitions": 2**31 - 1}, ErrorCode.POLICY_VIOLATION),
        ({"replication_factor": 0}, ErrorCode.INVALID_REPLICATION_FACTOR),
        ({"replication_factor": 3}, ErrorCode.INVALID_REPLICATION_FACTOR),
        (
            {"configs": [CreatableTopicConfig(name="retention", value="1")]},
            ErrorCode.INVALID_CONFIG,
        ),
        (
            {"configs": [CreatableTopicConfig(name="segment.bytes", value="1")]},
            ErrorCode.INVALID_CONFIG,
        ),
        (
            {"configs": [CreatableTopicConfig(name="retention.ms", value=None)]},
            ErrorCode.INVALID_CONFIG,
        ),
        (
            {"configs": [CreatableTopicConfig(name="retention.ms", value="1")] * 2},
            ErrorCode.INVALID_REQUEST,
        ),
        (
            {"configs": [CreatableTopicConfig(name="remote.storage.enable", value="true")]},
            ErrorCode.INVALID_CONFIG,
        ),
        (
            {
                "configs": [
                    CreatableTopicConfig(name="min.compaction.lag.ms", value="9"),
                    CreatableTopicConfig(name="max.compaction.lag.ms", value="8"),
                ]
            },
            ErrorCode.INVALID_CONFIG,
        ),
        ({"assignments": assign([1])}, ErrorCode.INVALID_REQUEST),
    ],
)
def test_refusals(cluster_of, broker, fields, code):
    """Each refusal has its code and a message, and leaves nothing behind."""
    cluster = cluster_of(broker(1), broker(2))
    cluster.create("there")
    cluster.create("dot.ted")
    before = cluster.image
    asked = {"name": "new", "num_partitions": 1, "replication_factor": 1, **fields}
    (result,) = cluster.do("create_topics", [CreatableTopic(**asked)])
    assert result.error_code == code
    assert result.error_message
    assert cluster.image.topics_by_name == before.topics_by_name
    assert cluster.image.configs == before.configs


@pytest.mark.parametrize(
    ("lists", "hint"),
    [
        ([[]], "no replicas"),
        ([[1, 1]], "twice"),
        ([[9]], "unregistered"),
        ([[1], [1, 2]], "others have 1"),
        ([[3]], "live"),
    ],
)
def test_bad_assignments(cluster_of, broker, lists, hint):
    """An assignment by hand is checked against the brokers."""
    cluster = cluster_of(broker(1), broker(2), broker(3, fenced=True))
    result = cluster.create("t", -1, -1, assignments=assign(*lists))
    assert result.error_code == ErrorCode.INVALID_REPLICA_ASSIGNMENT
    assert hint in result.error_message


@pytest.mark.parametrize("numbers", [(0, 0), (0, 2), (1,), (-1, 0)])
def test_partitions_must_be_numbered_from_zero(cluster, numbers):
    """Holes and repeats are refused."""
    assignments = [CreatableReplicaAssignment(partition_index=n, broker_ids=[1]) for n in numbers]
    result = cluster.create("t", -1, -1, assignments=assignments)
    assert result.error_code == ErrorCode.INVALID_REPLICA_ASSIGNMENT


def test_a_good_assignment_is_kept(cluster_of, broker):
    """Replicas stay in order, fenced ones are not in sync, the first live one leads."""
    cluster = cluster_of(broker(1), broker(2), broker(3, fenced=True))
    cluster.create("t", -1, -1, assignments=assign([3, 2], [1, 2]))
    partitions = cluster.image.topics_by_name["t"].partitions
    assert [(p.replicas, p.isr, p.leader) for p in partitions] == [
        ((3, 2), (2,), 2),
        ((1, 2), (1, 2), 1),
    ]


def test_one_bad_topic_does_not_hold_up_the_others(cluster):
    """Topics of a request are decided one by one; names collide within it, too."""
    topics = [
        CreatableTopic(name=name, num_partitions=1, replication_factor=1)
        for name in ("a.b", "bad name", "a_b", "twice", "twice", "good")
    ]
    results = cluster.do("create_topics", topics)
    assert [(r.name, ErrorCode(r.error_code).name) for r in results] == [
        ("a.b", "NONE"),
        ("bad name", "INVALID_TOPIC_EXCEPTION"),
        ("a_b", "INVALID_TOPIC_EXCEPTION"),
        ("twice", "INVALID_REQUEST"),
        ("good", "NONE"),
    ]
    assert set(cluster.image.topics_by_name) == {"a.b", "good"}


def test_a_request_has_a_size(cluster):
    """Partitions of all topics of a request count together."""
    half = PARTITIONS_PER_REQUEST_MAX // 2
    topics = [
        CreatableTopic(name=name, num_partitions=count, replication_factor=1)
        for name, count in (("a", half), ("b", half + 1), ("c", half))
    ]
    codes = [result.error_code for result in cluster.do("create_topics", topics)]
    assert codes == [ErrorCode.NONE, ErrorCode.POLICY_VIOLATION, ErrorCode.NONE]


def test_brokers_that_leave_get_no_replicas(cluster_of, broker):
    """A broker in controlled shutdown does not count."""
    cluster = cluster_of(broker(1), broker(2, leaving=True))
    assert cluster.create("t", 4).error_code == ErrorCode.NONE
    assert {p.leader for p in cluster.image.topics_by_name["t"].partitions} == {1}
    assert cluster.create("u", 1, 2).error_code == ErrorCode.INVALID_REPLICATION_FACTOR


def test_partitions_are_added(cluster_of, broker):
    """Old partitions stay as they are, new ones have as many replicas."""
    cluster = cluster_of(broker(1), broker(2))
    cluster.create("t", 1, 2)
    before = cluster.image.topics_by_name["t"].partitions
    (result,) = cluster.do("create_partitions", [CreatePartitionsTopic(name="t", count=3)])
    assert (result.error_code, result.error_message) == (0, None)
    partitions = cluster.image.topics_by_name["t"].partitions
    assert partitions[:1] == before
    assert [len(p.replicas) for p in partitions] == [2, 2, 2]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "absent", "count": 5}, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ({"count": 2}, ErrorCode.INVALID_PARTITIONS),
        ({"count": 1}, ErrorCode.INVALID_PARTITIONS),
        ({"count": -1}, ErrorCode.INVALID_PARTITIONS),
        ({"count": 2**31 - 1}, ErrorCode.POLICY_VIOLATION),
        ({"count": 4, "assignments": [[1]]}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        ({"count": 3, "assignments": [[1, 2]]}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        ({"count": 3, "assignments": [[7]]}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
    ],
)
def test_refused_growth(cluster_of, broker, fields, code):
    """Topics do not shrink, and assignments must fit."""
    cluster = cluster_of(broker(1), broker(2))
    cluster.create("t", 2)
    asked = {"name": "t", "assignments": None, **fields}
    if asked["assignments"] is not None:
        asked["assignments"] = [
            CreatePartitionsAssignment(broker_ids=ids) for ids in asked["assignments"]
        ]
    (result,) = cluster.do("create_partitions", [CreatePartitionsTopic(**asked)])
    assert result.error_code == code
    assert result.error_message
    assert len(cluster.image.topics_by_name["t"].partitions) == 2


def test_growth_can_be_assigned_checked_and_asked_twice(cluster):
    """Assignments by hand are kept; validate_only changes nothing; a repeat is refused."""
    cluster.create("t")
    asked = CreatePartitionsTopic(
        name="t", count=2, assignments=[CreatePartitionsAssignment(broker_ids=[1])]
    )
    cluster.do("create_partitions", [asked], validate_only=True)
    assert len(cluster.image.topics_by_name["t"].partitions) == 1
    (result,) = cluster.do("create_partitions", [asked, asked])
    assert result.error_code == ErrorCode.INVALID_REQUEST
    cluster.do("create_partitions", [asked])
    assert len(cluster.image.topics_by_name["t"].partitions) == 2


def test_topics_are_deleted_by_name_and_by_id(cluster):
    """Either way the answer says both."""
    for name in "ab":
        cluster.create(name)
    ids = {name: cluster.image.topics_by_name[name].topic_id for name in "ab"}
    results = cluster.do(
        "delete_topics", [DeleteTopicState(name="a"), DeleteTopicState(topic_id=ids["b"])]
    )
    assert [(r.name, r.topic_id, r.error_code) for r in results] == [
        ("a", ids["a"], 0),
        ("b", ids["b"], 0),
    ]
    assert not cluster.image.topics_by_name


def test_refused_deletions(cluster):
    """Unknown topics, repeats and contradictions are refused one by one."""
    cluster.create("t")
    cluster.create("u")
    ids = {name: cluster.image.topics_by_name[name].topic_id for name in "tu"}
    asked = [
        DeleteTopicState(name="absent"),
        DeleteTopicState(topic_id=b"x" * 16),
        DeleteTopicState(name="t", topic_id=ids["t"]),
        DeleteTopicState(),
        DeleteTopicState(name="t"),
        DeleteTopicState(name="t"),
        DeleteTopicState(name="u"),
        DeleteTopicState(topic_id=ids["u"]),
    ]
    codes = [ErrorCode(r.error_code).name for r in cluster.do("delete_topics", asked)]
    assert codes == [
        "UNKNOWN_TOPIC_OR_PARTITION",
        "UNKNOWN_TOPIC_ID",
        "INVALID_REQUEST",
        "INVALID_REQUEST",
        "INVALID_REQUEST",
        "NONE",
        "INVALID_REQUEST",
    ]
    assert set(cluster.image.topics_by_name) == {"t"}


def test_deletion_can_be_switched_off(cluster_of, broker):
    """delete.topic.enable=false refuses every deletion."""
    cluster = cluster_of(broker(1), delete_topic_enable=False)
    cluster.create("t")
    (result,) = cluster.do("delete_topics", [DeleteTopicState(name="t")])
    assert result.error_code == ErrorCode.TOPIC_DELETION_DISABLED
    assert "t" in cluster.image.topics_by_name


def test_a_cluster_without_a_live_broker_creates_nothing(cluster_of, broker):
    """Somebody has to lead."""
    assert cluster_of(broker(1, fenced=True)).create("t").error_code == (
        ErrorCode.INVALID_REPLICATION_FACTOR
    )
