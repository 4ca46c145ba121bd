# SPDX-License-Identifier: Apache-2.0
"""Each safeguard that is taken away is missed by some seed: the simulator finds what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ottla.controller import brokers
from ottla.metadata.engines import memory
from ottla.replication.leadership import Leadership
from ottla.replication.replica_manager import ReplicaManager
from ottla.storage.producer_state import ProducerState
from ottla.testing.simulation.cluster import RunSettings, run_seed
from ottla.testing.simulation.faults import FaultSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

SEEDS_MAX = 25


def is_found(kinds: Iterable[str]) -> bool:
    """Run seeds with faults of these kinds until one has a problem."""
    faults = FaultSettings(kinds=tuple(kinds), pause_s=1.0)
    settings = RunSettings(fault_s=15.0, faults=faults)
    return any(run_seed(seed, settings).problems for seed in range(SEEDS_MAX))


def test_the_high_watermark_has_to_wait_for_followers(monkeypatch):
    """A leader that acknowledges what only it has."""
    monkeypatch.setattr(Leadership, "committed_end", lambda _self, own_end, **_rules: own_end)
    assert is_found(("kill", "pause"))


def test_repeated_batches_have_to_be_recognised(monkeypatch):
    """A leader that appends whatever comes."""
    monkeypatch.setattr(ProducerState, "check", lambda _self, _header: None)
    assert is_found(("drop", "pause", "kill"))


@pytest.mark.slow
def test_a_restarted_broker_has_to_wait_for_its_registration(monkeypatch):
    """A broker that leads what an earlier run of it has led."""
    monkeypatch.setattr(ReplicaManager, "_find_itself", lambda _self, _image: True)
    assert is_found(("power", "disk crash", "kill"))


@pytest.mark.slow
def test_whoever_may_have_lost_records_has_to_leave_the_in_sync_set(monkeypatch):
    """A controller that takes every stop for a clean one (KIP-966)."""
    departures = brokers._departures

    def as_if_clean(*facts: object, unclean: object = frozenset()) -> object:
        return departures(*facts)

    monkeypatch.setattr(brokers, "_departures", as_if_clean)
    assert is_found(("power", "disk crash", "kill"))


def test_an_old_controller_has_to_be_fenced(monkeypatch):
    """An engine that takes a batch from whoever brings one."""

    async def append(self, records, *, expected_offset, controller_epoch, timestamp_ms):
        cluster = self.cluster
        batch = memory.build_metadata_batch(
            records,
            base_offset=cluster.next_offset,
            controller_epoch=controller_epoch,
            timestamp_ms=timestamp_ms,
        )
        cluster.batches.append((cluster.next_offset, batch))
        cluster.next_offset += len(records)
        cluster.wake()
        return cluster.next_offset

    monkeypatch.setattr(memory.MemoryEngine, "append", append)
    assert is_found(("pause", "sessions", "engine cut"))
