# SPDX-License-Identifier: Apache-2.0
"""Runs the shards of one coordinator: decide, append, replay, answer when committed.

    absent --begin_load--> loading --finish_load--> active --unload, lost append--> absent

One shard for each partition of the internal topic that this broker leads. A request names its
partition and brings a decision, a function from shard to `Result`. Its records are appended and
replayed at once, so that the next decision sees them; its answer waits until the high watermark
covers them. An answer without records waits for what was appended before it, since it may rest on
it: so nobody is told anything that a fail-over could take back (docs/decisions/0008).

Loading answers COORDINATOR_LOAD_IN_PROGRESS, an absent shard NOT_COORDINATOR; clients look for
the coordinator again. When an append is lost after it was replayed (the disk refused a burst), the
shard is worth nothing: everybody who waits is told, and the driver loads it anew.

Deterministic and synchronous: no clock, no I/O. The driver is `broker.coordinator_driver`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import (
    CoordinatorShard,
    EncodedRecords,
    Owed,
    ProducerIdentity,
    Result,
)
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ottla.base.clock import Moment
    from ottla.coordinators.ports import CoordinatorPartition, CoordinatorRecord, LoadedBatch
    from ottla.records.control import TransactionMarker

Shard = TypeVar("Shard", bound=CoordinatorShard)
Answer = TypeVar("Answer")

_ANSWERED_AS = {
    ErrorCode.NOT_ENOUGH_REPLICAS: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.REQUEST_TIMED_OUT: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION: ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.KAFKA_STORAGE_ERROR: ErrorCode.NOT_COORDINATOR,
    ErrorCode.NOT_LEADER_OR_FOLLOWER: ErrorCode.NOT_COORDINATOR,
    ErrorCode.MESSAGE_TOO_LARGE: ErrorCode.UNKNOWN_SERVER_ERROR,
}
"""Errors of an append mean nothing to a group's client: it is told what to do about them."""


class _Waiting(NamedTuple):
    """A decision whose records are appended and not committed yet."""

    end_offset: int
    pending: Owed[Any] | None
    result: Result[Any]


_DONE: Final = Result((), None)


class _Host(Generic[Shard]):
    """One partition's shard and what is under way in it."""

    __slots__ = ("end_offset", "is_active", "partition", "shard", "waiting")

    def __init__(self, shard: Shard, partition: CoordinatorPartition) -> None:
        self.shard = shard
        self.partition = partition
        self.is_active = False  # else it is being loaded
        self.end_offset = 0  # after the last append; everything below it is replayed
        self.waiting: deque[_Waiting] = deque()  # in the order of their offsets


