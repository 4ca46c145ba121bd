# SPDX-License-Identifier: Apache-2.0
"""AddOffsetsToTxn (key 25): a producer will commit a group's offsets in its transaction.

Versions 0-4: v3 flexible; v4 TRANSACTION_ABORTABLE. Clients of protocol V2 do without it.
Answers NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, INVALID_REQUEST,
INVALID_GROUP_ID, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED (before v2 INVALID_PRODUCER_EPOCH),
CONCURRENT_TRANSACTIONS.
Closes the connection when the request may belong to an earlier transaction (KAFKA-17754).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending, outcome_of
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.client_errors import OTHERS_KNOW_FENCED_FROM, fenced_for
from ottla.coordinators.transaction.coordinator import CONSUMER_OFFSETS
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.add_offsets_to_txn import (
    AddOffsetsToTxnRequest,
    AddOffsetsToTxnResponse,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ottla.broker.context import RequestContext

VERSIONS = range(5)
REQUEST = AddOffsetsToTxnRequest


def handle(
    request: AddOffsetsToTxnRequest, context: RequestContext
) -> Pending[AddOffsetsToTxnResponse] | Awaitable[AddOffsetsToTxnResponse]:
    """Make the group's partition of `__consumer_offsets` part of the transaction."""
    if not request.group_id:
        raise ApiError(ErrorCode.INVALID_GROUP_ID)
    if CONSUMER_OFFSETS not in context.services.image.topics_by_name:
        return _create_and_add(request, context)
    return _add(request, context)


def _add(
    request: AddOffsetsToTxnRequest, context: RequestContext
) -> Pending[AddOffsetsToTxnResponse]:
    version = context.header.api_version
    added = outcome_of(
        lambda: context.services.transactions.add_offsets(
            request.transactional_id,
            ProducerIdentity(request.producer_id, request.producer_epoch),
            request.group_id,
            context.moment,
            serial=context.connection.serial,
        )
    )
    return added.conclude(
        lambda done: AddOffsetsToTxnResponse(
            error_code=fenced_for(done.error_code, version, OTHERS_KNOW_FENCED_FROM)
        )
    )


async def _create_and_add(
    request: AddOffsetsToTxnRequest, context: RequestContext
) -> AddOffsetsToTxnResponse:
    """Create the topic first: some clients come here before they look for a group coordinator."""
    await context.services.controller.create_automatic_topics([CONSUMER_OFFSETS])
    answered: asyncio.Future[AddOffsetsToTxnResponse] = asyncio.get_running_loop().create_future()
    _add(request, context).when_done(lambda done: answered.set_result(done.value))
    return await answered
