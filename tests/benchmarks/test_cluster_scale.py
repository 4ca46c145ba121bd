# SPDX-License-Identifier: Apache-2.0
"""The simulated control plane counts what really happened: offsets, batches, requests."""

import asyncio

import pytest
from benchmarks.light_cluster import LightCluster, Step

from benchmarks import cluster_scale
from ottla.metadata.records import decode_metadata_batches

BROKERS, PARTITIONS, TOPICS = 5, 300, 3
REQUESTS_PER_APPEND = 2
"""Of each broker that follows: the head, the batch."""


@pytest.fixture
def cluster(tmp_path):
    """Give a cluster whose brokers are not in service yet."""
    return LightCluster(BROKERS, tmp_path)


def run(cluster: LightCluster, story) -> None:
    """Tell a story with a cluster and stop it."""

    async def told() -> None:
        try:
            await story()
        finally:
            await cluster.stop()

    asyncio.run(told())


def journal(cluster: LightCluster):
    """Return the batches that the service holds, by offset."""
    keys = sorted(key for key in cluster.service.keys if "/b/" in key)
    return [b for key in keys for b in decode_metadata_batches(cluster.service.keys[key].value)]


def test_records_are_offsets_and_batches_are_keys(cluster) -> None:
    """Each step's records fill the journal without a hole, and every follower has applied them."""
    steps: list[Step] = []

    async def story() -> None:
        for work in (
            cluster.start,
            lambda: cluster.create_partitions(PARTITIONS),
            lambda: cluster.fence(2),
            lambda: cluster.come_back(2),
            lambda: cluster.restart(3),
        ):
            before = cluster.image.next_offset
            steps.append(await cluster.measure(work))
            assert steps[-1].records == cluster.image.next_offset - before
        batches = journal(cluster)
        assert [batch.base_offset for batch in batches] == [
            0,
            *(batch.next_offset for batch in batches[:-1]),
        ]
        assert sum(step.records for step in steps) == batches[-1].next_offset
        assert sum(step.batches for step in steps) == len(batches)
        assert sum(step.batch_bytes for step in steps) == sum(len(b.data) for b in batches)
        for log in (cluster.standby, cluster.follower):
            assert log.image.next_offset == cluster.image.next_offset
            assert log.image.topics_by_name == cluster.image.topics_by_name
        assert all(
            set(partition.isr) == set(partition.replicas)
            for topic in cluster.image.topics_by_name.values()
            for partition in topic.partitions
        )

    run(cluster, story)
    assert (steps[1].records, steps[1].batches) == (PARTITIONS + TOPICS, 1)


def test_an_append_costs_each_follower_two_requests(cluster) -> None:
    """The deciding broker writes once; everybody else reads the head and the batch."""

    async def story() -> None:
        await cluster.start()
        await cluster.create_partitions(PARTITIONS)
        step = await cluster.measure(lambda: cluster.fence(2))
        assert step.batches == 1
        assert step.follower.zookeeper == step.follower.etcd == REQUESTS_PER_APPEND
        assert (step.follower.syncs, step.follower.transactions, step.follower.events) == (0, 0, 1)
        assert step.controller.transactions == 1
        whole = step.requests(BROKERS)
        assert whole.transactions == 1
        assert whole.zookeeper == step.controller.zookeeper + (BROKERS - 1) * REQUESTS_PER_APPEND

    run(cluster, story)


def test_a_standby_takes_over_with_everything(cluster) -> None:
    """It reads its tail, and decides on the state that the dead controller left."""

    async def story() -> None:
        await cluster.start()
        await cluster.create_partitions(PARTITIONS)
        await cluster.leave_standby_behind()
        await cluster.fence(2)
        left = cluster.image
        assert cluster.standby.image.next_offset < left.next_offset
        await cluster.take_over()
        assert cluster.image.topics_by_name == left.topics_by_name
        assert cluster.image.controller.broker_id == 1
        await cluster.fence(0)
        assert {b.broker_id for b in cluster.image.brokers.values() if b.fenced} == {0, 2}

    run(cluster, story)


def test_the_smallest_size_fills_the_table(tmp_path, monkeypatch) -> None:
    """Every line has a figure, and a broker that starts from nothing reaches the same offset."""
    monkeypatch.setattr(cluster_scale, "IDLE_S", 0.01)
    monkeypatch.setattr(cluster_scale, "HEARTBEATS", 5)
    found = asyncio.run(cluster_scale.measure(3, 100, tmp_path))
    lines = cluster_scale.markdown([found]).splitlines()
    assert lines[0] == "| brokers / partitions | 3 / 100 |"
    assert len(lines) == 2 + len(cluster_scale.LINES)
