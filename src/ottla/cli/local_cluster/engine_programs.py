# SPDX-License-Identifier: Apache-2.0
"""Starts etcd or ZooKeeper for a local cluster, where its program is installed.

etcd: the program `etcd` on the PATH (Debian's package etcd-server brings it). ZooKeeper: Java and
the jars of an installation that ZOOKEEPER_HOME names, or those of Debian's package zookeeper. Both
listen on loopback with their ordinary durability: what they acknowledge is on the disk.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from glob import glob
from typing import TYPE_CHECKING

from ottla.cli.local_cluster.folder import HOST
from ottla.cli.local_cluster.log_tail import log_tail
from ottla.cli.local_cluster.processes import ProcessState, spawn
from ottla.cli.session import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.cli.local_cluster.folder import ClusterFolder, Description
    from ottla.cli.local_cluster.processes import ProcessIdentity

START_TIMEOUT_S = 60
PROBE_TIMEOUT_S = 1
RETRY_S = 0.02

DEBIAN_JAR = "/usr/share/java/zookeeper.jar"
JAVA_OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
ZOOKEEPER_MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
ZOOKEEPER_SETTINGS = {
    "tickTime": "500",
    "admin.enableServer": "false",
    "4lw.commands.whitelist": "srvr",
    "maxClientCnxns": "0",
}


def start_engine(folder: ClusterFolder, description: Description) -> ProcessIdentity:
    """Start the engine of a cluster and return when it serves; raises CommandError."""
    os.makedirs(folder.engine_data, exist_ok=True)
    is_etcd = description.engine == "etcd"
    if not description.engine_port:
        description.engine_port = free_port()
    port = description.engine_port
    command = _etcd_command(folder, port) if is_etcd else _zookeeper_command(folder, port)
    process = spawn(command, folder.engine_log)
    _wait_until_serving(process, _etcd_serves if is_etcd else _zookeeper_serves, folder, port)
    return process


def engine_url(description: Description) -> str:
    """Return what brokers are told with --cluster."""
    return f"{description.engine}://{HOST}:{description.engine_port}"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server((HOST, 0)) as holder:
        port: int = holder.getsockname()[1]
    return port


def zookeeper_class_path(home: str | None) -> str:
    """Return the class path of an installed ZooKeeper; raises CommandError when there is none."""
    if home:
        jars = sorted(glob(f"{home}/*.jar") + glob(f"{home}/lib/*.jar"))
        if not jars:
            raise CommandError(f"ZOOKEEPER_HOME={home} holds no jars, neither itself nor in lib")
        return ":".join(jars)
    if os.path.exists(DEBIAN_JAR):
        return DEBIAN_JAR  # its manifest names the others
    raise CommandError(
        "ZooKeeper is not installed: `apt-get install zookeeper`, or unpack it somewhere and let "
        "ZOOKEEPER_HOME name the folder; --engine memory needs neither"
    )


def _program(name: str, advice: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise CommandError(f"the program {name} is not installed: {advice}")
    return path


def _etcd_command(folder: ClusterFolder, port: int) -> list[str]:
    program = _program("etcd", "`apt-get install etcd-server`; --engine memory does without")
    client = f"http://{HOST}:{port}"
    peer = f"http://{HOST}:{free_port()}"
    return [
        program,
        *("--name", "local", "--data-dir", os.path.join(folder.engine_data, "data")),
        *("--listen-client-urls", client, "--advertise-client-urls", client),
        *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
        *("--initial-cluster", f"local={peer}", "--initial-cluster-state", "new"),
    ]


def _zookeeper_command(folder: ClusterFolder, port: int) -> list[str]:
    java = _program("java", "`apt-get install default-jre-headless`; --engine memory does without")
    class_path = zookeeper_class_path(os.environ.get("ZOOKEEPER_HOME"))
    settings = ZOOKEEPER_SETTINGS | {
        "dataDir": os.path.join(folder.engine_data, "data"),
        "clientPort": str(port),
        "clientPortAddress": HOST,
    }
    path = os.path.join(folder.engine_data, "zoo.cfg")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{key}={value}\n" for key, value in settings.items())
    return [java, *JAVA_OPTIONS, "-cp", class_path, ZOOKEEPER_MAIN, path]


def _wait_until_serving(
    process: ProcessIdentity,
    serves: Callable[[int], bool],
    folder: ClusterFolder,
    port: int,
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not serves(port):
        if process.state is ProcessState.GONE or time.monotonic() > deadline:
            process.end(PROBE_TIMEOUT_S)
            raise CommandError(f"the engine does not start; {log_tail(folder.engine_log)}")
        time.sleep(RETRY_S)


def _etcd_serves(port: int) -> bool:
    url = f"http://{HOST}:{port}/health"
    try:
        with urllib.request.urlopen(url, timeout=PROBE_TIMEOUT_S) as answer:
            return b'"true"' in answer.read()
    except (OSError, urllib.error.URLError):
        return False


def _zookeeper_serves(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), PROBE_TIMEOUT_S) as connection:
            connection.sendall(b"srvr")
            answer = b""
            while piece := connection.recv(4096):
                answer += piece
    except OSError:
        return False
    return b"Mode: " in answer
