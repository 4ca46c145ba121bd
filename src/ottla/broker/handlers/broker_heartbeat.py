# SPDX-License-Identifier: Apache-2.0
"""BrokerHeartbeat (key 63): a broker tells the controller that it is alive.

Versions 0-2: v1 offline log directories; v2 cordoned ones. Between brokers of a cluster. The end of
a connection through which heartbeats came makes the controller look whether the broker is gone.
Answers NOT_CONTROLLER, BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.broker.connection_state import ConnectionState
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.broker_heartbeat import (
    BrokerHeartbeatRequest,
    BrokerHeartbeatResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(3)
REQUEST = BrokerHeartbeatRequest


async def handle(
    request: BrokerHeartbeatRequest, context: RequestContext
) -> BrokerHeartbeatResponse:
    """Grant the broker what it wishes, if this one is the controller."""
    liveness = context.services.controller.liveness
    if liveness is None:
        raise ApiError(ErrorCode.NOT_CONTROLLER)
    response = await liveness.heartbeat(request)
    state = context.connection.attributes
    assert isinstance(state, ConnectionState)
    state.broker_id = request.broker_id
    return response
