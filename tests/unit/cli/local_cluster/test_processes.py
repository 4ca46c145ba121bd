# SPDX-License-Identifier: Apache-2.0
"""Processes that outlive a command: found again, told from others, signalled and ended."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from ottla.cli.local_cluster.processes import ProcessIdentity, ProcessState, spawn

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture
def sleeper(tmp_path):
    """Return a process that does nothing."""
    process = spawn(SLEEP, str(tmp_path / "log"))
    yield process
    process.send(signal.SIGKILL)
    process.wait_gone(10)


def test_life_of_a_process(sleeper):
    """It runs, is paused, goes on, and is gone; a zombie is nobody."""
    assert sleeper.state is ProcessState.RUNNING
    sleeper.send(signal.SIGSTOP)
    assert sleeper.wait_for(ProcessState.PAUSED, 10)
    sleeper.send(signal.SIGCONT)
    assert sleeper.wait_for(ProcessState.RUNNING, 10)
    assert sleeper.send(signal.SIGKILL)
    assert sleeper.wait_gone(10)
    assert not sleeper.send(signal.SIGKILL)


def test_a_paused_process_can_be_ended(sleeper):
    """Being frozen saves nobody from a clean stop."""
    sleeper.send(signal.SIGSTOP)
    sleeper.end(10)
    assert sleeper.state is ProcessState.GONE


def test_another_process_of_the_same_number_is_left_alone(sleeper):
    """The number alone is not enough: a stranger is as good as gone, and gets no signal."""
    stranger = sleeper._replace(started="another boot/1")
    assert stranger.state is ProcessState.GONE
    assert not stranger.send(signal.SIGKILL)
    assert sleeper.state is ProcessState.RUNNING


def test_nobody_has_the_number():
    """A process that ended long ago is gone."""
    assert ProcessIdentity(2**22 + 1, "x").state is ProcessState.GONE
    assert not ProcessIdentity(2**22 + 1, "x").send(signal.SIGTERM)


def test_one_that_does_not_listen_is_killed(tmp_path):
    """Asking has its time; then nobody is asked."""
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " print('up', flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    process = spawn([sys.executable, "-c", stubborn], str(log))
    while not (log.exists() and log.read_text()):
        os.sched_yield()
    process.end(0.05)
    assert process.state is ProcessState.GONE


def test_output_is_appended(tmp_path):
    """Both streams go to the file, and what was there stays."""
    log = tmp_path / "log"
    log.write_text("before\n")
    script = "import sys, os; print(os.environ['WORD']); print('error', file=sys.stderr)"
    process = spawn([sys.executable, "-c", script], str(log), {"WORD": "out"})
    assert process.wait_gone(10)
    assert sorted(log.read_text().split()) == ["before", "error", "out"]


def test_a_program_that_is_not_there(tmp_path):
    """That is known at once."""
    with pytest.raises(FileNotFoundError):
        spawn(["/no/such/program"], str(tmp_path / "log"))
