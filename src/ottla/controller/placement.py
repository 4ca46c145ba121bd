# SPDX-License-Identifier: Apache-2.0
"""Where new replicas go: round robin over brokers, spread over racks.

Brokers are put into one circle in which neighbours come from different racks where possible.
Partition after partition starts one place further on, so leaders are spread evenly; the followers
of each turn around the circle start at another distance, so that no two brokers share all their
partitions. A replica goes to a rack that the partition does not use yet while there is one.

Fenced brokers are taken only when too few others are left; they never come first, since the first
replica is the one that should lead.

Pure: the random start comes from the caller's generator.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from random import Random

    from ottla.metadata.image import BrokerImage


def place(
    partition_count: int, replication_factor: int, brokers: Sequence[BrokerImage], random: Random
) -> list[tuple[int, ...]]:
    """Return the replicas of `partition_count` new partitions.

    There must be at least `replication_factor` brokers, one of them not fenced.
    """
    assert 1 <= replication_factor <= len(brokers), (replication_factor, len(brokers))
    live = rack_circle([broker for broker in brokers if not broker.fenced])
    fenced = rack_circle([broker for broker in brokers if broker.fenced])
    assert live, "somebody has to lead"
    if len(live) == 1 and replication_factor == 1:
        return [(live[0].broker_id,)] * partition_count
    start = random.randrange(len(live))
    shift = random.randrange(len(live))
    racks = {broker.rack for broker in brokers}
    return [
        _replicas(
            live, fenced, (start + n) % len(live), shift + n // len(live), replication_factor, racks
        )
        for n in range(partition_count)
    ]


def rack_circle(brokers: Sequence[BrokerImage]) -> list[BrokerImage]:
    """Return the brokers in an order in which racks take turns.

    A broker without a rack counts as a rack of its own.
    """
    racks: dict[str, list[BrokerImage]] = {}
    for broker in sorted(brokers, key=lambda broker: broker.broker_id):
        rack = f"rack {broker.rack}" if broker.rack is not None else f"broker {broker.broker_id}"
        racks.setdefault(rack, []).append(broker)
    queues = [racks[rack] for rack in sorted(racks, key=lambda rack: (-len(racks[rack]), rack))]
    longest = max(map(len, queues), default=0)
    return [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]


def _replicas(
    live: list[BrokerImage],
    fenced: list[BrokerImage],
    first: int,
    shift: int,
    replication_factor: int,
    racks: Collection[str | None],
) -> tuple[int, ...]:
    """Return one partition's replicas.

    The circle is walked only as far as needed: a partition costs the same among thousands of
    brokers, unless these lack the racks that would let it stop.
    """
    leader = live[first]
    count, others = len(live), len(live) - 1
    followers = (live[(first + 1 + (shift + step) % others) % count] for step in range(others))
    chosen = [leader.broker_id]
    unused_racks = set(racks)
    _use(leader, unused_racks)
    for candidates in (followers, iter(fenced)):
        passed_over: deque[BrokerImage] = deque()  # for their racks, which are in use
        while len(chosen) < replication_factor:
            follower = None
            if unused_racks:
                for candidate in candidates:
                    if candidate.rack is None or candidate.rack in unused_racks:
                        follower = candidate
                        break
                    passed_over.append(candidate)
            if follower is None:
                follower = passed_over.popleft() if passed_over else next(candidates, None)
            if follower is None:
                break
            chosen.append(follower.broker_id)
            _use(follower, unused_racks)
    return tuple(chosen)


def _use(broker: BrokerImage, unused_racks: set[str | None]) -> None:
    """Take note of the rack of a chosen broker; one without a rack takes nothing from others."""
    if broker.rack is not None:
        unused_racks.discard(broker.rack)
