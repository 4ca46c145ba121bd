# SPDX-License-Identifier: Apache-2.0
"""Deletes the records of partitions from their beginning up to an offset (KIP-107).

Only leaders can do that. What one refuses for a partition is a value of the outcome; partitions
whose leader has moved are asked for again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.client.errors import is_retriable
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.cluster import Cluster

HIGH_WATERMARK: Final = -1
"""Stands for the end: every record is deleted."""

_CHANGE_TIMEOUT_MS: Final = 30_000


async def delete_records(
    cluster: Cluster, before: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int | ApiError]:
    """Delete what lies before an offset of each partition; return its first offset from now on.

    Safe to repeat: what is gone already stays so.
    """
    outcomes: dict[TopicPartition, int | ApiError] = {}

    async def attempt() -> None:
        by_leader: dict[int, dict[TopicPartition, int]] = {}
        for name, offset in before.items():
            if name not in outcomes:
                by_leader.setdefault(cluster.known_leader(*name), {})[name] = offset
        for leader, wanted in by_leader.items():
            connection = await cluster.connection(leader)
            response = await connection.send(_request(wanted), DeleteRecordsResponse)
            failure = _read(response, outcomes)
            if failure is not None:
                raise failure

    await cluster.retrying(attempt)
    return {name: outcomes[name] for name in before if name in outcomes}


def _request(wanted: Mapping[TopicPartition, int]) -> DeleteRecordsRequest:
    topics: dict[str, DeleteRecordsTopic] = {}
    for name, offset in wanted.items():
        topic = topics.setdefault(name.topic, DeleteRecordsTopic(name=name.topic))
        topic.partitions.append(
            DeleteRecordsPartition(partition_index=name.partition, offset=offset)
        )
    return DeleteRecordsRequest(topics=list(topics.values()), timeout_ms=_CHANGE_TIMEOUT_MS)


def _read(
    response: DeleteRecordsResponse, outcomes: dict[TopicPartition, int | ApiError]
) -> ApiError | None:
    """Keep what is decided; return an error for which the rest is to be asked again."""
    again: ApiError | None = None
    for topic in response.topics:
        for partition in topic.partitions:
            name = TopicPartition(topic.name, partition.partition_index)
            if not partition.error_code:
                outcomes[name] = partition.low_watermark
                continue
            code = ErrorCode.of(partition.error_code)
            error = ApiError(code, f"{name}: {code.description}")
            if is_retriable(error):
                again = again or error
            else:
                outcomes[name] = error
    return again
