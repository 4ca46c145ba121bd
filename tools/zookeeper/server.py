# SPDX-License-Identifier: Apache-2.0
"""ZooKeeper servers on loopback: one alone, or an ensemble.

Settings are ZooKeeper's defaults (an acknowledged write is on the disk) but for a shorter tick,
so that tests can have short sessions: they may last 2 to 20 ticks. No admin server is started.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from tools import maven
from tools.loopback import HOST, free_ports
from tools.service_process import ServiceProcess

POM = Path(__file__).with_name("pom.xml")
JAVA_OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
SETTINGS = {
    "tickTime": "500",
    "initLimit": "20",
    "syncLimit": "10",
    "admin.enableServer": "false",
    "4lw.commands.whitelist": "srvr",
    "maxClientCnxns": "0",
}
STATUS_TIMEOUT_S = 2


class ZooKeeperServer(ServiceProcess):
    """One server: alone, or a member when `members` names every member's line of settings."""

    name = "zookeeper"

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        java_options: tuple[str, ...] = (),
        port: int | None = None,
        member_id: int = 0,
        members: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(directory)
        self.port = port or free_ports(1)[0]
        self._settings = dict(settings or {}) | dict(members or {})
        self._java_options = java_options
        if members:
            (self.directory / "data").mkdir(exist_ok=True)
            (self.directory / "data" / "myid").write_text(f"{member_id}\n")

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return f"{HOST}:{self.port}"

    def command(self) -> list[str]:
        """Write the settings and return the command line."""
        settings = SETTINGS | {
            "dataDir": str(self.directory / "data"),
            "clientPort": str(self.port),
            "clientPortAddress": HOST,
            **self._settings,
        }
        path = self.directory / "zoo.cfg"
        path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        options = [*JAVA_OPTIONS, *self._java_options]
        return [maven.java(), *options, "-cp", f"{_jars()}/*", main, str(path)]

    def is_serving(self) -> bool:
        """Whether the server has a part in a quorum."""
        return "Mode: " in self.status()

    def status(self) -> str:
        """Return what the command `srvr` says; empty when there is no answer."""
        try:
            with socket.create_connection((HOST, self.port), STATUS_TIMEOUT_S) as connection:
                connection.sendall(b"srvr")
                answer = b""
                while piece := connection.recv(4096):
                    answer += piece
        except OSError:
            return ""
        return answer.decode(errors="replace")

    def is_leader(self) -> bool:
        """Whether this member leads its ensemble."""
        return "Mode: leader" in self.status()


class ZooKeeperEnsemble:
    """Some servers that agree; with one it is a server alone."""

    def __init__(
        self,
        count: int = 3,
        directory: str | os.PathLike[str] | None = None,
        *,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._owns_directory = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix="zookeeper-"))
        ports = free_ports(3 * count)
        members = {
            f"server.{n + 1}": f"{HOST}:{ports[3 * n]}:{ports[3 * n + 1]}" for n in range(count)
        }
        self.servers = [
            ZooKeeperServer(
                self.directory / f"server-{n + 1}",
                settings=settings,
                port=ports[3 * n + 2],
                member_id=n + 1,
                members=members if count > 1 else None,
            )
            for n in range(count)
        ]

    @property
    def address(self) -> str:
        """Every server, as clients are told."""
        return ",".join(server.address for server in self.servers)

    def start(self) -> Self:
        """Start all and return when all serve."""
        for server in self.servers:
            server.launch()
        for server in self.servers:
            server.wait_until_serving()
        return self

    def close(self) -> None:
        """Stop all."""
        for server in self.servers:
            server.close()
        if self._owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


@cache
def _jars() -> Path:
    return maven.ensure_jars(POM, "zookeeper")
