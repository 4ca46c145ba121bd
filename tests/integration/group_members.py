# SPDX-License-Identifier: Apache-2.0
"""Members of consumer groups, one class for each client library, each running in its own thread.

A member commits what it has read before it reads on, and before it gives partitions away. So in a
group whose members only come and go by themselves every record is seen by exactly one of them: a
record that is seen twice, or not at all, is the fault of the group.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ottla import Consumer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BATCH = 20
POLL_S = 0.1
WAIT_TIMEOUT_S = 40
SESSION_TIMEOUT_MS = 6000
METADATA_AGE_MS = 500


class Place(NamedTuple):
    """Where a record is."""

    topic: str
    partition: int
    offset: int


class Membership(NamedTuple):
    """How a member takes part."""

    bootstrap: str
    group: str
    topics: tuple[str, ...]
    assignor: str = "range"
    protocol: str = "classic"
    instance_id: str | None = None


_started: list[Member] = []


def stop_all() -> None:
    """Let every member leave that still runs, because its test failed."""
    for member in _started:
        member.leave()
    _started.clear()


class Member:
    """What all libraries have in common: a thread, what it saw, what it owns."""

    def __init__(self, membership: Membership) -> None:
        self.membership = membership
        self.seen: list[Place] = []
        self.owned: set[tuple[str, int]] = set()
        self.assignments = 0  # how often it was told what it owns
        self.failures: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._guarded, daemon=True)

    def start(self) -> Self:
        """Join."""
        _started.append(self)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Leave in order: everything that was seen is committed."""
        self.leave()
        assert not self._thread.is_alive(), "a member does not leave"
        self.check()

    def check(self) -> None:
        """Fail with what went wrong, if anything did."""
        assert not self.failures, f"{self.membership}: {self.failures}"

    def leave(self) -> None:
        """Leave, whatever happened."""
        self._stop.set()
        self._thread.join(WAIT_TIMEOUT_S)

    def run(self) -> None:
        """Take part until told to stop."""
        raise NotImplementedError

    def _guarded(self) -> None:
        try:
            self.run()
        except Exception as failure:  # noqa: BLE001 - shown by the test that waits for this member
            self.failures.append(repr(failure))

    def _took(self, places: Iterable[tuple[str, int]]) -> None:
        self.owned |= set(places)
        self.assignments += 1

    def _gave(self, places: Iterable[tuple[str, int]]) -> None:
        self.owned -= set(places)


class ConfluentMember(Member):
    """confluent-kafka, with either group protocol."""

    def run(self) -> None:
        """Take part until told to stop."""
        from confluent_kafka import Consumer

        consumer = Consumer(self._settings())
        consumer.subscribe(
            list(self.membership.topics),
            on_assign=lambda _, places: self._took(_named(places)),
            on_revoke=lambda _, places: self._gave(_named(places)),
            on_lost=lambda _, places: self._gave(_named(places)),
        )
        while not self._stop.is_set():
            messages = consumer.consume(BATCH, POLL_S)
            for message in messages:
                if message.error() is not None and message.error().fatal():
                    raise AssertionError(message.error())
            good = [message for message in messages if message.error() is None]
            if good:
                self._commit(consumer, good)
        consumer.close()

    def _commit(self, consumer: Any, messages: list[Any]) -> None:
        from confluent_kafka import KafkaError, KafkaException, TopicPartition

        ends = {(one.topic(), one.partition()): one.offset() + 1 for one in messages}
        offsets = [TopicPartition(*place, offset) for place, offset in ends.items()]
        deadline = time.monotonic() + WAIT_TIMEOUT_S
        while True:
            try:
                consumer.commit(offsets=offsets, asynchronous=False)
            except KafkaException as failure:
                # An answer on its way brings the epoch or generation that this commit lacks. What
                # it commits stays this member's until it polls again.
                late = failure.args[0].code() in (
                    KafkaError.STALE_MEMBER_EPOCH,
                    KafkaError.ILLEGAL_GENERATION,
                    KafkaError.REBALANCE_IN_PROGRESS,
                )
                if not late or time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)
            else:
                break
        self.seen += [Place(one.topic(), one.partition(), one.offset()) for one in messages]

    def _settings(self) -> dict[str, object]:
        settings: dict[str, object] = {
            "bootstrap.servers": self.membership.bootstrap,
            "group.id": self.membership.group,
            "group.protocol": self.membership.protocol,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 50,
            "topic.metadata.refresh.interval.ms": METADATA_AGE_MS,
            "log_level": 0,
        }
        if self.membership.protocol == "classic":
            settings["partition.assignment.strategy"] = self.membership.assignor
            settings["session.timeout.ms"] = SESSION_TIMEOUT_MS
            settings["heartbeat.interval.ms"] = 300
        else:
            settings["group.remote.assignor"] = self.membership.assignor
        if self.membership.instance_id is not None:
            settings["group.instance.id"] = self.membership.instance_id
        return settings


