# SPDX-License-Identifier: Apache-2.0
"""`GroupWorld`: a group coordinator on one partition in memory, under a clock that stands still.

Operations return what the coordinator returns, or the error code that it refuses with. Ids of
members are numbered, so that tests can name them.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from ottla.base.clock import ManualClock, Moment
from ottla.coordinators.group.commit_request import CommitRequest
from ottla.coordinators.group.coordinator import CONSUMER_OFFSETS, GroupCoordinator
from ottla.coordinators.group.store import Client
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.metadata.image import ClusterImage
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    PartitionRecord,
    RemoveTopicRecord,
    TopicRecord,
)
from ottla.protocol.messages.consumer_protocol import ConsumerProtocolSubscription
from ottla.protocol.messages.heartbeat import HeartbeatRequest
from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol
from ottla.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity
from ottla.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from ottla.protocol.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment
from ottla.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)
from ottla.records.control import TransactionMarker
from ottla.testing.coordinator_partition import MemoryPartition

if TYPE_CHECKING:
    from ottla.protocol.message import Message

G = "g"
SESSION_MS = 30_000
REBALANCE_MS = 60_000
DELAY_MS = 3_000

DEFAULTS = {
    "group_initial_rebalance_delay_ms": DELAY_MS,
    "group_min_session_timeout_ms": 6_000,
    "group_max_session_timeout_ms": 1_800_000,
    "group_max_size": 2**31 - 1,
    "group_consumer_session_timeout_ms": 45_000,
    "group_consumer_heartbeat_interval_ms": 5_000,
    "group_consumer_max_size": 2**31 - 1,
    "group_consumer_assignors": ("uniform", "range"),
    "group_consumer_assignment_interval_ms": 0,
    "group_consumer_regex_refresh_interval_ms": 600_000,
    "group_consumer_migration_policy": "bidirectional",
    "group_coordinator_rebalance_protocols": ("classic", "consumer"),
    "offset_metadata_max_bytes": 4096,
    "offsets_retention_minutes": 10_080,
    "offsets_retention_check_interval_ms": 600_000,
}


def subscription(*topics: str) -> bytes:
    """Return what a consumer subscribes with."""
    return b"\0\0" + ConsumerProtocolSubscription(topics=topics, user_data=None).encode(0)


RANGE = (("range", subscription("t")),)
"""What a member speaks unless a test says otherwise."""


def topic_id_of(name: str) -> bytes:
    """Return the id that a topic of the world has."""
    return name.encode().ljust(16, b"\x07")


class GroupWorld:
    """A coordinator and what is around it."""

    def __init__(
        self, *, commits_at_once: bool = True, topics=(("t", 8),), **settings: object
    ) -> None:
        self.settings = SimpleNamespace(**{**DEFAULTS, **settings})
        self.clock = ManualClock()
        self.partition = MemoryPartition(commits_at_once=commits_at_once)
        self.image = ClusterImage("cluster")
        for name, partitions in ((CONSUMER_OFFSETS, 1), *topics):
            self.image, _ = self.image.apply(topic_records(name, partitions))
        self.next_member = 0
        self.load()

    @property
    def moment(self) -> Moment:
        """The present time."""
        return Moment(self.clock.now_ms(), self.clock.wall_ms())

    @property
    def shard(self):
        """The only shard."""
        return next(shard for _, shard in self.groups.runtime.shards())

    @property
    def group(self):
        """The group that tests use."""
        return self.shard.store.groups[G]

    def _new_suffix(self) -> str:
        self.next_member += 1
        return str(self.next_member)

    def load(self) -> None:
        """Make a coordinator and let it read what was written so far, as after a fail-over."""
        self.groups = GroupCoordinator(self.image, self.settings, self._new_suffix)
        self.begin_load()
        self.groups.runtime.replay(0, self.partition.batches)
        self.groups.runtime.finish_load(0, self.partition.end_offset, self.moment)

    def begin_load(self) -> None:
        """Make a shard that has read nothing yet."""
        self.groups.runtime.begin_load(0, self.partition)
        self.partition.on_commit = lambda: self.groups.runtime.committed(0)

    def pass_time(self, ms: int) -> None:
        """Let time pass, with all that happens on the way."""
        until_ms = self.clock.now_ms() + ms
        runtime = self.groups.runtime
        while (deadline_ms := runtime.next_deadline_ms()) is not None and deadline_ms <= until_ms:
            self.clock.advance(max(deadline_ms - self.clock.now_ms(), 0))
            runtime.on_deadline(self.moment)
        self.clock.advance(until_ms - self.clock.now_ms())

    def change_topics(self, *records: Message) -> None:
        """Change the cluster's metadata."""
        self.image, delta = self.image.apply(records)
        self.groups.follow_image(self.image, delta, self.moment)

    def delete_topic(self, name: str) -> None:
        """Delete a topic."""
        self.change_topics(RemoveTopicRecord(topic_id=self.image.topics_by_name[name].topic_id))

    # members

    def join(
        self,
        member_id: str = "",
        *,
        group_id: str = G,
        instance: str | None = None,
        protocols=RANGE,
        protocol_type: str = "consumer",
        session_ms: int = SESSION_MS,
        rebalance_ms: int = REBALANCE_MS,
        client: str = "c",
        version: int = 9,
    ) -> Pending:
        """Send JoinGroup."""
        request = JoinGroupRequest(
            group_id=group_id,
            session_timeout_ms=session_ms,
            rebalance_timeout_ms=rebalance_ms,
            member_id=member_id,
            group_instance_id=instance,
            protocol_type=protocol_type,
            protocols=[
                JoinGroupRequestProtocol(name=name, metadata=metadata)
                for name, metadata in protocols
            ],
        )
        return self._ask(
            lambda: self.groups.join_group(
                request, Client(client, "/192.0.2.1"), version, self.moment
            )
        )

    def enter(self, **fields: object) -> tuple[str, Pending]:
        """Join as a new dynamic member with both steps; return its id and the pending answer."""
        first = self.join(**fields).value
        assert first.error_code == ErrorCode.MEMBER_ID_REQUIRED
        return first.member_id, self.join(first.member_id, **fields)

    def sync(
        self,
        member_id: str,
        generation: int,
        assignments: dict[str, bytes] | None = None,
        *,
        group_id: str = G,
        instance: str | None = None,
        protocol_type: str | None = "consumer",
        protocol_name: str | None = "range",
    ) -> Pending:
        """Send SyncGroup."""
        request = SyncGroupRequest(
            group_id=group_id,
            generation_id=generation,
            member_id=member_id,
            group_instance_id=instance,
            protocol_type=protocol_type,
            protocol_name=protocol_name,
            assignments=[
                SyncGroupRequestAssignment(member_id=name, assignment=assignment)
                for name, assignment in (assignments or {}).items()
            ],
        )
        return self._ask(lambda: self.groups.sync_group(request, self.moment))

    def heartbeat(
        self, member_id: str, generation: int, *, instance: str | None = None, group_id: str = G
    ) -> ErrorCode:
        """Send Heartbeat; return the code of the answer."""
        request = HeartbeatRequest(
            group_id=group_id,
            generation_id=generation,
            member_id=member_id,
            group_instance_id=instance,
        )
        answer = self._ask(lambda: self.groups.heartbeat(request, self.moment))
        return code_of(answer)

    def leave(self, *members: str | tuple[str, str], group_id: str = G) -> Pending:
        """Send LeaveGroup for member ids, or (member id, instance id) pairs."""
        request = LeaveGroupRequest(
            group_id=group_id,
            members=[
                MemberIdentity(member_id=one)
                if isinstance(one, str)
                else MemberIdentity(member_id=one[0], group_instance_id=one[1])
                for one in members
            ],
        )
        return self._ask(lambda: self.groups.leave_group(request, self.moment))

    def stable(self, count: int = 1, **fields: object) -> list[str]:
        """Bring a group of so many members to its first generation; return their ids in order."""
        entered = [self.enter(**fields) for _ in range(count)]
        self.pass_time(DELAY_MS * (count + 1))
        members = [member_id for member_id, _ in entered]
        generation = entered[0][1].value.generation_id
        followers = [self.sync(member_id, generation) for member_id in members[1:]]
        leader = self.sync(members[0], generation, {one: one.encode() for one in members})
        for member_id, answer in zip(members, [leader, *followers], strict=True):
            assert answer.value.assignment == member_id.encode()
        return members

    # offsets

    def commit(
        self,
        offsets: dict[int, int],
        *,
        topic: str = "t",
        member_id: str = "",
        generation: int = -1,
        instance: str | None = None,
        group_id: str = G,
        metadata: str | None = "",
        retention_ms: int = -1,
        leader_epoch: int = -1,
        version: int = 9,
        topic_id: bytes = bytes(16),
    ) -> Pending:
        """Send OffsetCommit for partitions of one topic."""
        request = OffsetCommitRequest(
            group_id=group_id,
            generation_id_or_member_epoch=generation,
            member_id=member_id,
            group_instance_id=instance,
            retention_time_ms=retention_ms,
            topics=[
                OffsetCommitRequestTopic(
                    name=topic,
                    topic_id=topic_id,
                    partitions=[
                        OffsetCommitRequestPartition(
                            partition_index=index,
                            committed_offset=offset,
                            committed_leader_epoch=leader_epoch,
                            committed_metadata=metadata,
                        )
                        for index, offset in offsets.items()
                    ],
                )
            ],
        )
        return self._ask(
            lambda: self.groups.commit_offsets(CommitRequest.of(request), version, self.moment)
        )

    def commit_in_transaction(
        self,
        producer_id: int,
        offsets: dict[int, int],
        *,
        topic: str = "t",
        member_id: str = "",
        generation: int = -1,
        instance: str | None = None,
        group_id: str = G,
        metadata: str = "",
        epoch: int = 0,
        version: int = 5,
    ) -> Pending:
        """Send TxnOffsetCommit for partitions of one topic."""
        request = TxnOffsetCommitRequest(
            transactional_id="x",
            group_id=group_id,
            producer_id=producer_id,
            producer_epoch=epoch,
            generation_id=generation,
            member_id=member_id,
            group_instance_id=instance,
            topics=[
                TxnOffsetCommitRequestTopic(
                    name=topic,
                    partitions=[
                        TxnOffsetCommitRequestPartition(
                            partition_index=index,
                            committed_offset=offset,
                            committed_metadata=metadata,
                        )
                        for index, offset in offsets.items()
                    ],
                )
            ],
        )
        commit = CommitRequest.of_transaction(request)
        producer = ProducerIdentity(producer_id, epoch)
        return self._ask(
            lambda: self.groups.commit_offsets_in_transaction(
                commit, producer, version, self.moment
            )
        )

    def end_transaction(self, producer_id: int, *, committed: bool, epoch: int = 0) -> None:
        """Write the marker of a transaction."""
        self.groups.runtime.write_marker(
            0,
            ProducerIdentity(producer_id, epoch),
            TransactionMarker(committed, 0),
            self.moment,
        )

    def fetch(self, *, require_stable: bool = False, group_id: str = G, topics=None) -> dict:
        """Send OffsetFetch; return offset, or code where it is not 0, by topic and partition."""
        answer = self.fetch_group(require_stable=require_stable, group_id=group_id, topics=topics)
        return {
            (topic.name, one.partition_index): ErrorCode(one.error_code)
            if one.error_code
            else one.committed_offset
            for topic in answer.value.topics
            for one in topic.partitions
        }

    def fetch_group(self, *, require_stable: bool = False, group_id: str = G, topics=None):
        """Send OffsetFetch; return the pending answer."""
        request = OffsetFetchRequestGroup(
            group_id=group_id,
            member_id=None,
            member_epoch=-1,
            topics=None
            if topics is None
            else [
                OffsetFetchRequestTopics(name=name, partition_indexes=indexes)
                for name, indexes in topics.items()
            ],
        )
        return self._ask(lambda: self.groups.fetch_offsets(request, require_stable=require_stable))

    def _ask(self, operation) -> Pending:
        try:
            return operation()
        except ApiError as error:
            refused: Pending = Pending()
            refused.fail(error)
            return refused


def code_of(pending: Pending) -> ErrorCode:
    """Return the error code of an answer, or of the refusal."""
    assert pending.is_done, "nobody has answered yet"
    if pending.error is not None:
        return pending.error.code
    return ErrorCode(pending.value.error_code)


def topic_records(name: str, partitions: int, topic_id: bytes | None = None) -> list:
    """Return the metadata records of a topic."""
    topic_id = topic_id or topic_id_of(name)
    return [
        TopicRecord(name=name, topic_id=topic_id),
        *(
            PartitionRecord(partition_id=index, topic_id=topic_id, replicas=[1], isr=[1], leader=1)
            for index in range(partitions)
        ),
    ]
