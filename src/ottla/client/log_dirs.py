# SPDX-License-Identifier: Apache-2.0
"""The log directories of one broker: what lies in them, and moves between them (KIP-113)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_replica_log_dirs import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopic,
)
from ottla.protocol.messages.describe_log_dirs import (
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.client.cluster import Cluster
    from ottla.protocol.messages.describe_log_dirs import DescribeLogDirsResult


@dataclass(frozen=True, slots=True)
class LogDir:
    """One log directory of a broker."""

    path: str
    error: ErrorCode
    total_bytes: int  # of the volume; -1 when not told
    usable_bytes: int
    sizes: dict[TopicPartition, int]  # bytes of the replicas in it
    arriving: dict[TopicPartition, int] = field(default_factory=dict)
    """Bytes that are here of the replicas that are moving in from another one."""

    @property
    def size_bytes(self) -> int:
        """What all replicas in it take."""
        return sum(self.sizes.values())


async def describe_log_dirs(
    cluster: Cluster, broker_id: int, partitions: Iterable[TopicPartition] | None = None
) -> list[LogDir]:
    """Return a broker's log directories with these partitions, all of them by default."""
    topics: dict[str, DescribableLogDirTopic] | None = None
    if partitions is not None:
        topics = {}
        for place in partitions:
            topic = topics.setdefault(place.topic, DescribableLogDirTopic(topic=place.topic))
            topic.partitions.append(place.partition)
    request = DescribeLogDirsRequest(topics=None if topics is None else list(topics.values()))
    connection = await cluster.connection(broker_id)
    response = await connection.send(request, DescribeLogDirsResponse)
    if response.error_code:
        code = ErrorCode.of(response.error_code)
        raise ApiError(code, code.description)
    return [
        LogDir(
            result.log_dir,
            ErrorCode.of(result.error_code),
            result.total_bytes,
            result.usable_bytes,
            _sizes(result, is_arriving=False),
            _sizes(result, is_arriving=True),
        )
        for result in response.results
    ]


async def move_replicas(
    cluster: Cluster, broker_id: int, targets: Mapping[TopicPartition, str]
) -> dict[TopicPartition, ApiError | None]:
    """Begin to move replicas of a broker to these directories; return what went wrong with each."""
    dirs: dict[str, dict[str, AlterReplicaLogDirTopic]] = {}
    for name, path in targets.items():
        topics = dirs.setdefault(path, {})
        topic = topics.setdefault(name.topic, AlterReplicaLogDirTopic(name=name.topic))
        topic.partitions.append(name.partition)
    request = AlterReplicaLogDirsRequest(
        dirs=[
            AlterReplicaLogDir(path=path, topics=list(topics.values()))
            for path, topics in dirs.items()
        ]
    )
    connection = await cluster.connection(broker_id)
    response = await connection.send(request, AlterReplicaLogDirsResponse)
    outcomes: dict[TopicPartition, ApiError | None] = {}
    for result in response.results:
        for partition in result.partitions:
            name = TopicPartition(result.topic_name, partition.partition_index)
            code = ErrorCode.of(partition.error_code)
            outcomes[name] = (
                ApiError(code, f"{name} to {targets[name]}: {code.description}") if code else None
            )
    return outcomes


def _sizes(result: DescribeLogDirsResult, *, is_arriving: bool) -> dict[TopicPartition, int]:
    return {
        TopicPartition(topic.name, partition.partition_index): partition.partition_size
        for topic in result.topics
        for partition in topic.partitions
        if partition.is_future_key == is_arriving
    }
