# SPDX-License-Identifier: Apache-2.0
"""`World`: a group coordinator on one partition in memory, with topics, and members that talk.

`Consumer` is a member that obeys: it reports what it owns and takes what it is given.
"""

from __future__ import annotations

from types import SimpleNamespace

from ottla.base.clock import ManualClock, Moment
from ottla.coordinators.group.coordinator import CONSUMER_OFFSETS, GroupCoordinator
from ottla.coordinators.group.store import Client
from ottla.coordinators.records import NUMBER
from ottla.metadata.image import BrokerImage, ClusterImage
from ottla.metadata.snapshot import broker_record
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    ConfigRecord,
    PartitionRecord,
    RemoveTopicRecord,
    TopicRecord,
)
from ottla.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatRequestTopicPartitions,
)
from ottla.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
    ConsumerProtocolSubscriptionTopicPartition,
)
from ottla.protocol.messages.heartbeat import HeartbeatRequest
from ottla.protocol.messages.join_group import JoinGroupRequest, JoinGroupRequestProtocol
from ottla.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity
from ottla.protocol.messages.sync_group import SyncGroupRequest, SyncGroupRequestAssignment
from ottla.testing.coordinator_partition import MemoryPartition

GROUP = "g"
CLIENT = Client("client", "/127.0.0.1")

SETTINGS = {
    "group_consumer_session_timeout_ms": 45_000,
    "group_consumer_min_session_timeout_ms": 45_000,
    "group_consumer_max_session_timeout_ms": 60_000,
    "group_consumer_heartbeat_interval_ms": 5_000,
    "group_consumer_min_heartbeat_interval_ms": 5_000,
    "group_consumer_max_heartbeat_interval_ms": 15_000,
    "group_consumer_assignment_interval_ms": 0,
    "group_consumer_min_assignment_interval_ms": 0,
    "group_consumer_max_assignment_interval_ms": 15_000,
    "group_consumer_max_size": 1_000,
    "group_consumer_assignors": ("uniform", "range"),
    "group_consumer_regex_refresh_interval_ms": 600_000,
    "group_consumer_migration_policy": "bidirectional",
    "group_initial_rebalance_delay_ms": 3_000,
    "group_min_session_timeout_ms": 6_000,
    "group_max_session_timeout_ms": 1_800_000,
    "group_max_size": 1_000,
    "group_coordinator_rebalance_protocols": ("classic", "consumer"),
    "offset_metadata_max_bytes": 4_096,
    "offsets_retention_minutes": 10_080,
    "offsets_retention_check_interval_ms": 600_000,
}


