# SPDX-License-Identifier: Apache-2.0
"""When eligible leader replicas are forgotten although their partition has not changed.

They hold every acknowledged record because a leader below the minimum of in-sync replicas
acknowledges nothing (KIP-966). If the minimum is lowered so that the leader may go on alone, that
is over with the very record that lowers it, and it is over when the feature is switched off. A
partition without any in-sync replica keeps them: nobody acknowledges anything there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.metadata.image import ResourceType
from ottla.protocol.messages.cluster_metadata import ConfigRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage, TopicImage
    from ottla.protocol.message import Message

_MIN_ISR = "min.insync.replicas"


def forget_eligible(topics: Iterable[TopicImage], rules: PartitionRules) -> list[Message]:
    """Return the records by which partitions that have in-sync replicas forget the others."""
    rules = rules.after(keeps_elr=False)
    records: list[Message] = []
    for topic in topics:
        for partition in topic.partitions:
            if partition.isr and (partition.eligible_leader_replicas or partition.last_known_elr):
                record = rules.change(topic, partition)
                if record is not None:
                    records.append(record)
    return records


def forget_after_settings(
    image: ClusterImage, changes: Sequence[Message], rules: PartitionRules
) -> list[Message]:
    """Return the records that changes of settings make necessary.

    A setting of brokers counts as lowered whatever it says: what each leader goes by is not known.
    """
    names: dict[str, None] = {}
    for change in changes:
        if not isinstance(change, ConfigRecord) or change.name != _MIN_ISR:
            continue
        if change.resource_type == ResourceType.BROKER:
            return forget_eligible(image.topics_by_name.values(), rules)
        if change.resource_type == ResourceType.TOPIC:
            before = rules.circumstances(change.resource_name).min_isr
            if rules.min_isr(change.value) < before:
                names[change.resource_name] = None
    return forget_eligible([image.topics_by_name[name] for name in names], rules)
