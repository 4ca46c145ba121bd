# SPDX-License-Identifier: Apache-2.0
"""RabbitMQ from Debian's package, started apart from the system's own: a node of this run.

Everything it touches is ours: data, logs, plugins list, cookie and configuration are in the run's
folder, its ports (AMQP, distribution and the port mapper's) are free loopback ports. The package's
wrapper script is passed by, because it insists on the system's user and folders.
"""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

from tools.loopback import HOST, free_ports

from benchmarks.amqp import Channel
from benchmarks.real_clients import ClientMissingError
from benchmarks.servers import resident_mb

INSTALLATIONS = Path("/usr/lib/rabbitmq/lib")
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
RETRY_S = 0.02


class RabbitMq:
    """Owns the Erlang node and its port mapper."""

    name = "RabbitMQ"
    format_s = 0.0

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ready_s = 0.0
        self._port = 0
        self._environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """HOST:PORT of AMQP."""
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int:
        """The Erlang node (its start script became it)."""
        if self._process is None:
            raise RuntimeError("RabbitMQ is not running")
        return self._process.pid

    @property
    def pids(self) -> list[int]:
        """The one process."""
        return [self.pid]

    def memory_mb(self) -> dict[str, float]:
        """Resident memory."""
        return {"mb": resident_mb(self.pid)}

    def start(self) -> Self:
        """Start and wait until a channel opens."""
        programs = sorted(INSTALLATIONS.glob("rabbitmq_server-*/sbin/rabbitmq-server"))
        if not programs:
            raise ClientMissingError(
                "rabbitmq-server is missing: run tools/install_test_tools.sh bench as root"
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        self._port, distribution_port, mapper_port = free_ports(3)
        self._environment = self._settings(distribution_port, mapper_port)
        began = time.monotonic()
        with (self.directory / "rabbitmq.out").open("wb") as output:
            self._process = subprocess.Popen(
                [str(programs[-1])],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_ready(began + START_TIMEOUT_S)
        self.ready_s = time.monotonic() - began
        return self

    def how_it_ended(self) -> str | None:
        """Tell, when the process is no more although nobody stopped it."""
        if self._process is None or self._process.poll() is None:
            return None
        said = (self.directory / "rabbitmq.out").read_text(errors="replace")[-2000:]
        return f"RabbitMQ ended with {self._process.returncode}: {said}"

    def stop(self) -> None:
        """Shut down cleanly, the port mapper too."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill -9."""
        self._end(signal.SIGKILL)

    def _settings(self, distribution_port: int, mapper_port: int) -> dict[str, str]:
        configuration = self.directory / "rabbitmq.conf"
        configuration.write_text(f"listeners.tcp.1 = {self.address}\nlog.file.level = error\n")
        plugins = self.directory / "enabled_plugins"
        plugins.write_text("[].\n")
        folder = str(self.directory)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": folder,
            "RABBITMQ_NODENAME": "bench@localhost",
            "RABBITMQ_BASE": folder,
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
            "RABBITMQ_DIST_PORT": str(distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(mapper_port),
        }

    def _wait_until_ready(self, deadline: float) -> None:
        while True:
            try:
                Channel(self.address).socket.close()
            except OSError:
                ended = self._process is None or self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    said = (self.directory / "rabbitmq.out").read_text(errors="replace")[-2000:]
                    self.kill()
                    raise RuntimeError(f"RabbitMQ did not start:\n{said}") from None
                time.sleep(RETRY_S)
            else:
                return

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
        # The mapper is a daemon of its own; this asks the one on our port only.
        subprocess.run(["epmd", "-kill"], env=self._environment, capture_output=True, check=False)
