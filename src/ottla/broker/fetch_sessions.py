# SPDX-License-Identifier: Apache-2.0
"""Incremental fetch sessions (KIP-227): a consumer names its partitions once.

The first request of a session lists all partitions and gets all of them back; later ones list
changes only and get only what is new. Each side counts `epoch` so that a lost or repeated
request is noticed. Pure: time is an argument, session ids come from the given random generator.

    request's epoch   meaning                              answered with
    -1                no session (ends the one named)      all partitions, session id 0
    0                 start a session (ends the one named) all partitions, a new session id
    n >= 1            the n-th request of a session        what changed

A session follows its partitions: it observes each one that had nothing new, and a request looks
only at those that moved since, or whose offset the reader changed. So the cost of a request is what
happened, and not how many partitions the reader has.

Sessions are a bounded cache. When it is full, a session that was not used for `EVICTION_MS` makes
place for a new one; when there is none, the newcomer gets session id 0 and goes on without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from ottla.broker.fetch_codec import AskedPartition, FetchRequestView
    from ottla.replication.partition import Partition, PartitionObserver

EVICTION_MS = 120_000
FINAL_EPOCH = -1
INITIAL_EPOCH = 0
_EPOCH_MAX = 2**31 - 1

PartitionKey = tuple[str, bytes, int]


class SessionPartition:
    """One partition that a reader follows, and what it was told last."""

    __slots__ = (
        "asked",
        "key",
        "sent_error_code",
        "sent_high_watermark",
        "sent_log_start_offset",
    )

    def __init__(self, asked: AskedPartition) -> None:
        self.asked = asked
        self.key: PartitionKey = (asked.topic, asked.topic_id, asked.partition)
        self.sent_high_watermark = -1
        self.sent_log_start_offset = -1
        self.sent_error_code = 0


class FetchSession:
    """The partitions of one reader, and which of them are worth a look."""

    __slots__ = (
        "active",
        "epoch",
        "followed",
        "last_used_ms",
        "parked",
        "partitions",
        "session_id",
    )

    def __init__(self, session_id: int, now_ms: int) -> None:
        self.session_id = session_id
        self.epoch = 1
        self.partitions: dict[PartitionKey, SessionPartition] = {}
        self.active: dict[PartitionKey, SessionPartition] = {}  # to look at, in serving order
        self.followed: dict[Partition, SessionPartition] = {}  # observed by this session
        self.parked: PartitionObserver | None = None  # the request that waits, when one does
        self.last_used_ms = now_ms

    def update(self, request: FetchRequestView) -> None:
        """Take over the changes that a request names."""
        for key in request.forgotten:
            self.partitions.pop(key, None)
            self.active.pop(key, None)
        for asked in request.partitions:
            self.add(SessionPartition(asked))

    def add(self, partition: SessionPartition) -> None:
        """Take a partition in, or take over what the reader asks of one that is known."""
        known = self.partitions.setdefault(partition.key, partition)
        known.asked = partition.asked
        self.active[known.key] = known

    def follow(
        self, session_partition: SessionPartition, partition: Partition, *, is_quiet: bool
    ) -> None:
        """Observe a partition that was looked at; a quiet one need not be looked at until told."""
        if self.followed.get(partition) is not session_partition:  # new, or forgotten and back
            self.followed[partition] = session_partition
            partition.observe(self)
        if is_quiet:
            self.active.pop(session_partition.key, None)
        else:
            self.active[session_partition.key] = session_partition

    def partition_advanced(self, partition: Partition) -> None:
        """Look at a partition again that moved; tell the request that waits."""
        session_partition = self.followed.get(partition)
        if session_partition is None:
            return  # the session ended while the partition was telling its observers
        if self.partitions.get(session_partition.key) is not session_partition:
            self._unfollow(partition)
            return
        self.active[session_partition.key] = session_partition
        if self.parked is not None:
            self.parked.partition_advanced(partition)
        if partition.is_retired:
            self._unfollow(partition)

    def _unfollow(self, partition: Partition) -> None:
        del self.followed[partition]
        partition.forget(self)

    def close(self) -> None:
        """Follow nothing any more: the session is over."""
        for partition in tuple(self.followed):
            self._unfollow(partition)

    def serve_last(self, key: PartitionKey) -> None:
        """Move a partition that just delivered data behind the others, so that all get a turn."""
        for partitions in (self.partitions, self.active):
            partition = partitions.pop(key, None)
            if partition is not None:
                partitions[key] = partition


class FetchTurn:
    """What one request is about: the partitions to look at, and whether to answer changes only."""

    __slots__ = ("_partitions", "is_incremental", "session")

    def __init__(
        self,
        partitions: list[SessionPartition],
        session: FetchSession | None,
        *,
        is_incremental: bool,
    ) -> None:
        self._partitions = partitions
        self.session = session
        self.is_incremental = is_incremental

    @property
    def session_id(self) -> int:
        """The id that goes into the answer; 0 without a session."""
        return self.session.session_id if self.session is not None else 0

    @property
    def has_partitions(self) -> bool:
        """Whether there is anything to wait for."""
        return bool(self._partitions or (self.session is not None and self.session.partitions))

    def partitions(self) -> Iterator[SessionPartition]:
        """Yield the partitions that are worth a look, in serving order."""
        if self.is_incremental and self.session is not None:
            yield from list(self.session.active.values())
        else:
            yield from self._partitions

    def all_partitions(self) -> Iterator[SessionPartition]:
        """Yield every partition that the request stands for, also those without news."""
        if self.is_incremental and self.session is not None:
            yield from list(self.session.partitions.values())
        else:
            yield from self._partitions


class FetchSessionCache:
    """The sessions of one broker; owned by the event loop."""

    __slots__ = ("_random", "_sessions", "slot_count_max")

    def __init__(self, slot_count_max: int, rng: random.Random) -> None:
        self.slot_count_max = slot_count_max
        self._sessions: dict[int, FetchSession] = {}  # least recently used first
        self._random = rng

    def __len__(self) -> int:
        return len(self._sessions)

    def begin(self, request: FetchRequestView, now_ms: int) -> FetchTurn | ErrorCode:
        """Apply a request to its session; return its turn, or why there is none."""
        if request.session_epoch in (FINAL_EPOCH, INITIAL_EPOCH):
            if request.session_id:
                self._end(request.session_id)
            partitions = [SessionPartition(asked) for asked in request.partitions]
            session = None
            if request.session_epoch == INITIAL_EPOCH and partitions:
                session = self._create(now_ms)
            if session is not None:
                for partition in partitions:
                    session.add(partition)
                partitions = list(session.partitions.values())
            return FetchTurn(partitions, session, is_incremental=False)
        session = self._sessions.get(request.session_id)
        if session is None:
            return ErrorCode.FETCH_SESSION_ID_NOT_FOUND
        if session.epoch != request.session_epoch:
            return ErrorCode.INVALID_FETCH_SESSION_EPOCH
        if _mixes_names_and_ids(session, request):
            return ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR
        session.epoch = 1 if session.epoch == _EPOCH_MAX else session.epoch + 1
        session.last_used_ms = now_ms
        self._sessions[session.session_id] = self._sessions.pop(session.session_id)
        session.update(request)
        return FetchTurn([], session, is_incremental=True)

    def _end(self, session_id: int) -> None:
        session = self._sessions.pop(session_id, None)
        if session is not None:
            session.close()

    def _create(self, now_ms: int) -> FetchSession | None:
        if len(self._sessions) >= self.slot_count_max:
            oldest = next(iter(self._sessions.values()), None)
            if oldest is None or now_ms - oldest.last_used_ms < EVICTION_MS:
                return None
            self._end(oldest.session_id)
        while True:
            session_id = self._random.randrange(1, 2**31 - 1)
            if session_id not in self._sessions:
                break
        session = self._sessions[session_id] = FetchSession(session_id, now_ms)
        return session


def _mixes_names_and_ids(session: FetchSession, request: FetchRequestView) -> bool:
    """Whether a client changed between topic names and topic ids in the middle of a session."""
    if not request.partitions or not session.partitions:
        return False
    return bool(request.partitions[0].topic_id) != bool(next(iter(session.partitions))[1])
