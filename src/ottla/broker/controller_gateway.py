# SPDX-License-Identifier: Apache-2.0
"""The one way to change the cluster's state, and the place where its image lives.

A caller hands in a decision (a function from image to `Decision`) and waits. One task owns the
journal: it takes everything that waits, decides it in order, each on the image that the ones
before will have made, appends all records as one batch, replays them, tells the subscribers,
and only then answers. So many small changes share one flush, an answer is true when it is sent,
and what was not written was never seen.

    request -> queue -> decide ... decide -> append (fdatasync) -> image -> subscribers -> answers

When the journal fails, nobody knows whether the last batch will be there after a restart. From
then on every change is refused with the reason; reading goes on with the last good image.

Used by handlers through `context.services.controller`; `app` starts and stops it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from ottla.base.errors import StorageError
from ottla.metadata.image import ClusterImage, ImageBuilder, ResourceType
from ottla.metadata.journal import (
    ClusterEngine,
    ControllerFenced,
    JournalConflict,
    MetadataJournal,
    Snapshot,
)
from ottla.metadata.records import TransactionBuffer
from ottla.metadata.snapshot import image_records
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ottla.base.clock import Clock
    from ottla.broker.config import BrokerConfig
    from ottla.controller.brokers import BrokerFacts
    from ottla.controller.configs import ResourceChange, ResourceOutcome
    from ottla.controller.controller import Controller
    from ottla.controller.decision import Decision
    from ottla.controller.elections import ElectionOutcome, ElectionType
    from ottla.metadata.image import ImageDelta
    from ottla.protocol.message import Message
    from ottla.protocol.messages.create_partitions import (
        CreatePartitionsTopic,
        CreatePartitionsTopicResult,
    )
    from ottla.protocol.messages.create_topics import CreatableTopic, CreatableTopicResult
    from ottla.protocol.messages.delete_topics import DeletableTopicResult, DeleteTopicState

    Subscriber = Callable[[ClusterImage, ImageDelta], None]

_logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

BATCH_RECORDS_MAX = 20_000
"""Waiting changes are put into one batch up to this size; a single change may be larger."""


RECORD_BYTES_GUESS = 64
"""What a record takes in the log, roughly: decides only when a snapshot is due."""


class Engine(MetadataJournal, ClusterEngine, Protocol):
    """An engine is both halves at once."""


class _Waiting(NamedTuple, Generic[Answer]):
    """A change that waits for its turn."""

    decide: Callable[[ClusterImage], Decision[Answer]]
    answered: asyncio.Future[Answer]


class _Round(NamedTuple):
    """What one pass over the waiting changes came to."""

    records: list[Message]
    answers: list[tuple[asyncio.Future[Any], Any]]
    """In the order of the queue; an exception is an answer too."""


class ControllerGateway:
    """Owns the image and the journal of one broker; see the module's text."""

    def __init__(
        self,
        *,
        engine: Engine,
        controller: Controller,
        config: BrokerConfig,
        clock: Clock,
        cluster_id: str,
    ) -> None:
        self.image = ClusterImage(cluster_id)
        """The state as this broker has applied it; replaced, never changed."""
        self.config = config
        """The broker's settings with their dynamic values."""
        self._engine = engine
        self._controller = controller
        self._clock = clock
        self._controller_epoch = 0
        self._transaction = TransactionBuffer()
        self._subscribers: list[Subscriber] = []
        self._queue: list[_Waiting[Any]] = []
        self._wake = asyncio.Event()
        self._owner: asyncio.Task[None] | None = None
        self._failure: ApiError | None = None
        self._records_since_snapshot = 0
        self._last_snapshot_ms = clock.now_ms()
        self._producer_ids: range = range(0)
        self._producer_id_lock = asyncio.Lock()

    @property
    def controller_id(self) -> int:
        """The broker that decides, as clients are told."""
        return self.config.node_id

    def subscribe(self, subscriber: Subscriber) -> None:
        """Have `subscriber(image, delta)` called after each change, before it is answered."""
        self._subscribers.append(subscriber)

    async def start(self, facts: BrokerFacts) -> None:
        """Replay the journal, become the controller, and register this broker.

        Subscribers hear of nothing that was there before they can have asked; whoever needs the
        state at start reads `image` afterwards.
        """
        await self._replay_journal()
        self._follow_settings()
        self._controller_epoch = await self._engine.campaign(facts.broker_id)
        first = self._controller.bootstrap(self.image)
        image, _ = self.image.apply(first.records)
        registration = self._controller.register_broker(image, facts, image.next_offset)
        await self._append_and_apply([*first.records, *registration.records])
        self._owner = asyncio.get_running_loop().create_task(self._own())

    async def stop(self) -> None:
        """Finish what waits and stop; the engine is closed by whoever opened it."""
        owner, self._owner = self._owner, None
        if owner is None:
            return
        self._refuse_from_now_on(ApiError(ErrorCode.BROKER_NOT_AVAILABLE, "the broker is stopping"))
        self._wake.set()
        await owner

    async def create_topics(
        self, topics: Sequence[CreatableTopic], *, validate_only: bool = False
    ) -> list[CreatableTopicResult]:
        """Create topics."""
        return await self._change(
            lambda image: self._controller.create_topics(image, topics, validate_only=validate_only)
        )

    async def create_automatic_topics(self, names: Iterable[str]) -> list[CreatableTopicResult]:
        """Create topics that are needed and missing; names that exist are left out."""
        wanted = list(names)
        return await self._change(
            lambda image: self._controller.create_automatic_topics(image, wanted)
        )

    async def delete_topics(self, topics: Sequence[DeleteTopicState]) -> list[DeletableTopicResult]:
        """Delete topics."""
        return await self._change(lambda image: self._controller.delete_topics(image, topics))

    async def create_partitions(
        self, topics: Sequence[CreatePartitionsTopic], *, validate_only: bool = False
    ) -> list[CreatePartitionsTopicResult]:
        """Add partitions to topics."""
        return await self._change(
            lambda image: self._controller.create_partitions(
                image, topics, validate_only=validate_only
            )
        )

    async def alter_configs(
        self, resources: Sequence[ResourceChange], *, validate_only: bool = False
    ) -> list[ResourceOutcome]:
        """Change dynamic settings."""
        return await self._change(
            lambda image: self._controller.alter_configs(
                image, resources, validate_only=validate_only
            )
        )

    async def elect_leaders(
        self, election_type: ElectionType, partitions: Sequence[tuple[str, int]] | None
    ) -> list[ElectionOutcome]:
        """Elect leaders as an operator asked."""
        return await self._change(
            lambda image: self._controller.elect_leaders(image, election_type, partitions)
        )

    async def next_producer_id(self) -> int:
        """Return a producer id that nobody else has or will get."""
        async with self._producer_id_lock:
            if not self._producer_ids:
                self._producer_ids = await self._change(
                    lambda image: self._controller.allocate_producer_ids(image, self.config.node_id)
                )
            producer_id = self._producer_ids[0]
            self._producer_ids = self._producer_ids[1:]
            return producer_id

    async def _change(self, decide: Callable[[ClusterImage], Decision[Answer]]) -> Answer:
        """Queue a change and wait for its answer."""
        if self._failure is not None:
            raise self._failure
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(decide, answered))
        self._wake.set()
        return await answered

    async def _own(self) -> None:
        """Serve the queue until the gateway is stopped or the journal fails."""
        while self._queue or self._failure is None:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            waiting, self._queue = self._queue, []
            try:
                left = await self._serve(waiting)
                self._queue[:0] = left
                await self._maybe_snapshot()
            except Exception as error:  # noqa: BLE001 - nobody else would answer those who wait
                self._fail(error, waiting)

    async def _serve(self, waiting: list[_Waiting[Any]]) -> list[_Waiting[Any]]:
        """Decide and write the first of the waiting changes; return those that did not fit."""
        while True:
            round_ = _decide(self.image, waiting)
            if round_.records:
                try:
                    await self._append_and_apply(round_.records)
                except JournalConflict:
                    await self._catch_up()
                    continue
            for answered, answer in round_.answers:
                _answer(answered, answer)
            return waiting[len(round_.answers) :]

    async def _append_and_apply(self, records: list[Message]) -> None:
        # Replayed before they are written: a record that cannot be replayed must not get in.
        image, delta = self.image.apply(records, controller_epoch=self._controller_epoch)
        next_offset = await self._engine.append(
            records,
            expected_offset=self.image.next_offset,
            controller_epoch=self._controller_epoch,
            timestamp_ms=self._clock.wall_ms(),
        )
        assert next_offset == image.next_offset, (next_offset, image.next_offset)
        self._records_since_snapshot += len(records)
        self._publish(image, delta)

    def _publish(self, image: ClusterImage, delta: ImageDelta) -> None:
        self.image = image
        if any(kind == ResourceType.BROKER for kind, _ in delta.configs):
            self._follow_settings()
        for subscriber in self._subscribers:
            subscriber(image, delta)

    def _follow_settings(self) -> None:
        """Bring the broker's settings up to date with the image."""
        for_all = self.image.config(ResourceType.BROKER, "")
        for_this = self.image.config(ResourceType.BROKER, str(self.config.node_id))
        if for_all == self.config.dynamic_default and for_this == self.config.dynamic_broker:
            return
        self.config = self.config.with_dynamic(for_all, for_this)
        for warning in self.config.warnings:
            _logger.warning("%s", warning)
        self._controller.settings = self.config

    async def _replay_journal(self) -> None:
        """Load the newest snapshot and everything after it."""
        builder = ImageBuilder(self.image)
        next_offset, epoch = 0, 0
        snapshot = await self._engine.load_snapshot()
        if snapshot is not None:
            next_offset, epoch = snapshot.next_offset, snapshot.controller_epoch
            for record in snapshot.records:
                builder.replay(record)
        try:
            while batches := await self._engine.read(next_offset):
                for batch in batches:
                    for record in self._transaction.pass_on(batch.records):
                        builder.replay(record)
                    next_offset, epoch = batch.next_offset, batch.controller_epoch
        except JournalConflict as error:
            raise StorageError(
                f"the metadata log does not reach back to its snapshot: {error}"
            ) from error
        covered = 0 if snapshot is None else snapshot.next_offset
        self._records_since_snapshot = next_offset - covered
        self.image, _ = builder.finish(next_offset, epoch)

    async def _catch_up(self) -> None:
        """Apply what another controller has written meanwhile."""
        while batches := await self._engine.read(self.image.next_offset):
            for batch in batches:
                image, delta = self.image.apply(
                    self._transaction.pass_on(batch.records),
                    next_offset=batch.next_offset,
                    controller_epoch=batch.controller_epoch,
                )
                self._publish(image, delta)

    async def _maybe_snapshot(self) -> None:
        """Write a snapshot when enough has changed since the last one."""
        now_ms = self._clock.now_ms()
        interval_ms = self.config.metadata_log_max_snapshot_interval_ms
        is_large = (
            self._records_since_snapshot * RECORD_BYTES_GUESS
            >= self.config.metadata_log_max_record_bytes_between_snapshots
        )
        is_old = (
            interval_ms > 0
            and self._records_since_snapshot > 0
            and now_ms - self._last_snapshot_ms >= interval_ms
        )
        if not (is_large or is_old):
            return
        self._records_since_snapshot = 0
        self._last_snapshot_ms = now_ms
        image = self.image
        snapshot = Snapshot(
            image.next_offset,
            image.controller_epoch,
            self._clock.wall_ms(),
            tuple(image_records(image)),
        )
        try:
            await self._engine.store_snapshot(snapshot)
        except (StorageError, OSError) as error:
            # The log still tells the whole story: go on and try again later.
            _logger.warning("the metadata snapshot could not be written: %s", error)

    def _fail(self, error: Exception, waiting: list[_Waiting[Any]]) -> None:
        """Refuse everything from now on: the journal is not to be trusted any more."""
        if isinstance(error, ControllerFenced):
            failure = ApiError(ErrorCode.NOT_CONTROLLER, str(error))
        else:
            _logger.error(
                "the metadata log failed, changes are refused until a restart", exc_info=error
            )
            failure = ApiError(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                f"the metadata log failed, the broker must be restarted: {error}",
            )
        self._refuse_from_now_on(failure)
        for change in waiting:
            _answer(change.answered, failure)

    def _refuse_from_now_on(self, failure: ApiError) -> None:
        if self._failure is None:
            self._failure = failure


def _decide(image: ClusterImage, waiting: list[_Waiting[Any]]) -> _Round:
    """Decide as many changes as fit into one batch, each on top of the ones before."""
    records: list[Message] = []
    answers: list[tuple[asyncio.Future[Any], Any]] = []
    for number, change in enumerate(waiting, 1):
        try:
            decision = change.decide(image)
            if decision.records and number < len(waiting):
                image, _ = image.apply(decision.records)
        except Exception as error:  # noqa: BLE001 - one bad change must not stop the others
            answers.append((change.answered, error))
            continue
        records.extend(decision.records)
        answers.append((change.answered, decision.answer))
        if len(records) >= BATCH_RECORDS_MAX:
            break
    return _Round(records, answers)


def _answer(answered: asyncio.Future[Any], answer: Any) -> None:
    if answered.done():
        return  # the client went away
    if isinstance(answer, Exception):
        answered.set_exception(answer)
    else:
        answered.set_result(answer)
