# SPDX-License-Identifier: Apache-2.0
"""Claims about InitProducerId, with transactions and without."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.transaction_handlers import Handlers
from tests.unit.coordinators.transaction.world import FIRST_PRODUCER_ID

from ottla.broker.handlers.init_producer_id import VERSIONS
from ottla.coordinators.pending import Pending
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest

EXPECTS_FROM = 3


@pytest.fixture
def handlers():
    """Return the handlers of a broker in memory."""
    return Handlers()


def request(transactional_id, timeout_ms=60_000, **fields: int):
    """Return a request."""
    return InitProducerIdRequest(
        transactional_id=transactional_id, transaction_timeout_ms=timeout_ms, **fields
    )


def told(response):
    """Return error and identity of an answer."""
    return response.error_code, response.producer_id, response.producer_epoch


@pytest.mark.parametrize("version", VERSIONS)
def test_every_producer_gets_its_own_number(handlers, version):
    """Each call gets a new id with epoch 0, one that goes on included."""
    asked = request(None)
    if version >= EXPECTS_FROM:
        asked.producer_id, asked.producer_epoch = 5, 3
    assert [told(handlers.ask(asked, version)) for _ in range(3)] == [
        (0, FIRST_PRODUCER_ID + number, 0) for number in range(3)
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_transactional_producer_keeps_its_number(handlers, version):
    """Each instance gets the next epoch of one id."""
    assert [told(handlers.ask(request("t"), version)) for _ in range(3)] == [
        (0, FIRST_PRODUCER_ID, epoch) for epoch in range(3)
    ]


@pytest.mark.parametrize(
    ("version", "code"),
    [(3, ErrorCode.INVALID_PRODUCER_EPOCH), (4, ErrorCode.PRODUCER_FENCED)],
)
def test_a_producer_that_was_replaced_is_fenced(handlers, version, code):
    """KIP-588: in the words of its version."""
    for _ in range(3):
        handlers.init()
    asked = request("t", producer_id=FIRST_PRODUCER_ID, producer_epoch=0)
    assert told(handlers.ask(asked, version)) == (code, -1, -1)


@pytest.mark.parametrize(("producer_id", "epoch"), [(5, -1), (-1, 5)])
def test_half_an_identity_is_none(handlers, producer_id, epoch):
    """INVALID_REQUEST: id and epoch come together."""
    with pytest.raises(ApiError) as caught:
        handlers.ask(request("t", producer_id=producer_id, producer_epoch=epoch), 3)
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_what_the_coordinator_refuses_is_answered(handlers):
    """INVALID_REQUEST, INVALID_TRANSACTION_TIMEOUT, and those of a shard."""
    assert handlers.ask(request(""), 5).error_code == ErrorCode.INVALID_REQUEST
    too_long = handlers.ask(request("t", 900_001), 5)
    assert too_long.error_code == ErrorCode.INVALID_TRANSACTION_TIMEOUT
    runtime = handlers.world.coordinator.runtime
    runtime.unload(0)
    assert handlers.ask(request("t"), 5).error_code == ErrorCode.NOT_COORDINATOR
    runtime.begin_load(0, handlers.world.partition)
    loading = handlers.ask(request("t"), 5)
    assert loading.error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_an_open_transaction_is_waited_for(handlers):
    """The answer comes with the abort of the earlier instance's transaction, or is an error."""
    producer = handlers.init()
    handlers.world.add(producer, ("a", 0))
    assert handlers.ask(request("t"), 5) is None
    handlers.world.advance(100)
    handlers.world.finish()
    assert told(handlers.ask(request("t"), 5)) == (0, FIRST_PRODUCER_ID, 2)


def test_a_wait_ends(handlers):
    """CONCURRENT_TRANSACTIONS while markers cannot be written."""
    handlers.world.add(handlers.init(), ("a", 0))
    waiting = handlers.world.init()
    assert isinstance(waiting, Pending)
    handlers.world.advance(100)
    assert waiting.error_code is ErrorCode.CONCURRENT_TRANSACTIONS


def test_a_broken_journal_is_told(handlers):
    """Without a block of ids there is no id."""
    handlers.world.late_ids = []
    assert handlers.ask(request(None), 4) is None
    handlers.world.late_ids[0].fail(ApiError(ErrorCode.UNKNOWN_SERVER_ERROR))
