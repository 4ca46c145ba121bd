# SPDX-License-Identifier: Apache-2.0
"""Hides the records of aborted transactions from read_committed consumers.

The broker sends all batches up to the last stable offset, and beside them which producers have an
aborted transaction and where it begins. From there on that producer's transactional batches are
hidden, until its abort marker goes by.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from ottla.records.control import read_transaction_marker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.messages.fetch import AbortedTransaction
    from ottla.records.batch import BatchHeader


class AbortedTransactions:
    """The aborted transactions of one partition that the reader has yet to pass."""

    __slots__ = ("_hidden", "_known", "_upcoming")

    def __init__(self) -> None:
        self._upcoming: list[tuple[int, int]] = []  # a heap of (first offset, producer id)
        self._known: set[tuple[int, int]] = set()  # what is or was in the heap
        self._hidden: set[int] = set()  # producers whose aborted transaction is going by

    def add(self, transactions: Iterable[AbortedTransaction]) -> None:
        """Note what a Fetch answer tells; answers repeat themselves."""
        for transaction in transactions:
            entry = (transaction.first_offset, transaction.producer_id)
            if entry not in self._known:
                self._known.add(entry)
                heapq.heappush(self._upcoming, entry)

    def hides(self, header: BatchHeader, batch: memoryview) -> bool:
        """Say whether a batch is to be left out; batches come in the order of the log."""
        while self._upcoming and self._upcoming[0][0] <= header.last_offset:
            _, producer_id = heapq.heappop(self._upcoming)
            self._hidden.add(producer_id)
        if header.is_control:
            marker = read_transaction_marker(batch)
            if marker is not None and not marker.committed:
                self._pass_abort(header)
            return True
        return header.is_transactional and header.producer_id in self._hidden

    def _pass_abort(self, header: BatchHeader) -> None:
        self._hidden.discard(header.producer_id)
        self._known = {
            (first_offset, producer_id)
            for first_offset, producer_id in self._known
            if producer_id != header.producer_id or first_offset > header.base_offset
        }
