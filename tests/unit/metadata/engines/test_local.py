# SPDX-License-Identifier: Apache-2.0
"""Claims about the local engine that the conformance suite cannot make: disks and foreign folders.

`kafka-4.3.1/` was written by Apache Kafka 4.3.1 in combined mode: formatted, started, topics
alpha (3 partitions, retention.ms=1234567) and beta.x (1, later 4 partitions, compacted) created,
a third one created and deleted, log.cleaner.threads=2 set on the broker, one idempotent
producer, a snapshot taken at offset 50, stopped.
"""

from __future__ import annotations

import asyncio
import errno
import gc
from pathlib import Path

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.base.ids import uuid_from_text
from ottla.metadata.engines.local import LocalEngine
from ottla.metadata.image import ClusterImage, ImageBuilder
from ottla.metadata.journal import Snapshot
from ottla.protocol.messages.cluster_metadata import TopicRecord
from ottla.testing.simulated_disk import SimulatedCrash, SimulatedDisk

KAFKA = Path(__file__).parent / "kafka-4.3.1"
LOG = "/data/__cluster_metadata-0/00000000000000000000.log"


@pytest.fixture
def disk():
    """Return a disk with the folder /data."""
    disk = SimulatedDisk()
    disk.mkdir("/data")
    disk.fsync_dir("/")
    return disk


def open_engine(disk):
    """Open the engine in /data."""
    return LocalEngine.open("/data", files=disk, clock=ManualClock())


def topic(number):
    """Make a record."""
    return TopicRecord(name=f"t{number}", topic_id=number.to_bytes(16, "big"))


async def append(engine, epoch, number):
    """Append one record."""
    return await engine.append(
        [topic(number)], expected_offset=number, controller_epoch=epoch, timestamp_ms=number
    )


async def read_names(engine):
    """Return the names of all topics in the log."""
    offset, names = 0, []
    while batches := await engine.read(offset):
        names += [record.name for batch in batches for record in batch.records]
        offset = batches[-1].next_offset
    return names


async def load(engine):
    """Return the image of a folder."""
    builder, offset = ImageBuilder(ClusterImage("c")), 0
    snapshot = await engine.load_snapshot()
    if snapshot is not None:
        offset = snapshot.next_offset
        for record in snapshot.records:
            builder.replay(record)
    while batches := await engine.read(offset):
        for batch in batches:
            for record in batch.records:
                builder.replay(record)
            offset = batch.next_offset
    return builder.finish(offset)[0]


def import_kafka(disk, *names: str):
    """Put files of Kafka's folder onto the disk."""
    for path in sorted(KAFKA.rglob("*")):
        target = f"/data/{path.relative_to(KAFKA)}"
        if path.is_dir():
            disk.mkdir(target)
        elif not names or path.name in names:
            disk.put(target, path.read_bytes())


def check_kafka_image(image):
    """Compare with what was done to Kafka."""
    assert set(image.topics_by_name) == {"alpha", "beta.x"}
    alpha = image.topics_by_name["alpha"]
    assert alpha.topic_id == uuid_from_text("vY3csq_0SSezpibTpwmqyw")
    assert len(alpha.partitions) == 3
    assert len(image.topics_by_name["beta.x"].partitions) == 4
    assert all(p.eligible_leader_replicas == (1,) for p in alpha.partitions)
    assert image.config(2, "alpha") == {"retention.ms": "1234567"}
    assert image.config(2, "beta.x") == {"cleanup.policy": "compact"}
    assert image.config(4, "1") == {"log.cleaner.threads": "2"}
    assert image.features["metadata.version"] == 30
    assert image.next_producer_id == 1000
    assert not image.brokers[1].is_live


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("00000000000000000000.log",),
        ("00000000000000000050-0000000001.checkpoint",),
    ],
)
def test_a_folder_of_kafka_opens(disk, names):
    """Topics, ids, settings and features appear from log and snapshot, or from either alone."""
    import_kafka(disk, *names)
    image = asyncio.run(load(open_engine(disk)))
    check_kafka_image(image)
    assert image.next_offset == (50 if names and names[0].endswith("checkpoint") else 52)


def test_a_folder_of_kafka_goes_on(disk):
    """Changes are appended under a higher epoch behind what Kafka wrote."""
    import_kafka(disk)

    async def scenario():
        engine = open_engine(disk)
        epoch = await engine.campaign(1)
        assert epoch == 2
        await append(engine, epoch, 52)
        await engine.close()
        check_names = await load(open_engine(disk))
        assert set(check_names.topics_by_name) == {"alpha", "beta.x", "t52"}

    asyncio.run(scenario())


