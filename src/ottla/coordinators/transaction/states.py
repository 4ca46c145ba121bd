# SPDX-License-Identifier: Apache-2.0
"""The states of a transactional id, and which event leads from which to which.

The table below is the whole truth: `TransactionMetadata` makes no other steps, tests walk it, and
the diagram in `docs/internals/transactions.md` is drawn from it (`state_diagram`).

A transaction is decided when a Prepare state is on the log: from then on nothing can change its
outcome, and the coordinator writes markers until every partition has one. Complete only says that
nothing is left to do. Protocol V2 (KIP-890) also aborts where no partition was added: its client
cannot know what the broker added for it.

`Dead` and `PrepareEpochFence` are never written; they have numbers on disk and names in requests.
In Kafka they stand for steps in memory that are one decision here.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class TransactionState(enum.Enum):
    """What a transactional id is doing; the value is its number in `__transaction_state`."""

    EMPTY = 0
    ONGOING = 1
    PREPARE_COMMIT = 2
    PREPARE_ABORT = 3
    COMPLETE_COMMIT = 4
    COMPLETE_ABORT = 5
    DEAD = 6
    PREPARE_EPOCH_FENCE = 7

    __hash__ = object.__hash__  # members are what they are; Enum's own is a call into Python

    @property
    def label(self) -> str:
        """Return the name in ListTransactions and DescribeTransactions."""
        return _LABELS[self]

    @property
    def is_prepared(self) -> bool:
        """Whether the outcome is decided and markers are being written."""
        return self in _PREPARED

    @property
    def may_expire(self) -> bool:
        """Whether an idle transactional id may be forgotten."""
        return Event.EXPIRE in TRANSITIONS[self]


_LABELS: Final[Mapping[TransactionState, str]] = {
    state: "".join(word.capitalize() for word in state.name.split("_"))
    for state in TransactionState
}

STATE_BY_LABEL: Final[Mapping[str, TransactionState]] = {
    label: state for state, label in _LABELS.items()
}

_PREPARED: Final = (TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT)


class Event(enum.Enum):
    """What happens to a transactional id."""

    INITIALISE = "InitProducerId"
    ADD = "partitions added"
    COMMIT = "EndTxn commit"
    ABORT = "EndTxn abort"
    FENCE = "timed out or fenced"
    MARKED = "markers written"
    EXPIRE = "expired"

    __hash__ = object.__hash__


_BETWEEN_TRANSACTIONS: Final[Mapping[Event, TransactionState]] = {
    Event.INITIALISE: TransactionState.EMPTY,
    Event.ADD: TransactionState.ONGOING,
    Event.ABORT: TransactionState.PREPARE_ABORT,  # protocol V2 only
    Event.EXPIRE: TransactionState.DEAD,
}

TRANSITIONS: Final[Mapping[TransactionState, Mapping[Event, TransactionState]]] = {
    TransactionState.EMPTY: _BETWEEN_TRANSACTIONS,
    TransactionState.ONGOING: {
        Event.ADD: TransactionState.ONGOING,
        Event.COMMIT: TransactionState.PREPARE_COMMIT,
        Event.ABORT: TransactionState.PREPARE_ABORT,
        Event.FENCE: TransactionState.PREPARE_ABORT,
    },
    TransactionState.PREPARE_COMMIT: {Event.MARKED: TransactionState.COMPLETE_COMMIT},
    TransactionState.PREPARE_ABORT: {Event.MARKED: TransactionState.COMPLETE_ABORT},
    TransactionState.COMPLETE_COMMIT: _BETWEEN_TRANSACTIONS,
    TransactionState.COMPLETE_ABORT: _BETWEEN_TRANSACTIONS,
    TransactionState.DEAD: {},
    TransactionState.PREPARE_EPOCH_FENCE: {},
}


def next_state(state: TransactionState, event: Event) -> TransactionState:
    """Return where `event` leads; that it leads anywhere has been checked by the caller."""
    following = TRANSITIONS[state].get(event)
    assert following is not None, f"{event} cannot happen in state {state.label}"
    return following


def state_diagram() -> str:
    """Return the table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> Empty: InitProducerId"]
    for state, steps in TRANSITIONS.items():
        for event, target in steps.items():
            end = "[*]" if target is TransactionState.DEAD else target.label
            lines.append(f"    {state.label} --> {end}: {event.value}")
    return "\n".join(lines)
