# SPDX-License-Identifier: Apache-2.0
"""Reading what brokers have kept of the journal."""

from __future__ import annotations

import asyncio

import pytest

from ottla.base.clock import ManualClock
from ottla.broker.journal_copy import newest_copy, read_copy
from ottla.metadata.engines.local import LocalEngine
from ottla.protocol.messages.cluster_metadata import BeginTransactionRecord, TopicRecord
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_directory import DirectoryLock, DirectoryLocked
from ottla.storage.meta_properties import MetaProperties, format_meta_properties

FILES = LocalFileSystem()
CLOCK = ManualClock()


def copy_with(folder, *names: str, open_transaction=False):
    """Make a broker's folder with these topics in its copy."""
    folder.mkdir()
    text = format_meta_properties(MetaProperties("cluster-of-tests-12345", 1, b"d" * 16))
    (folder / "meta.properties").write_bytes(text)

    async def write():
        engine = LocalEngine.open(str(folder), files=FILES, clock=CLOCK)
        epoch = await engine.campaign(1)
        batches = [
            [TopicRecord(name=name, topic_id=number.to_bytes(16, "big"))]
            for number, name in enumerate(names, 1)
        ]
        if open_transaction:
            last = TopicRecord(name="unfinished", topic_id=b"u" * 16)
            batches.append([BeginTransactionRecord(), last])
        offset = 0
        for records in batches:
            offset = await engine.append(
                records, expected_offset=offset, controller_epoch=epoch, timestamp_ms=1
            )
        await engine.close()

    asyncio.run(write())
    return str(folder)


def read(folder):
    """Return the copy in a folder."""
    return asyncio.run(read_copy(folder, FILES, CLOCK))


def names(copy):
    """Return the topics of a copy."""
    return [r.name for r in copy.snapshot.records if isinstance(r, TopicRecord)]


def test_a_copy(tmp_path):
    """State, end and epoch are what the broker has seen."""
    copy = read(copy_with(tmp_path / "1", "a", "b"))
    assert copy.cluster_id == "cluster-of-tests-12345"
    assert (copy.snapshot.next_offset, copy.snapshot.controller_epoch) == (2, 1)
    assert names(copy) == ["a", "b"]


def test_half_a_change_is_none(tmp_path):
    """A change of several batches whose end nobody has seen did not happen."""
    copy = read(copy_with(tmp_path / "1", "a", open_transaction=True))
    assert names(copy) == ["a"]
    assert copy.snapshot.next_offset == 3


def test_the_furthest_is_taken(tmp_path):
    """Whatever the order of the folders; those without a copy are passed over."""
    short = copy_with(tmp_path / "1", "a")
    long = copy_with(tmp_path / "2", "a", "b")
    (tmp_path / "3").mkdir()
    for folders in ([short, long], [long, short, str(tmp_path / "3"), str(tmp_path / "none")]):
        assert asyncio.run(newest_copy(folders, FILES, CLOCK)).folder == long
    assert asyncio.run(newest_copy([str(tmp_path / "3")], FILES, CLOCK)) is None


def test_a_broker_that_runs(tmp_path):
    """Its folder is not touched."""
    folder = copy_with(tmp_path / "1", "a")
    lock = DirectoryLock(folder)
    with pytest.raises(DirectoryLocked, match="in use by another broker"):
        read(folder)
    lock.release()
    assert names(read(folder)) == ["a"]
