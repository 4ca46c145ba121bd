# SPDX-License-Identifier: Apache-2.0
"""ConsumerGroupHeartbeat (key 68): a member joins, reports, or leaves a consumer group (KIP-848).

Versions 0 to 1: v1 subscribed_topic_regex, and clients make member ids (KIP-1082). Answers
INVALID_REQUEST, UNSUPPORTED_ASSIGNOR, GROUP_ID_NOT_FOUND, UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH,
FENCED_INSTANCE_ID, UNRELEASED_INSTANCE_ID, GROUP_MAX_SIZE_REACHED, INVALID_REGULAR_EXPRESSION,
UNSUPPORTED_VERSION when `group.coordinator.rebalance.protocols` leaves the protocol out,
NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.ids import random_uuid, uuid_to_text
from ottla.broker.context import client_of
from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatRequest

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending
    from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatResponse

VERSIONS = range(2)
REQUEST = ConsumerGroupHeartbeatRequest

_OWN_MEMBER_ID_VERSION = 1


def handle(
    request: ConsumerGroupHeartbeatRequest, context: RequestContext
) -> Pending[ConsumerGroupHeartbeatResponse]:
    """Hand the heartbeat to the group's coordinator."""
    version = context.header.api_version
    is_joining = not request.member_epoch and not request.member_id
    if is_joining and version < _OWN_MEMBER_ID_VERSION:
        request.member_id = uuid_to_text(random_uuid())
    return context.services.groups.consumer_group_heartbeat(
        request, client_of(context), version, context.moment
    )
