# SPDX-License-Identifier: Apache-2.0
"""Log directories: ownership, how the last run ended, the reserve, and going offline."""

from __future__ import annotations

import errno
import json
import os

import pytest

from ottla.base.errors import StorageError
from ottla.storage.files import DiskSpace, LocalFileSystem
from ottla.storage.log_directory import (
    CLEAN_SHUTDOWN_FILE,
    RUNNING_FILE,
    DirectoryLocked,
    DirectorySettings,
    ForeignDirectory,
    LastRun,
    open_directories,
)
from ottla.storage.meta_properties import MetaPropertiesError

BOOT = "boot-1"


class FaultyFiles(LocalFileSystem):
    """The local file system, with free space as told and EIO below chosen paths."""

    __slots__ = ("broken", "space")

    def __init__(self) -> None:
        super().__init__()
        self.broken = None
        self.space = DiskSpace(100 << 30, 100 << 30)

    def listdir(self, path):
        """Fail below the broken path."""
        self._check(path)
        return super().listdir(path)

    def open(self, path, *, create=False):
        """Fail below the broken path."""
        self._check(path)
        return super().open(path, create=create)

    def disk_space(self, path):
        """Return the space that the test chose."""
        self._check(path)
        return self.space

    def _check(self, path):
        if self.broken is not None and path.startswith(self.broken):
            raise OSError(errno.EIO, "Input/output error")


@pytest.fixture
def files():
    """Give a file system whose faults the test chooses."""
    return FaultyFiles()


@pytest.fixture
def start(files):
    """Open directories as a broker would; all are closed at the end of the test."""
    opened = []

    def open_paths(*paths: object, **settings: object):
        directories = open_directories(
            [str(path) for path in paths], files, DirectorySettings(**{"boot_id": BOOT, **settings})
        )
        opened.extend(directories)
        return directories

    yield open_paths
    for directory in opened:
        directory.close()


def run_and_stop(start, path, *, clean):
    """Go through one run of a broker on `path`."""
    (directory,) = start(path)
    directory.mark_running()
    if clean:
        directory.mark_clean(broker_epoch=17)
    directory.close()


def test_a_new_directory_is_made_and_gets_an_identity(start, tmp_path):
    """Missing parents are made; cluster, node and directory ids are written."""
    (directory,) = start(tmp_path / "a" / "b")
    assert directory.is_new
    assert directory.last_run is LastRun.CLEAN
    assert directory.properties.node_id == 1
    directory.close()
    (again,) = start(tmp_path / "a" / "b")
    assert again.properties == directory.properties
    assert not again.is_new


def test_a_second_broker_is_told_who_owns_the_folder(start, tmp_path):
    """One sentence names the folder and the process."""
    start(tmp_path)
    with pytest.raises(DirectoryLocked) as caught:
        start(tmp_path)
    assert f"the data folder {tmp_path} is in use by another broker" in str(caught.value)
    assert f"(process {os.getpid()})" in str(caught.value)


def test_a_refused_start_leaves_no_lock_behind(start, tmp_path):
    """When the second of two directories is taken, the first is free again."""
    (held,) = start(tmp_path / "b")
    with pytest.raises(DirectoryLocked):
        start(tmp_path / "a", tmp_path / "b")
    held.close()
    assert len(start(tmp_path / "a", tmp_path / "b")) == 2


def test_directories_of_different_clusters_are_refused(start, tmp_path):
    """A disk from elsewhere among ours is a swapped disk."""
    (one,) = start(tmp_path / "one")
    (two,) = start(tmp_path / "two")
    one.close()
    two.close()
    with pytest.raises(ForeignDirectory, match="belongs to cluster"):
        start(tmp_path / "one", tmp_path / "two")


def test_another_node_is_refused(start, tmp_path):
    """The folder of node 1 is not given to node 2."""
    (directory,) = start(tmp_path)
    directory.close()
    with pytest.raises(ForeignDirectory, match="belongs to node 1, this broker is node 2"):
        start(tmp_path, node_id=2)


def test_another_cluster_is_refused(start, tmp_path):
    """A broker that was told its cluster does not take a folder of another."""
    start(tmp_path)[0].close()
    with pytest.raises(ForeignDirectory, match="belongs to cluster"):
        start(tmp_path, cluster_id="elsewhere")


def test_an_added_directory_joins_the_cluster(start, tmp_path):
    """A new disk takes over cluster and node of the others, with an id of its own."""
    (one,) = start(tmp_path / "one", node_id=4)
    one.close()
    one, two = start(tmp_path / "one", tmp_path / "two")
    assert two.properties.cluster_id == one.properties.cluster_id
    assert two.properties.node_id == 4
    assert two.properties.directory_id != one.properties.directory_id


def test_partitions_without_an_owner_are_refused(start, tmp_path):
    """A folder with partitions but without meta.properties is not written to."""
    (tmp_path / "orders-0").mkdir()
    with pytest.raises(ForeignDirectory, match=r"no meta\.properties"):
        start(tmp_path)


def test_a_newer_format_is_refused(start, tmp_path):
    """The text says that the folder comes from a newer format."""
    (tmp_path / "meta.properties").write_text("version=2\ncluster.id=a\nnode.id=1\n")
    with pytest.raises(MetaPropertiesError, match="newer format"):
        start(tmp_path)


