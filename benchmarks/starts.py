# SPDX-License-Identifier: Apache-2.0
"""How long a test waits for its broker: `python -m benchmarks.starts`.

Ottla inside the test's process, and Apache Kafka 4.3.1 as a process of its own, both until a
client has written a record; Kafka's format of an empty folder is part of what a test has to do. A
container adds its own start to Kafka's, which is not measured here. Figures are medians, in turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from confluent_kafka import Producer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from tools.kafka import KafkaServer

from ottla.testing import Broker, Cluster

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_S = 30
COLD = "a first Broker(), with the start of Python and its imports"
WARM = "Broker()"
RESET = "reset(), between two tests"
CLUSTER = "Cluster(brokers=3)"
KAFKA = "Apache Kafka, one broker"

COLD_PROGRAM = """
from ottla.testing import Broker
with Broker() as broker:
    print(broker.bootstrap_servers, flush=True)
    input()
"""


def main() -> int:
    """Measure, print a table, keep all figures if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="write all figures to this JSON file")
    arguments = parser.parse_args()
    measure: dict[str, Callable[[], float]] = {
        WARM: warm_start,
        RESET: reset,
        CLUSTER: cluster_start,
        COLD: cold_start,
        KAFKA: kafka_start,
    }
    figures: dict[str, list[float]] = {title: [] for title in measure}
    for run in range(arguments.runs + 1):
        for title in track(measure, f"Run {run} ..." if run else "Warming up ..."):
            seconds = measure[title]()
            if run:
                figures[title].append(seconds)
    table = Table("until a client has written its first record", "ms", "beside Kafka")
    kafka = statistics.median(figures[KAFKA])
    for title, values in figures.items():
        median = statistics.median(values)
        table.add_row(title, f"{median * 1000:,.0f}", f"{kafka / median:,.0f}\u00d7")
    Console().print(table)
    if arguments.keep:
        arguments.keep.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def warm_start() -> float:
    """Start a broker in a process that has had one."""
    began = time.perf_counter()
    with Broker() as broker:
        write_a_record(broker.bootstrap_servers)
        return time.perf_counter() - began


def reset() -> float:
    """Empty a broker that has been used."""
    with Broker() as broker:
        write_a_record(broker.bootstrap_servers)
        began = time.perf_counter()
        broker.reset()
        write_a_record(broker.bootstrap_servers)
        return time.perf_counter() - began


def cluster_start() -> float:
    """Start three brokers."""
    began = time.perf_counter()
    with Cluster(brokers=3) as cluster:
        write_a_record(cluster.bootstrap_servers)
        return time.perf_counter() - began


def cold_start() -> float:
    """Start a broker in a new process."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", COLD_PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        write_a_record(process.stdout.readline().strip())
        seconds = time.perf_counter() - began
        process.communicate("\n", TIMEOUT_S)
    return seconds


def kafka_start() -> float:
    """Format a folder and start Apache Kafka on it."""
    began = time.perf_counter()
    with KafkaServer() as server:
        write_a_record(server.address)
        return time.perf_counter() - began


def write_a_record(address: str) -> None:
    """Write as a test would; a topic is made by that."""
    problems: list[object] = []
    producer = Producer({"bootstrap.servers": address, "linger.ms": 0, "log_level": 0})
    producer.produce(
        "first", b"1", on_delivery=lambda error, _: problems.append(error) if error else None
    )
    if producer.flush(TIMEOUT_S) or problems:
        raise RuntimeError(f"the first record was not written: {problems or 'no answer'}")


if __name__ == "__main__":
    sys.exit(main())
