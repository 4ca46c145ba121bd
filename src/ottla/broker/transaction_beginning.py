# SPDX-License-Identifier: Apache-2.0
"""The first batch of a transaction in a partition, when the request looks like the one before.

Every transaction has such a batch, and the transaction coordinator has to be asked about it (see
`transaction_admission`). A producer repeats itself, so its `ProduceShape` says all that the
request would: the records are kept, the coordinator is asked, they are appended when it has said
yes, and the answer leaves once they are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.broker.delayed_produce import unsafe_outcome, why_lost
from ottla.broker.produce_codec import refused_outcome
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from ottla.base.clock import Clock
    from ottla.broker.burst import Burst
    from ottla.broker.produce_codec import PartitionOutcome, ProduceShape
    from ottla.broker.transaction_admission import Refusals
    from ottla.coordinators.pending import Pending
    from ottla.net.wire_connection import Reply
    from ottla.replication.partition import Partition
    from ottla.storage.partition_log import AppendResult


class TransactionBeginning:
    """One request on its way: asked about, appended, written."""

    __slots__ = (
        "_appended",
        "_burst",
        "_clock",
        "_correlation_id",
        "_records",
        "_reply",
        "_result",
        "_shape",
        "_truncation_count",
    )

    def __init__(
        self,
        shape: ProduceShape,
        records: bytearray,
        correlation_id: int,
        reply: Reply,
        appended: Pending[None],
        burst: Burst,
        clock: Clock,
    ) -> None:
        self._shape = shape
        self._records = records
        self._correlation_id = correlation_id
        self._reply = reply
        self._appended = appended  # requests behind this one wait for it
        self._burst = burst
        self._clock = clock
        self._result: AppendResult
        self._truncation_count = 0

    def go_on(self, refusals: Pending[Refusals]) -> None:
        """Append what the coordinator has let in."""
        # hot: benchmarks/micro/transaction_path.py
        partition = self._shape.partition
        refused = refusals.value.get((partition.topic, partition.index))
        try:
            if refused is not None:
                raise refused
            if not partition.is_leader:
                raise ApiError(ErrorCode.NOT_LEADER_OR_FOLLOWER)  # noqa: TRY301 - one way out
            if self._shape.acks == -1:
                partition.require_in_sync_replicas()
            result = partition.append(memoryview(self._records), self._clock.wall_ms())
        except (ApiError, StorageError) as error:
            leader = None if partition.is_leader else (partition.leader_id, partition.leader_epoch)
            self._answer(refused_outcome(partition.index, error, leader))
        else:
            self._result = result
            self._truncation_count = partition.log.truncation_count
            self._burst.add_soon(partition)
            partition.observe(self)
        self._appended.complete(None)

    def partition_advanced(self, partition: Partition) -> None:
        """Answer when the records are written, or will never be."""
        result = self._result
        lost_with = why_lost(partition, self._truncation_count)
        if lost_with is not None:
            partition.forget(self)
            self._answer(unsafe_outcome(partition, *lost_with))
        elif partition.is_acknowledged(result.last_offset + 1, all_replicas=True):
            partition.forget(self)
            frame = self._shape.pack(
                self._correlation_id,
                result.base_offset,
                result.log_append_time_ms,
                result.log_start_offset,
            )
            self._reply.complete((frame,))

    def _answer(self, outcome: PartitionOutcome) -> None:
        self._reply.complete((self._shape.refuse(self._correlation_id, outcome),))
