# SPDX-License-Identifier: Apache-2.0
"""Who is alive, as the active controller finds out.

Three signs count: a heartbeat within the session time-out; the end of a heartbeat's connection,
after which the controller knocks at the broker's door (a refusal proves that the process is gone,
so a killed broker is fenced within milliseconds and a restarted one not at all); and, once at the
beginning of a term, the same knock at every door, since brokers may have died together with the
last controller.

Lives as long as one term; belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ottla.controller.membership import Membership
from ottla.protocol.errors import ApiError
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatResponse
from ottla.protocol.messages.broker_registration import BrokerRegistrationResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.base.clock import Clock
    from ottla.broker.active_controller import ActiveController
    from ottla.broker.peers import Peers
    from ottla.controller.controller import Controller
    from ottla.metadata.image import ClusterImage
    from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
    from ottla.protocol.messages.broker_registration import BrokerRegistrationRequest

_logger = logging.getLogger(__name__)

KNOCK_AGAIN_S = 0.05
"""A process that dies closes its connections a moment before its listener, or after it."""

KNOCKS = 3


class Liveness:
    """The sessions of all brokers, kept by the active controller."""

    def __init__(
        self,
        *,
        active: ActiveController,
        controller: Controller,
        peers: Peers,
        clock: Clock,
        image: Callable[[], ClusterImage],
        own_id: int,
        session_timeout_ms: int,
    ) -> None:
        self._image = image
        self._active = active
        self._controller = controller
        self._peers = peers
        self._clock = clock
        self._own_id = own_id
        self._membership = Membership(session_timeout_ms)
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = False
        self._is_fencing = False  # one decision at a time, for all who are overdue

    def begin(self) -> None:
        """Give everybody in service a session, and knock at their doors."""
        image = self._image()
        self._membership.start(image, self._clock.now_ms())
        for broker in image.brokers.values():
            if not broker.fenced and broker.broker_id != self._own_id:
                self._spawn_knock(broker.broker_id, knocks=1)
        self._arm()

    def end(self) -> None:
        """Watch nobody any more."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    # what brokers say

    async def register(self, asked: BrokerRegistrationRequest) -> BrokerRegistrationResponse:
        """Register a broker; raises ApiError."""
        epoch = await self._active.change(
            lambda image: self._controller.register(
                image,
                asked,
                offset=image.next_offset,
                is_alive=lambda broker_id: self._membership.is_alive(
                    broker_id, self._clock.now_ms()
                ),
            )
        )
        self._membership.heartbeat(asked.broker_id, self._clock.now_ms())
        self._arm()
        return BrokerRegistrationResponse(broker_epoch=epoch)

    async def heartbeat(self, asked: BrokerHeartbeatRequest) -> BrokerHeartbeatResponse:
        """Take note that a broker is alive, and grant what it wishes; raises ApiError."""
        known = self._image().brokers.get(asked.broker_id)
        if known is not None and known.broker_epoch == asked.broker_epoch:
            # It counts when it arrives: a slow engine makes nobody silent.
            self._membership.heartbeat(asked.broker_id, self._clock.now_ms())
            self._arm()
        granted = await self._active.change(lambda image: self._controller.heartbeat(image, asked))
        return BrokerHeartbeatResponse(
            is_caught_up=granted.is_caught_up,
            is_fenced=granted.is_fenced,
            should_shut_down=granted.should_shut_down,
        )

    def connection_lost(self, broker_id: int) -> None:
        """Find out whether a broker is gone whose connection ended."""
        if not self._is_over:
            self._spawn_knock(broker_id, knocks=KNOCKS)

    # finding out

    def _spawn_knock(self, broker_id: int, *, knocks: int) -> None:
        task = asyncio.get_running_loop().create_task(self._knock(broker_id, knocks))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _knock(self, broker_id: int, knocks: int) -> None:
        for number in range(knocks):
            if number:
                await asyncio.sleep(KNOCK_AGAIN_S)
            try:
                address = self._peers.address_of(broker_id)
            except ApiError:
                return
            if await self._peers.is_gone(address):
                _logger.warning("broker %s is gone: nobody listens at %s", broker_id, address)
                self._membership.died(broker_id, self._clock.now_ms())
                self._look()
                return

    def _arm(self) -> None:
        deadline_ms = self._membership.next_deadline_ms()
        if self._is_over or self._is_fencing or deadline_ms is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        delay_s = max(deadline_ms - self._clock.now_ms(), 0) / 1000 + 0.001
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._look)

    def _look(self) -> None:
        """Fence whoever is overdue."""
        if self._is_over:
            return
        overdue = self._membership.overdue(self._clock.now_ms())
        if overdue and not self._is_fencing:
            self._is_fencing = True
            task = asyncio.get_running_loop().create_task(self._fence(overdue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._arm()

    async def _fence(self, broker_ids: list[int]) -> None:
        try:
            fenced = await self._active.change(
                lambda image: self._controller.fence_brokers(image, broker_ids)
            )
        except ApiError as error:
            _logger.warning("brokers %s cannot be fenced: %s", broker_ids, error)
            return  # they stay overdue, and are looked at again
        finally:
            self._is_fencing = False
        now_ms = self._clock.now_ms()
        # All that were overdue: whoever went before it came into service was fenced already.
        self._membership.forget(
            broker_id
            for broker_id in broker_ids
            if not self._membership.is_alive(broker_id, now_ms)
        )
        self._look()  # whoever became overdue meanwhile
        if fenced:
            _logger.warning("fenced brokers %s: they were silent for too long or died", fenced)
