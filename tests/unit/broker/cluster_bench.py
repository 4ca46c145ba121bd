# SPDX-License-Identifier: Apache-2.0
"""Parts of a broker in a cluster: real controllers over one engine in memory, virtual time.

`run` drives a scenario on the simulated loop, so that waiting costs nothing. `Peers` stands for the
network: a test says who answers what, who is silent, and whose process is gone.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from ottla.base.clock import Moment
from ottla.broker.config import BrokerConfig
from ottla.broker.controller_candidate import ControllerCandidate
from ottla.broker.controller_gateway import ControllerGateway
from ottla.broker.metadata_log import MetadataLog
from ottla.controller.brokers import BrokerFacts
from ottla.controller.controller import Controller
from ottla.controller.features import SUPPORTED_FEATURES
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.metadata.image import BrokerEndpoint
from ottla.net.address import Address
from ottla.net.connection_errors import BrokerUnreachableError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.broker_registration import (
    BrokerRegistrationRequest,
    Feature,
    Listener,
)
from ottla.testing.simulation.loop import SimulatedLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

CLUSTER_ID = "cluster-of-tests-12345"


def run(scenario: Coroutine) -> object:
    """Run a scenario in virtual time; whatever it leaves running is cancelled."""
    loop = SimulatedLoop(random.Random(1))

    async def whole():
        try:
            return await scenario
        finally:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left)

    try:
        return loop.run_until_complete(whole())
    finally:
        loop.close()


async def until(condition: Callable[[], object], timeout_s: float = 60) -> None:
    """Return once something is true."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + timeout_s
    while not condition():
        assert loop.time() < deadline_s, "it never comes true"
        await asyncio.sleep(0.01)


class LoopClock:
    """The time of the running loop."""

    def now_ms(self) -> int:
        """Return the loop's time."""
        return int(asyncio.get_running_loop().time() * 1000)

    def wall_ms(self) -> int:
        """Return a time of day that goes with it."""
        return 1_700_000_000_000 + self.now_ms()

    def moment(self) -> Moment:
        """Return both."""
        return Moment(self.now_ms(), self.wall_ms())


def facts_of(broker_id: int) -> BrokerFacts:
    """Return what a broker says of itself."""
    endpoints = (BrokerEndpoint("PLAINTEXT", f"host{broker_id}", 9092, 0),)
    return BrokerFacts(broker_id, bytes([broker_id]) * 16, endpoints)


def registration_of(
    broker_id: int, *, host: str | None = None, incarnation: int | None = None, previous: int = -1
) -> BrokerRegistrationRequest:
    """Return what a broker announces itself with."""
    host = host or f"host{broker_id}"
    return BrokerRegistrationRequest(
        broker_id=broker_id,
        cluster_id=CLUSTER_ID,
        incarnation_id=bytes([incarnation or broker_id]) * 16,
        listeners=[Listener(name="PLAINTEXT", host=host, port=9092, security_protocol=0)],
        features=[
            Feature(name=name, min_supported_version=low, max_supported_version=high)
            for name, (low, high) in SUPPORTED_FEATURES.items()
        ],
        rack=None,
        log_dirs=[],
        previous_broker_epoch=previous,
    )


class Peers:
    """The network as a test wants it: answers by broker and kind of request."""

    listener = "PLAINTEXT"

    def __init__(self) -> None:
        self.gone: set[str] = set()
        """Hosts where nobody listens any more."""
        self.asked: list[tuple[str, object]] = []
        self.answers: dict[type, Callable[[object], object]] = {}
        """What is answered to a kind of request: an answer, or an exception to raise."""
        self.image = None
        self.knocks: list[str] = []

    def address_of(self, broker_id):
        """Return where a registered broker is."""
        broker = self.image().brokers.get(broker_id)
        if broker is None:
            raise ApiError(ErrorCode.BROKER_NOT_AVAILABLE)
        return Address(broker.endpoints[0].host, 9092)

    def address_of_controller(self):
        """Return where the controller is."""
        known = self.image().controller
        if known is None:
            raise ApiError(ErrorCode.NOT_CONTROLLER)
        return Address(known.endpoints[0].host, 9092)

    async def is_gone(self, address):
        """Knock."""
        self.knocks.append(address.host)
        await asyncio.sleep(0.001)
        return address.host in self.gone

    async def ask(self, address, request, response_class, *, purpose="control", timeout_ms=None):
        """Answer as the test said."""
        self.asked.append((address.host, request))
        await asyncio.sleep(0.001)
        if address.host in self.gone:
            raise BrokerUnreachableError(address, "refused", refused=True)
        outcome = self.answers[type(request)](request)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def ask_controller(self, request, response_class, *, timeout_ms=None):
        """Ask whoever decides."""
        address = self.address_of_controller()
        try:
            return await self.ask(address, request, response_class, timeout_ms=timeout_ms)
        except BrokerUnreachableError as error:
            raise ApiError(ErrorCode.NOT_CONTROLLER, str(error)) from error


class ClusterBroker:
    """The control plane of one broker: gateway, metadata log and candidate."""

    def __init__(self, cluster: MemoryCluster, broker_id: int, **settings: str) -> None:
        self.broker_id = broker_id
        self.engine = MemoryEngine(cluster)
        self.clock = LoopClock()
        self.config = BrokerConfig.load(
            {
                "node.id": str(broker_id),
                "listeners": "PLAINTEXT://127.0.0.1:0",
                **{k.replace("_", "."): v for k, v in settings.items()},
            }
        )
        self.peers = Peers()
        self.failures: list[Exception] = []
        self._ids = 0
        self.log = MetadataLog(
            engine=self.engine,
            copy=None,
            clock=self.clock,
            cluster_id=CLUSTER_ID,
            settings=self.config,
        )
        self.controller = Controller(self.config, random.Random(1), self._next_id)
        self.gateway = ControllerGateway(
            log=self.log,
            controller=self.controller,
            config=self.config,
            clock=self.clock,
            peers=self.peers,
        )
        self.peers.image = lambda: self.log.image
        self.candidate = ControllerCandidate(
            gateway=self.gateway,
            peers=self.peers,
            clock=self.clock,
            facts=facts_of(broker_id),
            failed=self.failures.append,
        )

    def _next_id(self):
        self._ids += 1
        return bytes([self.broker_id]) + self._ids.to_bytes(15, "big")

    @property
    def image(self):
        """The state as this broker has applied it."""
        return self.log.image

    async def start(self):
        """Read the journal, follow it, stand for election."""
        await self.log.start()
        self.gateway.follow_settings()
        self.log.follow()
        self.candidate.start()

    async def die(self):
        """Leave like a process that is killed: its engine's session ends."""
        await self.engine.close()
        await self.candidate.stop()
        await self.log.stop()
