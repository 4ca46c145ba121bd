# SPDX-License-Identifier: Apache-2.0
"""Which connections are timely (KAFKA-17754)."""

from __future__ import annotations

import pytest

from ottla.coordinators.transaction.late_requests import TransactionSequence

OLD, CURRENT, NEW = 10, 20, 30


@pytest.fixture
def sequence():
    """Return a transaction that began over the current connection, the youngest there was."""
    begun = TransactionSequence(0, 0)
    assert begun.begins(1, CURRENT, CURRENT)
    return begun


def test_whoever_took_part_may_end(sequence):
    """A client is sequential, and its connection keeps order."""
    assert sequence.may_end(CURRENT)


def test_bug_24_an_older_connection_may_not_end(sequence):
    """Bug 24: the request may have lain in it since the transaction before."""
    assert not sequence.may_end(OLD)


def test_a_connection_from_before_may_not_end_although_it_was_never_used(sequence):
    """It was there when the transaction began: what lies in it may be older than that."""
    begun = TransactionSequence(0, 0)
    assert begun.begins(1, CURRENT, NEW)
    assert not begun.may_end(NEW)
    assert not begun.may_end(CURRENT + 1)


def test_a_connection_that_came_later_may_end(sequence):
    """An honest client that was refused connects anew, and is taken."""
    assert sequence.may_end(NEW)


def test_a_late_add_does_not_make_a_connection_timely(sequence):
    """Add and end may lie in the old connection one behind the other."""
    assert not sequence.joins(OLD)
    assert not sequence.may_end(OLD)


def test_a_late_add_begins_nothing(sequence):
    """After the producer has gone on over a younger connection, an older one is late."""
    assert sequence.may_end(CURRENT)
    assert not sequence.begins(2, OLD, NEW)
    assert sequence.number == 1
    assert sequence.begins(2, CURRENT, NEW)
    assert sequence.number == 2


def test_several_connections_may_take_part(sequence):
    """A younger one joins, and the older one goes on in this transaction."""
    assert sequence.joins(NEW)
    assert sequence.joins(CURRENT)
    assert sequence.may_end(CURRENT)


def test_bug_24_an_end_that_was_repeated_elsewhere_makes_the_old_connection_late(sequence):
    """Bug 24: the retry comes over a younger connection; the first one must begin nothing."""
    sequence.used(NEW)
    assert not sequence.begins(2, CURRENT, NEW)


def test_a_loaded_transaction_counts_as_begun_at_loading():
    """Who had which connection is not on the log: all that were there may be late."""
    loaded = TransactionSequence(5, CURRENT)
    assert not loaded.may_end(CURRENT)
    assert not loaded.joins(OLD)
    assert loaded.may_end(CURRENT + 1)


def test_a_new_epoch_makes_every_connection_timely(sequence):
    """InitProducerId fences by epoch, so that an old connection costs no reconnection."""
    sequence.forget_connections()
    assert sequence.begins(2, OLD, NEW)
    assert sequence.may_end(OLD)


def test_implicit_transactions_need_no_connections(sequence):
    """Protocol V2 tells by the epoch; only the number counts on."""
    sequence.begins_implicitly(2, NEW)
    assert sequence.number == 2
    assert not sequence.may_end(CURRENT)


def test_numbers_rise(sequence):
    """No two transactions have the same."""
    with pytest.raises(AssertionError):
        sequence.begins(1, CURRENT, CURRENT)
