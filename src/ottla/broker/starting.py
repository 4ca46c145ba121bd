# SPDX-License-Identifier: Apache-2.0
"""What a broker of a cluster waits for while it starts, and who is told.

An engine that does not answer is no reason to give up: brokers and engine are often started
together, in any order. So a broker keeps asking, says so once in its log, and tells whoever shows
the start to a person (`Waiting`) what it is waiting for.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from ottla.metadata.journal import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_logger = logging.getLogger(__name__)

Result = TypeVar("Result")

RETRY_PAUSE_S = 0.2
"""Before an engine that did not answer is asked again."""


class Waiting(Enum):
    """What the start of a broker may have to wait for."""

    ENGINE = "the engine to answer"
    REGISTRATION = "a controller that registers this broker"
    SERVICE = "the controller to put this broker into service"


async def until_answered(ask: Callable[[], Awaitable[Result]]) -> Result:
    """Ask the engine until it answers; it says in the log, once, that it has to wait."""
    has_complained = False
    while True:
        try:
            return await ask()
        except EngineUnavailable as error:
            if not has_complained:
                has_complained = True
                _logger.warning("waiting for the metadata engine: %s", error)
            await asyncio.sleep(RETRY_PAUSE_S)


async def until_set(event: asyncio.Event, stopping: asyncio.Event) -> None:
    """Wait for an event, and for no longer than until the broker is to stop."""
    loop = asyncio.get_running_loop()
    waits = [loop.create_task(event.wait()), loop.create_task(stopping.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
