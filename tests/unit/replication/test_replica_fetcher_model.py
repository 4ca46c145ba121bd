# SPDX-License-Identifier: Apache-2.0
"""Random histories of elections, appends, fetches and crashes over three real logs.

The controller is a model: it knows the in-sync set, decides on proposals when the machine says so,
and elects. With clean elections nothing that was committed is ever lost or changed; with unclean
ones the logs still come together.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.replication.replica_bench import Link, Replica

from ottla.base.clock import ManualClock
from ottla.metadata.image import PartitionImage

IDS = (1, 2, 3)
REPLICA = st.sampled_from(IDS)
SEEDS = 40
STEPS = 300


class CleanHistory:
    """Leaders come from the in-sync set only."""

    def __init__(self, min_isr) -> None:
        self.clock = ManualClock()
        self.replicas = {n: Replica(n, self.clock, min_insync_replicas=min_isr) for n in IDS}
        self.isr = set(IDS)
        self.leader_epoch = 0
        self.partition_epoch = 0
        self.leader = 1
        self.known = dict.fromkeys(IDS, 0)  # the leader epoch that each broker has heard of
        self.links: dict[int, Link] = {}
        self.committed = b""  # the longest that any leader has called committed
        self.value = 0
        for broker_id in IDS:
            self.hear(broker_id)

    def image(self):
        """Return what the controller has decided."""
        return PartitionImage(
            0, self.leader, self.leader_epoch, self.partition_epoch, IDS, tuple(sorted(self.isr))
        )

    def hear(self, broker_id):
        """Let a broker read the journal."""
        replica = self.replicas[broker_id]
        before = (replica.partition.leader_id, replica.partition.leader_epoch)
        if broker_id == self.leader:
            replica.partition.lead(self.image(), replica.surroundings)
            self.links.pop(broker_id, None)
        else:
            replica.partition.follow(self.image())
            if before != (self.leader, self.leader_epoch) or broker_id not in self.links:
                self.links[broker_id] = Link(self.replicas[self.leader], replica)
        self.known[broker_id] = self.leader_epoch

    def append(self, broker_id, count):
        """Write to whoever believes to lead, zombies included."""
        replica = self.replicas[broker_id]
        if replica.partition.is_leader:
            self.value += 1
            replica.append(*[b"%d of %d" % (self.value, broker_id)] * count)

    def fetch(self, broker_id, steps):
        """Let a follower copy from whom it believes to lead."""
        link = self.links.get(broker_id)
        for _ in range(steps):
            self.clock.advance(1)
            if link is None or not link.leader.partition.is_leader:
                return
            link.now_ms += 1000  # beyond any pause
            link.step()

    def pass_time(self, ms):
        """Let leaders look for those that lag."""
        self.clock.advance(ms)
        for replica in self.replicas.values():
            replica.partition.check_lag()

    def decide(self, broker_id, hears):
        """Answer the newest proposal of a leader; the answer may be lost."""
        replica = self.replicas[broker_id]
        proposals, replica.surroundings.proposed = replica.surroundings.proposed, []
        if not proposals:
            return
        proposal = proposals[-1]
        members = {member for member, _ in proposal.members}
        if (
            broker_id == self.leader
            and proposal.leader_epoch == self.leader_epoch
            and proposal.partition_epoch == self.partition_epoch
        ):
            self.isr = members
            self.partition_epoch += 1
            if hears:
                replica.partition.isr_decided(self.partition_epoch, tuple(sorted(self.isr)))

    def elect(self, choice):
        """Elect somebody of the in-sync set; nobody has heard of it yet."""
        self.leader = sorted(self.isr)[choice % len(self.isr)]
        self.leader_epoch += 1
        self.partition_epoch += 1

    def kill(self, broker_id):
        """End a process and start it again: what was written is there, what it knew is not."""
        replica = self.replicas[broker_id]
        replica.disk.restart_process()
        replica.open(clean=False)
        replica.surroundings.proposed.clear()
        self.links.pop(broker_id, None)
        if broker_id == self.leader:
            self.elect(1)
        for link in self.links.values():
            if link.leader is replica:
                link.known.clear()
                link.fetcher.lose_session()
        self.hear(broker_id)

    def what_is_committed_stays(self):
        """Whatever a leader has called committed is a prefix of every later leader's log."""
        leader = self.replicas[self.leader].partition
        if not (leader.is_leader and leader.leader_epoch == self.leader_epoch):
            return
        for replica in self.replicas.values():
            committed = replica.read(end=replica.partition.high_watermark)
            if len(committed) > len(self.committed):
                self.committed = committed
        assert self.replicas[self.leader].read()[: len(self.committed)] == self.committed

    def logs_agree_below_their_watermarks(self):
        """No two replicas show a consumer different records."""
        logs = [
            replica.read(end=replica.partition.high_watermark) for replica in self.replicas.values()
        ]
        logs.sort(key=len)
        for shorter, longer in pairwise(logs):
            assert longer.startswith(shorter)

    def end(self):
        """Let everybody hear everything and copy: the logs are equal."""
        for _ in range(2):
            for broker_id in IDS:
                self.hear(broker_id)
        for link in self.links.values():
            link.now_ms += 1000
            for _ in range(60):
                link.step()
            assert link.follower.read() == link.leader.read()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_committed_is_lost_or_changed(seed):
    """Through clean elections, kills, lost answers and brokers that hear of news late."""
    chance = random.Random(seed)
    history = CleanHistory(min_isr=chance.choice((1, 1, 2)))
    slow: set[int] = set()
    deaf: set[int] = set()
    for step in range(STEPS):
        if (
            step % 15 == 0
        ):  # who does not fetch, and who hears nothing of the controller, for a while
            slow = {broker_id for broker_id in IDS if chance.random() < 0.3}
            deaf = {broker_id for broker_id in IDS if chance.random() < 0.4}
        broker_id = history.leader if chance.random() < 0.5 else chance.choice(IDS)
        action = chance.choices(
            ("fetch", "append", "pass_time", "decide", "hear", "elect", "kill"),
            (40, 18, 10, 15, 10, 3, 1),
        )[0]
        if action == "fetch":
            follower = chance.choice(IDS)
            if follower not in slow:
                history.fetch(follower, chance.randint(1, 3))
        elif action == "append":
            history.append(broker_id, chance.randint(1, 3))
        elif action == "pass_time":
            history.pass_time(chance.randint(1, 1500))
        elif action == "decide":
            history.decide(broker_id, hears=broker_id not in deaf)
        elif action == "hear":
            if broker_id not in deaf:
                history.hear(broker_id)
        elif action == "elect":
            history.elect(chance.randrange(3))
            for each in chance.sample(IDS, 3):
                if each not in deaf:
                    history.hear(each)
        else:
            history.kill(chance.choice(IDS))
        history.what_is_committed_stays()
        history.logs_agree_below_their_watermarks()
    history.end()


STEP = st.tuples(REPLICA, st.integers(1, 3), st.integers(0, 3))


@settings(max_examples=80, deadline=None)
@given(history=st.lists(STEP, max_size=12), last=REPLICA)
def test_logs_come_together_after_any_elections(history, last):
    """Whoever leads, however often, with whatever epochs: followers end with the leader's bytes."""
    replicas = {broker_id: Replica(broker_id) for broker_id in IDS}
    for epoch, (leader_id, count, fetches) in enumerate([*history, (last, 1, 0)], 1):
        leader = replicas[leader_id]
        leader.lead(epoch, isr=(leader_id,))
        for number in range(count):
            leader.append(*[b"%d-%d" % (epoch, number)] * count)
        for broker_id in IDS:
            if broker_id != leader_id:
                replicas[broker_id].follow(leader_id, epoch)
                link = Link(leader, replicas[broker_id])
                for _ in range(fetches):
                    link.step()
    for broker_id in IDS:
        if broker_id != last:
            Link(replicas[last], replicas[broker_id]).run(120)
            assert replicas[broker_id].read() == replicas[last].read()
