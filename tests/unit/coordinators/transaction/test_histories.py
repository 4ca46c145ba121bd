# SPDX-License-Identifier: Apache-2.0
"""Random histories of transactions: lost answers, loads at every record, time, both protocols.

What must hold whatever happens:

* the log replayed is the state in memory, and every prefix of it loads and can be finished;
* no epoch of a producer id ends both ways in one transaction: never a commit and an abort marker;
* states follow the table, epochs never fall, a client is never given the last epoch;
* once markers can be written, nothing stays prepared: no last stable offset hangs.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.unit.coordinators.transaction.world import World

from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.late_requests import LateRequest
from ottla.coordinators.transaction.metadata import EXHAUSTED_FROM, V2
from ottla.coordinators.transaction.records import read_transaction_record, transaction_record
from ottla.coordinators.transaction.states import TRANSITIONS, TransactionState
from ottla.protocol.errors import ErrorCode

NAMES = ("one", "two")
PARTITIONS = [("a", 0), ("a", 1), ("b", 0)]

names = st.sampled_from(NAMES)
partitions = st.lists(st.sampled_from(PARTITIONS), min_size=1, max_size=2, unique=True)
which = st.integers(0, 3)


class Histories(RuleBasedStateMachine):
    """Clients that forget answers, on a coordinator that is loaded again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.known: dict[str, list[ProducerIdentity]] = {name: [] for name in NAMES}
        self.ends: dict[tuple[int, int, int], set[bool]] = {}
        self.ended_v2: dict[tuple[int, int], set[bool]] = {}
        self.seen = 0

    def producer(self, name, back):
        """Return one of the identities that were given out, a younger one more often."""
        known = self.known[name]
        return known[-1 - min(back, len(known) - 1)] if known else ProducerIdentity(1, 0)

    def learn(self, name, told):
        """Keep what a client was told, unless it was an error or is still to come."""
        if isinstance(told, ProducerIdentity):
            assert told.producer_epoch <= EXHAUSTED_FROM
            self.known[name].append(told)

    @rule(name=names, back=which, goes_on=st.booleans(), is_lost=st.booleans())
    def init(self, name, back, goes_on, is_lost):
        """Let a producer begin, or go on after an error."""
        expected = self.producer(name, back) if goes_on and self.known[name] else None
        told = self.world.init(name, expected)
        if not is_lost:
            self.learn(name, told)

    @rule(name=names, back=which, some=partitions, serial=st.none() | st.integers(1, 4))
    def add(self, name, back, some, serial):
        """Add partitions, by either protocol."""
        try:
            self.world.add(self.producer(name, back), *some, name=name, serial=serial)
        except LateRequest:
            assert serial is not None

    @rule(
        name=names, back=which, commit=st.booleans(), serial=st.none() | st.integers(1, 4),
        is_lost=st.booleans(),
    )  # fmt: skip
    def end(self, name, back, commit, serial, is_lost):
        """End a transaction, by either protocol; the answer may be lost."""
        try:
            told = self.world.end(
                self.producer(name, back), commit=commit, name=name, serial=serial
            )
        except LateRequest:
            assert serial is not None
            return
        if not is_lost and serial is None:
            self.learn(name, told)

    @rule(count=st.integers(1, 2))
    def write_markers(self, count):
        """Write some of the markers."""
        world = self.world
        written, world.due[:] = world.due[:count], world.due[count:]
        for due in written:
            if world.coordinator.is_due(due):
                self.take_note(due)
                assert world.coordinator.markers_written(due, world.moment).value is True

    def take_note(self, due):
        """Let no transaction end both ways."""
        send = due.send
        ends = self.ends.setdefault((*send.producer, send.sequence), set())
        ends.add(send.committed)
        assert len(ends) == 1
        if send.transaction_version == V2:
            ends = self.ended_v2.setdefault(tuple(send.producer), set())
            ends.add(send.committed)
            assert len(ends) == 1, "under V2 an epoch is one transaction's"

    @rule(ms=st.sampled_from([100, 9_000, 70_000]))
    def wait(self, ms):
        """Let time pass."""
        self.world.advance(ms)

    @rule()
    def connect(self):
        """Let somebody connect."""
        self.world.newest_serial += 1

    @rule()
    def load(self):
        """Let the coordinator move."""
        before = dict(self.world.coordinator.runtime.shard(0).items())
        self.world.reload()
        assert dict(self.world.coordinator.runtime.shard(0).items()) == before

    @rule(name=names)
    def use_up(self, name):
        """Let the epochs of an idle producer be nearly used up."""
        shard = self.world.coordinator.runtime.shard(0)
        metadata = shard.metadata(name)
        if (
            metadata is not None
            and metadata.state is TransactionState.EMPTY
            and metadata.producer_epoch < EXHAUSTED_FROM - 1
        ):
            old = metadata._replace(
                producer_epoch=EXHAUSTED_FROM - 1, previous_producer_id=metadata.producer_id
            )
            self.world.partition.append((transaction_record(name, old),), 0, None)
            self.world.reload()
            self.learn(name, old.producer)

    @invariant()
    def steps_are_legal(self):
        """Each record follows from the one before it, and takes no epoch back."""
        states = {}
        for record in self.world.partition.records():
            name, metadata = read_transaction_record(record)
            before = states.get(name)
            if before is not None:
                assert metadata.state in TRANSITIONS[before.state].values()
                if metadata.producer_id == before.producer_id:
                    assert metadata.producer_epoch >= before.producer_epoch
                else:
                    assert metadata.producer_epoch == 0
                    assert metadata.previous_producer_id == before.producer_id
            states[name] = metadata
        assert dict(self.world.coordinator.runtime.shard(0).items()) == states

    def teardown(self):
        """Every prefix of the log loads, and what is decided in it is completed."""
        batches = list(self.world.partition.batches)
        for count in range(len(batches) + 1):
            world = World()
            world.partition.batches = list(batches)
            world.reload(count)
            world.finish()
            for name, metadata in tuple(world.coordinator.runtime.shard(0).items()):
                assert not metadata.state.is_prepared
                given = world.init(name)
                if not isinstance(given, ProducerIdentity):
                    world.finish()
                    given = given.value
                assert world.add(given, ("a", 0), name=name) is None
                assert world.end(given, name=name) not in list(ErrorCode)
                assert len(world.finish()) == 1


Histories.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestHistories = Histories.TestCase
