# SPDX-License-Identifier: Apache-2.0
"""A local cluster with a process for each broker, and etcd or ZooKeeper beside them."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from ottla.cli.local_cluster.engine_programs import engine_url, start_engine
from ottla.cli.local_cluster.log_tail import log_tail
from ottla.cli.local_cluster.processes import ProcessState, spawn
from ottla.cli.session import CommandError

if TYPE_CHECKING:
    from ottla.cli.local_cluster.folder import ClusterFolder, Description, LocalBroker

READY_TIMEOUT_S = 60
READY = b"Ottla is ready on "
STOP_TIMEOUT_S = 30
SIGNAL_TIMEOUT_S = 10
POLL_S = 0.02


class ProcessCluster:
    """What can be done with such a cluster; each change is kept in its description."""

    def __init__(self, folder: ClusterFolder, description: Description) -> None:
        self._folder = folder
        self._description = description

    def up(self) -> None:
        """Start everything and return when every broker is in service; raises CommandError."""
        description = self._description
        description.engine_process = start_engine(self._folder, description)
        self._folder.save(description)
        offsets = {broker.broker_id: self._launch(broker) for broker in description.brokers}
        for broker in description.brokers:
            self._wait_until_ready(broker, offsets[broker.broker_id])

    def down(self) -> None:
        """Stop all brokers, then the engine."""
        description = self._description
        brokers = [broker for broker in description.brokers if broker.process is not None]
        for broker in brokers:
            assert broker.process is not None
            broker.process.send(signal.SIGTERM)
            broker.process.send(signal.SIGCONT)
        for broker in brokers:
            assert broker.process is not None
            broker.process.end(STOP_TIMEOUT_S)
            broker.process, broker.ended_by = None, "stop"
        if description.engine_process is not None:
            description.engine_process.end(STOP_TIMEOUT_S)
            description.engine_process = None
        self._folder.save(description)

    def kill(self, broker_id: int) -> None:
        """End a broker as a crash would."""
        self._end(self._running(broker_id), "kill")

    def stop(self, broker_id: int) -> None:
        """Shut a broker down in good order."""
        self._end(self._running(broker_id), "stop")

    def pause(self, broker_id: int) -> None:
        """Freeze a broker: its connections stay, nothing answers."""
        broker = self._running(broker_id)
        assert broker.process is not None
        broker.process.send(signal.SIGSTOP)
        broker.process.wait_for(ProcessState.PAUSED, SIGNAL_TIMEOUT_S)

    def resume(self, broker_id: int) -> None:
        """Let a frozen broker go on."""
        broker = self._running(broker_id)
        assert broker.process is not None
        broker.process.send(signal.SIGCONT)
        broker.process.wait_for(ProcessState.RUNNING, SIGNAL_TIMEOUT_S)

    def restart(self, broker_id: int) -> None:
        """Start a broker again on its files, at its address; one that runs is stopped before."""
        broker = self._description.broker(broker_id)
        if broker.process is not None and broker.process.state is not ProcessState.GONE:
            self._end(broker, "stop")
        self._wait_until_ready(broker, self._launch(broker))

    def states(self) -> dict[int, str]:
        """Return what each broker's process does, by id."""
        return {broker.broker_id: _state(broker) for broker in self._description.brokers}

    def _launch(self, broker: LocalBroker) -> int:
        """Start a broker's process; return where its output begins in its log."""
        folder, description = self._folder, self._description
        log = folder.broker_log(broker.broker_id)
        offset = os.path.getsize(log) if os.path.exists(log) else 0
        command = [
            *(sys.executable, "-m", "ottla", "start"),
            *("--node-id", str(broker.broker_id), "--listen", broker.address),
            *("--data-dir", folder.broker_data(broker.broker_id)),
            *("--cluster", engine_url(description)),
        ]
        for key, value in description.settings.items():
            command += ["--set", f"{key}={value}"]
        broker.process = spawn(command, log, {"PYTHONUNBUFFERED": "1"})
        broker.ended_by = ""
        folder.save(description)
        return offset

    def _wait_until_ready(self, broker: LocalBroker, offset: int) -> None:
        process = broker.process
        assert process is not None
        log = self._folder.broker_log(broker.broker_id)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while READY not in _read_from(log, offset):
            if process.state is ProcessState.GONE:
                raise CommandError(
                    f"broker {broker.broker_id} does not start; {log_tail(log, offset)}"
                )
            if time.monotonic() > deadline:
                raise CommandError(
                    f"broker {broker.broker_id} is not in service after {READY_TIMEOUT_S} s; "
                    f"{log_tail(log, offset)}"
                )
            time.sleep(POLL_S)

    def _running(self, broker_id: int) -> LocalBroker:
        broker = self._description.broker(broker_id)
        if broker.process is None or broker.process.state is ProcessState.GONE:
            raise CommandError(
                f"broker {broker_id} does not run: `ottla cluster restart {broker_id}` starts it"
            )
        return broker

    def _end(self, broker: LocalBroker, how: str) -> None:
        assert broker.process is not None
        if how == "kill":
            broker.process.send(signal.SIGKILL)
            broker.process.wait_gone(SIGNAL_TIMEOUT_S)
        else:
            broker.process.end(STOP_TIMEOUT_S)
        broker.process, broker.ended_by = None, how
        self._folder.save(self._description)


def _state(broker: LocalBroker) -> str:
    if broker.process is None:
        return {"kill": "killed", "stop": "stopped"}.get(broker.ended_by, "not started")
    state = broker.process.state
    return "ended" if state is ProcessState.GONE else state.value


def _read_from(path: str, offset: int) -> bytes:
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read()
    except FileNotFoundError:
        return b""
