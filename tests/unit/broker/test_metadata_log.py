# SPDX-License-Identifier: Apache-2.0
"""The journal as one broker follows it: local copy, restart, refusals, trimmed journals."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from tests.unit.broker.cluster_bench import CLUSTER_ID, LoopClock, run, until

from ottla.base.errors import StorageError
from ottla.broker.metadata_log import MetadataLog, SnapshotSchedule
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.metadata.image import ClusterImage
from ottla.metadata.journal import EngineUnavailable, JournalConflict, Snapshot, WrongCluster
from ottla.metadata.local_log import LocalMetadataLog
from ottla.metadata.snapshot import image_records
from ottla.protocol.messages.cluster_metadata import (
    AbortTransactionRecord,
    BeginTransactionRecord,
    EndTransactionRecord,
    RemoveTopicRecord,
    TopicRecord,
)
from ottla.testing.simulated_disk import SimulatedDisk

NEVER = SimpleNamespace(
    metadata_log_max_record_bytes_between_snapshots=1 << 40,
    metadata_log_max_snapshot_interval_ms=0,
)
OFTEN = SimpleNamespace(
    metadata_log_max_record_bytes_between_snapshots=200,
    metadata_log_max_snapshot_interval_ms=0,
)


def topic(name):
    """Make a topic without partitions."""
    return TopicRecord(name=name, topic_id=name.encode().ljust(16, b"_"))


def gone(name):
    """Delete it."""
    return RemoveTopicRecord(topic_id=name.encode().ljust(16, b"_"))


class Engine(MemoryEngine):
    """An engine that can be silent."""

    is_silent = False

    async def end_offset(self):
        """Answer, or not."""
        if self.is_silent:
            raise EngineUnavailable("silent")
        return await super().end_offset()

    async def read(self, offset):
        """Answer, or not."""
        if self.is_silent:
            raise EngineUnavailable("silent")
        return await super().read(offset)


class Follower:
    """A broker's metadata log, with a copy on a disk of its own."""

    def __init__(self, cluster, disk=None, *, settings=NEVER, with_copy=True) -> None:
        if disk is None:
            disk = SimulatedDisk()
            disk.mkdir("/data")
            disk.fsync_dir("/")
        self.disk = disk
        self.cluster = cluster
        self.engine = Engine(cluster)
        self.copy = (
            LocalMetadataLog.open("/data", files=disk, clock=LoopClock()) if with_copy else None
        )
        self.log = MetadataLog(
            engine=self.engine,
            copy=self.copy,
            clock=LoopClock(),
            cluster_id=CLUSTER_ID,
            settings=settings,
        )
        self.deltas = []
        self.log.subscribe(lambda image, delta: self.deltas.append(delta))
        self.failures: list[Exception] = []
        self.log.failed = self.failures.append

    @property
    def topics(self):
        """Names of the topics that are known."""
        return sorted(self.log.image.topics_by_name)

    def kill(self):
        """Return the disk as kill -9 leaves it."""
        self.disk.restart_process()
        return self.disk


class Writer:
    """A controller that only appends."""

    def __init__(self, cluster) -> None:
        self.cluster = cluster
        self.engine = MemoryEngine(cluster)

    async def append(self, *records: object):
        """Append one batch."""
        cluster = self.cluster
        if cluster.claim is None or cluster.claim.engine is not self.engine:
            await self.engine.campaign(1)
        await self.engine.append(
            list(records),
            expected_offset=cluster.next_offset,
            controller_epoch=cluster.controller_epoch,
            timestamp_ms=1000 + cluster.next_offset,
        )


def test_a_start_replays_everything_silently():
    """Subscribers hear of what comes, not of what was there; the copy is the journal's bytes."""

    async def scenario():
        cluster = MemoryCluster()
        writer = Writer(cluster)
        await writer.append(topic("a"))
        await writer.append(topic("b"))
        follower = Follower(cluster)
        await follower.log.start()
        assert follower.topics == ["a", "b"]
        await follower.copy.flush()
        copied = [batch.data for batch in await follower.copy.read(0)]
        assert copied == [data for _, data in cluster.batches]

    run(scenario())


def test_following_applies_what_is_appended():
    """Each batch is one change; whoever waits for one is woken."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await follower.log.start()
        follower.log.follow()
        waiting = asyncio.ensure_future(follower.log.wait_changed(1000))
        await asyncio.sleep(1)
        assert not waiting.done()
        await writer.append(topic("a"), topic("b"))
        await until(lambda: follower.topics == ["a", "b"])
        await waiting
        assert [len(delta.topics) for delta in follower.deltas] == [2]
        await follower.log.stop()

    run(scenario())


def test_waiting_ends_without_a_change():
    """After the time that was given."""

    async def scenario():
        follower = Follower(MemoryCluster())
        await follower.log.start()
        began = asyncio.get_running_loop().time()
        await follower.log.wait_changed(3)
        assert asyncio.get_running_loop().time() - began == pytest.approx(3, abs=0.01)

    run(scenario())


def test_a_restart_reads_the_copy_and_only_the_tail_from_the_engine():
    """What this broker has seen, it need not ask for again."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("a"))
        await writer.append(topic("b"))
        await follower.log.start()
        await follower.log.stop()
        await writer.append(topic("c"))
        again = Follower(cluster, follower.kill())
        asked = []
        read = again.engine.read

        async def noted(offset):
            asked.append(offset)
            return await read(offset)

        again.engine.read = noted
        await again.log.start()
        assert again.topics == ["a", "b", "c"]
        assert asked == [1, 2]  # the last batch to compare, then the tail

    run(scenario())


