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
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
)
from ottla.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest, InitProducerIdResponse


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


NAME = TopicPartition("t", 0)


class SlowCoordinator:
    """A coordinator of the first protocol that keeps AddPartitionsToTxn until it is let go."""

    features = None

    def __init__(self) -> None:
        self.asked: list[type] = []
        self.let_go = asyncio.Event()
        self.lost_answers = 0
        self.end_error = ErrorCode.NONE

    async def ask(self, request, _response_class, at_most=None):
        """Answer one request."""
        self.asked.append(type(request))
        if isinstance(request, InitProducerIdRequest):
            return InitProducerIdResponse(
                producer_id=1, producer_epoch=self.asked.count(type(request))
            )
        if isinstance(request, EndTxnRequest):
            return EndTxnResponse(error_code=self.end_error, producer_epoch=-1)
        await self.let_go.wait()
        if self.lost_answers:
            self.lost_answers -= 1
            raise ApiError(ErrorCode.NETWORK_EXCEPTION, "the connection broke")
        return AddPartitionsToTxnResponse()

    def note_error(self, _code):
        """Have nothing to look for."""

    async def retrying(self, attempt):
        """Try again as a cluster does."""
        while True:
            try:
                return await attempt()
            except ApiError as error:
                if not is_retriable(error):
                    raise
                await asyncio.sleep(0)


async def slow_transactions():
    """Return open transactions at a slow coordinator, and that coordinator."""
    coordinator = SlowCoordinator()
    transactions = ProducerTransactions(coordinator, "copier-1", 60_000)
    transactions._coordinator = coordinator
    await transactions.initialise()
    await transactions.begin()
    return transactions, coordinator


@pytest.mark.parametrize("lost_answers", [0, 1])
def test_a_transaction_ends_while_a_partition_is_being_announced(lost_answers):
    """The coordinator may have heard it, so it is told of the end; the next has no partition."""

    async def scenario():
        transactions, coordinator = await slow_transactions()
        coordinator.lost_answers = lost_answers
        adding = asyncio.create_task(transactions.add_partition(NAME))
        await asyncio.sleep(0)
        transactions.doom(OSError("its time is over"))
        await transactions.abort()
        assert coordinator.asked[-2:] == [EndTxnRequest, InitProducerIdRequest]
        await transactions.begin()
        coordinator.let_go.set()
        await adding
        assert not transactions.has(NAME)
        assert coordinator.asked.count(AddPartitionsToTxnRequest) == 1, "and not asked again"
        await transactions.add_partition(NAME)
        assert transactions.has(NAME)

    asyncio.run(scenario())


def test_what_was_never_heard_need_not_be_aborted():
    """The coordinator says that nothing is open; of what it has confirmed it may not say that."""

    async def scenario():
        transactions, coordinator = await slow_transactions()
        coordinator.end_error = ErrorCode.INVALID_TXN_STATE
        adding = asyncio.create_task(transactions.add_partition(NAME))
        await asyncio.sleep(0)
        await transactions.abort()
        assert EndTxnRequest in coordinator.asked
        adding.cancel()
        await transactions.begin()
        coordinator.let_go.set()
        await transactions.add_partition(NAME)
        with pytest.raises(ApiError, match="INVALID_TXN_STATE"):
            await transactions.abort()

    asyncio.run(scenario())
