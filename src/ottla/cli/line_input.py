# SPDX-License-Identifier: Apache-2.0
"""Reads lines in large pieces without blocking the event loop for long.

What can be polled (pipes, terminals, sockets) is read when it has something; a file is read
straight, since its pages come faster than a thread could be asked. A slow pipe is waited for
another moment, so that lines which come one by one share a batch; a terminal is not, since a
person waits.
"""

from __future__ import annotations

import asyncio
import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PIECE_BYTES: Final = 256 * 1024
LINGER_S: Final = 0.005


class LineInput:
    """The lines of one descriptor, piece by piece; the descriptor stays the caller's."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        mode = os.fstat(descriptor).st_mode
        self.is_terminal = os.isatty(descriptor)
        self.size_bytes = os.fstat(descriptor).st_size if stat.S_ISREG(mode) else None
        self._can_poll = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or self.is_terminal

    async def pieces(self) -> AsyncIterator[tuple[list[bytes], int]]:
        """Yield lists of whole lines without their newlines, with the bytes they took."""
        rest = b""
        while True:
            data = await self._read()
            if not data:
                break
            head, newline, tail = data.rpartition(b"\n")
            if not newline:
                rest += data
                continue
            yield (rest + head).split(b"\n"), len(rest) + len(head) + 1
            rest = tail
        if rest:
            yield [rest], len(rest)

    async def _read(self) -> bytes:
        if not self._can_poll:
            await asyncio.sleep(0)  # let answers come in between
            return os.read(self._descriptor, PIECE_BYTES)
        await self._readable(None)
        data = os.read(self._descriptor, PIECE_BYTES)
        if self.is_terminal or not data:
            return data
        parts, size = [data], len(data)
        while size < PIECE_BYTES and await self._readable(LINGER_S):
            more = os.read(self._descriptor, PIECE_BYTES - size)
            if not more:
                break  # the end comes again at the next read
            parts.append(more)
            size += len(more)
        return b"".join(parts)

    async def _readable(self, timeout_s: float | None) -> bool:
        loop = asyncio.get_running_loop()
        has_data = asyncio.Event()
        loop.add_reader(self._descriptor, has_data.set)
        try:
            async with asyncio.timeout(timeout_s):
                await has_data.wait()
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._descriptor)
        return True
