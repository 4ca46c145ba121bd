# SPDX-License-Identifier: Apache-2.0
"""What a soak's clients do, and the one thing that must hold of each record that is read.

Numbers are sent in order, number `n` to partition `n % PARTITIONS`. Unless a record is lost, stored
twice or out of its order, it therefore has the offset `n // PARTITIONS`, whichever way it is read,
and however often: nothing has to be remembered.
"""

import threading
import time
from typing import Final

from ottla import Consumer, Producer
from ottla.base.errors import OttlaError
from ottla.client.delivery import Delivery

TOPIC: Final = "soak"
GROUP: Final = "soakers"
PARTITIONS: Final = 3
TICK_S: Final = 0.01
COMPLAINTS_MAX: Final = 20
FILL: Final = b"x" * 90


class Writing(threading.Thread):
    """Sends so many records a second until it is told to end."""

    def __init__(self, bootstrap: str, records_per_second: int) -> None:
        super().__init__(name="writing", daemon=True)
        self.sent = 0
        self.acknowledged = 0
        self.complaints: list[str] = []
        self._address = bootstrap
        self._rate = records_per_second
        self._ended = threading.Event()
        self._longest_gap_s = 0.0
        self._last_s = time.monotonic()

    def run(self) -> None:
        """Send; what goes wrong is in `complaints`."""
        try:
            with Producer(self._address) as producer:
                self._send(producer)
        except OttlaError as error:
            self._complain(f"the producer ended with {error!r}")

    def end(self) -> None:
        """Return when all that was sent has its outcome."""
        self._ended.set()
        self.join()

    def take_longest_gap_s(self) -> float:
        """Return the longest time between deliveries since the last call."""
        longest, self._longest_gap_s = self._longest_gap_s, 0.0
        return longest

    def _send(self, producer: Producer) -> None:
        begun = self._last_s = time.monotonic()
        while not self._ended.wait(TICK_S):
            due = int((time.monotonic() - begun) * self._rate)
            for number in range(self.sent, due):
                value = b"%d %b" % (number, FILL)
                producer.send(TOPIC, value, partition=number % PARTITIONS).add_callback(self._note)
                self.sent = number + 1
        producer.flush()

    def _note(self, delivery: Delivery) -> None:
        error = delivery.exception()
        if error is not None:
            self._complain(f"a record was not delivered: {error}")
            return
        now = time.monotonic()
        self._longest_gap_s = max(self._longest_gap_s, now - self._last_s)
        self._last_s = now
        self.acknowledged += 1

    def _complain(self, text: str) -> None:
        if len(self.complaints) < COMPLAINTS_MAX:
            self.complaints.append(text)


class Reading(threading.Thread):
    """Reads as a member of a group, checks each record, and remembers where each partition is."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(name="reading", daemon=True)
        self.read = 0
        self.ends = [0] * PARTITIONS
        self.complaints: list[str] = []
        self._address = bootstrap
        self._ended = threading.Event()

    def run(self) -> None:
        """Read; what goes wrong is in `complaints`."""
        try:
            with Consumer(
                TOPIC, bootstrap_servers=self._address, group_id=GROUP, from_beginning=True
            ) as consumer:
                while not self._ended.is_set():
                    for record in consumer.poll(0.2):
                        self.check(record.partition, record.offset, record.value)
        except OttlaError as error:
            self._complain(f"the consumer ended with {error!r}")

    def check(self, partition: int, offset: int, value: bytes) -> None:
        """Compare a record with the only one that may be there."""
        number = int(value.split(b" ", 1)[0])
        if divmod(number, PARTITIONS) != (offset, partition):
            self._complain(f"record {number} is at offset {offset} of partition {partition}")
        if offset > self.ends[partition]:
            skipped = f"{self.ends[partition]} to {offset - 1}"
            self._complain(f"offsets {skipped} of partition {partition} were not handed out")
        self.ends[partition] = max(self.ends[partition], offset + 1)
        self.read += 1

    def missing(self, sent: int) -> list[str]:
        """Say what was not read of so many records that were sent."""
        return [
            f"partition {partition} was read to {end}, and {expected} records were sent to it"
            for partition, end in enumerate(self.ends)
            if end != (expected := (sent + PARTITIONS - 1 - partition) // PARTITIONS)
        ]

    def end(self) -> None:
        """Commit and leave the group."""
        self._ended.set()
        self.join()

    def _complain(self, text: str) -> None:
        if len(self.complaints) < COMPLAINTS_MAX:
            self.complaints.append(text)
