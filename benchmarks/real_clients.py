# SPDX-License-Identifier: Apache-2.0
"""Drive real clients as processes and give back what they measured.

librdkafka by our C program (compiled on first use into .tools/), confluent-kafka, aiokafka and
kafka-python by benchmarks.python_clients, Kafka's ProducerPerformance and ConsumerPerformance by
their jars. Each function returns the same keys: records_per_s, mb_per_s, total_records, total_gb,
or latencies.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tools.kafka import run_tool

LOAD_SOURCE = Path(__file__).with_name("librdkafka_load.c")
BUILD_FOLDER = Path(__file__).parents[1] / ".tools" / "benchmarks"
TIMEOUT_S = 180
Result = dict[str, Any]

# ProducerPerformance ends with a line such as
# "500000 records sent, 812345.6 records/sec (77.47 MB/sec), 12.30 ms avg latency, ..."
PRODUCER_LINE = re.compile(r"(\d+) records sent, ([\d.]+) records/sec \(([\d.]+) MB/sec\)")


class ClientMissingError(RuntimeError):
    """A compiler, a library or a served API is missing; the row is left out and says why."""


def generator(action: str, address: str, topic: str, *options: object) -> Result:
    """Run the protocol-level generator."""
    return measured_by(
        [
            *(sys.executable, "-m", "benchmarks.generator", action),
            *("--address", address, "--topic", topic),
            *map(str, options),
        ]
    )


def librdkafka(action: str, address: str, topic: str, *arguments: object) -> Result:
    """Run the C program; arguments as in the head of its source."""
    return measured_by([str(librdkafka_program()), action, address, topic, *map(str, arguments)])


def python_client(load: str, address: str, topic: str, record_bytes: int, count: int) -> Result:
    """Run a load of benchmarks.python_clients."""
    command = [sys.executable, "-m", "benchmarks.python_clients", load, address, topic]
    return measured_by([*command, str(record_bytes), str(count)])


def producer_performance(
    address: str, topic: str, record_bytes: int, count: int, settings: Sequence[str] = ()
) -> Result:
    """Kafka's own producer benchmark."""
    finished = run_tool(
        "ProducerPerformance",
        *("--bootstrap-server", address, "--topic", topic),
        *("--num-records", str(count), "--record-size", str(record_bytes), "--throughput", "-1"),
        *("--command-property", "acks=1", "enable.idempotence=false", *settings),
        timeout_s=TIMEOUT_S,
    )
    matches = PRODUCER_LINE.findall(finished.stdout)
    if not matches:
        raise RuntimeError(f"ProducerPerformance said: {finished.stdout[-500:]}")
    sent, rate, _ = matches[-1]
    return _result(float(rate), int(sent), record_bytes)


def consumer_performance(address: str, topic: str, record_bytes: int, count: int) -> Result:
    """Kafka's own consumer benchmark; its rate leaves out the time to join the group."""
    finished = run_tool(
        "ConsumerPerformance",
        *("--bootstrap-server", address, "--topic", topic, "--num-records", str(count)),
        "--hide-header",
        timeout_s=TIMEOUT_S,
    )
    rows = [line.split(",") for line in finished.stdout.splitlines() if line.count(",") >= 9]
    if not rows:
        raise RuntimeError(f"ConsumerPerformance said: {finished.stdout[-500:]}")
    fetched, rate = int(rows[-1][4]), float(rows[-1][9])
    return _result(rate, fetched, record_bytes)


@cache
def librdkafka_program() -> Path:
    """Compile the C program unless this version of it is there."""
    digest = hashlib.sha256(LOAD_SOURCE.read_bytes()).hexdigest()[:12]
    program = BUILD_FOLDER / f"librdkafka_load-{digest}"
    if program.exists():
        return program
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise ClientMissingError("no C compiler: run tools/install_test_tools.sh bench as root")
    BUILD_FOLDER.mkdir(parents=True, exist_ok=True)
    partial = program.with_suffix(".partial")
    command = [compiler, "-O2", "-o", str(partial), str(LOAD_SOURCE), "-lrdkafka", "-pthread"]
    compiled = subprocess.run(command, capture_output=True, text=True, check=False)
    if compiled.returncode != 0:
        raise ClientMissingError(f"librdkafka_load.c did not compile:\n{compiled.stderr[-1000:]}")
    partial.rename(program)
    return program


def result_of(process: subprocess.Popen[str], timeout_s: float) -> Result:
    """Wait for a load that was started before; its last line is a JSON object."""
    output, errors = process.communicate(timeout=timeout_s)
    if process.returncode != 0:
        raise RuntimeError(f"the load failed:\n{errors[-1500:]}")
    result: Result = json.loads(output.splitlines()[-1])
    return result


def measured_by(command: Sequence[str]) -> Result:
    """Run a load that prints one JSON object."""
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if finished.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{finished.stderr[-1500:]}")
    result: Result = json.loads(finished.stdout)
    return result


def _result(records_per_s: float, records: int, record_bytes: int) -> Result:
    return {
        "records_per_s": records_per_s,
        "mb_per_s": records_per_s * record_bytes / 1e6,
        "total_records": records,
        "total_gb": records * record_bytes / 1e9,
    }
