# SPDX-License-Identifier: Apache-2.0
"""Everything that one seed decides: loop, network, machines, and chance for each concern.

    with World(seed=7) as world:
        node = world.add_node("b1")
        node.start(main)
        world.run(scenario())     # in nobody's name: it starts, kills and cuts
        print(world.trace.fingerprint())

Each concern draws from a generator of its own, so that one draw more in one of them leaves the
others as they were. `failures` lists what went wrong in the programs: exceptions that nobody
caught. A test looks at it; `close` looks once more at what the garbage collector brings to light.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import random
from collections import deque
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ottla.testing.simulated_disk import SimulatedCrash
from ottla.testing.simulation import entropy
from ottla.testing.simulation.clock import SimulatedClock
from ottla.testing.simulation.loop import SimulatedLoop
from ottla.testing.simulation.network import Network
from ottla.testing.simulation.node import Node
from ottla.testing.simulation.process import CURRENT, Process
from ottla.testing.simulation.trace import Trace

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from types import TracebackType

_T = TypeVar("_T")

LOG_LINES_MAX = 2_000

_DRIFT_MAX = 100e-6
_SKEW_MAX_S = 0.05


class World:
    """One run; close it, or use it as a context manager."""

    def __init__(self, seed: int, *, keep_trace: bool = False) -> None:
        gc.collect()  # the world before: what is frozen is never let go of
        gc.freeze()  # what is there already need not be looked at by every collection
        self.seed = seed
        self.trace = Trace(keep_lines=keep_trace)
        self.loop = SimulatedLoop(self.random("threads"), self.trace)
        self.loop.set_exception_handler(self._unhandled)
        self.network = Network(self.loop, self.random("network"))
        self.loop.network = self.network
        self.nodes: dict[str, Node] = {}
        self.processes: list[Process] = []
        self.failures: list[str] = []
        self.log: deque[str] = deque(maxlen=LOG_LINES_MAX)
        """What the programs have logged, warnings and worse."""
        self.stand_ins: list[Callable[[], contextlib.AbstractContextManager[object]]] = []
        """Further things of the system that are replaced while the world turns."""
        self._is_over = False
        self._entropy = self.random("entropy")
        self._clocks = self.random("clocks")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def random(self, concern: str) -> random.Random:
        """Return the generator of one concern, as it is at the beginning of the world."""
        return random.Random(f"{self.seed} {concern}")  # noqa: S311 - to be repeated, not to be secret

    @property
    def now_s(self) -> float:
        """The true time."""
        return self.loop.now

    def add_node(self, name: str) -> Node:
        """Add a machine whose clock goes a little wrong."""
        chance = self._clocks
        clock = SimulatedClock(
            lambda: self.loop.now,
            rate=1 + chance.uniform(-_DRIFT_MAX, _DRIFT_MAX),
            start_s=chance.uniform(0, 1_000_000),
            skew_s=chance.uniform(-_SKEW_MAX_S, _SKEW_MAX_S),
        )
        node = self.nodes[name] = Node(self, name, clock)
        return node

    def run(self, scenario: Coroutine[Any, Any, _T]) -> _T:
        """Let the world turn until the scenario is over; a second one may follow."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(entropy.replaced(self._entropy))
            for stand_in in self.stand_ins:
                stack.enter_context(stand_in())
            handler = _LogHandler(self)
            logger = logging.getLogger("ottla")
            stack.callback(setattr, logger, "propagate", logger.propagate)
            stack.callback(logger.removeHandler, handler)
            logger.addHandler(handler)
            logger.propagate = False
            return self.loop.run_until_complete(scenario)

    def failed(self, what: str, error: BaseException | None) -> None:
        """Take note of something that no program may do."""
        if self._is_over:
            return
        text = f"at {self.loop.now:.6f} {what}"
        self.failures.append(text if error is None else f"{text}: {error!r}{_place_of(error)}")

    def _unhandled(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        process = CURRENT.get()
        if isinstance(error, SimulatedCrash) or (process is not None and process.is_dead):
            return
        self.failed(context["message"], error)

    def logged(self, record: logging.LogRecord) -> None:
        """Keep what a program logs; an exception in it is one that the program did not expect."""
        process = CURRENT.get()
        name = process.name if process is not None else "-"
        if process is not None and process.is_dead:
            return
        text = record.getMessage()
        self.log.append(f"{self.loop.now:.6f} {name} {record.levelname} {record.name}: {text}")
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, SimulatedCrash):
            self.failed(f"{name} logged {text!r}", error)

    def _look_for_failed_tasks(self, process: Process) -> None:
        """Report tasks that have ended with an exception for which nobody has asked."""
        errors = []
        for task in list(process.tasks):
            is_unseen = getattr(task, "_log_traceback", False)
            if is_unseen and (error := task.exception()) is not None:
                errors.append((repr(error), error))
        for _, error in sorted(errors, key=lambda each: each[0]):
            self.failed(f"a task of {process.name} failed", error)

    def close(self) -> None:
        """End all processes and let go of them; look once more for exceptions that nobody saw."""
        if self.loop.is_closed():
            return
        gc.collect()
        for process in self.processes:
            if not process.is_dead:
                self._look_for_failed_tasks(process)
                process.die()
        self._is_over = True  # what follows is no program's doing
        with self.loop.pretending_to_run():
            for process in self.processes:
                process.bury()
            gc.collect()
        gc.unfreeze()
        self.loop.close()


class _LogHandler(logging.Handler):
    """Gives log records to a world."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.WARNING)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        """Give it a record."""
        self._world.logged(record)


def _place_of(error: BaseException) -> str:
    """Return where an exception was raised."""
    traceback = error.__traceback__
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    return f" in {code.co_qualname}, line {traceback.tb_lineno}"
