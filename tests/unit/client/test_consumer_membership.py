# SPDX-License-Identifier: Apache-2.0
"""What a member of the consumer protocol tells its broker, and when."""

from __future__ import annotations

import asyncio
from itertools import repeat
from types import SimpleNamespace

from ottla.client.consumer_membership import ConsumerMembership
from ottla.client.membership import MembershipSettings
from ottla.client.metadata import ClusterMetadata
from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatResponse

HOUR_MS = 3_600_000


class FakeCoordinator:
    """Keeps heartbeats, and answers each when the test says so."""

    def __init__(self) -> None:
        self.cluster = SimpleNamespace(
            settings=SimpleNamespace(request_timeout_ms=1_000),
            metadata=ClusterMetadata(),
            pauses=lambda: repeat(0.001),
        )
        self.heartbeats = asyncio.Queue()
        self.answers = asyncio.Queue()

    async def opened(self):
        """Return a connection that can say its version."""
        return SimpleNamespace(version_for=lambda _: 1)

    async def ask(self, request, response_class, *, at_most, timeout_ms):
        """Keep the question and wait for the answer."""
        self.heartbeats.put_nowait(request)
        return await self.answers.get()

    def answer(self, epoch):
        """Answer one heartbeat; the next is due in an hour."""
        self.answers.put_nowait(
            ConsumerGroupHeartbeatResponse(
                member_id="m", member_epoch=epoch, heartbeat_interval_ms=HOUR_MS
            )
        )


def test_topics_that_change_while_a_heartbeat_is_answered():
    """The answer is to the topics of before: the new ones are told at once, and only once."""

    async def scenario():
        coordinator = FakeCoordinator()
        owner = SimpleNamespace(progress=lambda: None, wake=lambda: None)
        settings = MembershipSettings(group_id="g", topics=("a",))
        membership = ConsumerMembership(coordinator, settings, owner)
        try:
            joining = await coordinator.heartbeats.get()
            membership.subscribe(("a", "b"))
            coordinator.answer(1)
            following = await asyncio.wait_for(coordinator.heartbeats.get(), 10)
            coordinator.answer(1)
            membership._now.set()
            last = await asyncio.wait_for(coordinator.heartbeats.get(), 10)
        finally:
            membership._heartbeats.cancel()
        assert joining.subscribed_topic_names == ["a"]
        assert following.subscribed_topic_names == ["a", "b"]
        assert following.member_epoch == 1
        assert last.subscribed_topic_names is None

    asyncio.run(scenario())
