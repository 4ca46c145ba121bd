# SPDX-License-Identifier: Apache-2.0
"""What a coordinator needs of the broker, and what it offers in return.

A coordinator's state is a fold over one partition of an internal topic. Whoever leads that
partition runs its shard: the shard decides on the state it has, its records are appended, and
once the partition has committed them the answer goes out. After a fail-over another broker
reads the same records into a new shard.

    request -> shard decides (records, answer) -> partition appends -> shard replays
            -> high watermark covers the records -> answer

A shard is plain and synchronous; it is given the time, and only `replay` changes it. When an
append fails, the shard is dropped and read again from the log.

Implemented by `broker` on top of `replication` (the partition) and by the group and transaction
coordinators (the shard).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Answer = TypeVar("Answer")


class CoordinatorRecord(NamedTuple):
    """One record of an internal topic, in its wire form."""

    key: bytes
    value: bytes | None
    """None deletes what the key stands for."""


class Result(NamedTuple, Generic[Answer]):
    """A shard's decision."""

    records: Sequence[CoordinatorRecord]
    answer: Answer
    """True once the records are committed."""


class CoordinatorShard(Protocol):
    """The state machine of one partition."""

    def replay(self, record: CoordinatorRecord, offset: int) -> None:
        """Take a record into the state: the only way to change it."""

    def next_deadline_ms(self) -> int | None:
        """Return when `on_deadline` wants to be called, or None."""

    def on_deadline(self, now_ms: int) -> Result[None]:
        """Decide on what time has brought."""


class CoordinatorPartition(Protocol):
    """One partition of an internal topic, led by this broker."""

    @property
    def leader_epoch(self) -> int:
        """The epoch under which this broker leads; answers of an older one must not go out."""

    @property
    def high_watermark(self) -> int:
        """Records below it are committed."""

    def append(self, records: Sequence[CoordinatorRecord], now_ms: int) -> int:
        """Append one batch and return the offset after it; ApiError when not led any more."""

    async def committed(self, offset: int) -> None:
        """Return once the high watermark has reached `offset`; ApiError when it never will."""

    async def read(self, offset: int) -> Sequence[tuple[int, CoordinatorRecord]]:
        """Return committed records from `offset` on with their offsets; none at the end."""


class InternalTopics(Protocol):
    """Where the partitions of coordinators come from."""

    async def ensure(self, topic: str) -> int:
        """Create the internal topic unless it exists, and return its number of partitions."""

    def led_here(self, topic: str, partition: int) -> CoordinatorPartition | None:
        """Return the partition, or None when another broker leads it."""
