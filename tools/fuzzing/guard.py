# SPDX-License-Identifier: Apache-2.0
"""Running a target under limits: time and memory for each input, and a file for what broke it."""

from __future__ import annotations

import hashlib
import resource
import signal
import sys
import traceback
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from tools.fuzzing.mutation import Mutator

if TYPE_CHECKING:
    from types import FrameType

    from tools.fuzzing.target import Target

INPUT_SECONDS_MAX: Final = 10
"""One input of at most 64 KiB that takes longer is a way to stop a broker."""

GROWTH_BYTES_MAX: Final = 256 * 1024 * 1024
"""The process may not grow by more: four times the largest decompression that is allowed."""

FAILURES: Final = Path(".fuzz")
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024


class TooSlow(BaseException):
    """An input took too long; not an Exception, so that no target can swallow it."""


class BrokenPromise(Exception):  # noqa: N818 - names what happened
    """A target did something else than accept or refuse."""

    def __init__(self, target: Target, data: bytes, cause: BaseException | str) -> None:
        what = cause if isinstance(cause, str) else "".join(traceback.format_exception(cause))
        self.path = FAILURES / f"{target.name}-{hashlib.sha256(data).hexdigest()[:16]}"
        super().__init__(
            f"{target.name}: {target.promise}: broken by {len(data)} bytes\n{what}\n"
            f"repeat with: python -m tools.fuzz --target {target.name} --input {self.path}"
        )
        self.data = data

    def save(self) -> None:
        """Keep the input beside the checkout."""
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(self.data)


class Tally(NamedTuple):
    """What a run of inputs came to."""

    runs: int
    accepted: int
    seconds: float


def run_input(target: Target, data: bytes) -> bool:
    """Run one input under all limits; say whether it was accepted, raise BrokenPromise."""
    previous = signal.signal(signal.SIGALRM, _too_slow)
    others_timer = signal.setitimer(signal.ITIMER_REAL, INPUT_SECONDS_MAX)
    before = _largest_size_bytes()
    try:
        accepted = target.accepts(data)
    except (Exception, TooSlow) as error:
        raise BrokenPromise(target, data, error) from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        signal.setitimer(signal.ITIMER_REAL, *others_timer)
    grown = _largest_size_bytes() - before
    if grown > GROWTH_BYTES_MAX:
        raise BrokenPromise(target, data, f"the process grew by {grown >> 20} MiB")
    return accepted


def fuzz(
    target: Target, seed: int, *, runs_max: int | None = None, seconds: float | None = None
) -> Tally:
    """Run the seeds, then mutations of them until one of the limits is reached."""
    seeds = target.seeds()
    mutator = Mutator(Random(seed), seeds, target.input_bytes_max)  # noqa: S311 - repeatable, not secret
    start = monotonic()
    runs = accepted = 0
    for data in seeds:
        accepted += run_input(target, data)
        runs += 1
    while (runs_max is None or runs < runs_max) and (
        seconds is None or monotonic() - start < seconds
    ):
        data = mutator.next()
        if run_input(target, data):
            accepted += 1
            mutator.keep(data)
        runs += 1
    return Tally(runs, accepted, monotonic() - start)


def _largest_size_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"still running after {INPUT_SECONDS_MAX} seconds")
