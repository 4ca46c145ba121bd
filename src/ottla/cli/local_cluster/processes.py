# SPDX-License-Identifier: Apache-2.0
"""Processes that were started earlier, perhaps by another command: found again, and only those.

A process id alone proves nothing, since the system gives it to somebody else after the process has
ended. So the moment of the start is kept with it, and checked through a descriptor of the process
before any signal is sent: what `ottla cluster up` did not start is never touched.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

POLL_S = 0.01

_STATE = 0  # fields of /proc/PID/stat behind the name of the program
_START = 19


class ProcessState(Enum):
    """What a process does, as far as its parent's commands are concerned."""

    RUNNING = "running"
    PAUSED = "paused"
    GONE = "gone"


class ProcessIdentity(NamedTuple):
    """One process, told from every other that had or will have its number."""

    process_id: int
    started: str
    """When it started: the id of the machine's boot and the kernel's ticks since then."""

    @property
    def state(self) -> ProcessState:
        """What it does now."""
        fields = _stat(self.process_id)
        if fields is None or _started(fields) != self.started:
            return ProcessState.GONE
        state = fields[_STATE]
        if state in "ZX":
            _reap(self.process_id)
            return ProcessState.GONE
        return ProcessState.PAUSED if state in "Tt" else ProcessState.RUNNING

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; False when the process is gone."""
        try:
            descriptor = os.pidfd_open(self.process_id)
        except ProcessLookupError:
            return False
        try:
            # The descriptor holds on to whoever has the number now; then it is checked who that is.
            if self.state is ProcessState.GONE:
                return False
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)
        return True

    def wait_gone(self, timeout_s: float) -> bool:
        """Wait until the process has ended; False when it has not in this time."""
        return self.wait_for(ProcessState.GONE, timeout_s)

    def wait_for(self, state: ProcessState, timeout_s: float) -> bool:
        """Wait until a signal has had its effect; False when it has not in this time."""
        deadline = time.monotonic() + timeout_s
        while self.state is not state:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def end(self, timeout_s: float) -> None:
        """Ask the process to stop, paused or not; kill it when it does not in this time."""
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)
        if not self.wait_gone(timeout_s):
            self.send(signal.SIGKILL)
            self.wait_gone(timeout_s)


def spawn(
    command: list[str], log_path: str, environment: Mapping[str, str] | None = None
) -> ProcessIdentity:
    """Start a program that outlives this one; what it prints is appended to a file.

    Raises OSError when it cannot be started.
    """
    writable = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    process_id = os.posix_spawn(
        command[0],
        command,
        {**os.environ, **(environment or {})},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log_path, writable, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,  # the Ctrl-C of this terminal is not for it
    )
    fields = _stat(process_id)
    assert fields is not None, "our own child is there until it is waited for"
    return ProcessIdentity(process_id, _started(fields))


def _stat(process_id: int) -> list[str] | None:
    try:
        with open(f"/proc/{process_id}/stat", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def _started(fields: list[str]) -> str:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return f"{file.read().strip()}/{fields[_START]}"


def _reap(process_id: int) -> None:
    """Let a child of this very process go that has ended."""
    with suppress(ChildProcessError):
        os.waitpid(process_id, os.WNOHANG)
