# SPDX-License-Identifier: Apache-2.0
"""Looks for a seed that shows that a safeguard is missing.

A run ends as soon as anything is wrong with it: what follows would only be slower.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.testing.simulation.ablations.editing import edited
from ottla.testing.simulation.ablations.provocations import Provocations
from ottla.testing.simulation.checker import Promises, check
from ottla.testing.simulation.cluster import Run
from ottla.testing.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.testing.simulation.ablations.ablation import Ablation

SEEDS_MAX: Final = 2_000

_LOOK_S: Final = 0.1
"""How often it is asked, in virtual time, whether anything is wrong."""


class Found(NamedTuple):
    """The first seed that shows it."""

    seed: int
    seed_count: int
    """How many were tried."""
    problem: str
    cpu_s: float


def search(ablation: Ablation, seeds: Iterable[int] | None = None) -> Found | None:
    """Run seeds without the safeguard until something is wrong; None when nothing ever was."""
    if seeds is None:
        seeds = range(ablation.seeds_from, ablation.seeds_from + SEEDS_MAX)
    began = time.process_time()
    with edited(ablation.edits):
        for count, seed in enumerate(seeds, 1):
            problem = first_problem(seed, ablation)
            if problem is not None:
                return Found(seed, count, problem, time.process_time() - began)
    return None


def first_problem(seed: int, ablation: Ablation) -> str | None:
    """Run a seed up to the first thing that is wrong; None when it is right to the end."""
    with World(seed) as world:
        run = Run(world, ablation.settings)
        if ablation.provocations:
            run.faults = Provocations(run, ablation.provocations)
        try:
            problems = world.run(_until_wrong(run))
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed has found it
            world.failed("the run broke off", error)
            problems = []
        operations = run.recorder.history()
    problems = [*_wrong(run), *problems]
    if not problems:
        problems = [str(anomaly) for anomaly in check(operations, Promises()).anomalies]
    return problems[0] if problems else None


async def _until_wrong(run: Run) -> list[str]:
    whole = run.world.loop.create_task(run.scenario())
    while not whole.done():
        await asyncio.wait([whole], timeout=_LOOK_S)
        if _wrong(run):
            whole.cancel()
            await asyncio.wait([whole])
            await run.faults.heal()  # nothing is to begin when all is over
            return []
    return whole.result()


def _wrong(run: Run) -> list[str]:
    violations = map(str, run.cluster.invariants.violations)
    return [*violations, *run.recorder.complaints, *run.world.failures]
