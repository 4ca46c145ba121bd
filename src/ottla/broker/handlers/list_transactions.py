# SPDX-License-Identifier: Apache-2.0
"""ListTransactions (key 66): the transactional ids that this broker coordinates (KIP-664).

Versions 0-2: v1 filter by duration (KIP-994); v2 by pattern (KIP-1152), matched with RE2.
Answers COORDINATOR_LOAD_IN_PROGRESS, INVALID_REGULAR_EXPRESSION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.transaction.listing import Filters
from ottla.protocol.messages.list_transactions import (
    ListTransactionsRequest,
    ListTransactionsResponse,
    TransactionState,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending
    from ottla.coordinators.transaction.listing import Listing

VERSIONS = range(3)
REQUEST = ListTransactionsRequest


def handle(
    request: ListTransactionsRequest, context: RequestContext
) -> Pending[ListTransactionsResponse]:
    """List what passes all filters."""
    filters = Filters(
        request.state_filters,
        request.producer_id_filters,
        request.duration_filter,
        request.transactional_id_pattern or "",
    )
    return context.services.transactions.list(filters, context.moment).then(_answer)


def _answer(listing: Listing) -> ListTransactionsResponse:
    return ListTransactionsResponse(
        unknown_state_filters=list(listing.unknown_states),
        transaction_states=[
            TransactionState(
                transactional_id=one.transactional_id,
                producer_id=one.producer_id,
                transaction_state=one.state,
            )
            for one in listing.transactions
        ],
    )
