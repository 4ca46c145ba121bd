# SPDX-License-Identifier: Apache-2.0
"""Claims about all decisions together: what holds after any sequence of them."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.controller.configs import ConfigChange, ConfigOperation, ResourceChange
from ottla.controller.elections import ElectionType
from ottla.metadata.image import NO_LEADER, ClusterImage
from ottla.metadata.snapshot import image_records
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.alter_partition import (
    AlterPartitionRequest,
    AlterPartitionRequestPartitionData,
    AlterPartitionRequestTopicData,
    BrokerState,
)
from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.protocol.messages.broker_registration import (
    BrokerRegistrationRequest,
    Feature,
    Listener,
)

BROKERS = (1, 2, 3, 4)
IDS = st.sampled_from(BROKERS)
SOME = st.lists(IDS, unique=True, min_size=1)
PARTITIONS = st.sampled_from([("t", 0), ("t", 1), ("u", 0)])
STEPS = st.one_of(
    st.tuples(st.just("fence"), SOME),
    st.tuples(st.just("beat"), IDS),
    st.tuples(st.just("shut_down"), IDS),
    st.tuples(st.just("restart"), IDS, st.booleans()),
    st.tuples(st.just("propose"), PARTITIONS, SOME),
    st.tuples(st.just("commit"), PARTITIONS),
    st.tuples(st.just("move"), PARTITIONS, st.none() | SOME),
    st.tuples(st.just("balance")),
    st.tuples(st.just("decommission"), IDS),
    st.tuples(st.just("require"), st.integers(1, 3)),
)


class World:
    """A cluster, with what each replica surely holds of what was acknowledged."""

    def __init__(self, cluster, elr: int) -> None:
        self.cluster = cluster
        self.elr = elr
        self.min_isr = 2
        self.runs = 0
        cluster.create("t", 2, 3)
        cluster.create("u", 1, 1)
        self.require(2)
        self.complete = {
            (topic.name, p.partition_id): set(p.isr)
            for topic in cluster.image.topics_by_name.values()
            for p in topic.partitions
        }

    @property
    def partitions(self):
        """Every partition by name and number."""
        return {
            (topic.name, p.partition_id): p
            for topic in self.cluster.image.topics_by_name.values()
            for p in topic.partitions
        }

    def fence(self, broker_ids):
        """Fence brokers."""
        self.cluster.do("fence_brokers", broker_ids)

    def beat(self, broker_id):
        """Let a broker send a heartbeat."""
        self.cluster.beat(broker_id)

    def shut_down(self, broker_id):
        """Let a broker ask to shut down."""
        self.cluster.beat(broker_id, want_shut_down=True)

    def restart(self, broker_id, clean):
        """Start a new run of a broker, which may have lost what it had not flushed."""
        self.runs += 1
        known = self.cluster.image.brokers[broker_id]
        if not clean:
            for holders in self.complete.values():
                holders.discard(broker_id)
        asked = BrokerRegistrationRequest(
            broker_id=broker_id,
            cluster_id=self.cluster.image.cluster_id,
            incarnation_id=self.runs.to_bytes(16, "big"),
            listeners=[Listener(name="PLAINTEXT", host="h", port=9000 + broker_id)],
            features=[
                Feature(name=n, max_supported_version=9) for n in self.cluster.image.features
            ],
            previous_broker_epoch=known.broker_epoch if clean else -1,
        )
        offset = self.cluster.image.next_offset
        self.cluster.do("register", asked, offset=offset, is_alive=lambda _: True)

    def propose(self, where, broker_ids):
        """Let the leader propose itself and some others, who have fetched everything."""
        partition = self.partitions[where]
        leader = self.cluster.image.brokers.get(partition.leader)
        if leader is None:
            return
        isr = [b for b in partition.replicas if b in broker_ids or b == partition.leader]
        proposal = AlterPartitionRequestPartitionData(
            partition_index=where[1],
            leader_epoch=partition.leader_epoch,
            partition_epoch=partition.partition_epoch,
            new_isr_with_epochs=[
                BrokerState(broker_id=b, broker_epoch=self.cluster.image.brokers[b].broker_epoch)
                for b in isr
            ],
        )
        topic_id = self.cluster.image.topics_by_name[where[0]].topic_id
        topic = AlterPartitionRequestTopicData(topic_id=topic_id, partitions=[proposal])
        asked = AlterPartitionRequest(
            broker_id=partition.leader, broker_epoch=leader.broker_epoch, topics=[topic]
        )
        response = self.cluster.do("alter_partition", asked)
        (answer,) = response.topics[0].partitions
        if answer.error_code in {ErrorCode.NONE, ErrorCode.NEW_LEADER_ELECTED}:
            self.complete[where].update(isr)

    def commit(self, where):
        """Let a leader acknowledge a record, if it may: only the in-sync replicas have it then."""
        partition = self.partitions[where]
        minimum = min(self.min_isr, len(partition.replicas))
        if partition.leader != NO_LEADER and len(partition.isr) >= minimum:
            self.complete[where] = set(partition.isr)

    def move(self, where, target):
        """Begin or cancel a move."""
        partition = ReassignablePartition(partition_index=where[1], replicas=target)
        topic = ReassignableTopic(name=where[0], partitions=[partition])
        asked = AlterPartitionReassignmentsRequest(topics=[topic])
        self.cluster.do("alter_partition_reassignments", asked)

    def balance(self):
        """Give leadership back to preferred leaders."""
        self.cluster.do("balance_leaders")

    def decommission(self, broker_id):
        """Begin to empty a broker."""
        self.cluster.do("decommission", [broker_id])

    def require(self, min_isr):
        """Change the in-sync replicas that topics need."""
        self.min_isr = min_isr
        change = ConfigChange("min.insync.replicas", ConfigOperation.SET, str(min_isr))
        asked = [ResourceChange(2, name, (change,)) for name in ("t", "u")]
        self.cluster.do("alter_configs", asked)

    def check(self, before, after):
        """Check what a step may do to the partitions."""
        for where, now in after.items():
            then = before[where]
            isr, eligible = set(now.isr), set(now.eligible_leader_replicas)
            assert isr <= set(now.replicas)
            assert eligible <= set(now.replicas)
            assert not isr & eligible
            if self.elr and isr != set(then.isr) and len(isr) >= self._minimum(now):
                assert not eligible
            assert self.elr or not eligible
            assert now.partition_epoch <= then.partition_epoch + 1
            assert now.leader == NO_LEADER or now.leader in isr
            if now.leader != NO_LEADER:
                assert not self.cluster.image.brokers[now.leader].fenced
            assert now.leader_epoch == then.leader_epoch + (
                now.leader != then.leader or not set(then.replicas) <= set(now.replicas)
            )
            if self.elr and now.leader != then.leader:
                self._check_election(where, then, now)

    def _minimum(self, partition):
        return min(self.min_isr, len(partition.replicas))

    def _check_election(self, where, then, now):
        if now.leader == NO_LEADER:
            return
        if now.leader_recovery_state == 1 and now.isr == (now.leader,):
            # A guess, and marked as one: what the others had counts no longer.
            self.complete[where] = {now.leader}
            return
        candidates = {*then.isr, *then.eligible_leader_replicas, *now.isr}
        assert now.leader in candidates
        assert now.leader in self.complete[where], (where, then, now, self.complete[where])


@given(st.integers(0, 1), st.lists(STEPS, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_whatever_happens_the_rules_hold(cluster_of, broker, elr, steps, random):
    """Leaders have every acknowledged record, and all brokers back means all leaders back."""
    world = World(cluster_of(*(broker(n) for n in BROKERS), elr=elr), elr)
    for name, *arguments in steps:
        before = world.partitions
        getattr(world, name)(*arguments)
        world.check(before, world.partitions)
    world.fence(BROKERS)
    assert all(p.leader == NO_LEADER for p in world.partitions.values())
    order = list(BROKERS)
    random.shuffle(order)
    for broker_id in order:
        before = world.partitions
        world.restart(broker_id, clean=True)
        world.beat(broker_id)
        world.check(before, world.partitions)
    assert all(p.leader != NO_LEADER for p in world.partitions.values())
    replayed, _ = ClusterImage("c").apply(image_records(world.cluster.image))
    assert replayed.topics_by_name == world.cluster.image.topics_by_name


@given(st.permutations(BROKERS), SOME, st.lists(IDS, unique=True))
def test_decisions_do_not_depend_on_the_order_of_brokers(cluster_of, broker, order, gone, fenced):
    """The same brokers, registered and named in another order, give the same records."""

    def decisions(numbers, names):
        cluster = cluster_of(
            *(broker(n, fenced=n in fenced and n != order[0]) for n in numbers), elr=1
        )
        image = cluster.image
        records = image_records(reference.image)
        image, _ = image.apply(r for r in records if "Broker" not in type(r).__name__)
        controller = cluster.controller
        kinds = [
            controller.fence_brokers(image, names),
            controller.balance_leaders(image),
            controller.decommission(image, names),
            controller.elect_leaders(image, ElectionType.UNCLEAN, None),
        ]
        return [[vars_of(r) for r in kind.records] for kind in kinds]

    reference = cluster_of(*(broker(n) for n in BROKERS), elr=1)
    reference.create("t", 4, 3)
    reference.put("t", 1, leader=reference.partition("t", 1).replicas[1])
    reference.put("t", 2, leader=-1, isr=[])
    assert decisions(BROKERS, sorted(gone)) == decisions(order, gone[::-1])


def vars_of(record):
    """Return the fields of a record as something to compare."""
    return {name: getattr(record, name) for name in record.__slots__}


def test_settings_that_change_count_at_once(cluster_of, broker):
    """A controller goes by the settings that it has been given last."""
    cluster = cluster_of(broker(1), broker(2), broker(3), elr=1)
    cluster.create("t", 1, 3)
    cluster.put(replicas=[1, 2, 3], isr=[1, 2], leader=1)
    old = vars(cluster.controller.settings)
    texts = {"min.insync.replicas": "2"}
    cluster.controller.settings = SimpleNamespace(**{**old, "dynamic_default": texts})
    cluster.do("fence_brokers", [2])
    assert cluster.partition().eligible_leader_replicas == (2,)
