# SPDX-License-Identifier: Apache-2.0
"""One term of a controller: rounds, batches that are split, and every way in which a term ends."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.broker.cluster_bench import CLUSTER_ID, LoopClock, run

from ottla.base.errors import StorageError
from ottla.broker.active_controller import BATCH_OVERHEAD_BYTES, ActiveController
from ottla.broker.config import BrokerConfig
from ottla.broker.metadata_log import MetadataLog
from ottla.controller.decision import Decision
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.metadata.journal import ControllerFenced, EngineUnavailable, JournalConflict
from ottla.metadata.records import decode_metadata_batches
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import (
    AbortTransactionRecord,
    BeginTransactionRecord,
    EndTransactionRecord,
    TopicRecord,
)

SMALL_BATCH = BATCH_OVERHEAD_BYTES + 3000


class Engine(MemoryEngine):
    """Fails as the test says, before or after the batch is in."""

    failure: Exception | None = None
    is_in_when_it_fails = False
    appends_before_failure = 0

    async def append(self, records, **where: int):
        """Append, or fail."""
        await asyncio.sleep(0.001)
        if self.failure is not None:
            if self.appends_before_failure:
                self.appends_before_failure -= 1
            else:
                if self.is_in_when_it_fails:
                    await super().append(records, **where)
                raise self.failure
        return await super().append(records, **where)


class Term:
    """A controller in office, and the journal that it writes."""

    def __init__(self, cluster=None, **settings: str) -> None:
        self.engine = Engine(cluster)
        config = BrokerConfig.load({k.replace("_", "."): v for k, v in settings.items()})
        self.log = MetadataLog(
            engine=self.engine, copy=None, clock=LoopClock(), cluster_id=CLUSTER_ID, settings=config
        )
        self.heard: list[list[str]] = []
        self.log.subscribe(
            lambda image, delta: self.heard.append([topic.name for topic in delta.topics])
        )

    async def begin(self, records=()):
        """Win the election."""
        await self.log.start()
        epoch = await self.engine.campaign(1)
        self.active = ActiveController(self.log, epoch, self.log._clock)
        await self.active.begin(records)
        return self

    async def create(self, *names: str, pad: int = 0):
        """Have topics created by one change; return how many there were before."""
        return await self.active.change(
            lambda image: Decision([topic(name, pad) for name in names], len(image.topics_by_name))
        )

    @property
    def batches(self):
        """The records of each batch in the journal."""
        return [
            list(batch.records)
            for _, data in self.engine.cluster.batches
            for batch in decode_metadata_batches(data)
        ]


def topic(name, pad=0):
    """Make a topic without partitions."""
    return TopicRecord(name=name + "x" * pad, topic_id=name.encode().ljust(16, b"_"))


def names_in(batches):
    """Return what each batch holds, in short."""
    return [
        [type(r).__name__ if not isinstance(r, TopicRecord) else r.name.rstrip("x") for r in batch]
        for batch in batches
    ]


def test_changes_that_wait_share_a_round():
    """Each is decided on top of the one before, and they are one batch."""

    async def scenario():
        term = await Term().begin([topic("first")])
        answers = await asyncio.gather(*(term.create(name) for name in "abc"))
        assert answers == [1, 2, 3]
        assert names_in(term.batches) == [["first"], ["a", "b", "c"]]
        assert term.heard == [["first"], ["a", "b", "c"]]

    run(scenario())


def test_a_large_change_is_a_transaction_over_several_batches():
    """KIP-868: begin, pieces that fit, end; nobody sees a part of it."""

    async def scenario():
        cluster = MemoryCluster(batch_bytes_max=SMALL_BATCH)
        term = await Term(cluster).begin()
        names = [f"t{n:03}" for n in range(40)]
        assert await term.create(*names, pad=200) == 0
        assert len(term.batches) > 2
        found = names_in(term.batches)
        assert found[0][0] == BeginTransactionRecord.__name__
        assert found[-1][-1] == EndTransactionRecord.__name__
        assert [name for batch in found for name in batch[:]][1:-1] == names
        assert all(len(data) <= SMALL_BATCH for _, data in cluster.batches)
        assert [len(names) for names in term.heard if names] == [40]
        assert not term.log.has_open_transaction
        assert len(term.log.image.topics_by_name) == 40

    run(scenario())


def test_a_record_larger_than_a_batch_goes_alone():
    """There is no smaller piece than a record."""

    async def scenario():
        term = await Term(MemoryCluster(batch_bytes_max=SMALL_BATCH)).begin()
        await term.create("a", "b", pad=3500)
        assert len(term.log.image.topics_by_name) == 2
        assert len(term.batches) == 2

    run(scenario())


def test_a_term_aborts_what_another_one_left_open():
    """A controller that died within a transaction has changed nothing."""

    async def scenario():
        cluster = MemoryCluster()
        dead = await Term(cluster).begin()
        await dead.log.append([BeginTransactionRecord(), topic("half")], 1)
        await dead.engine.close()
        term = await Term(cluster).begin([topic("first")])
        assert isinstance(term.batches[1][0], AbortTransactionRecord)
        assert set(term.log.image.topics_by_name) == {"first"}
        await term.create("more")
        late = Term(cluster)
        await late.log.start()
        assert set(late.log.image.topics_by_name) == {"first", "more"}

    run(scenario())


def test_a_term_ends_within_a_transaction_and_the_next_one_aborts_it():
    """The engine goes silent after the first of several batches."""

    async def scenario():
        cluster = MemoryCluster(batch_bytes_max=SMALL_BATCH)
        term = await Term(cluster).begin()
        term.engine.failure = EngineUnavailable("silent")
        term.engine.appends_before_failure = 1
        with pytest.raises(ApiError) as caught:
            await term.create(*[f"t{n:03}" for n in range(40)], pad=200)
        assert caught.value.code == ErrorCode.NOT_CONTROLLER
        assert term.active.over.is_set()
        await term.engine.close()
        after = await Term(cluster).begin()
        assert after.log.image.topics_by_name == {}
        assert not after.log.has_open_transaction

    run(scenario())


def test_a_conflict_is_decided_again_on_what_is_there():
    """Somebody wrote at the same offset: read, and decide on top of it."""

    async def scenario():
        cluster = MemoryCluster()
        term = await Term(cluster).begin()
        await cluster_append(cluster, term.engine, topic("other"))
        assert await term.create("mine") == 1
        assert list(term.log.image.topics_by_name) == ["other", "mine"]

    run(scenario())


async def cluster_append(cluster, engine, *records: object):
    """Append behind a controller's back, with its own claim."""
    await MemoryEngine.append(
        engine,
        list(records),
        expected_offset=cluster.next_offset,
        controller_epoch=cluster.controller_epoch,
        timestamp_ms=0,
    )


