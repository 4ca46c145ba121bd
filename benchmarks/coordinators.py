# SPDX-License-Identifier: Apache-2.0
"""The rows of groups, offsets and transactions.

Both brokers wait the same time for more members of a new classic group, and ask members of the
consumer protocol for heartbeats at the same interval: a second instead of three, two instead of
five, so that the brokers' own work weighs more and a run is shorter. Loads warm up by themselves
(`--warm-up`); those that keep a broker busy are run once more before, for Java's compiler, which
needs some ten seconds of each.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import frames, group_frames, real_clients
from benchmarks.generator import connect, read_answer
from benchmarks.group_load import groups_of_one_partition
from benchmarks.rows import GENERATOR, LIBRDKAFKA, Bench, Check, Figures, Row
from benchmarks.scale import MANY_CONNECTIONS
from benchmarks.servers import ApacheKafka, OttlaServer, Server, cpu_seconds

SETTINGS = {
    "group.initial.rebalance.delay.ms": "1000",
    "group.consumer.min.heartbeat.interval.ms": "1000",
    "group.consumer.heartbeat.interval.ms": "2000",
}
COORDINATOR_SERVERS: Mapping[str, Callable[[Path], Server]] = {
    "Ottla": lambda folder: OttlaServer(folder, {**MANY_CONNECTIONS, **SETTINGS}),
    "Kafka": lambda folder: ApacheKafka(folder, SETTINGS),
}
COMMITTING_GROUPS = 100
COMMITTED_PARTITIONS = 10
COMMITS_IN_FLIGHT = 5  # of one member, as `commitAsync` has them; Kafka's rate hardly depends on it
PRODUCERS = 16
RECORDS = 10
SECONDS, WARM_UP_S = 3.0, 1.5
REAL_CLIENT_S = 2.0
JOINING_MEMBERS = 100
RECONCILED_MEMBERS = 50
SHARED_PARTITIONS = 200
BEATING_GROUPS = 1_000
BEATING_MEMBERS = 5
IDLE_S, BEATING_S = 5.0, 20.0
REBALANCE_HEARTBEAT_S = 1.5
FORMING_TIMEOUT_S = 120.0
LOADED_OFFSETS = 1_000_000
LOADED_GROUPS = 100
LOADED_PARTITIONS = 100
LOAD_TIMEOUT_S = 120.0
PROBE_PAUSE_S = 0.002  # while offsets are loaded
PROBE_PAUSE_MS = 10  # beside heartbeats: a hundred small requests a second
TELLING = ("cpu_us_per_operation", "client_cores")


def commit(bench: Bench, scale: float) -> Figures:
    """Commit as one member in each of many groups."""
    with bench.topic(COMMITTED_PARTITIONS) as topic:
        return group_load(
            "commit",
            bench.address,
            topic,
            *("--groups", COMMITTING_GROUPS, "--partitions", COMMITTED_PARTITIONS),
            *("--seconds", SECONDS * scale, "--warm-up", WARM_UP_S),
            *("--window", COMMITS_IN_FLIGHT),
        )


def librdkafka_commit(bench: Bench, scale: float) -> Figures:
    """Commit by as many librdkafka consumers."""
    with bench.topic(COMMITTED_PARTITIONS) as topic:
        options = (COMMITTING_GROUPS, COMMITTED_PARTITIONS, REAL_CLIENT_S * scale)
        return real_clients.librdkafka("commit", bench.address, topic, *options, NO_DELAY)


def transactions(bench: Bench, scale: float) -> Figures:
    """Write transactions in several producers."""
    with bench.topic() as topic:
        options = ("--producers", PRODUCERS, "--seconds", SECONDS * scale, "--warm-up", WARM_UP_S)
        return transaction_load("transactions", bench.address, topic, *options)


def librdkafka_transactions(bench: Bench, scale: float) -> Figures:
    """Write transactions in as many librdkafka producers."""
    with bench.topic() as topic:
        options = (PRODUCERS, RECORDS, REAL_CLIENT_S * scale)
        return real_clients.librdkafka("transactions", bench.address, topic, *options, NO_DELAY)


def transaction_latency(bench: Bench, scale: float) -> Figures:
    """Time single transactions until a read_committed fetch has their records."""
    with bench.topic() as topic:
        options = ("--seconds", SECONDS * scale, "--warm-up", 1.0)
        return transaction_load("latency", bench.address, topic, *options)


def librdkafka_transaction_latency(bench: Bench, scale: float) -> Figures:
    """Time single transactions of librdkafka until its read_committed consumer has the records."""
    with bench.topic() as topic:
        options = (RECORDS, REAL_CLIENT_S * scale)
        return real_clients.librdkafka(
            "transaction-latency", bench.address, topic, *options, NO_DELAY
        )


def rebalance(bench: Bench, scale: float) -> Figures:
    """Let many classic members join one new group at once."""
    with bench.topic(SHARED_PARTITIONS) as topic:
        options = ("--members", max(2, int(JOINING_MEMBERS * scale)))
        partitions = ("--partitions", SHARED_PARTITIONS, "--heartbeat-s", REBALANCE_HEARTBEAT_S)
        return group_load("rebalance", bench.address, topic, *options, *partitions)


def incremental(bench: Bench, scale: float) -> Figures:
    """Let one member more join a settled group of the consumer protocol."""
    with bench.topic(SHARED_PARTITIONS) as topic:
        options = ("--members", max(2, int(RECONCILED_MEMBERS * scale)))
        partitions = ("--partitions", SHARED_PARTITIONS)
        return group_load("incremental", bench.address, topic, *options, *partitions)


def heartbeats(bench: Bench, scale: float) -> Figures:
    """Measure single produce requests alone, then beside heartbeats, and the CPU of both."""
    with bench.topic() as probed, bench.topic(BEATING_MEMBERS) as topic:
        idle = _round_trips(bench, probed, IDLE_S * scale)
        beating_s = BEATING_S * scale
        options = (
            *("--groups", max(1, int(BEATING_GROUPS * scale)), "--members", BEATING_MEMBERS),
            *("--partitions", BEATING_MEMBERS, "--seconds", beating_s + 1),
        )
        with _beating(bench, topic, *options) as process:
            began, before = time.perf_counter(), cpu_seconds(bench.server.pid)
            beside = _round_trips(bench, probed, beating_s)
            used = cpu_seconds(bench.server.pid) - before
            share = used / (time.perf_counter() - began)
            figures = real_clients.result_of(process, FORMING_TIMEOUT_S)
    return {
        **figures,
        "server_cpu_percent": share * 100,
        "idle_p99_us": idle["p99_us"],
        "beside_p99_us": beside["p99_us"],
        "p99_growth": beside["p99_us"] / idle["p99_us"],
    }


def load(bench: Bench, scale: float) -> Figures:
    """Fill one partition of `__consumer_offsets`, restart, and watch the broker load it."""
    count = int(LOADED_OFFSETS * scale)
    with bench.topic(LOADED_PARTITIONS) as topic:
        filled = group_load(
            "fill",
            bench.address,
            topic,
            *("--groups", LOADED_GROUPS, "--partitions", LOADED_PARTITIONS, "--count", count),
        )
        group = groups_of_one_partition(topic, LOADED_GROUPS)[-1]
        bench.server.stop()
        began = time.perf_counter()
        bench.server.start()
        figures = watch_load(bench.address, group, topic)
        restart_s = time.perf_counter() - began
    return {"offsets": filled["offsets"], "restart_s": restart_s, **figures}


def watch_load(address: str, group: str, topic: str) -> Figures:
    """Ask for the group's offset until it is there; how long that took, and the longest answer.

    Each round asks ApiVersions on one connection and OffsetFetch on another, and times both: a
    broker that did nothing else for a while would answer late.
    """
    fetch = group_frames.offset_fetch(group, topic, [0])
    longest_s, rounds = 0.0, 0
    began = time.perf_counter()
    with connect(address) as probe, connect(address) as member:
        while True:
            for connection, request in ((probe, frames.api_versions()), (member, fetch)):
                asked = time.perf_counter()
                connection.sendall(request)
                answer = read_answer(connection)
                longest_s = max(longest_s, time.perf_counter() - asked)
            rounds += 1
            error, offsets = group_frames.fetched_offsets(answer)
            if not error:
                break
            if error not in group_frames.NOT_READY:
                raise RuntimeError(f"OffsetFetch was answered error {error}")
            if time.perf_counter() - began > LOAD_TIMEOUT_S:
                raise TimeoutError(f"not loaded after {LOAD_TIMEOUT_S} s")
            time.sleep(PROBE_PAUSE_S)
    if offsets != {0: 1}:
        raise RuntimeError(f"the restarted broker knows other offsets: {offsets}")
    return {
        "load_s": time.perf_counter() - began,
        "stall_ms": longest_s * 1000,
        "probes": rounds,
    }


def group_load(action: str, address: str, topic: str, *options: object) -> Figures:
    """Run a load of groups; they are named after the topic."""
    return real_clients.measured_by(_group_command(action, address, topic, *options))


def transaction_load(action: str, address: str, topic: str, *options: object) -> Figures:
    """Run a load of transactions."""
    return real_clients.measured_by(
        [
            *(sys.executable, "-m", "benchmarks.transaction_load", action),
            *("--address", address, "--topic", topic, *map(str, options)),
        ]
    )


def _group_command(action: str, address: str, topic: str, *options: object) -> list[str]:
    return [
        *(sys.executable, "-m", "benchmarks.group_load", action),
        *("--address", address, "--topic", topic, "--group", topic, *map(str, options)),
    ]


@contextmanager
def _beating(bench: Bench, topic: str, *options: object) -> Iterator[subprocess.Popen[str]]:
    """Start the groups' process and wait until all have formed."""
    command = _group_command("heartbeats", bench.address, topic, *options)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or process.stdout.readline() != "steady\n":
            raise RuntimeError(f"the groups did not form: {process.communicate()[1][-1500:]}")
        yield process
    finally:
        process.kill()
        process.wait()