def test_a_folder_that_kafka_only_formatted(disk):
    """Without a log the bootstrap file says with which features to begin."""
    import_kafka(disk, "bootstrap.checkpoint")
    image = asyncio.run(load(open_engine(disk)))
    assert image.next_offset == 0
    assert image.features["metadata.version"] == 30
    assert image.features["transaction.version"] == 2


def test_a_torn_tail_is_cut_off(disk):
    """A batch that a crash cut short was never acknowledged: the log goes on before it."""

    async def scenario():
        engine = open_engine(disk)
        epoch = await engine.campaign(1)
        for number in range(3):
            await append(engine, epoch, number)
        whole = disk.content(LOG)
        for cut in (1, 30, 61, len(whole) // 3 - 1):
            disk.put(LOG, whole[:-cut])
            again = open_engine(disk)
            assert await read_names(again) == ["t0", "t1"]
            assert again.next_offset == 2
            disk.put(LOG, whole)

    asyncio.run(scenario())


def test_damage_before_the_tail_stops_the_broker(disk):
    """Acknowledged changes that cannot be read are not passed over, now or at the next start."""

    async def scenario():
        engine = open_engine(disk)
        epoch = await engine.campaign(1)
        for number in range(3):
            await append(engine, epoch, number)

    asyncio.run(scenario())
    disk.corrupt(LOG, 80)
    for _ in range(2):
        with pytest.raises(StorageError, match="damaged"):
            open_engine(disk)


def test_a_failed_flush_is_final(disk):
    """After an error of the disk nothing is accepted any more: the outcome is not known."""

    async def scenario():
        engine = open_engine(disk)
        epoch = await engine.campaign(1)
        await append(engine, epoch, 0)
        disk.fail_next("fdatasync", errno.EIO)
        for _ in range(2):
            with pytest.raises(StorageError):
                await append(engine, epoch, 1)

    asyncio.run(scenario())


def test_every_crash_point_keeps_what_was_acknowledged(disk):
    """Whatever disk call is the last before a power cut, no acknowledged record is missing."""

    async def work(disk, acknowledged):
        engine = open_engine(disk)
        start = engine.next_offset
        epoch = await engine.campaign(1)
        for number in range(start, start + 2):
            await append(engine, epoch, number)
            acknowledged.append(number)
        await engine.store_snapshot(
            Snapshot(start + 2, epoch, 1, tuple(topic(n) for n in range(start + 2)))
        )
        await append(engine, epoch, start + 2)
        acknowledged.append(start + 2)
        await engine.close()

    crashes = 0
    for call in range(1, 400, 2):
        disk = SimulatedDisk()
        disk.mkdir("/data")
        disk.fsync_dir("/")
        acknowledged: list[int] = []
        disk.crash_at(call)
        try:
            asyncio.run(work(disk, acknowledged))
        except SimulatedCrash:
            crashes += 1
        else:
            break
        gc.collect()
        disk.restart_machine(call)
        image = asyncio.run(load(open_engine(disk)))
        assert set(image.topics_by_name) >= {f"t{number}" for number in acknowledged}
    assert crashes > 10


def test_a_damaged_snapshot_is_passed_over(disk):
    """The snapshot before it and a longer log tell the same story."""

    async def scenario():
        engine = open_engine(disk)
        epoch = await engine.campaign(1)
        for number in range(4):
            await append(engine, epoch, number)
            if number % 2:
                names = tuple(topic(n) for n in range(number + 1))
                await engine.store_snapshot(Snapshot(number + 1, epoch, 1, names))
        newest = "/data/__cluster_metadata-0/00000000000000000004-0000000001.checkpoint"
        disk.corrupt(newest, 100)
        again = open_engine(disk)
        assert (await again.load_snapshot()).next_offset == 2
        assert len((await load(again)).topics_by_name) == 4

    asyncio.run(scenario())


def test_old_snapshots_and_segments_go(disk):
    """Two snapshots are kept, and the log from the older one on."""

    async def scenario():
        engine = open_engine(disk)
        epoch = await engine.campaign(1)
        for number in range(5):
            await append(engine, epoch, number)
            await engine.store_snapshot(Snapshot(number + 1, epoch, 1, (topic(number),)))
        names = sorted(disk.listdir("/data/__cluster_metadata-0"))
        kept = [name for name in names if name.endswith((".checkpoint", ".log"))]
        assert kept == [
            "00000000000000000004-0000000001.checkpoint",
            "00000000000000000004.log",
            "00000000000000000005-0000000001.checkpoint",
            "00000000000000000005.log",
        ]

    asyncio.run(scenario())
