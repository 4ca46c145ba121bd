# SPDX-License-Identifier: Apache-2.0
"""The transactions of one producer: who it is, what takes part, and how it ends.

Protocol: KIP-98, KIP-447 for offsets. Where the cluster's feature `transaction.version` is 2 or
more (KIP-890) brokers note by themselves what takes part, and every transaction ends with a new
epoch; otherwise each partition and group is announced first, and the epoch changes after failures
only (KIP-360).

A transaction that cannot be committed any more (a record failed, its fate is unknown) is *doomed*:
it can only be aborted. A producer whose transactional id was taken over is *fenced* for good.
A commit or abort that has begun goes on when its caller is cancelled; when nobody tells how it
ended, the same may be asked again.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.base.errors import OttlaError
from ottla.client.coordinator_connection import CoordinatorConnection
from ottla.client.coordinators import CoordinatorType
from ottla.client.errors import (
    ClientError,
    CommitFailedError,
    ProducerFencedError,
    TransactionAbortedError,
    TransactionOutcomeUnknownError,
    TransactionStateError,
    is_retriable,
)
from ottla.client.topic_partition import TopicPartition, by_topic
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.add_offsets_to_txn import (
    AddOffsetsToTxnRequest,
    AddOffsetsToTxnResponse,
)
from ottla.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnTopic,
)
from ottla.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse
from ottla.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from ottla.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from ottla.client.cluster import Cluster
    from ottla.client.consumer_group_metadata import ConsumerGroupMetadata

_log = logging.getLogger("ottla.producer")

_FEATURE: Final = "transaction.version"
_SECOND_PROTOCOL: Final = 2
_LAST_INIT: Final = 5
_LAST_ADD_BY_CLIENTS: Final = 3
_LAST_END_OF_FIRST: Final = 4
_LAST_OFFSETS_OF_FIRST: Final = 4
_LAST_PRODUCE_OF_FIRST: Final = 11

_FENCED: Final = frozenset(
    (
        ErrorCode.PRODUCER_FENCED,
        ErrorCode.INVALID_PRODUCER_EPOCH,
        ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    )
)

_STALE_MEMBER: Final = frozenset(
    (
        ErrorCode.ILLEGAL_GENERATION,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.FENCED_INSTANCE_ID,
        ErrorCode.STALE_MEMBER_EPOCH,
    )
)


class TransactionState(enum.Enum):
    """Where a producer is; which may follow stands in `MAY_FOLLOW`."""

    READY = "no transaction is open"
    OPEN = "a transaction is open"
    DOOMED = "the transaction can only be aborted"
    FENCED = "another producer has the transactional id"


MAY_FOLLOW: Final = {
    TransactionState.READY: frozenset((TransactionState.OPEN, TransactionState.FENCED)),
    TransactionState.OPEN: frozenset(
        (TransactionState.READY, TransactionState.DOOMED, TransactionState.FENCED)
    ),
    TransactionState.DOOMED: frozenset((TransactionState.READY, TransactionState.FENCED)),
    TransactionState.FENCED: frozenset[TransactionState](),
}


class ProducerIdentity(NamedTuple):
    """What batches are stamped with."""

    producer_id: int
    producer_epoch: int


class ProducerTransactions:
    """See the module's text. Owned by one event loop."""

    def __init__(self, cluster: Cluster, transactional_id: str, timeout_ms: int) -> None:
        self.transactional_id = transactional_id
        self.state = TransactionState.READY
        self.failure: Exception | None = None
        """Why the transaction is doomed, or the producer fenced."""
        self._cluster = cluster
        self._timeout_ms = timeout_ms
        self._coordinator = CoordinatorConnection(
            cluster, CoordinatorType.TRANSACTION, transactional_id
        )
        self._groups: dict[str, CoordinatorConnection] = {}
        self._identity: ProducerIdentity | None = None
        self._is_second_protocol = False
        self._number = 0  # of the transaction
        self._announced: set[TopicPartition] = set()  # that the coordinator may know to take part
        self._partitions: set[TopicPartition] = set()  # those of which that is certain
        self._offset_groups: set[str] = set()  # that take part with offsets
        self._ending: asyncio.Task[None] | None = None

    @property
    def identity(self) -> ProducerIdentity:
        """What batches are stamped with now."""
        assert self._identity is not None
        return self._identity

    @property
    def last_produce_version(self) -> int:
        """The latest version of Produce that means what this protocol means."""
        return 32767 if self._is_second_protocol else _LAST_PRODUCE_OF_FIRST

    async def initialise(self) -> None:
        """Take the transactional id over: older producers are fenced, their transactions aborted.

        Raises ApiError, and TransactionStateError for a time-out that the brokers do not allow.
        """

        async def attempt() -> None:
            known = self._identity or ProducerIdentity(-1, -1)
            request = InitProducerIdRequest(
                transactional_id=self.transactional_id,
                transaction_timeout_ms=self._timeout_ms,
                producer_id=known.producer_id,
                producer_epoch=known.producer_epoch,
            )
            response = await self._coordinator.ask(
                request, InitProducerIdResponse, at_most=_LAST_INIT
            )
            self._check(response.error_code)
            self._identity = ProducerIdentity(response.producer_id, response.producer_epoch)
            self._choose_protocol()

        await self._cluster.retrying(attempt)

    # one transaction

    async def begin(self) -> None:
        """Open a transaction; raises TransactionStateError and ProducerFencedError."""
        await self._ended()
        if self.state is TransactionState.FENCED:
            raise self._fenced()
        if self.state is not TransactionState.READY:
            raise TransactionStateError(
                f"transactional_id={self.transactional_id!r}: a transaction is open already, and "
                "they do not nest: end it first"
            )
        self._choose_protocol()  # the brokers may have been upgraded since
        self._move(TransactionState.OPEN)

    def require_open(self) -> None:
        """Raise what tells why nothing can be added to a transaction now."""
        if self.state is TransactionState.FENCED:
            raise self._fenced()
        if self.state is TransactionState.DOOMED:
            raise self._aborted()
        if self.state is TransactionState.READY:
            raise TransactionStateError(
                f"transactional_id={self.transactional_id!r}: no transaction is open: "
                "use `with producer.transaction():`"
            )

    def has(self, name: TopicPartition) -> bool:
        """Say whether a partition takes part in the open transaction."""
        return name in self._partitions

    async def add_partition(self, name: TopicPartition) -> None:
        """Let a partition take part, before the first batch for it leaves.

        Nobody need wait for that: when the transaction ends meanwhile it takes part in none.
        """
        if self.has(name):
            return
        number = self._number
        self._announced.add(name)  # a question without an answer may have been heard
        if not self._is_second_protocol:
            await self._cluster.retrying(lambda: self._announce(name, number))
        if self._goes_on(number):
            self._partitions.add(name)

    def _goes_on(self, number: int) -> bool:
        """Whether this transaction is open still, and is not being ended."""
        is_ending = self._ending is not None and not self._ending.done()
        return number == self._number and self.state is TransactionState.OPEN and not is_ending

    async def add_offsets(
        self, offsets: Mapping[TopicPartition, int], member: ConsumerGroupMetadata
    ) -> None:
        """Commit offsets of a group when the transaction is committed, and not otherwise.

        Raises CommitFailedError when the group has gone on without the member; the transaction
        is doomed then.
        """
        self.require_open()
        if not offsets:
            return
        try:
            if not self._is_second_protocol and member.group_id not in self._offset_groups:
                await self._cluster.retrying(lambda: self._announce_group(member.group_id))
            self._offset_groups.add(member.group_id)
            await self._cluster.retrying(lambda: self._store_offsets(offsets, member))
        except Exception as error:
            self.doom(error)
            raise

    def doom(self, error: Exception) -> None:
        """Note that the open transaction can only be aborted, and why."""
        if isinstance(error, ApiError) and error.code in _FENCED:
            error = self._fenced()
        if isinstance(error, ProducerFencedError):
            self._fence()
        elif self.state is TransactionState.OPEN:
            self.failure = error
            self._move(TransactionState.DOOMED)

    async def commit(self) -> None:
        """Commit, once every record is delivered.

        Raises TransactionAbortedError, after aborting, when the transaction was doomed, and
        TransactionOutcomeUnknownError when nobody tells.
        """
        await self._ended()
        await self._to_the_end(self._commit())

    async def abort(self) -> None:
        """Abort what is open; nothing of it is ever seen by read_committed consumers."""
        await self._ended()
        await self._to_the_end(self._abort())

    async def close(self) -> None:
        """Abort what was left open, if the brokers can be asked, and disconnect."""
        await self._ended()
        try:
            if self.state in (TransactionState.OPEN, TransactionState.DOOMED):
                await self.abort()
        except OttlaError as error:
            _log.warning(
                "transactional_id=%r: the open transaction stays until it is aborted by its "
                "time-out: %s",
                self.transactional_id,
                error,
            )
        finally:
            for connection in (self._coordinator, *self._groups.values()):
                await connection.close()

    async def _to_the_end(self, work: Coroutine[None, None, None]) -> None:
        """Do what must not be left half done, whatever happens to the caller."""
        self._ending = asyncio.create_task(work)
        self._ending.add_done_callback(_note_outcome)
        await asyncio.shield(self._ending)

    async def _ended(self) -> None:
        """Wait for an end that its caller does not wait for any more."""
        if self._ending is not None and not self._ending.done():
            await asyncio.wait([self._ending])

    async def _commit(self) -> None:
        if self.state is TransactionState.DOOMED:
            aborted = self._aborted()
            await self._abort()
            raise aborted from aborted.__cause__
        self.require_open()
        try:
            await self._end(committed=True)
        except ApiError as error:
            if error.code is not ErrorCode.TRANSACTION_ABORTABLE:
                raise
            self.doom(error)
            aborted = self._aborted()
            await self._abort()
            raise aborted from error
        self._finish()

    async def _abort(self) -> None:
        if self.state is TransactionState.FENCED:
            raise self._fenced()
        if self.state is TransactionState.READY:
            self.require_open()
        has_failed = self.state is TransactionState.DOOMED and bool(self._announced)
        await self._end(committed=False)
        if has_failed and not self._is_second_protocol:
            await self.initialise()  # a new epoch: how far the sequences had come is not known
        self._finish()

    # requests

    async def _announce(self, name: TopicPartition, number: int) -> None:
        if not self._goes_on(number):
            return  # asking again would open another transaction at the coordinator
        identity = self.identity
        request = AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self.transactional_id,
            v3_and_below_producer_id=identity.producer_id,
            v3_and_below_producer_epoch=identity.producer_epoch,
            v3_and_below_topics=[
                AddPartitionsToTxnTopic(name=name.topic, partitions=[name.partition])
            ],
        )
        response = await self._coordinator.ask(
            request, AddPartitionsToTxnResponse, at_most=_LAST_ADD_BY_CLIENTS
        )
        for topic in response.results_by_topic_v3_and_below:
            for partition in topic.results_by_partition:
                self._check(partition.partition_error_code)

    async def _announce_group(self, group_id: str) -> None:
        request = AddOffsetsToTxnRequest(
            transactional_id=self.transactional_id,
            producer_id=self.identity.producer_id,
            producer_epoch=self.identity.producer_epoch,
            group_id=group_id,
        )
        response = await self._coordinator.ask(request, AddOffsetsToTxnResponse)
        self._check(response.error_code)

    async def _store_offsets(
        self, offsets: Mapping[TopicPartition, int], member: ConsumerGroupMetadata
    ) -> None:
        coordinator = self._groups.get(member.group_id)
        if coordinator is None:
            coordinator = CoordinatorConnection(
                self._cluster, CoordinatorType.GROUP, member.group_id
            )
            self._groups[member.group_id] = coordinator
        request = TxnOffsetCommitRequest(
            transactional_id=self.transactional_id,
            group_id=member.group_id,
            producer_id=self.identity.producer_id,
            producer_epoch=self.identity.producer_epoch,
            generation_id=member.generation_id,
            member_id=member.member_id,
            group_instance_id=member.group_instance_id,
            topics=[
                TxnOffsetCommitRequestTopic(
                    name=topic,
                    partitions=[
                        TxnOffsetCommitRequestPartition(
                            partition_index=partition,
                            committed_offset=offsets[TopicPartition(topic, partition)],
                            committed_metadata="",
                        )
                        for partition in partitions
                    ],
                )
                for topic, partitions in by_topic(offsets).items()
            ],
        )
        at_most = 32767 if self._is_second_protocol else _LAST_OFFSETS_OF_FIRST
        response = await coordinator.ask(request, TxnOffsetCommitResponse, at_most=at_most)
        for topic in response.topics:
            for partition in topic.partitions:
                code = ErrorCode.of(partition.error_code)
                if code in _STALE_MEMBER:
                    raise CommitFailedError(
                        f"group {member.group_id!r} has gone on without this member: abort, and "
                        "read on from where the group is"
                    )
                coordinator.note_error(code)
                self._check(code)

    async def _end(self, *, committed: bool) -> None:
        if not self._announced and not self._offset_groups:
            return  # the coordinator knows of nothing
        is_certain = bool(self._partitions or self._offset_groups)

        async def attempt() -> None:
            request = EndTxnRequest(
                transactional_id=self.transactional_id,
                producer_id=self.identity.producer_id,
                producer_epoch=self.identity.producer_epoch,
                committed=committed,
            )
            at_most = 32767 if self._is_second_protocol else _LAST_END_OF_FIRST
            response = await self._coordinator.ask(request, EndTxnResponse, at_most=at_most)
            self._check(response.error_code)
            if response.producer_epoch >= 0:
                self._identity = ProducerIdentity(response.producer_id, response.producer_epoch)

        try:
            await self._cluster.retrying(attempt)
        except (ClientError, ApiError) as error:
            if _says_nothing_is_open(error) and not is_certain and not committed:
                return  # what was announced was never heard
            if not is_retriable(error):
                raise
            raise self._outcome_unknown(error, committed=committed) from error

    # states and errors

    def _choose_protocol(self) -> None:
        features = self._coordinator.features
        if features is not None:
            self._is_second_protocol = features.get(_FEATURE, 0) >= _SECOND_PROTOCOL

    def _finish(self) -> None:
        self._number += 1
        self._announced.clear()
        self._partitions.clear()
        self._offset_groups.clear()
        self.failure = None
        self._move(TransactionState.READY)

    def _fence(self) -> None:
        if self.state is not TransactionState.FENCED:
            self.failure = self._fenced()
            self._move(TransactionState.FENCED)

    def _move(self, state: TransactionState) -> None:
        assert state in MAY_FOLLOW[self.state], (self.state, state)
        self.state = state

    def _check(self, error_code: int) -> None:
        code = ErrorCode.of(error_code)
        if not code:
            return
        if code in _FENCED:
            self._fence()
            raise self._fenced()
        self._coordinator.note_error(code)
        text = code.description
        if code is ErrorCode.INVALID_TRANSACTION_TIMEOUT:
            text = (
                f"transaction_timeout_ms={self._timeout_ms} is more than the brokers allow "
                "(transaction.max.timeout.ms)"
            )
        raise ApiError(code, f"transactional_id={self.transactional_id!r}: {text}")

    def _fenced(self) -> ProducerFencedError:
        return ProducerFencedError(
            f"transactional_id={self.transactional_id!r}: another producer has taken it over, or "
            "the transaction was open for longer than transaction_timeout_ms="
            f"{self._timeout_ms}; close this one and make a new one if it is still wanted"
        )

    def _outcome_unknown(
        self, error: Exception, *, committed: bool
    ) -> TransactionOutcomeUnknownError:
        wish, call = (
            ("committed", "commit_transaction()")
            if committed
            else ("aborted", "abort_transaction()")
        )
        return TransactionOutcomeUnknownError(
            f"transactional_id={self.transactional_id!r}: whether the transaction was {wish} is "
            f"not known ({error}); call {call} again, or find out by what is in the topics once "
            "a new producer has taken the transactional id over"
        )

    def _aborted(self) -> TransactionAbortedError:
        error = TransactionAbortedError(
            f"transactional_id={self.transactional_id!r}: nothing of the transaction was stored, "
            f"because of: {self.failure}; do it again"
        )
        error.__cause__ = self.failure
        return error


def _says_nothing_is_open(error: Exception) -> bool:
    return isinstance(error, ApiError) and error.code is ErrorCode.INVALID_TXN_STATE


def _note_outcome(task: asyncio.Task[None]) -> None:
    """Take the error, which perhaps nobody waits for any more."""
    if not task.cancelled():
        task.exception()
