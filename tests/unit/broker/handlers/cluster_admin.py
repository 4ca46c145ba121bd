# SPDX-License-Identifier: Apache-2.0
"""A controller with further brokers, for handlers between brokers and those that move replicas."""

from __future__ import annotations

from tests.unit.broker.cluster_bench import Peers, facts_of

from ottla.broker.connection_state import ConnectionState
from ottla.broker.liveness import Liveness
from ottla.controller.features import SUPPORTED_FEATURES
from ottla.metadata.image import BrokerImage
from ottla.metadata.snapshot import broker_record
from ottla.protocol.messages.cluster_metadata import PartitionRecord, TopicRecord


def add_brokers(admin, *broker_ids: int, fenced=False):
    """Register brokers; their epochs are ten times their numbers."""
    for broker_id in broker_ids:
        admin.apply(
            broker_record(
                BrokerImage(
                    broker_id,
                    broker_id * 10,
                    bytes([broker_id]) * 16,
                    facts_of(broker_id).endpoints,
                    SUPPORTED_FEATURES,
                    None,
                    fenced,
                    False,
                    (),
                )
            )
        )


def add_topic(admin, name="t", *, replicas=(1, 2), isr=None, leader=1, leader_epoch=3):
    """Make a topic of one partition; return its id."""
    topic_id = name.encode().ljust(16, b"_")
    admin.apply(
        TopicRecord(name=name, topic_id=topic_id),
        PartitionRecord(
            partition_id=0,
            topic_id=topic_id,
            replicas=list(replicas),
            isr=list(replicas if isr is None else isr),
            removing_replicas=[],
            adding_replicas=[],
            leader=leader,
            leader_epoch=leader_epoch,
            partition_epoch=5,
            directories=[],
        ),
    )
    return topic_id


def watch(admin):
    """Begin to watch over brokers, as a controller of a cluster does."""
    peers = Peers()
    peers.image = lambda: admin.image
    admin.connection.attributes = ConnectionState()

    async def begin():
        liveness = Liveness(
            active=admin.gateway.active,
            controller=admin.gateway.controller,
            peers=peers,
            clock=admin.clock,
            image=lambda: admin.image,
            own_id=1,
            predecessor_id=None,
            session_timeout_ms=3000,
        )
        liveness.begin()
        return liveness

    admin.gateway.liveness = admin.runner.run(begin())


def resign(admin):
    """Let another broker decide; the term is ended when the fixture closes."""

    async def end():
        active, admin.gateway.active = admin.gateway.active, None
        admin.gateway.liveness = None
        await active.stop()

    admin.runner.run(end())
