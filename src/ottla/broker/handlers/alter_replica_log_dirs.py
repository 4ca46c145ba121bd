# SPDX-License-Identifier: Apache-2.0
"""AlterReplicaLogDirs (key 34): move replicas of this broker to other log directories of it.

Versions 1-2: v2 flexible.
The answer says that the moves have begun; DescribeLogDirs shows how far they are. Answers
LOG_DIR_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION, REPLICA_NOT_AVAILABLE (the replica is elsewhere; if
it comes here later, it is made in that directory), KAFKA_STORAGE_ERROR (one of the directories is
offline, or the new one takes nothing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages.alter_replica_log_dirs import (
    AlterReplicaLogDirPartitionResult,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopicResult,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(1, 3)
REQUEST = AlterReplicaLogDirsRequest


def handle(
    request: AlterReplicaLogDirsRequest, context: RequestContext
) -> AlterReplicaLogDirsResponse:
    """Begin the moves, each for itself."""
    replicas = context.services.replicas
    topics: dict[str, AlterReplicaLogDirTopicResult] = {}
    for directory in request.dirs:
        for topic in directory.topics:
            result = topics.get(topic.name)
            if result is None:
                result = topics[topic.name] = AlterReplicaLogDirTopicResult(
                    topic_name=topic.name, partitions=[]
                )
            for index in topic.partitions:
                code = replicas.move_to(topic.name, index, directory.path)
                result.partitions.append(
                    AlterReplicaLogDirPartitionResult(partition_index=index, error_code=code)
                )
    return AlterReplicaLogDirsResponse(results=list(topics.values()))
