# SPDX-License-Identifier: Apache-2.0
"""RabbitMQ under the same kind of load: pre-encoded AMQP 0-9-1 frames on one connection.

`python -m benchmarks.amqp publish|consume --address ... --seconds ... --batch N` prints one JSON
object. Messages are persistent and the queue durable. `publish` waits for confirms with a bounded
number outstanding; `consume` acknowledges every `batch` messages. As all messages are alike, all
deliveries and all confirms have one size, so counting them is arithmetic.

    frame     type int8 | channel int16 | size int32 | payload | 0xCE
    method    class int16 | method int16 | arguments
    content   a method frame, a header frame (class, weight, body size, flags, properties), a body
"""

import argparse
import json
import socket
import struct
import sys
import time
from typing import Any

from benchmarks.admin import parse_address, read_exactly

QUEUE = b"bench"
CONSUMER_TAG = b"c"
METHOD, HEADER, BODY = 1, 2, 3
FRAME_END = b"\xce"
PERSISTENT = 2
DELIVERY_MODE_FLAG = 0x1000
ACK, NACK = (60, 80), (60, 120)
ACK_FRAME_BYTES = 7 + 4 + 8 + 1 + 1
OUTSTANDING_BATCHES = 200
RECEIVE_BYTES = 1 << 20
TIMEOUT_S = 30.0


def frame(kind: int, payload: bytes, channel: int = 1) -> bytes:
    """Wrap a payload."""
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + FRAME_END


def method(identity: tuple[int, int], arguments: bytes = b"", channel: int = 1) -> bytes:
    """Encode a method frame."""
    return frame(METHOD, struct.pack(">HH", *identity) + arguments, channel)


def short_text(value: bytes) -> bytes:
    """Encode a string with its int8 length."""
    return bytes([len(value)]) + value


def content(body: bytes) -> bytes:
    """Encode the header and body frames of a persistent message."""
    head = struct.pack(">HHQHB", 60, 0, len(body), DELIVERY_MODE_FLAG, PERSISTENT)
    return frame(HEADER, head) + frame(BODY, body)


def publish(body: bytes) -> bytes:
    """Encode a publish to the queue by the default exchange."""
    arguments = struct.pack(">H", 0) + short_text(b"") + short_text(QUEUE) + b"\x00"
    return method((60, 40), arguments) + content(body)


def delivery_bytes(body_bytes: int) -> int:
    """Return the size of one delivery of such a message."""
    arguments = short_text(CONSUMER_TAG) + bytes(9) + short_text(b"") + short_text(QUEUE)
    return len(method((60, 60), arguments) + content(bytes(body_bytes)))


