# SPDX-License-Identifier: Apache-2.0
"""Draw how fast the clients of Python write and read, ours beside the others."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.chart import INK, PAPER, QUIET, REACHED

OTHERS = "#b3b9c6"
OURS = "Ottla"


def draw(panels: Mapping[str, Mapping[str, float]], path: Path, subtitle: str) -> None:
    """Draw a panel of bars for each kind of work: records a second, by client."""
    counts = [len(rates) for rates in panels.values()]
    figure = Figure(figsize=(10, 0.4 * sum(counts) + 2.2), facecolor=PAPER)
    all_axes = figure.subplots(len(panels), 1, sharex=True, height_ratios=counts, squeeze=False)
    for axes, (title, rates) in zip(all_axes[:, 0], panels.items(), strict=True):
        axes.set_facecolor(PAPER)
        colours = [REACHED if name.startswith(OURS) else OTHERS for name in rates]
        millions = [rate / 1e6 for rate in rates.values()]
        bars = axes.barh(list(rates), millions, height=0.66, color=colours, zorder=2)
        axes.bar_label(bars, fmt=" %.2f", color=INK, fontsize=9)
        axes.set_title(title, loc="left", color=INK, fontsize=10)
        axes.invert_yaxis()
        axes.grid(axis="x", color="#e6e8ee", zorder=0)
        axes.tick_params(length=0, labelcolor=INK, labelsize=9)
        for side in axes.spines.values():
            side.set_visible(False)
    all_axes[-1, 0].set_xlabel("million records a second", color=QUIET, fontsize=9)
    figure.text(0.012, 0.985, "Clients of Python", va="top", color=INK, fontsize=15, weight="bold")
    figure.text(
        0.012, 0.985 - 0.32 / figure.get_figheight(), subtitle, va="top", color=QUIET, fontsize=9
    )
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.62 / figure.get_figheight()))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=160, facecolor=PAPER)
