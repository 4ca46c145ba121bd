# SPDX-License-Identifier: Apache-2.0
"""Reads, sets and deletes the committed offsets of groups, as an administrator.

Offsets are set as a simple consumer commits them, without being a member: the coordinator refuses
that while the group has members. All requests name topics, so that offsets of topics that were
deleted meanwhile can still be read; versions that name them by id only are not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
from ottla.client.coordinators import (
    COORDINATOR_ERRORS,
    Coordinator,
    CoordinatorType,
    ask_coordinators,
)
from ottla.client.groups import group_error
from ottla.client.topic_partition import TopicPartition, by_topic
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
)
from ottla.protocol.messages.offset_delete import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
    OffsetDeleteResponse,
)
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchResponse,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from ottla.client.cluster import Cluster

LAST_VERSION_WITH_NAMES: Final = 9
LAST_VERSION_WITH_ONE_GROUP: Final = 7


class CommittedOffset(NamedTuple):
    """How far a group has read one partition."""

    offset: int  # of the next record to be consumed
    metadata: str  # what the member stored with it


GroupOffsets = dict[TopicPartition, CommittedOffset]


async def fetch_group_offsets(
    cluster: Cluster, group_ids: Iterable[str]
) -> dict[str, GroupOffsets | ApiError]:
    """Return all committed offsets of each group; a group that does not exist has none."""
    return await ask_coordinators(cluster, CoordinatorType.GROUP, group_ids, _fetch)


async def commit_group_offsets(
    cluster: Cluster, group_id: str, offsets: Mapping[TopicPartition, int]
) -> dict[TopicPartition, ApiError | None]:
    """Set offsets of a group without members and return what went wrong with each."""
    outcomes: dict[TopicPartition, ApiError | None] = {}

    async def ask(coordinator: Coordinator, _: Sequence[str]) -> dict[str, ApiError | None]:
        connection = coordinator.connection
        missing = {name: offset for name, offset in offsets.items() if name not in outcomes}
        request = offset_commit_request(ConsumerGroupMetadata(group_id), missing)
        version = connection.version_for(OffsetCommitRequest, at_most=LAST_VERSION_WITH_NAMES)
        response = await connection.send(request, OffsetCommitResponse, version=version)
        results = (
            (TopicPartition(topic.name, partition.partition_index), partition.error_code)
            for topic in response.topics
            for partition in topic.partitions
        )
        return {group_id: _keep(results, outcomes)}

    await _ask_one(cluster, group_id, ask)
    return outcomes


async def delete_group_offsets(
    cluster: Cluster, group_id: str, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, ApiError | None]:
    """Forget offsets of partitions that the group does not read and return each outcome."""
    names = list(partitions)
    outcomes: dict[TopicPartition, ApiError | None] = {}

    async def ask(coordinator: Coordinator, _: Sequence[str]) -> dict[str, ApiError | None]:
        missing = by_topic(name for name in names if name not in outcomes)
        request = OffsetDeleteRequest(
            group_id=group_id,
            topics=[
                OffsetDeleteRequestTopic(
                    name=topic,
                    partitions=[
                        OffsetDeleteRequestPartition(partition_index=partition)
                        for partition in partitions
                    ],
                )
                for topic, partitions in missing.items()
            ],
        )
        response = await coordinator.connection.send(request, OffsetDeleteResponse)
        if response.error_code:
            return {group_id: group_error(group_id, response.error_code)}
        results = (
            (TopicPartition(topic.name, partition.partition_index), partition.error_code)
            for topic in response.topics
            for partition in topic.partitions
        )
        return {group_id: _keep(results, outcomes)}

    await _ask_one(cluster, group_id, ask)
    return outcomes


def offset_commit_request(
    sender: ConsumerGroupMetadata, offsets: Mapping[TopicPartition, int]
) -> OffsetCommitRequest:
    """Return the request to commit these offsets, by topic names."""
    return OffsetCommitRequest(
        group_id=sender.group_id,
        generation_id_or_member_epoch=sender.generation_id,
        member_id=sender.member_id,
        group_instance_id=sender.group_instance_id,
        topics=[
            OffsetCommitRequestTopic(
                name=topic,
                partitions=[
                    OffsetCommitRequestPartition(
                        partition_index=partition,
                        committed_offset=offsets[TopicPartition(topic, partition)],
                        committed_metadata="",
                    )
                    for partition in partitions
                ],
            )
            for topic, partitions in by_topic(offsets).items()
        ],
    )


async def _ask_one(
    cluster: Cluster,
    group_id: str,
    ask: Callable[[Coordinator, Sequence[str]], Awaitable[dict[str, ApiError | None]]],
) -> None:
    failure = (await ask_coordinators(cluster, CoordinatorType.GROUP, (group_id,), ask))[group_id]
    if failure is not None:
        raise failure


def _keep(
    results: Iterable[tuple[TopicPartition, int]],
    outcomes: dict[TopicPartition, ApiError | None],
) -> ApiError | None:
    """Keep what is decided; return the error for which the rest is to be asked again."""
    again: ApiError | None = None
    for name, error_code in results:
        code = ErrorCode.of(error_code)
        error = ApiError(code, f"{name}: {code.description}") if code else None
        if error is not None and code in COORDINATOR_ERRORS:
            again = again or error
        else:
            outcomes[name] = error
    return again


async def _fetch(
    coordinator: Coordinator, group_ids: Sequence[str]
) -> dict[str, GroupOffsets | ApiError]:
    connection = coordinator.connection
    version = connection.version_for(OffsetFetchRequest, at_most=LAST_VERSION_WITH_NAMES)
    fetched: dict[str, GroupOffsets | ApiError] = {}
    if version > LAST_VERSION_WITH_ONE_GROUP:
        request = OffsetFetchRequest(
            groups=[
                OffsetFetchRequestGroup(group_id=group_id, topics=None) for group_id in group_ids
            ]
        )
        response = await connection.send(request, OffsetFetchResponse, version=version)
        for group in response.groups:
            offsets = _committed((topic.name, topic.partitions) for topic in group.topics)
            fetched[group.group_id] = _result(group.group_id, group.error_code, offsets)
        return fetched
    for group_id in group_ids:
        request = OffsetFetchRequest(group_id=group_id, topics=None)
        response = await connection.send(request, OffsetFetchResponse, version=version)
        offsets = _committed((topic.name, topic.partitions) for topic in response.topics)
        fetched[group_id] = _result(group_id, response.error_code, offsets)
    return fetched


def _result(group_id: str, error_code: int, offsets: GroupOffsets) -> GroupOffsets | ApiError:
    if error_code == ErrorCode.GROUP_ID_NOT_FOUND:
        return {}  # what brokers answer without a word unless the consumer protocol is asked for
    return group_error(group_id, error_code) if error_code else offsets


def _committed(
    topics: Iterable[
        tuple[str, Sequence[OffsetFetchResponsePartition | OffsetFetchResponsePartitions]]
    ],
) -> GroupOffsets:
    return {
        TopicPartition(topic, partition.partition_index): CommittedOffset(
            partition.committed_offset, partition.metadata or ""
        )
        for topic, partitions in topics
        for partition in sorted(partitions, key=lambda partition: partition.partition_index)
        if partition.committed_offset >= 0 and not partition.error_code
    }
