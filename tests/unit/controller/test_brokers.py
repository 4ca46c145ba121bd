# SPDX-License-Identifier: Apache-2.0
"""Claims about brokers that register."""

from __future__ import annotations

from ottla.controller.brokers import BrokerFacts
from ottla.controller.features import INITIAL_FEATURES
from ottla.metadata.image import BrokerEndpoint, ClusterImage
from ottla.protocol.messages.cluster_metadata import FeatureLevelRecord, PartitionChangeRecord

FACTS = BrokerFacts(1, b"n" * 16, (BrokerEndpoint("PLAINTEXT", "h", 9, 0),), rack="r")


def register(cluster, facts=FACTS):
    """Register and return the broker epoch."""
    return cluster.do("register_broker", facts, cluster.image.next_offset)


def leave(cluster, topic, number=0, **fields: object):
    """Change a partition by hand."""
    topic_id = cluster.image.topics_by_name[topic].topic_id
    record = PartitionChangeRecord(partition_id=number, topic_id=topic_id, **fields)
    cluster.image, _ = cluster.image.apply([record])


def test_an_empty_log_begins_with_features(cluster):
    """Ours, unless the folder brings its own; a log that has begun gets none."""
    empty = ClusterImage("c")
    records = cluster.controller.bootstrap(empty).records
    assert {r.name: r.feature_level for r in records} == INITIAL_FEATURES
    formatted, _ = empty.apply(
        [FeatureLevelRecord(name=n, feature_level=5) for n in ("a.version", "metadata.version")],
        next_offset=0,
    )
    records = cluster.controller.bootstrap(formatted).records
    assert [r.name for r in records] == ["metadata.version", "a.version"]
    assert cluster.controller.bootstrap(cluster.image).records == []


def test_an_old_log_is_given_the_features_that_came_later(cluster):
    """One that has but the metadata version gets the rest; one of Kafka's is left as it is."""
    empty = ClusterImage("c")
    old, _ = empty.apply([FeatureLevelRecord(name="metadata.version", feature_level=30)])
    records = cluster.controller.bootstrap(old).records
    assert [(r.name, r.feature_level) for r in records] == [
        ("group.version", 1),
        ("transaction.version", 2),
    ]
    upgraded, _ = old.apply(records)
    assert cluster.controller.bootstrap(upgraded).records == []
    foreign, _ = old.apply(
        [FeatureLevelRecord(name="eligible.leader.replicas.version", feature_level=1)]
    )
    assert cluster.controller.bootstrap(foreign).records == []


def test_a_broker_is_in_service_at_once(cluster):
    """It is registered unfenced with what it says of itself, in a new epoch."""
    first, second = register(cluster), register(cluster)
    assert second > first
    broker = cluster.image.brokers[1]
    assert broker.is_live
    assert (broker.rack, broker.endpoints, broker.broker_epoch) == ("r", FACTS.endpoints, second)


def test_a_clean_restart_changes_no_partition(cluster):
    """Ten thousand partitions must not cost ten thousand records at every start."""
    cluster.create("t", 3)
    before = cluster.image.topics_by_name["t"]
    register(cluster)
    assert cluster.image.topics_by_name["t"] is before


def test_an_unclean_restart_starts_new_leader_epochs(cluster):
    """Clients that saw a lost tail must notice."""
    cluster.create("t", 2)
    register(cluster, FACTS._replace(stopped_cleanly=False))
    partitions = cluster.image.topics_by_name["t"].partitions
    assert [(p.leader, p.leader_epoch) for p in partitions] == [(1, 1), (1, 1)]


def test_partitions_that_waited_get_a_leader(cluster):
    """In-sync replicas lead again, eligible ones too, others do not."""
    cluster.create("t", 3)
    leave(cluster, "t", 0, leader=-1)
    leave(cluster, "t", 1, leader=-1, isr=[], eligible_leader_replicas=[1], last_known_elr=[1])
    leave(cluster, "t", 2, leader=-1, isr=[], replicas=[2])
    register(cluster)
    partitions = cluster.image.topics_by_name["t"].partitions
    assert [(p.leader, p.isr) for p in partitions] == [(1, (1,)), (1, (1,)), (-1, ())]
    assert partitions[1].eligible_leader_replicas == partitions[1].last_known_elr == ()
