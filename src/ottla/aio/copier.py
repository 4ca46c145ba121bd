# SPDX-License-Identifier: Apache-2.0
"""A copier for asyncio: reads records, makes others of them and stores those, each exactly once.

    async with Copier(
        "orders", transform=make_bill, group_id="billing", transactional_id="billing-1"
    ) as copier:
        await copier.run()

What is made of a run of records and the offset behind the run go into one transaction: whatever
dies when, `read_committed` consumers see the outcome of each record once (KIP-98, KIP-447). A
transaction is over before the copier asks for more, so none is open while a group divides its
partitions anew. What was aborted and may succeed later is done again, from the same records.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from ottla.aio.consumer import Consumer
from ottla.aio.producer import Producer
from ottla.base.errors import OttlaError
from ottla.client.errors import (
    CommitFailedError,
    ConfigurationError,
    DeliveryTimeoutError,
    ProducerFencedError,
    TransactionAbortedError,
    TransactionOutcomeUnknownError,
    is_retriable,
)
from ottla.client.producer_record import ProducerRecord
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ottla.client.consumer_options import ConsumerKeywords
    from ottla.client.consumer_record import ConsumerRecord, RecordBatch
    from ottla.client.producer_options import ProducerKeywords

    Made: TypeAlias = ProducerRecord | Iterable[ProducerRecord] | None
    Transform: TypeAlias = Callable[[ConsumerRecord], Made | Awaitable[Made]]

_log = logging.getLogger("ottla.copier")

_RETRY_S: Final = 0.1

_ARE_THE_COPIERS: Final = {
    "auto_commit": "offsets are committed with the transactions",
    "group_id": "name it as Copier(group_id=...)",
    "transactional_id": "name it as Copier(transactional_id=...)",
}


class Copier:
    """See the module's text. Belongs to the loop that it was started in."""

    def __init__(
        self,
        *topics: str,
        transform: Transform,
        group_id: str,
        transactional_id: str,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        max_records: int = 1_000,
        consumer_options: ConsumerKeywords | None = None,
        producer_options: ProducerKeywords | None = None,
    ) -> None:
        """Say what becomes of the records of some topics. Does no I/O.

        `transform` is called with each record and returns a `ProducerRecord`, several of them, or
        None. A plain function runs in a thread, so that it may take its time; a coroutine function
        runs in the loop. It may be called again for the same record. A transaction covers at most
        `max_records` records. Each copier that runs at the same time has its own
        `transactional_id`, the same after a restart; those of one `group_id` share the partitions.
        The records are read from the beginning and `read_committed` unless `consumer_options` says
        otherwise.

        Raises ConfigurationError.
        """
        if not callable(transform):
            raise ConfigurationError(f"transform={transform!r} cannot be called with a record")
        if not isinstance(max_records, int) or max_records < 1:
            raise ConfigurationError(f"max_records={max_records!r} is not a number of 1 or more")
        _refuse_own(consumer_options or {}, producer_options or {})
        reading: ConsumerKeywords = {
            "from_beginning": True,
            "isolation_level": "read_committed",
            **(consumer_options or {}),
            "group_id": group_id,
            "auto_commit": False,
        }
        writing: ProducerKeywords = {
            **(producer_options or {}),
            "transactional_id": transactional_id,
        }
        self.records_copied = 0
        """How many records were read and, with all that was made of them, committed."""
        self._transform = transform
        self._max_records = max_records
        self._consumer = Consumer(*topics, bootstrap_servers=bootstrap_servers, **reading)
        self._producer = Producer(bootstrap_servers, **writing)
        self._is_stopping = False
        self._waiting: asyncio.Task[RecordBatch | None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Take the transactional id over, then connect the consumer; raises what both do."""
        await self._producer.start()
        try:
            await self._consumer.start()
        except BaseException:
            await self._producer.close()
            raise

    async def close(self) -> None:
        """Abort what is open, leave the group, disconnect."""
        try:
            await self._producer.close()
        finally:
            await self._consumer.close()

    async def run(self) -> None:
        """Copy until `stop` is called, or to the end with `stop_at_end`.

        Raises what `transform` raises, ProducerFencedError when another copier took the
        transactional id over, SerializationError and RecordTooLargeError for what cannot be sent,
        and TransactionAbortedError for what the brokers would refuse again. Nothing of the records
        concerned was stored then, and the next `run` begins with them.
        """
        while not self._is_stopping:
            batch = await self._next_batch()
            if batch is None:
                return
            await self._copy_batch(batch)

    def stop(self) -> None:
        """Let `run` return when the transaction under way is over, and not begin again.

        To be called in the loop.
        """
        self._is_stopping = True
        if self._waiting is not None:
            self._waiting.cancel()

    # inside

    async def _next_batch(self) -> RecordBatch | None:
        """Return the next batch; None at the end, or when `stop` was called meanwhile."""
        self._waiting = asyncio.create_task(_next_of(self._consumer))
        try:
            return await self._waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._is_stopping and task is not None and not task.cancelling():
                return None
            raise
        finally:
            self._waiting = None

    async def _copy_batch(self, batch: RecordBatch) -> None:
        name = TopicPartition(batch.topic, batch.partition)
        offset = batch.offset
        try:
            records = list(batch)
            # Interceptors may have left nothing: then there is still an offset to be stored.
            for first in range(0, max(1, len(records)), self._max_records):
                run = records[first : first + self._max_records]
                is_last = first + len(run) == len(records)
                end = batch.next_offset if is_last else run[-1].offset + 1
                while not await self._copy_run(name, run, end):
                    if name not in self._consumer.assignment:
                        return  # another member has them now
                    await asyncio.sleep(_RETRY_S)
                offset = end
                self.records_copied += len(run)
                if not is_last and (self._is_stopping or self._consumer.reader.must_stop):
                    break
        finally:
            if offset < batch.next_offset and name in self._consumer.assignment:
                await self._consumer.seek(*name, offset)

    async def _copy_run(self, name: TopicPartition, run: list[ConsumerRecord], end: int) -> bool:
        """Copy some records in a transaction; False when that may succeed another time."""
        made = await self._make(run)
        producer = self._producer
        try:
            await producer.begin_transaction()
            try:
                for record in made:
                    await producer.send(*record)
                await producer.send_offsets({name: end}, self._consumer.group_metadata())
            except ProducerFencedError:
                raise
            except BaseException:
                await _until_known(producer.abort_transaction)
                raise
            await _until_known(producer.commit_transaction)
        except OttlaError as error:
            if not _may_succeed_later(error):
                raise
            _log.warning("records of %s up to %d are copied again: %s", name, end, error)
            return False
        return True

    async def _make(self, records: list[ConsumerRecord]) -> list[ProducerRecord]:
        transform = self._transform
        if not inspect.iscoroutinefunction(transform):
            return await asyncio.to_thread(_transform_all, transform, records)
        made: list[ProducerRecord] = []
        for record in records:
            made += _listed(await transform(record))
        return made


async def _until_known(end: Callable[[], Awaitable[None]]) -> None:
    """End a transaction; ask until somebody tells whether it is, for the work waits for that."""
    while True:
        try:
            await end()
        except TransactionOutcomeUnknownError as error:
            _log.warning("%s", error)
            await asyncio.sleep(_RETRY_S)
        else:
            return


async def _next_of(consumer: Consumer) -> RecordBatch | None:
    try:
        return await consumer.next_batch()
    except StopAsyncIteration:
        return None


def _transform_all(
    transform: Callable[[ConsumerRecord], Any], records: list[ConsumerRecord]
) -> list[ProducerRecord]:
    made: list[ProducerRecord] = []
    for record in records:
        made += _listed(transform(record))
    return made


def _listed(made: Any) -> Iterable[ProducerRecord]:
    """Return what a transform has made as records. Raises TypeError for anything else."""
    if made is None:
        return ()
    if isinstance(made, ProducerRecord):
        return (made,)
    if isinstance(made, Iterable) and not isinstance(made, str | bytes):
        records = list(made)
        if all(isinstance(record, ProducerRecord) for record in records):
            return records
        [made, *_] = [record for record in records if not isinstance(record, ProducerRecord)]
    raise TypeError(
        f"transform returned {made!r}: return a ProducerRecord, several of them, or None"
    )


def _may_succeed_later(error: OttlaError) -> bool:
    """Say whether the same records may be accepted another time."""
    cause = error.__cause__ if isinstance(error, TransactionAbortedError) else None
    cause = cause or error
    if isinstance(cause, ApiError) and cause.code is ErrorCode.TRANSACTION_ABORTABLE:
        return True
    return isinstance(cause, DeliveryTimeoutError | CommitFailedError) or is_retriable(cause)


def _refuse_own(consumer_options: ConsumerKeywords, producer_options: ProducerKeywords) -> None:
    for where, options in (
        ("consumer_options", consumer_options),
        ("producer_options", producer_options),
    ):
        for name in options:
            if name in _ARE_THE_COPIERS:
                raise ConfigurationError(f"{where}: {name!r}: {_ARE_THE_COPIERS[name]}")
