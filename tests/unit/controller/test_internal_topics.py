# SPDX-License-Identifier: Apache-2.0
"""Claims about topics that brokers make for themselves."""

from __future__ import annotations

import pytest

from ottla.controller.topic_names import INTERNAL_TOPICS


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
