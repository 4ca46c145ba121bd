# SPDX-License-Identifier: Apache-2.0
"""`metadata_log`: a strategy for lists of metadata records that make sense one after the other."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from ottla.protocol.messages.cluster_metadata import (
    AccessControlEntryRecord,
    BrokerRegistrationChangeRecord,
    ClientQuotaRecord,
    ConfigRecord,
    EntityData,
    FeatureLevelRecord,
    FenceBrokerRecord,
    NoOpRecord,
    PartitionChangeRecord,
    PartitionRecord,
    ProducerIdsRecord,
    RegisterBrokerRecord,
    RemoveAccessControlEntryRecord,
    RemoveTopicRecord,
    TopicRecord,
    UnfenceBrokerRecord,
    UnregisterBrokerRecord,
)

BROKERS = st.sampled_from([1, 2, 3])
REPLICAS = st.lists(BROKERS, min_size=1, max_size=3, unique=True)


class Drawing:
    """Knows what exists so far, so that the next record can be about it."""

    def __init__(self, draw) -> None:
        self.draw = draw
        self.topics: dict[bytes, str] = {}
        self.partitions: dict[bytes, int] = {}
        self.brokers: set[int] = set()
        self.made = 0

    def next_records(self):
        """Draw one step: a record, or a topic with its partitions."""
        steps = [
            self.topic,
            self.config,
            self.feature,
            self.producer_ids,
            self.register,
            self.quota,
            self.access,
            self.no_op,
        ]
        if self.topics:
            steps += [self.grow, self.change, self.change, self.remove]
        if self.brokers:
            steps += [self.fence, self.unfence, self.broker_change, self.unregister]
        return self.draw(st.sampled_from(steps))()

    def topic(self):
        """Make a topic with a few partitions."""
        self.made += 1
        topic_id = self.made.to_bytes(16, "big")
        name = self.draw(st.sampled_from("abc"))
        if name in self.topics.values():
            return [NoOpRecord()]
        self.topics[topic_id] = name
        self.partitions[topic_id] = 0
        records = [TopicRecord(name=name, topic_id=topic_id)]
        for _ in range(self.draw(st.integers(1, 3))):
            records += self._partition(topic_id)
        return records

    def grow(self):
        """Add a partition."""
        return self._partition(self.draw(st.sampled_from(sorted(self.topics))))

    def _partition(self, topic_id):
        number = self.partitions[topic_id]
        self.partitions[topic_id] += 1
        replicas = self.draw(REPLICAS)
        eligible = self.draw(st.none() | st.just([replicas[0]]))
        return [
            PartitionRecord(
                partition_id=number,
                topic_id=topic_id,
                replicas=replicas,
                isr=replicas,
                leader=replicas[0],
                leader_epoch=0,
                partition_epoch=0,
                directories=self.draw(st.sampled_from([[], [b"d" * 16] * len(replicas)])),
                eligible_leader_replicas=eligible,
            )
        ]

    def change(self):
        """Change a partition."""
        topic_id = self.draw(st.sampled_from(sorted(self.topics)))
        record = PartitionChangeRecord(
            partition_id=self.draw(st.integers(0, self.partitions[topic_id] - 1)),
            topic_id=topic_id,
            leader=self.draw(st.sampled_from([-2, -1, 1, 2])),
        )
        record.isr = self.draw(st.none() | REPLICAS)
        record.replicas = self.draw(st.none() | REPLICAS)
        record.adding_replicas = self.draw(st.none() | st.just([3]))
        record.leader_recovery_state = self.draw(st.sampled_from([-1, 0, 1]))
        return [record]

    def remove(self):
        """Delete a topic."""
        topic_id = self.draw(st.sampled_from(sorted(self.topics)))
        del self.topics[topic_id], self.partitions[topic_id]
        return [RemoveTopicRecord(topic_id=topic_id)]

    def config(self):
        """Set or unset a setting."""
        kind, name = self.draw(st.sampled_from([(2, "a"), (4, ""), (4, "1"), (32, "g")]))
        value = self.draw(st.none() | st.sampled_from(["1", "2"]))
        key = self.draw(st.sampled_from("xy"))
        return [ConfigRecord(resource_type=kind, resource_name=name, name=key, value=value)]

    def feature(self):
        """Finalise a level; 0 takes the feature away."""
        name = self.draw(st.sampled_from(["metadata.version", "group.version"]))
        return [FeatureLevelRecord(name=name, feature_level=self.draw(st.integers(0, 2)))]

    def producer_ids(self):
        """Take a block."""
        self.made += 1
        return [ProducerIdsRecord(broker_id=-1, next_producer_id=self.made * 1000)]

    def register(self):
        """Register a broker."""
        self.made += 1
        broker_id = self.draw(BROKERS)
        self.brokers.add(broker_id)
        return [
            RegisterBrokerRecord(
                broker_id=broker_id,
                broker_epoch=self.made,
                incarnation_id=b"i" * 16,
                rack=self.draw(st.none() | st.just("r")),
                fenced=self.draw(st.booleans()),
                log_dirs=[b"l" * 16],
            )
        ]

    def unregister(self):
        """Remove a broker."""
        broker_id = self.draw(st.sampled_from(sorted(self.brokers)))
        self.brokers.discard(broker_id)
        return [UnregisterBrokerRecord(broker_id=broker_id)]

    def fence(self):
        """Fence a broker."""
        return [FenceBrokerRecord(id=self.draw(st.sampled_from(sorted(self.brokers))))]

    def unfence(self):
        """Unfence a broker."""
        return [UnfenceBrokerRecord(id=self.draw(st.sampled_from(sorted(self.brokers))))]

    def broker_change(self):
        """Change what is known of a broker."""
        return [
            BrokerRegistrationChangeRecord(
                broker_id=self.draw(st.sampled_from(sorted(self.brokers))),
                fenced=self.draw(st.sampled_from([-1, 0, 1])),
                in_controlled_shutdown=self.draw(st.sampled_from([0, 1])),
                cordoned_log_dirs=self.draw(st.none() | st.just([b"l" * 16])),
            )
        ]

    def access(self):
        """Add or remove an access rule."""
        identity = self.draw(st.sampled_from([b"1" * 16, b"2" * 16]))
        if self.draw(st.booleans()):
            return [RemoveAccessControlEntryRecord(id=identity)]
        return [AccessControlEntryRecord(id=identity, resource_name="t", principal="u", host="*")]

    def quota(self):
        """Set or remove a quota."""
        return [
            ClientQuotaRecord(
                entity=[EntityData(entity_type="user", entity_name=None)],
                key="producer_byte_rate",
                value=5.0,
                remove=self.draw(st.booleans()),
            )
        ]

    def no_op(self):
        """Change nothing."""
        return [NoOpRecord()]


@st.composite
def metadata_logs(draw):
    """Draw a log as a list of batches."""
    drawing = Drawing(draw)
    return [drawing.next_records() for _ in range(draw(st.integers(0, 12)))]


@pytest.fixture(scope="session")
def metadata_log():
    """Return the strategy."""
    return metadata_logs()


@pytest.fixture(scope="session")
def picture():
    """Return a function that shows everything an image says, for comparison."""

    def show(image):
        return {
            name: getattr(image, name)
            for name in image.__slots__
            if name not in {"next_offset", "controller_epoch"}
        }

    return show
