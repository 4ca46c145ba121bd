# SPDX-License-Identifier: Apache-2.0
"""The two ports behind which an engine keeps the cluster's state in order.

`MetadataJournal` is an ordered log of record batches. An append names the offset at which the
writer believes the log to end and the controller epoch that it holds; the engine accepts it as a
whole or not at all. So two writers can never both succeed at one offset, and a controller that
has been replaced without noticing cannot write any more.

`ClusterEngine` says which cluster this is and elects the controller.

    call             promise
    ---------------  ----------------------------------------------------------------------
    join             the first one founds the cluster, everybody gets the same id
    campaign         an epoch higher than that of every batch and of every controller that may
                     still be writing; theirs are over from then on
    depose           the controller of this epoch holds nobody up any more
    wait_deposed     returns once a controller of this epoch can surely write nothing more
    append           durable and visible to every reader when it returns; JournalConflict or
                     ControllerFenced leave no trace. After EngineUnavailable the outcome is
                     unknown: the caller reads before it goes on.
    end_offset       where the log ends, no older than the call: nothing that was acknowledged
                     before the call is missing
    read             batches in order, without holes, none of them unfinished
    wait_beyond      returns once the log has grown past an offset
    store_snapshot   later readers may start here; old batches may go
    load_snapshot    the newest complete snapshot

Which brokers there are is no business of the engine: a broker's registration is a record of the
journal, and its heartbeats go to the controller (ADR 0012).

All four engines (memory, local, ZooKeeper, etcd) pass the one conformance suite in
`tests/unit/metadata/engines`. Called by the metadata log and the controller's candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from ottla.base.errors import OttlaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message


class JournalConflict(OttlaError):  # noqa: N818 - names what happened
    """The log does not end where the writer believed: read it and decide again."""


class ControllerFenced(OttlaError):  # noqa: N818 - names what happened
    """Another controller holds a higher epoch: resign at once."""


class EngineUnavailable(OttlaError):  # noqa: N818 - names what happened
    """The engine does not answer. Whether an append is in, nobody knows yet."""


class EngineRefused(OttlaError):  # noqa: N818 - names what happened
    """The engine does not let this broker in: credentials, certificate, or a missing right."""


class WrongCluster(OttlaError):  # noqa: N818 - names what happened
    """The engine holds another cluster than this broker belongs to, or an older state of it."""


class Snapshot(NamedTuple):
    """The whole state before `next_offset` as records."""

    next_offset: int
    controller_epoch: int
    timestamp_ms: int
    records: tuple[Message, ...]


class MetadataJournal(Protocol):
    """The ordered log of the cluster's state."""

    @property
    def batch_bytes_max(self) -> int:
        """What one append may hold at most, as the bytes of its batch."""

    async def end_offset(self) -> int:
        """Return where the log ends now."""

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch and return the offset after it.

        Raises JournalConflict, ControllerFenced, EngineUnavailable.
        """

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
    """Which cluster this is, and who decides."""

    async def join(self, cluster_id: str) -> str:
        """Found the cluster under this id unless there is one; return the id of the cluster."""

    async def campaign(self, broker_id: int) -> int:
        """Wait until there is no other controller, become it, and return the new epoch."""

    async def depose(self, controller_epoch: int) -> None:
        """Let somebody else be elected in place of the controller of this epoch.

        For a controller that resigns, and for whoever knows that its process is gone: nobody then
        has to wait until its session is over. Harmless when it has been replaced already.
        """

    async def wait_deposed(self, controller_epoch: int) -> None:
        """Return once the controller of this epoch can write nothing more."""

    async def close(self) -> None:
        """End the session with the engine; what this broker held is free for others."""
