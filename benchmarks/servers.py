# SPDX-License-Identifier: Apache-2.0
"""The brokers that are compared, each a process on loopback with its data in a folder of the run.

All are started with their defaults, polled from outside until they serve clients (so that
start-up time means the same for each), and watched through /proc: CPU seconds of the process and
its children, resident memory.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import psutil
from tools.kafka.readiness import wait_until_ready
from tools.kafka.server import KafkaServer
from tools.loopback import HOST, free_ports

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
MEGABYTE = 1e6


class Server(Protocol):
    """What a load needs to know of the broker under it."""

    name: str
    ready_s: float  # from exec to the first answered Metadata
    format_s: float  # of a separate step that had to come before, if any

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""

    @property
    def pid(self) -> int:
        """The process to watch."""

    @property
    def pids(self) -> list[int]:
        """All processes whose work counts."""

    def memory_mb(self) -> dict[str, float]:
        """Resident memory by what it is for; "mb" is the brokers'."""

    def start(self) -> Self:
        """Start and wait until clients are served."""

    def how_it_ended(self) -> str | None:
        """Tell, when the process is no more although nobody stopped it."""

    def stop(self) -> None:
        """Shut down cleanly."""

    def kill(self) -> None:
        """Kill -9."""


class OttlaServer:
    """`ottla start` of this checkout."""

    name = "Ottla"
    format_s = 0.0

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.ready_s = 0.0
        self._settings = dict(settings or {})
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int:
        """The broker's process."""
        if self._process is None:
            raise RuntimeError("Ottla is not running")
        return self._process.pid

    @property
    def pids(self) -> list[int]:
        """The one process."""
        return [self.pid]

    def memory_mb(self) -> dict[str, float]:
        """Resident memory."""
        return {"mb": resident_mb(self.pid)}

    def start(self, timeout_s: float = START_TIMEOUT_S) -> Self:
        """Start on a free port and wait until clients are served."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self._port,) = free_ports(1)
        began = time.monotonic()
        with (self.directory / "ottla.out").open("ab") as output:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_ready(HOST, self._port, timeout_s=timeout_s, process=self._process)
        except (RuntimeError, TimeoutError) as failure:
            self.kill()
            said = (self.directory / "ottla.out").read_text(errors="replace")[-3000:]
            raise RuntimeError(f"Ottla did not start: {failure}\n{said}") from failure
        self.ready_s = time.monotonic() - began
        return self

    def how_it_ended(self) -> str | None:
        """Tell, when the process is no more although nobody stopped it."""
        if self._process is None or self._process.poll() is None:
            return None
        said = (self.directory / "ottla.out").read_text(errors="replace")[-2000:]
        return f"Ottla ended with {self._process.returncode}: {said}"

    def stop(self) -> None:
        """Shut down cleanly."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill -9."""
        self._end(signal.SIGKILL)

    def _command(self) -> list[str]:
        program = Path(sys.executable).with_name("ottla")
        command = [str(program), "start", "--listen", self.address]
        command += ["--data-dir", str(self.directory / "data")]
        for key, value in self._settings.items():
            command += ["--set", f"{key}={value}"]
        return command

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class ApacheKafka:
    """Apache Kafka by tools.kafka, under the name of the table."""

    name = "Kafka"

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        self._server = KafkaServer(directory, settings=settings)

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return self._server.address

    @property
    def pid(self) -> int:
        """The Java process."""
        return self._server.pid

    @property
    def pids(self) -> list[int]:
        """The one process."""
        return [self.pid]

    def memory_mb(self) -> dict[str, float]:
        """Resident memory."""
        return {"mb": resident_mb(self.pid)}

    @property
    def ready_s(self) -> float:
        """Seconds from exec to the first answered Metadata."""
        return self._server.start_seconds

    @property
    def format_s(self) -> float:
        """Seconds of the storage format step before the first start."""
        return self._server.format_seconds

    def start(self) -> Self:
        """Format, start, wait."""
        self._server.start()
        return self

    def how_it_ended(self) -> str | None:
        """Tell, when the process is no more although nobody stopped it."""
        return self._server.how_it_ended()

    def stop(self) -> None:
        """Shut down cleanly."""
        self._server.stop()

    def kill(self) -> None:
        """Kill -9."""
        self._server.kill()


class Running:
    """A started server and its folder; stops it and removes the folder at the end."""

    def __init__(self, server: Server, directory: Path) -> None:
        self.server = server
        self._directory = directory

    def __enter__(self) -> Server:
        return self.server.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.server.stop()
        shutil.rmtree(self._directory, ignore_errors=True)


def cpu_seconds(process_id: int) -> float:
    """User and system time so far, with the children that have ended and those that run."""
    process = psutil.Process(process_id)
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        own = child.cpu_times()
        total += own.user + own.system
    return float(total)


def resident_mb(process_id: int) -> float:
    """Resident memory of the process and its children."""
    process = psutil.Process(process_id)
    processes = [process, *process.children(recursive=True)]
    return float(sum(each.memory_info().rss for each in processes) / MEGABYTE)


def machine() -> dict[str, object]:
    """Describe this machine, without its name."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown",
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "kernel": os.uname().release,
        "python": sys.version.split()[0],
    }
