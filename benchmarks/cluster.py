# SPDX-License-Identifier: Apache-2.0
"""The rows of the cluster: three brokers, replication factor 3, two in-sync replicas, acks=all.

Ottla's three processes and their engine beside three brokers of Apache Kafka (KRaft, combined).
Loads write what a real cluster would be asked to; faults are real: kill -9 and SIGSTOP of the
process that leads or decides, SIGTERM and a new start of every broker under load. Each history is
checked: a row whose log does not hold what was acknowledged fails.

Faults are counted in trials (`--trials`, of Ottla; a tenth of them of Kafka), once and not in each
run: medians and percentiles are over them.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import page_cache, real_clients
from benchmarks.admin import Admin
from benchmarks.cluster_metadata import (
    active_controller,
    ask_any,
    create_topics,
    creation_errors,
    metadata,
    read_metadata,
    wait_until_in_sync,
)
from benchmarks.clusters import Cluster
from benchmarks.metadata_changes import time_until_change
from benchmarks.prober import Prober, judge, longest_gap, percentile, written_numbers
from benchmarks.real_clients import ClientMissingError
from benchmarks.rows import (
    GENERATOR,
    GIGABYTE,
    LIBRDKAFKA,
    RDKAFKA_1MB,
    RDKAFKA_SINGLE,
    SINGLE,
    WARM_MARGIN,
    Bench,
    Check,
    Figures,
    Row,
)

REPLICAS = 3
MANY_PARTITIONS = 6
TOPIC_PARTITIONS = 100  # of those that are there when the controller dies
CREATED_AT_ONCE = 1_000
CREATION_TIMEOUT_S = 120.0
# Kafka holds three files open for a partition, more than the usual limit of descriptors allows.
KAFKA_MOST_PARTITIONS = 1_000
CALM_RECORDS = 200  # acknowledged before a fault
AFTERMATH_S = 1.0  # watched after the first acknowledgement
FAILOVER_TIMEOUT_S = 60.0
ROLLING_TIMEOUT_S = 300.0


class ClusterBench(Bench):
    """What a row works with: a running cluster and topics that are replicated."""

    server: Cluster

    def __init__(self, server: Cluster, work_folder: str, trials: int) -> None:
        super().__init__(server, work_folder)
        self.trials = trials if server.name == "Ottla" else max(1, trials // 10)

    @property
    def addresses(self) -> list[str]:
        """Of every broker."""
        return list(self.server.addresses.values())

    @contextmanager
    def topic(self, partition_count: int = 1) -> Iterator[str]:
        """Create a replicated topic, and delete it afterwards."""
        with self.topics([partition_count]) as (name,):
            yield name

    @contextmanager
    def topics(self, partition_counts: Sequence[int]) -> Iterator[list[str]]:
        """Create replicated topics, and delete them afterwards, whatever happened to brokers."""
        names = [self.new_name() for _ in partition_counts]
        wanted = list(zip(names, partition_counts, strict=True))
        step = max(1, CREATED_AT_ONCE // max(partition_counts))
        for start in range(0, len(wanted), step):
            some = wanted[start : start + step]
            answer = ask_any(self.addresses, create_topics(some), CREATION_TIMEOUT_S)
            errors = creation_errors(answer)
            if any(errors.values()):
                raise RuntimeError(f"creating topics: errors {set(errors.values())}")
        wait_until_in_sync(self.addresses, names)
        try:
            yield names
        finally:
            self.heal()
            with Admin(self.address) as admin:
                admin.delete_topics(names)

    def heal(self) -> None:
        """Let every broker run."""
        for node in self.server.nodes.values():
            if node.is_running:
                node.resume()
            else:
                node.start()
        self.server.wait_until_met()

    def leader_address(self, topic: str) -> str:
        """HOST:PORT of the leader of the first partition."""
        found = read_metadata(ask_any(self.addresses, metadata([topic])))
        return self.server.addresses[found.partitions[topic, 0].leader]

    def check_ends(self, topic: str, acknowledged: int) -> None:
        """Raise when the log's ends are not what was acknowledged."""
        found = read_metadata(ask_any(self.addresses, metadata([topic])))
        written = 0
        for (_, index), state in found.partitions.items():
            with Admin(self.server.addresses[state.leader]) as admin:
                written += admin.latest_offset(topic, index)
        if written != acknowledged:
            raise RuntimeError(f"{acknowledged} records were acknowledged, {written} are there")


def librdkafka_produce(
    record_bytes: int, count: int, partitions: int, *settings: str
) -> Callable[[ClusterBench, float], Figures]:
    """Make a row's load: so many records by librdkafka, acknowledged by all in sync."""

    def run(bench: ClusterBench, scale: float) -> Figures:
        with bench.topic(partitions) as topic:
            records = int(count * scale)
            gigabytes = REPLICAS * record_bytes * records / GIGABYTE
            page_cache.warm(int(gigabytes * WARM_MARGIN * GIGABYTE), bench.work_folder)
            options = (record_bytes, records, partitions, *settings)
            figures = real_clients.librdkafka(
                "produce-in-sync", bench.server.bootstrap, topic, *options
            )
            bench.check_ends(topic, records)
            return figures

    return run


