# SPDX-License-Identifier: Apache-2.0
"""Broker processes for integration tests: start, stop, kill and restart on the same folder.

`broker` is one running broker on an ephemeral port of 127.0.0.1 with a temporary data folder.
`start_broker` makes as many as a test needs, with options. Each is stopped when the test ends.
`any_bootstrap` lets a test run on Ottla and on Apache Kafka: a client has to work on both.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from tools.kafka.server import KafkaServer

if TYPE_CHECKING:
    from pathlib import Path

READY_LINE = re.compile(r"^Ottla is ready on (?P<host>\S+):(?P<port>\d+)$")
READY_TIMEOUT_S = 30
STOP_TIMEOUT_S = 30


class BrokerProcess:
    """One `ottla start` process; keeps its port and its folder over restarts."""

    def __init__(self, data_dir: Path, arguments: Sequence[str] = ()) -> None:
        self.data_dir = data_dir
        self.arguments = list(arguments)
        self.host = "127.0.0.1"
        self.port = 0
        self.output: list[str] = []
        self._said_ready = False
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def bootstrap(self) -> str:
        """The address that clients connect to."""
        return f"{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> BrokerProcess:
        """Start the process and wait until it says that it is ready."""
        assert not self.is_running
        self.output = []
        self._said_ready = False
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ottla", "start"),
                *("--listen", f"{self.host}:{self.port}", "--data-dir", str(self.data_dir)),
                *self.arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        ready = threading.Event()
        self._reader = threading.Thread(target=self._read_output, args=(ready,), daemon=True)
        self._reader.start()
        if not ready.wait(READY_TIMEOUT_S) or not self._said_ready:
            self.kill()
            raise AssertionError("the broker did not get ready:\n" + "".join(self.output))
        return self

    def stop(self) -> int:
        """Ask for a clean shutdown and return the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._reap()

    def kill(self) -> None:
        """Kill the process as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._reap()

    def pause(self) -> None:
        """Freeze the process."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def kill_and_restart(self) -> BrokerProcess:
        """Crash, then start again on the same folder and port."""
        self.kill()
        return self.start()

    def restart(self) -> BrokerProcess:
        """Shut down cleanly, then start again on the same folder and port."""
        assert self.stop() == 0, "".join(self.output)
        return self.start()

    def _read_output(self, ready: threading.Event) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output.append(line)
            match = READY_LINE.match(line.strip())
            if match and not ready.is_set():
                self.port = int(match["port"])
                self._said_ready = True
                ready.set()
        ready.set()  # the process ended

    def _reap(self) -> int:
        assert self._process is not None
        assert self._reader is not None
        try:
            code = self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._reader.join(STOP_TIMEOUT_S)
            assert self._process.stdout is not None
            self._process.stdout.close()
        return code


StartBroker = Callable[..., BrokerProcess]


@pytest.fixture
def start_broker(tmp_path: Path) -> Iterator[StartBroker]:
    """Return a function that starts a broker: `start_broker("--set", "num.partitions=3")`."""
    started: list[BrokerProcess] = []

    def start(*arguments: str, data_dir: Path | None = None) -> BrokerProcess:
        folder = data_dir if data_dir is not None else tmp_path / f"data-{len(started)}"
        process = BrokerProcess(folder, arguments)
        started.append(process)
        return process.start()

    yield start
    for process in started:
        if process.is_running:
            process.resume()
            process.stop()


@pytest.fixture
def broker(start_broker: StartBroker) -> BrokerProcess:
    """Return a running broker on an empty folder."""
    return start_broker()


@pytest.fixture(scope="module", params=["ottla", "kafka"])
def any_bootstrap(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of a running broker that a module's tests share: ours, then Kafka's."""
    if request.param == "kafka":
        with KafkaServer() as kafka:
            yield kafka.address
        return
    process = BrokerProcess(tmp_path_factory.mktemp("data")).start()
    yield process.bootstrap
    process.stop()
