# SPDX-License-Identifier: Apache-2.0
"""Judges what was found on this machine; each function looks at one thing, and is pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.cli.doctor.check import Check, Verdict
from ottla.cli.output import size_text
from ottla.storage.files import OPEN_FILE_COUNT_MAX
from ottla.storage.log_directory import DirectorySettings

if TYPE_CHECKING:
    from ottla.cli.doctor.machine_facts import Descriptors, FolderFacts, MachineFacts, Space

FREE_SHARE_WARNING: Final = 0.10
INODE_SHARE_PROBLEM: Final = 0.01
DESCRIPTORS_PROBLEM: Final = 1_024
DESCRIPTORS_WARNING: Final = 10_000
USED_SHARE_WARNING: Final = 0.80
MAPS_SHARE_WARNING: Final = 0.80

_VOLATILE: Final = frozenset(("tmpfs", "ramfs"))
_LAYERED: Final = frozenset(("overlay", "aufs"))
_REMOTE: Final = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs")
)


def judge_machine(facts: MachineFacts) -> list[Check]:
    """Judge everything that was gathered."""
    checks = [judge_clock(facts.is_clock_synchronised)]
    folder = facts.folder
    if folder is None:
        found = "no data folder is known; --data-dir DIR names one"
        checks.append(Check("data folder", "this machine", Verdict.NOT_CHECKED, found))
    else:
        checks += [
            judge_folder(folder, facts.user),
            judge_space(folder.path, folder.space),
            judge_inodes(folder.path, folder.space),
            judge_file_system(folder.path, folder.file_system),
            judge_maps(folder, facts.map_count_max),
        ]
    checks.append(judge_descriptors(facts.descriptors))
    return checks


def judge_clock(is_synchronised: bool | None) -> Check:
    """Judge whether somebody keeps this machine's clock right."""
    about = "this machine"
    if is_synchronised is None:
        found = "neither systemd nor chrony tells whether it is synchronised"
        return Check("clock", about, Verdict.NOT_CHECKED, found)
    if is_synchronised:
        return Check("clock", about, Verdict.OK, "synchronised")
    return Check(
        "clock",
        about,
        Verdict.WARNING,
        "not synchronised",
        "turn NTP on, such as `timedatectl set-ntp true`: retention and timestamps go by it",
    )


def judge_folder(folder: FolderFacts, user: int) -> Check:
    """Judge whether a broker of this user can use the folder."""
    name, about = "data folder", folder.path
    if not folder.is_directory:
        found = f"{folder.existing} is no folder"
        return Check(name, about, Verdict.PROBLEM, found, "choose another --data-dir")
    if folder.broker_process_id is not None:
        who = f"in use by a running broker, process {folder.broker_process_id}"
        if folder.broker_owner is not None and folder.broker_owner != folder.owner:
            return Check(
                name,
                about,
                Verdict.WARNING,
                f"{who}, which runs as user {folder.broker_owner}; the folder belongs to "
                f"user {folder.owner}",
                "run the broker as the owner of its folder: the next start may be refused",
            )
        return Check(name, about, Verdict.OK, who)
    if not folder.is_writable:
        return Check(
            name,
            about,
            Verdict.PROBLEM,
            f"user {user} may not write to {folder.existing}, which belongs to user {folder.owner}",
            "run the broker as that user, or give the folder to yours with chown",
        )
    if not folder.exists:
        found = f"it does not exist yet and can be made in {folder.existing}"
        return Check(name, about, Verdict.OK, found)
    if folder.owner != user:
        return Check(
            name,
            about,
            Verdict.WARNING,
            f"it belongs to user {folder.owner}, you are user {user}",
            f"start the broker as user {folder.owner}: files of another may lock it out later",
        )
    return Check(name, about, Verdict.OK, "yours, and no broker runs on it")


