# SPDX-License-Identifier: Apache-2.0
"""Creating and deleting topics, adding partitions.

Each topic of a request is decided on its own: one bad topic does not hold up the others. The
records of all accepted topics form one batch. Callers authorise before they ask.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ottla.base.errors import ConfigError
from ottla.base.ids import ZERO_UUID
from ottla.controller.assignments import PartitionAssignment, check_manual_assignment
from ottla.controller.decision import Decision
from ottla.controller.partition_change import target_replicas
from ottla.controller.placement import place
from ottla.controller.topic_names import CLUSTER_METADATA, Collisions, name_fault
from ottla.metadata.configs import check_topic_texts, describe_topic
from ottla.metadata.image import ResourceType
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    ConfigRecord,
    PartitionRecord,
    RemoveTopicRecord,
    TopicRecord,
)
from ottla.protocol.messages.create_partitions import CreatePartitionsTopicResult
from ottla.protocol.messages.create_topics import CreatableTopicConfigs, CreatableTopicResult
from ottla.protocol.messages.delete_topics import DeletableTopicResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from ottla.controller.decision import ControllerSettings
    from ottla.metadata.image import ClusterImage, TopicImage
    from ottla.protocol.message import Message
    from ottla.protocol.messages.create_partitions import CreatePartitionsTopic
    from ottla.protocol.messages.create_topics import CreatableTopic
    from ottla.protocol.messages.delete_topics import DeleteTopicState

PARTITIONS_PER_REQUEST_MAX = 10_000
"""More new partitions in one request are refused, as Kafka does: a batch must stay a batch."""

_DEFAULT = -1


class TopicCreation:
    """Decides one CreateTopics request."""

    def __init__(
        self,
        image: ClusterImage,
        settings: ControllerSettings,
        random: Random,
        new_topic_id: Callable[[], bytes],
    ) -> None:
        self._image = image
        self._settings = settings
        self._random = random
        self._new_topic_id = new_topic_id
        self._collisions: Collisions | None = None
        self._default_configs: list[CreatableTopicConfigs] | None = None
        self._partitions = 0
        self._records: list[Message] = []

    def decide(
        self, topics: Sequence[CreatableTopic], *, validate_only: bool = False
    ) -> Decision[list[CreatableTopicResult]]:
        """Return the records that create the topics, and a result for each name."""
        asked = Counter(topic.name for topic in topics)
        results: list[CreatableTopicResult] = []
        answered: set[str] = set()
        for topic in topics:
            if topic.name in answered:
                continue
            answered.add(topic.name)
            try:
                _check_named_once(asked[topic.name])
                results.append(self._create(topic, validate_only=validate_only))
            except ApiError as error:
                results.append(
                    CreatableTopicResult(
                        name=topic.name, error_code=error.code, error_message=error.message
                    )
                )
        return Decision([] if validate_only else self._records, results)

    def _create(self, topic: CreatableTopic, *, validate_only: bool) -> CreatableTopicResult:
        self._check_name(topic.name)
        assignments = self._assignments(topic)
        texts = _config_texts(topic)
        try:
            check_topic_texts(texts, self._settings)
        except ConfigError as error:
            raise ApiError(ErrorCode.INVALID_CONFIG, str(error)) from error
        self._partitions += len(assignments)
        _check_request_size(self._partitions)
        topic_id = self._new_topic_id()
        assert self._collisions is not None
        self._collisions.add(topic.name)
        self._records.append(TopicRecord(name=topic.name, topic_id=topic_id))
        self._records.extend(_config_records(topic.name, texts))
        for number, assignment in enumerate(assignments):
            self._records.append(new_partition(topic_id, number, assignment))
        return CreatableTopicResult(
            name=topic.name,
            topic_id=ZERO_UUID if validate_only else topic_id,
            error_message=None,
            num_partitions=len(assignments),
            replication_factor=len(assignments[0].replicas),
            configs=self._described(texts),
        )

    def _check_name(self, name: str) -> None:
        fault = name_fault(name)
        if fault is not None:
            raise ApiError(ErrorCode.INVALID_TOPIC_EXCEPTION, fault)
        if name == CLUSTER_METADATA:
            raise ApiError(ErrorCode.INVALID_REQUEST, f"the name {name} is reserved")
        if name in self._image.topics_by_name:
            raise ApiError(ErrorCode.TOPIC_ALREADY_EXISTS, f"topic {name} exists already")
        if self._collisions is None:
            self._collisions = Collisions(self._image.topics_by_name)
        other = self._collisions.with_name(name)
        if other is not None:
            raise ApiError(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                f"{name} collides with the topic {other}: '.' and '_' count as the same",
            )

    def _assignments(self, topic: CreatableTopic) -> list[PartitionAssignment]:
        if topic.assignments:
            return self._manual_assignments(topic)
        count = topic.num_partitions
        factor = topic.replication_factor
        if count == _DEFAULT:
            count = self._settings.num_partitions
        if factor == _DEFAULT:
            factor = self._settings.default_replication_factor
        if count <= 0:
            raise ApiError(
                ErrorCode.INVALID_PARTITIONS, f"a topic needs 1 partition or more, not {count}"
            )
        _check_request_size(self._partitions + count)
        return place_partitions(self._image, count, factor, self._random)

    def _manual_assignments(self, topic: CreatableTopic) -> list[PartitionAssignment]:
        if topic.num_partitions != _DEFAULT or topic.replication_factor != _DEFAULT:
            raise ApiError(
                ErrorCode.INVALID_REQUEST,
                "a request with assignments must leave partitions and replication factor at -1",
            )
        by_number = {item.partition_index: item.broker_ids for item in topic.assignments}
        if len(by_number) != len(topic.assignments):
            raise ApiError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT, "a partition is assigned more than once"
            )
        if sorted(by_number) != list(range(len(by_number))):
            raise ApiError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT, "partitions must be numbered 0, 1, 2, ..."
            )
        return check_manual_assignment(
            self._image, [by_number[number] for number in range(len(by_number))]
        )

    def _described(self, texts: dict[str, str]) -> list[CreatableTopicConfigs]:
        if texts:
            return _describe(texts, self._settings)
        if self._default_configs is None:
            self._default_configs = _describe({}, self._settings)
        return self._default_configs


def create_partitions(
    image: ClusterImage,
    topics: Sequence[CreatePartitionsTopic],
    random: Random,
    *,
    validate_only: bool = False,
) -> Decision[list[CreatePartitionsTopicResult]]:
    """Return the records that add partitions, and a result for each topic."""
    asked = Counter(topic.name for topic in topics)
    records: list[Message] = []
    results = []
    for name in asked:
        topic = next(topic for topic in topics if topic.name == name)
        result = CreatePartitionsTopicResult(name=name, error_message=None)
        try:
            _check_named_once(asked[name])
            added = _added_partitions(image, topic, random)
            _check_request_size(len(records) + len(added))
            records.extend(added)
        except ApiError as error:
            result.error_code = error.code
            result.error_message = error.message
        results.append(result)
    return Decision([] if validate_only else records, results)


def _added_partitions(
    image: ClusterImage, asked: CreatePartitionsTopic, random: Random
) -> list[PartitionRecord]:
    topic = image.topics_by_name.get(asked.name)
    if topic is None:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no topic {asked.name}")
    present = len(topic.partitions)
    if asked.count <= present:
        raise ApiError(
            ErrorCode.INVALID_PARTITIONS,
            f"the topic has {present} partitions already, {asked.count} would not be more",
        )
    added = asked.count - present
    _check_request_size(added)
    factor = len(target_replicas(topic.partitions[0]))
    if asked.assignments:
        if len(asked.assignments) != added:
            raise ApiError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                f"{added} partitions are to be added, {len(asked.assignments)} are assigned",
            )
        assignments = check_manual_assignment(
            image, [item.broker_ids for item in asked.assignments], replication_factor=factor
        )
    else:
        assignments = place_partitions(image, added, factor, random)
    return [
        new_partition(topic.topic_id, present + n, assignment)
        for n, assignment in enumerate(assignments)
    ]


def delete_topics(
    image: ClusterImage,
    topics: Sequence[DeleteTopicState],
    settings: ControllerSettings,
) -> Decision[list[DeletableTopicResult]]:
    """Return the records that remove the topics, and a result for each one named."""
    asked = Counter((topic.name, topic.topic_id) for topic in topics)
    records: list[Message] = []
    results = []
    removed: Counter[bytes] = Counter()  # a topic may be named by its name and by its id
    for name, topic_id in asked:
        result = DeletableTopicResult(name=name, topic_id=topic_id, error_message=None)
        try:
            _check_deletion_enabled(settings)
            _check_named_once(asked[name, topic_id])
            topic = _topic_to_delete(image, name, topic_id)
            removed[topic.topic_id] += 1
            _check_named_once(removed[topic.topic_id])
            records.append(RemoveTopicRecord(topic_id=topic.topic_id))
            result.name, result.topic_id = topic.name, topic.topic_id
        except ApiError as error:
            result.error_code = error.code
            result.error_message = error.message
        results.append(result)
    return Decision(records, results)


def _topic_to_delete(image: ClusterImage, name: str | None, topic_id: bytes) -> TopicImage:
    if name is not None and topic_id != ZERO_UUID:
        raise ApiError(ErrorCode.INVALID_REQUEST, "name the topic or give its id, not both")
    if name is None and topic_id == ZERO_UUID:
        raise ApiError(ErrorCode.INVALID_REQUEST, "neither a name nor an id was given")
    if name is not None:
        topic = image.topics_by_name.get(name)
        if topic is None:
            raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no topic {name}")
        return topic
    topic = image.topics_by_id.get(topic_id)
    if topic is None:
        raise ApiError(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic with this id")
    return topic


def place_partitions(
    image: ClusterImage, count: int, replication_factor: int, random: Random
) -> list[PartitionAssignment]:
    """Return replicas and in-sync replicas of new partitions; ApiError when there is no room."""
    if replication_factor <= 0:
        raise ApiError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"the replication factor must be 1 or more, not {replication_factor}",
        )
    brokers = [b for b in image.brokers.values() if not b.in_controlled_shutdown]
    if replication_factor > len(brokers) or all(broker.fenced for broker in brokers):
        raise ApiError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"{replication_factor} replicas need as many brokers, {len(brokers)} are registered",
        )
    fenced = {broker.broker_id for broker in brokers if broker.fenced}
    placed = place(count, replication_factor, brokers, random)
    if not fenced:
        return [PartitionAssignment(replicas, replicas) for replicas in placed]
    return [
        PartitionAssignment(replicas, tuple(b for b in replicas if b not in fenced))
        for replicas in placed
    ]


def new_partition(topic_id: bytes, number: int, assignment: PartitionAssignment) -> PartitionRecord:
    """Return the record of a new partition, led by its first live replica."""
    return PartitionRecord(
        partition_id=number,
        topic_id=topic_id,
        replicas=assignment.replicas,
        isr=assignment.isr,
        leader=assignment.isr[0],
        leader_epoch=0,
        partition_epoch=0,
    )


def _check_named_once(times: int) -> None:
    if times > 1:
        raise ApiError(ErrorCode.INVALID_REQUEST, "the request names the topic twice")


def _check_request_size(partition_count: int) -> None:
    if partition_count > PARTITIONS_PER_REQUEST_MAX:
        raise ApiError(
            ErrorCode.POLICY_VIOLATION,
            f"a request may create {PARTITIONS_PER_REQUEST_MAX} partitions at most",
        )


def _check_deletion_enabled(settings: ControllerSettings) -> None:
    if not settings.delete_topic_enable:
        raise ApiError(ErrorCode.TOPIC_DELETION_DISABLED, "delete.topic.enable is false here")


def _config_texts(topic: CreatableTopic) -> dict[str, str]:
    texts: dict[str, str] = {}
    for config in topic.configs:
        if config.value is None:
            raise ApiError(ErrorCode.INVALID_CONFIG, f"{config.name} has no value")
        if config.name in texts:
            raise ApiError(ErrorCode.INVALID_REQUEST, f"{config.name} is set twice")
        texts[config.name] = config.value
    return texts


def _config_records(name: str, texts: dict[str, str]) -> list[Message]:
    return [
        ConfigRecord(resource_type=ResourceType.TOPIC, resource_name=name, name=key, value=text)
        for key, text in texts.items()
    ]


def _describe(texts: dict[str, str], settings: ControllerSettings) -> list[CreatableTopicConfigs]:
    return [
        CreatableTopicConfigs(
            name=entry.name,
            value=entry.value,
            read_only=entry.is_read_only,
            config_source=entry.source,
            is_sensitive=entry.is_sensitive,
        )
        for entry in describe_topic(texts, settings)
    ]
