# SPDX-License-Identifier: Apache-2.0
"""Stands for election as long as the broker runs, and begins and ends its terms.

    campaign ──elected──► read the journal to its end ──► first records ──► decide
       ▲                                                                      │
       └──────────── fenced, silent engine, or the broker stops ◄─────────────┘

Every candidate follows the journal all the time, so a term begins as soon as the tail is read: how
many partitions there are does not matter. The first record of a term says who decides now, and
everybody who follows the journal learns it from there.

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.broker.active_controller import ActiveController
from ottla.broker.controller_upkeep import ControllerUpkeep
from ottla.broker.liveness import Liveness
from ottla.metadata.image import ControllerImage
from ottla.metadata.journal import (
    ControllerFenced,
    EngineRefused,
    EngineUnavailable,
    JournalConflict,
)
from ottla.metadata.snapshot import controller_record
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.base.clock import Clock
    from ottla.broker.controller_gateway import ControllerGateway
    from ottla.broker.peers import Peers
    from ottla.controller.brokers import BrokerFacts

_logger = logging.getLogger(__name__)

DEPOSE_TIMEOUT_S = 1.0
"""How long leaving the office may take."""

RETRY_PAUSE_S = 0.2
"""Before campaigning again after the engine did not answer."""


class ControllerCandidate:
    """One broker's claim to decide."""

    def __init__(
        self,
        *,
        gateway: ControllerGateway,
        peers: Peers,
        clock: Clock,
        facts: BrokerFacts,
        failed: Callable[[Exception], None],
    ) -> None:
        self._gateway = gateway
        self._log = gateway.log
        self._engine = gateway.log.engine
        self._peers = peers
        self._clock = clock
        self._facts = facts
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Campaign from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Give up the office, so that another is elected at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            try:
                epoch = await self._engine.campaign(self._facts.broker_id)
                _logger.info("elected controller in epoch %s", epoch)
                await self._serve(epoch)
            except (ControllerFenced, EngineUnavailable, JournalConflict) as error:
                _logger.info("the office of the controller is lost: %s", error)
                await asyncio.sleep(RETRY_PAUSE_S)
            except OttlaError as error:
                self._failed(error)
                return

    async def _serve(self, epoch: int) -> None:
        """Serve one term, to its end."""
        gateway = self._gateway
        active = ActiveController(self._log, epoch, self._clock)
        liveness: Liveness | None = None
        upkeep = ControllerUpkeep(gateway)
        try:
            await self._log.catch_up()
            before = self._log.image.controller
            first = gateway.controller.bootstrap(self._log.image)
            facts = self._facts
            claim = ControllerImage(facts.broker_id, facts.incarnation_id, facts.endpoints)
            await active.begin([*first.records, controller_record(claim)])
            liveness = Liveness(
                active=active,
                controller=gateway.controller,
                peers=self._peers,
                clock=self._clock,
                image=lambda: self._log.image,
                own_id=facts.broker_id,
                predecessor_id=None if before is None else before.broker_id,
                session_timeout_ms=gateway.config.broker_session_timeout_ms,
            )
            liveness.begin()
            gateway.begin_term(active, liveness, upkeep)
            upkeep.begin()
            await self._wait_for_end(active, epoch)
            if active.failure is not None:
                self._failed(active.failure)
        finally:
            gateway.end_term()
            upkeep.end()
            if liveness is not None:
                liveness.end()
            active.end(ApiError(ErrorCode.NOT_CONTROLLER, "this broker decides no more"))
            # An engine that is out of reach ends the epoch with the session. `wait_for` would lose
            # (before Python 3.12) the cancellation of a broker that stops just now.
            with contextlib.suppress(EngineUnavailable, EngineRefused, TimeoutError):
                async with asyncio.timeout(DEPOSE_TIMEOUT_S):
                    await self._engine.depose(epoch)
            await active.stop()

    async def _wait_for_end(self, active: ActiveController, epoch: int) -> None:
        loop = asyncio.get_running_loop()
        waits = [
            loop.create_task(active.over.wait()),
            loop.create_task(self._engine.wait_deposed(epoch)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
