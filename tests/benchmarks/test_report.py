# SPDX-License-Identifier: Apache-2.0
"""Medians, verdicts, table lines and bars are what the runs say."""

from benchmarks.chart import _bars
from benchmarks.comparison import condense
from benchmarks.report import TIMES, markdown
from benchmarks.rows import Check, Row

ROW = Row(
    "name",
    "work",
    "generator",
    "load_s",
    "s",
    lambda _bench, _scale: {},
    (Check("load_s", "ratio <=", 0.7), Check("stall_ms", "value <=", 50)),
    also=("restart_s",),
)
MEASURED = {
    (ROW, "Ottla"): [
        {"load_s": load_s, "stall_ms": 60.0, "restart_s": 4.0} for load_s in (1.0, 2.0, 9.0)
    ],
    (ROW, "Kafka"): [{"load_s": 4.0, "stall_ms": 30.0, "restart_s": 8.0}],
}


def test_targets_may_be_ratios_or_plain_values() -> None:
    """The median of three runs counts, a plain value is Ottla's alone."""
    (row,) = condense(MEASURED)
    assert [(check["actual"], check["reached"]) for check in row["checks"]] == [
        (0.5, True),
        (60.0, False),
    ]


def test_every_figure_has_its_line() -> None:
    """The first figure, the others with a target, then those without."""
    lines = markdown(condense(MEASURED)).splitlines()[2:]
    assert len(lines) == 3
    assert f"| 4 s | 2 s | 0.50{TIMES} | ≤ 0.7{TIMES} | reached |" in lines[0]
    assert f"| 30 ms | 60 ms | 2.00{TIMES} | ≤ 50 ms | not reached |" in lines[1]
    assert f"| 8 s | 4 s | 0.50{TIMES} |  |  |" in lines[2]


def test_bars_show_how_much_better_and_only_ratios_have_a_mark() -> None:
    """Lower is better here; what has no target and is not the first figure has no bar."""
    load, stall = _bars(condense(MEASURED))
    assert (load.times, load.wanted, load.reached) == (2.0, 1 / 0.7, True)
    assert (stall.times, stall.wanted, stall.reached) == (0.5, None, False)
