# SPDX-License-Identifier: Apache-2.0
"""The states of a transactional producer; what brokers say of it, integration tests ask them."""

from __future__ import annotations

import asyncio

import pytest

from ottla.client.errors import (
    ProducerFencedError,
    TransactionAbortedError,
    TransactionStateError,
    is_retriable,
)
from ottla.client.producer_transactions import MAY_FOLLOW, ProducerTransactions, TransactionState
from ottla.protocol.errors import ApiError, ErrorCode


@pytest.fixture
def transactions():
    """Return the transactions of a producer that has sent nothing; no broker is asked for that."""
    return ProducerTransactions(None, "copier-1", 60_000)


def test_only_the_fenced_state_has_no_way_out():
    """And from everywhere else one gets back to where a transaction can begin."""
    ends = [state for state, following in MAY_FOLLOW.items() if not following]
    assert ends == [TransactionState.FENCED]
    assert MAY_FOLLOW.keys() == set(TransactionState)
    for state in (TransactionState.OPEN, TransactionState.DOOMED):
        assert TransactionState.READY in MAY_FOLLOW[state]


def test_an_empty_transaction_asks_nobody(transactions):
    """Neither its commit nor its abort."""
    asyncio.run(transactions.begin())
    asyncio.run(transactions.commit())
    asyncio.run(transactions.begin())
    asyncio.run(transactions.abort())
    assert transactions.state is TransactionState.READY


def test_what_is_called_has_to_go_with_the_state(transactions):
    """Each refusal says what to do."""
    for call in (transactions.commit, transactions.abort):
        with pytest.raises(TransactionStateError, match="no transaction is open"):
            asyncio.run(call())
    asyncio.run(transactions.begin())
    with pytest.raises(TransactionStateError, match="do not nest"):
        asyncio.run(transactions.begin())


def test_a_doomed_transaction_is_aborted_and_tells_the_first_failure(transactions):
    """Whoever commits gets an error that allows doing it again; then a new one may begin."""
    asyncio.run(transactions.begin())
    transactions.doom(OSError("the first"))
    transactions.doom(OSError("the second"))
    with pytest.raises(TransactionAbortedError, match="the first"):
        transactions.require_open()
    with pytest.raises(TransactionAbortedError, match="the first") as caught:
        asyncio.run(transactions.commit())
    assert is_retriable(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    asyncio.run(transactions.begin())
    transactions.require_open()


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.PRODUCER_FENCED,
        ErrorCode.INVALID_PRODUCER_EPOCH,
        ErrorCode.INVALID_PRODUCER_ID_MAPPING,
    ],
)
def test_a_fenced_producer_stays_fenced(transactions, code):
    """Whatever is called then says so."""
    asyncio.run(transactions.begin())
    transactions.doom(ApiError(code, "a newer producer"))
    with pytest.raises(ProducerFencedError, match="copier-1"):
        transactions.require_open()
    for call in (transactions.begin, transactions.commit, transactions.abort):
        with pytest.raises(ProducerFencedError, match="make a new one"):
            asyncio.run(call())
    assert not ProducerFencedError.retriable


def test_failures_outside_of_a_transaction_doom_nothing(transactions):
    """A late answer to what was aborted is old news."""
    transactions.doom(OSError("late"))
    asyncio.run(transactions.begin())
    transactions.require_open()
