# SPDX-License-Identifier: Apache-2.0
"""The cluster's state as this broker has applied it: the journal, replayed into an image.

    engine ──read──► batches ──replay──► image ──► subscribers
                        └──────────────► local copy, snapshots

Every broker follows the journal through its engine, the one that decides included: what it appends
itself is applied at once (`append`), and not read again. In a cluster each broker keeps an exact
copy of the journal on its own disk. From there it starts: only the tail comes from the engine, and
a journal that lacks what the copy holds is recognised as another one, or as an older state of this
one; the broker then refuses to go on, since it would throw acknowledged changes away. With the
engine of a single broker the journal is that local log, and there is no copy.

Appending and reading take turns (`_turn`): nothing is applied twice, and nothing out of order.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from ottla.base.errors import StorageError
from ottla.metadata.image import ClusterImage, ImageBuilder
from ottla.metadata.image_difference import image_difference
from ottla.metadata.journal import (
    ClusterEngine,
    EngineRefused,
    EngineUnavailable,
    JournalConflict,
    MetadataJournal,
    Snapshot,
    WrongCluster,
)
from ottla.metadata.records import TransactionBuffer, build_metadata_batch
from ottla.metadata.snapshot import image_records
from ottla.protocol.messages.cluster_metadata import NoOpRecord

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ottla.base.clock import Clock
    from ottla.metadata.image import ImageDelta
    from ottla.metadata.local_log import LocalMetadataLog
    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message

    Subscriber = Callable[[ClusterImage, ImageDelta], None]

_logger = logging.getLogger(__name__)

RECORD_BYTES_GUESS = 64
"""What a record takes in the log, roughly: decides only when a snapshot is due."""

RETRY_PAUSE_S = 0.2
"""Before an engine that did not answer is asked again."""


FLUSH_PAUSE_S = 0.1
"""How long the copy gathers batches before they are flushed."""


class Engine(MetadataJournal, ClusterEngine, Protocol):
    """An engine is both halves at once."""


class SnapshotSettings(Protocol):
    """When snapshots are due; `BrokerConfig` says it."""

    @property
    def metadata_log_max_record_bytes_between_snapshots(self) -> int:
        """Bytes of records after which a snapshot is written."""

    @property
    def metadata_log_max_snapshot_interval_ms(self) -> int:
        """Time after which a snapshot is written when anything has changed; 0 is never."""


class MetadataLog:
    """Owns the image of one broker; belongs to the event loop."""

    def __init__(
        self,
        *,
        engine: Engine,
        copy: LocalMetadataLog | None,
        clock: Clock,
        cluster_id: str,
        settings: SnapshotSettings,
    ) -> None:
        self.image = ClusterImage(cluster_id)
        """The state as this broker has applied it; replaced, never changed."""
        self.settings = settings
        self.engine = engine
        self._copy = copy
        self._clock = clock
        self._transaction = TransactionBuffer()
        self._subscribers: list[Subscriber] = []
        self._turn = asyncio.Lock()
        self._moved = asyncio.Event()
        self.grown_s = 0.0
        """When the journal was last seen to grow, by the loop's clock."""
        self._follower: asyncio.Task[None] | None = None
        self._snapshots = SnapshotSchedule(clock.now_ms())  # of the copy
        self._is_engine_silent = False
        self._last_replayed: JournalBatch | None = None
        self._flusher: asyncio.Task[None] | None = None
        self._unflushed = asyncio.Event()
        self.failed: Callable[[Exception], None] = _raise
        """Told when the log can be followed no more; set by whoever can stop the broker."""

    def subscribe(self, subscriber: Subscriber) -> None:
        """Have `subscriber(image, delta)` called after each change."""
        self._subscribers.append(subscriber)

    @property
    def has_open_transaction(self) -> bool:
        """Whether a change that is spread over several batches has not ended yet."""
        return self._transaction.is_open

    # start and end

    async def start(self) -> None:
        """Replay everything that is there.

        Subscribers hear of nothing that was there before they can have asked; whoever needs the
        state at start reads `image` afterwards. Raises WrongCluster, StorageError, and
        EngineUnavailable, after which it may be tried again.
        """
        if self._copy is None:
            await self._replay(self.engine)
            return
        if self.image.next_offset == 0:
            await self._replay(self._copy)
        await self._compare_with_engine()
        await self.catch_up()

    def follow(self) -> None:
        """Keep up with the journal from now on, in tasks of its own."""
        loop = asyncio.get_running_loop()
        self._follower = loop.create_task(self._follow())
        if self._copy is not None:
            self._flusher = loop.create_task(self._flush_copy(self._copy))

    async def stop(self) -> None:
        """Stop following; the copy is left in order."""
        tasks = [task for task in (self._follower, self._flusher) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._copy is not None:
            await self._copy.close()

    # reading

    async def catch_up(self) -> None:
        """Apply everything that is in the journal by now.

        Raises EngineUnavailable, EngineRefused, WrongCluster, StorageError.
        """
        async with self._turn:
            end_offset = await self.engine.end_offset()
            if end_offset < self.image.next_offset:
                raise WrongCluster(_behind(end_offset, self.image.next_offset))
            while self.image.next_offset < end_offset:
                try:
                    batches = await self.engine.read(self.image.next_offset)
                except JournalConflict:
                    await self._take_snapshot_of_engine()
                    continue
                if not batches:
                    break
                for batch in batches:
                    self._apply(batch)
        await self._snapshot_when_due()

    async def wait_changed(self, timeout_s: float) -> None:
        """Return when the image has changed, or after the time."""
        try:
            await asyncio.wait_for(self._moved.wait(), timeout_s)
        except TimeoutError:
            return

    async def _follow(self) -> None:
        while True:
            offset = self.image.next_offset
            try:
                await self.engine.wait_beyond(offset)
                # The journal goes on there, so where it ends need not be asked: with many brokers
                # that question would be most of what an engine has to answer.
                if await self._read_beyond(offset):
                    await self._snapshot_when_due()
                else:
                    await self.catch_up()
                if self._is_engine_silent:
                    self._is_engine_silent = False
                    _logger.warning("the metadata engine answers again")
            except EngineUnavailable as error:
                if not self._is_engine_silent:
                    self._is_engine_silent = True
                    _logger.warning(
                        "the metadata engine does not answer, nothing can be changed: %s", error
                    )
                await asyncio.sleep(RETRY_PAUSE_S)
            except (WrongCluster, EngineRefused, StorageError) as error:
                self.failed(error)
                return

    async def _read_beyond(self, offset: int) -> bool:
        """Apply what comes next in the journal unless it has been; False when it is not there."""
        async with self._turn:
            if self.image.next_offset != offset:
                return True
            try:
                batches = await self.engine.read(offset)
            except JournalConflict:
                return False
            for batch in batches:
                self._apply(batch)
            return bool(batches)

    async def _flush_copy(self, copy: LocalMetadataLog) -> None:
        """Put the copy on the disk soon after it has grown; nobody waits for it."""
        while True:
            await self._unflushed.wait()
            await asyncio.sleep(FLUSH_PAUSE_S)
            self._unflushed.clear()
            try:
                await copy.flush()
            except StorageError as error:
                self.failed(error)
                return

    # writing

    async def append(self, records: Sequence[Message], controller_epoch: int) -> None:
        """Append one batch and apply it.

        Raises JournalConflict, ControllerFenced, EngineUnavailable, StorageError; nothing has been
        applied then.
        """
        async with self._turn:
            before = self.image
            passed_on = self._transaction.copy().pass_on(records)
            # Replayed before they are written: what cannot be replayed must not get in.
            image, delta = before.apply(
                passed_on,
                next_offset=before.next_offset + len(records),
                controller_epoch=controller_epoch,
            )
            timestamp_ms = self._clock.wall_ms()
            next_offset = await self.engine.append(
                records,
                expected_offset=before.next_offset,
                controller_epoch=controller_epoch,
                timestamp_ms=timestamp_ms,
            )
            assert next_offset == image.next_offset, (next_offset, image.next_offset)
            self._transaction.pass_on(records)
            if self._copy is not None:
                self._keep(
                    build_metadata_batch(
                        records,
                        base_offset=before.next_offset,
                        controller_epoch=controller_epoch,
                        timestamp_ms=timestamp_ms,
                    ),
                    records,
                )
            self._snapshots.records += len(records)
            self._publish(image, delta)

    # inside

    def _apply(self, batch: JournalBatch) -> None:
        image, delta = self.image.apply(
            self._transaction.pass_on(batch.records),
            next_offset=batch.next_offset,
            controller_epoch=batch.controller_epoch,
        )
        self._keep(batch.data, batch.records)
        self._snapshots.records += len(batch.records)
        self._publish(image, delta)

    def _keep(self, data: bytes, records: Sequence[Message]) -> None:
        if self._copy is not None:
            self._copy.append_batch(data)
            if any(type(record) is not NoOpRecord for record in records):
                self._unflushed.set()

    def _publish(self, image: ClusterImage, delta: ImageDelta) -> None:
        self.image = image
        self.grown_s = asyncio.get_running_loop().time()
        for subscriber in self._subscribers:
            subscriber(image, delta)
        self._moved.set()
        self._moved = asyncio.Event()

    async def _replay(self, source: MetadataJournal | LocalMetadataLog) -> None:
        """Load the newest snapshot of `source` and everything after it."""
        builder = ImageBuilder(self.image)
        next_offset, epoch = 0, 0
        snapshot = await source.load_snapshot()
        if snapshot is not None:
            next_offset, epoch = snapshot.next_offset, snapshot.controller_epoch
            for record in snapshot.records:
                builder.replay(record)
        try:
            while batches := await source.read(next_offset):
                for batch in batches:
                    for record in self._transaction.pass_on(batch.records):
                        builder.replay(record)
                    next_offset, epoch = batch.next_offset, batch.controller_epoch
                    self._last_replayed = batch
        except JournalConflict as error:
            raise StorageError(
                f"the metadata log does not reach back to its snapshot: {error}"
            ) from error
        covered = 0 if snapshot is None else snapshot.next_offset
        self._snapshots.records = next_offset - covered
        self.image, _ = builder.finish(next_offset, epoch)

    async def _compare_with_engine(self) -> None:
        """Refuse a journal that does not hold what this broker has seen of it."""
        assert self._copy is not None
        end_offset = await self.engine.end_offset()
        if end_offset < self.image.next_offset:
            raise WrongCluster(_behind(end_offset, self.image.next_offset))
        last = self._last_replayed
        if last is None:
            return
        try:
            theirs = await self.engine.read(last.base_offset)
        except JournalConflict:
            return  # trimmed since: a snapshot covers it
        if theirs and theirs[0].data != last.data:
            raise WrongCluster(
                f"the journal holds another batch at offset {last.base_offset} than this broker "
                "has seen there: the engine was restored from a backup, or belongs to another "
                "cluster"
            )

    async def _take_snapshot_of_engine(self) -> None:
        """Start anew from the engine's snapshot: the journal was trimmed meanwhile."""
        snapshot = await self.engine.load_snapshot()
        if snapshot is None or snapshot.next_offset <= self.image.next_offset:
            raise StorageError(
                f"the journal no longer reaches back to offset {self.image.next_offset}, and no "
                "snapshot covers what is missing"
            )
        builder = ImageBuilder(ClusterImage(self.image.cluster_id))
        for record in snapshot.records:
            builder.replay(record)
        image, _ = builder.finish(snapshot.next_offset, snapshot.controller_epoch)
        self._transaction = TransactionBuffer()
        if self._copy is not None:
            await self._copy.reset_to(snapshot)
        self._snapshots.began(self._clock.now_ms())
        self._publish(image, image_difference(self.image, image))

    async def _snapshot_when_due(self) -> None:
        """Write a snapshot beside the copy when enough has changed since the last one."""
        copy = self._copy
        if copy is None or not self._snapshots.is_due(self.settings, self._clock.now_ms()):
            return
        await copy.flush()
        await self.store_snapshot(self._snapshots, copy.store_snapshot)

    async def store_snapshot(
        self, schedule: SnapshotSchedule, store: Callable[[Snapshot], Awaitable[None]]
    ) -> None:
        """Have the present state stored, unless a change is half known."""
        if self._transaction.is_open:
            return
        image = self.image
        schedule.began(self._clock.now_ms())
        snapshot = Snapshot(
            image.next_offset,
            image.controller_epoch,
            self._clock.wall_ms(),
            tuple(image_records(image)),
        )
        try:
            await store(snapshot)
        except (StorageError, EngineUnavailable, EngineRefused, OSError) as error:
            # The log still tells the whole story: go on and try again later.
            _logger.warning("the metadata snapshot could not be written: %s", error)


class SnapshotSchedule:
    """When a snapshot is due in one place."""

    __slots__ = ("_last_ms", "records")

    def __init__(self, now_ms: int) -> None:
        self.records = 0  # since the last snapshot
        self._last_ms = now_ms

    def is_due(self, settings: SnapshotSettings, now_ms: int) -> bool:
        """Whether enough has changed, or long enough ago."""
        interval_ms = settings.metadata_log_max_snapshot_interval_ms
        is_large = (
            self.records * RECORD_BYTES_GUESS
            >= settings.metadata_log_max_record_bytes_between_snapshots
        )
        is_old = interval_ms > 0 and self.records > 0 and now_ms - self._last_ms >= interval_ms
        return is_large or is_old

    def began(self, now_ms: int) -> None:
        """Count anew from here."""
        self.records = 0
        self._last_ms = now_ms


def _raise(error: Exception) -> None:
    raise error


def _behind(end_offset: int, seen: int) -> str:
    return (
        f"the journal ends at offset {end_offset}, and this broker has seen it up to {seen}: the "
        "engine lost data or was restored from an old backup. Nothing is deleted; see "
        "docs/operations.md on restoring the engine"
    )
