# SPDX-License-Identifier: Apache-2.0
"""Which brokers shall hold which partitions: plans for moves, made from what clients know (pure).

Two questions are answered: where do the replicas of brokers go that leave (`evacuation`), and how
are partitions spread over given brokers (`spreading`). Both move little: replicas that may stay
stay, and a replacement takes the place of the old one, so leadership stays as evenly spread as it
was. A free place goes to a broker in a rack that the partition has nothing in, if
there is one, and among those to the one with the fewest replicas, the lowest number deciding.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

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

    Replicas move from fuller brokers to emptier ones until there is no difference worth a move,
    but never so that two of a partition come into one rack; then leads are evened out by the
    order. Raises ValueError when there are fewer brokers than a partition has replicas.
    """
    targets = {place: [b for b in replicas if b in racks] for place, replicas in assigned.items()}
    load = Counter(b for target in targets.values() for b in target)
    for place, replicas in assigned.items():
        if len(replicas) > len(racks):
            raise ValueError(
                f"{place} has {len(replicas)} replicas, which need as many brokers, "
                f"and {len(racks)} are named"
            )
        target = targets[place]
        while len(target) < len(replicas):
            chosen = _choose(racks, load, target)
            assert chosen is not None, "there are enough brokers"
            target.append(chosen)
            load[chosen] += 1
    held: dict[int, list[TopicPartition]] = {b: [] for b in racks}
    for place, target in targets.items():
        for broker_id in target:
            held[broker_id].append(place)
    while _move_one(targets, held, racks):
        pass
    _even_out_leads(targets, racks)
    return {place: tuple(target) for place, target in targets.items()}


def _move_one(
    targets: dict[TopicPartition, list[int]],
    held: dict[int, list[TopicPartition]],
    racks: Mapping[int, str | None],
) -> bool:
    """Move one replica from a fuller broker to an emptier one; False when none should move."""
    for fuller, emptier in _uneven_pairs({b: len(places) for b, places in held.items()}):
        for place in held[fuller]:
            target = targets[place]
            others = {racks[b] for b in target if b != fuller} - {None}
            if emptier not in target and racks[emptier] not in others:
                target[target.index(fuller)] = emptier
                held[fuller].remove(place)
                held[emptier].append(place)
                return True
    return False


def _even_out_leads(
    targets: dict[TopicPartition, list[int]], racks: Mapping[int, str | None]
) -> None:
    """Put other replicas to the front where a broker would lead more than others."""
    led: dict[int, list[TopicPartition]] = {b: [] for b in racks}
    for place, target in targets.items():
        led[target[0]].append(place)
    while True:
        swap = next(
            (
                (place, fuller, emptier)
                for fuller, emptier in _uneven_pairs({b: len(led[b]) for b in led})
                for place in led[fuller]
                if emptier in targets[place]
            ),
            None,
        )
        if swap is None:
            return
        place, fuller, emptier = swap
        targets[place] = [emptier, *(b for b in targets[place] if b != emptier)]
        led[fuller].remove(place)
        led[emptier].append(place)


def _uneven_pairs(counts: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yield pairs (fuller, emptier) whose counts differ by two or more, the worst pairs first."""
    ascending = sorted(counts, key=lambda b: (counts[b], b))
    for fuller in reversed(ascending):
        for emptier in ascending:
            if counts[fuller] - counts[emptier] <= 1:
                break
            yield fuller, emptier


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
