# SPDX-License-Identifier: Apache-2.0
"""Faults, drawn from a seed and done to a cluster one after the other.

What is drawn depends on the seed alone; who is the leader or the controller when a fault strikes
depends on the run.
"""

import random
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from confluent_kafka import KafkaException
from confluent_kafka.admin import NewPartitions

from ottla.base.errors import OttlaError
from ottla.base.loop_thread import LoopThread
from ottla.client.cluster import Cluster as ClientCluster
from ottla.client.reassignments import reassign
from ottla.client.topic_partition import TopicPartition
from ottla.net.address import parse_addresses
from tools.chaos.cluster import BROKERS, CLIENTS, ENGINE, Cluster, name_of
from tools.chaos.rebirth import Rebirth
from tools.chaos.topics import MOVING, PARTITIONS_MAX, PLAIN, Topics

if TYPE_CHECKING:
    from tools.chaos.network import Cut

SHORT_S: Final = (0.2, 2.0)
LONG_S: Final = (2.0, 6.0)
CALM_S: Final = (0.5, 2.5)
DELAY_S: Final = (0.02, 0.4)


class Fault(NamedTuple):
    """One thing that is done; it heals what it broke."""

    kind: str
    text: str
    """With the targets that were drawn."""
    strike: Callable[[], None]


