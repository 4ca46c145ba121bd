# SPDX-License-Identifier: Apache-2.0
"""Clients that write, read and commit while the cluster suffers, and write down what they see.

The real client library runs on simulated machines. Producers are idempotent and wait for all
replicas; each value is written once. Consumers read everything from the beginning. Every client
gives up after a while and another one takes its place, as processes do.

A send whose answer is an error counts as unknown: the client has tried it several times, and any
of the attempts may have arrived.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ottla.base.errors import OttlaError
from ottla.client.cluster import Cluster
from ottla.client.errors import LogTruncatedError, OffsetOutOfRangeError
from ottla.client.fetch import FetchedBatches, Fetcher, FetchSettings
from ottla.client.group_offsets import commit_group_offsets, fetch_group_offsets
from ottla.client.offsets import LATEST, list_offsets
from ottla.client.produce import NO_OFFSET, ProducedBatch, Sender, SenderSettings
from ottla.client.settings import ClientSettings
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.testing.simulation.history import Operation, Step

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Sequence

    from ottla.base.clock import Clock
    from ottla.net.address import Address
    from ottla.testing.simulation.history import Outcome
    from ottla.testing.simulation.node import Node

GROUP = "readers"


class Begun:
    """An operation that is under way; unknown until it is ended."""

    def __init__(self, recorder: Recorder, process: int, f: str, fields: dict[str, Any]) -> None:
        self._recorder = recorder
        self._fields = {**fields, "process": process, "f": f, "invoked": recorder.now()}
        self.operation: Operation | None = None

    def end(self, outcome: Outcome, **fields: Any) -> None:
        """Write down how it ended."""
        completed = self._recorder.now()
        self.operation = Operation(
            outcome=outcome, completed=completed, **{**self._fields, **fields}
        )

    def settled(self, now: float) -> Operation:
        """Return the operation as it is known now."""
        if self.operation is None:
            return Operation(outcome="info", completed=now, **self._fields)
        return self.operation


class Recorder:
    """The history in the making, shared by all clients of a world."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.complaints: list[str] = []  # what no client may ever be told
        self._begun: list[Begun] = []
        self._process_count = 0
        self._value_count = 0

    def new_process(self) -> int:
        """Return the number of another client."""
        self._process_count += 1
        return self._process_count

    def new_values(self, count: int) -> range:
        """Return values that nobody has written."""
        self._value_count += count
        return range(self._value_count - count, self._value_count)

    def begin(self, process: int, f: str, **fields: Any) -> Begun:
        """Write down that an operation begins."""
        begun = Begun(self, process, f, fields)
        self._begun.append(begun)
        return begun

    def history(self) -> list[Operation]:
        """Return all operations in the order in which they began."""
        now = self.now()
        return [begun.settled(now) for begun in self._begun]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSettings:
    """How busy the clients are; times in seconds."""

    send_pause_s: float = 0.1
    values_per_send_max: int = 3
    session_s: float = 12.0  # how long a client lives, about
    in_flight_max: int = 3
    delivery_timeout_s: float = 20.0
    request_timeout_s: float = 5.0