class World:
    """One coordinator with its clock and topics; brings heartbeats to it."""

    def __init__(self, **settings: object) -> None:
        self.settings = SimpleNamespace(**{**SETTINGS, **settings})
        self.clock = ManualClock(1_000)
        broker = BrokerImage(1, 10, bytes(16), (), {}, None, False, False, ())
        self.image = ClusterImage("c").apply([broker_record(broker)])[0]
        self._topic_count = 0
        self._member_count = 0
        self.groups = GroupCoordinator(self.image, self.settings, self._new_member_suffix)
        self.create_topic(CONSUMER_OFFSETS)
        self.partition = MemoryPartition()
        self.load(self.partition)

    def _new_member_suffix(self):
        self._member_count += 1
        return str(self._member_count)

    @property
    def moment(self):
        """The present."""
        return Moment(self.clock.now_ms(), self.clock.wall_ms())

    def load(self, partition) -> None:
        """Begin, or begin anew, from what a partition holds."""
        self.partition = partition
        self.groups.runtime.unload(0)
        self.groups.runtime.begin_load(0, partition)
        self.groups.runtime.replay(0, partition.batches)
        self.groups.runtime.finish_load(0, partition.end_offset, self.moment)

    @property
    def shard(self):
        """The shard in use."""
        return next(shard for _, shard in self.groups.runtime.active_shards())

    def group(self, group_id=GROUP):
        """Return the group."""
        return self.shard.store.groups[group_id]

    # topics

    def apply(self, *records: object) -> None:
        """Change the metadata and tell the coordinator."""
        self.image, delta = self.image.apply(records)
        self.groups.follow_image(self.image, delta, self.moment)

    def create_topic(self, name, partitions=1):
        """Create a topic and return its id."""
        self._topic_count += 1
        topic_id = self._topic_count.to_bytes(16, "big")
        self.apply(
            TopicRecord(name=name, topic_id=topic_id),
            *[partition_record(topic_id, index) for index in range(partitions)],
        )
        return topic_id

    def extend_topic(self, name, partitions):
        """Give a topic more partitions."""
        topic = self.image.topic(name)
        new = range(len(topic.partitions), partitions)
        self.apply(*[partition_record(topic.topic_id, index) for index in new])

    def delete_topic(self, name):
        """Delete a topic."""
        self.apply(RemoveTopicRecord(topic_id=self.image.topic(name).topic_id))

    def configure(self, group_id, **texts: str):
        """Set a group's own settings, dots as underscores."""
        self.apply(
            *[
                ConfigRecord(
                    resource_type=32,
                    resource_name=group_id,
                    name=name.replace("_", "."),
                    value=text,
                )
                for name, text in texts.items()
            ]
        )

    # requests

    def heartbeat(
        self, member_id, epoch, *, version=1, client=CLIENT, owned=None, **fields: object
    ):
        """Send a heartbeat and return its answer; raises what it is refused with."""
        if owned is not None:
            fields["topic_partitions"] = [
                ConsumerGroupHeartbeatRequestTopicPartitions(topic_id=topic_id, partitions=list(p))
                for topic_id, p in owned.items()
            ]
        request = ConsumerGroupHeartbeatRequest(
            group_id=fields.pop("group_id", GROUP),
            member_id=member_id,
            member_epoch=epoch,
            **fields,
        )
        return self.groups.consumer_group_heartbeat(request, client, version, self.moment).value

    def join(self, member_id, *topics: str, **fields: object):
        """Join with a subscription by names."""
        fields.setdefault("rebalance_timeout_ms", 60_000)
        if topics or "subscribed_topic_regex" not in fields:
            fields["subscribed_topic_names"] = list(topics)
        return self.heartbeat(member_id, 0, owned={}, **fields)

    def pass_time(self, ms):
        """Let time pass, timers firing when they are due."""
        end_ms = self.clock.now_ms() + ms
        while True:
            deadline_ms = self.groups.runtime.next_deadline_ms()
            if deadline_ms is None or deadline_ms > end_ms:
                break
            self.clock.advance(max(0, deadline_ms - self.clock.now_ms()))
            self.groups.runtime.on_deadline(self.moment)
        self.clock.advance(end_ms - self.clock.now_ms())

    def described(self, group_id=GROUP):
        """Return the group's description."""
        return self.groups.describe_consumer_group(group_id).value

    def records_since(self, count):
        """Return type and value-or-None of records, without the first ones."""
        return [
            (NUMBER.unpack_from(record.key)[0], record.value is not None)
            for record in self.partition.records()[count:]
        ]


class Consumer:
    """A client that does what members do: obeys assignments, reports what it owns."""

    def __init__(self, world: World, member_id: str, *topics: str, **fields: object) -> None:
        self.world = world
        self.member_id = member_id
        self.topics = topics
        self.fields = fields
        self.epoch = 0
        self.owned: dict[bytes, list[int]] = {}

    def poll(self):
        """Join, or send a heartbeat with what is owned; obey."""
        world, member_id = self.world, self.member_id
        if not self.epoch:
            self.owned = {}
            return self.take(world.join(member_id, *self.topics, **self.fields))
        static = {"instance_id": self.fields["instance_id"]} if "instance_id" in self.fields else {}
        return self.take(world.heartbeat(member_id, self.epoch, owned=self.owned, **static))

    def take(self, answer):
        """Obey an answer."""
        self.epoch = answer.member_epoch
        if answer.assignment is not None:
            self.owned = {t.topic_id: t.partitions for t in answer.assignment.topic_partitions}
        return answer

    @property
    def partitions(self):
        """All that it owns, as pairs."""
        return {(topic, index) for topic, indexes in self.owned.items() for index in indexes}


def partition_record(topic_id, index):
    """Return the record of a partition on broker 1."""
    return PartitionRecord(
        partition_id=index, topic_id=topic_id, replicas=[1], isr=[1], leader=1, leader_epoch=0
    )


