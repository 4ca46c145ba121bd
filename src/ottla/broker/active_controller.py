# SPDX-License-Identifier: Apache-2.0
"""The controller at work: one task decides what waits, appends it, and answers.

A caller hands in a decision (a function from image to `Decision`) and waits. The task takes
everything that waits, decides it in order, each on the image that the ones before will have made,
appends all records as one batch, and only then answers. So many small changes share one append,
an answer is true when it is sent, and what was not written was never seen.

    request -> queue -> decide ... decide -> append -> image -> subscribers -> answers

A round whose records do not fit into one batch of the journal is spread over several, between the
begin and the end of a transaction (KIP-868): brokers see all of it or nothing.

When another controller has taken over, or when nobody knows what became of an append, the term is
over: everything that waits is refused, and whoever was elected (perhaps this broker again) reads
what is really there before it decides.

Lives from an election to the end of that term; made by `controller_candidate`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ottla.base.errors import OttlaError
from ottla.broker.metadata_log import SnapshotSchedule
from ottla.metadata.journal import ControllerFenced, EngineUnavailable, JournalConflict
from ottla.metadata.records import encode_metadata_record
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    AbortTransactionRecord,
    BeginTransactionRecord,
    EndTransactionRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.base.clock import Clock
    from ottla.broker.metadata_log import MetadataLog
    from ottla.controller.decision import Decision
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.message import Message

_logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

ROUND_RECORDS_MAX = 20_000
"""Waiting changes are put into one round up to this size; a single change may be larger."""

ROUND_MS_MAX = 100
"""After so long the rest of what waits is left to the next round: heartbeats come in between.

A decision that looks at all partitions takes 15 ms where there are 100,000 of them, and after a
power cut a thousand brokers wait for one or two of those.
"""

BATCH_OVERHEAD_BYTES = 1024
"""Kept free in each batch for its header and the marks of a transaction."""

RECORD_OVERHEAD_BYTES = 24
"""What a record's framing takes at most, beside the bytes of its value."""


class _Waiting(NamedTuple, Generic[Answer]):
    """A change that waits for its turn."""

    decide: Callable[[ClusterImage], Decision[Answer]]
    answered: asyncio.Future[Answer]


class _Round(NamedTuple):
    """What one pass over the waiting changes came to."""

    records: list[Message]
    answers: list[tuple[asyncio.Future[Any], Any]]
    """In the order of the queue; an exception is an answer too."""