class Channel:
    """One connection with one open channel."""

    def __init__(self, address: str) -> None:
        self.socket = socket.create_connection(parse_address(address), TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(b"AMQP\x00\x00\x09\x01")
        self._expect((10, 10))
        login = b"\x00guest\x00guest"
        start_ok = struct.pack(">I", 0) + short_text(b"PLAIN")
        start_ok += struct.pack(">I", len(login)) + login + short_text(b"en_US")
        self.socket.sendall(method((10, 11), start_ok, channel=0))
        channel_max, frame_max, _heartbeat = struct.unpack(">HIH", self._expect((10, 30)))
        tune_ok = struct.pack(">HIH", channel_max, frame_max, 0)
        self.socket.sendall(method((10, 31), tune_ok, channel=0))
        self.call((10, 40), short_text(b"/") + short_text(b"") + b"\x00", channel=0)
        self.call((20, 10), short_text(b""))

    def call(self, identity: tuple[int, int], arguments: bytes, *, channel: int = 1) -> bytes:
        """Send a method and return the arguments of its -ok."""
        self.socket.sendall(method(identity, arguments, channel))
        return self._expect((identity[0], identity[1] + 1))

    def declare_queue(self) -> int:
        """Declare the durable queue and return how many messages are in it."""
        durable = b"\x02"
        arguments = struct.pack(">H", 0) + short_text(QUEUE) + durable + struct.pack(">I", 0)
        answer = self.call((50, 10), arguments)
        (count,) = struct.unpack_from(">I", answer, 1 + len(QUEUE))
        return int(count)

    def purge_queue(self) -> None:
        """Empty the queue."""
        self.call((50, 30), struct.pack(">H", 0) + short_text(QUEUE) + b"\x00")

    def _expect(self, identity: tuple[int, int]) -> bytes:
        kind, _channel, size = struct.unpack(">BHI", read_exactly(self.socket, 7))
        payload = read_exactly(self.socket, size + 1)
        got = struct.unpack_from(">HH", payload)
        if kind != METHOD or got != identity:
            raise RuntimeError(f"expected method {identity}, got {got}: {payload[4:200]!r}")
        return payload[4:-1]


def run_publish(arguments: argparse.Namespace) -> dict[str, Any]:
    """Publish `batch` messages to a send, waiting for confirms."""
    channel = Channel(arguments.address)
    channel.declare_queue()
    channel.call((85, 10), b"\x00")
    connection = channel.socket
    output = publish(b"x" * arguments.record_bytes) * arguments.batch
    window = OUTSTANDING_BATCHES * arguments.batch
    limit = arguments.count or 1 << 62
    sent = confirmed = 0
    partial = b""
    began = time.perf_counter()
    ends = began + arguments.seconds
    while confirmed < limit and (arguments.count or time.perf_counter() < ends):
        while sent - confirmed < window and sent < limit:
            connection.sendall(output)
            sent += arguments.batch
        received = partial + connection.recv(RECEIVE_BYTES)
        whole = len(received) // ACK_FRAME_BYTES * ACK_FRAME_BYTES
        partial = received[whole:]
        if whole:
            last = received[whole - ACK_FRAME_BYTES : whole]
            if struct.unpack_from(">HH", last, 7) != ACK:
                raise RuntimeError(f"not an ack: {last!r}")
            (confirmed,) = struct.unpack_from(">Q", last, 11)
    elapsed = time.perf_counter() - began
    return _figures(confirmed, elapsed, arguments.record_bytes)


def run_consume(arguments: argparse.Namespace) -> dict[str, Any]:
    """Receive what is in the queue, acknowledging every `batch` messages."""
    channel = Channel(arguments.address)
    wanted = channel.declare_queue()
    prefetch = min(65_000, OUTSTANDING_BATCHES * arguments.batch)
    channel.call((60, 10), struct.pack(">IHB", 0, prefetch, 0))
    connection = channel.socket
    size = delivery_bytes(arguments.record_bytes)
    buffer = memoryview(bytearray(RECEIVE_BYTES))
    received_bytes = acknowledged = 0
    began = time.perf_counter()
    consume = struct.pack(">H", 0) + short_text(QUEUE) + short_text(CONSUMER_TAG) + b"\x00"
    channel.call((60, 20), consume + struct.pack(">I", 0))
    multiple = b"\x01" if arguments.batch > 1 else b"\x00"
    while acknowledged < wanted:
        received_bytes += connection.recv_into(buffer)
        received = received_bytes // size
        acks = []
        while received - acknowledged >= min(arguments.batch, wanted - acknowledged) > 0:
            acknowledged += min(arguments.batch, wanted - acknowledged)
            acks.append(method(ACK, struct.pack(">Q", acknowledged) + multiple))
        if acks:
            connection.sendall(b"".join(acks))
    elapsed = time.perf_counter() - began
    return _figures(wanted, elapsed, arguments.record_bytes)


def _figures(count: int, elapsed: float, record_bytes: int) -> dict[str, Any]:
    return {
        "records_per_s": count / elapsed,
        "mb_per_s": count * record_bytes / elapsed / 1e6,
        "total_records": count,
        "total_gb": count * record_bytes / 1e9,
    }


def main() -> int:
    """Run one load and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.amqp")
    parser.add_argument("action", choices=("publish", "consume"))
    parser.add_argument("--address", required=True)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--count", type=int, default=0, help="publish so many instead")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--record-bytes", type=int, default=200)
    arguments = parser.parse_args()
    run = run_publish if arguments.action == "publish" else run_consume
    print(json.dumps(run(arguments)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
