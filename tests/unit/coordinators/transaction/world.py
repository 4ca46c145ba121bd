# SPDX-License-Identifier: Apache-2.0
"""A transaction coordinator on a partition in memory, with time and markers in a test's hands."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ottla.base.clock import ManualClock
from ottla.coordinators.pending import Pending
from ottla.coordinators.transaction.coordinator import TransactionCoordinator
from ottla.coordinators.transaction.metadata import V1, V2, TransactionMetadata
from ottla.coordinators.transaction.records import transaction_record
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.testing.coordinator_partition import MemoryPartition

if TYPE_CHECKING:
    from ottla.coordinators.ports import ProducerIdentity
    from ottla.coordinators.transaction.effects import MarkersDue

SETTINGS = SimpleNamespace(
    add_partitions_to_txn_retry_backoff_max_ms=100,
    transaction_abort_timed_out_transaction_cleanup_interval_ms=10_000,
    transaction_max_timeout_ms=900_000,
    transaction_remove_expired_transaction_cleanup_interval_ms=3_600_000,
    transactional_id_expiration_ms=604_800_000,
)

FIRST_PRODUCER_ID = 1000
GROUP_PARTITIONS = 3


class World:
    """One shard, number 0, and everybody around it."""

    def __init__(self, *, commits_at_once: bool = True, transaction_version: int = 2) -> None:
        self.clock = ManualClock()
        self.partition = MemoryPartition(commits_at_once=commits_at_once)
        self.partition.on_commit = lambda: self.coordinator.runtime.committed(0)
        self.newest_serial = 0
        self.due: list[MarkersDue] = []
        """Markers that have been asked for and not been written."""
        self.ids_given: list[int] = []
        self.late_ids: list[Pending[int]] | None = None
        """A list holds producer ids back until a test completes them."""
        self._ids = itertools.count(FIRST_PRODUCER_ID)
        self.transaction_version = transaction_version
        self.coordinator = self._coordinator()
        self.coordinator.runtime.begin_load(0, self.partition)
        self.coordinator.runtime.finish_load(0, 0, self.moment)

    def _coordinator(self) -> TransactionCoordinator:
        coordinator = TransactionCoordinator(
            SETTINGS,
            next_producer_id=self._next_producer_id,
            newest_serial=lambda: self.newest_serial,
            on_markers_due=self.due.append,
        )
        coordinator.follow_image(self.image)
        return coordinator

    @property
    def image(self) -> Any:
        """What the coordinator sees of the cluster."""
        return SimpleNamespace(
            topics_by_name={
                "__transaction_state": SimpleNamespace(partitions=[None]),
                "__consumer_offsets": SimpleNamespace(partitions=[None] * GROUP_PARTITIONS),
            },
            features={"transaction.version": self.transaction_version},
        )

    def _next_producer_id(self) -> Pending[int]:
        if self.late_ids is not None:
            self.late_ids.append(Pending())
            return self.late_ids[-1]
        self.ids_given.append(next(self._ids))
        return Pending.of(self.ids_given[-1])

    @property
    def moment(self) -> Any:
        """The present time."""
        return self.clock.moment()

    # requests

    def init(
        self, name: str = "t", expected: ProducerIdentity | None = None, timeout_ms: int = 60_000
    ) -> Any:
        """Ask InitProducerId."""
        return answer(
            lambda: self.coordinator.init_producer_id(name, timeout_ms, expected, self.moment)
        )

    def add(
        self,
        producer: ProducerIdentity,
        *partitions: tuple[str, int],
        name: str = "t",
        serial: int | None = None,
    ) -> Any:
        """Add partitions: by request over a connection (V1), or implicitly (V2)."""
        if serial is None:
            return answer(
                lambda: self.coordinator.add_implicitly(name, producer, partitions, self.moment)
            )
        self.newest_serial = max(self.newest_serial, serial)
        return answer(
            lambda: self.coordinator.add_partitions(
                name, producer, partitions, self.moment, serial=serial
            )
        )

    def end(
        self,
        producer: ProducerIdentity,
        *,
        commit: bool = True,
        name: str = "t",
        serial: int | None = None,
    ) -> Any:
        """End the transaction: over a connection (V1), or with a raised epoch (V2)."""
        if serial is not None:
            self.newest_serial = max(self.newest_serial, serial)
        return answer(
            lambda: self.coordinator.end(
                name,
                producer,
                self.moment,
                committed=commit,
                transaction_version=V2 if serial is None else V1,
                serial=serial or 0,
            )
        )

    def state(self, name: str = "t") -> TransactionMetadata:
        """Return what the coordinator has of a transactional id."""
        shard = self.coordinator.runtime.shard(0)
        assert shard is not None
        metadata = shard.metadata(name)
        assert metadata is not None
        return metadata

    # the world around

    def finish(self) -> list[MarkersDue]:
        """Have all markers written and told; return them."""
        written, self.due[:] = list(self.due), []
        for due in written:
            if self.coordinator.is_due(due):
                self.coordinator.markers_written(due, self.moment)
        return written

    def advance(self, ms: int) -> None:
        """Let time pass, and deadlines come."""
        self.clock.advance(ms)
        runtime = self.coordinator.runtime
        while (deadline := runtime.next_deadline_ms()) is not None:
            if deadline > self.moment.now_ms:
                break
            runtime.on_deadline(self.moment)

    def reload(self, batch_count: int | None = None) -> None:
        """Let the next leader epoch's shard read the log, or its first batches only."""
        batches = self.partition.batches[:batch_count]
        self.partition = MemoryPartition(leader_epoch=self.partition.leader_epoch + 1)
        self.partition.on_commit = lambda: self.coordinator.runtime.committed(0)
        self.partition.batches = batches
        self.partition.end_offset = batches[-1].end_offset if batches else 0
        self.partition.high_watermark = self.partition.end_offset
        self.coordinator.runtime.unload(0)
        self.due.clear()
        runtime = self.coordinator.runtime
        runtime.begin_load(0, self.partition)
        runtime.replay(0, batches)
        runtime.finish_load(0, self.partition.end_offset, self.moment)

    def refuse_next(self) -> None:
        """Let the next append be refused."""
        self.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)

    def put(self, name: str, metadata: TransactionMetadata) -> None:
        """Write a state of the first producer id by hand, and load it."""
        if not self.ids_given:
            next(self._ids)
        self.partition.append((transaction_record(name, metadata),), 0, None)
        self.reload()


def answer(ask: Any) -> Any:
    """Return the value, the error's code, or the pending answer that `ask` leads to."""
    try:
        pending = ask()
    except ApiError as error:
        return error.code
    if not pending.is_done:
        return pending
    if pending.error is not None:
        return pending.error.code
    return pending.value


def code_of(pending: Pending[Any]) -> ErrorCode:
    """Return the code of an answer that has come meanwhile."""
    return pending.error_code
