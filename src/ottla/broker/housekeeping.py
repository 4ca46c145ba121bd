# SPDX-License-Identifier: Apache-2.0
"""The work that nobody asked for: flushes, retention, compaction, checkpoints, disk space.

The storage layer says what is due (`LogManager.due_jobs`); this driver runs it in threads and
comes back when more is due. It does not wait for one job before it asks for the next: a compaction
takes minutes, a flush cannot wait for it. The storage layer never has the same thing due twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.log_manager import LogManager

_logger = logging.getLogger(__name__)

PAUSE_MS_MIN = 20
"""Between two rounds, whatever is due: housekeeping never takes the loop for itself."""

PAUSE_MS_MAX = 1000
"""Free space is looked at about once a second."""


class Housekeeping:
    """Runs due jobs until it is stopped; belongs to the event loop."""

    def __init__(
        self,
        logs: LogManager,
        clock: Clock,
        executor: Executor,
        on_bug: Callable[[BaseException], None],
    ) -> None:
        self._logs = logs
        self._clock = clock
        self._executor = executor
        self._on_bug = on_bug
        self._task: asyncio.Task[None] | None = None
        self._jobs: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()  # a job has come back that has another one behind it

    def start(self) -> None:
        """Begin the rounds."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Give up what takes long, let what runs finish, and begin nothing more."""
        self._stopping.set()
        self._wake.set()
        self._logs.upkeep.stop()
        if self._task is not None:
            await asyncio.wait((self._task, *self._jobs))

    async def _run(self) -> None:
        while not self._stopping.is_set():
            now_ms = self._clock.now_ms()
            for directory in self._logs.directories:
                directory.check_space(now_ms)
            for job in self._logs.due_jobs(now_ms):
                self._begin(job)
            self._wake.clear()
            due_ms = self._logs.next_deadline_ms() - self._clock.now_ms()
            pause_ms = min(max(due_ms, PAUSE_MS_MIN), PAUSE_MS_MAX)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause_ms / 1000)

    def _begin(self, job: DiskJob) -> None:
        task = asyncio.get_running_loop().create_task(self._do(job))
        self._jobs.add(task)
        task.add_done_callback(self._job_ended)

    def _job_ended(self, task: asyncio.Task[None]) -> None:
        self._jobs.discard(task)
        self._ended(task)

    async def _do(self, job: DiskJob) -> None:
        await asyncio.get_running_loop().run_in_executor(self._executor, job.run)
        job.finish()
        if self._logs.next_deadline_ms() <= self._clock.now_ms():
            asyncio.get_running_loop().call_later(PAUSE_MS_MIN / 1000, self._wake.set)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _logger.critical("housekeeping stopped", exc_info=error)
            self._on_bug(error)
