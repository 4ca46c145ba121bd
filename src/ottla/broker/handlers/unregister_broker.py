# SPDX-License-Identifier: Apache-2.0
"""UnregisterBroker (key 64): forget a broker that will not come back.

Version 0. Answers BROKER_ID_NOT_REGISTERED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages.unregister_broker import (
    UnregisterBrokerRequest,
    UnregisterBrokerResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(1)
REQUEST = UnregisterBrokerRequest


async def handle(
    request: UnregisterBrokerRequest, context: RequestContext
) -> UnregisterBrokerResponse:
    """End the broker's registration."""
    gateway = context.services.controller
    await gateway.change(
        lambda image: gateway.controller.unregister_broker(image, request.broker_id)
    )
    return UnregisterBrokerResponse(error_message=None)
