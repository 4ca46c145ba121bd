# SPDX-License-Identifier: Apache-2.0
"""Who gets what: records, timers, and how much at once."""

from __future__ import annotations

from tests.unit.coordinators.group.group_world import DELAY_MS, SESSION_MS, GroupWorld

from ottla.coordinators.group import shard as module
from ottla.coordinators.group.offsets import EXPIRY_TIMER


def test_groups_whose_time_has_come_share_a_batch():
    """One decision, one append."""
    world = GroupWorld()
    for number in range(4):
        world.join(instance="i", group_id=f"g{number}")
    world.pass_time(DELAY_MS)
    for number in range(4):
        world.leave(f"i-{number + 1}", group_id=f"g{number}")
    written = len(world.partition.batches)
    for number in range(4):
        world.join(group_id=f"h{number}", version=0)
        world.leave(f"c-{number + 5}", group_id=f"h{number}")
    world.pass_time(DELAY_MS)
    assert [len(batch.records) for batch in world.partition.batches[written:]] == [4]


def test_a_group_is_decided_on_once_in_a_batch():
    """Its next timer waits until the records of the first one are replayed."""
    world = GroupWorld()
    (member_id,) = world.stable()
    world.leave(member_id)
    world.join(version=0)
    world.leave("c-2")
    timers = world.shard.store.timers
    timers.set(world.group.sync_timer, world.clock.now_ms() + DELAY_MS)
    world.clock.advance(DELAY_MS)
    result = world.shard.on_deadline(world.moment)
    assert len(result.records) == 1
    assert timers.next_deadline_ms() == world.clock.now_ms()


def test_what_is_about_all_groups_comes_alone():
    """Expiry waits for the batch before it, and nothing follows it in its own."""
    world = GroupWorld(offsets_retention_minutes=1)
    world.commit({0: 1}, group_id="old")
    world.pass_time(599_000)
    world.join(version=0, group_id="new")
    world.leave("c-1", group_id="new")
    timers = world.shard.store.timers
    timers.set(EXPIRY_TIMER, world.clock.now_ms() + DELAY_MS)
    written = len(world.partition.batches)
    world.pass_time(DELAY_MS)
    assert [len(batch.records) for batch in world.partition.batches[written:]] == [1, 3]


def test_a_call_is_bounded(monkeypatch):
    """So many timers, then the loop gets its turn."""
    monkeypatch.setattr(module, "TIMERS_AT_ONCE", 3)
    world = GroupWorld()
    for number in range(5):
        world.join(group_id=f"g{number}")
    world.clock.advance(SESSION_MS)
    world.shard.on_deadline(world.moment)
    assert sum(not group.is_empty for group in world.shard.store.groups.values()) == 2
    assert world.shard.next_deadline_ms() <= world.clock.now_ms()


def test_a_batch_is_bounded(monkeypatch):
    """So many records, then the next batch."""
    monkeypatch.setattr(module, "RECORDS_AT_ONCE", 2)
    world = GroupWorld()
    for number in range(3):
        world.join(version=0, group_id=f"g{number}")
        world.leave(f"c-{number + 1}", group_id=f"g{number}")
    world.pass_time(DELAY_MS)
    assert [len(batch.records) for batch in world.partition.batches] == [2, 1]
