# SPDX-License-Identifier: Apache-2.0
"""AllocateProducerIds (key 67): a broker takes a block of producer ids from the controller.

Version 0. Between brokers of a cluster.
Answers NOT_CONTROLLER, BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.allocate_producer_ids import (
    AllocateProducerIdsRequest,
    AllocateProducerIdsResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(1)
REQUEST = AllocateProducerIdsRequest


async def handle(
    request: AllocateProducerIdsRequest, context: RequestContext
) -> AllocateProducerIdsResponse:
    """Give the broker a block, if this one is the controller."""
    gateway = context.services.controller
    known = context.services.image.brokers.get(request.broker_id)
    if known is not None and known.broker_epoch != request.broker_epoch:
        raise ApiError(ErrorCode.STALE_BROKER_EPOCH)
    block = await gateway.change(
        lambda image: gateway.controller.allocate_producer_ids(image, request.broker_id)
    )
    return AllocateProducerIdsResponse(producer_id_start=block.start, producer_id_len=len(block))
