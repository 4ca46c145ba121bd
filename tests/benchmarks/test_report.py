# SPDX-License-Identifier: Apache-2.0
"""Medians, verdicts, table lines and bars are what the runs say."""

import os
from dataclasses import replace

from benchmarks.chart import _bars
from benchmarks.comparison import compare, condense
from benchmarks.report import TIMES, markdown
from benchmarks.rows import Check, Row

from benchmarks import comparison

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


def test_rows_with_plain_targets_are_measured_once_on_other_servers(tmp_path, monkeypatch) -> None:
    """And other rows in every run, in an order that turns round; rows of trials in the first."""
    monkeypatch.setattr(comparison, "SETTLE_S", 0.0)
    once = replace(ROW, others_once=True, run=lambda _bench, _scale: {"load_s": 1.0})
    always = replace(once, others_once=False)
    trials = replace(always, once=True)
    measured = compare(
        [once, always, trials],
        servers={name: lambda _, name=name: StandIn(name) for name in ("Ottla", "Kafka")},
        runs=3,
        scale=1.0,
        work_folder=tmp_path,
        progress=lambda _: None,
    )
    counts = {
        (row, name): len(runs)
        for (row, name), runs in measured.items()
        if row in (once, always, trials)
    }
    assert counts == {
        (once, "Ottla"): 3,
        (always, "Ottla"): 3,
        (once, "Kafka"): 1,
        (always, "Kafka"): 3,
        (trials, "Ottla"): 1,
        (trials, "Kafka"): 1,
    }


class StandIn:
    """A server that is this very process."""

    ready_s = format_s = 0.0
    address = "127.0.0.1:1"

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def pid(self) -> int:
        """The process to watch."""
        return os.getpid()

    @property
    def pids(self) -> list[int]:
        """All processes whose work counts."""
        return [self.pid]

    def memory_mb(self) -> dict[str, float]:
        """Nothing that matters."""
        return {"mb": 1.0}

    def start(self):
        """Do nothing."""
        return self

    def how_it_ended(self) -> None:
        """Run on."""

    def stop(self) -> None:
        """Do nothing."""
