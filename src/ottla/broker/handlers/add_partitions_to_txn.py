# SPDX-License-Identifier: Apache-2.0
"""AddPartitionsToTxn (key 24): make partitions part of a transaction, or ask whether they are.

Versions 0-5: v0-3 one transaction, from a client; v3 flexible; v4 many transactions, from brokers,
to add or to verify only (KIP-890); v5 TRANSACTION_ABORTABLE.
Answers for each partition NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST,
UNKNOWN_TOPIC_OR_PARTITION with OPERATION_NOT_ATTEMPTED for the others of the transaction,
INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED (before v2 INVALID_PRODUCER_EPOCH),
CONCURRENT_TRANSACTIONS, TRANSACTION_ABORTABLE.
Closes the connection when the request may belong to an earlier transaction (KAFKA-17754).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.client_errors import OTHERS_KNOW_FENCED_FROM, fenced_for
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopicResult,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.broker.context import RequestContext
    from ottla.protocol.messages.add_partitions_to_txn import (
        AddPartitionsToTxnTopic,
        AddPartitionsToTxnTransaction,
    )

    Outcomes = Mapping[tuple[str, int], ErrorCode]

VERSIONS = range(6)
REQUEST = AddPartitionsToTxnRequest

BATCHED_FROM: Final = 4


def handle(
    request: AddPartitionsToTxnRequest, context: RequestContext
) -> Pending[AddPartitionsToTxnResponse]:
    """Add or verify; all partitions of a transaction or none."""
    if context.header.api_version < BATCHED_FROM:
        return _add(request, context).then(
            lambda outcomes: AddPartitionsToTxnResponse(
                results_by_topic_v3_and_below=_by_topic(outcomes)
            )
        )
    asked = [_of_broker(transaction, context) for transaction in request.transactions]
    return gather(asked).then(
        lambda done: AddPartitionsToTxnResponse(results_by_transaction=[one.value for one in done])
    )


def _add(request: AddPartitionsToTxnRequest, context: RequestContext) -> Pending[Outcomes]:
    """Add the partitions that a client of protocol V1 names."""
    partitions = _partitions(request.v3_and_below_topics)
    unknown = _unknown(partitions, context)
    if unknown:
        return Pending.of(unknown)
    added = outcome_of(
        lambda: context.services.transactions.add_partitions(
            request.v3_and_below_transactional_id,
            ProducerIdentity(request.v3_and_below_producer_id, request.v3_and_below_producer_epoch),
            partitions,
            context.moment,
            serial=context.connection.serial,
        )
    )
    version = context.header.api_version
    return added.conclude(
        lambda done: dict.fromkeys(
            partitions, fenced_for(done.error_code, version, OTHERS_KNOW_FENCED_FROM)
        )
    )


def _of_broker(
    transaction: AddPartitionsToTxnTransaction, context: RequestContext
) -> Pending[AddPartitionsToTxnResult]:
    """Add or verify the partitions of one transaction for a broker that was asked to write."""
    partitions = _partitions(transaction.topics)
    unknown = _unknown(partitions, context)
    if unknown:
        outcomes: Pending[Outcomes] = Pending.of(unknown)
    else:
        outcomes = _ask(transaction, partitions, context)
    return outcomes.then(
        lambda done: AddPartitionsToTxnResult(
            transactional_id=transaction.transactional_id, topic_results=_by_topic(done)
        )
    )


def _ask(
    transaction: AddPartitionsToTxnTransaction,
    partitions: list[tuple[str, int]],
    context: RequestContext,
) -> Pending[Outcomes]:
    transactions = context.services.transactions
    transactional_id = transaction.transactional_id
    producer = ProducerIdentity(transaction.producer_id, transaction.producer_epoch)
    if transaction.verify_only:
        verified = outcome_of(lambda: transactions.verify(transactional_id, producer, partitions))
        return verified.conclude(
            lambda done: (
                done.value if done.error is None else dict.fromkeys(partitions, done.error_code)
            )
        )
    added = outcome_of(
        lambda: transactions.add_implicitly(transactional_id, producer, partitions, context.moment)
    )
    return added.conclude(lambda done: dict.fromkeys(partitions, done.error_code))


def _partitions(topics: Iterable[AddPartitionsToTxnTopic]) -> list[tuple[str, int]]:
    return list(
        dict.fromkeys((topic.name, index) for topic in topics for index in topic.partitions)
    )


def _unknown(partitions: list[tuple[str, int]], context: RequestContext) -> Outcomes:
    """Return outcomes for all partitions if any of them does not exist, else nothing."""
    image = context.services.image
    missing = {partition for partition in partitions if image.partition(*partition) is None}
    if not missing:
        return {}
    return {
        partition: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        if partition in missing
        else ErrorCode.OPERATION_NOT_ATTEMPTED
        for partition in partitions
    }


def _by_topic(outcomes: Outcomes) -> list[AddPartitionsToTxnTopicResult]:
    topics: dict[str, AddPartitionsToTxnTopicResult] = {}
    for (topic, index), code in outcomes.items():
        result = topics.setdefault(topic, AddPartitionsToTxnTopicResult(name=topic))
        result.results_by_partition.append(
            AddPartitionsToTxnPartitionResult(partition_index=index, partition_error_code=code)
        )
    return list(topics.values())