def generator_single(bench: ClusterBench, scale: float) -> Figures:
    """Send requests of one record each, many in flight."""
    with bench.topic() as topic:
        figures = real_clients.generator(
            *("produce", bench.leader_address(topic), topic, "--acks", -1, *SINGLE),
            *("--record-bytes", 100, "--seconds", 4 * scale, "--warm-up", 0.5),
        )
        bench.check_ends(topic, figures["total_records"])
        return figures


def leader_killed(bench: ClusterBench, _scale: float) -> Figures:
    """Kill -9 the leader again and again, and see how long nothing is acknowledged."""
    return _failovers(bench, is_killed=True)


def leader_paused(bench: ClusterBench, _scale: float) -> Figures:
    """Freeze the leader's process instead."""
    return _failovers(bench, is_killed=False)


def _failovers(bench: ClusterBench, *, is_killed: bool) -> Figures:
    gaps, return_gaps = [], []
    decided = []
    with bench.topic() as topic:
        prober = Prober(bench.server.addresses, topic)
        prober.start()
        try:
            for _ in range(bench.trials):
                prober.wait_for(CALM_RECORDS, FAILOVER_TIMEOUT_S)
                leader = prober.leader
                decided.append(leader == active_controller(bench.addresses, bench.server.name))
                failed_at = time.perf_counter()
                if is_killed:
                    bench.server.nodes[leader].kill()
                else:
                    bench.server.nodes[leader].pause()
                prober.wait_for_other_leader(leader, failed_at, FAILOVER_TIMEOUT_S)
                time.sleep(AFTERMATH_S)
                returned_at = time.perf_counter()
                bench.heal()
                wait_until_in_sync(bench.addresses, [topic])
                moments = [acknowledged.at for acknowledged in prober.acknowledged]
                gaps.append(longest_gap(moments, failed_at, returned_at))
                return_gaps.append(longest_gap(moments, returned_at, time.perf_counter()))
        finally:
            acknowledged = prober.stop()
        history = judge(acknowledged, written_numbers(bench.addresses, topic))
    of_controllers = [gap for gap, both in zip(gaps, decided, strict=True) if both]
    return {
        "gap_p50_s": percentile(gaps, 0.5),
        "gap_p99_s": percentile(gaps, 0.99),
        "gap_longest_s": max(gaps),
        "gap_controller_s": percentile(of_controllers, 0.5) if of_controllers else None,
        "gap_return_s": max(return_gaps),
        "trials": bench.trials,
        "gaps_s": gaps,
        **history,
    }


