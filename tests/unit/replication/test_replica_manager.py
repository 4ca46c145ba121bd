# SPDX-License-Identifier: Apache-2.0
"""The partitions of a broker follow the metadata image."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.metadata.image import ResourceType
from ottla.replication.replica_manager import ReplicaManager
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedDisk

HERE, ELSEWHERE = 1, 2
ID_A, ID_B = b"A" * 16, b"B" * 16


class Logs:
    """A log manager over a disk in memory, which can refuse."""

    def __init__(self) -> None:
        self.disk = SimulatedDisk()
        self.disk.mkdir("/data")
        self.deleted: list[tuple[str, int]] = []
        self.refused: set[tuple[str, int]] = set()
        self.directory = SimpleNamespace(accepts_appends=True)

    def claim(self, topic, partition, topic_id, config):
        """Make a log, or refuse as a broken disk would."""
        if (topic, partition) in self.refused:
            raise StorageError("broken")
        return PartitionLog.open(
            f"/data/{topic}-{partition}",
            topic,
            partition,
            config,
            files=self.disk,
            clock=ManualClock(),
            clean=True,
            topic_id=topic_id,
        )

    def directory_of(self, log):
        """Return the one directory."""
        return self.directory

    def delete_log(self, topic, partition):
        """Note a deletion."""
        self.deleted.append((topic, partition))


class Bench:
    """A replica manager, and images that the test makes up."""

    def __init__(self) -> None:
        self.logs = Logs()
        self.topics: dict[str, SimpleNamespace] = {}
        self.configs: dict[str, LogConfig] = {}
        self.replicas = ReplicaManager(
            HERE,
            self.logs,
            lambda image, topic: self.configs.get(topic, LogConfig()),
            lambda partition: None,
        )

    def topic(self, name, topic_id, count, *, replicas=(HERE,), isr=(HERE,), leader_epoch=0):
        """Put a topic into the image."""
        self.topics[name] = SimpleNamespace(
            name=name,
            topic_id=topic_id,
            partitions=tuple(
                SimpleNamespace(
                    partition_id=at, replicas=replicas, isr=isr, leader_epoch=leader_epoch
                )
                for at in range(count)
            ),
        )
        return SimpleNamespace(topic_id=topic_id, after=self.topics[name])

    def apply(self, *topics: SimpleNamespace, configs=()):
        """Apply a change."""
        image = SimpleNamespace(topics_by_name=self.topics)
        self.replicas.apply(image, SimpleNamespace(topics=topics, configs=configs))


@pytest.fixture
def bench():
    """Return a bench with topic `a` of two partitions."""
    bench = Bench()
    bench.topic("a", ID_A, 2)
    bench.replicas.load(SimpleNamespace(topics_by_name=bench.topics))
    return bench


def test_an_image_is_loaded(bench):
    """Partitions are found by name and by id, and nothing else is."""
    replicas = bench.replicas
    assert len(replicas) == 2
    assert [(one.topic, one.index) for one in replicas] == [("a", 0), ("a", 1)]
    assert replicas.get("a", 1) is replicas.get_by_id(ID_A, 1)
    assert replicas.get("a", 2) is None
    assert replicas.get("b", 0) is None
    assert replicas.get_by_id(ID_B, 0) is None
    assert replicas.has_topic_id(ID_A)
    assert not replicas.has_topic_id(ID_B)
    assert (replicas.topic_name(ID_A), replicas.topic_name(ID_B)) == ("a", None)


def test_new_topics_and_partitions_appear(bench):
    """Existing partitions stay the same objects, and the generation rises."""
    before = bench.replicas.get("a", 0)
    generation = bench.replicas.generation
    bench.apply(bench.topic("a", ID_A, 3), bench.topic("b", ID_B, 1))
    assert len(bench.replicas) == 4
    assert bench.replicas.get("a", 0) is before
    assert bench.replicas.generation == generation + 1


def test_replicas_of_others_are_left_out(bench):
    """A partition without a replica here is not led here."""
    bench.apply(bench.topic("b", ID_B, 2, replicas=(ELSEWHERE,)))
    assert bench.replicas.get("b", 0) is None
    assert len(bench.replicas) == 2


def test_leader_epoch_and_replicas_in_sync_follow(bench):
    """What the image says of a partition reaches it."""
    bench.apply(bench.topic("a", ID_A, 2, isr=(HERE, ELSEWHERE), leader_epoch=9))
    partition = bench.replicas.get("a", 1)
    assert (partition.leader_epoch, partition.in_sync_replica_count) == (9, 2)


def test_a_deleted_topic_goes_with_its_logs(bench):
    """Partitions are retired, so that whoever waits wakes; a namesake is another topic."""
    partition = bench.replicas.get("a", 0)
    del bench.topics["a"]
    bench.apply(SimpleNamespace(topic_id=ID_A, after=None))
    assert partition.is_retired
    assert bench.logs.deleted == [("a", 0), ("a", 1)]
    assert bench.replicas.get("a", 0) is None
    assert not bench.replicas.has_topic_id(ID_A)
    bench.apply(SimpleNamespace(topic_id=ID_B, after=None))  # never had a replica here


def test_a_topic_that_is_made_again_starts_anew(bench):
    """Delete and create in one change, in the order in which they happened."""
    bench.logs.disk = SimulatedDisk()
    bench.logs.disk.mkdir("/data")
    bench.apply(SimpleNamespace(topic_id=ID_A, after=None), bench.topic("a", ID_B, 1))
    assert bench.replicas.get("a", 0) is bench.replicas.get_by_id(ID_B, 0)
    assert bench.replicas.get("a", 1) is None
    assert not bench.replicas.has_topic_id(ID_A)


def test_settings_follow(bench):
    """A topic's settings reach its partitions, a broker's reach everybody's."""
    bench.apply(bench.topic("b", ID_B, 1))
    bench.configs = {"a": LogConfig(max_message_bytes=7), "b": LogConfig(max_message_bytes=8)}

    def limits():
        return [one.log.config.max_message_bytes for one in bench.replicas]

    default = LogConfig().max_message_bytes
    bench.apply(configs=[(ResourceType.TOPIC, "a"), (ResourceType.TOPIC, "unknown")])
    assert limits() == [7, 7, default]
    bench.apply(configs=[(ResourceType.BROKER, "1")])
    assert limits() == [7, 7, 8]


def test_a_log_that_cannot_be_made_is_left_out(bench, caplog):
    """The other partitions of the topic are served, and the log says why one is not."""
    bench.logs.refused.add(("b", 0))
    bench.apply(bench.topic("b", ID_B, 2))
    assert bench.replicas.get("b", 0) is None
    assert bench.replicas.get("b", 1) is not None
    assert "b-0: broken" in caplog.text
