# SPDX-License-Identifier: Apache-2.0
"""DescribeTransactions (key 65): what transactional ids are doing (KIP-664).

Version 0. Answers for each id NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST
when it is empty, TRANSACTIONAL_ID_NOT_FOUND.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.protocol.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TopicData,
    TransactionState,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.transaction.metadata import TransactionMetadata

VERSIONS = range(1)
REQUEST = DescribeTransactionsRequest


def handle(
    request: DescribeTransactionsRequest, context: RequestContext
) -> Pending[DescribeTransactionsResponse]:
    """Describe each transactional id that is named."""
    described = [_describe(name, context) for name in request.transactional_ids]
    return gather(described).then(
        lambda done: DescribeTransactionsResponse(transaction_states=[one.value for one in done])
    )


def _describe(transactional_id: str, context: RequestContext) -> Pending[TransactionState]:
    found = outcome_of(lambda: context.services.transactions.describe(transactional_id))
    return found.conclude(lambda done: _state(transactional_id, done))


def _state(transactional_id: str, done: Pending[TransactionMetadata]) -> TransactionState:
    if done.error is not None:
        return TransactionState(error_code=done.error_code, transactional_id=transactional_id)
    metadata = done.value
    return TransactionState(
        transactional_id=transactional_id,
        transaction_state=metadata.state.label,
        transaction_timeout_ms=metadata.timeout_ms,
        transaction_start_time_ms=metadata.start_ms,
        producer_id=metadata.producer_id,
        producer_epoch=metadata.producer_epoch,
        topics=[
            TopicData(topic=topic, partitions=list(indexes))
            for topic, indexes in sorted(metadata.partitions.items())
        ],
    )
