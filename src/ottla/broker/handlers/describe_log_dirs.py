# SPDX-License-Identifier: Apache-2.0
"""DescribeLogDirs (key 35): what lies in each log directory, and how much room is left.

A replica that moves is in two of them: where it serves, and as a *future* one where it is going.

Versions 1-5: v2 flexible · v3 error_code · v4 total and usable bytes (KIP-827) · v5 cordoned
directories (KIP-1066).
Answers KAFKA_STORAGE_ERROR for a directory that is offline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_log_dirs import (
    DescribeLogDirsPartition,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.storage.log_directory import LogDirectory

VERSIONS = range(1, 6)
REQUEST = DescribeLogDirsRequest


def handle(request: DescribeLogDirsRequest, context: RequestContext) -> DescribeLogDirsResponse:
    """Describe every directory; an absent topic list means all topics."""
    wanted: dict[str, frozenset[int]] | None = None
    if request.topics is not None:
        wanted = {topic.topic: frozenset(topic.partitions) for topic in request.topics}
    return DescribeLogDirsResponse(
        results=[
            _describe(context, directory, wanted) for directory in context.services.logs.directories
        ]
    )


def _describe(
    context: RequestContext, directory: LogDirectory, wanted: dict[str, frozenset[int]] | None
) -> DescribeLogDirsResult:
    result = DescribeLogDirsResult(log_dir=directory.path, topics=[])
    if directory.failure is not None:
        result.error_code = ErrorCode.KAFKA_STORAGE_ERROR
        return result
    topics: dict[str, DescribeLogDirsTopic] = {}
    for partition in context.services.replicas:
        if not partition.log.directory.startswith(directory.path + "/"):
            continue
        if wanted is not None and partition.index not in wanted.get(partition.topic, ()):
            continue
        log = partition.log
        _add(
            topics,
            partition.topic,
            DescribeLogDirsPartition(
                partition_index=partition.index,
                partition_size=log.size_bytes,
                offset_lag=max(partition.high_watermark - log.log_end_offset, 0),
                is_future_key=False,
            ),
        )
    for move in context.services.logs.moves:
        log = move.log
        if move.target is not directory:
            continue
        if wanted is not None and log.partition not in wanted.get(log.topic, ()):
            continue
        _add(
            topics,
            log.topic,
            DescribeLogDirsPartition(
                partition_index=log.partition,
                partition_size=move.size_bytes,
                offset_lag=log.log_end_offset - move.end_offset,
                is_future_key=True,
            ),
        )
    result.topics = list(topics.values())
    space = directory.disk_space()
    result.total_bytes, result.usable_bytes = space.total_bytes, space.free_bytes
    return result


def _add(
    topics: dict[str, DescribeLogDirsTopic], name: str, partition: DescribeLogDirsPartition
) -> None:
    topic = topics.get(name)
    if topic is None:
        topic = topics[name] = DescribeLogDirsTopic(name=name, partitions=[])
    topic.partitions.append(partition)
