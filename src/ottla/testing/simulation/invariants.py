# SPDX-License-Identifier: Apache-2.0
"""What must hold inside the brokers at every moment, whatever clients see.

    one-leader         in one leader epoch of a partition only one broker leads
    epoch-order        a broker's leader epoch of a partition never falls
    monotonic-offsets  high watermark, last stable offset and log start of a live leader never fall
    leader-complete    whoever begins to lead has everything that was ever committed
    log-matching       below its own high watermark every replica holds, byte for byte, what was
                       committed; so any two replicas agree below the smaller high watermark
    committed-stays    nothing committed is cut off while the process lives

"Committed" is what lay below the high watermark of any leader at any time: `Invariants` keeps the
headers of those batches (each has the CRC of its records), and compares what it has not compared
before. After Vanlightly's specification of Kafka's replication (LeaderCompleteness, LogMatching,
NoCommittedRecordLostGlobally).

What a replica looks like from outside is the protocol `ReplicaView`; `cluster` has the adapter.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class BatchView(NamedTuple):
    """A batch in a log: where it lies, and its header."""

    base_offset: int
    next_offset: int
    header: bytes


class ReplicaView(Protocol):
    """A replica as the invariants see it; reading it changes nothing."""

    @property
    def name(self) -> str:
        """Topic and partition, and which of several topics of this name."""

    @property
    def is_leader(self) -> bool:
        """Whether the broker believes that it leads."""

    @property
    def leader_epoch(self) -> int:
        """In which epoch."""

    @property
    def high_watermark(self) -> int:
        """Below this everything is committed, as far as this broker knows."""

    @property
    def last_stable_offset(self) -> int | None:
        """Below this no transaction is open; None when it cannot be told without side effects."""

    @property
    def log_start_offset(self) -> int:
        """First readable offset."""

    @property
    def log_end_offset(self) -> int:
        """Where the next record goes."""

    def batches(self, start: int, end: int) -> Iterable[BatchView]:
        """Yield the batches that lie between two offsets, in order."""


class BrokerView(NamedTuple):
    """A broker that is running."""

    broker_id: int
    run: str  # another one for each process
    replicas: Iterable[ReplicaView]


class Violation(NamedTuple):
    """A broken invariant."""

    at_s: float
    invariant: str
    text: str

    def __str__(self) -> str:
        return f"at {self.at_s:.6f} {self.invariant}: {self.text}"


@dataclass(slots=True)
class _Committed:
    """What was committed in one partition."""

    batches: list[BatchView] = field(default_factory=list)
    end: int = 0
    leaders: dict[int, int] = field(default_factory=dict)  # broker by leader epoch
    newest_epoch: int = -1


@dataclass(slots=True)
class _Last:
    """What one replica of one process looked like last time."""

    is_leader: bool = False
    leader_epoch: int = -1
    high_watermark: int = -1
    last_stable_offset: int = -1
    log_start_offset: int = -1
    verified_end: int = 0


class Invariants:
    """Looks at the brokers of one world from time to time."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._committed: dict[str, _Committed] = {}
        self._last: dict[tuple[str, str], _Last] = {}
        self._now_s = 0.0

    def look(self, now_s: float, brokers: Iterable[BrokerView]) -> None:
        """Check everything that can be seen now; what is broken is added to `violations`."""
        self._now_s = now_s
        for broker in brokers:
            for replica in broker.replicas:
                committed = self._committed.setdefault(replica.name, _Committed())
                last = self._last.setdefault((broker.run, replica.name), _Last())
                self._look_at(broker, replica, committed, last)

    def forget(self, name: str) -> None:
        """Forget a partition: its topic was deleted, or records were given up on purpose."""
        self._committed.pop(name, None)
        for key in [key for key in self._last if key[1] == name]:
            del self._last[key]

    def replaced(self, run: str, name: str) -> None:
        """Take note that a broker has begun a replica anew, after it had none for a while."""
        self._last.pop((run, name), None)

    def committed_end(self, name: str) -> int:
        """Return how far a partition was committed."""
        known = self._committed.get(name)
        return known.end if known is not None else 0

    def _break(self, invariant: str, text: str) -> None:
        self.violations.append(Violation(self._now_s, invariant, text))

    def _look_at(
        self, broker: BrokerView, replica: ReplicaView, committed: _Committed, last: _Last
    ) -> None:
        where = f"{replica.name} on {broker.run}"
        epoch = replica.leader_epoch
        if epoch < last.leader_epoch:
            self._break("epoch-order", f"{where} went from {last.leader_epoch} to {epoch}")
        if replica.is_leader:
            self._look_at_leader(broker, replica, committed, last)
        elif replica.log_end_offset < last.verified_end:
            text = f"{where} ends at {replica.log_end_offset}, had {last.verified_end} committed"
            self._break("committed-stays", text)
            last.verified_end = replica.log_end_offset
        self._compare(where, replica, committed, last)
        last.is_leader = replica.is_leader
        last.leader_epoch = epoch
        last.high_watermark = replica.high_watermark
        last.log_start_offset = replica.log_start_offset
        stable = replica.last_stable_offset
        last.last_stable_offset = -1 if stable is None else stable

    def _look_at_leader(
        self, broker: BrokerView, replica: ReplicaView, committed: _Committed, last: _Last
    ) -> None:
        where = f"{replica.name} on {broker.run}"
        epoch = replica.leader_epoch
        other = committed.leaders.setdefault(epoch, broker.broker_id)
        if other != broker.broker_id:
            text = f"brokers {other} and {broker.broker_id} lead {replica.name} in epoch {epoch}"
            self._break("one-leader", text)
        if last.is_leader and last.leader_epoch == epoch:
            self._compare_offsets(where, replica, last)
        elif epoch >= committed.newest_epoch and replica.log_end_offset < committed.end:
            text = (
                f"{where} leads in epoch {epoch} with a log up to {replica.log_end_offset}, "
                f"{committed.end} was committed"
            )
            self._break("leader-complete", text)
        committed.newest_epoch = max(committed.newest_epoch, epoch)
        if replica.high_watermark > committed.end:
            for batch in replica.batches(committed.end, replica.high_watermark):
                committed.batches.append(batch)
                committed.end = batch.next_offset

    def _compare_offsets(self, where: str, replica: ReplicaView, last: _Last) -> None:
        for what, before, now in (
            ("high watermark", last.high_watermark, replica.high_watermark),
            ("last stable offset", last.last_stable_offset, replica.last_stable_offset),
            ("log start", last.log_start_offset, replica.log_start_offset),
        ):
            if now is not None and now < before:
                self._break("monotonic-offsets", f"{where}: the {what} fell from {before} to {now}")

    def _compare(
        self, where: str, replica: ReplicaView, committed: _Committed, last: _Last
    ) -> None:
        """Compare what became committed on this replica since the last time."""
        end = min(replica.high_watermark, committed.end)
        start = max(last.verified_end, replica.log_start_offset)
        if start >= end:
            return
        expected = _between(committed.batches, start, end)
        found = iter(replica.batches(start, end))
        for batch in expected:
            other = next(found, None)
            if other != batch:
                what = "nothing" if other is None else _described(other)
                text = f"{where} has {what} where {_described(batch)} was committed"
                self._break("log-matching", text)
                break
        last.verified_end = end


def _between(batches: list[BatchView], start: int, end: int) -> Iterator[BatchView]:
    place = bisect_left(batches, start, key=lambda batch: batch.base_offset)
    while place < len(batches) and batches[place].next_offset <= end:
        yield batches[place]
        place += 1


def _described(batch: BatchView) -> str:
    return f"the batch {batch.base_offset}..{batch.next_offset - 1} ({batch.header.hex()})"
