# SPDX-License-Identifier: Apache-2.0
"""Produce requests with acks=all to one replicated partition, in the order of their offsets.

All of them wait for the same thing, the high watermark, so the queue observes the partition once,
and a step of the watermark costs what it completes and not what still waits. It holds requests of a
known shape with a single batch, which nearly all are; others wait as `DelayedProduce`.

A queue lives as long as something waits in it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ottla.broker.delayed_produce import unsafe_outcome, why_lost
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from ottla.base.clock import Clock
    from ottla.broker.produce_codec import ProduceShape
    from ottla.broker.purgatory import Purgatory
    from ottla.net.wire_connection import Reply
    from ottla.replication.partition import Partition
    from ottla.storage.partition_log import AppendResult


class _Waiting(NamedTuple):
    """One request whose records are appended and not committed yet."""

    end_offset: int
    deadline_ms: int
    reply: Reply
    shape: ProduceShape
    correlation_id: int
    result: AppendResult


class _Deadline:
    """The queue in the purgatory: due when the oldest request's time is up."""

    __slots__ = ("_queue", "is_complete")

    def __init__(self, queue: CommitQueue) -> None:
        self._queue = queue
        self.is_complete = False

    def on_deadline(self) -> None:
        """Answer those whose time is up."""
        self.is_complete = True
        self._queue.expire()


class CommitQueues:
    """The queues of all partitions to which somebody waits to be committed."""

    __slots__ = ("_clock", "_purgatory", "_queues")

    def __init__(self, purgatory: Purgatory, clock: Clock) -> None:
        self._purgatory = purgatory
        self._clock = clock
        self._queues: dict[Partition, CommitQueue] = {}

    def __len__(self) -> int:
        return len(self._queues)

    def wait(
        self,
        partition: Partition,
        shape: ProduceShape,
        correlation_id: int,
        result: AppendResult,
        reply: Reply,
    ) -> None:
        """Answer the request once its batch is committed, or its time is up."""
        # hot: once for each request with acks=all
        queue = self._queues.get(partition)
        if queue is None:
            queue = self._queues[partition] = CommitQueue(
                partition, self._purgatory, self._clock, self._queues
            )
        queue.add(
            _Waiting(
                result.last_offset + 1,
                self._clock.now_ms() + shape.timeout_ms,
                reply,
                shape,
                correlation_id,
                result,
            )
        )


class CommitQueue:
    """Those who wait for one partition; an observer of it."""

    __slots__ = (
        "_clock",
        "_deadline",
        "_partition",
        "_purgatory",
        "_registry",
        "_truncation_count",
        "_waiting",
    )

    def __init__(
        self,
        partition: Partition,
        purgatory: Purgatory,
        clock: Clock,
        registry: dict[Partition, CommitQueue],
    ) -> None:
        self._partition = partition
        self._purgatory = purgatory
        self._clock = clock
        self._registry = registry
        self._waiting: deque[_Waiting] = deque()
        self._truncation_count = partition.log.truncation_count
        self._deadline: _Deadline | None = None
        partition.observe(self)

    def add(self, waiting: _Waiting) -> None:
        """Let one more request wait, behind all others."""
        self._waiting.append(waiting)
        if self._deadline is None:
            self._set_deadline()

    def partition_advanced(self, partition: Partition) -> None:
        """Answer what is committed by now; everything, when the appends were lost."""
        waiting = self._waiting
        lost_with = why_lost(partition, self._truncation_count)
        if lost_with is not None:
            self._refuse_all(*lost_with)
            return
        if partition.is_under_min_isr:
            self._refuse_all(
                ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, "too few replicas are in sync by now"
            )
            return
        high_watermark = partition.high_watermark
        while waiting and waiting[0].end_offset <= high_watermark:
            one = waiting.popleft()
            result = one.result
            one.reply.complete(
                (
                    one.shape.pack(
                        one.correlation_id,
                        result.base_offset,
                        result.log_append_time_ms,
                        result.log_start_offset,
                    ),
                )
            )
        if not waiting:
            self._end()

    def expire(self) -> None:
        """Answer those whose time is up; requests have nearly always the same time-out."""
        self._deadline = None
        now_ms = self._clock.now_ms()
        while self._waiting and self._waiting[0].deadline_ms <= now_ms:
            self._refuse(
                self._waiting.popleft(), ErrorCode.REQUEST_TIMED_OUT, "the time was up before that"
            )
        if self._waiting:
            self._set_deadline()
        else:
            self._end()

    def _set_deadline(self) -> None:
        self._deadline = _Deadline(self)
        self._purgatory.park(self._deadline, self._waiting[0].deadline_ms)

    def _refuse_all(self, code: ErrorCode, reason: str) -> None:
        while self._waiting:
            self._refuse(self._waiting.popleft(), code, reason)
        self._end()

    def _refuse(self, one: _Waiting, code: ErrorCode, reason: str) -> None:
        outcome = unsafe_outcome(self._partition, code, reason)
        one.reply.complete((one.shape.refuse(one.correlation_id, outcome),))

    def _end(self) -> None:
        self._partition.forget(self)
        self._registry.pop(self._partition, None)
        if self._deadline is not None:
            self._deadline.is_complete = True
            self._purgatory.completed()
            self._deadline = None
