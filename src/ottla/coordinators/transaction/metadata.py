# SPDX-License-Identifier: Apache-2.0
"""What `__transaction_state` keeps of one transactional id, and the steps between its values.

A value is frozen; each step returns the next one and is what the record of that step says. Who may
take which step is decided in `shard`; here is only what the step does.

Producer epochs end at 32,767. A client is given 32,766 at most, so that there is always one more
with which the coordinator can fence it. Under protocol V2 every end of a transaction raises the
epoch; at 32,766 the Prepare state carries the producer id that follows (its markers have epoch
32,767), and Complete begins that one with epoch 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.states import Event, TransactionState, next_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NO_PRODUCER_ID: Final = -1
NO_PRODUCER_EPOCH: Final = -1
NO_TIME: Final = -1

PRODUCER_EPOCH_MAX: Final = 32_767
EXHAUSTED_FROM: Final = PRODUCER_EPOCH_MAX - 1
"""The last epoch that a client is given."""

V1: Final = 0
"""The protocol before KIP-890, as the record's field says it."""
V2: Final = 2
"""KIP-890: the epoch rises at every end of a transaction, partitions are added implicitly."""


class TransactionMetadata(NamedTuple):
    """One transactional id; fields as in the record's value."""

    producer_id: int
    producer_epoch: int
    timeout_ms: int
    state: TransactionState
    partitions: Mapping[str, tuple[int, ...]]
    """Partitions of the transaction by topic, numbers ascending; empty between transactions."""
    last_update_ms: int
    """Unix time of this step."""
    start_ms: int = NO_TIME
    """Unix time at which the transaction began; kept until the next InitProducerId."""
    previous_producer_id: int = NO_PRODUCER_ID
    """The producer id before this step; differs from `producer_id` when that step changed it."""
    next_producer_id: int = NO_PRODUCER_ID
    """Only in Prepare: the producer id that Complete takes over, since epochs are used up."""
    transaction_version: int = V1
    """The protocol of the client that took this step."""

    @property
    def producer(self) -> ProducerIdentity:
        """Who may act now; in a Prepare state, who writes the markers."""
        return ProducerIdentity(self.producer_id, self.producer_epoch)

    @property
    def producer_after(self) -> ProducerIdentity:
        """Who may act once the transaction that is being completed is complete."""
        if self.next_producer_id != NO_PRODUCER_ID:
            return ProducerIdentity(self.next_producer_id, 0)
        return self.producer

    @property
    def is_exhausted(self) -> bool:
        """Whether no client may be given a higher epoch of this producer id."""
        return self.producer_epoch >= EXHAUSTED_FROM

    def has(self, partitions: Sequence[tuple[str, int]]) -> bool:
        """Whether all of these partitions are part of the transaction."""
        mine = self.partitions
        if len(partitions) == 1:
            ((topic, index),) = partitions
            return index in mine.get(topic, ())
        return all(
            frozenset(mine.get(topic, ())).issuperset(indexes)
            for topic, indexes in _by_topic(partitions).items()
        )

    # steps

    def initialised(
        self, producer: ProducerIdentity, timeout_ms: int, wall_ms: int
    ) -> TransactionMetadata:
        """Return the value after InitProducerId gave `producer` to a client."""
        assert producer.producer_epoch <= EXHAUSTED_FROM, producer
        return TransactionMetadata(
            *producer,
            timeout_ms,
            next_state(self.state, Event.INITIALISE),
            {},
            wall_ms,
            previous_producer_id=self.producer_id,
            transaction_version=self.transaction_version,
        )

    def added(
        self, partitions: Iterable[tuple[str, int]], transaction_version: int, wall_ms: int
    ) -> TransactionMetadata:
        """Return the value with further partitions, which begins a transaction if none is open."""
        is_first = self.state is not TransactionState.ONGOING
        return TransactionMetadata(
            self.producer_id,
            self.producer_epoch,
            self.timeout_ms,
            next_state(self.state, Event.ADD),
            _merged(self.partitions, partitions),
            wall_ms,
            wall_ms if is_first else self.start_ms,
            self.producer_id,
            self.next_producer_id,
            transaction_version,
        )

    def ended(
        self,
        event: Event,
        transaction_version: int,
        wall_ms: int,
        next_producer_id: int = NO_PRODUCER_ID,
    ) -> TransactionMetadata:
        """Return the value whose outcome is decided.

        V2 raises the epoch, V1 does so when the coordinator fences. `next_producer_id` is needed
        when V2 raises the last epoch.
        """
        raises = transaction_version == V2 or event is Event.FENCE
        producer_epoch = min(self.producer_epoch + raises, PRODUCER_EPOCH_MAX)
        is_empty = self.state is not TransactionState.ONGOING
        needs_next = transaction_version == V2 and self.is_exhausted
        assert needs_next == (next_producer_id != NO_PRODUCER_ID), (self, next_producer_id)
        return TransactionMetadata(
            self.producer_id,
            producer_epoch,
            self.timeout_ms,
            next_state(self.state, event),
            self.partitions,
            wall_ms,
            wall_ms if is_empty else self.start_ms,
            self.producer_id,
            next_producer_id,
            transaction_version,
        )

    def completed(self, wall_ms: int) -> TransactionMetadata:
        """Return the value after every partition has its marker."""
        return TransactionMetadata(
            *self.producer_after,
            self.timeout_ms,
            next_state(self.state, Event.MARKED),
            {},
            wall_ms,
            self.start_ms,
            self.producer_id,
            NO_PRODUCER_ID,
            self.transaction_version,
        )


def created(producer_id: int, timeout_ms: int, wall_ms: int) -> TransactionMetadata:
    """Return the value from which the first InitProducerId of a transactional id steps."""
    return TransactionMetadata(
        producer_id, NO_PRODUCER_EPOCH, timeout_ms, TransactionState.EMPTY, {}, wall_ms
    )


def _by_topic(partitions: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    topics: dict[str, list[int]] = {}
    for topic, index in partitions:
        topics.setdefault(topic, []).append(index)
    return topics


def _merged(
    partitions: Mapping[str, tuple[int, ...]], more: Iterable[tuple[str, int]]
) -> dict[str, tuple[int, ...]]:
    merged = dict(partitions)
    for topic, indexes in _by_topic(more).items():
        merged[topic] = tuple(sorted({*merged.get(topic, ()), *indexes}))
    return merged
