# SPDX-License-Identifier: Apache-2.0
"""Removes members from groups, as an administrator (KIP-571): their partitions go to the others.

A member that is still alive joins again; this is for those that are not, and whose session would
last too long: static members above all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.client.coordinators import Coordinator, CoordinatorType, ask_coordinators
from ottla.client.errors import ClientError, UnsupportedApiError
from ottla.client.groups import group_error
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.leave_group import (
    LeaveGroupRequest,
    LeaveGroupResponse,
    MemberIdentity,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.client.cluster import Cluster

_MANY_MEMBERS_FROM: Final = 3
_REASON: Final = "removed by an administrator"


async def remove_members(
    cluster: Cluster,
    group_id: str,
    *,
    member_ids: Iterable[str] = (),
    instance_ids: Iterable[str] = (),
) -> dict[str, ApiError | None]:
    """Remove members by their ids or, if they are static, by their instance ids.

    Returns what went wrong with each; raises ApiError when all of it is refused, and
    UnsupportedApiError when the broker is older than 2.4.
    """
    members = [MemberIdentity(member_id=name, reason=_REASON) for name in member_ids]
    members += [MemberIdentity(group_instance_id=name, reason=_REASON) for name in instance_ids]
    outcomes: dict[str, ApiError | None] = {}
    is_unsure = False  # an answer was lost

    async def ask(coordinator: Coordinator, _: Sequence[str]) -> Mapping[str, ApiError | None]:
        nonlocal is_unsure
        connection = coordinator.connection
        version = connection.version_for(LeaveGroupRequest)
        if version < _MANY_MEMBERS_FROM:
            text = f"the broker at {connection.address} is too old to remove members of groups"
            raise UnsupportedApiError(text)
        request = LeaveGroupRequest(group_id=group_id, members=members)
        try:
            response = await connection.send(request, LeaveGroupResponse, version=version)
        except ClientError:
            is_unsure = True
            raise
        if response.error_code:
            return {group_id: group_error(group_id, response.error_code)}
        for member in response.members:
            name = member.group_instance_id or member.member_id
            code = ErrorCode.of(member.error_code)
            is_gone = code is ErrorCode.UNKNOWN_MEMBER_ID and is_unsure
            error = group_error(group_id, code, f"member {name!r}: {code.description}")
            outcomes[name] = error if code and not is_gone else None
        return {group_id: None}

    kind = CoordinatorType.GROUP
    failure = (await ask_coordinators(cluster, kind, (group_id,), ask))[group_id]
    if failure is not None:
        raise failure
    return outcomes
