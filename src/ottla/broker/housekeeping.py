# SPDX-License-Identifier: Apache-2.0
"""The work that nobody asked for: flushes, retention, compaction, checkpoints, disk space.

The storage layer says what is due (`LogManager.due_jobs`); this driver runs it in threads and
comes back when more is due. A job that is still running is not started twice: the next round
begins when all of the last one are finished.
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
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Begin the rounds."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Let the round in progress finish, and begin no other."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait((self._task,))

    async def _run(self) -> None:
        while not self._stopping.is_set():
            now_ms = self._clock.now_ms()
            for directory in self._logs.directories:
                directory.check_space(now_ms)
            await self._round(now_ms)
            due_ms = self._logs.next_deadline_ms() - self._clock.now_ms()
            pause_ms = min(max(due_ms, PAUSE_MS_MIN), PAUSE_MS_MAX)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_ms / 1000)

    async def _round(self, now_ms: int) -> None:
        jobs = self._logs.due_jobs(now_ms)
        if jobs:
            await asyncio.gather(*(self._do(job) for job in jobs))

    async def _do(self, job: DiskJob) -> None:
        await asyncio.get_running_loop().run_in_executor(self._executor, job.run)
        job.finish()

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = task.exception()
        if error is not None:
            _logger.critical("housekeeping stopped", exc_info=error)
            self._on_bug(error)