class Workload:
    """The clients of one machine; `topics` says how many partitions each has."""

    def __init__(
        self,
        recorder: Recorder,
        clock: Clock,
        chance: random.Random,
        bootstrap: Sequence[Address],
        topics: dict[str, int],
        settings: WorkloadSettings | None = None,
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._chance = chance
        self._bootstrap = bootstrap
        self._settings = settings or WorkloadSettings()
        self._client_settings = ClientSettings(
            connect_timeout_ms=3_000,
            request_timeout_ms=int(self._settings.request_timeout_s * 1000),
            operation_timeout_ms=10_000,
        )
        self.partitions = [
            TopicPartition(topic, partition)
            for topic, count in topics.items()
            for partition in range(count)
        ]
        self.is_writing = True  # producers stop once this is false
        self.written_count = 0  # acknowledged sends

    async def run(self, _node: Node) -> None:
        """Be a client's machine: write, read and commit until the end of the world."""
        await asyncio.gather(
            self._repeat(self._write), self._repeat(self._read), self._repeat(self._commit)
        )

    def _session_s(self) -> float:
        return self._settings.session_s * self._chance.uniform(0.3, 1.7)

    async def _repeat(self, session: Callable[[Cluster, int], Any]) -> None:
        """Let one client follow the other."""
        while True:
            process = self._recorder.new_process()
            cluster = self.client()
            try:
                await cluster.retrying(cluster.connect)
                for topic in dict.fromkeys(name.topic for name in self.partitions):
                    await cluster.topic(topic)
                await session(cluster, process)
            except OttlaError:
                await asyncio.sleep(self._chance.uniform(0.05, 0.5))
            finally:
                self._recorder.begin(process, "crash").end("ok")
                await cluster.close()

    def client(self) -> Cluster:
        """Return a client of the cluster, not connected yet."""
        return Cluster(self._bootstrap, self._client_settings)

    # writing

    async def _write(self, cluster: Cluster, process: int) -> None:
        settings, chance = self._settings, self._chance
        sender = Sender(
            cluster,
            SenderSettings(
                delivery_timeout_ms=int(settings.delivery_timeout_s * 1000),
                request_timeout_ms=int(settings.request_timeout_s * 1000),
            ),
        )
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._session_s()
        in_flight: dict[asyncio.Future[ProducedBatch], None] = {}
        try:
            while self.is_writing and loop.time() < ends_at:
                future = await self._send_to(chance.choice(self.partitions), sender, process)
                in_flight[future] = None
                future.add_done_callback(in_flight.pop)
                if len(in_flight) >= settings.in_flight_max:
                    await asyncio.wait(list(in_flight), return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(chance.expovariate(1 / settings.send_pause_s))
            if in_flight and chance.random() < 0.8:  # most clients end in order
                await asyncio.wait(list(in_flight))
        finally:
            await sender.close()
        if not self.is_writing:
            await asyncio.Event().wait()

    async def _send_to(
        self, name: TopicPartition, sender: Sender, process: int
    ) -> asyncio.Future[ProducedBatch]:
        topic, partition = name
        values = self._recorder.new_values(
            self._chance.randint(1, self._settings.values_per_send_max)
        )
        steps = (Step("send", str(name), tuple((None, value) for value in values)),)
        begun = self._recorder.begin(process, "send", steps=steps)
        wall_ms = self._clock.wall_ms()
        data = bytearray(
            build_batch(
                Record(place, wall_ms, None, str(value).encode())
                for place, value in enumerate(values)
            )
        )
        future = await sender.send(topic, partition, data, len(values))
        future.add_done_callback(partial(self._sent, begun, str(name), values))
        return future

    def _sent(
        self, begun: Begun, name: str, values: range, future: asyncio.Future[ProducedBatch]
    ) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            begun.end("info", note=str(error))
            return
        base = future.result().base_offset
        records = tuple(
            (None if base == NO_OFFSET else base + place, value)
            for place, value in enumerate(values)
        )
        begun.end("ok", steps=(Step("send", name, records),))
        self.written_count += 1

    # reading

    async def _read(self, cluster: Cluster, process: int) -> None:
        offsets = dict.fromkeys(self.partitions, 0)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._session_s()
        assigned = self._recorder.begin(process, "assign", partitions=tuple(map(str, offsets)))
        assigned.end("ok")
        async with Fetcher(cluster, offsets, FetchSettings(max_wait_ms=500)) as fetcher:
            while (left := ends_at - loop.time()) > 0:
                await self._poll(fetcher, process, left)

    async def _poll(
        self, fetcher: Fetcher, process: int, patience_s: float
    ) -> FetchedBatches | None:
        begun = self._recorder.begin(process, "poll")
        try:
            async with asyncio.timeout(patience_s):
                fetched = await anext(fetcher)
        except TimeoutError:
            begun.end("ok")
            return None
        except (LogTruncatedError, OffsetOutOfRangeError) as error:
            # A consumer has seen only what is committed: that cannot be cut off.
            self._recorder.complaints.append(f"at {begun.settled(0).invoked:.3f} {error}")
            begun.end("info", note=str(error))
            raise
        except OttlaError as error:
            begun.end("info", note=str(error))
            raise
        records = tuple((record.offset, int(record.value or b"-1")) for record in fetched.records())
        begun.end("ok", steps=(Step("poll", str(fetched.name), records),))
        return fetched

    async def write_everywhere(self, cluster: Cluster) -> None:
        """Write to every partition, and wait until all of it is acknowledged."""
        process = self._recorder.new_process()
        sender = Sender(cluster)
        for name in self.partitions:
            await (await self._send_to(name, sender, process))
        await sender.close()

    async def read_everything(self, cluster: Cluster) -> None:
        """Read all partitions from the beginning to the end that they have now."""
        process = self._recorder.new_process()
        ends = await list_offsets(cluster, dict.fromkeys(self.partitions, LATEST))
        missing = {name: end.offset for name, end in ends.items() if end.offset > 0}
        if not missing:
            return
        names = tuple(map(str, missing))
        self._recorder.begin(process, "assign", partitions=names).end("ok")
        async with Fetcher(cluster, dict.fromkeys(missing, 0)) as fetcher:
            while missing:
                fetched = await self._poll(fetcher, process, 30.0)
                if fetched is not None and fetched.next_offset >= missing.get(fetched.name, 0):
                    missing.pop(fetched.name, None)

    # committing

    async def _commit(self, cluster: Cluster, process: int) -> None:
        """Commit rising offsets for a partition of this client's own, and ask for them."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._session_s()
        group = f"{GROUP}-{process}"
        name = self._chance.choice(self.partitions)
        offset = 0
        while loop.time() < ends_at:
            offset += self._chance.randint(1, 5)
            begun = self._recorder.begin(
                process, "commit", group=group, offsets={str(name): offset}
            )
            try:
                outcomes = await commit_group_offsets(cluster, group, {name: offset})
                failed = [each for each in outcomes.values() if each is not None]
                begun.end("info" if failed else "ok", note=str(failed[0]) if failed else "")
            except OttlaError as error:
                begun.end("info", note=str(error))
                raise
            await asyncio.sleep(self._chance.expovariate(1.0))
            await self._ask_committed(cluster, process, group, (name,))

    async def _ask_committed(
        self, cluster: Cluster, process: int, group: str, names: Iterable[TopicPartition]
    ) -> None:
        begun = self._recorder.begin(process, "committed", group=group)
        try:
            answer = (await fetch_group_offsets(cluster, (group,)))[group]
        except OttlaError as error:
            begun.end("info", note=str(error))
            raise
        if isinstance(answer, ApiError):
            begun.end("info", note=str(answer))
            return
        offsets = {str(name): answer[name].offset if name in answer else -1 for name in names}
        begun.end("ok", offsets=offsets)
