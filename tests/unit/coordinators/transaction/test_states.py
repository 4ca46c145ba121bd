# SPDX-License-Identifier: Apache-2.0
"""The table of states is Kafka's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ottla.coordinators.transaction.states import (
    STATE_BY_LABEL,
    TRANSITIONS,
    Event,
    TransactionState,
    next_state,
    state_diagram,
)

PREDECESSORS = {
    "Empty": {"Empty", "CompleteCommit", "CompleteAbort"},
    "Ongoing": {"Ongoing", "Empty", "CompleteCommit", "CompleteAbort"},
    "PrepareCommit": {"Ongoing"},
    "PrepareAbort": {"Ongoing", "Empty", "CompleteCommit", "CompleteAbort"},
    "CompleteCommit": {"PrepareCommit"},
    "CompleteAbort": {"PrepareAbort"},
    "Dead": {"Empty", "CompleteCommit", "CompleteAbort"},
    "PrepareEpochFence": set(),
}
"""Kafka 4.3's, without the fence, which is no step of its own here."""


def test_every_state_has_kafkas_predecessors():
    """No step leads where Kafka's coordinator would not go, and none is missing."""
    found = {
        target.label: {
            state.label for state, steps in TRANSITIONS.items() if target in steps.values()
        }
        for target in TransactionState
    }
    assert found == PREDECESSORS


def test_a_decided_transaction_only_completes():
    """From a Prepare state nothing but its own Complete can follow."""
    for state in TransactionState:
        if state.is_prepared:
            assert list(TRANSITIONS[state]) == [Event.MARKED]
    assert next_state(TransactionState.PREPARE_COMMIT, Event.MARKED).label == "CompleteCommit"
    assert next_state(TransactionState.PREPARE_ABORT, Event.MARKED).label == "CompleteAbort"


def test_only_idle_ids_may_expire():
    """What is open or being completed is not forgotten."""
    assert [state.label for state in TransactionState if state.may_expire] == [
        "Empty",
        "CompleteCommit",
        "CompleteAbort",
    ]


def test_labels_and_numbers_are_those_of_the_protocol():
    """Requests name states by label, records by number."""
    assert {label: state.value for label, state in STATE_BY_LABEL.items()} == {
        "Empty": 0,
        "Ongoing": 1,
        "PrepareCommit": 2,
        "PrepareAbort": 3,
        "CompleteCommit": 4,
        "CompleteAbort": 5,
        "Dead": 6,
        "PrepareEpochFence": 7,
    }


def test_a_step_that_is_not_in_the_table_is_a_bug():
    """The caller has to look before."""
    with pytest.raises(AssertionError):
        next_state(TransactionState.PREPARE_COMMIT, Event.ABORT)


def test_the_diagram_has_every_step():
    """The documentation's picture comes from the table."""
    diagram = state_diagram()
    assert diagram.startswith("stateDiagram-v2\n")
    assert "    Ongoing --> PrepareCommit: EndTxn commit" in diagram
    assert "    Empty --> [*]: expired" in diagram
    assert len(diagram.splitlines()) == 2 + sum(map(len, TRANSITIONS.values()))


def test_the_documentation_shows_this_table():
    """The picture in docs/internals cannot drift."""
    page = Path(__file__).parents[4] / "docs" / "internals" / "transactions.md"
    assert state_diagram() in page.read_text(encoding="utf-8")
