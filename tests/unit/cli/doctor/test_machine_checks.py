# SPDX-License-Identifier: Apache-2.0
"""What the doctor makes of this machine: each judgement, good and bad."""

from __future__ import annotations

import pytest

from ottla.cli.doctor.check import Verdict
from ottla.cli.doctor.machine_checks import (
    judge_clock,
    judge_descriptors,
    judge_file_system,
    judge_folder,
    judge_inodes,
    judge_machine,
    judge_maps,
    judge_space,
)
from ottla.cli.doctor.machine_facts import Descriptors, FolderFacts, MachineFacts, Space

GB = 1_000_000_000
ROOMY = Space(100 * GB, 50 * GB, 1_000, 900)
OWN = FolderFacts(
    path="/data",
    existing="/data",
    is_directory=True,
    owner=7,
    is_writable=True,
    space=ROOMY,
    file_system="ext4",
    broker_process_id=None,
    broker_owner=None,
    index_count=12,
)
MACHINE = MachineFacts(7, OWN, Descriptors(None, 65_536), True, 65_530)


def test_a_machine_in_order():
    """Each thing has a line, and all are good."""
    checks = judge_machine(MACHINE)
    assert {check.verdict for check in checks} == {Verdict.OK}
    assert [check.name for check in checks] == [
        *("clock", "data folder", "disk", "inodes", "file system", "vm.max_map_count"),
        "descriptors",
    ]


def test_no_folder():
    """Without one, it is said how to name it; the rest is checked."""
    checks = judge_machine(MACHINE._replace(folder=None))
    assert [check.verdict for check in checks] == [Verdict.OK, Verdict.NOT_CHECKED, Verdict.OK]
    assert "--data-dir" in checks[1].found


def test_clock():
    """Known to be right, known not to be, not known."""
    verdicts = [judge_clock(known).verdict for known in (True, False, None)]
    assert verdicts == [Verdict.OK, Verdict.WARNING, Verdict.NOT_CHECKED]


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, Verdict.OK, "no broker runs on it"),
        ({"broker_process_id": 5, "broker_owner": 7}, Verdict.OK, "process 5"),
        ({"broker_process_id": 5, "broker_owner": 0}, Verdict.WARNING, "runs as user 0"),
        ({"is_directory": False}, Verdict.PROBLEM, "no folder"),
        ({"owner": 0, "is_writable": False}, Verdict.PROBLEM, "may not write"),
        ({"owner": 8}, Verdict.WARNING, "belongs to user 8"),
        ({"existing": "/", "owner": 0}, Verdict.OK, "does not exist yet"),
        ({"existing": "/", "owner": 0, "is_writable": False}, Verdict.PROBLEM, "may not write"),
    ],
)
def test_folders(changes, verdict, words):
    """Whose it is and who uses it."""
    check = judge_folder(OWN._replace(**changes), 7)
    assert check.verdict is verdict
    assert words in check.found


@pytest.mark.parametrize(
    ("space", "verdict"),
    [
        (ROOMY, Verdict.OK),
        (Space(100 * GB, 9 * GB, 0, 0), Verdict.WARNING),
        (Space(100 * GB, GB, 0, 0), Verdict.PROBLEM),
        (Space(10 * GB, 3 * GB // 10, 0, 0), Verdict.WARNING),  # the reserve is 2 % here
        (Space(10 * GB, GB // 10, 0, 0), Verdict.PROBLEM),
        (Space(0, 0, 0, 0), Verdict.NOT_CHECKED),
        (None, Verdict.NOT_CHECKED),
    ],
)
def test_disks(space, verdict):
    """Below its reserve a broker refuses records: that is the problem, not an empty disk."""
    assert judge_space("/data", space).verdict is verdict


@pytest.mark.parametrize(
    ("space", "verdict"),
    [
        (ROOMY, Verdict.OK),
        (Space(1, 1, 0, 0), Verdict.OK),
        (Space(1, 1, 1_000, 90), Verdict.WARNING),
        (Space(1, 1, 1_000, 9), Verdict.PROBLEM),
        (None, Verdict.NOT_CHECKED),
    ],
)
def test_inodes(space, verdict):
    """File systems without a fixed number have enough."""
    assert judge_inodes("/data", space).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        *(("ext4", Verdict.OK), ("xfs", Verdict.OK), ("", Verdict.NOT_CHECKED)),
        *((kind, Verdict.WARNING) for kind in ("tmpfs", "overlay", "nfs4", "fuse.sshfs")),
    ],
)
def test_file_systems(kind, verdict):
    """Memory, layers of containers and remote ones are warned of."""
    assert judge_file_system("/data", kind).verdict is verdict


def test_maps():
    """The limit matters once there are many index files."""
    assert judge_maps(OWN, 65_530).verdict is Verdict.OK
    many = judge_maps(OWN._replace(index_count=60_000), 65_530)
    assert many.verdict is Verdict.WARNING
    assert "240000" in many.next_step
    assert judge_maps(OWN, None).verdict is Verdict.NOT_CHECKED
    assert judge_maps(OWN._replace(index_count=None), 65_530).verdict is Verdict.NOT_CHECKED


@pytest.mark.parametrize(
    ("descriptors", "verdict"),
    [
        (Descriptors(None, 65_536), Verdict.OK),
        (Descriptors(None, 4_096), Verdict.WARNING),
        (Descriptors(None, 256), Verdict.PROBLEM),
        (Descriptors(5, 65_536, 400), Verdict.OK),
        (Descriptors(5, 65_536, 60_000), Verdict.WARNING),
    ],
)
def test_descriptors(descriptors, verdict):
    """The limit, and for a running broker how near it is."""
    check = judge_descriptors(descriptors)
    assert check.verdict is verdict
    assert bool(check.next_step) is (verdict is not Verdict.OK)
