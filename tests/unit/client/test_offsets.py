# SPDX-License-Identifier: Apache-2.0
"""Listing offsets from the leaders."""

from __future__ import annotations

import pytest

from ottla.client.offsets import LATEST, first_and_end_offsets, list_offsets
from ottla.client.settings import ClientSettings
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError
from ottla.records.bulk_builder import build_value_batch


def test_each_leader_is_asked_for_its_partitions(network, run):
    """First and end offsets come from the partitions' own leaders."""
    fake = network.cluster(2)
    fake.leaders["t"] = [1, 2]
    fake.first_offset = 1
    fake.logs["t", 1].append(build_value_batch([b"a", b"b"], timestamp_ms=1))
    names = [TopicPartition("t", 0), TopicPartition("t", 1)]

    async def scenario():
        async with fake.client() as cluster:
            await cluster.topic("t")
            ranges = await first_and_end_offsets(cluster, names)
            assert ranges == {names[0]: (1, 0), names[1]: (1, 2)}

    run(scenario)


def test_moved_leader_is_found(network, run):
    """A refusal by the old leader leads to the new one."""
    fake = network.cluster(2)
    fake.leaders["t"] = [1]
    name = TopicPartition("t", 0)

    async def scenario():
        async with fake.client() as cluster:
            await cluster.topic("t")
            fake.leaders["t"] = [2]
            assert (await list_offsets(cluster, {name: LATEST}))[name].offset == 0

    run(scenario)


def test_unknown_topic_is_an_error(fake, run):
    """A topic without a known leader is reported when time is over."""

    async def scenario():
        settings = ClientSettings(retry_backoff_ms=1, operation_timeout_ms=10)
        async with fake.client(settings) as cluster:
            with pytest.raises(ApiError, match="LEADER_NOT_AVAILABLE"):
                await list_offsets(cluster, {TopicPartition("nope", 0): LATEST})

    run(scenario)
