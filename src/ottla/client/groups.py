# SPDX-License-Identifier: Apache-2.0
"""Lists, describes and deletes groups of both protocols.

Groups of the classic protocol and of the consumer protocol (KIP-848) are described by different
APIs; `describe_groups` asks the newer one first and makes the same description of either answer.
The coordinator does not know what classic members subscribe to or own: it keeps bytes that only
members read. For the protocol type `consumer` these are read here; what cannot be read is None.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from ottla.client.coordinators import (
    Coordinator,
    CoordinatorType,
    ask_coordinators,
    ask_every_broker,
)
from ottla.client.errors import ClientError, UnsupportedApiError
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.messages import consumer_group_describe as consumer_messages
from ottla.protocol.messages import describe_groups as classic_messages
from ottla.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
)
from ottla.protocol.messages.delete_groups import DeleteGroupsRequest, DeleteGroupsResponse
from ottla.protocol.messages.list_groups import ListGroupsRequest, ListGroupsResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.client.cluster import Cluster
    from ottla.net.address import Address
    from ottla.net.client_connection import Connection

MessageT = TypeVar("MessageT", ConsumerProtocolSubscription, ConsumerProtocolAssignment)

GROUP_STATES: Final = (
    "Stable",
    "Empty",
    "PreparingRebalance",
    "CompletingRebalance",
    "Assigning",
    "Reconciling",
    "NotReady",
    "Dead",
)

GROUP_TYPES: Final = ("classic", "consumer", "share", "streams")

CLASSIC: Final = "classic"
CONSUMER: Final = "consumer"

_MEMBER_PROTOCOLS: Final = {0: CLASSIC, 1: CONSUMER}
_STATES_FILTER_FROM: Final = 4
_TYPES_FILTER_FROM: Final = 5
_VERSION: Final = struct.Struct(">h")


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """One group as the list shows it."""

    group_id: str
    group_type: str  # empty when the broker is too old to tell (before 3.8)
    state: str  # empty when the broker is too old to tell (before 2.6)
    protocol_type: str  # `consumer`, `connect` and the like; empty for a group without members
    coordinator: int


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One member of a group."""

    member_id: str
    instance_id: str | None  # of static members
    client_id: str
    host: str
    protocol: str  # what the member speaks: classic or consumer; empty when unknown
    rack_id: str | None = None
    epoch: int | None = None  # None in groups of the classic protocol
    subscribed_topics: tuple[str, ...] | None = None  # None when only the member can read it
    subscribed_regex: str | None = None
    assignment: tuple[TopicPartition, ...] | None = None  # None when only the member can read it
    target_assignment: tuple[TopicPartition, ...] | None = None  # None under the classic protocol


@dataclass(frozen=True, slots=True)
class GroupDescription:
    """Everything about one group but its offsets."""

    group_id: str
    group_type: str
    state: str
    protocol_type: str
    assignor: str  # the assignor or, for other protocol types, the protocol; empty without members
    coordinator: int
    epoch: int | None = None  # None under the classic protocol, which keeps its generation secret
    assignment_epoch: int | None = None
    members: tuple[GroupMember, ...] = ()
    coordinator_address: Address | None = None

    @property
    def is_active(self) -> bool:
        """Whether there are members, which would be surprised by changes of their offsets."""
        return bool(self.members) or self.state not in ("Empty", "Dead")


async def list_groups(
    cluster: Cluster, *, states: Iterable[str] = (), types: Iterable[str] = ()
) -> list[ListedGroup]:
    """Return the groups of all coordinators by name; empty filters mean all."""
    request = ListGroupsRequest(states_filter=states, types_filter=types)

    async def ask(connection: Connection) -> ListGroupsResponse:
        version = connection.version_for(ListGroupsRequest)
        if request.states_filter and version < _STATES_FILTER_FROM:
            raise _cannot_filter(connection, "state")
        if request.types_filter and version < _TYPES_FILTER_FROM:
            raise _cannot_filter(connection, "type")
        response = await connection.send(request, ListGroupsResponse, version=version)
        if response.error_code:
            code = ErrorCode.of(response.error_code)
            raise ApiError(code, f"groups of {connection.address}: {code.description}")
        return response

    listed = [
        ListedGroup(
            group.group_id,
            group.group_type.lower(),
            group.group_state,
            group.protocol_type,
            node_id,
        )
        for node_id, response in (await ask_every_broker(cluster, ask)).items()
        for group in response.groups
    ]
    return sorted(listed, key=lambda group: group.group_id)


