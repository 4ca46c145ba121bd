# SPDX-License-Identifier: Apache-2.0
"""A real broker inside a test: real sockets, real files, ready in milliseconds.

    from ottla.testing import Broker

    with Broker() as broker:
        producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap_servers})

It runs in a thread of the test's own process, on a port that the system chooses, with its files in
a temporary folder. Every Kafka client can use it. `reset` forgets everything and keeps the port.
`async with` does the same without holding up the loop that it is used in. For tests of replication
and failover there is `ottla.testing.Cluster`.
"""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import wait
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from ottla.base.loop_thread import LoopThread
from ottla.broker.app import Broker as BrokerApp
from ottla.broker.config import BrokerConfig
from ottla.testing.advancing_clock import AdvancingClock
from ottla.testing.faults import Faults, FaultyDispatcher
from ottla.testing.inspection import Answer, Inspectable
from ottla.testing.links import LinkedLoop, Links

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from ottla.broker.context import Services

LOCALHOST: Final = "127.0.0.1"

TEST_SETTINGS: Final = {
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
}
"""What lets a test of a few records not wait for what a large installation needs."""

_ALONE: Final = 1
"""The id of a broker without others."""


class Broker(Inspectable):
    """One broker; it runs from construction to `close`, or as a context manager."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        """Start with broker settings (Kafka's names) on top of `TEST_SETTINGS`.

        Raises ConfigError for a value that cannot be. In a running event loop this only begins the
        start: whatever needs the broker waits for it, `async with` without blocking the loop.
        """
        self.clock = AdvancingClock()
        """The broker's time, which can be advanced (`ottla.testing.advancing_clock`)."""
        self.faults = Faults()
        """What shall go wrong with requests (`ottla.testing.faults`)."""
        self._settings = {**TEST_SETTINGS, **(settings or {})}
        self._links = Links()
        self._port = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._app: BrokerApp | None = None
        self._thread = LoopThread("ottla-broker", LinkedLoop(self.clock, self._links))
        self._started = self._thread.submit(self._start())
        if not _is_in_loop():
            self._wait_started()

    def __enter__(self) -> Self:
        self._wait_started()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._wait_started)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    @property
    def bootstrap_servers(self) -> str:
        """The address, as clients take it."""
        self._wait_started()
        return f"{LOCALHOST}:{self._port}"

    def reset(self) -> None:
        """Forget all topics, groups, settings and faults, and show the machine's date again.

        Connections end, the address stays.
        """
        self._wait_started()
        self.faults.clear()
        self._thread.run(self._stop(clean=False))
        self.clock.return_to_present()
        self._remove_folder()
        self._thread.run(self._start())

    def kill(self) -> None:
        """End the broker as kill -9 would; `restart` finds its files as they are."""
        self._wait_started()
        self._thread.run(self._stop(clean=False))

    def restart(self) -> None:
        """Start on the files that are there, stopping first in good order if need be."""
        self._wait_started()
        self._thread.run(self._stop(clean=True))
        self._thread.run(self._start())

    def pause(self) -> None:
        """Let the broker hear and say nothing until `resume`; connections stay, and new ones hang.

        Its clock goes on, so that sessions of clients which it does not hear end meanwhile.
        """
        self._wait_started()
        self._thread.run(self._pause())

    def resume(self) -> None:
        """Let the broker go on: it answers what has come meanwhile."""
        self._wait_started()
        self._thread.run(self._resume())

    def close(self) -> None:
        """Stop, and remove the files."""
        if not self._thread.is_running:
            return
        try:
            wait([self._started])
            self._thread.run(self._stop(clean=False))
        finally:
            self._thread.close()
            self._remove_folder()

    def _wait_started(self) -> None:
        """Wait for the first start; raises what it raised, and leaves nothing behind then."""
        try:
            self._started.result()
        except BaseException:
            self._started.cancel()
            self._thread.close()
            self._remove_folder()
            raise

    @property
    def _running(self) -> list[Services]:
        self._wait_started()
        if self._app is None:
            raise RuntimeError("the broker was killed: restart it first")
        return [self._app.services]

    def _inspect(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._thread.run(work)

    async def _start(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="ottla-broker-")
        config = BrokerConfig.load(
            {
                **self._settings,
                "listeners": f"PLAINTEXT://{LOCALHOST}:{self._port}",
                "log.dirs": self._folder.name,
            }
        )
        app = BrokerApp(
            config, self.clock, dispatcher=partial(FaultyDispatcher, faults=self.faults)
        )
        with self._links.running_as(_ALONE):
            ready = await app.start()
        self._port = ready.addresses[0][1]
        self._app = app

    async def _pause(self) -> None:
        self._links.pause(_ALONE)

    async def _resume(self) -> None:
        self._links.resume(_ALONE)

    async def _stop(self, *, clean: bool) -> None:
        if clean:
            self._links.resume(_ALONE)
        self._links.forget_pause(_ALONE)
        app, self._app = self._app, None
        if app is not None:
            await app.stop(clean=clean)

    def _remove_folder(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
