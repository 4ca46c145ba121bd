# SPDX-License-Identifier: Apache-2.0
"""How a broker of a cluster comes into service, stays there and leaves it.

    register ──► heartbeat, fenced ──caught up──► in service ──► shutting down ──► gone
        ▲              (loads its logs meanwhile)     │
        └───── the controller knows it no more ◄──────┘

The broker tells the controller that it is alive (`broker.heartbeat.interval.ms`), and is told
whether it is in service. A controller that does not answer is looked for in the journal. When its
connection ends and its door is closed, its process is gone: then this broker deposes it, and
another is elected at once instead of after the end of a session with the engine.

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.metadata.journal import EngineRefused, EngineUnavailable
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
from ottla.protocol.messages.broker_registration import (
    BrokerRegistrationRequest,
    Feature,
    Listener,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.broker.controller_gateway import ControllerGateway
    from ottla.broker.peers import Peers
    from ottla.controller.brokers import BrokerFacts

_logger = logging.getLogger(__name__)

SILENCE_RATIO = 0.8
"""Part of a session after which a controller that neither answers nor writes is deposed."""

RETRY_PAUSE_S = 0.05
"""Before a controller that gave no answer is asked again."""

ELECTION_PATIENCE_S = 2.0
"""How long there may be no controller before that is worth a warning: one may just be elected."""

DUPLICATE_SESSIONS = 2
"""A dead broker's number is free after one session; a second one lets a controller be elected."""

REFUSED_FOR_GOOD = frozenset(
    (
        ErrorCode.INCONSISTENT_CLUSTER_ID,
        ErrorCode.UNSUPPORTED_VERSION,
        ErrorCode.INVALID_REGISTRATION,
    )
)

_UNKNOWN_TO_CONTROLLER = frozenset(
    (ErrorCode.STALE_BROKER_EPOCH, ErrorCode.BROKER_ID_NOT_REGISTERED)
)


