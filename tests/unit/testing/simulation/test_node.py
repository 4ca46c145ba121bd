# SPDX-License-Identifier: Apache-2.0
"""Simulated machines: what survives a kill and a power cut, and crashes inside of disk calls."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import uuid

import pytest

from ottla.storage.files import OpenFile, read_file, write_file
from ottla.testing.simulated_disk import SimulatedCrash
from ottla.testing.simulation.world import World


def run(main, scenario, seed=1):
    """Run `main` on a machine and `scenario` beside it; return the failures."""
    with World(seed) as world:
        node = world.add_node("a")
        node.start(main)
        world.run(scenario(node))
        return world.failures


async def write_without_sync(node):
    """Write one durable file and one that only the page cache has."""
    write_file(node.disk, "/durable", b"old")
    write_file(node.disk, "/cached", b"new", durable=False)
    await asyncio.Event().wait()


def test_a_killed_process_leaves_what_it_wrote():
    """The page cache outlives the process; its next run finds everything."""

    async def scenario(node):
        await asyncio.sleep(1)
        node.kill()
        assert not node.is_running
        assert read_file(node.disk, "/cached") == b"new"
        first_boot = node.process.boot_id
        node.start()
        assert (node.process.name, node.process.boot_id) == ("a/2", first_boot)
        await asyncio.sleep(1)

    assert run(write_without_sync, scenario) == []


def test_a_power_cut_keeps_what_was_synced():
    """The rest is there or not, as the seed says; the machine boots anew."""
    kept = set()

    async def scenario(node):
        await asyncio.sleep(1)
        node.cut_power()
        assert read_file(node.disk, "/durable") == b"old"
        kept.add(node.disk.stat("/cached") is not None)
        first_boot = node.process.boot_id
        node.start()
        assert node.process.boot_id != first_boot

    for seed in range(8):
        assert run(write_without_sync, scenario, seed) == []
    assert kept == {False, True}


def test_a_process_may_die_within_a_disk_call():
    """What comes after the call does not happen, also not in a handler."""
    reached = []

    async def main(node):
        if node.run_number > 1:
            await asyncio.Event().wait()
        file = OpenFile(node.disk, "/file", create=True)
        try:
            for number in range(100):
                file.write((b"x",), number)
                reached.append(number)
                await asyncio.sleep(0.01)
        except BaseException:
            file.write((b"handler",), 0)
            reached.append("handler")
            raise

    async def scenario(node):
        await asyncio.sleep(0.055)
        node.crash_at_disk_call(3, power=False)
        await asyncio.sleep(1)
        assert not node.is_running
        assert reached == [0, 1, 2, 3, 4, 5, 6, 7]
        assert node.disk.content("/file") == b"xxxxxxxx"
        node.start()
        await asyncio.sleep(1)
        assert node.is_running

    assert run(main, scenario) == []


def test_a_program_that_ends_is_gone():
    """The end of `main` is the end of the process, its listeners and its other tasks."""
    ticks = []

    async def tick():
        while True:
            await asyncio.sleep(1)
            ticks.append(1)

    async def main(node):
        await asyncio.get_running_loop().create_server(asyncio.Protocol, "", 9092)
        node.task = asyncio.create_task(tick())
        await asyncio.sleep(3.5)

    async def scenario(node):
        await asyncio.sleep(10)
        assert not node.is_running
        assert len(ticks) == 3
        node.start()
        await asyncio.sleep(1)

    assert run(main, scenario) == []


def test_failures_of_programs_are_collected():
    """Whatever a program does not catch is reported: in main, a callback, a task or the log."""

    async def fail():
        raise ValueError("in a task")

    def fail_at_once():
        raise ValueError("in a callback")

    async def main(node):
        loop = asyncio.get_running_loop()
        loop.call_later(1, fail_at_once)
        node.task = asyncio.create_task(fail())
        try:
            raise ValueError("in a handler")  # noqa: TRY301 - it has to be caught
        except ValueError:
            logging.getLogger("ottla.x").exception("closing")
        await asyncio.sleep(2)
        raise ValueError("in main")

    async def scenario(_node):
        await asyncio.sleep(10)

    failures = run(main, scenario)
    for place in ("in main", "in a callback", "in a handler"):
        assert sum(f"{place}'" in failure for failure in failures) == 1, failures


def test_a_task_that_failed_unseen_is_reported_at_the_end():
    """Also one that its owner still holds."""

    async def fail():
        raise ValueError("in a task")

    async def main(node):
        node.task = asyncio.create_task(fail())
        await asyncio.Event().wait()

    async def scenario(_node):
        await asyncio.sleep(1)

    assert "in a task" in run(main, scenario)[0]


def test_chance_that_programs_take_from_the_system_follows_the_seed():
    """Identifiers and unseeded generators are the same in each run of a seed."""

    def drawn(seed):
        found = []

        async def main(_node):
            found.extend(
                (
                    uuid.uuid4(),
                    os.urandom(4),
                    random.Random().random(),
                    random.SystemRandom().random(),
                    random.random(),
                )
            )

        async def scenario(_node):
            await asyncio.sleep(1)

        assert run(main, scenario, seed) == []
        return found

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert uuid.uuid4() != uuid.uuid4()


def test_what_a_dead_process_left_cannot_touch_the_disk():
    """Objects of a dead process may live on in the heap; their calls go nowhere."""

    async def scenario(node):
        await asyncio.sleep(1)
        context = node.process.context
        node.kill()
        with pytest.raises(SimulatedCrash):
            context.run(node.disk.unlink, "/durable")
        assert node.disk.stat("/durable") is not None

    assert run(write_without_sync, scenario) == []