def controller_killed(partitions: int) -> Callable[[ClusterBench, float], Figures]:
    """Make a row's load: kill -9 the controller, and see when a topic can be created again."""

    def run(bench: ClusterBench, _scale: float) -> Figures:
        if bench.server.name == "Kafka" and partitions > KAFKA_MOST_PARTITIONS:
            raise ClientMissingError("Kafka would hold more files open than the usual limit allows")
        trials = max(1, bench.trials // 5)
        elected, changed = [], []
        began = time.perf_counter()
        with bench.topics([TOPIC_PARTITIONS] * (partitions // TOPIC_PARTITIONS)) as names:
            create_s = time.perf_counter() - began
            for _ in range(trials):
                controller = active_controller(bench.addresses, bench.server.name)
                survivors = {
                    node_id: address
                    for node_id, address in bench.server.addresses.items()
                    if node_id != controller
                }
                bench.server.nodes[controller].kill()
                times = time_until_change(list(survivors.values()), bench.server.name, controller)
                elected.append(times[0])
                changed.append(times[1])
                bench.heal()
                wait_until_in_sync(bench.addresses, names)
        return {
            "change_p50_s": percentile(changed, 0.5),
            "change_p99_s": percentile(changed, 0.99),
            "elected_p50_s": percentile(elected, 0.5),
            "create_s": create_s,
            "trials": trials,
            "changes_s": changed,
        }

    return run


def memory(bench: ClusterBench, _scale: float) -> Figures:
    """Resident memory now, after all that came before."""
    time.sleep(AFTERMATH_S)
    return {f"loaded_{key}": value for key, value in bench.server.memory_mb().items()}


def rolling_restart(bench: ClusterBench, _scale: float) -> Figures:
    """Stop and start broker after broker under a producer and a consumer group."""
    stops, returns = [], []
    with bench.topic(MANY_PARTITIONS) as topic, _rolling_load(bench, topic) as process:
        for node in bench.server.nodes.values():
            began = time.perf_counter()
            node.stop()
            stopped = time.perf_counter()
            node.start()
            bench.server.wait_until_met()
            wait_until_in_sync(bench.addresses, [topic])
            stops.append(stopped - began)
            returns.append(time.perf_counter() - stopped)
            time.sleep(AFTERMATH_S)
        output, errors = process.communicate("\n", timeout=ROLLING_TIMEOUT_S)
        if process.returncode:
            raise RuntimeError(f"the load failed:\n{errors[-1500:]}")
    figures: Figures = json.loads(output.splitlines()[-1])
    return {**figures, "stop_s": max(stops), "in_sync_again_s": max(returns)}


@contextmanager
def _rolling_load(bench: ClusterBench, topic: str) -> Iterator[subprocess.Popen[str]]:
    command = [
        *(sys.executable, "-m", "benchmarks.rolling_load", "--bootstrap", bench.server.bootstrap),
        *("--topic", topic, "--partitions", str(MANY_PARTITIONS)),
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    try:
        if process.stdout is None or process.stdout.readline() != "steady\n":
            raise RuntimeError(f"the load did not start: {process.communicate()[1][-1500:]}")
        yield process
    finally:
        process.kill()
        process.wait()


def _at_least(figure: str, ratio: float) -> Check:
    return Check(figure, "ratio >=", ratio)


def _at_most(figure: str, bound: float) -> Check:
    return Check(figure, "value <=", bound)


NOTHING_WRONG = (_at_most("lost", 0), _at_most("duplicated", 0))

CLUSTER_ROWS: tuple[Row, ...] = (
    Row(
        "cluster-produce",
        "produce 1 KB, 1 partition",
        LIBRDKAFKA,
        "mb_per_s",
        "MB/s",
        librdkafka_produce(1000, 500_000, 1, *RDKAFKA_1MB),
        (_at_least("mb_per_s", 1.5),),
        also=("cpu_s_per_gb",),
        warm_up_scale=2.0,
        warms_only="Kafka",
        rehearses=True,
    ),
    Row(
        "cluster-produce-6",
        "produce 1 KB, 6 partitions",
        LIBRDKAFKA,
        "mb_per_s",
        "MB/s",
        librdkafka_produce(1000, 500_000, MANY_PARTITIONS, *RDKAFKA_1MB),
        (_at_least("mb_per_s", 1.5),),
        also=("cpu_s_per_gb",),
        warm_up_scale=2.0,
        warms_only="Kafka",
        rehearses=True,
    ),
    Row(
        "cluster-single",
        "produce one record a request, pipelined",
        GENERATOR,
        "records_per_s",
        "records/s",
        generator_single,
        (_at_least("records_per_s", 3.0),),
        also=("cpu_us_per_record",),
        warm_up_scale=3.0,
        warms_only="Kafka",
    ),
    Row(
        "cluster-single",
        "produce one record a request, pipelined",
        LIBRDKAFKA,
        "records_per_s",
        "records/s",
        librdkafka_produce(100, 30_000, 1, *RDKAFKA_SINGLE),
        (_at_least("records_per_s", 3.0),),
        warms_only="Kafka",
    ),
    Row(
        "cluster-memory",
        "resident memory of three brokers, after the load",
        "",
        "loaded_mb",
        "MB",
        memory,
        also=("loaded_engine_mb",),
        warm_up_scale=0.0,
    ),
    Row(
        "failover-killed",
        "no acknowledged write, leader killed",
        GENERATOR,
        "gap_p50_s",
        "s",
        leader_killed,
        (_at_most("gap_p50_s", 1.0), _at_most("gap_p99_s", 3.0), *NOTHING_WRONG),
        also=("gap_controller_s", "gap_return_s"),
        warm_up_scale=0.0,
        once=True,
    ),
    Row(
        "failover-paused",
        "no acknowledged write, leader paused",
        GENERATOR,
        "gap_p50_s",
        "s",
        leader_paused,
        (_at_most("gap_p50_s", 4.0), _at_most("gap_p99_s", 7.0), *NOTHING_WRONG),
        also=("gap_controller_s", "gap_return_s"),
        warm_up_scale=0.0,
        once=True,
    ),
    *(
        Row(
            f"controller-killed-{partitions}",
            f"topics can be created again, controller killed, {partitions:,} partitions",
            GENERATOR,
            "change_p50_s",
            "s",
            controller_killed(partitions),
            (_at_most("change_p50_s", 1.0), _at_most("change_p99_s", 3.0)),
            also=("elected_p50_s", "create_s"),
            warm_up_scale=0.0,
            once=True,
        )
        for partitions in (1_000, 10_000)
    ),
    Row(
        "rolling-restart",
        "rolling restart under load",
        LIBRDKAFKA,
        "p99_ms",
        "ms",
        rolling_restart,
        (_at_most("p99_ms", 2000), *NOTHING_WRONG, _at_most("rebalances", 0)),
        also=("longest_ms", "delivered_again", "stop_s", "in_sync_again_s"),
        warm_up_scale=0.0,
        once=True,
    ),
)

# Measured once per start of the cluster, by the session itself.
CLUSTER_SESSION_ROWS: tuple[Row, ...] = (
    Row(
        "cluster-start",
        "every broker serves and knows the others",
        "",
        "ready_s",
        "s",
        lambda _bench, _scale: {},
    ),
    Row(
        "cluster-memory",
        "resident memory of three brokers, idle",
        "",
        "idle_mb",
        "MB",
        lambda _bench, _scale: {},
        (_at_most("idle_mb", 300),),
        also=("idle_engine_mb",),
    ),
)
