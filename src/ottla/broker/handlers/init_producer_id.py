# SPDX-License-Identifier: Apache-2.0
"""InitProducerId (key 22): give an idempotent producer its number.

Versions 0-5: v2 flexible; v3 producer id and epoch of a producer that goes on; v4 fencing error.
Without a transactional id every call gets a new number, as in Kafka.
Answers INVALID_REQUEST for an empty transactional id. A transactional id is refused with
UNSUPPORTED_VERSION: this version has no transaction coordinator, and trying again cannot help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest, InitProducerIdResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(6)
REQUEST = InitProducerIdRequest


async def handle(request: InitProducerIdRequest, context: RequestContext) -> InitProducerIdResponse:
    """Return a producer id that nobody else has, with epoch 0."""
    if request.transactional_id is not None:
        is_empty = not request.transactional_id
        raise ApiError(ErrorCode.INVALID_REQUEST if is_empty else ErrorCode.UNSUPPORTED_VERSION)
    producer_id = await context.services.controller.next_producer_id()
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=0)
