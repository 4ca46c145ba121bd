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
