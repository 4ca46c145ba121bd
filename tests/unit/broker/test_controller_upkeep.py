# SPDX-License-Identifier: Apache-2.0
"""What the controller does now and then: leader balance, unclean elections, internal topics."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from tests.unit.broker.cluster_bench import run

from ottla.broker.controller_upkeep import NEXT_ROUND_S, SETTLE_S, ControllerUpkeep
from ottla.controller.internal_topics import Growth
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import NoOpRecord

BALANCE_S, UNCLEAN_S = 300, 20


class Gateway:
    """Notes when each round came, and answers what the test says."""

    def __init__(self) -> None:
        self.config = SimpleNamespace(
            leader_imbalance_check_interval_seconds=BALANCE_S,
            metadata_max_idle_interval_ms=0,
            unclean_leader_election_interval_ms=UNCLEAN_S * 1000,
            auto_leader_rebalance_enable=True,
        )
        self.controller = SimpleNamespace(
            balance_leaders="balance", elect_leaderless="unclean", grow_internal_topics="grow"
        )
        self.rounds: list[tuple[str, float]] = []
        self.answers = {"balance": [False], "unclean": [None], "grow": [Growth(0, 0)]}
        """Of the next rounds; the last one stays."""

    async def change(self, decide):
        """Answer a round."""
        self.rounds.append((decide, asyncio.get_running_loop().time() - self.began))
        await asyncio.sleep(0)
        answers = self.answers[decide]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def times(self, kind):
        """Return when rounds of a kind came, in whole seconds."""
        return [round(at) for name, at in self.rounds if name == kind]


@pytest.fixture
def gateway():
    """Return a gateway that nobody has asked."""
    return Gateway()


def term(gateway, seconds, *, meanwhile=None):
    """Let a term last for a while."""

    async def scenario():
        gateway.began = asyncio.get_running_loop().time()
        upkeep = ControllerUpkeep(gateway)
        upkeep.begin()
        if meanwhile is not None:
            await meanwhile(upkeep)
        await asyncio.sleep(seconds)
        upkeep.end()
        rounds = len(gateway.rounds)
        await asyncio.sleep(10 * BALANCE_S)
        assert len(gateway.rounds) == rounds, "a round after the term"

    run(scenario())


def test_rounds_come_at_their_intervals(gateway):
    """Leaders every five minutes, unclean elections as the setting says, internal topics once."""
    term(gateway, 2 * BALANCE_S + 5)
    assert gateway.times("balance") == [BALANCE_S, 2 * BALANCE_S]
    assert gateway.times("unclean")[:3] == [UNCLEAN_S, 2 * UNCLEAN_S, 3 * UNCLEAN_S]
    assert gateway.times("grow") == [SETTLE_S]


def test_a_round_that_leaves_something_is_followed_by_another(gateway):
    """Shortly after, until nothing is left."""
    gateway.answers["balance"] = [True, True, False]
    gateway.answers["grow"] = [Growth(2, 0), Growth(0, 1), Growth(0, 0)]
    term(gateway, BALANCE_S + 10)
    assert gateway.times("balance") == [BALANCE_S + n * NEXT_ROUND_S for n in range(3)]
    assert gateway.times("grow") == [SETTLE_S + n * NEXT_ROUND_S for n in range(3)]


def test_leaders_stay_where_they_are_when_told_so(gateway):
    """auto.leader.rebalance.enable may change at any time."""
    gateway.config.auto_leader_rebalance_enable = False

    async def enable(upkeep):
        await asyncio.sleep(BALANCE_S + 10)
        gateway.config.auto_leader_rebalance_enable = True

    term(gateway, BALANCE_S, meanwhile=enable)
    assert gateway.times("balance") == [2 * BALANCE_S]


def test_brokers_that_come_put_the_look_off(gateway):
    """Others may come as well: one look after the last of them."""

    async def come(upkeep):
        for _ in range(3):
            await asyncio.sleep(SETTLE_S - 1)
            upkeep.brokers_changed()

    term(gateway, 60, meanwhile=come)
    assert gateway.times("grow") == [3 * (SETTLE_S - 1) + SETTLE_S]


def test_a_controller_gives_signs_of_life(gateway):
    """A record that says nothing, when nothing else was written for the interval."""
    gateway.config.metadata_max_idle_interval_ms = 500
    written = []
    change = gateway.change

    async def write(decide):
        if callable(decide):
            assert decide(None).records == [NoOpRecord()]
            written.append(asyncio.get_running_loop().time() - gateway.began)
            gateway.image.next_offset += 1
            return None
        return await change(decide)

    gateway.change = write
    gateway.image = SimpleNamespace(next_offset=10)

    async def others_write(upkeep):
        for _ in range(20):
            await asyncio.sleep(0.2)
            gateway.image.next_offset += 1
        assert written == []
        await asyncio.sleep(5)

    term(gateway, 0, meanwhile=others_write)
    assert 8 <= len(written) <= 11


def test_a_round_that_fails_is_not_the_last_one(gateway):
    """The engine was silent for a moment."""
    silent = ApiError(ErrorCode.NOT_CONTROLLER)
    gateway.answers["balance"] = [silent, False]
    gateway.answers["unclean"] = [silent, None]
    gateway.answers["grow"] = [silent]
    term(gateway, 2 * BALANCE_S + 5)
    assert len(gateway.times("unclean")) > 2
    assert len(gateway.times("balance")) >= 2