class BrokerLifecycle:
    """One broker's dealings with the controller."""

    def __init__(
        self,
        *,
        gateway: ControllerGateway,
        peers: Peers,
        facts: BrokerFacts,
        cluster_id: str,
        previous_broker_epoch: int,
        on_registered: Callable[[int], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._on_registered = on_registered
        self._gateway = gateway
        self._peers = peers
        self._facts = facts
        self._cluster_id = cluster_id
        self._previous_broker_epoch = previous_broker_epoch
        self._failed = failed
        self._duplicate_since_s: float | None = None
        self._wants_fence = True  # until the logs are open
        self._wants_shutdown = False
        self._answered_s = 0.0  # when the controller last was heard, by the loop's clock
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.broker_epoch = -1
        """Epoch of this broker's registration."""
        self.registered = asyncio.Event()
        """Set once the controller has accepted this broker."""
        self.in_service = asyncio.Event()
        """Set while the controller says that this broker is not fenced."""
        self.may_stop = asyncio.Event()
        """Set once the controller says that nothing depends on this broker any more."""

    @property
    def clean_epoch(self) -> int:
        """The epoch to which a clean stop now testifies: that of the last registration."""
        return self.broker_epoch if self.registered.is_set() else self._previous_broker_epoch

    def start(self) -> None:
        """Register, and tell the controller from then on that this broker is alive."""
        self._answered_s = asyncio.get_running_loop().time()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def open_for_service(self) -> None:
        """Ask to be put into service: the logs are open."""
        self._wants_fence = False
        self._wake.set()

    async def shut_down(self, timeout_s: float) -> bool:
        """Hand over what this broker leads; False when that could not be finished in time."""
        if self._task is None or not self.registered.is_set():
            return True
        self._wants_shutdown = True
        self._wake.set()
        try:
            await asyncio.wait_for(self.may_stop.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        """Tell the controller nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    # inside

    async def _run(self) -> None:
        await self._register()
        interval_s = self._gateway.config.broker_heartbeat_interval_ms / 1000
        while True:
            self._wake.clear()
            try:
                await self._heartbeat()
                is_settled = self.in_service.is_set() and not self._wants_shutdown
                pause_s = interval_s if is_settled else RETRY_PAUSE_S
            except ApiError as error:
                if error.code in _UNKNOWN_TO_CONTROLLER:
                    _logger.warning("the controller knows this broker no more: registering again")
                    self.in_service.clear()
                    await asyncio.sleep(RETRY_PAUSE_S)  # each registration is a record
                    await self._register()
                    continue
                await self._missed(error)
                pause_s = RETRY_PAUSE_S
            try:
                await asyncio.wait_for(self._wake.wait(), pause_s)
            except TimeoutError:
                continue

    async def _register(self) -> None:
        facts = self._facts
        request = BrokerRegistrationRequest(
            broker_id=facts.broker_id,
            cluster_id=self._cluster_id,
            incarnation_id=facts.incarnation_id,
            listeners=[
                Listener(
                    name=e.name, host=e.host, port=e.port, security_protocol=e.security_protocol
                )
                for e in facts.endpoints
            ],
            features=[
                Feature(name=name, min_supported_version=low, max_supported_version=high)
                for name, (low, high) in facts.features.items()
            ],
            rack=facts.rack,
            log_dirs=list(facts.log_dirs),
            previous_broker_epoch=self._previous_broker_epoch,
        )
        last: str | None = None
        loop = asyncio.get_running_loop()
        patient_until_s = loop.time() + ELECTION_PATIENCE_S
        while True:
            try:
                response = await self._gateway.register(request)
                if response.error_code:
                    raise ApiError(ErrorCode.of(response.error_code))  # noqa: TRY301 - one way to wait
            except ApiError as error:
                if error.code in REFUSED_FOR_GOOD or self._is_duplicate_for_good(error):
                    self._failed(OttlaError(self._refusal(error)))
                    await asyncio.Event().wait()  # the broker is being stopped
                is_usual = error.code is ErrorCode.NOT_CONTROLLER and loop.time() < patient_until_s
                if str(error) != last and not is_usual:
                    last = str(error)
                    _logger.warning("not registered yet: %s", error)
                if error.code is not ErrorCode.DUPLICATE_BROKER_REGISTRATION:  # an answer, too
                    await self._missed(error)
                await asyncio.sleep(RETRY_PAUSE_S)
            else:
                self._duplicate_since_s = None
                self.broker_epoch = response.broker_epoch
                self._on_registered(response.broker_epoch)
                self.registered.set()
                return

    def _is_duplicate_for_good(self, error: ApiError) -> bool:
        """Whether another broker has had this one's number for longer than a dead one could."""
        if error.code is not ErrorCode.DUPLICATE_BROKER_REGISTRATION:
            return False
        now_s = asyncio.get_running_loop().time()
        if self._duplicate_since_s is None:
            self._duplicate_since_s = now_s
        patience_ms = DUPLICATE_SESSIONS * self._gateway.config.broker_session_timeout_ms
        return now_s - self._duplicate_since_s > patience_ms / 1000

    def _refusal(self, error: ApiError) -> str:
        """Return why this broker cannot be in the cluster, and what to do."""
        broker_id = self._facts.broker_id
        image = self._gateway.image
        if error.code is ErrorCode.DUPLICATE_BROKER_REGISTRATION:
            other = image.brokers.get(broker_id)
            places = [] if other is None else [f"{e.host}:{e.port}" for e in other.endpoints]
            return (
                f"another broker of the cluster has node id {broker_id}, at {', '.join(places)}: "
                "give this one another --node-id, or stop that one"
            )
        if error.code is ErrorCode.UNSUPPORTED_VERSION:
            unknown = [
                f"{name} {level} (known here: {low} to {high})"
                for name, level in image.features.items()
                for low, high in [self._facts.features.get(name, (0, 0))]
                if not low <= level <= high
            ]
            return (
                f"the cluster uses {', '.join(unknown) or 'features'} that this version of Ottla "
                "does not know: start a version that does"
            )
        if error.code is ErrorCode.INCONSISTENT_CLUSTER_ID:
            return (
                f"this broker belongs to cluster {self._cluster_id}, the controller that answers "
                "to another one: --cluster or the data folder is wrong"
            )
        return f"the controller refuses broker {broker_id}: {error.message or error}"

    async def _heartbeat(self) -> None:
        gateway = self._gateway
        request = BrokerHeartbeatRequest(
            broker_id=self._facts.broker_id,
            broker_epoch=self.broker_epoch,
            current_metadata_offset=gateway.image.offset,
            want_fence=self._wants_fence,
            want_shut_down=self._wants_shutdown,
        )
        try:
            async with asyncio.timeout(gateway.config.broker_session_timeout_ms / 3000):
                response = await gateway.heartbeat(request)
        except TimeoutError:
            raise ApiError(
                ErrorCode.REQUEST_TIMED_OUT, "the controller does not answer heartbeats"
            ) from None
        self._answered_s = asyncio.get_running_loop().time()
        if response.error_code:
            raise ApiError(ErrorCode.of(response.error_code))
        if response.is_fenced:
            self.in_service.clear()
        else:
            self.in_service.set()
        if response.should_shut_down:
            self.may_stop.set()

    def _is_silent(self) -> bool:
        """Whether neither a heartbeat was answered lately nor the journal has grown.

        A controller writes something now and then, if only that it is there. So one that is cut off
        from this broker alone is left in peace, and one that is frozen is not waited for.
        """
        config = self._gateway.config
        limit_ms = config.broker_session_timeout_ms * SILENCE_RATIO
        if not 0 < config.metadata_max_idle_interval_ms < limit_ms:
            return False  # controllers are told to be silent for that long
        heard_s = max(self._answered_s, self._gateway.log.grown_s)
        return asyncio.get_running_loop().time() - heard_s >= limit_ms / 1000

    async def _missed(self, error: ApiError) -> None:
        """Find out whether the controller is gone, and let another be elected then."""
        gateway = self._gateway
        known = gateway.image.controller
        if known is None or known.incarnation_id == self._facts.incarnation_id:
            return
        epoch = gateway.image.controller_epoch
        is_gone = gateway.is_at_this_address(known)
        try:
            if not is_gone:
                is_gone = await self._peers.is_gone(self._peers.address_of_controller())
        except ApiError:
            return
        is_gone = is_gone or self._is_silent()
        if not is_gone or gateway.image.controller_epoch != epoch:
            return
        _logger.warning("the controller, broker %s, is gone: %s", known.broker_id, error)
        try:
            await gateway.log.engine.depose(epoch)
        except (EngineUnavailable, EngineRefused):
            return
        await gateway.log.wait_changed(RETRY_PAUSE_S * 4)
