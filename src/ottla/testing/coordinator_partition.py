# SPDX-License-Identifier: Apache-2.0
"""A partition of an internal topic that lives in memory, for tests of coordinators.

It keeps what is appended as the batches that a reload would bring. With `commits_at_once` off
nothing is committed until `commit()`, which is how a test holds answers back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.ports import CoordinatorRecord, LoadedBatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.coordinators.ports import ProducerIdentity
    from ottla.protocol.errors import ApiError
    from ottla.records.control import TransactionMarker


class MemoryPartition:
    """A `CoordinatorPartition` without a disk."""

    def __init__(self, *, commits_at_once: bool = True, leader_epoch: int = 0) -> None:
        self.leader_epoch = leader_epoch
        self.high_watermark = 0
        self.end_offset = 0
        self.batches: list[LoadedBatch] = []
        self.refusal: ApiError | None = None
        """Raised by the next append instead of appending."""
        self.on_commit: Callable[[], None] | None = None
        """Called when the high watermark has moved: a runtime's `committed`."""
        self._commits_at_once = commits_at_once

    def append(
        self,
        records: Sequence[CoordinatorRecord],
        wall_ms: int,  # noqa: ARG002 - the port's signature
        producer: ProducerIdentity | None,
        *,
        is_patient: bool = False,  # noqa: ARG002
    ) -> int:
        """Keep a batch."""
        self._refuse_if_asked()
        base_offset = self.end_offset
        numbered = [
            (base_offset + delta, CoordinatorRecord(record.key, record.value))
            for delta, record in enumerate(records)
        ]
        assert numbered, "a batch has records"
        return self._add(LoadedBatch(base_offset + len(numbered), numbered, producer))

    def append_marker(
        self,
        producer: ProducerIdentity,
        marker: TransactionMarker,
        wall_ms: int,  # noqa: ARG002 - the port's signature
    ) -> int:
        """Keep the end of a transaction."""
        self._refuse_if_asked()
        return self._add(LoadedBatch(self.end_offset + 1, (), producer, marker))

    def commit(self, end_offset: int | None = None) -> None:
        """Let the high watermark cover everything below `end_offset`, all by default."""
        self.high_watermark = self.end_offset if end_offset is None else end_offset
        if self.on_commit is not None:
            self.on_commit()

    def records(self) -> list[CoordinatorRecord]:
        """Return every record that was appended, in order."""
        return [record for batch in self.batches for _, record in batch.records]

    def _add(self, batch: LoadedBatch) -> int:
        self.batches.append(batch)
        self.end_offset = batch.end_offset
        if self._commits_at_once:
            self.high_watermark = self.end_offset
        return self.end_offset

    def _refuse_if_asked(self) -> None:
        refusal, self.refusal = self.refusal, None
        if refusal is not None:
            raise refusal
