# SPDX-License-Identifier: Apache-2.0
"""What an ablation is: a safeguard, how to take it away, and where its absence shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ottla.testing.simulation.cluster import RunSettings
from ottla.testing.simulation.faults import FaultSettings

if TYPE_CHECKING:
    from ottla.testing.simulation.ablations.editing import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """One safeguard of the cluster."""

    sentence: str
    """What the safeguard is."""
    answers: str
    """The bug or the KIP that it answers."""
    edits: tuple[Edit, ...]
    """Takes it away."""
    settings: RunSettings = field(default_factory=RunSettings)
    """What the simulator is run with."""
    seeds_from: int = 0
    """Where to begin looking; a choice that saves time, nothing else."""


def rough(
    *kinds: str,
    seconds: float = 10.0,
    pause_s: float = 0.7,
    hold_s: float = 3.0,
    at_once: int = 3,
    partitions: int = 2,
    is_flushed: bool = False,
    broker: dict[str, str] | None = None,
) -> RunSettings:
    """Return settings under which much goes wrong in little time."""
    settings = {"ottla.flush.profile": "ack"} if is_flushed else {}
    return RunSettings(
        topics={"t": partitions},
        fault_s=seconds,
        faults=FaultSettings(
            pause_s=pause_s,
            hold_most_s=hold_s,
            at_once_max=at_once,
            is_flushed=is_flushed,
            kinds=kinds,
        ),
        broker={**settings, **(broker or {})},
    )
