# SPDX-License-Identifier: Apache-2.0
"""A whole cluster inside the test's own process: real brokers, real sockets, no other service.

    with InProcessCluster(brokers=3) as cluster:
        producer = Producer({"bootstrap.servers": cluster.bootstrap_servers})
        cluster.kill(1)      # as kill -9 would
        cluster.restart(1)   # on the files that it left

The brokers share one loop in a thread and a metadata engine in memory; files are temporary, ports
are the system's choice. Inside a loop of one's own, `async with` does the same there. Three
brokers are ready in a few tens of milliseconds.
"""

from __future__ import annotations

import asyncio
import tempfile
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ottla.broker.app import Broker
from ottla.broker.config import BrokerConfig
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.testing.loop_thread import LoopThread

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from types import TracebackType

Result = TypeVar("Result")

LOCALHOST = "127.0.0.1"

SMALL_CLUSTER = {
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
}
"""Settings that let a test of a few records not wait for what a large cluster needs."""


class InProcessCluster:
    """Brokers 1 to n; use as a context manager, synchronous or asynchronous."""

    def __init__(
        self,
        brokers: int = 3,
        *,
        settings: Mapping[str, str] | None = None,
        log_dirs_per_broker: int = 1,
        broker_settings: Mapping[int, Mapping[str, str]] | None = None,
    ) -> None:
        if brokers < 1:
            raise ValueError(f"a cluster needs one broker or more, not {brokers}")
        self.engine = MemoryCluster()
        """What the brokers share instead of ZooKeeper or etcd."""
        self.brokers: dict[int, Broker] = {}
        """The brokers that run, by id."""
        self._settings = {**SMALL_CLUSTER, **(settings or {})}
        self._log_dirs_per_broker = log_dirs_per_broker
        self._broker_settings = broker_settings or {}  # of single brokers: racks, for example
        self._broker_ids = range(1, brokers + 1)
        self._ports: dict[int, int] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._thread: LoopThread | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Addresses of all brokers, as clients take them."""
        return ",".join(f"{LOCALHOST}:{port}" for _, port in sorted(self._ports.items()))

    def address(self, broker_id: int) -> str:
        """Return where one broker listens, running or not."""
        return f"{LOCALHOST}:{self._ports[broker_id]}"

    def log_dirs(self, broker_id: int) -> list[str]:
        """Return the log directories of one broker."""
        assert self._folder is not None, "made when the cluster starts"
        return [
            f"{self._folder.name}/{broker_id}-{number}"
            for number in range(1, self._log_dirs_per_broker + 1)
        ]

    # what can happen to brokers

    def kill(self, broker_id: int) -> None:
        """End a broker as kill -9 would: nothing is handed over, its files stay as they are."""
        self._run(self.kill_async(broker_id))

    def stop(self, broker_id: int) -> None:
        """Shut a broker down in good order."""
        self._run(self.stop_async(broker_id))

    def restart(self, broker_id: int) -> None:
        """Start a broker again on its files, at its old address."""
        self._run(self.restart_async(broker_id))

    async def kill_async(self, broker_id: int) -> None:
        """Do what `kill` does, inside the loop."""
        await self.brokers.pop(broker_id).stop(clean=False)

    async def stop_async(self, broker_id: int) -> None:
        """Do what `stop` does, inside the loop."""
        await self.brokers.pop(broker_id).stop()

    async def restart_async(self, broker_id: int) -> None:
        """Do what `restart` does, inside the loop."""
        if broker_id in self.brokers:
            raise ValueError(f"broker {broker_id} is running")
        await self._start_broker(broker_id)

    # context managers

    def __enter__(self) -> Self:
        self._thread = LoopThread("ottla-cluster")
        try:
            self._thread.run(self._start())
        except BaseException:
            self._thread.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._thread is not None, "left without having been entered"
        try:
            self._thread.run(self._end())
        finally:
            self._thread.close()

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end()

    # inside

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        if self._thread is None:
            work.close()
            raise RuntimeError("inside a loop, use the method whose name ends in _async")
        return self._thread.run(work)

    async def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ottla-cluster-")
        try:
            await asyncio.gather(*(self._start_broker(n) for n in self._broker_ids))
        except BaseException:
            await self._end()
            raise

    async def _start_broker(self, broker_id: int) -> None:
        port = self._ports.get(broker_id, 0)
        config = BrokerConfig.load(
            {
                **self._settings,
                **self._broker_settings.get(broker_id, {}),
                "node.id": str(broker_id),
                "listeners": f"PLAINTEXT://{LOCALHOST}:{port}",
                "log.dirs": ",".join(self.log_dirs(broker_id)),
            }
        )
        broker = Broker(config, engine=MemoryEngine(self.engine))
        ready = await broker.start()
        self._ports[broker_id] = ready.addresses[0][1]
        self.brokers[broker_id] = broker

    async def _end(self) -> None:
        brokers, self.brokers = self.brokers, {}
        await asyncio.gather(*(broker.stop(clean=False) for broker in brokers.values()))
        if self._folder is not None:
            self._folder.cleanup()
