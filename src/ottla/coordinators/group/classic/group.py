# SPDX-License-Identifier: Apache-2.0
"""A classic group: its states, its members, and what they agree on.

             member joins                      everybody joined, or time is up
    Empty ------------------> PreparingRebalance ----------------------------> CompletingRebalance
      ^                        |    ^        ^                                       |     |
      |   nobody is left       |    |        +---- member joins, leaves, is lost ----+     |
      +------------------------+    |                                                      |
                                    +---- member joins, leaves, is lost ---- Stable <------+
                                                                        the leader's assignments

Who belongs to the group, and who waits for what, is soft: it is changed by decisions and lost with
the coordinator. Durable is what the last generation's record holds (`take`), which is written with
the leader's assignments, when the group becomes empty, and when a static member is replaced
(docs/decisions/0009). A group is Dead once it is no longer in the shard.

Members are kept in the order in which they came, so that everything that looks at all of them
comes out the same in every run.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Final

from ottla.coordinators.group.classic.member import ClassicMember
from ottla.coordinators.group.classic.subscriptions import subscribed_topics
from ottla.coordinators.group.group import GroupType
from ottla.coordinators.group.records import group_metadata_record, group_metadata_tombstone
from ottla.coordinators.group.store import Client, TimerName
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.consumer_offsets import GroupMetadataValue, MemberMetadata
from ottla.protocol.messages.describe_groups import DescribedGroup
from ottla.protocol.messages.join_group import JoinGroupResponse, JoinGroupResponseMember

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ottla.coordinators.group.classic.member import Protocols
    from ottla.coordinators.group.group import CommitCheck
    from ottla.coordinators.pending import Pending
    from ottla.coordinators.ports import CoordinatorRecord

JOIN_TIMER: Final = "classic-join"
"""The end of a rebalance's first half, or of the delay before a new group's first one."""
SYNC_TIMER: Final = "classic-sync"
"""The end of its second half."""

CONSUMERS: Final = "consumer"
"""The protocol type whose subscriptions the coordinator can read."""

_GENERATION_MAX = 2**31 - 1
_NOT_KNOWN = -1


class ClassicState(enum.Enum):
    """Where a group stands; the values are Kafka's names."""

    EMPTY = "Empty"
    PREPARING_REBALANCE = "PreparingRebalance"
    COMPLETING_REBALANCE = "CompletingRebalance"
    STABLE = "Stable"
    DEAD = "Dead"


EMPTY, PREPARING_REBALANCE, COMPLETING_REBALANCE, STABLE, DEAD = ClassicState

MAY_FOLLOW: Final = {
    EMPTY: (PREPARING_REBALANCE,),
    PREPARING_REBALANCE: (EMPTY, COMPLETING_REBALANCE, STABLE),
    COMPLETING_REBALANCE: (PREPARING_REBALANCE,),
    STABLE: (COMPLETING_REBALANCE,),
}
"""For each state those that a decision may lead from; Stable and Empty are also loaded."""


