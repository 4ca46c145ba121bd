# SPDX-License-Identifier: Apache-2.0
"""Whatever members do: the log holds the state, any part of it loads, and commits never go back."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.unit.coordinators.group.group_world import DELAY_MS, RANGE, GroupWorld, subscription

from ottla.coordinators.group.classic.group import EMPTY, STABLE, ClassicGroup
from ottla.protocol.errors import ErrorCode

GROUPS = st.sampled_from(["g", "h"])
INSTANCES = st.sampled_from([None, None, "i", "k"])
PROTOCOLS = st.sampled_from(
    [
        (("range", subscription("t")),),
        (("sticky", subscription("t")), ("range", subscription("t"))),
        (("range", subscription("t", "u")), ("sticky", subscription("t"))),
    ]
)
INDEX = st.integers(0, 3)
PRODUCER = st.integers(7, 8)


def durable_group(group: ClassicGroup):
    """Return what the log has to know of a group that is between two rebalances."""
    return (
        group.state,
        group.generation,
        group.protocol_type,
        group.protocol_name,
        group.leader_id,
        group.topics,
        group.state_timestamp_ms,
        dict(group.static_members),
        {
            member.member_id: (
                member.group_instance_id,
                member.client,
                member.session_timeout_ms,
                member.rebalance_timeout_ms,
                member.assignment,
                member.metadata(group.protocol_name),
            )
            for member in group.members.values()
        },
    )


def durable_offsets(world: GroupWorld):
    """Return every offset of a shard, pending ones included."""
    offsets = world.shard.offsets._groups
    return {
        name: (dict(group.committed), {who: dict(what) for who, what in group.pending.items()})
        for name, group in offsets.items()
    }


class Groups(RuleBasedStateMachine):
    """Members of two groups do what they like, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = GroupWorld(
            topics=(("t", 4), ("u", 4)), offsets_retention_minutes=1, group_max_size=4
        )
        self.members: list[str] = []
        self.next_offset = 0
        self.assigned: dict[tuple[str, int], dict[str, bytes]] = {}
        self.handed_out: list[tuple[str, int, str, object]] = []
        self.committed_in: dict[str, int] = {}

    def group(self, group_id: str) -> ClassicGroup | None:
        """Return a group as it is now."""
        return self.world.shard.store.groups.get(group_id)

    def member_of(self, group: ClassicGroup | None, pick: int) -> str:
        """Return some member, or an id that is none."""
        ids = [*group.members, *group.pending_members, "nobody"] if group else ["nobody"]
        return ids[pick % len(ids)]

    @rule(group_id=GROUPS, instance=INSTANCES, protocols=PROTOCOLS, version=st.sampled_from([3, 9]))
    def join_as_new(self, group_id, instance, protocols, version):
        """Let somebody join without an id."""
        self.world.join(group_id=group_id, instance=instance, protocols=protocols, version=version)

    @rule(group_id=GROUPS, pick=st.integers(0, 5), protocols=PROTOCOLS)
    def join_again(self, group_id, pick, protocols):
        """Let a member, or somebody with an id that was given out, join."""
        group = self.group(group_id)
        if group is not None:
            self._join_again(group, self.member_of(group, pick), protocols)

    def _join_again(self, group, member_id, protocols):
        member = group.members.get(member_id)
        instance = member.group_instance_id if member is not None else None
        self.world.join(member_id, group_id=group.group_id, instance=instance, protocols=protocols)

    @rule(group_id=GROUPS, pick=st.integers(0, 5), stale=st.booleans())
    def sync(self, group_id, pick, stale):
        """Let a member ask for its assignment; if it leads it brings everybody's."""
        group = self.group(group_id)
        if group is None:
            return
        member_id = self.member_of(group, pick)
        generation = group.generation - stale
        assignments = {
            one: f"{generation}/{number}".encode() for number, one in enumerate(group.members)
        }
        leads = group.leader_id == member_id and not stale
        was_stable = group.state is STABLE
        answer = self.world.sync(
            member_id,
            generation,
            assignments if leads else {},
            group_id=group_id,
            protocol_name=None,
        )
        if leads and not was_stable and answer.is_done and answer.error is None:
            assert (group_id, generation) not in self.assigned, "a generation is assigned once"
            self.assigned[group_id, generation] = assignments
        self.handed_out.append((group_id, generation, member_id, answer))

    @rule(group_id=GROUPS, count=st.integers(1, 3), missing=st.integers(0, 3))
    def settle(self, group_id, count, missing):
        """Let everybody but perhaps one do what good clients do, until the group is stable."""
        group = self.group(group_id)
        if group is None or not group.members:
            for _ in range(count):
                self.world.join(group_id=group_id, version=3)
            group = self.group(group_id)
        self.pass_time(5 * DELAY_MS)
        members = [*group.pending_members, *group.members]
        for number, member_id in enumerate(members):
            if number != missing and group.state not in (STABLE, EMPTY):
                self._join_again(group, member_id, RANGE)
        self.pass_time(70_000 if missing < len(members) else 0)
        for number in range(len(group.members)):
            self.sync(group_id, number, stale=False)

    @rule(group_id=GROUPS, pick=st.integers(0, 5))
    def heartbeat(self, group_id, pick):
        """Let a member say that it is alive."""
        group = self.group(group_id)
        if group is not None:
            self.world.heartbeat(self.member_of(group, pick), group.generation, group_id=group_id)

    @rule(group_id=GROUPS, picks=st.lists(st.integers(0, 5), max_size=3))
    def leave(self, group_id, picks):
        """Let some members leave."""
        group = self.group(group_id)
        self.world.leave(*(self.member_of(group, pick) for pick in picks), group_id=group_id)

    @rule(
        group_id=GROUPS,
        pick=st.integers(0, 5),
        stale=st.booleans(),
        index=INDEX,
        topic=st.sampled_from(["t", "u"]),
    )
    def commit(self, group_id, pick, stale, index, topic):
        """Let a member commit, perhaps in a former generation."""
        group = self.group(group_id)
        self.next_offset += 1
        member_id, generation = "", -1
        if group is not None and group.members:
            member_id, generation = self.member_of(group, pick), group.generation - stale
        answer = self.world.commit(
            {index: self.next_offset},
            topic=topic,
            member_id=member_id,
            generation=generation,
            group_id=group_id,
        )
        if answer.error is None and generation >= 0:
            assert generation >= self.committed_in.get(group_id, 0), "a former generation commits"
            self.committed_in[group_id] = generation
            fetched = self.world.fetch(group_id=group_id, topics={topic: [index]})
            assert fetched == {(topic, index): self.next_offset}

    @rule(group_id=GROUPS, producer=PRODUCER, index=INDEX)
    def commit_in_transaction(self, group_id, producer, index):
        """Let a producer commit for nobody in particular."""
        self.next_offset += 1
        self.world.commit_in_transaction(producer, {index: self.next_offset}, group_id=group_id)

    @rule(producer=PRODUCER, committed=st.booleans())
    def end_transaction(self, producer, committed):
        """End a transaction."""
        self.world.end_transaction(producer, committed=committed)

    @rule(group_id=GROUPS)
    def delete_group(self, group_id):
        """Delete a group, if that is allowed."""
        pending = self.world._ask(
            lambda: self.world.groups.delete_group(group_id, self.world.moment)
        )
        if pending.error is None:
            self._forget(group_id)

    def _forget(self, group_id: str) -> None:
        """Begin to count anew for a group that is gone."""
        self.committed_in.pop(group_id, None)
        for key in [key for key in self.assigned if key[0] == group_id]:
            del self.assigned[key]
        self.handed_out = [one for one in self.handed_out if one[0] != group_id]

    @rule(ms=st.sampled_from([1, DELAY_MS, 10_000, 30_000, 700_000]))
    def pass_time(self, ms):
        """Let time pass; offsets and groups may expire."""
        self.world.pass_time(ms)
        for group_id in ("g", "h"):
            if self.group(group_id) is None:
                self._forget(group_id)

    @rule()
    def fail_over(self):
        """Let another coordinator take over; soft membership is lost."""
        self.world.groups.runtime.unload(0)
        self.world.load()
        for group_id in ("g", "h"):
            self._forget(group_id)

    @invariant()
    def the_log_holds_the_state(self):
        """Compare with a fresh shard that reads the log: offsets and written generations."""
        fresh = GroupWorld(
            topics=(("t", 4), ("u", 4)), offsets_retention_minutes=1, group_max_size=100
        )
        fresh.partition = self.world.partition
        fresh.load()
        assert durable_offsets(fresh) == durable_offsets(self.world)
        for group_id, group in self.world.shard.store.groups.items():
            if group.state is STABLE or (group.state is EMPTY and group.generation):
                assert durable_group(fresh.shard.store.groups[group_id]) == durable_group(group)

    @invariant()
    def assignments_are_the_leaders(self):
        """See that assignments handed out are those that the leader of the generation brought."""
        for group_id, generation, member_id, answer in self.handed_out:
            if not answer.is_done or answer.error is not None or answer.value.error_code:
                continue
            assignments = self.assigned.get((group_id, generation))
            if assignments is not None and member_id in assignments:
                assert answer.value.assignment == assignments[member_id]

    @invariant()
    def counts_are_right(self):
        """Count again what groups count as they go."""
        for group in self.world.shard.store.groups.values():
            waiting = [one for one in group.members.values() if one.awaiting_join is not None]
            assert group.waiting_count == len(waiting)
            spoken: dict[str, int] = {}
            for member in group.members.values():
                for name, _ in member.protocols:
                    spoken[name] = spoken.get(name, 0) + 1
            assert group.supporters == spoken
            assert set(group.static_members.values()) == {
                one.member_id for one in group.members.values() if one.is_static
            }
            assert (group.leader_id in group.members) or not group.members
            assert set(group.pending_sync) <= set(group.members)
            assert group.state is not EMPTY or not group.members


