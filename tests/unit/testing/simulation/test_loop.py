# SPDX-License-Identifier: Apache-2.0
"""The simulated loop: virtual time, turns of processes, threads that are none."""

from __future__ import annotations

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ottla.testing.simulation.loop import START_S, NotSimulated, SimulatedLoop, Stuck
from ottla.testing.simulation.world import World


@pytest.fixture
def loop():
    """Make a loop without a world around it."""
    loop = SimulatedLoop(random.Random(1))
    yield loop
    loop.close()


def test_an_hour_passes_at_once(loop):
    """Sleeping costs virtual time only."""
    began = time.monotonic()
    loop.run_until_complete(asyncio.sleep(3600))
    assert loop.now == START_S + 3600
    assert time.monotonic() - began < 5


def test_callbacks_keep_the_order_of_asyncio(loop):
    """Turns come first in, first out; timers of one moment in the order of their making."""
    seen = []

    async def main():
        loop.call_later(1, seen.append, "c")
        loop.call_later(1, seen.append, "d")
        loop.call_later(0.5, seen.append, "b")
        loop.call_soon(seen.append, "a")
        await asyncio.sleep(2)

    loop.run_until_complete(main())
    assert seen == ["a", "b", "c", "d"]


def test_a_cancelled_timer_does_not_fire_and_does_not_pile_up(loop):
    """Time-outs that are not needed cost nothing later."""

    async def main():
        for _ in range(10_000):
            loop.call_later(30, pytest.fail, "it was cancelled").cancel()
        assert len(loop._timers) < 1_000
        await asyncio.sleep(60)

    loop.run_until_complete(main())


def test_timeouts_are_measured_in_virtual_time(loop):
    """asyncio.timeout and wait_for work unchanged."""

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.Event().wait()
        assert loop.time() == START_S + 5
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        assert loop.time() == START_S + 10

    loop.run_until_complete(main())


def test_waiting_for_nothing_is_noticed(loop):
    """A wait that nothing can end fails instead of hanging."""

    async def main():
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        loop.run_until_complete(main())


def test_a_function_in_a_pool_takes_a_while_and_brings_its_result(loop):
    """Results and exceptions come as from a thread, later than the call."""

    def fail():
        raise ValueError("on purpose")

    async def main():
        before = loop.time()
        assert await loop.run_in_executor(None, lambda: 7) == 7
        assert loop.time() > before
        with pytest.raises(ValueError, match="on purpose"):
            await asyncio.to_thread(fail)

    loop.run_until_complete(main())


def test_one_worker_does_one_thing_after_the_other(loop):
    """A pool's size is kept: with one worker the order is that of the calls."""
    seen = []

    async def main():
        with ThreadPoolExecutor(1) as pool:
            await asyncio.gather(
                *(loop.run_in_executor(pool, seen.append, number) for number in range(50))
            )
        with pytest.raises(RuntimeError):
            loop.run_in_executor(pool, seen.append, 50)

    loop.run_until_complete(main())
    assert seen == list(range(50))


def test_many_workers_finish_in_an_order_of_the_seed():
    """Different seeds give different orders, the same seed the same."""

    def order(seed):
        seen = []
        loop = SimulatedLoop(random.Random(seed))

        async def main():
            with ThreadPoolExecutor(4) as pool:
                calls = [loop.run_in_executor(pool, int, number) for number in range(20)]
                for number, call in enumerate(calls):
                    call.add_done_callback(lambda _, number=number: seen.append(number))
                await asyncio.wait(calls)

        loop.run_until_complete(main())
        loop.close()
        return tuple(seen)

    assert order(3) == order(3)
    assert len({order(seed) for seed in range(5)}) > 1


def test_nothing_reaches_outside(loop):
    """Signals, sockets and subprocesses are refused by name."""
    with pytest.raises(NotSimulated):
        loop.add_signal_handler(15, print)
    with pytest.raises(NotSimulated):
        loop.add_reader(0, print)
    with pytest.raises(NotSimulated):
        loop.subprocess_exec(asyncio.SubprocessProtocol, "ls")


def test_a_paused_process_gets_its_turns_later():
    """Time goes on while a process is paused; then it does everything at once."""
    seen = []

    async def tick(node):
        while True:
            await asyncio.sleep(1)
            seen.append(round(node.world.now_s - START_S, 1))

    async def scenario(world, node):
        await asyncio.sleep(2.5)
        node.pause()
        await asyncio.sleep(5)
        node.resume()
        await asyncio.sleep(1.2)

    with World(1) as world:
        node = world.add_node("a")
        node.start(tick)
        world.run(scenario(world, node))
        assert world.failures == []
    assert seen == [1.0, 2.0, 7.5, 8.5]


def test_a_dead_process_cleans_nothing_up():
    """A crash runs no finally clause, fires no timer, and touches nothing later either."""
    seen = []

    async def main(node):
        asyncio.get_running_loop().call_later(2, seen.append, "timer")
        try:
            await asyncio.sleep(1000)
        finally:
            node.disk.put("/mark", b"")
            node.disk.unlink("/mark")
            seen.append("clause")

    async def scenario(node):
        await asyncio.sleep(1)
        node.kill()
        await asyncio.sleep(10)

    with World(1) as world:
        node = world.add_node("a")
        node.start(main)
        world.run(scenario(node))
        assert not seen
        assert world.failures == []
    assert not seen


def test_clocks_of_machines_drift_and_jump():
    """A process sees its machine's clock, and its timers follow that clock."""
    fired = []

    async def main(node):
        loop = asyncio.get_running_loop()
        start_ms = node.clock.now_ms()
        begin = loop.time()
        loop.call_at(begin + 100, lambda: fired.append((node.world.now_s, node.clock.now_ms())))
        await asyncio.sleep(200)
        assert loop.time() - begin == pytest.approx(200)
        assert node.clock.now_ms() - start_ms == pytest.approx(200_000, abs=2)

    with World(1) as world:
        node = world.add_node("a")
        node.clock.rate = 1.01
        before_ms = node.clock.wall_ms()
        node.clock.jump(60)
        assert node.clock.wall_ms() - before_ms == 60_000
        node.start(main)
        world.run(asyncio.sleep(300))
        assert world.failures == []
    assert fired[0][0] == pytest.approx(START_S + 100 / 1.01)
