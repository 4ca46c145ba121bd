# SPDX-License-Identifier: Apache-2.0
"""Handlers of transactions on a coordinator in memory, asked through the bytes of a version."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from types import SimpleNamespace
from typing import Any

from tests.unit.coordinators.transaction.world import GROUP_PARTITIONS, World

from ottla.broker.handlers import HANDLER_BY_KEY
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest

TOPICS = {"a": 2, "b": 1, "__consumer_offsets": 3, "__transaction_state": 1}


class Handlers:
    """What a client of the transaction coordinator sees; markers are the test's business."""

    def __init__(self) -> None:
        self.world = World()
        self.marker_writer: Any = None
        self.topics = dict(TOPICS)

    async def _create(self, names: list[str]) -> None:
        self.topics |= dict.fromkeys(names, GROUP_PARTITIONS)
        self.world.coordinator.follow_image(self.world.image)

    def ask(self, request: Any, version: int, serial: int = 1) -> Any:
        """Send a request over a connection; return its answer, or None while it waits."""
        handler = HANDLER_BY_KEY[request.API_KEY]
        assert version in handler.versions
        module = importlib.import_module(f"ottla.broker.handlers.{handler.module}")
        assert module.REQUEST is type(request)
        assert handler.versions == module.VERSIONS
        self.world.newest_serial = max(self.world.newest_serial, serial)
        context = SimpleNamespace(
            header=SimpleNamespace(api_version=version),
            connection=SimpleNamespace(serial=serial),
            services=SimpleNamespace(
                transactions=self.world.coordinator,
                marker_writer=self.marker_writer,
                image=SimpleNamespace(partition=_partition, topics_by_name=self.topics),
                controller=SimpleNamespace(create_automatic_topics=self._create),
            ),
            moment=self.world.moment,
        )
        outcome = module.handle(type(request).decode(request.encode(version), version), context)
        if inspect.isawaitable(outcome):
            outcome = Pending.of(asyncio.run(_wait_for(outcome)))
        assert isinstance(outcome, Pending)
        if not outcome.is_done:
            return None
        return type(outcome.value).decode(outcome.value.encode(version), version)

    def init(self, name: str = "t") -> ProducerIdentity:
        """Return a producer that has been initialised."""
        request = InitProducerIdRequest(transactional_id=name, transaction_timeout_ms=60_000)
        response = self.ask(request, 5)
        assert response.error_code == ErrorCode.NONE
        return ProducerIdentity(response.producer_id, response.producer_epoch)


def _partition(topic: str, index: int) -> object | None:
    return object() if 0 <= index < TOPICS.get(topic, 0) else None


async def _wait_for(outcome: Any) -> Any:
    return await outcome
