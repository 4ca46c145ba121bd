# SPDX-License-Identifier: Apache-2.0
"""Runs a measurement with the public client: makes the topic, measures, deletes the topic.

Ctrl-C cancels the measurement. What was counted so far is the result then, and the temporary topic
is deleted all the same.
"""

from __future__ import annotations

import asyncio
import struct
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from ottla.aio import Admin, Consumer, Producer
from ottla.cli.bench.plan import Kind, make_values
from ottla.cli.bench.result import Result
from ottla.cli.bench.ticker import Ticker
from ottla.cli.session import explain
from ottla.client.errors import ClientError
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.cli.bench.plan import Plan
    from ottla.client.delivery import Delivery

RUN_RECORDS: Final = 50
"""So many records are handed over before others get a turn: the producer's own task among them."""

PACE_S: Final = 0.001
LAST_RECORDS_S: Final = 5.0
"""How long the reader may wait for the next record once all are sent."""

DELIVERY_TIMEOUT_MS: Final = 30_000

STAMP: Final = struct.Struct(">8sQ")
"""How a record of an end-to-end measurement begins: whose it is, and when it was sent."""


async def run(bootstrap: Sequence[str], plan: Plan) -> Result:
    """Measure; raises ClientError and ApiError."""
    result = Result(plan)
    may_exist = False
    async with Admin(bootstrap) as admin:
        try:
            if plan.is_temporary:
                may_exist = True  # even when no answer comes
                await admin.create_topic(plan.topic, plan.partitions, plan.replication_factor)
                result.partitions = plan.partitions
            else:
                result.partitions = len((await admin.describe_topic(plan.topic)).partitions)
            await _MEASURES[plan.kind](bootstrap, plan, result)
        except asyncio.CancelledError:
            result.is_interrupted = True
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
        finally:
            if may_exist:
                await _delete(admin, plan.topic)
    return result


async def _delete(admin: Admin, topic: str) -> None:
    """Delete the temporary topic; what went wrong before is what is reported as the error."""
    try:
        await admin.delete_topics([topic])
    except ApiError as error:
        if error.code is not ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            click.echo(
                f"ottla: the topic {topic!r} could not be deleted: {explain(error)}", err=True
            )
    except ClientError as error:
        click.echo(f"ottla: the topic {topic!r} may still be there: {explain(error)}", err=True)


class _Sending:
    """Sends the records of a plan and counts what is acknowledged."""

    def __init__(self, producer: Producer, plan: Plan, result: Result) -> None:
        self._producer = producer
        self._plan = plan
        self._result = result
        self._values = make_values(plan.record_size)
        self._error: Exception | None = None
        self.started = time.perf_counter()
        self.ended = self.started

    async def run(self, ticker: Ticker, tag: bytes | None = None) -> None:
        """Send until it is enough, and wait for what is under way; raises the first failure."""
        plan, result = self._plan, self._result
        await self._producer.make_ready(plan.topic)
        self.started = self.ended = time.perf_counter()
        while not plan.is_enough(result.sent, time.perf_counter() - self.started):
            if self._error is not None:
                raise self._error
            count = self._due(result.sent)
            for _ in range(count):
                await self._send(tag)
            ticker.show(result.records)
            await asyncio.sleep(PACE_S if plan.rate is not None and count == 0 else 0)
        await self._producer.flush()
        if self._error is not None:
            raise self._error

    def _due(self, sent: int) -> int:
        """Return how many records may leave now."""
        due = RUN_RECORDS
        if self._plan.rate is not None:
            elapsed_s = time.perf_counter() - self.started
            due = min(due, int(elapsed_s * self._plan.rate) + 1 - sent)
        if self._plan.records is not None:
            due = min(due, self._plan.records - sent)
        return max(0, due)

    async def _send(self, tag: bytes | None) -> None:
        result = self._result
        value = self._values[result.sent % len(self._values)]
        sent_at = time.perf_counter()
        if tag is not None:
            value = STAMP.pack(tag, time.perf_counter_ns()) + value[STAMP.size :]
        delivery = await self._producer.send(self._plan.topic, value)
        result.sent += 1
        delivery.add_callback(partial(self._on_outcome, sent_at))

    def _on_outcome(self, sent_at: float, delivery: Delivery) -> None:
        error = delivery.exception()
        if error is not None:
            self._error = self._error or error
            return
        self.ended = time.perf_counter()
        result = self._result
        result.records += 1
        result.size_bytes += self._plan.record_size
        result.seconds = self.ended - self.started
        result.acknowledged.add(self.ended - sent_at)


