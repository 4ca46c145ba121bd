# SPDX-License-Identifier: Apache-2.0
"""How the cost of produce grows: with partitions in a request, with connections, with topics.

Each point is a second of one-record batches; its figures are batches per second and the server's
CPU time per batch. A broker whose cost grew faster than linearly would show here.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from benchmarks import real_clients
from benchmarks.admin import Admin
from benchmarks.chart import INK, PAPER, QUIET
from benchmarks.report import readable
from benchmarks.servers import Server, cpu_seconds

Progress = Callable[[str], None]
Curves = dict[str, list[dict[str, float]]]
PARTITIONS_PER_REQUEST = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
CONNECTIONS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
TOPICS_PER_REQUEST = (1, 2, 5, 10, 20, 50, 100, 200, 500)
TITLES = {
    "partitions": "partitions in a request",
    "topics": "topics in a request",
    "connections": "connections",
}
COLOURS = {"Ottla": "#2f7d5b", "Kafka": "#8a90a0"}
LIMITS = {"batches_per_s": (1e3, 1e6), "cpu_us_per_batch": (1, 1e3)}
RECORD_BYTES = 100
SECONDS = 1.0


def measure(server: Server, scale: float, progress: Progress) -> Curves:
    """Measure the three curves on a running server."""
    with Admin(server.address) as admin:
        admin.create_topic("wide", PARTITIONS_PER_REQUEST[-1])
        admin.create_topics([(f"many{index:05d}", 1) for index in range(TOPICS_PER_REQUEST[-1])])
        admin.create_topic("one")
    # Warm-up: the first write of a partition opens its files, which is no cost of a batch.
    _point(server, "one", 1, ("--window", 50), scale)
    _point(server, "wide", 1, ("--partitions", PARTITIONS_PER_REQUEST[-1]), scale)
    _point(server, "many", 1, ("--topics", TOPICS_PER_REQUEST[-1]), scale)

    def points(name: str, topic: str, option: str, counts: Sequence[int]) -> list[dict[str, float]]:
        found = []
        for count in counts:
            progress(f"curve over {TITLES[name]} · {count}")
            touched = count if name != "connections" else 1
            window = max(1, 200 // count)
            options = (option, count, "--window", window)
            found.append({"at": count, **_point(server, topic, touched, options, scale)})
        return found

    return {
        "partitions": points("partitions", "wide", "--partitions", PARTITIONS_PER_REQUEST),
        "topics": points("topics", "many", "--topics", TOPICS_PER_REQUEST),
        "connections": points("connections", "one", "--connections", CONNECTIONS),
    }


def _point(
    server: Server, topic: str, touched: int, options: Sequence[object], scale: float
) -> dict[str, float]:
    before = cpu_seconds(server.pid)
    load = ("--record-bytes", RECORD_BYTES, "--records", 1, "--seconds", SECONDS * scale)
    if options[0] == "--topics" and options[1] == 1:
        topic += "00000"
    ran = real_clients.generator(
        "produce", server.address, topic, *load, "--warm-up", 0.3, *options
    )
    used = cpu_seconds(server.pid) - before
    return {
        "batches_per_s": ran["requests_per_s"] * touched,
        "cpu_us_per_batch": used / max(1, ran["total_requests"] * touched) * 1e6,
    }


def draw(curves: dict[str, Curves], path: Path) -> None:
    """Draw batches per second and CPU per batch over each of the three counts."""
    figure = Figure(figsize=(11, 6), facecolor=PAPER)
    axes = figure.subplots(2, len(TITLES), sharex="col", sharey="row")
    rows: tuple[tuple[str, str], ...] = (
        ("batches_per_s", "batches/s"),
        ("cpu_us_per_batch", "server CPU per batch, µs"),
    )
    for column, (name, title) in enumerate(TITLES.items()):
        for row, (key, label) in enumerate(rows):
            _draw_panel(axes[row][column], curves, name, key)
            if column == 0:
                axes[row][column].set_ylabel(label, color=INK, fontsize=9)
        axes[-1][column].set_xlabel(title, color=INK, fontsize=9)
    axes[0][0].legend(frameon=False, fontsize=9)
    figure.suptitle("How the cost of produce grows", x=0.012, ha="left", color=INK, weight="bold")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=160, facecolor=PAPER)


def _draw_panel(axes: Any, curves: dict[str, Curves], name: str, key: str) -> None:
    for server, measured in curves.items():
        points = measured[name]
        axes.plot(
            [point["at"] for point in points],
            [point[key] for point in points],
            marker="o",
            markersize=4,
            color=COLOURS[server],
            label=server,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(*LIMITS[key])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: readable(value)))
        axis.set_minor_locator(NullLocator())
    axes.grid(color="#e6e8ee")
    axes.tick_params(colors=QUIET, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
