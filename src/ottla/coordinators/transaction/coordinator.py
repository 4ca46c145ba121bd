# SPDX-License-Identifier: Apache-2.0
"""The transaction coordinator of one broker: what handlers and the Produce path call.

It knows which partition of `__transaction_state` a transactional id belongs to and brings each
request to that shard as a decision. Operations return pending answers, or raise ApiError at once:

    NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS   this broker does not (yet) serve the partition
    INVALID_REQUEST                                 an empty transactional id

Pure: no clock, no I/O. The broker gives producer ids, the serial number of the newest connection,
and takes `MarkersDue` effects; when all markers of one are written it calls `markers_written`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from ottla.coordinators.partitioning import partition_of
from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.runtime import CoordinatorRuntime
from ottla.coordinators.transaction.effects import MarkersDue, SendMarkers
from ottla.coordinators.transaction.listing import Listing, Selection
from ottla.coordinators.transaction.metadata import V2
from ottla.coordinators.transaction.producer_id_reserve import ProducerIdReserve
from ottla.coordinators.transaction.shard import TransactionShard
from ottla.coordinators.transaction.surroundings import TransactionSurroundings
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.control import TransactionMarker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.base.clock import Moment
    from ottla.coordinators.ports import Result
    from ottla.coordinators.transaction.listing import Filters, ListedTransaction
    from ottla.coordinators.transaction.metadata import TransactionMetadata
    from ottla.coordinators.transaction.shard import TopicPartition
    from ottla.coordinators.transaction.surroundings import TransactionSettings
    from ottla.metadata.image import ClusterImage, ImageDelta

TRANSACTION_STATE: Final = "__transaction_state"
CONSUMER_OFFSETS: Final = "__consumer_offsets"

TRANSACTION_VERSION: Final = "transaction.version"

Answer = TypeVar("Answer")


class TransactionCoordinator:
    """Transactions of the partitions that this broker leads; belongs to the event loop."""

    def __init__(
        self,
        settings: TransactionSettings,
        *,
        next_producer_id: Callable[[], Pending[int]],
        newest_serial: Callable[[], int],
        on_markers_due: Callable[[MarkersDue], None],
    ) -> None:
        self._next_producer_id = next_producer_id
        self._producer_ids = ProducerIdReserve(next_producer_id)
        self._surroundings = TransactionSurroundings(settings, self._producer_ids, newest_serial)
        self._on_markers_due = on_markers_due
        self._partition_count = 0
        self._group_partition_count = 0
        self.runtime: CoordinatorRuntime[TransactionShard] = CoordinatorRuntime(
            lambda _: TransactionShard(self._surroundings), on_effects=self._send
        )

    def follow_image(
        self,
        image: ClusterImage,
        delta: ImageDelta | None = None,  # noqa: ARG002 - what every coordinator is given
    ) -> None:
        """Take over how many partitions there are, and the cluster's protocol level."""
        self._partition_count = _partition_count(image, TRANSACTION_STATE)
        self._group_partition_count = _partition_count(image, CONSUMER_OFFSETS)
        self._surroundings.transaction_version = image.features.get(TRANSACTION_VERSION, 0)

    def follow_settings(self, settings: TransactionSettings) -> None:
        """Take over changed settings."""
        self._surroundings.settings = settings

    # producers

    def init_producer_id(
        self,
        transactional_id: str | None,
        timeout_ms: int,
        expected: ProducerIdentity | None,
        moment: Moment,
    ) -> Pending[ProducerIdentity]:
        """Give a producer its id and epoch; `expected` is what one has that goes on.

        Errors: INVALID_REQUEST, INVALID_TRANSACTION_TIMEOUT, PRODUCER_FENCED,
        CONCURRENT_TRANSACTIONS.
        """
        if transactional_id is None:
            return self._next_producer_id().then(lambda given: ProducerIdentity(given, 0))
        index = self._index(transactional_id)
        longest_ms = self._surroundings.settings.transaction_max_timeout_ms
        if not 0 < timeout_ms <= longest_ms:
            raise ApiError(
                ErrorCode.INVALID_TRANSACTION_TIMEOUT,
                f"a transaction timeout of {timeout_ms} ms is not between 1 and {longest_ms}",
            )

        def initialise(*, may_wait: bool) -> Pending[ProducerIdentity | None]:
            return self._with_producer_id(
                lambda: self.runtime.write(
                    index,
                    lambda shard: shard.initialise(
                        transactional_id, timeout_ms, expected, moment, may_wait=may_wait
                    ),
                    moment,
                )
            )

        return _patiently(initialise)

    # partitions

    def add_partitions(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
        *,
        serial: int,
    ) -> Pending[None]:
        """Make partitions part of a V1 client's transaction.

        While the producer's transaction before is being completed, the answer waits a little.
        Errors: INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED,
        CONCURRENT_TRANSACTIONS. LateRequest: the connection has to be closed.
        """
        return self._add(transactional_id, producer, partitions, moment, serial)

    def add_offsets(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        group_id: str,
        moment: Moment,
        *,
        serial: int,
    ) -> Pending[None]:
        """Make a group's offsets part of a V1 client's transaction; errors of `add_partitions`."""
        if not self._group_partition_count:
            raise ApiError(ErrorCode.COORDINATOR_NOT_AVAILABLE, "no group has committed anything")
        index = partition_of(group_id, self._group_partition_count)
        return self.add_partitions(
            transactional_id, producer, ((CONSUMER_OFFSETS, index),), moment, serial=serial
        )

    def add_implicitly(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
    ) -> Pending[None]:
        """Make partitions part of a V2 client's transaction; like `add_partitions`."""
        return self._add(transactional_id, producer, partitions, moment, None)

    def _add(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
        serial: int | None,
    ) -> Pending[None]:
        add = self._addition(transactional_id, producer, partitions, moment, serial)
        return _patiently(add).then(lambda _: None)

    def _addition(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
        serial: int | None,
    ) -> _Patient[bool]:
        """Return the request to make partitions part of a transaction."""
        index = self._index(transactional_id)

        def add(*, may_wait: bool) -> Pending[bool | None]:
            return self.runtime.write(
                index,
                lambda shard: shard.add(
                    transactional_id,
                    producer,
                    partitions,
                    moment,
                    serial=serial,
                    may_wait=may_wait,
                ),
                moment,
            )

        return add

    def verify(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
    ) -> Pending[dict[TopicPartition, ErrorCode]]:
        """Return for each partition NONE or TRANSACTION_ABORTABLE; errors of `add_partitions`."""
        return self.runtime.read(
            self._index(transactional_id),
            lambda shard: shard.verify(transactional_id, producer, partitions),
        )

    def admit(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
        *,
        add: bool,
    ) -> Pending[dict[TopicPartition, ErrorCode]]:
        """Tell whether a producer may write to partitions in its transaction; never raises.

        `add` makes them part of it first (Produce from version 12, TxnOffsetCommit from 5), else
        they must be already. `client_errors` says what clients are told.
        """
        if not add:
            return outcome_of(
                lambda: self.verify(transactional_id, producer, partitions)
            ).otherwise(lambda error: _refused(partitions, error.code))
        # hot: benchmarks/micro/transaction_path.py
        answer: Pending[dict[TopicPartition, ErrorCode]] = Pending()

        def judge(done: Pending[bool | None]) -> None:
            if done.error is None:
                answer.complete(dict.fromkeys(partitions, ErrorCode.NONE))
            else:
                answer.complete(_refused(partitions, done.error.code))

        try:
            add_them = self._addition(transactional_id, producer, partitions, moment, None)
            _ask_patiently(add_them, judge)
        except ApiError as error:
            answer.complete(_refused(partitions, error.code))
        return answer

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
    ) -> Pending[ProducerIdentity]:
        """Commit or abort; answers, once that is certain, who the producer is from now on.

        Errors: INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, INVALID_TXN_STATE,
        CONCURRENT_TRANSACTIONS. LateRequest: the connection has to be closed.
        """
        index = self._index(transactional_id)

        def end(shard: TransactionShard) -> Result[ProducerIdentity]:
            return shard.end(
                transactional_id,
                producer,
                moment,
                committed=committed,
                transaction_version=transaction_version,
                serial=serial,
            )

        if transaction_version == V2 and not self._producer_ids.is_ready:
            return self._with_producer_id(lambda: self.runtime.write(index, end, moment))
        return self.runtime.write(index, end, moment)

    def is_due(self, due: MarkersDue) -> bool:
        """Whether markers still are to be written by this coordinator in this epoch."""
        shard = self.runtime.shard(due.partition_index)
        return shard is not None and shard.is_preparing(due.send)

    def markers_written(self, due: MarkersDue, moment: Moment) -> Pending[bool]:
        """Complete a transaction whose partitions all have their marker.

        Answers False when it was completed before. Raises ApiError when that cannot be written
        down: NOT_COORDINATOR and COORDINATOR_LOAD_IN_PROGRESS mean that a load will ask for the
        markers again, after others the caller tries again.
        """
        return self.runtime.write(
            due.partition_index, lambda shard: shard.markers_written(due.send, moment), moment
        )

    def _send(self, index: int, effects: Sequence[object]) -> None:
        coordinator_epoch = self.runtime.leader_epoch(index)
        for effect in effects:
            assert isinstance(effect, SendMarkers), effect
            marker = TransactionMarker(
                effect.committed, coordinator_epoch, effect.transaction_version
            )
            self._on_markers_due(MarkersDue(index, marker, effect))

    # looking

    def describe(self, transactional_id: str) -> Pending[TransactionMetadata]:
        """Return the state of one transactional id.

        Errors: INVALID_REQUEST, TRANSACTIONAL_ID_NOT_FOUND.
        """

        def look(shard: TransactionShard) -> TransactionMetadata:
            metadata = shard.metadata(transactional_id)
            if metadata is None:
                raise ApiError(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)
            return metadata

        return self.runtime.read(self._index(transactional_id), look)

    def list(self, filters: Filters, moment: Moment) -> Pending[Listing]:
        """Return the transactional ids that pass the filters.

        Errors: COORDINATOR_LOAD_IN_PROGRESS, INVALID_REGULAR_EXPRESSION.
        """
        if self.runtime.is_loading:
            raise ApiError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        selection = Selection(filters, moment.wall_ms)
        parts: list[Pending[list[ListedTransaction]]] = [
            self.runtime.read(index, lambda shard: selection.of(shard.items()))
            for index, _ in tuple(self.runtime.active_shards())
        ]
        return gather(parts).then(
            lambda done: Listing(
                [one for part in done if part.error is None for one in part.value],
                selection.unknown,
            )
        )

    # inside

    def _index(self, transactional_id: str) -> int:
        """Return the partition of a transactional id; raises ApiError."""
        if not transactional_id:
            raise ApiError(ErrorCode.INVALID_REQUEST, "a transactional id is not empty")
        if not self._partition_count:
            raise ApiError(ErrorCode.NOT_COORDINATOR)
        return partition_of(transactional_id, self._partition_count)

    def _with_producer_id(self, write: Callable[[], Pending[Answer]]) -> Pending[Answer]:
        """Do `write` once a producer id is in reserve, which it nearly always is."""
        if self._producer_ids.is_ready:
            return write()
        answer: Pending[Answer] = Pending()

        def go_on(filled: Pending[Any]) -> None:
            if filled.error is not None:
                answer.fail(filled.error)
                return
            written = outcome_of(lambda: self._with_producer_id(write))
            written.when_done(lambda done: _pass_on(done, answer))

        self._producer_ids.fill().when_done(go_on)
        return answer