class ActiveController:
    """One term of the controller; belongs to the event loop."""

    def __init__(self, log: MetadataLog, controller_epoch: int, clock: Clock) -> None:
        self.controller_epoch = controller_epoch
        self.over = asyncio.Event()
        """Set once nothing can be decided any more."""
        self.failure: Exception | None = None
        """Why the broker itself cannot go on, when the term ended with that."""
        self._log = log
        self._clock = clock
        self._queue: list[_Waiting[Any]] = []
        self._wake = asyncio.Event()
        self._refusal: ApiError | None = None
        self._snapshots = SnapshotSchedule(clock.now_ms())
        self._owner: asyncio.Task[None] | None = None

    async def begin(self, records: Sequence[Message]) -> None:
        """Append the first records of the term, and decide from now on.

        Raises ControllerFenced, EngineUnavailable, StorageError.
        """
        log = self._log
        if log.has_open_transaction:
            await log.append(
                [AbortTransactionRecord(reason="the controller went away")], self.controller_epoch
            )
        if records:
            await self._append(records)
        self._owner = asyncio.get_running_loop().create_task(self._own())

    async def stop(self) -> None:
        """Finish what waits and stop."""
        self.end(ApiError(ErrorCode.NOT_CONTROLLER, "the controller is stopping"))
        if self._owner is not None:
            await asyncio.wait([self._owner])

    def end(self, refusal: ApiError) -> None:
        """Decide nothing more; what waits already is still tried."""
        if self._refusal is None:
            self._refusal = refusal
        self.over.set()
        self._wake.set()

    async def change(self, decide: Callable[[ClusterImage], Decision[Answer]]) -> Answer:
        """Queue a change and wait for its answer; raises ApiError."""
        if self._refusal is not None:
            raise self._refusal
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(decide, answered))
        self._wake.set()
        return await answered

    async def _own(self) -> None:
        """Serve the queue until the term ends."""
        while self._queue or self._refusal is None:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            waiting, self._queue = self._queue, []
            try:
                left = await self._serve(waiting)
                self._queue[:0] = left
                await self._snapshot_when_due()
                await asyncio.sleep(0)  # a round in which nothing was written waited for nobody
            except Exception as error:  # noqa: BLE001 - nobody else would answer those who wait
                self._fail(error, waiting)

    async def _serve(self, waiting: list[_Waiting[Any]]) -> list[_Waiting[Any]]:
        """Decide and write the first of the waiting changes; return those that did not fit."""
        while True:
            round_ = _decide(self._log.image, waiting, self._clock)
            if round_.records:
                try:
                    await self._append(round_.records)
                except JournalConflict:
                    if self._log.has_open_transaction:
                        raise
                    await self._log.catch_up()  # whoever wrote there: decide on top of it
                    continue
                self._snapshots.records += len(round_.records)
            for answered, answer in round_.answers:
                _answer(answered, answer)
            return waiting[len(round_.answers) :]

    async def _append(self, records: Sequence[Message]) -> None:
        chunks = _chunks(records, self._log.engine.batch_bytes_max - BATCH_OVERHEAD_BYTES)
        if len(chunks) > 1:
            chunks[0].insert(0, BeginTransactionRecord())
            chunks[-1].append(EndTransactionRecord())
        for chunk in chunks:
            await self._log.append(chunk, self.controller_epoch)

    async def _snapshot_when_due(self) -> None:
        if self._snapshots.is_due(self._log.settings, self._clock.now_ms()):
            await self._log.store_snapshot(self._snapshots, self._log.engine.store_snapshot)

    def _fail(self, error: Exception, waiting: list[_Waiting[Any]]) -> None:
        """End the term: what is in the journal is not known, or somebody else decides."""
        if isinstance(error, ControllerFenced | JournalConflict):
            refusal = ApiError(ErrorCode.NOT_CONTROLLER, str(error))
        elif isinstance(error, EngineUnavailable):
            refusal = ApiError(ErrorCode.NOT_CONTROLLER, f"the metadata engine is silent: {error}")
        else:
            _logger.error("the metadata log failed, changes are refused", exc_info=error)
            self.failure = error
            text = str(error) if isinstance(error, OttlaError) else repr(error)
            refusal = ApiError(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                f"the metadata log failed, the broker must be restarted: {text}",
            )
        self.end(refusal)
        for change in waiting:
            _answer(change.answered, self._refusal)
        queue, self._queue = self._queue, []
        for change in queue:
            _answer(change.answered, self._refusal)


def _decide(image: ClusterImage, waiting: list[_Waiting[Any]], clock: Clock) -> _Round:
    """Decide as many changes as fit into one round, each on top of the ones before."""
    deadline_ms = clock.now_ms() + ROUND_MS_MAX
    records: list[Message] = []
    answers: list[tuple[asyncio.Future[Any], Any]] = []
    for number, change in enumerate(waiting, 1):
        try:
            decision = change.decide(image)
            if decision.records and number < len(waiting):
                image, _ = image.apply(decision.records)
        except Exception as error:  # noqa: BLE001 - one bad change must not stop the others
            answers.append((change.answered, error))
        else:
            records.extend(decision.records)
            answers.append((change.answered, decision.answer))
        if len(records) >= ROUND_RECORDS_MAX or clock.now_ms() >= deadline_ms:
            break
    return _Round(records, answers)


def _chunks(records: Sequence[Message], bytes_max: int) -> list[list[Message]]:
    """Return the records in pieces that fit into a batch each."""
    if len(records) * RECORD_OVERHEAD_BYTES < bytes_max // 64:
        return [list(records)]  # far from the limit: nothing needs to be measured
    chunks: list[list[Message]] = [[]]
    chunk_bytes = 0
    for record in records:
        size = len(encode_metadata_record(record)) + RECORD_OVERHEAD_BYTES
        if chunks[-1] and chunk_bytes + size > bytes_max:
            chunks.append([])
            chunk_bytes = 0
        chunks[-1].append(record)
        chunk_bytes += size
    return chunks


def _answer(answered: asyncio.Future[Any], answer: Any) -> None:
    if answered.done():
        return  # the client went away
    if isinstance(answer, Exception):
        answered.set_exception(answer)
    else:
        answered.set_result(answer)
