# SPDX-License-Identifier: Apache-2.0
"""What the doctor finds out about a machine, without touching anything."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ottla.cli.doctor import machine_facts
from ottla.cli.doctor.machine_facts import (
    LOCK_FILE,
    file_system_of,
    gather_machine,
    has_broker,
    look_at_folder,
)

MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
23 22 0:21 / /tmp rw - tmpfs tmpfs rw
24 22 0:22 / /srv/my\040data rw shared:9 - nfs4 server:/data rw
25 23 0:23 / /tmp rw - xfs /dev/vdb rw
damaged line
"""

HOLD = """
import fcntl, sys
handle = open(sys.argv[1], "r+")
fcntl.lockf(handle, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/var", "ext4"),
        ("/tmp/data", "xfs"),
        ("/tmpdata", "ext4"),
        ("/srv/my data/ottla", "nfs4"),
    ],
)
def test_file_systems(path, kind):
    """The nearest mount counts, and of two at one place the later."""
    assert file_system_of(MOUNTS, path) == kind


def test_no_mounts():
    """Elsewhere than on Linux nothing is known."""
    assert file_system_of("", "/data") == ""


def test_a_folder_that_does_not_exist(tmp_path):
    """The nearest that exists is looked at, and nothing is made."""
    wanted = tmp_path / "a" / "b"
    facts = look_at_folder(str(wanted))
    assert facts.existing == os.path.realpath(tmp_path)
    assert not facts.exists
    assert facts.is_writable
    assert facts.index_count == 0
    assert facts.space is not None
    assert list(tmp_path.iterdir()) == []


def test_indexes_are_counted(tmp_path):
    """Offset and time indexes of each partition."""
    partition = tmp_path / "orders-0"
    partition.mkdir()
    for name in ("0.log", "0.index", "0.timeindex"):
        (partition / name).touch()
    assert look_at_folder(str(tmp_path)).index_count == 2


def test_counting_gives_up(tmp_path, monkeypatch):
    """A folder that is too large for the time has no count."""
    (tmp_path / "orders-0").mkdir()
    monkeypatch.setattr(machine_facts, "COUNT_S", -1)
    assert look_at_folder(str(tmp_path)).index_count is None


@pytest.mark.skipif(sys.platform != "linux", reason="who holds a lock is asked Linux's way")
def test_who_holds_the_lock(tmp_path):
    """The process is found, and the lock is neither taken nor changed."""
    lock = tmp_path / LOCK_FILE
    lock.touch()
    assert not has_broker(str(tmp_path))
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        facts = gather_machine(str(tmp_path))
        assert facts.folder.broker_process_id == holder.pid
        assert facts.folder.broker_owner == os.geteuid()
        assert facts.descriptors.process_id == holder.pid
        assert facts.descriptors.open_count > 0
        holder.stdin.close()
    assert not has_broker(str(tmp_path))
    assert lock.read_bytes() == b""


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"timedatectl": "yes\n"}, True),
        ({"timedatectl": "no\n"}, False),
        ({"chronyc": "Stratum : 3\nLeap status     : Normal\n"}, True),
        ({"chronyc": "Leap status     : Not synchronised\n"}, False),
        ({}, None),
    ],
)
def test_clock(monkeypatch, said, known):
    """Systemd is asked first, then chrony."""
    monkeypatch.setattr(machine_facts, "_said", lambda command, *_: said.get(command, ""))
    monkeypatch.setattr(machine_facts, "_TIMESYNC_FLAG_PATH", "/no/such/flag")
    assert gather_machine(None).is_clock_synchronised is known


def test_programs_that_are_missing_say_nothing():
    """Neither is an error."""
    assert machine_facts._said("no-such-program-anywhere") == ""
    assert machine_facts._said("false") == ""
