# SPDX-License-Identifier: Apache-2.0
"""What an ablation is: a safeguard, how to take it away, and where its absence shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ottla.testing.simulation.cluster import RunSettings
from ottla.testing.simulation.faults import FaultSettings
from ottla.testing.simulation.workload import WorkloadSettings

if TYPE_CHECKING:
    from ottla.testing.simulation.ablations.editing import Edit

SLOW_COPY: Final = {"replica.fetch.max.bytes": "1", "replica.fetch.response.max.bytes": "1"}
"""One batch with each answer: followers catch up in many steps."""

PATIENT: Final = WorkloadSettings()
RESTLESS: Final = WorkloadSettings(session_s=2.0, request_timeout_s=1.0)
"""Clients that give up soon: they find a new leader while the old one is cut off."""

IMPATIENT: Final = {"replica.lag.time.max.ms": "1000"}
"""Followers that fall behind leave soon."""


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
    provocations: tuple[str, ...] = ()
    """Chains of faults that are drawn from as well."""
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
    send_pause_s: float = 0.1,
    is_restless: bool = False,
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
        workload=replace(RESTLESS if is_restless else PATIENT, send_pause_s=send_pause_s),
    )
