# SPDX-License-Identifier: Apache-2.0
"""DescribeCluster (key 60): the cluster's id, its controller and its brokers.

Versions 0-2, all flexible: v1 endpoint type; v2 fenced brokers.
Answers MISMATCHED_ENDPOINT_TYPE when controllers are asked for: they have no listeners here;
UNSUPPORTED_ENDPOINT_TYPE for anything else that is not a broker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.broker.advertised import address_of
from ottla.broker.authorized_operations import CLUSTER_OPERATIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_cluster import (
    DescribeClusterBroker,
    DescribeClusterRequest,
    DescribeClusterResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext

VERSIONS = range(3)
REQUEST = DescribeClusterRequest

_BROKERS = 1
_CONTROLLERS = 2


def handle(request: DescribeClusterRequest, context: RequestContext) -> DescribeClusterResponse:
    """Describe the brokers that the client can reach."""
    if request.endpoint_type != _BROKERS:
        is_known = request.endpoint_type == _CONTROLLERS
        return DescribeClusterResponse(
            error_code=(
                ErrorCode.MISMATCHED_ENDPOINT_TYPE
                if is_known
                else ErrorCode.UNSUPPORTED_ENDPOINT_TYPE
            ),
            error_message="only brokers can be asked for here",
        )
    image = context.services.image
    response = DescribeClusterResponse(
        cluster_id=image.cluster_id,
        controller_id=context.services.controller.controller_id,
    )
    if request.include_cluster_authorized_operations:
        response.cluster_authorized_operations = CLUSTER_OPERATIONS
    for broker_id in sorted(image.brokers):
        broker = image.brokers[broker_id]
        address = address_of(broker, context)
        if address is None or (broker.fenced and not request.include_fenced_brokers):
            continue
        response.brokers.append(
            DescribeClusterBroker(
                broker_id=broker_id,
                host=address.host,
                port=address.port,
                rack=broker.rack,
                is_fenced=broker.fenced,
            )
        )
    return response
