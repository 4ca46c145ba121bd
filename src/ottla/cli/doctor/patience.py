# SPDX-License-Identifier: Apache-2.0
"""Asks what may never answer, such as a name server or a remote file system, for a limited time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def ask_in_thread(question: Callable[[], T], timeout_s: float) -> T:
    """Return the answer or raise what it raised; TimeoutError when it takes too long.

    A call into the system cannot be interrupted. It is made in a thread that is left to itself
    then, and that the end of the process does not wait for.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(answer: T | None, error: Exception | None) -> None:
        if future.done():
            return  # nobody waits any more
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("T", answer))

    def ask() -> None:
        answer: T | None = None
        failure: Exception | None = None
        try:
            answer = question()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: it was too late
            loop.call_soon_threadsafe(settle, answer, failure)

    threading.Thread(target=ask, daemon=True).start()
    return await asyncio.wait_for(future, timeout_s)
