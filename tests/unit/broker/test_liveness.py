# SPDX-License-Identifier: Apache-2.0
"""The controller's sessions: whoever is silent is fenced, once."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ottla.broker.liveness import Liveness
from ottla.controller.decision import Decision
from ottla.metadata.image import ClusterImage
from ottla.protocol.messages.broker_registration import BrokerRegistrationRequest

pytestmark = pytest.mark.asyncio

IMAGE = ClusterImage("x")


class Active:
    """Takes every decision at once and counts them."""

    def __init__(self) -> None:
        self.count = 0

    async def change(self, decide):
        """Decide."""
        self.count += 1
        return decide(IMAGE).answer


class Peers:
    """Nobody is there."""

    def address_of(self, broker_id):
        """Return any address."""
        return broker_id

    async def is_gone(self, _address):
        """Say that nobody listens."""
        return True


async def test_a_broker_that_dies_before_it_is_in_service_is_looked_at_once():
    """It is fenced already, so there is nothing to decide: the controller forgets it."""
    active = Active()
    controller = SimpleNamespace(
        register=lambda image, asked, **_: Decision([], 5),
        fence_brokers=lambda image, broker_ids: Decision([], []),
    )
    liveness = Liveness(
        active=active,
        controller=controller,
        peers=Peers(),
        clock=SimpleNamespace(now_ms=lambda: 1_000),
        image=lambda: IMAGE,
        own_id=2,
        session_timeout_ms=3_000,
    )
    await liveness.register(BrokerRegistrationRequest(broker_id=1))
    liveness.connection_lost(1)
    for _ in range(50):
        await asyncio.sleep(0)
    liveness.end()
    assert active.count == 2, "the registration, and one look"
