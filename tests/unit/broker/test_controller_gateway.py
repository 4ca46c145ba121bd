# SPDX-License-Identifier: Apache-2.0
"""Claims about the gateway: order, one flush for many, answers that are true, failures."""

from __future__ import annotations

import asyncio
import random

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.broker.config import BrokerConfig
from ottla.broker.controller_gateway import ControllerGateway
from ottla.broker.metadata_log import MetadataLog
from ottla.controller.brokers import BrokerFacts
from ottla.controller.configs import ConfigChange, ConfigOperation, ResourceChange
from ottla.controller.controller import Controller
from ottla.controller.decision import Decision
from ottla.controller.elections import ElectionType
from ottla.controller.features import INITIAL_FEATURES
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.metadata.image import ResourceType
from ottla.metadata.journal import ControllerFenced
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    BeginTransactionRecord,
    EndTransactionRecord,
    TopicRecord,
)
from ottla.protocol.messages.create_partitions import CreatePartitionsTopic
from ottla.protocol.messages.create_topics import CreatableTopic
from ottla.protocol.messages.delete_topics import DeleteTopicState

FACTS = BrokerFacts(1, b"i" * 16, ())


class Engine(MemoryEngine):
    """An engine in memory that counts appends and fails on request."""

    def __init__(self, cluster=None) -> None:
        super().__init__(cluster)
        self.appends: list[int] = []
        self.failure: Exception | None = None
        self.snapshots = 0

    async def append(self, records, **where: int):
        """Count and perhaps fail."""
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        self.appends.append(len(records))
        return await super().append(records, **where)

    async def store_snapshot(self, snapshot):
        """Count and perhaps fail."""
        self.snapshots += 1
        if self.failure is not None:
            raise self.failure
        await super().store_snapshot(snapshot)


class World:
    """A gateway and what it stands on."""

    def __init__(self, cluster=None, **settings: str) -> None:
        self.clock = ManualClock()
        self.engine = Engine(cluster)
        self.config = BrokerConfig.load({k.replace("_", "."): v for k, v in settings.items()})
        self.ids = 0
        self.gateway = ControllerGateway(
            log=MetadataLog(
                engine=self.engine,
                copy=None,
                clock=self.clock,
                cluster_id="c",
                settings=self.config,
            ),
            controller=Controller(self.config, random.Random(1), self.next_id),
            config=self.config,
            clock=self.clock,
        )
        self.heard: list[tuple] = []
        self.gateway.subscribe(lambda image, delta: self.heard.append((image, delta)))

    def next_id(self):
        """Make a topic id."""
        self.ids += 1
        return self.ids.to_bytes(16, "big")


def run(scenario, **settings: str):
    """Run a scenario on a started gateway."""

    async def whole():
        world = World(**settings)
        await world.gateway.start_alone(FACTS)
        try:
            await asyncio.wait_for(scenario(world, world.gateway), 20)
        finally:
            await world.gateway.stop()

    asyncio.run(whole())


def topic(name, partitions=1):
    """Ask for a topic."""
    return CreatableTopic(name=name, num_partitions=partitions, replication_factor=1)


def test_a_start_from_nothing():
    """The first batch holds the features and the broker; nobody hears of it as a change."""

    async def scenario(world, gateway):
        assert gateway.image.brokers[1].is_live
        assert gateway.image.features == INITIAL_FEATURES
        assert world.engine.appends == [len(INITIAL_FEATURES) + 1]
        assert gateway.controller_id == 1

    run(scenario)


def test_an_answer_is_true_when_it_comes():
    """Image and subscribers know a change before the one who asked for it does."""

    async def scenario(world, gateway):
        (result,) = await gateway.create_topics([topic("t", 2)])
        assert gateway.image.topics_by_name["t"].topic_id == result.topic_id
        image, delta = world.heard[-1]
        assert image is gateway.image
        assert [change.name for change in delta.topics] == ["t"]

    run(scenario)


def test_every_kind_of_change():
    """Each method reaches its decision."""

    async def scenario(world, gateway):
        await gateway.create_topics([topic("t")])
        await gateway.create_automatic_topics(["u", "t"])
        await gateway.create_partitions([CreatePartitionsTopic(name="t", count=3)])
        assert len(gateway.image.topics_by_name["t"].partitions) == 3
        (elected,) = await gateway.elect_leaders(ElectionType.PREFERRED, [("t", 0)])
        assert elected.code is ErrorCode.ELECTION_NOT_NEEDED
        await gateway.delete_topics([DeleteTopicState(name="t")])
        assert set(gateway.image.topics_by_name) == {"u"}
        checked = await gateway.create_topics([topic("v")], validate_only=True)
        assert checked[0].error_code == 0
        assert set(gateway.image.topics_by_name) == {"u"}

    run(scenario)


