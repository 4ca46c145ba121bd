# SPDX-License-Identifier: Apache-2.0
"""The rows of the comparison: what is done to a broker, and what Ottla has to reach.

A row prepares its topic outside the measured time, runs one load and returns figures. `scale` makes
the load shorter, for warm-up and for --quick. Loads that write much are bounded by bytes and run on
warmed page cache (see page_cache.py); the others by time.

Checks compare medians: a ratio of Ottla to Apache Kafka, or a plain value of Ottla.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks import page_cache, real_clients
from benchmarks.admin import Admin
from benchmarks.servers import Server

Figures = dict[str, Any]
JOIN_GROUP = 11  # API key
GIGABYTE = 1_000_000_000
# Java's just-in-time compiler and Python's caches see every load before it is measured.
WARM_UP_SCALE = 0.4
WARM_MARGIN = 1.4


@dataclass(frozen=True)
class Check:
    """A figure that Ottla has to reach."""

    figure: str
    kind: str  # "ratio >=", "ratio <=" (Ottla / Kafka) or "value <="
    bound: float


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str  # what --only takes
    title: str
    client: str
    figure: str  # the one shown first
    unit: str
    run: Callable[["Bench", float], Figures]
    checks: Sequence[Check] = field(default=())
    also: Sequence[str] = field(default=())
    """Further figures to show, without a target."""
    warm_up_scale: float = WARM_UP_SCALE
    """How much of the load comes before all rows that count; 0 for none."""
    warms_only: str = ""
    """The one server for which it does, when it is only for the compiler of that one."""
    others_once: bool = False
    """Measure other servers in the first run only: the targets are plain values of Ottla's."""
    once: bool = False
    """Measure it in the first run only, on every server: it counts trials of its own."""
    rehearses: bool = False
    """Run once before it counts: a load that fills the page cache as fast as memory allows measures
    who touched the machine's memory before, unless it has been through on the same server."""


class Bench:
    """What a row works with: one running server, and topics that are its own."""

    def __init__(self, server: Server, work_folder: str) -> None:
        self.server = server
        self.work_folder = work_folder
        self._topic_count = 0
        self._filled: tuple[str, int] | None = None

    @property
    def address(self) -> str:
        """HOST:PORT of the server."""
        return self.server.address

    def new_name(self) -> str:
        """Name a topic; all names have one length."""
        self._topic_count += 1
        return f"bench-{self._topic_count:03d}"

    @contextmanager
    def topic(self, partition_count: int = 1) -> Iterator[str]:
        """Create a topic, and delete it afterwards."""
        name = self.new_name()
        with Admin(self.address) as admin:
            admin.create_topic(name, partition_count)
        try:
            yield name
        finally:
            with Admin(self.address) as admin:
                admin.delete_topics([name])

    def filled_topic(self) -> tuple[str, int]:
        """Return a topic of 1 KB records in batches near 1 MB, and its end; filled once."""
        if self._filled is None:
            name = "bench-filled"
            with Admin(self.address) as admin:
                admin.create_topic(name)
                options = ("--record-bytes", 1000, "--batch-bytes", 1_000_000, "--warm-up", 0)
                bounds = ("--seconds", 60, "--max-bytes", GIGABYTE)
                self.warm_page_cache(1.0)
                real_clients.generator("produce", self.address, name, *options, *bounds)
                self._filled = name, admin.latest_offset(name)
        return self._filled

    def warm_page_cache(self, gigabytes: float) -> None:
        """Have that much free memory ready for the page cache."""
        page_cache.warm(int(gigabytes * WARM_MARGIN * GIGABYTE), self.work_folder)


def generator_produce(*options: object, gigabytes: float) -> Callable[[Bench, float], Figures]:
    """Make a row's load: the protocol-level generator, bounded by time and bytes."""

    def run(bench: Bench, scale: float) -> Figures:
        with bench.topic() as topic:
            bounds = ("--seconds", 4 * scale, "--max-bytes", int(gigabytes * scale * GIGABYTE))
            warm = ("--warm-gigabytes", gigabytes * scale * WARM_MARGIN)
            return real_clients.generator(
                "produce",
                bench.address,
                topic,
                "--warm-up",
                0.2,
                *bounds,
                *options,
                *warm,
                *("--warm-folder", bench.work_folder),
            )

    return run


def librdkafka_produce(
    record_bytes: int, count: int, *settings: str
) -> Callable[[Bench, float], Figures]:
    """Make a row's load: so many records by librdkafka."""

    def run(bench: Bench, scale: float) -> Figures:
        with bench.topic() as topic:
            bench.warm_page_cache(record_bytes * count * scale / GIGABYTE)
            return real_clients.librdkafka(
                "produce", bench.address, topic, record_bytes, int(count * scale), *settings
            )

    return run


def python_produce(load: str, record_bytes: int, count: int) -> Callable[[Bench, float], Figures]:
    """Make a row's load: so many records by a Python client."""

    def run(bench: Bench, scale: float) -> Figures:
        with bench.topic() as topic:
            return real_clients.python_client(
                load, bench.address, topic, record_bytes, int(count * scale)
            )

    return run


