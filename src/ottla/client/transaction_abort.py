# SPDX-License-Identifier: Apache-2.0
"""Ends transactions that nobody else ends.

An ordinary one, known to its coordinator, ends when its producer is fenced: `fence_transaction`
does that as a new instance of the producer would. A hanging one is known only to a partition: its
leader waits for a marker that no coordinator will write, and its last stable offset stands still.
`abort_hanging` writes that marker.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from ottla.client.coordinators import Coordinator, CoordinatorType, ask_coordinators
from ottla.client.transactions import (
    ActiveProducer,
    describe_producers,
    describe_transactions,
    list_transactions,
)
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from ottla.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.topic_partition import TopicPartition

_LAST_STABLE_INIT_VERSION: Final = 5
_FENCING_TIMEOUT_MS: Final = 1  # the new instance never writes; nothing may be left to time out


async def abort_transaction(cluster: Cluster, transactional_id: str) -> None:
    """Abort the open transaction of a transactional id, and fence its producer.

    Raises ApiError when the id does not exist, or has no transaction that could be aborted.
    """
    described = (await describe_transactions(cluster, (transactional_id,)))[transactional_id]
    if isinstance(described, ApiError):
        raise described
    if described.state != "Ongoing":
        text = (
            f"transactional id {transactional_id!r} has no transaction to abort: "
            f"it is {described.state}"
        )
        raise ApiError(ErrorCode.INVALID_TXN_STATE, text)
    await fence_transaction(cluster, transactional_id)


async def fence_transaction(cluster: Cluster, transactional_id: str) -> None:
    """Abort the open transaction of a transactional id and fence its producer."""

    async def ask(coordinator: Coordinator, _: Sequence[str]) -> dict[str, ApiError | None]:
        connection = coordinator.connection
        request = InitProducerIdRequest(
            transactional_id=transactional_id, transaction_timeout_ms=_FENCING_TIMEOUT_MS
        )
        version = connection.version_for(InitProducerIdRequest, at_most=_LAST_STABLE_INIT_VERSION)
        response = await connection.send(request, InitProducerIdResponse, version=version)
        if not response.error_code:
            return {transactional_id: None}
        code = ErrorCode.of(response.error_code)
        text = f"transactional id {transactional_id!r}: {code.description}"
        return {transactional_id: ApiError(code, text)}

    kind = CoordinatorType.TRANSACTION
    failure = (await ask_coordinators(cluster, kind, (transactional_id,), ask))[transactional_id]
    if failure is not None:
        raise failure


async def find_hanging(
    cluster: Cluster, partitions: Iterable[TopicPartition], older_than_ms: int
) -> list[ActiveProducer]:
    """Return the transactions that partitions believe open and no coordinator will end.

    Only those whose last record is older than `older_than_ms`, so that a transaction which is
    being ended at this moment is not taken for one that hangs.
    """
    candidates = await _old_transactions(cluster, partitions, older_than_ms)
    if not candidates:
        return []
    producer_ids = sorted({producer.producer_id for producer in candidates})
    listed = await list_transactions(cluster, producer_ids=producer_ids)
    described = await describe_transactions(
        cluster, [transaction.transactional_id for transaction in listed]
    )
    known = {
        (transaction.producer_id, name)
        for transaction in described.values()
        if not isinstance(transaction, ApiError)
        for name in transaction.partitions
    }
    suspects = [
        producer for producer in candidates if (producer.producer_id, producer.name) not in known
    ]
    names = sorted({producer.name for producer in suspects})
    still_open = await _old_transactions(cluster, names, older_than_ms)
    return [producer for producer in suspects if producer in still_open]


async def abort_hanging(
    cluster: Cluster,
    name: TopicPartition,
    *,
    producer_id: int,
    producer_epoch: int,
    coordinator_epoch: int,
) -> None:
    """Write the marker that aborts a producer's transaction into one partition."""
    request = WriteTxnMarkersRequest(
        markers=[
            WritableTxnMarker(
                producer_id=producer_id,
                producer_epoch=producer_epoch,
                transaction_result=False,
                topics=[
                    WritableTxnMarkerTopic(name=name.topic, partition_indexes=[name.partition])
                ],
                coordinator_epoch=coordinator_epoch,
            )
        ]
    )

    async def attempt() -> None:
        connection = await cluster.connection(cluster.known_leader(*name))
        response = await connection.send(request, WriteTxnMarkersResponse)
        codes = [
            partition.error_code
            for marker in response.markers
            for topic in marker.topics
            for partition in topic.partitions
        ]
        code = ErrorCode.of(codes[0]) if codes else ErrorCode.UNKNOWN_SERVER_ERROR
        if code:
            raise ApiError(code, f"{name}: {code.description}")

    await cluster.retrying(attempt)


async def _old_transactions(
    cluster: Cluster, partitions: Iterable[TopicPartition], older_than_ms: int
) -> list[ActiveProducer]:
    latest_ms = time.time_ns() // 1_000_000 - older_than_ms
    return [
        producer
        for producers in (await describe_producers(cluster, partitions)).values()
        for producer in producers
        if producer.transaction_start_offset is not None and producer.last_timestamp_ms <= latest_ms
    ]