def _producer(bootstrap: Sequence[str], plan: Plan) -> Producer:
    return Producer(
        bootstrap,
        client_id="ottla-bench",
        acks=plan.acks,
        compression_type=plan.compression,
        batch_size=plan.batch_size,
        linger_ms=plan.linger_ms,
        delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
    )


async def _produce(bootstrap: Sequence[str], plan: Plan, result: Result) -> None:
    async with _producer(bootstrap, plan) as producer:
        with Ticker("producing", plan) as ticker:
            await _Sending(producer, plan, result).run(ticker)


async def _consume(bootstrap: Sequence[str], plan: Plan, result: Result) -> None:
    if plan.is_temporary:
        # What is read must be there first; how long that takes is not measured.
        filling = replace(plan, kind=Kind.PRODUCE, seconds=None)
        await _fill(bootstrap, filling)
    asked_at = time.perf_counter()
    async with Consumer(
        plan.topic,
        bootstrap_servers=bootstrap,
        client_id="ottla-bench",
        from_beginning=True,
        stop_at_end=True,
        allow_auto_create_topics=False,
    ) as consumer:
        started = time.perf_counter()
        with Ticker("consuming", plan) as ticker:
            async for batch in consumer.batches():
                if result.first_record_s is None:
                    result.first_record_s = time.perf_counter() - asked_at
                result.size_bytes += sum(
                    len(record.value or b"") + len(record.key or b"") for record in batch
                )
                result.records += len(batch)
                result.seconds = time.perf_counter() - started
                ticker.show(result.records)
                if plan.is_enough(result.records, result.seconds):
                    return


async def _fill(bootstrap: Sequence[str], plan: Plan) -> None:
    async with _producer(bootstrap, plan) as producer:
        with Ticker("filling the topic", plan) as ticker:
            await _Sending(producer, plan, Result(plan)).run(ticker)


async def _end_to_end(bootstrap: Sequence[str], plan: Plan, result: Result) -> None:
    tag = time.time_ns().to_bytes(8, "big")  # a topic may have other people's records as well
    async with (
        Consumer(
            plan.topic,
            bootstrap_servers=bootstrap,
            client_id="ottla-bench",
            allow_auto_create_topics=False,
        ) as consumer,
        _producer(bootstrap, plan) as producer,
    ):
        reading = asyncio.create_task(_read_stamped(consumer, tag, result))
        try:
            with Ticker("sending and receiving", plan) as ticker:
                await _Sending(producer, plan, result).run(ticker, tag)
            await _wait_for_the_last(reading, result)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read_stamped(consumer: Consumer, tag: bytes, result: Result) -> None:
    async for batch in consumer.batches():
        now_ns = time.perf_counter_ns()
        for record in batch:
            value = record.value
            if value is None or len(value) < STAMP.size:
                continue
            owner, sent_ns = STAMP.unpack_from(value)
            if owner == tag:
                result.received += 1
                result.end_to_end.add((now_ns - sent_ns) / 1e9)


async def _wait_for_the_last(reading: asyncio.Task[None], result: Result) -> None:
    """Wait until all is received, or nothing more comes; raises what ended the reading."""
    before = result.received
    waited_since = time.monotonic()
    while result.received < result.sent and time.monotonic() - waited_since < LAST_RECORDS_S:
        if reading.done():
            reading.result()
        await asyncio.sleep(0.01)
        if result.received > before:
            before, waited_since = result.received, time.monotonic()


_MEASURES: Final = {
    Kind.PRODUCE: _produce,
    Kind.CONSUME: _consume,
    Kind.END_TO_END: _end_to_end,
}