def judge_space(about: str, space: Space | None) -> Check:
    """Judge the room on the disk; a broker refuses records before the last of it is gone."""
    if space is None or space.total_bytes == 0:
        return Check("disk", about, Verdict.NOT_CHECKED, "the file system does not tell")
    settings = DirectorySettings()
    reserve = min(settings.reserve_bytes, settings.reserve_ratio * space.total_bytes)
    share = space.free_bytes / space.total_bytes
    found = f"{size_text(space.free_bytes)} of {size_text(space.total_bytes)} free ({share:.0%})"
    step = "add space, or shorten retention.ms or retention.bytes of large topics"
    if space.free_bytes < reserve:
        found += f"; below {size_text(reserve)} a broker refuses records"
        return Check("disk", about, Verdict.PROBLEM, found, step)
    if share < FREE_SHARE_WARNING:
        return Check("disk", about, Verdict.WARNING, found, step)
    return Check("disk", about, Verdict.OK, found)


def judge_inodes(about: str, space: Space | None) -> Check:
    """Judge how many more files there can be: each segment is three or four."""
    if space is None:
        return Check("inodes", about, Verdict.NOT_CHECKED, "the file system does not tell")
    if space.total_inodes == 0:
        return Check("inodes", about, Verdict.OK, "as many as there is room for")
    share = space.free_inodes / space.total_inodes
    found = f"{space.free_inodes} of {space.total_inodes} free ({share:.0%})"
    step = "delete small files, or make the file system anew with more inodes"
    if share < INODE_SHARE_PROBLEM:
        return Check("inodes", about, Verdict.PROBLEM, found, step)
    if share < FREE_SHARE_WARNING:
        return Check("inodes", about, Verdict.WARNING, found, step)
    return Check("inodes", about, Verdict.OK, found)


def judge_file_system(about: str, kind: str) -> Check:
    """Judge whether logs last on this kind of file system."""
    name, step = "file system", "use a folder on a local disk, with ext4 or xfs"
    if not kind:
        return Check(name, about, Verdict.NOT_CHECKED, "its type is not known")
    if kind in _VOLATILE:
        found = f"{kind} is memory: everything is gone after a restart of the machine"
        return Check(name, about, Verdict.WARNING, found, step)
    if kind in _LAYERED:
        found = f"{kind}: the data is gone with the container"
        return Check(name, about, Verdict.WARNING, found, "mount a volume there")
    if kind in _REMOTE:
        found = f"{kind} is remote: locks, flushes and deleted open files are not to be relied on"
        return Check(name, about, Verdict.WARNING, found, step)
    return Check(name, about, Verdict.OK, kind)


def judge_maps(folder: FolderFacts, map_count_max: int | None) -> Check:
    """Judge vm.max_map_count, which matters once Apache Kafka runs on the folder."""
    name, about = "vm.max_map_count", folder.path
    if map_count_max is None or folder.index_count is None:
        return Check(name, about, Verdict.NOT_CHECKED, "limit or index files could not be counted")
    found = f"{map_count_max}; Ottla maps no files, Apache Kafka would map {folder.index_count}"
    if folder.index_count > MAPS_SHARE_WARNING * map_count_max:
        step = f"before Apache Kafka runs here: sysctl -w vm.max_map_count={4 * folder.index_count}"
        return Check(name, about, Verdict.WARNING, found, step)
    return Check(name, about, Verdict.OK, found)


def judge_descriptors(descriptors: Descriptors) -> Check:
    """Judge how many files and connections a broker may have.

    Ottla keeps few files open however many partitions there are, so that 10,000 of them need no
    more than one: the rest of the limit is for connections.
    """
    name = "descriptors"
    limit, count = descriptors.limit, descriptors.open_count
    about = "a broker started here"
    if descriptors.process_id is not None:
        about = f"broker, process {descriptors.process_id}"
    found = f"{limit} allowed" if count is None else f"{count} of {limit} in use"
    found += f"; a broker keeps {OPEN_FILE_COUNT_MAX} files open, the rest is for connections"
    step = "raise it: LimitNOFILE= of a systemd unit, `ulimit -n`, /etc/security/limits.conf"
    if limit < DESCRIPTORS_PROBLEM:
        return Check(name, about, Verdict.PROBLEM, found, step)
    if limit < DESCRIPTORS_WARNING or (count is not None and count > USED_SHARE_WARNING * limit):
        return Check(name, about, Verdict.WARNING, found, step)
    return Check(name, about, Verdict.OK, found)
