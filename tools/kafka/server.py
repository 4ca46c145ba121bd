# SPDX-License-Identifier: Apache-2.0
"""A single Apache Kafka broker on loopback, for comparisons and for data written by Kafka itself.

One process is broker and controller (KRaft), on two free ports, with its data in a folder of the
caller's or a temporary one. Heap and collector are those of Kafka's own start script; settings are
Kafka's defaults except the replication factors that one broker cannot meet.

    with KafkaServer() as kafka:
        client = Client(kafka.address)
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.kafka.jars import KafkaUnavailableError, class_path, java
from tools.kafka.java_tool import run_tool
from tools.kafka.readiness import wait_until_ready
from tools.loopback import HOST, free_ports

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
HEAP = ("-Xmx1g", "-Xms1g")
JVM_OPTIONS = (
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
    "-XX:MaxInlineLevel=15",
    "-Djava.awt.headless=true",
    "-Dorg.apache.logging.log4j.level=WARN",
)
# Any 16 bytes in Kafka's text form will do: each server is a cluster of its own.
CLUSTER_ID = "b3R0bGEtYmVzaWRlLWs0Mw"
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
}


class KafkaServer:
    """Owns the process and, when it made it, the folder. Formats on the first start only."""

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        heap: Sequence[str] = HEAP,
        version: str | None = None,
    ) -> None:
        """Own a folder, a temporary one by default. `version` is the pom's by default."""
        self._owns_directory = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix="kafka-"))
        self.port = 0
        self._controller_port = 0
        self.format_seconds = 0.0  # of the last start that had to format
        self.start_seconds = 0.0  # from exec to the first answered Metadata
        self._settings = dict(settings or {})
        self._heap = tuple(heap)
        self._version = version
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return f"{HOST}:{self.port}"

    @property
    def data_directory(self) -> Path:
        """Where partition folders are, as `log.dirs` names it."""
        return self.directory / "data"

    @property
    def pid(self) -> int:
        """The Java process, for CPU and memory."""
        if self._process is None:
            raise RuntimeError("Kafka is not running")
        return self._process.pid

    def start(self) -> Self:
        """Format when new, start, return when clients are served."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if not self.port:  # clients of a broker that crashed look for it where it was
            self.port, self._controller_port = free_ports(2)
        settings_file = self._write_settings(self._controller_port)
        if not (self.data_directory / "meta.properties").exists():
            self._format(settings_file)
        began = time.monotonic()
        with self._output_file().open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *(java(), *self._heap, *JVM_OPTIONS),
                    *("-cp", class_path(self._version), "kafka.Kafka", str(settings_file)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_ready(HOST, self.port, timeout_s=START_TIMEOUT_S, process=self._process)
        except (RuntimeError, TimeoutError) as failure:
            self.kill()
            raise KafkaUnavailableError(
                f"Kafka did not start: {failure}\n{self.output()}"
            ) from failure
        self.start_seconds = time.monotonic() - began
        return self

    def stop(self) -> None:
        """Shut down in order; the folder stays as a cleanly stopped broker leaves it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill -9, as a crash would."""
        self._end(signal.SIGKILL)

    def how_it_ended(self) -> str | None:
        """Tell, when the process is no more although nobody stopped it."""
        if self._process is None or self._process.poll() is None:
            return None
        return f"Kafka ended with {self._process.returncode}: {self.output()}"

    def close(self) -> None:
        """Stop, and remove the folder when it was a temporary one."""
        self.stop()
        if self._owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def output(self) -> str:
        """Return what the process printed, its last 4,000 characters."""
        path = self._output_file()
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _output_file(self) -> Path:
        return self.directory / "kafka.out"

    def _write_settings(self, controller_port: int) -> Path:
        settings = {
            **SETTINGS,
            "listeners": f"PLAINTEXT://{HOST}:{self.port},CONTROLLER://{HOST}:{controller_port}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            "controller.quorum.voters": f"1@{HOST}:{controller_port}",
            "log.dirs": str(self.data_directory),
            **self._settings,
        }
        path = self.directory / "server.properties"
        path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        return path

    def _format(self, settings_file: Path) -> None:
        began = time.monotonic()
        arguments = ("format", "--cluster-id", CLUSTER_ID, "--config", str(settings_file))
        run_tool("StorageTool", *arguments, version=self._version)
        self.format_seconds = time.monotonic() - began

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
