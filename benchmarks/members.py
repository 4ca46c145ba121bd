# SPDX-License-Identifier: Apache-2.0
"""Group members as scripts (see `conversations`), and what their groups look like from outside.

A classic member joins as consumers do (the first JoinGroup only brings its member id), heartbeats,
and joins again when told to or when it gave partitions away, since the protocol is cooperative. A
member of the consumer protocol (KIP-848) heartbeats at the interval that the broker names and
acknowledges each change of its assignment at once.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks import group_frames
from benchmarks.conversations import Script

GOLDEN = 0.618034  # multiples of it, modulo one, are spread evenly whatever their number
RETRY_S = 0.02
FENCED = frozenset({25, 110})  # unknown member, fenced epoch
Clock = Callable[[], float]


class UnexpectedError(RuntimeError):
    """A member was answered an error that none should get here."""


class ClassicGroup:
    """A group of the classic protocol: who holds what, and since when nothing changes."""

    def __init__(
        self, name: str, topic: str, partition_count: int, member_count: int, clock: Clock
    ) -> None:
        self.name = name
        self.topic = topic
        self.partition_count = partition_count
        self.clock = clock
        self.stable_since: float | None = None
        self.joins = 0
        self.is_leaving = False
        self.heartbeat_times_s: list[float] = []
        self.members: dict[int, str] = {}
        self._member_count = member_count
        self._holdings: dict[int, tuple[int, Sequence[int]]] = {}
        self._confirmed: set[int] = set()

    @property
    def is_confirmed(self) -> bool:
        """Whether every member has heard since then that nothing changes."""
        return self.stable_since is not None and len(self._confirmed) == self._member_count

    @property
    def generation(self) -> int:
        """The generation of the member that synchronised last."""
        return max((generation for generation, _ in self._holdings.values()), default=-1)

    def joins_again(self, number: int) -> None:
        """Note that a member is about to join."""
        self.joins += 1
        self._holdings.pop(number, None)
        self.stable_since = None

    def took(self, number: int, member_id: str, generation: int, held: Sequence[int]) -> None:
        """Take note of a member's assignment; the last one makes the group stable."""
        self.members[number] = member_id
        self._holdings[number] = generation, held
        self._confirmed.clear()
        if len(self._holdings) < self._member_count:
            return
        held_by_all = sorted(itertools.chain(*(held for _, held in self._holdings.values())))
        generations = {generation for generation, _ in self._holdings.values()}
        if len(generations) == 1 and held_by_all == list(range(self.partition_count)):
            self.stable_since = self.clock()

    def confirms(self, number: int) -> None:
        """Note that a member's heartbeat was answered without an error."""
        self._confirmed.add(number)


def classic_member(group: ClassicGroup, number: int, heartbeat_s: float, beside: int = 0) -> Script:
    """Join, take what the leader gives, heartbeat until the group shall leave.

    `beside` counts the members of other groups in front of this group's: no two beat together.
    """
    member_id, held = "", list[int]()
    while True:
        group.joins_again(number)
        member_id, generation, taken = yield from _join(group, member_id, held)
        if generation < 0:
            continue
        gave_away, held = set(held) - set(taken), taken
        if gave_away:
            continue
        group.took(number, member_id, generation, held)
        pause_s = heartbeat_s * ((beside + number + 1) * GOLDEN % 1)
        while True:
            yield pause_s
            pause_s = heartbeat_s
            if group.is_leaving:
                yield group_frames.leave_group(group.name, member_id)
                return
            sent = group.clock()
            answer = yield group_frames.heartbeat(group.name, generation, member_id)
            error = group_frames.error_after_throttle(answer or b"")
            if error == group_frames.REBALANCE_IN_PROGRESS:
                break
            _expect(error, "Heartbeat")
            group.heartbeat_times_s.append(group.clock() - sent)
            group.confirms(number)


