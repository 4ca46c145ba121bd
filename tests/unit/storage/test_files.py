# SPDX-License-Identifier: Apache-2.0
"""Claims about the file-system port: the real one does what the simulated one does."""

from __future__ import annotations

import errno
import gc
import os

import pytest

from ottla.storage.files import (
    POOL_COUNT_MAX,
    POOLED_FROM_BYTES,
    POOLED_UP_TO_BYTES,
    LocalFileSystem,
    OpenFile,
    OpenFiles,
    read_file,
    write_file,
)
from ottla.testing.simulated_disk import SimulatedDisk


@pytest.fixture(params=["local", "simulated"])
def place(request, tmp_path):
    """Return a file system and a directory on it."""
    if request.param == "local":
        return LocalFileSystem(), str(tmp_path)
    disk = SimulatedDisk()
    disk.mkdir("/data")
    return disk, "/data"


def test_a_file_lives_its_life(place):
    """Create, write, read, cut, sync, rename, list, describe, remove."""
    files, directory = place
    path = f"{directory}/a"
    with pytest.raises(FileNotFoundError):
        files.open(path)
    assert files.stat(path) is None
    handle = files.open(path, create=True)
    assert files.pwritev(handle, (b"hello ", memoryview(b"world")), 0) == 11
    assert files.pread(handle, 100, 6) == b"world"
    assert files.pread(handle, 5, 100) == b""
    assert bytes(files.pread_nowait(handle, 5, 0)) == b"hello"
    files.truncate(handle, 5)
    files.truncate(handle, 7)
    assert files.pread(handle, 100, 0) == b"hello\0\0"
    files.fdatasync(handle)
    files.close(handle)
    assert files.stat(path).size_bytes == 7
    assert files.stat(directory).is_directory
    files.mkdir(f"{directory}/d")
    files.rename(path, f"{directory}/b")
    assert sorted(files.listdir(directory)) == ["b", "d"]
    files.fsync_dir(directory)
    files.rename(f"{directory}/d", f"{directory}/e")
    files.rmdir(f"{directory}/e")
    files.unlink(f"{directory}/b")
    assert files.listdir(directory) == []
    with pytest.raises(FileNotFoundError):
        files.unlink(f"{directory}/b")
    with pytest.raises(FileNotFoundError):
        files.listdir(f"{directory}/e")
    space = files.disk_space(directory)
    assert 0 < space.free_bytes <= space.total_bytes


def test_small_files_are_written_in_one_step(place):
    """The new content replaces the old, whatever their lengths, and no temporary stays."""
    files, directory = place
    for content in (b"long content", b"short", b""):
        write_file(files, f"{directory}/f", content)
        assert read_file(files, f"{directory}/f") == content
    assert files.listdir(directory) == ["f"]
    with pytest.raises(FileNotFoundError):
        read_file(files, f"{directory}/g")


def test_more_buffers_than_the_kernel_takes(place):
    """Thousands of buffers arrive whole and in order."""
    files, directory = place
    file = OpenFile(files, f"{directory}/f", create=True)
    buffers = [b"%05d" % number for number in range(3000)]
    file.write(buffers, 3)
    assert file.read(20_000, 3) == b"".join(buffers)


def test_the_cache_bounds_what_is_open(place):
    """The least recently used file is closed, unless somebody still holds it."""
    files, directory = place
    cache = OpenFiles(files, count_max=3)
    held = cache.get(f"{directory}/0", create=True)
    held.write((b"zero",), 0)
    for number in range(1, 10):
        cache.get(f"{directory}/{number}", create=True)
        assert len(cache) <= 3
    assert cache.get(f"{directory}/9") is cache.get(f"{directory}/9")
    assert held.read(4, 0) == b"zero"
    cache.forget(f"{directory}/9")
    cache.forget(f"{directory}/9")
    assert len(cache) == 2


def test_descriptors_close_with_their_last_reference(tmp_path):
    """Nothing has to be closed by hand, and nothing leaks."""
    cache = OpenFiles(LocalFileSystem(), count_max=5)
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for number in range(50):
        cache.get(f"{tmp_path}/{number}", create=True)
    assert len(os.listdir("/proc/self/fd")) == before + 5
    del cache
    assert len(os.listdir("/proc/self/fd")) == before


def test_pooled_memory_is_not_reused_while_somebody_looks_at_it(tmp_path):
    """Views of earlier reads keep their bytes, however many reads follow."""
    files = LocalFileSystem()
    size = POOLED_FROM_BYTES
    handle = files.open(f"{tmp_path}/f", create=True)
    count = 3 * POOL_COUNT_MAX
    for number in range(count):
        files.pwritev(handle, (bytes([number]) * size,), number * size)
    views = [files.pread_nowait(handle, size, number * size) for number in range(count)]
    for _ in range(3):
        files.pread_nowait(handle, size, 0)
    for number, view in enumerate(views):
        assert bytes(view) == bytes([number]) * size
    del views, view
    for _ in range(count):
        files.pread_nowait(handle, size, 0)
    assert len(files._pool) <= POOL_COUNT_MAX
    large = files.pread_nowait(handle, POOLED_UP_TO_BYTES + 1, 0)
    assert large[size] == 1
    files.close(handle)


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.EAGAIN, None), (errno.EOPNOTSUPP, b"abc"), (errno.EIO, OSError)]
)
def test_what_preadv_answers_decides(tmp_path, monkeypatch, number, expected):
    """EAGAIN means not in the cache; not supported means read without the flag; EIO is raised."""
    files = LocalFileSystem()
    handle = files.open(f"{tmp_path}/f", create=True)
    files.pwritev(handle, (b"abc",), 0)

    def preadv(*arguments: object):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "preadv", preadv)
    if expected is OSError:
        with pytest.raises(OSError, match="Input/output"):
            files.pread_nowait(handle, 3, 0)
    else:
        found = files.pread_nowait(handle, 3, 0)
        assert (found if found is None else bytes(found)) == expected
        again = files.pread_nowait(handle, 3, 0)
        assert (again if again is None else bytes(again)) == expected
    files.close(handle)


def test_a_write_that_gets_nowhere_is_a_full_disk():
    """A short write is continued; when nothing more fits, the error says so."""
    disk = SimulatedDisk(capacity_bytes=10)
    file = OpenFile(disk, "/f", create=True)
    with pytest.raises(OSError, match="No space"):
        file.write((b"x" * 20,), 0)
    disk.capacity_bytes = 100
    file.write((b"y" * 20,), 0)
    assert file.read(100, 0) == b"y" * 20
