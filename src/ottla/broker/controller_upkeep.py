# SPDX-License-Identifier: Apache-2.0
"""What the active controller does by itself, now and then, besides watching over brokers.

    leader balance     every leader.imbalance.check.interval.seconds, while
                       auto.leader.rebalance.enable says so
    unclean elections  every unclean.leader.election.interval.ms, where topics allow them
    sign of life       a no-op record when nothing else was written for
                       metadata.max.idle.interval.ms: whoever gets no answer from this controller
                       can tell whether it is the only one
    internal topics    when brokers came into service: more replicas, as far as the cluster can
                       carry them by now

A round that leaves something to be done is followed by another one shortly after. Lives as long as
one term; belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from ottla.controller.decision import Decision
from ottla.protocol.errors import ApiError
from ottla.protocol.messages.cluster_metadata import NoOpRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.broker.controller_gateway import ControllerGateway
    from ottla.controller.internal_topics import Growth
    from ottla.metadata.image import ClusterImage

_logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

NEXT_ROUND_S = 1.0
SETTLE_S = 5.0
"""After a broker came into service: others may come as well, and replicas have to catch up."""


class ControllerUpkeep:
    """The rounds of one term."""

    def __init__(self, gateway: ControllerGateway) -> None:
        self._gateway = gateway
        self._seen_offset = -1  # where the journal ended when it was last looked at
        self._timers: dict[Callable[[], object], asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Begin the rounds."""
        config = self._gateway.config
        self._later(self._balance, config.leader_imbalance_check_interval_seconds)
        self._later(self._elect_leaderless, config.unclean_leader_election_interval_ms / 1000)
        self._say_something()
        self.brokers_changed()

    def brokers_changed(self) -> None:
        """Look soon whether internal topics can have more replicas."""
        self._later(self._grow, SETTLE_S)

    def end(self) -> None:
        """Leave the rest to the next controller."""
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()

    def _later(self, round_: Callable[[], object], delay_s: float) -> None:
        """Have a round begin after a while; what was planned for it before is forgotten."""
        planned = self._timers.pop(round_, None)
        if planned is not None:
            planned.cancel()
        loop = asyncio.get_running_loop()
        self._timers[round_] = loop.call_later(delay_s, round_)

    def _say_something(self) -> None:
        interval_ms = self._gateway.config.metadata_max_idle_interval_ms
        if not interval_ms:
            return
        next_offset = self._gateway.image.next_offset
        if next_offset != self._seen_offset:
            self._seen_offset = next_offset
            self._later(self._say_something, interval_ms / 1000)
            return

        def go_on(_: None) -> None:
            self._seen_offset = self._gateway.image.next_offset
            self._later(self._say_something, interval_ms / 1000)

        self._decide(lambda _: Decision([NoOpRecord()], None), go_on)

    def _balance(self) -> None:
        config = self._gateway.config
        interval_s = config.leader_imbalance_check_interval_seconds
        if not config.auto_leader_rebalance_enable:
            self._later(self._balance, interval_s)
            return
        controller = self._gateway.controller
        self._decide(
            controller.balance_leaders,
            lambda is_left: self._later(self._balance, NEXT_ROUND_S if is_left else interval_s),
        )

    def _elect_leaderless(self) -> None:
        interval_s = self._gateway.config.unclean_leader_election_interval_ms / 1000
        controller = self._gateway.controller
        self._decide(
            controller.elect_leaderless, lambda _: self._later(self._elect_leaderless, interval_s)
        )

    def _grow(self) -> None:
        controller = self._gateway.controller

        def go_on(growth: Growth | None) -> None:
            if growth is not None and growth.moving + growth.waiting:
                self._later(self._grow, NEXT_ROUND_S)

        self._decide(controller.grow_internal_topics, go_on)

    def _decide(
        self,
        decide: Callable[[ClusterImage], Decision[Answer]],
        go_on: Callable[[Answer | None], None],
    ) -> None:
        """Have one round decided, and call `go_on` with what it says; None when it failed."""

        async def decided() -> None:
            try:
                answer: Answer | None = await self._gateway.change(decide)
            except ApiError as error:
                _logger.info("the controller's upkeep has to wait: %s", error)
                answer = None
            go_on(answer)

        task = asyncio.get_running_loop().create_task(decided())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