def _round_trips(bench: Bench, topic: str, seconds: float) -> Figures:
    options = ("--seconds", seconds, "--warm-up", 0.3, "--pause-ms", PROBE_PAUSE_MS)
    return real_clients.generator("round-trips", bench.address, topic, *options)


NO_DELAY = "socket.nagle.disable=true"


def _at_least(figure: str, ratio: float) -> Check:
    return Check(figure, "ratio >=", ratio)


def _at_most(figure: str, bound: float, kind: str = "ratio <=") -> Check:
    return Check(figure, kind, bound)


COORDINATOR_ROWS: tuple[Row, ...] = (
    Row(
        "offset-commits",
        "commit 10 offsets, 100 groups",
        GENERATOR,
        "commits_per_s",
        "commits/s",
        commit,
        (_at_least("commits_per_s", 1.5),),
        also=TELLING,
        warm_up_scale=1.5,
        warms_only="Kafka",
    ),
    Row(
        "offset-commits",
        "commit 10 offsets, 100 groups",
        LIBRDKAFKA,
        "commits_per_s",
        "commits/s",
        librdkafka_commit,
        also=TELLING,
        warm_up_scale=0.0,
    ),
    Row(
        "transactions",
        "transactions of 10 records, 16 producers",
        GENERATOR,
        "transactions_per_s",
        "transactions/s",
        transactions,
        (_at_least("transactions_per_s", 1.5),),
        also=TELLING,
        warm_up_scale=4.0,
        warms_only="Kafka",
    ),
    Row(
        "transactions",
        "transactions of 10 records, 16 producers",
        LIBRDKAFKA,
        "transactions_per_s",
        "transactions/s",
        librdkafka_transactions,
        also=TELLING,
        warm_up_scale=0.0,
    ),
    Row(
        "transaction-latency",
        "one transaction end to end",
        GENERATOR,
        "p50_us",
        "µs",
        transaction_latency,
        (_at_most("p50_us", 0.7),),
        also=("p99_us",),
        warm_up_scale=0.0,
    ),
    Row(
        "transaction-latency",
        "one transaction end to end",
        LIBRDKAFKA,
        "p50_us",
        "µs",
        librdkafka_transaction_latency,
        also=("p99_us",),
        warm_up_scale=0.0,
    ),
    Row(
        "rebalance",
        "100 classic members join a new group",
        GENERATOR,
        "stable_s",
        "s",
        rebalance,
        (_at_most("stable_s", 0.7),),
        warm_up_scale=0.0,
    ),
    Row(
        "incremental",
        "a 51st member joins (KIP-848)",
        GENERATOR,
        "moved",
        "partitions",
        incremental,
        (
            _at_most("moved_beyond_need", 0, "value <="),
            _at_most("interrupted", 0, "value <="),
        ),
        also=("converged_s",),
        warm_up_scale=0.0,
    ),
    Row(
        "heartbeats",
        "1,000 groups of 5 heartbeat",
        GENERATOR,
        "server_cpu_percent",
        "%",
        heartbeats,
        (_at_most("server_cpu_percent", 25, "value <="), _at_most("p99_growth", 2, "value <=")),
        also=("idle_p99_us", "beside_p99_us", "heartbeat_p99_us"),
        warm_up_scale=0.0,
        others_once=True,
    ),
    Row(
        "offsets-load",
        "load 1 M commits after a restart",
        GENERATOR,
        "load_s",
        "s",
        load,
        (_at_most("load_s", 5, "value <="), _at_most("stall_ms", 50, "value <=")),
        also=("restart_s",),
        warm_up_scale=0.0,
        others_once=True,
    ),
)
