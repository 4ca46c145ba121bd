# SPDX-License-Identifier: Apache-2.0
"""Write one record at a time with acks=all, whatever happens to the brokers, and time the answers.

The prober is an idempotent producer in bytes: the record that was not acknowledged is sent again
with the same sequence, to whoever leads now, until it is; so the log must hold every number exactly
once, in order. It asks every broker for Metadata, all the time and every few milliseconds when
something is wrong, and follows the highest leader epoch: the gaps it sees are the cluster's.
"""

import itertools
import math
import selectors
import struct
import threading
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.admin import Admin
from benchmarks.cluster_metadata import ask_any, metadata, read_metadata
from benchmarks.frames import BATCH_HEADER_BYTES, batch_of, fetch, fetch_answer_layout, produce
from benchmarks.links import Link, answers
from benchmarks.transaction_frames import Producer, idempotent, init_producer_id, initialised

ALL_REPLICAS = -1
PAUSE_S = 0.002  # between an acknowledgement and the next record
RETRY_S = 0.005
TROUBLED_AFTER_S = 0.03  # without an acknowledgement
CALM_POLL_S, TROUBLED_POLL_S = 0.1, 0.005
PATIENCE_S = 1.0  # with a broker that takes a question for Metadata and does not answer
DUPLICATE_SEQUENCE_NUMBER = 46
OUT_OF_ORDER_SEQUENCE, INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER_ID = 45, 47, 59
FATAL = frozenset({OUT_OF_ORDER_SEQUENCE, INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER_ID})
VALUE = struct.Struct(">q")
VALUE_AT = 6  # in a record of such a value: length, attributes, two deltas, no key, length
INIT_TIMEOUT_S = 30.0


class Acknowledged(NamedTuple):
    """When a record was acknowledged, and by whom."""

    at: float
    leader: int


class Prober(threading.Thread):
    """Owns its connections; `stop` ends it and gives what was acknowledged."""

    def __init__(self, addresses: Mapping[int, str], topic: str, partition: int = 0) -> None:
        super().__init__(name="prober", daemon=True)
        self.acknowledged: list[Acknowledged] = []
        self.failure: BaseException | None = None
        self.leader = -1
        self.errors: dict[int, int] = {}
        self._addresses = addresses
        self._topic, self._partition = topic, partition
        self._leader_epoch = -1
        self._selector = selectors.DefaultSelector()
        self._watchers = {
            node_id: Link(address, self._selector) for node_id, address in addresses.items()
        }
        self._writer: Link | None = None
        self._next_at = 0.0
        self._ending = threading.Event()
        self._producer = _initialise(list(addresses.values()))
        self._question = metadata([topic])
        self._error_at = 4 + 4 + 2 + len(topic) + 4 + 4

    def run(self) -> None:
        """Write until told to stop."""
        try:
            while not self._ending.is_set():
                now = time.perf_counter()
                self._write(now)
                is_troubled = self._is_troubled(now)
                self._ask(now, TROUBLED_POLL_S if is_troubled else CALM_POLL_S)
                for link, answer in answers(self._selector, PAUSE_S):
                    self._take(link, answer)
        except BaseException as failure:  # noqa: BLE001 - told by the thread that waits for it
            self.failure = failure
        finally:
            for link in (*self._watchers.values(), self._writer):
                if link is not None:
                    link.close()
            self._selector.close()

    def stop(self) -> int:
        """End, and return how many records were acknowledged."""
        self._ending.set()
        self.join()
        self.check()
        return len(self.acknowledged)

    def check(self) -> None:
        """Raise what ended the thread, if something did."""
        if self.failure is not None:
            raise RuntimeError(f"the prober ended: {self.failure}") from self.failure

    def wait_for(self, count: int, timeout_s: float) -> None:
        """Wait until so many more records are acknowledged."""
        wanted = len(self.acknowledged) + count
        self._wait(lambda: len(self.acknowledged) >= wanted, timeout_s)

    def wait_for_other_leader(self, than: int, since: float, timeout_s: float) -> None:
        """Wait for an acknowledgement of another leader."""

        def is_there() -> bool:
            last = self.acknowledged[-1] if self.acknowledged else None
            return last is not None and last.at > since and last.leader != than

        self._wait(is_there, timeout_s)

    def _wait(self, condition, timeout_s: float) -> None:
        deadline = time.perf_counter() + timeout_s
        while not condition():
            self.check()
            if time.perf_counter() > deadline:
                raise TimeoutError(
                    f"no acknowledged write in {timeout_s} s; leader {self.leader} of epoch "
                    f"{self._leader_epoch}, errors {self.errors}"
                )
            time.sleep(0.01)

    def _is_troubled(self, now: float) -> bool:
        return not self.acknowledged or now - self.acknowledged[-1].at > TROUBLED_AFTER_S

    def _write(self, now: float) -> None:
        """Send the next record, or the last one again, unless one is on its way."""
        if self.leader < 0 or now < self._next_at or (self._writer and self._writer.is_busy):
            return
        if self._writer is None:
            self._writer = Link(self._addresses[self.leader], self._selector)
        number = len(self.acknowledged)
        batch = idempotent(batch_of([VALUE.pack(number)]), self._producer, number)
        request = produce([(self._topic, [self._partition])], batch, acks=ALL_REPLICAS)
        try:
            self._writer.ask(request)
        except OSError:
            self._next_at = now + RETRY_S

    def _ask(self, now: float, pause_s: float) -> None:
        """Ask every broker that is not being asked."""
        for link in self._watchers.values():
            if link.is_busy and now - link.asked_at > PATIENCE_S:
                link.close()
            if not link.is_busy and now - link.asked_at > pause_s:
                try:
                    link.ask(self._question)
                except OSError:
                    link.close()

    def _take(self, link: Link, answer: bytes | None) -> None:
        if link is self._writer:
            self._take_produced(answer)
        elif answer is not None:
            self._follow(answer)

    def _take_produced(self, answer: bytes | None) -> None:
        now = time.perf_counter()
        if answer is None:
            self._next_at = now + RETRY_S
            return
        (code,) = struct.unpack_from(">h", answer, self._error_at)
        if code in {0, DUPLICATE_SEQUENCE_NUMBER}:
            self.acknowledged.append(Acknowledged(now, self.leader))
            self._next_at = now + PAUSE_S
            return
        self.errors[code] = self.errors.get(code, 0) + 1
        if code in FATAL:
            number = len(self.acknowledged)
            raise RuntimeError(f"record {number} was answered error {code} by {self.leader}")
        self._next_at = now + RETRY_S

    def _follow(self, answer: bytes) -> None:
        """Turn to the leader of a newer epoch; what the old one still does no longer counts."""
        state = read_metadata(answer).partitions.get((self._topic, self._partition))
        if state is None or state.leader not in self._addresses:
            return
        if state.leader_epoch > self._leader_epoch:
            self._leader_epoch = state.leader_epoch
            if state.leader != self.leader:
                self.leader = state.leader
                if self._writer is not None:
                    self._writer.close()
                self._writer, self._next_at = None, 0.0


