# SPDX-License-Identifier: Apache-2.0
"""What users run while an operator restarts broker after broker: a producer and a consumer group.

librdkafka through confluent-kafka: an idempotent producer with acks=all at a steady rate into every
partition, and a classic group of three members. Prints "steady" once the group has settled, works
until a line comes on standard input, then waits for the rest, reads the topic once more without a
group, and prints one JSON object: what was lost or written twice, how often members were given or
lost partitions meanwhile, and percentiles of the time from produce to acknowledgement.
"""

import argparse
import json
import struct
import sys
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition

from benchmarks.prober import judge, percentile

MEMBERS = 3
PAUSE_S = 0.02
VALUE = struct.Struct(">q")
SETTLING_S = 3.0
FORMING_TIMEOUT_S = 60.0
PATIENCE_S = 60.0
MILLISECONDS = 1000


class SteadyProducer(threading.Thread):
    """Numbers from 0 on, so many a second, over all partitions."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        super().__init__(name="producer", daemon=True)
        self.acknowledged: list[int] = []
        self.failed: list[str] = []
        self.times_ms: list[float] = []
        self.sent = 0
        self.ending = threading.Event()
        self._arguments = arguments
        self._client = Producer(
            {
                "bootstrap.servers": arguments.bootstrap,
                "enable.idempotence": True,
                "message.timeout.ms": 120_000,
            }
        )

    def run(self) -> None:
        """Send what is due, then wait for every acknowledgement."""
        arguments, began = self._arguments, time.perf_counter()
        while not self.ending.is_set():
            due = int((time.perf_counter() - began) * arguments.rate)
            while self.sent < due:
                self._send(self.sent)
                self.sent += 1
            self._client.poll(PAUSE_S)
        self._client.flush(PATIENCE_S)

    def _send(self, number: int) -> None:
        sent = time.perf_counter()

        def delivered(error, _message) -> None:
            if error is None:
                self.acknowledged.append(number)
                self.times_ms.append((time.perf_counter() - sent) * MILLISECONDS)
            else:
                self.failed.append(str(error))

        partition = number % self._arguments.partitions
        value = VALUE.pack(number)
        self._client.produce(
            self._arguments.topic, value, partition=partition, on_delivery=delivered
        )


class Member(threading.Thread):
    """One consumer of the group; counts what happens to its assignment."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        super().__init__(name="member", daemon=True)
        self.numbers: list[int] = []
        self.changes = 0
        self.ending = threading.Event()
        self.held = 0
        self._topic = arguments.topic
        self._client = Consumer(
            {
                "bootstrap.servers": arguments.bootstrap,
                "group.id": arguments.topic,
                "auto.offset.reset": "earliest",
            }
        )

    def run(self) -> None:
        """Consume until told to stop."""
        self._client.subscribe(
            [self._topic], on_assign=self._assigned, on_revoke=self._lost, on_lost=self._lost
        )
        while not self.ending.is_set():
            for message in self._client.consume(500, PAUSE_S):
                if message.error() is None:
                    self.numbers.append(VALUE.unpack(message.value())[0])
        self._client.close()

    def _assigned(self, _client, partitions) -> None:
        self.held = len(partitions)
        self.changes += 1

    def _lost(self, _client, _partitions) -> None:
        self.held = 0
        self.changes += 1


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    """Work until told to stop; return the figures."""
    producer = SteadyProducer(arguments)
    members = [Member(arguments) for _ in range(MEMBERS)]
    for thread in (producer, *members):
        thread.start()
    _wait(lambda: sum(member.held for member in members) == arguments.partitions, "no group")
    time.sleep(SETTLING_S)
    _wait(lambda: len(producer.acknowledged) > arguments.rate, "nothing is acknowledged")
    changes_before = sum(member.changes for member in members)
    first = len(producer.times_ms)
    print("steady", flush=True)
    sys.stdin.readline()
    changes = sum(member.changes for member in members) - changes_before
    producer.ending.set()
    producer.join()
    acknowledged = set(producer.acknowledged)
    consumed = _consumed(members, acknowledged)
    for member in members:
        member.ending.set()
    for member in members:
        member.join()
    numbers = read_all(arguments, len(acknowledged))
    times_ms = producer.times_ms[first:]
    return {
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - set(numbers)),
        "duplicated": judge(0, numbers)["duplicated"],
        "failed": len(producer.failed),
        "not_consumed": len(acknowledged - consumed),
        "delivered_again": sum(len(member.numbers) for member in members) - len(consumed),
        "rebalances": changes,
        "p50_ms": percentile(times_ms, 0.5),
        "p99_ms": percentile(times_ms, 0.99),
        "longest_ms": max(times_ms),
    }


def read_all(arguments: argparse.Namespace, at_least: int) -> list[int]:
    """Read every partition from its start to the end, without a group."""
    client = Consumer(
        {
            "bootstrap.servers": arguments.bootstrap,
            "group.id": f"{arguments.topic}-check",
            "enable.auto.commit": False,
        }
    )
    indexes = range(arguments.partitions)
    ends = [
        client.get_watermark_offsets(TopicPartition(arguments.topic, index), timeout=PATIENCE_S)[1]
        for index in indexes
    ]
    client.assign([TopicPartition(arguments.topic, index, 0) for index in indexes])
    numbers: list[int] = []
    deadline = time.perf_counter() + PATIENCE_S
    while len(numbers) < sum(ends) and time.perf_counter() < deadline:
        numbers += [
            VALUE.unpack(message.value())[0]
            for message in client.consume(1000, 0.5)
            if message.error() is None
        ]
    client.close()
    if len(numbers) < min(at_least, sum(ends)):
        print(f"read {len(numbers)} of {sum(ends)} records", file=sys.stderr)
    return numbers


def _consumed(members: list[Member], acknowledged: set[int]) -> set[int]:
    """Wait until the group has everything, but not for ever; return what it has."""
    deadline = time.perf_counter() + PATIENCE_S
    while True:
        consumed = {number for member in members for number in member.numbers}
        if acknowledged <= consumed or time.perf_counter() > deadline:
            return consumed
        time.sleep(0.2)


def _wait(condition, otherwise: str) -> None:
    deadline = time.perf_counter() + FORMING_TIMEOUT_S
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError(f"{otherwise} after {FORMING_TIMEOUT_S} s")
        time.sleep(0.05)


def main() -> int:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rolling_load")
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--partitions", type=int, default=6)
    parser.add_argument("--rate", type=int, default=1000, help="records a second")
    print(json.dumps(measure(parser.parse_args())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