class _Patient(Protocol[Answer]):
    """A request that may find the transaction before still being completed."""

    def __call__(self, *, may_wait: bool) -> Pending[Answer | None]:
        """Ask; None, once the wait is over, asks for the same again."""


def _patiently(ask: _Patient[Answer]) -> Pending[Answer]:
    """Ask, and once more when the transaction before is complete."""
    answer: Pending[Answer] = Pending()
    _ask_patiently(ask, lambda done: _pass_on(cast("Pending[Answer]", done), answer))
    return answer


def _ask_patiently(ask: _Patient[Answer], finish: Callable[[Pending[Answer | None]], None]) -> None:
    """Ask, once more when the transaction before is complete, and `finish` with the answer."""

    def look(done: Pending[Answer | None]) -> None:
        if done.error is None and done.value is None:
            outcome_of(lambda: ask(may_wait=False)).when_done(look)
        else:
            finish(done)

    ask(may_wait=True).when_done(look)


def _pass_on(done: Pending[Answer], answer: Pending[Answer]) -> None:
    if done.error is not None:
        answer.fail(done.error)
    else:
        answer.complete(done.value)


def _partition_count(image: ClusterImage, topic: str) -> int:
    found = image.topics_by_name.get(topic)
    return 0 if found is None else len(found.partitions)


def _refused(
    partitions: Sequence[TopicPartition], code: ErrorCode
) -> dict[TopicPartition, ErrorCode]:
    if code is ErrorCode.PRODUCER_FENCED:
        code = ErrorCode.INVALID_PRODUCER_EPOCH  # which producers expect of a write
    return dict.fromkeys(partitions, code)