def python_consume(load: str, count: int) -> Callable[[Bench, float], Figures]:
    """Make a row's load: records of the filled topic by a Python client."""

    def run(bench: Bench, scale: float) -> Figures:
        topic, end = bench.filled_topic()
        return real_clients.python_client(
            load, bench.address, topic, 1000, min(end, int(count * scale))
        )

    return run


def generator_fetch(connections: int) -> Callable[[Bench, float], Figures]:
    """Make a row's load: read the filled topic over and over."""

    def run(bench: Bench, scale: float) -> Figures:
        topic, end = bench.filled_topic()
        options = ("--end-offset", end, "--connections", connections)
        return real_clients.generator(
            "fetch", bench.address, topic, *options, "--seconds", 3 * scale, "--warm-up", 0.3
        )

    return run


def librdkafka_consume(bench: Bench, scale: float) -> Figures:
    """Read the filled topic several times."""
    topic, end = bench.filled_topic()
    bench.warm_page_cache(0.5)  # for the client's own queue
    return real_clients.librdkafka("consume", bench.address, topic, end, max(1, int(4 * scale)))


def generator_latency(bench: Bench, scale: float) -> Figures:
    """Send single records to a parked fetch."""
    with bench.topic() as topic:
        return real_clients.generator(
            "latency", bench.address, topic, "--seconds", 4 * scale, "--warm-up", 0.5
        )


def librdkafka_latency(bench: Bench, scale: float) -> Figures:
    """Send single records by librdkafka and wait for each at its consumer."""
    with bench.topic() as topic:
        return real_clients.librdkafka(
            "latency", bench.address, topic, 100, int(10_000 * scale), "linger.ms=0"
        )


def java_produce(
    record_bytes: int, count: int, *settings: str
) -> Callable[[Bench, float], Figures]:
    """Make a row's load: so many records by Kafka's producer benchmark."""

    def run(bench: Bench, scale: float) -> Figures:
        with bench.topic() as topic:
            return real_clients.producer_performance(
                bench.address, topic, record_bytes, int(count * scale), settings
            )

    return run


def java_consume(bench: Bench, _scale: float) -> Figures:
    """Read the filled topic by Kafka's consumer benchmark, which needs consumer groups."""
    with Admin(bench.address) as admin:
        groups_are_served = JOIN_GROUP in admin.served_apis()
    if not groups_are_served:
        raise real_clients.ClientMissingError("consumer groups are not served yet")
    topic, end = bench.filled_topic()
    return real_clients.consumer_performance(bench.address, topic, 1000, end)


NEAR_1MB = ("--batch-bytes", 1_000_000, "--window", 5)
NEAR_16KB = ("--batch-bytes", 16_384, "--window", 20)
SINGLE = ("--records", 1, "--window", 200)
RDKAFKA_1MB = ("linger.ms=20", "batch.size=1000000", "batch.num.messages=100000")
RDKAFKA_16KB = ("linger.ms=5", "batch.size=16384", "batch.num.messages=100000")
RDKAFKA_SINGLE = ("linger.ms=0", "batch.num.messages=1")
JAVA_1MB = ("batch.size=1000000", "linger.ms=20", "buffer.memory=67108864")
JAVA_16KB = ("batch.size=16384", "linger.ms=5", "buffer.memory=67108864")

GENERATOR = "generator"
LIBRDKAFKA = "librdkafka"


def _at_least(figure: str, ratio: float) -> Check:
    return Check(figure, "ratio >=", ratio)


def _at_most(figure: str, ratio: float) -> Check:
    return Check(figure, "ratio <=", ratio)


LATENCY_CHECKS = (_at_most("p50_us", 0.5), _at_most("p99_us", 0.6))

