# SPDX-License-Identifier: Apache-2.0
"""Write what was measured: JSON for machines, a Markdown table and a chart for people."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.table import Table

Condensed = list[dict[str, Any]]
FIGURE_TITLES = {
    "cpu_s_per_gb": ("server CPU", "s/GB"),
    "p99_us": ("p99", "µs"),
    "p50_us": ("p50", "µs"),
}
TIMES = "\N{MULTIPLICATION SIGN}"
HEADINGS = ("work", "client", "Apache Kafka", "Ottla", "ratio", "to reach", "")
LOWER_IS_BETTER = frozenset({"cpu_s_per_gb", "p50_us", "p99_us", "p999_us"})
INK, PAPER, QUIET = "#1f2430", "#ffffff", "#8a90a0"
REACHED, MISSED, UNJUDGED = "#2f7d5b", "#c2573a", "#5b7fb5"


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write the results, readable as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def markdown(condensed: Condensed) -> str:
    """Write the table: one line per row and per further figure that is checked."""
    lines = [HEADINGS, ("---", "---", "--:", "--:", "--:", "--:", "---"), *_lines(condensed)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table(condensed: Condensed) -> Table:
    """Lay the same table out for a terminal."""
    shown = Table(box=SIMPLE_HEAD)
    for index, heading in enumerate(HEADINGS):
        shown.add_column(heading, justify="right" if 2 <= index <= 5 else "left")
    colours = {"reached": "green", "not reached": "red"}
    for line in _lines(condensed):
        shown.add_row(*line[:-1], f"[{colours.get(line[-1], 'default')}]{line[-1]}[/]")
    return shown


def _lines(condensed: Condensed) -> list[tuple[str, ...]]:
    return [_line(row, figure, check) for row in condensed for figure, check in _figures_of(row)]


def _figures_of(row: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any] | None]]:
    checks = {check["figure"]: check for check in row["checks"]}
    yield row["figure"], checks.pop(row["figure"], None)
    yield from checks.items()


def _line(row: dict[str, Any], figure: str, check: dict[str, Any] | None) -> tuple[str, ...]:
    subtitle, unit = FIGURE_TITLES.get(figure, ("", row["unit"]))
    title = f"{row['title']}, {subtitle}" if subtitle else row["title"]
    kafka, ottla = (_value(row, name, figure, unit) for name in ("Kafka", "Ottla"))
    both = ratio(row, figure)
    wanted, verdict = "", ""
    if check is not None:
        sign = "≥" if check["kind"].endswith(">=") else "≤"
        suffix = f" {unit}" if check["kind"].startswith("value") else TIMES
        wanted = f"{sign} {check['bound']:g}{suffix}"
        verdict = {True: "reached", False: "not reached", None: ""}[check["reached"]]
    shown = f"{both:.2f}{TIMES}" if both is not None else ""
    return title, row["client"], kafka, ottla, shown, wanted, verdict


def _value(row: dict[str, Any], server: str, figure: str, unit: str) -> str:
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


def draw(condensed: Condensed, path: Path, subtitle: str) -> None:
    """Draw how many times better than Kafka each figure is, with a mark where it has to be."""
    bars = list(_bars(condensed))
    if not bars:
        return
    figure = Figure(figsize=(10, 0.42 * len(bars) + 1.9), facecolor=PAPER)
    axes = figure.subplots()
    axes.set_facecolor(PAPER)
    positions = range(len(bars))
    for position, (label, times, wanted, value) in zip(positions, bars, strict=True):
        colour = UNJUDGED if wanted is None else REACHED if times >= wanted else MISSED
        axes.barh(position, times - 1, left=1, height=0.62, color=colour, zorder=2)
        if wanted is not None:
            axes.plot([wanted] * 2, [position - 0.42, position + 0.42], color=INK, lw=2, zorder=3)
        at = max(times, wanted or 0, 1) * 1.04
        axes.text(at, position, f"{times:.2g}{TIMES}   {value}", va="center", color=INK, fontsize=9)
        del label
    axes.set_yticks(list(positions), [label for label, *_ in bars], color=INK, fontsize=9)
    axes.set_xscale("log", base=2)
    highest = max(max(times, wanted or 0) for _, times, wanted, _ in bars)
    lowest = min(times for _, times, _, _ in bars)
    axes.set_xlim(min(0.7, lowest * 0.9), highest * 3.2)
    ticks = [tick for tick in (0.25, 0.5, 1, 2, 4, 8, 16) if lowest * 0.9 <= tick <= highest * 1.2]
    axes.set_xticks(ticks, [f"{tick:g}{TIMES}" for tick in ticks], color=QUIET)
    axes.minorticks_off()
    axes.axvline(1, color=INK, lw=1.2, zorder=3)
    axes.grid(axis="x", color="#e6e8ee", zorder=0)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.text(
        0.012, 0.985, "Ottla beside Apache Kafka", va="top", color=INK, fontsize=15, weight="bold"
    )
    figure.text(
        0.012, 0.985 - 0.32 / figure.get_figheight(), subtitle, va="top", color=QUIET, fontsize=9
    )
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.62 / figure.get_figheight()))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=160, facecolor=PAPER)


def _bars(condensed: Condensed) -> Iterable[tuple[str, float, float | None, str]]:
    """Label, times better than Kafka, times to reach, the figures themselves."""
    for row in condensed:
        if not row["client"]:
            continue
        for figure, check in _figures_of(row):
            both = ratio(row, figure)
            if not both:
                continue
            lower = figure in LOWER_IS_BETTER
            subtitle, unit = FIGURE_TITLES.get(figure, ("", row["unit"]))
            times = 1 / both if lower else both
            wanted = None
            if check is not None:
                wanted = 1 / check["bound"] if lower else check["bound"]
            kafka, ottla = (_value(row, name, figure, "").strip() for name in ("Kafka", "Ottla"))
            label = f"{row['title']}{', ' + subtitle if subtitle else ''}  ({row['client']})"
            yield label, times, wanted, f"{ottla} against {kafka} {unit}"
