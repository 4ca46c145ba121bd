# SPDX-License-Identifier: Apache-2.0
"""An exactly-once copy through kill -9 of its copiers and of the broker.

A source topic is filled; copiers (`tools.conformance.copiers`) copy it in transactions; whenever
the committed copies reach the next of some seeded numbers, a copier or the broker is killed and
started again. When all is copied, no transaction may hang, the group's offsets have to be at the
source's end, and a read_committed reader has to see every record once and in order.
"""

import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, Protocol, Self

from confluent_kafka import Consumer, IsolationLevel, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from tools.conformance.copiers.task import ABORTED, TRANSACTION_TIMEOUT_MS, Task, transformed
from tools.conformance.copy_check import Read, findings, source_value

ROOT: Final = Path(__file__).resolve().parents[2]
COPIERS: Final = ("confluent", "aiokafka", "kafka_python")
VARIANTS: Final = (  # library, group protocol, copiers at a time
    ("confluent", "classic", 2),
    ("confluent", "consumer", 2),
    ("aiokafka", "classic", 1),  # it commits by the group's name alone: nothing fences a second one
    ("kafka_python", "classic", 2),
)
SETTINGS: Final = (
    "group.initial.rebalance.delay.ms=0",
    # So that a member that was killed is not waited for longer than with the classic protocol.
    "group.consumer.min.session.timeout.ms=6000",
    "group.consumer.session.timeout.ms=6000",
    "group.consumer.min.heartbeat.interval.ms=1000",
    "group.consumer.heartbeat.interval.ms=1000",
)
CALL_TIMEOUT_S: Final = 30
RECORDS_BETWEEN_FLUSHES: Final = 10_000
LOOK_AGAIN_S: Final = 0.02
SAID_MAX: Final = 4000
UNPLANNED_RESTARTS_MAX: Final = 30
PATIENT: Final = {"reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, "log_level": 0}
_number_of_run = count()


class Broker(Protocol):
    """What a run needs of the broker under it."""

    @property
    def bootstrap(self) -> str:
        """HOST:PORT for clients, the same over restarts."""

    def kill_and_restart(self) -> object:
        """Kill -9 and start again on the same folder."""


class Plan(NamedTuple):
    """What is copied by whom, and who is killed how often."""

    library: str  # one of COPIERS
    records: int
    copier_kills: int
    broker_kills: int
    seed: int
    copiers: int = 2
    protocol: str = "classic"
    partitions: int = 4
    batch: int = 50
    timeout_s: float = 600

    def __str__(self) -> str:
        return (
            f"{self.library} ({self.protocol}), {self.records} records, {self.copier_kills} kills "
            f"of a copier, {self.broker_kills} of the broker, seed {self.seed}"
        )


class Result(NamedTuple):
    """What came of it."""

    findings: list[str]
    seconds: float
    copier_starts: int
    said: str  # the last words of the copiers

    def __str__(self) -> str:
        verdict = "; ".join(self.findings) or "every record once, in order"
        return f"{self.seconds:.1f} s, {self.copier_starts} starts of a copier: {verdict}"


def run(broker: Broker, plan: Plan) -> Result:
    """Carry out a plan and tell what is wrong with the copy."""
    began = time.monotonic()
    number = next(_number_of_run)
    source, target = f"source-{number}-{plan.library}", f"target-{number}-{plan.library}"
    counts = _fill(broker.bootstrap, source, target, plan)
    group = f"copiers-{number}"
    tasks = [
        Task(
            bootstrap=broker.bootstrap,
            source=source,
            target=target,
            group=group,
            name=f"{group}-{index}",
            batch=plan.batch,
            protocol=plan.protocol,
            seed=plan.seed,
        )
        for index in range(plan.copiers)
    ]
    with (
        tempfile.TemporaryFile() as said,
        _Copiers(plan.library, tasks, said) as copiers,
        _Follower(broker.bootstrap, target, plan.partitions) as follower,
    ):
        found = list(_disturb(broker, plan, copiers, follower))
        copiers.kill_all()
        said.seek(0)
        words = said.read().decode(errors="replace")[-SAID_MAX:]
    found += _hanging(broker.bootstrap, target, plan.partitions)
    found += _uncommitted(broker.bootstrap, group, source, counts)
    copies = read_committed(broker.bootstrap, target, plan.partitions)
    found += findings(counts, copies, transform=transformed, aborted=ABORTED)
    return Result(found, time.monotonic() - began, copiers.starts, words)


def read_committed(bootstrap: str, topic: str, partitions: int) -> dict[int, list[Read]]:
    """Read each partition from its start to what was its last stable offset at the beginning."""
    consumer = _reader(bootstrap)
    try:
        places = [TopicPartition(topic, index, 0) for index in range(partitions)]
        ends = {
            place.partition: consumer.get_watermark_offsets(place, CALL_TIMEOUT_S)[1]
            for place in places
        }
        copies: dict[int, list[Read]] = {index: [] for index in ends}
        consumer.assign(places)
        deadline = time.monotonic() + CALL_TIMEOUT_S
        while any(
            place.offset < ends[place.partition]
            for place in consumer.position(places)
            if ends[place.partition]
        ):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{topic} was not read to its end within {CALL_TIMEOUT_S} s")
            for message in consumer.consume(1000, 0.1):
                if message.error() is None:
                    copies[message.partition()].append(Read(message.offset(), message.value()))
    finally:
        consumer.close()
    return copies


def _fill(bootstrap: str, source: str, target: str, plan: Plan) -> dict[int, int]:
    """Make the topics and write the source; return the number of records by partition."""
    admin = AdminClient({"bootstrap.servers": bootstrap, **PATIENT})
    topics = [NewTopic(topic, plan.partitions, 1) for topic in (source, target)]
    for future in admin.create_topics(topics).values():
        future.result(CALL_TIMEOUT_S)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, **PATIENT})
    counts = dict.fromkeys(range(plan.partitions), 0)
    for number in range(plan.records):
        partition = number % plan.partitions
        value = source_value(partition, counts[partition])
        producer.produce(source, key=value, value=value, partition=partition)
        counts[partition] += 1
        if number % RECORDS_BETWEEN_FLUSHES == RECORDS_BETWEEN_FLUSHES - 1:
            producer.flush(CALL_TIMEOUT_S)
    if producer.flush(CALL_TIMEOUT_S):
        raise TimeoutError(f"{source} could not be filled")
    return counts