ROWS: tuple[Row, ...] = (
    Row(
        "produce-1k-1mb",
        "produce 1 KB, batches near 1 MB",
        GENERATOR,
        "mb_per_s",
        "MB/s",
        generator_produce("--record-bytes", 1000, *NEAR_1MB, gigabytes=1.0),
        (_at_least("mb_per_s", 1.2), _at_most("cpu_s_per_gb", 0.8)),
        rehearses=True,
    ),
    Row(
        "produce-1k-1mb",
        "produce 1 KB, batches near 1 MB",
        LIBRDKAFKA,
        "mb_per_s",
        "MB/s",
        librdkafka_produce(1000, 1_000_000, *RDKAFKA_1MB),
        (_at_least("mb_per_s", 1.2), _at_most("cpu_s_per_gb", 0.8)),
        rehearses=True,
    ),
    Row(
        "produce-100b-1mb",
        "produce 100 B, batches up to 1 MB",
        GENERATOR,
        "records_per_s",
        "records/s",
        generator_produce("--record-bytes", 100, *NEAR_1MB, gigabytes=1.0),
        (_at_least("records_per_s", 1.3),),
        rehearses=True,
    ),
    Row(
        "produce-100b-1mb",
        "produce 100 B, batches up to 1 MB",
        LIBRDKAFKA,
        "records_per_s",
        "records/s",
        librdkafka_produce(100, 8_000_000, *RDKAFKA_1MB),
        (_at_least("records_per_s", 1.3),),
        rehearses=True,
    ),
    Row(
        "produce-100b-16kb",
        "produce 100 B, batches of 16 KB",
        GENERATOR,
        "records_per_s",
        "records/s",
        generator_produce("--record-bytes", 100, *NEAR_16KB, gigabytes=1.0),
        (_at_least("records_per_s", 2.5),),
    ),
    Row(
        "produce-varied-16kb",
        "produce 80 to 120 B, batches of 16 KB",
        GENERATOR,
        "records_per_s",
        "records/s",
        generator_produce("--record-bytes", 100, "--spread", 20, *NEAR_16KB, gigabytes=1.0),
    ),
    Row(
        "produce-100b-16kb",
        "produce 100 B, batches of 16 KB",
        LIBRDKAFKA,
        "records_per_s",
        "records/s",
        librdkafka_produce(100, 6_000_000, *RDKAFKA_16KB),
        (_at_least("records_per_s", 2.0),),
    ),
    Row(
        "produce-single",
        "produce one record a request, pipelined",
        GENERATOR,
        "records_per_s",
        "records/s",
        generator_produce("--record-bytes", 100, *SINGLE, gigabytes=1.0),
        (_at_least("records_per_s", 4.0),),
    ),
    Row(
        "produce-single",
        "produce one record a request, pipelined",
        LIBRDKAFKA,
        "records_per_s",
        "records/s",
        librdkafka_produce(100, 100_000, *RDKAFKA_SINGLE),
        (_at_least("records_per_s", 3.0),),
    ),
    Row(
        "produce-single-4",
        "the same on 4 connections",
        GENERATOR,
        "records_per_s",
        "records/s",
        generator_produce("--record-bytes", 100, *SINGLE, "--connections", 4, gigabytes=1.0),
    ),
    Row(
        "consume",
        "consume from the page cache",
        GENERATOR,
        "mb_per_s",
        "MB/s",
        generator_fetch(2),
        (_at_least("mb_per_s", 1.0), _at_most("cpu_s_per_gb", 1.0)),
    ),
    Row(
        "consume",
        "consume from the page cache",
        LIBRDKAFKA,
        "mb_per_s",
        "MB/s",
        librdkafka_consume,
        (_at_least("mb_per_s", 1.0), _at_most("cpu_s_per_gb", 1.0)),
    ),
    Row(
        "latency",
        "one record end to end",
        GENERATOR,
        "p50_us",
        "µs",
        generator_latency,
        LATENCY_CHECKS,
    ),
    Row(
        "latency",
        "one record end to end",
        LIBRDKAFKA,
        "p50_us",
        "µs",
        librdkafka_latency,
        LATENCY_CHECKS,
    ),
    Row(
        "clients",
        "produce 1 KB",
        "confluent-kafka",
        "records_per_s",
        "records/s",
        python_produce("confluent-produce", 1000, 500_000),
    ),
    Row(
        "clients",
        "consume 1 KB",
        "confluent-kafka",
        "records_per_s",
        "records/s",
        python_consume("confluent-consume", 1_000_000),
    ),
    Row(
        "clients",
        "produce 1 KB",
        "aiokafka",
        "records_per_s",
        "records/s",
        python_produce("aiokafka-produce", 1000, 100_000),
    ),
    Row(
        "clients",
        "consume 1 KB",
        "aiokafka",
        "records_per_s",
        "records/s",
        python_consume("aiokafka-consume", 200_000),
    ),
    Row(
        "clients",
        "produce 1 KB",
        "kafka-python",
        "records_per_s",
        "records/s",
        python_produce("kafka-python-produce", 1000, 50_000),
    ),
    Row(
        "clients",
        "consume 1 KB",
        "kafka-python",
        "records_per_s",
        "records/s",
        python_consume("kafka-python-consume", 200_000),
    ),
    Row(
        "clients",
        "produce 1 KB, batches near 1 MB",
        "ProducerPerformance",
        "mb_per_s",
        "MB/s",
        java_produce(1000, 1_000_000, *JAVA_1MB),
    ),
    Row(
        "clients",
        "produce 100 B, batches of 16 KB",
        "ProducerPerformance",
        "records_per_s",
        "records/s",
        java_produce(100, 3_000_000, *JAVA_16KB),
    ),
    Row(
        "clients",
        "consume 1 KB",
        "ConsumerPerformance",
        "mb_per_s",
        "MB/s",
        java_consume,
    ),
)

# Measured once per start of a server, by the session itself.
SESSION_ROWS: tuple[Row, ...] = tuple(
    Row(
        name,
        title,
        "",
        figure,
        unit,
        lambda _bench, _scale: {},
        (Check(figure, "value <=", bound),),
    )
    for name, title, figure, unit, bound in (
        ("start", "ready for clients after start", "ready_s", "s", 0.35),
        ("memory", "resident memory, idle", "idle_mb", "MB", 80.0),
        ("memory", "resident memory, after the load", "loaded_mb", "MB", 160.0),
    )
)
