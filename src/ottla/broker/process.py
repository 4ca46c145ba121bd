# SPDX-License-Identifier: Apache-2.0
"""The process around a broker: event loop, signals, descriptors, garbage collector, exit code."""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.broker.app import Broker, Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ottla.broker.config import BrokerConfig

_logger = logging.getLogger(__name__)

COLLECT_AFTER_ALLOCATIONS = 50_000
"""Young collections are cheap and rare with this; the data plane makes no cycles."""


def run(config: BrokerConfig, *, on_ready: Callable[[Ready], None]) -> int:
    """Run a broker until SIGTERM or Ctrl-C; return the exit code.

    Raises OttlaError when it cannot start.
    """
    _raise_descriptor_limit()
    return _run_loop(_serve(config, on_ready))


async def _serve(config: BrokerConfig, on_ready: Callable[[Ready], None]) -> int:
    broker = Broker(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, broker.stopping.set)
    ready = await broker.start()
    gc.collect()
    gc.freeze()  # what start made stays; no collection has to look at it again
    gc.set_threshold(COLLECT_AFTER_ALLOCATIONS, 50, 100)
    on_ready(ready)
    await broker.stopping.wait()
    await broker.stop()
    if broker.failure is not None:
        raise OttlaError(f"the broker stopped: {broker.failure}")
    return 0


def _run_loop(main: Coroutine[None, None, int]) -> int:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        _logger.info("uvloop is not installed: using asyncio's own loop, which is slower")
        return asyncio.run(main)
    return uvloop.run(main)


def _raise_descriptor_limit() -> None:
    """Allow as many descriptors as the system lets this process have: one for each connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
