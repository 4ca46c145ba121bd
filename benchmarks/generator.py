# SPDX-License-Identifier: Apache-2.0
"""Load at the level of the protocol, in a process of its own, cheaper than any server.

Produce: a megabyte of requests is encoded once, each with its own correlation id and values but
all of one size, and sent over and over; so what may be sent is a number of bytes and sending is one
`send` of a slice, whatever the number of requests in it. Answers have one size, so counting them is
a division and checking their error codes a slice with a stride. The window (requests in flight per
connection) bounds both sides.

Fetch: each connection reads its partition from the start, one request at a time as consumers do,
and looks at the batch headers to know its next offset.

Latency: one record is produced while a fetch is parked on another connection; the time runs from
before the send to after the receive.

Round trips: one produce request after the other with a pause in between, to see what something
else does to them.

Run as `python -m benchmarks.generator produce|fetch|latency|round-trips ...`; prints one JSON
object.
"""

import argparse
import json
import resource
import select
import socket
import struct
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import frames, page_cache
from benchmarks.admin import parse_address, read_exactly

REPEATED_BYTES = 1 << 20  # small frames are repeated until sends are this long
RECEIVE_BYTES = 1 << 20
DIFFERENT_BATCHES = 64
STALL_S = 30.0
LAST_DELTA_AT = 23  # in a batch header
BATCH_SIZES = struct.Struct(">qi")


class BrokenAnswerError(RuntimeError):
    """The server answered an error, closed, or stopped answering."""


