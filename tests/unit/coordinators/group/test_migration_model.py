# SPDX-License-Identifier: Apache-2.0
"""Random lives of a group whose members speak both protocols, so that it changes to and fro.

Classic members are eager: they drop everything when they join. Whatever happens, nobody owns what
another one reads, the log read anew is the state in memory, and in the end everything is owned.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.coordinators.group.consumer_world import (
    GROUP,
    ClassicConsumer,
    Consumer,
    World,
    assignment_of,
    read_assignment,
)

from ottla.coordinators.group.classic.group import ClassicGroup
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.sync_group import SyncGroupRequestAssignment

NEW, OLD = ("a", "b"), ("x", "y")
NAMES = NEW + OLD

STEPS = st.one_of(
    st.tuples(st.just("poll"), st.sampled_from(NAMES)),
    st.tuples(st.just("poll"), st.sampled_from(NAMES)),
    st.tuples(st.just("poll"), st.sampled_from(OLD)),
    st.tuples(st.just("leave"), st.sampled_from(NAMES)),
    st.tuples(st.just("crash"), st.sampled_from(NAMES)),
    st.tuples(st.just("wait"), st.sampled_from((100, 3_000, 9_000, 25_000))),
    st.tuples(st.just("extend")),
    st.tuples(st.just("reload")),
)


class Eager(ClassicConsumer):
    """A classic client that takes one step whenever it is polled."""

    def __init__(self, world) -> None:
        super().__init__(world, "t")
        self.joining = self.syncing = None
        self.is_settled = False

    def poll(self):
        """Go on with what is under way, else say that it is alive."""
        try:
            if self.joining is not None:
                self.go_on_joining()
            elif self.syncing is not None:
                self.go_on_syncing()
            elif self.is_settled:
                self.stay()
            else:
                self.begin()
        except ApiError as error:
            self.refused(error.code)

    def begin(self):
        """Drop everything and join."""
        self.owned = {}
        self.joining = self.ask_to_join()
        if self.joining.is_done:
            self.go_on_joining()

    def go_on_joining(self):
        """Take the answer if it has come; a leader makes the assignments."""
        if not self.joining.is_done:
            return
        pending, self.joining = self.joining, None
        answer = pending.value
        if answer.error_code == ErrorCode.MEMBER_ID_REQUIRED:
            self.member_id = answer.member_id
        elif answer.error_code:
            self.refused(answer.error_code)
        else:
            self.take(answer)
            self.syncing = self.ask_to_sync(assignments=self.assignments(answer))
            self.go_on_syncing()

    def assignments(self, answer):
        """Deal the partitions if it is the leader."""
        if answer.leader != self.member_id:
            return ()
        count = len(self.world.image.topic("t").partitions)
        members = [member.member_id for member in answer.members]
        return [
            SyncGroupRequestAssignment(
                member_id=member_id,
                assignment=assignment_of(t=list(range(place, count, len(members)))),
            )
            for place, member_id in enumerate(members)
        ]

    def go_on_syncing(self):
        """Take the assignment if it has come."""
        if not self.syncing.is_done:
            return
        pending, self.syncing = self.syncing, None
        answer = pending.value
        if answer.error_code:
            self.refused(answer.error_code)
        else:
            self.owned = read_assignment(answer.assignment)
            self.is_settled = True

    def stay(self):
        """Send a heartbeat."""
        code = self.heartbeat()
        if code != ErrorCode.NONE:
            self.refused(code)

    def refused(self, code):
        """Do what clients do about an error."""
        expected = {
            ErrorCode.REBALANCE_IN_PROGRESS,
            ErrorCode.UNKNOWN_MEMBER_ID,
            ErrorCode.ILLEGAL_GENERATION,
            ErrorCode.NOT_COORDINATOR,
        }
        assert code in expected, code
        self.joining = self.syncing = None
        self.is_settled = False
        if code == ErrorCode.UNKNOWN_MEMBER_ID:
            self.lose()
        elif code == ErrorCode.ILLEGAL_GENERATION:
            self.owned = {}

    def lose(self):
        """Forget what it was."""
        self.member_id, self.generation, self.owned = "", -1, {}
        self.joining = self.syncing = None
        self.is_settled = False

    @property
    def partitions(self):
        """What it reads."""
        return set(self.owned.get("t", ()))


class Modern(Consumer):
    """A client of the consumer protocol that takes one step whenever it is polled."""

    def poll(self):
        """Send a heartbeat, or join."""
        try:
            super().poll()
        except ApiError as error:
            self.refused(error.code)

    def refused(self, code):
        """Join again, whatever it was, if it is one of these."""
        expected = {
            ErrorCode.FENCED_MEMBER_EPOCH,
            ErrorCode.UNKNOWN_MEMBER_ID,
            ErrorCode.GROUP_ID_NOT_FOUND,
        }
        assert code in expected, code
        self.lose()

    def leave(self):
        """Leave for good."""
        if self.epoch:
            self.world.heartbeat(self.member_id, -1)

    def lose(self):
        """Forget what it was."""
        self.epoch, self.owned = 0, {}

    @property
    def partitions(self):
        """What it reads."""
        return {index for indexes in self.owned.values() for index in indexes}


class Life:
    """A world with its clients."""

    def __init__(self) -> None:
        self.world = World()
        self.world.create_topic("t", 3)
        self.clients = {}
        self.incarnations = 0

    def client(self, name):
        """Return the client of this name, a new one if need be."""
        if name not in self.clients:
            self.incarnations += 1
            new_id = f"{name}{self.incarnations}"
            self.clients[name] = (
                Modern(self.world, new_id, "t") if name in NEW else Eager(self.world)
            )
        return self.clients[name]

    def do(self, step):
        """Take one step and look whether all is well."""
        kind, *arguments = step
        getattr(self, kind)(*arguments)
        self.check()

    def poll(self, name):
        """Let a client take a step."""
        self.client(name).poll()

    def leave(self, name):
        """Let a client leave."""
        client = self.clients.pop(name, None)
        if client is not None:
            try:
                client.leave()
            except ApiError as error:
                client.refused(error.code)

    def crash(self, name):
        """Let a client disappear without a word."""
        self.clients.pop(name, None)

    def wait(self, ms):
        """Let time pass; clients that are removed notice by their own clocks."""
        self.world.pass_time(ms)
        group = self.group()
        for client in self.clients.values():
            is_member = group is not None and client.member_id in group.members
            if client.partitions and not is_member:
                client.lose()

    def extend(self):
        """Add a partition."""
        self.world.extend_topic("t", len(self.world.image.topic("t").partitions) + 1)

    def reload(self):
        """Fail over; parked requests are refused, memberships that were not written are lost."""
        self.world.load(self.world.partition)
        self.wait(0)

    def group(self):
        """Return the group, if there is one."""
        return self.world.shard.store.groups.get(GROUP)

    def check(self):
        """Assert that nobody owns what another one reads."""
        owners = {}
        for name, client in self.clients.items():
            for partition in client.partitions:
                assert owners.setdefault(partition, name) == name

    def settle(self, names):
        """Have some clients, and only them, talk until nothing happens any more."""
        for name in NAMES:
            if name not in names:
                self.leave(name)
        for _ in range(40):
            for name in names:
                self.poll(name)
                self.check()
            self.wait(2_000)
        self.check()


@given(steps=st.lists(STEPS, max_size=40), names=st.sampled_from((NAMES, NEW, OLD, ("a", "x"))))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_group_of_both_kinds_stays_sound(steps, names):
    """No partition is owned twice, and whoever stays ends up with everything."""
    life = Life()
    for step in steps:
        life.do(step)
    life.settle(names)
    group = life.group()
    assert isinstance(group, ClassicGroup if names == OLD else ConsumerGroup)
    assert group.state_name == "Stable"
    owned = sorted(one for name in names for one in life.clients[name].partitions)
    assert owned == list(range(len(life.world.image.topic("t").partitions)))


@given(steps=st.lists(STEPS, max_size=30))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_prefix_of_the_log_loads(steps):
    """Conversions are one batch each: there is no log in which a group is of both kinds."""
    life = Life()
    for step in steps:
        life.do(step)
    world = life.world
    before = life.group()
    world.load(world.partition)
    after = life.group()
    if isinstance(before, ConsumerGroup):
        assert isinstance(after, ConsumerGroup)
        assert (after.members, after.targets) == (before.members, before.targets)
    batches = world.partition.batches
    for length in range(len(batches)):
        prefix = type(world.partition)()
        prefix.batches = batches[:length]
        prefix.end_offset = prefix.high_watermark = sum(len(b.records) for b in prefix.batches)
        world.load(prefix)
