# SPDX-License-Identifier: Apache-2.0
"""Claims about DescribeTransactions."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.transaction_handlers import Handlers

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_transactions import DescribeTransactionsRequest


@pytest.fixture
def handlers():
    """Return the handlers of a broker in memory."""
    return Handlers()


def describe(handlers, *names: str):
    """Return the descriptions."""
    return handlers.ask(DescribeTransactionsRequest(transactional_ids=names), 0).transaction_states


def test_an_id_is_described_whole(handlers):
    """State, producer, times and partitions."""
    producer = handlers.init()
    handlers.world.add(producer, ("b", 0), ("a", 1), ("a", 0))
    (one,) = describe(handlers, "t")
    assert (one.error_code, one.transactional_id, one.transaction_state) == (0, "t", "Ongoing")
    assert (one.producer_id, one.producer_epoch) == producer
    assert one.transaction_timeout_ms == 60_000
    assert one.transaction_start_time_ms == handlers.world.moment.wall_ms
    assert [(topic.topic, topic.partitions) for topic in one.topics] == [("a", [0, 1]), ("b", [0])]


def test_each_id_has_its_own_error(handlers):
    """TRANSACTIONAL_ID_NOT_FOUND, INVALID_REQUEST, and those of a shard."""
    handlers.init()

    def codes(*names: str):
        return [one.error_code for one in describe(handlers, *names)]

    assert codes("t", "other", "") == [
        ErrorCode.NONE, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, ErrorCode.INVALID_REQUEST
    ]  # fmt: skip
    runtime = handlers.world.coordinator.runtime
    runtime.unload(0)
    assert codes("t") == [ErrorCode.NOT_COORDINATOR]
    runtime.begin_load(0, handlers.world.partition)
    assert codes("t") == [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS]
