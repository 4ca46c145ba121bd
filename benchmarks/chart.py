# SPDX-License-Identifier: Apache-2.0
"""Draw the comparison for the README: ratios as bars, targets as marks."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from benchmarks.report import (
    FIGURE_TITLES,
    LOWER_IS_BETTER,
    TIMES,
    Condensed,
    figures_of,
    ratio,
    shown_value,
)

INK, PAPER, QUIET = "#1f2430", "#ffffff", "#8a90a0"
TICKS = (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)
REACHED, MISSED, UNJUDGED = "#2f7d5b", "#c2573a", "#5b7fb5"


def draw(condensed: Condensed, path: Path, subtitle: str) -> None:
    """Draw how many times better than Kafka each figure is, with a mark where it has to be."""
    bars = list(_bars(condensed))
    if not bars:
        return
    figure = Figure(figsize=(10, 0.42 * len(bars) + 1.9), facecolor=PAPER)
    axes = figure.subplots()
    axes.set_facecolor(PAPER)
    positions = range(len(bars))
    for position, (_label, times, wanted, reached, value) in zip(positions, bars, strict=True):
        colour = UNJUDGED if reached is None else REACHED if reached else MISSED
        axes.barh(position, times - 1, left=1, height=0.62, color=colour, zorder=2)
        if wanted is not None:
            axes.plot([wanted] * 2, [position - 0.42, position + 0.42], color=INK, lw=2, zorder=3)
        at = max(times, wanted or 0, 1) * 1.04
        axes.text(at, position, f"{times:.2g}{TIMES}   {value}", va="center", color=INK, fontsize=9)
    axes.set_yticks(list(positions), [bar.label for bar in bars], color=INK, fontsize=9)
    axes.set_xscale("log", base=2)
    highest = max(max(bar.times, bar.wanted or 0) for bar in bars)
    lowest = min(bar.times for bar in bars)
    axes.set_xlim(min(0.85, lowest * 0.9), highest * 16)
    axes.set_ylim(-0.7, len(bars) - 0.3)
    ticks = [tick for tick in TICKS if tick == 1 or lowest * 0.9 <= tick <= highest * 1.2]
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


class _Bar(NamedTuple):
    """One figure of a row."""

    label: str
    times: float
    """How many times better than Kafka's."""
    wanted: float | None
    """How many times better it has to be, if that is the target."""
    reached: bool | None
    value: str


def _bars(condensed: Condensed) -> Iterable[_Bar]:
    """Give the first figure of each row and those with a target."""
    for row in condensed:
        if not row["client"]:
            continue
        for figure, check in figures_of(row):
            both = ratio(row, figure)
            if not both or (check is None and figure != row["figure"]):
                continue
            lower = figure in LOWER_IS_BETTER
            subtitle, unit = FIGURE_TITLES.get(figure, ("", row["unit"]))
            times = 1 / both if lower else both
            wanted = None
            if check is not None and check["kind"].startswith("ratio"):
                wanted = 1 / check["bound"] if lower else check["bound"]
            ottla = shown_value(row, "Ottla", figure, "").strip()
            kafka = shown_value(row, "Kafka", figure, "").strip()
            label = f"{row['title']}{', ' + subtitle if subtitle else ''}  ({row['client']})"
            reached = check["reached"] if check is not None else None
            yield _Bar(label, times, wanted, reached, f"{ottla} against {kafka} {unit}")
