# SPDX-License-Identifier: Apache-2.0
"""What a ConsumerGroupHeartbeat must look like, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.group.consumer.member import (
    JOINING_EPOCH,
    LEAVING_EPOCH,
    STATIC_LEAVING_EPOCH,
    Wishes,
)
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.coordinators.group.store import Client
    from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatRequest

_OWN_MEMBER_ID_VERSION = 1
"""From here on clients make their member ids themselves (KIP-1082)."""


def check_heartbeat(
    request: ConsumerGroupHeartbeatRequest, version: int, assignors: Sequence[str]
) -> None:
    """Raise ApiError INVALID_REQUEST or UNSUPPORTED_ASSIGNOR unless the request makes sense."""
    epoch = request.member_epoch
    if version >= _OWN_MEMBER_ID_VERSION or epoch > 0 or epoch == LEAVING_EPOCH:
        _refuse_blank(request.member_id, "member id")
    _refuse_blank(request.group_id, "group id")
    _refuse_blank(request.instance_id, "instance id")
    _refuse_blank(request.rack_id, "rack id")
    if epoch == JOINING_EPOCH:
        _check_joining(request)
    elif epoch == STATIC_LEAVING_EPOCH:
        if request.instance_id is None:
            raise _invalid("only a member with an instance id can leave for a while")
    elif epoch < STATIC_LEAVING_EPOCH:
        raise _invalid(f"{epoch} is no member epoch")
    assignor = request.server_assignor
    if assignor is not None and assignor not in assignors:
        raise ApiError(
            ErrorCode.UNSUPPORTED_ASSIGNOR,
            f"there is no assignor {assignor!r} here; there are {', '.join(assignors)}",
        )


def _check_joining(request: ConsumerGroupHeartbeatRequest) -> None:
    if request.rebalance_timeout_ms == -1:
        raise _invalid("a member that joins has to name its rebalance timeout")
    if request.topic_partitions is None or request.topic_partitions:
        raise _invalid("a member that joins has to report that it owns no partitions")
    if request.subscribed_topic_names is None and request.subscribed_topic_regex is None:
        raise _invalid("a member that joins has to name topics or an expression, even if empty")


def _refuse_blank(text: str | None, what: str) -> None:
    if text is not None and not text.strip():
        raise _invalid(f"the {what} must not be empty")


def _invalid(sentence: str) -> ApiError:
    return ApiError(ErrorCode.INVALID_REQUEST, sentence)


def is_full(request: ConsumerGroupHeartbeatRequest) -> bool:
    """Whether the member has told everything, as it does when it wants to hear everything."""
    return (
        request.rebalance_timeout_ms != -1
        and request.topic_partitions is not None
        and (
            request.subscribed_topic_names is not None or request.subscribed_topic_regex is not None
        )
    )


def says_nothing_new(request: ConsumerGroupHeartbeatRequest) -> bool:
    """Whether the member only says that it is alive (and perhaps what it owns)."""
    return (
        request.subscribed_topic_names is None
        and request.rebalance_timeout_ms == -1
        and request.subscribed_topic_regex is None
        and request.server_assignor is None
        and request.rack_id is None
    )


def updated_wishes(
    wishes: Wishes, request: ConsumerGroupHeartbeatRequest, client: Client
) -> Wishes:
    """Return what the member wants now; what a request leaves out stays as it was."""
    names, timeout_ms = request.subscribed_topic_names, request.rebalance_timeout_ms
    regex, assignor = request.subscribed_topic_regex, request.server_assignor
    return Wishes(
        instance_id=wishes.instance_id if request.instance_id is None else request.instance_id,
        rack_id=wishes.rack_id if request.rack_id is None else request.rack_id,
        client_id=client.client_id,
        client_host=client.host,
        topic_names=wishes.topic_names if names is None else frozenset(names),
        topic_regex=wishes.topic_regex if regex is None else regex,
        rebalance_timeout_ms=wishes.rebalance_timeout_ms if timeout_ms == -1 else timeout_ms,
        server_assignor=wishes.server_assignor if assignor is None else assignor,
        classic=None,
    )


def owned_partitions(
    request: ConsumerGroupHeartbeatRequest,
) -> Sequence[tuple[bytes, Sequence[int]]] | None:
    """Return what the member says it owns; None when it says nothing."""
    topics = request.topic_partitions
    return None if topics is None else [(topic.topic_id, topic.partitions) for topic in topics]
