# SPDX-License-Identifier: Apache-2.0
"""Entries of the transaction index.

One entry in a `.txnindex` file is its version (int16, 0) and this body: 34 bytes in all.

Generated from `definitions/aborted_txn.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_qqqq = Format(">qqqq")
_pack_qqqq = _qqqq.pack
_unpack_qqqq = _qqqq.unpack_from


class AbortedTxn(Message):
    """An aborted transaction: one entry of a transaction index."""

    __slots__ = (
        "producer_id",
        "first_offset",
        "last_offset",
        "last_stable_offset",
    )

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    producer_id: int
    """The producer's id."""

    first_offset: int
    """The first offset that the producer wrote in the transaction."""

    last_offset: int
    """The offset of the marker that aborted the transaction."""

    last_stable_offset: int
    """The last stable offset when the marker was written."""

    def __init__(
        self,
        *,
        producer_id: int = 0,
        first_offset: int = 0,
        last_offset: int = 0,
        last_stable_offset: int = 0,
    ) -> None:
        self.producer_id = producer_id
        self.first_offset = first_offset
        self.last_offset = last_offset
        self.last_stable_offset = last_stable_offset


def _write_aborted_txn_v0(message: AbortedTxn, parts: list[Buffer]) -> None:
    parts.append(
        _pack_qqqq(
            message.producer_id,
            message.first_offset,
            message.last_offset,
            message.last_stable_offset,
        )
    )


def _read_aborted_txn_v0(data: bytes, offset: int) -> tuple[AbortedTxn, int]:
    message = _new(AbortedTxn)
    message.producer_id, message.first_offset, message.last_offset, message.last_stable_offset = (
        _unpack_qqqq(data, offset)
    )
    offset += 32
    return message, offset


AbortedTxn.WRITERS = {
    0: _write_aborted_txn_v0,
}
AbortedTxn.READERS = {
    0: _read_aborted_txn_v0,
}
