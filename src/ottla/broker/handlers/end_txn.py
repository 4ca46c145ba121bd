# SPDX-License-Identifier: Apache-2.0
"""EndTxn (key 26): commit a transaction or abort it.

Versions 0-5: v3 flexible; v4 TRANSACTION_ABORTABLE; v5 protocol V2 (KIP-890): the answer carries
the producer id and epoch of the next transaction.
Answers NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST,
INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED (before v2 INVALID_PRODUCER_EPOCH), INVALID_TXN_STATE,
CONCURRENT_TRANSACTIONS.
Closes the connection when the request may belong to an earlier transaction (KAFKA-17754).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.client_errors import OTHERS_KNOW_FENCED_FROM, fenced_for
from ottla.coordinators.transaction.metadata import V1, V2
from ottla.protocol.errors import ApiError
from ottla.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(6)
REQUEST = EndTxnRequest

V2_FROM = 5


def handle(request: EndTxnRequest, context: RequestContext) -> Pending[EndTxnResponse]:
    """Decide the transaction; answered once that is certain, before its markers are written."""
    version = context.header.api_version
    try:
        ended = context.services.transactions.end(
            request.transactional_id,
            ProducerIdentity(request.producer_id, request.producer_epoch),
            context.moment,
            committed=request.committed,
            transaction_version=V2 if version >= V2_FROM else V1,
            serial=context.connection.serial,
        )
    except ApiError as error:
        return Pending.of(_refusal(error, version))
    return ended.conclude(lambda done: _answer(done, version))


def _refusal(error: ApiError, version: int) -> EndTxnResponse:
    return EndTxnResponse(error_code=fenced_for(error.code, version, OTHERS_KNOW_FENCED_FROM))


def _answer(done: Pending[ProducerIdentity], version: int) -> EndTxnResponse:
    if done.error is not None:
        return _refusal(done.error, version)
    if version < V2_FROM:
        return EndTxnResponse()
    producer_id, producer_epoch = done.value
    return EndTxnResponse(producer_id=producer_id, producer_epoch=producer_epoch)
