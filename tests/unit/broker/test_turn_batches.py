# SPDX-License-Identifier: Apache-2.0
"""What goes to the same broker within one turn goes together."""

from __future__ import annotations

import asyncio

from tests.unit.broker.cluster_bench import run

from ottla.broker.turn_batches import TurnBatches


def test_one_sending_for_each_broker_and_turn():
    """Items keep their order; what comes in a later turn goes by itself."""
    sent = []

    async def send(broker_id, items):
        sent.append((broker_id, list(items)))

    async def scenario():
        batches = TurnBatches(send)
        batches.add(1, "a")
        batches.add(2, "b")
        batches.add(1, "c")
        assert sent == []
        await asyncio.sleep(0.1)
        batches.add(1, "d")
        await asyncio.sleep(0.1)

    run(scenario())
    assert sent == [(1, ["a", "c"]), (2, ["b"]), (1, ["d"])]


def test_a_slow_broker_holds_up_nobody():
    """While one sending waits for its answer, the next one leaves."""
    sent = []

    async def send(broker_id, items):
        sent.append(items)
        await asyncio.sleep(10)

    async def scenario():
        batches = TurnBatches(send)
        batches.add(1, "a")
        await asyncio.sleep(0.1)
        batches.add(1, "b")
        await asyncio.sleep(0.1)
        assert sent == [["a"], ["b"]]

    run(scenario())


def test_stopping_waits_for_no_answer():
    """Whatever is under way is cancelled."""
    ended = []

    async def send(broker_id, items):
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            ended.append(broker_id)
            raise

    async def scenario():
        batches = TurnBatches(send)
        batches.add(1, "a")
        await asyncio.sleep(0.1)
        batches.stop()
        await asyncio.sleep(0.1)
        assert ended == [1]

    run(scenario())
