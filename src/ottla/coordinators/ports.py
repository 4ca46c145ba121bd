# SPDX-License-Identifier: Apache-2.0
"""What a coordinator needs of the broker, and what it offers in return.

A coordinator's state is a fold over one partition of an internal topic. Whoever leads that
partition runs its shard: the shard decides on the state it has, its records are appended, and
once the partition has committed them the answer goes out. After a fail-over another broker
reads the same records into a new shard.

    request -> shard decides (records, answer) -> partition appends -> shard replays
            -> high watermark covers the records -> answer

A shard is plain and synchronous; it is given the time, and what must survive a fail-over is
changed by `replay` alone. When an append is lost, the shard is dropped and read again from the log.

`CoordinatorPartition` is implemented by `broker` on top of `replication`, `CoordinatorShard` by
the group and the transaction coordinator; `runtime` stands between them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.base.clock import Moment
    from ottla.coordinators.pending import Pending
    from ottla.protocol.errors import ApiError
    from ottla.records.control import TransactionMarker

Answer = TypeVar("Answer")
Given_contra = TypeVar("Given_contra", contravariant=True)


class CoordinatorRecord(NamedTuple):
    """One record of an internal topic, in its wire form."""

    key: bytes
    value: bytes | None
    """None deletes what the key stands for."""


class EncodedRecords(Sequence[CoordinatorRecord]):
    """Records that were put into their wire form all at once, for decisions made very often."""

    __slots__ = ("payload",)

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        """What their batch holds; each has the batch's timestamp."""

    @abstractmethod
    def replay_into(self, shard: Any, first_offset: int, producer: ProducerIdentity | None) -> None:
        """Have the effect on the shard that decided on them of replaying one after the other."""


class ProducerIdentity(NamedTuple):
    """The producer in whose transaction records are written."""

    producer_id: int
    producer_epoch: int


class Result(NamedTuple, Generic[Answer]):
    """A shard's decision."""

    records: Sequence[CoordinatorRecord]
    """Appended as one batch, all or nothing."""
    answer: Answer | Pending[Answer]
    """True once the records are committed; a pending one is parked until a decision releases it."""
    releases: Sequence[tuple[Pending[Any], Any | ApiError]] = ()
    """Parked answers with what they are answered once the records are committed."""
    effects: Sequence[object] = ()
    """What is to be done elsewhere once the records are committed; the driver knows how."""
    producer: ProducerIdentity | None = None
    """Whose transaction the records belong to; None writes them at once."""
    is_patient: bool = False
    """Nobody waits for these records: they may be written a little later, with others."""


class Owed(Protocol[Given_contra]):
    """An answer that somebody waits for: a `Pending`, or less."""

    def complete(self, value: Given_contra) -> None:
        """Give the answer."""

    def fail(self, error: ApiError) -> None:
        """Give an error instead."""


class CoordinatorShard(Protocol):
    """The state machine of one partition."""

    def replay(
        self, record: CoordinatorRecord, offset: int, producer: ProducerIdentity | None
    ) -> None:
        """Take a record into the state."""

    def replay_marker(self, producer: ProducerIdentity, *, committed: bool) -> None:
        """Take the end of a producer's transaction in this partition into the state."""

    def loaded(self, moment: Moment) -> Result[None]:
        """Decide on what a shard has to do that has just been read from its log."""

    def deadline_bound_ms(self) -> int | None:
        """Return a time before which `on_deadline` need not be called, or None; asked often."""

    def next_deadline_ms(self) -> int | None:
        """Return when `on_deadline` wants to be called, or None."""

    def on_deadline(self, moment: Moment) -> Result[None]:
        """Decide on what time has brought; bounded work, the next deadline may be now."""

    def parked(self) -> Iterable[Pending[Any]]:
        """Return the answers that wait for another decision, to be failed with the shard."""


class CoordinatorPartition(Protocol):
    """One partition of an internal topic, led by this broker."""

    @property
    def leader_epoch(self) -> int:
        """The epoch under which this broker leads."""

    @property
    def high_watermark(self) -> int:
        """Records below it are committed."""

    def append(
        self,
        records: Sequence[CoordinatorRecord],
        wall_ms: int,
        producer: ProducerIdentity | None,
        *,
        is_patient: bool = False,
    ) -> int:
        """Append one batch and return the offset after it.

        A patient one may be written later, with what is appended next. Raises ApiError when the
        batch is refused and nothing was appended.
        """

    def append_marker(
        self, producer: ProducerIdentity, marker: TransactionMarker, wall_ms: int
    ) -> int:
        """Append the end of a producer's transaction and return the offset after it.

        Raises ApiError when it is refused and nothing was appended.
        """


class LoadedBatch(NamedTuple):
    """One batch of the partition's log on its way into a new shard."""

    end_offset: int
    """The offset after the batch."""
    records: Sequence[tuple[int, CoordinatorRecord]]
    """Offset and record."""
    producer: ProducerIdentity | None = None
    """Set when the batch is part of a transaction."""
    marker: TransactionMarker | None = None
    """Set when the batch is the end of one; it has no records then."""
