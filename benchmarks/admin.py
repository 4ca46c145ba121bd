# SPDX-License-Identifier: Apache-2.0
"""One blocking connection that prepares topics for the loads: create, wait, delete, offsets."""

import socket
import struct
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from benchmarks import frames

# Files of a deleted topic go at once: dirty pages of one row must not be written during the next.
TOPIC_CONFIGS = (("file.delete.delay.ms", "0"),)
ANSWER_TIMEOUT_S = 120


def parse_address(address: str) -> tuple[str, int]:
    """Split HOST:PORT."""
    host, _, port = address.rpartition(":")
    return host, int(port)


class Admin:
    """Owns the connection; each method is one request and its answer."""

    def __init__(self, address: str, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._socket = socket.create_connection(parse_address(address), timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def ask(self, request: bytes) -> bytes:
        """Send a frame and return the answer from its correlation id on."""
        self._socket.sendall(request)
        (size,) = struct.unpack(">i", read_exactly(self._socket, 4))
        return read_exactly(self._socket, size)

    def create_topics(
        self,
        topics: Sequence[tuple[str, int]],
        configs: Iterable[tuple[str, str]] = TOPIC_CONFIGS,
    ) -> None:
        """Create and wait until every partition has a leader."""
        answer = self.ask(frames.create_topics(topics, configs))
        position = 12  # correlation, throttle, count
        for _ in topics:
            position, name = _read_text(answer, position)
            (error,) = struct.unpack_from(">h", answer, position)
            position, message = _read_text(answer, position + 2)
            if error:
                raise RuntimeError(f"creating {name}: error {error} {message}")
        self.wait_for_leaders(topics)

    def wait_for_leaders(self, topics: Sequence[tuple[str, int]]) -> None:
        """Wait until every partition has a leader."""
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        while not self._has_leaders(topics):
            if time.monotonic() > deadline:
                raise TimeoutError("the topics got no leaders")
            time.sleep(0.01)

    def create_topic(self, name: str, partition_count: int = 1) -> None:
        """Create one topic and wait for its leaders."""
        self.create_topics([(name, partition_count)])

    def delete_topics(self, names: Sequence[str]) -> None:
        """Delete; topics that do not exist are an error."""
        answer = self.ask(frames.delete_topics(names))
        position = 12
        for _ in names:
            position, name = _read_text(answer, position)
            (error,) = struct.unpack_from(">h", answer, position)
            position += 2
            if error:
                raise RuntimeError(f"deleting {name}: error {error}")

    def latest_offset(self, topic: str, partition: int = 0) -> int:
        """Return the log end offset."""
        answer = self.ask(frames.list_offsets(topic, partition, -1))
        error_at = 4 + 4 + len(frames.text(topic)) + 4 + 4
        error, _timestamp, offset = struct.unpack_from(">hqq", answer, error_at)
        if error:
            raise RuntimeError(f"offset of {topic}-{partition}: error {error}")
        return int(offset)

    def served_apis(self) -> dict[int, tuple[int, int]]:
        """Return which API keys the broker advertises, with lowest and highest version."""
        answer = self.ask(frames.api_versions())
        (count,) = struct.unpack_from(">i", answer, 6)
        rows = struct.iter_unpack(">hhh", answer[10 : 10 + 6 * count])
        return {key: (lowest, highest) for key, lowest, highest in rows}

    def _has_leaders(self, topics: Sequence[tuple[str, int]]) -> bool:
        answer = self.ask(frames.metadata([name for name, _ in topics]))
        found = leaders_in_metadata(answer)
        return all(found.get(name, 0) == count for name, count in topics)


def leaders_in_metadata(answer: bytes) -> dict[str, int]:
    """Count the partitions with a leader per topic in a Metadata v1 answer."""
    position = 8
    (broker_count,) = struct.unpack_from(">i", answer, 4)
    for _ in range(broker_count):
        position, _host = _read_text(answer, position + 4)
        position, _rack = _read_text(answer, position + 4)
    position += 4  # controller id
    (topic_count,) = struct.unpack_from(">i", answer, position)
    position += 4
    leaders: dict[str, int] = {}
    for _ in range(topic_count):
        position, name = _read_text(answer, position + 2)
        (partition_count,) = struct.unpack_from(">i", answer, position + 1)
        position += 5
        leaders[name or ""] = 0
        for _ in range(partition_count):
            error, _index, leader = struct.unpack_from(">hii", answer, position)
            position += 10
            for _array in ("replicas", "isr"):
                (length,) = struct.unpack_from(">i", answer, position)
                position += 4 + 4 * length
            leaders[name or ""] += error == 0 and leader >= 0
    return leaders


def read_exactly(connection: socket.socket, size: int) -> bytes:
    """Receive this many bytes or raise."""
    received = bytearray(size)
    view = memoryview(received)
    while view:
        count = connection.recv_into(view)
        if count == 0:
            raise ConnectionResetError("the broker closed the connection in an answer")
        view = view[count:]
    return bytes(received)


def _read_text(data: bytes, position: int) -> tuple[int, str | None]:
    (length,) = struct.unpack_from(">h", data, position)
    position += 2
    if length < 0:
        return position, None
    return position + length, data[position : position + length].decode()
