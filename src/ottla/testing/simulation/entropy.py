# SPDX-License-Identifier: Apache-2.0
"""Stands in for the chance that programs take from the system, while a world runs.

Identifiers (`uuid`, `os.urandom`), generators without a seed (`random.Random()`), the module's
own one (`random.random()`) and `random.SystemRandom` draw from one generator of the world.
Threads that code starts without the loop, to recover logs, run on the spot.
"""

from __future__ import annotations

import contextlib
import os
import random
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar
from unittest import mock

from ottla.storage import log_loader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_T = TypeVar("_T")


class InlineExecutor(Executor):
    """A pool that does the work at once, where it is submitted."""

    def __init__(self, *_settings: object, **_options: object) -> None:
        super().__init__()

    def submit(self, fn: Callable[..., _T], /, *args: Any, **options: Any) -> Future[_T]:
        """Run the function; its future is done."""
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **options))
        except Exception as error:  # noqa: BLE001 - goes to whoever asks for the result
            future.set_exception(error)
        return future


@contextlib.contextmanager
def replaced(source: random.Random) -> Iterator[None]:
    """Let everybody draw from `source` within this context."""

    class SeededRandom(random.Random):
        """A generator that is seeded from the world when nobody seeds it."""

        def __init__(self, x: Any = None) -> None:
            super().__init__(source.getrandbits(64) if x is None else x)

    state = random.getstate()
    random.seed(source.getrandbits(64))
    try:
        with (
            mock.patch.object(os, "urandom", source.randbytes),
            mock.patch.object(random, "_urandom", source.randbytes),
            mock.patch.object(random, "Random", SeededRandom),
            mock.patch.object(log_loader, "ThreadPoolExecutor", InlineExecutor),
        ):
            yield
    finally:
        random.setstate(state)
