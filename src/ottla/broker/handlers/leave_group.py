# SPDX-License-Identifier: Apache-2.0
"""LeaveGroup (key 13): members leave a group at once.

Versions 0-5: v3 many members, by id or group_instance_id (KIP-345) · v4 flexible · v5 reason.
Answers NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID;
by member, or for the one member of older versions, UNKNOWN_MEMBER_ID and FENCED_INSTANCE_ID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import outcome_of
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberIdentity,
    MemberResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending

VERSIONS = range(6)
REQUEST = LeaveGroupRequest

MANY_MEMBERS_FROM = 3


def handle(request: LeaveGroupRequest, context: RequestContext) -> Pending[LeaveGroupResponse]:
    """Let members go."""
    has_many = context.header.api_version >= MANY_MEMBERS_FROM
    if not has_many:
        request.members = [MemberIdentity(member_id=request.member_id)]

    def refused(error: ApiError) -> LeaveGroupResponse:
        if error.code != ErrorCode.UNKNOWN_MEMBER_ID:
            return LeaveGroupResponse(error_code=error.code)
        return LeaveGroupResponse(
            members=[
                MemberResponse(
                    member_id=member.member_id,
                    group_instance_id=member.group_instance_id,
                    error_code=error.code,
                )
                for member in request.members
            ]
        )

    groups, moment = context.services.groups, context.moment
    left = outcome_of(lambda: groups.leave_group(request, moment)).otherwise(refused)
    return left if has_many else left.then(_of_one)


def _of_one(response: LeaveGroupResponse) -> LeaveGroupResponse:
    """Return what an older version is told of its one member."""
    code = response.error_code or response.members[0].error_code
    return LeaveGroupResponse(error_code=code)
