# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server on loopback for tests and trials; Debian's package postgresql brings it.

It refuses to run as root, and runs as the user `postgres` of that package then.
`python -m tools.postgresql` keeps one on a free port until Ctrl-C.
"""

import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from tools.loopback import HOST, free_ports
from tools.service_process import ServiceProcess, ServiceUnavailableError, interruption

DEBIAN_FOLDER = Path("/usr/lib/postgresql")  # where each version has a folder, none on the PATH
UNPRIVILEGED_USER = "postgres"


class PostgreSQLServer(ServiceProcess):
    """One server with an empty database; who reaches the port is its superuser."""

    name = "postgresql"

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        super().__init__(directory)
        [self.port] = free_ports(1)
        self._data = self.directory / "data"

    @property
    def url(self) -> str:
        """Where the database is, as clients are told."""
        return f"postgresql://postgres@{HOST}:{self.port}/postgres"

    def command(self) -> list[str]:
        """Make the database cluster before the first start, and return the command line."""
        if not (self._data / "PG_VERSION").exists():
            self._create_cluster()
        return [
            *_unprivileged(),
            str(_programs() / "postgres"),
            *("-D", str(self._data), "-h", HOST, "-p", str(self.port)),
            *("-c", "unix_socket_directories="),
        ]

    def is_serving(self) -> bool:
        """Whether connections are accepted."""
        ready = [str(_programs() / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def stop(self) -> None:
        """Shut down in order, without waiting until every client has gone."""
        self._end(signal.SIGINT)

    def _create_cluster(self) -> None:
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            self.directory.chmod(0o711)  # its user has to pass to reach the folder inside
            shutil.chown(self._data, UNPRIVILEGED_USER)
        made = subprocess.run(
            [
                *_unprivileged(),
                str(_programs() / "initdb"),
                *("-D", str(self._data), "--username=postgres", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._data,
        )
        if made.returncode != 0:
            raise ServiceUnavailableError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _unprivileged() -> list[str]:
    """Return what to put before a command that root may not run."""
    if os.geteuid() != 0:
        return []
    user = UNPRIVILEGED_USER
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]


@cache
def _programs() -> Path:
    """Return the folder of the newest version's programs."""
    on_path = shutil.which("postgres")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = [path.parent for path in DEBIAN_FOLDER.glob("[0-9]*/bin/postgres")]
    if not found:
        raise ServiceUnavailableError(
            "postgres is missing: run tools/install_test_tools.sh as root"
        )
    return max(found, key=lambda folder: int(folder.parent.name))


def main() -> int:
    """Keep a server until Ctrl-C."""
    ended = interruption()
    try:
        with PostgreSQLServer() as server:
            print(server.url, flush=True)
            ended.wait()
    except ServiceUnavailableError as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