class AiokafkaMember(Member):
    """aiokafka, whose loop lives in the member's thread."""

    def run(self) -> None:
        """Take part until told to stop."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
        from aiokafka.coordinator.assignors.range import RangePartitionAssignor
        from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
        from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

        assignors = {
            "range": RangePartitionAssignor,
            "roundrobin": RoundRobinPartitionAssignor,
            "sticky": StickyPartitionAssignor,
        }
        reading = asyncio.Lock()  # partitions are given away between two reads, never inside one

        class Listener(ConsumerRebalanceListener):
            async def on_partitions_revoked(_, revoked: Any) -> None:  # noqa: N805
                async with reading:
                    self._gave(revoked)

            async def on_partitions_assigned(_, assigned: Any) -> None:  # noqa: N805
                self._took(assigned)

        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.membership.bootstrap,
            group_id=self.membership.group,
            group_instance_id=self.membership.instance_id,
            partition_assignment_strategy=(assignors[self.membership.assignor],),
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=300,
            metadata_max_age_ms=METADATA_AGE_MS,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )
        consumer.subscribe(list(self.membership.topics), listener=Listener())
        await consumer.start()
        try:
            while not self._stop.is_set():
                async with reading:
                    batches = await consumer.getmany(
                        timeout_ms=int(POLL_S * 1000), max_records=BATCH
                    )
                    if batches:
                        ends = {place: found[-1].offset + 1 for place, found in batches.items()}
                        await consumer.commit(ends)
                    self.seen += [
                        Place(one.topic, one.partition, one.offset)
                        for found in batches.values()
                        for one in found
                    ]
                await asyncio.sleep(0)
        finally:
            await consumer.stop()


class KafkaPythonMember(Member):
    """kafka-python."""

    def run(self) -> None:
        """Take part until told to stop."""
        from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
        from kafka.coordinator.assignors.range import RangePartitionAssignor
        from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
        from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
        from kafka.structs import OffsetAndMetadata

        from kafka import ConsumerRebalanceListener, KafkaConsumer

        assignors = {
            "range": RangePartitionAssignor,
            "roundrobin": RoundRobinPartitionAssignor,
            "sticky": StickyPartitionAssignor,
            "cooperative-sticky": CooperativeStickyAssignor,
        }

        class Listener(ConsumerRebalanceListener):
            def on_partitions_revoked(_, revoked: Any) -> None:  # noqa: N805
                self._gave(revoked)

            def on_partitions_assigned(_, assigned: Any) -> None:  # noqa: N805
                self._took(assigned)

        consumer = KafkaConsumer(
            bootstrap_servers=self.membership.bootstrap,
            group_id=self.membership.group,
            group_instance_id=self.membership.instance_id,
            partition_assignment_strategy=[assignors[self.membership.assignor]],
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=300,
            metadata_max_age_ms=METADATA_AGE_MS,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )
        consumer.subscribe(list(self.membership.topics), listener=Listener())
        while not self._stop.is_set():
            # Not shorter: a poll that ends while the group rebalances can lose the answer to
            # SyncGroup, and then this library sends no heartbeats any more.
            batches = consumer.poll(timeout_ms=1500, max_records=BATCH)
            if batches:
                consumer.commit(
                    {
                        place: OffsetAndMetadata(found[-1].offset + 1, "", -1)
                        for place, found in batches.items()
                    }
                )
            self.seen += [
                Place(one.topic, one.partition, one.offset)
                for found in batches.values()
                for one in found
            ]
        with contextlib.suppress(TimeoutError):
            consumer.close()


class OttlaMember(Member):
    """Our own consumer, with either group protocol."""

    def run(self) -> None:
        """Take part until told to stop."""
        with Consumer(*self.membership.topics, **self._options()) as consumer:
            while not self._stop.is_set():
                records = consumer.poll(POLL_S)
                if records:
                    consumer.commit()
                self.seen += [Place(one.topic, one.partition, one.offset) for one in records]

    def _options(self) -> Any:
        options: dict[str, object] = {
            "bootstrap_servers": self.membership.bootstrap,
            "group_id": self.membership.group,
            "group_protocol": self.membership.protocol,
            "group_instance_id": self.membership.instance_id,
            "session_timeout_ms": SESSION_TIMEOUT_MS,
            "heartbeat_interval_ms": 300,
            "metadata_max_age_ms": METADATA_AGE_MS,
            "auto_commit": False,
            "from_beginning": True,
            "fetch_max_wait_ms": 50,
            "on_assigned": self._took,
            "on_revoked": self._gave,
        }
        if self.membership.protocol == "classic":
            options["partition_assignment_strategy"] = self.membership.assignor
        else:
            options["group_remote_assignor"] = self.membership.assignor
        return options


MEMBERS: dict[str, type[Member]] = {
    "confluent": ConfluentMember,
    "aiokafka": AiokafkaMember,
    "kafka-python": KafkaPythonMember,
    "ottla": OttlaMember,
}


def wait_until(what: str, condition: Callable[[], bool], members: Iterable[Member] = ()) -> None:
    """Wait for a condition; tell what the members have when it does not come true."""
    deadline = time.monotonic() + WAIT_TIMEOUT_S
    members = list(members)
    while not condition():
        for member in members:
            member.check()
        if time.monotonic() > deadline:
            owned = [(len(member.seen), sorted(member.owned)) for member in members]
            raise AssertionError(f"not within {WAIT_TIMEOUT_S} s: {what}; members: {owned}")
        time.sleep(0.02)


def _named(places: Iterable[Any]) -> list[tuple[str, int]]:
    return [(place.topic, place.partition) for place in places]
