# SPDX-License-Identifier: Apache-2.0
"""WriteTxnMarkers (key 27): end transactions in partitions of this broker.

Versions 1-2, flexible: v2 the producer's protocol, by which its epoch is judged (KIP-1228). Sent
by the transaction coordinator of another broker, and by tools that end a hanging transaction.
Answers for each partition UNKNOWN_TOPIC_OR_PARTITION, INVALID_PRODUCER_EPOCH,
TRANSACTION_COORDINATOR_FENCED, NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR, and for
`__consumer_offsets` NOT_LEADER_OR_FOLLOWER while its coordinator is not ready.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.coordinators.ports import ProducerIdentity
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.write_txn_markers import (
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)
from ottla.records.control import TransactionMarker

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.protocol.messages.write_txn_markers import WritableTxnMarker

VERSIONS = range(1, 3)
REQUEST = WriteTxnMarkersRequest

_NOT_READY: Final = frozenset(
    (
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NOT_COORDINATOR,
    )
)
"""What a group coordinator says; a transaction coordinator asks a leader again."""


def handle(
    request: WriteTxnMarkersRequest, context: RequestContext
) -> Pending[WriteTxnMarkersResponse]:
    """Write each marker; answered once all of them are committed."""
    written = [_write(marker, context) for marker in request.markers]
    return gather(written).then(
        lambda done: WriteTxnMarkersResponse(markers=[one.value for one in done])
    )


def _write(asked: WritableTxnMarker, context: RequestContext) -> Pending[WritableTxnMarkerResult]:
    producer = ProducerIdentity(asked.producer_id, asked.producer_epoch)
    marker = TransactionMarker(
        asked.transaction_result, asked.coordinator_epoch, asked.transaction_version
    )
    places = [(topic.name, index) for topic in asked.topics for index in topic.partition_indexes]
    writer, moment = context.services.marker_writer, context.moment
    codes = [
        outcome_of(partial(writer.write, topic, index, producer, marker, moment)).conclude(
            lambda done: _code(done.error_code)
        )
        for topic, index in places
    ]
    return gather(codes).then(
        lambda done: _result(asked.producer_id, dict(zip(places, done, strict=True)))
    )


def _result(
    producer_id: int, codes: dict[tuple[str, int], Pending[ErrorCode]]
) -> WritableTxnMarkerResult:
    topics: dict[str, WritableTxnMarkerTopicResult] = {}
    for (topic, index), code in codes.items():
        result = topics.setdefault(topic, WritableTxnMarkerTopicResult(name=topic))
        result.partitions.append(
            WritableTxnMarkerPartitionResult(partition_index=index, error_code=code.value)
        )
    return WritableTxnMarkerResult(producer_id=producer_id, topics=list(topics.values()))


def _code(code: ErrorCode) -> ErrorCode:
    return ErrorCode.NOT_LEADER_OR_FOLLOWER if code in _NOT_READY else code
