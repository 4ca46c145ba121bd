# SPDX-License-Identifier: Apache-2.0
"""The one way to change the cluster's state, whichever broker decides.

Handlers and the broker's own parts ask here. While this broker is the controller, its
`ActiveController` decides; else the question goes to the broker that is (`peers`), and before its
answer is passed on this broker reads the journal as far as it goes: whoever asked here sees here
what was answered. When nobody decides at the moment, the error is a retriable NOT_CONTROLLER.

The settings of this broker follow the image, since dynamic ones are part of it.

Used by handlers through `context.services.controller`; `app` starts and stops it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, TypeVar

from ottla.base.errors import OttlaError
from ottla.broker.active_controller import ActiveController
from ottla.broker.peers import CONTROL, HEARTBEAT
from ottla.controller.internal_topics import automatic_topic
from ottla.metadata.image import ResourceType
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.allocate_producer_ids import (
    AllocateProducerIdsRequest,
    AllocateProducerIdsResponse,
)
from ottla.protocol.messages.alter_partition import AlterPartitionResponse
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatResponse
from ottla.protocol.messages.broker_registration import BrokerRegistrationResponse
from ottla.protocol.messages.create_topics import CreateTopicsRequest, CreateTopicsResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ottla.base.clock import Clock
    from ottla.broker.config import BrokerConfig
    from ottla.broker.controller_upkeep import ControllerUpkeep
    from ottla.broker.liveness import Liveness
    from ottla.broker.metadata_log import MetadataLog
    from ottla.broker.peers import Peers
    from ottla.controller.brokers import BrokerFacts
    from ottla.controller.configs import ResourceChange, ResourceOutcome
    from ottla.controller.controller import Controller
    from ottla.controller.decision import Decision
    from ottla.controller.elections import ElectionOutcome, ElectionType
    from ottla.metadata.image import ClusterImage, ControllerImage, ImageDelta
    from ottla.net.client_connection import ResponseT
    from ottla.protocol.message import Message
    from ottla.protocol.messages.alter_partition import AlterPartitionRequest
    from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
    from ottla.protocol.messages.broker_registration import BrokerRegistrationRequest
    from ottla.protocol.messages.create_partitions import (
        CreatePartitionsTopic,
        CreatePartitionsTopicResult,
    )
    from ottla.protocol.messages.create_topics import CreatableTopic, CreatableTopicResult
    from ottla.protocol.messages.delete_topics import DeletableTopicResult, DeleteTopicState

_logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class ControllerGateway:
    """One broker's way to the controller; belongs to the event loop."""

    def __init__(
        self,
        *,
        log: MetadataLog,
        controller: Controller,
        config: BrokerConfig,
        clock: Clock,
        peers: Peers | None = None,
    ) -> None:
        self.config = config
        """The broker's settings with their dynamic values."""
        self.active: ActiveController | None = None
        """The term of this broker as the controller, while it lasts."""
        self.liveness: Liveness | None = None
        """Who is alive, during such a term in a cluster."""
        self.facts: BrokerFacts | None = None
        """What this broker says of itself in a cluster."""
        self._upkeep: ControllerUpkeep | None = None
        self.controller = controller
        self.log = log
        self._clock = clock
        self._peers = peers  # None for a broker that is alone
        self._producer_ids: range = range(0)
        self._producer_id_lock = asyncio.Lock()
        log.subscribe(self._image_changed)

    @property
    def image(self) -> ClusterImage:
        """The state as this broker has applied it."""
        return self.log.image

    @property
    def is_clustered(self) -> bool:
        """Whether there can be other brokers."""
        return self._peers is not None

    @property
    def controller_id(self) -> int:
        """The broker that decides, as clients are told."""
        if self._peers is None:
            return self.config.node_id
        known = self.image.controller
        return -1 if known is None else known.broker_id

    def subscribe(self, subscriber: Callable[[ClusterImage, ImageDelta], None]) -> None:
        """Have `subscriber(image, delta)` called after each change, before it is answered."""
        self.log.subscribe(subscriber)

    async def start_alone(self, facts: BrokerFacts) -> None:
        """Replay the journal, become the controller, and put this broker into service.

        For a broker that has nobody beside it. Raises StorageError.
        """
        await self.log.start()
        self.follow_settings()
        epoch = await self.log.engine.campaign(facts.broker_id)
        first = self.controller.bootstrap(self.image)
        image, _ = self.image.apply(first.records)
        registration = self.controller.register_broker(image, facts, image.next_offset)
        active = ActiveController(self.log, epoch, self._clock)
        await active.begin([*first.records, *registration.records])
        self.active = active

    def begin_term(
        self, active: ActiveController, liveness: Liveness, upkeep: ControllerUpkeep
    ) -> None:
        """Decide here from now on."""
        self.active, self.liveness, self._upkeep = active, liveness, upkeep

    def end_term(self) -> None:
        """Leave decisions to whoever is elected next."""
        self.active = self.liveness = self._upkeep = None

    async def stop(self) -> None:
        """Finish what waits and stop; the engine is closed by whoever opened it."""
        active, self.active = self.active, None
        if active is not None:
            await active.stop()
        await self.log.stop()

    async def create_topics(
        self, topics: Sequence[CreatableTopic], *, validate_only: bool = False
    ) -> list[CreatableTopicResult]:
        """Create topics."""
        return await self.change(
            lambda image: self.controller.create_topics(image, topics, validate_only=validate_only)
        )

    async def create_automatic_topics(self, names: Iterable[str]) -> list[CreatableTopicResult]:
        """Create topics that are needed and missing; names that exist are left out."""
        wanted = list(names)
        if self.active is not None or self._peers is None:
            return await self.change(
                lambda image: self.controller.create_automatic_topics(image, wanted)
            )
        image = self.image
        missing = [name for name in dict.fromkeys(wanted) if name not in image.topics_by_name]
        response = await self.ask(
            CreateTopicsRequest(
                topics=[automatic_topic(name, image, self.config) for name in missing],
                timeout_ms=self.config.request_timeout_ms,
            ),
            CreateTopicsResponse,
        )
        return [
            result
            for result in response.topics
            if result.error_code != ErrorCode.TOPIC_ALREADY_EXISTS
        ]

    async def delete_topics(self, topics: Sequence[DeleteTopicState]) -> list[DeletableTopicResult]:
        """Delete topics."""
        return await self.change(lambda image: self.controller.delete_topics(image, topics))

    async def create_partitions(
        self, topics: Sequence[CreatePartitionsTopic], *, validate_only: bool = False
    ) -> list[CreatePartitionsTopicResult]:
        """Add partitions to topics."""
        return await self.change(
            lambda image: self.controller.create_partitions(
                image, topics, validate_only=validate_only
            )
        )

    async def alter_configs(
        self, resources: Sequence[ResourceChange], *, validate_only: bool = False
    ) -> list[ResourceOutcome]:
        """Change dynamic settings."""
        return await self.change(
            lambda image: self.controller.alter_configs(
                image, resources, validate_only=validate_only
            )
        )

    async def elect_leaders(
        self, election_type: ElectionType, partitions: Sequence[tuple[str, int]] | None
    ) -> list[ElectionOutcome]:
        """Elect leaders as an operator asked."""
        return await self.change(
            lambda image: self.controller.elect_leaders(image, election_type, partitions)
        )

    async def next_producer_id(self) -> int:
        """Return a producer id that nobody else has or will get."""
        async with self._producer_id_lock:
            if not self._producer_ids:
                self._producer_ids = await self._next_producer_ids()
            producer_id = self._producer_ids[0]
            self._producer_ids = self._producer_ids[1:]
            return producer_id

    async def _next_producer_ids(self) -> range:
        if self.active is not None or self._peers is None:
            return await self.change(
                lambda image: self.controller.allocate_producer_ids(image, self.config.node_id)
            )
        known = self.image.brokers.get(self.config.node_id)
        response = await self.ask(
            AllocateProducerIdsRequest(
                broker_id=self.config.node_id,
                broker_epoch=-1 if known is None else known.broker_epoch,
            ),
            AllocateProducerIdsResponse,
        )
        if response.error_code:
            raise ApiError(ErrorCode.of(response.error_code))
        first = response.producer_id_start
        return range(first, first + response.producer_id_len)

    # among brokers

    async def register(self, request: BrokerRegistrationRequest) -> BrokerRegistrationResponse:
        """Register a broker with the controller; raises ApiError."""
        if self.liveness is not None:
            return await self.liveness.register(request)
        return await self.ask(request, BrokerRegistrationResponse)

    async def heartbeat(self, request: BrokerHeartbeatRequest) -> BrokerHeartbeatResponse:
        """Tell the controller that a broker is alive; raises ApiError."""
        if self.liveness is not None:
            return await self.liveness.heartbeat(request)
        return await self._ask_controller(request, BrokerHeartbeatResponse, HEARTBEAT)

    async def alter_partitions(self, request: AlterPartitionRequest) -> AlterPartitionResponse:
        """Propose in-sync sets; raises ApiError."""
        if self.active is not None:
            return await self.change(lambda image: self.controller.alter_partition(image, request))
        return await self._ask_controller(request, AlterPartitionResponse)

    async def change(self, decide: Callable[[ClusterImage], Decision[Answer]]) -> Answer:
        """Have this broker decide; raises ApiError NOT_CONTROLLER while it is not its turn."""
        if self.active is None:
            raise ApiError(ErrorCode.NOT_CONTROLLER, f"broker {self.controller_id} decides")
        return await self.active.change(decide)

    async def ask(self, request: Message, response_class: type[ResponseT]) -> ResponseT:
        """Ask the controller, which is another broker; raises ApiError when it cannot be reached.

        What it answered is in this broker's image as well.
        """
        response = await self._ask_controller(request, response_class)
        with contextlib.suppress(ApiError):  # it has been carried out, whatever is known here
            await self.catch_up()
        return response

    async def catch_up(self) -> None:
        """Bring this broker's image to where the journal is now; raises ApiError."""
        try:
            await self.log.catch_up()
        except OttlaError as error:
            raise ApiError(ErrorCode.NOT_CONTROLLER, str(error)) from error

    async def _ask_controller(
        self, request: Message, response_class: type[ResponseT], purpose: str = CONTROL
    ) -> ResponseT:
        if self._peers is None:
            raise ApiError(ErrorCode.NOT_CONTROLLER, "this broker is stopping")
        known = self.image.controller
        if known is not None and self.is_at_this_address(known):
            raise ApiError(ErrorCode.NOT_CONTROLLER, "no controller is elected at the moment")
        return await self._peers.ask_controller(request, response_class, purpose=purpose)

    def is_at_this_address(self, known: ControllerImage) -> bool:
        """Whether the controller is this process, or was one that is gone: this one has its door.

        Another process may have this broker's number by mistake; that one can be asked.
        """
        return known.broker_id == self.config.node_id and (
            self.facts is None or bool(set(known.endpoints).intersection(self.facts.endpoints))
        )

    def _image_changed(self, image: ClusterImage, delta: ImageDelta) -> None:  # noqa: ARG002 - a subscriber's signature
        if any(kind == ResourceType.BROKER for kind, _ in delta.configs):
            self.follow_settings()
        if delta.brokers and self._upkeep is not None:
            self._upkeep.brokers_changed()

    def follow_settings(self) -> None:
        """Bring the broker's settings up to date with the image."""
        for_all = self.image.config(ResourceType.BROKER, "")
        for_this = self.image.config(ResourceType.BROKER, str(self.config.node_id))
        if for_all == self.config.dynamic_default and for_this == self.config.dynamic_broker:
            return
        self.config = self.config.with_dynamic(for_all, for_this)
        for warning in self.config.warnings:
            _logger.warning("%s", warning)
        self.controller.settings = self.config
