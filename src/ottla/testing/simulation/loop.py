# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: SLF001 - a loop and its handles share their private parts, as in asyncio
"""An asyncio event loop whose time, threads and network are made up from a seed.

* Nothing waits: when no callback is ready, time jumps to the next timer. A callback takes no time.
* Callbacks run in asyncio's order. What is left to chance is when something arrives: messages
  (`network`), and the results of threads.
* `run_in_executor` runs the function on the loop after a while, and its result arrives another
  while later; a pool has as many workers as the real one would have. What a crash finds between
  the two has happened without anybody having been told.
* Each callback belongs to a process (`process`), which may be dead or paused.
* Sockets, signals, subprocesses and reading files are refused: nothing may reach the outside.

Runs on Python 3.11 to 3.13; nothing depends on hash values or addresses of objects.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import heapq
import weakref
from asyncio import base_events
from collections import deque
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar, TypeVarTuple

from ottla.testing.simulation.process import CURRENT, Process
from ottla.testing.simulation.trace import Trace

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Coroutine, Iterator
    from concurrent.futures import Executor

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

START_S = 1_000.0
"""The time at which a world begins; not zero, so that nobody takes zero for "long ago"."""

TURNS_WITHOUT_TIME_MAX = 200_000
"""So many rounds of callbacks within one moment mean that something goes in circles."""

_REBUILD_TIMERS_FROM = 256
_DEFAULT_WORKERS = 8


class Stuck(AssertionError):  # noqa: N818 - names the state of the world
    """Nothing is left to happen, yet somebody still waits; or no end of it within one moment."""


class NotSimulated(NotImplementedError):  # noqa: N818 - says what is wrong with the call
    """The call would reach outside the simulation."""


class NetworkPort(Protocol):
    """What the loop wants from `network.Network`."""

    async def connect(
        self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        """Connect the running process."""

    async def listen(
        self,
        factory: Callable[[], asyncio.BaseProtocol],
        host: str | None,
        port: int,
        *,
        start_serving: bool,
    ) -> asyncio.AbstractServer:
        """Open a listener of the running process."""


class SimulatedHandle(asyncio.TimerHandle):
    """A callback and the process it belongs to; `_when` is in the time of that process."""

    __slots__ = ("process",)

    def __init__(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: SimulatedLoop,
        context: contextvars.Context,
        process: Process | None,
    ) -> None:
        # What the base class does, without what it does for debugging: one of these is made for
        # everything that happens.
        self._context = context
        self._loop = loop
        self._callback = callback
        self._args = args
        self._cancelled = False
        self._repr = None
        self._source_traceback = None
        self._when = when
        self._scheduled = False
        self.process = process

    @property
    def what(self) -> str:
        """Name the callback in a way that is the same in every run."""
        callback = self._callback
        return getattr(callback, "__qualname__", None) or type(callback).__name__


class SimulatedLoop(base_events.BaseEventLoop):
    """See the module's text. `network` is set before anything connects."""

    network: NetworkPort

    def __init__(self, chance: random.Random, trace: Trace | None = None) -> None:
        super().__init__()
        self.now = START_S  # the true time
        self.trace = trace if trace is not None else Trace()
        self.turn_count = 0
        self._chance = chance  # how long threads take
        self._queue: deque[SimulatedHandle] = deque()
        self._timers: list[tuple[float, int, SimulatedHandle]] = []
        self._timer_number = 0
        self._cancelled_count = 0
        self._turns_now = 0
        self._outside = contextvars.Context()  # no process: the world itself, the kernels
        self._workers: weakref.WeakKeyDictionary[Executor, list[float]] = (
            weakref.WeakKeyDictionary()
        )

    # time and turns

    def time(self) -> float:
        """Return the steady clock of the running process."""
        process = CURRENT.get()
        return self.now if process is None else process.clock.steady_s()

    def call_soon(
        self,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: contextvars.Context | None = None,
    ) -> SimulatedHandle:
        """Give a turn behind those that are ready."""
        if context is None:
            context = contextvars.copy_context()
        process = context.get(CURRENT)
        handle = SimulatedHandle(0.0, callback, args, self, context, process)
        if process is None or not process.is_dead:
            self._queue.append(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self,
        delay: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: contextvars.Context | None = None,
    ) -> SimulatedHandle:
        """Give a turn after `delay` seconds of the process's clock."""
        if context is None:
            context = contextvars.copy_context()
        process = context.get(CURRENT)
        if process is None:
            return self._schedule(self.now + delay, self.now + delay, callback, args, context, None)
        clock = process.clock
        when = clock.steady_s() + delay
        return self._schedule(self.now + delay / clock.rate, when, callback, args, context, process)

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: contextvars.Context | None = None,
    ) -> SimulatedHandle:
        """Give a turn when the process's clock shows `when`."""
        if context is None:
            context = contextvars.copy_context()
        process = context.get(CURRENT)
        due = when if process is None else process.clock.true_s(when)
        return self._schedule(due, when, callback, args, context, process)

    def call_outside(
        self, delay: float, callback: Callable[[*_Ts], object], *args: *_Ts
    ) -> SimulatedHandle:
        """Do something after `delay` true seconds that no process does: a kernel, the world."""
        due = self.now + delay
        return self._schedule(due, due, callback, args, self._outside, None)

    def _schedule(
        self,
        due: float,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: contextvars.Context,
        process: Process | None,
    ) -> SimulatedHandle:
        handle = SimulatedHandle(when, callback, args, self, context, process)
        if process is None or not process.is_dead:
            self._timer_number += 1
            handle._scheduled = True
            heapq.heappush(self._timers, (max(due, self.now), self._timer_number, handle))
        return handle

    def _timer_handle_cancelled(self, handle: SimulatedHandle) -> None:
        if not handle._scheduled:
            return
        self._cancelled_count += 1
        if self._cancelled_count > max(_REBUILD_TIMERS_FROM, len(self._timers) // 2):
            # The handle in hand is not marked yet: it goes with the next rebuild.
            self._timers = [entry for entry in self._timers if not entry[2]._cancelled]
            heapq.heapify(self._timers)
            self._cancelled_count = 0

    def _run_once(self) -> None:
        """Run what is ready, or let time go to where something is."""
        queue = self._queue
        if not queue:
            self._advance()
        for _ in range(len(queue)):
            handle = queue.popleft()
            if handle._cancelled:
                continue
            process = handle.process
            if process is not None:
                if process.is_dead:
                    continue
                if process.is_paused:
                    process.parked.append(handle)
                    continue
            self.turn_count += 1
            handle._run()
        self._turns_now += 1
        if self._turns_now > TURNS_WITHOUT_TIME_MAX:
            turns = [f"{each.process} {each._callback!r} {each._args!r}" for each in queue]
            raise Stuck(f"no end of callbacks at {self.now:.6f}: {'; '.join(turns)[:2000]}")

    def _advance(self) -> None:
        timers = self._timers
        while timers:
            due, _, handle = heapq.heappop(timers)
            handle._scheduled = False
            if handle._cancelled:
                self._cancelled_count -= self._cancelled_count > 0
                continue
            process = handle.process
            if process is not None and process.is_dead:
                continue
            self.now = max(self.now, due)  # somebody may have set it forward: a stall
            self._turns_now = 0
            self.trace.add(f"{due:.9f} {process.name if process else '-'} {handle.what}")
            self._queue.append(handle)
            return
        raise Stuck(f"nothing happens any more after {self.now:.6f}")

    # tasks and processes

    def create_task(  # type: ignore[override]
        self,
        coro: Coroutine[Any, Any, _T],
        *,
        name: object = None,
        context: contextvars.Context | None = None,
        **options: Any,
    ) -> asyncio.Task[_T]:
        """Start a task of the running process, or of the one that `context` belongs to."""
        process = CURRENT.get() if context is None else context.get(CURRENT)
        if process is not None and process.is_dead:
            coro.close()
            never: asyncio.Future[_T] = self.create_future()
            never.cancel()
            return never  # type: ignore[return-value]
        task: asyncio.Task[_T] = super().create_task(coro, name=name, context=context, **options)
        if process is not None and isinstance(process.tasks, weakref.WeakSet):
            process.tasks.add(task)
        return task

    @contextlib.contextmanager
    def pretending_to_run(self) -> Iterator[None]:
        """Be the running loop for code that looks for one, though nothing gets a turn."""
        asyncio._set_running_loop(self)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)

    def pause(self, process: Process) -> None:
        """Give a process no turns until it is resumed; time goes on."""
        process.is_paused = True

    def resume(self, process: Process) -> None:
        """Give it all the turns that it missed."""
        process.is_paused = False
        parked, process.parked = process.parked, []
        self._queue.extend(parked)

    # threads

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*_Ts], _T],
        *args: *_Ts,
    ) -> asyncio.Future[_T]:
        """Run a function after a while, as if a thread of the pool had done it."""
        if getattr(executor, "_shutdown", False):
            raise RuntimeError("cannot schedule new futures after shutdown")
        process = CURRENT.get()
        free_at = self._free_at(executor, process)
        scale = process.disk_slowness if process is not None else 1.0
        chance = self._chance.random
        # Mostly a tenth of a millisecond or so, now and then many times that: a disk.
        before = scale * 0.0002 * chance()
        after = scale * (0.0003 * chance() if chance() < 0.95 else 0.02 * chance())
        begin = max(self.now, heapq.heappop(free_at)) + before
        heapq.heappush(free_at, begin + after)
        future: asyncio.Future[_T] = self.create_future()
        context = contextvars.copy_context()
        self._schedule(
            begin, begin, self._work, (future, func, args, after, context), context, process
        )
        return future

    def _free_at(self, executor: Executor | None, process: Process | None) -> list[float]:
        """Return when each worker of a pool is free again."""
        if executor is None:
            own = process.worker_free_at if process is not None else [0.0] * _DEFAULT_WORKERS
            own += [0.0] * (_DEFAULT_WORKERS - len(own))
            return own
        free_at = self._workers.get(executor)
        if free_at is None:
            count = getattr(executor, "_max_workers", _DEFAULT_WORKERS)
            free_at = self._workers[executor] = [0.0] * count
        return free_at

    def _work(
        self,
        future: asyncio.Future[Any],
        func: Callable[..., Any],
        args: tuple[Any, ...],
        after: float,
        context: contextvars.Context,
    ) -> None:
        if future.cancelled():
            return  # a pool does not begin what was cancelled
        result = error = None
        try:
            result = func(*args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as caught:  # noqa: BLE001 - goes to whoever awaits, as from a thread
            error = caught
        process = context.get(CURRENT)
        due = self.now + after
        self._schedule(due, due, _deliver, (future, result, error), context, process)

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio's signature
        """There is none to shut down."""

    # network

    async def create_connection(self, protocol_factory, host=None, port=None, **options):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN201
        """Connect through the simulated network."""
        _refuse_options(options)
        assert isinstance(host, str), host
        return await self.network.connect(protocol_factory, host, int(port))

    async def create_server(  # type: ignore[no-untyped-def]  # noqa: ANN201
        self,
        protocol_factory,  # noqa: ANN001
        host=None,  # noqa: ANN001
        port=None,  # noqa: ANN001
        *,
        start_serving: bool = True,
        backlog: int = 100,  # noqa: ARG002 - every connection is taken
        reuse_address: bool | None = None,  # noqa: ARG002 - a closed port is free at once
        **options: Any,
    ):
        """Listen in the simulated network."""
        _refuse_options(options)
        return await self.network.listen(
            protocol_factory, host, int(port or 0), start_serving=start_serving
        )

    # what would reach outside

    def _refuse(self, *_args: Any, **_options: Any) -> NoReturn:
        raise NotSimulated("a simulated process reaches nothing outside its world")

    add_reader = add_writer = _refuse  # type: ignore[assignment]
    remove_reader = remove_writer = remove_signal_handler = _refuse
    add_signal_handler = _refuse  # type: ignore[assignment]
    subprocess_exec = subprocess_shell = connect_read_pipe = connect_write_pipe = _refuse
    create_datagram_endpoint = create_unix_connection = create_unix_server = _refuse
    sock_recv = sock_recv_into = sock_sendall = sock_connect = sock_accept = sock_sendfile = _refuse
    sendfile = start_tls = connect_accepted_socket = getaddrinfo = getnameinfo = _refuse

    def _write_to_self(self) -> None:
        """Nobody sleeps who would have to be woken."""

    def close(self) -> None:
        """Forget everything that was still to come."""
        super().close()
        self._queue.clear()
        self._timers.clear()


def _deliver(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.done():
        return  # cancelled meanwhile; what the function did stays done
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


def _refuse_options(options: dict[str, Any]) -> None:
    wanted = sorted(name for name, value in options.items() if value is not None)
    if wanted:
        raise NotSimulated(f"the simulated network knows no {', '.join(wanted)}")
