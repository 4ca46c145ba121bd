# SPDX-License-Identifier: Apache-2.0
"""The journal on a coordination service: one algorithm for ZooKeeper and etcd.

`layout` says what is where, `store` what the service must be able to do, `appender` how batches
get in. The rest is here:

* A claim is the key `controller`, which goes with the session, made in one transaction with a
  higher `controller_epoch`. Both keys' versions are conditions of every append. So an append
  under a claim that was deposed, replaced or lost with its session cannot succeed, whatever its
  writer believes and however late it arrives.
* Watches are hints; whoever waits looks again every second as well.
* The newest two snapshots and the batches behind the older one are kept. The pointer to the
  newest moves in a transaction that proves the log to reach so far.
* A session that is over is not continued: the next call opens another one, and a claim of the old
  one never writes again.

Calls that may be repeated are, until the service has been silent for as long as a session lives;
then they raise EngineUnavailable. `campaign`, `wait_beyond` and `wait_deposed` wait on.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from bisect import bisect_left, bisect_right
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ottla.metadata.engines import layout as values
from ottla.metadata.engines.appender import Appender
from ottla.metadata.engines.layout import ClaimValue, Layout, StoredSnapshot
from ottla.metadata.engines.store import Delete, Put
from ottla.metadata.journal import (
    ControllerFenced,
    EngineUnavailable,
    JournalConflict,
    Snapshot,
    WrongCluster,
)
from ottla.metadata.records import BadMetadata, build_metadata_batch, decode_metadata_batches
from ottla.metadata.snapshot import decode_snapshot, encode_snapshot
from ottla.records.batch import CorruptRecord

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ottla.metadata.engines.store import Conditions, Store, Stored
    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message

Result = TypeVar("Result")

_logger = logging.getLogger(__name__)

BATCH_BYTES_MAX = 256 << 10
PIECE_BYTES_MAX = 512 << 10
READ_COUNT_MAX = 64
LISTED_FROM = 100
"""So many offsets behind, a listing of all batches is worth more than a round trip for each."""
DELETE_COUNT_MAX = 100
POLL_S = 1.0


class StoreEngine:
    """Journal and engine of one broker on a service that `open_store` connects to."""

    def __init__(self, open_store: Callable[[], Store], root: str, *, timeout_s: float) -> None:
        self._open_store = open_store
        self._layout = Layout(root)
        self._timeout_s = timeout_s
        self._token = secrets.token_hex(8)  # tells this process from others of its broker id
        self._store: Store | None = None
        self._claim: Appender | None = None
        self._is_closed = False
        self._end_seen = 0  # some end of the log, perhaps an old one
        self._names: list[str] = []  # of batches, as they were listed last
        self._head_watch: asyncio.Event | None = None
        """What the next change of the head sets, if it was read since; need not be asked again."""

    @property
    def batch_bytes_max(self) -> int:
        """What one append may hold."""
        return BATCH_BYTES_MAX

    # who decides

    async def join(self, cluster_id: str) -> str:
        """Found the cluster unless it exists; see `ClusterEngine.join`."""
        return await self._ask(lambda store: self._join(store, cluster_id))

    async def _join(self, store: Store, cluster_id: str) -> str:
        layout = self._layout
        found = await store.get(layout.cluster)
        if found is None:
            await self._found(
                store,
                {
                    layout.cluster: values.encode_cluster(cluster_id),
                    layout.controller_epoch: values.encode_epoch(0),
                    layout.head: values.encode_head(values.HeadValue(0, 0)),
                    layout.latest_snapshot: values.encode_snapshots(()),
                },
            )
            found = await self._must_get(store, layout.cluster)
        return values.decode_cluster(found.value)

    async def _found(self, store: Store, first: dict[str, bytes]) -> None:
        """Make the keys of a new cluster, all or none."""
        await store.make_folders(self._layout.folders)
        await store.commit(dict.fromkeys(first), *(Put(*item) for item in first.items()))

    async def restore(self, cluster_id: str, snapshot: Snapshot) -> None:
        """Found the cluster anew from what a broker has kept, where the service has lost it.

        The journal goes on behind the snapshot. Raises WrongCluster when there is a cluster: it is
        for an operator to remove that first.
        """
        await self._ask(self._prepare_to_restore)
        stored = await self._put_pieces(snapshot)
        await self._ask(lambda store: self._restore(store, cluster_id, stored))

    async def _prepare_to_restore(self, store: Store) -> None:
        if await store.get(self._layout.cluster) is not None:
            raise self._is_taken(store)
        await store.make_folders(self._layout.folders)

    async def _restore(self, store: Store, cluster_id: str, stored: StoredSnapshot) -> None:
        layout = self._layout
        await self._found(
            store,
            {
                layout.cluster: values.encode_cluster(cluster_id),
                layout.controller_epoch: values.encode_epoch(stored.epoch),
                layout.head: values.encode_head(values.HeadValue(stored.epoch, stored.next_offset)),
                layout.latest_snapshot: values.encode_snapshots([stored]),
            },
        )
        pointer = await self._must_get(store, layout.latest_snapshot)
        if stored not in values.decode_snapshots(pointer.value):
            raise self._is_taken(store)

    def _is_taken(self, store: Store) -> WrongCluster:
        return WrongCluster(
            f"{store.address} holds a cluster under {self._layout.root}: remove it there first if "
            "it is worth less than the copy"
        )

    async def campaign(self, broker_id: int) -> int:
        """Become the controller once there is no other; see `ClusterEngine.campaign`.

        A campaign that is cancelled may have won already: campaign again, or close the engine.
        """
        assert broker_id >= 0, broker_id
        told = ""
        while True:
            store = self._live_store()
            changed = store.changes(self._layout.controller)
            try:
                claim = await self._try_to_claim(store, broker_id)
            except EngineUnavailable as error:
                if str(error) != told:
                    told = str(error)
                    _logger.info("cannot stand for election: %s", told)
                await store.ready()
                continue
            if claim is not None:
                self._claim = claim
                return claim.epoch
            await _either(changed, store.lost)

    async def _try_to_claim(self, store: Store, broker_id: int) -> Appender | None:
        """Make the claim; None when somebody else has one."""
        layout = self._layout
        holder = await store.get(layout.controller, is_watched=True)
        if holder is not None:
            before = values.decode_claim(holder.value)
            if before.token != self._token:
                return None
            # Of an earlier session, or of an attempt that was not answered.
            await self._depose(store, before.epoch)
        stored = await self._must_get(store, layout.controller_epoch)
        epoch = values.decode_epoch(stored.value) + 1
        value = values.encode_claim(ClaimValue(broker_id, epoch, self._token))
        is_won = await store.commit(
            {layout.controller: None, layout.controller_epoch: stored.version},
            Put(layout.controller, value, is_ephemeral=True),
            Put(layout.controller_epoch, values.encode_epoch(epoch)),
        )
        if not is_won:
            return None
        conditions: Conditions = {
            layout.controller: store.first_version,
            layout.controller_epoch: stored.version + 1,
        }
        claim = Appender(store, layout, epoch, conditions, self._timeout_s)
        claim.begin(await self._read_head(store))
        return claim

    async def depose(self, controller_epoch: int) -> None:
        """Let another controller be elected; see `ClusterEngine.depose`."""
        claim = self._claim
        if claim is not None and claim.epoch == controller_epoch:
            claim.end()
        await self._ask(lambda store: self._depose(store, controller_epoch))

    async def _depose(self, store: Store, controller_epoch: int) -> None:
        layout = self._layout
        while True:
            holder = await store.get(layout.controller)
            if holder is None or values.decode_claim(holder.value).epoch != controller_epoch:
                return
            stored = await self._must_get(store, layout.controller_epoch)
            if values.decode_epoch(stored.value) != controller_epoch:
                return
            # The epoch's version proves that the claim is still the one that was read.
            await store.commit(
                {layout.controller: holder.version, layout.controller_epoch: stored.version},
                Delete(layout.controller),
                Put(layout.controller_epoch, stored.value),
            )

    async def wait_deposed(self, controller_epoch: int) -> None:
        """Return once this epoch can write nothing more; see `ClusterEngine.wait_deposed`."""
        while True:
            claim = self._claim
            if claim is not None and claim.epoch == controller_epoch and claim.store.lost.is_set():
                return  # without asking: the service may be out of reach
            store = self._live_store()
            changed = store.changes(self._layout.controller)
            try:
                holder = await store.get(self._layout.controller, is_watched=True)
            except EngineUnavailable:
                await store.ready()
                continue
            if holder is None or values.decode_claim(holder.value).epoch != controller_epoch:
                return
            await _either(changed, store.lost)

    async def close(self) -> None:
        """End the session; see `ClusterEngine.close`."""
        self._is_closed = True
        claim, self._claim = self._claim, None
        if claim is not None:
            await claim.close()
        store, self._store = self._store, None
        if store is not None:
            await store.close()

    # the log

    async def end_offset(self) -> int:
        """Return where the log ends."""
        head = await self._ask(self._read_head)
        return values.decode_head(head.value).next_offset

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch; see `MetadataJournal.append`."""
        assert records, "a batch holds at least one record"
        claim = self._claim
        if claim is None or claim.epoch != controller_epoch or claim.is_over:
            raise ControllerFenced(f"controller epoch {controller_epoch} is over")
        batch = build_metadata_batch(
            records,
            base_offset=expected_offset,
            controller_epoch=controller_epoch,
            timestamp_ms=timestamp_ms,
        )
        assert len(batch) <= BATCH_BYTES_MAX, f"a batch of {len(batch)} bytes"
        end = await claim.append(batch, expected_offset, expected_offset + len(records))
        self._end_seen = max(self._end_seen, end)
        return end

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return batches from the one that holds `offset` on; see `MetadataJournal.read`."""
        return await self._ask(lambda store: self._read(store, offset))

    async def _read(self, store: Store, offset: int) -> list[JournalBatch]:
        name = values.offset_name(offset)
        at = bisect_left(self._names, name)
        names = self._names[at : at + READ_COUNT_MAX]
        if not names or names[0] != name:
            names, self._names = [name], []
        batches = await self._read_named(store, names)
        if not batches:
            head = await self._read_head(store)
            end = values.decode_head(head.value).next_offset
            if offset == end:
                return []
            self._names = await store.list_names(self._layout.batches)
            first = self._names[0] if self._names else values.offset_name(end)
            if not int(first) <= offset < end:
                raise JournalConflict(f"the log holds {int(first)} to {end}, not {offset}")
            at = bisect_right(self._names, name) - 1
            batches = await self._read_named(store, self._names[at : at + READ_COUNT_MAX])
            if not batches or batches[0].next_offset <= offset:
                raise JournalConflict(f"the log was cut off before {offset} meanwhile")
        elif len(names) == 1 and self._end_seen - batches[-1].next_offset >= LISTED_FROM:
            # Much is known to follow: from now on many at once.
            self._names = await store.list_names(self._layout.batches)
        return batches

    async def _read_named(self, store: Store, names: Sequence[str]) -> list[JournalBatch]:
        """Return the batches with these names, up to the first that is gone."""
        batches: list[JournalBatch] = []
        for stored in await store.get_all([self._layout.batch_named(name) for name in names]):
            if stored is None:
                break
            (batch,) = decode_metadata_batches(stored.value)
            if batches and batch.base_offset != batches[-1].next_offset:
                break
            batches.append(batch)
        return batches

    async def wait_beyond(self, offset: int) -> None:
        """Return once the log ends after `offset`."""
        while self._end_seen <= offset:
            store = self._live_store()
            changed = store.changes(self._layout.head)
            if changed is not self._head_watch:
                try:
                    await self._read_head(store, is_watched=True, is_latest=False)
                except EngineUnavailable:
                    await store.ready()
                    continue
                self._head_watch = changed
            if self._end_seen <= offset:
                await _either(changed, store.lost)
                self._head_watch = None

    async def _read_head(
        self, store: Store, *, is_watched: bool = False, is_latest: bool = True
    ) -> Stored:
        head = await self._must_get(
            store, self._layout.head, is_watched=is_watched, is_latest=is_latest
        )
        self._end_seen = max(self._end_seen, values.decode_head(head.value).next_offset)
        return head

    # snapshots

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, then drop what lies behind the one before it."""
        stored = await self._put_pieces(snapshot)
        kept = await self._ask(lambda store: self._move_pointer(store, stored))
        with suppress(EngineUnavailable):  # the next one trims as well
            await self._ask(lambda store: self._trim(store, kept))

    async def _put_pieces(self, snapshot: Snapshot) -> StoredSnapshot:
        """Write a snapshot that nothing points to yet."""
        data = await asyncio.to_thread(encode_snapshot, snapshot)
        pieces = [data[at : at + PIECE_BYTES_MAX] for at in range(0, len(data), PIECE_BYTES_MAX)]
        stored = StoredSnapshot(
            snapshot.next_offset, snapshot.controller_epoch, len(pieces), secrets.token_hex(4)
        )
        for key, piece in zip(self._layout.pieces(stored), pieces, strict=True):
            await self._ask(partial(_put_piece, Put(key, piece)))
        return stored

    async def _move_pointer(self, store: Store, new: StoredSnapshot) -> list[StoredSnapshot]:
        """Make `new` the newest snapshot unless there is a newer one; return what is kept."""
        layout = self._layout
        while True:
            pointer = await self._must_get(store, layout.latest_snapshot)
            kept = values.decode_snapshots(pointer.value)
            if kept and kept[0].next_offset >= new.next_offset:
                return kept
            head = await self._read_head(store)
            end = values.decode_head(head.value).next_offset
            assert new.next_offset <= end, f"a snapshot before {new.next_offset} of a log to {end}"
            kept = [new, *kept[:1]]
            if await store.commit(
                {layout.head: head.version, layout.latest_snapshot: pointer.version},
                Put(layout.latest_snapshot, values.encode_snapshots(kept)),
            ):
                return kept

    async def _trim(self, store: Store, kept: list[StoredSnapshot]) -> None:
        """Remove what no reader needs: oldest first, so that the log never has a hole."""
        layout = self._layout
        needed = {(each.next_offset, each.token) for each in kept}
        keys = []
        for name in await store.list_names(layout.snapshots):
            identity = values.snapshot_of_piece(name)
            if identity not in needed and identity[0] <= kept[0].next_offset:
                keys.append(layout.piece_named(name))
        if len(kept) > 1:
            names = await store.list_names(layout.batches)
            obsolete = names[: bisect_left(names, values.offset_name(kept[-1].next_offset))]
            keys += [layout.batch_named(name) for name in obsolete]
        for at in range(0, len(keys), DELETE_COUNT_MAX):
            group = keys[at : at + DELETE_COUNT_MAX]
            if not await store.commit({}, *(Delete(key) for key in group)):
                return  # somebody else is trimming
        await store.tidy()

    async def load_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot that can be read."""
        return await self._ask(self._load_snapshot)

    async def _load_snapshot(self, store: Store) -> Snapshot | None:
        layout = self._layout
        passed: set[StoredSnapshot] = set()
        while True:
            pointer = await self._must_get(store, layout.latest_snapshot)
            kept = [each for each in values.decode_snapshots(pointer.value) if each not in passed]
            if not kept:
                return None
            newest = kept[0]
            pieces = await store.get_all(layout.pieces(newest))
            data = b"".join([piece.value for piece in pieces if piece is not None])
            try:
                return await asyncio.to_thread(
                    decode_snapshot, data, newest.next_offset, newest.epoch
                )
            except (CorruptRecord, BadMetadata):
                # Replaced while it was read; or damaged, and the one before tells the same story.
                passed.add(newest)

    # the service

    async def _ask(self, work: Callable[[Store], Awaitable[Result]]) -> Result:
        """Do what may be repeated, until it is answered."""
        store, reason = self._live_store(), "no answer"
        try:
            async with asyncio.timeout(self._timeout_s):
                while True:
                    try:
                        return await work(store)
                    except EngineUnavailable as error:
                        reason = str(error)
                        await store.ready()
                        store = self._live_store()
        except TimeoutError:
            raise EngineUnavailable(
                f"{store.address} has not been of use for {self._timeout_s:g} s: "
                f"{store.problem or reason}"
            ) from None

    async def _must_get(
        self, store: Store, key: str, *, is_watched: bool = False, is_latest: bool = True
    ) -> Stored:
        stored = await store.get(key, is_watched=is_watched, is_latest=is_latest)
        if stored is None:
            raise WrongCluster(
                f"{store.address} holds no cluster under {self._layout.root}: {key} is missing"
            )
        return stored

    def _live_store(self) -> Store:
        if self._is_closed:
            raise EngineUnavailable("this engine was closed")
        if self._store is None or self._store.lost.is_set():
            self._store = self._open_store()
        return self._store


async def _put_piece(put: Put, store: Store) -> None:
    # Refused when an attempt that was not answered has made it.
    await store.commit({put.key: None}, put)


async def _either(changed: asyncio.Event, lost: asyncio.Event) -> None:
    """Wait for one of the two, and not for longer than a poll's interval."""
    waits = [asyncio.ensure_future(changed.wait()), asyncio.ensure_future(lost.wait())]
    try:
        await asyncio.wait(waits, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
