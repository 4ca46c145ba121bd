# SPDX-License-Identifier: Apache-2.0
"""Asks leaders for offsets: the first, the end, or the first at or after a time.

One request per leader, repeated for the partitions whose leader has moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.client.cluster import Cluster

LATEST: Final = -1
"""The end: the high watermark, or the last stable offset for read_committed."""

EARLIEST: Final = -2
"""The first offset that can still be read."""

READ_UNCOMMITTED: Final = 0
READ_COMMITTED: Final = 1

ISOLATION_LEVELS: Final = {
    "read_uncommitted": READ_UNCOMMITTED,
    "read_committed": READ_COMMITTED,
}
"""The numbers by the names that users give."""


class ListedOffset(NamedTuple):
    """What a leader answered; both are -1 when no record is as late as the time asked for."""

    offset: int
    timestamp_ms: int


async def list_offsets(
    cluster: Cluster,
    wanted: Mapping[TopicPartition, int],
    *,
    isolation_level: int = READ_UNCOMMITTED,
) -> dict[TopicPartition, ListedOffset]:
    """Return the offset of each partition for a timestamp, LATEST or EARLIEST."""
    listed: dict[TopicPartition, ListedOffset] = {}

    async def attempt() -> None:
        missing = [name for name in wanted if name not in listed]
        by_leader: dict[int, list[TopicPartition]] = {}
        for name in missing:
            by_leader.setdefault(cluster.known_leader(*name), []).append(name)
        for leader, names in by_leader.items():
            connection = await cluster.connection(leader)
            request = _request({name: wanted[name] for name in names}, isolation_level)
            _read(await connection.send(request, ListOffsetsResponse), listed)

    await cluster.retrying(attempt)
    return listed


async def first_and_end_offsets(
    cluster: Cluster, partitions: Iterable[TopicPartition], *, isolation_level: int = 0
) -> dict[TopicPartition, tuple[int, int]]:
    """Return where each partition's records begin and end (exclusive)."""
    names = list(partitions)
    first = await list_offsets(cluster, dict.fromkeys(names, EARLIEST))
    end = await list_offsets(cluster, dict.fromkeys(names, LATEST), isolation_level=isolation_level)
    return {name: (first[name].offset, end[name].offset) for name in names}


def _request(wanted: Mapping[TopicPartition, int], isolation_level: int) -> ListOffsetsRequest:
    topics: dict[str, list[ListOffsetsPartition]] = {}
    for name, timestamp in wanted.items():
        partition = ListOffsetsPartition(partition_index=name.partition, timestamp=timestamp)
        topics.setdefault(name.topic, []).append(partition)
    return ListOffsetsRequest(
        replica_id=-1,
        isolation_level=isolation_level,
        topics=[
            ListOffsetsTopic(name=topic, partitions=partitions)
            for topic, partitions in topics.items()
        ],
    )


def _read(response: ListOffsetsResponse, listed: dict[TopicPartition, ListedOffset]) -> None:
    """Keep the good answers, then raise for the first bad one."""
    failure: ApiError | None = None
    for topic in response.topics:
        for partition in topic.partitions:
            name = TopicPartition(topic.name, partition.partition_index)
            if partition.error_code:
                code = ErrorCode.of(partition.error_code)
                failure = failure or ApiError(code, f"{name}: {code.description}")
            else:
                listed[name] = ListedOffset(partition.offset, partition.timestamp)
    if failure is not None:
        raise failure
