# SPDX-License-Identifier: Apache-2.0
"""Gives a coordinator its partitions, its time and its past.

It follows which partitions of the internal topic this broker leads: a new one is read into a
shard, one that is gone takes its shard along. It sleeps until the earliest deadline of any shard.
A shard whose appends were taken back (the disk was full, say) is dropped and read again.

Reading happens in pieces: the disk in a thread, the replay in turns of the loop that are kept
short, so that a partition with a million commits holds nobody up. Partitions are read one after
the other in the order in which they came.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from ottla.base.errors import StorageError
from ottla.broker.coordinator_partition import LedPartition, decode_batches
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import CorruptRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.broker.burst import Burst
    from ottla.coordinators.ports import LoadedBatch
    from ottla.coordinators.runtime import CoordinatorRuntime
    from ottla.replication.partition import Partition

_logger = logging.getLogger(__name__)

READ_BYTES = 1024 * 1024
"""What one read of the log brings at most, unless a batch is larger."""

REPLAYED_RECORDS_MAX = 2000
"""Records that one turn of the loop decodes and replays: some milliseconds."""

RELOAD_PAUSE_S = 1.0
"""Before a shard that was lost is read again: the disk gets time to recover."""


class CoordinatorDriver:
    """Drives one coordinator's runtime; belongs to the event loop."""

    def __init__(
        self,
        runtime: CoordinatorRuntime[Any],
        *,
        burst: Burst,
        clock: Clock,
        executor: Executor | None,
    ) -> None:
        self._runtime = runtime
        self._burst = burst
        self._clock = clock
        self._executor = executor
        self._led: dict[int, LedPartition] = {}
        self._to_load: list[int] = []
        self._loader: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ms: int | None = None  # the deadline for which the timer is set
        self._reloads: set[asyncio.TimerHandle] = set()
        self._is_stopped = False
        runtime.on_earlier_deadline = self._deadline_set

    def follow(self, partitions: Iterable[Partition]) -> None:
        """Take over which partitions of the topic this broker leads now."""
        led = {partition.index: partition for partition in partitions}
        for index, known in tuple(self._led.items()):
            partition = led.get(index)
            if partition is None or partition is not known.partition:
                self._drop(index)
        for index, partition in led.items():
            if index not in self._led and partition.lost_with is None:
                self._take(index, partition)

    def stop(self) -> None:
        """Tell everyone who waits that this broker coordinates no more."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.cancel()
        for handle in self._reloads:
            handle.cancel()
        if self._loader is not None:
            self._loader.cancel()
        for index in tuple(self._led):
            self._drop(index)

    # the partition's observer

    def partition_advanced(self, partition: Partition) -> None:
        """Answer what is committed by now, or give up a shard that lost its appends."""
        led = self._led.get(partition.index)
        if led is None or led.partition is not partition:
            return
        if led.is_lost:
            self._lose(partition.index)
        else:
            self._runtime.committed(partition.index)

    # life of a shard

    def _take(self, index: int, partition: Partition) -> None:
        led = self._led[index] = LedPartition(partition, self._burst)
        partition.observe(self)
        self._runtime.begin_load(index, led)
        if partition.log.log_start_offset == partition.log.log_end_offset:
            # Of a new topic: whoever had it created need not be told to come back later.
            self._runtime.finish_load(index, partition.log.log_end_offset, self._clock.moment())
            return
        self._to_load.append(index)
        if self._loader is None:
            self._loader = asyncio.get_running_loop().create_task(self._load_all())

    def _drop(self, index: int, code: ErrorCode = ErrorCode.NOT_COORDINATOR) -> None:
        led = self._led.pop(index)
        led.partition.forget(self)
        self._runtime.unload(index, code)

    def _lose(self, index: int) -> None:
        """Give up a shard and read it again a little later, while the partition is there."""
        partition = self._led[index].partition
        self._drop(index)
        if self._is_stopped or partition.lost_with is not None:
            return
        _logger.warning(
            "%s-%s: appends were lost, its coordinator reads it again",
            partition.topic,
            partition.index,
        )
        self._reload_later(index, partition)

    def _reload_later(self, index: int, partition: Partition) -> None:
        def reload() -> None:
            self._reloads.discard(handle)
            if index not in self._led and partition.lost_with is None:
                self._take(index, partition)

        handle = asyncio.get_running_loop().call_later(RELOAD_PAUSE_S, reload)
        self._reloads.add(handle)

    # reading

    async def _load_all(self) -> None:
        while self._to_load:
            index = self._to_load.pop(0)
            led = self._led.get(index)
            if led is None or self._runtime.is_active(index):
                continue
            try:
                await self._load(index, led)
            except (StorageError, CorruptRecord, ApiError) as error:
                partition = led.partition
                _logger.error(  # noqa: TRY400 - the text says it all
                    "%s-%s cannot be read, what it coordinates is not available: %s",
                    partition.topic,
                    partition.index,
                    error,
                )
                if self._led.get(index) is led:
                    self._drop(index, ErrorCode.COORDINATOR_NOT_AVAILABLE)
        self._loader = None

    async def _load(self, index: int, led: LedPartition) -> None:
        """Read one partition into its shard, unless it is taken away meanwhile."""
        log = led.partition.log
        started_ms = self._clock.now_ms()
        offset, end_offset = log.log_start_offset, log.log_end_offset
        count = 0
        while offset < end_offset:
            found = log.locate(offset, READ_BYTES, end_offset)
            data = None if found is None else found.read_nowait()
            if found is not None and data is None:
                data = await asyncio.get_running_loop().run_in_executor(self._executor, found.read)
            turn: list[LoadedBatch] = []
            turn_records = 0
            next_offset = offset
            for batch in decode_batches(data or b""):
                turn.append(batch)
                turn_records += len(batch.records) + 1
                next_offset = batch.end_offset
                if turn_records >= REPLAYED_RECORDS_MAX:
                    if not self._replay(index, led, turn):
                        return
                    count += turn_records
                    turn, turn_records = [], 0
                    await asyncio.sleep(0)
            if next_offset == offset:
                raise CorruptRecord(f"no whole batch follows offset {offset}")
            if not self._replay(index, led, turn):
                return
            count += turn_records
            offset = next_offset
        if self._led.get(index) is not led:
            return
        self._runtime.finish_load(index, end_offset, self._clock.moment())
        if count:
            _logger.info(
                "%s-%s: read %d records in %d ms",
                led.partition.topic,
                index,
                count,
                self._clock.now_ms() - started_ms,
            )

    def _replay(self, index: int, led: LedPartition, batches: Sequence[LoadedBatch]) -> bool:
        """Replay some batches; False when the shard was taken away."""
        if self._led.get(index) is not led:
            return False
        self._runtime.replay(index, batches)
        return True

    # time

    def _deadline_set(self, deadline_ms: int) -> None:
        if self._timer_ms is None or deadline_ms < self._timer_ms:
            self._arm(deadline_ms)

    def _arm(self, deadline_ms: int) -> None:
        if self._is_stopped:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_ms = deadline_ms
        delay_ms = max(deadline_ms - self._clock.now_ms(), 0) + 1  # never a moment too early
        self._timer = asyncio.get_running_loop().call_later(delay_ms / 1000, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._timer_ms = None
        self._runtime.on_deadline(self._clock.moment())
        for index, led in tuple(self._led.items()):
            if not self._runtime.has(index):  # it could not write what time had brought
                self._lose_vanished(index, led)
        deadline_ms = self._runtime.next_deadline_ms()
        if deadline_ms is not None:
            self._deadline_set(deadline_ms)

    def _lose_vanished(self, index: int, led: LedPartition) -> None:
        del self._led[index]
        led.partition.forget(self)
        self._reload_later(index, led.partition)
