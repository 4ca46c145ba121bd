# SPDX-License-Identifier: Apache-2.0
"""A coordination service in a dictionary that counts what ZooKeeper and etcd would be asked.

It takes the place of a `Store` (`ottla.metadata.engines.store`), so the journal's own algorithm
runs on it unchanged. Each call is counted as the requests that it becomes in the adapters:

    call                 ZooKeeper                    etcd
    -------------------  ---------------------------  --------------------------------------
    get                  getData, and a sync before   one range; linearizable for the latest
                         for the latest
    get_all of n         n getData                    one transaction for each 6
    list_names           sync, getChildren            one range
    commit               one multi                    one transaction
    a watched change     one event                    one event

Answers come at once: what is timed here is the work of the brokers, not the service.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from ottla.metadata.engines.etcd import KEYS_PER_REQUEST
from ottla.metadata.engines.store import Delete, Put, Stored
from ottla.metadata.journal import EngineUnavailable


@dataclass(slots=True)
class Counts:
    """What the service has done for some sessions."""

    zookeeper: int = 0
    """Requests, as ZooKeeper would have had them."""
    etcd: int = 0
    """Requests, as etcd would have had them."""
    syncs: int = 0
    """Those of ZooKeeper's requests that its leader has to answer although nothing is written."""
    transactions: int = 0
    events: int = 0
    """Changes that a session had asked to be told of."""
    read_bytes: int = 0
    written_bytes: int = 0

    def __sub__(self, before: "Counts") -> "Counts":
        return Counts(
            *(getattr(self, each.name) - getattr(before, each.name) for each in fields(self))
        )

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )

    def times(self, factor: float) -> "Counts":
        """Return the counts of so many times as much."""
        return Counts(*(round(getattr(self, each.name) * factor) for each in fields(self)))

    def copy(self) -> "Counts":
        """Return the counts as they are now."""
        return self.times(1)


class CountedService:
    """What all sessions share."""

    def __init__(self) -> None:
        self.keys: dict[str, Stored] = {}
        self.owners: dict[str, CountedStore] = {}  # of ephemeral keys
        self.stores: list[CountedStore] = []

    def open(self, counts: Counts) -> "CountedStore":
        """Begin a session whose requests are added to `counts`."""
        store = CountedStore(self, counts)
        self.stores.append(store)
        return store

    def apply(self, store: "CountedStore", writes: Sequence[Put | Delete]) -> None:
        """Carry out a transaction whose conditions hold."""
        for write in writes:
            if isinstance(write, Delete):
                del self.keys[write.key]
                self.owners.pop(write.key, None)
            else:
                before = self.keys.get(write.key)
                version = 0 if before is None else before.version + 1
                self.keys[write.key] = Stored(write.value, version)
                if write.is_ephemeral:
                    self.owners[write.key] = store
            self._tell(write.key)

    def end(self, store: "CountedStore") -> None:
        """End a session: its keys go."""
        store.lost.set()
        if store in self.stores:
            self.stores.remove(store)
        for key in [key for key, owner in self.owners.items() if owner is store]:
            del self.keys[key]
            del self.owners[key]
            self._tell(key)

    def _tell(self, key: str) -> None:
        for store in self.stores:
            store.heard(key)


class CountedStore:
    """One session."""

    first_version = 0
    address = "memory"
    problem = ""

    def __init__(self, service: CountedService, counts: Counts) -> None:
        self.lost = asyncio.Event()
        self._service = service
        self._counts = counts
        self._changes: dict[str, asyncio.Event] = {}
        self._watched: set[str] = set()

    async def ready(self) -> None:
        """Return: it always is."""

    async def make_folders(self, paths: Sequence[str]) -> None:
        """Do nothing: nothing has to be there."""

    async def get(
        self, key: str, *, is_watched: bool = False, is_latest: bool = True
    ) -> Stored | None:
        """Return a value."""
        await self._travel(1 + is_latest, 1)
        self._counts.syncs += is_latest
        if is_watched:
            self._watched.add(key)
        return self._read(key)

    async def get_all(self, keys: Sequence[str]) -> list[Stored | None]:
        """Return several values."""
        await self._travel(len(keys), -(-len(keys) // KEYS_PER_REQUEST))
        return [self._read(key) for key in keys]

    async def list_names(self, folder: str) -> list[str]:
        """Return names."""
        await self._travel(2, 1)
        self._counts.syncs += 1
        prefix = f"{folder}/"
        names = [key.removeprefix(prefix) for key in self._service.keys if key.startswith(prefix)]
        self._counts.read_bytes += sum(map(len, names))
        return sorted(names)

    async def commit(self, conditions: Mapping[str, int | None], *writes: Put | Delete) -> bool:
        """Carry out a transaction if its conditions hold."""
        await self._travel(1, 1)
        self._counts.transactions += 1
        keys = self._service.keys
        for key, version in conditions.items():
            found = keys.get(key)
            if (None if found is None else found.version) != version:
                return False
        if any(isinstance(write, Delete) and write.key not in keys for write in writes):
            return False
        self._counts.written_bytes += sum(
            len(write.value) for write in writes if isinstance(write, Put)
        )
        self._service.apply(self, writes)
        return True

    def changes(self, key: str) -> asyncio.Event:
        """Return the event of the next change."""
        return self._changes.setdefault(key, asyncio.Event())

    def heard(self, key: str) -> None:
        """Take note of a change."""
        if key in self._watched:
            self._watched.discard(key)
            self._counts.events += 1
            changed = self._changes.pop(key, None)
            if changed is not None:
                changed.set()

    async def tidy(self) -> None:
        """Keep nothing old."""

    async def close(self) -> None:
        """End the session."""
        self._service.end(self)

    def _read(self, key: str) -> Stored | None:
        stored = self._service.keys.get(key)
        if stored is not None:
            self._counts.read_bytes += len(stored.value)
        return stored

    async def _travel(self, zookeeper: int, etcd: int) -> None:
        await asyncio.sleep(0)
        if self.lost.is_set():
            raise EngineUnavailable("the session is over")
        self._counts.zookeeper += zookeeper
        self._counts.etcd += etcd
