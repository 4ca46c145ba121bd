# SPDX-License-Identifier: Apache-2.0
"""Where the log of whoever fetches parts from its leader's (KIP-101, KIP-279, KIP-595)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ottla.replication.partition import Partition


def end_offset_for_epoch(partition: Partition, leader_epoch: int) -> tuple[int, int]:
    """Return (epoch, end offset) of the greatest epoch up to the given; (-1, -1) if none.

    An epoch that is over and of which this log holds nothing ends where the log did when this
    leader began: the leader's own epoch begins there, written down with its first record.
    """
    log = partition.log
    if leader_epoch == partition.leader_epoch:
        return leader_epoch, log.log_end_offset
    latest = log.leader_epochs.latest
    if latest < leader_epoch < partition.leader_epoch and latest >= 0:
        return latest, log.log_end_offset
    return log.end_offset_for_epoch(leader_epoch)


def divergence(
    partition: Partition, last_epoch: int, fetch_offset: int, *, is_follower: bool
) -> tuple[int, int] | None:
    """Return where the log of whoever fetches parts from this one, None when it does not.

    It names the epoch of the last record that it has, -1 for none (KIP-595); behind the end of
    that epoch here it has something else. A follower that is beyond the end of this log has
    something else as well, even when this log is empty and can compare no epochs: it is told
    (this leader's epoch, end offset), and does not count as caught up.
    """
    epoch, end_offset = (-1, -1) if last_epoch < 0 else end_offset_for_epoch(partition, last_epoch)
    if end_offset >= 0:
        parts = epoch < last_epoch or end_offset < fetch_offset
        return (epoch, end_offset) if parts else None
    log_end_offset = partition.log.log_end_offset
    if is_follower and fetch_offset > log_end_offset:
        return partition.leader_epoch, log_end_offset
    return None  # of an epoch that this log knows nothing about: the offset decides
