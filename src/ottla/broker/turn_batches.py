# SPDX-License-Identifier: Apache-2.0
"""Gathers what goes to the same broker within one turn of the loop into one request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

Item = TypeVar("Item")


class TurnBatches(Generic[Item]):
    """One gathering for each broker; belongs to the event loop."""

    def __init__(self, send: Callable[[int, list[Item]], Coroutine[None, None, None]]) -> None:
        self._send = send
        self._gathered: dict[int, list[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, broker_id: int, item: Item) -> None:
        """Have `item` sent to a broker by the end of this turn."""
        items = self._gathered.get(broker_id)
        if items is not None:
            items.append(item)
            return
        self._gathered[broker_id] = [item]
        asyncio.get_running_loop().call_soon(self._flush, broker_id)

    def stop(self) -> None:
        """Wait for no answer any more."""
        for task in self._tasks:
            task.cancel()

    def _flush(self, broker_id: int) -> None:
        items = self._gathered.pop(broker_id)
        task = asyncio.get_running_loop().create_task(self._send(broker_id, items))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
