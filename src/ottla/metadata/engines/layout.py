# SPDX-License-Identifier: Apache-2.0
"""Every key that a cluster has in ZooKeeper or etcd: its path, and how its value is written.

    <root>/cluster                          {"id": ..., "format": 1}
    <root>/controller                       {"broker_id", "epoch", "token"}, goes with the session
    <root>/controller_epoch                 {"epoch"}: the highest that was given out
    <root>/journal/head                     {"epoch", "next_offset"}: where the log ends
    <root>/journal/b/<20-digit offset>      one record batch, as it is in a log segment
    <root>/journal/snap/<20-digit offset>-<8 hex digits>-<4-digit number>
                                            a piece of a snapshot file (`metadata.snapshot`)
    <root>/journal/latest_snap              {"snapshots": [newest, the one before]}

Small values are JSON, so that an operator can read them with the service's own tools. Readers
ignore fields that they do not know. Format 1 is the only one so far; a cluster of a newer format
is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ottla.metadata.journal import WrongCluster

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = 1
NAME_DIGITS = 20


class Layout:
    """The paths below one root."""

    def __init__(self, root: str) -> None:
        assert root.startswith("/"), root
        assert not root.endswith("/"), root
        self.root = root
        self.cluster = f"{root}/cluster"
        self.controller = f"{root}/controller"
        self.controller_epoch = f"{root}/controller_epoch"
        self.head = f"{root}/journal/head"
        self.latest_snapshot = f"{root}/journal/latest_snap"
        self.batches = f"{root}/journal/b"
        self.snapshots = f"{root}/journal/snap"

    @property
    def folders(self) -> tuple[str, ...]:
        """What must be there before the keys."""
        return (self.root, f"{self.root}/journal", self.batches, self.snapshots)

    def batch(self, base_offset: int) -> str:
        """Return the key of the batch that begins at this offset."""
        return f"{self.batches}/{offset_name(base_offset)}"

    def batch_named(self, name: str) -> str:
        """Return the key of a batch by its last part."""
        return f"{self.batches}/{name}"

    def piece_named(self, name: str) -> str:
        """Return the key of a snapshot's piece by its last part."""
        return f"{self.snapshots}/{name}"

    def pieces(self, snapshot: StoredSnapshot) -> list[str]:
        """Return the keys that hold a snapshot, in order."""
        return [
            self.piece_named(piece_name(snapshot.next_offset, snapshot.token, number))
            for number in range(snapshot.piece_count)
        ]


class ClaimValue(NamedTuple):
    """Who is the controller."""

    broker_id: int
    epoch: int
    token: str
    """Tells the process: another one of the same broker id has another token."""


class HeadValue(NamedTuple):
    """Where the log ends."""

    epoch: int
    next_offset: int


class StoredSnapshot(NamedTuple):
    """What says where a snapshot's bytes are."""

    next_offset: int
    epoch: int
    piece_count: int
    token: str


def offset_name(offset: int) -> str:
    """Return an offset as the last part of a key: names sort as offsets do."""
    return f"{offset:0{NAME_DIGITS}d}"


def piece_name(next_offset: int, token: str, number: int) -> str:
    """Return the last part of the key of a snapshot's piece."""
    return f"{offset_name(next_offset)}-{token}-{number:04d}"


def snapshot_of_piece(name: str) -> tuple[int, str]:
    """Return next offset and token of the snapshot that a piece belongs to."""
    offset, token, _ = name.split("-")
    return int(offset), token


def encode_cluster(cluster_id: str) -> bytes:
    """Return the value of `cluster`."""
    return _encode({"id": cluster_id, "format": FORMAT})


def decode_cluster(value: bytes) -> str:
    """Return the cluster's id; raise WrongCluster when this version cannot read the cluster."""
    fields = _decode(value)
    if fields["format"] > FORMAT:
        raise WrongCluster(
            f"the cluster is kept in format {fields['format']}, this version knows {FORMAT}: "
            "run the version that wrote it"
        )
    return str(fields["id"])


def encode_claim(claim: ClaimValue) -> bytes:
    """Return the value of `controller`."""
    return _encode(claim._asdict())


def decode_claim(value: bytes) -> ClaimValue:
    """Return who is the controller."""
    fields = _decode(value)
    return ClaimValue(fields["broker_id"], fields["epoch"], fields["token"])


def encode_epoch(epoch: int) -> bytes:
    """Return the value of `controller_epoch`."""
    return _encode({"epoch": epoch})


def decode_epoch(value: bytes) -> int:
    """Return the highest controller epoch."""
    return int(_decode(value)["epoch"])


def encode_head(head: HeadValue) -> bytes:
    """Return the value of `head`."""
    return _encode(head._asdict())


def decode_head(value: bytes) -> HeadValue:
    """Return where the log ends."""
    fields = _decode(value)
    return HeadValue(fields["epoch"], fields["next_offset"])


def encode_snapshots(snapshots: Iterable[StoredSnapshot]) -> bytes:
    """Return the value of `latest_snap`, the newest first."""
    return _encode({"snapshots": [snapshot._asdict() for snapshot in snapshots]})


def decode_snapshots(value: bytes) -> list[StoredSnapshot]:
    """Return what snapshots there are, the newest first."""
    return [
        StoredSnapshot(each["next_offset"], each["epoch"], each["piece_count"], each["token"])
        for each in _decode(value)["snapshots"]
    ]


def _encode(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()


def _decode(value: bytes) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = json.loads(value)
    except ValueError as error:
        raise WrongCluster(f"the engine holds {value[:80]!r} where Ottla keeps JSON") from error
    return fields
