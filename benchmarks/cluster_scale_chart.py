# SPDX-License-Identifier: Apache-2.0
"""Draw how the control plane grows: work, requests to the coordination service, sizes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from benchmarks.chart import INK, PAPER, QUIET
from benchmarks.report import readable

GREEN, RED, BLUE, OCHRE = "#2f7d5b", "#c2573a", "#5b7fb5", "#b8892b"
PANELS: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "the deciding broker's own work",
        "s",
        (
            ("create_s", "create all partitions", GREEN),
            ("fence_s", "one broker dies", BLUE),
            ("takeover_decided_s", "controller dies, until the next decided", RED),
            ("cold_start_s", "start from a snapshot", OCHRE),
        ),
    ),
    (
        "requests to ZooKeeper, all brokers together",
        "",
        (
            ("rolling_zookeeper", "rolling restart of all", OCHRE),
            ("create_zookeeper", "create all partitions", GREEN),
            ("fence_zookeeper", "one broker dies", BLUE),
            ("idle_requests_per_s", "idle, each second", QUIET),
        ),
    ),
    (
        "what the state takes",
        "B",
        (
            ("image_bytes", "memory of one image", RED),
            ("snapshot_bytes", "snapshot", GREEN),
            ("rolling_bytes", "journal of a rolling restart", OCHRE),
        ),
    ),
)


def draw(measured: Sequence[dict[str, float]], path: Path) -> None:
    """Draw a panel for each kind of figure over the sizes."""
    figure = Figure(figsize=(13, 4.6), facecolor=PAPER)
    for axes, (title, unit, lines) in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        _draw_panel(axes, measured, lines, unit)
        axes.set_title(title, color=INK, fontsize=10, loc="left")
    figure.suptitle(
        "The control plane as clusters grow", x=0.012, ha="left", color=INK, weight="bold"
    )
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=160, facecolor=PAPER)


def _draw_panel(
    axes: Any,
    measured: Sequence[dict[str, float]],
    lines: Sequence[tuple[str, str, str]],
    unit: str,
) -> None:
    for name, label, colour in lines:
        values = [found[name] for found in measured]
        axes.plot(values, marker="o", markersize=4, color=colour, label=label)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * 8)  # room for the legend
    sizes = [f"{readable(found['brokers'])}\n{readable(found['partitions'])}" for found in measured]
    axes.set_xticks(range(len(measured)), sizes)
    axes.set_xlabel("brokers, partitions", color=QUIET, fontsize=9)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _with_unit(value, unit)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(color="#e6e8ee")
    axes.tick_params(colors=QUIET, length=0)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    for side in axes.spines.values():
        side.set_visible(False)


def _with_unit(value: float, unit: str) -> str:
    if unit == "s" and value < 1:
        return f"{readable(value * 1e3)} ms"
    if unit == "B":
        for limit, suffix in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
            if value >= limit:
                return f"{readable(value / limit)} {suffix}"
    return f"{readable(value)} {unit}".strip()