TestGroups = Groups.TestCase
TestGroups.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), INDEX, st.integers(0, 99)),
        st.tuples(st.just("pending"), PRODUCER, INDEX),
        st.tuples(st.just("end"), PRODUCER, st.booleans()),
        st.tuples(st.just("members"), st.integers(1, 2), st.none()),
    ),
    max_size=12,
)


@given(OPERATIONS, st.data())
@settings(max_examples=60, deadline=None)
def test_any_prefix_of_a_log_loads(operations, data):
    """What a coordinator has not seen yet does not keep it from serving the rest."""
    world = GroupWorld()
    for what, first, second in operations:
        if what == "commit":
            world.commit({first: second})
        elif what == "pending":
            world.commit_in_transaction(first, {second: 1})
        elif what == "end":
            world.end_transaction(first, committed=second)
        elif world.group.is_empty if "g" in world.shard.store.groups else True:
            for member_id in world.stable(first):
                world.leave(member_id)
    batches = world.partition.batches
    world.partition.batches = batches[: data.draw(st.integers(0, len(batches)))]
    world.load()
    expected = {
        record.key for batch in world.partition.batches if not batch.producer
        for _, record in batch.records if record.key[1] == 1
    }  # fmt: skip
    assert len(world.fetch()) >= len(expected)
    stable = world.fetch(require_stable=True)
    assert {code for code in stable.values() if isinstance(code, ErrorCode)} <= {
        ErrorCode.UNSTABLE_OFFSET_COMMIT
    }
