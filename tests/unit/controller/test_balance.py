# SPDX-License-Identifier: Apache-2.0
"""Claims about leadership that goes back."""

from __future__ import annotations

from ottla.controller.balance import balance_leaders
from ottla.controller.partition_change import PartitionDefaults, PartitionRules


def test_preferred_leaders_lead_again(cluster_of, broker):
    """Where they are live and in sync, a bounded number in one round."""
    cluster = cluster_of(broker(1), broker(2), broker(3, fenced=True))
    cluster.create("t", 5)
    cluster.put("t", 0, replicas=[1, 2], isr=[1, 2], leader=2)
    cluster.put("t", 1, replicas=[1, 2], isr=[2], leader=2)
    cluster.put("t", 2, replicas=[3, 2], isr=[3, 2], leader=2)
    cluster.put("t", 3, replicas=[1, 2], isr=[1, 2], leader=1)
    cluster.put("t", 4, replicas=[1, 2], isr=[1, 2], leader=-1)
    rules = PartitionRules(cluster.image, PartitionDefaults(1, allows_unclean=False))
    records, has_more = balance_leaders(cluster.image, rules, elections_max=1)
    assert [r.partition_id for r in records] == [0]
    assert has_more
    assert cluster.do("balance_leaders") is False
    assert [p.leader for p in cluster.image.topics_by_name["t"].partitions] == [1, 2, 2, 1, 1]
    end = cluster.image.next_offset
    cluster.do("balance_leaders")
    assert cluster.image.next_offset == end
