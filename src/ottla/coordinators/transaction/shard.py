# SPDX-License-Identifier: Apache-2.0
"""One partition of `__transaction_state`: the transactional ids that hash to it.

Each decision reads the state and returns the record of the next step with the answer that is true
once the record is committed; `replay` alone takes the step. So two requests never see a half of
each other, and a fail-over finds what had been promised:

    AddPartitionsToTxn -> Ongoing    EndTxn -> Prepare -> SendMarkers -> markers_written -> Complete

`SendMarkers` leaves once Prepare is committed, again after every load: a transaction that is
decided is completed, whoever dies meanwhile. A request that meets a Prepare state is never answered
as if there were nothing to do (row 25): it waits for Complete for a moment, where Kafka's clients
would ask again and again, and is answered CONCURRENT_TRANSACTIONS after that.

Errors are Kafka 4.3's, in the words of the newest version; handlers translate for older ones.
Rules of protocol V1 and V2 for EndTxn are in `endings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity, Result
from ottla.coordinators.timers import Timers
from ottla.coordinators.transaction.effects import SendMarkers
from ottla.coordinators.transaction.endings import Outcome, decide_v1, decide_v2
from ottla.coordinators.transaction.late_requests import LateRequest, TransactionSequence
from ottla.coordinators.transaction.metadata import (
    EXHAUSTED_FROM,
    NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID,
    V1,
    V2,
    TransactionMetadata,
    created,
)
from ottla.coordinators.transaction.records import (
    VALUE_VERSION,
    read_transaction_record,
    transaction_record,
    transaction_tombstone,
    value_version,
)
from ottla.coordinators.transaction.states import Event, TransactionState
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.base.clock import Moment
    from ottla.coordinators.ports import CoordinatorRecord
    from ottla.coordinators.transaction.surroundings import TransactionSurroundings

TopicPartition = tuple[str, int]

RECORDS_PER_DEADLINE_MAX: Final = 400
"""Steps that one `on_deadline` takes; what is left is due at once again."""

BYTES_PER_DEADLINE_MAX: Final = 256 * 1024
"""Bytes of the records of these steps, which share a batch."""


class TimerName(NamedTuple):
    """A timer of a shard."""

    kind: str
    transactional_id: str = ""


TIMEOUT: Final = "timeout"
EXPIRY: Final = "expiry"
GIVE_UP: Final = "give up"


class _InitMemory(NamedTuple):
    """What an InitProducerId stepped from; soft, lets a repetition be recognised."""

    producer: ProducerIdentity
    """What was given."""
    epoch_before: int
    """The epoch that the asking producer had, -1 when it was a new one."""


class _Entry:
    """One transactional id: its state, and what need not survive."""

    __slots__ = ("init_memory", "metadata", "sequence", "waiting")

    def __init__(self, metadata: TransactionMetadata) -> None:
        self.metadata = metadata
        self.sequence = TransactionSequence(0, 0)
        self.init_memory: _InitMemory | None = None
        self.waiting: list[Pending[None]] = []  # for Complete, to ask again then

    @property
    def epoch_before(self) -> int:
        """The epoch with which the present producer may repeat the step that raised it."""
        metadata, memory = self.metadata, self.init_memory
        if memory is not None and memory.producer == metadata.producer:
            return memory.epoch_before
        if metadata.transaction_version == V2 and metadata.state in _AFTER_END:
            if metadata.producer_epoch == 0:
                return EXHAUSTED_FROM
            return metadata.producer_epoch - 1
        return NO_PRODUCER_EPOCH


_AFTER_END: Final = (TransactionState.COMPLETE_COMMIT, TransactionState.COMPLETE_ABORT)


class TransactionShard:
    """Transactional ids of one partition; see the module's text."""

    def __init__(self, surroundings: TransactionSurroundings) -> None:
        self._surroundings = surroundings
        self._timers: Timers[TimerName] = Timers()
        self._entries: dict[str, _Entry] = {}
        """In the order of their last step, so that the oldest comes first."""
        self._init_memory: _InitMemory | None = None  # on its way to the entry
        self._decided: dict[bytes, tuple[CoordinatorRecord, str, TransactionMetadata]] = {}
        """What the records of decisions say, so that replaying them need not read them."""

    # CoordinatorShard

    def replay(
        self,
        record: CoordinatorRecord,
        offset: int,  # noqa: ARG002 - the port's signature
        producer: ProducerIdentity | None,  # noqa: ARG002
    ) -> None:
        """Take a step."""
        # hot: benchmarks/micro/transaction_steps.py, three times for each transaction
        metadata: TransactionMetadata | None
        decided = self._decided.pop(record.key, None)
        if decided is not None and decided[0] is record:
            _, transactional_id, metadata = decided
        else:
            read = read_transaction_record(record)
            if read is None:
                return
            transactional_id, metadata = read
        entry = self._entries.pop(transactional_id, None)
        if metadata is None or (
            metadata.state is not TransactionState.ONGOING
            and entry is not None
            and entry.metadata.state is TransactionState.ONGOING
        ):
            self._timers.cancel(TimerName(TIMEOUT, transactional_id))
        if metadata is None:
            return
        if entry is None:
            entry = _Entry(metadata)
        entry.metadata = metadata
        self._entries[transactional_id] = entry
        if metadata.state is TransactionState.EMPTY:
            entry.init_memory, self._init_memory = self._init_memory, None
            entry.sequence.forget_connections()

    def replay_marker(self, producer: ProducerIdentity, *, committed: bool) -> None:
        """Nothing: nobody writes transactions into this topic."""

    def loaded(self, moment: Moment) -> Result[None]:
        """Finish what was decided before, and watch what is open."""
        newest_serial = self._surroundings.newest_serial()
        effects: list[object] = []
        for transactional_id, entry in self._entries.items():
            number = self._surroundings.next_sequence()
            entry.sequence = TransactionSequence(number, newest_serial)
            metadata = entry.metadata
            if metadata.state.is_prepared:
                effects.append(_markers_of(transactional_id, metadata, number))
            elif metadata.state is TransactionState.ONGOING:
                self._watch(transactional_id, metadata, moment)
        self._timers.set(TimerName(EXPIRY), moment.now_ms + self._expiry_interval_ms())
        return Result((), None, effects=effects)

    def deadline_bound_ms(self) -> int | None:
        """Return a time before which `on_deadline` has nothing to do, or None."""
        return self._timers.deadline_bound_ms()

    def next_deadline_ms(self) -> int | None:
        """Return when a transaction or an id has its time, or somebody waits no longer."""
        return self._timers.next_deadline_ms()

    def parked(self) -> Iterable[Pending[Any]]:
        """Return the answers that wait for a transaction to be completed."""
        return [pending for entry in self._entries.values() for pending in entry.waiting]

    # InitProducerId

    def initialise(
        self,
        transactional_id: str,
        timeout_ms: int,
        expected: ProducerIdentity | None,
        moment: Moment,
        *,
        may_wait: bool,
    ) -> Result[ProducerIdentity | None]:
        """Give a producer its id and an epoch that fences everyone before it (KIP-360, KIP-588).

        `expected` is set by a producer that goes on after an error: it keeps its id, and may ask
        again when the answer was lost. An open transaction is aborted first; the answer waits for
        that if it may, and None asks for the same again. The reserve of producer ids must be
        ready.
        """
        entry = self._entries.get(transactional_id)
        if entry is None:
            producer_id = self._surroundings.producer_ids.take()
            metadata = created(producer_id, timeout_ms, moment.wall_ms)
        else:
            metadata = entry.metadata
        if expected is not None and not _may_go_on(metadata, expected):
            raise ApiError(
                ErrorCode.PRODUCER_FENCED, f"producer {expected.producer_id} has been replaced"
            )
        if metadata.state is TransactionState.ONGOING or metadata.state.is_prepared:
            assert entry is not None, "a new transactional id has no transaction"
            return self._initialise_later(transactional_id, entry, moment, may_wait=may_wait)
        epoch_before = NO_PRODUCER_EPOCH if entry is None else entry.epoch_before
        return self._initialise_between(
            transactional_id, metadata, epoch_before, timeout_ms, expected, moment
        )

    def _initialise_between(
        self,
        transactional_id: str,
        metadata: TransactionMetadata,
        epoch_before: int,
        timeout_ms: int,
        expected: ProducerIdentity | None,
        moment: Moment,
    ) -> Result[ProducerIdentity | None]:
        """Give a producer id and epoch while no transaction is open."""
        epoch = metadata.producer_epoch
        previous_producer_id = metadata.producer_id
        if expected is None or epoch in (NO_PRODUCER_EPOCH, expected.producer_epoch):
            if metadata.is_exhausted:
                producer = ProducerIdentity(self._surroundings.producer_ids.take(), 0)
            else:
                producer = ProducerIdentity(metadata.producer_id, epoch + 1)
            epoch_before = NO_PRODUCER_EPOCH if expected is None else epoch
        elif expected.producer_epoch == epoch_before and epoch_before != NO_PRODUCER_EPOCH:
            producer = metadata.producer  # the answer was lost, this is the same question
            previous_producer_id = metadata.previous_producer_id
        else:
            raise ApiError(
                ErrorCode.PRODUCER_FENCED,
                f"producer {metadata.producer_id} has epoch {epoch} by now, the request "
                f"carries {expected.producer_epoch}",
            )
        after = metadata.initialised(producer, timeout_ms, moment.wall_ms)
        after = after._replace(previous_producer_id=previous_producer_id)
        self._init_memory = _InitMemory(producer, epoch_before)
        return Result((self._record(transactional_id, after),), producer)

    def _initialise_later(
        self, transactional_id: str, entry: _Entry, moment: Moment, *, may_wait: bool
    ) -> Result[ProducerIdentity | None]:
        """Abort the transaction of an earlier instance, and wait for that if allowed."""
        records: tuple[CoordinatorRecord, ...] = ()
        effects: tuple[SendMarkers, ...] = ()
        if entry.metadata.state is TransactionState.ONGOING:
            record, effect = self._fence(transactional_id, entry, moment)
            records, effects = (record,), (effect,)
        elif not may_wait:
            raise _concurrent(transactional_id)
        answer: Pending[Any] = Pending()
        if may_wait:
            self._wait(transactional_id, entry, answer, moment)
            return Result(records, answer, effects=effects)
        refusal = (answer, _concurrent(transactional_id))
        return Result(records, answer, releases=(refusal,), effects=effects)

    # partitions

    def add(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
        *,
        serial: int | None,
        may_wait: bool,
    ) -> Result[bool | None]:
        """Make partitions part of a producer's transaction, beginning one if none is open.

        `serial` is that of the connection of a V1 client; raises LateRequest when such a request
        may belong to an earlier transaction. Without it a V2 client's partition is added
        implicitly. While the producer's transaction before is being completed the answer waits if
        it may: None asks for the same again.
        """
        entry = self._require(transactional_id)
        metadata = entry.metadata
        if metadata.state.is_prepared:
            # Before all checks, as in Kafka: the producer may have an id that comes with Complete.
            if not may_wait or metadata.producer_after != producer:
                raise _concurrent(transactional_id)
            answer: Pending[Any] = Pending()
            self._wait(transactional_id, entry, answer, moment)
            return Result((), answer)
        _check_producer(metadata, producer)
        is_open = metadata.state is TransactionState.ONGOING
        if not self._is_timely(entry.sequence, serial, is_open=is_open):
            if may_wait:
                raise LateRequest(transactional_id)
            raise _concurrent(transactional_id)  # it has waited, nobody up there could close
        if is_open and metadata.has(partitions):
            return Result((), answer=True)
        version = V2 if serial is None else V1
        after = metadata.added(partitions, version, moment.wall_ms)
        if not is_open:
            self._watch(transactional_id, after, moment)
        return Result((self._record(transactional_id, after),), answer=True)

    def _is_timely(
        self, sequence: TransactionSequence, serial: int | None, *, is_open: bool
    ) -> bool:
        """Let a request begin a transaction or join it, unless it may belong to an earlier one."""
        if is_open:
            return serial is None or sequence.joins(serial)
        number, newest = self._surroundings.next_sequence(), self._surroundings.newest_serial()
        if serial is not None:
            return sequence.begins(number, serial, newest)
        sequence.begins_implicitly(number, newest)
        return True

    def _wait(
        self, transactional_id: str, entry: _Entry, answer: Pending[None], moment: Moment
    ) -> None:
        """Park an answer until the transaction before is complete, a little while at most."""
        entry.waiting.append(answer)
        name = TimerName(GIVE_UP, transactional_id)
        if name not in self._timers:
            pause_ms = self._surroundings.settings.add_partitions_to_txn_retry_backoff_max_ms
            self._timers.set(name, moment.now_ms + pause_ms)

    def verify(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
    ) -> dict[TopicPartition, ErrorCode]:
        """Return for each partition whether it is part of the open transaction (KIP-890)."""
        metadata = self._require(transactional_id).metadata
        _check_producer(metadata, producer)
        if metadata.state.is_prepared:
            raise _concurrent(transactional_id)
        return {
            partition: ErrorCode.NONE
            if metadata.has((partition,))
            else ErrorCode.TRANSACTION_ABORTABLE
            for partition in partitions
        }

    # ends

    def end(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        moment: Moment,
        *,
        committed: bool,
        transaction_version: int,
        serial: int,
    ) -> Result[ProducerIdentity]:
        """Decide a transaction as its client asks; answers who the producer is from now on.

        Raises LateRequest when a V1 request may mean an earlier transaction. For V2 the reserve
        of producer ids must be ready.
        """
        entry = self._require(transactional_id)
        metadata = entry.metadata
        if transaction_version != V2:
            ending = decide_v1(metadata, producer, committed=committed)
            if ending.outcome is Outcome.END and not entry.sequence.may_end(serial):
                raise LateRequest(transactional_id)
            if metadata.producer == producer:
                entry.sequence.used(serial)
        else:
            ending = decide_v2(metadata, producer, committed=committed)
        if ending.outcome is Outcome.REFUSE:
            raise ApiError(
                ending.error,
                f"transactional id {transactional_id!r} is in state {metadata.state.label} with "
                f"producer {metadata.producer_id}, epoch {metadata.producer_epoch}",
            )
        if ending.outcome is Outcome.ALREADY_DONE:
            return Result((), metadata.producer)
        version = V2 if transaction_version == V2 else V1
        next_producer_id = self._next_producer_id(metadata, version)
        after = metadata.ended(ending.event, version, moment.wall_ms, next_producer_id)
        if metadata.state is not TransactionState.ONGOING:  # an empty one begins here, and ends
            entry.sequence.begins_implicitly(
                self._surroundings.next_sequence(), self._surroundings.newest_serial()
            )
        effect = _markers_of(transactional_id, after, entry.sequence.number)
        record = self._record(transactional_id, after)
        return Result((record,), after.producer_after, effects=(effect,))

    def markers_written(self, send: SendMarkers, moment: Moment) -> Result[bool]:
        """Complete a transaction all of whose partitions have their marker.

        Answers False, and changes nothing, when it is not that transaction that is prepared.
        """
        transactional_id = send.transactional_id
        entry = self._entries.get(transactional_id)
        if entry is None or not self.is_preparing(send):
            return Result((), answer=False)
        waiting = entry.waiting
        if waiting:
            entry.waiting = []
            self._timers.cancel(TimerName(GIVE_UP, transactional_id))
        after = entry.metadata.completed(moment.wall_ms)
        return Result(
            (self._record(transactional_id, after),),
            answer=True,
            releases=[(pending, None) for pending in waiting],
            # The producer's next transaction writes it along; a load would write markers again.
            is_patient=not waiting,
        )

    def is_preparing(self, send: SendMarkers) -> bool:
        """Whether the markers of `send` still are to be written."""
        entry = self._entries.get(send.transactional_id)
        return (
            entry is not None
            and entry.metadata.state.is_prepared
            and entry.sequence.number == send.sequence
        )

    def _fence(
        self, transactional_id: str, entry: _Entry, moment: Moment
    ) -> tuple[CoordinatorRecord, SendMarkers]:
        """Abort an open transaction and raise the epoch, so that its producer cannot go on."""
        metadata = entry.metadata
        version = V2 if self._surroundings.transaction_version >= V2 else V1
        next_producer_id = self._next_producer_id(metadata, version)
        after = metadata.ended(Event.FENCE, version, moment.wall_ms, next_producer_id)
        effect = _markers_of(transactional_id, after, entry.sequence.number)
        return self._record(transactional_id, after), effect

    def _next_producer_id(self, metadata: TransactionMetadata, transaction_version: int) -> int:
        if transaction_version == V2 and metadata.is_exhausted:
            return self._surroundings.producer_ids.take()
        return NO_PRODUCER_ID

    # time

    def on_deadline(self, moment: Moment) -> Result[None]:
        """Abort what took too long, forget who is gone, answer who waited too long."""
        records: list[CoordinatorRecord] = []
        releases: list[tuple[Pending[Any], Any]] = []
        effects: list[object] = []
        while len(records) < RECORDS_PER_DEADLINE_MAX and _bytes(records) < BYTES_PER_DEADLINE_MAX:
            name = self._timers.pop_due(moment.now_ms)
            if name is None:
                break
            if name.kind == TIMEOUT:
                step = self._time_out(name.transactional_id, moment)
                if step is not None:
                    records.append(step[0])
                    effects.append(step[1])
            elif name.kind == GIVE_UP:
                releases.extend(self._give_up(name.transactional_id))
            else:
                self._expire(moment, records)
        return Result(records, None, releases, effects)

    def _time_out(
        self, transactional_id: str, moment: Moment
    ) -> tuple[CoordinatorRecord, SendMarkers] | None:
        entry = self._entries.get(transactional_id)
        if entry is None or entry.metadata.state is not TransactionState.ONGOING:
            return None  # the record that would have begun the transaction was refused
        reserve = self._surroundings.producer_ids
        if entry.metadata.is_exhausted and not reserve.is_ready:
            reserve.fill()  # without an id the epoch cannot be raised: at the next search
            again_ms = moment.now_ms + self._search_interval_ms()
            self._timers.set(TimerName(TIMEOUT, transactional_id), again_ms)
            return None
        return self._fence(transactional_id, entry, moment)

    def _give_up(self, transactional_id: str) -> list[tuple[Pending[Any], ApiError]]:
        """Answer those who have waited long enough for the transaction before."""
        entry = self._entries[transactional_id]
        waiting, entry.waiting = entry.waiting, []
        return [(pending, _concurrent(transactional_id)) for pending in waiting]

    def _expire(self, moment: Moment, records: list[CoordinatorRecord]) -> None:
        """Forget transactional ids that were idle for long; the oldest come first."""
        limit_ms = moment.wall_ms - self._surroundings.settings.transactional_id_expiration_ms
        again_ms = self._expiry_interval_ms()
        for transactional_id, entry in self._entries.items():
            if entry.metadata.last_update_ms > limit_ms:
                break
            if not entry.metadata.state.may_expire:
                continue
            if len(records) >= RECORDS_PER_DEADLINE_MAX:
                again_ms = 0
                break
            records.append(transaction_tombstone(transactional_id))
        self._timers.set(TimerName(EXPIRY), moment.now_ms + again_ms)

    def _watch(self, transactional_id: str, metadata: TransactionMetadata, moment: Moment) -> None:
        """Have an open transaction aborted at the first search after its timeout.

        Searches happen at multiples of their interval, as in Kafka; the timeout was given in Unix
        time, which may have jumped since: no transaction gets more than its timeout from now on.
        """
        left_ms = metadata.start_ms + metadata.timeout_ms - moment.wall_ms
        deadline_ms = moment.now_ms + min(max(left_ms, 0), metadata.timeout_ms)
        interval_ms = self._search_interval_ms()
        searched_ms = -(-deadline_ms // interval_ms) * interval_ms
        self._timers.set(TimerName(TIMEOUT, transactional_id), searched_ms)

    def _search_interval_ms(self) -> int:
        settings = self._surroundings.settings
        return settings.transaction_abort_timed_out_transaction_cleanup_interval_ms

    def _expiry_interval_ms(self) -> int:
        settings = self._surroundings.settings
        return settings.transaction_remove_expired_transaction_cleanup_interval_ms

    # looking

    def metadata(self, transactional_id: str) -> TransactionMetadata | None:
        """Return the state of a transactional id."""
        entry = self._entries.get(transactional_id)
        return None if entry is None else entry.metadata

    def items(self) -> Iterable[tuple[str, TransactionMetadata]]:
        """Yield all transactional ids with their states."""
        for transactional_id, entry in self._entries.items():
            yield transactional_id, entry.metadata

    def _require(self, transactional_id: str) -> _Entry:
        entry = self._entries.get(transactional_id)
        if entry is None:
            raise ApiError(
                ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                f"no producer has been initialised for transactional id {transactional_id!r}",
            )
        return entry

    def _record(self, transactional_id: str, metadata: TransactionMetadata) -> CoordinatorRecord:
        version = value_version(self._surroundings.transaction_version)
        record = transaction_record(transactional_id, metadata, version)
        if version == VALUE_VERSION:  # an older one does not say everything
            self._decided[record.key] = (record, transactional_id, metadata)
        return record


def _bytes(records: Sequence[CoordinatorRecord]) -> int:
    return sum(len(key) + len(value or b"") for key, value in records)


def _markers_of(transactional_id: str, metadata: TransactionMetadata, sequence: int) -> SendMarkers:
    assert metadata.state.is_prepared, metadata
    return SendMarkers(
        transactional_id,
        sequence,
        metadata.producer,
        metadata.state is TransactionState.PREPARE_COMMIT,
        metadata.transaction_version,
        metadata.partitions,
    )


def _check_producer(metadata: TransactionMetadata, producer: ProducerIdentity) -> None:
    if metadata.producer_id != producer.producer_id:
        raise ApiError(
            ErrorCode.INVALID_PRODUCER_ID_MAPPING,
            f"the transactional id belongs to producer {metadata.producer_id}, not to "
            f"{producer.producer_id}",
        )
    if metadata.producer_epoch != producer.producer_epoch:
        raise ApiError(
            ErrorCode.PRODUCER_FENCED,
            f"producer {metadata.producer_id} has epoch {metadata.producer_epoch} by now, the "
            f"request carries {producer.producer_epoch}",
        )


def _may_go_on(metadata: TransactionMetadata, expected: ProducerIdentity) -> bool:
    """Whether a producer that names its id may be the present one (its epoch comes later)."""
    return (
        metadata.producer_epoch == NO_PRODUCER_EPOCH
        or expected.producer_id == metadata.producer_id
        or (
            expected.producer_id == metadata.previous_producer_id
            and expected.producer_epoch >= EXHAUSTED_FROM
        )
    )


def _concurrent(transactional_id: str) -> ApiError:
    return ApiError(
        ErrorCode.CONCURRENT_TRANSACTIONS,
        f"the transaction before of {transactional_id!r} is still being completed",
    )
