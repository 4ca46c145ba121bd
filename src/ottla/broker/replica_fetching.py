# SPDX-License-Identifier: Apache-2.0
"""Copies what other brokers lead: one task and one connection for each leader.

The task asks, waits for the answer, appends, and asks again; its next request tells the leader how
far this broker has come. The leader parks a request that brings nothing, so a record is here as
soon as the leader has it. When partitions join while a request is parked, the connection is given
up and the next request names them at once: whoever waits for acks=all of a new leader would
otherwise wait for the end of the parking time.

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.net.connection_errors import ClientError
from ottla.protocol.errors import ApiError, WireError
from ottla.replication.replica_answer import ReplicaAnswer
from ottla.replication.replica_fetcher import FetcherSettings, ReplicaFetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.broker.peers import Peers
    from ottla.net.client_connection import Connection
    from ottla.replication.partition import Partition
    from ottla.replication.replication_throttle import ReplicationThrottle

_logger = logging.getLogger(__name__)

FETCH = "fetch"
UNREACHABLE_PAUSE_S = 0.1
"""Before a leader that could not be reached is tried again."""


class ReplicaFetching:
    """All fetchers of one broker."""

    def __init__(
        self,
        *,
        settings: FetcherSettings,
        peers: Peers,
        clock: Clock,
        executor: Executor,
        broker_epoch: Callable[[], int],
        on_storage_error: Callable[[Partition, StorageError], None],
        throttle: ReplicationThrottle,
        answer_timeout_ms: int,
    ) -> None:
        self._settings = settings
        self._peers = peers
        self._clock = clock
        self._executor = executor
        self._broker_epoch = broker_epoch
        self._on_storage_error = on_storage_error
        self._throttle = throttle
        self._answer_timeout_ms = answer_timeout_ms
        self._by_leader: dict[int, _LeaderTask] = {}
        self._leader_of: dict[Partition, int] = {}
        self._is_stopped = False

    def follow(self, partition: Partition) -> None:
        """Take over from whom a partition is copied now, if it is."""
        before = self._leader_of.pop(partition, None)
        if before is not None:
            self._by_leader[before].remove(partition)
        if (
            self._is_stopped
            or partition.is_retired
            or partition.is_leader
            or partition.leader_id < 0
            or partition.log.is_offline
        ):
            return
        leader_id = partition.leader_id
        task = self._by_leader.get(leader_id)
        if task is None:
            task = self._by_leader[leader_id] = _LeaderTask(self, leader_id)
        self._leader_of[partition] = leader_id
        task.add(partition)

    async def stop(self) -> None:
        """Copy nothing more."""
        self._is_stopped = True
        tasks = [task.cancel() for task in self._by_leader.values()]
        running = [task for task in tasks if task is not None]
        if running:
            await asyncio.wait(running)

    def new_fetcher(self) -> ReplicaFetcher:
        """Return a fetcher that copies nothing yet."""
        return ReplicaFetcher(self._settings, self._on_storage_error, self._throttle)

    async def ask(self, leader_id: int, fetcher: ReplicaFetcher) -> bool:
        """Ask a leader once and take over its answer; False while there is nothing to ask.

        Raises ClientError, WireError, ApiError when the leader cannot be reached.
        """
        connection = await self._peers.connect(self._peers.address_of(leader_id), FETCH)
        request = fetcher.next_request(self._clock.now_ms(), self._broker_epoch())
        if request is None:
            return False
        response = await connection.send(request, ReplicaAnswer, timeout_ms=self._answer_timeout_ms)
        grown = fetcher.handle(response, self._clock.now_ms())
        await self._keep_promise(grown)
        return True

    def hang_up(self, leader_id: int) -> None:
        """Give up the parked request, so that the next one leaves at once."""
        connection = self._connection(leader_id)
        if connection is not None:
            connection.close()

    def _connection(self, leader_id: int) -> Connection | None:
        try:
            return self._peers.open_connection(self._peers.address_of(leader_id), FETCH)
        except ApiError:
            return None

    async def _keep_promise(self, grown: Sequence[Partition]) -> None:
        """Put on the disk what counts only once it is there (flush.profile=ack)."""
        for partition in grown:
            if partition.log.config.flush_profile != "ack" or partition.log.is_offline:
                continue
            try:
                flush = partition.log.prepare_flush()
                if flush is not None:
                    loop = asyncio.get_running_loop()
                    await loop.run_in_executor(self._executor, flush.run)
                    partition.log.complete_flush(flush)
            except StorageError as error:
                self._on_storage_error(partition, error)

    def now_ms(self) -> int:
        """Return the steady time."""
        return self._clock.now_ms()


class _LeaderTask:
    """The fetcher of one leader and the task that drives it."""

    def __init__(self, owner: ReplicaFetching, leader_id: int) -> None:
        self._owner = owner
        self._leader_id = leader_id
        self._fetcher = owner.new_fetcher()
        self._wake = asyncio.Event()
        self._is_asking = False
        self._hangs_up = False
        self._task: asyncio.Task[None] | None = None

    def add(self, partition: Partition) -> None:
        """Copy one more partition."""
        self._fetcher.add(partition)
        self._wake.set()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        elif self._is_asking and not self._hangs_up:
            self._hangs_up = True
            asyncio.get_running_loop().call_soon(self._hang_up)  # once for all that join now

    def remove(self, partition: Partition) -> None:
        """Copy one partition less."""
        self._fetcher.remove(partition)

    def cancel(self) -> asyncio.Task[None] | None:
        """Stop the task and return it."""
        if self._task is not None:
            self._task.cancel()
        return self._task

    def _hang_up(self) -> None:
        self._hangs_up = False
        if self._is_asking:
            self._owner.hang_up(self._leader_id)

    async def _run(self) -> None:
        owner, fetcher = self._owner, self._fetcher
        was_reached = True
        while True:
            if not len(fetcher):
                self._wake.clear()
                await self._wake.wait()
                continue
            try:
                self._is_asking = True
                has_asked = await owner.ask(self._leader_id, fetcher)
            except (ClientError, WireError, ApiError) as error:
                fetcher.lose_session()
                if was_reached:
                    was_reached = False
                    _logger.info("leader %s cannot be followed: %s", self._leader_id, error)
                    continue
                await asyncio.sleep(UNREACHABLE_PAUSE_S)
                continue
            except Exception:  # a task that ends here would be missed by nobody
                _logger.exception("copying from leader %s failed", self._leader_id)
                fetcher.lose_session()
                await asyncio.sleep(UNREACHABLE_PAUSE_S)
                continue
            finally:
                self._is_asking = False
            was_reached = True
            if not has_asked:
                await self._wait_to_resume()

    async def _wait_to_resume(self) -> None:
        """Wait until a partition may be asked for again, or one more joins."""
        resume_ms = self._fetcher.resume_ms()
        self._wake.clear()
        timeout_s = None
        if resume_ms is not None:
            timeout_s = max(resume_ms - self._owner.now_ms(), 0) / 1000 + 0.001
        try:
            await asyncio.wait_for(self._wake.wait(), timeout_s)
        except TimeoutError:
            return
