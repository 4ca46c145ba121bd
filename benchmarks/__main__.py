# SPDX-License-Identifier: Apache-2.0
"""`python -m benchmarks`: measure Ottla beside Apache Kafka and RabbitMQ, print and keep it.

--only NAME picks rows (see --list), --quick is one short run for a look, --runs N changes the
number of alternating runs. Results go to benchmarks/results/, the chart to docs/images/.
"""

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import report
from benchmarks.comparison import SERVERS, compare, condense
from benchmarks.rows import ROWS, SESSION_ROWS, Row
from benchmarks.servers import machine

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
CHART = ROOT / "docs" / "images" / "benchmarks.png"
WORK = ROOT / ".benchmarks"
QUICK_SCALE = 0.35
PLAIN_WIDTH = 150


def main() -> int:
    """Run what was asked for; exit code 1 when a target was measured and not reached."""
    arguments = _parser().parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)
    if arguments.list:
        console.print("\n".join(dict.fromkeys(row.name for row in (*ROWS, *SESSION_ROWS))))
        return 0
    rows = _chosen(arguments.only, arguments.client)
    WORK.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=WORK) as folder,
        console.status("") as status,
    ):
        measured = compare(
            rows,
            names=arguments.servers.split(","),
            runs=1 if arguments.quick else arguments.runs,
            scale=QUICK_SCALE if arguments.quick else 1.0,
            work_folder=Path(folder),
            progress=status.update,
        )
    condensed = condense(measured)
    _show(console, condensed)
    if not arguments.dry:
        _keep(console, condensed, arguments)
    return 0


def _chosen(names: Sequence[str], client: str | None) -> list[Row]:
    known = {row.name for row in (*ROWS, *SESSION_ROWS)}
    for name in names:
        if name not in known:
            raise SystemExit(f"no row named {name}: {', '.join(sorted(known))}")
    return [
        row
        for row in ROWS
        if (not names or row.name in names) and (client is None or row.client == client)
    ]


def _show(console: Console, condensed: report.Condensed) -> None:
    console.print(report.table(condensed))
    for line in report.left_out(condensed):
        console.print(f"left out: {line}", markup=False)


def _keep(console: Console, condensed: report.Condensed, arguments: argparse.Namespace) -> None:
    now = dt.datetime.now(dt.UTC)
    commit = _commit()
    about: dict[str, Any] = {
        "date": now.isoformat(timespec="seconds"),
        "commit": commit,
        "machine": machine(),
        "quick": arguments.quick,
        "rows": condensed,
    }
    path = RESULTS / f"{now:%Y-%m-%d-%H%M}-{commit}.json"
    report.write_json(path, about)
    path.with_suffix(".md").write_text(report.markdown(condensed))
    described = machine()
    subtitle = (
        f"times better, same machine ({described['cores']} cores, {described['cpu']}), one broker, "
        "one partition; the mark is the target"
    )
    report.draw(condensed, CHART, subtitle)
    console.print(f"Kept in {path.relative_to(ROOT)}, chart in {CHART.relative_to(ROOT)}")


def _commit() -> str:
    named = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return named.stdout.strip() or "unknown"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the rows' names")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--client", help="only rows of this client, e.g. generator")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one short run")
    parser.add_argument("--servers", default=",".join(SERVERS), help="e.g. Kafka")
    parser.add_argument("--dry", action="store_true", help="print, but keep nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
