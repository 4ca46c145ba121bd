# SPDX-License-Identifier: Apache-2.0
"""What a producer hands back for a record: where it went, once that is known.

Outcomes belong to batches, so a `Delivery` is no more than a batch and a place in it: nothing is
made per record that could be made per batch, and who never looks at a delivery pays for no lock
and no future. A batch is settled once, in the thread of its producer's loop.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

NO_OFFSET = -1
"""With acks=0 nobody tells where a record went."""


class RecordMetadata(NamedTuple):
    """Where a record was stored."""

    topic: str
    partition: int
    offset: int  # -1 with acks=0
    timestamp_ms: int  # as the producer set it


class PendingBatch:
    """Records on their way to one partition, and in the end what became of them."""

    __slots__ = (
        "_callbacks", "_lock", "base_offset", "error", "headers", "is_settled", "keys",
        "opened_ms", "partition", "size_bytes", "timestamps", "topic", "values",
    )  # fmt: skip

    def __init__(self, topic: str, partition: int, opened_ms: float, lock: threading.Lock) -> None:
        self.topic = topic
        self.partition = partition
        self.opened_ms = opened_ms  # of the producer's steady clock
        self.keys: list[bytes | None] | None = None  # None while no record has a key
        self.values: Sequence[bytes | None] = []
        self.timestamps: Sequence[int] = []
        self.headers: dict[int, Sequence[tuple[str, bytes | None]]] = {}  # by place in the batch
        self.size_bytes = 0
        self.is_settled = False
        self.base_offset = NO_OFFSET
        self.error: Exception | None = None
        self._lock = lock
        self._callbacks: list[Callable[[], object]] = []

    def settle(self, base_offset: int, error: Exception | None) -> None:
        """Note what became of the batch and tell everybody who waits for it."""
        with self._lock:
            self.base_offset, self.error = base_offset, error
            self.is_settled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def call_when_settled(self, callback: Callable[[], object]) -> None:
        """Call back in the producer's thread once the batch is settled; at once if it is."""
        with self._lock:
            if not self.is_settled:
                self._callbacks.append(callback)
                return
        callback()

    def wait(self, timeout_s: float | None) -> None:
        """Block the calling thread until the batch is settled; TimeoutError if that is late."""
        if self.is_settled:
            return
        settled = threading.Event()
        self.call_when_settled(settled.set)
        if not settled.wait(timeout_s):
            raise TimeoutError(f"no answer for records of topic {self.topic!r} in {timeout_s:g} s")

    async def settled(self) -> None:
        """Wait in a loop, the producer's own or another."""
        if self.is_settled:
            return
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()

        def wake() -> None:
            if not waiter.done():
                waiter.set_result(None)

        self.call_when_settled(lambda: loop.call_soon_threadsafe(wake))
        await waiter


class Delivery:
    """One record on its way: await it, or ask `result()` in another thread than the producer's."""

    __slots__ = ("_batch", "_place")

    def __init__(self, batch: PendingBatch, place: int) -> None:
        self._batch = batch
        self._place = place

    def __repr__(self) -> str:
        batch = self._batch
        state = "failed" if batch.error else "delivered" if batch.is_settled else "on its way"
        return f"<Delivery to {batch.topic}-{batch.partition}, {state}>"

    def __await__(self) -> Generator[object, None, RecordMetadata]:
        yield from self._batch.settled().__await__()
        return self._outcome()

    def done(self) -> bool:
        """Say whether it is known what became of the record."""
        return self._batch.is_settled

    def result(self, timeout_s: float | None = None) -> RecordMetadata:
        """Wait for the outcome and return where the record is.

        Raises what went wrong (DeliveryTimeoutError, ApiError and so on), and TimeoutError when
        nothing is known after `timeout_s`: the record may still arrive then.
        """
        self._batch.wait(timeout_s)
        return self._outcome()

    def exception(self, timeout_s: float | None = None) -> Exception | None:
        """Wait for the outcome and return what went wrong, None if nothing did."""
        self._batch.wait(timeout_s)
        return self._batch.error

    def add_callback(self, callback: Callable[[Delivery], object]) -> None:
        """Call back with this delivery once the outcome is known.

        It runs in the producer's thread and must not block; nothing else is sent meanwhile.
        """
        self._batch.call_when_settled(lambda: callback(self))

    def _outcome(self) -> RecordMetadata:
        batch, place = self._batch, self._place
        if batch.error is not None:
            raise batch.error
        offset = batch.base_offset + place if batch.base_offset != NO_OFFSET else NO_OFFSET
        return RecordMetadata(batch.topic, batch.partition, offset, batch.timestamps[place])


class DeliveredBatch(NamedTuple):
    """Records that lie one behind the other in a partition."""

    topic: str
    partition: int
    base_offset: int  # -1 with acks=0
    record_count: int


class Deliveries:
    """Many records on their way, sent by one call."""

    __slots__ = ("_batches",)

    def __init__(self, batches: list[PendingBatch]) -> None:
        self._batches = batches

    def __len__(self) -> int:
        """Return the number of records."""
        return sum(len(batch.values) for batch in self._batches)

    def __await__(self) -> Generator[object, None, list[DeliveredBatch]]:
        for batch in self._batches:
            yield from batch.settled().__await__()
        return self._outcomes()

    def done(self) -> bool:
        """Say whether it is known what became of all of them."""
        return all(batch.is_settled for batch in self._batches)

    def result(self, timeout_s: float | None = None) -> list[DeliveredBatch]:
        """Wait for every outcome and return where the records are, in the order of the call.

        Raises the first thing that went wrong; other records may have been stored.
        """
        for batch in self._batches:
            batch.wait(timeout_s)
        return self._outcomes()

    def _outcomes(self) -> list[DeliveredBatch]:
        for batch in self._batches:
            if batch.error is not None:
                raise batch.error
        return [
            DeliveredBatch(batch.topic, batch.partition, batch.base_offset, len(batch.values))
            for batch in self._batches
        ]
