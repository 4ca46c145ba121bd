# SPDX-License-Identifier: Apache-2.0
"""The partitions of this broker: a dictionary with a life cycle.

It follows the cluster's metadata: `apply` creates, reconfigures and removes partitions when an
image replaces another. `generation` rises with every change, so that whatever was derived from
partitions (the data plane's request shapes) knows when it is out of date.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.metadata.image import ResourceType
from ottla.replication.partition import Partition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ottla.metadata.image import ClusterImage, ImageDelta, TopicImage
    from ottla.storage.log_config import LogConfig
    from ottla.storage.log_manager import LogManager

_logger = logging.getLogger(__name__)


class ReplicaManager:
    """All partitions that have a replica on this broker; belongs to the event loop."""

    __slots__ = (
        "_broker_id",
        "_by_id",
        "_log_config_of",
        "_logs",
        "_partitions",
        "_request_flush",
        "generation",
    )

    def __init__(
        self,
        broker_id: int,
        logs: LogManager,
        log_config_of: Callable[[ClusterImage, str], LogConfig],
        request_flush: Callable[[Partition], None],
    ) -> None:
        self._broker_id = broker_id
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
        return partitions.get(index) if partitions is not None else None

    def partitions_of(self, topic: str) -> list[Partition]:
        """Return the partitions of a topic that this broker leads."""
        return list(self._partitions.get(topic, {}).values())

    def get_by_id(self, topic_id: bytes, index: int) -> Partition | None:
        """Return the partition of the topic with this id, or None."""
        partitions = self._by_id.get(topic_id)
        return partitions.get(index) if partitions is not None else None

    def has_topic_id(self, topic_id: bytes) -> bool:
        """Whether a topic of this id has a replica here."""
        return topic_id in self._by_id

    def topic_name(self, topic_id: bytes) -> str | None:
        """Return the name of the topic with this id, when it has a replica here."""
        partitions = self._by_id.get(topic_id)
        return next(iter(partitions.values())).topic if partitions else None

    def load(self, image: ClusterImage) -> None:
        """Take over everything an image says, at start."""
        for topic in image.topics_by_name.values():
            self._update_topic(image, topic)
        self.generation += 1

    def apply(self, image: ClusterImage, delta: ImageDelta) -> None:
        """Follow a change of the cluster's metadata."""
        for topic in delta.topics:
            if topic.after is None:
                self._remove_topic(topic.topic_id)
            else:
                self._update_topic(image, topic.after)
        self._reconfigure(image, delta)
        self.generation += 1

    def _update_topic(self, image: ClusterImage, topic: TopicImage) -> None:
        partitions = self._partitions.setdefault(topic.name, {})
        self._by_id[topic.topic_id] = partitions
        config: LogConfig | None = None
        for state in topic.partitions:
            if self._broker_id not in state.replicas:
                continue
            existing = partitions.get(state.partition_id)
            if existing is not None:
                existing.leader_epoch = state.leader_epoch
                existing.in_sync_replica_count = len(state.isr)
                continue
            if config is None:
                config = self._log_config_of(image, topic.name)
            try:
                log = self._logs.claim(topic.name, state.partition_id, topic.topic_id, config)
            except StorageError as error:
                _logger.error("%s-%s: %s", topic.name, state.partition_id, error)  # noqa: TRY400 - the text says it all
                continue
            partition = Partition(
                log,
                topic.topic_id,
                state.leader_epoch,
                self._request_flush,
                self._logs.directory_of(log),
            )
            partition.in_sync_replica_count = len(state.isr)
            partitions[state.partition_id] = partition

    def _remove_topic(self, topic_id: bytes) -> None:
        partitions = self._by_id.pop(topic_id, None)
        if not partitions:
            return
        name = next(iter(partitions.values())).topic
        self._partitions.pop(name, None)
        for partition in partitions.values():
            partition.retire()
            self._logs.delete_log(name, partition.index)

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
