# SPDX-License-Identifier: Apache-2.0
"""What a start waits for."""

from __future__ import annotations

import asyncio
import logging

import pytest

from ottla.broker import starting
from ottla.broker.starting import until_answered, until_set
from ottla.metadata.journal import EngineRefused, EngineUnavailable


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(starting, "RETRY_PAUSE_S", 0)


def test_an_engine_that_is_late(caplog):
    """It is asked until it answers, and that is said once."""
    answers = [EngineUnavailable("etcd is silent"), EngineUnavailable("still"), "id"]

    async def ask():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(until_answered(ask)) == "id"
    assert caplog.messages == ["waiting for the metadata engine: etcd is silent"]


def test_a_refusal_is_no_silence():
    """Wrong credentials do not get better by asking again."""

    async def ask():
        raise EngineRefused("etcd does not let this broker in")

    with pytest.raises(EngineRefused):
        asyncio.run(until_answered(ask))


@pytest.mark.parametrize("which", ["event", "stopping"])
def test_whichever_comes_first(which):
    """Being told to stop ends the wait as well, and no task is left behind."""

    async def scenario():
        events = {"event": asyncio.Event(), "stopping": asyncio.Event()}
        asyncio.get_running_loop().call_soon(events[which].set)
        await until_set(events["event"], events["stopping"])
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())
