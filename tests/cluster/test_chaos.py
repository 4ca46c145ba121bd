# SPDX-License-Identifier: Apache-2.0
"""The bounded part of `make chaos`: one round on each engine, judged by the checker."""

from __future__ import annotations

import pytest
from tests.integration.foreign_clients import FOREIGN_WARNINGS
from tools.chaos.rounds import Round, RoundSettings

pytestmark = FOREIGN_WARNINGS

FAULT_S = 25.0
# Drawn: a paused leader, moves, kills, a full disk; the engine killed, moves, cut links, kills.
SEEDS = {"zookeeper": 55, "etcd": 60}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["zookeeper", "etcd"])
def test_a_cluster_keeps_its_promises_under_faults(engine, tmp_path) -> None:
    """No record is lost, duplicated or shown although aborted, and all replicas are the same."""
    lines: list[str] = []
    result = Round(
        RoundSettings(engine=engine, seed=SEEDS[engine], fault_s=FAULT_S), lines.append
    ).run(tmp_path / "kept")
    report = "\n".join([result.settings.command(), *lines, *result.anomalies])
    assert not result.anomalies, report
    assert result.acknowledged_count > 0, report
    assert sum(result.fault_counts.values()) >= 2, report
