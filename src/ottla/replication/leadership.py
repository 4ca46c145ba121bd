# SPDX-License-Identifier: Apache-2.0
"""What the leader of a replicated partition knows of its followers in one leader epoch.

It answers two questions: how far is everything committed (the high watermark), and who should be
in the in-sync set. Both follow Kafka's rules, in the strict form of KIP-966:

* the high watermark is the smallest log end among the maximal in-sync set; a replica that has
  caught up and may join counts as well, or it could never catch up with a busy leader;
* it moves only on what followers have fetched in this leader epoch (KIP-320, rule 3), and only
  while the in-sync set has `min.insync.replicas` members;
* a follower joins when its log reaches the high watermark *and* the start of this leader epoch
  (rule 4), and the controller would take it: not fenced, not shutting down, the same incarnation
  that fetched (KIP-903);
* a follower leaves when it has not been at the log's end for `replica.lag.time.max.ms`.

Pure: time, log ends and eligibility are arguments. Owned by `Partition`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.replication.isr import Committed, Expanding, IsrState, Shrinking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    IsEligible = Callable[[int, int], bool]
    """Whether the controller would take this broker (id, broker epoch) into the in-sync set."""

UNKNOWN_OFFSET = -1
UNKNOWN_EPOCH = -1
LONG_AGO_MS = -(2**62)


class IsrProposal(NamedTuple):
    """What a leader asks the controller for."""

    leader_epoch: int
    partition_epoch: int
    members: tuple[tuple[int, int], ...]
    """Broker id and broker epoch (UNKNOWN_EPOCH when the leader does not know it), by id."""


class FollowerProgress:
    """One follower, as far as its fetches have shown."""

    __slots__ = (
        "broker_epoch",
        "caught_up_ms",
        "fetched_ms",
        "leader_end_then",
        "log_end_offset",
        "log_start_offset",
    )

    def __init__(self, caught_up_ms: int) -> None:
        self.log_end_offset = UNKNOWN_OFFSET  # until it has fetched in this leader epoch
        self.log_start_offset = UNKNOWN_OFFSET
        self.caught_up_ms = caught_up_ms  # when it last was at the end of the leader's log
        self.fetched_ms = LONG_AGO_MS
        self.leader_end_then = UNKNOWN_OFFSET  # where the leader's log ended at its last fetch
        self.broker_epoch = UNKNOWN_EPOCH  # of the incarnation that fetches

    def fetched(
        self, offset: int, start_offset: int, leader_end: int, now_ms: int, broker_epoch: int
    ) -> None:
        """Take note of a fetch at `offset`: everything below it is in the follower's log.

        A follower that reaches where the leader was at its last fetch was caught up then.
        """
        if offset >= leader_end:
            self.caught_up_ms = max(self.caught_up_ms, now_ms)
        elif offset >= self.leader_end_then:
            self.caught_up_ms = max(self.caught_up_ms, self.fetched_ms)
        self.log_end_offset = offset
        self.log_start_offset = start_offset
        self.leader_end_then = leader_end
        self.fetched_ms = now_ms
        self.broker_epoch = broker_epoch

    def is_caught_up(self, leader_end: int, now_ms: int, lag_ms_max: int) -> bool:
        """Whether the follower is at the end, or was not long ago."""
        return self.log_end_offset == leader_end or now_ms - self.caught_up_ms <= lag_ms_max


class Leadership:
    """The leader's view of one partition in one leader epoch."""

    __slots__ = (
        "broker_id",
        "epoch_start_offset",
        "followers",
        "isr",
        "leader_epoch",
        "partition_epoch",
    )

    def __init__(
        self,
        broker_id: int,
        *,
        leader_epoch: int,
        partition_epoch: int,
        replicas: Iterable[int],
        isr: Iterable[int],
        log_end_offset: int,
        now_ms: int,
    ) -> None:
        self.broker_id = broker_id
        self.leader_epoch = leader_epoch
        self.partition_epoch = partition_epoch
        self.epoch_start_offset = log_end_offset  # where this leader's own records begin
        self.isr: IsrState = Committed(frozenset(isr))
        self.followers: dict[int, FollowerProgress] = {}
        self._follow(replicas, now_ms)

    def _follow(self, replicas: Iterable[int], now_ms: int) -> None:
        known = self.followers
        members = self.isr.maximal
        self.followers = {
            broker_id: known.get(broker_id)
            or FollowerProgress(now_ms if broker_id in members else LONG_AGO_MS)
            for broker_id in replicas
            if broker_id != self.broker_id
        }

    @property
    def replica_count(self) -> int:
        """How many replicas the partition has, the leader's included."""
        return len(self.followers) + 1

    # what the controller says

    def decided(
        self, *, partition_epoch: int, replicas: Iterable[int], isr: Iterable[int], now_ms: int
    ) -> bool:
        """Take over the partition's state in this leader epoch; False when it is an old one."""
        if partition_epoch <= self.partition_epoch:
            return False
        self.partition_epoch = partition_epoch
        self.isr = Committed(frozenset(isr))
        self._follow(replicas, now_ms)
        return True

    def refused(self, partition_epoch: int) -> None:
        """Take note that the proposal made in `partition_epoch` will never be in force."""
        if partition_epoch == self.partition_epoch and not isinstance(self.isr, Committed):
            self.isr = Committed(self.isr.isr)

    # what followers show

    def fetched(
        self,
        broker_id: int,
        *,
        offset: int,
        start_offset: int,
        leader_end: int,
        now_ms: int,
        broker_epoch: int,
    ) -> bool:
        """Take note of a follower's fetch; False when the broker has no replica."""
        follower = self.followers.get(broker_id)
        if follower is None:
            return False
        follower.fetched(offset, start_offset, leader_end, now_ms, broker_epoch)
        return True

    def committed_end(
        self,
        own_end: int,
        *,
        min_insync_replicas: int,
        now_ms: int,
        lag_ms_max: int,
        is_eligible: IsEligible,
    ) -> int | None:
        """Return how far everything is committed; None when nothing can be said.

        `own_end` is how far the leader's own log counts.
        """
        # hot: once for each fetch of a follower that brought it forward
        isr = self.isr
        if len(isr.isr) < min(min_insync_replicas, self.replica_count):
            return None
        members = isr.maximal
        committed = own_end
        for broker_id, follower in self.followers.items():
            end = follower.log_end_offset
            if end >= committed:
                continue
            if broker_id in members:
                if end == UNKNOWN_OFFSET:
                    return None  # it has not fetched in this epoch
                committed = end
            elif (
                end != UNKNOWN_OFFSET
                and follower.is_caught_up(own_end, now_ms, lag_ms_max)
                and is_eligible(broker_id, follower.broker_epoch)
            ):
                committed = end
        return committed

    def lowest_start_offset(self, own_start: int) -> int:
        """Return the log start offset that all in-sync replicas have reached (KIP-107)."""
        members = self.isr.isr
        starts = [
            follower.log_start_offset
            for broker_id, follower in self.followers.items()
            if broker_id in members
        ]
        return min([own_start, *starts])

    # what the leader proposes

    def propose_join(
        self, broker_id: int, high_watermark: int, is_eligible: IsEligible
    ) -> IsrProposal | None:
        """Propose that a follower which has caught up joins, if it may and nothing else is open."""
        if not isinstance(self.isr, Committed) or broker_id in self.isr.isr:
            return None
        follower = self.followers.get(broker_id)
        if (
            follower is None
            or follower.log_end_offset < high_watermark
            or follower.log_end_offset < self.epoch_start_offset
            or not is_eligible(broker_id, follower.broker_epoch)
        ):
            return None
        self.isr = Expanding(self.isr.isr, frozenset((broker_id,)))
        return self._proposal(self.isr.proposed)

    def propose_leave(self, leader_end: int, now_ms: int, lag_ms_max: int) -> IsrProposal | None:
        """Propose that followers leave which have fallen behind, if nothing else is open."""
        if not isinstance(self.isr, Committed):
            return None
        lagging = frozenset(
            broker_id
            for broker_id, follower in self.followers.items()
            if broker_id in self.isr.isr
            and not follower.is_caught_up(leader_end, now_ms, lag_ms_max)
        )
        if not lagging:
            return None
        self.isr = Shrinking(self.isr.isr, lagging)
        return self._proposal(self.isr.proposed)

    def _proposal(self, members: frozenset[int]) -> IsrProposal:
        return IsrProposal(
            self.leader_epoch,
            self.partition_epoch,
            tuple(
                (
                    broker_id,
                    self.followers[broker_id].broker_epoch
                    if broker_id in self.followers
                    else UNKNOWN_EPOCH,
                )
                for broker_id in sorted(members)
            ),
        )
