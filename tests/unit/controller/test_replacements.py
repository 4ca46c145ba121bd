# SPDX-License-Identifier: Apache-2.0
"""Claims about who gets one more replica."""

from __future__ import annotations

from ottla.controller.replacements import Load


def test_the_broker_with_the_least_to_carry_is_chosen(cluster_of, broker):
    """Every choice counts for the next one; fenced and excluded brokers are left out."""
    cluster = cluster_of(*(broker(n) for n in (1, 2, 3, 4)), broker(5, fenced=True))
    cluster.create("t", 1, 1)
    cluster.put(replicas=[1], isr=[1], leader=1)
    load = Load(cluster.image, excluded=[4])
    assert load.spare([1]) == 2
    assert [load.choose([]) for _ in range(4)] == [2, 3, 1, 2]


def test_racks_go_before_load(cluster_of, broker):
    """A replica goes to a rack that the partition does not use while there is one."""
    cluster = cluster_of(broker(1, rack="a"), broker(2, rack="a"), broker(3, rack="b"), broker(4))
    cluster.create("t", 2, 1)
    cluster.put("t", 0, replicas=[3], isr=[3], leader=3)
    cluster.put("t", 1, replicas=[4], isr=[4], leader=4)
    load = Load(cluster.image)
    assert load.choose([1]) == 3
    assert load.choose([1, 3]) == 4
    assert load.choose([1, 3, 4]) == 2
