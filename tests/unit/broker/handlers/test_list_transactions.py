# SPDX-License-Identifier: Apache-2.0
"""Claims about ListTransactions."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.transaction_handlers import Handlers

from ottla.broker.handlers.list_transactions import VERSIONS
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.list_transactions import ListTransactionsRequest


@pytest.fixture
def handlers():
    """Return a broker with an open transaction and an idle producer."""
    handlers = Handlers()
    handlers.init("idle")
    handlers.world.add(handlers.init("open"), ("a", 0), name="open")
    handlers.world.advance(5_000)
    return handlers


def names(response):
    """Return the ids of an answer."""
    return [one.transactional_id for one in response.transaction_states]


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_listed(handlers, version):
    """Id, producer and state of each."""
    response = handlers.ask(ListTransactionsRequest(), version)
    assert response.error_code == ErrorCode.NONE
    assert [(one.transactional_id, one.transaction_state) for one in
            response.transaction_states] == [("idle", "Empty"), ("open", "Ongoing")]  # fmt: skip
    assert response.transaction_states[0].producer_id < response.transaction_states[1].producer_id


@pytest.mark.parametrize("version", VERSIONS)
def test_filters(handlers, version):
    """By state and producer in all versions; unknown states are told."""
    asked = ListTransactionsRequest(state_filters=["Ongoing", "Asleep"])
    response = handlers.ask(asked, version)
    assert (names(response), response.unknown_state_filters) == (["open"], ["Asleep"])
    (one,) = response.transaction_states
    asked = ListTransactionsRequest(producer_id_filters=[one.producer_id])
    assert names(handlers.ask(asked, version)) == ["open"]


def test_filters_of_later_versions(handlers):
    """By duration from version 1, by pattern from version 2."""
    asked = ListTransactionsRequest(state_filters=["Ongoing"], duration_filter=4_999)
    assert names(handlers.ask(asked, 1)) == ["open"]
    asked.duration_filter = 5_000
    assert names(handlers.ask(asked, 1)) == []
    for pattern, found in (("o.*", ["open"]), ("", ["idle", "open"]), (None, ["idle", "open"])):
        asked = ListTransactionsRequest(transactional_id_pattern=pattern)
        assert names(handlers.ask(asked, 2)) == found


def test_refusals(handlers):
    """INVALID_REGULAR_EXPRESSION, COORDINATOR_LOAD_IN_PROGRESS."""

    def code(request):
        with pytest.raises(ApiError) as caught:
            handlers.ask(request, 2)
        return caught.value.code

    broken = ListTransactionsRequest(transactional_id_pattern="(")
    assert code(broken) is ErrorCode.INVALID_REGULAR_EXPRESSION
    runtime = handlers.world.coordinator.runtime
    runtime.unload(0)
    runtime.begin_load(0, handlers.world.partition)
    assert code(ListTransactionsRequest()) is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
