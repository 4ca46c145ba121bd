# SPDX-License-Identifier: Apache-2.0
"""Claims about EndTxn."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.transaction_handlers import Handlers

from ottla.broker.handlers.end_txn import V2_FROM, VERSIONS
from ottla.coordinators.transaction.late_requests import LateRequest
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.end_txn import EndTxnRequest

A = ("a", 0)


@pytest.fixture
def handlers():
    """Return the handlers of a broker in memory."""
    return Handlers()


def request(producer, name="t", *, commit=True):
    """Return a request."""
    return EndTxnRequest(
        transactional_id=name,
        producer_id=producer.producer_id,
        producer_epoch=producer.producer_epoch,
        committed=commit,
    )


def begin(handlers, version):
    """Open a transaction in the protocol of a version."""
    producer = handlers.init()
    handlers.world.add(producer, A, serial=None if version >= V2_FROM else 1)
    return producer


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("commit", [True, False])
def test_the_outcome_is_decided(handlers, version, commit):
    """Markers go out; from version 5 on the answer says who the producer is from now on."""
    producer = begin(handlers, version)
    response = handlers.ask(request(producer, commit=commit), version)
    assert response.error_code == ErrorCode.NONE
    (due,) = handlers.world.finish()
    assert due.send.committed is commit
    told = (response.producer_id, response.producer_epoch)
    if version < V2_FROM:
        assert told == (-1, -1)
        assert due.send.producer == producer
    else:
        assert told == due.send.producer == (producer.producer_id, producer.producer_epoch + 1)


@pytest.mark.parametrize(
    ("version", "code"),
    [(1, ErrorCode.INVALID_PRODUCER_EPOCH), (2, ErrorCode.PRODUCER_FENCED)],
)
def test_bug_21_a_producer_that_was_replaced_is_fenced(handlers, version, code):
    """Bug 21: in the words of its version."""
    producer = handlers.init()
    handlers.init()
    assert handlers.ask(request(producer), version).error_code == code


@pytest.mark.parametrize("version", [4, 5])
def test_bug_25_an_end_while_the_last_one_completes_is_no_success(handlers, version):
    """Bug 25: CONCURRENT_TRANSACTIONS until the markers are written."""
    producer = begin(handlers, version)
    handlers.ask(request(producer), version)
    again = handlers.ask(request(producer), version)
    assert again.error_code == ErrorCode.CONCURRENT_TRANSACTIONS
    assert (again.producer_id, again.producer_epoch) == (-1, -1)
    handlers.world.finish()
    assert handlers.ask(request(producer), version).error_code == ErrorCode.NONE


def test_what_the_coordinator_refuses_is_answered(handlers):
    """INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE and those of a shard."""
    producer = handlers.init()

    def code(**fields: str):
        return handlers.ask(request(producer, **fields), 4).error_code

    assert code(name="") == ErrorCode.INVALID_REQUEST
    assert code(name="other") == ErrorCode.INVALID_PRODUCER_ID_MAPPING
    assert code() == ErrorCode.INVALID_TXN_STATE
    runtime = handlers.world.coordinator.runtime
    runtime.unload(0)
    assert code() == ErrorCode.NOT_COORDINATOR
    runtime.begin_load(0, handlers.world.partition)
    assert code() == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_bug_24_a_late_request_closes_its_connection(handlers):
    """Bug 24 (KAFKA-17754): the first EndTxn comes when the next transaction has begun."""
    producer = handlers.init()
    handlers.world.add(producer, A, serial=1)
    handlers.ask(request(producer), 4, serial=2)
    handlers.world.finish()
    handlers.world.add(producer, A, serial=2)
    with pytest.raises(LateRequest):
        handlers.ask(request(producer), 4, serial=1)
    assert handlers.ask(request(producer, commit=False), 4, serial=2).error_code == ErrorCode.NONE
