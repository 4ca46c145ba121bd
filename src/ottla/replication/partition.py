# SPDX-License-Identifier: Apache-2.0
"""One partition on this broker: the log, its role, the high watermark, and who waits for them.

A broker *leads* a partition or *follows* its leader. A leader takes appends; they are staged in the
log while a burst of requests is handled, and `finish_burst` puts them on disk with one system call
and moves the high watermark. What "acknowledged" means is decided here:

    promise in force                 own log counts up to          answered
    flush.profile=replicated         the log end offset            at the end of the burst
    flush.profile=ack                the flushed offset            after the next group commit
    flush.messages reached           the log end offset            after the next group commit

With one replica the high watermark is how far the own log counts. With more, `Leadership` says
how far all of the maximal in-sync set have come, and acks=all waits for that.

A follower copies what its leader has (`append_as_follower`), cuts off what the leader never had
(`truncate`), and learns the high watermark from it.

A partition belongs to the event loop: no method may be called from another thread, and none of
them waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ottla.base.errors import StorageError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import CODEC_MASK, TRANSACTIONAL, read_header
from ottla.records.compression import Codec
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.recompression import recompress_batch, target_codec
from ottla.records.validation import ValidationLimits, validate_batch
from ottla.replication.leadership import Leadership
from ottla.replication.transaction_verification import Verifications

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.metadata.image import PartitionImage
    from ottla.replication.leadership import IsrProposal
    from ottla.storage.log_config import LogConfig
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.partition_log import AppendResult, PartitionLog

NO_LEADER_EPOCH = -1

NEVER = 2**63 - 1
"""Kafka's way to say that a flush setting is off."""


class Surroundings(Protocol):
    """What a replicated partition needs to know of its broker."""

    broker_id: int
    """This broker."""
    lag_ms_max: int
    """replica.lag.time.max.ms."""

    def now_ms(self) -> int:
        """Return the steady time."""

    def is_eligible(self, broker_id: int, broker_epoch: int) -> bool:
        """Whether the controller would take a broker into an in-sync set (KIP-903)."""

    def propose(self, partition: Partition, proposal: IsrProposal) -> None:
        """Ask the controller for another in-sync set."""


class PartitionObserver(Protocol):
    """Whoever wants to know that a partition moved: parked requests."""

    def partition_advanced(self, partition: Partition) -> None:
        """Take note that the high watermark, the flushed offset or the log start offset rose."""


