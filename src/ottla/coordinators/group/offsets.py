# SPDX-License-Identifier: Apache-2.0
"""Committed offsets of one shard: replay, reading, deletion and expiry.

An offset is kept as the bytes of its value, in a dictionary for each group, by the part of its key
that names topic and partition (`records.spot_of`). So a record costs a slice and two look-ups, at
run time and when a million of them are loaded; what the bytes say is read when somebody asks.

Offsets that are part of a transaction are pending until the transaction's marker: committed, they
count from then on; aborted, they are gone. A commit that comes later in the log supersedes a
pending one of the same partition at once, for it would win however the transaction ends (a
compacted log must lead to the same state as the whole one).

Invariant: a group that has offsets, pending ones included, is in the store; without members it is
an empty classic group (a simple consumer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.coordinators.group.classic.group import ClassicGroup
from ottla.coordinators.group.records import (
    NO_EXPIRY,
    PARTITION_BYTES,
    commit_timestamp_of,
    expire_timestamp_of,
    group_key_prefix,
    pack_partition,
    read_offset_value,
    read_spot,
    spot_of,
    topic_spot,
)
from ottla.coordinators.group.store import TimerName
from ottla.coordinators.ports import CoordinatorRecord, Result
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.offset_delete import (
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)
from ottla.protocol.primitives import ZERO_UUID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.base.clock import Moment
    from ottla.coordinators.group.group import Group
    from ottla.coordinators.group.store import GroupStore
    from ottla.coordinators.ports import ProducerIdentity
    from ottla.protocol.messages.offset_delete import (
        OffsetDeleteRequest,
        OffsetDeleteRequestTopic,
    )
    from ottla.protocol.messages.offset_fetch import (
        OffsetFetchRequestGroup,
        OffsetFetchRequestTopics,
    )

EXPIRY_TIMER: Final = TimerName("offset-expiry")
TOPICS_TIMER: Final = TimerName("offsets-of-deleted-topics")
TIMER_KINDS: Final = frozenset((EXPIRY_TIMER.kind, TOPICS_TIMER.kind))

RECORDS_AT_ONCE: Final = 500
"""So many tombstones are written in one batch; the rest follows."""
OFFSETS_AT_ONCE: Final = 5_000
"""So many offsets are looked at in one call, so that nobody waits long for the loop."""

_NO_OFFSET = -1
_MINUTE_MS = 60_000


class DeletedTopic(NamedTuple):
    """A topic whose offsets have become meaningless."""

    name: str
    topic_id: bytes
    partition_count: int


class _PendingOffset(NamedTuple):
    """An offset whose transaction has not ended."""

    value: bytes
    record_offset: int


class GroupOffsets:
    """Offsets of one group."""

    __slots__ = ("committed", "group_id", "key_prefix", "pending")

    def __init__(self, name: bytes) -> None:
        self.group_id = name.decode()
        self.key_prefix = group_key_prefix(name)
        self.committed: dict[bytes, bytes] = {}
        """Value by spot."""
        self.pending: dict[int, dict[bytes, _PendingOffset]] = {}
        """By producer id and spot, while the producer's transaction is open."""

    def is_pending(self, spot: bytes) -> bool:
        """Whether an open transaction may still change this offset."""
        return any(spot in offsets for offsets in self.pending.values())

    def supersede(self, spot: bytes, record_offset: int) -> None:
        """Forget pending offsets of a partition that are older than a commit."""
        for offsets in self.pending.values():
            pending = offsets.get(spot)
            if pending is not None and pending.record_offset < record_offset:
                del offsets[spot]

    def spots(self) -> dict[bytes, None]:
        """Return every partition with an offset, committed or pending."""
        spots = dict.fromkeys(self.committed)
        for offsets in self.pending.values():
            spots.update(dict.fromkeys(offsets))
        return spots

    def tombstone(self, spot: bytes) -> CoordinatorRecord:
        """Return the record that deletes an offset."""
        return CoordinatorRecord(self.key_prefix + spot, None)


