# SPDX-License-Identifier: Apache-2.0
"""The batches of one partition on their way to its leader, in order whatever fails.

A batch is queued, in flight, or failed and waiting to be sent again. After a failure nothing leaves
until every answer is in; then `line_up` queues what has to go again in its old order, and closes
the holes in the sequences. No I/O and no clock; `client.produce.Sender` owns it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import asyncio

    from ottla.client.produce import ProducedBatch
    from ottla.client.producer_transactions import ProducerIdentity
    from ottla.client.topic_partition import TopicPartition


@dataclass(slots=True, eq=False)
class QueuedBatch:
    """One batch on its way, through all its attempts."""

    data: bytearray  # one whole encoded batch
    record_count: int
    future: asyncio.Future[ProducedBatch]
    deadline: float
    place: tuple[int, ...]  # order within the partition; the halves of (3,) are (3, 0) and (3, 1)
    opened_s: float  # when its first record was sent, for metrics
    base_sequence: int = -1  # -1 until stamped
    attempts: int = 0  # how often it was written to a broker


class _Gap(NamedTuple):
    """A batch that was refused for good: those behind it have to move up."""

    place: tuple[int, ...]
    base_sequence: int


@dataclass(slots=True, eq=False)
class PartitionQueue:
    """See the module's text; `Sender` moves batches between the three lists."""

    name: TopicPartition
    queued: deque[QueuedBatch] = field(default_factory=deque)
    in_flight: list[QueuedBatch] = field(default_factory=list)  # in the order they were sent
    failed: list[QueuedBatch] = field(default_factory=list)  # to go again once none is in flight
    gap: _Gap | None = None  # the first one since the partition was last in order
    identity: ProducerIdentity | None = None
    next_sequence: int = 0
    next_place: int = 0
    resume_at: float = 0.0
    is_new_to_broker: bool = False  # nothing under this identity has been stored yet

    @property
    def is_in_order(self) -> bool:
        """Whether nothing has failed since the last line-up."""
        return not self.failed and self.gap is None

    @property
    def is_sendable(self) -> bool:
        """Whether a batch may leave now; after a failure only when all answers are in."""
        # A broker takes any sequence from a producer that it does not know: if the first batch were
        # refused and the second one not, their order would be lost. So the first one goes alone.
        return (
            bool(self.queued)
            and self.is_in_order
            and not (self.is_new_to_broker and self.in_flight)
        )

    def refuse(self, batch: QueuedBatch) -> None:
        """Note that a batch was not stored and will not be sent again under its sequence."""
        if self.gap is None or batch.place < self.gap.place:
            self.gap = _Gap(batch.place, batch.base_sequence)

    def line_up(self) -> None:
        """Queue what failed once more, in the old order, with sequences without a hole."""
        assert not self.in_flight
        self.failed.sort(key=lambda batch: batch.place)
        if self.gap is not None and self.gap.base_sequence >= 0:
            self.next_sequence = self.gap.base_sequence
            for batch in self.failed:
                if batch.place > self.gap.place:
                    batch.base_sequence = -1
        self.queued.extendleft(reversed(self.failed))
        self.failed.clear()
        self.gap = None

    def forget_identity(self) -> None:
        """Let the partition go on under a new producer id, with sequences from 0."""
        self.identity = None
        self.gap = None
        for batch in (*self.failed, *self.queued):
            batch.base_sequence = -1
