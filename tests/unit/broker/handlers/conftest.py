# SPDX-License-Identifier: Apache-2.0
"""`admin`: handlers on a real gateway over an engine in memory; `group_world`: with groups.

`admin.ask` sends a request through its bytes in a version, runs the handler, and returns the
answer through its bytes: what a version cannot say is not seen. `group_world.client()` does the
same on a connection, where an answer may come later.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import random
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.unit.coordinators.group.group_world import GroupWorld

from ottla.base.clock import ManualClock
from ottla.broker.config import BrokerConfig
from ottla.broker.controller_gateway import ControllerGateway
from ottla.broker.handlers import HANDLER_BY_KEY
from ottla.broker.metadata_log import MetadataLog
from ottla.controller.brokers import BrokerFacts
from ottla.controller.controller import Controller
from ottla.controller.decision import Decision
from ottla.metadata.engines.memory import MemoryEngine
from ottla.metadata.image import BrokerEndpoint
from ottla.protocol.messages.create_topics import CreatableTopic

if TYPE_CHECKING:
    from ottla.protocol.message import Message

FACTS = BrokerFacts(1, b"i" * 16, (BrokerEndpoint("PLAINTEXT", "registered", 9092, 0),))


class Admin:
    """One broker's control plane without sockets."""

    def __init__(self, **settings: str) -> None:
        config = BrokerConfig.load({k.replace("_", "."): v for k, v in settings.items()})
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.ids = 0
        self.engine = MemoryEngine()
        self.gateway = self.runner.run(self._start(config))
        self.connection = SimpleNamespace(
            listener="PLAINTEXT", local_host="192.0.2.7", local_port=19092
        )

    async def _start(self, config):
        gateway = ControllerGateway(
            log=MetadataLog(
                engine=self.engine,
                copy=None,
                clock=self.clock,
                cluster_id="cluster-of-tests-12345",
                settings=config,
            ),
            controller=Controller(config, random.Random(1), self._next_id),
            config=config,
            clock=self.clock,
        )
        await gateway.start_alone(FACTS)
        return gateway

    def _next_id(self):
        self.ids += 1
        return self.ids.to_bytes(16, "big")

    @property
    def image(self):
        """The present state."""
        return self.gateway.image

    def ask(self, request, version):
        """Send a request; return its answer."""
        handler = HANDLER_BY_KEY[request.API_KEY]
        assert version in handler.versions
        module = importlib.import_module(f"ottla.broker.handlers.{handler.module}")
        assert module.REQUEST is type(request)
        assert handler.versions == module.VERSIONS
        context = SimpleNamespace(
            header=SimpleNamespace(api_version=version),
            connection=self.connection,
            services=_Services(self.gateway),
            now_ms=0,
        )
        outcome = module.handle(type(request).decode(request.encode(version), version), context)
        if inspect.isawaitable(outcome):

            async def wait():
                return await outcome

            outcome = self.runner.run(wait())
        return type(outcome).decode(outcome.encode(version), version)

    def apply(self, *records: Message):
        """Change the cluster by hand, through the journal."""
        self.runner.run(self.gateway.change(lambda _: Decision(list(records), None)))

    def create(self, name, partitions=1, **fields: object):
        """Create a topic; return its id."""
        topic = CreatableTopic(name=name, num_partitions=partitions, replication_factor=1, **fields)
        (result,) = self.runner.run(self.gateway.create_topics([topic]))
        assert result.error_code == 0, result
        return result.topic_id

    def break_journal(self):
        """Let every further append fail."""
        from ottla.base.errors import StorageError

        async def fail(records, **where: object):
            raise StorageError("the disk is gone")

        self.engine.append = fail

    def close(self):
        """Stop the gateway."""
        self.runner.run(self.gateway.stop())
        self.runner.close()


class _Services:
    """What handlers of the control plane see of the broker."""

    def __init__(self, gateway) -> None:
        self.controller = gateway

    @property
    def image(self):
        """The present image, as `Services.image` is."""
        return self.controller.image

    @property
    def config(self):
        """The present settings."""
        return self.controller.config


@pytest.fixture
def admin_with():
    """Return the way to make brokers with other settings."""
    made = []

    def make(**settings: str):
        made.append(Admin(**settings))
        return made[-1]

    yield make
    for admin in made:
        admin.close()


@pytest.fixture
def admin(admin_with):
    """Return a broker with default settings."""
    return admin_with()


@pytest.fixture
def group_world(world):
    """Return a group coordinator in memory behind the dispatcher of a world."""
    groups = GroupWorld()
    groups.clock = world.clock
    groups.client = world.client
    groups.services = world.services
    groups.services.groups = groups.groups
    groups.services.image = groups.image
    return groups
