# SPDX-License-Identifier: Apache-2.0
"""Groups that change from the classic to the consumer protocol and back while they are at work.

    classic group --a member of the consumer protocol joins--> consumer group
    consumer group --the last member of the consumer protocol is gone--> classic group

A conversion is one batch: the tombstones of the group as it was and the records of the group as it
is, with the same members, epoch and assignments. Members that still speak the classic protocol go
on under their ids; `classic_members` serves them. Whether a direction is allowed is told by
`group.consumer.migration.policy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ottla.coordinators.group.classic.group import (
    COMPLETING_REBALANCE,
    CONSUMERS,
    STABLE,
    ClassicGroup,
)
from ottla.coordinators.group.classic.member import ClassicMember
from ottla.coordinators.group.classic.rebalance import Rebalance, Steps
from ottla.coordinators.group.consumer import client_bytes, records
from ottla.coordinators.group.consumer.draft import Draft
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.consumer.member import ClassicSide, Holdings, MemberState, Wishes
from ottla.coordinators.group.consumer.topics import metadata_hash
from ottla.coordinators.group.store import Client, TimerName
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.messages.join_group import JoinGroupResponse
from ottla.protocol.messages.sync_group import SyncGroupResponse

if TYPE_CHECKING:
    from ottla.base.clock import Moment
    from ottla.coordinators.group.consumer.member import OwnedPartitions
    from ottla.coordinators.group.store import GroupSettings, GroupStore
    from ottla.coordinators.pending import Pending
    from ottla.coordinators.ports import CoordinatorRecord, Result
    from ottla.metadata.image import ClusterImage

UPGRADE_POLICIES = frozenset(("UPGRADE", "BIDIRECTIONAL"))
DOWNGRADE_POLICIES = frozenset(("DOWNGRADE", "BIDIRECTIONAL"))

DOWNGRADED = "migration-downgraded"
"""Timer: members of a group that became classic need sessions."""

DOWNGRADED_REBALANCE = "migration-rebalance"
"""Timer: they need a rebalance, too."""

TIMER_KINDS = frozenset((DOWNGRADED, DOWNGRADED_REBALANCE))

_AT_REST = (STABLE, COMPLETING_REBALANCE)


def forbids_classic_members(settings: GroupSettings) -> bool:
    """Whether members of the classic protocol have no business in consumer groups."""
    policy = settings.group_consumer_migration_policy.upper()
    return policy not in UPGRADE_POLICIES | DOWNGRADE_POLICIES


# from classic to consumer


class Upgrade(NamedTuple):
    """A classic group on its way to be a consumer group."""

    draft: Draft
    releases: list[tuple[Pending[Any], Any]]
    """Whoever waits for a rebalance of the classic group is sent into one of the new group."""


def upgrade(group: ClassicGroup, store: GroupStore) -> Upgrade:
    """Convert a classic group, with or without members.

    Raises ApiError GROUP_ID_NOT_FOUND when that is not allowed or not possible.
    """
    group_id = group.group_id
    if not group.members:
        tombstones = () if group.is_simple else group.tombstones()
        return Upgrade(Draft(ConsumerGroup(group_id), is_new=True, earlier=tombstones), [])
    _check_upgrade(group, store.settings)
    draft = Draft(ConsumerGroup(group_id), is_new=True, earlier=group.tombstones())
    members = _members_of(group, store.image)
    draft.put(
        *(records.wishes_change(group_id, one, wishes) for one, (wishes, _) in members.items())
    )
    topics_hash = metadata_hash(draft.group.subscribed_topics, store.image)
    generation = group.generation
    draft.put(
        records.group_change(group_id, generation, topics_hash),
        *(
            records.target_change(
                group_id, one, {t: tuple(sorted(p)) for t, p in held.assigned.items()}
            )
            for one, (_, held) in members.items()
        ),
        records.target_epoch_change(group_id, generation, 0),
        *(records.holdings_change(group_id, one, held) for one, (_, held) in members.items()),
    )
    return Upgrade(draft, list(_sent_away(group)))


def _check_upgrade(group: ClassicGroup, settings: GroupSettings) -> None:
    if settings.group_consumer_migration_policy.upper() not in UPGRADE_POLICIES:
        raise _not_upgraded(group, "that is not allowed here")
    if group.protocol_type != CONSUMERS:
        raise _not_upgraded(group, f"its members are of the kind {group.protocol_type!r}")
    if len(group.members) > settings.group_consumer_max_size:
        raise _not_upgraded(group, "it has too many members")


def _not_upgraded(group: ClassicGroup, reason: str) -> ApiError:
    return ApiError(
        ErrorCode.GROUP_ID_NOT_FOUND,
        f"classic group {group.group_id!r} cannot become a consumer group: {reason}",
    )


def _members_of(group: ClassicGroup, image: ClusterImage) -> dict[str, tuple[Wishes, Holdings]]:
    generation = group.generation
    members: dict[str, tuple[Wishes, Holdings]] = {}
    given: set[tuple[bytes, int]] = set()
    for member in group.members.values():
        protocol = group.protocol_name or member.protocols[0][0]
        try:
            subscription = client_bytes.read_subscription(member.metadata(protocol))
            assigned = _assigned_to(member, image, given)
        except (WireError, ValueError) as error:
            raise _not_upgraded(group, str(error)) from error
        classic = ClassicSide(member.session_timeout_ms, member.protocols)
        wishes = Wishes(
            instance_id=member.group_instance_id,
            rack_id=subscription.rack_id or None,
            client_id=member.client.client_id,
            client_host=member.client.host,
            topic_names=frozenset(subscription.topics),
            rebalance_timeout_ms=member.rebalance_timeout_ms,
            classic=classic,
        )
        held = {
            topic_id: dict.fromkeys(partitions, generation)
            for topic_id, partitions in assigned.items()
        }
        members[member.member_id] = (
            wishes,
            Holdings(generation, generation, MemberState.STABLE, held),
        )
    return members


def _assigned_to(
    member: ClassicMember, image: ClusterImage, given: set[tuple[bytes, int]]
) -> dict[bytes, list[int]]:
    """Return what a classic member reads; nobody gets what an earlier one has."""
    if not member.assignment:
        return {}
    assignment = client_bytes.read_assignment(member.assignment)
    if assignment.user_data:
        raise ValueError("its assignor keeps data of its own in the assignments")
    assigned: dict[bytes, list[int]] = {}
    for topic in assignment.assigned_partitions:
        known = image.topic(topic.topic)
        if known is None:
            continue
        for partition in sorted(topic.partitions):
            spot = (known.topic_id, partition)
            if partition < len(known.partitions) and spot not in given:
                given.add(spot)
                assigned.setdefault(known.topic_id, []).append(partition)
    return assigned


def _sent_away(group: ClassicGroup) -> list[tuple[Pending[Any], Any]]:
    code = ErrorCode.REBALANCE_IN_PROGRESS
    releases: list[tuple[Pending[Any], Any]] = []
    for member in group.members.values():
        if member.awaiting_join is not None:
            answer = JoinGroupResponse(
                error_code=code, protocol_name=None, member_id=member.member_id
            )
            releases.append((member.awaiting_join, answer))
        if member.awaiting_sync is not None:
            releases.append((member.awaiting_sync, SyncGroupResponse(error_code=code)))
    return releases


# from consumer to classic


def may_downgrade(group: ConsumerGroup, settings: GroupSettings) -> bool:
    """Whether a group, as it is after members have gone, is to be a classic one."""
    return (
        0 < len(group.members) == group.classic_count
        and settings.group_consumer_migration_policy.upper() in DOWNGRADE_POLICIES
        and len(group.members) <= settings.group_max_size
    )


def downgrade(
    draft: Draft, store: GroupStore, moment: Moment, *, rebalances: bool
) -> list[CoordinatorRecord]:
    """Return the records that turn the group of a draft into a classic one.

    What is soft about a classic group, sessions and rebalance, begins with a timer that fires at
    once, when the records have been replayed.
    """
    group = draft.group
    classic = ClassicGroup(group.group_id)
    for member in group.members.values():
        classic.add(_classic_member(group.group_id, member.member_id, member.wishes), CONSUMERS)
    classic.generation = group.group_epoch
    classic.protocol_name = classic.select_protocol()
    assignments = {
        member_id: client_bytes.write_assignment(
            names_of(group.members[member_id].holdings.assigned, store.image),
            member.metadata(classic.protocol_name),
        )
        for member_id, member in classic.members.items()
    }
    kind = DOWNGRADED_REBALANCE if rebalances else DOWNGRADED
    store.timers.set(TimerName(kind, group.group_id), moment.now_ms)
    return [
        *draft.records(),
        *(change.record() for change in group.removal()),
        classic.record(assignments, moment.wall_ms),
    ]


def _classic_member(group_id: str, member_id: str, wishes: Wishes) -> ClassicMember:
    assert wishes.classic is not None, member_id
    return ClassicMember(
        group_id,
        member_id,
        group_instance_id=wishes.instance_id,
        client=Client(wishes.client_id, wishes.client_host),
        rebalance_timeout_ms=wishes.rebalance_timeout_ms,
        session_timeout_ms=wishes.classic.session_timeout_ms,
        protocols=wishes.classic.protocols,
    )


def names_of(assigned: OwnedPartitions, image: ClusterImage) -> dict[str, list[int]]:
    """Return partitions by the names of their topics; topics that are gone have none."""
    topics = image.topics_by_id
    return {
        topics[topic_id].name: sorted(partitions)
        for topic_id, partitions in assigned.items()
        if topic_id in topics
    }


def on_timer(name: TimerName, store: GroupStore, moment: Moment) -> Result[None]:
    """Begin sessions, and a rebalance if need be, in a group that has become a classic one."""
    steps = Steps(moment)
    group = store.groups.get(name.group_id)
    if isinstance(group, ClassicGroup):
        rebalance = Rebalance(store)
        for member in group.members.values():
            if not member.is_new:
                rebalance.restart_session(member, steps)
        if name.kind == DOWNGRADED_REBALANCE and group.state in _AT_REST:
            rebalance.begin(group, steps)  # unless somebody has begun one meanwhile
    return steps.result(None)
