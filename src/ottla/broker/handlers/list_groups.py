# SPDX-License-Identifier: Apache-2.0
"""ListGroups (key 16): the groups that this broker coordinates.

Versions 0-5: v3 flexible · v4 filter by state (KIP-518) · v5 filter by type (KIP-848). Filters do
not look at upper and lower case; what they name that does not exist matches nothing.
Answers COORDINATOR_LOAD_IN_PROGRESS while some group is not known yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages.list_groups import ListGroupsRequest, ListGroupsResponse

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.coordinators.pending import Pending

VERSIONS = range(6)
REQUEST = ListGroupsRequest


def handle(request: ListGroupsRequest, context: RequestContext) -> Pending[ListGroupsResponse]:
    """List the groups that match."""
    groups = context.services.groups.list_groups(request.states_filter, request.types_filter)
    return groups.then(lambda listed: ListGroupsResponse(groups=listed))
