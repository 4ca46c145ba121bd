# SPDX-License-Identifier: Apache-2.0
"""Claims about topics that brokers make for themselves."""

from __future__ import annotations

from collections import Counter

import pytest

from ottla.controller.topic_names import INTERNAL_TOPICS
from ottla.metadata.snapshot import broker_record
from ottla.protocol.messages.cluster_metadata import ConfigRecord


@pytest.mark.parametrize(
    ("brokers", "replicas", "min_isr"), [(1, 1, "1"), (2, 2, "2"), (5, 3, "2")]
)
def test_replicas_are_clamped_to_live_brokers(cluster_of, broker, brokers, replicas, min_isr):
    """One broker alone gets its internal topics; many brokers get what the settings ask for."""
    cluster = cluster_of(*(broker(n) for n in range(1, brokers + 1)), broker(99, fenced=True))
    results = cluster.do("create_automatic_topics", sorted(INTERNAL_TOPICS))
    assert [result.error_code for result in results] == [0, 0, 0]
    for name in INTERNAL_TOPICS:
        topic = cluster.image.topics_by_name[name]
        assert len(topic.partitions) == 50
        assert {len(p.replicas) for p in topic.partitions} == {replicas}
    texts = cluster.image.config(2, "__transaction_state")
    assert texts["min.insync.replicas"] == min_isr
    assert cluster.image.config(2, "__consumer_offsets")["cleanup.policy"] == "compact"
    assert cluster.image.config(2, "__share_group_state")["retention.ms"] == "-1"


def test_ordinary_topics_get_the_defaults(cluster):
    """A topic that a client needs has num.partitions; names that exist are left out."""
    cluster.create("there")
    results = cluster.do("create_automatic_topics", ["new", "there", "new"])
    assert [(result.name, result.num_partitions) for result in results] == [("new", 2)]


def test_a_broker_on_its_way_out_does_not_count(cluster_of, broker):
    """It gets no replicas, so there must be no more of them than others can hold."""
    cluster = cluster_of(broker(1), broker(2), broker(3, leaving=True))
    (result,) = cluster.do("create_automatic_topics", ["__consumer_offsets"])
    assert (result.error_code, result.replication_factor) == (0, 2)


def complete(cluster, name):
    """Let every move of a topic complete, as the leaders would."""
    for partition in cluster.image.topics_by_name[name].partitions:
        if partition.adding_replicas:
            cluster.put(name, partition.partition_id, isr=partition.replicas, adding_replicas=[])


def test_internal_topics_grow_with_the_cluster(cluster_of, broker):
    """Replicas first, a few partitions at a time; then the in-sync replicas that are required."""
    cluster = cluster_of(broker(1), offsets_topic_num_partitions=30)
    cluster.do("create_automatic_topics", sorted(INTERNAL_TOPICS - {"__share_group_state"}))
    assert cluster.do("grow_internal_topics") == (0, 0)
    records = [broker_record(broker(n)) for n in (2, 3, 4)]
    cluster.image, _ = cluster.image.apply(records)
    assert cluster.do("grow_internal_topics") == (20, 60)
    assert cluster.do("grow_internal_topics") == (20, 60)
    growth, rounds = None, 0
    while growth != (0, 0):
        for name in ("__consumer_offsets", "__transaction_state"):
            complete(cluster, name)
        growth = cluster.do("grow_internal_topics")
        rounds += 1
    assert rounds == 4
    for name in ("__consumer_offsets", "__transaction_state"):
        partitions = cluster.image.topics_by_name[name].partitions
        assert {len(p.replicas) for p in partitions} == {3}
        preferred = Counter(p.replicas[0] for p in partitions)
        assert set(preferred) == {1, 2, 3, 4}
        assert max(preferred.values()) <= len(partitions) // 2
    assert cluster.image.config(2, "__transaction_state")["min.insync.replicas"] == "2"
    assert "min.insync.replicas" not in cluster.image.config(2, "__consumer_offsets")
    end = cluster.image.next_offset
    cluster.do("grow_internal_topics")
    assert cluster.image.next_offset == end


def test_required_replicas_wait_for_in_sync_ones(cluster_of, broker):
    """Raising the minimum above what is in sync would stop transactions."""
    cluster = cluster_of(broker(1), broker(2), transaction_state_log_num_partitions=1)
    cluster.do("create_automatic_topics", ["__transaction_state"])
    name, key = "__transaction_state", "min.insync.replicas"
    record = ConfigRecord(resource_type=2, resource_name=name, name=key, value="1")
    cluster.image, _ = cluster.image.apply([record])
    isr = cluster.partition(name).isr
    cluster.put(name, isr=isr[:1])
    cluster.do("grow_internal_topics")
    assert cluster.image.config(2, name)[key] == "1"
    cluster.put(name, isr=isr)
    cluster.do("grow_internal_topics")
    assert cluster.image.config(2, name)[key] == "2"