def test_a_conflict_within_a_transaction_ends_the_term():
    """The first batches are decided on something that is not true any more."""

    async def scenario():
        term = await Term(MemoryCluster(batch_bytes_max=SMALL_BATCH)).begin()
        term.engine.failure = JournalConflict("somebody else")
        term.engine.appends_before_failure = 1
        with pytest.raises(ApiError) as caught:
            await term.create(*[f"t{n:03}" for n in range(40)], pad=200)
        assert caught.value.code == ErrorCode.NOT_CONTROLLER
        assert term.active.over.is_set()

    run(scenario())


@pytest.mark.parametrize("failure", [ControllerFenced("another one"), EngineUnavailable("silent")])
def test_a_fenced_controller_and_a_silent_engine_end_the_term(failure):
    """Whoever waits, and whoever comes later, is told NOT_CONTROLLER, which may be tried again."""

    async def scenario():
        term = await Term().begin()
        term.engine.failure = failure
        outcomes = await asyncio.gather(
            *(term.create(name) for name in "ab"), return_exceptions=True
        )
        assert [outcome.code for outcome in outcomes] == [ErrorCode.NOT_CONTROLLER] * 2
        assert term.active.over.is_set()
        assert term.active.failure is None  # the broker goes on
        with pytest.raises(ApiError):
            await term.create("late")
        assert term.log.image.topics_by_name == {}

    run(scenario())


def test_an_append_of_unknown_outcome_is_not_answered_with_success():
    """It may be in the journal: the next term finds out, this one does not decide any more."""

    async def scenario():
        term = await Term().begin()
        term.engine.failure = EngineUnavailable("no reply")
        term.engine.is_in_when_it_fails = True
        with pytest.raises(ApiError):
            await term.create("perhaps")
        assert term.log.image.topics_by_name == {}
        await term.log.catch_up()
        assert set(term.log.image.topics_by_name) == {"perhaps"}

    run(scenario())


def test_what_came_while_the_term_ended_is_refused():
    """Nobody waits for ever."""

    async def scenario():
        term = await Term().begin()
        term.engine.failure = ControllerFenced("another one")
        first = asyncio.ensure_future(term.create("a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = asyncio.ensure_future(term.create("b"))
        outcomes = await asyncio.gather(first, second, return_exceptions=True)
        assert [outcome.code for outcome in outcomes] == [ErrorCode.NOT_CONTROLLER] * 2

    run(scenario())


def test_a_broken_disk_is_the_brokers_end(caplog):
    """The journal's own disk: the broker is told why it cannot go on."""

    async def scenario():
        term = await Term().begin()
        term.engine.failure = StorageError("the disk is gone")
        with pytest.raises(ApiError) as caught:
            await term.create("a")
        assert caught.value.code == ErrorCode.UNKNOWN_SERVER_ERROR
        assert isinstance(term.active.failure, StorageError)

    run(scenario())


def test_stopping_finishes_what_waits():
    """What was asked before is decided and answered; what comes later is refused."""

    async def scenario():
        term = await Term().begin()
        waiting = asyncio.ensure_future(term.create("a"))
        await asyncio.sleep(0)
        await term.active.stop()
        assert await waiting == 0
        with pytest.raises(ApiError) as caught:
            await term.create("b")
        assert caught.value.code == ErrorCode.NOT_CONTROLLER

    run(scenario())


def test_an_epoch_that_is_over_writes_nothing():
    """Another engine has won meanwhile: the append is refused as a whole."""

    async def scenario():
        cluster = MemoryCluster()
        zombie = await Term(cluster).begin()
        await zombie.engine.depose(zombie.active.controller_epoch)
        heir = await Term(cluster).begin([topic("heir")])
        with pytest.raises(ApiError) as caught:
            await zombie.create("zombie")
        assert caught.value.code == ErrorCode.NOT_CONTROLLER
        await heir.create("more")
        assert set(heir.log.image.topics_by_name) == {"heir", "more"}

    run(scenario())


def test_the_engine_gets_a_snapshot_when_enough_has_changed():
    """A broker that starts later need not read everything."""

    async def scenario():
        term = await Term(metadata_log_max_record_bytes_between_snapshots="200").begin()
        for name in "abcdef":
            await term.create(name)
        snapshot = await term.engine.load_snapshot()
        assert snapshot is not None
        assert snapshot.next_offset >= 3

    run(scenario())