def longest_gap(moments: Sequence[float], since: float, until: float) -> float:
    """Return the longest time without an acknowledgement that ended in the interval.

    When none came after its beginning, it is as long as the interval at least.
    """
    ended = [
        later - earlier for earlier, later in itertools.pairwise(moments) if since < later <= until
    ]
    last = max((moment for moment in moments if moment <= until), default=since)
    return max((*ended, until - last))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest rank: of fifty values the 99th percentile is the largest."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def judge(acknowledged: int, numbers: Sequence[int]) -> dict[str, int]:
    """Compare the log with what was acknowledged: the numbers from 0 on.

    One more than those may be there: it was written, and the prober stopped before it knew.
    """
    found = set(numbers)
    return {
        "acknowledged": acknowledged,
        "lost": sum(number not in found for number in range(acknowledged)),
        "duplicated": len(numbers) - len(found),
        "disordered": sum(later < earlier for earlier, later in itertools.pairwise(numbers)),
        "unexpected": sum(number > acknowledged for number in found),
    }


def written_numbers(addresses: Sequence[str], topic: str, partition: int = 0) -> list[int]:
    """Read the whole partition from its leader."""
    found = read_metadata(ask_any(addresses, metadata([topic])))
    host, port = found.brokers[found.partitions[topic, partition].leader]
    layout = fetch_answer_layout(topic)
    numbers: list[int] = []
    with Admin(f"{host}:{port}") as admin:
        end = admin.latest_offset(topic, partition)
        offset = 0
        while offset < end:
            limits = {"max_bytes": 1 << 20, "partition_max_bytes": 1 << 20}
            answer = admin.ask(fetch([(topic, [(partition, offset)])], **limits))
            (code,) = struct.unpack_from(">h", answer, layout.error_at - 4)
            if code:
                raise RuntimeError(f"reading {topic} back: error {code}")
            records = answer[layout.records_at - 4 :]
            batches = numbers_in(records)
            numbers += [number for at, number in batches if at >= offset]
            offset = batches[-1][0] + 1
    return numbers


def numbers_in(records: bytes) -> list[tuple[int, int]]:
    """Find offset and number of each batch; one that is cut off at the end does not count."""
    found = []
    position = 0
    while position + BATCH_HEADER_BYTES <= len(records):
        offset, length = struct.unpack_from(">qi", records, position)
        if position + 12 + length > len(records):
            break
        (number,) = VALUE.unpack_from(records, position + BATCH_HEADER_BYTES + VALUE_AT)
        found.append((offset, number))
        position += 12 + length
    return found


def _initialise(addresses: Sequence[str]) -> Producer:
    """Get a producer id, from a cluster that may have just begun."""
    deadline = time.perf_counter() + INIT_TIMEOUT_S
    while True:
        code, producer = initialised(ask_any(addresses, init_producer_id(None)))
        if not code:
            return producer
        if time.perf_counter() > deadline:
            raise RuntimeError(f"InitProducerId is answered error {code}")
        time.sleep(RETRY_S)
