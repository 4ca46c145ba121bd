# SPDX-License-Identifier: Apache-2.0
"""Administration of topics and of the cluster: one request each, typed results, plain errors.

Each function takes the `Cluster`. What a broker refuses is raised as `ApiError` with a text that
names the topic. Requests that change something are sent once: when the answer is lost, whoever
called must look before asking again. Configurations have a module of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ottla.base.ids import ZERO_UUID
from ottla.client.errors import UnknownTopicError
from ottla.client.metadata import BrokerMetadata
from ottla.net.address import Address
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.create_partitions import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
)
from ottla.protocol.messages.create_topics import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from ottla.protocol.messages.delete_topics import (
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
)
from ottla.protocol.messages.describe_cluster import (
    DescribeClusterRequest,
    DescribeClusterResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.metadata import TopicMetadata

_CHANGE_TIMEOUT_MS = 30_000
_LAST_DELETE_BY_NAME = 5
_FENCED_BROKERS_FROM = 2


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic that is to be made; -1 leaves a number to the broker's defaults."""

    name: str
    partition_count: int = -1
    replication_factor: int = -1
    configs: Mapping[str, str] = field(default_factory=dict)
    assignments: Sequence[Sequence[int]] = ()
    """Instead of the two numbers: the brokers of each partition, its preferred leader first."""


@dataclass(frozen=True, slots=True)
class CreatedTopic:
    """What the cluster made of a request for a topic."""

    name: str
    topic_id: bytes  # ZERO_UUID when the broker is too old to tell
    partition_count: int
    replication_factor: int


@dataclass(frozen=True, slots=True)
class ClusterDescription:
    """Who belongs to a cluster."""

    cluster_id: str
    controller_id: int  # -1 when there is none
    brokers: tuple[BrokerMetadata, ...]  # by id


async def describe_cluster(cluster: Cluster) -> ClusterDescription:
    """Return the brokers, fenced ones too where they are told, and the controller."""
    connection = await cluster.any_connection()
    if DescribeClusterRequest.API_KEY not in connection.versions:
        return _described_by_metadata(cluster)
    tells_fenced = connection.version_for(DescribeClusterRequest) >= _FENCED_BROKERS_FROM
    request = DescribeClusterRequest(
        include_cluster_authorized_operations=False, include_fenced_brokers=tells_fenced
    )
    response = await cluster.call(request, DescribeClusterResponse)
    _check(response.error_code, response.error_message, "the cluster")
    brokers = [
        BrokerMetadata(
            broker.broker_id, Address(broker.host, broker.port), broker.rack, broker.is_fenced
        )
        for broker in response.brokers
    ]
    brokers.sort(key=lambda broker: broker.node_id)
    return ClusterDescription(response.cluster_id or "", response.controller_id, tuple(brokers))


async def list_topics(cluster: Cluster) -> list[TopicMetadata]:
    """Return all topics by name, internal ones included."""
    metadata = await cluster.retrying(cluster.refresh)
    return sorted(metadata.topics.values(), key=lambda topic: topic.name)


async def create_topic(
    cluster: Cluster,
    name: str,
    *,
    partition_count: int = -1,
    replication_factor: int = -1,
    configs: Mapping[str, str] | None = None,
    validate_only: bool = False,
) -> CreatedTopic:
    """Create a topic; -1 leaves a number to the broker's defaults."""
    topic = NewTopic(name, partition_count, replication_factor, configs or {})
    [outcome] = (await create_topics(cluster, [topic], validate_only=validate_only)).values()
    if isinstance(outcome, ApiError):
        raise outcome
    return outcome