class Offsets:
    """Committed offsets of one shard; owned by it."""

    def __init__(self, store: GroupStore) -> None:
        self._store = store
        store.stand_in = self._stand_in
        self._groups: dict[bytes, GroupOffsets] = {}  # by the group's name in UTF-8
        self._open: dict[int, dict[bytes, GroupOffsets]] = {}  # groups by producer id
        self._to_expire: list[str] = []  # groups still to be looked at in this round
        self._deleted_topics: list[tuple[DeletedTopic, list[bytes]]] = []  # with groups left

    def of(self, group_id: str) -> GroupOffsets | None:
        """Return the offsets of a group, or None when it has none."""
        return self._groups.get(group_id.encode())

    # replay

    def replay(
        self, key: bytes, value: bytes | None, offset: int, producer: ProducerIdentity | None
    ) -> None:
        """Take an offset, or its tombstone, into the state."""
        # hot: benchmarks/micro/offset_commit.py
        end = 4 + (key[2] << 8 | key[3])
        group = self._groups.get(key[4:end])
        if group is None:
            if value is None:
                return
            group = self._begin(key[4:end])
        if value is None:
            self._remove(group, key[end:])
        elif producer is None:
            spot = key[end:]
            group.committed[spot] = value
            if group.pending:
                group.supersede(spot, offset)
        else:
            self._add_pending(group, key[end:], _PendingOffset(value, offset), producer)

    def replay_commits(
        self, name: bytes, spots: Sequence[bytes], values: Sequence[bytes], first_offset: int
    ) -> None:
        """Take new offsets of one group, a value for each spot, as if record by record."""
        # hot: benchmarks/micro/commit_path.py
        group = self._groups.get(name) or self._begin(name)
        group.committed.update(zip(spots, values, strict=True))
        if group.pending:
            for offset, spot in enumerate(spots, first_offset):
                group.supersede(spot, offset)

    def replay_marker(self, producer: ProducerIdentity, *, committed: bool) -> None:
        """Take the end of a transaction into the state."""
        for group in self._open.pop(producer.producer_id, {}).values():
            offsets = group.pending.pop(producer.producer_id)
            if committed:
                for spot, pending in offsets.items():
                    group.committed[spot] = pending.value
                    group.supersede(spot, pending.record_offset)
            self._end_if_empty(group)

    def _begin(self, name: bytes) -> GroupOffsets:
        group = self._groups[name] = GroupOffsets(name)
        self._store.groups.setdefault(group.group_id, ClassicGroup(group.group_id))
        return group

    def _end_if_empty(self, group: GroupOffsets) -> None:
        if not group.committed and not group.pending:
            del self._groups[group.group_id.encode()]

    def _remove(self, group: GroupOffsets, spot: bytes) -> None:
        group.committed.pop(spot, None)
        for offsets in group.pending.values():
            offsets.pop(spot, None)
        self._end_if_empty(group)

    def _add_pending(
        self,
        group: GroupOffsets,
        spot: bytes,
        pending: _PendingOffset,
        producer: ProducerIdentity,
    ) -> None:
        producer_id = producer.producer_id
        group.pending.setdefault(producer_id, {})[spot] = pending
        self._open.setdefault(producer_id, {})[group.group_id.encode()] = group

    def _stand_in(self, group_id: str) -> Group | None:
        return ClassicGroup(group_id) if group_id.encode() in self._groups else None

    # reading

    def fetch(
        self, request: OffsetFetchRequestGroup, *, require_stable: bool
    ) -> OffsetFetchResponseGroup:
        """Return committed offsets of a group; without topics all of them.

        A partition without one has -1; with `require_stable`, one that an open transaction may
        still change has UNSTABLE_OFFSET_COMMIT. Raises what the group has against the member.
        """
        group_id = request.group_id
        group = self._store.groups.get(group_id)
        if group is not None:
            group.check_offset_fetch(request.member_id, request.member_epoch)
        offsets = self.of(group_id)
        if request.topics is None:
            topics = [] if offsets is None else _everything(offsets, require_stable=require_stable)
        else:
            topics = [
                _of_topic(offsets, topic, require_stable=require_stable) for topic in request.topics
            ]
        return OffsetFetchResponseGroup(group_id=group_id, topics=topics)

    # deletion

    def delete(self, request: OffsetDeleteRequest) -> Result[OffsetDeleteResponse]:
        """Delete offsets that an administrator names.

        Raises GROUP_ID_NOT_FOUND or NON_EMPTY_GROUP. A topic that consumers of the group read is
        refused with GROUP_SUBSCRIBED_TO_TOPIC; an offset that is not there is no error.
        """
        group = self._store.get(request.group_id)
        group.check_offset_delete()
        records: list[CoordinatorRecord] = []
        topics = [self._delete_topic(group, topic, records) for topic in request.topics]
        return Result(records, OffsetDeleteResponse(topics=topics))

    def _delete_topic(
        self, group: Group, topic: OffsetDeleteRequestTopic, records: list[CoordinatorRecord]
    ) -> OffsetDeleteResponseTopic:
        code = ErrorCode.NONE
        if group.is_subscribed_to(topic.name):
            code = ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
        indexes = [partition.partition_index for partition in topic.partitions]
        offsets = self.of(group.group_id)
        if offsets is not None and code == ErrorCode.NONE:
            for index in indexes:
                spot = spot_of(topic.name, index)
                if spot in offsets.committed or offsets.is_pending(spot):
                    records.append(offsets.tombstone(spot))
        return OffsetDeleteResponseTopic(
            name=topic.name,
            partitions=[
                OffsetDeleteResponsePartition(partition_index=index, error_code=code)
                for index in indexes
            ],
        )

    def tombstones(self, group_id: str) -> list[CoordinatorRecord]:
        """Return the records that delete every offset of a group."""
        offsets = self.of(group_id)
        return [] if offsets is None else [offsets.tombstone(spot) for spot in offsets.spots()]

    # topics that are gone

    def topics_deleted(self, topics: Sequence[DeletedTopic], moment: Moment) -> Result[None]:
        """Take note that topics are gone; their offsets follow in bounded steps."""
        for topic in topics:
            self._deleted_topics.append((topic, list(self._groups)))
        self._store.timers.set(TOPICS_TIMER, moment.now_ms)
        return Result((), None)

    def _drop_deleted_topics(self, moment: Moment) -> Result[None]:
        records: list[CoordinatorRecord] = []
        looks = OFFSETS_AT_ONCE
        while self._deleted_topics and looks > 0 and len(records) < RECORDS_AT_ONCE:
            topic, names = self._deleted_topics[0]
            if not names:
                self._deleted_topics.pop(0)
                continue
            offsets = self._groups.get(names.pop())
            if offsets is not None:
                looks -= min(topic.partition_count, len(offsets.committed)) + 1
                spots = _spots_of_topic(offsets, topic)
                records.extend(offsets.tombstone(spot) for spot in spots)
        if self._deleted_topics:
            self._store.timers.set(TOPICS_TIMER, moment.now_ms)
        return Result(records, None)

    # expiry

    def loaded(self, moment: Moment) -> None:
        """Begin to look for expired offsets from time to time."""
        self._set_expiry_timer(moment)

    def on_timer(self, name: TimerName, moment: Moment) -> Result[None]:
        """Decide on what it means that a timer has fired."""
        if name == TOPICS_TIMER:
            return self._drop_deleted_topics(moment)
        return self._expire(moment)

    def _set_expiry_timer(self, moment: Moment) -> None:
        interval_ms = self._store.settings.offsets_retention_check_interval_ms
        self._store.timers.set(EXPIRY_TIMER, moment.now_ms + interval_ms)

    def _expire(self, moment: Moment) -> Result[None]:
        """Delete expired offsets, and groups without members that have none left."""
        if not self._to_expire:
            self._to_expire = list(reversed(self._store.groups))
        records: list[CoordinatorRecord] = []
        looks = OFFSETS_AT_ONCE
        while self._to_expire and looks > 0 and len(records) < RECORDS_AT_ONCE:
            group = self._store.groups.get(self._to_expire.pop())
            if group is None:
                continue
            offsets = self.of(group.group_id)
            looks -= 1 if offsets is None else 1 + len(offsets.committed)
            is_left = False
            if offsets is not None:
                is_left = self._expire_group(group, offsets, moment.wall_ms, records)
                if len(records) >= RECORDS_AT_ONCE:
                    self._to_expire.append(group.group_id)  # it may have more
                    break
            if not is_left and group.is_empty:
                records.extend(group.tombstones())
        if self._to_expire:
            self._store.timers.set(EXPIRY_TIMER, moment.now_ms)
        else:
            self._set_expiry_timer(moment)
        return Result(records, None)

    def _expire_group(
        self,
        group: Group,
        offsets: GroupOffsets,
        wall_ms: int,
        records: list[CoordinatorRecord],
    ) -> bool:
        """Add tombstones of a group's expired offsets; return whether offsets are left."""
        retention_ms = self._store.settings.offsets_retention_minutes * _MINUTE_MS
        is_left = bool(offsets.pending)
        is_read: dict[bytes, bool] = {}  # by topic
        for spot, value in offsets.committed.items():
            topic = spot[2:-4]
            if topic not in is_read:
                is_read[topic] = group.is_subscribed_to(topic.decode())
            is_expired = (
                not is_read[topic]
                and _is_expired(group, value, wall_ms, retention_ms)
                and not offsets.is_pending(spot)
            )
            if is_expired and len(records) < RECORDS_AT_ONCE:
                records.append(offsets.tombstone(spot))
            else:
                is_left = True
        return is_left