def test_an_engine_behind_the_copy_is_refused():
    """It lost what was acknowledged: nobody goes on from there."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("a"))
        await follower.log.start()
        await follower.log.stop()
        again = Follower(MemoryCluster(), follower.kill())
        with pytest.raises(WrongCluster, match="lost data"):
            await again.log.start()

    run(scenario())


def test_an_engine_that_falls_behind_later_stops_the_broker():
    """The same, noticed while following."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("a"))
        await follower.log.start()
        follower.log.follow()
        follower.engine.cluster = MemoryCluster()
        follower.engine.wait_beyond = lambda offset: asyncio.sleep(1)
        await until(lambda: follower.failures)
        assert isinstance(follower.failures[0], WrongCluster)

    run(scenario())


def test_another_batch_at_the_same_offset_is_another_cluster():
    """An engine restored from a backup has gone another way since."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("a"))
        await writer.append(topic("b"))
        await follower.log.start()
        await follower.log.stop()
        other = MemoryCluster()
        writer = Writer(other)
        await writer.append(topic("a"))
        await writer.append(topic("x"))
        await writer.append(topic("y"))
        again = Follower(other, follower.kill())
        with pytest.raises(WrongCluster, match="another batch at offset 1"):
            await again.log.start()

    run(scenario())


async def trim(cluster, topics):
    """Let the engine hold a snapshot of some topics instead of its batches."""
    image, _ = ClusterImage(CLUSTER_ID).apply(
        [topic(name) for name in topics],
        next_offset=cluster.next_offset,
        controller_epoch=cluster.controller_epoch,
    )
    snapshot = Snapshot(
        cluster.next_offset, cluster.controller_epoch, 0, tuple(image_records(image))
    )
    engine = MemoryEngine(cluster)
    await engine.store_snapshot(snapshot)
    cluster.start_offset = cluster.next_offset
    cluster.batches.clear()


def test_a_trimmed_journal_is_taken_from_its_snapshot():
    """Subscribers hear the difference: what came, and what went."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("a"), topic("b"))
        await follower.log.start()
        follower.deltas.clear()
        await writer.append(gone("b"))
        await writer.append(topic("c"))
        await trim(cluster, ["a", "c"])
        await writer.append(topic("d"))
        await follower.log.catch_up()
        assert follower.topics == ["a", "c", "d"]
        first, second = follower.deltas
        assert sorted((t.name, t.after is not None) for t in first.topics) == [
            ("b", False),
            ("c", True),
        ]
        assert [t.name for t in second.topics] == ["d"]
        await follower.log.stop()
        again = Follower(cluster, follower.kill())
        await again.log.start()
        assert again.topics == ["a", "c", "d"]

    run(scenario())


def test_a_start_behind_a_trimmed_journal():
    """A broker that was away for long, and one that comes for the first time."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("a"))
        await follower.log.start()
        await follower.log.stop()
        await writer.append(topic("b"))
        await trim(cluster, ["a", "b"])
        again, fresh = Follower(cluster, follower.kill()), Follower(cluster)
        for each in (again, fresh):
            await each.log.start()
            assert each.topics == ["a", "b"]

    run(scenario())


def test_a_trimmed_journal_without_a_snapshot_is_an_error():
    """Half of the truth is none."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("a"))
        cluster.start_offset = cluster.next_offset
        cluster.batches.clear()
        with pytest.raises(StorageError, match="no longer reaches back"):
            await follower.log.start()

    run(scenario())