class ClassicGroup:
    """One classic group; belongs to its shard. Implements `group.Group`."""

    group_type = GroupType.CLASSIC

    def __init__(self, group_id: str) -> None:
        self.group_id = group_id
        self.state = EMPTY
        self.state_before = DEAD
        self.state_timestamp_ms = _NOT_KNOWN
        """Unix time of the last change of state; -1 when an old record did not say."""
        self.generation = 0
        self.protocol_type = ""
        """What kind of members there are; empty for offsets alone (a simple consumer)."""
        self.protocol_name: str | None = None
        """What the members of this generation agreed on."""
        self.leader_id: str | None = None
        self.members: dict[str, ClassicMember] = {}
        self.static_members: dict[str, str] = {}
        """Member id by group instance id."""
        self.pending_members: dict[str, TimerName] = {}
        """Ids that were given out and not used yet, with their timers."""
        self.pending_sync: dict[str, None] = {}
        """Members that have not sent SyncGroup in this generation."""
        self.supporters: dict[str, int] = {}
        """How many members speak each protocol."""
        self.waiting_count = 0
        """How many members have their JoinGroup parked."""
        self.delay_until_ms = 0
        """While a new group's first rebalance is delayed: when it begins at the latest."""
        self.topics: frozenset[str] | None = None
        """What the members subscribe to; None when that cannot be read."""
        self.join_timer = TimerName(JOIN_TIMER, group_id)
        self.sync_timer = TimerName(SYNC_TIMER, group_id)

    # what the other parts see of a group

    @property
    def state_name(self) -> str:
        """Return the state in Kafka's words."""
        return self.state.value

    @property
    def is_empty(self) -> bool:
        """Whether the group has no members, nor any on their way."""
        return self.state is EMPTY and not self.pending_members

    @property
    def is_simple(self) -> bool:
        """Whether the group has only ever stored offsets."""
        return not self.protocol_type and self.is_empty

    def check_offset_commit(
        self,
        member_id: str,
        group_instance_id: str | None,
        generation: int,
        *,
        is_transactional: bool,
        version: int,  # noqa: ARG002 - other kinds of groups need it
    ) -> CommitCheck | None:
        """Raise ApiError unless such a member may commit; see `Group`."""
        if generation < 0 and self.state is EMPTY:
            return None
        if generation >= 0 or member_id or group_instance_id is not None:
            self.check_member(member_id, group_instance_id)
            if generation != self.generation:
                raise ApiError(ErrorCode.ILLEGAL_GENERATION)
        elif not is_transactional:
            raise ApiError(ErrorCode.UNKNOWN_MEMBER_ID, "the group has members; who commits?")
        if not is_transactional and self.state is COMPLETING_REBALANCE:
            raise ApiError(ErrorCode.REBALANCE_IN_PROGRESS)
        return None

    def check_offset_fetch(self, member_id: str | None, member_epoch: int) -> None:
        """Let anybody read offsets: classic members do not say who they are."""

    def check_offset_delete(self) -> None:
        """Raise NON_EMPTY_GROUP unless offsets may be deleted; consumers' topics are known."""
        if self.state is not EMPTY and self.protocol_type != CONSUMERS:
            raise ApiError(ErrorCode.NON_EMPTY_GROUP)

    def check_delete(self) -> None:
        """Raise NON_EMPTY_GROUP while there are members."""
        if self.state is not EMPTY:
            raise ApiError(ErrorCode.NON_EMPTY_GROUP)

    def is_subscribed_to(self, topic: str) -> bool:
        """Whether some consumer reads the topic; true when their subscriptions are unreadable."""
        if self.topics is None:
            return self.protocol_type == CONSUMERS
        return topic in self.topics

    def offsets_expire_from_ms(self, commit_timestamp_ms: int) -> int | None:
        """Return the time from which an offset's retention counts; None keeps it."""
        if not self.protocol_type:
            return commit_timestamp_ms
        if self.state is EMPTY:
            is_known = self.state_timestamp_ms != _NOT_KNOWN
            return self.state_timestamp_ms if is_known else commit_timestamp_ms
        is_readable = self.protocol_type == CONSUMERS and self.topics is not None
        return commit_timestamp_ms if is_readable and self.state is STABLE else None

    def tombstones(self) -> Sequence[CoordinatorRecord]:
        """Return the record that deletes the group."""
        return (group_metadata_tombstone(self.group_id),)

    def parked(self) -> Iterator[Pending[Any]]:
        """Yield the answers that wait for another decision."""
        for member in self.members.values():
            if member.awaiting_join is not None:
                yield member.awaiting_join
            if member.awaiting_sync is not None:
                yield member.awaiting_sync

    def described(self) -> DescribedGroup:
        """Return the group in the words of DescribeGroups."""
        protocol = self.protocol_name if self.state is STABLE else None
        return DescribedGroup(
            group_id=self.group_id,
            group_state=self.state.value,
            protocol_type=self.protocol_type,
            protocol_data=protocol or "",
            members=[member.described(protocol) for member in self.members.values()],
        )

    # membership

    def check_member(self, member_id: str, group_instance_id: str | None) -> None:
        """Raise UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID unless this is a member."""
        if group_instance_id is not None:
            holder = self.static_members.get(group_instance_id)
            if holder is None:
                raise ApiError(ErrorCode.UNKNOWN_MEMBER_ID)
            if holder != member_id:
                raise ApiError(ErrorCode.FENCED_INSTANCE_ID)
        if member_id not in self.members:
            raise ApiError(ErrorCode.UNKNOWN_MEMBER_ID)

    def add(self, member: ClassicMember, protocol_type: str) -> None:
        """Take in a member; the first one says what kind of group this is."""
        assert member.member_id not in self.members, member.member_id
        if not self.members:
            self.protocol_type = protocol_type
        assert self.protocol_type == protocol_type, (self.protocol_type, protocol_type)
        if member.group_instance_id is not None:
            assert member.group_instance_id not in self.static_members, member.group_instance_id
            self.static_members[member.group_instance_id] = member.member_id
        if self.leader_id is None:
            self.leader_id = member.member_id
        self.members[member.member_id] = member
        self._count(member, 1)
        self.pending_members.pop(member.member_id, None)

    def remove(self, member_id: str) -> ClassicMember | None:
        """Let a member, or an id that is pending, go; the next member leads if it has led."""
        self.pending_members.pop(member_id, None)
        self.pending_sync.pop(member_id, None)
        member = self.members.pop(member_id, None)
        if member is None:
            return None
        assert member.awaiting_join is None, "a member is told before it is removed"
        self._count(member, -1)
        if member.group_instance_id is not None:
            del self.static_members[member.group_instance_id]
        if self.leader_id == member_id:
            self.leader_id = next(iter(self.members), None)
        return member

    def replace_static(self, old: ClassicMember, new: ClassicMember) -> None:
        """Put a static member in the place of its former self, which nobody waits for any more."""
        assert old.group_instance_id == new.group_instance_id, (old, new)
        assert old.awaiting_join is None, "the former self is told before it is replaced"
        assert new.group_instance_id is not None, new.member_id
        self._count(old, -1)
        self._count(new, 1)
        self.members = {
            new.member_id if member_id == old.member_id else member_id: (
                new if member is old else member
            )
            for member_id, member in self.members.items()
        }
        self.static_members[new.group_instance_id] = new.member_id
        self.pending_sync.pop(old.member_id, None)
        if self.leader_id == old.member_id:
            self.leader_id = new.member_id

    def change_protocols(self, member: ClassicMember, protocols: Protocols) -> None:
        """Let a member speak other protocols, or subscribe to other things, than before."""
        self._count(member, -1)
        member.protocols = protocols
        self._count(member, 1)

    def _count(self, member: ClassicMember, change: int) -> None:
        for name, _ in member.protocols:
            count = self.supporters.get(name, 0) + change
            if count:
                self.supporters[name] = count
            else:
                del self.supporters[name]

    def accepts(self, protocol_type: str, protocols: Protocols) -> bool:
        """Whether somebody who speaks these protocols can be in the group with the others."""
        if self.state is EMPTY:
            return bool(protocol_type and protocols)
        everybody = len(self.members)
        return self.protocol_type == protocol_type and any(
            self.supporters.get(name, 0) == everybody for name, _ in protocols
        )

    def has_room_for(self, member_id: str, group_instance_id: str | None, size_max: int) -> bool:
        """Whether a member may join; during a rebalance those count that have come back."""
        member = self.members.get(member_id)
        if self.state is EMPTY or group_instance_id in self.static_members:
            return True
        if self.state is PREPARING_REBALANCE:
            is_waiting = member is not None and member.awaiting_join is not None
            return is_waiting or self.waiting_count < size_max
        return member is not None or len(self.members) < size_max

    # rebalances

    @property
    def has_everybody_joined(self) -> bool:
        """Whether all members have come back, and everyone who was given an id with it."""
        return self.waiting_count == len(self.members) and not self.pending_members

    @property
    def rebalance_timeout_ms(self) -> int:
        """The longest time that some member asks the others to wait for it."""
        return max((member.rebalance_timeout_ms for member in self.members.values()), default=0)

    def move_to(self, state: ClassicState, wall_ms: int) -> None:
        """Change the state, as the table allows."""
        assert self.state in MAY_FOLLOW[state], (self.state, state)
        self.state_before = self.state
        self.state = state
        self.state_timestamp_ms = wall_ms

    def elect_leader_that_joined(self) -> bool:
        """See to it that the leader is somebody who came back; false when nobody has."""
        if self.leader_id is None:
            return False
        if self.members[self.leader_id].awaiting_join is not None:
            return True
        for member in self.members.values():
            if member.awaiting_join is not None:
                self.leader_id = member.member_id
                return True
        return False

    def select_protocol(self) -> str:
        """Return the protocol with most votes among those that every member speaks.

        On equal votes it is the one that was voted for first.
        """
        everybody = len(self.members)
        candidates = [name for name, count in self.supporters.items() if count == everybody]
        votes: dict[str, int] = {}
        for member in self.members.values():
            name = member.vote(candidates)
            votes[name] = votes.get(name, 0) + 1
        return max(votes, key=votes.__getitem__)

    def begin_generation(self, wall_ms: int) -> None:
        """Begin the next generation with the members that there are."""
        self.generation = 1 if self.generation == _GENERATION_MAX else self.generation + 1
        self.protocol_name = self.select_protocol() if self.members else None
        self.topics = self._read_topics()
        self.move_to(COMPLETING_REBALANCE if self.members else EMPTY, wall_ms)
        self.pending_sync.clear()

    def _read_topics(self) -> frozenset[str] | None:
        if self.protocol_type != CONSUMERS:
            return None
        if self.protocol_name is None:
            return frozenset()
        name = self.protocol_name
        return subscribed_topics(member.metadata(name) for member in self.members.values())

    def joined(self, member: ClassicMember, *, skip_assignment: bool = False) -> JoinGroupResponse:
        """Return what a member is told of the present generation; the leader gets everybody."""
        members: list[JoinGroupResponseMember] = []
        if member.member_id == self.leader_id:
            assert self.protocol_name is not None, "a generation with members has a protocol"
            members = [
                JoinGroupResponseMember(
                    member_id=one.member_id,
                    group_instance_id=one.group_instance_id,
                    metadata=one.metadata(self.protocol_name),
                )
                for one in self.members.values()
            ]
        return JoinGroupResponse(
            generation_id=self.generation,
            protocol_type=self.protocol_type,
            protocol_name=self.protocol_name,
            leader=self.leader_id or "",
            skip_assignment=skip_assignment,
            member_id=member.member_id,
            members=members,
        )

    # the record of a generation

    def record(self, assignments: Mapping[str, bytes], wall_ms: int) -> CoordinatorRecord:
        """Return the record of the present generation with these assignments."""
        name = self.protocol_name
        return group_metadata_record(
            self.group_id,
            GroupMetadataValue(
                protocol_type=self.protocol_type,
                generation=self.generation,
                protocol=name,
                leader=self.leader_id,
                current_state_timestamp=wall_ms,
                members=[
                    MemberMetadata(
                        member_id=member.member_id,
                        group_instance_id=member.group_instance_id,
                        client_id=member.client.client_id,
                        client_host=member.client.host,
                        rebalance_timeout=member.rebalance_timeout_ms,
                        session_timeout=member.session_timeout_ms,
                        subscription=b"" if name is None else member.metadata(name),
                        assignment=assignments.get(member.member_id, b""),
                    )
                    for member in self.members.values()
                ],
            ),
        )

    def take(self, value: GroupMetadataValue) -> None:
        """Take the record of a generation into the state.

        What is here already and soft stays: parked answers, other protocols than the chosen one.
        """
        members = self.members
        self.members, self.static_members, self.supporters = {}, {}, {}
        self.leader_id = None
        for stored in value.members:
            member = members.get(stored.member_id)
            if member is None:
                member = self._member_of(stored, value.protocol)
            member.assignment = stored.assignment
            self.add(member, value.protocol_type)
        self.waiting_count = sum(one.awaiting_join is not None for one in self.members.values())
        self.generation = value.generation
        self.protocol_type = value.protocol_type
        self.protocol_name = value.protocol
        self.leader_id = value.leader
        self.state_before = self.state
        self.state = STABLE if value.members else EMPTY
        self.state_timestamp_ms = value.current_state_timestamp
        self.topics = self._read_topics()

    def _member_of(self, stored: MemberMetadata, protocol: str | None) -> ClassicMember:
        is_told = stored.rebalance_timeout != _NOT_KNOWN
        return ClassicMember(
            self.group_id,
            stored.member_id,
            group_instance_id=stored.group_instance_id,
            client=Client(stored.client_id, stored.client_host),
            rebalance_timeout_ms=stored.rebalance_timeout if is_told else stored.session_timeout,
            session_timeout_ms=stored.session_timeout,
            protocols=((protocol or "", stored.subscription),),
        )
