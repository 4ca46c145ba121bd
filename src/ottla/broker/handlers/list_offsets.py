# SPDX-License-Identifier: Apache-2.0
"""ListOffsets (key 2): the offset that belongs to a timestamp, or to the start or end of a log.

Versions 1-11: v2 isolation level · v4 leader epochs (KIP-320) · v6 flexible · v7 largest timestamp
(KIP-734) · v8 earliest local (KIP-405) · v9 last tiered (KIP-1005) · v10 timeout_ms (KIP-1075) ·
v11 earliest pending upload (KIP-1023).
Answers UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, KAFKA_STORAGE_ERROR,
UNSUPPORTED_VERSION for a special timestamp that is newer than the request's version,
INVALID_REQUEST for a partition that is named twice, and OFFSET_NOT_AVAILABLE (before v5
LEADER_NOT_AVAILABLE) while a new leader does not know yet how far all is committed (KIP-207).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.broker.fetch_codec import READ_COMMITTED
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.replication.partition import Partition

VERSIONS = range(1, 12)
REQUEST = ListOffsetsRequest

LEADER_EPOCH_FROM = 4
OFFSET_NOT_AVAILABLE_FROM = 5

LATEST = -1
EARLIEST = -2
MAX_TIMESTAMP = -3
EARLIEST_LOCAL = -4
LATEST_TIERED = -5
EARLIEST_PENDING_UPLOAD = -6

_SPECIAL_SINCE = {
    LATEST: 1,
    EARLIEST: 1,
    MAX_TIMESTAMP: 7,
    EARLIEST_LOCAL: 8,
    LATEST_TIERED: 9,
    EARLIEST_PENDING_UPLOAD: 11,
}


def handle(request: ListOffsetsRequest, context: RequestContext) -> ListOffsetsResponse:
    """Look each partition's timestamp up."""
    seen: dict[tuple[str, int], int] = {}
    for topic in request.topics:
        for asked in topic.partitions:
            key = (topic.name, asked.partition_index)
            seen[key] = seen.get(key, 0) + 1
    response = ListOffsetsResponse(topics=[])
    for topic in request.topics:
        answered = ListOffsetsTopicResponse(name=topic.name, partitions=[])
        response.topics.append(answered)
        for asked in topic.partitions:
            if seen[topic.name, asked.partition_index] > 1:
                answered.partitions.append(_refused(asked, ErrorCode.INVALID_REQUEST))
                continue
            answered.partitions.append(
                _answer(
                    context, topic.name, asked, committed=request.isolation_level == READ_COMMITTED
                )
            )
    return response


def _answer(
    context: RequestContext, topic: str, asked: ListOffsetsPartition, *, committed: bool
) -> ListOffsetsPartitionResponse:
    partition = context.services.replicas.get(topic, asked.partition_index)
    if partition is None:
        return _refused(asked, context.services.replicas.refusal(topic, asked.partition_index))
    code = partition.fence(asked.current_leader_epoch)
    if code:
        return _refused(asked, code)
    try:
        timestamp_ms, offset, leader_epoch = _look_up(
            partition, asked.timestamp, context.header.api_version, committed=committed
        )
    except ApiError as error:
        code, version = error.code, context.header.api_version
        if code is ErrorCode.OFFSET_NOT_AVAILABLE and version < OFFSET_NOT_AVAILABLE_FROM:
            code = ErrorCode.LEADER_NOT_AVAILABLE
        return _refused(asked, code)
    except StorageError:
        return _refused(asked, ErrorCode.KAFKA_STORAGE_ERROR)
    return ListOffsetsPartitionResponse(
        partition_index=asked.partition_index,
        timestamp=timestamp_ms,
        offset=offset,
        leader_epoch=leader_epoch if context.header.api_version >= LEADER_EPOCH_FROM else -1,
    )


def _look_up(
    partition: Partition, timestamp_ms: int, version: int, *, committed: bool
) -> tuple[int, int, int]:
    """Return (timestamp, offset, leader epoch); -1 each where there is no such record.

    Raises ApiError UNSUPPORTED_VERSION, OFFSET_NOT_AVAILABLE.
    """
    log = partition.log
    end = partition.readable_end(committed_only=committed)
    if timestamp_ms < 0 and version < _SPECIAL_SINCE.get(timestamp_ms, VERSIONS.stop):
        raise ApiError(ErrorCode.UNSUPPORTED_VERSION)
    if timestamp_ms == LATEST:
        _require_known_end(partition)
        return -1, end, partition.leader_epoch
    if timestamp_ms in (EARLIEST, EARLIEST_LOCAL, EARLIEST_PENDING_UPLOAD):
        # Without tiered storage the whole log is local, and nothing waits for an upload.
        if timestamp_ms == EARLIEST_PENDING_UPLOAD:
            return -1, -1, -1
        return -1, log.log_start_offset, log.leader_epochs.epoch_of(log.log_start_offset)
    if timestamp_ms == LATEST_TIERED:
        return -1, -1, -1
    if timestamp_ms == MAX_TIMESTAMP:
        found_max = log.max_timestamp()
        if found_max is None or found_max[1] >= end:
            _require_known_end(partition)
            return -1, -1, -1
        return found_max[0], found_max[1], log.leader_epochs.epoch_of(found_max[1])
    found = log.offset_for_timestamp(timestamp_ms)
    if found is None or found[1] >= end:
        _require_known_end(partition)
        return -1, -1, -1
    return found


def _require_known_end(partition: Partition) -> None:
    """Say nothing of the end while others may have been told of a later one."""
    if not partition.knows_its_end:
        raise ApiError(ErrorCode.OFFSET_NOT_AVAILABLE)


def _refused(asked: ListOffsetsPartition, code: ErrorCode) -> ListOffsetsPartitionResponse:
    return ListOffsetsPartitionResponse(
        partition_index=asked.partition_index,
        error_code=code,
        timestamp=-1,
        offset=-1,
        leader_epoch=-1,
    )
