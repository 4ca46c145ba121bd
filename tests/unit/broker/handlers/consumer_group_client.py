# SPDX-License-Identifier: Apache-2.0
"""A client that sends requests of the consumer protocol through their bytes to the handlers."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

from tests.unit.coordinators.group.consumer_world import World

from ottla.broker.handlers import HANDLER_BY_KEY
from ottla.coordinators.pending import outcome_of


class ConsumerGroupClient:
    """Talks to a coordinator with one topic, `t`, of two partitions."""

    def __init__(self) -> None:
        self.world = World()
        self.topic_id = self.world.create_topic("t", 2)

    def ask(self, request, version):
        """Send a request; return its answer as it comes out of its bytes."""
        handler = HANDLER_BY_KEY[request.API_KEY]
        assert version in handler.versions
        module = importlib.import_module(f"ottla.broker.handlers.{handler.module}")
        assert module.REQUEST is type(request)
        assert handler.versions == module.VERSIONS
        context = SimpleNamespace(
            header=SimpleNamespace(api_version=version, client_id="rdkafka"),
            connection=SimpleNamespace(peer_host="192.0.2.9"),
            services=SimpleNamespace(groups=self.world.groups),
            moment=self.world.moment,
        )
        asked = type(request).decode(request.encode(version), version)
        answer = outcome_of(lambda: module.handle(asked, context)).otherwise(
            lambda error: self._refused(request, error)
        )
        value = answer.value
        return type(value).decode(value.encode(version), version)

    def _refused(self, request, error):
        """Return what the dispatcher makes of an error."""
        module = importlib.import_module(type(request).__module__)
        response = getattr(module, type(request).__name__.replace("Request", "Response"))
        return response(error_code=error.code, error_message=error.message)
