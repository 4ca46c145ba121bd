# SPDX-License-Identifier: Apache-2.0
"""One flush for all who ask within a window, with an executor and timers that the test drives."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ottla.base.errors import StorageError
from ottla.broker.group_commit import GroupCommit


class Log:
    """A log whose flushes are counted."""

    def __init__(self) -> None:
        self.is_offline = False
        self.flushes: list[SimpleNamespace] = []
        self.completed: list[SimpleNamespace] = []
        self.has_something = True
        self.error: Exception | None = None

    def prepare_flush(self):
        """Return a job, None when everything is flushed, or fail."""
        if self.error is not None:
            raise self.error
        if not self.has_something:
            return None
        job = SimpleNamespace(run=lambda: None)
        self.flushes.append(job)
        return job

    def complete_flush(self, job):
        """Note a job that came back."""
        self.completed.append(job)


class Partition:
    """A partition that is told of flushes."""

    def __init__(self) -> None:
        self.log = Log()
        self.is_retired = False
        self.told = 0

    def flushed(self):
        """Count."""
        self.told += 1


class Loop:
    """Keeps timers and jobs until the test lets them go."""

    def __init__(self) -> None:
        self.timers = []
        self.jobs: list[asyncio.Future] = []

    def call_later(self, delay_s, callback):
        """Keep a timer."""
        self.timers.append((delay_s, callback))
        return object()

    def run_in_executor(self, executor, run):
        """Keep a job."""
        future = SimpleNamespace(callbacks=[], error=None)
        future.add_done_callback = future.callbacks.append
        future.exception = lambda: future.error
        self.jobs.append(future)
        return future

    def close_window(self):
        """Let the one timer come."""
        ((_, callback),) = self.timers
        self.timers.clear()
        callback()

    def finish_job(self, error=None):
        """Let the first job come back."""
        future = self.jobs.pop(0)
        future.error = error
        for callback in future.callbacks:
            callback(future)


@pytest.fixture
def loop(monkeypatch):
    """Return a loop that does nothing by itself."""
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


@pytest.fixture
def failures():
    """Return what was reported as failed."""
    return []


@pytest.fixture
def commit(loop, failures):
    """Return a group commit with a window of 3 ms."""
    return GroupCommit(3, None, lambda *failure: failures.append(failure))


def test_requests_of_a_window_share_a_flush(loop, commit):
    """However many appends ask, each log is flushed once."""
    first, second = Partition(), Partition()
    for partition in (first, second, first, first):
        commit.request(partition)
    assert [delay_s for delay_s, _ in loop.timers] == [0.003]
    loop.close_window()
    assert len(first.log.flushes) == len(second.log.flushes) == 1
    assert first.told == 0
    loop.finish_job()
    assert first.log.completed == first.log.flushes
    assert (first.told, second.told) == (1, 0)
    loop.finish_job()
    assert second.told == 1


def test_requests_during_a_flush_gather_for_the_next(loop, commit):
    """A log is never flushed twice at a time, and nobody is forgotten."""
    partition = Partition()
    commit.request(partition)
    loop.close_window()
    commit.request(partition)
    commit.request(partition)
    loop.close_window()
    assert len(partition.log.flushes) == 1
    loop.finish_job()
    assert len(partition.log.flushes) == 2
    loop.finish_job()
    assert partition.told == 2
    assert not loop.jobs


def test_a_log_that_somebody_else_flushed_is_told_at_once(loop, commit):
    """Background flushing may be faster; whoever waits must hear of it."""
    partition = Partition()
    commit.request(partition)
    partition.log.has_something = False
    loop.close_window()
    assert partition.told == 1
    assert not loop.jobs


def test_retired_and_offline_partitions_are_passed_over(loop, commit):
    """Nobody is told that something gone is safe."""
    retired, offline = Partition(), Partition()
    retired.is_retired = offline.log.is_offline = True
    commit.request(retired)
    commit.request(offline)
    loop.close_window()
    assert not loop.jobs
    assert (retired.told, offline.told) == (0, 0)


@pytest.mark.parametrize("at", ["prepare", "run"])
def test_a_flush_that_fails_is_final(loop, commit, failures, at):
    """The failure is reported, nothing counts as flushed, and other logs go on."""
    bad, good = Partition(), Partition()
    error = StorageError("fsync failed")
    commit.request(bad)
    commit.request(good)
    if at == "prepare":
        bad.log.error = error
        loop.close_window()
    else:
        loop.close_window()
        loop.finish_job(error)
    assert failures == [(bad, error)]
    assert (bad.told, bad.log.completed) == (0, [])
    loop.finish_job()
    assert good.told == 1


def test_any_other_error_is_a_bug_and_not_swallowed(loop, commit):
    """It reaches the loop's handler."""
    commit.request(Partition())
    loop.close_window()
    with pytest.raises(RuntimeError):
        loop.finish_job(RuntimeError("bug"))
