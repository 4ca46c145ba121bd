# SPDX-License-Identifier: Apache-2.0
"""Images and settings to decide on."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from ottla.controller.controller import Controller
from ottla.metadata.image import BrokerImage, ClusterImage
from ottla.metadata.snapshot import broker_record
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
    return BrokerImage(broker_id, broker_id * 10, bytes(16), (), {}, rack, fenced, leaving, ())


class Cluster:
    """A controller with its image: decisions take effect at once."""

    def __init__(self, *brokers: BrokerImage, **settings: object) -> None:
        self.controller = Controller(
            SimpleNamespace(**{**SETTINGS, **settings}), random.Random(7), self._next_id
        )
        self._ids = 0
        records = [broker_record(broker) for broker in brokers or (make_broker(1),)]
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


@pytest.fixture
def cluster():
    """Return a cluster of one broker."""
    return Cluster()


@pytest.fixture
def cluster_of():
    """Return the way to make other clusters."""
    return Cluster


@pytest.fixture
def broker():
    """Return the way to make brokers."""
    return make_broker
