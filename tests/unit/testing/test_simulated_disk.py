# SPDX-License-Identifier: Apache-2.0
"""Claims about the simulated disk: it loses what a real one may lose, and nothing else."""

from __future__ import annotations

import errno

import pytest

from ottla.testing.simulated_disk import SECTOR_BYTES, SimulatedCrash, SimulatedDisk


@pytest.fixture
def disk():
    """Make a disk with a durable directory /d and a durable file /d/f of known bytes."""
    disk = SimulatedDisk()
    disk.mkdir("/d")
    disk.fsync_dir("/")
    disk.put("/d/f", b"a" * 4 * SECTOR_BYTES)
    return disk


def test_kill_keeps_the_page_cache(disk):
    """Nothing that was written is lost with the process."""
    handle = disk.open("/d/f")
    disk.pwritev(handle, (b"b" * 700,), 100)
    disk.open("/d/new", create=True)
    disk.restart_process()
    assert disk.content("/d/f") == b"a" * 100 + b"b" * 700 + b"a" * (4 * SECTOR_BYTES - 800)
    assert disk.listdir("/d") == ["f", "new"]
    disk.close(handle)


def test_power_loss_tears_at_sectors(disk):
    """Each sector is old or new as a whole; with enough seeds both outcomes are seen."""
    outcomes = set()
    for seed in range(40):
        disk.put("/d/f", b"a" * 4 * SECTOR_BYTES)
        handle = disk.open("/d/f")
        disk.pwritev(handle, (b"b" * 2 * SECTOR_BYTES,), SECTOR_BYTES)
        disk.restart_machine(seed)
        content = disk.content("/d/f")
        sectors = [content[at : at + SECTOR_BYTES] for at in range(0, len(content), SECTOR_BYTES)]
        assert all(len(set(sector)) == 1 for sector in sectors)
        outcomes.add(bytes(sector[0] for sector in sectors))
    assert outcomes == {b"aaaa", b"abaa", b"aaba", b"abba"}


def test_what_was_synced_survives(disk):
    """Bytes are saved by fdatasync, names by fsync_dir; one without the other is not enough."""
    for seed in range(20):
        handle = disk.open("/d/both", create=True)
        disk.pwritev(handle, (b"x" * 1000,), 0)
        disk.fdatasync(handle)
        disk.fsync_dir("/d")
        disk.open("/d/name", create=True)
        disk.restart_machine(seed)
        assert disk.content("/d/both") == b"x" * 1000
        disk.unlink("/d/both")
        disk.fsync_dir("/d")
    lost = 0
    for seed in range(20):
        handle = disk.open("/d/bytes", create=True)
        disk.fdatasync(handle)
        disk.restart_machine(seed)
        lost += disk.stat("/d/bytes") is None
        if disk.stat("/d/bytes"):
            disk.unlink("/d/bytes")
            disk.fsync_dir("/d")
    assert 0 < lost < 20


def test_a_rename_happens_as_a_whole(disk):
    """After a power cut the file has its old name or its new one."""
    seen = set()
    for seed in range(20):
        disk.rename("/d/f", "/d/g")
        disk.restart_machine(seed)
        (name,) = disk.listdir("/d")
        seen.add(name)
        if name == "g":
            disk.rename("/d/g", "/d/f")
            disk.fsync_dir("/d")
    assert seen == {"f", "g"}


def test_the_same_seed_gives_the_same_disk():
    """A failing seed can be run again."""

    def run():
        disk = SimulatedDisk()
        for number in range(5):
            handle = disk.open(f"/{number}", create=True)
            disk.pwritev(handle, (bytes([number + 1]) * 5000,), 0)
        disk.restart_machine(7)
        return {name: disk.content("/" + name) for name in disk.listdir("/")}

    assert run() == run()


def test_a_crash_point_stops_everything(disk):
    """The call and all later ones raise until the restart; a write may be half done."""
    handle = disk.open("/d/f")
    disk.crash_at(disk.calls + 2)
    disk.stat("/d")
    with pytest.raises(SimulatedCrash):
        disk.pwritev(handle, (b"b" * 100,), 0)
    with pytest.raises(SimulatedCrash):
        disk.stat("/d")
    disk.restart_process()
    assert disk.content("/d/f").startswith(b"b" * 50 + b"a")


def test_failures_come_once_and_a_failed_sync_loses(disk):
    """After EIO from fdatasync a second try says success, though the bytes are not safe."""
    handle = disk.open("/d/f")
    disk.pwritev(handle, (b"b" * SECTOR_BYTES,), 0)
    disk.fail_next("fdatasync", errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        disk.fdatasync(handle)
    disk.restart_machine(1)
    assert disk.content("/d/f").startswith(b"a")


def test_capacity_is_shared_by_all_files():
    """What does not fit is written short, then refused; overwriting needs no room."""
    disk = SimulatedDisk(capacity_bytes=100)
    one, two = disk.open("/1", create=True), disk.open("/2", create=True)
    assert disk.pwritev(one, (b"x" * 60,), 0) == 60
    assert disk.pwritev(two, (b"x" * 60,), 0) == 40
    with pytest.raises(OSError, match="No space"):
        disk.pwritev(two, (b"x",), 40)
    assert disk.pwritev(one, (b"y" * 60,), 0) == 60
    assert disk.disk_space("/").free_bytes == 0


def test_directories_move_with_what_they_hold(disk):
    """Renaming a directory renames everything in it, durably once its parent is synced."""
    disk.rename("/d", "/e")
    assert disk.listdir("/e") == ["f"]
    disk.fsync_dir("/")
    disk.restart_machine(3)
    assert disk.listdir("/") == ["e"]
    with pytest.raises(OSError, match="not empty"):
        disk.rmdir("/e")
    with pytest.raises(IsADirectoryError):
        disk.open("/e")
    with pytest.raises(FileExistsError):
        disk.mkdir("/e")
    with pytest.raises(FileNotFoundError):
        disk.open("/nowhere/f", create=True)
