# SPDX-License-Identifier: Apache-2.0
"""Filters of ListTransactions."""

from __future__ import annotations

import pytest

from ottla.coordinators.transaction.listing import Filters, Selection
from ottla.coordinators.transaction.metadata import TransactionMetadata
from ottla.coordinators.transaction.states import TransactionState
from ottla.protocol.errors import ApiError, ErrorCode

NOW_MS = 10_000


def state(producer_id, state, start_ms=-1):
    """Return a transactional id's state."""
    return TransactionMetadata(producer_id, 0, 1000, state, {}, 0, start_ms)


ITEMS = [
    ("pay-1", state(1, TransactionState.ONGOING, 9000)),
    ("pay-2", state(2, TransactionState.PREPARE_ABORT, 4000)),
    ("ship", state(3, TransactionState.EMPTY)),
]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(), ["pay-1", "pay-2", "ship"]),
        (Filters(states=["Ongoing", "Empty"]), ["pay-1", "ship"]),
        (Filters(states=["Sleeping"]), []),
        (Filters(producer_ids=[2, 3, 99]), ["pay-2", "ship"]),
        (Filters(duration_ms=1000), ["pay-2", "ship"]),
        (Filters(duration_ms=999), ["pay-1", "pay-2", "ship"]),
        (Filters(pattern="pay"), []),
        (Filters(pattern="pay.*"), ["pay-1", "pay-2"]),
        (Filters(pattern="pay.*", states=["Ongoing"]), ["pay-1"]),
    ],
)
def test_all_filters_have_to_pass(filters, names):
    """Empty filters pass everything; a pattern means the whole id."""
    found = Selection(filters, NOW_MS).of(ITEMS)
    assert [one.transactional_id for one in found] == names


def test_a_row_says_who_and_what():
    """Id, producer and state."""
    assert Selection(Filters(), NOW_MS).of(ITEMS)[1] == ("pay-2", 2, "PrepareAbort")


def test_names_that_are_no_state_are_told():
    """The client learns which of its filters were not understood."""
    assert Selection(Filters(states=["Ongoing", "Sleeping"]), NOW_MS).unknown == ["Sleeping"]


def test_a_broken_pattern_is_refused():
    """RE2 decides what an expression is."""
    with pytest.raises(ApiError) as caught:
        Selection(Filters(pattern="(pay"), NOW_MS)
    assert caught.value.code is ErrorCode.INVALID_REGULAR_EXPRESSION
