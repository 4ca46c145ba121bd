# SPDX-License-Identifier: Apache-2.0
"""Runs seeds: `python -m ottla.testing.simulation --seeds 1:200`.

For each seed that shows something wrong it prints what, and the one command that repeats it. With
`--twice` each seed is run a second time and has to leave the same trace.

Not in `__main__`, from which the processes of `--jobs` cannot get anything.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from ottla.testing.simulation.cluster import RunSettings, run_seed
from ottla.testing.simulation.faults import FaultSettings
from ottla.testing.simulation.history import write_history

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.testing.simulation.cluster import RunResult

MODULE = "ottla.testing.simulation"

SEEDS_PER_PROCESS = 50
"""A process that has run some seeds is replaced: not all of what a world was is let go of."""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {MODULE}", description="Run simulated clusters from seeds."
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="run one seed and print everything about it")
    which.add_argument("--seeds", type=_parse_range, help="run the seeds A:B, without B")
    parser.add_argument("--seconds", type=float, default=30.0, help="of faults, in virtual time")
    parser.add_argument("--brokers", type=int, default=3, help="how many")
    parser.add_argument("--faults", default="", help="kinds to draw from, with commas; all of them")
    parser.add_argument("--flushed", action="store_true", help="flush before acknowledging")
    parser.add_argument("--jobs", type=int, default=1, help="processes that run seeds")
    parser.add_argument("--twice", action="store_true", help="run each seed again and compare")
    parser.add_argument("--history", type=Path, help="write the history of the seed to this file")
    parser.add_argument("--trace", type=Path, help="write the trace of the seed to this file")
    return parser.parse_args(arguments)


def _parse_range(text: str) -> range:
    first, _, end = text.partition(":")
    return range(int(first), int(end or int(first) + 1))


def settings_of(options: argparse.Namespace) -> RunSettings:
    """Return what the command line asks for."""
    kinds = tuple(kind.strip() for kind in options.faults.split(",") if kind.strip())
    return RunSettings(
        broker_count=options.brokers,
        fault_s=options.seconds,
        faults=FaultSettings(kinds=kinds, is_flushed=options.flushed),
        broker={"ottla.flush.profile": "ack"} if options.flushed else {},
        keep_trace=options.trace is not None,
    )


def command_of(options: argparse.Namespace, seed: int) -> str:
    """Return the command that repeats a seed."""
    words = [f"python -m {MODULE} --seed {seed}"]
    if options.seconds != 30.0:
        words.append(f"--seconds {options.seconds:g}")
    if options.brokers != 3:
        words.append(f"--brokers {options.brokers}")
    if options.faults:
        words.append(f"--faults '{options.faults}'")
    if options.flushed:
        words.append("--flushed")
    return " ".join(words)


def run_one(seed: int, settings: RunSettings, *, twice: bool) -> RunResult:
    """Run a seed; with `twice` its second run has to leave the same trace."""
    result = run_seed(seed, settings)
    if twice and run_seed(seed, settings).fingerprint != result.fingerprint:
        result.problems.append("the second run of this seed was another one")
    return result


def describe(result: RunResult) -> str:
    """Return everything about a run, for whoever looks into it."""
    parts = [
        "what was done:",
        *result.events,
        "what brokers logged:",
        *result.log,
        "what is wrong:",
        *(result.problems or ["nothing"]),
        f"measured: {result.verdict.measured if result.verdict else {}}",
        f"trace {result.fingerprint}, {result.turn_count} turns",
        f"{result.virtual_s:.1f} s of virtual time in {result.cpu_s:.2f} s",
    ]
    return "\n".join(parts) + "\n"


def _run_many(options: argparse.Namespace) -> Iterable[RunResult]:
    run = partial(run_one, settings=settings_of(options), twice=options.twice)
    if options.jobs <= 1:
        yield from map(run, options.seeds)
        return
    with ProcessPoolExecutor(
        options.jobs, mp_context=get_context("spawn"), max_tasks_per_child=SEEDS_PER_PROCESS
    ) as pool:
        yield from pool.map(run, options.seeds)


def main(arguments: Sequence[str]) -> int:
    """Run the seeds; return 1 when one of them shows something wrong."""
    options = parse_arguments(arguments)
    if options.seeds is not None:
        bad = count = 0
        for result in _run_many(options):
            count += 1
            if result.problems:
                bad += 1
                text = "\n  ".join(result.problems[:5])
                sys.stdout.write(f"{command_of(options, result.seed)}\n  {text}\n")
                sys.stdout.flush()
        sys.stdout.write(f"{count} seeds, {bad} with problems\n")
        return 1 if bad else 0
    result = run_one(options.seed, settings_of(options), twice=options.twice)
    if options.history is not None:
        options.history.write_text(write_history(result.history), encoding="utf-8")
    if options.trace is not None:
        options.trace.write_text("\n".join(result.trace) + "\n", encoding="utf-8")
    sys.stdout.write(describe(result))
    return 1 if result.problems else 0