def _is_expired(group: Group, value: bytes, wall_ms: int, retention_ms: int) -> bool:
    from_ms = group.offsets_expire_from_ms(commit_timestamp_of(value))
    if from_ms is None:
        return False
    expiry_ms = expire_timestamp_of(value)
    return wall_ms >= (from_ms + retention_ms if expiry_ms == NO_EXPIRY else expiry_ms)


def _spots_of_topic(offsets: GroupOffsets, topic: DeletedTopic) -> Iterator[bytes]:
    """Yield where a group has offsets of exactly this topic, not of a namesake."""
    start = topic_spot(topic.name)
    if topic.partition_count <= len(offsets.committed):
        spots = [start + pack_partition(index) for index in range(topic.partition_count)]
    else:
        end = len(start) + PARTITION_BYTES
        spots = [s for s in offsets.spots() if len(s) == end and s.startswith(start)]
    for spot in spots:
        value = offsets.committed.get(spot)
        if value is None:
            if offsets.is_pending(spot):
                yield spot
        elif read_offset_value(value).topic_id in (ZERO_UUID, topic.topic_id):
            yield spot


def _of_topic(
    offsets: GroupOffsets | None, topic: OffsetFetchRequestTopics, *, require_stable: bool
) -> OffsetFetchResponseTopics:
    start = topic_spot(topic.name)
    partitions = []
    for index in topic.partition_indexes:
        spot = start + pack_partition(index)
        if offsets is None:
            partitions.append(_nothing(index))
        elif require_stable and offsets.is_pending(spot):
            partitions.append(_nothing(index, ErrorCode.UNSTABLE_OFFSET_COMMIT))
        else:
            partitions.append(_answered(index, offsets.committed.get(spot), topic.topic_id))
    return OffsetFetchResponseTopics(
        name=topic.name, topic_id=topic.topic_id, partitions=partitions
    )


