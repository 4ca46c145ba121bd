# SPDX-License-Identifier: Apache-2.0
"""One Fetch request from its first look at the logs to its answer.

Most requests are answered at once: `min_bytes` is there, or something is wrong. Else the request
parks: it observes its partitions (within a session, the session does) and looks again at those
only that moved, so that waking costs what happened and not what is followed. Bytes that the page
cache does not hold are read in a thread; the request then waits for that.

    look ──enough, or an error──────────────► answer
      │ not enough                              ▲
      ▼                                         │ enough, or deadline
    parked ──a partition moved──► look at it ───┘
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.broker.fetch_codec import (
    NO_REPLICA,
    READ_COMMITTED,
    AnsweredPartition,
    AskedPartition,
    FetchRequestView,
    encode_response,
)
from ottla.broker.node_endpoints import no_endpoints
from ottla.protocol.errors import ErrorCode
from ottla.replication.divergence import divergence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.broker.fetch_sessions import FetchTurn, SessionPartition
    from ottla.broker.handlers.fetch import FetchPath
    from ottla.broker.node_endpoints import EndpointsOf
    from ottla.net.wire_connection import Reply
    from ottla.replication.partition import Partition
    from ottla.storage.log_segment import LogSlice

_logger = logging.getLogger(__name__)

_STALE_LEADER = frozenset((ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.FENCED_LEADER_EPOCH))
"""With these the answer names the leader (KIP-951)."""


class DelayedFetch:
    """A Fetch request under way."""

    __slots__ = (
        "_answers",
        "_cold",
        "_correlation_id",
        "_endpoints_of",
        "_has_error",
        "_observed",
        "_path",
        "_records_bytes",
        "_reply",
        "_request",
        "_turn",
        "_version",
        "is_complete",
    )

    def __init__(
        self,
        path: FetchPath,
        request: FetchRequestView,
        turn: FetchTurn,
        *,
        version: int,
        correlation_id: int,
        endpoints_of: EndpointsOf = no_endpoints,
    ) -> None:
        self._path = path
        self._endpoints_of = endpoints_of
        self._request = request
        self._turn = turn
        self._version = version
        self._correlation_id = correlation_id
        self._answers: dict[SessionPartition, AnsweredPartition] = {}
        self._cold: dict[SessionPartition, LogSlice] = {}  # found, and not in the page cache
        self._records_bytes = 0
        self._has_error = False
        self._reply: Reply | None = None
        self._observed: dict[Partition, SessionPartition] = {}
        self.is_complete = False

    # looking

    def note_follower(self) -> None:
        """Let the partitions know how far the follower that asks has come."""
        request = self._request
        for session_partition in self._turn.all_partitions():
            asked = session_partition.asked
            partition, _ = self._path.find(asked, request.replica_id)
            if partition is None:
                continue
            if _divergence(partition, asked, request.replica_id) is None:
                partition.follower_fetched(
                    request.replica_id,
                    request.replica_epoch,
                    asked.fetch_offset,
                    asked.log_start_offset,
                )

    def look(self, partitions: Iterable[SessionPartition]) -> None:
        """Read what the given partitions have now, replacing what was read of them before."""
        request = self._request
        budget = min(request.max_bytes, self._path.fetch_bytes_max) - self._records_bytes
        for partition in partitions:
            earlier_bytes = self._found_bytes(partition)
            self._records_bytes -= earlier_bytes
            self._cold.pop(partition, None)
            answer = self._answers[partition] = self._read(partition, budget + earlier_bytes)
            if answer.sends_elsewhere:
                self._has_error = True
            found_bytes = self._found_bytes(partition)
            self._records_bytes += found_bytes
            budget += earlier_bytes - found_bytes

    def _found_bytes(self, partition: SessionPartition) -> int:
        cold = self._cold.get(partition)
        if cold is not None:
            return cold.size
        answer = self._answers.get(partition)
        return len(answer.records) if answer is not None else 0

    def _read(self, session_partition: SessionPartition, budget: int) -> AnsweredPartition:
        asked = session_partition.asked
        partition, code = self._path.find(asked, self._request.replica_id)
        if partition is None:
            leader = self._path.leader_of(asked) if code in _STALE_LEADER else None
            return _refused(asked, code, leader=leader)
        diverging = _divergence(partition, asked, self._request.replica_id)
        if diverging is not None:
            return _diverging(asked, partition, diverging)
        start_offset = partition.log_start_offset
        if not start_offset <= asked.fetch_offset <= partition.log.log_end_offset:
            code = ErrorCode.OFFSET_OUT_OF_RANGE
            if asked.fetch_offset > start_offset and not partition.is_leader:
                code = ErrorCode.OFFSET_NOT_AVAILABLE  # the leader may well have it
            return _refused(asked, code, partition.high_watermark, start_offset)
        if asked.fetch_offset > partition.high_watermark and not partition.is_leader:
            return _refused(
                asked,
                ErrorCode.OFFSET_NOT_AVAILABLE,
                partition.high_watermark,
                start_offset,
            )
        if self._request.rack_id:
            nearer = self._path.preferred_replica(partition, asked, self._request.rack_id)
            if nearer != NO_REPLICA:
                return _referred(asked, partition, nearer)
        try:
            return self._read_log(session_partition, partition, budget)
        except StorageError as error:
            self._path.storage_failed(partition, error)
            return _refused(asked, ErrorCode.KAFKA_STORAGE_ERROR)

    def _read_log(
        self, session_partition: SessionPartition, partition: Partition, budget: int
    ) -> AnsweredPartition:
        asked = session_partition.asked
        committed_only = self._request.isolation_level == READ_COMMITTED
        replica_id = self._request.replica_id
        is_held_back = False
        if replica_id >= 0:
            end = partition.log.log_end_offset
            is_held_back = self._path.holds_back(partition, replica_id)
        else:
            end = partition.readable_end(committed_only=committed_only)
        records: bytes | bytearray | memoryview = b""
        aborted: list[tuple[int, int]] | None = [] if committed_only else None
        limit = min(asked.max_bytes, budget)
        is_first = self._records_bytes == 0
        if asked.fetch_offset < end and (limit > 0 or is_first) and not is_held_back:
            found = partition.log.locate(asked.fetch_offset, limit, end, minimum_one_batch=is_first)
            if found is not None:
                warm = found.read_nowait()
                if warm is None:
                    self._cold[session_partition] = found
                else:
                    records = warm
                if committed_only:
                    aborted = [
                        (one.producer_id, one.first_offset)
                        for one in partition.log.aborted_transactions(asked.fetch_offset, end)
                    ]
        if self._turn.session is not None:
            self._turn.session.follow(
                session_partition, partition, is_quiet=asked.fetch_offset >= end
            )
        return AnsweredPartition(
            asked.topic,
            asked.topic_id,
            asked.partition,
            ErrorCode.NONE,
            partition.high_watermark,
            partition.last_stable_offset
            if committed_only
            else partition.reported_last_stable_offset,
            partition.log_start_offset,
            aborted,
            records,
        )

    @property
    def is_satisfied(self) -> bool:
        """Whether there is no reason to wait."""
        return (
            self._records_bytes >= self._request.min_bytes
            or self._has_error
            or self._request.max_wait_ms <= 0
            or not self._turn.has_partitions
        )

    @property
    def waits_for_disk(self) -> bool:
        """Whether some of what was found must be read in a thread first."""
        return bool(self._cold)

    # waiting

    def park(self, reply: Reply) -> None:
        """Wait for a partition to move or for the deadline."""
        self._reply = reply
        session = self._turn.session
        if session is not None:
            session.parked = self
            self._observed = session.followed
            return
        for session_partition in self._answers:
            partition, _ = self._path.find(session_partition.asked, self._request.replica_id)
            if partition is None:
                continue
            self._observed[partition] = session_partition
            partition.observe(self)

    def partition_advanced(self, partition: Partition) -> None:
        """Look again at a partition that moved, and complete when that is enough."""
        session_partition = self._observed.get(partition)
        if self.is_complete or session_partition is None:
            return
        self.look((session_partition,))
        if self.is_satisfied:
            self._path.completed_early()
            self._finish()

    def on_deadline(self) -> None:
        """Answer with what there is."""
        self._finish()

    def read_cold(self, reply: Reply) -> None:
        """Have the cold slices read in a thread, then answer."""
        self._reply = reply
        cold = dict(self._cold)

        def read() -> dict[SessionPartition, memoryview]:
            return {key: found.read() for key, found in cold.items()}

        future = asyncio.get_running_loop().run_in_executor(self._path.disk_executor, read)
        future.add_done_callback(self._cold_was_read)

    def _cold_was_read(self, future: asyncio.Future[dict[SessionPartition, memoryview]]) -> None:
        error = future.exception()
        for session_partition in self._cold:
            answer = self._answers[session_partition]
            if error is None:
                records = future.result()[session_partition]
                self._answers[session_partition] = answer._replace(records=records)
            else:
                asked = session_partition.asked
                _logger.error("%s-%s cannot be read: %s", asked.topic, asked.partition, error)
                self._answers[session_partition] = _refused(asked, ErrorCode.KAFKA_STORAGE_ERROR)
        self._cold.clear()
        self._finish()

    def _finish(self) -> None:
        self.is_complete = True
        session = self._turn.session
        if session is None:
            for partition in self._observed:
                partition.forget(self)
        elif session.parked is self:
            session.parked = None
        self._observed = {}
        assert self._reply is not None
        if self._cold:
            self.read_cold(self._reply)
        elif not self._reply.is_complete:
            self._reply.complete(self.answer())

    # answering

    def answer(self) -> list[bytes | bytearray | memoryview]:
        """Return the answer's buffers and note in the session what the reader now knows."""
        turn = self._turn
        if self._request.replica_id >= 0:
            self._path.count_for_throttle(self._answers.values())
        answered: list[AnsweredPartition] = []
        for session_partition, answer in self._answers.items():
            changed = (
                answer.records
                or answer.sends_elsewhere
                or answer.high_watermark != session_partition.sent_high_watermark
                or answer.log_start_offset != session_partition.sent_log_start_offset
                or session_partition.sent_error_code
            )
            if changed or not turn.is_incremental:
                answered.append(answer)
            session_partition.sent_high_watermark = answer.high_watermark
            session_partition.sent_log_start_offset = answer.log_start_offset
            session_partition.sent_error_code = answer.error_code
            if answer.records and turn.session is not None:
                turn.session.serve_last((answer.topic, answer.topic_id, answer.partition))
        leaders = [one.leader[0] for one in answered if one.leader is not None]
        return encode_response(
            self._version,
            self._correlation_id,
            ErrorCode.NONE,
            turn.session_id,
            answered,
            self._endpoints_of(leaders) if leaders else (),
        )


