# SPDX-License-Identifier: Apache-2.0
"""The facade: which shard, which errors, and answers that wait."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.unit.coordinators.transaction.world import (
    FIRST_PRODUCER_ID,
    GROUP_PARTITIONS,
    SETTINGS,
    World,
    answer,
)

from ottla.coordinators.partitioning import partition_of
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.coordinator import TransactionCoordinator
from ottla.coordinators.transaction.listing import Filters
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.testing.coordinator_partition import MemoryPartition

FIRST = ProducerIdentity(FIRST_PRODUCER_ID, 0)
A = ("a", 0)


def test_a_producer_without_transactions_gets_any_id(world):
    """No shard is asked; every call is a new producer."""
    world.coordinator.runtime.unload(0)
    assert world.init(None) == FIRST
    assert world.init(None) == FIRST._replace(producer_id=FIRST_PRODUCER_ID + 1)


def test_an_empty_id_is_no_id(world):
    """INVALID_REQUEST, whatever is asked."""
    assert world.init("") is ErrorCode.INVALID_REQUEST
    assert world.add(FIRST, A, name="") is ErrorCode.INVALID_REQUEST
    assert world.end(FIRST, name="") is ErrorCode.INVALID_REQUEST
    assert answer(lambda: world.coordinator.describe("")) is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize(
    ("timeout_ms", "is_allowed"),
    [(0, False), (-1, False), (1, True), (900_000, True), (900_001, False)],
)
def test_the_transaction_timeout_is_bounded(world, timeout_ms, is_allowed):
    """Between 1 ms and transaction.max.timeout.ms."""
    given = world.init(timeout_ms=timeout_ms)
    assert (given == FIRST) is is_allowed
    if not is_allowed:
        assert given is ErrorCode.INVALID_TRANSACTION_TIMEOUT


def test_settings_are_followed(world):
    """A changed limit counts for the next request."""
    world.coordinator.follow_settings(
        SimpleNamespace(**(vars(SETTINGS) | {"transaction_max_timeout_ms": 5}))
    )
    assert world.init() is ErrorCode.INVALID_TRANSACTION_TIMEOUT


def test_whoever_does_not_lead_says_so(world):
    """NOT_COORDINATOR without a shard, COORDINATOR_LOAD_IN_PROGRESS while it is read."""
    runtime = world.coordinator.runtime
    runtime.unload(0)
    assert world.init() is ErrorCode.NOT_COORDINATOR
    runtime.begin_load(0, MemoryPartition())
    for asked in (world.init(), world.add(FIRST, A), world.end(FIRST), world.end(FIRST, serial=1)):
        assert asked is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    listed = answer(lambda: world.coordinator.list(Filters(), world.moment))
    assert listed is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    pending = world.coordinator.admit("t", FIRST, [A], world.moment, add=False)
    assert pending.value == {A: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS}


def test_without_the_topic_nobody_coordinates(world):
    """It is created when a client looks for a coordinator."""
    world.coordinator.follow_image(SimpleNamespace(topics_by_name={}, features={}))
    assert world.init() is ErrorCode.NOT_COORDINATOR


def test_a_groups_partition_joins_the_transaction(world):
    """AddOffsetsToTxn adds the partition that the group's name hashes to."""
    producer = world.init()

    def add_offsets():
        return answer(
            lambda: world.coordinator.add_offsets("t", producer, "group", world.moment, serial=0)
        )

    assert add_offsets() is None
    index = partition_of("group", GROUP_PARTITIONS)
    assert world.state().partitions == {"__consumer_offsets": (index,)}
    image = world.image
    del image.topics_by_name["__consumer_offsets"]
    world.coordinator.follow_image(image)
    assert add_offsets() is ErrorCode.COORDINATOR_NOT_AVAILABLE


def test_answers_wait_for_the_high_watermark():
    """Nobody is told what a fail-over could take back, and no marker is sent for it."""
    world = World(commits_at_once=False)
    given = world.init()
    assert not given.is_done
    world.partition.commit()
    added = world.coordinator.admit("t", given.value, [A], world.moment, add=True)
    verified = world.coordinator.admit("t", given.value, [A], world.moment, add=False)
    ended = world.end(given.value)
    assert not any(one.is_done for one in (added, verified, ended))
    assert world.due == []
    world.partition.commit()
    assert added.value == verified.value == {A: ErrorCode.NONE}
    assert ended.value == FIRST._replace(producer_epoch=1)
    assert len(world.due) == 1


def test_decisions_wait_for_a_producer_id():
    """Two that arrive before the controller has answered get one each."""
    world = World()
    world.late_ids = []
    first, second = world.init("one"), world.init("two")
    assert len(world.late_ids) == 1
    world.late_ids[0].complete(5)
    assert first.value == ProducerIdentity(5, 0)
    assert not second.is_done
    world.late_ids[1].complete(6)
    assert second.value == ProducerIdentity(6, 0)


def test_a_controller_that_fails_is_told():
    """Its error is the answer; a shard that went meanwhile is, too."""
    world = World()
    world.late_ids = []
    asked = world.init()
    world.late_ids[0].fail(ApiError(ErrorCode.BROKER_NOT_AVAILABLE))
    assert asked.error_code is ErrorCode.BROKER_NOT_AVAILABLE
    again = world.init()
    world.coordinator.runtime.unload(0)
    world.late_ids[1].complete(7)
    assert again.error_code is ErrorCode.NOT_COORDINATOR


def test_descriptions(world):
    """The whole state of an id that is known; TRANSACTIONAL_ID_NOT_FOUND else."""
    world.init()
    assert answer(lambda: world.coordinator.describe("t")) == world.state()
    described = answer(lambda: world.coordinator.describe("other"))
    assert described is ErrorCode.TRANSACTIONAL_ID_NOT_FOUND


def test_lists_of_all_shards():
    """What each shard has, filtered; state names that do not exist are told."""
    world = World()
    coordinator = TransactionCoordinator(
        SETTINGS,
        next_producer_id=lambda: Pending.of(5),
        newest_serial=lambda: 0,
        on_markers_due=world.due.append,
    )
    image = world.image
    image.topics_by_name["__transaction_state"].partitions.append(None)
    coordinator.follow_image(image)
    for index in (0, 1):
        coordinator.runtime.begin_load(index, MemoryPartition())
        coordinator.runtime.finish_load(index, 0, world.moment)
    for name in "abcd":
        coordinator.init_producer_id(name, 1000, None, world.moment)
    listing = coordinator.list(Filters(pattern="[a-c]"), world.moment).value
    assert sorted(one.transactional_id for one in listing.transactions) == ["a", "b", "c"]
    listing = coordinator.list(Filters(states=["Sleeping"]), world.moment).value
    assert (listing.transactions, listing.unknown_states) == ([], ["Sleeping"])
    coordinator.follow_image(SimpleNamespace(topics_by_name={}, features={}))
