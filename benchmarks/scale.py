# SPDX-License-Identifier: Apache-2.0
"""How far one broker goes: 10,000 partitions, 10,000 idle connections, 500 active producers.

One session gives all figures: create the partitions, restart cleanly, fill them, read over all of
them through one fetch session, kill -9, restart, open the connections, let the producers run.
Apache Kafka is left out by default: it holds three files open for a partition, more than the usual
limit of descriptors allows here.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import frames, real_clients
from benchmarks.admin import Admin, read_exactly
from benchmarks.generator import allow_many_descriptors, connect
from benchmarks.rows import Check, Figures, Row
from benchmarks.servers import OttlaServer, Server, resident_mb

PARTITIONS = 10_000
TOPICS = 100
IDLE_CONNECTIONS = 10_000
PRODUCERS = 500
DATA_GB = 10.0
BATCH_BYTES = 10_000
# One address opens all the connections here, which is what these limits are there to prevent.
MANY_CONNECTIONS = {
    "ottla.max.connection.creation.rate.per.ip": "100000",
    "max.connections.per.ip": "20000",
    "max.connections": "20000",
}
KIBIBYTE = 1024
SETTLE_S = 2.0

Progress = Callable[[str], None]


def _row(title: str, figure: str, unit: str, bound: float | None = None) -> Row:
    checks = () if bound is None else (Check(figure, "value <=", bound),)
    return Row("scale", title, "", figure, unit, lambda _bench, _scale: {}, checks)


SCALE_ROWS = (
    _row("create 10,000 partitions", "create_s", "s", 15),
    _row("resident memory with 10,000 partitions", "partitions_mb", "MB", 400),
    _row("clean stop with 10,000 partitions", "stop_s", "s"),
    _row("ready after a clean restart", "clean_restart_s", "s", 5),
    _row("write into all partitions", "fill_mb_per_s", "MB/s"),
    _row("resident memory after writing", "filled_mb", "MB", 400),
    _row("open one fetch session over all partitions", "session_open_s", "s"),
    _row("an empty incremental fetch of that session", "session_empty_ms", "ms"),
    _row("ready after kill -9 and 10 GB", "kill_restart_s", "s", 10),
    _row("memory of an idle connection", "idle_connection_kib", "KiB", 30),
    _row("500 producers, 10 records a request", "producers_records_per_s", "records/s"),
)


def measure(server: OttlaServer, scale: float, progress: Progress) -> Figures:
    """Go through all of it with one broker; `scale` shrinks counts for a quick look."""
    allow_many_descriptors()
    partitions = max(TOPICS, int(PARTITIONS * scale))
    topics = [(f"scale-{number:03d}", partitions // TOPICS) for number in range(TOPICS)]
    figures: Figures = {}
    server.start()
    try:
        progress(f"create {partitions} partitions")
        figures["create_s"] = _create(server, topics)
        time.sleep(SETTLE_S)
        figures["partitions_mb"] = resident_mb(server.pid)
        progress("clean restart")
        figures["stop_s"] = _timed(server.stop)
        figures["clean_restart_s"] = _timed(lambda: _start_with(server, topics))
        progress("write")
        figures["fill_mb_per_s"] = _fill(server, topics, DATA_GB * scale)
        figures["filled_mb"] = resident_mb(server.pid)
        progress("one fetch session")
        figures |= _fetch_session(server, topics)
        progress("kill -9 and restart")
        server.kill()
        figures["kill_restart_s"] = _timed(lambda: _start_with(server, topics))
    finally:
        server.stop()
    return figures


def measure_connections(server: Server, scale: float, progress: Progress) -> Figures:
    """Hold idle connections, then let many producers run, on an empty broker."""
    allow_many_descriptors()
    figures: Figures = {}
    server.start()
    try:
        with Admin(server.address) as admin:
            admin.create_topic("producers", 10)
        count = int(IDLE_CONNECTIONS * scale)
        progress(f"{count} idle connections")
        before = resident_mb(server.pid)
        with _idle_connections(server, count):
            time.sleep(SETTLE_S)
            grown = resident_mb(server.pid) - before
            figures["idle_connection_kib"] = grown * 1e6 / KIBIBYTE / count
        producers = max(1, int(PRODUCERS * scale))
        progress(f"{producers} producers")
        load = ("--records", 10, "--window", 2, "--connections", producers, "--seconds", 4)
        ran = real_clients.generator("produce", server.address, "producers", *load)
        figures["producers_records_per_s"] = ran["records_per_s"]
    finally:
        server.stop()
    return figures


def measure_all(folder: Path, scale: float, progress: Progress) -> Figures:
    """Measure both sessions on Ottla and merge the figures."""
    return {
        **measure(OttlaServer(folder / "partitions"), scale, progress),
        **measure_connections(
            OttlaServer(folder / "connections", MANY_CONNECTIONS), scale, progress
        ),
    }


def _create(server: Server, topics: list[tuple[str, int]]) -> float:
    with Admin(server.address) as admin:
        return _timed(lambda: admin.create_topics(topics))


def _start_with(server: Server, topics: list[tuple[str, int]]) -> None:
    """Start and wait until all partitions have their leader."""
    server.start()
    with Admin(server.address) as admin:
        admin.wait_for_leaders(topics)


def _fill(server: Server, topics: list[tuple[str, int]], gigabytes: float) -> float:
    """Write the same amount to every partition, one request a topic; return MB/s."""
    batch = frames.filled_batch(1000, BATCH_BYTES)
    partitions = sum(count for _, count in topics)
    rounds = max(1, int(gigabytes * 1e9 / partitions / len(batch.data)))
    requests = [frames.produce([(name, range(count))], batch.data) for name, count in topics]
    began = time.perf_counter()
    with connect(server.address) as connection:
        for _ in range(rounds):
            for request in requests:
                connection.sendall(request)
                _check_produced(read_exactly(connection, 4), connection)
    written_mb = rounds * partitions * len(batch.data) / 1e6
    return written_mb / (time.perf_counter() - began)


def _check_produced(size: bytes, connection: socket.socket) -> None:
    answer = read_exactly(connection, struct.unpack(">i", size)[0])
    name_bytes = struct.unpack_from(">h", answer, 8)[0]
    first_error_at = 8 + 2 + name_bytes + 4 + 4
    partition_bytes = 30
    errors = answer[first_error_at:-4:partition_bytes] + answer[first_error_at + 1 : -4 : 30]
    if any(errors):
        raise RuntimeError("a partition refused its batch")


def _fetch_session(server: Server, topics: list[tuple[str, int]]) -> Figures:
    """Open a session over every partition at its end, then ask it with nothing new."""
    with Admin(server.address) as admin, connect(server.address) as connection:
        connection.settimeout(60)
        ends = {name: admin.latest_offset(name) for name, _ in topics}
        wanted = [(name, [(index, ends[name]) for index in range(n)]) for name, n in topics]
        limits = {"max_bytes": 50 << 20, "partition_max_bytes": 1 << 20, "max_wait_ms": 0}
        opening = frames.fetch(wanted, session_id=0, session_epoch=0, **limits)
        session_id = 0

        def ask(request: bytes) -> None:
            nonlocal session_id
            connection.sendall(request)
            answer = read_exactly(connection, struct.unpack(">i", read_exactly(connection, 4))[0])
            error, session_id = struct.unpack_from(">hi", answer, 8)
            if error or not session_id:
                raise RuntimeError(f"fetch session: error {error}")

        open_s = _timed(lambda: ask(opening))
        samples = []
        for epoch in range(1, 20):
            request = frames.fetch([], session_id=session_id, session_epoch=epoch, **limits)
            samples.append(_timed(lambda request=request: ask(request)))
    return {"session_open_s": open_s, "session_empty_ms": sorted(samples)[len(samples) // 2] * 1e3}


@contextmanager
def _idle_connections(server: Server, count: int) -> Iterator[None]:
    """Hold connections that have each asked ApiVersions once, as a client's do."""
    connections = []
    try:
        for _ in range(count):
            connection = connect(server.address)
            connections.append(connection)
            connection.sendall(frames.api_versions())
            read_exactly(connection, struct.unpack(">i", read_exactly(connection, 4))[0])
        yield
    finally:
        for connection in connections:
            connection.close()


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
