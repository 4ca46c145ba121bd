# SPDX-License-Identifier: Apache-2.0
"""Reading from the replica in the consumer's own rack, KIP-392."""

from __future__ import annotations

import pytest
from tests.served_fetches import note_served_fetches

from ottla import Admin, Consumer, Producer
from ottla.testing import Cluster

SELECTOR = "org.apache.kafka.common.replica.RackAwareReplicaSelector"


@pytest.mark.timeout(120)
def test_a_near_replica_is_read_until_it_dies(topic, monkeypatch):
    """The leader names it, it answers, and after its death the leader does."""
    served = note_served_fetches(monkeypatch)
    racks = {number: {"broker.rack": f"rack-{number}"} for number in (1, 2)}
    settings = {"replica.selector.class": SELECTOR}
    with Cluster(brokers=2, settings=settings, broker_settings=racks) as cluster:
        bootstrap = cluster.bootstrap_servers
        with Admin(bootstrap) as admin:
            admin.create_topic(topic, partitions=1, replication_factor=2)
            [partition] = admin.describe_topic(topic).partitions
        [near] = {1, 2} - {partition.leader}
        with (
            Producer(bootstrap) as producer,
            Consumer(
                topic,
                bootstrap_servers=bootstrap,
                from_beginning=True,
                client_rack=f"rack-{near}",
            ) as consumer,
        ):
            producer.send(topic, "one").result(30)
            assert next(consumer).value == b"one"
            served.clear()
            producer.send(topic, "two").result(30)
            assert next(consumer).value == b"two"
            assert set(served) == {(near, False)}
            cluster.kill(near)
            producer.send(topic, "three").result(30)
            assert next(consumer).value == b"three"
            assert served[-1] == (partition.leader, True)
