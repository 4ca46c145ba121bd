# SPDX-License-Identifier: Apache-2.0
"""A simulated machine: an address, a disk, a clock, and one program that may die or stand still.

node.start(main)      run `main(node)` as a new process
node.kill()           kill -9: the kernel and what was written stay
node.cut_power(seed)  the machine is off: what was not synced is there or not, by seed
node.pause(), resume()  SIGSTOP and SIGCONT
node.crash_at_disk_call(n)  die within the n-th call of the file system from now on
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ottla.testing.simulated_disk import SimulatedCrash, SimulatedDisk
from ottla.testing.simulation.process import CURRENT, Process

if TYPE_CHECKING:
    import asyncio
    import random
    from collections.abc import Callable, Coroutine

    from ottla.testing.simulation.clock import SimulatedClock
    from ottla.testing.simulation.world import World

_T = TypeVar("_T")


class NodeDisk(SimulatedDisk):
    """A machine's disk; a dead process cannot touch it, and one that crashes in a call is dead."""

    def __init__(self) -> None:
        super().__init__()
        self.on_crash: Callable[[], None] = _nobody_is_told

    def _step(self, operation: str) -> None:
        process = CURRENT.get()
        if process is None:
            return  # the world looks, which neither counts nor crashes
        if process.is_dead:
            raise SimulatedCrash
        try:
            super()._step(operation)
        except SimulatedCrash:
            self.on_crash()
            raise

    # the world looks

    def piece(self, path: str, position: int, size: int) -> bytes:
        """Return some of the bytes that a reader would see in a file."""
        return bytes(self._file(path).cached[position : position + size])


class Node:
    """One machine of a world; made by `World.add_node`."""

    def __init__(self, world: World, name: str, clock: SimulatedClock) -> None:
        self.world = world
        self.name = name
        self.clock = clock
        self.host = world.network.add_host(name)
        self.disk = NodeDisk()
        self.disk.on_crash = self._crashed_in_disk
        self.process: Process | None = None
        self.run_number = 0
        self.boot_number = 1
        self._main: Callable[[Node], Coroutine[Any, Any, None]] | None = None
        self._crash_cuts_power = False
        self._chance: random.Random = world.random(f"node {name}")

    def __repr__(self) -> str:
        return f"<node {self.name} at {self.host}>"

    @property
    def is_running(self) -> bool:
        """Whether a process is there, be it paused."""
        return self.process is not None and not self.process.is_dead

    @property
    def is_paused(self) -> bool:
        """Whether the process is there and stands still."""
        return self.is_running and self.process is not None and self.process.is_paused

    def start(self, main: Callable[[Node], Coroutine[Any, Any, None]] | None = None) -> Process:
        """Run `main(node)` as a new process, or what ran last; it ends when `main` returns."""
        assert not self.is_running, self
        main = main or self._main
        assert main is not None, "nothing to start"
        self._main = main
        self.world.network.power_on(self.host)
        self.run_number += 1
        process = Process(f"{self.name}/{self.run_number}", self.host, self.clock)
        process.boot_id = f"{self.name} boot {self.boot_number}"
        self.process = process
        self.world.processes.append(process)
        self.world.trace.add(f"start {process.name}")
        process.main = self.run(self._run_main(main))
        return process

    async def _run_main(self, main: Callable[[Node], Coroutine[Any, Any, None]]) -> None:
        process = self.process
        try:
            await main(self)
        except Exception as error:  # noqa: BLE001 - any failure of a program is the world's to report
            self.world.failed(f"{self.name} ended", error)
        if process is not None and not process.is_dead:
            self.world.loop.call_outside(0.0, self._exited, process)

    def _exited(self, process: Process) -> None:
        if not process.is_dead:
            self._end(process)
            self.disk.restart_process()

    def run(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Start a task of the process; nobody hears of it again when the process dies."""
        assert self.process is not None
        assert self.is_running, self
        context = self.process.context.copy()
        return self.world.loop.create_task(work, context=context)

    def call(self, function: Callable[[], _T]) -> _T:
        """Call a function as the process would, so that what it starts belongs to the process."""
        assert self.process is not None
        assert self.is_running, self
        return self.process.context.copy().run(function)

    def kill(self) -> None:
        """End the process without a word; what it wrote to files is there."""
        assert self.process is not None
        self._end(self.process)
        self.disk.restart_process()

    def cut_power(self) -> None:
        """End the machine's run; files keep an arbitrary part of what was not synced."""
        assert self.process is not None
        self._end(self.process, power=True)
        self._settle_disk(power=True)

    def crash(self, *, power: bool) -> None:
        """Kill the process, or cut the machine's power."""
        if power:
            self.cut_power()
        else:
            self.kill()

    def crash_at_disk_call(self, count: int, *, power: bool) -> None:
        """Die within the file system's call number `count` from now on (the next is 1)."""
        self._crash_cuts_power = power
        self.disk.crash_at(self.disk.calls + count)

    def pause(self) -> None:
        """Let the process stand still; its sockets stay open and time goes on."""
        assert self.process is not None
        self.world.trace.add(f"pause {self.process.name}")
        self.world.loop.pause(self.process)

    def resume(self) -> None:
        """Let it go on; it does at once whatever has become due."""
        assert self.process is not None
        self.world.trace.add(f"resume {self.process.name}")
        self.world.loop.resume(self.process)

    def _end(self, process: Process, *, power: bool = False) -> None:
        assert not process.is_dead, self
        self.world.trace.add(f"end {process.name}{' power' if power else ''}")
        process.die()
        if power:
            self.world.network.power_lost(process)
        else:
            self.world.network.process_ended(process)

    def _crashed_in_disk(self) -> None:
        """Let the call that still runs kill its process; the disk comes to rest after it."""
        assert self.process is not None
        if not self.process.is_dead:
            self._end(self.process, power=self._crash_cuts_power)
            self.world.loop.call_outside(0.0, self._settle_disk, self._crash_cuts_power)

    def _settle_disk(self, power: bool) -> None:
        if power:
            self.boot_number += 1
            self.disk.restart_machine(self._chance.getrandbits(32))
        else:
            self.disk.restart_process()


def _nobody_is_told() -> None:
    """Stand in until the disk has a node."""