def test_concurrent_changes_share_a_batch():
    """What waits together is flushed together, in order, each built on the ones before."""

    async def scenario(world, gateway):
        before = len(world.engine.appends)
        names = ["a", "b", "a", "c"]
        results = await asyncio.gather(*(gateway.create_topics([topic(name)]) for name in names))
        codes = [ErrorCode(result[0].error_code).name for result in results]
        assert codes == ["NONE", "NONE", "TOPIC_ALREADY_EXISTS", "NONE"]
        assert len(world.engine.appends) == before + 1
        assert list(gateway.image.topics_by_name) == ["a", "b", "c"]
        assert len(world.heard) == 2

    run(scenario)


def test_large_changes_are_split():
    """Waiting changes beyond the size of a batch go into the next one."""

    async def scenario(world, gateway):
        await asyncio.gather(*(gateway.create_topics([topic(f"t{n}", 9000)]) for n in range(4)))
        assert len(gateway.image.topics_by_name) == 4
        assert len(world.engine.appends) == 3

    run(scenario)


def test_slow_decisions_let_others_have_a_turn():
    """What takes long to decide is spread over rounds, and the loop runs between them."""

    async def scenario(world, gateway):
        turns = 0

        def slowly(image):
            world.clock.advance(60)
            return Decision([], turns)

        async def count_turns() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count_turns())
        answers = await asyncio.gather(*(gateway.change(slowly) for _ in range(6)))
        counting.cancel()
        assert [answers.count(turn) for turn in sorted(set(answers))] == [2, 2, 2]

    run(scenario)


def test_a_change_that_changes_nothing_writes_nothing():
    """Refusals and checks cost no flush."""

    async def scenario(world, gateway):
        before = list(world.engine.appends)
        await gateway.create_topics([topic("bad name")])
        await gateway.delete_topics([DeleteTopicState(name="absent")])
        assert world.engine.appends == before

    run(scenario)


def test_a_bug_in_one_decision_stays_there():
    """Whoever asked gets the exception, the others their answers."""

    async def scenario(world, gateway):
        def broken(image):
            raise ZeroDivisionError

        good = asyncio.ensure_future(gateway.create_topics([topic("a")]))
        bad = asyncio.ensure_future(gateway.change(broken))
        more = asyncio.ensure_future(gateway.create_topics([topic("b")]))
        await asyncio.wait([good, bad, more])
        assert isinstance(bad.exception(), ZeroDivisionError)
        assert set(gateway.image.topics_by_name) == {"a", "b"}

    run(scenario)


def test_a_client_that_went_away():
    """A cancelled wait disturbs nobody; its change may still happen."""

    async def scenario(world, gateway):
        gone = asyncio.ensure_future(gateway.create_topics([topic("a")]))
        await asyncio.sleep(0)
        gone.cancel()
        await gateway.create_topics([topic("b")])
        assert "b" in gateway.image.topics_by_name

    run(scenario)


def test_producer_ids_are_all_different():
    """A block serves a thousand producers with one record, even when they come at once."""

    async def scenario(world, gateway):
        ids = await asyncio.gather(*(gateway.next_producer_id() for _ in range(1500)))
        assert sorted(ids) == list(range(1500))
        assert world.engine.appends[1:] == [1, 1]
        assert gateway.image.next_producer_id == 2000

    run(scenario)


def test_dynamic_settings_take_effect():
    """Settings of this broker and of all brokers are followed, by decisions too."""

    def change(name, key, value):
        operation = ConfigOperation.SET if value else ConfigOperation.DELETE
        changes = (ConfigChange(key, operation, value),)
        return ResourceChange(int(ResourceType.BROKER), name, changes)

    async def scenario(world, gateway):
        await gateway.alter_configs([change("", "log.cleanup.policy", "compact")])
        await gateway.alter_configs([change("1", "log.cleaner.threads", "3")])
        assert gateway.config.log_cleaner_threads == 3
        (result,) = await gateway.create_topics([topic("t")])
        shown = {config.name: config.value for config in result.configs}
        assert shown["cleanup.policy"] == "compact"
        before = gateway.config
        await gateway.create_topics([topic("u")])
        assert gateway.config is before
        await gateway.alter_configs([change("1", "log.cleaner.threads", None)])
        assert gateway.config.log_cleaner_threads == 1

    run(scenario)


def test_a_restart_finds_everything():
    """Topics, settings and epochs are there; the producer ids of the old process are not reused."""

    async def scenario():
        cluster = MemoryCluster()
        first = World(cluster)
        await first.gateway.start_alone(FACTS)
        await first.gateway.create_topics([topic("t", 3)])
        changes = (ConfigChange("log.cleaner.threads", ConfigOperation.SET, "3"),)
        await first.gateway.alter_configs([ResourceChange(4, "1", changes)])
        assert await first.gateway.next_producer_id() == 0
        await first.gateway.stop()
        await first.engine.close()
        second = World(cluster)
        await second.gateway.start_alone(FACTS)
        image = second.gateway.image
        assert image.topics_by_name == first.gateway.image.topics_by_name
        assert second.gateway.config.log_cleaner_threads == 3
        assert image.brokers[1].broker_epoch > first.gateway.image.brokers[1].broker_epoch
        assert image.controller_epoch > first.gateway.image.controller_epoch
        assert await second.gateway.next_producer_id() == 1000
        await second.gateway.stop()

    asyncio.run(scenario())


