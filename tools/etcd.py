# SPDX-License-Identifier: Apache-2.0
"""An etcd server on loopback for tests and trials; Debian's package etcd-server brings the program.

`python -m tools.etcd` keeps one on free ports until Ctrl-C.
"""

import os
import shutil
import ssl
import sys
import urllib.error
import urllib.request

from tools.loopback import HOST, free_ports
from tools.service_process import ServiceProcess, ServiceUnavailableError, interruption

STATUS_TIMEOUT_S = 2


class EtcdServer(ServiceProcess):
    """One member that is a cluster alone; with a certificate its client port is encrypted."""

    name = "etcd"

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        certificate: str | os.PathLike[str] | None = None,
        key: str | os.PathLike[str] | None = None,
        authority: str | os.PathLike[str] | None = None,
        quota_bytes: int = 0,
    ) -> None:
        super().__init__(directory)
        self.port, self._peer_port = free_ports(2)
        self._certificate = certificate
        self._key = key
        self._authority = authority
        self._quota_bytes = quota_bytes

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Return the base URL of the JSON gateway."""
        return f"{'http' if self._certificate is None else 'https'}://{self.address}"

    def context(self) -> ssl.SSLContext | None:
        """Return what a client of an encrypted port needs."""
        if self._certificate is None:
            return None
        return ssl.create_default_context(cafile=self._authority)

    def command(self) -> list[str]:
        """Return the command line."""
        program = shutil.which("etcd")
        if program is None:
            raise ServiceUnavailableError(
                "etcd is missing: run tools/install_test_tools.sh as root"
            )
        peer = f"http://{HOST}:{self._peer_port}"
        client = self.url
        tls = []
        if self._certificate is not None:
            tls = ["--cert-file", str(self._certificate), "--key-file", str(self._key)]
        return [
            program,
            *("--name", "one", "--data-dir", str(self.directory / "data")),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"one={peer}"),
            *("--quota-backend-bytes", str(self._quota_bytes)),
            *tls,
        ]

    def is_serving(self) -> bool:
        """Whether the member is healthy."""
        try:
            with urllib.request.urlopen(  # noqa: S310 - its own server
                f"{self.url}/health", timeout=STATUS_TIMEOUT_S, context=self.context()
            ) as answer:
                return b'"true"' in answer.read()
        except (OSError, urllib.error.URLError):
            return False


def main() -> int:
    """Keep a server until Ctrl-C."""
    ended = interruption()
    try:
        with EtcdServer() as server:
            print(f"etcd://{server.address}", flush=True)
            ended.wait()
    except ServiceUnavailableError as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