def _everything(offsets: GroupOffsets, *, require_stable: bool) -> list[OffsetFetchResponseTopics]:
    topics: dict[str, OffsetFetchResponseTopics] = {}
    for spot, value in offsets.committed.items():
        name, index = read_spot(spot)
        topic = topics.get(name)
        if topic is None:
            topic = topics[name] = OffsetFetchResponseTopics(name=name)
        if require_stable and offsets.is_pending(spot):
            topic.partitions.append(_nothing(index, ErrorCode.UNSTABLE_OFFSET_COMMIT))
        else:
            topic.partitions.append(_answered(index, value, ZERO_UUID))
    return list(topics.values())


def _nothing(index: int, code: ErrorCode = ErrorCode.NONE) -> OffsetFetchResponsePartitions:
    return OffsetFetchResponsePartitions(
        partition_index=index, committed_offset=_NO_OFFSET, metadata="", error_code=code
    )


def _answered(index: int, value: bytes | None, topic_id: bytes) -> OffsetFetchResponsePartitions:
    """Return an offset, unless it was committed for a namesake of the topic that is gone."""
    if value is None:
        return _nothing(index)
    committed = read_offset_value(value)
    ids = (committed.topic_id, topic_id)
    if ZERO_UUID not in ids and ids[0] != ids[1]:
        return _nothing(index)
    return OffsetFetchResponsePartitions(
        partition_index=index,
        committed_offset=committed.offset,
        committed_leader_epoch=committed.leader_epoch,
        metadata=committed.metadata,
    )