def test_a_clean_end_is_recognised_with_its_epoch(start, tmp_path):
    """The file that Kafka writes too carries the broker epoch."""
    run_and_stop(start, tmp_path, clean=True)
    assert json.loads((tmp_path / CLEAN_SHUTDOWN_FILE).read_bytes()) == {
        "version": 0,
        "brokerEpoch": 17,
    }
    (directory,) = start(tmp_path)
    assert directory.last_run is LastRun.CLEAN
    assert directory.last_broker_epoch == 17


def test_an_empty_clean_file_of_an_older_kafka_counts(start, tmp_path):
    """Before KIP-966 the file had no content."""
    run_and_stop(start, tmp_path, clean=True)
    (tmp_path / CLEAN_SHUTDOWN_FILE).write_bytes(b"")
    (directory,) = start(tmp_path)
    assert directory.last_run is LastRun.CLEAN
    assert directory.last_broker_epoch == -1


def test_a_killed_process_is_told_from_a_dead_machine(start, tmp_path):
    """The same boot id means that the page cache survived; another one that it did not."""
    run_and_stop(start, tmp_path, clean=False)
    (directory,) = start(tmp_path)
    assert directory.last_run is LastRun.PROCESS_DIED
    directory.close()
    (directory,) = start(tmp_path, boot_id="boot-2")
    assert directory.last_run is LastRun.UNCLEAN
    directory.close()
    (directory,) = start(tmp_path, boot_id=None)
    assert directory.last_run is LastRun.UNCLEAN


def test_a_copied_folder_does_not_count_as_the_one_that_ran(start, tmp_path):
    """The marker names device and inode: a copy made during the run is unclean."""
    run_and_stop(start, tmp_path / "one", clean=False)
    (tmp_path / "two").mkdir()
    for name in ("meta.properties", RUNNING_FILE):
        (tmp_path / "two" / name).write_bytes((tmp_path / "one" / name).read_bytes())
    (directory,) = start(tmp_path / "two")
    assert directory.last_run is LastRun.UNCLEAN


def test_the_old_evidence_stands_until_the_run_is_marked(start, tmp_path):
    """A crash during recovery after a machine's death must not look like a killed process."""
    run_and_stop(start, tmp_path, clean=False)
    start(tmp_path, boot_id="boot-2")[0].close()
    (directory,) = start(tmp_path, boot_id="boot-2")
    assert directory.last_run is LastRun.UNCLEAN


def test_marking_the_run_removes_the_clean_file(start, tmp_path):
    """From the first append on the folder is no longer clean."""
    run_and_stop(start, tmp_path, clean=True)
    run_and_stop(start, tmp_path, clean=False)
    (directory,) = start(tmp_path)
    assert directory.last_run is LastRun.PROCESS_DIED


def test_a_torn_marker_is_unclean(start, tmp_path):
    """Half a marker proves nothing."""
    run_and_stop(start, tmp_path, clean=False)
    (tmp_path / RUNNING_FILE).write_bytes(b'{"version":1,"bo')
    (directory,) = start(tmp_path)
    assert directory.last_run is LastRun.UNCLEAN


@pytest.mark.parametrize(
    ("free", "total", "accepts"),
    [
        (2 << 30, 1 << 40, True),
        ((1 << 30) - 1, 1 << 40, False),
        (1 << 30, 1 << 40, True),
        (2_000, 100_000, True),
        (1_999, 100_000, False),
    ],
)
def test_appends_stop_below_the_reserve(start, files, tmp_path, free, total, accepts):
    """The reserve is 1 GiB or 2 % of the file system, whichever is smaller."""
    (directory,) = start(tmp_path)
    files.space = DiskSpace(free, total)
    directory.check_space(now_ms=5_000)
    assert directory.accepts_appends is accepts


def test_the_reserve_can_be_set_and_is_checked_once_a_second(start, files, tmp_path):
    """Between two checks the answer is the remembered one."""
    (directory,) = start(tmp_path, reserve_bytes=500, reserve_ratio=0.5)
    files.space = DiskSpace(499, 10_000)
    directory.check_space(now_ms=1_000)
    assert not directory.accepts_appends
    files.space = DiskSpace(500, 10_000)
    directory.check_space(now_ms=1_999)
    assert not directory.accepts_appends
    directory.check_space(now_ms=2_000)
    assert directory.accepts_appends


def test_one_failing_directory_is_offline_and_the_others_live(start, files, tmp_path):
    """The failure is a state with a reason, not the end of the start."""
    files.broken = str(tmp_path / "bad")
    bad, good = start(tmp_path / "bad", tmp_path / "good")
    assert not bad.is_online
    assert "Input/output error" in bad.failure
    assert not bad.accepts_appends
    assert good.is_online


def test_a_start_without_any_directory_is_refused(start, files, tmp_path):
    """When all fail there is nothing to run on; the text gives each reason."""
    files.broken = str(tmp_path)
    with pytest.raises(StorageError, match="Input/output error"):
        start(tmp_path / "a", tmp_path / "b")


def test_an_io_error_later_takes_the_directory_offline_for_good(start, files, tmp_path):
    """The space check does not bring a failed directory back."""
    (directory,) = start(tmp_path)
    files.broken = str(tmp_path)
    with pytest.raises(StorageError, match="cannot record the start"):
        directory.mark_running()
    files.broken = None
    directory.check_space(now_ms=10_000)
    assert not directory.accepts_appends
    assert not directory.fail("another reason")
    assert "cannot record the start" in directory.failure


def test_a_failing_space_check_takes_the_directory_offline(start, files, tmp_path):
    """A file system that cannot be asked cannot be written."""
    (directory,) = start(tmp_path)
    files.broken = str(tmp_path)
    directory.check_space(now_ms=10_000)
    assert not directory.is_online
