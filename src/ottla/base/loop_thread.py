# SPDX-License-Identifier: Apache-2.0
"""An event loop in a thread of its own, for callers that are not asynchronous."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from ottla.base.errors import OttlaError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future

Result = TypeVar("Result")


class ForkedError(OttlaError):
    """The thread stayed behind in the process that was forked from."""


class LoopThread:
    """Runs coroutines for callers in other threads; `close` ends it."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.loop = loop or asyncio.new_event_loop()
        """The loop that runs in the thread, and is closed with it."""
        self._process_id = os.getpid()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs in this thread, where waiting for it would never end."""
        return threading.get_ident() == self._thread.ident

    @property
    def is_running(self) -> bool:
        """Whether the thread is there: false once it was closed, and in a forked process."""
        return os.getpid() == self._process_id and self._thread.is_alive()

    def run(self, work: Coroutine[Any, Any, Result], timeout_s: float | None = None) -> Result:
        """Run a coroutine on the loop and return what it returns.

        Raises ForkedError in a child process, which has no such thread, and TimeoutError when
        `timeout_s` go by; the work is cancelled then, and likewise when the caller is interrupted.
        """
        if self.is_current:
            work.close()
            raise RuntimeError(f"called from inside thread {self._thread.name!r}: it would wait")
        future = self.submit(work)
        try:
            return future.result(timeout_s)
        except BaseException:
            future.cancel()
            raise

    def run_first(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run what everything else needs; when it fails, the thread ends with it."""
        try:
            return self.run(work)
        except BaseException:
            self.close()
            raise

    def run_last(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run what is to be done at the end, unless that was long ago, and end the thread."""
        if not self.is_running:
            work.close()
            return
        try:
            self.run(work)
        finally:
            self.close()

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin a coroutine on the loop, and return the future of what it returns.

        Raises ForkedError in a child process.
        """
        if os.getpid() != self._process_id:
            work.close()
            raise ForkedError(
                f"thread {self._thread.name!r} was started in process {self._process_id} and does "
                "not exist after a fork: make a new one in the child"
            )
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def close(self) -> None:
        """Stop the loop and wait for the thread."""
        if not self.is_running:
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.run_until_complete(_end_tasks())
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()


async def _end_tasks() -> None:
    """Cancel what still runs, connections that are just being accepted among them."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # transports close in the turn after
