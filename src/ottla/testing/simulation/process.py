# SPDX-License-Identifier: Apache-2.0
"""One run of a program on a simulated machine.

Every callback, timer and task belongs to the process in whose context it was made: a context
variable carries it through `await`, `call_soon` and futures, with no help from the code that runs.
A dead process gets no turn any more, not even for its `finally` clauses, since a crash runs none.
A paused one gets its turns when it is resumed, all of them at once, as after SIGSTOP and SIGCONT.
"""

from __future__ import annotations

import contextvars
import weakref
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from typing import Any

    from ottla.testing.simulation.clock import SimulatedClock
    from ottla.testing.simulation.loop import SimulatedHandle
    from ottla.testing.simulation.tcp import SimulatedTransport

CLAUSES_MAX: Final = 20


class Process:
    """What dies together."""

    __slots__ = (
        "__weakref__",
        "boot_id",
        "clock",
        "context",
        "disk_slowness",
        "host",
        "is_dead",
        "is_paused",
        "main",
        "name",
        "parked",
        "tasks",
        "transports",
        "worker_free_at",
    )

    def __init__(self, name: str, host: str, clock: SimulatedClock) -> None:
        self.name = name  # of the node, and which run of it: `b1/2`
        self.host = host  # the address of the machine
        self.clock = clock
        self.boot_id = ""  # of the machine's run
        self.is_dead = False
        self.is_paused = False
        self.main: asyncio.Task[Any] | None = None  # held on to, as `asyncio.run` does
        self.disk_slowness = 1.0  # threads that wait for the disk take so many times longer
        self.parked: list[SimulatedHandle] = []  # turns that came while it was paused
        self.tasks: weakref.WeakSet[asyncio.Task[Any]] | list[asyncio.Task[Any]] = weakref.WeakSet()
        self.transports: dict[SimulatedTransport, None] = {}  # in the order in which they were made
        self.worker_free_at: list[float] = []  # of the default executor
        self.context = contextvars.Context()
        self.context.run(CURRENT.set, self)

    def __repr__(self) -> str:
        return f"<process {self.name}>"

    def die(self) -> None:
        """Give it no turn any more, from now on."""
        self.is_dead = True
        self.parked.clear()
        self.tasks = list(self.tasks)  # kept, since a task that is thrown away runs its clauses

    def bury(self) -> None:
        """Let go of what a dead process left, in the process's own name: it reaches nothing."""
        for task in self.tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - it was meant to end so
                coroutine = task.get_coro()
                if coroutine is not None:
                    self._close(coroutine)
        self.tasks = []
        self.main = None
        self.transports.clear()

    def _close(self, coroutine: Any) -> None:
        """Close a coroutine; one that waits in its clauses has to be told several times."""
        for _ in range(CLAUSES_MAX):
            try:
                self.context.copy().run(coroutine.close)
            except RuntimeError:
                continue
            except BaseException:  # noqa: BLE001 - what a dead process thinks of its end
                return
            else:
                return


CURRENT: Final[contextvars.ContextVar[Process | None]] = contextvars.ContextVar(
    "simulated_process", default=None
)
"""The process whose turn it is; None for the world itself, which neither dies nor stands still."""
