# SPDX-License-Identifier: Apache-2.0
"""Wiring: makes the parts of one broker, starts them in order, stops them in reverse.

    alone       lock the folders -> bind the ports -> replay the metadata log -> register this
    broker
                -> load the logs -> make the partitions -> accept connections
    in a        join the cluster -> lock the folders -> bind the ports -> replay the journal
    cluster     -> load the logs -> make the partitions -> accept connections
                -> stand for election, register, be put into service

`Broker` is the assembled broker on a running loop; `broker.process` is the process around it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.clock import SystemClock
from ottla.base.errors import OttlaError, StorageError
from ottla.base.ids import METADATA_TOPIC_ID, random_uuid, uuid_to_text
from ottla.broker.broker_lifecycle import BrokerLifecycle
from ottla.broker.burst import Burst
from ottla.broker.connection_limits import ConnectionLimits
from ottla.broker.context import Services
from ottla.broker.controller_candidate import ControllerCandidate
from ottla.broker.controller_gateway import ControllerGateway
from ottla.broker.coordination import Coordination
from ottla.broker.dispatch import Dispatcher
from ottla.broker.fetch_sessions import FetchSessionCache
from ottla.broker.group_commit import GroupCommit
from ottla.broker.housekeeping import Housekeeping
from ottla.broker.metadata_log import MetadataLog
from ottla.broker.peers import Peers, PeerSettings
from ottla.broker.purgatory import Purgatory, PurgatoryTimer
from ottla.broker.replication import BrokerSurroundings, Replication
from ottla.broker.server import Server, limits_of, reachable_host
from ottla.broker.starting import Waiting, until_answered, until_set
from ottla.broker.storage_settings import directory_settings, load_settings, upkeep_settings
from ottla.controller.brokers import BrokerFacts
from ottla.controller.controller import Controller
from ottla.metadata.configs import TopicConfigs
from ottla.metadata.engines.local import LocalEngine
from ottla.metadata.image import BrokerEndpoint, ClusterImage, ResourceType
from ottla.metadata.local_log import LocalMetadataLog
from ottla.replication.replica_manager import ReplicaManager
from ottla.replication.replication_throttle import ReplicationThrottles
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_directory import (
    LastRun,
    LogDirectory,
    find_cluster_id,
    open_directories,
)
from ottla.storage.log_manager import LogManager

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from ottla.base.clock import Clock
    from ottla.broker.config import BrokerConfig
    from ottla.broker.metadata_log import Engine
    from ottla.metadata.image import ImageDelta
    from ottla.replication.partition import Partition
    from ottla.storage.files import FileSystem
    from ottla.storage.log_config import LogConfig
    from ottla.storage.partition_log import PartitionLog

    DispatcherMaker: TypeAlias = Callable[
        [Services, ConnectionLimits, Callable[[Partition, StorageError], None]], Dispatcher
    ]

_logger = logging.getLogger(__name__)

DISK_THREADS = 4
"""Threads that wait for the disk: flushes, cold reads, the metadata log."""


SHUTDOWN_TIMEOUT_S = 20.0
"""How long a broker that stops may hand over what it leads."""


class Ready(NamedTuple):
    """What a broker says of itself once it accepts connections."""

    addresses: tuple[tuple[str, int], ...]  # where it can be reached from this machine
    data_directories: tuple[str, ...]
    node_id: int
    cluster_id: str
    topic_count: int


class Broker:
    """One broker on one event loop; `start` it, wait for `stopping`, `stop` it."""

    def __init__(
        self,
        config: BrokerConfig,
        clock: Clock | None = None,
        *,
        engine: Engine | None = None,
        files: FileSystem | None = None,
        dispatcher: DispatcherMaker = Dispatcher,
    ) -> None:
        self._config = config
        self._clock: Clock = clock or SystemClock()
        self._files = files or LocalFileSystem()
        self._cluster_engine = engine  # None for a broker that is alone
        self._make_dispatcher = dispatcher
        self._executor = ThreadPoolExecutor(DISK_THREADS, "disk")
        self._topic_configs = TopicConfigs(config)
        self._peers: Peers | None = None
        self._candidate: ControllerCandidate | None = None
        self._lifecycle: BrokerLifecycle | None = None
        self._replication: Replication | None = None
        self._opened = AsyncExitStack()
        self._is_serving = False
        self._incarnation_id = random_uuid()
        self.stopping = asyncio.Event()
        self.failure: str | None = None  # why the broker had to stop by itself
        self.on_waiting: Callable[[Waiting | None], None] = _tell_nobody
        """Told what the start waits for, and None when it goes on."""

    async def start(self) -> Ready:
        """Start all parts; raises OttlaError with a sentence for the user when that cannot be.

        In a cluster this waits for the engine and for a controller as long as it takes. When it is
        cancelled, or fails, everything is closed again.
        """
        engine = self._cluster_engine
        self._opened.callback(self._executor.shutdown)
        try:
            settings = directory_settings(self._config)
            if engine is not None:
                self._opened.push_async_callback(engine.close)
                settings = replace(settings, cluster_id=await self._join_cluster(engine))
            directories = open_directories(self._config.log_dirs, self._files, settings)
            for directory in directories:
                self._opened.callback(directory.close)
            return await self._start_in(directories)
        except BaseException:
            await self._give_up()
            raise

    async def _join_cluster(self, engine: Engine) -> str:
        """Return the id of the cluster, which is founded unless it exists."""
        proposed = find_cluster_id(self._config.log_dirs, self._files)
        if proposed is None:
            proposed = uuid_to_text(random_uuid())
        self.on_waiting(Waiting.ENGINE)
        cluster_id = await until_answered(partial(engine.join, proposed))
        self.on_waiting(None)
        return cluster_id

    async def _give_up(self) -> None:
        """Close what a start that was not finished has opened."""
        self.on_waiting(None)
        if self._is_serving:
            await self.stop()
        else:
            await self._opened.aclose()

    async def _start_in(self, directories: list[LogDirectory]) -> Ready:
        config, clock = self._config, self._clock
        online = next(each for each in directories if each.is_online)
        properties = online.properties
        assert properties is not None
        self._open_metadata(config.metadata_log_dir or online.path, properties.cluster_id)
        self._logs = LogManager(
            directories,
            self._files,
            clock,
            self._topic_configs.default,
            upkeep=upkeep_settings(config),
            loading=load_settings(config),
        )
        self._logs.on_directory_failure = self._directory_failed
        self._logs.on_relocation = self._log_relocated
        self._group_commit = GroupCommit(
            config.ottla_flush_window_ms, self._executor, self._storage_failed
        )
        self._surroundings = BrokerSurroundings(config, clock, self._gateway)
        self._throttles = ReplicationThrottles(config.node_id, config)
        self._replicas = ReplicaManager(
            config.node_id,
            self._logs,
            self._log_config_of,
            self._group_commit.request,
            self._surroundings,
            self._incarnation_id,
        )
        self._assemble_server()
        self._opened.callback(self._server.close)
        await self._server.open(config.endpoints)
        stopped_cleanly = all(each.last_run is not LastRun.UNCLEAN for each in directories)
        facts = self._facts(directories, stopped_cleanly=stopped_cleanly)
        if self._peers is None:
            await self._gateway.start_alone(facts)
        else:
            await until_answered(self._gateway.log.start)
            self._join(self._peers, facts, directories)
        await self._serve(directories)
        image = self._gateway.image
        return Ready(
            tuple((reachable_host(host), port) for host, port in self._server.addresses.values()),
            tuple(each.path for each in directories),
            config.node_id,
            properties.cluster_id,
            len(image.topics_by_name),
        )

    def _open_metadata(self, folder: str, cluster_id: str) -> None:
        """Make the metadata log and the way to the controller."""
        config, clock = self._config, self._clock
        copy: LocalMetadataLog | None = None
        engine = self._cluster_engine
        if engine is None:
            engine = LocalEngine.open(
                folder, files=self._files, clock=clock, executor=self._executor
            )
            self._opened.push_async_callback(engine.close)
        else:
            copy = LocalMetadataLog.open(
                folder,
                files=self._files,
                clock=clock,
                executor=self._executor,
                is_copy=True,
            )
            self._peers = Peers(
                image=lambda: self._gateway.image,
                listener=config.inter_broker_listener_name or config.endpoints[0].name,
                settings=PeerSettings(
                    client_id=f"broker-{config.node_id}",
                    connect_timeout_ms=config.broker_session_timeout_ms,
                    request_timeout_ms=config.request_timeout_ms,
                ),
            )
            self._opened.callback(self._peers.close)
        self._engine = engine
        log = MetadataLog(
            engine=engine, copy=copy, clock=clock, cluster_id=cluster_id, settings=config
        )
        log.failed = self._failed
        self._gateway = ControllerGateway(
            log=log,
            controller=Controller(config, random.Random(), random_uuid),  # noqa: S311 - placement
            config=config,
            clock=clock,
            peers=self._peers,
        )
        self._opened.push_async_callback(self._gateway.stop)

    def _join(self, peers: Peers, facts: BrokerFacts, directories: list[LogDirectory]) -> None:
        """Make the parts that only a broker of a cluster has."""
        gateway, config = self._gateway, self._config
        gateway.facts = facts
        self._replication = Replication(
            config=config,
            peers=peers,
            replicas=self._replicas,
            surroundings=self._surroundings,
            clock=self._clock,
            executor=self._executor,
            on_storage_error=self._storage_failed,
            throttle=self._throttles.follower,
        )
        loop = asyncio.get_running_loop()
        self._replicas.postpone = lambda: loop.call_soon(self._create_partitions)
        if config.may_be_controller:
            self._candidate = ControllerCandidate(
                gateway=gateway, peers=peers, clock=self._clock, facts=facts, failed=self._failed
            )
        clean = facts.stopped_cleanly
        epochs = {each.last_broker_epoch for each in directories if each.is_online}
        self._lifecycle = BrokerLifecycle(
            gateway=gateway,
            peers=peers,
            facts=facts,
            cluster_id=gateway.image.cluster_id,
            previous_broker_epoch=min(epochs) if clean and epochs else -1,
            on_registered=self._registered,
            failed=self._failed,
        )

    async def _serve(self, directories: list[LogDirectory]) -> None:
        """Open the logs and accept connections; in a cluster, come into service."""
        gateway = self._gateway
        self._follow_settings()
        self._load_logs(gateway.image)
        for directory in directories:
            directory.mark_running()
        self._replicas.load(gateway.image)
        self._logs.upkeep.high_watermark_of = self._high_watermark_of
        self._coordination.start(gateway.image)
        gateway.subscribe(self._metadata_changed)
        self._housekeeping.start()
        self._is_serving = True
        await self._server.start_serving()
        if self._lifecycle is not None:
            assert self._replication is not None, "made together"
            gateway.log.follow()
            self._replication.start()
            if self._candidate is not None:
                self._candidate.start()
            await self._come_into_service(self._lifecycle)

    async def _come_into_service(self, lifecycle: BrokerLifecycle) -> None:
        lifecycle.start()
        lifecycle.open_for_service()
        for waiting, event in (
            (Waiting.REGISTRATION, lifecycle.registered),
            (Waiting.SERVICE, lifecycle.in_service),
        ):
            self.on_waiting(waiting)
            await until_set(event, self.stopping)
            if self.failure is not None:
                raise OttlaError(self.failure)
        self.on_waiting(None)

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
            last_connection_serial=lambda: self.services.last_connection_serial,
            peers=self._peers,
        )
        self.services = Services(
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
            admit=coordination.admit,
            leader_throttle=self._throttles.leader,
        )
        limits = ConnectionLimits(limits_of(config))
        self._connection_limits = limits
        self._dispatcher = self._make_dispatcher(self.services, limits, self._storage_failed)
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
            incarnation_id=self._incarnation_id,
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

    async def stop(self, *, clean: bool = True) -> None:
        """Stop all parts; what was acknowledged is on disk when this returns.

        With `clean` false the broker goes as if its process were killed: it hands nothing over,
        and claims nothing about its files.
        """
        hands_over = clean and self._config.controlled_shutdown_enable
        if self._lifecycle is not None and hands_over:
            await self._lifecycle.shut_down(SHUTDOWN_TIMEOUT_S)
        await self._server.finish_accepting()
        self._server.stop_accepting()
        await self._housekeeping.stop()
        if self._candidate is not None:
            await self._candidate.stop()
        if self._lifecycle is not None:
            await self._lifecycle.stop()
        if self._replication is not None:
            await self._replication.stop()
        self._coordination.stop()
        self._server.close()
        if self._peers is not None:
            self._peers.close()
        await asyncio.sleep(0)  # let transports send what they have
        self._purgatory_timer.stop()
        await self._gateway.stop()
        await self._engine.close()
        epoch = self.services.image.offset
        if self._lifecycle is not None:
            epoch = self._lifecycle.clean_epoch
        self._logs.close(epoch, clean=clean)
        self._executor.shutdown()

    # what the parts tell

    def _metadata_changed(self, image: ClusterImage, delta: ImageDelta) -> None:
        self._follow_settings()
        self._replicas.apply(image, delta)
        if delta.brokers and self._replication is not None:
            self._replication.brokers_changed()
        self._coordination.follow(image, delta)

    def _create_partitions(self) -> None:
        """Make some of the partitions that were put off, and let coordinators know."""
        self._coordination.follow_topics(self._replicas.create_some())

    def _follow_settings(self) -> None:
        """Bring everybody's settings up to date with their dynamic values."""
        if self._gateway.config is not self.services.config:
            config = self.services.config = self._gateway.config
            self._topic_configs = TopicConfigs(config)
            self._connection_limits.limits = limits_of(config)
            self._coordination.follow_settings(config)
            self._group_commit.window_ms = config.ottla_flush_window_ms
            self._throttles.follow_settings(config)
            self._logs.upkeep.follow_settings(upkeep_settings(config))

    def _log_config_of(self, image: ClusterImage, topic: str) -> LogConfig:
        return self._topic_configs.log_config(image.config(ResourceType.TOPIC, topic))

    def _high_watermark_of(self, log: PartitionLog) -> int:
        partition = self._replicas.replica(log.topic, log.partition)
        return partition.high_watermark if partition is not None else log.log_end_offset

    def _storage_failed(self, partition: Partition, error: StorageError) -> None:
        self._logs.report_failure(self._logs.directory_of(partition.log), str(error))

    def _log_relocated(self, log: PartitionLog) -> None:
        partition = self._replicas.replica(log.topic, log.partition)
        if partition is not None and partition.log is log:
            partition.relocated(self._logs.directory_of(log))

    def _directory_failed(self, directory: LogDirectory, lost: list[PartitionLog]) -> None:
        _logger.error(
            "log directory %s is offline until a restart, with %d partitions: %s",
            directory.path,
            len(lost),
            directory.failure,
        )
        for log in lost:
            partition = self._replicas.replica(log.topic, log.partition)
            if partition is not None:
                partition.went_offline()
                if self._replication is not None:
                    self._replication.forget(partition)
        if not self._logs.has_online_directory():
            self.failure = f"every log directory is offline, the last was {directory.path}"
            self.stopping.set()

    def _registered(self, broker_epoch: int) -> None:
        """Write down that what is here belongs to this registration."""
        for directory in self._logs.directories:
            if directory.is_online:
                try:
                    directory.note_broker_epoch(broker_epoch)
                except StorageError as error:
                    self._logs.report_failure(directory, str(error))

    def _failed(self, error: Exception) -> None:
        """Stop the broker, since it cannot go on."""
        if self.failure is None:
            self.failure = str(error)
        self.stopping.set()

    def _stop_on_bug(self, error: BaseException) -> None:
        self.failure = f"housekeeping failed: {error!r}"
        self.stopping.set()


def _tell_nobody(_: Waiting | None) -> None:
    return


def _log_progress(opened: int, total: int) -> None:
    _logger.info("opened %d of %d partitions", opened, total)
