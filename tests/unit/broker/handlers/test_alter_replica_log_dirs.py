# SPDX-License-Identifier: Apache-2.0
"""Which moves between log directories begin, and what is said of those that do not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.broker.handlers import alter_replica_log_dirs
from ottla.metadata.image import ClusterImage, PartitionImage, TopicImage
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.alter_replica_log_dirs import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirTopic,
)
from ottla.replication.replica_manager import ReplicaManager
from ottla.storage.log_config import LogConfig
from ottla.testing.simulated_storage import SimulatedStorage

TOPIC_ID = b"t" * 16
INCARNATION = b"i" * 16


@pytest.fixture
def storage(world):
    """Return two directories; topic `t` has partition 0 here, and 1 elsewhere."""
    storage = SimulatedStorage("/a", "/b")
    storage.start()
    partitions = (
        PartitionImage(0, -1, 0, 0, (1,), (1,)),
        PartitionImage(1, 2, 0, 0, (2,), (2,)),
    )
    topic = TopicImage("t", TOPIC_ID, partitions)
    image = ClusterImage("cluster")
    image.topics_by_name, image.topics_by_id = {"t": topic}, {TOPIC_ID: topic}
    replicas = ReplicaManager(
        1,
        storage.logs,
        lambda image, topic: LogConfig(),
        lambda partition: None,
        SimpleNamespace(broker_id=1),
        INCARNATION,
    )
    replicas.load(image)
    world.services.replicas = replicas
    return storage


def ask(world, path, topic="t", index=0, version=2):
    """Return the code of the one partition that was asked for."""
    wanted = AlterReplicaLogDirTopic(name=topic, partitions=[index])
    request = AlterReplicaLogDirsRequest(dirs=[AlterReplicaLogDir(path=path, topics=[wanted])])
    (result,) = world.client().ask(request, version).results
    (partition,) = result.partitions
    assert (result.topic_name, partition.partition_index) == (topic, index)
    return partition.error_code


@pytest.mark.parametrize("version", alter_replica_log_dirs.VERSIONS)
def test_a_move_begins(world, storage, version):
    """The answer does not wait for its end; the directory may be written with a slash behind."""
    assert ask(world, "/b/", version=version) == ErrorCode.NONE
    (move,) = storage.logs.moves
    assert (move.log.topic, move.target.path) == ("t", "/b")
    storage.run_jobs()
    assert storage.logs.get("t", 0).directory == "/b/t-0"


def test_every_partition_has_its_own_outcome(world, storage):
    """Topics that are named for several directories are answered once."""
    one = AlterReplicaLogDirTopic(name="t", partitions=[0, 1])
    two = AlterReplicaLogDirTopic(name="t", partitions=[9])
    request = AlterReplicaLogDirsRequest(
        dirs=[
            AlterReplicaLogDir(path="/b", topics=[one]),
            AlterReplicaLogDir(path="/c", topics=[two]),
        ]
    )
    (result,) = world.client().ask(request, 2).results
    assert [(one.partition_index, one.error_code) for one in result.partitions] == [
        (0, ErrorCode.NONE),
        (1, ErrorCode.REPLICA_NOT_AVAILABLE),
        (9, ErrorCode.LOG_DIR_NOT_FOUND),
    ]


@pytest.mark.parametrize("path", ["/c", "b", ""])
def test_a_directory_that_this_broker_does_not_have(world, storage, path):
    """LOG_DIR_NOT_FOUND, for relative paths as well."""
    assert ask(world, path) == ErrorCode.LOG_DIR_NOT_FOUND


def test_a_partition_that_nobody_has(world, storage):
    """UNKNOWN_TOPIC_OR_PARTITION for the topic as for the number."""
    assert ask(world, "/b", "u") == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert ask(world, "/b", index=2) == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_replica_that_is_elsewhere(world, storage):
    """REPLICA_NOT_AVAILABLE, and the wish is remembered for the day when it comes here."""
    assert ask(world, "/b", index=1) == ErrorCode.REPLICA_NOT_AVAILABLE
    assert storage.create("t", 1, TOPIC_ID).directory == "/b/t-1"


def test_directories_that_are_offline(world, storage):
    """KAFKA_STORAGE_ERROR for the new one as for the old one."""
    storage.logs.report_failure(storage.logs.directory_at("/b"), "broken")
    assert ask(world, "/b") == ErrorCode.KAFKA_STORAGE_ERROR
    storage.logs.report_failure(storage.logs.directory_at("/a"), "broken")
    assert ask(world, "/a") == ErrorCode.KAFKA_STORAGE_ERROR


def test_a_directory_without_room(world, storage):
    """KAFKA_STORAGE_ERROR, and nothing is begun."""
    storage.logs.directory_at("/b").accepts_appends = False
    assert ask(world, "/b") == ErrorCode.KAFKA_STORAGE_ERROR
    assert not list(storage.logs.moves)
