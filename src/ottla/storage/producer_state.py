# SPDX-License-Identifier: Apache-2.0
"""What a log knows of its idempotent and transactional producers.

For every producer id: its epoch, its last five batches (to recognise a retry and answer the
offsets of the first attempt), the offset at which its open transaction began. The state is a fold
over the batch headers; a snapshot beside a segment saves replaying the log from the start.

File `<offset>.snapshot`, Kafka's own: the state just before `offset`:

| at | field | type |
|---:|---|---|
| 0 | version, 1 | i16 |
| 2 | CRC-32C of everything from byte 6 | u32 |
| 6 | number of producers | i32 |
| 10 | the producers, 46 bytes each | |

| at | field of a producer | type |
|---:|---|---|
| 0 | producer id | i64 |
| 8 | producer epoch | i16 |
| 10 | last sequence, -1 none | i32 |
| 14 | last offset, -1 none | i64 |
| 22 | offset delta of the last batch | i32 |
| 26 | timestamp of the last batch | i64 |
| 34 | coordinator epoch of the last marker, -1 none | i32 |
| 38 | first offset of the open transaction, -1 none | i64 |

The rules are Kafka's (KIP-98, KIP-360):

* sequences go on without gap or repeat and wrap to 0 after 2**31 - 1; a new producer epoch begins
  with 0; a producer that the log does not know (any more) may begin anywhere;
* a batch that equals one of the last five is a duplicate, not an error. A snapshot has room for
  the last one only: the log is asked for the others when a producer repeats them (`recall`);
* an older producer epoch is fenced;
* a marker (control batch) ends the producer's transaction and may raise its epoch; under protocol
  V2 (KIP-890) it must: a marker with the epoch of the batches is a late one of the transaction
  before, unless no transaction is open, when it is written twice;
* within an open transaction the producer writes nothing outside of it;
* batches without a sequence (-1) are written by a coordinator within a client's transaction: they
  have an epoch and belong to the transaction, and nobody retries them.

A transaction whose marker is in the log stays in `finished` until the high watermark has passed
the marker (`settle`): only then readers of committed records may go on.

`check` decides, `record` and `record_marker` change: checks come first for a whole append.
Owned by `PartitionLog`; no clock, no files in here.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from crc32c import crc32c

from ottla.base.errors import OttlaError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import CONTROL, TRANSACTIONAL, BatchHeader
from ottla.records.control import read_transaction_marker
from ottla.storage.transaction_index import AbortedTransaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.records.control import TransactionMarker
    from ottla.storage.files import Buffer

SNAPSHOT_HEAD: Final = struct.Struct(">hIi")
SNAPSHOT_ENTRY: Final = struct.Struct(">qhiqiqiq")
SNAPSHOT_VERSION: Final = 1
CRC_FROM: Final = 6

REMEMBERED_BATCH_COUNT: Final = 5
"""Producers may have five requests in flight, so a retry is at most five batches old."""

NO_TRANSACTION: Final = -1
NO_EPOCH: Final = -1
NO_SEQUENCE: Final = -1
SEQUENCE_MASK: Final = 0x7FFFFFFF
PRODUCER_EPOCH_MAX: Final = 32_767

_new_batch = tuple.__new__


class CorruptSnapshot(OttlaError):  # noqa: N818 - names what was found
    """The file is not a producer snapshot; the state can be replayed from the log."""


class ProducedBatch(NamedTuple):
    """One of the last batches of a producer."""

    base_sequence: int
    last_sequence: int
    base_offset: int
    last_offset: int
    timestamp_ms: int


class ProducerEntry:
    """One producer id."""

    __slots__ = (
        "batches",
        "coordinator_epoch",
        "is_abridged",
        "last_timestamp_ms",
        "producer_epoch",
        "transaction_first_offset",
    )

    def __init__(self, producer_epoch: int = NO_EPOCH) -> None:
        self.producer_epoch = producer_epoch
        self.batches: list[ProducedBatch] = []  # of this epoch, oldest first, at most five
        self.coordinator_epoch = -1  # of the last marker
        self.last_timestamp_ms = -1  # of the last batch or marker
        self.transaction_first_offset = NO_TRANSACTION
        self.is_abridged = False  # came from a snapshot, which has the last batch only

    @property
    def last_sequence(self) -> int:
        """Of the last batch, -1 when there is none in this epoch."""
        return self.batches[-1].last_sequence if self.batches else NO_SEQUENCE


class ProducerState:
    """All producers of one log."""

    __slots__ = ("_open_transactions", "entries", "finished")

    def __init__(self) -> None:
        self.entries: dict[int, ProducerEntry] = {}
        self._open_transactions: dict[int, int] = {}  # producer id -> first offset, both rising
        self.finished: list[tuple[int, int]] = []  # first offset, marker's (rising)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def first_unstable_offset(self) -> int | None:
        """Where the oldest open transaction began."""
        for first_offset in self._open_transactions.values():
            return first_offset
        return None

    def has_open_transaction(self, producer_id: int, producer_epoch: int) -> bool:
        """Whether the producer has written in a transaction of this epoch that goes on."""
        entry = self.entries.get(producer_id)
        return (
            entry is not None
            and entry.transaction_first_offset >= 0
            and entry.producer_epoch == producer_epoch
        )

    def settle(self, high_watermark: int) -> int | None:
        """Forget finished transactions whose marker is committed; return where the rest began."""
        self.forget_settled(high_watermark)
        return min((first for first, _ in self.finished), default=None)

    def needs_recall(self, producer_id: int) -> bool:
        """Whether the log may hold batches of a producer that its snapshot did not name."""
        entry = self.entries.get(producer_id)
        return entry is not None and entry.is_abridged

    def recall(self, producer_id: int, headers: Iterable[BatchHeader]) -> None:
        """Remember a producer's last batches again; `headers` are the recent ones of the log."""
        entry = self.entries[producer_id]
        entry.is_abridged = False
        of_producer = [
            header
            for header in headers
            if header.producer_id == producer_id
            and header.producer_epoch == entry.producer_epoch
            and header.base_sequence >= 0
            and not header.attributes & CONTROL
        ]
        if of_producer:
            entry.batches = [_batch_of(one) for one in of_producer[-REMEMBERED_BATCH_COUNT:]]

    def forget_settled(self, high_watermark: int) -> None:
        """Forget finished transactions whose marker is committed."""
        if self.finished and self.finished[0][1] < high_watermark:
            self.finished = [one for one in self.finished if one[1] >= high_watermark]

    # appending

    def check(self, header: BatchHeader) -> ProducedBatch | None:
        """Return the earlier batch that `header` repeats, None when it is new and in order.

        Raises ApiError INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER or INVALID_TXN_STATE.
        """
        # hot: benchmarks/micro/partition_log_append.py, called for every idempotent batch
        _, _, _, _, _, attributes, _, _, _, producer_id, producer_epoch, base_sequence, _ = header
        entry = self.entries.get(producer_id)
        if entry is None:
            return None
        batches = entry.batches
        if entry.transaction_first_offset >= 0 and not attributes & TRANSACTIONAL:
            self._refuse_outsider(entry, header)
        if entry.producer_epoch == producer_epoch:
            if base_sequence < 0:
                return None  # of a coordinator
            last_sequence = batches[-1][1] if batches else NO_SEQUENCE
            if base_sequence == (last_sequence + 1) & SEQUENCE_MASK:
                return None
            for batch in batches:
                if batch[0] == base_sequence and batch[1] == header.last_sequence:
                    return batch
            raise ApiError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"producer {header.producer_id} sent sequence {base_sequence} "
                f"after {last_sequence}",
            )
        if header.producer_epoch < entry.producer_epoch:
            raise ApiError(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                f"producer {header.producer_id} has epoch {entry.producer_epoch} by now, "
                f"this batch carries {header.producer_epoch}",
            )
        if base_sequence > 0:
            raise ApiError(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"producer {header.producer_id} begins epoch {header.producer_epoch} "
                f"with sequence {base_sequence}, not 0",
            )
        return None

    def _refuse_outsider(self, entry: ProducerEntry, header: BatchHeader) -> None:
        """Refuse a batch that stands outside of its producer's open transaction."""
        if header.producer_epoch < entry.producer_epoch:
            return  # which is worse, and said by the caller
        raise ApiError(
            ErrorCode.INVALID_TXN_STATE,
            f"producer {header.producer_id} has a transaction open since offset "
            f"{entry.transaction_first_offset}, this batch is not part of it",
        )

    def record(self, header: BatchHeader, base_offset: int) -> None:
        """Take over a batch of records that was appended at `base_offset`."""
        # hot: benchmarks/micro/partition_log_append.py, called for every idempotent batch
        (
            _, _, _, _, _, attributes, last_offset_delta, _, timestamp_ms,
            producer_id, producer_epoch, base_sequence, _,
        ) = header  # fmt: skip
        entry = self.entries.get(producer_id)
        if entry is None:
            entry = self.entries[producer_id] = ProducerEntry(producer_epoch)
        elif entry.producer_epoch != producer_epoch:
            entry.producer_epoch = producer_epoch
            entry.batches.clear()
        if base_sequence >= 0:
            batches = entry.batches
            batches.append(
                _new_batch(
                    ProducedBatch,
                    (
                        base_sequence,
                        (base_sequence + last_offset_delta) & SEQUENCE_MASK,
                        base_offset,
                        base_offset + last_offset_delta,
                        timestamp_ms,
                    ),
                )
            )
            if len(batches) > REMEMBERED_BATCH_COUNT:
                del batches[0]
        entry.last_timestamp_ms = timestamp_ms
        if attributes & TRANSACTIONAL and entry.transaction_first_offset < 0:
            entry.transaction_first_offset = base_offset
            self._open_transactions[producer_id] = base_offset

    def check_marker(
        self, header: BatchHeader, batch: Buffer, marker: TransactionMarker | None = None
    ) -> None:
        """Refuse a marker of an old producer epoch or of an old coordinator.

        `marker` is what the batch says, if the caller knows.
        Raises ApiError INVALID_PRODUCER_EPOCH or TRANSACTION_COORDINATOR_FENCED.
        """
        entry = self.entries.get(header.producer_id)
        if entry is None:
            return
        if header.producer_epoch < entry.producer_epoch:
            raise ApiError(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                f"producer {header.producer_id} has epoch {entry.producer_epoch} by now, "
                f"the marker carries {header.producer_epoch}",
            )
        marker = marker or read_transaction_marker(batch)
        if marker is not None and marker.coordinator_epoch < entry.coordinator_epoch:
            raise ApiError(
                ErrorCode.TRANSACTION_COORDINATOR_FENCED,
                f"a coordinator of epoch {entry.coordinator_epoch} has written already, "
                f"the marker carries {marker.coordinator_epoch}",
            )

    def check_raised_epoch(self, producer_id: int, producer_epoch: int) -> None:
        """Refuse a marker of protocol V2 that does not raise the epoch (KIP-890).

        With the present epoch it is taken when no transaction is open: then it is the same marker
        again, whose first answer was lost. Raises ApiError INVALID_PRODUCER_EPOCH.
        """
        entry = self.entries.get(producer_id)
        if entry is None or producer_epoch != entry.producer_epoch:
            return  # an older one is refused by `check_marker`
        if entry.transaction_first_offset < 0 or producer_epoch == PRODUCER_EPOCH_MAX:
            return
        raise ApiError(
            ErrorCode.INVALID_PRODUCER_EPOCH,
            f"producer {producer_id} has begun its next transaction with epoch {producer_epoch}, "
            "this marker ends the one before",
        )

    def record_marker(
        self,
        header: BatchHeader,
        base_offset: int,
        batch: Buffer,
        marker: TransactionMarker | None = None,
    ) -> AbortedTransaction | None:
        """Take over a control batch; return the transaction when it was one and was aborted."""
        if marker is None and header.record_count:
            marker = read_transaction_marker(batch)
        if marker is None:
            return None  # of another kind, or compaction removed it and kept the batch
        producer_id = header.producer_id
        entry = self.entries.get(producer_id)
        if entry is None:
            entry = self.entries[producer_id] = ProducerEntry(header.producer_epoch)
        elif entry.producer_epoch != header.producer_epoch:
            entry.producer_epoch = header.producer_epoch
            entry.batches.clear()
        entry.coordinator_epoch = marker.coordinator_epoch
        entry.last_timestamp_ms = header.max_timestamp
        first_offset = entry.transaction_first_offset
        if first_offset < 0:
            return None  # nothing of the transaction was written to this partition
        entry.transaction_first_offset = NO_TRANSACTION
        del self._open_transactions[producer_id]
        self.finished.append((first_offset, base_offset))
        if marker.committed:
            return None
        last_stable_offset = self.first_unstable_offset
        if last_stable_offset is None:
            last_stable_offset = base_offset + 1
        return AbortedTransaction(producer_id, first_offset, base_offset, last_stable_offset)

    def expire(self, wall_ms: int, expiration_ms: int) -> int:
        """Forget producers without open transaction that were silent for `expiration_ms`."""
        expired = [
            producer_id
            for producer_id, entry in self.entries.items()
            if entry.transaction_first_offset < 0
            and wall_ms - entry.last_timestamp_ms >= expiration_ms
        ]
        for producer_id in expired:
            del self.entries[producer_id]
        return len(expired)

    # snapshots

    def encode(self) -> bytes:
        """Return the snapshot file's bytes."""
        body = bytearray()
        for producer_id, entry in self.entries.items():
            last = entry.batches[-1] if entry.batches else None
            body += SNAPSHOT_ENTRY.pack(
                producer_id,
                entry.producer_epoch,
                last.last_sequence if last else NO_SEQUENCE,
                last.last_offset if last else -1,
                last.last_offset - last.base_offset if last else 0,
                entry.last_timestamp_ms,
                entry.coordinator_epoch,
                entry.transaction_first_offset,
            )
        counted = len(self.entries).to_bytes(4, "big") + body
        return SNAPSHOT_VERSION.to_bytes(2, "big") + crc32c(counted).to_bytes(4, "big") + counted

    @classmethod
    def decode(cls, data: bytes) -> ProducerState:
        """Read a snapshot file; raises CorruptSnapshot."""
        if len(data) < SNAPSHOT_HEAD.size:
            raise CorruptSnapshot(f"{len(data)} bytes are too few for a producer snapshot")
        version, crc, count = SNAPSHOT_HEAD.unpack_from(data)
        if version != SNAPSHOT_VERSION:
            raise CorruptSnapshot(f"snapshot version {version} is not known")
        if crc != crc32c(memoryview(data)[CRC_FROM:]):
            raise CorruptSnapshot("the snapshot's CRC does not match")
        if len(data) != SNAPSHOT_HEAD.size + count * SNAPSHOT_ENTRY.size:
            raise CorruptSnapshot(f"{len(data)} bytes do not hold {count} producers")
        state = cls()
        open_transactions = []
        for fields in SNAPSHOT_ENTRY.iter_unpack(data[SNAPSHOT_HEAD.size :]):
            producer_id, epoch, last_sequence, last_offset, delta = fields[:5]
            entry = ProducerEntry(epoch)
            entry.last_timestamp_ms, entry.coordinator_epoch = fields[5:7]
            entry.transaction_first_offset = fields[7]
            if last_offset >= 0:
                base_sequence = (last_sequence - delta) & SEQUENCE_MASK
                batch = (base_sequence, last_sequence, last_offset - delta, last_offset)
                entry.batches.append(ProducedBatch(*batch, entry.last_timestamp_ms))
                entry.is_abridged = True
            state.entries[producer_id] = entry
            if entry.transaction_first_offset >= 0:
                open_transactions.append((entry.transaction_first_offset, producer_id))
        for first_offset, producer_id in sorted(open_transactions):
            state._open_transactions[producer_id] = first_offset
        return state


def _batch_of(header: BatchHeader) -> ProducedBatch:
    return ProducedBatch(
        header.base_sequence,
        header.last_sequence,
        header.base_offset,
        header.last_offset,
        header.max_timestamp,
    )
