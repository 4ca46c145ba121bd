# SPDX-License-Identifier: Apache-2.0
"""DeleteGroups (key 42): delete groups that have no members, with their offsets.

Versions 0-2: v2 flexible.
Answers by group NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending, gather, outcome_of
from ottla.protocol.messages.delete_groups import (
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(3)
REQUEST = DeleteGroupsRequest


def handle(request: DeleteGroupsRequest, context: RequestContext) -> Pending[DeleteGroupsResponse]:
    """Delete each group; one that is named twice is deleted once."""
    results = [_delete(group_id, context) for group_id in dict.fromkeys(request.groups_names)]
    return gather(results).then(
        lambda done: DeleteGroupsResponse(results=[result.value for result in done])
    )


def _delete(group_id: str, context: RequestContext) -> Pending[DeletableGroupResult]:
    groups, moment = context.services.groups, context.moment
    return outcome_of(
        lambda: groups.delete_group(group_id, moment).then(
            lambda _: DeletableGroupResult(group_id=group_id)
        )
    ).otherwise(lambda error: DeletableGroupResult(group_id=group_id, error_code=error.code))
