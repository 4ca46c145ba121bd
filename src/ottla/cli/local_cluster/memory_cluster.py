# SPDX-License-Identifier: Apache-2.0
"""A local cluster whose brokers share one process and an engine in memory: the commands' side."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from ottla.cli.local_cluster.control_socket import ask
from ottla.cli.local_cluster.log_tail import log_tail
from ottla.cli.local_cluster.processes import ProcessState, spawn
from ottla.cli.session import CommandError

if TYPE_CHECKING:
    from ottla.cli.local_cluster.folder import ClusterFolder, Description

READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
POLL_S = 0.01


class MemoryCluster:
    """What can be done with such a cluster: the process that holds it is asked to."""

    def __init__(self, folder: ClusterFolder, description: Description) -> None:
        self._folder = folder
        self._description = description

    def up(self) -> None:
        """Start the process and return when every broker is in service; raises CommandError."""
        folder = self._folder
        folder.save(self._description)
        command = [sys.executable, "-m", "ottla", "cluster", "hold", folder.path]
        process = spawn(command, folder.engine_log, {"PYTHONUNBUFFERED": "1"})
        self._description.engine_process = process
        folder.save(self._description)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            is_gone = process.state is ProcessState.GONE
            try:
                answer = ask(folder.control, {"do": "states"})
            except OSError:
                answer = {}
            if answer.get("pid") == process.process_id:
                return
            if is_gone or time.monotonic() > deadline:
                raise CommandError(f"the cluster does not start; {log_tail(folder.engine_log)}")
            time.sleep(POLL_S)

    def down(self) -> None:
        """Stop all brokers and the process."""
        process = self._description.engine_process
        if process is not None:
            process.end(STOP_TIMEOUT_S)
        self._description.engine_process = None
        self._folder.save(self._description)

    def kill(self, broker_id: int) -> None:
        """End a broker as a crash would: it hands nothing over and flushes nothing."""
        self._do("kill", broker_id)

    def stop(self, broker_id: int) -> None:
        """Shut a broker down in good order."""
        self._do("stop", broker_id)

    def restart(self, broker_id: int) -> None:
        """Start a broker again on its files, at its address; one that runs is stopped before."""
        self._do("restart", broker_id)

    def pause(self, broker_id: int) -> None:
        """Refuse: brokers in one process cannot be frozen one by one."""
        del broker_id
        raise CommandError(
            "with the engine memory all brokers share one process: to pause one, start the cluster "
            "with --engine etcd or --engine zookeeper"
        )

    resume = pause

    def states(self) -> dict[int, str]:
        """Return what each broker does, by id."""
        try:
            answer = ask(self._folder.control, {"do": "states"})
        except OSError:
            process = self._description.engine_process
            word = "stopped" if process is None else "ended"
            return {broker.broker_id: word for broker in self._description.brokers}
        return {int(broker_id): state for broker_id, state in answer["states"].items()}

    def _do(self, what: str, broker_id: int) -> None:
        self._description.broker(broker_id)
        try:
            ask(self._folder.control, {"do": what, "broker": broker_id})
        except OSError as error:
            raise CommandError(
                "the process that holds the brokers does not answer: "
                "`ottla cluster down`, then `ottla cluster up`"
            ) from error
