# SPDX-License-Identifier: Apache-2.0
"""The process that holds all brokers of a local cluster with the engine memory.

The engine in memory is given the journal of an earlier process at the start (`journal_file`).
Commands come over the control socket (`control_socket`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from typing import TYPE_CHECKING, Any

from ottla.base.errors import OttlaError
from ottla.broker.app import Broker
from ottla.broker.config import BrokerConfig
from ottla.cli.local_cluster import control_socket
from ottla.cli.local_cluster.journal_file import JournalFile
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_directory import find_cluster_id

if TYPE_CHECKING:
    from ottla.cli.local_cluster.folder import ClusterFolder, Description

_logger = logging.getLogger(__name__)


class Holder:
    """Belongs to one event loop."""

    def __init__(self, folder: ClusterFolder, description: Description) -> None:
        self._folder = folder
        self._description = description
        self._engine = MemoryCluster()
        self._brokers: dict[int, Broker] = {}
        self._states: dict[int, str] = {}
        self._watchers: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()  # commands come one after the other

    async def run(self) -> None:
        """Run the cluster until SIGTERM; raises OttlaError when it cannot start."""
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        folders = [self._folder.broker_data(b.broker_id) for b in self._description.brokers]
        journal = JournalFile(self._folder.journal)
        self._engine.cluster_id = find_cluster_id(folders, LocalFileSystem())
        self._engine.load(journal.batches)
        self._engine.on_append = journal.append
        await asyncio.gather(*(self._start(b.broker_id) for b in self._description.brokers))
        listener = control_socket.listen(self._folder.control)
        server = await asyncio.start_unix_server(self._serve, sock=listener)
        await stopping.wait()
        server.close()
        os.unlink(self._folder.control)
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*(broker.stop() for broker in self._brokers.values()))
        journal.close()

    async def _start(self, broker_id: int) -> None:
        known = self._description.broker(broker_id)
        config = BrokerConfig.load(
            {
                **self._description.settings,
                "node.id": str(broker_id),
                "listeners": f"PLAINTEXT://{known.address}",
                "log.dirs": self._folder.broker_data(broker_id),
            }
        )
        broker = Broker(config, engine=MemoryEngine(self._engine))
        await broker.start()
        self._brokers[broker_id] = broker
        self._states[broker_id] = "running"
        watcher = asyncio.create_task(self._watch(broker_id, broker))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)

    async def _watch(self, broker_id: int, broker: Broker) -> None:
        """Stop a broker that cannot go on."""
        await broker.stopping.wait()
        async with self._turn:
            if self._brokers.get(broker_id) is broker:
                _logger.error("broker %s stopped: %s", broker_id, broker.failure)
                await self._end(broker_id, "ended", clean=True)

    async def _end(self, broker_id: int, state: str, *, clean: bool) -> None:
        broker = self._brokers.pop(broker_id, None)
        if broker is None:
            raise OttlaError(
                f"broker {broker_id} does not run: `ottla cluster restart {broker_id}` starts it"
            )
        self._states[broker_id] = state
        await broker.stop(clean=clean)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one command."""
        question = json.loads(await reader.readline())
        try:
            async with self._turn:
                answer = await self._do(question["do"], question.get("broker"))
        except OttlaError as error:
            answer = {"error": str(error)}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()

    async def _do(self, what: str, broker_id: int | None) -> dict[str, Any]:
        if broker_id is not None:
            if what == "kill":
                await self._end(broker_id, "killed", clean=False)
            else:
                if what == "stop" or broker_id in self._brokers:
                    await self._end(broker_id, "stopped", clean=True)
                if what == "restart":
                    await self._start(broker_id)
        return {"pid": os.getpid(), "states": self._states}
