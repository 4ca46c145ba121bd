# SPDX-License-Identifier: Apache-2.0
"""What a coordination service must be able to do to carry the journal: a port of seven calls.

ZooKeeper and etcd differ in words and agree in this: keys hold small values with a version that
rises by one with every write; a transaction that checks versions and writes happens as a whole or
not at all; some keys live as long as the session that made them; a change can be watched.
`StoreEngine` is written once against that, `ZooKeeperStore` and `EtcdStore` translate.

One object is one session. When the session is over it stays over (`lost`), and whoever needs the
service opens another one: so nothing that was claimed in the old one can be mistaken for alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence


class Stored(NamedTuple):
    """A key's value as it was read."""

    value: bytes
    version: int
    """One higher after each write; `Store.first_version` when the key is new."""


class Put(NamedTuple):
    """Write a key. Its condition says whether it must be there already."""

    key: str
    value: bytes
    is_ephemeral: bool = False
    """Whether the key goes with the session."""


class Delete(NamedTuple):
    """Remove a key."""

    key: str


Conditions = dict[str, int | None]
"""Which version each key must have; None when it must not be there (only for keys that are put)."""


class Store(Protocol):
    """One session with the service. Every call may raise EngineUnavailable or EngineRefused.

    EngineUnavailable from a `commit` says that nobody knows whether it happened, or still will.
    """

    @property
    def address(self) -> str:
        """The service's name in messages to people."""

    @property
    def problem(self) -> str:
        """Why the service cannot be reached, for people; empty when that is not known."""

    @property
    def first_version(self) -> int:
        """The version of a key that was just made."""

    @property
    def lost(self) -> asyncio.Event:
        """Set once the session is over, for good."""

    async def ready(self) -> None:
        """Return when it is worth asking again after EngineUnavailable, or when `lost`."""

    async def make_folders(self, paths: Sequence[str]) -> None:
        """Make what has to be there before keys below these paths can be; nothing in some."""

    async def get(
        self, key: str, *, is_watched: bool = False, is_latest: bool = True
    ) -> Stored | None:
        """Return a key's value, None when it is not there.

        `is_latest`: every write that was answered before this call is seen. `is_watched`: the
        next change after this answer sets the event that `changes` had returned.
        """

    async def get_all(self, keys: Sequence[str]) -> list[Stored | None]:
        """Return several values, no older than what this session was told before."""

    async def list_names(self, folder: str) -> list[str]:
        """Return the last parts of the keys right below `folder`, sorted."""

    async def commit(self, conditions: Mapping[str, int | None], *writes: Put | Delete) -> bool:
        """Write everything if every condition holds; else write nothing and return False.

        Every key that is put needs a condition.
        """

    def changes(self, key: str) -> asyncio.Event:
        """Return what will be set at the next change of the key, if it is watched by then."""

    async def tidy(self) -> None:
        """Let the service forget old versions, which it keeps for nobody."""

    async def close(self) -> None:
        """End the session; its ephemeral keys go."""
