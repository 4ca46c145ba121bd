# SPDX-License-Identifier: Apache-2.0
"""The comparison of the first Kafka paper: 200-byte messages, one at a time and 50 at a time.

All three servers get pre-encoded frames on one connection and answer each: Kafka and Ottla acks=1,
RabbitMQ a publisher confirm for a persistent message. "50 at a time" is a batch of 50 records, for
RabbitMQ, which has no batches, 50 publishes in one send and one acknowledgement for 50 deliveries.
Consumers read what the producers of the same row wrote, in fetches of 200 KB as in the paper.
"""

import sys
from collections.abc import Callable

from benchmarks import real_clients
from benchmarks.admin import Admin
from benchmarks.rabbitmq import RabbitMq
from benchmarks.rows import Bench, Figures, Row

RECORD_BYTES = 200
FETCH_BYTES = 200_000
WINDOW = 200
SECONDS = 3.0
# Enough that reading takes a while, few enough that writing them one at a time does too.
CONSUMED_REQUESTS = 60_000
CLIENT = "generator"


def producer(batch: int) -> Callable[[Bench, float], Figures]:
    """Make the producer's row."""

    def run(bench: Bench, scale: float) -> Figures:
        if bench.server.name == RabbitMq.name:
            figures = _amqp(bench, "publish", batch, "--seconds", SECONDS * scale)
            _amqp(bench, "consume", batch)  # leaves the queue empty
            return figures
        with bench.topic() as topic:
            return _produce(bench, topic, batch, "--seconds", SECONDS * scale, "--warm-up", 0.2)

    return run


def consumer(batch: int) -> Callable[[Bench, float], Figures]:
    """Make the consumer's row."""

    def run(bench: Bench, scale: float) -> Figures:
        requests = int(CONSUMED_REQUESTS * scale)
        if bench.server.name == RabbitMq.name:
            _amqp(bench, "publish", batch, "--count", requests * min(batch, 5))
            return _amqp(bench, "consume", batch)
        with bench.topic() as topic:
            bounds = ("--max-bytes", requests * (RECORD_BYTES + 120) * batch)
            _produce(bench, topic, batch, "--seconds", 60, "--warm-up", 0, *bounds)
            with Admin(bench.address) as admin:
                end = admin.latest_offset(topic)
            options = ("--end-offset", end, "--max-fetch-bytes", FETCH_BYTES)
            return real_clients.generator(
                "fetch", bench.address, topic, *options, "--seconds", SECONDS * scale
            )

    return run


def _produce(bench: Bench, topic: str, batch: int, *options: object) -> Figures:
    load = ("--record-bytes", RECORD_BYTES, "--records", batch, "--window", WINDOW)
    return real_clients.generator("produce", bench.address, topic, *load, *options)


def _amqp(bench: Bench, action: str, batch: int, *options: object) -> Figures:
    return real_clients.measured_by(
        [
            *(sys.executable, "-m", "benchmarks.amqp", action),
            *("--address", bench.address, "--batch", str(batch)),
            *("--record-bytes", str(RECORD_BYTES), *map(str, options)),
        ]
    )


CLASSIC_ROWS: tuple[Row, ...] = tuple(
    Row("rabbitmq", title, CLIENT, "records_per_s", "records/s", load)
    for title, load in (
        ("produce 200 B, one at a time", producer(1)),
        ("produce 200 B, 50 at a time", producer(50)),
        ("consume 200 B, written one at a time", consumer(1)),
        ("consume 200 B, written 50 at a time", consumer(50)),
    )
)