async def describe_groups(
    cluster: Cluster, group_ids: Iterable[str]
) -> dict[str, GroupDescription | ApiError]:
    """Return a description of each group, or why there is none."""
    return await ask_coordinators(cluster, CoordinatorType.GROUP, group_ids, _describe)


async def describe_group(cluster: Cluster, group_id: str) -> GroupDescription:
    """Return the description of one group."""
    described = (await describe_groups(cluster, (group_id,)))[group_id]
    if isinstance(described, ApiError):
        raise described
    return described


async def delete_groups(cluster: Cluster, group_ids: Iterable[str]) -> dict[str, ApiError | None]:
    """Delete groups with their offsets and return what went wrong with each."""
    unsure: set[str] = set()  # asked for, and the answer was lost

    async def ask(
        coordinator: Coordinator, group_ids: Sequence[str]
    ) -> Mapping[str, ApiError | None]:
        request = DeleteGroupsRequest(groups_names=group_ids)
        try:
            response = await coordinator.connection.send(request, DeleteGroupsResponse)
        except ClientError:
            unsure.update(group_ids)
            raise
        return {
            result.group_id: outcome(result.group_id, result.error_code)
            for result in response.results
        }

    def outcome(group_id: str, error_code: int) -> ApiError | None:
        if error_code == ErrorCode.GROUP_ID_NOT_FOUND and group_id in unsure:
            return None  # gone by the first attempt
        return group_error(group_id, error_code) if error_code else None

    return await ask_coordinators(cluster, CoordinatorType.GROUP, group_ids, ask)


def group_error(group_id: str, error_code: int, message: str | None = None) -> ApiError:
    """Return the refusal of a request about a group."""
    code = ErrorCode.of(error_code)
    if code is ErrorCode.GROUP_ID_NOT_FOUND and not message:
        return ApiError(code, f"group {group_id!r} does not exist")
    return ApiError(code, f"group {group_id!r}: {message or code.description}")


async def _describe(
    coordinator: Coordinator, group_ids: Sequence[str]
) -> dict[str, GroupDescription | ApiError]:
    """Describe what the consumer protocol knows, then the rest as classic groups."""
    connection = coordinator.connection
    described: dict[str, GroupDescription | ApiError] = {}
    if consumer_messages.ConsumerGroupDescribeRequest.API_KEY in connection.versions:
        request = consumer_messages.ConsumerGroupDescribeRequest(group_ids=group_ids)
        answer = await connection.send(request, consumer_messages.ConsumerGroupDescribeResponse)
        for group in answer.groups:
            if group.error_code not in _NOT_OF_THIS_PROTOCOL:
                described[group.group_id] = consumer_group(
                    group, coordinator.node_id, connection.address
                )
    rest = [group_id for group_id in group_ids if group_id not in described]
    if rest:
        classic_request = classic_messages.DescribeGroupsRequest(groups=rest)
        response = await connection.send(classic_request, classic_messages.DescribeGroupsResponse)
        for other in response.groups:
            described[other.group_id] = classic_group(
                other, coordinator.node_id, connection.address
            )
    return described


_NOT_OF_THIS_PROTOCOL: Final = (ErrorCode.GROUP_ID_NOT_FOUND, ErrorCode.UNSUPPORTED_VERSION)


