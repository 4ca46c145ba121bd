# SPDX-License-Identifier: Apache-2.0
"""What an EndTxn request leads to, by the rules of its protocol version.

While a transaction is being completed every request is answered CONCURRENT_TRANSACTIONS. Else V1,
which knows one epoch for all transactions, can tell by the state alone what a request means:

| state | commit | abort |
|---|---|---|
| Empty | INVALID_TXN_STATE | INVALID_TXN_STATE |
| Ongoing | end | end |
| CompleteCommit | done already | INVALID_TXN_STATE |
| CompleteAbort | INVALID_TXN_STATE | done already |

Under V2 (KIP-890) every end raises the epoch, so a request with the epoch before repeats the end
whose answer was lost, and one with the present epoch means the next transaction, which may be
empty: the client does not know what the broker added for it.

| state | epoch | commit | abort |
|---|---|---|---|
| Empty | present | INVALID_TXN_STATE | end |
| Ongoing | present | end | end |
| CompleteCommit | before | done already | INVALID_TXN_STATE |
| CompleteCommit | present | INVALID_TXN_STATE | end |
| CompleteAbort | before | INVALID_TXN_STATE | done already |
| CompleteAbort | present | INVALID_TXN_STATE | end |

Any other epoch is PRODUCER_FENCED, another producer id INVALID_PRODUCER_ID_MAPPING. When the
epochs were used up, "before" is the last epoch of the producer id before.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.coordinators.transaction.metadata import EXHAUSTED_FROM
from ottla.coordinators.transaction.states import Event, TransactionState
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from ottla.coordinators.ports import ProducerIdentity
    from ottla.coordinators.transaction.metadata import TransactionMetadata


class Outcome(enum.Enum):
    """What becomes of an EndTxn request."""

    END = "end"
    ALREADY_DONE = "already done"
    REFUSE = "refuse"


class Ending(NamedTuple):
    """What becomes of one request; `event` counts for END, `error` for REFUSE."""

    outcome: Outcome
    event: Event
    error: ErrorCode = ErrorCode.NONE


def decide_v1(
    metadata: TransactionMetadata, producer: ProducerIdentity, *, committed: bool
) -> Ending:
    """Decide on a request before version 5."""
    event = Event.COMMIT if committed else Event.ABORT
    if metadata.producer_id != producer.producer_id:
        return Ending(Outcome.REFUSE, event, ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    if metadata.producer_epoch != producer.producer_epoch:
        return Ending(Outcome.REFUSE, event, ErrorCode.PRODUCER_FENCED)
    if metadata.state.is_prepared:
        return Ending(Outcome.REFUSE, event, ErrorCode.CONCURRENT_TRANSACTIONS)
    if metadata.state is TransactionState.ONGOING:
        return Ending(Outcome.END, event)
    return _repeated(metadata.state, event)


def decide_v2(
    metadata: TransactionMetadata, producer: ProducerIdentity, *, committed: bool
) -> Ending:
    """Decide on a request of version 5 and later."""
    event = Event.COMMIT if committed else Event.ABORT
    state = metadata.state
    if state.is_prepared:
        # Before all else, as in Kafka: the client may have an id already that comes with Complete.
        return Ending(Outcome.REFUSE, event, ErrorCode.CONCURRENT_TRANSACTIONS)
    if state is TransactionState.ONGOING and metadata.producer == producer:
        return Ending(Outcome.END, event)  # what nearly every request is
    is_complete = state in _OUTCOME
    repeats_overflow = (
        is_complete
        and producer == (metadata.previous_producer_id, EXHAUSTED_FROM)
        and metadata.producer_epoch == 0
    )
    if metadata.producer_id != producer.producer_id and not repeats_overflow:
        return Ending(Outcome.REFUSE, event, ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    if repeats_overflow or (is_complete and metadata.producer_epoch == producer.producer_epoch + 1):
        return _repeated(state, event)
    if metadata.producer_epoch != producer.producer_epoch:
        return Ending(Outcome.REFUSE, event, ErrorCode.PRODUCER_FENCED)
    if state is TransactionState.ONGOING or event is Event.ABORT:
        return Ending(Outcome.END, event)
    return Ending(Outcome.REFUSE, event, ErrorCode.INVALID_TXN_STATE)


_OUTCOME: Final = {
    TransactionState.COMPLETE_COMMIT: Event.COMMIT,
    TransactionState.COMPLETE_ABORT: Event.ABORT,
}


def _repeated(state: TransactionState, event: Event) -> Ending:
    """Decide on a request that can only repeat how the last transaction was ended."""
    if _OUTCOME.get(state) is event:
        return Ending(Outcome.ALREADY_DONE, event)
    return Ending(Outcome.REFUSE, event, ErrorCode.INVALID_TXN_STATE)
