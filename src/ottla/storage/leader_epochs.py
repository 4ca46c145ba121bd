# SPDX-License-Identifier: Apache-2.0
"""Which leader wrote which part of a log: the start offset of every leader epoch.

Text file `leader-epoch-checkpoint`, Kafka's own:

    0                  version
    2                  number of lines that follow
    0 0                leader epoch, its start offset
    3 1042

The idea (KIP-101): two replicas agree up to the point where their epochs do. A follower asks the
leader where an epoch ended and truncates there.

Invariants: epochs rise strictly, start offsets never fall. The file is a convenience: every batch
carries its leader epoch, so a lost or broken file is made again from the log.

Owned by `PartitionLog`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

from ottla.base.errors import OttlaError

FILE_NAME: Final = "leader-epoch-checkpoint"
UNDEFINED: Final = -1


class CorruptLeaderEpochs(OttlaError):  # noqa: N818 - names what was found
    """The text is not a leader epoch checkpoint."""


class EpochStart(NamedTuple):
    """One line of the file."""

    leader_epoch: int
    start_offset: int


class LeaderEpochs:
    """The epochs of one log, oldest first."""

    __slots__ = ("entries",)

    def __init__(self, entries: list[EpochStart] | None = None) -> None:
        self.entries = entries if entries is not None else []

    @property
    def latest(self) -> int:
        """The newest leader epoch, -1 when none is known."""
        return self.entries[-1].leader_epoch if self.entries else UNDEFINED

    def assign(self, leader_epoch: int, start_offset: int) -> bool:
        """Begin a leader epoch at an offset; False when that is known already.

        Entries that the new one contradicts go: an epoch or a start at or behind the new one's.
        """
        entries = self.entries
        if (
            entries
            and entries[-1].leader_epoch == leader_epoch
            and entries[-1].start_offset <= start_offset
        ):
            return False
        while entries and (
            entries[-1].leader_epoch >= leader_epoch or entries[-1].start_offset >= start_offset
        ):
            entries.pop()
        entries.append(EpochStart(leader_epoch, start_offset))
        return True

    def end_offset_for(self, leader_epoch: int, log_end_offset: int) -> tuple[int, int]:
        """Return (epoch, end offset) of the greatest known epoch up to `leader_epoch`.

        (-1, -1) when the epoch is newer than all known ones. An epoch older than all known ones
        ends where the first known one begins.
        """
        if leader_epoch == UNDEFINED or leader_epoch > self.latest:
            return UNDEFINED, UNDEFINED
        end_offset = log_end_offset
        for entry in reversed(self.entries):
            if entry.leader_epoch <= leader_epoch:
                return entry.leader_epoch, end_offset
            end_offset = entry.start_offset
        return leader_epoch, end_offset

    def epoch_of(self, offset: int) -> int:
        """Return the leader epoch that wrote `offset`, -1 when unknown."""
        for entry in reversed(self.entries):
            if entry.start_offset <= offset:
                return entry.leader_epoch
        return UNDEFINED

    def truncate_from_end(self, end_offset: int) -> bool:
        """Forget epochs that begin at or behind the new end of the log."""
        count = len(self.entries)
        while self.entries and self.entries[-1].start_offset >= end_offset:
            self.entries.pop()
        return len(self.entries) != count

    def truncate_from_start(self, start_offset: int) -> bool:
        """Forget epochs that ended below the new start of the log; the one at it begins there."""
        entries = self.entries
        kept = 0
        while kept < len(entries) and entries[kept].start_offset < start_offset:
            kept += 1
        if not kept:
            return False
        straddling = EpochStart(entries[kept - 1].leader_epoch, start_offset)
        begins_there = kept < len(entries) and entries[kept].start_offset == start_offset
        del entries[:kept]
        if not begins_there:
            entries.insert(0, straddling)
        return True

    def encode(self) -> bytes:
        """Return the file's text."""
        lines = [f"0\n{len(self.entries)}\n"]
        lines += [f"{epoch} {start}\n" for epoch, start in self.entries]
        return "".join(lines).encode("ascii")

    @classmethod
    def decode(cls, data: bytes) -> LeaderEpochs:
        """Read the file's text; raises CorruptLeaderEpochs."""
        try:
            version, count, *lines = data.decode("ascii").splitlines()
            pairs = [EpochStart(*map(int, line.split(" "))) for line in lines]
            is_whole = int(version) == 0 and int(count) == len(pairs)
        except (ValueError, TypeError) as error:
            raise CorruptLeaderEpochs(f"not a leader epoch checkpoint: {data[:80]!r}") from error
        rises = all(
            one.leader_epoch < two.leader_epoch and one.start_offset <= two.start_offset
            for one, two in pairwise(pairs)
        )
        if not is_whole or not rises or any(pair.leader_epoch < 0 for pair in pairs):
            raise CorruptLeaderEpochs(f"not a leader epoch checkpoint: {data[:80]!r}")
        return cls(pairs)