class Faults:
    """Draws faults of the kinds asked for, all by default."""

    def __init__(
        self, cluster: Cluster, topics: Topics, rebirth: Rebirth, seed: int, kinds: tuple[str, ...]
    ) -> None:
        self._cluster = cluster
        self._topics = topics
        self._rebirth = rebirth
        self._chance = random.Random(seed)  # noqa: S311 - repeatable
        self._makers: dict[str, Callable[[], Fault]] = {
            "kill": self._kill,
            "pause": self._pause,
            "cut": self._cut,
            "slow": self._slow,
            "engine": self._engine,
            "rolling-restart": self._rolling_restart,
            "disk-full": self._disk_full,
            "reassign": self._reassign,
            "add-partitions": self._add_partitions,
            "recreate": self._recreate,
        }
        unknown = set(kinds) - self._makers.keys()
        if unknown:
            raise ValueError(
                f"no faults of the kinds {', '.join(sorted(unknown))}; there are "
                + ", ".join(self._makers)
            )
        self._kinds = kinds or tuple(self._makers)

    def draw(self) -> Iterator[Fault]:
        """Yield faults without end."""
        while True:
            yield self._makers[self._chance.choice(self._kinds)]()

    def calm_s(self) -> float:
        """Return how long nothing happens after a fault."""
        return self._chance.uniform(*CALM_S)

    # processes

    def _kill(self) -> Fault:
        target = self._chance.choice(("one", "leader", "controller", "majority", "all"))
        order = self._chance.sample(BROKERS, len(BROKERS))
        partition = self._chance.randrange(3)
        down_s = self._chance.uniform(*self._chance.choice((SHORT_S, LONG_S)))

        def strike() -> None:
            for broker_id in self._victims(target, order, partition):
                self._cluster.brokers[broker_id].kill()
            time.sleep(down_s)
            self._cluster.start_all()

        return Fault("kill", f"kill -9 {target} for {down_s:.1f} s", strike)

    def _pause(self) -> Fault:
        target = self._chance.choice(("one", "leader", "controller", "majority"))
        order = self._chance.sample(BROKERS, len(BROKERS))
        partition = self._chance.randrange(3)
        paused_s = self._chance.uniform(1.0, 9.0)

        def strike() -> None:
            victims = self._victims(target, order, partition)
            for broker_id in victims:
                self._cluster.brokers[broker_id].pause()
            time.sleep(paused_s)
            for broker_id in victims:
                self._cluster.brokers[broker_id].resume()

        return Fault("pause", f"SIGSTOP {target} for {paused_s:.1f} s", strike)

    def _victims(self, target: str, order: list[int], partition: int) -> list[int]:
        if target == "all":
            return order
        if target == "majority":
            return order[:2]
        chosen = None
        if target == "leader":
            chosen = self._cluster.leader(PLAIN, partition)
        elif target == "controller":
            chosen = self._cluster.controller()
        return [chosen or order[0]]

    def _rolling_restart(self) -> Fault:
        order = self._chance.sample(BROKERS, len(BROKERS))

        def strike() -> None:
            for broker_id in order:
                broker = self._cluster.brokers[broker_id]
                broker.stop()
                broker.start()

        return Fault("rolling-restart", f"SIGTERM and start {order}", strike)

    # links

    def _cut(self) -> Fault:
        ends = self._ends()
        how: Cut = self._chance.choice(("hold", "reset"))
        is_one_way = how == "hold" and self._chance.random() < 0.5
        cut_s = self._chance.uniform(1.0, 8.0)

        def strike() -> None:
            for source, destination in ends:
                self._cluster.network.cut(source, destination, how)
                if not is_one_way:
                    self._cluster.network.cut(destination, source, how)
            time.sleep(cut_s)
            self._cluster.network.heal()

        ways = "one way" if is_one_way else "both ways"
        return Fault("cut", f"{how} {_text(ends)} {ways} for {cut_s:.1f} s", strike)

    def _slow(self) -> Fault:
        ends = self._ends()
        delay_s = self._chance.uniform(*DELAY_S)
        slow_s = self._chance.uniform(*LONG_S)

        def strike() -> None:
            for source, destination in ends:
                self._cluster.network.slow(source, destination, delay_s)
                self._cluster.network.slow(destination, source, delay_s)
            time.sleep(slow_s)
            self._cluster.network.heal()

        text = f"{_text(ends)} slower by {delay_s * 1000:.0f} ms for {slow_s:.1f} s"
        return Fault("slow", text, strike)

    def _ends(self) -> list[tuple[str, str]]:
        """Draw the links of a fault, each by its ends."""
        one, two, three = (name_of(each) for each in self._chance.sample(BROKERS, 3))
        kind = self._chance.choice(("brokers", "alone", "engine", "clients", "isolated"))
        if kind == "brokers":
            return [(one, two)]
        if kind == "alone":
            return [(one, two), (one, three)]
        if kind == "engine":
            return [(one, ENGINE)]
        if kind == "clients":
            return [(CLIENTS, one)]
        return [(one, two), (one, three), (one, ENGINE), (CLIENTS, one)]

    # the engine

    def _engine(self) -> Fault:
        is_kill = self._chance.random() < 0.5
        down_s = self._chance.uniform(1.0, 12.0)

        def strike() -> None:
            if is_kill:
                self._cluster.engine.kill()
                time.sleep(down_s)
                self._cluster.engine.start()
            else:
                self._cluster.engine.pause()
                time.sleep(down_s)
                self._cluster.engine.resume()

        how = "kill -9" if is_kill else "SIGSTOP"
        return Fault("engine", f"{how} the engine for {down_s:.1f} s", strike)

    # disks

    def _disk_full(self) -> Fault:
        broker_id = self._chance.choice(BROKERS)
        full_s = self._chance.uniform(*LONG_S)

        def strike() -> None:
            broker = self._cluster.brokers[broker_id]
            broker.fill_disk()
            time.sleep(full_s)
            broker.free_disk()
            self._cluster.start_all()  # it may have given up, as brokers do without a folder

        return Fault("disk-full", f"no room for broker {broker_id} for {full_s:.1f} s", strike)

    # changes of the cluster

    def _reassign(self) -> Fault:
        targets = {
            partition: tuple(self._chance.sample(BROKERS, 2)) for partition in range(PARTITIONS_MAX)
        }

        def strike() -> None:
            names = {
                TopicPartition(MOVING, partition): targets[partition]
                for _, partition in self._topics.partitions(MOVING)
            }
            thread = LoopThread("reassigning")
            try:
                thread.run(_reassign(self._cluster.bootstrap, names))
            finally:
                thread.close()

        return Fault("reassign", f"move {MOVING} to {targets}", strike)

    def _add_partitions(self) -> Fault:
        def strike() -> None:
            count = self._topics.partition_counts[MOVING] + 1
            if count > PARTITIONS_MAX:
                return
            admin = self._cluster.admin()  # which has to live until the answer is there
            futures = admin.create_partitions([NewPartitions(MOVING, count)])
            futures[MOVING].result(30)
            self._topics.partition_counts[MOVING] = count

        return Fault("add-partitions", f"one more partition for {MOVING}", strike)

    def _recreate(self) -> Fault:
        return Fault("recreate", "delete a topic and create it again", self._rebirth.once)


RECOVERABLE: Final = (KafkaException, OttlaError, TimeoutError)
"""What a change of the cluster may end with while it suffers."""


async def _reassign(bootstrap: str, targets: dict[TopicPartition, tuple[int, ...] | None]) -> None:
    async with ClientCluster(parse_addresses(bootstrap)) as cluster:
        await reassign(cluster, targets)


def _text(ends: list[tuple[str, str]]) -> str:
    return ", ".join(f"{one} - {other}" for one, other in ends)
