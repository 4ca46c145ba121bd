# SPDX-License-Identifier: Apache-2.0
"""The partitions of this broker: a dictionary with a life cycle.

It follows the cluster's metadata: `apply` creates, reconfigures and removes partitions when an
image replaces another, and gives each its role. `generation` rises with every change, so that
whatever was derived from partitions (the data plane's request shapes) knows when it is out of
date.

A broker that has just started leads nothing before the controller knows this very process: what an
image said of the one before may have been lost with it.

A log is deleted only when the metadata says so of this very topic id: the topic was deleted, or the
partition has moved to other brokers. What nobody knows at start is set aside, never deleted.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.metadata.image import NO_LEADER, ResourceType
from ottla.protocol.errors import ErrorCode
from ottla.replication.partition import Partition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ottla.metadata.image import ClusterImage, ImageDelta, PartitionImage, TopicImage
    from ottla.replication.partition import Surroundings
    from ottla.storage.log_config import LogConfig
    from ottla.storage.log_manager import LogManager

_logger = logging.getLogger(__name__)

CREATIONS_PER_TURN = 20
"""New logs that are made in one turn of the loop: some milliseconds."""


class ReplicaManager:
    """All partitions that have a replica on this broker; belongs to the event loop."""

    __slots__ = (
        "_broker_id",
        "_by_id",
        "_creations",
        "_image",
        "_incarnation_id",
        "_is_known",
        "_log_config_of",
        "_logs",
        "_partitions",
        "_request_flush",
        "_surroundings",
        "_to_create",
        "generation",
        "on_follow",
        "postpone",
    )

    def __init__(
        self,
        broker_id: int,
        logs: LogManager,
        log_config_of: Callable[[ClusterImage, str], LogConfig],
        request_flush: Callable[[Partition], None],
        surroundings: Surroundings,
        incarnation_id: bytes,
    ) -> None:
        self._broker_id = broker_id
        self._incarnation_id = incarnation_id
        self._is_known = False  # registered as this process
        self._surroundings = surroundings
        self._image: ClusterImage | None = None
        self._to_create: deque[tuple[bytes, int]] = deque()
        self._creations = 0  # new logs of this turn
        self.postpone: Callable[[], object] | None = None
        """In a cluster: has `create_some` called soon, so that new logs do not silence it."""
        self.on_follow: Callable[[Partition], None] | None = None
        """Told of partitions whose leader or leader epoch has changed, and of those that went."""
        self._logs = logs
        self._log_config_of = log_config_of
        self._request_flush = request_flush
        self._partitions: dict[str, dict[int, Partition]] = {}
        self._by_id: dict[bytes, dict[int, Partition]] = {}  # the same inner dictionaries
        self.generation = 0

    def __iter__(self) -> Iterator[Partition]:
        for partitions in self._partitions.values():
            yield from partitions.values()

    def __len__(self) -> int:
        return sum(map(len, self._partitions.values()))

    def get(self, topic: str, index: int) -> Partition | None:
        """Return the partition, or None when this broker does not lead it."""
        partitions = self._partitions.get(topic)
        partition = partitions.get(index) if partitions is not None else None
        return partition if partition is not None and partition.is_leader else None

    def get_by_id(self, topic_id: bytes, index: int) -> Partition | None:
        """Return the partition of the topic with this id, or None likewise."""
        partition = self.replica_by_id(topic_id, index)
        return partition if partition is not None and partition.is_leader else None

    def replica(self, topic: str, index: int) -> Partition | None:
        """Return the replica on this broker, whoever leads it."""
        partitions = self._partitions.get(topic)
        return partitions.get(index) if partitions is not None else None

    def replica_by_id(self, topic_id: bytes, index: int) -> Partition | None:
        """Return the replica on this broker of the topic with this id."""
        partitions = self._by_id.get(topic_id)
        return partitions.get(index) if partitions is not None else None

    def partitions_of(self, topic: str) -> list[Partition]:
        """Return the partitions of a topic that this broker leads."""
        return [one for one in self._partitions.get(topic, {}).values() if one.is_leader]

    def refusal(self, topic: str, index: int) -> ErrorCode:
        """Return why a partition is not led here."""
        image = self._image
        state = None if image is None else image.partition(topic, index)
        if state is None:
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        if state.leader == self._broker_id and not self._to_create:
            return ErrorCode.KAFKA_STORAGE_ERROR  # its log could not be opened
        return ErrorCode.NOT_LEADER_OR_FOLLOWER

    def refusal_by_id(self, topic_id: bytes, index: int) -> ErrorCode:
        """Return why a partition of the topic with this id is not led here."""
        topic = None if self._image is None else self._image.topics_by_id.get(topic_id)
        if topic is None:
            return ErrorCode.UNKNOWN_TOPIC_ID
        return self.refusal(topic.name, index)

    def leader_of(self, topic: str, index: int) -> tuple[int, int] | None:
        """Return (broker id, leader epoch) of whoever leads a partition, as far as is known."""
        state = None if self._image is None else self._image.partition(topic, index)
        return None if state is None else (state.leader, state.leader_epoch)

    def topic_name_of(self, topic_id: bytes) -> str | None:
        """Return the name of the topic with this id, wherever its replicas are."""
        topic = None if self._image is None else self._image.topics_by_id.get(topic_id)
        return None if topic is None else topic.name

    def topic_name(self, topic_id: bytes) -> str | None:
        """Return the name of the topic with this id, when it has a replica here."""
        partitions = self._by_id.get(topic_id)
        return next(iter(partitions.values())).topic if partitions else None

    def move_to(self, topic: str, index: int, path: str) -> ErrorCode:
        """Have a replica move to another log directory of this broker; return why it cannot.

        A replica that is to come here is made in that directory, and REPLICA_NOT_AVAILABLE is
        answered all the same, as Kafka does.
        """
        directory = self._logs.find_directory(path)
        if directory is None:
            return ErrorCode.LOG_DIR_NOT_FOUND
        state = None if self._image is None else self._image.partition(topic, index)
        partition = self.replica(topic, index)
        if state is None:
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        if not directory.is_online:
            return ErrorCode.KAFKA_STORAGE_ERROR
        if partition is None:
            if self._broker_id in state.replicas:
                return ErrorCode.KAFKA_STORAGE_ERROR  # its log could not be opened
            self._logs.prefer(topic, index, directory)
            return ErrorCode.REPLICA_NOT_AVAILABLE
        if partition.log.is_offline:
            return ErrorCode.KAFKA_STORAGE_ERROR
        try:
            self._logs.move(topic, index, directory)
        except StorageError as error:
            _logger.warning("%s-%s does not move to %s: %s", topic, index, directory.path, error)
            return ErrorCode.KAFKA_STORAGE_ERROR
        return ErrorCode.NONE

    def load(self, image: ClusterImage) -> None:
        """Take over everything an image says, at start."""
        self._image = image
        self._creations = 0
        self._is_known = self._find_itself(image)
        for topic in image.topics_by_name.values():
            self._update_topic(image, topic)
        self.generation += 1

    def _find_itself(self, image: ClusterImage) -> bool:
        broker = image.brokers.get(self._broker_id)
        return broker is not None and broker.incarnation_id == self._incarnation_id

    def apply(self, image: ClusterImage, delta: ImageDelta) -> None:
        """Follow a change of the cluster's metadata."""
        if not (delta.topics or delta.configs or delta.brokers):
            self._image = image
            return
        if self._find_itself(image) != self._is_known:
            for topic in delta.topics:
                if topic.after is None:
                    self._remove_topic(topic.topic_id)
            self._reconfigure(image, delta)
            self.load(image)
            return
        self._image = image
        self._creations = 0
        for topic in delta.topics:
            if topic.after is None:
                self._remove_topic(topic.topic_id)
            else:
                self._update_topic(image, topic.after, topic.partitions)
        self._reconfigure(image, delta)
        self.generation += 1

    def _update_topic(
        self, image: ClusterImage, topic: TopicImage, touched: Iterable[int] | None = None
    ) -> None:
        """Bring the partitions of a topic up to date: those that were touched, or all."""
        partitions = self._by_id.get(topic.topic_id)
        if partitions is None:
            partitions = self._by_id[topic.topic_id] = self._partitions[topic.name] = {}
        config: LogConfig | None = None
        states = topic.partitions if touched is None else [topic.partitions[n] for n in touched]
        for state in states:
            partition = partitions.get(state.partition_id)
            if self._broker_id not in state.replicas:
                if partition is not None:
                    del partitions[state.partition_id]
                    self._remove(partition)
                continue
            if partition is None:
                if self._is_put_off(topic, state):
                    continue
                if config is None:
                    config = self._log_config_of(image, topic.name)
                partition = self._create(topic, state, config)
                if partition is None:
                    continue
                partitions[state.partition_id] = partition
            self._assign_role(partition, state)

    def _is_put_off(self, topic: TopicImage, state: PartitionImage) -> bool:
        """Put the creation of a new log off when this turn has made enough of them."""
        if self.postpone is None or self._logs.get(topic.name, state.partition_id) is not None:
            return False
        self._creations += 1
        if self._creations <= CREATIONS_PER_TURN:
            return False
        if not self._to_create:
            self.postpone()
        self._to_create.append((topic.topic_id, state.partition_id))
        return True

    def create_some(self) -> list[str]:
        """Make some of the partitions that were put off; return the names of their topics."""
        image = self._image
        assert image is not None, "somebody has put them off"
        names: dict[str, None] = {}
        self._creations = 0
        for _ in range(min(CREATIONS_PER_TURN, len(self._to_create))):
            topic_id, index = self._to_create.popleft()
            topic = image.topics_by_id.get(topic_id)
            if topic is not None:
                self._update_topic(image, topic, (index,))
                names[topic.name] = None
        if self._to_create:
            assert self.postpone is not None, "somebody has put them off"
            self.postpone()
        self.generation += 1
        return list(names)

    def _create(
        self, topic: TopicImage, state: PartitionImage, config: LogConfig
    ) -> Partition | None:
        try:
            log = self._logs.claim(topic.name, state.partition_id, topic.topic_id, config)
        except StorageError as error:
            _logger.error("%s-%s: %s", topic.name, state.partition_id, error)  # noqa: TRY400 - the text says it all
            return None
        partition = Partition(
            log,
            topic.topic_id,
            -1,
            self._request_flush,
            self._logs.directory_of(log),
        )
        if len(state.replicas) > 1:
            # What is behind it may be cut off by whoever leads; what is below is committed.
            partition.high_watermark = log.stored_high_watermark
        return partition

    def _assign_role(self, partition: Partition, state: PartitionImage) -> None:
        before = (partition.is_leader, partition.leader_id, partition.leader_epoch)
        if state.leader != self._broker_id:
            partition.follow(state)
        elif self._is_known:
            partition.lead(state, self._surroundings)
        else:
            partition.follow(state._replace(leader=NO_LEADER))
        after = (partition.is_leader, partition.leader_id, partition.leader_epoch)
        if self.on_follow is not None and before != after:
            self.on_follow(partition)

    def _remove_topic(self, topic_id: bytes) -> None:
        partitions = self._by_id.pop(topic_id, None)
        if not partitions:
            return
        name = next(iter(partitions.values())).topic
        if self._partitions.get(name) is partitions:
            del self._partitions[name]
        for partition in partitions.values():
            self._remove(partition)

    def _remove(self, partition: Partition) -> None:
        """Take a replica out of service, and its files with it: the metadata says that it goes."""
        partition.retire()
        self._logs.delete_log(partition.topic, partition.index)
        if self.on_follow is not None:
            self.on_follow(partition)

    def _reconfigure(self, image: ClusterImage, delta: ImageDelta) -> None:
        changed = [name for kind, name in delta.configs if kind == ResourceType.TOPIC]
        if any(kind == ResourceType.BROKER for kind, _ in delta.configs):
            changed = list(self._partitions)  # a default of every topic may be another one
        for name in changed:
            partitions = self._partitions.get(name)
            if not partitions:
                continue
            config = self._log_config_of(image, name)
            for partition in partitions.values():
                partition.configure(config)
