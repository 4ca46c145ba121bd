# SPDX-License-Identifier: Apache-2.0
"""Ends transactions in their partitions: what the transaction coordinator has decided is done.

`MarkerWriter` writes one marker into one partition and waits until it is committed.
`TransactionMarkers` takes `MarkersDue` and does not let go before every partition has its marker
and the coordinator has written down that the transaction is complete. What fails is tried again
with longer and longer pauses, for as long as it takes: a transaction without its marker would hold
back everybody who reads committed records.

    no error                        the partition is done
    the topic or partition is gone  done: there is nothing left to end
    INVALID_PRODUCER_EPOCH          done: an end with a later epoch has been written already
    TRANSACTION_COORDINATOR_FENCED  another coordinator sees to the transaction: stop
    anything else                   again after a pause

A marker is written only while the coordinator still waits for it. Under protocol V1 the next
transaction has the same epoch, and a marker that comes too late would end that one.
"""

from __future__ import annotations

import logging
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol

from ottla.broker.coordinator_partition import LedPartition
from ottla.coordinators.pending import Pending
from ottla.coordinators.transaction.coordinator import CONSUMER_OFFSETS
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.base.clock import Clock, Moment
    from ottla.broker.burst import Burst
    from ottla.coordinators.ports import ProducerIdentity
    from ottla.coordinators.transaction.effects import MarkersDue
    from ottla.metadata.image import ClusterImage
    from ottla.records.control import TransactionMarker
    from ottla.replication.partition import Partition
    from ottla.replication.replica_manager import ReplicaManager

_logger = logging.getLogger(__name__)

MARKERS_PER_TURN: Final = 200
"""Markers of one transaction that are written in one turn of the loop: some milliseconds."""

FIRST_PAUSE_MS: Final = 20
PAUSE_MS_MAX: Final = 1000

_DROPPED: Final = frozenset((ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS))
"""A load will ask for the markers again."""


class GroupMarkers(Protocol):
    """The group coordinator: transactions in `__consumer_offsets` end in its shards too."""

    def write_marker(
        self, index: int, producer: ProducerIdentity, marker: TransactionMarker, moment: Moment
    ) -> Pending[None]:
        """Write a marker into one of its partitions; done once it is committed."""


class MarkerWriter:
    """Writes markers into partitions of this broker."""

    def __init__(self, replicas: ReplicaManager, groups: GroupMarkers, burst: Burst) -> None:
        self._replicas = replicas
        self._groups = groups
        self._burst = burst

    def write(
        self,
        topic: str,
        index: int,
        producer: ProducerIdentity,
        marker: TransactionMarker,
        moment: Moment,
    ) -> Pending[None]:
        """Write one marker; done once it is committed.

        Errors, raised or answered: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PRODUCER_EPOCH,
        TRANSACTION_COORDINATOR_FENCED, and others that may pass.
        """
        partition = self._replicas.get(topic, index)
        if partition is None:
            raise ApiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        if topic == CONSUMER_OFFSETS:
            return self._groups.write_marker(index, producer, marker, moment)
        led = LedPartition(partition, self._burst)
        end_offset = led.append_marker(producer, marker, moment.wall_ms)
        if partition.high_watermark >= end_offset:
            return Pending.of(None)
        return _Commitment(led, end_offset).committed


class _Commitment:
    """Waits until a marker is committed, or lost."""

    __slots__ = ("_end_offset", "_led", "committed")

    def __init__(self, led: LedPartition, end_offset: int) -> None:
        self._led = led
        self._end_offset = end_offset
        self.committed: Pending[None] = Pending()
        led.partition.observe(self)

    def partition_advanced(self, partition: Partition) -> None:
        """Look whether the marker is committed by now."""
        if self._led.is_lost:
            partition.forget(self)
            self.committed.fail(
                ApiError(
                    partition.lost_with or ErrorCode.KAFKA_STORAGE_ERROR, "the marker was lost"
                )
            )
        elif partition.high_watermark >= self._end_offset:
            partition.forget(self)
            self.committed.complete(None)


class WriteMarker(Protocol):
    """Writes a marker wherever its partition is led; `MarkerWriter.write` does on this broker."""

    def __call__(
        self,
        topic: str,
        index: int,
        producer: ProducerIdentity,
        marker: TransactionMarker,
        moment: Moment,
    ) -> Pending[None]:
        """Write one marker; done once it is committed."""


class Coordinator(Protocol):
    """The transaction coordinator, as its markers see it."""

    def is_due(self, due: MarkersDue) -> bool:
        """Whether markers still are to be written."""

    def markers_written(self, due: MarkersDue, moment: Moment) -> Pending[bool]:
        """Complete a transaction whose partitions all have their marker."""


