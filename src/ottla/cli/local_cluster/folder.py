# SPDX-License-Identifier: Apache-2.0
"""The folder of a local cluster: who belongs to it, and which processes run it.

    cluster.json     this description, replaced as a whole
    lock             held by the command that changes something
    broker-N/        data of broker N
    broker-N.log     what it printed
    engine/          data of etcd or ZooKeeper
    engine.log       what that printed, or the process that holds all brokers (engine memory)
    journal          what the engine memory was given
    control          socket of the process that holds all brokers

Commands come and go; whatever they have to know about the cluster is here.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ottla.cli.local_cluster.processes import ProcessIdentity, ProcessState
from ottla.cli.session import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
DESCRIPTION = "cluster.json"
FORMAT = 1


@dataclass
class LocalBroker:
    """One broker of the description."""

    broker_id: int
    port: int
    process: ProcessIdentity | None = None
    """Its own process; None with the engine memory, and when it does not run."""
    ended_by: str = ""
    """The command that ended it: kill or stop."""

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"{HOST}:{self.port}"


@dataclass
class Description:
    """What `cluster.json` says."""

    engine: str
    """memory, zookeeper or etcd."""
    brokers: list[LocalBroker]
    settings: dict[str, str] = field(default_factory=dict)
    engine_port: int = 0
    engine_process: ProcessIdentity | None = None
    """Of etcd or ZooKeeper; with the engine memory, of the process that holds everything."""

    @property
    def bootstrap_servers(self) -> str:
        """Addresses of all brokers, as clients take them."""
        return ",".join(broker.address for broker in self.brokers)

    def broker(self, broker_id: int) -> LocalBroker:
        """Return one broker; raises CommandError."""
        for broker in self.brokers:
            if broker.broker_id == broker_id:
                return broker
        known = ", ".join(str(broker.broker_id) for broker in self.brokers)
        raise CommandError(f"there is no broker {broker_id}; this cluster has {known}")

    def processes(self) -> list[ProcessIdentity]:
        """Return every process that is known and has not ended."""
        known = [broker.process for broker in self.brokers] + [self.engine_process]
        return [each for each in known if each is not None and each.state is not ProcessState.GONE]

    def as_json(self) -> dict[str, Any]:
        """Return the content of the file."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Read the content of the file; raises KeyError, TypeError, ValueError."""
        if content.pop("format") != FORMAT:
            raise ValueError("another format")
        brokers = [
            LocalBroker(**{**each, "process": _identity(each["process"])})
            for each in content.pop("brokers")
        ]
        engine_process = _identity(content.pop("engine_process"))
        return cls(brokers=brokers, engine_process=engine_process, **content)


class ClusterFolder:
    """Where a local cluster lives."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)

    def broker_data(self, broker_id: int) -> str:
        """Return the data folder of a broker."""
        return os.path.join(self.path, f"broker-{broker_id}")

    def broker_log(self, broker_id: int) -> str:
        """Return the file with what a broker printed."""
        return os.path.join(self.path, f"broker-{broker_id}.log")

    @property
    def engine_data(self) -> str:
        """The data folder of etcd or ZooKeeper."""
        return os.path.join(self.path, "engine")

    @property
    def engine_log(self) -> str:
        """What the engine printed, or the process that holds everything."""
        return os.path.join(self.path, "engine.log")

    @property
    def journal(self) -> str:
        """What the engine memory was given."""
        return os.path.join(self.path, "journal")

    @property
    def control(self) -> str:
        """The socket of the process that holds everything."""
        return os.path.join(self.path, "control")

    def load(self) -> Description | None:
        """Return the description, None when there is no cluster; raises CommandError."""
        path = os.path.join(self.path, DESCRIPTION)
        try:
            with open(path, encoding="utf-8") as file:
                return Description.from_json(json.load(file))
        except FileNotFoundError:
            return None
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"{path} is damaged or of another version: {error}") from error

    def must_load(self) -> Description:
        """Return the description; raises CommandError when there is no cluster."""
        description = self.load()
        if description is None:
            raise CommandError(
                f"there is no cluster in {self.path}: start one with `ottla cluster up`, "
                "or name another folder with --data-dir"
            )
        return description

    def save(self, description: Description) -> None:
        """Replace the description."""
        path = os.path.join(self.path, DESCRIPTION)
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump(description.as_json(), file, indent=2)
        os.replace(f"{path}.new", path)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let no other command change this cluster meanwhile; raises CommandError."""
        os.makedirs(self.path, exist_ok=True)
        with open(os.path.join(self.path, "lock"), "w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(
                    f"another command is changing the cluster in {self.path}"
                ) from None
            yield


def _identity(value: list[Any] | None) -> ProcessIdentity | None:
    return None if value is None else ProcessIdentity(*value)
