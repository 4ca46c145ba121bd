# SPDX-License-Identifier: Apache-2.0
"""Random lives of a group: members that come, go, fall silent and miss answers; topics that change.

After every step nobody owns what another member may still be reading, and the log read anew is the
state in memory. In the end, when all members talk, everybody has what the target says and every
partition has one owner.
"""

from __future__ import annotations

import dataclasses

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.testing.coordinator_partition import MemoryPartition

NAMES = ("t1", "t2", "u")
MEMBER_IDS = ("a", "b", "c", "d")
SUBSCRIPTIONS = (("t1",), ("t1", "t2"), ("u", "t1"), ())

STEPS = st.one_of(
    st.tuples(st.just("poll"), st.sampled_from(MEMBER_IDS), st.booleans()),
    st.tuples(st.just("poll"), st.sampled_from(MEMBER_IDS), st.just(False)),
    st.tuples(st.just("poll"), st.sampled_from(MEMBER_IDS), st.just(False)),
    st.tuples(st.just("leave"), st.sampled_from(MEMBER_IDS)),
    st.tuples(st.just("come back"), st.sampled_from(MEMBER_IDS)),
    st.tuples(st.just("subscribe"), st.sampled_from(MEMBER_IDS), st.sampled_from(SUBSCRIPTIONS)),
    st.tuples(st.just("expression"), st.sampled_from(MEMBER_IDS), st.sampled_from(("t.", "u", ""))),
    st.tuples(st.just("create"), st.sampled_from(NAMES), st.integers(1, 4)),
    st.tuples(st.just("extend"), st.sampled_from(NAMES), st.integers(1, 2)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES)),
    st.tuples(st.just("wait"), st.sampled_from((100, 5_000, 20_000, 46_000))),
    st.tuples(st.just("reload")),
)

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclasses.dataclass
class Client:
    """A member's own view; what it may be reading."""

    member_id: str
    instance_id: str | None
    topics: tuple[str, ...] = ("t1", "t2")
    regex: str = ""
    epoch: int = 0
    owned: dict = dataclasses.field(default_factory=dict)
    is_to_tell: bool = True

    @property
    def partitions(self):
        """Everything it may be reading, as pairs."""
        return {(topic, index) for topic, indexes in self.owned.items() for index in indexes}


