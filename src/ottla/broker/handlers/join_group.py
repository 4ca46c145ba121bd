# SPDX-License-Identifier: Apache-2.0
"""JoinGroup (key 11): a member joins a classic group; the answer comes when its generation begins.

Versions 0-9: v1 rebalance timeout · v4 the member has to come back with its id (KIP-394) · v5
group_instance_id (KIP-345) · v6 flexible · v7 protocol type · v8 reason · v9 skip_assignment.
Answers NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID,
INVALID_SESSION_TIMEOUT, UNKNOWN_MEMBER_ID, MEMBER_ID_REQUIRED, FENCED_INSTANCE_ID,
INCONSISTENT_GROUP_PROTOCOL, GROUP_MAX_SIZE_REACHED; REBALANCE_IN_PROGRESS to a JoinGroup that
another one of the same member has overtaken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.broker.context import client_of
from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending

VERSIONS = range(10)
REQUEST = JoinGroupRequest

NULLABLE_PROTOCOL_FROM = 7


def handle(request: JoinGroupRequest, context: RequestContext) -> Pending[JoinGroupResponse]:
    """Let a member join."""
    version = context.header.api_version
    joined = context.services.groups.join_group(
        request, client_of(context), version, context.moment
    )
    return joined if version >= NULLABLE_PROTOCOL_FROM else joined.then(_without_null)


def _without_null(response: JoinGroupResponse) -> JoinGroupResponse:
    """Put an empty name where older versions know no null."""
    if response.protocol_name is None:
        response.protocol_name = ""
    return response
