# SPDX-License-Identifier: Apache-2.0
"""The journal of a cluster in memory survives its process."""

from __future__ import annotations

import asyncio

import pytest

from ottla.cli.local_cluster.journal_file import JournalFile
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.protocol.messages.cluster_metadata import TopicRecord


async def run_once(path, *names: str):
    """Let an engine append what a controller decides; return everything that is in it then."""
    journal = JournalFile(path)
    cluster = MemoryCluster()
    cluster.load(journal.batches)
    cluster.on_append = journal.append
    engine = MemoryEngine(cluster)
    epoch = await engine.campaign(1)
    for name in names:
        await engine.append(
            [TopicRecord(name=name, topic_id=bytes(16))],
            expected_offset=cluster.next_offset,
            controller_epoch=epoch,
            timestamp_ms=1,
        )
    journal.close()
    return epoch, [batch.records[0].name for batch in await engine.read(0)]


@pytest.fixture
def path(tmp_path):
    """Return where a journal is kept."""
    return str(tmp_path / "journal")


def test_a_second_process_goes_on(path):
    """Batches keep their places, and epochs go on rising."""
    assert asyncio.run(run_once(path, "a", "b")) == (1, ["a", "b"])
    assert asyncio.run(run_once(path, "c")) == (2, ["a", "b", "c"])


@pytest.mark.parametrize("cut", [1, 30, 70])
def test_half_a_batch_is_cut_off(path, cut):
    """A process that was killed while it wrote had told nobody of that batch."""
    asyncio.run(run_once(path, "a", "b"))
    with open(path, "rb+") as file:
        data = file.read()
        file.truncate(len(data) - cut)
    assert asyncio.run(run_once(path, "c")) == (2, ["a", "c"])


def test_damage_ends_the_journal(path):
    """What follows a batch that is not whole cannot be trusted."""
    asyncio.run(run_once(path, "a", "b"))
    with open(path, "rb+") as file:
        size = len(file.read())
        file.seek(size - 3)
        file.write(b"~~~")
    assert asyncio.run(run_once(path)) == (2, ["a"])
