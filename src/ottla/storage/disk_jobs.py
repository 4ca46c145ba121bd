# SPDX-License-Identifier: Apache-2.0
"""Work that waits for the disk, cut in two: a part for a thread and a part for the event loop.

The storage layer starts no threads of its own while a broker runs. Whoever drives it takes jobs
(`LogManager.due_jobs`), calls `run` of each in a thread and then `finish` on the loop:

    for job in logs.due_jobs(clock.now_ms()):
        await loop.run_in_executor(pool, job.run)
        job.finish()

`run` touches nothing that the loop uses, and keeps an error for `finish`, which takes the log
directory offline where that is the answer. Tests call the two one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ottla.base.errors import OttlaError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable


class DiskJob(Protocol):
    """One piece of work."""

    def run(self) -> None:
        """Do the waiting part, in a thread."""

    def finish(self) -> None:
        """Take note of the outcome, on the loop."""


class SimpleJob:
    """A job made of functions: `work` for the thread, one of the others for the loop."""

    __slots__ = ("_done", "_error", "_failed", "_work")

    def __init__(
        self,
        work: Callable[[], None],
        done: Callable[[], None],
        failed: Callable[[OttlaError], None],
    ) -> None:
        self._work = work
        self._done = done
        self._failed = failed
        self._error: OttlaError | None = None

    def run(self) -> None:
        """Do the work and keep its error."""
        try:
            self._work()
        except OttlaError as error:
            self._error = error
        except OSError as error:
            self._error = StorageError(str(error))

    def finish(self) -> None:
        """Hand the outcome over."""
        if self._error is None:
            self._done()
        else:
            self._failed(self._error)
