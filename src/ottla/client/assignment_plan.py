# SPDX-License-Identifier: Apache-2.0
"""Which brokers shall hold which partitions: plans for moves, made from what clients know (pure).

Two questions are answered: where do the replicas of brokers go that leave (`evacuation`), and how
are partitions spread over given brokers (`spreading`). Both move as little as they can: replicas
that may stay stay, and a replacement takes the place of the old one, so leadership stays as evenly
spread as it was. A free place goes to a broker in a rack that the partition has nothing in, if
there is one, and among those to the one with the fewest replicas, the lowest number deciding.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ottla.client.metadata import TopicMetadata


class Evacuation(NamedTuple):
    """How brokers become empty."""

    targets: dict[TopicPartition, tuple[int, ...]]
    """The new replicas of every partition that has to move and can."""
    stuck: tuple[TopicPartition, ...]
    """Partitions for which no other broker is left: the cluster is too small."""


def evacuation(
    topics: Iterable[TopicMetadata], racks: Mapping[int, str | None], leaving: Collection[int]
) -> Evacuation:
    """Return what has to move so that the brokers in `leaving` hold nothing.

    `racks` names the brokers that may be moved to; those that leave are left out of it here.
    """
    places = _replicas_by_place(topics)
    remaining = {b: rack for b, rack in sorted(racks.items()) if b not in leaving}
    load = Counter(b for replicas in places.values() for b in replicas)
    targets: dict[TopicPartition, tuple[int, ...]] = {}
    stuck: list[TopicPartition] = []
    for place, replicas in places.items():
        if not set(leaving).intersection(replicas):
            continue
        target = list(replicas)
        for position, broker_id in enumerate(replicas):
            if broker_id not in leaving:
                continue
            kept = [b for b in target if b not in leaving]
            chosen = _choose(remaining, load, kept)
            if chosen is None:
                break
            target[position] = chosen
            load[chosen] += 1
        if set(leaving).intersection(target):
            stuck.append(place)
        else:
            targets[place] = tuple(target)
    return Evacuation(targets, tuple(stuck))


def spreading(
    assigned: Mapping[TopicPartition, Sequence[int]], racks: Mapping[int, str | None]
) -> dict[TopicPartition, tuple[int, ...]]:
    """Return replicas on the brokers of `racks` for every partition, as many as each has now.

    A broker keeps what it has up to its share, and leads are evened out by the order. Raises
    ValueError when there are fewer brokers than a partition has replicas.
    """
    total = sum(map(len, assigned.values()))
    share = -(-total // max(1, len(racks)))
    load: Counter[int] = Counter()
    leads: Counter[int] = Counter()
    targets: dict[TopicPartition, tuple[int, ...]] = {}
    for place, replicas in assigned.items():
        if len(replicas) > len(racks):
            raise ValueError(
                f"{place.topic}-{place.partition} has {len(replicas)} replicas, "
                f"which need as many brokers, and {len(racks)} are named"
            )
        target = [b for b in replicas if b in racks and load[b] < share]
        load.update(target)
        while len(target) < len(replicas):
            chosen = _choose(racks, load, target)
            assert chosen is not None, "there are enough brokers"
            target.append(chosen)
            load[chosen] += 1
        first = min(target, key=lambda b: (leads[b], target.index(b)))
        leads[first] += 1
        target.remove(first)
        targets[place] = (first, *target)
    return targets


def _replicas_by_place(topics: Iterable[TopicMetadata]) -> dict[TopicPartition, tuple[int, ...]]:
    return {
        TopicPartition(topic.name, partition.partition): partition.replicas
        for topic in topics
        for partition in topic.partitions
    }


def _choose(
    racks: Mapping[int, str | None], load: Counter[int], taken: Collection[int]
) -> int | None:
    """Return the broker for a free place, None when every one is taken."""
    taken_racks = {racks.get(b) for b in taken} - {None}
    return min(
        (b for b in racks if b not in taken),
        key=lambda b: (racks[b] in taken_racks, load[b], b),
        default=None,
    )
