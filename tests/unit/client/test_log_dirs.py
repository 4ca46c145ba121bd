# SPDX-License-Identifier: Apache-2.0
"""The log directories of a broker."""

from __future__ import annotations

from ottla.client.log_dirs import describe_log_dirs, move_replicas
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages import alter_replica_log_dirs as moves
from ottla.protocol.messages import describe_log_dirs as directories


def test_log_dirs(fake, ask, serve):
    """The broker itself is asked; future copies are no replicas yet."""
    partition = directories.DescribeLogDirsPartition
    serve(
        directories.DescribeLogDirsRequest,
        directories.DescribeLogDirsResponse(
            results=[
                directories.DescribeLogDirsResult(
                    log_dir="/d",
                    total_bytes=10,
                    usable_bytes=5,
                    topics=[
                        directories.DescribeLogDirsTopic(
                            name="t",
                            partitions=[
                                partition(partition_index=0, partition_size=7),
                                partition(partition_index=1, partition_size=9, is_future_key=True),
                            ],
                        )
                    ],
                ),
                directories.DescribeLogDirsResult(
                    log_dir="/e", error_code=ErrorCode.KAFKA_STORAGE_ERROR
                ),
            ]
        ),
    )
    first, second = ask(describe_log_dirs, 1, [TopicPartition("t", 0), TopicPartition("t", 1)])
    assert (first.path, first.sizes, first.size_bytes) == ("/d", {TopicPartition("t", 0): 7}, 7)
    assert first.arriving == {TopicPartition("t", 1): 9}
    assert second.error is ErrorCode.KAFKA_STORAGE_ERROR
    (request,) = fake.requests(directories.DescribeLogDirsRequest)
    assert [(t.topic, list(t.partitions)) for t in request.topics] == [("t", [0, 1])]


def test_moves(fake, ask, serve):
    """One request names the replicas by directory and topic; each has an outcome of its own."""
    result = moves.AlterReplicaLogDirPartitionResult
    serve(
        moves.AlterReplicaLogDirsRequest,
        moves.AlterReplicaLogDirsResponse(
            results=[
                moves.AlterReplicaLogDirTopicResult(
                    topic_name="t",
                    partitions=[
                        result(partition_index=0),
                        result(partition_index=1, error_code=ErrorCode.LOG_DIR_NOT_FOUND),
                        result(partition_index=2),
                    ],
                )
            ]
        ),
    )
    names = [TopicPartition("t", number) for number in range(3)]
    outcomes = ask(move_replicas, 1, dict(zip(names, ["/d", "/nowhere", "/d"], strict=True)))
    assert (outcomes[names[0]], outcomes[names[2]]) == (None, None)
    assert outcomes[names[1]].code is ErrorCode.LOG_DIR_NOT_FOUND
    assert "t-1 to /nowhere" in str(outcomes[names[1]])
    (request,) = fake.requests(moves.AlterReplicaLogDirsRequest)
    assert {
        each.path: {topic.name: list(topic.partitions) for topic in each.topics}
        for each in request.dirs
    } == {"/d": {"t": [0, 2]}, "/nowhere": {"t": [1]}}