class _Job:
    """One transaction whose markers are being written."""

    __slots__ = ("due", "has_failed", "key", "left", "pause_ms", "under_way")

    def __init__(self, due: MarkersDue) -> None:
        self.due = due
        self.key = (due.partition_index, due.send.transactional_id)
        """Which transactional id of which shard this is about; it has one such job at most."""
        self.left = {
            (topic, index): None
            for topic, indexes in due.send.partitions.items()
            for index in indexes
        }
        self.under_way = 0  # writes that have not been answered
        self.has_failed = False  # one of those since the last pause
        self.pause_ms = FIRST_PAUSE_MS


class TransactionMarkers:
    """Sees every decided transaction through; belongs to the event loop."""

    def __init__(
        self,
        *,
        write: WriteMarker,
        image: Callable[[], ClusterImage],
        clock: Clock,
        call_later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._write_one = write
        self._image = image
        self._clock = clock
        self._call_later = call_later
        self._jobs: dict[tuple[int, str], _Job] = {}
        self._is_stopped = False
        self.coordinator: Coordinator
        """Set once both are made."""

    def __len__(self) -> int:
        return len(self._jobs)

    def due(self, due: MarkersDue) -> None:
        """Write the markers of a decided transaction, and complete it."""
        job = _Job(due)
        self._jobs[job.key] = job  # an earlier one for the same id has been overtaken by a load
        self._write(job)

    def stop(self) -> None:
        """Write nothing more; what is left is done after the next start."""
        self._is_stopped = True
        self._jobs.clear()

    def _is_current(self, job: _Job) -> bool:
        return self._jobs.get(job.key) is job

    def _write(self, job: _Job) -> None:
        """Write the markers that are missing."""
        if not self._is_current(job):
            return
        if not self.coordinator.is_due(job.due):
            del self._jobs[job.key]
            return
        send, marker, moment = job.due.send, job.due.marker, self._moment()
        if not job.left:
            self._complete(job)
            return
        places = tuple(islice(job.left, MARKERS_PER_TURN))
        job.under_way = len(places)
        for place in places:
            try:
                written = self._write_one(*place, send.producer, marker, moment)
            except ApiError as error:
                self._judge(job, place, error.code)
            else:
                written.when_done(partial(self._written, job, place))

    def _written(self, job: _Job, place: tuple[str, int], done: Pending[None]) -> None:
        self._judge(job, place, done.error_code)

    def _judge(self, job: _Job, place: tuple[str, int], code: ErrorCode) -> None:
        """Take note of what became of one marker."""
        if not self._is_current(job):
            return
        job.under_way -= 1
        if code is ErrorCode.TRANSACTION_COORDINATOR_FENCED:
            _logger.warning(
                "%s: another coordinator ends the transaction of %r",
                _name(place),
                job.due.send.transactional_id,
            )
            del self._jobs[job.key]
            return
        if self._is_settled(job, place, code):
            del job.left[place]
        else:
            job.has_failed = True
        if job.under_way:
            return
        if job.has_failed:
            self._again(job)
        elif job.left:
            self._call_later(0, lambda: self._write(job))
        else:
            self._complete(job)

    def _is_settled(self, job: _Job, place: tuple[str, int], code: ErrorCode) -> bool:
        """Whether nothing is left to do in a partition."""
        if code is ErrorCode.NONE:
            return True
        if code is ErrorCode.INVALID_PRODUCER_EPOCH:
            _logger.warning(
                "%s has seen a later epoch than that of the marker for %r",
                _name(place),
                job.due.send.transactional_id,
            )
            return True
        if code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION and self._image().partition(*place) is None:
            return True
        if job.pause_ms >= PAUSE_MS_MAX:
            _logger.warning(
                "%s: the marker for %r is not written yet: %s",
                _name(place),
                job.due.send.transactional_id,
                code.name,
            )
        return False

    def _complete(self, job: _Job) -> None:
        """Write down that the transaction is complete."""

        def finish(done: Pending[bool]) -> None:
            if not self._is_current(job):
                return
            if done.error is None or done.error_code in _DROPPED:
                del self._jobs[job.key]
            else:
                self._again(job)

        try:
            completed = self.coordinator.markers_written(job.due, self._moment())
        except ApiError as error:
            completed = Pending()
            completed.fail(error)
        completed.when_done(finish)

    def _again(self, job: _Job) -> None:
        """Try once more after a pause, a longer one each time."""
        if self._is_stopped:
            return
        job.has_failed = False
        pause_ms = job.pause_ms
        job.pause_ms = min(2 * pause_ms, PAUSE_MS_MAX)
        self._call_later(pause_ms / 1000, lambda: self._write(job))

    def _moment(self) -> Moment:
        return self._clock.moment()


def _name(place: tuple[str, int]) -> str:
    return f"{place[0]}-{place[1]}"
