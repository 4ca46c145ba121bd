# SPDX-License-Identifier: Apache-2.0
"""Our own clients beside the others of Python: `make bench-clients`.

Each load runs in a process of its own (`benchmarks.python_clients`) against one Ottla broker, in an
order that turns round with every run; figures are medians. Loads of a kind read the same topic.
Producers have their own defaults where that is how people use them: ours waits for all replicas and
is idempotent, the others have acks=1. Import and connect is a new process that asks for the
partitions of a topic. Figures go to benchmarks/results/, the chart to docs/images/.
"""

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.clients_chart import draw
from benchmarks.provenance import RESULTS, ROOT, described_commit
from benchmarks.report import write_json
from benchmarks.servers import OttlaServer, Running, machine

CHART = ROOT / "docs" / "images" / "benchmarks-clients.png"
RECORD_BYTES = 100
TIMEOUT_S = 120


class Load(NamedTuple):
    """One line of the table."""

    title: str
    name: str  # in benchmarks.python_clients
    record_count: int


PRODUCE = (
    Load("Ottla, send one by one", "ottla-produce", 1_000_000),
    Load("Ottla, send_many", "ottla-produce-many", 2_000_000),
    Load("aiokafka", "aiokafka-produce", 200_000),
    Load("kafka-python", "kafka-python-produce", 100_000),
    Load("confluent-kafka", "confluent-produce", 1_000_000),
)
CONSUME = (
    Load("Ottla, record by record", "ottla-consume", 1_000_000),
    Load("Ottla, records of batches", "ottla-consume-batches", 1_000_000),
    Load("Ottla, values of batches", "ottla-consume-values", 1_000_000),
    Load("Ottla, columns of batches", "ottla-consume-columns", 1_000_000),
    Load("aiokafka, getmany", "aiokafka-consume", 1_000_000),
    Load("kafka-python, poll", "kafka-python-consume", 200_000),
    Load("confluent-kafka, consume", "confluent-consume", 1_000_000),
)
CONNECT = {
    "Ottla": "from ottla import Producer; Producer({!r}).partitions_for('connect')",
    "confluent-kafka": (
        "from confluent_kafka import Producer; "
        "Producer({{'bootstrap.servers': {!r}}}).list_topics('connect', 10)"
    ),
}


def main() -> int:
    """Measure, print a table, keep the medians if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dry", action="store_true", help="keep no results, draw no chart")
    arguments = parser.parse_args()
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in track(range(arguments.runs), "Running ..."):
            with Running(OttlaServer(Path(folder) / str(number)), Path(folder)) as server:
                _run_all(server.address, figures, is_reversed=bool(number % 2))
    _show(figures)
    if not arguments.dry:
        _keep(figures, arguments.runs)
    return 0


def _run_all(address: str, figures: dict[str, list[float]], *, is_reversed: bool) -> None:
    _measure(Load("", "ottla-produce-many", 1_100_000), address, "read")  # what consumers will read
    for loads, topic in ((PRODUCE, "written"), (CONSUME, "read")):
        for load in reversed(loads) if is_reversed else loads:
            rate = _measure(load, address, topic)
            figures.setdefault(load.title, []).append(rate)
    for title, program in CONNECT.items():
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", program.format(address)], check=True)
        figures.setdefault(f"{title}, import and connect", []).append(time.perf_counter() - began)


def _measure(load: Load, address: str, topic: str) -> float:
    """Return records a second."""
    arguments = [load.name, address, topic, str(RECORD_BYTES), str(load.record_count)]
    command = [sys.executable, "-m", "benchmarks.python_clients", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT_S)
    return float(json.loads(done.stdout)["records_per_s"])


def _keep(figures: dict[str, list[float]], runs: int) -> None:
    began = dt.datetime.now(dt.UTC)
    about = {
        "date": began.isoformat(timespec="seconds"),
        "commit": described_commit(),
        "machine": machine(),
        "clients": figures,
    }
    write_json(RESULTS / f"{began:%Y-%m-%d-%H%M}-{about['commit']}-clients.json", about)
    medians = {title: statistics.median(values) for title, values in figures.items()}
    panels = {
        "produce, calls to flush": {load.title: medians[load.title] for load in PRODUCE},
        "consume": {load.title: medians[load.title] for load in CONSUME},
    }
    place = f"{machine()['cores']} cores of {machine()['cpu']}"
    subtitle = f"{RECORD_BYTES}-byte records, one partition, medians of {runs} runs on {place}"
    draw(panels, CHART, subtitle)


def _show(figures: dict[str, list[float]]) -> None:
    medians = {title: statistics.median(values) for title, values in figures.items()}
    for heading, loads, reference in (
        ("produce, calls a second to flush", PRODUCE, "aiokafka"),
        ("consume, records a second", CONSUME, "aiokafka, getmany"),
    ):
        table = Table(
            "client", heading, f"beside {reference}", title=f"{RECORD_BYTES}-byte records"
        )
        for load in loads:
            rate = medians[load.title]
            table.add_row(
                load.title, f"{rate / 1e3:,.0f} k", f"{rate / medians[reference]:.2f}\u00d7"
            )
        Console().print(table)
    table = Table("client", "import and connect, a new process")
    for title in CONNECT:
        table.add_row(title, f"{medians[f'{title}, import and connect'] * 1000:,.0f} ms")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
