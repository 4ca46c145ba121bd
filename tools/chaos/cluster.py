# SPDX-License-Identifier: Apache-2.0
"""Three `ottla start --cluster` processes and their engine, each behind proxies (`network`)."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tools.chaos.network import Network
from tools.etcd import EtcdServer
from tools.loopback import HOST, free_ports
from tools.service_process import ServiceProcess
from tools.zookeeper import ZooKeeperServer

EngineName = Literal["zookeeper", "etcd"]

BROKERS = (1, 2, 3)
CLIENTS = "clients"
ENGINE = "engine"
ASK_TIMEOUT_S = 5
DISK_BYTES = 128 << 20
BALLAST = "ballast"
SETTINGS = {
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,BROKER:PLAINTEXT",
    "inter.broker.listener.name": "BROKER",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "200",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    "min.insync.replicas": "2",
    "leader.imbalance.check.interval.seconds": "10",
    "replica.lag.time.max.ms": "4000",
}


class Broker(ServiceProcess):
    """One broker process; its folder and its addresses outlive it."""

    def __init__(self, folder: Path, broker_id: int, network: Network, engine_url: str) -> None:
        self.name = name_of(broker_id)
        super().__init__(folder)
        self._network = network
        client_port, broker_port = free_ports(2)
        self.client_proxy_port = network.listen(self.name, client_port, CLIENTS)
        broker_proxy_port = network.listen(self.name, broker_port)
        advertised = f"CLIENT://{HOST}:{self.client_proxy_port},BROKER://{HOST}:{broker_proxy_port}"
        settings = SETTINGS | {
            "listeners": f"CLIENT://{HOST}:{client_port},BROKER://{HOST}:{broker_port}",
            "advertised.listeners": advertised,
        }
        self.data = folder / "data"
        self.data.mkdir()
        self._command = [
            *(sys.executable, "-m", "ottla", "start", "--log-level", "info"),
            *("--node-id", str(broker_id), "--cluster", engine_url),
            *("--data-dir", str(self.data / "log")),
            *(word for key, value in settings.items() for word in ("--set", f"{key}={value}")),
        ]
        self._printed_before = 0
        self._has_own_disk = _mount(self.data)

    def command(self) -> list[str]:
        """Return the command line."""
        path = self._output_file()
        self._printed_before = path.stat().st_size if path.exists() else 0
        return self._command

    def launch(self) -> None:
        """Start, and let the network know."""
        super().launch()
        self._network.set_process(self.name, self.pid)

    def is_serving(self) -> bool:
        """Whether this incarnation has said that it is in service."""
        with self._output_file().open("rb") as output:
            output.seek(self._printed_before)
            return b"Ottla is ready" in output.read()

    def fill_disk(self) -> None:
        """Leave no room for anything."""
        if not self._has_own_disk:
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            return
        with (self.data / BALLAST).open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(65536))

    def free_disk(self) -> None:
        """Give the room back."""
        (self.data / BALLAST).unlink(missing_ok=True)
        if self.is_running:
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, unlimited)

    def unmount(self) -> None:
        """Give its own disk up."""
        if self._has_own_disk:
            subprocess.run(["umount", "--lazy", str(self.data)], check=False)


class Cluster:
    """The whole: engine, brokers, links."""

    def __init__(self, engine: EngineName) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ottla-chaos-")
        self.folder = Path(self._folder.name)
        kind = ZooKeeperServer if engine == "zookeeper" else EtcdServer
        self.engine: ZooKeeperServer | EtcdServer = kind(self.folder / "engine")
        self._engine_name = engine
        self.network = Network()
        self.brokers: dict[int, Broker] = {}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            undo.callback(self._close)
            self._start()
            undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def _start(self) -> None:
        self.engine.start()
        suffix = "/ottla" if self._engine_name == "zookeeper" else ""
        for broker_id in BROKERS:
            port = self.network.listen(ENGINE, self.engine.port, name_of(broker_id))
            url = f"{self._engine_name}://{HOST}:{port}{suffix}"
            folder = self.folder / name_of(broker_id)
            self.brokers[broker_id] = Broker(folder, broker_id, self.network, url)
        self.start_all()

    def _close(self) -> None:
        for broker in self.brokers.values():
            broker.close()
            broker.unmount()
        self.engine.close()
        self.network.close()
        self._folder.cleanup()

    @property
    def bootstrap(self) -> str:
        """Addresses of the clients' proxies."""
        return ",".join(f"{HOST}:{each.client_proxy_port}" for each in self.brokers.values())

    def start_all(self) -> None:
        """Start the brokers that do not run, together, and wait until they serve."""
        started = [each for each in self.brokers.values() if not each.is_running]
        for broker in started:
            broker.launch()
        for broker in started:
            broker.wait_until_serving()

    def heal(self) -> None:
        """Undo every fault."""
        self.network.heal()
        if not self.engine.is_running:
            self.engine.start()
        self.engine.resume()
        for broker in self.brokers.values():
            if broker.is_running:
                broker.resume()
            broker.free_disk()
        self.start_all()

    def admin(self) -> AdminClient:
        """Return a client for questions and changes."""
        return AdminClient(
            {"bootstrap.servers": self.bootstrap, "log_level": 0, "socket.timeout.ms": 5000}
        )

    def controller(self) -> int | None:
        """Return who is the controller, if somebody answers."""
        admin = self.admin()
        try:
            described = admin.describe_cluster(request_timeout=ASK_TIMEOUT_S).result(6)
        except (KafkaException, TimeoutError):
            return None
        return described.controller.id if described.controller else None

    def leader(self, topic: str, partition: int) -> int | None:
        """Return who leads a partition, if somebody answers and somebody does."""
        try:
            topics = self.admin().list_topics(topic, timeout=ASK_TIMEOUT_S).topics
            leader: int = topics[topic].partitions[partition].leader
        except (KafkaException, KeyError):
            return None
        return leader if leader > 0 else None

    def stop_all(self) -> None:
        """Shut all brokers down in good order, together."""
        for broker in self.brokers.values():
            os.kill(broker.pid, signal.SIGTERM)
        for broker in self.brokers.values():
            broker.stop()

    def out_of_sync(self) -> str:
        """Return which replicas are missing; empty when every partition is whole."""
        try:
            metadata = self.admin().list_topics(timeout=ASK_TIMEOUT_S)
        except KafkaException as error:
            return str(error)
        if len(metadata.brokers) < len(BROKERS):
            return f"only brokers {sorted(metadata.brokers)} are in service"
        behind = [
            f"{name}-{number}: leader {each.leader}, replicas {each.replicas}, in sync {each.isrs}"
            for name, topic in metadata.topics.items()
            for number, each in topic.partitions.items()
            if each.leader < 0 or set(each.isrs) != set(each.replicas)
        ]
        return "; ".join(behind[:5])

    def wait_until_in_sync(self, patience_s: float) -> str:
        """Wait until nothing is out of sync; return what still is when patience ends.

        A broker whose disk was full may be about to stop when it is healed: it is started again.
        """
        deadline = time.monotonic() + patience_s
        self.start_all()
        while (missing := self.out_of_sync()) and time.monotonic() < deadline:
            time.sleep(0.3)
            self.start_all()
        return missing


def name_of(broker_id: int) -> str:
    """Return what a broker is called in links and files."""
    return f"broker-{broker_id}"


def _mount(folder: Path) -> bool:
    """Give a folder a small disk of its own; only root may."""
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
