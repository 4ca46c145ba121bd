# SPDX-License-Identifier: Apache-2.0
"""The process around a broker: event loop, signals, descriptors, garbage collector, exit code."""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.broker.app import Broker, Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ottla.broker.config import BrokerConfig
    from ottla.broker.metadata_log import Engine
    from ottla.broker.starting import Waiting

_logger = logging.getLogger(__name__)

COLLECT_AFTER_ALLOCATIONS = 50_000
"""Young collections are cheap and rare with this; the data plane makes no cycles."""


def run(
    config: BrokerConfig,
    *,
    on_ready: Callable[[Ready], None],
    on_waiting: Callable[[Waiting | None], None],
) -> int:
    """Run a broker until SIGTERM or Ctrl-C; return the exit code.

    `on_waiting` is told what the start waits for, and None when it goes on. Raises OttlaError when
    the broker cannot start, or had to stop.
    """
    _raise_descriptor_limit()
    return _run_loop(_serve(config, on_ready, on_waiting))


async def _serve(
    config: BrokerConfig,
    on_ready: Callable[[Ready], None],
    on_waiting: Callable[[Waiting | None], None],
) -> int:
    broker = Broker(config, engine=_engine(config))
    broker.on_waiting = on_waiting
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, broker.stopping.set)
    ready = await _start(broker)
    if ready is None:
        return 0
    gc.collect()
    gc.freeze()  # what start made stays; no collection has to look at it again
    gc.set_threshold(COLLECT_AFTER_ALLOCATIONS, 50, 100)
    on_ready(ready)
    await broker.stopping.wait()
    await broker.stop()
    if broker.failure is not None:
        raise OttlaError(f"the broker stopped: {broker.failure}")
    return 0


async def _start(broker: Broker) -> Ready | None:
    """Start the broker; None when it was told to stop before it was ready."""
    starting = asyncio.ensure_future(broker.start())
    stopping = asyncio.ensure_future(broker.stopping.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if broker.stopping.is_set() and broker.failure is None:
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
            await broker.stop()  # it had just become ready
        return None
    return await starting


def _engine(config: BrokerConfig) -> Engine | None:
    """Return the engine of the broker's cluster; None for a broker that is alone."""
    if config.ottla_cluster is None:
        return None
    from ottla.metadata.engines.cluster_url import (  # noqa: PLC0415 - not every broker is in one
        open_engine,
        parse_cluster_url,
    )

    return open_engine(parse_cluster_url(config.ottla_cluster))


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
