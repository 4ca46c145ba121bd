# SPDX-License-Identifier: Apache-2.0
"""The shape of the topics in which brokers keep their own state.

They are created when they are first needed. Replicas and required in-sync replicas are clamped
to the live brokers, so that one broker alone serves groups and transactions without settings.
When more brokers are there later, `grow_internal_topics` adds what was left out: replicas by
moves, a few at a time, and then required in-sync replicas, once every partition has them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ottla.controller.decision import Decision
from ottla.controller.partition_change import target_replicas
from ottla.controller.reassignments import is_moving, reassign
from ottla.controller.replacements import Load
from ottla.controller.topic_names import (
    CONSUMER_OFFSETS,
    INTERNAL_TOPICS,
    SHARE_GROUP_STATE,
    TRANSACTION_STATE,
)
from ottla.metadata.image import ResourceType
from ottla.protocol.messages.cluster_metadata import ConfigRecord
from ottla.protocol.messages.create_topics import CreatableTopic, CreatableTopicConfig

if TYPE_CHECKING:
    from ottla.controller.decision import ControllerSettings
    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage, TopicImage
    from ottla.protocol.message import Message

MOVES_MAX = 20
"""Partitions of internal topics that get new replicas at the same time."""

_DEFAULT = -1
_MIN_ISR = "min.insync.replicas"


class Growth(NamedTuple):
    """How far internal topics are from the replication that the settings ask for."""

    moving: int
    """Partitions that are being moved, those of this round included."""
    waiting: int
    """Partitions that have too few replicas and are not being moved yet."""


def automatic_topic(name: str, image: ClusterImage, settings: ControllerSettings) -> CreatableTopic:
    """Return what to create when `name` is needed and does not exist."""
    if name not in INTERNAL_TOPICS:
        return CreatableTopic(name=name, num_partitions=_DEFAULT, replication_factor=_DEFAULT)
    live = max(1, sum(broker.is_live for broker in image.brokers.values()))
    if name == CONSUMER_OFFSETS:
        return _topic(
            name,
            settings.offsets_topic_num_partitions,
            min(live, settings.offsets_topic_replication_factor),
            {
                "cleanup.policy": "compact",
                "compression.type": "producer",
                "segment.bytes": settings.offsets_topic_segment_bytes,
            },
        )
    if name == TRANSACTION_STATE:
        return _topic(
            name,
            settings.transaction_state_log_num_partitions,
            min(live, settings.transaction_state_log_replication_factor),
            {
                "cleanup.policy": "compact",
                "compression.type": "uncompressed",
                "min.insync.replicas": min(live, settings.transaction_state_log_min_isr),
                "segment.bytes": settings.transaction_state_log_segment_bytes,
                "unclean.leader.election.enable": "false",
            },
        )
    assert name == SHARE_GROUP_STATE, name
    return _topic(
        name,
        settings.share_coordinator_state_topic_num_partitions,
        min(live, settings.share_coordinator_state_topic_replication_factor),
        {
            "cleanup.policy": "delete",
            "compression.type": "uncompressed",
            "min.insync.replicas": min(live, settings.share_coordinator_state_topic_min_isr),
            "retention.ms": -1,
            "segment.bytes": settings.share_coordinator_state_topic_segment_bytes,
        },
    )


def grow_internal_topics(
    image: ClusterImage,
    settings: ControllerSettings,
    rules: PartitionRules,
    *,
    moves_max: int = MOVES_MAX,
) -> Decision[Growth]:
    """Return the records of a round that brings internal topics nearer to their replication.

    `min.insync.replicas` only rises, and only where the topic has a text of its own: the one it
    was created with.
    """
    present = [
        (topic, replicas, min_isr)
        for name, replicas, min_isr in (
            (CONSUMER_OFFSETS, settings.offsets_topic_replication_factor, 1),
            (
                TRANSACTION_STATE,
                settings.transaction_state_log_replication_factor,
                settings.transaction_state_log_min_isr,
            ),
            (
                SHARE_GROUP_STATE,
                settings.share_coordinator_state_topic_replication_factor,
                settings.share_coordinator_state_topic_min_isr,
            ),
        )
        if (topic := image.topics_by_name.get(name)) is not None
    ]
    moving = sum(is_moving(p) for topic, _, _ in present for p in topic.partitions)
    waiting = 0
    records: list[Message] = []
    load: Load | None = None
    for topic, replicas, min_isr in present:
        wanted = min(replicas, len(rules.live))
        led = Counter(target_replicas(partition)[0] for partition in topic.partitions)
        for partition in topic.partitions:
            target = target_replicas(partition)
            if is_moving(partition) or len(target) >= wanted:
                continue
            if load is None:
                load = Load(image)
            if moving >= moves_max or load.spare(target) < wanted - len(target):
                waiting += 1
                continue
            while len(target) < wanted:
                target = (*target, load.choose(target))
            record = reassign(topic, partition, _led_in_turn(target, led), rules)
            assert record is not None, partition
            records.append(record)
            moving += 1
        records.extend(_raised_min_isr(image, topic, min_isr))
    return Decision(records, Growth(moving, waiting))


def _led_in_turn(target: tuple[int, ...], led: Counter[int]) -> tuple[int, ...]:
    """Return the replicas with the one first that is preferred leader of the fewest partitions.

    The leader coordinates: that must not stay the broker that was there alone.
    """
    led[target[0]] -= 1
    first = min(target, key=lambda broker_id: (led[broker_id], broker_id))
    led[first] += 1
    return (first, *(b for b in target if b != first))


def _raised_min_isr(image: ClusterImage, topic: TopicImage, min_isr: int) -> list[Message]:
    """Return the change of min.insync.replicas that every partition can bear by now."""
    text = image.config(ResourceType.TOPIC, topic.name).get(_MIN_ISR, "")
    if not text.isdecimal():
        return []
    able = min(len(partition.isr) for partition in topic.partitions)
    raised = min(min_isr, able)
    if raised <= int(text):
        return []
    return [
        ConfigRecord(
            resource_type=ResourceType.TOPIC,
            resource_name=topic.name,
            name=_MIN_ISR,
            value=str(raised),
        )
    ]


def _topic(
    name: str, partitions: int, replicas: int, configs: dict[str, str | int]
) -> CreatableTopic:
    return CreatableTopic(
        name=name,
        num_partitions=partitions,
        replication_factor=replicas,
        configs=[
            CreatableTopicConfig(name=key, value=str(value)) for key, value in configs.items()
        ],
    )
