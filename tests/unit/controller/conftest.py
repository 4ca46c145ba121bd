# SPDX-License-Identifier: Apache-2.0
"""Images and settings to decide on."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from ottla.controller.controller import Controller
from ottla.metadata.image import BrokerEndpoint, BrokerImage, ClusterImage
from ottla.metadata.snapshot import broker_record
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
from ottla.protocol.messages.cluster_metadata import FeatureLevelRecord, PartitionChangeRecord
from ottla.protocol.messages.create_topics import CreatableTopic

SETTINGS = {
    "static": {},
    "dynamic_default": {},
    "dynamic_broker": {},
    "num_partitions": 2,
    "default_replication_factor": 1,
    "delete_topic_enable": True,
    "offsets_topic_num_partitions": 50,
    "offsets_topic_replication_factor": 3,
    "offsets_topic_segment_bytes": 104857600,
    "transaction_state_log_num_partitions": 50,
    "transaction_state_log_replication_factor": 3,
    "transaction_state_log_min_isr": 2,
    "transaction_state_log_segment_bytes": 104857600,
    "share_coordinator_state_topic_num_partitions": 50,
    "share_coordinator_state_topic_replication_factor": 3,
    "share_coordinator_state_topic_min_isr": 2,
    "share_coordinator_state_topic_segment_bytes": 104857600,
}


def make_broker(broker_id, *, rack=None, fenced=False, leaving=False):
    """Make a registered broker."""
    endpoints = (BrokerEndpoint("PLAINTEXT", "h", 9000 + broker_id, 0),)
    incarnation_id = bytes([broker_id]) * 16
    return BrokerImage(
        broker_id, broker_id * 10, incarnation_id, endpoints, {}, rack, fenced, leaving, ()
    )


class Cluster:
    """A controller with its image: decisions take effect at once."""

    def __init__(self, *brokers: BrokerImage, elr: int = 0, **settings: object) -> None:
        self.controller = Controller(
            SimpleNamespace(**{**SETTINGS, **settings}), random.Random(7), self._next_id
        )
        self._ids = 0
        records = [broker_record(broker) for broker in brokers or (make_broker(1),)]
        if elr:
            name = "eligible.leader.replicas.version"
            records.append(FeatureLevelRecord(name=name, feature_level=elr))
        self.image = ClusterImage("c").apply(records)[0]

    def _next_id(self):
        self._ids += 1
        return self._ids.to_bytes(16, "big")

    def do(self, decide, *args: object, **kwargs: object):
        """Decide, apply, return the answer."""
        decision = getattr(self.controller, decide)(self.image, *args, **kwargs)
        self.image, _ = self.image.apply(decision.records)
        return decision.answer

    def create(self, name, partitions=1, replicas=1, **fields: object):
        """Create one topic; return its result."""
        topic = CreatableTopic(
            name=name, num_partitions=partitions, replication_factor=replicas, **fields
        )
        return self.do("create_topics", [topic])[0]

    def partition(self, name="t", number=0):
        """Return a partition as it is now."""
        return self.image.partition(name, number)

    def put(self, name="t", number=0, **fields: object):
        """Change a partition by hand."""
        topic_id = self.image.topics_by_name[name].topic_id
        record = PartitionChangeRecord(partition_id=number, topic_id=topic_id, **fields)
        self.image, _ = self.image.apply([record])

    def beat(self, broker_id, **fields: object):
        """Send a heartbeat of a broker that has read everything."""
        if "broker_epoch" not in fields:
            fields["broker_epoch"] = self.image.brokers[broker_id].broker_epoch
        fields.setdefault("current_metadata_offset", self.image.offset + 100)
        return self.do("heartbeat", BrokerHeartbeatRequest(broker_id=broker_id, **fields))


@pytest.fixture
def cluster():
    """Return a cluster of one broker."""
    return Cluster()


@pytest.fixture(scope="session")
def cluster_of():
    """Return the way to make other clusters."""
    return Cluster


@pytest.fixture(scope="session")
def broker():
    """Return the way to make brokers."""
    return make_broker
