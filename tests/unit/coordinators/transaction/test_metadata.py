# SPDX-License-Identifier: Apache-2.0
"""Steps of one transactional id: epochs, ids, times, partitions."""

from __future__ import annotations

import pytest

from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.metadata import V1, V2, TransactionMetadata, created
from ottla.coordinators.transaction.states import Event, TransactionState

ONGOING = TransactionMetadata(
    7, 3, 1000, TransactionState.ONGOING, {"a": (0, 2)}, 50, 40, 7, transaction_version=V2
)


def test_a_new_id_begins_without_an_epoch():
    """The first InitProducerId gives epoch 0."""
    first = created(7, 1000, 5)
    assert first.producer == (7, -1)
    after = first.initialised(ProducerIdentity(7, 0), 2000, 9)
    assert after == TransactionMetadata(
        7, 0, 2000, TransactionState.EMPTY, {}, 9, previous_producer_id=7
    )


def test_partitions_are_gathered_and_the_start_is_kept():
    """The first add begins the transaction; later ones only add."""
    empty = created(7, 1000, 5).initialised(ProducerIdentity(7, 0), 1000, 9)
    first = empty.added([("b", 3), ("a", 1)], V2, 20)
    second = first.added([("b", 1), ("b", 3)], V2, 30)
    assert (first.start_ms, second.start_ms, second.last_update_ms) == (20, 20, 30)
    assert second.partitions == {"b": (1, 3), "a": (1,)}
    assert second.has([("b", 1), ("a", 1)])
    assert not second.has([("b", 1), ("a", 0)])
    assert not second.has([("c", 0)])


@pytest.mark.parametrize("event", [Event.COMMIT, Event.ABORT])
def test_protocol_two_raises_the_epoch_at_every_end(event):
    """KIP-890: markers carry the raised epoch, and the client goes on with it."""
    ended = ONGOING.ended(event, V2, 60)
    assert ended.producer == ended.producer_after == (7, 4)
    done = ended.completed(70)
    assert done.producer == (7, 4)
    assert (done.partitions, done.start_ms, done.last_update_ms) == ({}, 40, 70)


def test_protocol_one_keeps_the_epoch_unless_it_fences():
    """All transactions of a V1 producer have one epoch; fencing raises it."""
    assert ONGOING.ended(Event.COMMIT, V1, 60).producer == (7, 3)
    assert ONGOING.ended(Event.FENCE, V1, 60).producer == (7, 4)


def test_bug_22_an_overflow_goes_on_with_another_producer_id():
    """Bug 22: the markers have epoch 32,767, which no client has, then a new id begins with 0."""
    last = ONGOING._replace(producer_epoch=32_766)
    assert last.is_exhausted
    ended = last.ended(Event.COMMIT, V2, 60, next_producer_id=99)
    assert ended.producer == (7, 32_767)
    assert ended.producer_after == (99, 0)
    assert ended.next_producer_id == 99
    done = ended.completed(70)
    assert done.producer == (99, 0)
    assert (done.previous_producer_id, done.next_producer_id) == (7, -1)


def test_an_empty_transaction_begins_when_it_ends():
    """KIP-890: its start is needed, and nobody knows a better one."""
    empty = created(7, 1000, 5).initialised(ProducerIdentity(7, 0), 1000, 9)
    ended = empty.ended(Event.ABORT, V2, 60)
    assert (ended.start_ms, ended.partitions, ended.producer) == (60, {}, (7, 1))


def test_the_last_epoch_needs_the_next_id():
    """Whoever ends the last epoch has fetched an id before."""
    with pytest.raises(AssertionError):
        ONGOING._replace(producer_epoch=32_766).ended(Event.COMMIT, V2, 60)
    with pytest.raises(AssertionError):
        ONGOING.ended(Event.COMMIT, V2, 60, next_producer_id=99)
