# SPDX-License-Identifier: Apache-2.0
"""Heartbeat (key 12): a member of a classic group says that it is alive.

Versions 0-4: v3 group_instance_id (KIP-345) · v4 flexible.
Answers NOT_COORDINATOR, INVALID_GROUP_ID, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS; success while the group is being loaded, as Kafka does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending

VERSIONS = range(5)
REQUEST = HeartbeatRequest


def handle(request: HeartbeatRequest, context: RequestContext) -> Pending[HeartbeatResponse]:
    """Take note of the member."""
    return context.services.groups.heartbeat(request, context.moment)
