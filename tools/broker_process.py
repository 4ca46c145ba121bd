# SPDX-License-Identifier: Apache-2.0
"""One broker as a process of its own: start, stop, kill, freeze and restart on the same folder.

It listens on a free port of 127.0.0.1 and keeps that port over restarts, so that clients which
live through a crash find it again.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from tools.loopback import HOST, free_ports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

READY_LINE = re.compile(r"^Ottla is ready on (?P<host>\S+):(?P<port>\d+)$")
READY_TIMEOUT_S = 30
STOP_TIMEOUT_S = 30


class BrokerProcess:
    """One `ottla start` process; keeps its port and its folder over restarts."""

    def __init__(self, data_dir: Path, arguments: Sequence[str] = ()) -> None:
        self.data_dir = data_dir
        self.arguments = list(arguments)
        self.host = HOST
        [self.port] = free_ports(1)
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
