# SPDX-License-Identifier: Apache-2.0
"""Clients on aiokafka: an idempotent producer, and members of a group that commits.

This library tells the generation in which a member was given its partitions, so the history can
show whether two members own one.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
    ConsumerRebalanceListener,
    TopicPartition,
)
from aiokafka.errors import KafkaError

from ottla.base.loop_thread import LoopThread
from ottla.testing.simulation.history import Step
from tools.chaos.recording import SharedRecorder
from tools.chaos.topics import MOVING, PLAIN, Topics

GROUP: Final = "readers"
SESSION_S: Final = 14.0
PACE_S: Final = 0.03
CLOSE_TIMEOUT_S: Final = 10
END_TIMEOUT_S: Final = 70

Session = Callable[[int], Coroutine[Any, Any, None]]


class _Ownership(ConsumerRebalanceListener):  # type: ignore[misc]
    """Writes down what a member is given."""

    def __init__(self, recorder: SharedRecorder, process: int) -> None:
        self.consumer: AIOKafkaConsumer | None = None
        self.changed: set[str] = set()
        self._recorder = recorder
        self._process = process

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Remember what went."""
        self.changed |= {_label(each) for each in revoked}

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Write down what came."""
        names = tuple(sorted(_label(each) for each in assigned))
        self.changed |= set(names)
        self._recorder.begin(
            self._process,
            "own",
            group=GROUP,
            generation=generation_of(self.consumer),
            partitions=names,
        ).end("ok")


class GroupMembers:
    """Sessions in one loop, until they are told to stop."""

    def __init__(self, bootstrap: str, recorder: SharedRecorder, topics: Topics, seed: int) -> None:
        self._bootstrap = bootstrap
        self._recorder = recorder
        self._topics = topics
        self._seed = seed
        self._thread = LoopThread("group members")
        self._is_writing = True
        self._is_over = False
        self._writer: asyncio.Task[None] | None = None
        self._members: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # faults are no news

        async def start() -> None:
            self._writer = asyncio.create_task(
                self._repeat(self._produce, lambda: self._is_writing)
            )
            self._members = [
                asyncio.create_task(self._repeat(self._read, lambda: not self._is_over))
                for _ in range(2)
            ]

        self._thread.run(start())

    def stop_writing(self) -> None:
        """End the producer; return when all it sent has an outcome."""
        self._is_writing = False
        self._thread.run(self._join(self._writer))

    def stop(self) -> None:
        """End all."""
        self._is_over = True
        for member in self._members:
            self._thread.run(self._join(member))
        self._thread.run(self._cancel_the_rest())
        self._thread.close()

    async def _join(self, task: asyncio.Task[None] | None) -> None:
        if task is None:
            return
        done, _ = await asyncio.wait({task}, timeout=END_TIMEOUT_S)
        if not done:
            self._recorder.complain("a client on aiokafka does not end")
            task.cancel()

    async def _cancel_the_rest(self) -> None:
        """End what clients of the library have left behind when they were closed in a fault."""
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=1)  # some of them do not listen

    async def _repeat(self, session: Session, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            process = self._recorder.new_process()
            try:
                await session(process)
            except (KafkaError, OSError, TimeoutError, asyncio.CancelledError):
                await asyncio.sleep(0.2)  # the library cancels what its connections waited for
            except Exception as error:  # noqa: BLE001 - a client of ours is wrong: say so
                self._recorder.complain(f"process {process} ended with {error!r}")
                return
            finally:
                self._recorder.begin(process, "crash").end("ok")

    def _chance(self, process: int) -> random.Random:
        return random.Random(f"{self._seed} {process}")  # noqa: S311 - repeatable

    async def _produce(self, process: int) -> None:
        chance = self._chance(process)
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            request_timeout_ms=6_000,
            metadata_max_age_ms=2_000,
            retry_backoff_ms=50,
        )
        waiting: list[asyncio.Task[bool]] = []
        try:
            await producer.start()
            until = self._recorder.now() + SESSION_S * chance.uniform(0.5, 1.5)
            while self._is_writing and self._recorder.now() < until:
                await asyncio.sleep(chance.expovariate(1 / PACE_S))
                name, partition = chance.choice(self._topics.partitions(PLAIN, MOVING))
                if partition not in await producer.partitions_for(name):
                    continue  # a new one, of which it has not heard
                waiting.append(await self._send(producer, process, name, partition))
                if any(task.done() and not task.result() for task in waiting):
                    break  # its sequence has a gap now: the next client goes on
        finally:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(producer.stop(), 2 * CLOSE_TIMEOUT_S)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _send(
        self, producer: AIOKafkaProducer, process: int, name: str, partition: int
    ) -> asyncio.Task[bool]:
        [value] = self._recorder.new_values(1)
        label = f"{name}-{partition}"
        begun = self._recorder.begin(
            process, "send", steps=(Step("send", label, ((None, value),)),)
        )
        future = await producer.send(name, b"%d" % value, partition=partition)

        async def settle() -> bool:
            try:
                metadata = await future
            except (KafkaError, asyncio.CancelledError) as error:
                begun.end("info", note=repr(error))
                return False
            self._recorder.sent(begun, label, metadata.offset, value)
            return True

        return asyncio.create_task(settle())

    async def _read(self, process: int) -> None:
        chance = self._chance(process)
        ownership = _Ownership(self._recorder, process)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_000,
            request_timeout_ms=8_000,
            metadata_max_age_ms=2_000,
        )
        ownership.consumer = consumer
        consumer.subscribe([PLAIN, MOVING], listener=ownership)
        self._recorder.begin(process, "subscribe").end("ok")
        try:
            await asyncio.wait_for(consumer.start(), 2 * CLOSE_TIMEOUT_S)
            until = self._recorder.now() + SESSION_S * chance.uniform(0.5, 1.5)
            while not self._is_over and self._recorder.now() < until:
                await self._poll(consumer, ownership, process)
                if chance.random() < 0.3:
                    await self._commit(consumer, process)
        finally:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(consumer.stop(), CLOSE_TIMEOUT_S)

    async def _poll(self, consumer: AIOKafkaConsumer, ownership: _Ownership, process: int) -> None:
        begun = self._recorder.begin(process, "poll")
        fetched = await consumer.getmany(timeout_ms=300, max_records=500)
        changed, ownership.changed = tuple(sorted(ownership.changed)), set()
        steps = tuple(
            Step(
                "poll",
                _label(name),
                tuple((message.offset, int(message.value)) for message in messages),
            )
            for name, messages in fetched.items()
        )
        begun.end("ok", steps=steps, rebalanced=changed)

    async def _commit(self, consumer: AIOKafkaConsumer, process: int) -> None:
        generation = generation_of(consumer)
        offsets = {}
        for name in consumer.assignment():
            with suppress(KafkaError, TimeoutError):
                offsets[name] = await asyncio.wait_for(consumer.position(name), 1)
        if not offsets:
            return
        begun = self._recorder.begin(
            process,
            "commit",
            group=GROUP,
            generation=generation,
            offsets={_label(name): offset for name, offset in offsets.items()},
        )
        try:
            await consumer.commit(offsets)
        except KafkaError as error:
            begun.end("info", note=repr(error))
            return
        begun.end("ok")


def generation_of(consumer: AIOKafkaConsumer | None) -> int:
    """Return the generation that a member is in."""
    coordinator = getattr(consumer, "_coordinator", None)
    generation: int = getattr(coordinator, "generation", -1)
    return generation


def _label(name: TopicPartition) -> str:
    return f"{name.topic}-{name.partition}"