class CoordinatorRuntime(Generic[Shard]):
    """All shards of one coordinator on this broker; belongs to the event loop."""

    def __init__(
        self,
        make_shard: Callable[[int], Shard],
        *,
        on_effects: Callable[[int, Sequence[object]], None] | None = None,
    ) -> None:
        self._make_shard = make_shard
        self._hosts: dict[int, _Host[Shard]] = {}
        self._on_effects = on_effects
        self.on_earlier_deadline: Callable[[int], None] | None = None
        """Told whenever a shard has a deadline that may precede all others."""

    # life

    def begin_load(self, index: int, partition: CoordinatorPartition) -> None:
        """Make a shard for the partition that this broker leads from now on."""
        assert index not in self._hosts, index
        self._hosts[index] = _Host(self._make_shard(index), partition)

    def replay(self, index: int, batches: Sequence[LoadedBatch]) -> None:
        """Take batches of the log into the shard that is being loaded."""
        host = self._hosts[index]
        assert not host.is_active, f"shard {index} has been loaded already"
        shard = host.shard
        for batch in batches:
            if batch.marker is not None:
                assert batch.producer is not None, "a marker names its producer"
                shard.replay_marker(batch.producer, committed=batch.marker.committed)
                continue
            producer = batch.producer
            for offset, record in batch.records:
                shard.replay(record, offset, producer)

    def finish_load(self, index: int, end_offset: int, moment: Moment) -> None:
        """Let the shard serve: everything below `end_offset` has been replayed."""
        host = self._hosts[index]
        assert not host.is_active, f"shard {index} has been loaded already"
        host.is_active = True
        host.end_offset = end_offset
        self._settle(index, host, host.shard.loaded(moment), moment, None)

    def unload(self, index: int, code: ErrorCode = ErrorCode.NOT_COORDINATOR) -> None:
        """Drop a shard, if it is there, and tell everyone who waits for it."""
        host = self._hosts.pop(index, None)
        if host is None:
            return
        error = ApiError(code, "this broker does not coordinate it any more")
        for waiting in host.waiting:
            if waiting.pending is not None:
                waiting.pending.fail(error)
            for pending, _ in waiting.result.releases:
                if not pending.is_done:
                    pending.fail(error)
        for pending in tuple(host.shard.parked()):
            if not pending.is_done:
                pending.fail(error)

    def has(self, index: int) -> bool:
        """Whether there is a shard, be it loading or serving."""
        return index in self._hosts

    def leader_epoch(self, index: int) -> int:
        """Return the epoch in which this broker leads a partition that has a shard."""
        return self._hosts[index].partition.leader_epoch

    def shard(self, index: int) -> Shard | None:
        """Return the shard of a partition if it serves."""
        host = self._hosts.get(index)
        return host.shard if host is not None and host.is_active else None

    def is_active(self, index: int) -> bool:
        """Whether the shard serves."""
        host = self._hosts.get(index)
        return host is not None and host.is_active

    def active_shards(self) -> Iterator[tuple[int, Shard]]:
        """Yield index and shard of everything that serves here."""
        for index, host in self._hosts.items():
            if host.is_active:
                yield index, host.shard

    def shards(self) -> Iterator[tuple[int, Shard]]:
        """Yield index and shard of everything that is here, serving or being loaded."""
        for index, host in self._hosts.items():
            yield index, host.shard

    @property
    def is_loading(self) -> bool:
        """Whether any shard is still being read."""
        return any(not host.is_active for host in self._hosts.values())

    # serving

    def write(
        self, index: int, decide: Callable[[Shard], Result[Answer]], moment: Moment
    ) -> Pending[Answer]:
        """Decide, append and replay; the answer is done once it is committed.

        Raises ApiError NOT_COORDINATOR or COORDINATOR_LOAD_IN_PROGRESS, what `decide` raises, and
        what the append was refused with, in the words of a coordinator.
        """
        # hot: benchmarks/micro/coordinator_write.py
        host = self._active(index)
        return self._settle(index, host, decide(host.shard), moment, Pending())

    def write_encoded(
        self, index: int, records: EncodedRecords, moment: Moment, owed: Owed[None]
    ) -> None:
        """Append and replay what the active shard has just decided; `owed` is told like others.

        The cheap road for decisions that are made very often: no `Pending`, and an append that is
        refused is told as well, not raised.
        """
        # hot: benchmarks/micro/commit_path.py
        host = self._active(index)
        try:
            self._append(host, records, moment, None)
        except ApiError as error:
            owed.fail(error)
            return
        if host.partition.high_watermark >= host.end_offset and not host.waiting:
            owed.complete(None)
        else:
            host.waiting.append(_Waiting(host.end_offset, owed, _DONE))
        self._tell_deadline(host)

    def read(self, index: int, look: Callable[[Shard], Answer]) -> Pending[Answer]:
        """Look at the state; the answer is done once everything it may rest on is committed."""
        host = self._active(index)
        answer = look(host.shard)
        if host.partition.high_watermark >= host.end_offset:
            return Pending.of(answer)
        pending: Pending[Answer] = Pending()
        host.waiting.append(_Waiting(host.end_offset, pending, Result((), answer)))
        return pending

    def write_marker(
        self, index: int, producer: ProducerIdentity, marker: TransactionMarker, moment: Moment
    ) -> Pending[None]:
        """End a producer's transaction in a partition; done once that is committed.

        Raises like `write`.
        """
        host = self._active(index)
        try:
            end_offset = host.partition.append_marker(producer, marker, moment.wall_ms)
        except ApiError as error:
            raise _as_coordinator_error(error) from error
        host.end_offset = end_offset
        host.shard.replay_marker(producer, committed=marker.committed)
        pending: Pending[None] = Pending()
        self._finish(index, host, Result((), None), pending)
        return pending

    def committed(self, index: int) -> None:
        """Answer what the partition's high watermark covers by now."""
        host = self._hosts.get(index)
        if host is None:
            return
        waiting = host.waiting
        while waiting and waiting[0].end_offset <= host.partition.high_watermark:
            done = waiting.popleft()
            self._answer(index, done.pending, done.result)
            if self._hosts.get(index) is not host:
                return  # an answer has led to the end of this shard

    # time

    def next_deadline_ms(self) -> int | None:
        """Return when `on_deadline` has something to do, or None."""
        deadlines = [
            deadline_ms
            for _, shard in self.active_shards()
            if (deadline_ms := shard.next_deadline_ms()) is not None
        ]
        return min(deadlines, default=None)

    def on_deadline(self, moment: Moment) -> None:
        """Let each shard whose time has come decide, once."""
        for index, shard in tuple(self.active_shards()):
            deadline_ms = shard.next_deadline_ms()
            host = self._hosts.get(index)
            if deadline_ms is not None and deadline_ms <= moment.now_ms and host is not None:
                try:
                    self._settle(index, host, shard.on_deadline(moment), moment, None)
                except ApiError:
                    self.unload(index)  # the driver sees that it is gone and loads it again

    # inside

    def _active(self, index: int) -> _Host[Shard]:
        host = self._hosts.get(index)
        if host is None:
            raise ApiError(ErrorCode.NOT_COORDINATOR)
        if not host.is_active:
            raise ApiError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        return host

    def _settle(
        self,
        index: int,
        host: _Host[Shard],
        result: Result[Answer],
        moment: Moment,
        pending: Pending[Answer] | None,
    ) -> Pending[Answer]:
        """Append and replay what was decided, and see to its answer."""
        if result.records:
            try:
                self._append(
                    host, result.records, moment, result.producer, is_patient=result.is_patient
                )
            except ApiError as refusal:
                for parked, _ in result.releases:
                    parked.fail(refusal)  # the shard does not hold them any longer
                raise
        answer = result.answer
        if isinstance(answer, Pending):
            pending = None if pending is None else answer
            self._finish(index, host, result, None)
        else:
            self._finish(index, host, result, pending)
        self._tell_deadline(host)
        return pending if pending is not None else Pending()

    def _append(
        self,
        host: _Host[Shard],
        records: Sequence[CoordinatorRecord],
        moment: Moment,
        producer: ProducerIdentity | None,
        *,
        is_patient: bool = False,
    ) -> None:
        """Append and replay records; raises ApiError in the words of a coordinator."""
        try:
            end_offset = host.partition.append(
                records, moment.wall_ms, producer, is_patient=is_patient
            )
        except ApiError as error:
            raise _as_coordinator_error(error) from error
        offset = end_offset - len(records)
        assert offset >= host.end_offset, (offset, host.end_offset)
        if isinstance(records, EncodedRecords):
            records.replay_into(host.shard, offset, producer)
        else:
            replay = host.shard.replay
            for record in records:
                replay(record, offset, producer)
                offset += 1
        host.end_offset = end_offset

    def _tell_deadline(self, host: _Host[Shard]) -> None:
        if self.on_earlier_deadline is not None:
            deadline_ms = host.shard.deadline_bound_ms()
            if deadline_ms is not None:
                self.on_earlier_deadline(deadline_ms)

    def _finish(
        self,
        index: int,
        host: _Host[Shard],
        result: Result[Answer],
        pending: Pending[Answer] | None,
    ) -> None:
        """Answer now, or once the high watermark covers everything appended so far."""
        if host.partition.high_watermark >= host.end_offset and not host.waiting:
            self._answer(index, pending, result)
        else:
            host.waiting.append(_Waiting(host.end_offset, pending, result))

    def _answer(self, index: int, pending: Owed[Any] | None, result: Result[Any]) -> None:
        if pending is not None:
            pending.complete(result.answer)
        for parked, answer in result.releases:
            if parked.is_done:
                continue
            if isinstance(answer, ApiError):
                parked.fail(answer)
            else:
                parked.complete(answer)
        if result.effects:
            assert self._on_effects is not None, "somebody has to see to effects"
            self._on_effects(index, result.effects)


def _as_coordinator_error(error: ApiError) -> ApiError:
    return ApiError(_ANSWERED_AS.get(error.code, error.code), error.message)
