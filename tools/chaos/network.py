# SPDX-License-Identifier: Apache-2.0
"""Links between clients, brokers and the engine that can be cut, slowed and healed.

Every listener stands behind a proxy on loopback. A proxy knows who connected: a listener for
one source says so, and behind the brokers' own listeners it is the process that owns the other
end of the connection. So each link has two directions, by name of source and destination:

    hold    bytes stay where they are, connections look alive; they arrive once it is healed
    reset   connections are reset, new ones too
    slow    every piece of data arrives later

Nothing is lost within a connection: that is TCP's promise, not the network's.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ottla.base.loop_thread import LoopThread
from tools.loopback import HOST

PIECE_BYTES = 65536
TCP_TABLE = Path("/proc/net/tcp")

Cut = Literal["hold", "reset"]


@dataclass
class Link:
    """One direction between two names."""

    delay_s: float = 0.0
    is_reset: bool = False
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.flowing.set()


class Network:
    """All proxies of a cluster, in a loop of their own; methods may be called by any thread."""

    def __init__(self) -> None:
        self._thread = LoopThread("chaos network")
        self._links: dict[tuple[str, str], Link] = {}
        self._servers: list[asyncio.Server] = []
        self._processes: dict[str, int] = {}

    def listen(self, destination: str, port: int, source: str = "") -> int:
        """Return the port of a new proxy; without a source it finds out which process connects."""
        return self._thread.run(self._listen(destination, port, source))

    def set_process(self, name: str, process_id: int) -> None:
        """Tell which process has a name now."""
        self._processes[name] = process_id

    def cut(self, source: str, destination: str, how: Cut) -> None:
        """Let nothing through in one direction."""
        self._on_loop(lambda: self._cut(source, destination, how))

    def slow(self, source: str, destination: str, delay_s: float) -> None:
        """Let everything in one direction come later."""
        self._on_loop(lambda: setattr(self._link(source, destination), "delay_s", delay_s))

    def heal(self) -> None:
        """Let everything through again, at once."""
        self._on_loop(self._heal)

    def close(self) -> None:
        """Stop."""
        self._thread.run(self._close())
        self._thread.close()

    def _on_loop(self, action: Callable[[], None]) -> None:
        async def act() -> None:
            action()

        self._thread.run(act())

    def _link(self, source: str, destination: str) -> Link:
        return self._links.setdefault((source, destination), Link())

    def _cut(self, source: str, destination: str, how: Cut) -> None:
        link = self._link(source, destination)
        if how == "hold":
            link.flowing.clear()
            return
        link.is_reset = True
        for writer in list(link.writers):
            _reset(writer)

    def _heal(self) -> None:
        for link in self._links.values():
            link.delay_s = 0.0
            link.is_reset = False
            link.flowing.set()

    async def _listen(self, destination: str, port: int, source: str) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            name = source or self._who(writer)
            await self._serve(reader, writer, (name, destination), port)

        server = await asyncio.start_server(serve, HOST, 0)
        self._servers.append(server)
        proxy_port: int = server.sockets[0].getsockname()[1]
        return proxy_port

    def _who(self, writer: asyncio.StreamWriter) -> str:
        """Return the name of the process at the other end; empty when it is none of ours."""
        near = writer.get_extra_info("sockname")[1]
        far = writer.get_extra_info("peername")[1]
        inode = socket_inode(far, near)
        for name, process_id in self._processes.items():
            if inode in socket_inodes(process_id):
                return name
        return ""

    async def _serve(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: tuple[str, str],
        port: int,
    ) -> None:
        source, destination = ends
        there, back = self._link(source, destination), self._link(destination, source)
        if there.is_reset or back.is_reset:
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, port)
        except OSError:
            _reset(writer)
            return
        pair = {writer, far_writer}
        for link in (there, back):
            link.writers |= pair
        await asyncio.gather(_pump(reader, far_writer, there), _pump(far_reader, writer, back))
        for link in (there, back):
            link.writers -= pair

    async def _close(self) -> None:
        self._heal()
        for server in self._servers:
            server.close()
        for link in self._links.values():
            for writer in link.writers:
                writer.transport.abort()
        await asyncio.sleep(0)  # let the pumps see it


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
    try:
        while data := await reader.read(PIECE_BYTES):
            if link.delay_s:
                await asyncio.sleep(link.delay_s)
            await link.flowing.wait()
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        await link.flowing.wait()  # the end of a connection does not pass a cut link either
        with suppress(OSError):
            writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection at once, and not in good order."""
    with suppress(OSError):  # it has ended by itself
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def socket_inode(near_port: int, far_port: int) -> str:
    """Return the inode of the socket on loopback between two ports, as seen by `near_port`."""
    for line in TCP_TABLE.read_text().splitlines()[1:]:
        words = line.split()
        if _port(words[1]) == near_port and _port(words[2]) == far_port:
            return words[9]
    return ""


def socket_inodes(process_id: int) -> set[str]:
    """Return the inodes of the sockets that a process has open; empty once it is gone."""
    folder = f"/proc/{process_id}/fd"
    inodes = set()
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(OSError):
                kind, _, rest = os.readlink(f"{folder}/{name}").partition(":[")
                if kind == "socket":
                    inodes.add(rest.rstrip("]"))
    return inodes


def _port(text: str) -> int:
    return int(text.rpartition(":")[2], 16)