def consumer_group(
    group: consumer_messages.DescribedGroup, coordinator: int, address: Address | None
) -> GroupDescription | ApiError:
    """Return what a coordinator tells of a group of the consumer protocol."""
    if group.error_code:
        return group_error(group.group_id, group.error_code, group.error_message)
    return GroupDescription(
        group.group_id,
        CONSUMER,
        group.group_state,
        protocol_type=CONSUMER,
        assignor=group.assignor_name,
        coordinator=coordinator,
        coordinator_address=address,
        epoch=group.group_epoch,
        assignment_epoch=group.assignment_epoch,
        members=tuple(
            GroupMember(
                member.member_id,
                member.instance_id,
                member.client_id,
                _host(member.client_host),
                _MEMBER_PROTOCOLS.get(member.member_type, ""),
                rack_id=member.rack_id,
                epoch=member.member_epoch,
                subscribed_topics=tuple(sorted(member.subscribed_topic_names)),
                subscribed_regex=member.subscribed_topic_regex or None,
                assignment=_consumer_assignment(member.assignment),
                target_assignment=_consumer_assignment(member.target_assignment),
            )
            for member in sorted(group.members, key=lambda member: member.member_id)
        ),
    )


def classic_group(
    group: classic_messages.DescribedGroup, coordinator: int, address: Address | None
) -> GroupDescription | ApiError:
    """Return what a coordinator tells of a group of the classic protocol."""
    if group.error_code:
        return group_error(group.group_id, group.error_code)
    if group.group_state == "Dead":  # how brokers before 4.0 say that there is no such group
        return group_error(group.group_id, ErrorCode.GROUP_ID_NOT_FOUND)
    return GroupDescription(
        group.group_id,
        CLASSIC,
        group.group_state,
        group.protocol_type,
        assignor=group.protocol_data,
        coordinator=coordinator,
        coordinator_address=address,
        members=tuple(
            _classic_member(member, is_consumer=group.protocol_type == "consumer")
            for member in sorted(group.members, key=lambda member: member.member_id)
        ),
    )


def _classic_member(
    member: classic_messages.DescribedGroupMember, *, is_consumer: bool
) -> GroupMember:
    subscription = assignment = None
    if is_consumer:
        subscription = _read(ConsumerProtocolSubscription, member.member_metadata)
        assignment = _read(ConsumerProtocolAssignment, member.member_assignment)
    return GroupMember(
        member.member_id,
        member.group_instance_id,
        member.client_id,
        _host(member.client_host),
        CLASSIC,
        rack_id=subscription.rack_id if subscription else None,
        subscribed_topics=tuple(sorted(subscription.topics)) if subscription else None,
        assignment=_sorted_partitions(
            (topic.topic, topic.partitions) for topic in assignment.assigned_partitions
        )
        if assignment
        else None,
    )


def _read(message_class: type[MessageT], data: bytes) -> MessageT | None:
    """Read what consumers tell each other; None when it is empty or is not that."""
    if len(data) < _VERSION.size:
        return None
    (version,) = _VERSION.unpack_from(data)
    if version < 0:
        return None
    version = min(version, message_class.VERSIONS.stop - 1)  # later ones only add fields
    try:
        return message_class.decode(data, version, _VERSION.size, may_have_rest=True)
    except WireError:
        return None


def _consumer_assignment(
    assignment: consumer_messages.Assignment,
) -> tuple[TopicPartition, ...]:
    return _sorted_partitions(
        (topic.topic_name, topic.partitions) for topic in assignment.topic_partitions
    )


def _sorted_partitions(
    topics: Iterable[tuple[str, Sequence[int]]],
) -> tuple[TopicPartition, ...]:
    return tuple(
        sorted(TopicPartition(topic, number) for topic, numbers in topics for number in numbers)
    )


def _host(client_host: str) -> str:
    """Return the address without the slash that Java puts in front of it."""
    return client_host.removeprefix("/")


def _cannot_filter(connection: Connection, quality: str) -> UnsupportedApiError:
    return UnsupportedApiError(
        f"the broker at {connection.address} is too old to filter groups by {quality}"
    )
