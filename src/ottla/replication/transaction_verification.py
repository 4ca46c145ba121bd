# SPDX-License-Identifier: Apache-2.0
"""No batch gets into a partition behind the end of its transaction (KIP-890).

The first batch of a transaction is let in when the transaction coordinator has said that the
partition is part of it. `Verifications` keeps the questions and the answers of one partition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from ottla.records.batch import BatchHeader
    from ottla.storage.partition_log import PartitionLog

VERIFICATIONS_MAX = 10_000
"""Producers that may have been verified for a partition without having written; the oldest goes."""


class UnverifiedTransaction(ApiError):  # noqa: N818 - says what the batch is in
    """The batch is in a transaction of which this partition is not known to be a part (KIP-890).

    Whoever appends asks the transaction coordinator, notes its answer in the `Verification`,
    and tries again.
    """

    def __init__(self) -> None:
        super().__init__(
            ErrorCode.INVALID_TXN_STATE,
            "no transaction of this producer is open here, and the request names no transactional "
            "id to ask about",
        )


class Verification:
    """One producer's question to the transaction coordinator about one partition.

    The end of the transaction takes it away: an answer that comes later lets nothing in.
    """

    __slots__ = ("base_sequence_min", "has_passed", "producer_epoch")

    def __init__(self, producer_epoch: int, base_sequence: int) -> None:
        self.producer_epoch = producer_epoch
        self.base_sequence_min = base_sequence
        """The lowest that was asked for: when its question is refused and that of the batch after
        it is not, the batch after it must not become the first of the transaction."""
        self.has_passed = False

    def is_passed_by(self, producer_epoch: int) -> bool:
        """Whether the coordinator has said yes to this epoch."""
        return self.has_passed and self.producer_epoch == producer_epoch


class Verifications:
    """Of all producers in one partition that this broker leads."""

    __slots__ = ("_by_producer_id", "_log")

    def __init__(self, log: PartitionLog) -> None:
        self._log = log
        self._by_producer_id: dict[int, Verification] = {}

    def is_verified(self, producer_id: int, producer_epoch: int) -> bool:
        """Whether the producer may write here in the transaction that it has open."""
        verification = self._by_producer_id.get(producer_id)
        if verification is not None and verification.is_passed_by(producer_epoch):
            return True
        return self._log.producer_state.has_open_transaction(producer_id, producer_epoch)

    def begin(self, producer_id: int, producer_epoch: int, base_sequence: int = 0) -> Verification:
        """Take note that the transaction coordinator is being asked for a batch of a producer."""
        verification = self._by_producer_id.get(producer_id)
        if verification is None or verification.producer_epoch != producer_epoch:
            if len(self._by_producer_id) >= VERIFICATIONS_MAX:
                del self._by_producer_id[next(iter(self._by_producer_id))]
            verification = Verification(producer_epoch, base_sequence)
            self._by_producer_id[producer_id] = verification
        elif base_sequence < verification.base_sequence_min:
            verification.base_sequence_min = base_sequence
        return verification

    def require(self, header: BatchHeader) -> None:
        """Let a batch pass that may be written; raises UnverifiedTransaction or ApiError."""
        producer_id, producer_epoch = header.producer_id, header.producer_epoch
        if self._log.producer_state.has_open_transaction(producer_id, producer_epoch):
            return
        verification = self._by_producer_id.get(producer_id)
        if verification is None or not verification.is_passed_by(producer_epoch):
            raise UnverifiedTransaction
        if header.base_sequence > verification.base_sequence_min:
            raise ApiError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"producer {producer_id} sent sequence {verification.base_sequence_min} before "
                f"{header.base_sequence}, and it is not there",
            )

    def forget(self, producer_id: int) -> None:
        """Take note that a producer's transaction has ended: later answers let nothing in."""
        self._by_producer_id.pop(producer_id, None)

    def clear(self) -> None:
        """Take note that this broker begins or ceases to lead: everybody asks again."""
        self._by_producer_id.clear()
