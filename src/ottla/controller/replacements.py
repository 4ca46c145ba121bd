# SPDX-License-Identifier: Apache-2.0
"""Which brokers get another replica: the ones with the least to carry, racks in mind.

Placement of new topics goes round robin (`placement`); this is for partitions that exist and
need one replica more, or one elsewhere. `Load` counts what every broker holds, moves under way
included, and what has been chosen since, so that a round of many choices spreads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.partition_change import target_replicas

if TYPE_CHECKING:
    from collections.abc import Collection

    from ottla.metadata.image import ClusterImage


class Load:
    """How many replicas each broker holds or will hold; used within one decision."""

    def __init__(self, image: ClusterImage, *, excluded: Collection[int] = ()) -> None:
        """Count; only brokers in service take replicas, and none of those excluded."""
        self._racks = {b.broker_id: b.rack for b in image.brokers.values()}
        self._replicas = {
            broker_id: 0
            for broker_id in sorted(image.brokers)
            if image.brokers[broker_id].is_live and broker_id not in excluded
        }
        for topic in image.topics_by_name.values():
            for partition in topic.partitions:
                for broker_id in target_replicas(partition):
                    if broker_id in self._replicas:
                        self._replicas[broker_id] += 1

    def spare(self, others: Collection[int]) -> int:
        """Return how many brokers could take a replica beside `others`."""
        return sum(1 for b in self._replicas if b not in others)

    def choose(self, others: Collection[int]) -> int:
        """Return a broker for one more replica beside `others`, and count it there.

        One in a rack that is not used goes first, then whoever holds least, then the lowest id.
        There must be one, see `spare`. A broker without a rack counts as a rack of its own.
        """
        racks = {self._racks.get(b) for b in others} - {None}
        candidates = [b for b in self._replicas if b not in others]
        assert candidates, others
        chosen = min(candidates, key=lambda b: (self._racks[b] in racks, self._replicas[b], b))
        self._replicas[chosen] += 1
        return chosen
