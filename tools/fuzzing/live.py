# SPDX-License-Identifier: Apache-2.0
"""Fuzz a running broker over its socket: `python -m tools.fuzz --live --seconds 60`.

Requests of every served API are made up (so that they get past the decoders and reach handlers) or
mutated, and sent without waiting for answers. Now and then a second client asks for ApiVersions:
the broker must answer within seconds, be the same process, and not have grown. A traceback in its
output is a failure, whatever the client was told.
"""

from __future__ import annotations

import math
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from ottla.broker.handlers import HANDLERS
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.headers import RequestHeader, encode_request_header
from ottla.protocol.messages.api_versions import ApiVersionsRequest
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from tools.fuzzing.made_up import Maker
from tools.fuzzing.mutation import Mutator
from tools.fuzzing.record_targets import sample_batches

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER_SECONDS_MAX: Final = 10
GROWTH_KIB_MAX: Final = 300 * 1024
FRAMES_BETWEEN_CHECKS: Final = 500
FRAMES_OF_ONE_CONNECTION: Final = 20
READY: Final = "is ready on "
TRACEBACK: Final = "Traceback (most recent call last):\n"
_SIZE: Final = struct.Struct(">i")
_MUTATED_SHARE: Final = 0.3


class LiveFailure(Exception):  # noqa: N818 - names what happened
    """The broker did what no client may make it do."""


def fuzz_broker(seed: int, *, seconds: float = math.inf, frames_max: float = math.inf) -> int:
    """Start a broker, send it what the seed makes, return the number of frames."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "output")
        command = [
            *(sys.executable, "-m", "ottla", "start"),
            *("--listen", "127.0.0.1:0", "--data-dir", f"{folder}/data"),
            *("--set", "ottla.max.connection.creation.rate.per.ip=100000"),
        ]
        with output.open("wb") as sink:
            broker = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
        try:
            address = _wait_until_ready(broker, output)
            return _Session(broker, output, address, seed).run(seconds, frames_max)
        finally:
            broker.terminate()
            broker.wait(30)


def _wait_until_ready(broker: subprocess.Popen[bytes], output: Path) -> tuple[str, int]:
    deadline = monotonic() + 30
    while monotonic() < deadline and broker.poll() is None:
        _, found, rest = output.read_text().partition(READY)
        if found and "\n" in rest:
            host, port = rest.split("\n", 1)[0].rsplit(":", 1)
            return host, int(port)
        sleep(0.05)
    raise LiveFailure(f"the broker did not start: {output.read_text()}")


class _Session:
    """One client that misbehaves, and one that looks after the broker."""

    def __init__(
        self,
        broker: subprocess.Popen[bytes],
        output: Path,
        address: tuple[str, int],
        seed: int,
    ) -> None:
        self._broker = broker
        self._output = output
        self._address = address
        self._frames = _frames(Random(seed))  # noqa: S311 - repeatable, not secret
        self._size_kib = self._resident_kib()

    def run(self, seconds: float, frames_max: float) -> int:
        """Send frames until the time or the number is reached; raise LiveFailure."""
        deadline = monotonic() + seconds
        count = 0
        connection = self._connect()
        while count < frames_max and monotonic() < deadline:
            try:
                connection.sendall(next(self._frames))
                _drain(connection)
            except OSError:
                connection.close()
                connection = self._connect()
            count += 1
            if count % FRAMES_OF_ONE_CONNECTION == 0:
                connection.close()  # a wrong size would swallow everything that follows
                connection = self._connect()
            if count % FRAMES_BETWEEN_CHECKS == 0:
                self._check(count)
        connection.close()
        self._check(count)
        self._check_output()
        return count

    def _connect(self) -> socket.socket:
        for _ in range(100):
            try:
                connection = socket.create_connection(self._address, ANSWER_SECONDS_MAX)
            except OSError:
                self._check_process()
                sleep(0.02)
            else:
                return connection
        raise LiveFailure("no connection is accepted any more")

    def _check(self, count: int) -> None:
        self._check_process()
        start = monotonic()
        with self._connect() as connection:
            connection.settimeout(ANSWER_SECONDS_MAX)
            connection.sendall(_frame(ApiKey.API_VERSIONS, 0, ApiVersionsRequest().encode(0)))
            try:
                answer = connection.recv(4)
            except OSError as error:
                raise LiveFailure(f"no answer after {count} frames: {error}") from error
        if len(answer) < 4:
            raise LiveFailure(f"a good client was sent away after {count} frames")
        waited = monotonic() - start
        if waited > ANSWER_SECONDS_MAX:
            raise LiveFailure(f"the broker needed {waited:.1f} s to answer after {count} frames")
        grown = self._resident_kib() - self._size_kib
        if grown > GROWTH_KIB_MAX:
            raise LiveFailure(f"the broker grew by {grown >> 10} MiB in {count} frames")

    def _check_process(self) -> None:
        text = self._output.read_text(errors="backslashreplace")
        if self._broker.poll() is not None:
            raise LiveFailure(f"the broker ended: {text[-4000:]}")

    def _check_output(self) -> None:
        """Fail with every distinct traceback that the broker wrote."""
        text = self._output.read_text(errors="backslashreplace")
        found = {}
        for part in text.split(TRACEBACK)[1:]:
            lines = part.splitlines()
            end = next((at for at, line in enumerate(lines) if line[:1].isalpha()), len(lines))
            found[lines[end : end + 1][0][:60]] = "\n".join(lines[: end + 1])
        if found:
            raise LiveFailure(f"{len(found)} failures inside:\n" + "\n\n".join(found.values()))

    def _resident_kib(self) -> int:
        status = Path(f"/proc/{self._broker.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


def _frames(draw: Random) -> Iterator[bytes]:
    """Make frames up for ever."""
    keys = frozenset(int(handler.key) for handler in HANDLERS)
    maker = Maker(draw, ("request",), keys)
    while True:
        if draw.random() < 0.2:
            frame = _produce_frame(draw)
        else:
            frame = _frame(*maker.next())
        if draw.random() < _MUTATED_SHARE:
            body = Mutator(draw, [frame[4:]], 60_000).next()
            frame = _SIZE.pack(len(body)) + body
            if draw.random() < 0.03:
                frame = Mutator(draw, [frame], 60_000).next()
        yield frame


def _produce_frame(draw: Random) -> bytes:
    """Make up a Produce request whose records are batches, some of them mutated."""
    batch = draw.choice(sample_batches())
    if draw.random() < 0.5:
        batch = Mutator(draw, [batch], 60_000).next()
    version = draw.randint(3, 12)
    partition = PartitionProduceData(index=draw.randint(0, 1), records=batch)
    topic = TopicProduceData(name=draw.choice(("topic", "a", "../a")), partition_data=[partition])
    request = ProduceRequest(
        acks=draw.choice((-1, 0, 1, 1, 1, 2)), timeout_ms=1000, topic_data=[topic]
    )
    return _frame(ApiKey.PRODUCE, version, request.encode(version))


def _frame(key: int, version: int, body: bytes) -> bytes:
    payload = encode_request_header(RequestHeader(int(key), version, 1, "fuzz")) + body
    return _SIZE.pack(len(payload)) + payload


def _drain(connection: socket.socket) -> None:
    """Read what has arrived, so that answers never stop the broker from reading."""
    connection.setblocking(False)
    try:
        while connection.recv(1 << 16):
            pass
        raise ConnectionResetError("closed by the broker")
    except BlockingIOError:
        return
    finally:
        connection.settimeout(ANSWER_SECONDS_MAX)
