# SPDX-License-Identifier: Apache-2.0
"""Run the rows against each server in turn and condense them to medians, ratios and verdicts.

One session is one start of one server on an empty folder: start-up time, idle memory, a shortened
pass over all rows as warm-up, the measured pass, memory again. Sessions of the servers alternate,
and each run turns the order round, so that a slow minute of the machine hits both.
"""

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.kafka import KafkaUnavailableError

from benchmarks.rabbitmq import RabbitMq
from benchmarks.real_clients import ClientMissingError
from benchmarks.rows import SESSION_ROWS, Bench, Check, Figures, Row
from benchmarks.servers import (
    ApacheKafka,
    OttlaServer,
    Running,
    Server,
    cpu_seconds,
)

SETTLE_S = 1.0
SERVERS: dict[str, Callable[[Path], Server]] = {
    "Ottla": OttlaServer,
    "Kafka": ApacheKafka,
    "RabbitMQ": RabbitMq,
}
Progress = Callable[[str], None]
# (row, server's name) -> one Figures per run; a row that could not run holds {"left_out": why}
Measured = dict[tuple[Row, str], list[Figures]]


def compare(
    rows: Sequence[Row],
    *,
    servers: Mapping[str, Callable[[Path], Server]],
    runs: int,
    scale: float,
    work_folder: Path,
    progress: Progress,
    session_rows: Sequence[Row] = SESSION_ROWS,
    bench_of: Callable[[Any, str], Bench] = Bench,
) -> Measured:
    """Measure all rows on all servers, `runs` times, alternating.

    `session_rows` show what a session measures by itself; `bench_of` makes what rows work with, of
    a running server and its folder.
    """
    measured: Measured = {}
    names = list(servers)
    for run in range(runs):
        order = names if run % 2 == 0 else list(reversed(names))
        for name in order:
            is_ours = name == OttlaServer.name
            chosen = [
                row
                for row in rows
                if run == 0 or not (row.once or (row.others_once and not is_ours))
            ]
            folder = Path(tempfile.mkdtemp(prefix=f"{name.lower()}-", dir=work_folder))

            def told(what: str, *, name: str = name, run: int = run) -> None:
                progress(f"run {run + 1}/{runs} · {name} · {what}")

            try:
                session, results = _session(
                    servers[name](folder), folder, chosen, scale, told, bench_of
                )
            except (ClientMissingError, KafkaUnavailableError, RuntimeError, OSError) as failure:
                session = {"left_out": str(failure)}
                results = [(row, session) for row in chosen]
            for row, figures in (*((row, session) for row in session_rows), *results):
                measured.setdefault((row, name), []).append(figures)
    return measured


def _session(
    server: Server,
    folder: Path,
    rows: Sequence[Row],
    scale: float,
    progress: Progress,
    bench_of: Callable[[Any, str], Bench],
) -> tuple[Figures, list[tuple[Row, Figures]]]:
    progress("start")
    results: list[tuple[Row, Figures]] = []
    try:
        with Running(server, folder):
            time.sleep(SETTLE_S)
            session = {
                "ready_s": server.ready_s,
                "format_s": server.format_s,
                **{f"idle_{key}": value for key, value in server.memory_mb().items()},
            }
            bench = bench_of(server, str(folder))
            for row in rows:
                if row.warm_up_scale and row.warms_only in ("", server.name):
                    progress(f"warm-up · {row.title} · {row.client}")
                    _attempt(row, bench, scale * row.warm_up_scale)
            for row in rows:
                progress(f"{row.title} · {row.client}")
                results.append((row, _attempt(row, bench, scale)))
            time.sleep(SETTLE_S)
            if server.how_it_ended() is None:
                with contextlib.suppress(RuntimeError):  # a row could not restart it
                    loaded = server.memory_mb()
                    session |= {f"loaded_{key}": value for key, value in loaded.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return session, results


def _attempt(row: Row, bench: Bench, scale: float) -> Figures:
    """Run one row; what a client says when it fails is the result, and the others go on."""
    try:
        if row.rehearses:
            row.run(bench, scale)
        process_ids = bench.server.pids
        before = sum(map(cpu_seconds, process_ids))
        figures = row.run(bench, scale)
    except (ClientMissingError, RuntimeError, OSError, ValueError) as failure:
        return {"left_out": bench.server.how_it_ended() or str(failure)}
    if bench.server.pids != process_ids:
        return figures  # it was restarted, so there is no before and after
    used = sum(map(cpu_seconds, process_ids)) - before
    figures["server_cpu_s"] = used
    if figures.get("total_gb"):
        figures["cpu_s_per_gb"] = used / figures["total_gb"]
    if figures.get("total_records"):
        figures["cpu_us_per_record"] = used / figures["total_records"] * 1e6
    if figures.get("total_operations"):
        figures["cpu_us_per_operation"] = used / figures["total_operations"] * 1e6
    return figures


def condense(measured: Measured) -> list[dict[str, Any]]:
    """Turn the runs of each row into medians and checks, ready for JSON."""
    rows = list(dict.fromkeys(row for row, _ in measured))
    condensed = []
    for row in rows:
        servers = {name: runs for (other, name), runs in measured.items() if other is row}
        medians = {name: _medians(runs) for name, runs in servers.items()}
        condensed.append(
            {
                "name": row.name,
                "title": row.title,
                "client": row.client,
                "figure": row.figure,
                "unit": row.unit,
                "also": list(row.also),
                "medians": medians,
                "runs": servers,
                "checks": [_verdict(check, medians) for check in row.checks],
            }
        )
    return condensed


def _medians(runs: Sequence[Figures]) -> Figures:
    """Take each figure's median over the runs that have it."""
    keys = dict.fromkeys(key for run in runs for key in run)
    numbers = {
        key: [run[key] for run in runs if isinstance(run.get(key), int | float)] for key in keys
    }
    medians: Figures = {key: statistics.median(values) for key, values in numbers.items() if values}
    reasons = [run["left_out"] for run in runs if "left_out" in run]
    if reasons and not medians:
        medians["left_out"] = reasons[-1]
    return medians


def _verdict(check: Check, medians: dict[str, Figures]) -> dict[str, Any]:
    ottla = medians.get("Ottla", {}).get(check.figure)
    kafka = medians.get("Kafka", {}).get(check.figure)
    actual = ottla
    if check.kind.startswith("ratio"):
        actual = ottla / kafka if ottla is not None and kafka else None
    reached = None
    if actual is not None:
        reached = actual >= check.bound if check.kind.endswith(">=") else actual <= check.bound
    return {
        "figure": check.figure,
        "kind": check.kind,
        "bound": check.bound,
        "actual": actual,
        "reached": reached,
    }