async def create_topics(
    cluster: Cluster, topics: Iterable[NewTopic], *, validate_only: bool = False
) -> dict[str, CreatedTopic | ApiError]:
    """Create topics and return what became of each."""
    request = CreateTopicsRequest(
        topics=[
            CreatableTopic(
                name=topic.name,
                num_partitions=-1 if topic.assignments else topic.partition_count,
                replication_factor=-1 if topic.assignments else topic.replication_factor,
                assignments=[
                    CreatableReplicaAssignment(partition_index=number, broker_ids=broker_ids)
                    for number, broker_ids in enumerate(topic.assignments)
                ],
                configs=[
                    CreatableTopicConfig(name=key, value=value)
                    for key, value in topic.configs.items()
                ],
            )
            for topic in topics
        ],
        timeout_ms=_CHANGE_TIMEOUT_MS,
        validate_only=validate_only,
    )
    connection = await cluster.controller_connection()
    response = await connection.send(request, CreateTopicsResponse)
    return {
        result.name: _error(result.error_code, result.error_message, f"topic {result.name!r}")
        or CreatedTopic(
            result.name, result.topic_id, result.num_partitions, result.replication_factor
        )
        for result in response.topics
    }


async def delete_topics(cluster: Cluster, names: Sequence[str]) -> dict[str, ApiError | None]:
    """Delete topics and return what went wrong with each, None when nothing did."""
    connection = await cluster.controller_connection()
    version = connection.version_for(DeleteTopicsRequest)
    if version <= _LAST_DELETE_BY_NAME:
        request = DeleteTopicsRequest(topic_names=list(names), timeout_ms=_CHANGE_TIMEOUT_MS)
    else:
        topics = [DeleteTopicState(name=name, topic_id=ZERO_UUID) for name in names]
        request = DeleteTopicsRequest(topics=topics, timeout_ms=_CHANGE_TIMEOUT_MS)
    response = await connection.send(request, DeleteTopicsResponse, version=version)
    outcomes: dict[str, ApiError | None] = {}
    for result in response.responses:
        name = result.name or ""
        outcomes[name] = _error(result.error_code, result.error_message, f"topic {name!r}")
    return outcomes


async def create_partitions(
    cluster: Cluster, topic: str, partition_count: int, *, validate_only: bool = False
) -> None:
    """Raise the number of partitions of a topic to `partition_count`."""
    request = CreatePartitionsRequest(
        topics=[CreatePartitionsTopic(name=topic, count=partition_count, assignments=None)],
        timeout_ms=_CHANGE_TIMEOUT_MS,
        validate_only=validate_only,
    )
    connection = await cluster.controller_connection()
    response = await connection.send(request, CreatePartitionsResponse)
    result = response.results[0]
    _check(result.error_code, result.error_message, f"topic {topic!r}")


async def describe_topic(cluster: Cluster, name: str) -> TopicMetadata:
    """Return one topic, whether all of its partitions have leaders or not."""
    topic = (await describe_topics(cluster, (name,)))[name]
    if isinstance(topic, ApiError):
        if topic.code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            raise UnknownTopicError(name)
        raise topic
    return topic


async def describe_topics(
    cluster: Cluster, names: Iterable[str]
) -> dict[str, TopicMetadata | ApiError]:
    """Return a description of each topic, or why there is none."""
    wanted = tuple(dict.fromkeys(names))
    metadata = await cluster.retrying(lambda: cluster.refresh(wanted))
    described: dict[str, TopicMetadata | ApiError] = {}
    for name in wanted:
        topic = metadata.topics.get(name)
        if topic is None or topic.error is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            text = f"topic {name!r} does not exist"
            described[name] = ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, text)
        else:
            described[name] = _error(topic.error, None, f"topic {name!r}") or topic
    return described


def _described_by_metadata(cluster: Cluster) -> ClusterDescription:
    """Make do with what every broker tells (Kafka before 2.8)."""
    metadata = cluster.metadata
    brokers = tuple(metadata.brokers[node_id] for node_id in sorted(metadata.brokers))
    return ClusterDescription(metadata.cluster_id or "", metadata.controller_id, brokers)


def refusal_text(message: str, subject: str) -> str:
    """Return a broker's words, with what they are about in front when they do not say it."""
    name = subject.partition("'")[2].rstrip("'")
    is_named = bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", message) is not None
    return message if is_named else f"{subject}: {message}"


def _error(error_code: int, message: str | None, subject: str) -> ApiError | None:
    if not error_code:
        return None
    code = ErrorCode.of(error_code)
    return ApiError(code, refusal_text(message or code.description, subject))


def _check(error_code: int, message: str | None, subject: str) -> None:
    error = _error(error_code, message, subject)
    if error is not None:
        raise error
