# SPDX-License-Identifier: Apache-2.0
"""The two ports behind which an engine keeps the cluster's state in order.

`MetadataJournal` is an ordered log of record batches. An append names the offset at which the
writer believes the log to end and the controller epoch that it holds; the engine accepts it as a
whole or not at all. So two writers can never both succeed at one offset, and a controller that
has been replaced without noticing cannot write any more.

`ClusterEngine` elects the controller and knows who is there.

    call             promise
    ---------------  ----------------------------------------------------------------------
    campaign         an epoch higher than that of every batch and of every controller that may
                     still be writing; theirs are over from then on
    append           durable and visible to every reader when it returns; Conflict or Fenced
                     leave no trace. After any other error the outcome is unknown, and the
                     caller has to read before it goes on.
    read             batches in order, without holes, none of them unfinished
    wait_beyond      returns once the log has grown past an offset
    store_snapshot   later readers may start here; old batches may go
    load_snapshot    the newest complete snapshot
    register         this broker is visible to the others until it dies or leaves
    registered       the brokers that are there now

All four engines (memory, local, ZooKeeper, etcd) pass the one conformance suite in
`tests/unit/metadata/engines`. Called by the controller gateway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from ottla.base.errors import OttlaError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message


class JournalConflict(OttlaError):  # noqa: N818 - names what happened
    """The log does not end where the writer believed: read it and decide again."""


class ControllerFenced(OttlaError):  # noqa: N818 - names what happened
    """Another controller holds a higher epoch: resign at once."""


class Snapshot(NamedTuple):
    """The whole state before `next_offset` as records."""

    next_offset: int
    controller_epoch: int
    timestamp_ms: int
    records: tuple[Message, ...]


class Registration(NamedTuple):
    """What a broker tells the others while it is there."""

    broker_id: int
    incarnation_id: bytes
    session: int
    """Set by the engine: differs between two registrations of one broker."""


class MetadataJournal(Protocol):
    """The ordered log of the cluster's state."""

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch and return the offset after it."""

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return batches from the one that holds `offset` on; none at the end of the log.

        Raises JournalConflict when the log no longer reaches back to `offset`, or does not reach
        it at all: a snapshot is the way in then.
        """

    async def wait_beyond(self, offset: int) -> None:
        """Return once the log ends after `offset`."""

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot of the state before `snapshot.next_offset`, which the log has reached."""

    async def load_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot, or None when the log itself is the whole story."""


class ClusterEngine(Protocol):
    """Who is there, and who decides."""

    async def campaign(self, broker_id: int) -> int:
        """Become the controller; return the new controller epoch."""

    async def register(self, broker_id: int, incarnation_id: bytes) -> Registration:
        """Announce this broker; an earlier registration of the same id is replaced."""

    async def registered(self) -> Mapping[int, Registration]:
        """Return the brokers that are announced, by id."""
