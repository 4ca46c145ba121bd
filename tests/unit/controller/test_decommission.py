# SPDX-License-Identifier: Apache-2.0
"""Claims about brokers that are emptied."""

from __future__ import annotations

from ottla.controller.decommission import DecommissionProgress


def finish(cluster):
    """Let every move under way complete, as the leaders would."""
    for topic in cluster.image.topics_by_name.values():
        for partition in topic.partitions:
            if partition.adding_replicas:
                target = [b for b in partition.replicas if b not in partition.removing_replicas]
                leader = partition.leader if partition.leader in target else target[0]
                cluster.put(
                    topic.name,
                    partition.partition_id,
                    replicas=target,
                    isr=target,
                    leader=leader,
                    adding_replicas=[],
                    removing_replicas=[],
                )


def test_every_replica_moves_elsewhere(cluster_of, broker):
    """Round by round, spread over the others, and at the end nothing is left."""
    cluster = cluster_of(*(broker(n) for n in (1, 2, 3, 4)))
    cluster.create("t", 8, 2)
    on_it = [
        p.partition_id for p in cluster.image.topics_by_name["t"].partitions if 1 in p.replicas
    ]
    progress = cluster.do("decommission", [1], moves_max=2)
    assert progress == DecommissionProgress(2, len(on_it) - 2, ())
    assert cluster.do("decommission", [1], moves_max=2) == progress
    rounds = 0
    while not progress.is_empty:
        finish(cluster)
        progress = cluster.do("decommission", [1], moves_max=2)
        rounds += 1
    assert rounds == (len(on_it) + 1) // 2
    partitions = cluster.image.topics_by_name["t"].partitions
    held = [sum(b in p.replicas for p in partitions) for b in (1, 2, 3, 4)]
    assert held[0] == 0
    assert max(held) - min(held[1:]) <= 2


def test_the_replacement_takes_the_place_of_the_old_replica(cluster_of, broker):
    """The preferred leader is replaced by a preferred leader, in the same rack if need be."""
    cluster = cluster_of(
        broker(1, rack="a"), broker(2, rack="b"), broker(3, rack="b"), broker(4, rack="a")
    )
    cluster.create("t", 1, 2)
    cluster.put(replicas=[1, 2], isr=[1, 2], leader=1)
    cluster.do("decommission", [1])
    assert cluster.partition().replicas == (4, 2, 1)
    assert cluster.partition().removing_replicas == (1,)


def test_several_brokers_at_once(cluster_of, broker):
    """None of them gets what another one gives away."""
    cluster = cluster_of(*(broker(n) for n in (1, 2, 3, 4)))
    cluster.create("t", 4, 2)
    cluster.do("decommission", [1, 2])
    finish(cluster)
    assert cluster.do("decommission", [1, 2]).is_empty
    assert all(set(p.replicas) == {3, 4} for p in cluster.image.topics_by_name["t"].partitions)


def test_a_cluster_that_is_too_small_says_so(cluster_of, broker):
    """Partitions that need every broker are named; what somebody else moves is waited for."""
    cluster = cluster_of(*(broker(n) for n in (1, 2, 3)))
    cluster.create("t", 1, 3)
    assert cluster.do("decommission", [1]) == DecommissionProgress(0, 1, (("t", 0),))
    cluster.put(replicas=[1, 2], isr=[2], adding_replicas=[1], leader=2)
    assert cluster.do("decommission", [1]) == DecommissionProgress(0, 1, ())
