# SPDX-License-Identifier: Apache-2.0
"""BrokerRegistration (key 62): a broker announces itself to the controller.

Versions 0-4: v1 migrating brokers; v2 log directories; v3 epoch of the last clean run (KIP-966); v4
features with a lowest level of 0. Between brokers of a cluster.
Answers NOT_CONTROLLER, INCONSISTENT_CLUSTER_ID, UNSUPPORTED_VERSION, INVALID_REGISTRATION,
DUPLICATE_BROKER_REGISTRATION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.broker_registration import (
    BrokerRegistrationRequest,
    BrokerRegistrationResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(5)
REQUEST = BrokerRegistrationRequest


async def handle(
    request: BrokerRegistrationRequest, context: RequestContext
) -> BrokerRegistrationResponse:
    """Register the broker, if this one is the controller."""
    liveness = context.services.controller.liveness
    if liveness is None:
        raise ApiError(ErrorCode.NOT_CONTROLLER)
    return await liveness.register(request)
