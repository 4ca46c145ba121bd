# SPDX-License-Identifier: Apache-2.0
"""`python -m benchmarks`: measure Ottla beside Apache Kafka and RabbitMQ, print and keep it.

--only NAME picks rows or a whole part (see --list), --quick is one short run for a look, --runs N
changes the number of alternating runs; clusters have --engine and --trials. Results go to
benchmarks/results/, charts to docs/images/.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import chart, curves, report, scale
from benchmarks.classic import CLASSIC_ROWS
from benchmarks.cluster import CLUSTER_ROWS, CLUSTER_SESSION_ROWS, ClusterBench
from benchmarks.clusters import ENGINES, cluster_servers
from benchmarks.comparison import SERVERS, compare, condense
from benchmarks.coordinators import COORDINATOR_ROWS, COORDINATOR_SERVERS
from benchmarks.provenance import RESULTS, ROOT, described_commit
from benchmarks.rows import ROWS, SESSION_ROWS, Bench, Row
from benchmarks.scale import SCALE_ROWS
from benchmarks.servers import ApacheKafka, OttlaServer, Running, Server, machine

CHART = ROOT / "docs" / "images" / "benchmarks.png"
CHARTS = {
    "comparison": CHART,
    "coordinators": CHART.with_name("benchmarks-coordinators.png"),
    "cluster": CHART.with_name("benchmarks-cluster.png"),
}
CHART_NOTES = {
    "comparison": "one broker, one partition",
    "coordinators": "one broker: groups, offsets, transactions",
    "cluster": "three brokers, acks=all, two in sync",
}
CURVES_CHART = CHART.with_name("benchmarks-curves.png")
WORK = ROOT / ".benchmarks"


@dataclass(frozen=True)
class Part:
    """Rows that are measured together, and on what."""

    rows: Sequence[Row]
    servers: Mapping[str, Callable[[Path], Server]]
    session_rows: Sequence[Row] = ()
    """Figures of start-up and memory."""
    bench_of: Callable[[Any, str], Bench] = Bench
    """Makes what rows work with."""


PARTS = {
    "comparison": Part(ROWS, {name: SERVERS[name] for name in ("Ottla", "Kafka")}, SESSION_ROWS),
    "coordinators": Part(COORDINATOR_ROWS, COORDINATOR_SERVERS),
    "cluster": Part(CLUSTER_ROWS, cluster_servers("zookeeper"), CLUSTER_SESSION_ROWS),
    "classic": Part(CLASSIC_ROWS, SERVERS, SESSION_ROWS),
}
CURVES = "curves"  # what --only takes for them
CURVE_SERVERS = {
    "Ottla": lambda folder: OttlaServer(folder, scale.MANY_CONNECTIONS),
    "Kafka": ApacheKafka,
}
QUICK_SCALE = 0.35
QUICK_TRIALS = 3
PLAIN_WIDTH = 150


def main() -> int:
    """Run what was asked for and show it."""
    arguments = _parser().parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)
    if arguments.list:
        console.print("\n".join(sorted(_names())))
        return 0
    for name in arguments.only:
        if name not in _names():
            raise SystemExit(f"no row named {name}: {', '.join(sorted(_names()))}")
    WORK.mkdir(exist_ok=True)
    results: dict[str, Any] = {}
    began = dt.datetime.now(dt.UTC)
    for title, part in PARTS.items():
        chosen = [row for row in part.rows if _is_chosen(row, arguments, title)]
        if chosen or _wants_session(arguments, title):
            results[title] = _measure(console, arguments, _as_asked(part, title, chosen, arguments))
            _show(console, results[title])
            _keep(results, arguments, began)  # each part, since a later one may fail
    if _is_chosen(SCALE_ROWS[0], arguments):
        results["scale"] = _measure_scale(console, arguments)
        _show(console, results["scale"])
        _keep(results, arguments, began)
    if not arguments.client and (not arguments.only or CURVES in arguments.only):
        results[CURVES] = _measure_curves(console, arguments)
        _keep(results, arguments, began)
    if not arguments.dry:
        console.print(f"Kept in {RESULTS.relative_to(ROOT)}, drawn in {CHART.relative_to(ROOT)}")
    return 0


def _names() -> set[str]:
    rows = [row for part in PARTS.values() for row in part.rows]
    sessions = [row for part in PARTS.values() for row in part.session_rows]
    return {row.name for row in (*rows, *sessions, *SCALE_ROWS)} | {*PARTS, CURVES}


def _is_chosen(row: Row, arguments: argparse.Namespace, part: str = "") -> bool:
    by_name = not arguments.only or row.name in arguments.only or part in arguments.only
    return by_name and arguments.client in (None, row.client)


def _wants_session(arguments: argparse.Namespace, title: str) -> bool:
    rows = PARTS[title].session_rows if title != "classic" else ()  # those of the comparison too
    return any(row.name in arguments.only for row in rows)


def _as_asked(part: Part, title: str, rows: Sequence[Row], arguments: argparse.Namespace) -> Part:
    """Narrow a part to its chosen rows; a cluster also has an engine and a number of trials."""
    if title != "cluster":
        return replace(part, rows=rows)
    trials = QUICK_TRIALS if arguments.quick else arguments.trials
    return replace(
        part,
        rows=rows,
        servers=cluster_servers(arguments.engine),
        bench_of=lambda server, folder: ClusterBench(server, folder, trials),
    )


def _measure(console: Console, arguments: argparse.Namespace, part: Part) -> report.Condensed:
    wanted = arguments.servers or list(part.servers)
    with (
        tempfile.TemporaryDirectory(dir=WORK) as folder,
        console.status("") as status,
    ):
        measured = compare(
            part.rows,
            servers={name: make for name, make in part.servers.items() if name in wanted},
            runs=1 if arguments.quick else arguments.runs,
            scale=_scale(arguments),
            work_folder=Path(folder),
            progress=status.update,
            session_rows=part.session_rows,
            bench_of=part.bench_of,
        )
    return condense(measured)


def _measure_scale(console: Console, arguments: argparse.Namespace) -> report.Condensed:
    with tempfile.TemporaryDirectory(dir=WORK) as folder, console.status("") as status:
        figures = scale.measure_all(Path(folder), _scale(arguments), status.update)
    return condense({(row, "Ottla"): [figures] for row in SCALE_ROWS})


def _measure_curves(console: Console, arguments: argparse.Namespace) -> dict[str, curves.Curves]:
    measured = {}
    for name in arguments.servers or ("Ottla", "Kafka"):
        with tempfile.TemporaryDirectory(dir=WORK) as folder, console.status("") as status:

            def told(what: str, *, name: str = name) -> None:
                status.update(f"{name} · {what}")

            server = CURVE_SERVERS[name](Path(folder) / "data")
            with Running(server, Path(folder) / "data"):
                measured[name] = curves.measure(server, _scale(arguments), told)
    return measured


def _scale(arguments: argparse.Namespace) -> float:
    return QUICK_SCALE if arguments.quick else 1.0


def _show(console: Console, condensed: report.Condensed) -> None:
    console.print(report.table(condensed))
    for line in report.left_out(condensed):
        console.print(f"left out: {line}", markup=False)


def _keep(results: dict[str, Any], arguments: argparse.Namespace, began: dt.datetime) -> None:
    """Write what is known so far; the file is named after the start of the run."""
    if arguments.dry:
        return
    commit = described_commit()
    about: dict[str, Any] = {
        "date": began.isoformat(timespec="seconds"),
        "commit": commit,
        "machine": machine(),
        "quick": arguments.quick,
        **results,
    }
    path = RESULTS / f"{began:%Y-%m-%d-%H%M}-{commit}.json"
    report.write_json(path, about)
    tables = [report.markdown(part) for title, part in results.items() if title != CURVES]
    path.with_suffix(".md").write_text("\n".join(tables))
    for title, chart_path in CHARTS.items():
        if title in results and (len(arguments.only) != 1 or title in arguments.only):
            _draw(results[title], chart_path, CHART_NOTES[title])
    if CURVES in results:
        curves.draw(results[CURVES], CURVES_CHART)


def _draw(condensed: report.Condensed, path: Path, note: str) -> None:
    described = machine()
    place = f"on one machine ({described['cores']} cores of {described['cpu']})"
    chart.draw(condensed, path, f"how many times better, {place}, {note}; the mark is the target")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the rows' names")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--client", help="only rows of this client, e.g. generator")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one short run")
    parser.add_argument("--servers", type=lambda text: text.split(","), help="e.g. Ottla,Kafka")
    parser.add_argument("--engine", choices=sorted(ENGINES), default="zookeeper")
    parser.add_argument("--trials", type=int, default=50, help="of faults in a cluster")
    parser.add_argument("--dry", action="store_true", help="print, but keep nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
