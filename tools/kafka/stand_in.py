# SPDX-License-Identifier: Apache-2.0
"""Apache Kafka in the place of an Ottla process: what holds for one must hold for the other.

A test of ours that fails on Kafka itself is a wrong test. With OTTLA_TEST_BROKER=kafka in the
environment the integration tests get this class where they would get a `BrokerProcess`.
"""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tools.kafka.server import KafkaServer
from tools.loopback import HOST


class KafkaStandIn:
    """One Kafka broker behind the names of `tools.broker_process.BrokerProcess`."""

    def __init__(self, data_dir: Path, arguments: Sequence[str] = ()) -> None:
        self.data_dir = data_dir
        self.arguments = list(arguments)
        self.host = HOST
        self._server = KafkaServer(data_dir, settings=_settings(arguments))
        self.is_running = False

    @property
    def port(self) -> int:
        """The port that it keeps over restarts."""
        return self._server.port

    @property
    def bootstrap(self) -> str:
        """The address that clients connect to."""
        return self._server.address

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        return self._server.pid

    @property
    def output(self) -> list[str]:
        """What the process printed."""
        return self._server.output().splitlines(keepends=True)

    def start(self) -> Self:
        """Start the process and wait until it serves clients."""
        self._server.start()
        self.is_running = True
        return self

    def stop(self) -> int:
        """Ask for a clean shutdown."""
        self.is_running = False
        self._server.stop()
        return 0

    def kill(self) -> None:
        """Kill the process as a crash would."""
        self.is_running = False
        self._server.kill()

    def pause(self) -> None:
        """Freeze the process."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def kill_and_restart(self) -> Self:
        """Crash, then start again on the same folder and port."""
        self.kill()
        return self.start()

    def restart(self) -> Self:
        """Shut down cleanly, then start again on the same folder and port."""
        self.stop()
        return self.start()


def _settings(arguments: Sequence[str]) -> dict[str, str]:
    """Take the `--set KEY=VALUE` pairs that Kafka knows too."""
    pairs = [text.split("=", 1) for text in arguments if "=" in text]
    return {key: value for key, value in pairs if not key.startswith("ottla.")}