@pytest.mark.parametrize("ending", [EndTransactionRecord(), AbortTransactionRecord()])
def test_an_open_transaction_shows_nothing(ending):
    """All of it with the end record, nothing of it with an abort; over a restart as well."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await writer.append(topic("before"))
        await writer.append(BeginTransactionRecord(), topic("a"))
        await writer.append(topic("b"))
        await follower.log.start()
        assert follower.topics == ["before"]
        assert follower.log.has_open_transaction
        await follower.log.stop()
        again = Follower(cluster, follower.kill())
        await again.log.start()
        assert again.topics == ["before"]
        await writer.append(topic("c"), ending)
        await again.log.catch_up()
        committed = isinstance(ending, EndTransactionRecord)
        assert again.topics == (["a", "b", "before", "c"] if committed else ["before"])
        assert not again.log.has_open_transaction

    run(scenario())


def test_an_own_append_is_applied_once():
    """Whoever follows as well does not read it again."""

    async def scenario():
        cluster = MemoryCluster()
        follower = Follower(cluster)
        await follower.log.start()
        follower.log.follow()
        epoch = await follower.engine.campaign(1)
        await asyncio.gather(*(follower.log.append([topic(name)], epoch) for name in "abcdef"))
        await asyncio.sleep(5)
        assert len(follower.deltas) == 6
        await follower.copy.flush()
        assert [batch.data for batch in await follower.copy.read(0)] == [
            data for _, data in cluster.batches
        ]

    run(scenario())


def test_an_append_that_conflicts_leaves_no_trace():
    """Neither in the image nor in the copy."""

    async def scenario():
        cluster = MemoryCluster()
        follower = Follower(cluster)
        await follower.log.start()
        epoch = await follower.engine.campaign(1)
        await MemoryEngine.append(
            follower.engine, [topic("x")], expected_offset=0, controller_epoch=epoch, timestamp_ms=0
        )
        with pytest.raises(JournalConflict):
            await follower.log.append([BeginTransactionRecord(), topic("a")], epoch)
        assert follower.topics == []
        assert not follower.log.has_open_transaction
        assert follower.copy.next_offset == 0

    run(scenario())


def test_what_cannot_be_replayed_is_not_written():
    """A record that no image can take would stop every broker."""

    async def scenario():
        cluster = MemoryCluster()
        follower = Follower(cluster)
        await follower.log.start()
        epoch = await follower.engine.campaign(1)
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, it comes before the append
            await follower.log.append([gone("unknown")], epoch)
        assert cluster.next_offset == 0

    run(scenario())


def test_a_silent_engine_is_waited_for(caplog):
    """One warning when it begins, one when it is over, and nothing is missed."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await follower.log.start()
        follower.log.follow()
        follower.engine.is_silent = True
        await writer.append(topic("a"))
        await asyncio.sleep(5)
        assert follower.topics == []
        follower.engine.is_silent = False
        await until(lambda: follower.topics == ["a"])

    run(scenario())
    texts = [record.getMessage() for record in caplog.records]
    assert len([text for text in texts if "does not answer" in text]) == 1
    assert len([text for text in texts if "answers again" in text]) == 1


def test_the_copy_is_flushed_soon():
    """A power cut loses at most what came within a moment."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await follower.log.start()
        follower.log.follow()
        await writer.append(topic("a"))
        await until(lambda: follower.copy.flushed_offset == 1)
        follower.disk.restart_machine(3)
        again = Follower(cluster, follower.disk)
        await again.log.start()
        assert again.topics == ["a"]

    run(scenario())


def test_a_copy_whose_disk_fails_stops_the_broker():
    """It could not notice a restored engine any more."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster)
        await follower.log.start()
        follower.log.follow()
        follower.disk.fail_next("fdatasync", 5)
        await writer.append(topic("a"))
        await until(lambda: follower.failures)
        assert isinstance(follower.failures[0], StorageError)

    run(scenario())


def test_snapshots_of_the_copy():
    """Written when enough has changed, never within a transaction; a restart begins there."""

    async def scenario():
        cluster = MemoryCluster()
        writer, follower = Writer(cluster), Follower(cluster, settings=OFTEN)
        await follower.log.start()
        await writer.append(BeginTransactionRecord(), *[topic(name) for name in "abcdef"])
        await follower.log.catch_up()
        assert await follower.copy.load_snapshot() is None
        await writer.append(EndTransactionRecord())
        await writer.append(topic("g"))
        await follower.log.catch_up()
        snapshot = await follower.copy.load_snapshot()
        assert snapshot.next_offset == cluster.next_offset
        await follower.log.stop()
        again = Follower(cluster, follower.kill())
        await again.log.start()
        assert again.topics == list("abcdefg")

    run(scenario())


def test_a_snapshot_that_cannot_be_written_is_no_disaster(caplog):
    """The log still tells the whole story."""

    async def scenario():
        follower = Follower(MemoryCluster())
        await follower.log.start()

        async def fail(snapshot):
            raise EngineUnavailable("silent")

        await follower.log.store_snapshot(SnapshotSchedule(0), fail)

    run(scenario())
    assert "snapshot could not be written" in caplog.text


def test_when_a_snapshot_is_due():
    """By bytes, or by age when something has changed."""
    settings = SimpleNamespace(
        metadata_log_max_record_bytes_between_snapshots=640,
        metadata_log_max_snapshot_interval_ms=1000,
    )
    schedule = SnapshotSchedule(0)
    assert not schedule.is_due(settings, 5000)  # nothing has changed
    schedule.records = 1
    assert not schedule.is_due(settings, 999)
    assert schedule.is_due(settings, 1000)
    schedule.records = 10
    assert schedule.is_due(settings, 0)
    schedule.began(2000)
    assert not schedule.is_due(settings, 2999)
    settings.metadata_log_max_snapshot_interval_ms = 0
    schedule.records = 1
    assert not schedule.is_due(settings, 10**9)
