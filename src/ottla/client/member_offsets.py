# SPDX-License-Identifier: Apache-2.0
"""The committed offsets of a group as its members write and read them.

A commit says who sends it, so that a member that lost its partitions cannot overwrite what their
new owner committed (KIP-447's metadata, KIP-848's member epochs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.client.coordinators import COORDINATOR_ERRORS
from ottla.client.errors import CommitFailedError, RebalancingError
from ottla.client.group_offsets import (
    LAST_VERSION_WITH_NAMES,
    LAST_VERSION_WITH_ONE_GROUP,
    offset_commit_request,
)
from ottla.client.topic_partition import TopicPartition, by_topic
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.offset_commit import OffsetCommitResponse
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
    from ottla.client.coordinator_connection import CoordinatorConnection

_STALE: Final = frozenset(
    (
        ErrorCode.ILLEGAL_GENERATION,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.FENCED_INSTANCE_ID,
        ErrorCode.FENCED_MEMBER_EPOCH,
    )
)


async def commit_offsets(
    coordinator: CoordinatorConnection,
    member: Callable[[], ConsumerGroupMetadata],
    offsets: Mapping[TopicPartition, int],
    *,
    is_joining: Callable[[], bool],
) -> None:
    """Store offsets of the records to be read next.

    Raises CommitFailedError when the group has gone on without this member, and ApiError for
    what else the coordinator refuses. `member` is asked before each attempt. While the member
    `is_joining` anyway, a rebalance that refuses the commit is waited for.
    """

    async def attempt() -> None:
        sender = member()
        request = offset_commit_request(sender, offsets)
        response = await coordinator.ask(
            request, OffsetCommitResponse, at_most=LAST_VERSION_WITH_NAMES
        )
        failures = [
            _failure(
                coordinator,
                sender,
                TopicPartition(topic.name, partition.partition_index),
                ErrorCode.of(partition.error_code),
            )
            for topic in response.topics
            for partition in topic.partitions
            if partition.error_code
        ]
        for failure in failures:
            is_passing = isinstance(failure, RebalancingError) and is_joining()
            failure.retriable = failure.retriable or is_passing
        for failure in sorted(failures, key=lambda failure: not failure.retriable):
            raise failure

    await coordinator.cluster.retrying(attempt)


async def fetch_committed(
    coordinator: CoordinatorConnection, group_id: str, names: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return the committed offsets of those partitions that have one.

    Waits for transactions that are about to commit some (KIP-447).
    """
    committed: dict[TopicPartition, int] = {}
    topics = by_topic(sorted(names))

    async def attempt() -> None:
        connection = await coordinator.opened()
        version = connection.version_for(OffsetFetchRequest, at_most=LAST_VERSION_WITH_NAMES)
        request = OffsetFetchRequest(require_stable=True)
        if version > LAST_VERSION_WITH_ONE_GROUP:
            request.groups = [
                OffsetFetchRequestGroup(
                    group_id=group_id,
                    topics=[
                        OffsetFetchRequestTopics(name=topic, partition_indexes=partitions)
                        for topic, partitions in topics.items()
                    ],
                )
            ]
        else:
            request.group_id = group_id
            request.topics = [
                OffsetFetchRequestTopic(name=topic, partition_indexes=partitions)
                for topic, partitions in topics.items()
            ]
        response = await coordinator.ask(request, OffsetFetchResponse, at_most=version)
        group = response.groups[0] if response.groups else response
        _check(coordinator, group_id, group.error_code)
        for topic in group.topics:
            for partition in topic.partitions:
                _check(coordinator, group_id, partition.error_code)
                if partition.committed_offset >= 0:
                    name = TopicPartition(topic.name, partition.partition_index)
                    committed[name] = partition.committed_offset

    if topics:
        await coordinator.cluster.retrying(attempt)
    return committed


def _check(coordinator: CoordinatorConnection, group_id: str, error_code: int) -> None:
    code = ErrorCode.of(error_code)
    if code and code is not ErrorCode.GROUP_ID_NOT_FOUND:
        coordinator.note_error(code)
        raise ApiError(code, f"group {group_id!r}: {code.description}")


def _failure(
    coordinator: CoordinatorConnection,
    sender: ConsumerGroupMetadata,
    name: TopicPartition,
    code: ErrorCode,
) -> ApiError | CommitFailedError:
    coordinator.note_error(code)
    if code in _STALE:
        return CommitFailedError(
            f"group {sender.group_id!r} has gone on without this member, so {name} may be "
            "another's by now and what was read since the last commit will be read again: handle "
            "fewer records between two requests for more, or raise max_poll_interval_ms"
        )
    if code is ErrorCode.REBALANCE_IN_PROGRESS:
        return RebalancingError(
            f"group {sender.group_id!r} is rebalancing: ask for more records first, "
            "which takes part in it, then commit"
        )
    error = ApiError(code, f"group {sender.group_id!r}, {name}: {code.description}")
    # A heartbeat helps a stale epoch; nothing brings a deleted topic back.
    error.retriable = code in COORDINATOR_ERRORS or code is ErrorCode.STALE_MEMBER_EPOCH
    return error