def _join(group: ClassicGroup, member_id: str, held: Sequence[int]) -> Iterator[bytes | float]:
    """One round of JoinGroup and SyncGroup: member id, generation (-1: again), partitions."""
    answer = yield group_frames.join_group(group.name, member_id, [group.topic], held)
    joined = group_frames.joined(answer or b"")
    if joined.error in group_frames.NOT_READY:
        yield RETRY_S
        return member_id, -1, held
    member_id = joined.member_id or member_id
    if joined.error in (group_frames.MEMBER_ID_REQUIRED, group_frames.REBALANCE_IN_PROGRESS):
        return member_id, -1, held
    _expect(joined.error, "JoinGroup")
    assignments = {}
    if joined.leader == member_id:
        wanted = cooperative_assignment(joined.owned, group.partition_count)
        assignments = {
            name: group_frames.assignment(group.topic, partitions)
            for name, partitions in wanted.items()
        }
    answer = yield group_frames.sync_group(group.name, joined.generation, member_id, assignments)
    error, taken = group_frames.synced(answer or b"")
    if error == group_frames.REBALANCE_IN_PROGRESS:
        return member_id, -1, held
    _expect(error, "SyncGroup")
    return member_id, joined.generation, taken


def cooperative_assignment(
    owned: Mapping[str, Sequence[int]], partition_count: int
) -> dict[str, list[int]]:
    """Share evenly, keep what is owned; what has to move is free only when its owner gave it up."""
    base, larger = divmod(partition_count, len(owned))
    kept: dict[str, list[int]] = {}
    for name in sorted(owned, key=lambda name: (-len(owned[name]), name)):
        quota = base + (larger > 0)
        kept[name] = sorted(owned[name])[:quota]
        larger -= len(kept[name]) > base
    free = set(range(partition_count)).difference(*owned.values())
    larger = partition_count - base * len(owned) - sum(len(held) > base for held in kept.values())
    rest = iter(sorted(free))
    for name in sorted(kept):
        while len(kept[name]) < base + (larger > 0):
            partition = next(rest, None)
            if partition is None:
                return kept
            kept[name].append(partition)
            larger -= len(kept[name]) > base
    return kept


class ConsumerGroup:
    """A group of the consumer protocol: who holds what, and every change of it."""

    def __init__(self, name: str, topic: str, partition_count: int) -> None:
        self.name = name
        self.topic = topic
        self.partition_count = partition_count
        self.heartbeat_s: float | None = 0.1  # instead of the broker's interval, while it forms
        self.is_leaving = False
        self.fenced_count = 0
        self.holdings: dict[int, frozenset[int]] = {}
        self.lost: dict[int, set[int]] = {}

    def took(self, number: int, held: frozenset[int]) -> None:
        """Take note of a member's assignment."""
        gone = self.holdings.get(number, frozenset()) - held
        self.lost.setdefault(number, set()).update(gone)
        self.holdings[number] = held

    def is_settled(self, member_count: int) -> bool:
        """Whether so many members hold every partition once, and as evenly as can be."""
        sizes = {len(held) for held in self.holdings.values()}
        return (
            len(self.holdings) == member_count
            and sum(map(len, self.holdings.values())) == self.partition_count
            and len(frozenset[int]().union(*self.holdings.values())) == self.partition_count
            and max(sizes) - min(sizes) <= 1
        )


def consumer_member(group: ConsumerGroup, number: int, member_id: str) -> Script:
    """Join, follow the broker's assignments, heartbeat until the group shall leave."""
    epoch = 0
    owned: dict[bytes, list[int]] = {}
    changed = True
    has_spread = False
    while True:
        joining = {"topics": [group.topic], "owned": {}} if epoch == 0 else {}
        acknowledging = {"owned": owned} if changed and epoch else {}
        answer = yield group_frames.consumer_group_heartbeat(
            group.name, member_id, epoch, **joining, **acknowledging
        )
        found = group_frames.reconciled(answer or b"")
        if found.error in group_frames.NOT_READY:
            yield RETRY_S
            continue
        if found.error in FENCED:
            group.fenced_count += 1
            epoch, owned = 0, {}
            group.took(number, frozenset())
            continue
        _expect(found.error, "ConsumerGroupHeartbeat")
        epoch = found.member_epoch
        before = owned
        if found.assignment is not None:
            owned = {topic: sorted(held) for topic, held in found.assignment.items()}
        changed = owned != before
        if changed:
            group.took(number, frozenset(itertools.chain(*owned.values())))
            continue
        group.holdings.setdefault(number, frozenset())
        pause_s = group.heartbeat_s
        if pause_s is None:
            pause_s = found.interval_ms / 1000
            if not has_spread:
                has_spread = True
                pause_s *= (number + 1) * GOLDEN % 1
        yield pause_s
        if group.is_leaving:
            yield group_frames.consumer_group_heartbeat(
                group.name, member_id, group_frames.LEAVING_EPOCH
            )
            return


def _expect(error: int, request: str) -> None:
    if error:
        raise UnexpectedError(f"{request} was answered error {error}")
