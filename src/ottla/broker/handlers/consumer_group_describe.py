# SPDX-License-Identifier: Apache-2.0
"""ConsumerGroupDescribe (key 69): consumer groups with members and assignments (KIP-848).

Versions 0 to 1: v1 member_type. Answers, for each group, INVALID_GROUP_ID, GROUP_ID_NOT_FOUND,
NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, UNSUPPORTED_VERSION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.broker.authorized_operations import GROUP_OPERATIONS
from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.protocol.messages.consumer_group_describe import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    DescribedGroup,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(2)
REQUEST = ConsumerGroupDescribeRequest


def handle(
    request: ConsumerGroupDescribeRequest, context: RequestContext
) -> Pending[ConsumerGroupDescribeResponse]:
    """Describe each group."""
    groups = [_describe(group_id, context) for group_id in request.group_ids]
    if request.include_authorized_operations:
        groups = [group.then(_with_operations) for group in groups]
    return gather(groups).then(
        lambda described: ConsumerGroupDescribeResponse(groups=[one.value for one in described])
    )


def _describe(group_id: str, context: RequestContext) -> Pending[DescribedGroup]:
    coordinator = context.services.groups
    return outcome_of(lambda: coordinator.describe_consumer_group(group_id)).otherwise(
        lambda error: DescribedGroup(
            group_id=group_id, error_code=error.code, error_message=error.message
        )
    )


def _with_operations(group: DescribedGroup) -> DescribedGroup:
    if not group.error_code:
        group.authorized_operations = GROUP_OPERATIONS
    return group
