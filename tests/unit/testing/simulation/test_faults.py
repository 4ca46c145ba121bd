# SPDX-License-Identifier: Apache-2.0
"""Power is cut no more often than what the default flush profile promises to survive."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ottla.testing.simulation.cluster import Run, RunSettings
from ottla.testing.simulation.engine import EngineService
from ottla.testing.simulation.faults import Faults, FaultSettings
from ottla.testing.simulation.world import World


async def idle(_node) -> None:
    """Be a program that does nothing."""
    await asyncio.Event().wait()


def power_cuts(*, are_recovered: bool, is_flushed: bool = False) -> int:
    """Count how often power is cut in twenty seconds."""
    recovery = SimpleNamespace(
        broker_epoch=lambda _node: 7, is_recovered=lambda _node, since_epoch: are_recovered
    )
    settings = FaultSettings(
        kinds=("power", "disk crash"), pause_s=0.2, hold_most_s=0.5, is_flushed=is_flushed
    )
    with World(1) as world:
        nodes = [world.add_node(name) for name in ("b1", "b2", "b3")]
        faults = Faults(world, nodes, [], EngineService(world), recovery, settings)

        async def scenario() -> None:
            for node in nodes:
                node.start(idle)
            await faults.run(20.0)
            await faults.heal()

        world.run(scenario())
    return sum("cut the power" in event for event in faults.events)


def test_power_is_cut_again_only_when_the_last_victim_is_back():
    """Whoever lost records must have copied them before another one may lose them."""
    assert power_cuts(are_recovered=False) == 1
    assert power_cuts(are_recovered=True) > 5


def test_what_is_flushed_survives_any_number_of_power_cuts():
    """With flush.profile=ack nobody has to be waited for."""
    assert power_cuts(are_recovered=False, is_flushed=True) > 5


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_broker_has_recovered_when_it_is_in_sync_under_a_new_registration(partitions):
    """What the metadata said of it before its power was cut counts for nothing."""
    with World(3) as world:
        run = Run(world, RunSettings(topics={"t": partitions}))
        cluster, node = run.cluster, run.cluster.nodes[0]

        async def scenario() -> None:
            cluster.start()
            run.admin.start(idle)
            await run.admin.run(run._create_topics())
            await asyncio.sleep(5)
            epoch = cluster.broker_epoch(node)
            assert cluster.is_recovered(node, since_epoch=-1)
            assert not cluster.is_recovered(node, since_epoch=epoch)
            node.cut_power()
            node.start()
            while not cluster.is_recovered(node, since_epoch=epoch):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.1)
            image = cluster._newest_image()
            isrs = [partition.isr for partition in image.topics_by_name["t"].partitions]
            assert [sorted(isr) for isr in isrs] == [[1, 2, 3]] * partitions

        world.run(scenario())
