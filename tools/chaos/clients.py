# SPDX-License-Identifier: Apache-2.0
"""Clients on librdkafka: an idempotent producer, a reader, and copiers in transactions.

Each runs in a thread. A session is one client; it ends after a while or with an error, sometimes
without a good-bye, and another one follows. Sends that fail are unknown: any attempt may have
arrived.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from ottla.testing.simulation.history import Step
from tools.chaos.recording import SharedRecorder
from tools.chaos.topics import INPUT, MOVING, OUTPUT, PLAIN, Topics

COPIERS: Final = "copiers"
SESSION_S: Final = 12.0
PACE_S: Final = 0.02
END_TIMEOUT_S: Final = 45
MESSAGE_TIMEOUT_MS: Final = 60_000
# Each record has its outcome before, unless the library hangs.
FLUSH_TIMEOUT_S: Final = MESSAGE_TIMEOUT_MS / 1000 + 10
CALM_S: Final = 5
COPY_RECORDS: Final = 20
COPY_TIMEOUT_S: Final = 15
# Every call of a copier's library has returned by then, unless it hangs.
HANGS_AFTER_S: Final = 2 * COPY_TIMEOUT_S
SUCCESSORS_MAX: Final = 3
CRASH_SHARE: Final = 0.1
ABORT_SHARE: Final = 0.1
TRANSACTION_TIMEOUT_MS: Final = 10_000
QUICK: Final = {
    "log_level": 0,
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 500,
    "socket.timeout.ms": 6000,
    "topic.metadata.refresh.interval.ms": 2000,
}

END: Final = KafkaError._PARTITION_EOF  # noqa: SLF001 - these names are public, and so spelled
NO_POSITION: Final = KafkaError._AUTO_OFFSET_RESET  # noqa: SLF001

Session = Callable[[int], None]


class SessionOverError(Exception):
    """A client ends here, on purpose."""


class Clients:
    """Threads of sessions, until they are told to stop writing, and then to stop."""

    def __init__(self, bootstrap: str, recorder: SharedRecorder, topics: Topics, seed: int) -> None:
        self._bootstrap = {"bootstrap.servers": bootstrap, **QUICK}
        self._recorder = recorder
        self._topics = topics
        self._seed = seed
        self._writing_ended = threading.Event()
        self._ended = threading.Event()
        self._writers: list[threading.Thread] = []
        self._others: list[threading.Thread] = []
        self._copiers: dict[str, list[threading.Thread]] = {}  # by transactional id, the last works
        self._beats: dict[str, float] = {}  # when a copier was last seen outside its library

    def start(self) -> None:
        """Begin."""
        self._writers = [
            self._thread("producer", self._produce, self._writing_ended),
            self._thread("input", self._feed, self._writing_ended),
        ]
        self._others = [
            self._thread("reader", self._read, self._ended),
        ]
        for name in ("copier-1", "copier-2"):
            self._add_copier(name)

    def stop_writing(self) -> list[str]:
        """End the producers; return, when all they sent has an outcome, those that hang.

        What a producer that hangs has sent stays unknown.
        """
        self._writing_ended.set()
        return _join(self._writers, FLUSH_TIMEOUT_S + CALM_S)

    def succeed_the_hung(self) -> None:
        """Start others in the place of copiers that hang, which their transactional id fences."""
        now = time.monotonic()
        for name, beat in list(self._beats.items()):
            if now - beat > HANGS_AFTER_S and len(self._copiers[name]) <= SUCCESSORS_MAX:
                self._add_copier(name)

    def stop(self) -> list[str]:
        """End all; return the clients that hang in a call of their library.

        No broker can do that to them: what is not answered in time is asked again, and every call
        has a time-out. Whoever waits for one in a group goes on without it.
        """
        self._ended.set()
        self._writing_ended.set()
        return _join([*self._writers, *self._others], END_TIMEOUT_S)

    def _add_copier(self, name: str) -> None:
        predecessors = self._copiers.setdefault(name, [])
        self._beats[name] = time.monotonic()
        session = self._copier(name)
        thread = self._thread(f"{name}{len(predecessors) * '+'}", session, self._ended)
        predecessors.append(thread)
        self._others.append(thread)

    def _thread(self, name: str, session: Session, ended: threading.Event) -> threading.Thread:
        thread = threading.Thread(
            target=self._repeat, args=(name, session, ended), name=name, daemon=True
        )
        thread.start()
        return thread

    def _repeat(self, name: str, session: Session, ended: threading.Event) -> None:
        while not ended.is_set():
            process = self._recorder.new_process()
            try:
                session(process)
            except (KafkaException, SessionOverError):
                ended.wait(0.2)
            except Exception as error:  # noqa: BLE001 - a client of ours is wrong: say so
                self._recorder.complain(f"{name} ended with {error!r}")
                return
            finally:
                self._recorder.begin(process, "crash").end("ok")

    def _chance(self, process: int) -> random.Random:
        return random.Random(f"{self._seed} {process}")  # noqa: S311 - repeatable

    # writing

    def _produce(self, process: int) -> None:
        self._produce_to(process, (PLAIN, MOVING))

    def _feed(self, process: int) -> None:
        self._produce_to(process, (INPUT,))

    def _produce_to(self, process: int, names: Sequence[str]) -> None:
        chance = self._chance(process)
        producer = Producer(
            self._bootstrap
            | {
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 2,
                "message.timeout.ms": MESSAGE_TIMEOUT_MS,
                "retry.backoff.ms": 20,
            }
        )
        until = self._recorder.now() + SESSION_S * chance.uniform(0.5, 1.5)
        while self._recorder.now() < until and not self._writing_ended.wait(
            chance.expovariate(1 / PACE_S)
        ):
            name, partition = chance.choice(self._topics.partitions(*names))
            self._send(producer, process, name, partition)
            producer.poll(0)
        if producer.flush(FLUSH_TIMEOUT_S):
            raise SessionOverError  # its library forgot some of its records; they stay unknown

    def _send(self, producer: Producer, process: int, name: str, partition: int) -> None:
        [value] = self._recorder.new_values(1)
        label = f"{name}-{partition}"
        begun = self._recorder.begin(
            process, "send", steps=(Step("send", label, ((None, value),)),)
        )

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                begun.end("info", note=str(error))
            else:
                self._recorder.sent(begun, label, message.offset(), value)

        producer.produce(name, b"%d" % value, partition=partition, on_delivery=delivered)

    # reading

    def _read(self, process: int) -> None:
        chance = self._chance(process)
        consumer = open_reader(self._bootstrap)
        try:
            assign(consumer, self._recorder, process, self._topics.partitions())
            until = self._recorder.now() + SESSION_S * chance.uniform(0.5, 1.5)
            while self._recorder.now() < until and not self._ended.is_set():
                poll(consumer, self._recorder, process)
        finally:
            consumer.close()

    # copying

    def _copier(self, transactional_id: str) -> Session:
        def copy(process: int) -> None:
            chance = self._chance(process)
            self._beats[transactional_id] = time.monotonic()
            producer = Producer(
                self._bootstrap
                | {
                    "transactional.id": transactional_id,
                    "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
                    "linger.ms": 0,
                }
            )
            producer.init_transactions(COPY_TIMEOUT_S)
            consumer = Consumer(
                self._bootstrap
                | {
                    "group.id": COPIERS,
                    "enable.auto.commit": False,
                    "auto.offset.reset": "earliest",
                    "isolation.level": "read_committed",
                    "session.timeout.ms": 6000,
                    "heartbeat.interval.ms": 1000,
                    # Not longer than that does the other copier wait for one that hangs.
                    "max.poll.interval.ms": 20_000,
                }
            )
            try:
                self._recorder.begin(process, "subscribe").end("ok")
                consumer.subscribe([INPUT])
                until = self._recorder.now() + SESSION_S * chance.uniform(0.5, 1.5)
                while self._recorder.now() < until and not self._ended.is_set():
                    self._beats[transactional_id] = time.monotonic()
                    messages = _values_of(consumer.consume(COPY_RECORDS, 0.3))
                    if messages:
                        self._copy(producer, consumer, process, messages, chance)
            finally:
                consumer.close()

        return copy

    def _copy(
        self,
        producer: Producer,
        consumer: Consumer,
        process: int,
        messages: list[Message],
        chance: random.Random,
    ) -> None:
        """Copy some records in a transaction; an exception ends the session."""
        values = self._recorder.new_values(len(messages))
        targets = [
            (message.partition() or 0, value)
            for message, value in zip(messages, values, strict=True)
        ]
        offsets: dict[int, int | None] = dict.fromkeys(values)
        polled = _poll_steps(messages)
        begun = self._recorder.begin(process, "txn", steps=_copy_steps(polled, targets, offsets))

        def end(outcome: Any, note: str = "") -> None:
            begun.end(outcome, steps=_copy_steps(polled, targets, offsets), note=note)

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                offsets[int(message.value() or b"-1")] = message.offset()

        producer.begin_transaction()
        try:
            for partition, value in targets:
                producer.produce(OUTPUT, b"%d" % value, partition=partition, on_delivery=delivered)
            producer.send_offsets_to_transaction(
                _next_offsets(messages), consumer.consumer_group_metadata(), COPY_TIMEOUT_S
            )
            producer.flush(COPY_TIMEOUT_S)
        except KafkaException as error:
            producer.abort_transaction(COPY_TIMEOUT_S)
            end("fail", str(error))
            raise
        how = chance.random()
        if how < CRASH_SHARE:
            raise SessionOverError  # the transaction stays as it is, unknown
        if how < CRASH_SHARE + ABORT_SHARE:
            producer.abort_transaction(COPY_TIMEOUT_S)
            end("fail")
            raise SessionOverError  # its consumer is beyond what was not copied
        try:
            producer.commit_transaction(COPY_TIMEOUT_S)
        except KafkaException as error:
            end("info", str(error))
            raise
        end("ok")
        self._recorder.acknowledged_count += len(messages)


def _join(threads: Sequence[threading.Thread], timeout_s: float) -> list[str]:
    """Wait for threads, together so long and no longer; return the names of those that go on."""
    deadline = time.monotonic() + timeout_s
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    return [thread.name for thread in threads if thread.is_alive()]


def open_reader(settings: dict[str, Any]) -> Consumer:
    """Return a consumer for `assign` that says when its position is gone, and where ends are."""
    return Consumer(
        settings
        | {
            "group.id": "unused",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )


def assign(
    consumer: Consumer,
    recorder: SharedRecorder,
    process: int,
    partitions: Iterable[tuple[str, int]],
    label: str = "",
) -> None:
    """Let a consumer read partitions from their beginning; `label` stands for a topic's name."""
    names = list(partitions)
    consumer.assign([TopicPartition(name, partition, 0) for name, partition in names])
    labels = tuple(f"{label or name}-{partition}" for name, partition in names)
    recorder.begin(process, "assign", partitions=labels).end("ok")