class ClassicConsumer:
    """A client of the classic protocol, with a cooperative assignor that names what it owns."""

    def __init__(self, world: World, *topics: str, instance_id=None, client=CLIENT) -> None:
        self.world = world
        self.topics = topics
        self.instance_id = instance_id
        self.client = client
        self.member_id = ""
        self.generation = -1
        self.owned: dict[str, list[int]] = {}

    def ask_to_join(
        self, *, protocols=("range",), protocol_type="consumer", version=9, **fields: object
    ):
        """Send JoinGroup; return the pending answer."""
        subscription = ConsumerProtocolSubscription(
            topics=self.topics,
            owned_partitions=[
                ConsumerProtocolSubscriptionTopicPartition(topic=name, partitions=partitions)
                for name, partitions in self.owned.items()
            ],
            generation_id=self.generation,
        )
        metadata = b"\0\2" + subscription.encode(2)
        request = JoinGroupRequest(
            group_id=GROUP,
            session_timeout_ms=10_000,
            rebalance_timeout_ms=20_000,
            member_id=self.member_id,
            group_instance_id=self.instance_id,
            protocol_type=protocol_type,
            protocols=[
                JoinGroupRequestProtocol(name=name, metadata=metadata) for name in protocols
            ],
            **fields,
        )
        return self.world.groups.join_group(request, self.client, version, self.world.moment)

    def join(self, **fields: object):
        """Join, with the detour for a member id; return the answer, which has to be there."""
        answer = self.ask_to_join(**fields).value
        if answer.error_code == ErrorCode.MEMBER_ID_REQUIRED:
            self.member_id = answer.member_id
            answer = self.ask_to_join(**fields).value
        self.take(answer)
        return answer

    def take(self, answer):
        """Remember what a JoinGroup was answered with."""
        if answer.error_code == ErrorCode.NONE:
            self.member_id, self.generation = answer.member_id, answer.generation_id

    def ask_to_sync(self, assignments=(), **fields: object):
        """Send SyncGroup; return the pending answer."""
        request = SyncGroupRequest(
            **{
                "group_id": GROUP,
                "generation_id": self.generation,
                "member_id": self.member_id,
                "group_instance_id": self.instance_id,
                "protocol_type": "consumer",
                "protocol_name": "range",
                "assignments": assignments,
                **fields,
            }
        )
        return self.world.groups.sync_group(request, self.world.moment)

    def sync(self, **fields: object):
        """Ask for the assignment and take it."""
        answer = self.ask_to_sync(**fields).value
        assert answer.error_code == ErrorCode.NONE, answer
        self.owned = read_assignment(answer.assignment)
        return self.owned

    def heartbeat(self, **fields: object):
        """Send a heartbeat; return its code."""
        request = HeartbeatRequest(
            **{
                "group_id": GROUP,
                "generation_id": self.generation,
                "member_id": self.member_id,
                "group_instance_id": self.instance_id,
                **fields,
            }
        )
        return self.world.groups.heartbeat(request, self.world.moment).value.error_code

    def leave(self, *identities: MemberIdentity):
        """Leave, or have others leave; return the codes."""
        identities = identities or (
            MemberIdentity(member_id=self.member_id, group_instance_id=self.instance_id),
        )
        request = LeaveGroupRequest(group_id=GROUP, members=identities)
        answer = self.world.groups.leave_group(request, self.world.moment).value
        return [member.error_code for member in answer.members]


def assignment_of(**topics: list[int]):
    """Return the bytes that assign partitions."""
    assignment = ConsumerProtocolAssignment(
        assigned_partitions=[
            ConsumerProtocolAssignmentTopicPartition(topic=name, partitions=partitions)
            for name, partitions in topics.items()
        ]
    )
    return b"\0\2" + assignment.encode(2)


def read_assignment(data):
    """Return what an assignment says, by topic name."""
    assert data[:2] == b"\0\2"
    assignment = ConsumerProtocolAssignment.decode(data, 2, 2)
    return {one.topic: list(one.partitions) for one in assignment.assigned_partitions}


def classic_group(world: World, *topic_lists: dict[str, list[int]], **fields: object):
    """Have classic consumers form a group in which each has these partitions; return them."""
    members = [ClassicConsumer(world, "t", **fields) for _ in topic_lists]
    pending = []
    for member in members:
        answer = member.ask_to_join()
        if answer.is_done and answer.value.error_code == ErrorCode.MEMBER_ID_REQUIRED:
            member.member_id = answer.value.member_id
            answer = member.ask_to_join()
        pending.append(answer)
    world.pass_time(2 * 3_000)
    for member, answer in zip(members, pending, strict=True):
        member.take(answer.value)
    leader = members[0]
    assert pending[0].value.leader == leader.member_id
    assignments = [
        SyncGroupRequestAssignment(member_id=member.member_id, assignment=assignment_of(**topics))
        for member, topics in zip(members, topic_lists, strict=True)
    ]
    leader.sync(assignments=assignments)
    for member in members[1:]:
        member.sync()
    return members
