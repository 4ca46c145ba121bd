# SPDX-License-Identifier: Apache-2.0
"""Clusters of three brokers on loopback: Ottla on an engine, Apache Kafka with KRaft.

Each broker is a process of its own that keeps its ports and its folder, so that it can be killed,
frozen and started again. Settings are each system's defaults: Kafka's brokers are controllers too
(combined mode), with the heap and the collector of its start script; Ottla's keep their metadata in
a ZooKeeper or etcd that belongs to the cluster and whose CPU counts as the cluster's.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from tools.etcd import EtcdServer
from tools.kafka import run_tool
from tools.kafka.jars import class_path, java
from tools.kafka.readiness import is_ready
from tools.kafka.server import CLUSTER_ID, HEAP, JVM_OPTIONS
from tools.loopback import HOST, free_ports
from tools.service_process import ServiceProcess
from tools.zookeeper import ZooKeeperServer

from benchmarks.cluster_metadata import ask_any, metadata, read_metadata
from benchmarks.rows import Figures
from benchmarks.servers import resident_mb

BROKERS = 3
MEETING_TIMEOUT_S = 60
RETRY_S = 0.02
READY_PATIENCE_S = 1.0
ENGINES: Mapping[str, Callable[[Path], ServiceProcess]] = {
    "zookeeper": ZooKeeperServer,
    "etcd": EtcdServer,
}


class BrokerNode(ServiceProcess):
    """One broker of a cluster, at an address that stays."""

    def __init__(self, directory: Path, node_id: int, port: int) -> None:
        super().__init__(directory)
        self.node_id = node_id
        self.port = port

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return f"{HOST}:{self.port}"

    def is_serving(self) -> bool:
        """Whether clients are served."""
        return is_ready(HOST, self.port, timeout_s=READY_PATIENCE_S)


class OttlaNode(BrokerNode):
    """`ottla start --cluster` of this checkout."""

    name = "ottla"

    def __init__(self, directory: Path, node_id: int, port: int, engine_url: str) -> None:
        super().__init__(directory, node_id, port)
        self._engine_url = engine_url

    def command(self) -> list[str]:
        """Return the command line."""
        return [
            *(str(Path(sys.executable).with_name("ottla")), "start", "--listen", self.address),
            *("--data-dir", str(self.directory / "data"), "--node-id", str(self.node_id)),
            *("--cluster", self._engine_url),
        ]


class KafkaNode(BrokerNode):
    """A broker that is a controller too."""

    name = "kafka"

    def __init__(self, directory: Path, node_id: int, port: int, voters: Mapping[int, int]) -> None:
        super().__init__(directory, node_id, port)
        self._voters = voters
        self.format_s = 0.0

    def command(self) -> list[str]:
        """Write the settings, format the folder when it is new, and return the command line."""
        settings = {
            "process.roles": "broker,controller",
            "node.id": str(self.node_id),
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "listeners": f"PLAINTEXT://{self.address},"
            f"CONTROLLER://{HOST}:{self._voters[self.node_id]}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.quorum.voters": ",".join(
                f"{node_id}@{HOST}:{port}" for node_id, port in self._voters.items()
            ),
            "log.dirs": str(self.directory / "data"),
        }
        path = self.directory / "server.properties"
        path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        if not (self.directory / "data" / "meta.properties").exists():
            began = time.monotonic()
            arguments = ("format", "--cluster-id", CLUSTER_ID, "--config", str(path))
            run_tool("StorageTool", *arguments)
            self.format_s = time.monotonic() - began
        return [*(java(), *HEAP, *JVM_OPTIONS), *("-cp", class_path(), "kafka.Kafka", str(path))]


class Cluster:
    """Three brokers. Subclasses make them, and what has to run before them."""

    name = ""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.nodes: dict[int, BrokerNode] = {}
        self.ready_s = 0.0
        self.format_s = 0.0

    @property
    def addresses(self) -> dict[int, str]:
        """HOST:PORT of every broker by its id."""
        return {node_id: node.address for node_id, node in self.nodes.items()}

    @property
    def bootstrap(self) -> str:
        """Every address, as real clients are told."""
        return ",".join(self.addresses.values())

    @property
    def address(self) -> str:
        """The first running broker's."""
        return next(node.address for node in self.nodes.values() if node.is_running)

    @property
    def pid(self) -> int:
        """The first running broker's."""
        return next(node.pid for node in self.nodes.values() if node.is_running)

    @property
    def pids(self) -> list[int]:
        """All processes that do the cluster's work."""
        return [node.pid for node in self.nodes.values()]

    def memory_mb(self) -> Figures:
        """Resident memory of the three brokers together."""
        return {"mb": sum(resident_mb(node.pid) for node in self.nodes.values())}

    def start(self) -> Self:
        """Start all and wait until each knows all."""
        began = time.monotonic()
        for node in self.nodes.values():
            node.launch()
        for node in self.nodes.values():
            node.wait_until_serving()
        self.wait_until_met()
        self.ready_s = time.monotonic() - began - self.format_s
        return self

    def wait_until_met(self) -> None:
        """Wait until the metadata of every broker names all of them."""
        deadline = time.monotonic() + MEETING_TIMEOUT_S
        for node in self.nodes.values():
            while set(self._brokers_by(node)) != set(self.nodes):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"broker {node.node_id} does not see all brokers")
                time.sleep(RETRY_S)

    def how_it_ended(self) -> str | None:
        """Tell, when a broker is no more although nobody stopped it."""
        ended = [node for node in self.nodes.values() if not node.is_running]
        return None if not ended else f"broker {ended[0].node_id} ended: {ended[0].output()}"

    def stop(self) -> None:
        """End all; not in order, since the last of a cluster has no one to hand over to."""
        for node in self.nodes.values():
            node.kill()

    def kill(self) -> None:
        """Kill -9."""
        self.stop()

    def _brokers_by(self, node: BrokerNode) -> Sequence[int]:
        try:
            answer = ask_any([node.address], metadata([]))
        except OSError:
            return ()
        return list(read_metadata(answer).brokers)


class OttlaCluster(Cluster):
    """Three Ottla brokers and the engine of their metadata."""

    name = "Ottla"

    def __init__(self, directory: Path, engine: str) -> None:
        super().__init__(directory)
        self._engine = ENGINES[engine](directory / engine)
        scheme, path = f"{engine}://", "/ottla" if engine == "zookeeper" else ""
        url = f"{scheme}{self._engine.address}{path}"  # type: ignore[attr-defined]
        for node_id, port in enumerate(free_ports(BROKERS), start=1):
            self.nodes[node_id] = OttlaNode(directory / str(node_id), node_id, port, url)

    @property
    def pids(self) -> list[int]:
        """The brokers and the engine."""
        return [*super().pids, self._engine.pid]

    def memory_mb(self) -> Figures:
        """Brokers, and the engine beside them."""
        return {**super().memory_mb(), "engine_mb": resident_mb(self._engine.pid)}

    def start(self) -> Self:
        """Start the engine, then the brokers."""
        self._engine.start()
        return super().start()

    def stop(self) -> None:
        """End the brokers before their engine."""
        super().stop()
        self._engine.kill()


class KafkaCluster(Cluster):
    """Three brokers of Apache Kafka that are the controllers as well."""

    name = "Kafka"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        ports = free_ports(2 * BROKERS)
        voters = {node_id: ports[-node_id] for node_id in range(1, BROKERS + 1)}
        for node_id in voters:
            node = KafkaNode(directory / str(node_id), node_id, ports[node_id - 1], voters)
            self.nodes[node_id] = node

    def start(self) -> Self:
        """Start, and count how long formatting took."""
        began = time.monotonic()
        super().start()
        nodes = [node for node in self.nodes.values() if isinstance(node, KafkaNode)]
        self.format_s = sum(node.format_s for node in nodes)
        self.ready_s = time.monotonic() - began - self.format_s
        return self


def cluster_servers(engine: str) -> dict[str, Callable[[Path], Cluster]]:
    """Both clusters by the names of the table; the engine is Ottla's."""
    return {"Ottla": lambda folder: OttlaCluster(folder, engine), "Kafka": KafkaCluster}


def restart(cluster: Cluster, node_id: int) -> None:
    """Start a broker that ended and wait until all know it."""
    cluster.nodes[node_id].start()
    cluster.wait_until_met()