def _refused(
    asked: AskedPartition,
    code: ErrorCode,
    high_watermark: int = -1,
    log_start_offset: int = -1,
    leader: tuple[int, int] | None = None,
) -> AnsweredPartition:
    return AnsweredPartition(
        asked.topic,
        asked.topic_id,
        asked.partition,
        code,
        high_watermark,
        -1,
        log_start_offset,
        leader=leader,
    )


def _divergence(
    partition: Partition, asked: AskedPartition, replica_id: int
) -> tuple[int, int] | None:
    is_follower = replica_id >= 0
    if not is_follower and (asked.last_fetched_epoch < 0 or not partition.is_leader):
        return None  # to a consumer a follower that is behind is not evidence of anything
    return divergence(
        partition, asked.last_fetched_epoch, asked.fetch_offset, is_follower=is_follower
    )


def _diverging(
    asked: AskedPartition, partition: Partition, diverging: tuple[int, int]
) -> AnsweredPartition:
    return AnsweredPartition(
        asked.topic,
        asked.topic_id,
        asked.partition,
        ErrorCode.NONE,
        partition.high_watermark,
        partition.reported_last_stable_offset,
        partition.log_start_offset,
        diverging=diverging,
    )


def _referred(asked: AskedPartition, partition: Partition, replica_id: int) -> AnsweredPartition:
    """Tell a reader that another replica is nearer (KIP-392)."""
    return AnsweredPartition(
        asked.topic,
        asked.topic_id,
        asked.partition,
        ErrorCode.NONE,
        partition.high_watermark,
        partition.reported_last_stable_offset,
        partition.log_start_offset,
        preferred_read_replica=replica_id,
    )
