# SPDX-License-Identifier: Apache-2.0
"""What older clients are told instead of errors that came after them, as Kafka tells them.

PRODUCER_FENCED came with KIP-588, TRANSACTION_ABORTABLE with KIP-890. The Produce path and
TxnOffsetCommit are told what the coordinator said of a partition (`TransactionCoordinator.admit`)
in words that their clients repeat or give up upon.
"""

from __future__ import annotations

from typing import Final

from ottla.protocol.errors import ErrorCode

INIT_PRODUCER_ID_KNOWS_FENCED_FROM: Final = 4
OTHERS_KNOW_FENCED_FROM: Final = 2
"""AddPartitionsToTxn, AddOffsetsToTxn and EndTxn."""

PRODUCE_ADDS_FROM: Final = 12
"""Version of Produce from which a partition is added to the transaction by writing to it."""
PRODUCE_KNOWS_ABORTABLE_FROM: Final = 11

OFFSET_COMMIT_KNOWS_ABORTABLE_FROM: Final = 4

_NOT_VERIFIED: Final = frozenset(
    (
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NOT_COORDINATOR,
        ErrorCode.NETWORK_EXCEPTION,
    )
)


def fenced_for(code: ErrorCode, version: int, knows_fenced_from: int) -> ErrorCode:
    """Return INVALID_PRODUCER_EPOCH to a client that does not know PRODUCER_FENCED."""
    if code is ErrorCode.PRODUCER_FENCED and version < knows_fenced_from:
        return ErrorCode.INVALID_PRODUCER_EPOCH
    return code


def produce_error(code: ErrorCode, version: int) -> ErrorCode:
    """Return what Produce answers for a partition that was not admitted.

    A coordinator that cannot be asked is NOT_ENOUGH_REPLICAS, since every client repeats that
    without asking for metadata; likewise a transaction that is being completed, for clients that
    do not know of it.
    """
    if code in _NOT_VERIFIED:
        return ErrorCode.NOT_ENOUGH_REPLICAS
    if code is ErrorCode.CONCURRENT_TRANSACTIONS and version < PRODUCE_ADDS_FROM:
        return ErrorCode.NOT_ENOUGH_REPLICAS
    if code is ErrorCode.TRANSACTION_ABORTABLE and version < PRODUCE_KNOWS_ABORTABLE_FROM:
        return ErrorCode.INVALID_TXN_STATE
    return code


def offset_commit_error(code: ErrorCode, version: int) -> ErrorCode:
    """Return what TxnOffsetCommit answers when its group's partition was not admitted."""
    if code is ErrorCode.NETWORK_EXCEPTION:
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    if code is ErrorCode.TRANSACTION_ABORTABLE and version < OFFSET_COMMIT_KNOWS_ABORTABLE_FROM:
        return ErrorCode.INVALID_TXN_STATE
    return code