class Partition:
    """One replica on this broker. A new one leads and is alone, until `lead` or `follow`."""

    __slots__ = (
        "_codec",
        "_codec_level",
        "_directory",
        "_limits",
        "_observers",
        "_request_flush",
        "_surroundings",
        "_truncation_count",
        "acknowledges_at_once",
        "high_watermark",
        "in_sync_replica_count",
        "index",
        "is_in_burst",
        "is_leader",
        "is_retired",
        "leader_epoch",
        "leader_id",
        "leadership",
        "log",
        "topic",
        "topic_id",
        "verifications",
        "waits_for_no_flush",
    )

    def __init__(
        self,
        log: PartitionLog,
        topic_id: bytes,
        leader_epoch: int,
        request_flush: Callable[[Partition], None],
        directory: LogDirectory,
    ) -> None:
        self.log = log
        self._directory = directory
        self.topic = log.topic
        self.topic_id = topic_id
        self.index = log.partition
        self.leader_epoch = leader_epoch
        self.in_sync_replica_count = 1
        self.is_leader = True
        self.leader_id = -1
        """The broker that leads, -1 when none is known; set by `lead` and `follow`."""
        self.leadership: Leadership | None = None
        """What is known of the followers; None while there are none, or while this is one."""
        self._surroundings: Surroundings | None = None
        self.high_watermark = log.log_end_offset  # of a single replica: all there is
        self.is_in_burst = False  # has staged appends that finish_burst will write
        self.is_retired = False  # deleted or moved away while someone still holds on to it
        self._observers: dict[PartitionObserver, None] = {}  # a dict keeps the order of arrival
        self._request_flush = request_flush
        self._truncation_count = 0  # of the log when the burst began
        self.verifications = Verifications(log)
        """Which producers the transaction coordinator has let in; while this broker leads."""
        self.configure(log.config)

    def configure(self, config: LogConfig) -> None:
        """Take over a changed topic configuration."""
        self.log.config = config
        self._limits = _limits_of(config)
        self._codec = target_codec(config.compression_type)
        self._codec_level = {
            Codec.GZIP: config.compression_gzip_level,
            Codec.LZ4: config.compression_lz4_level,
            Codec.ZSTD: config.compression_zstd_level,
        }.get(self._codec or Codec.NONE)
        self._follow_promise()

    def _follow_promise(self) -> None:
        config = self.log.config
        self.waits_for_no_flush = (
            config.flush_profile == "replicated" and config.flush_messages == NEVER
        )
        self.acknowledges_at_once = self.waits_for_no_flush and self.leadership is None

    # roles

    def lead(self, state: PartitionImage, surroundings: Surroundings) -> None:
        """Take over what the controller says of a partition that this broker leads."""
        self._surroundings = surroundings
        self.in_sync_replica_count = len(state.isr)
        self.leader_id = surroundings.broker_id
        leadership = self.leadership
        if self.is_leader and leadership is not None and self.leader_epoch == state.leader_epoch:
            leadership.decided(
                partition_epoch=state.partition_epoch,
                replicas=state.replicas,
                isr=state.isr,
                now_ms=surroundings.now_ms(),
            )
            if len(state.replicas) == 1:
                self.leadership = None
        else:
            self.log.write_staged()
            self.is_leader = True
            self.leader_epoch = state.leader_epoch
            self.verifications.clear()
            self.leadership = None
            if len(state.replicas) > 1:
                self.leadership = Leadership(
                    surroundings.broker_id,
                    leader_epoch=state.leader_epoch,
                    partition_epoch=state.partition_epoch,
                    replicas=state.replicas,
                    isr=state.isr,
                    log_end_offset=self.log.log_end_offset,
                    now_ms=surroundings.now_ms(),
                )
        self._follow_promise()
        self._advance()
        self._tell_observers()

    def follow(self, state: PartitionImage) -> None:
        """Take over what the controller says of a partition that another broker leads, or nobody.

        Whoever waits here is told: appends that are not committed may be cut off.
        """
        was_leader = self.is_leader
        self.is_leader = False
        self.leadership = None
        self.leader_id = state.leader
        self.leader_epoch = state.leader_epoch
        self.in_sync_replica_count = len(state.isr)
        if was_leader:
            self.verifications.clear()
            self._follow_promise()
            self._tell_observers()

    # offsets

    @property
    def log_start_offset(self) -> int:
        """First offset that is still readable."""
        return self.log.log_start_offset

    @property
    def last_stable_offset(self) -> int:
        """Exclusive end for readers with isolation level read_committed."""
        return self.log.last_stable_offset(self.high_watermark)

    @property
    def reported_last_stable_offset(self) -> int:
        """What a reader of everything is told, who does not act upon it: never reads the log."""
        return self.last_stable_offset if self.log.has_producers_in_memory else self.high_watermark

    def readable_end(self, *, committed_only: bool) -> int:
        """Exclusive end of what a consumer of the given isolation may see."""
        return self.last_stable_offset if committed_only else self.high_watermark

    # writing

    def append(self, records: memoryview, wall_ms: int) -> AppendResult:
        """Validate and stage the batches in `records`, which is patched in place.

        The caller ends its burst with `finish_burst` before it answers. Raises ApiError (with the
        code for this partition) when the batches are refused, UnverifiedTransaction when the
        transaction coordinator has to be asked first, StorageError when the directory takes no
        appends; nothing is staged then.
        """
        if not self._directory.accepts_appends:
            raise StorageError(self._directory.refusal)
        header = validate_batch(records, self._limits, wall_ms)
        if header.attributes & TRANSACTIONAL:
            self.verifications.require(header)
        if self._codec is not None and header.attributes & CODEC_MASK != self._codec:
            records, header = recompress_batch(
                records, header, self._codec, self._limits, self._codec_level
            )
        return self.log.append(records, (header,), self.leader_epoch, wall_ms)

    def append_of_coordinator(self, batch: bytearray, wall_ms: int) -> AppendResult:
        """Stage a batch that this broker has built itself, acknowledged by all replicas.

        The caller ends its burst. Raises ApiError NOT_ENOUGH_REPLICAS, MESSAGE_TOO_LARGE or
        INVALID_PRODUCER_EPOCH, StorageError when the directory takes no appends.
        """
        if not self._directory.accepts_appends:
            raise StorageError(self._directory.refusal)
        self.require_in_sync_replicas()
        if len(batch) > self.log.config.max_message_bytes:
            raise ApiError(
                ErrorCode.MESSAGE_TOO_LARGE,
                f"a batch of {len(batch)} bytes for {self.topic}-{self.index}, max.message.bytes "
                f"allows {self.log.config.max_message_bytes}",
            )
        header = read_header(batch)
        return self.log.append(memoryview(batch), (header,), self.leader_epoch, wall_ms)

    def append_marker(
        self, producer_id: int, producer_epoch: int, marker: TransactionMarker, wall_ms: int
    ) -> AppendResult:
        """Stage the end of a producer's transaction; the caller ends its burst.

        A verification that is under way for the transaction does not count any more. Raises
        ApiError INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED or NOT_ENOUGH_REPLICAS,
        StorageError when the directory takes no appends.
        """
        if not self._directory.accepts_appends:
            raise StorageError(self._directory.refusal)
        self.require_in_sync_replicas()
        if marker.transaction_version >= 2:
            self.log.producer_state.check_raised_epoch(producer_id, producer_epoch)
        batch = build_transaction_marker(
            marker, producer_id=producer_id, producer_epoch=producer_epoch, timestamp_ms=wall_ms
        )
        header = read_header(batch)
        result = self.log.append(memoryview(batch), (header,), self.leader_epoch, wall_ms, marker)
        self.verifications.forget(producer_id)
        self.log.producer_state.forget_settled(self.high_watermark)
        return result

    def require_in_sync_replicas(self) -> None:
        """Refuse an append with acks=all while too few replicas are in sync.

        Raises ApiError NOT_ENOUGH_REPLICAS.
        """
        needed = self.log.config.min_insync_replicas
        if self.in_sync_replica_count < needed:  # the whole of it, however few replicas there are
            raise ApiError(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                f"{self.topic}-{self.index} has {self.in_sync_replica_count} in-sync replica, "
                f"min.insync.replicas asks for {needed}",
            )

    def begin_burst(self) -> None:
        """Take note that an append was staged which `finish_burst` has to write."""
        self.is_in_burst = True
        self._truncation_count = self.log.truncation_count

    def finish_burst(self) -> None:
        """Write what is staged and let the high watermark follow.

        Raises StorageError when the disk refuses; then nothing of the burst may be acknowledged.
        """
        self.is_in_burst = False
        log = self.log
        log.write_staged()
        if log.is_offline or log.truncation_count != self._truncation_count:
            # A read or a roll wrote the staged appends earlier, and failed.
            raise StorageError(f"appends to {self.topic}-{self.index} were taken back")
        if self.acknowledges_at_once:
            self.high_watermark = log.log_end_offset
            self._tell_observers()
            return
        if not self.waits_for_no_flush:
            self._request_flush(self)
        self._advance()
        self._tell_observers()  # followers wait for the log's end, whatever is committed

    def _advance(self) -> bool:
        """Move the high watermark as far as is committed; whether it moved."""
        if not self.is_leader:
            return False
        log = self.log
        own_end = log.recovery_point if log.config.flush_profile == "ack" else log.log_end_offset
        leadership = self.leadership
        if leadership is None:
            committed: int | None = own_end
        else:
            surroundings = self._surroundings
            assert surroundings is not None, "set when it began to lead"
            committed = leadership.committed_end(
                own_end,
                min_insync_replicas=log.config.min_insync_replicas,
                now_ms=surroundings.now_ms(),
                lag_ms_max=surroundings.lag_ms_max,
                is_eligible=surroundings.is_eligible,
            )
        if committed is None or committed <= self.high_watermark:
            return False
        self.high_watermark = committed
        return True

    # replication, as the leader

    def has_follower(self, broker_id: int) -> bool:
        """Whether a broker may copy the partition from here."""
        return self.leadership is not None and broker_id in self.leadership.followers

    def follower_fetched(
        self, broker_id: int, broker_epoch: int, offset: int, start_offset: int
    ) -> bool:
        """Take note that a follower has everything below `offset`; False when it has no replica.

        May move the high watermark, and may ask the controller to take the follower in.
        """
        leadership, surroundings = self.leadership, self._surroundings
        if leadership is None or surroundings is None:
            return False
        follower = leadership.followers.get(broker_id)
        start_before = -1 if follower is None else follower.log_start_offset
        is_known = leadership.fetched(
            broker_id,
            offset=offset,
            start_offset=start_offset,
            leader_end=self.log.log_end_offset,
            now_ms=surroundings.now_ms(),
            broker_epoch=broker_epoch,
        )
        if not is_known:
            return False
        has_moved = offset > self.high_watermark and self._advance()
        if has_moved or start_offset != start_before:
            self._tell_observers()
        if broker_id not in leadership.isr.maximal:
            self.admit_followers()
        return True

    def admit_followers(self) -> None:
        """Ask the controller to take in a follower that has caught up and may join by now.

        A fetch asks as well. But a fetch session does not look at a partition without traffic, so
        whoever learns that brokers came into service asks for all of them.
        """
        leadership, surroundings = self.leadership, self._surroundings
        if leadership is None or surroundings is None:
            return
        for broker_id in leadership.followers:
            proposal = leadership.propose_join(
                broker_id, self.high_watermark, surroundings.is_eligible
            )
            if proposal is not None:
                surroundings.propose(self, proposal)
                return  # the next one when this is decided

    def check_lag(self) -> None:
        """Ask the controller to drop followers that have fallen behind."""
        leadership, surroundings = self.leadership, self._surroundings
        if leadership is None or surroundings is None:
            return
        proposal = leadership.propose_leave(
            self.log.log_end_offset, surroundings.now_ms(), surroundings.lag_ms_max
        )
        if proposal is not None:
            surroundings.propose(self, proposal)

    def isr_decided(self, partition_epoch: int, isr: tuple[int, ...]) -> None:
        """Take over the in-sync set that the controller answered with."""
        leadership, surroundings = self.leadership, self._surroundings
        if leadership is None or surroundings is None:
            return
        replicas = (leadership.broker_id, *leadership.followers)
        if leadership.decided(
            partition_epoch=partition_epoch,
            replicas=replicas,
            isr=isr,
            now_ms=surroundings.now_ms(),
        ):
            self.in_sync_replica_count = len(isr)
            self._advance()
            self._tell_observers()
            self.admit_followers()

    def isr_refused(self, partition_epoch: int) -> None:
        """Take note that the controller refused a proposal for good."""
        if self.leadership is not None:
            self.leadership.refused(partition_epoch)
            if self._advance():
                self._tell_observers()

    @property
    def is_under_min_isr(self) -> bool:
        """Whether nothing can be committed, since too few replicas are in sync."""
        leadership = self.leadership
        if leadership is None:
            return False
        needed = min(self.log.config.min_insync_replicas, leadership.replica_count)
        return len(leadership.isr.isr) < needed

    @property
    def knows_its_end(self) -> bool:
        """Whether the high watermark has reached this leader's own records (KIP-207).

        Until then a consumer that asks for the end would be told of one that others have seen
        passed.
        """
        leadership = self.leadership
        return leadership is None or self.high_watermark >= leadership.epoch_start_offset

    # replication, as a follower

    def append_as_follower(self, records: memoryview) -> int:
        """Append batches as the leader has them, offsets and epochs included; return the end.

        Raises CorruptRecord when they are damaged or do not follow on, StorageError when the disk
        refuses.
        """
        assert not self.is_leader, "a leader copies nobody"
        if not self._directory.accepts_appends:
            raise StorageError(self._directory.refusal)
        self.log.append_copied(records)
        self.log.write_staged()
        return self.log.log_end_offset

    def learn_from_leader(self, high_watermark: int, log_start_offset: int) -> None:
        """Take over how far the leader has committed, and where its log begins."""
        log = self.log
        known = min(high_watermark, log.log_end_offset)
        if log_start_offset > log.log_start_offset and log_start_offset <= log.log_end_offset:
            log.advance_log_start_offset(log_start_offset)
        if known > self.high_watermark:
            self.high_watermark = known
            self._tell_observers()

    def truncate(self, offset: int) -> None:
        """Cut off what the leader does not have; raises StorageError."""
        assert not self.is_leader, "a leader is never wrong about its log"
        self.log.truncate_to(offset)
        self.high_watermark = min(self.high_watermark, self.log.log_end_offset)

    def begin_anew_at(self, offset: int) -> None:
        """Drop everything, since the leader's log begins behind the end of this one."""
        assert not self.is_leader, "a leader is never wrong about its log"
        self.log.truncate_fully_at(offset)
        self.high_watermark = offset
        self._tell_observers()

    def relocated(self, directory: LogDirectory) -> None:
        """Take note that the log goes on in another log directory.

        Flushes that were under way count for nothing, so who waits for one gets another.
        """
        self._directory = directory
        if not self.waits_for_no_flush:
            self._request_flush(self)

    def burst_was_lost(self) -> None:
        """Tell everyone who waits that appends were taken back."""
        self._tell_observers()

    def is_acknowledged(self, end_offset: int, *, all_replicas: bool) -> bool:
        """Whether everything below `end_offset` is as safe as the promise in force says."""
        config = self.log.config
        if (
            config.flush_messages != NEVER
            and end_offset - self.log.recovery_point >= config.flush_messages
        ):
            return False
        return not all_replicas or self.high_watermark >= end_offset

    def flushed(self) -> None:
        """Let the high watermark follow the log's recovery point, which a flush moved."""
        if self.log.config.flush_profile == "ack":
            self._advance()
        self._tell_observers()

    def advance_log_start_offset(self, offset: int) -> int:
        """Make records below `offset` unreadable (DeleteRecords); return the new start.

        Raises ApiError OFFSET_OUT_OF_RANGE beyond the high watermark, POLICY_VIOLATION when the
        topic is compacted and never deleted from.
        """
        if not self.log.config.cleanup_delete:
            raise ApiError(
                ErrorCode.POLICY_VIOLATION,
                f"{self.topic} is compacted: its records are deleted by tombstones only",
            )
        target = self.high_watermark if offset == -1 else offset
        if target < 0 or target > self.high_watermark:
            raise ApiError(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"offset {target} is beyond the high watermark {self.high_watermark}",
            )
        if target > self.log.log_start_offset:
            self.log.advance_log_start_offset(target)
            self._tell_observers()
        return self.log.log_start_offset

    @property
    def low_watermark(self) -> int:
        """First offset that any in-sync replica still has."""
        own_start = self.log.log_start_offset
        leadership = self.leadership
        return own_start if leadership is None else leadership.lowest_start_offset(own_start)

    # fencing

    def fence(self, current_leader_epoch: int) -> ErrorCode:
        """Compare the leader epoch that a client believes in (KIP-320)."""
        if current_leader_epoch in (NO_LEADER_EPOCH, self.leader_epoch):
            return ErrorCode.NONE
        if current_leader_epoch < self.leader_epoch:
            return ErrorCode.FENCED_LEADER_EPOCH
        return ErrorCode.UNKNOWN_LEADER_EPOCH

    # waiting

    def observe(self, observer: PartitionObserver) -> None:
        """Tell `observer` whenever the partition moves, until `forget`."""
        self._observers[observer] = None

    def forget(self, observer: PartitionObserver) -> None:
        """Stop telling `observer`; harmless when it does not observe."""
        self._observers.pop(observer, None)

    def retire(self) -> None:
        """Wake everyone who waits, since the partition is gone from this broker."""
        self.is_retired = True
        self._tell_observers()

    @property
    def lost_with(self) -> ErrorCode | None:
        """Why nothing can be expected of this partition any more; None while it serves."""
        if self.is_retired:
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        if not self.is_leader:
            return ErrorCode.NOT_LEADER_OR_FOLLOWER
        return ErrorCode.KAFKA_STORAGE_ERROR if self.log.is_offline else None

    def went_offline(self) -> None:
        """Wake everyone who waits, since the log's directory failed."""
        self._tell_observers()

    def _tell_observers(self) -> None:
        if self._observers:
            for observer in tuple(self._observers):
                observer.partition_advanced(self)


def _limits_of(config: LogConfig) -> ValidationLimits:
    return ValidationLimits(
        max_batch_bytes=config.max_message_bytes,
        timestamp_before_max_ms=config.message_timestamp_before_max_ms,
        timestamp_after_max_ms=config.message_timestamp_after_max_ms,
        compacted=config.cleanup_compact,
        log_append_time=config.message_timestamp_type == "LogAppendTime",
    )
