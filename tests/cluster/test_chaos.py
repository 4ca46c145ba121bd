# SPDX-License-Identifier: Apache-2.0
"""The bounded part of `make chaos`: one round on each engine, judged by the checker.

A round runs in a process of its own: clients of other people that hang in their library, or forget
sockets when brokers die, do so there, and end with it.
"""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from pathlib import Path

FAULT_S = 25
# Drawn: a paused leader, moves, kills, a full disk; the engine killed, moves, cut links, kills.
SEEDS = {"zookeeper": 55, "etcd": 60}
# A round takes a minute and a half; the patience of all its steps together is not longer than that.
ROUND_TIMEOUT_S = 480
STACKS_S = 2
GIVING_UP_S = 30


@pytest.mark.timeout(ROUND_TIMEOUT_S + 60)
@pytest.mark.parametrize("engine", ["zookeeper", "etcd"])
def test_a_cluster_keeps_its_promises_under_faults(engine: str, tmp_path: Path) -> None:
    """No record is lost, duplicated or shown although aborted, and all replicas are the same."""
    command = [sys.executable, "-m", "tools.chaos", "--engine", engine]
    command += ["--seed", str(SEEDS[engine]), "--seconds", str(FAULT_S)]
    command += ["--keep", str(tmp_path / "kept")]
    output = tmp_path / "round.txt"
    with output.open("wb") as file:
        status = run_or_give_up(subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT))
    report = output.read_text(errors="replace")
    assert status == 0, report
    faults = re.findall(r"fault \S+ .*?([1-9][0-9]*)", report)
    assert sum(map(int, faults)) >= 2, report
    assert re.search(r"acknowledged values .*?[1-9]", report), report


def run_or_give_up(process: subprocess.Popen[bytes]) -> int | None:
    """Wait for a round; None when it hangs: it has printed where, and nothing of it is left."""
    try:
        return process.wait(ROUND_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGUSR1)
        time.sleep(STACKS_S)
        servers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GIVING_UP_S)
        process.kill()
        process.wait()
        for server in servers:
            with contextlib.suppress(psutil.NoSuchProcess):
                server.kill()
        return None
