# SPDX-License-Identifier: Apache-2.0
"""What lies between two images, for a broker that went from one to the other by a snapshot.

Replaying records yields a delta on the way. A broker that was away for so long that the journal
no longer reaches back to where it stood loads a snapshot instead, and whoever follows the image
has to be told what is different now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.metadata.image import ImageDelta, ResourceType, TopicDelta

if TYPE_CHECKING:
    from ottla.metadata.image import ClusterImage, TopicImage


def image_difference(before: ClusterImage, after: ClusterImage) -> ImageDelta:
    """Return the delta that leads from `before` to `after`; topics that went come first."""
    topics = [
        TopicDelta(topic_id, topic.name, topic, None, ())
        for topic_id, topic in before.topics_by_id.items()
        if topic_id not in after.topics_by_id
    ]
    for topic_id, topic in after.topics_by_id.items():
        known = before.topics_by_id.get(topic_id)
        if known != topic:
            topics.append(TopicDelta(topic_id, topic.name, known, topic, _changed(known, topic)))
    return ImageDelta(
        topics=tuple(topics),
        configs=tuple(
            (ResourceType(kind), name)
            for kind, name in {**before.configs, **after.configs}
            if before.config(kind, name) != after.config(kind, name)
        ),
        brokers=tuple(
            broker_id
            for broker_id in sorted({*before.brokers, *after.brokers})
            if before.brokers.get(broker_id) != after.brokers.get(broker_id)
        ),
        features=tuple(
            name
            for name in {**before.features, **after.features}
            if before.features.get(name) != after.features.get(name)
        ),
        next_offset=after.next_offset,
    )


def _changed(before: TopicImage | None, after: TopicImage) -> tuple[int, ...]:
    known = () if before is None else before.partitions
    return tuple(
        number
        for number, partition in enumerate(after.partitions)
        if number >= len(known) or known[number] != partition
    )
