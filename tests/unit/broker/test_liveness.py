# SPDX-License-Identifier: Apache-2.0
"""Who is alive: heartbeats, connections that end, knocks at doors."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.broker.cluster_bench import ClusterBroker, registration_of, run, until

from ottla.metadata.engines.memory import MemoryCluster
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest

SESSION_S = 3.0


class Bench:
    """Broker 1 is the controller; the others are names that a test gives life."""

    async def start(self):
        """Elect broker 1."""
        self.one = ClusterBroker(MemoryCluster(), 1)
        await self.one.start()
        await until(lambda: self.one.gateway.liveness is not None)
        self.liveness = self.one.gateway.liveness
        self.peers = self.one.peers
        return self

    async def register(self, broker_id, **fields: object):
        """Let a broker announce itself; return its epoch."""
        response = await self.liveness.register(registration_of(broker_id, **fields))
        return response.broker_epoch

    async def beat(self, broker_id, **fields: object):
        """Let a broker send a heartbeat."""
        if "broker_epoch" not in fields:
            fields["broker_epoch"] = self.one.image.brokers[broker_id].broker_epoch
        fields.setdefault("current_metadata_offset", self.one.image.offset)
        return await self.liveness.heartbeat(
            BrokerHeartbeatRequest(broker_id=broker_id, want_fence=False, **fields)
        )

    async def serve(self, *broker_ids: int):
        """Register brokers and put them into service."""
        for broker_id in broker_ids:
            await self.register(broker_id)
            await self.beat(broker_id)
        return self

    def is_live(self, broker_id):
        """Whether a broker is in service."""
        return self.one.image.brokers[broker_id].is_live


@pytest.fixture
def bench():
    """Return a bench that has not started."""
    return Bench()


def test_registered_brokers_come_into_service_with_a_heartbeat(bench):
    """Fenced at first; in service once they have read their own registration."""

    async def scenario():
        await bench.start()
        epoch = await bench.register(2)
        assert not bench.is_live(2)
        granted = await bench.beat(2, current_metadata_offset=epoch - 1)
        assert (granted.is_caught_up, granted.is_fenced) == (False, True)
        granted = await bench.beat(2)
        assert (granted.is_caught_up, granted.is_fenced) == (True, False)
        assert bench.is_live(2)

    run(scenario())


def test_silence_for_a_session_fences(bench):
    """Not earlier; whoever goes on beating stays."""

    async def scenario():
        await (await bench.start()).serve(2, 3)
        loop = asyncio.get_running_loop()
        began = loop.time()
        while bench.is_live(2) or loop.time() - began < SESSION_S:
            assert bench.is_live(3)
            assert bench.is_live(2) or loop.time() - began >= SESSION_S
            await bench.beat(3)
            await asyncio.sleep(0.5)
        assert loop.time() - began < SESSION_S + 1
        await asyncio.sleep(SESSION_S / 2)
        assert bench.is_live(3)

    run(scenario())


def test_a_controller_that_stood_still_takes_nobody_for_silent(bench):
    """Heartbeats that came meanwhile are not read yet: everybody has a full session again."""

    async def scenario():
        await (await bench.start()).serve(2, 3)
        loop = asyncio.get_running_loop()
        loop.now += 2 * SESSION_S
        await asyncio.sleep(SESSION_S / 2)
        assert bench.is_live(2)
        await bench.beat(2)
        await asyncio.sleep(SESSION_S * 0.75)
        assert bench.is_live(2)
        assert not bench.is_live(3)  # it was silent for a session after the pause

    run(scenario())


def test_whoever_is_fenced_already_is_not_looked_at_for_ever(bench):
    """A broker that registers and falls silent is overdue, and there is nothing left to fence."""

    async def scenario():
        await bench.start()
        await bench.register(2)
        await asyncio.sleep(2 * SESSION_S)
        assert not bench.is_live(2)
        assert asyncio.get_running_loop().turn_count < 10_000

    run(scenario())


def test_a_fenced_broker_comes_back_with_a_heartbeat(bench):
    """It was paused: the same incarnation goes on."""

    async def scenario():
        await (await bench.start()).serve(2)
        await until(lambda: not bench.is_live(2))
        await bench.beat(2)
        assert bench.is_live(2)
        await until(lambda: not bench.is_live(2))  # and is watched again

    run(scenario())


def test_a_killed_broker_is_fenced_at_once(bench):
    """Its connection ended, and nobody listens at its door."""

    async def scenario():
        await (await bench.start()).serve(2)
        bench.peers.gone.add("host2")
        began = asyncio.get_running_loop().time()
        bench.liveness.connection_lost(2)
        await until(lambda: not bench.is_live(2))
        assert asyncio.get_running_loop().time() - began < 0.2

    run(scenario())


def test_a_door_that_closes_a_little_later_is_found_closed(bench):
    """A process that dies closes its connections a moment before its listener."""

    async def scenario():
        await (await bench.start()).serve(2)
        bench.liveness.connection_lost(2)
        await asyncio.sleep(0.02)
        bench.peers.gone.add("host2")
        began = asyncio.get_running_loop().time()
        await until(lambda: not bench.is_live(2))
        assert asyncio.get_running_loop().time() - began < 0.2

    run(scenario())


def test_a_lost_connection_alone_fences_nobody(bench):
    """The door is open: a network hiccup, or a restart that was quick."""

    async def scenario():
        await (await bench.start()).serve(2)
        bench.liveness.connection_lost(2)
        await asyncio.sleep(1)
        assert bench.is_live(2)
        assert bench.peers.knocks.count("host2") == 3

    run(scenario())


def test_a_connection_of_nobody_is_no_reason_to_knock(bench):
    """The broker was unregistered meanwhile."""

    async def scenario():
        await bench.start()
        bench.liveness.connection_lost(7)
        await asyncio.sleep(1)
        assert bench.peers.knocks == []

    run(scenario())


def test_a_new_controller_knocks_at_every_door(bench):
    """Brokers may have died with the last controller; the others get a full session."""

    async def scenario():
        await (await bench.start()).serve(2, 3)
        two = ClusterBroker(bench.one.engine.cluster, 4)
        two.peers.gone.add("host2")
        await two.start()
        await asyncio.sleep(0.5)
        await bench.one.die()
        await until(lambda: two.gateway.liveness is not None)
        await until(lambda: not two.image.brokers[2].is_live, timeout_s=1)
        assert two.image.brokers[3].is_live
        assert "host4" not in two.peers.knocks
        await until(lambda: not two.image.brokers[3].is_live, timeout_s=SESSION_S + 1)

    run(scenario())


def test_an_unknown_broker_and_an_old_epoch_are_refused(bench):
    """BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH; neither counts as a sign of life."""

    async def scenario():
        await (await bench.start()).serve(2)
        with pytest.raises(ApiError) as caught:
            await bench.beat(9, broker_epoch=1)
        assert caught.value.code == ErrorCode.BROKER_ID_NOT_REGISTERED
        for _ in range(8):
            await asyncio.sleep(0.5)
            with pytest.raises(ApiError) as caught:
                await bench.beat(2, broker_epoch=0)
            assert caught.value.code == ErrorCode.STALE_BROKER_EPOCH
        assert not bench.is_live(2)

    run(scenario())


def test_another_process_with_a_living_brokers_number_is_refused(bench):
    """DUPLICATE_BROKER_REGISTRATION, until the first one is known to be gone."""

    async def scenario():
        await (await bench.start()).serve(2)
        with pytest.raises(ApiError) as caught:
            await bench.register(2, host="elsewhere", incarnation=99)
        assert caught.value.code == ErrorCode.DUPLICATE_BROKER_REGISTRATION
        await until(lambda: not bench.is_live(2))
        assert await bench.register(2, host="elsewhere", incarnation=99) > 0

    run(scenario())


def test_another_process_with_the_controllers_own_number_is_refused(bench):
    """Nobody beats for the controller, and yet it is there; its own restart is no duplicate."""

    async def scenario():
        await bench.start()
        assert await bench.register(1, host="old place", incarnation=98) > 0  # before its restart
        assert await bench.register(1) > 0
        with pytest.raises(ApiError) as caught:
            await bench.register(1, host="elsewhere", incarnation=99)
        assert caught.value.code == ErrorCode.DUPLICATE_BROKER_REGISTRATION
        await asyncio.sleep(2 * SESSION_S)
        with pytest.raises(ApiError) as caught:
            await bench.register(1, host="elsewhere", incarnation=99)
        assert caught.value.code == ErrorCode.DUPLICATE_BROKER_REGISTRATION

    run(scenario())


def test_the_controller_before_has_to_show_itself_soon(bench):
    """It was deposed because it was silent: no second session for it."""

    async def scenario():
        await (await bench.start()).serve(2, 3)
        await bench.register(1)
        await bench.beat(1)
        two = ClusterBroker(bench.one.engine.cluster, 4)
        await two.start()
        await asyncio.sleep(0.5)
        await bench.one.die()
        began = asyncio.get_running_loop().time()
        await until(lambda: two.gateway.liveness is not None)
        await until(lambda: not two.image.brokers[1].is_live, timeout_s=SESSION_S / 2)
        assert asyncio.get_running_loop().time() - began < SESSION_S / 2
        assert two.image.brokers[2].is_live

    run(scenario())


def test_a_controller_that_stood_still_fences_nobody_for_it(bench):
    """Its own timers are late: whoever was not heard could not be heard."""

    async def scenario():
        await (await bench.start()).serve(2)
        one = bench.one
        frozen_until = one.clock.now_ms() + 20_000
        now_ms = one.clock.now_ms
        one.clock.now_ms = lambda: max(now_ms(), frozen_until)  # a stop of twenty seconds
        await asyncio.sleep(SESSION_S + 0.2)
        assert bench.is_live(2)
        one.clock.now_ms = now_ms

    run(scenario())


def test_bug_11_a_bounce_within_the_session_is_another_incarnation(bench):
    """Bug 11: restarted at once at the same address: a new epoch, and fenced until it has read."""

    async def scenario():
        await (await bench.start()).serve(2)
        before = bench.one.image.brokers[2].broker_epoch
        after = await bench.register(2, incarnation=99)
        assert after > before
        assert not bench.is_live(2)
        with pytest.raises(ApiError) as caught:
            await bench.beat(2, broker_epoch=before)
        assert caught.value.code == ErrorCode.STALE_BROKER_EPOCH

    run(scenario())


def test_a_slow_engine_makes_nobody_silent(bench):
    """A heartbeat counts when it arrives, however long its answer takes."""

    async def scenario():
        await (await bench.start()).serve(2)
        append = bench.one.engine.append

        async def slow(records, **where: object):
            await asyncio.sleep(2 * SESSION_S)
            return await append(records, **where)

        bench.one.engine.append = slow
        waiting = asyncio.ensure_future(bench.register(3))
        beats = []
        for _ in range(12):
            beats.append(asyncio.ensure_future(bench.beat(2)))
            await asyncio.sleep(0.5)
        await waiting
        await asyncio.gather(*beats)
        assert bench.is_live(2)

    run(scenario())


def test_after_the_term_nobody_is_watched(bench):
    """Another controller has the word."""

    async def scenario():
        await (await bench.start()).serve(2)
        bench.liveness.end()
        bench.peers.gone.add("host2")
        bench.liveness.connection_lost(2)
        await asyncio.sleep(3 * SESSION_S)
        assert bench.is_live(2)

    run(scenario())
