# SPDX-License-Identifier: Apache-2.0
"""Topics as groups see them: names to ids, and a hash that changes when an assignment may.

The hash stands in the group's record: after a fail-over the new coordinator learns from it
whether topics were created, deleted or extended meanwhile. Kafka takes another hash function; a
log that it wrote costs each group one new assignment, in which nothing needs to move.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.metadata.image import ClusterImage, TopicImage

_NO_TOPICS_HASH = 0
_COUNT = struct.Struct(">i")


def topic_ids(names: Iterable[str], image: ClusterImage) -> tuple[bytes, ...]:
    """Return the ids of the topics that exist, ascending."""
    known = image.topics_by_name
    return tuple(sorted([known[name].topic_id for name in names if name in known]))


def metadata_hash(names: Iterable[str], image: ClusterImage) -> int:
    """Return a signed 64-bit hash of ids, sizes and racks of the topics that exist."""
    known = image.topics_by_name
    topics = [known[name] for name in sorted(names) if name in known]
    if not topics:
        return _NO_TOPICS_HASH
    digest = hashlib.blake2b(digest_size=8)
    racks = {broker_id: broker.rack for broker_id, broker in image.brokers.items() if broker.rack}
    for topic in topics:
        digest.update(topic.topic_id)
        digest.update(_COUNT.pack(len(topic.partitions)))
        if racks:
            digest.update(_racks_of(topic, racks))
    return int.from_bytes(digest.digest(), "big", signed=True)


def _racks_of(topic: TopicImage, racks: dict[int, str]) -> bytes:
    return repr(
        [
            sorted([racks[replica] for replica in partition.replicas if replica in racks])
            for partition in topic.partitions
        ]
    ).encode()
