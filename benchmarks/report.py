# SPDX-License-Identifier: Apache-2.0
"""Write what was measured: JSON for machines, tables for people."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

Condensed = list[dict[str, Any]]
TIMES = "\N{MULTIPLICATION SIGN}"
FIGURE_TITLES = {
    "cpu_s_per_gb": ("server CPU", "s/GB"),
    "p99_us": ("p99", "µs"),
    "p50_us": ("p50", "µs"),
    "cpu_us_per_operation": ("server CPU for one", "µs"),
    "client_cores": ("load's own CPU", "cores"),
    "moved_beyond_need": ("moved without need", "partitions"),
    "interrupted": ("taken and given back", "partitions"),
    "converged_s": ("until all is settled", "s"),
    "server_cpu_percent": ("server CPU", "% of a core"),
    "p99_growth": ("p99 of a produce by that alone", TIMES),
    "idle_p99_us": ("p99 of a produce alone", "µs"),
    "beside_p99_us": ("p99 of a produce beside it", "µs"),
    "heartbeat_p99_us": ("p99 of a heartbeat", "µs"),
    "stall_ms": ("longest answer meanwhile", "ms"),
    "restart_s": ("with start", "s"),
    "cpu_us_per_record": ("server CPU for one", "µs"),
    "idle_engine_mb": ("the engine beside them", "MB"),
    "loaded_engine_mb": ("the engine beside them", "MB"),
    "gap_p50_s": ("p50", "s"),
    "gap_p99_s": ("p99", "s"),
    "gap_controller_s": ("p50 when it decides too", "s"),
    "gap_return_s": ("longest when it comes back", "s"),
    "change_p50_s": ("p50", "s"),
    "change_p99_s": ("p99", "s"),
    "elected_p50_s": ("p50 until another is known", "s"),
    "create_s": ("creating the partitions before", "s"),
    "lost": ("acknowledged and lost", "records"),
    "duplicated": ("written twice", "records"),
    "rebalances": ("changes of assignments", ""),
    "p99_ms": ("p99 of a produce", "ms"),
    "longest_ms": ("longest produce", "ms"),
    "delivered_again": ("consumed again", "records"),
    "stop_s": ("longest stop", "s"),
    "in_sync_again_s": ("longest from start to in sync", "s"),
}
HEADINGS = ("work", "client", "Apache Kafka", "Ottla", "ratio", "to reach", "verdict")
COLOURED = {"reached": "[green]reached[/]", "not reached": "[red]not reached[/]"}
CLASSIC_SERVERS = ("RabbitMQ", "Kafka", "Ottla")
LOWER_IS_BETTER = frozenset(
    {
        *("cpu_s_per_gb", "cpu_us_per_operation", "server_cpu_percent"),
        *("p50_us", "p99_us", "p999_us", "p99_growth", "idle_p99_us", "beside_p99_us"),
        *("heartbeat_p99_us", "stable_s", "converged_s", "load_s", "restart_s", "stall_ms"),
        *("moved", "moved_beyond_need", "interrupted"),
        *("cpu_us_per_record", "ready_s", "idle_mb", "loaded_mb", "create_s", "p99_ms"),
        *("gap_p50_s", "gap_p99_s", "change_p50_s", "change_p99_s", "elected_p50_s"),
        *("lost", "duplicated", "rebalances", "longest_ms", "stop_s", "in_sync_again_s"),
    }
)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write the results, readable as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def markdown(condensed: Condensed) -> str:
    """Write the table: one line per row and per further figure that is checked."""
    if all(row["name"] == "scale" for row in condensed):
        return _plain_markdown(condensed)
    if any("RabbitMQ" in row["medians"] for row in condensed):
        return _classic_markdown(condensed)
    lines = [HEADINGS, ("---", "---", "--:", "--:", "--:", "--:", "---"), *_lines(condensed)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _plain_markdown(condensed: Condensed) -> str:
    """Write a table of Ottla alone against plain bounds."""
    lines = [("work", "Ottla", "to reach", "verdict"), ("---", "--:", "--:", "---")]
    for row in condensed:
        _title, _client, _kafka, ottla, _ratio, wanted, verdict = _line(
            row, row["figure"], next(iter(row["checks"]), None)
        )
        lines.append((row["title"], ottla, wanted, verdict))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _classic_markdown(condensed: Condensed) -> str:
    lines = [("work", "RabbitMQ", "Apache Kafka", "Ottla"), ("---", "--:", "--:", "--:")]
    for row in condensed:
        values = (shown_value(row, name, row["figure"], row["unit"]) for name in CLASSIC_SERVERS)
        lines.append((row["title"], *values))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table(condensed: Condensed) -> Table:
    """Lay the same table out for a terminal."""
    lines = [
        line.removeprefix("| ").removesuffix(" |").split(" | ")
        for line in markdown(condensed).splitlines()
    ]
    shown = Table(box=SIMPLE_HEAD)
    for heading, kind in zip(lines[0], lines[1], strict=True):
        shown.add_column(heading, justify="right" if kind.endswith(":") else "left")
    for line in lines[2:]:
        shown.add_row(*(COLOURED.get(cell, cell) for cell in line))
    return shown


def _lines(condensed: Condensed) -> list[tuple[str, ...]]:
    return [_line(row, figure, check) for row in condensed for figure, check in figures_of(row)]


def figures_of(row: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any] | None]]:
    """Give the figures to show of a row, each with its check if it has one."""
    checks = {check["figure"]: check for check in row["checks"]}
    yield row["figure"], checks.pop(row["figure"], None)
    yield from checks.items()
    for figure in row.get("also", ()):
        yield figure, None


def _line(row: dict[str, Any], figure: str, check: dict[str, Any] | None) -> tuple[str, ...]:
    subtitle, unit = FIGURE_TITLES.get(figure, ("", row["unit"]))
    title = f"{row['title']}, {subtitle}" if subtitle else row["title"]
    kafka, ottla = (shown_value(row, name, figure, unit) for name in ("Kafka", "Ottla"))
    both = ratio(row, figure)
    wanted, verdict = "", ""
    if check is not None:
        sign = "≥" if check["kind"].endswith(">=") else "≤"
        suffix = f" {unit}" if check["kind"].startswith("value") else TIMES
        wanted = f"{sign} {check['bound']:g}{suffix}"
        verdict = {True: "reached", False: "not reached", None: ""}[check["reached"]]
    shown = f"{both:.2f}{TIMES}" if both is not None else ""
    return title, row["client"], kafka, ottla, shown, wanted, verdict


def shown_value(row: dict[str, Any], server: str, figure: str, unit: str) -> str:
    """Give a server's median as text, or why there is none."""
    medians = row["medians"].get(server, {})
    value = medians.get(figure)
    if value is None:
        return "n/a" if "left_out" in medians else ""
    return f"{readable(value)} {unit}"


def readable(value: float) -> str:
    """Three significant digits, thousands and millions spelled k and M."""
    for limit, suffix in ((1e6, " M"), (1e4, " k")):
        if value >= limit:
            return f"{value / (1e6 if limit == 1e6 else 1e3):.3g}{suffix}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(row: dict[str, Any], figure: str) -> float | None:
    """Ottla's median by Kafka's."""
    ottla = row["medians"].get("Ottla", {}).get(figure)
    kafka = row["medians"].get("Kafka", {}).get(figure)
    return ottla / kafka if ottla is not None and kafka else None


def left_out(condensed: Condensed) -> list[str]:
    """Say what could not be measured and why."""
    return [
        f"{row['title']} ({row['client']}) on {server}: {medians['left_out'].splitlines()[-1]}"
        for row in condensed
        for server, medians in row["medians"].items()
        if "left_out" in medians
    ]
