# SPDX-License-Identifier: Apache-2.0
"""DescribeGroups (key 15): classic groups with their members.

Versions 0-6: v3 authorized operations · v4 group_instance_id (KIP-345) · v5 flexible · v6
GROUP_ID_NOT_FOUND with a text (KIP-1043); before that a group that is not there is Dead.
Answers by group NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, GROUP_ID_NOT_FOUND.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.broker.authorized_operations import GROUP_OPERATIONS, NOT_ASKED
from ottla.coordinators.group.classic.group import ClassicState
from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.describe_groups import (
    DescribedGroup,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(7)
REQUEST = DescribeGroupsRequest

NOT_FOUND_FROM = 6


def handle(
    request: DescribeGroupsRequest, context: RequestContext
) -> Pending[DescribeGroupsResponse]:
    """Describe each group."""
    groups = [
        _describe(group_id, context, with_operations=request.include_authorized_operations)
        for group_id in request.groups
    ]
    return gather(groups).then(
        lambda described: DescribeGroupsResponse(groups=[group.value for group in described])
    )


def _describe(
    group_id: str, context: RequestContext, *, with_operations: bool
) -> Pending[DescribedGroup]:
    coordinator, version = context.services.groups, context.header.api_version
    group = outcome_of(lambda: coordinator.describe_group(group_id)).otherwise(
        lambda error: _refused(group_id, error, version)
    )
    return group.then(_with_operations) if with_operations else group


def _refused(group_id: str, error: ApiError, version: int) -> DescribedGroup:
    if error.code != ErrorCode.GROUP_ID_NOT_FOUND:
        return DescribedGroup(group_id=group_id, error_code=error.code)
    dead = DescribedGroup(group_id=group_id, group_state=ClassicState.DEAD.value)
    if version >= NOT_FOUND_FROM:
        dead.error_code = error.code
        dead.error_message = error.message
    return dead


def _with_operations(group: DescribedGroup) -> DescribedGroup:
    group.authorized_operations = GROUP_OPERATIONS if not group.error_code else NOT_ASKED
    return group
