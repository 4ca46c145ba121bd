# SPDX-License-Identifier: Apache-2.0
"""The partitions of a broker follow the metadata image."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.metadata.image import (
    BrokerImage,
    ClusterImage,
    ImageDelta,
    PartitionImage,
    ResourceType,
    TopicDelta,
    TopicImage,
)
from ottla.protocol.errors import ErrorCode
from ottla.replication.replica_manager import ReplicaManager
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedDisk

HERE, ELSEWHERE = 1, 2
INCARNATION = b"i" * 16
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


class Surroundings:
    """A broker without a controller."""

    broker_id = HERE
    lag_ms_max = 30_000

    def __init__(self) -> None:
        self.proposed = []

    def now_ms(self):
        """Return a time that stands still."""
        return 1000

    def is_eligible(self, broker_id, broker_epoch):
        """Take everybody."""
        return broker_epoch != 99 or broker_id == HERE

    def propose(self, partition, proposal):
        """Note a proposal."""
        self.proposed.append((partition, proposal))


class Bench:
    """A replica manager, and images that the test makes up."""

    def __init__(self) -> None:
        self.logs = Logs()
        self.topics: dict[str, TopicImage] = {}
        self.registered = INCARNATION
        self.configs: dict[str, LogConfig] = {}
        self.replicas = ReplicaManager(
            HERE,
            self.logs,
            lambda image, topic: self.configs.get(topic, LogConfig()),
            lambda partition: None,
            Surroundings(),
            INCARNATION,
        )

    def topic(
        self, name, topic_id, count, *, replicas=(HERE,), isr=(HERE,), leader_epoch=0, leader=HERE
    ):
        """Put a topic into the image."""
        partitions = tuple(
            PartitionImage(at, leader, leader_epoch, 0, replicas, isr) for at in range(count)
        )
        before = self.topics.get(name)
        self.topics[name] = after = TopicImage(name, topic_id, partitions)
        return TopicDelta(topic_id, name, before, after, tuple(range(count)))

    def image(self):
        """Return the image with all topics."""
        image = ClusterImage("cluster")
        image.brokers = {
            HERE: BrokerImage(HERE, 1, self.registered, (), {}, None, False, False, ())
        }
        image.topics_by_name = dict(self.topics)
        image.topics_by_id = {topic.topic_id: topic for topic in self.topics.values()}
        return image

    def apply(self, *topics: SimpleNamespace, configs=()):
        """Apply a change."""
        self.replicas.apply(self.image(), ImageDelta(topics, configs, (HERE,), (), 1))


def gone(name, topic_id):
    """Return the delta of a deleted topic."""
    return TopicDelta(topic_id, name, None, None, ())


@pytest.fixture
def bench():
    """Return a bench with topic `a` of two partitions."""
    bench = Bench()
    bench.topic("a", ID_A, 2)
    bench.replicas.load(bench.image())
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
    assert replicas.topic_name(ID_A) is not None
    assert replicas.topic_name(ID_B) is None
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
    bench.apply(gone("a", ID_A))
    assert partition.is_retired
    assert bench.logs.deleted == [("a", 0), ("a", 1)]
    assert bench.replicas.get("a", 0) is None
    assert bench.replicas.topic_name(ID_A) is None
    bench.apply(gone("b", ID_B))  # never had a replica here


def test_a_topic_that_is_made_again_starts_anew(bench):
    """Delete and create in one change, in the order in which they happened."""
    bench.logs.disk = SimulatedDisk()
    bench.logs.disk.mkdir("/data")
    bench.apply(gone("a", ID_A), bench.topic("a", ID_B, 1))
    assert bench.replicas.get("a", 0) is bench.replicas.get_by_id(ID_B, 0)
    assert bench.replicas.get("a", 1) is None
    assert bench.replicas.topic_name(ID_A) is None


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


def test_whoever_leads_is_told_apart_from_whoever_follows(bench):
    """Only led partitions are found by those who write, and the refusal says why."""
    bench.apply(bench.topic("b", ID_B, 1, replicas=(HERE, ELSEWHERE), leader=ELSEWHERE))
    replicas = bench.replicas
    assert replicas.get("b", 0) is None
    assert replicas.get_by_id(ID_B, 0) is None
    assert replicas.partitions_of("b") == []
    assert not replicas.replica("b", 0).is_leader
    assert replicas.refusal("b", 0) is ErrorCode.NOT_LEADER_OR_FOLLOWER
    assert replicas.refusal_by_id(ID_B, 0) is ErrorCode.NOT_LEADER_OR_FOLLOWER
    assert replicas.refusal("b", 1) is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert replicas.refusal_by_id(b"C" * 16, 0) is ErrorCode.UNKNOWN_TOPIC_ID
    assert replicas.leader_of("b", 0) == (ELSEWHERE, 0)


def test_roles_change_and_whoever_copies_is_told(bench):
    """A change of leader or leader epoch is told once; a change of the in-sync set is not."""
    told = []
    bench.replicas.on_follow = told.append
    both = {"replicas": (HERE, ELSEWHERE), "isr": (HERE, ELSEWHERE)}
    bench.apply(bench.topic("b", ID_B, 1, **both))
    partition = bench.replicas.get("b", 0)
    bench.apply(bench.topic("b", ID_B, 1, **both))
    assert told == [partition]
    bench.apply(bench.topic("b", ID_B, 1, **both, leader=ELSEWHERE, leader_epoch=1))
    assert told == [partition, partition]
    assert partition.lost_with is ErrorCode.NOT_LEADER_OR_FOLLOWER
    bench.apply(bench.topic("b", ID_B, 1, **both, leader_epoch=2))
    assert bench.replicas.get("b", 0) is partition
    assert partition.lost_with is None


def test_a_replica_that_moves_away_takes_its_log_along(bench):
    """The metadata says of this very topic that the replica is elsewhere now."""
    partition = bench.replicas.get("a", 1)
    bench.apply(bench.topic("a", ID_A, 2, replicas=(ELSEWHERE,), leader=ELSEWHERE))
    assert partition.is_retired
    assert bench.logs.deleted == [("a", 0), ("a", 1)]
    assert bench.replicas.replica("a", 1) is None


def test_a_replica_of_many_begins_at_its_stored_high_watermark(bench):
    """What is behind it may be cut off by the leader, so nobody may read it before."""
    bench.apply(bench.topic("b", ID_B, 1, replicas=(HERE, ELSEWHERE), leader=ELSEWHERE))
    assert bench.replicas.replica("b", 0).high_watermark == 0


def test_a_process_leads_nothing_before_the_controller_knows_it():
    """What the image says of the broker's last incarnation gives this one no office."""
    other = Bench()
    other.registered = b"earlier".ljust(16)
    other.topic("a", ID_A, 2)
    other.replicas.load(other.image())
    assert other.replicas.get("a", 0) is None
    assert other.replicas.replica("a", 0).leader_id == -1
    other.registered = INCARNATION
    other.apply()
    assert other.replicas.get("a", 0) is other.replicas.replica("a", 0)
    other.registered = b"later".ljust(16)
    other.apply()
    assert other.replicas.get("a", 0) is None
