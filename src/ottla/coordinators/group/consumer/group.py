# SPDX-License-Identifier: Apache-2.0
"""A consumer group: members, its epochs, and who holds which partition.

    Empty --a member joins--> Assigning --target computed--> Reconciling --all there--> Stable
      ^                          ^                                |                       |
      '---- last one leaves      '------- members or topics change, group epoch + 1 ------'

The group epoch counts what members want, the assignment epoch says for which of them the target
was computed, and each member's epoch how far that member has come. Everything here is changed by
`replay` alone, apart from the two soft fields at the end; a decision that has to look ahead replays
its changes on a `copy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.member import (
    LEAVING_EPOCH,
    Holdings,
    Member,
    OwnedPartitions,
)
from ottla.coordinators.group.group import GroupType
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.coordinators.group.consumer.member import Partitions
    from ottla.coordinators.group.consumer.records import Change, ResolvedPattern
    from ottla.coordinators.group.group import CommitCheck
    from ottla.coordinators.ports import CoordinatorRecord
    from ottla.protocol.message import Message

FIRST_GROUP_EPOCH = 1
"""Of a group without a record; the first member that joins raises it to 2."""

NO_ASSIGNMENT_EPOCH = -1

PROTOCOL_TYPE = "consumer"

_MEMBER_EPOCH_COMMIT_VERSION = 9
"""First version of OffsetCommit that carries member epochs."""


class ConsumerGroup:
    """One group whose assignment the coordinator computes; belongs to its shard."""

    def __init__(self, group_id: str) -> None:
        self.group_id = group_id
        self.group_epoch = FIRST_GROUP_EPOCH
        self.metadata_hash = 0
        self.has_legacy_metadata = False  # a record of type 4 is still to be deleted
        self.assignment_epoch = NO_ASSIGNMENT_EPOCH
        self.assigned_at_ms = 0  # Unix time; 0 when unknown
        self.members: dict[str, Member] = {}
        self.static_members: dict[str, str] = {}  # member ids by instance id
        self.targets: dict[str, Partitions] = {}  # by member id
        self.patterns: dict[str, ResolvedPattern] = {}  # those that have been resolved
        self.classic_count = 0  # members that speak the classic protocol
        self._holders: dict[bytes, dict[int, str]] = {}  # member ids by topic id and partition
        self._name_counts: dict[frozenset[str], int] = {}  # members by set of subscribed names
        self._pattern_counts: dict[str, int] = {}  # members by expression
        self._assignor_counts: dict[str, int] = {}  # members by the assignor that they want
        self._subscribed_topics: frozenset[str] | None = None  # made when asked for
        self.is_metadata_stale = True
        """Soft: topics have changed, or may have, since the hash was computed."""

    def copy(self) -> ConsumerGroup:
        """Return an equal group that can be changed on its own."""
        twin = ConsumerGroup(self.group_id)
        twin.__dict__.update(self.__dict__)
        twin.members = dict(self.members)
        twin.static_members = dict(self.static_members)
        twin.targets = dict(self.targets)
        twin.patterns = dict(self.patterns)
        twin._holders = {topic_id: dict(held) for topic_id, held in self._holders.items()}
        twin._name_counts = dict(self._name_counts)
        twin._pattern_counts = dict(self._pattern_counts)
        twin._assignor_counts = dict(self._assignor_counts)
        return twin

    # what all kinds of groups offer

    @property
    def group_type(self) -> GroupType:
        """Return the kind."""
        return GroupType.CONSUMER

    @property
    def protocol_type(self) -> str:
        """Return the kind of members."""
        return PROTOCOL_TYPE

    @property
    def state_name(self) -> str:
        """Return the state in the words of ListGroups."""
        if not self.members:
            return "Empty"
        if self.group_epoch > self.assignment_epoch:
            return "Assigning"
        epoch = self.assignment_epoch
        if all(member.holdings.is_reconciled_to(epoch) for member in self.members.values()):
            return "Stable"
        return "Reconciling"

    @property
    def is_empty(self) -> bool:
        """Whether the group has no members."""
        return not self.members

    def check_offset_commit(
        self,
        member_id: str,
        group_instance_id: str | None,
        generation: int,
        *,
        is_transactional: bool,
        version: int,
    ) -> CommitCheck | None:
        """Raise ApiError unless such a member may commit offsets; see `Group`.

        In an earlier epoch than its own a member may still commit for partitions that it has had
        since then (KIP-1251): an answer with the new epoch may be on its way.
        """
        if self._takes_commits_of_anybody(
            member_id, group_instance_id, generation, is_transactional=is_transactional
        ):
            return None
        member = self.member(member_id)
        if (
            not is_transactional
            and not member.is_classic
            and version < _MEMBER_EPOCH_COMMIT_VERSION
        ):
            raise ApiError(
                ErrorCode.UNSUPPORTED_VERSION,
                "members of the consumer protocol commit with version 9 of OffsetCommit or later",
            )
        if generation == member.holdings.member_epoch:
            return None
        if generation > member.holdings.member_epoch:
            raise _wrong_epoch(member, generation)

        def check(_: str, topic_id: bytes, partition: int) -> None:
            since = member.holdings.assignment_epoch(topic_id, partition)
            if since is None or generation < since:
                raise _wrong_epoch(member, generation)

        return check

    def _takes_commits_of_anybody(
        self,
        member_id: str,
        group_instance_id: str | None,
        generation: int,
        *,
        is_transactional: bool,
    ) -> bool:
        if generation < 0 and not self.members:
            return True  # an administrator, or a client that manages its partitions itself
        names_nobody = generation == LEAVING_EPOCH and not member_id and group_instance_id is None
        return is_transactional and names_nobody

    def check_offset_fetch(self, member_id: str | None, member_epoch: int) -> None:
        """Raise ApiError unless such a member may read offsets; null and -1 stand for anybody."""
        if member_id is None and member_epoch < 0:
            return
        member = self.member(member_id or "")
        if member_epoch != member.holdings.member_epoch:
            raise _wrong_epoch(member, member_epoch)

    def check_offset_delete(self) -> None:
        """Allow it; topics with subscribers are looked at one by one."""

    def check_delete(self) -> None:
        """Raise ApiError NON_EMPTY_GROUP while there are members."""
        if self.members:
            raise ApiError(ErrorCode.NON_EMPTY_GROUP, f"the group has {len(self.members)} members")

    def is_subscribed_to(self, topic: str) -> bool:
        """Whether some member reads the topic."""
        return topic in self.subscribed_topics

    def offsets_expire_from_ms(self, commit_timestamp_ms: int) -> int | None:
        """Return the time of the commit: offsets of topics with subscribers are kept elsewhere."""
        return commit_timestamp_ms

    def tombstones(self) -> Sequence[CoordinatorRecord]:
        """Return the records that delete the group's own state."""
        return [change.record() for change in self.removal()]

    # looking

    def removal(self) -> list[Change]:
        """Return the changes that delete the group."""
        return records.group_removal(self.group_id, list(self.members), list(self.patterns))

    def member(self, member_id: str) -> Member:
        """Return a member; raises ApiError UNKNOWN_MEMBER_ID."""
        member = self.members.get(member_id)
        if member is None:
            raise ApiError(
                ErrorCode.UNKNOWN_MEMBER_ID,
                f"{member_id!r} is not a member of group {self.group_id!r}",
            )
        return member

    def static_member(self, instance_id: str) -> Member | None:
        """Return the member of this static name, if there is one."""
        member_id = self.static_members.get(instance_id)
        return None if member_id is None else self.members[member_id]

    def holder(self, topic_id: bytes, partition: int) -> str | None:
        """Return the id of the member that may be reading the partition, or None."""
        held = self._holders.get(topic_id)
        return None if held is None else held.get(partition)

    def subscriber_count(self, pattern: str) -> int:
        """Return how many members subscribe by this expression."""
        return self._pattern_counts.get(pattern, 0)

    @property
    def subscribed_patterns(self) -> Sequence[str]:
        """The expressions that members subscribe by, resolved or not."""
        return tuple(self._pattern_counts)

    @property
    def subscribed_topics(self) -> frozenset[str]:
        """Names of all topics that members subscribe to, whether they exist or not."""
        topics = self._subscribed_topics
        if topics is None:
            topics = frozenset().union(
                *self._name_counts, *(resolved.topics for resolved in self.patterns.values())
            )
            self._subscribed_topics = topics
        return topics

    def accepts_classic(self, protocols: Iterable[str]) -> bool:
        """Whether the classic members all know one of these protocols."""
        known = [
            {name for name, _ in member.wishes.classic.protocols}
            for member in self.members.values()
            if member.wishes.classic is not None
        ]
        return any(all(name in names for names in known) for name in protocols)

    def topics_of(self, member: Member) -> frozenset[str]:
        """Return the names that a member subscribes to; an unresolved expression has none."""
        wishes = member.wishes
        resolved = self.patterns.get(wishes.topic_regex) if wishes.topic_regex else None
        if resolved is None:
            return wishes.topic_names
        return wishes.topic_names | resolved.topics if wishes.topic_names else resolved.topics

    def preferred_assignor(self, assignors: Sequence[str]) -> str:
        """Return the assignor that most members want; the earlier in the list breaks a tie."""
        wanted = self._assignor_counts
        if not wanted:
            return assignors[0]
        return max(assignors, key=lambda name: wanted.get(name, 0))

    # replaying

    def replay(self, key: Message, value: Message | None) -> None:
        """Take one record into the state."""
        _REPLAY[key.API_KEY](self, key, value)

    def _replay_group(self, _: Any, value: Any) -> None:
        assert value is not None, "the shard deletes groups"
        self.group_epoch = value.epoch
        self.metadata_hash = value.metadata_hash

    def _replay_legacy_metadata(self, _: Any, value: Any) -> None:
        self.has_legacy_metadata = value is not None

    def _replay_wishes(self, key: Any, value: Any) -> None:
        before = self.members.get(key.member_id)
        if value is None:
            if before is not None:
                self._hold(before, before.holdings, Holdings())
                self._count(before, -1)
                self._forget_static_name(before)
                del self.members[key.member_id]
            return
        wishes = records.wishes_of(value)
        if before is not None:
            self._count(before, -1)
            if before.wishes.instance_id != wishes.instance_id:
                self._forget_static_name(before)
        after = Member(key.member_id, wishes, Holdings() if before is None else before.holdings)
        self.members[key.member_id] = after
        self._count(after, 1)
        if wishes.instance_id is not None:
            self.static_members[wishes.instance_id] = key.member_id

    def _replay_target_epoch(self, _: Any, value: Any) -> None:
        if value is None:
            self.assignment_epoch, self.assigned_at_ms = NO_ASSIGNMENT_EPOCH, 0
        else:
            self.assignment_epoch = value.assignment_epoch
            self.assigned_at_ms = value.assignment_timestamp

    def _replay_target(self, key: Any, value: Any) -> None:
        if value is None:
            self.targets.pop(key.member_id, None)
        else:
            self.targets[key.member_id] = records.target_of(value)

    def _replay_holdings(self, key: Any, value: Any) -> None:
        before = self.members.get(key.member_id)
        if value is None:
            if before is None:
                return
            after = Holdings(LEAVING_EPOCH, LEAVING_EPOCH)
        else:
            after = records.holdings_of(value)
            if before is None:  # compaction has left the later of its two records behind
                before = Member(key.member_id)
                self._count(before, 1)
        self._hold(before, before.holdings, after)
        self.members[key.member_id] = before._replace(holdings=after)

    def _replay_pattern(self, key: Any, value: Any) -> None:
        self._subscribed_topics = None
        if value is None:
            self.patterns.pop(key.regular_expression, None)
        else:
            self.patterns[key.regular_expression] = records.pattern_of(value)

    def _hold(self, member: Member, before: Holdings, after: Holdings) -> None:
        """Move the member's partitions in the table of holders."""
        for owned in (before.assigned, before.pending_revocation):
            self._let_go(member.member_id, owned)
        for owned in (after.assigned, after.pending_revocation):
            for topic_id, partitions in owned.items():
                held = self._holders.setdefault(topic_id, {})
                held.update(dict.fromkeys(partitions, member.member_id))

    def _let_go(self, member_id: str, owned: OwnedPartitions) -> None:
        for topic_id, partitions in owned.items():
            held = self._holders.get(topic_id, {})
            for partition in partitions:
                if held.get(partition) == member_id:
                    del held[partition]
            if not held:
                self._holders.pop(topic_id, None)

    def _forget_static_name(self, member: Member) -> None:
        instance_id = member.wishes.instance_id
        if instance_id is not None and self.static_members.get(instance_id) == member.member_id:
            del self.static_members[instance_id]

    def _count(self, member: Member, change: int) -> None:
        """Count a member in, or out, wherever members are counted."""
        wishes = member.wishes
        _count_in(self._name_counts, wishes.topic_names, change)
        if wishes.topic_regex:
            _count_in(self._pattern_counts, wishes.topic_regex, change)
        if wishes.server_assignor is not None:
            _count_in(self._assignor_counts, wishes.server_assignor, change)
        if wishes.classic is not None:
            self.classic_count += change
        self._subscribed_topics = None


def _count_in(counts: dict[Any, int], name: object, change: int) -> None:
    count = counts.get(name, 0) + change
    if count:
        counts[name] = count
    else:
        del counts[name]


def _wrong_epoch(member: Member, epoch: int) -> ApiError:
    return ApiError(
        ErrorCode.ILLEGAL_GENERATION if member.is_classic else ErrorCode.STALE_MEMBER_EPOCH,
        f"member {member.member_id!r} is in epoch {member.holdings.member_epoch}, not {epoch}",
    )


_REPLAY = {
    3: ConsumerGroup._replay_group,  # noqa: SLF001 - this module's own table
    4: ConsumerGroup._replay_legacy_metadata,  # noqa: SLF001
    5: ConsumerGroup._replay_wishes,  # noqa: SLF001
    6: ConsumerGroup._replay_target_epoch,  # noqa: SLF001
    7: ConsumerGroup._replay_target,  # noqa: SLF001
    8: ConsumerGroup._replay_holdings,  # noqa: SLF001
    16: ConsumerGroup._replay_pattern,  # noqa: SLF001
}