class Life:
    """A world with its clients."""

    def __init__(self, world) -> None:
        self.world = world
        self.clients: dict[str, Client] = {}
        self.incarnations = 0

    def client(self, name):
        """Return the client of this name; c and d are static members."""
        client = self.clients.get(name)
        if client is None:
            self.incarnations += 1
            static = name if name in {"c", "d"} else None
            client = Client(f"{name}{self.incarnations}", static)
            self.clients[name] = client
        return client

    def do(self, step):
        """Take one step."""
        kind, *arguments = step
        getattr(self, kind.replace(" ", "_"))(*arguments)
        self.check()

    def poll(self, name, is_lost):
        """Send a heartbeat; perhaps the answer does not arrive."""
        client = self.client(name)
        is_joining = client.epoch == 0
        fields = {}
        if is_joining or client.is_to_tell:
            fields = {
                "rebalance_timeout_ms": 30_000,
                "subscribed_topic_names": list(client.topics),
                "subscribed_topic_regex": client.regex,
            }
        if is_joining:
            client.owned = {}
        try:
            answer = self.world.heartbeat(
                client.member_id,
                client.epoch,
                owned=client.owned,
                instance_id=client.instance_id,
                **fields,
            )
        except ApiError as error:
            self.refused(name, error)
            return
        if is_lost:
            client.is_to_tell = True  # a client tells everything after a failure
            return
        client.is_to_tell = False
        client.epoch = answer.member_epoch
        if answer.assignment is not None:
            client.owned = {
                t.topic_id: list(t.partitions) for t in answer.assignment.topic_partitions
            }

    def refused(self, name, error):
        """Do what clients do about an error."""
        expected = {
            ErrorCode.FENCED_MEMBER_EPOCH,
            ErrorCode.UNKNOWN_MEMBER_ID,
            ErrorCode.GROUP_ID_NOT_FOUND,
            ErrorCode.UNRELEASED_INSTANCE_ID,
        }
        assert error.code in expected, error
        client = self.clients[name]
        client.epoch, client.owned, client.is_to_tell = 0, {}, True

    def leave(self, name):
        """Leave, a static member for a while."""
        client = self.clients.pop(name, None)
        if client is None or not client.epoch:
            return
        epoch = -2 if client.instance_id else -1
        try:
            self.world.heartbeat(client.member_id, epoch, instance_id=client.instance_id)
        except ApiError as error:
            self.clients[name] = client
            self.refused(name, error)

    def come_back(self, name):
        """Crash and start again, without a word."""
        self.clients.pop(name, None)

    def subscribe(self, name, topics):
        """Subscribe to other topics."""
        client = self.client(name)
        client.topics, client.is_to_tell = topics, True

    def expression(self, name, regex):
        """Subscribe by another expression."""
        client = self.client(name)
        client.regex, client.is_to_tell = regex, True

    def create(self, topic, count):
        """Create a topic, unless it is there."""
        if self.world.image.topic(topic) is None:
            self.world.create_topic(topic, count)

    def extend(self, topic, count):
        """Add partitions."""
        image = self.world.image.topic(topic)
        if image is not None:
            self.world.extend_topic(topic, len(image.partitions) + count)

    def delete(self, topic):
        """Delete a topic."""
        if self.world.image.topic(topic) is not None:
            self.world.delete_topic(topic)

    def wait(self, ms):
        """Let time pass; whoever is removed learns of it later, and is told to by its own clock."""
        self.world.pass_time(ms)
        group = self.group()
        for client in self.clients.values():
            # A client that cannot reach the coordinator for a session stops reading by itself.
            if group is None or client.member_id not in group.members:
                client.owned, client.epoch, client.is_to_tell = {}, 0, True

    def reload(self):
        """Fail over: the log is read into a new shard."""
        self.world.load(self.world.partition)

    def group(self):
        """Return the group, if there is one."""
        return self.world.shard.store.groups.get("g")

    def check(self):
        """Assert what always holds."""
        owners = {}
        for client in self.clients.values():
            for spot in client.partitions:
                assert owners.setdefault(spot, client.member_id) == client.member_id
        group = self.group()
        if group is None:
            return
        holders = {}
        for member in group.members.values():
            for owned in (member.holdings.assigned, member.holdings.pending_revocation):
                for topic, partitions in owned.items():
                    for partition in partitions:
                        spot = (topic, partition)
                        assert holders.setdefault(spot, member.member_id) == member.member_id
                        assert group.holder(topic, partition) == member.member_id
        targets = [
            (topic, partition)
            for target in group.targets.values()
            for topic, partitions in target.items()
            for partition in partitions
        ]
        assert len(targets) == len(set(targets))

    def settle(self):
        """Have everybody talk until nothing happens any more."""
        for _ in range(20):
            for name in MEMBER_IDS[:3]:
                self.poll(name, is_lost=False)
            self.poll("d", is_lost=False)
            self.world.pass_time(5_000)
        self.check()


def state_of(group):
    """Return everything of a group that has to survive."""
    if group is None:
        return None
    state = dict(vars(group))
    state.pop("is_metadata_stale")
    state.pop("_subscribed_topics")
    return state


@given(steps=st.lists(STEPS, max_size=40))
@SETTINGS
def test_nobody_owns_what_another_one_reads(world_of, steps):
    """No partition is owned twice at any time, and everything converges in the end."""
    life = Life(world_of(group_consumer_assignment_interval_ms=1_000))
    life.create("t1", 3)
    for step in steps:
        life.do(step)
    life.settle()
    group = life.group()
    assert group.state_name == "Stable"
    image = life.world.image
    subscribed = {
        (topic.topic_id, partition.partition_id)
        for name in group.subscribed_topics
        if (topic := image.topic(name)) is not None
        for partition in topic.partitions
    }
    owned = set().union(*(client.partitions for client in life.clients.values()))
    assert owned == subscribed


@given(steps=st.lists(STEPS, max_size=30))
@SETTINGS
def test_the_log_is_the_state(world_of, steps):
    """A replay of everything equals the memory; a prefix, or what compaction leaves, loads."""
    life = Life(world_of())
    life.create("t1", 3)
    for step in steps:
        life.do(step)
    world = life.world
    batches = world.partition.batches
    in_memory = state_of(life.group())
    world.load(world.partition)
    assert state_of(life.group()) == in_memory

    last = {record.key: offset for batch in batches for offset, record in batch.records}
    compacted = MemoryPartition()
    compacted.batches = [
        batch._replace(
            records=[(offset, r) for offset, r in batch.records if last[r.key] == offset]
        )
        for batch in batches
    ]
    compacted.end_offset = compacted.high_watermark = world.partition.end_offset
    world.load(compacted)
    assert state_of(life.group()) == in_memory

    for length in range(len(batches)):
        prefix = MemoryPartition()
        prefix.batches = batches[:length]
        prefix.end_offset = prefix.high_watermark = sum(len(b.records) for b in prefix.batches)
        world.load(prefix)
        group = life.group()
        assert group is None or isinstance(group, ConsumerGroup)
