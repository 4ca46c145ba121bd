# SPDX-License-Identifier: Apache-2.0
"""Administration calls: what is asked, and how refusals read."""

from __future__ import annotations

import pytest

from ottla.client.admin import (
    create_partitions,
    create_topic,
    delete_topics,
    describe_cluster,
    describe_topic,
    list_topics,
)
from ottla.client.errors import UnknownTopicError
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import create_partitions as partitions_messages
from ottla.protocol.messages import delete_topics as delete_messages
from ottla.protocol.messages import describe_cluster as cluster_messages
from ottla.protocol.messages.create_topics import (
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)


def created(code=0, message=None):
    """Return an answer to CreateTopics."""
    return CreateTopicsResponse(
        topics=[
            CreatableTopicResult(
                name="t",
                topic_id=b"i" * 16,
                error_code=code,
                error_message=message,
                num_partitions=3,
                replication_factor=1,
                configs=None,
            )
        ]
    )


def test_create_topic(fake, ask):
    """Numbers and settings reach the broker; what it made comes back."""
    fake.script(ApiKey.CREATE_TOPICS, created())
    topic = ask(create_topic, "t", partition_count=3, configs={"retention.ms": "1"})
    assert (topic.partition_count, topic.replication_factor) == (3, 1)
    request = fake.requests(CreateTopicsRequest)[0].topics[0]
    assert (request.name, request.num_partitions, request.replication_factor) == ("t", 3, -1)
    assert [(config.name, config.value) for config in request.configs] == [("retention.ms", "1")]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Topic 't' already exists.", "Topic 't' already exists."),
        ("It is there.", "topic 't': It is there."),
        (None, f"topic 't': {ErrorCode.TOPIC_ALREADY_EXISTS.description}"),
    ],
)
def test_refusals_name_the_topic_once(fake, ask, message, text):
    """The broker's own words are used; the topic is named if they do not."""
    fake.script(ApiKey.CREATE_TOPICS, created(ErrorCode.TOPIC_ALREADY_EXISTS, message))
    with pytest.raises(ApiError) as caught:
        ask(create_topic, "t")
    assert caught.value.message == text


@pytest.mark.parametrize("version", [5, 6])
def test_delete_topics(fake, ask, serve, version):
    """Each topic has its own outcome, whether the broker wants names or structures."""
    serve(
        delete_messages.DeleteTopicsRequest,
        delete_messages.DeleteTopicsResponse(
            responses=[
                delete_messages.DeletableTopicResult(name="a"),
                delete_messages.DeletableTopicResult(
                    name="b", error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                ),
            ]
        ),
        versions=(1, version),
    )
    outcomes = ask(delete_topics, ["a", "b"])
    assert outcomes["a"] is None
    assert outcomes["b"].code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_create_partitions(ask, serve):
    """A refusal is raised with the broker's words."""
    serve(
        partitions_messages.CreatePartitionsRequest,
        partitions_messages.CreatePartitionsResponse(
            results=[
                partitions_messages.CreatePartitionsTopicResult(
                    name="t", error_code=ErrorCode.INVALID_PARTITIONS, error_message="t has 3"
                )
            ]
        ),
    )
    with pytest.raises(ApiError, match="t has 3"):
        ask(create_partitions, "t", 2)


def test_describe_cluster(ask, serve):
    """Brokers come in the order of their numbers."""
    serve(
        cluster_messages.DescribeClusterRequest,
        cluster_messages.DescribeClusterResponse(
            cluster_id="c",
            controller_id=2,
            brokers=[
                cluster_messages.DescribeClusterBroker(broker_id=n, host="h", port=n, rack=None)
                for n in (2, 1)
            ],
        ),
    )
    description = ask(describe_cluster)
    assert [broker.node_id for broker in description.brokers] == [1, 2]
    assert description.controller_id == 2


def test_describe_cluster_of_an_old_broker(ask):
    """Without DescribeCluster the metadata have to do."""
    description = ask(describe_cluster)
    assert (description.cluster_id, description.controller_id) == ("fake", 1)


def test_topics(fake, ask):
    """Topics are listed by name; one is described even when it lacks a leader."""
    fake.leaders.update(b=[1], a=[-1])
    assert [topic.name for topic in ask(list_topics)] == ["a", "b"]
    assert ask(describe_topic, "a").partitions[0].leader == -1
    with pytest.raises(UnknownTopicError):
        ask(describe_topic, "c")