def poll(
    consumer: Consumer, recorder: SharedRecorder, process: int, label: str = ""
) -> set[tuple[str, int]]:
    """Poll once, write it down, and return the partitions whose end was reached and passed on."""
    begun = recorder.begin(process, "poll")
    messages = consumer.consume(500, 0.3)
    ended = set()
    for message in messages:
        error = message.error()
        name = (message.topic() or "", message.partition() or 0)
        if error is None:
            ended.discard(name)
        elif error.code() == END:
            ended.add(name)
        elif error.code() in (NO_POSITION, KafkaError.OFFSET_OUT_OF_RANGE):
            recorder.complain(f"process {process} at {name}: {error}")
    good = [message for message in messages if message.error() is None]
    begun.end("ok", steps=_poll_steps(good, label))
    return ended


def _values_of(messages: Iterable[Message]) -> list[Message]:
    return [message for message in messages if message.error() is None]


def _poll_steps(messages: Iterable[Message], label: str = "") -> tuple[Step, ...]:
    """Return what was polled; `label` stands for a topic's name."""
    return tuple(
        Step(
            "poll",
            f"{label or topic}-{partition}",
            tuple((each.offset() or 0, int(each.value() or b"-1")) for each in run),
        )
        for (topic, partition), run in groupby(
            messages, key=lambda each: (each.topic(), each.partition())
        )
    )


def _copy_steps(
    polled: tuple[Step, ...],
    targets: Sequence[tuple[int, int]],
    offsets: dict[int, int | None],
) -> tuple[Step, ...]:
    return (
        *polled,
        *(
            Step("send", f"{OUTPUT}-{partition}", ((offsets[value], value),))
            for partition, value in targets
        ),
    )


def _next_offsets(messages: Iterable[Message]) -> list[TopicPartition]:
    highest: dict[tuple[str, int], int] = {}
    for message in messages:
        highest[message.topic() or "", message.partition() or 0] = (message.offset() or 0) + 1
    return [TopicPartition(name, partition, at) for (name, partition), at in highest.items()]
