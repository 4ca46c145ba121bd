# SPDX-License-Identifier: Apache-2.0
"""Lists and describes transactions, and the producers that partitions remember.

Two sides know of a transaction: its coordinator (by transactional id) and the leaders of the
partitions that take part (by producer id). Where they disagree for long, a transaction hangs;
`client.transaction_abort` finds and ends such transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ottla.client.coordinators import (
    Coordinator,
    CoordinatorType,
    ask_coordinators,
    ask_every_broker,
)
from ottla.client.errors import UnsupportedApiError, is_retriable
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.describe_producers import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    PartitionResponse,
    TopicRequest,
)
from ottla.protocol.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TransactionState,
)
from ottla.protocol.messages.list_transactions import (
    ListTransactionsRequest,
    ListTransactionsResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.client_connection import Connection

TRANSACTION_STATES: Final = (
    "Empty",
    "Ongoing",
    "PrepareCommit",
    "PrepareAbort",
    "CompleteCommit",
    "CompleteAbort",
    "PrepareEpochFence",
    "Dead",
)

_DURATION_FILTER_FROM: Final = 1
_PATTERN_FROM: Final = 2


@dataclass(frozen=True, slots=True)
class ListedTransaction:
    """One transactional id as the list shows it."""

    transactional_id: str
    producer_id: int
    state: str
    coordinator: int


@dataclass(frozen=True, slots=True)
class TransactionDescription:
    """What the coordinator knows of a transactional id."""

    transactional_id: str
    coordinator: int
    state: str
    producer_id: int
    producer_epoch: int
    timeout_ms: int
    start_ms: int | None  # of the last transaction; None before the first one
    partitions: tuple[TopicPartition, ...]

    @property
    def is_open(self) -> bool:
        """Whether there is a transaction that has not been ended in all its partitions."""
        return self.state in ("Ongoing", "PrepareCommit", "PrepareAbort", "PrepareEpochFence")


@dataclass(frozen=True, slots=True)
class ActiveProducer:
    """A producer that a partition remembers."""

    name: TopicPartition
    producer_id: int
    producer_epoch: int
    last_sequence: int | None
    last_timestamp_ms: int  # -1 when there is none
    coordinator_epoch: int | None  # of the last marker; None before the first one
    transaction_start_offset: int | None  # None when it has no open transaction here


async def list_transactions(
    cluster: Cluster,
    *,
    states: Iterable[str] = (),
    producer_ids: Iterable[int] = (),
    running_longer_than_ms: int | None = None,
    pattern: str | None = None,
) -> list[ListedTransaction]:
    """Return the transactional ids of all coordinators by name; empty filters mean all."""
    request = ListTransactionsRequest(
        state_filters=states,
        producer_id_filters=producer_ids,
        duration_filter=-1 if running_longer_than_ms is None else running_longer_than_ms,
        transactional_id_pattern=pattern,
    )

    async def ask(connection: Connection) -> ListTransactionsResponse:
        version = connection.version_for(ListTransactionsRequest)
        if running_longer_than_ms is not None and version < _DURATION_FILTER_FROM:
            raise _cannot_filter(connection, "duration")
        if pattern is not None and version < _PATTERN_FROM:
            raise _cannot_filter(connection, "pattern")
        response = await connection.send(request, ListTransactionsResponse, version=version)
        if response.error_code:
            code = ErrorCode.of(response.error_code)
            raise ApiError(code, f"transactions of {connection.address}: {code.description}")
        return response

    listed = [
        ListedTransaction(
            transaction.transactional_id,
            transaction.producer_id,
            transaction.transaction_state,
            node_id,
        )
        for node_id, response in (await ask_every_broker(cluster, ask)).items()
        for transaction in response.transaction_states
    ]
    return sorted(listed, key=lambda transaction: transaction.transactional_id)


async def describe_transactions(
    cluster: Cluster, transactional_ids: Iterable[str]
) -> dict[str, TransactionDescription | ApiError]:
    """Return what is known of each transactional id, or why nothing is."""
    return await ask_coordinators(
        cluster, CoordinatorType.TRANSACTION, transactional_ids, _describe
    )


async def describe_producers(
    cluster: Cluster, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, tuple[ActiveProducer, ...]]:
    """Return the producers that the leader of each partition remembers, by producer id."""
    wanted = list(partitions)
    described: dict[TopicPartition, tuple[ActiveProducer, ...]] = {}

    async def attempt() -> None:
        by_leader: dict[int, list[TopicPartition]] = {}
        for name in wanted:
            if name not in described:
                by_leader.setdefault(cluster.known_leader(*name), []).append(name)
        for leader, names in by_leader.items():
            connection = await cluster.connection(leader)
            request = _producers_request(names)
            response = await connection.send(request, DescribeProducersResponse)
            failure: ApiError | None = None
            for topic in response.topics:
                for partition in topic.partitions:
                    name = TopicPartition(topic.name, partition.partition_index)
                    if partition.error_code:
                        failure = _worse(failure, _partition_error(name, partition))
                    else:
                        described[name] = _producers(name, partition)
            if failure is not None:
                raise failure

    await cluster.retrying(attempt)
    return {name: described.get(name, ()) for name in wanted}


async def _describe(
    coordinator: Coordinator, transactional_ids: Sequence[str]
) -> dict[str, TransactionDescription | ApiError]:
    request = DescribeTransactionsRequest(transactional_ids=transactional_ids)
    response = await coordinator.connection.send(request, DescribeTransactionsResponse)
    return {
        transaction.transactional_id: _description(transaction, coordinator.node_id)
        for transaction in response.transaction_states
    }


def _description(transaction: TransactionState, node_id: int) -> TransactionDescription | ApiError:
    name = transaction.transactional_id
    if transaction.error_code == ErrorCode.TRANSACTIONAL_ID_NOT_FOUND:
        text = f"transactional id {name!r} does not exist"
        return ApiError(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, text)
    if transaction.error_code:
        code = ErrorCode.of(transaction.error_code)
        return ApiError(code, f"transactional id {name!r}: {code.description}")
    start_ms = transaction.transaction_start_time_ms
    return TransactionDescription(
        name,
        node_id,
        transaction.transaction_state,
        transaction.producer_id,
        transaction.producer_epoch,
        transaction.transaction_timeout_ms,
        start_ms if start_ms >= 0 else None,
        tuple(
            sorted(
                TopicPartition(topic.topic, number)
                for topic in transaction.topics
                for number in topic.partitions
            )
        ),
    )


def _producers_request(names: Iterable[TopicPartition]) -> DescribeProducersRequest:
    topics: dict[str, list[int]] = {}
    for name in names:
        topics.setdefault(name.topic, []).append(name.partition)
    return DescribeProducersRequest(
        topics=[
            TopicRequest(name=topic, partition_indexes=numbers) for topic, numbers in topics.items()
        ]
    )


def _producers(name: TopicPartition, partition: PartitionResponse) -> tuple[ActiveProducer, ...]:
    return tuple(
        ActiveProducer(
            name,
            producer.producer_id,
            producer.producer_epoch,
            _known(producer.last_sequence),
            producer.last_timestamp,
            _known(producer.coordinator_epoch),
            _known(producer.current_txn_start_offset),
        )
        for producer in sorted(
            partition.active_producers, key=lambda producer: producer.producer_id
        )
    )


def _known(number: int) -> int | None:
    return None if number < 0 else number


def _partition_error(name: TopicPartition, partition: PartitionResponse) -> ApiError:
    code = ErrorCode.of(partition.error_code)
    return ApiError(code, f"{name}: {partition.error_message or code.description}")


def _worse(known: ApiError | None, other: ApiError) -> ApiError:
    """Prefer the error that asking again does not cure."""
    if known is None or (is_retriable(known) and not is_retriable(other)):
        return other
    return known


def _cannot_filter(connection: Connection, quality: str) -> UnsupportedApiError:
    return UnsupportedApiError(
        f"the broker at {connection.address} is too old to filter transactions by {quality}"
    )
