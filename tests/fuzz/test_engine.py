# SPDX-License-Identifier: Apache-2.0
"""The fuzzing engine itself: it must find what it is made to find."""

from __future__ import annotations

from random import Random

import pytest
from tools.fuzzing import guard
from tools.fuzzing.guard import BrokenPromise, fuzz, run_input
from tools.fuzzing.mutation import Mutator
from tools.fuzzing.target import Target


class Refused(Exception):  # noqa: N818 - what a target says
    """The planted refusal."""


def target(run, seeds=(b"seed",)) -> Target:
    """Return a target around a function."""
    return Target("planted", "nothing is planted", run, lambda: list(seeds), (Refused,), 1000)


def test_same_seed_makes_the_same_inputs():
    """A run can be repeated."""
    one, two = (Mutator(Random(5), [b"abc" * 30, b"x"], 50) for _ in range(2))
    inputs = [one.next() for _ in range(300)]
    assert inputs == [two.next() for _ in range(300)]
    assert max(map(len, inputs)) == 50
    assert len(set(inputs)) > 200


def test_a_planted_bug_is_found():
    """A number at the border of its type is among the first thousands of inputs."""

    def run(data: bytes) -> None:
        if b"\x7f\xff\xff\xff" in data:
            raise IndexError("planted")

    with pytest.raises(BrokenPromise, match="IndexError: planted") as caught:
        fuzz(target(run), seed=1, runs_max=20_000)
    assert caught.value.data.count(b"\x7f\xff\xff\xff")


def test_refusals_are_no_failures():
    """The named errors are the promise kept."""

    def run(data: bytes) -> None:
        if len(data) != 4:
            raise Refused

    tally = fuzz(target(run), seed=1, runs_max=500)
    assert tally.runs == 500
    assert 0 < tally.accepted < 500


def test_growth_is_a_failure(monkeypatch):
    """An input that makes the process grow breaks the promise although nothing is raised."""
    monkeypatch.setattr(guard, "GROWTH_BYTES_MAX", -1)
    with pytest.raises(BrokenPromise, match="the process grew"):
        run_input(target(len), b"x")


def test_endless_runs_are_a_failure(monkeypatch):
    """An input that never ends is stopped."""
    monkeypatch.setattr(guard, "INPUT_SECONDS_MAX", 0.05)

    def run(_data: bytes) -> None:
        while True:
            pass

    with pytest.raises(BrokenPromise, match="still running"):
        run_input(target(run), b"x")


def test_a_broken_promise_is_kept_on_disk(tmp_path, monkeypatch):
    """The input is saved where the printed command looks for it."""
    monkeypatch.chdir(tmp_path)
    broken = BrokenPromise(target(len), b"culprit", "planted")
    broken.save()
    assert (tmp_path / broken.path).read_bytes() == b"culprit"
    assert f"--target planted --input {broken.path}" in str(broken)
