# SPDX-License-Identifier: Apache-2.0
"""The shape of the topics in which brokers keep their own state.

They are created when they are first needed. Replicas and required in-sync replicas are clamped
to the live brokers, so that one broker alone serves groups and transactions without settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.topic_names import (
    CONSUMER_OFFSETS,
    INTERNAL_TOPICS,
    SHARE_GROUP_STATE,
    TRANSACTION_STATE,
)
from ottla.protocol.messages.create_topics import CreatableTopic, CreatableTopicConfig

if TYPE_CHECKING:
    from ottla.controller.decision import ControllerSettings
    from ottla.metadata.image import ClusterImage

_DEFAULT = -1


def automatic_topic(name: str, image: ClusterImage, settings: ControllerSettings) -> CreatableTopic:
    """Return what to create when `name` is needed and does not exist."""
    if name not in INTERNAL_TOPICS:
        return CreatableTopic(name=name, num_partitions=_DEFAULT, replication_factor=_DEFAULT)
    live = max(1, len(image.live_brokers()))
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
