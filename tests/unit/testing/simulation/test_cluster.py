# SPDX-License-Identifier: Apache-2.0
"""Whole clusters of real brokers from one seed: they serve, and they repeat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ottla.testing.simulation.cluster import RunSettings, run_seed
from ottla.testing.simulation.command import command_of, main, parse_arguments
from ottla.testing.simulation.faults import FaultSettings
from ottla.testing.simulation.history import read_history

QUIET = FaultSettings(pause_s=1e6)
KILLS = FaultSettings(kinds=("kill", "pause"), pause_s=1.0)


def test_without_faults_everything_is_acknowledged_and_read():
    """A quiet cluster loses nothing and leaves nothing unknown but what clients abandon."""
    result = run_seed(1, RunSettings(fault_s=5.0, faults=QUIET))
    assert result.problems == []
    assert result.verdict.measured["values seen"] == result.verdict.measured["values sent"] > 100


def test_a_cluster_survives_kills_and_pauses():
    """Nothing acknowledged is lost, and after healing everything goes on."""
    result = run_seed(2, RunSettings(fault_s=10.0, faults=KILLS))
    assert result.problems == []
    assert any("kill" in event for event in result.events)


def test_thirty_seconds_cost_little():
    """Virtual time is much faster than real time."""
    result = run_seed(3, RunSettings(fault_s=30.0, faults=QUIET))
    assert result.virtual_s > 1030
    assert result.cpu_s < 10


def test_a_seed_repeats_in_other_processes_whatever_their_hashes():
    """Two processes with different hash seeds leave the same trace, and so does this one."""
    script = (
        "from ottla.testing.simulation.cluster import RunSettings, run_seed\n"
        "print(run_seed(4, RunSettings(fault_s=6.0)).fingerprint)"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=Path(__file__).parents[4],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {run_seed(4, RunSettings(fault_s=6.0)).fingerprint}


def test_the_command_runs_a_seed_and_writes_what_is_asked_for(tmp_path, capsys):
    """History and trace go to files, the rest to the terminal."""
    history, trace = tmp_path / "history.jsonl", tmp_path / "trace"
    arguments = ["--seed", "5", "--seconds", "2", "--faults", "drop", "--twice"]
    assert main([*arguments, "--history", str(history), "--trace", str(trace)]) == 0
    assert read_history(history.read_text().splitlines())
    assert len(trace.read_text().splitlines()) > 1000
    assert "what is wrong:\nnothing" in capsys.readouterr().out


def test_the_command_runs_many_seeds(capsys):
    """A range excludes its end."""
    assert main(["--seeds", "6:8", "--seconds", "1", "--faults", "drop"]) == 0
    assert capsys.readouterr().out == "2 seeds, 0 with problems\n"


def test_a_failing_seed_is_named_by_the_command_that_repeats_it():
    """Everything that changes a run is in the command, and nothing else."""
    plain = parse_arguments(["--seeds", "1:9", "--jobs", "2"])
    assert command_of(plain, 7) == "python -m ottla.testing.simulation --seed 7"
    special = parse_arguments(
        ["--seeds", "1:9", "--seconds", "5", "--brokers", "5", "--faults", "kill", "--flushed"]
    )
    command = command_of(special, 7)
    again = parse_arguments(command.replace("'", "").split()[3:])
    for name in ("seconds", "brokers", "faults", "flushed"):
        assert getattr(again, name) == getattr(special, name)
    assert again.seed == 7


def test_several_processes_share_the_seeds():
    """As `make sim` has them, through the command itself."""
    command = [sys.executable, "-m", "ottla.testing.simulation", "--seeds", "6:8", "--jobs", "2"]
    finished = subprocess.run(
        [*command, "--seconds", "1", "--faults", "drop"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (0, "2 seeds, 0 with problems\n")


def test_nonsense_on_the_command_line_is_refused(capsys):
    """One of the two ways to name seeds is needed."""
    with pytest.raises(SystemExit):
        parse_arguments([])
    assert "--seed" in capsys.readouterr().err
