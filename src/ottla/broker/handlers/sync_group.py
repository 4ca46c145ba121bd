# SPDX-License-Identifier: Apache-2.0
"""SyncGroup (key 14): the leader brings everybody's assignment, every member gets its own.

Versions 0-5: v3 group_instance_id (KIP-345) · v4 flexible · v5 protocol type and name (KIP-559).
Answers NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID,
UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS,
INCONSISTENT_GROUP_PROTOCOL, also when version 5 does not name the protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.sync_group import SyncGroupRequest, SyncGroupResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending

VERSIONS = range(6)
REQUEST = SyncGroupRequest

PROTOCOL_REQUIRED_FROM = 5


def handle(request: SyncGroupRequest, context: RequestContext) -> Pending[SyncGroupResponse]:
    """Hand out an assignment."""
    is_named = request.protocol_type is not None and request.protocol_name is not None
    if context.header.api_version >= PROTOCOL_REQUIRED_FROM and not is_named:
        raise ApiError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    return context.services.groups.sync_group(request, context.moment)
