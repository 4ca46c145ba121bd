# SPDX-License-Identifier: Apache-2.0
"""Gives a coordination service back what it has lost, from a state that brokers have kept.

The journal goes on behind the snapshot: the head says its offset, the pointer names it, and batches
of the time before are removed, so that every reader starts from the snapshot. Nothing is done to a
journal that reaches as far by itself, to another cluster's, or while a controller is in office.

May be repeated after EngineUnavailable with the same token.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ottla.metadata.engines import layout as values
from ottla.metadata.engines.layout import StoredSnapshot
from ottla.metadata.engines.store import Delete, Put
from ottla.metadata.journal import JournalConflict, Snapshot, WrongCluster
from ottla.metadata.snapshot import encode_snapshot

if TYPE_CHECKING:
    from ottla.metadata.engines.layout import Layout
    from ottla.metadata.engines.store import Conditions, Store

PIECE_BYTES_MAX = 512 << 10
DELETE_COUNT_MAX = 100


async def restore_journal(
    store: Store, layout: Layout, cluster_id: str, snapshot: Snapshot, token: str
) -> None:
    """Let the journal go on behind `snapshot`.

    Raises WrongCluster and JournalConflict when that must not be; nothing has been changed then.
    """
    conditions, epoch = await _conditions(store, layout, cluster_id, snapshot, token)
    if conditions is None:
        return  # an earlier attempt did it
    data = await asyncio.to_thread(encode_snapshot, snapshot)
    pieces = [data[at : at + PIECE_BYTES_MAX] for at in range(0, len(data), PIECE_BYTES_MAX)]
    stored = StoredSnapshot(snapshot.next_offset, snapshot.controller_epoch, len(pieces), token)
    await store.make_folders(layout.folders)
    for key, piece in zip(layout.pieces(stored), pieces, strict=True):
        await store.commit({key: None}, Put(key, piece))
    head = values.HeadValue(snapshot.controller_epoch, snapshot.next_offset)
    contents = {
        layout.cluster: values.encode_cluster(cluster_id),
        layout.controller_epoch: values.encode_epoch(max(epoch, snapshot.controller_epoch)),
        layout.head: values.encode_head(head),
        layout.latest_snapshot: values.encode_snapshots([stored]),
    }
    if not await store.commit(conditions, *(Put(*item) for item in contents.items())):
        raise WrongCluster(
            f"{store.address} changed under {layout.root} meanwhile, or holds half a cluster: "
            "stop every broker, and look at the keys there"
        )
    await _remove_what_is_before(store, layout, snapshot.next_offset)


async def _conditions(
    store: Store, layout: Layout, cluster_id: str, snapshot: Snapshot, token: str
) -> tuple[Conditions | None, int]:
    """Return what has to be true, and the highest controller epoch that was given out."""
    cluster = await store.get(layout.cluster)
    keys = (layout.cluster, layout.controller_epoch, layout.head, layout.latest_snapshot)
    if cluster is None:
        return dict.fromkeys(keys), 0
    known = values.decode_cluster(cluster.value)
    if known != cluster_id:
        raise WrongCluster(
            f"{store.address} holds cluster {known} under {layout.root}, the data folders are of "
            f"cluster {cluster_id}"
        )
    holder = await store.get(layout.controller)
    if holder is not None:
        raise JournalConflict(
            f"broker {values.decode_claim(holder.value).broker_id} is the controller, or was until "
            "its session ends: stop every broker, and try again some seconds later"
        )
    found = [await store.get(key) for key in keys]
    versions: Conditions = {
        key: None if value is None else value.version
        for key, value in zip(keys, found, strict=True)
    }
    _, epoch, head, pointer = found
    if head is not None:
        end = values.decode_head(head.value).next_offset
        kept = [] if pointer is None else values.decode_snapshots(pointer.value)
        if end == snapshot.next_offset and kept and kept[0].token == token:
            return None, 0
        if end >= snapshot.next_offset:
            raise JournalConflict(
                f"the journal reaches offset {end}, and no data folder more than "
                f"{snapshot.next_offset}: there is nothing to restore"
            )
    return versions, 0 if epoch is None else values.decode_epoch(epoch.value)


async def _remove_what_is_before(store: Store, layout: Layout, offset: int) -> None:
    """Remove batches from before the loss: readers must not take them for the whole story."""
    names = await store.list_names(layout.batches)
    keys = [layout.batch_named(name) for name in names if name < values.offset_name(offset)]
    for at in range(0, len(keys), DELETE_COUNT_MAX):
        await store.commit({}, *(Delete(key) for key in keys[at : at + DELETE_COUNT_MAX]))