def test_a_restart_from_a_snapshot():
    """Snapshot and tail give the image that the log gave."""

    async def scenario():
        cluster = MemoryCluster()
        first = World(cluster, metadata_log_max_record_bytes_between_snapshots="300")
        await first.gateway.start_alone(FACTS)
        for n in range(12):
            await first.gateway.create_topics([topic(f"t{n}", 3)])
        await first.gateway.stop()
        await first.engine.close()
        assert first.engine.snapshots > 2
        assert cluster.start_offset > 0
        second = World(cluster)
        await second.gateway.start_alone(FACTS)
        assert second.gateway.image.topics_by_name == first.gateway.image.topics_by_name
        await second.gateway.stop()

    asyncio.run(scenario())


def test_snapshots_are_taken_with_time():
    """After the interval one is taken, unless nothing has changed."""

    async def scenario(world, gateway):
        await gateway.create_topics([topic("a")])
        world.clock.advance(3_600_000)
        await gateway.create_topics([topic("b")])
        await gateway.create_topics([topic("c")])
        assert world.engine.snapshots == 1

    run(scenario)


def test_a_snapshot_that_cannot_be_written_is_no_failure():
    """The log still tells the whole story."""

    async def scenario(world, gateway):
        world.clock.advance(3_600_000)

        async def refuse(snapshot):
            raise StorageError("no room")

        world.engine.store_snapshot = refuse
        await gateway.create_topics([topic("a")])
        await gateway.create_topics([topic("b")])
        assert set(gateway.image.topics_by_name) == {"a", "b"}

    run(scenario)


def test_after_a_failed_append_nothing_is_changed_any_more(caplog):
    """Those who wait and those who come are told why; the last good image stays."""

    async def scenario(world, gateway):
        await gateway.create_topics([topic("a")])
        world.engine.failure = StorageError("the disk is gone")
        waiting = [gateway.create_topics([topic(name)]) for name in "bc"]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        for outcome in outcomes:
            assert isinstance(outcome, ApiError)
            assert outcome.code is ErrorCode.UNKNOWN_SERVER_ERROR
            assert "the disk is gone" in outcome.message
        world.engine.failure = None
        with pytest.raises(ApiError, match="restarted"):
            await gateway.create_topics([topic("d")])
        assert set(gateway.image.topics_by_name) == {"a"}

    run(scenario)
    assert "changes are refused" in caplog.text


def test_a_replaced_controller_says_so():
    """Being fenced is not a fault of the disk."""

    async def scenario(world, gateway):
        world.engine.failure = ControllerFenced("epoch 1 is over")
        with pytest.raises(ApiError) as caught:
            await gateway.create_topics([topic("a")])
        assert caught.value.code is ErrorCode.NOT_CONTROLLER

    run(scenario)


def test_somebody_else_wrote_in_between():
    """A conflict is resolved by reading on and deciding again; whole transactions only count."""

    async def scenario(world, gateway):
        other = [
            BeginTransactionRecord(name="x"),
            TopicRecord(name="theirs", topic_id=b"x" * 16),
            EndTransactionRecord(),
        ]
        await MemoryEngine.append(
            world.engine,
            other,
            expected_offset=gateway.image.next_offset,
            controller_epoch=1,
            timestamp_ms=0,
        )
        results = await gateway.create_topics([topic("theirs"), topic("ours")])
        assert [ErrorCode(r.error_code).name for r in results] == ["TOPIC_ALREADY_EXISTS", "NONE"]
        assert set(gateway.image.topics_by_name) == {"theirs", "ours"}

    run(scenario)


def test_a_stopped_gateway_refuses():
    """What waits is finished, what comes later is refused; stopping twice is harmless."""

    async def scenario(world, gateway):
        last = asyncio.ensure_future(gateway.create_topics([topic("a")]))
        await asyncio.sleep(0)
        await gateway.stop()
        assert (await last)[0].error_code == 0
        with pytest.raises(ApiError) as caught:
            await gateway.create_topics([topic("b")])
        assert caught.value.code is ErrorCode.NOT_CONTROLLER

    run(scenario)


def test_a_log_with_a_gap_stops_the_start():
    """A log that does not reach back to its snapshot is not half of the truth to go on with."""

    async def scenario():
        world = World()
        world.engine.cluster.start_offset = world.engine.cluster.next_offset = 5
        with pytest.raises(StorageError, match="does not reach back"):
            await world.gateway.start_alone(FACTS)
        await world.gateway.stop()

    asyncio.run(scenario())
