# SPDX-License-Identifier: Apache-2.0
"""Brokers that stand for election over one engine: who decides, and how a term ends."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.broker.cluster_bench import ClusterBroker, run, until

from ottla.base.errors import OttlaError, StorageError
from ottla.controller.decision import Decision
from ottla.metadata.engines.memory import MemoryCluster
from ottla.metadata.journal import EngineUnavailable
from ottla.protocol.errors import ApiError
from ottla.protocol.messages.cluster_metadata import (
    BeginTransactionRecord,
    RegisterControllerRecord,
    TopicRecord,
)


def topic(name):
    """Make a topic without partitions."""
    return TopicRecord(name=name, topic_id=name.encode().ljust(16, b"_"))


async def create(broker, name):
    """Have a broker decide on a topic."""
    await broker.gateway.change(lambda image: Decision([topic(name)], None))


async def started(cluster, *broker_ids: int):
    """Start brokers one after the other, so that the first one is elected."""
    brokers = []
    for broker_id in broker_ids:
        broker = ClusterBroker(cluster, broker_id)
        await broker.start()
        brokers.append(broker)
        await asyncio.sleep(0.1)
    await until(lambda: all(each.gateway.controller_id == broker_ids[0] for each in brokers))
    return brokers


def test_one_broker_decides_and_everybody_knows_who():
    """The first record of a term says so; the features of the cluster come with the first term."""

    async def scenario():
        cluster = MemoryCluster()
        one, two = await started(cluster, 1, 2)
        assert one.gateway.active is not None
        assert one.gateway.liveness is not None
        assert two.gateway.active is None
        assert one.image.controller_epoch == two.image.controller_epoch == 1
        assert two.image.features == one.image.features != {}
        assert [host.host for host in two.image.controller.endpoints] == ["host1"]

    run(scenario())


def test_when_it_dies_another_one_goes_on_from_there():
    """Nothing that was answered is lost, and the epoch has risen."""

    async def scenario():
        one, two = await started(MemoryCluster(), 1, 2)
        await create(one, "a")
        await one.die()
        await until(lambda: two.gateway.active is not None)
        assert two.image.controller_epoch == 2
        assert two.gateway.controller_id == 2
        await create(two, "b")
        assert list(two.image.topics_by_name) == ["a", "b"]

    run(scenario())


def test_a_deposed_controller_decides_no_more_and_stands_again():
    """Whoever saw its process dead was wrong, or it was paused: it is fenced all the same."""

    async def scenario():
        one, two = await started(MemoryCluster(), 1, 2)
        await two.engine.depose(1)
        await until(lambda: two.gateway.active is not None)
        await until(lambda: one.gateway.controller_id == 2)
        assert one.gateway.active is None
        with pytest.raises(ApiError):
            await create(one, "zombie")
        await create(two, "a")
        await two.die()
        await until(lambda: one.gateway.active is not None)
        assert list(one.image.topics_by_name) == ["a"]

    run(scenario())


def test_a_clean_stop_gives_the_office_up_at_once():
    """Nobody waits for the end of a session."""

    async def scenario():
        one, two = await started(MemoryCluster(), 1, 2)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await one.candidate.stop()
        await until(lambda: two.gateway.active is not None)
        assert loop.time() - began < 0.5
        assert one.gateway.active is None

    run(scenario())


def test_what_the_last_term_left_open_is_aborted():
    """A change over several batches that never ended changes nothing."""

    async def scenario():
        one, two = await started(MemoryCluster(), 1, 2)
        await one.log.append([BeginTransactionRecord(), topic("half")], 1)
        await one.die()
        await until(lambda: two.gateway.active is not None)
        assert not two.log.has_open_transaction
        await create(two, "whole")
        assert list(two.image.topics_by_name) == ["whole"]

    run(scenario())


def test_a_silent_engine_ends_the_term_and_is_asked_again():
    """The broker itself goes on serving; it campaigns until the engine is back."""

    async def scenario():
        (one,) = await started(MemoryCluster(), 1)
        append, silent_since = one.engine.append, []

        async def silent(records, **where: object):
            silent_since.append(1)
            raise EngineUnavailable("silent")

        one.engine.append = silent
        with pytest.raises(ApiError):
            await create(one, "a")
        await until(lambda: len(silent_since) > 3)  # it tries to begin a term again and again
        assert one.gateway.active is None
        assert one.failures == []
        one.engine.append = append
        await until(lambda: one.gateway.active is not None)
        await create(one, "b")
        assert list(one.image.topics_by_name) == ["b"]

    run(scenario())


def test_a_broken_disk_ends_the_broker():
    """It cannot go on, and says why."""

    async def scenario():
        (one,) = await started(MemoryCluster(), 1)

        async def broken(records, **where: object):
            raise StorageError("the disk is gone")

        one.engine.append = broken
        with pytest.raises(ApiError):
            await create(one, "a")
        await until(lambda: one.failures)
        assert isinstance(one.failures[0], OttlaError)

    run(scenario())


def test_a_term_reads_the_journal_to_its_end_first():
    """What the last controller wrote, and this broker had not read yet, is decided upon."""

    async def scenario():
        cluster = MemoryCluster()
        one, two = await started(cluster, 1, 2)
        follow = two.log._follower
        follow.cancel()  # the second broker hears nothing any more
        await create(one, "a")
        assert list(two.image.topics_by_name) == []
        await one.die()
        await until(lambda: two.gateway.active is not None)
        assert list(two.image.topics_by_name) == ["a"]
        assert isinstance(
            (await two.engine.read(two.image.offset))[0].records[-1], RegisterControllerRecord
        )

    run(scenario())