class Pipeline:
    """One connection that keeps `window` requests in flight."""

    def __init__(
        self, address: str, requests: Sequence[bytes], answer: frames.ProduceAnswer, window: int
    ) -> None:
        self.socket = connect(address)
        self.socket.setblocking(False)
        self.completed = 0
        self.wants_to_send = True
        self._answer = answer
        self._window = window
        (self._frame_bytes,) = {len(request) for request in requests}
        self._output = memoryview(b"".join(requests))
        self._sent_bytes = 0
        self._input = bytearray(max(RECEIVE_BYTES, 2 * answer.size))
        self._input_view = memoryview(self._input)
        self._partial_bytes = 0

    def send(self, request_limit: int) -> None:
        """Fill the window, but start no request beyond the limit."""
        allowed = min(self.completed + self._window, request_limit) * self._frame_bytes
        output = self._output
        while (ahead := allowed - self._sent_bytes) > 0:
            position = self._sent_bytes % len(output)
            try:
                self._sent_bytes += self.socket.send(output[position : position + ahead])
            except BlockingIOError:
                self.wants_to_send = True
                return
        self.wants_to_send = False

    def receive(self) -> None:
        """Count the answers that came and check their error codes."""
        try:
            count = self.socket.recv_into(self._input_view[self._partial_bytes :])
        except BlockingIOError:
            return
        if count == 0:
            raise BrokenAnswerError("the server closed the connection")
        size = self._answer.size
        available = self._partial_bytes + count
        whole = available // size
        self._check(whole)
        self._partial_bytes = available - whole * size
        if self._partial_bytes:
            start = whole * size
            self._input[: self._partial_bytes] = self._input[start : start + self._partial_bytes]
        self.completed += whole

    @property
    def started(self) -> int:
        """Requests of which at least the first byte was sent."""
        return -(-self._sent_bytes // self._frame_bytes)

    def _check(self, whole: int) -> None:
        size, error_at, entry_count, stride = self._answer
        for start in (
            [error_at] if entry_count == 1 else range(error_at, error_at + whole * size, size)
        ):
            step = size if entry_count == 1 else stride
            end = whole * size if entry_count == 1 else start + entry_count * stride
            for byte in (start, start + 1):
                if any(self._input[byte:end:step]):
                    (code,) = struct.unpack_from(">h", self._input, start)
                    raise BrokenAnswerError(f"the server answered error {code}")


def run_produce(arguments: argparse.Namespace) -> dict[str, Any]:
    """Send one frame over and over until the time or the bytes are used up."""
    names = [arguments.topic]
    if arguments.topics > 1:
        names = [f"{arguments.topic}{index:05d}" for index in range(arguments.topics)]
    topics = [(name, range(arguments.partitions)) for name in names]
    requests, batch = _requests(arguments, topics)
    frame = requests[0]
    answer = frames.produce_answer_layout(topics)
    pipelines = [
        Pipeline(arguments.address, requests, answer, arguments.window)
        for _ in range(arguments.connections)
    ]
    if arguments.warm_gigabytes:
        # Here, because what was warmed cools while a process starts.
        page_cache.warm(int(arguments.warm_gigabytes * 1e9), arguments.warm_folder)
    limit = arguments.max_bytes // len(frame) // len(pipelines) if arguments.max_bytes else 1 << 62
    measured, elapsed = drive(pipelines, arguments.warm_up, arguments.seconds, max(1, limit))
    entries = answer.entry_count
    return {
        "requests_per_s": measured / elapsed,
        "records_per_s": measured * entries * batch.record_count / elapsed,
        "mb_per_s": measured * entries * batch.value_bytes / elapsed / 1e6,
        "frame_bytes": len(frame),
        "records_per_batch": batch.record_count,
        "total_requests": sum(pipeline.completed for pipeline in pipelines),
        "total_records": sum(pipeline.completed for pipeline in pipelines)
        * entries
        * batch.record_count,
        "total_gb": sum(pipeline.completed for pipeline in pipelines)
        * entries
        * batch.value_bytes
        / 1e9,
    }


def _requests(
    arguments: argparse.Namespace, topics: Sequence[tuple[str, Sequence[int]]]
) -> tuple[list[bytes], frames.Batch]:
    """Encode about a megabyte of requests that differ, and one of their batches."""
    batch = _batch(arguments, 0)
    frame_bytes = len(frames.produce(topics, batch.data))
    count = max(1, REPEATED_BYTES // frame_bytes)
    batches = [_batch(arguments, turn) for turn in range(min(count, DIFFERENT_BATCHES))]
    requests = [
        frames.produce(
            topics,
            batches[index % len(batches)].data,
            acks=arguments.acks,
            correlation_id=index + 1,
        )
        for index in range(count)
    ]
    return requests, batch


def _batch(arguments: argparse.Namespace, turn: int) -> frames.Batch:
    size, spread = arguments.record_bytes, arguments.spread
    if arguments.records:
        values = frames.values_of(size, arguments.records, spread_bytes=spread, turn=turn)
        return frames.batch_of(values)
    return frames.filled_batch(size, arguments.batch_bytes, spread_bytes=spread, turn=turn)


def drive(
    pipelines: Sequence[Pipeline], warm_up_s: float, seconds: float, limit: int
) -> tuple[int, float]:
    """Run all connections; return the answers and the seconds between warm-up and end."""
    poller = select.epoll()
    by_descriptor = {pipeline.socket.fileno(): pipeline for pipeline in pipelines}
    for descriptor in by_descriptor:
        poller.register(descriptor, select.EPOLLIN | select.EPOLLOUT)
    began = time.perf_counter()
    measured_from, completed_before = began, 0
    warm, ends = began + warm_up_s, began + warm_up_s + seconds
    last_answer = began
    while True:
        for descriptor, events in poller.poll(1.0):
            pipeline = by_descriptor[descriptor]
            had_to_wait = pipeline.wants_to_send
            if events & ~select.EPOLLOUT:
                pipeline.receive()
                last_answer = time.perf_counter()
            pipeline.send(limit)
            if had_to_wait != pipeline.wants_to_send:
                mask = select.EPOLLIN | (select.EPOLLOUT if pipeline.wants_to_send else 0)
                poller.modify(descriptor, mask)
        now = time.perf_counter()
        if warm and now >= warm:
            measured_from, completed_before, warm = now, _completed(pipelines), 0.0
            ends = now + seconds
        if now >= ends and now > measured_from:
            return _finish(pipelines, poller, by_descriptor, measured_from, completed_before, now)
        if all(pipeline.completed >= limit for pipeline in pipelines):
            return _completed(pipelines) - completed_before, now - measured_from
        if now - last_answer > STALL_S:
            raise BrokenAnswerError(f"no answer for {STALL_S} s")


def _finish(
    pipelines: Sequence[Pipeline],
    poller: select.epoll,
    by_descriptor: dict[int, Pipeline],
    measured_from: float,
    completed_before: int,
    ended: float,
) -> tuple[int, float]:
    """Complete what was started, outside the measured time, so that totals are exact."""
    measured = _completed(pipelines) - completed_before
    deadline = time.perf_counter() + STALL_S
    limits = {descriptor: pipeline.started for descriptor, pipeline in by_descriptor.items()}
    while any(pipeline.completed < limits[fd] for fd, pipeline in by_descriptor.items()):
        for descriptor, events in poller.poll(1.0):
            pipeline = by_descriptor[descriptor]
            if events & ~select.EPOLLOUT:
                pipeline.receive()
            pipeline.send(limits[descriptor])
            mask = select.EPOLLIN | (select.EPOLLOUT if pipeline.wants_to_send else 0)
            poller.modify(descriptor, mask)
        if time.perf_counter() > deadline:
            raise BrokenAnswerError(f"unanswered requests after {STALL_S} s")
    return measured, ended - measured_from


def _completed(pipelines: Sequence[Pipeline]) -> int:
    return sum(pipeline.completed for pipeline in pipelines)


class Reader:
    """One connection that reads a partition from the start, again and again."""

    def __init__(self, arguments: argparse.Namespace, end_offset: int) -> None:
        self.socket = connect(arguments.address)
        self.bytes_read = 0
        self.records_read = 0
        self._arguments = arguments
        self._end_offset = end_offset
        self._offset = 0
        self._layout = frames.fetch_answer_layout(arguments.topic)
        self._buffer = bytearray(arguments.max_fetch_bytes + (2 << 20))
        self._view = memoryview(self._buffer)
        self._filled = 0

    def ask(self) -> None:
        """Send the next fetch."""
        arguments = self._arguments
        request = frames.fetch(
            [(arguments.topic, [(0, self._offset)])],
            max_bytes=arguments.max_fetch_bytes,
            partition_max_bytes=arguments.max_fetch_bytes,
        )
        self.socket.sendall(request)

    def receive(self) -> None:
        """Take what came; when the answer is whole, count it and ask on."""
        count = self.socket.recv_into(self._view[self._filled :])
        if count == 0:
            raise BrokenAnswerError("the server closed the connection")
        self._filled += count
        if self._filled < 4:
            return
        (size,) = struct.unpack_from(">i", self._buffer)
        if self._filled < size + 4:
            if size + 4 > len(self._buffer):
                raise BrokenAnswerError(f"an answer of {size} bytes")
            return
        self._filled = 0
        self._take(size + 4)
        self.ask()

    def _take(self, answer_bytes: int) -> None:
        layout, buffer = self._layout, self._buffer
        (error,) = struct.unpack_from(">h", buffer, layout.error_at)
        (records_bytes,) = struct.unpack_from(">i", buffer, layout.records_size_at)
        if error or layout.records_at + records_bytes != answer_bytes:
            raise BrokenAnswerError(f"fetch at {self._offset}: error {error}")
        next_offset, position = self._end_of_batches(answer_bytes)
        self.bytes_read += position - layout.records_at
        # A batch may begin before the offset asked for; only what is new counts.
        self.records_read += next_offset - self._offset
        self._offset = 0 if next_offset >= self._end_offset else next_offset

    def _end_of_batches(self, answer_bytes: int) -> tuple[int, int]:
        """Find the offset after the last whole batch, and where that batch ends.

        Batches of one size, as our own producer writes them, are proven by the first and the last.
        """
        buffer, position = self._buffer, self._layout.records_at
        if position + frames.BATCH_HEADER_BYTES > answer_bytes:
            return self._offset, position
        first_offset, length = BATCH_SIZES.unpack_from(buffer, position)
        (last_delta,) = struct.unpack_from(">i", buffer, position + LAST_DELTA_AT)
        count = (answer_bytes - position) // (length + 12)
        if count > 1:
            last = position + (count - 1) * (length + 12)
            base = first_offset + (count - 1) * (last_delta + 1)
            if BATCH_SIZES.unpack_from(buffer, last) == (base, length):
                return base + last_delta + 1, last + length + 12
        return self._walk(answer_bytes)

    def _walk(self, answer_bytes: int) -> tuple[int, int]:
        """Go from header to header."""
        buffer, position = self._buffer, self._layout.records_at
        next_offset = self._offset
        while position + frames.BATCH_HEADER_BYTES <= answer_bytes:
            base_offset, length = BATCH_SIZES.unpack_from(buffer, position)
            if position + 12 + length > answer_bytes:
                break
            (last_delta,) = struct.unpack_from(">i", buffer, position + LAST_DELTA_AT)
            next_offset = base_offset + last_delta + 1
            position += 12 + length
        return next_offset, position


def run_fetch(arguments: argparse.Namespace) -> dict[str, Any]:
    """Read the topic's first partition over and over until the time is used up."""
    readers = [Reader(arguments, arguments.end_offset) for _ in range(arguments.connections)]
    poller = select.epoll()
    by_descriptor = {reader.socket.fileno(): reader for reader in readers}
    for descriptor, reader in by_descriptor.items():
        poller.register(descriptor, select.EPOLLIN)
        reader.ask()
    began = time.perf_counter()
    warm, ends = began + arguments.warm_up, began + arguments.warm_up + arguments.seconds
    measured_from, bytes_before, records_before = began, 0, 0
    while (now := time.perf_counter()) < ends:
        if warm and now >= warm:
            warm, measured_from = 0.0, now
            bytes_before = sum(reader.bytes_read for reader in readers)
            records_before = sum(reader.records_read for reader in readers)
        for descriptor, _events in poller.poll(1.0):
            by_descriptor[descriptor].receive()
    elapsed = now - measured_from
    total_bytes = sum(reader.bytes_read for reader in readers)
    total_records = sum(reader.records_read for reader in readers)
    return {
        "mb_per_s": (total_bytes - bytes_before) / elapsed / 1e6,
        "records_per_s": (total_records - records_before) / elapsed,
        "total_gb": total_bytes / 1e9,
        "total_records": total_records,
    }


def run_latency(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time single records from the producer's send to the consumer's receive."""
    producer, consumer = connect(arguments.address), connect(arguments.address)
    batch = frames.batch_of([b"x" * arguments.record_bytes])
    request = frames.produce([(arguments.topic, [0])], batch.data, acks=arguments.acks)
    layout = frames.fetch_answer_layout(arguments.topic)
    offset = arguments.end_offset
    samples_us: list[float] = []
    began = time.perf_counter()
    ends = began + arguments.warm_up + arguments.seconds
    pause_s = arguments.pause_ms / 1000
    while (now := time.perf_counter()) < ends:
        fetch = frames.fetch(
            [(arguments.topic, [(0, offset)])], max_bytes=1 << 20, partition_max_bytes=1 << 20
        )
        consumer.sendall(fetch)
        time.sleep(pause_s)  # the fetch is parked when the record is sent
        sent = time.perf_counter()
        producer.sendall(request)
        while True:
            answer = read_answer(consumer)
            (records_bytes,) = struct.unpack_from(">i", answer, layout.records_size_at - 4)
            if records_bytes > 0:
                break
            consumer.sendall(fetch)
        received = time.perf_counter()
        produced = read_answer(producer)
        (error,) = struct.unpack_from(
            ">h", produced, frames.produce_answer_layout([(arguments.topic, [0])]).error_at - 4
        )
        if error:
            raise BrokenAnswerError(f"the server answered error {error}")
        offset += 1
        if now - began > arguments.warm_up:
            samples_us.append((received - sent) * 1e6)
    return latency_summary(samples_us)


def run_round_trips(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time single produce requests with pauses in between, until the time is used up."""
    connection = connect(arguments.address)
    batch = frames.batch_of([b"x" * arguments.record_bytes])
    request = frames.produce([(arguments.topic, [0])], batch.data, acks=arguments.acks)
    error_at = frames.produce_answer_layout([(arguments.topic, [0])]).error_at - 4
    samples_us: list[float] = []
    counts_from = time.perf_counter() + arguments.warm_up
    ends = counts_from + arguments.seconds
    while (asked := time.perf_counter()) < ends:
        connection.sendall(request)
        answer = read_answer(connection)
        answered = time.perf_counter()
        if any(answer[error_at : error_at + 2]):
            raise BrokenAnswerError("the server answered an error")
        if asked > counts_from:
            samples_us.append((answered - asked) * 1e6)
        time.sleep(arguments.pause_ms / 1000)
    return latency_summary(samples_us)


def latency_summary(samples_us: list[float]) -> dict[str, Any]:
    """Percentiles of microseconds."""
    samples_us.sort()
    last = len(samples_us) - 1
    return {
        "p50_us": samples_us[last // 2],
        "p99_us": samples_us[last * 99 // 100],
        "p999_us": samples_us[last * 999 // 1000],
        "total_records": len(samples_us),
    }


def read_answer(connection: socket.socket) -> bytes:
    """Receive one frame without its size."""
    (size,) = struct.unpack(">i", read_exactly(connection, 4))
    return read_exactly(connection, size)


def connect(address: str) -> socket.socket:
    """Open a connection without Nagle's delay."""
    connection = socket.create_connection(parse_address(address), STALL_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def allow_many_descriptors() -> None:
    """Raise the soft limit to the hard one, for us and for the processes we start."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generator")
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ACTIONS:
        action = actions.add_parser(name)
        action.add_argument("--address", required=True)
        action.add_argument("--topic", required=True)
        action.add_argument("--seconds", type=float, default=3.0)
        action.add_argument("--warm-up", type=float, default=1.0)
        action.add_argument("--connections", type=int, default=1)
        action.add_argument("--record-bytes", type=int, default=100)
        action.add_argument("--acks", type=int, default=1)
        action.add_argument("--end-offset", type=int, default=0)
        if name == "produce":
            action.add_argument("--batch-bytes", type=int, default=16384)
            action.add_argument("--records", type=int, default=0, help="per batch; 0: fill it")
            action.add_argument("--spread", type=int, default=0, help="sizes differ by so much")
            action.add_argument("--window", type=int, default=5, help="requests in flight")
            action.add_argument("--max-bytes", type=int, default=0)
            action.add_argument("--warm-gigabytes", type=float, default=0.0)
            action.add_argument("--warm-folder")
            action.add_argument("--partitions", type=int, default=1, help="per request")
            action.add_argument("--topics", type=int, default=1, help="per request")
        elif name == "fetch":
            action.add_argument("--max-fetch-bytes", type=int, default=1 << 20)
        else:
            action.add_argument("--pause-ms", type=float, default=0.2)
    return parser


ACTIONS = {
    "produce": run_produce,
    "fetch": run_fetch,
    "latency": run_latency,
    "round-trips": run_round_trips,
}


def main() -> int:
    """Run one load and print what was measured."""
    arguments = _parser().parse_args()
    result = ACTIONS[arguments.action](arguments)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    result["client_cpu_s"] = usage.ru_utime + usage.ru_stime
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
