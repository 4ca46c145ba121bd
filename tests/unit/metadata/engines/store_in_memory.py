# SPDX-License-Identifier: Apache-2.0
"""A coordination service in a dictionary that loses requests, loses answers, and is late.

What the next commits of a session suffer is put into `MemoryStore.faults`:

    LOST      the request never arrives
    UNHEARD   it is carried out, the answer is lost
    a number  it arrives after so many other requests, and nobody hears of it
"""

from __future__ import annotations

import asyncio

from ottla.metadata.engines.store import Delete, Put, Stored
from ottla.metadata.journal import EngineUnavailable

LOST = -1
UNHEARD = 0


class MemoryService:
    """What all sessions share."""

    def __init__(self) -> None:
        self.keys: dict[str, Stored] = {}
        self.owners: dict[str, MemoryStore] = {}  # of ephemeral keys
        self.stores: list[MemoryStore] = []
        self.late: list = []
        self.commits = 0

    def open(self) -> MemoryStore:
        """Begin a session."""
        store = MemoryStore(self)
        self.stores.append(store)
        return store

    def tick(self) -> None:
        """Let requests arrive whose time has come; called with each request."""
        late, self.late = self.late, []
        for left, store, conditions, writes in late:
            if left > 0:
                self.late.append((left - 1, store, conditions, writes))
            elif not store.lost.is_set():
                self.apply(store, conditions, writes)

    def apply(self, store, conditions, writes) -> bool:
        """Carry out a transaction."""
        self.commits += 1
        for key, version in conditions.items():
            found = self.keys.get(key)
            if (found.version if found else None) != version:
                return False
        for write in writes:
            if isinstance(write, Put):
                before = self.keys.get(write.key)
                version = 0 if before is None else before.version + 1
                self.keys[write.key] = Stored(write.value, version)
                if write.is_ephemeral:
                    self.owners[write.key] = store
            elif write.key not in self.keys:
                return False
            else:
                del self.keys[write.key]
                self.owners.pop(write.key, None)
            self.wake(write.key)
        return True

    def expire(self, store) -> None:
        """End a session: its keys go."""
        for key in [key for key, owner in self.owners.items() if owner is store]:
            self.keys.pop(key, None)
            del self.owners[key]
            self.wake(key)
        store.lost.set()

    def wake(self, key) -> None:
        """Tell every session of a change."""
        for store in self.stores:
            changed = store.watched.pop(key, None)
            if changed is not None:
                changed.set()


class MemoryStore:
    """One session."""

    first_version = 0
    address = "memory"
    problem = ""

    def __init__(self, service) -> None:
        self.service = service
        self.lost = asyncio.Event()
        self.watched: dict[str, asyncio.Event] = {}
        self.faults: list[int] = []
        self.is_cut_off = False
        self.is_full = False

    async def ready(self):
        """Return after a while."""
        await asyncio.sleep(0.001 if self.is_cut_off or self.is_full else 0)

    async def make_folders(self, paths):
        """Nothing has to be there."""

    async def get(self, key, *, is_watched=False, is_latest=True):
        """Return a value."""
        await self._travel()
        return self.service.keys.get(key)

    async def get_all(self, keys):
        """Return values."""
        await self._travel()
        return [self.service.keys.get(key) for key in keys]

    async def list_names(self, folder):
        """Return names."""
        await self._travel()
        prefix = f"{folder}/"
        return sorted(
            key.removeprefix(prefix) for key in self.service.keys if key.startswith(prefix)
        )

    async def commit(self, conditions, *writes: Put | Delete):
        """Carry out a transaction, or suffer a fault."""
        puts = {write.key for write in writes if isinstance(write, Put)}
        assert puts <= set(conditions), "a put needs a condition"
        await self._travel()
        if self.is_full:
            raise EngineUnavailable("no space is left")
        fault = self.faults.pop(0) if self.faults else None
        if fault is None:
            return self.service.apply(self, conditions, writes)
        if fault == UNHEARD:
            self.service.apply(self, conditions, writes)
        elif fault > 0:
            self.service.late.append((fault, self, conditions, writes))
        raise EngineUnavailable("no answer came")

    def changes(self, key):
        """Return the event of the next change."""
        return self.watched.setdefault(key, asyncio.Event())

    async def tidy(self):
        """Nothing is kept."""

    async def close(self):
        """End the session."""
        self.service.expire(self)

    async def _travel(self):
        await asyncio.sleep(0)
        if self.lost.is_set() or self.is_cut_off:
            raise EngineUnavailable("nobody answers")
        self.service.tick()
