# SPDX-License-Identifier: Apache-2.0
"""A server of somebody else as a child process: started, paused, killed and started again.

The base of `tools.zookeeper`, `tools.etcd` and `tools.postgresql`. Such a server listens on
loopback, keeps its data in a folder of the caller's or a temporary one, and its address over
restarts, because clients of a server that crashed look for it where it was.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
RETRY_S = 0.02


class ServiceUnavailableError(RuntimeError):
    """The server's program is missing or does not start; the text says which and what to do."""


class ServiceProcess:
    """One server. Subclasses say by what command it starts and when it serves."""

    name = "service"

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        self._owns_directory = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return the command line; called before each start."""
        raise NotImplementedError

    def is_serving(self) -> bool:
        """Whether clients are served now."""
        raise NotImplementedError

    @property
    def pid(self) -> int:
        """The process id, for signals and figures."""
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start and return when clients are served."""
        self.launch()
        self.wait_until_serving()
        return self

    def launch(self) -> None:
        """Start without waiting: a member of an ensemble serves only when others are there."""
        with self._output_file().open("ab") as output:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_serving(self) -> None:
        """Poll until clients are served."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.is_serving():
            if not self.is_running or time.monotonic() > deadline:
                self.kill()
                raise ServiceUnavailableError(f"{self.name} did not start:\n{self.output()}")
            time.sleep(RETRY_S)

    def stop(self) -> None:
        """Shut down in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill -9, as a crash would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze the process: connections stay, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """Stop, and remove the folder when it was a temporary one."""
        if self.is_running:
            self.resume()
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
        return self.directory / f"{self.name}.out"

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


def interruption() -> threading.Event:
    """Return what Ctrl-C and SIGTERM set from now on: whoever keeps a server can close it then."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended
