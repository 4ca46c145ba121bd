# SPDX-License-Identifier: Apache-2.0
"""Wiring: makes the parts of one broker, starts them in order, stops them in reverse.

    lock the folders -> bind the ports -> replay the metadata log -> load the logs
    -> register this broker -> make the partitions -> accept connections

`Broker` is the assembled broker on a running loop; `broker.process` is the process around it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.clock import SystemClock
from ottla.base.ids import METADATA_TOPIC_ID, random_uuid
from ottla.broker.burst import Burst
from ottla.broker.connection_limits import ConnectionLimits
from ottla.broker.context import Services
from ottla.broker.controller_gateway import ControllerGateway
from ottla.broker.coordination import Coordination
from ottla.broker.dispatch import Dispatcher
from ottla.broker.fetch_sessions import FetchSessionCache
from ottla.broker.group_commit import GroupCommit
from ottla.broker.housekeeping import Housekeeping
from ottla.broker.purgatory import Purgatory, PurgatoryTimer
from ottla.broker.server import Server, limits_of, reachable_host
from ottla.broker.storage_settings import directory_settings, load_settings, upkeep_settings
from ottla.controller.brokers import BrokerFacts
from ottla.controller.controller import Controller
from ottla.metadata.configs import TopicConfigs
from ottla.metadata.engines.local import LocalEngine
from ottla.metadata.image import BrokerEndpoint, ResourceType
from ottla.replication.replica_manager import ReplicaManager
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_directory import LastRun, LogDirectory, open_directories
from ottla.storage.log_manager import LogManager

if TYPE_CHECKING:
    from ottla.base.clock import Clock
    from ottla.base.errors import StorageError
    from ottla.broker.config import BrokerConfig
    from ottla.metadata.image import ClusterImage, ImageDelta
    from ottla.replication.partition import Partition
    from ottla.storage.log_config import LogConfig
    from ottla.storage.partition_log import PartitionLog

_logger = logging.getLogger(__name__)

DISK_THREADS = 4
"""Threads that wait for the disk: flushes, cold reads, the metadata log."""


class Ready(NamedTuple):
    """What a broker says of itself once it accepts connections."""

    addresses: tuple[tuple[str, int], ...]  # where it can be reached from this machine
    data_directories: tuple[str, ...]
    node_id: int
    cluster_id: str
    topic_count: int


class Broker:
    """One broker on one event loop; `start` it, wait for `stopping`, `stop` it."""

    def __init__(self, config: BrokerConfig, clock: Clock | None = None) -> None:
        self._config = config
        self._clock: Clock = clock or SystemClock()
        self._files = LocalFileSystem()
        self._executor = ThreadPoolExecutor(DISK_THREADS, "disk")
        self._topic_configs = TopicConfigs(config)
        self.stopping = asyncio.Event()
        self.failure: str | None = None  # why the broker had to stop by itself

    async def start(self) -> Ready:
        """Start all parts; raises OttlaError with a sentence for the user when that cannot be."""
        config = self._config
        directories = open_directories(config.log_dirs, self._files, directory_settings(config))
        self._directories = directories
        try:
            return await self._start_in(directories)
        except BaseException:
            for directory in directories:
                directory.close()
            self._executor.shutdown()
            raise

    async def _start_in(self, directories: list[LogDirectory]) -> Ready:
        config, clock = self._config, self._clock
        online = next(each for each in directories if each.is_online)
        properties = online.properties
        assert properties is not None
        self._engine = LocalEngine.open(
            config.metadata_log_dir or online.path,
            files=self._files,
            clock=clock,
            executor=self._executor,
        )
        self._gateway = gateway = ControllerGateway(
            engine=self._engine,
            controller=Controller(config, random.Random(), random_uuid),  # noqa: S311 - placement
            config=config,
            clock=clock,
            cluster_id=properties.cluster_id,
        )
        self._logs = LogManager(
            directories,
            self._files,
            clock,
            self._topic_configs.default,
            upkeep=upkeep_settings(config),
            loading=load_settings(config),
        )
        self._logs.on_directory_failure = self._directory_failed
        self._group_commit = GroupCommit(
            config.ottla_flush_window_ms, self._executor, self._storage_failed
        )
        self._replicas = ReplicaManager(
            config.node_id, self._logs, self._log_config_of, self._group_commit.request
        )
        self._assemble_server()
        await self._server.open(config.endpoints)
        stopped_cleanly = all(each.last_run is not LastRun.UNCLEAN for each in directories)
        await gateway.start(self._facts(directories, stopped_cleanly=stopped_cleanly))
        self._follow_settings()
        self._load_logs(gateway.image)
        for directory in directories:
            directory.mark_running()
        self._replicas.load(gateway.image)
        self._logs.upkeep.high_watermark_of = self._high_watermark_of
        self._coordination.start(gateway.image)
        gateway.subscribe(self._metadata_changed)
        self._housekeeping.start()
        await self._server.start_serving()
        return Ready(
            tuple((reachable_host(host), port) for host, port in self._server.addresses.values()),
            tuple(each.path for each in directories),
            config.node_id,
            properties.cluster_id,
            len(gateway.image.topics_by_name),
        )

    def _assemble_server(self) -> None:
        config, clock = self._config, self._clock
        purgatory = Purgatory()
        self._purgatory_timer = PurgatoryTimer(purgatory, clock)
        loop = asyncio.get_running_loop()
        self._burst = Burst(clock, self._storage_failed, loop.call_soon, loop.call_later)
        self._coordination = coordination = Coordination(
            config=config,
            gateway=self._gateway,
            replicas=self._replicas,
            burst=self._burst,
            clock=clock,
            executor=self._executor,
            last_connection_serial=lambda: self._services.last_connection_serial,
        )
        self._services = Services(
            clock=clock,
            config=config,
            controller=self._gateway,
            replicas=self._replicas,
            logs=self._logs,
            purgatory=purgatory,
            fetch_sessions=FetchSessionCache(
                config.max_incremental_fetch_session_cache_slots,
                random.SystemRandom(),  # session ids are not to be guessed
            ),
            disk_executor=self._executor,
            burst=self._burst,
            groups=coordination.groups,
            transactions=coordination.transactions,
            marker_writer=coordination.marker_writer,
        )
        limits = ConnectionLimits(limits_of(config))
        self._connection_limits = limits
        self._dispatcher = Dispatcher(self._services, limits, self._storage_failed)
        self._server = Server(config, self._dispatcher, limits, clock)
        self._housekeeping = Housekeeping(self._logs, clock, self._executor, self._stop_on_bug)

    def _facts(self, directories: list[LogDirectory], *, stopped_cleanly: bool) -> BrokerFacts:
        config = self._config
        endpoints = []
        for endpoint in config.endpoints:
            advertised = config.advertised.get(endpoint.name)
            host, port = self._server.addresses[endpoint.name]
            if advertised is not None:
                host, port = advertised.host, advertised.port or port
            endpoints.append(BrokerEndpoint(endpoint.name, reachable_host(host), port, 0))
        return BrokerFacts(
            broker_id=config.node_id,
            incarnation_id=random_uuid(),
            endpoints=tuple(endpoints),
            rack=config.broker_rack,
            log_dirs=tuple(
                each.properties.directory_id
                for each in directories
                if each.properties is not None and each.properties.directory_id is not None
            ),
            stopped_cleanly=stopped_cleanly,
        )

    def _load_logs(self, image: ClusterImage) -> None:
        report = self._logs.load(
            lambda topic: self._topic_configs.log_config(image.config(ResourceType.TOPIC, topic)),
            _log_progress,
        )
        for note in report.notes:
            _logger.warning("%s", note)
        for (topic, partition), reason in report.unopened.items():
            _logger.error("%s-%s cannot be served: %s", topic, partition, reason)
        for log in tuple(self._logs):
            known = image.topics_by_name.get(log.topic)
            if known is None and log.topic_id != METADATA_TOPIC_ID:
                _logger.warning(
                    "%s-%s belongs to no topic of this cluster: kept as -stray",
                    log.topic,
                    log.partition,
                )
                self._logs.set_aside(log.topic, log.partition)

    async def stop(self) -> None:
        """Stop all parts; what was acknowledged is on disk when this returns."""
        self._server.stop_accepting()
        await self._housekeeping.stop()
        self._coordination.stop()
        self._server.close()
        await asyncio.sleep(0)  # let transports send what they have
        self._purgatory_timer.stop()
        await self._gateway.stop()
        await self._engine.close()
        self._logs.close(self._services.image.offset)
        self._executor.shutdown()

    # what the parts tell

    def _metadata_changed(self, image: ClusterImage, delta: ImageDelta) -> None:
        self._follow_settings()
        self._replicas.apply(image, delta)
        self._coordination.follow(image, delta)

    def _follow_settings(self) -> None:
        """Bring everybody's settings up to date with their dynamic values."""
        if self._gateway.config is not self._services.config:
            config = self._services.config = self._gateway.config
            self._topic_configs = TopicConfigs(config)
            self._connection_limits.limits = limits_of(config)
            self._coordination.follow_settings(config)
            self._group_commit.window_ms = config.ottla_flush_window_ms
            self._logs.upkeep.follow_settings(upkeep_settings(config))

    def _log_config_of(self, image: ClusterImage, topic: str) -> LogConfig:
        return self._topic_configs.log_config(image.config(ResourceType.TOPIC, topic))

    def _high_watermark_of(self, log: PartitionLog) -> int:
        partition = self._replicas.get(log.topic, log.partition)
        return partition.high_watermark if partition is not None else log.log_end_offset

    def _storage_failed(self, partition: Partition, error: StorageError) -> None:
        self._logs.report_failure(self._logs.directory_of(partition.log), str(error))

    def _directory_failed(self, directory: LogDirectory, lost: list[PartitionLog]) -> None:
        _logger.error(
            "log directory %s is offline until a restart, with %d partitions: %s",
            directory.path,
            len(lost),
            directory.failure,
        )
        for log in lost:
            partition = self._replicas.get(log.topic, log.partition)
            if partition is not None:
                partition.went_offline()
        if not self._logs.has_online_directory():
            self.failure = f"every log directory is offline, the last was {directory.path}"
            self.stopping.set()

    def _stop_on_bug(self, error: BaseException) -> None:
        self.failure = f"housekeeping failed: {error!r}"
        self.stopping.set()


def _log_progress(opened: int, total: int) -> None:
    _logger.info("opened %d of %d partitions", opened, total)
