# SPDX-License-Identifier: Apache-2.0
"""Tells a late request of an old client from a timely one (KAFKA-17754, docs/decisions/0010).

Under protocol V1 all transactions of a producer carry the same epoch. A client that got no answer
to its EndTxn asks again on a new connection and goes on; the first EndTxn may still lie in the
old connection, and would decide whatever transaction is open when it is read. Nothing in the
request says which transaction it means, so we look at where it comes from.

A client is sequential, and a connection keeps order. Connections have serial numbers that rise as
they are accepted. A request is timely when its connection

* has carried a request of this very transaction already, or
* was accepted after the transaction began (for an EndTxn), or
* is not older than any connection the producer has used since (to begin or to join one).

Everything else may be late and is refused by closing its connection, whatever it was: an honest
client connects anew, which makes it timely, and asks again.

All of this is soft state. When a shard is loaded, its transactions count as begun at that moment.
"""

from __future__ import annotations

from ottla.protocol.errors import WireError


class LateRequest(WireError):  # noqa: N818 - says what it may be
    """A request that may belong to an earlier transaction: its connection has to be closed."""

    def __init__(self, transactional_id: str) -> None:
        super().__init__(
            f"a request of transactional id {transactional_id!r} came over an old connection and "
            "may belong to an earlier transaction"
        )


class TransactionSequence:
    """Which transaction of a transactional id is open, and over which connections it is told."""

    __slots__ = ("_newest_at_begin", "_newest_used", "_took_part", "number")

    def __init__(self, number: int, newest_serial: int) -> None:
        self.number = number
        """Of the transaction that is open, or was last; no two have the same in one process."""
        self._newest_at_begin = newest_serial  # the youngest connection when it began
        self._newest_used = newest_serial  # the youngest connection that carried a timely request
        self._took_part: dict[int, None] = {}

    def begins(self, number: int, serial: int, newest_serial: int) -> bool:
        """Begin a transaction over a connection; False when the request may be late."""
        assert serial <= newest_serial, (serial, newest_serial)
        assert number > self.number, (number, self.number)
        if serial < self._newest_used:
            return False
        self.number = number
        self._newest_at_begin = newest_serial
        self._newest_used = serial
        self._took_part = {serial: None}
        return True

    def joins(self, serial: int) -> bool:
        """Let a connection take part in the open transaction; False when it may be late."""
        if serial not in self._took_part:
            if serial < self._newest_used:
                return False
            self._took_part[serial] = None
            self._newest_used = serial
        return True

    def may_end(self, serial: int) -> bool:
        """Whether an EndTxn of this connection means the open transaction."""
        if serial not in self._took_part and serial <= self._newest_at_begin:
            return False
        self.used(serial)
        return True

    def used(self, serial: int) -> None:
        """Take note that the producer uses a connection."""
        self._newest_used = max(self._newest_used, serial)

    def begins_implicitly(self, number: int, newest_serial: int) -> None:
        """Begin a transaction of protocol V2, whose epoch tells late requests."""
        assert number > self.number, (number, self.number)
        self.number = number
        self._newest_at_begin = newest_serial
        self._took_part = {}

    def forget_connections(self) -> None:
        """Let any connection be timely: a new epoch tells late requests."""
        self._newest_used = 0
        self._newest_at_begin = 0
        self._took_part = {}
