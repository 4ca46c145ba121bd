# SPDX-License-Identifier: Apache-2.0
"""DeleteRecords (key 21): make everything below an offset unreadable (KIP-107).

Versions 0-2: v2 flexible. Offset -1 stands for the high watermark. Answered once all in-sync
replicas have followed, so that the records stay away whoever leads next. Answers
UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, OFFSET_OUT_OF_RANGE, POLICY_VIOLATION (a topic
that is compacted only), KAFKA_STORAGE_ERROR, REQUEST_TIMED_OUT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.coordinators.pending import Pending, gather
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.broker.purgatory import Purgatory
    from ottla.replication.partition import Partition

VERSIONS = range(3)
REQUEST = DeleteRecordsRequest


def handle(
    request: DeleteRecordsRequest, context: RequestContext
) -> Pending[DeleteRecordsResponse]:
    """Advance the log start offset of each partition that is named, on all in-sync replicas."""
    deadline_ms = context.now_ms + max(request.timeout_ms, 0)
    places = [(topic.name, asked) for topic in request.topics for asked in topic.partitions]
    deletions = [_delete(context, name, asked, deadline_ms) for name, asked in places]

    def answer(done: list[Pending[DeleteRecordsPartitionResult]]) -> DeleteRecordsResponse:
        results: dict[str, DeleteRecordsTopicResult] = {}
        for (name, _), one in zip(places, done, strict=True):
            topic = results.setdefault(name, DeleteRecordsTopicResult(name=name, partitions=[]))
            topic.partitions.append(one.value)
        return DeleteRecordsResponse(topics=list(results.values()))

    return gather(deletions).then(answer)


def _delete(
    context: RequestContext, topic: str, asked: DeleteRecordsPartition, deadline_ms: int
) -> Pending[DeleteRecordsPartitionResult]:
    result = DeleteRecordsPartitionResult(partition_index=asked.partition_index, low_watermark=-1)
    partition = context.services.replicas.get(topic, asked.partition_index)
    if partition is None:
        result.error_code = context.services.replicas.refusal(topic, asked.partition_index)
        return Pending.of(result)
    try:
        start_offset = partition.advance_log_start_offset(asked.offset)
    except ApiError as error:
        result.error_code = error.code
        return Pending.of(result)
    except StorageError:
        result.error_code = ErrorCode.KAFKA_STORAGE_ERROR
        return Pending.of(result)
    if partition.low_watermark >= start_offset:
        result.low_watermark = start_offset
        return Pending.of(result)
    waiting = _Waiting(partition, start_offset, result, context.services.purgatory)
    context.services.purgatory.park(waiting, deadline_ms)
    return waiting.answered


class _Waiting:
    """Until the followers have deleted as well."""

    __slots__ = ("_partition", "_purgatory", "_result", "_start_offset", "answered", "is_complete")

    def __init__(
        self,
        partition: Partition,
        start_offset: int,
        result: DeleteRecordsPartitionResult,
        purgatory: Purgatory,
    ) -> None:
        self._partition = partition
        self._start_offset = start_offset
        self._result = result
        self._purgatory = purgatory
        self.answered: Pending[DeleteRecordsPartitionResult] = Pending()
        self.is_complete = False
        partition.observe(self)

    def partition_advanced(self, partition: Partition) -> None:
        """Answer when all in-sync replicas are there, or nothing can be expected any more."""
        if self.is_complete:
            return
        if partition.lost_with is not None:
            self._result.error_code = partition.lost_with
        elif partition.low_watermark >= self._start_offset:
            self._result.low_watermark = partition.low_watermark
        else:
            return
        self._complete()
        self._purgatory.completed()

    def on_deadline(self) -> None:
        """Answer that the followers took too long."""
        self._result.error_code = ErrorCode.REQUEST_TIMED_OUT
        self._complete()

    def _complete(self) -> None:
        self.is_complete = True
        self._partition.forget(self)
        self.answered.complete(self._result)
