# SPDX-License-Identifier: Apache-2.0
"""FindCoordinator (key 10): which broker coordinates a group or a transactional id.

Versions 0-6: v1 key types · v3 flexible · v4 many keys (KIP-699) · v5 TRANSACTION_ABORTABLE
(KIP-890) · v6 share groups (KIP-932).
The internal topic is created when it is missing. Answers INVALID_REQUEST for a key type that is
not served, INVALID_GROUP_ID for an empty group, COORDINATOR_NOT_AVAILABLE while the partition has
no leader that this client can reach, and while this broker has not heard of the new topic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.broker.advertised import address_of
from ottla.controller.topic_names import CONSUMER_OFFSETS, TRANSACTION_STATE
from ottla.coordinators.partitioning import partition_of
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.net.address import Address

VERSIONS = range(7)
REQUEST = FindCoordinatorRequest

MANY_KEYS_FROM = 4

_GROUP = 0
_TRANSACTION = 1
_TOPICS = {_GROUP: CONSUMER_OFFSETS, _TRANSACTION: TRANSACTION_STATE}

NOBODY = -1


class _Found(NamedTuple):
    node_id: int
    address: Address


async def handle(
    request: FindCoordinatorRequest, context: RequestContext
) -> FindCoordinatorResponse:
    """Find the leader of the partition that each key belongs to."""
    keys = request.coordinator_keys
    if context.header.api_version < MANY_KEYS_FROM:
        keys = [request.key]
    refusal = await _prepare(request.key_type, context)
    coordinators = [_coordinator(key, request.key_type, refusal, context) for key in keys]
    if context.header.api_version >= MANY_KEYS_FROM:
        return FindCoordinatorResponse(coordinators=coordinators)
    only = coordinators[0]
    return FindCoordinatorResponse(
        error_code=only.error_code,
        error_message=only.error_message,
        node_id=only.node_id,
        host=only.host,
        port=only.port,
    )


async def _prepare(key_type: int, context: RequestContext) -> ApiError | None:
    """Create the internal topic unless it is there; return why nobody can be found."""
    topic = _TOPICS.get(key_type)
    if topic is None:
        return ApiError(
            ErrorCode.INVALID_REQUEST, f"key type {key_type} has no coordinator on this broker"
        )
    if topic in context.services.image.topics_by_name:
        return None
    try:
        for result in await context.services.controller.create_automatic_topics([topic]):
            if result.error_code not in (ErrorCode.NONE, ErrorCode.TOPIC_ALREADY_EXISTS):
                return ApiError(ErrorCode.COORDINATOR_NOT_AVAILABLE, result.error_message)
    except ApiError as error:
        return ApiError(ErrorCode.COORDINATOR_NOT_AVAILABLE, error.message)
    return None


def _coordinator(
    key: str, key_type: int, refusal: ApiError | None, context: RequestContext
) -> Coordinator:
    try:
        if refusal is not None:
            raise refusal
        found = _find(key, key_type, context)
    except ApiError as error:
        message = error.message or error.code.description
        return Coordinator(
            key=key, node_id=NOBODY, port=NOBODY, error_code=error.code, error_message=message
        )
    return Coordinator(
        key=key,
        node_id=found.node_id,
        host=found.address.host,
        port=found.address.port,
        error_message="",
    )


def _find(key: str, key_type: int, context: RequestContext) -> _Found:
    if key_type == _GROUP and not key:
        raise ApiError(ErrorCode.INVALID_GROUP_ID)
    image = context.services.image
    topic = image.topics_by_name.get(_TOPICS[key_type])
    if topic is None:  # the controller knows more than this broker has heard of
        raise ApiError(
            ErrorCode.COORDINATOR_NOT_AVAILABLE, f"{_TOPICS[key_type]} is not known here yet"
        )
    leader = topic.partitions[partition_of(key, len(topic.partitions))].leader
    broker = image.brokers.get(leader)
    address = address_of(broker, context) if broker is not None and broker.is_live else None
    if address is None:
        raise ApiError(
            ErrorCode.COORDINATOR_NOT_AVAILABLE, f"the partition of {key!r} has no leader here"
        )
    return _Found(leader, address)
