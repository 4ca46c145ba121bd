# SPDX-License-Identifier: Apache-2.0
"""InitProducerId (key 22): give a producer its number, and fence earlier instances of it.

Versions 0-5: v2 flexible; v3 producer id and epoch of a producer that goes on (KIP-360); v4
fencing error (KIP-588). Without a transactional id every call gets a new number, as in Kafka.
Answers NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, INVALID_REQUEST for an empty transactional
id or one half of id and epoch, INVALID_TRANSACTION_TIMEOUT, PRODUCER_FENCED (before v4
INVALID_PRODUCER_EPOCH), and CONCURRENT_TRANSACTIONS until the transaction of an earlier instance
is aborted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending, outcome_of
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.client_errors import (
    INIT_PRODUCER_ID_KNOWS_FENCED_FROM,
    fenced_for,
)
from ottla.coordinators.transaction.metadata import NO_PRODUCER_EPOCH, NO_PRODUCER_ID
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest, InitProducerIdResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(6)
REQUEST = InitProducerIdRequest


def handle(
    request: InitProducerIdRequest, context: RequestContext
) -> Pending[InitProducerIdResponse]:
    """Return the id and epoch with which the producer goes on."""
    version = context.header.api_version
    expected = ProducerIdentity(request.producer_id, request.producer_epoch)
    is_new = expected == (NO_PRODUCER_ID, NO_PRODUCER_EPOCH)
    if not is_new and (
        expected.producer_id == NO_PRODUCER_ID or expected.producer_epoch == NO_PRODUCER_EPOCH
    ):
        raise ApiError(ErrorCode.INVALID_REQUEST, "producer id and epoch are given together")
    given = outcome_of(
        lambda: context.services.transactions.init_producer_id(
            request.transactional_id,
            request.transaction_timeout_ms,
            None if is_new else expected,
            context.moment,
        )
    )
    return given.conclude(lambda done: _answer(done, version))


def _answer(done: Pending[ProducerIdentity], version: int) -> InitProducerIdResponse:
    if done.error is not None:
        code = fenced_for(done.error_code, version, INIT_PRODUCER_ID_KNOWS_FENCED_FROM)
        return InitProducerIdResponse(error_code=code, producer_epoch=NO_PRODUCER_EPOCH)
    producer_id, producer_epoch = done.value
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=producer_epoch)