def _disturb(
    broker: Broker, plan: Plan, copiers: "_Copiers", follower: "_Follower"
) -> Iterator[str]:
    """Let them copy, kill at the planned numbers, return when all copies are there."""
    dice = Random(plan.seed)  # noqa: S311 - repeatable, not secret
    kills = ["copier"] * plan.copier_kills + ["broker"] * plan.broker_kills
    dice.shuffle(kills)
    at = sorted(dice.randrange(plan.records // 20, plan.records * 9 // 10) for _ in kills)
    planned = list(zip(at, kills, strict=True))
    deadline = time.monotonic() + plan.timeout_s
    while planned or follower.seen < plan.records:
        if time.monotonic() > deadline:
            yield f"{follower.seen} of {plan.records} copies were there after {plan.timeout_s} s"
            return
        copiers.start_again_what_ended()
        if copiers.unplanned_restarts > UNPLANNED_RESTARTS_MAX:
            yield f"copiers ended {copiers.unplanned_restarts} times by themselves"
            return
        if planned and follower.seen >= planned[0][0]:
            _, who = planned.pop(0)
            time.sleep(dice.random() * 0.2)  # somewhere inside a transaction
            if who == "copier":
                copiers.kill(dice.randrange(plan.copiers))
            else:
                broker.kill_and_restart()
        time.sleep(LOOK_AGAIN_S)


def _hanging(bootstrap: str, topic: str, partitions: int) -> list[str]:
    """Wait until no transaction is open; killed copiers' last ones end by their timeout."""
    admin = AdminClient({"bootstrap.servers": bootstrap, **PATIENT})
    places = [TopicPartition(topic, index) for index in range(partitions)]
    deadline = time.monotonic() + TRANSACTION_TIMEOUT_MS / 1000 * 2
    while True:
        stable, written = (
            {
                place.partition: future.result(CALL_TIMEOUT_S).offset
                for place, future in admin.list_offsets(
                    {place: OffsetSpec.latest() for place in places}, isolation_level=level
                ).items()
            }
            for level in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
        )
        if stable == written:
            return []
        if time.monotonic() > deadline:
            return [f"the last stable offsets {stable} hang behind the ends {written}"]
        time.sleep(LOOK_AGAIN_S)


def _uncommitted(bootstrap: str, group: str, source: str, counts: dict[int, int]) -> list[str]:
    """Compare the group's committed offsets with the source's ends."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, **PATIENT})
    try:
        places = [TopicPartition(source, partition) for partition in counts]
        offsets = {
            place.partition: place.offset for place in consumer.committed(places, CALL_TIMEOUT_S)
        }
    finally:
        consumer.close()
    return [] if offsets == counts else [f"offsets {offsets} are committed, not {counts}"]


def _reader(bootstrap: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "reader",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 50,
            **PATIENT,
        }
    )


class _Copiers:
    """The copier processes, started again when they end."""

    def __init__(self, library: str, tasks: list[Task], said: object) -> None:
        self._commands = [
            [sys.executable, "-m", f"tools.conformance.copiers.{library}_copier", *task.arguments()]
            for task in tasks
        ]
        self._said = said
        self._processes: list[subprocess.Popen[bytes]] = []
        self._killed: set[int] = set()
        self.starts = 0
        self.unplanned_restarts = 0

    def __enter__(self) -> Self:
        self._processes = [self._start(command) for command in self._commands]
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_all()

    def start_again_what_ended(self) -> None:
        """Do what a service manager does."""
        for index, process in enumerate(self._processes):
            if process.poll() is not None:
                if process.returncode != -signal.SIGKILL:
                    self.unplanned_restarts += 1
                self._processes[index] = self._start(self._commands[index])

    def kill(self, index: int) -> None:
        """Kill -9 one of them."""
        self._processes[index].kill()
        self._processes[index].wait()

    def kill_all(self) -> None:
        """Kill -9 each and leave them so."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes = []

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        self.starts += 1
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )


class _Follower:
    """A read_committed reader that lives through all of it and counts what it sees."""

    def __init__(self, bootstrap: str, topic: str, partitions: int) -> None:
        self._consumer = _reader(bootstrap)
        self._consumer.assign([TopicPartition(topic, index, 0) for index in range(partitions)])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._consumer.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            messages = self._consumer.consume(500, 0.05)
            self.seen += sum(message.error() is None for message in messages)
