# SPDX-License-Identifier: Apache-2.0
"""The appends of one controllership: in order, together where they can, never in doubt for long.

What waits while a transaction is under way goes into the next one, all batches at once. One
transaction

    if controller and controller_epoch are this claim's, and head has the version it had:
        put head, put b/<offset> ...

is under way at a time. It fails as a whole when somebody else is the controller by now.

When no answer comes, the transaction may have happened or not, or may still happen: it can wait
in a server that was paused. Reading alone does not tell. So the appender rewrites the head as it
is, under the same conditions. When that succeeds, the head has a version under which the one in
doubt can never succeed, and it is sent again; when the head has changed already, the bytes at the
offset say whose batch got in. When the session ends meanwhile, or nothing is taken for as long as
a session lives, nobody knows, and the claim is given up.

Owned by the engine's task; made anew for each claim.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import OttlaError
from ottla.metadata.engines.layout import HeadValue, decode_head, encode_head
from ottla.metadata.engines.store import Put, Stored
from ottla.metadata.journal import (
    ControllerFenced,
    EngineUnavailable,
    JournalConflict,
    WrongCluster,
)

if TYPE_CHECKING:
    from ottla.metadata.engines.layout import Layout
    from ottla.metadata.engines.store import Conditions, Store

GROUP_BYTES_MAX = 768 << 10
"""ZooKeeper takes requests up to 1 MiB, etcd up to 1.5 MiB."""

GROUP_COUNT_MAX = 60
"""etcd takes 128 operations in a transaction, and a condition for each."""


class _Waiting(NamedTuple):
    """An append that waits for its turn or for its answer."""

    batch: bytes
    expected_offset: int
    next_offset: int
    answered: asyncio.Future[int]


class Appender:
    """Writes batches under one claim."""

    def __init__(
        self, store: Store, layout: Layout, epoch: int, claim: Conditions, timeout_s: float
    ) -> None:
        self.store = store
        self.epoch = epoch
        self._timeout_s = timeout_s
        self._layout = layout
        self._claim = claim  # the versions of the two keys as long as the claim holds
        self._head_version = -1
        self._next_offset = -1
        self._is_over = False
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether this claim can write nothing more, as far as is known here."""
        return self._is_over or self.store.lost.is_set()

    def begin(self, head: Stored) -> None:
        """Take note of the head as it is now that nobody else can move it."""
        self._head_version = head.version
        self._next_offset = decode_head(head.value).next_offset

    async def append(self, batch: bytes, expected_offset: int, next_offset: int) -> int:
        """Write one batch; see `MetadataJournal.append`."""
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(batch, expected_offset, next_offset, answered))
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())
        return await answered

    def end(self) -> None:
        """Begin no further transaction."""
        self._is_over = True

    async def close(self) -> None:
        """Stop; what has no answer yet gets none."""
        self._is_over = True
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            _fail(self._waiting, _unheard())  # of a writer that had not begun
            self._waiting.clear()

    async def _write(self) -> None:
        group: list[_Waiting] = []
        try:
            while self._waiting:
                group = self._take_group()
                if not group:
                    continue
                try:
                    await self._commit(group)
                except OttlaError as error:
                    _fail(group, error)
        except BaseException:
            _fail(group + self._waiting, _unheard())
            raise
        finally:
            self._writer = None

    def _take_group(self) -> list[_Waiting]:
        """Take what can be written next; refuse what cannot."""
        group: list[_Waiting] = []
        end, size = self._next_offset, 0
        for number, each in enumerate(self._waiting):
            if self.is_over:
                _fail([each], ControllerFenced(f"controller epoch {self.epoch} is over"))
            elif each.expected_offset != end:
                _fail([each], JournalConflict(f"the log ends at {end}, not {each.expected_offset}"))
            elif group and (
                size + len(each.batch) > GROUP_BYTES_MAX or len(group) == GROUP_COUNT_MAX
            ):
                del self._waiting[:number]
                return group
            else:
                group.append(each)
                end, size = each.next_offset, size + len(each.batch)
        self._waiting.clear()
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        """Write the batches of the group, all or none."""
        end = group[-1].next_offset
        give_up_at = asyncio.get_running_loop().time() + self._timeout_s
        while True:
            conditions = self._conditions()
            batches = []
            for each in group:
                key = self._layout.batch(each.expected_offset)
                conditions[key] = None
                batches.append(Put(key, each.batch))
            head = Put(self._layout.head, encode_head(HeadValue(self.epoch, end)))
            try:
                is_in = await self.store.commit(conditions, head, *batches)
                if not is_in:
                    await self._raise_refusal()
                self._head_version += 1
            except EngineUnavailable as error:
                is_in = await self._settle(group, str(error), give_up_at)
            if is_in:
                self._next_offset = end
                for each in group:
                    if not each.answered.done():
                        each.answered.set_result(each.next_offset)
                return

    async def _settle(self, group: list[_Waiting], reason: str, give_up_at: float) -> bool:
        """Return whether a transaction without an answer is in; if not, it never will be."""
        store, layout = self.store, self._layout
        now = asyncio.get_running_loop().time
        while not store.lost.is_set() and now() < give_up_at:
            try:
                head = await self._read_head()
                if head.version != self._head_version:
                    return await self._settle_by_content(group, head)
                if await store.commit(self._conditions(), Put(layout.head, head.value)):
                    self._head_version += 1
                    return False
                if (await self._read_head()).version == self._head_version:
                    # Refused for the claim, under which the one in doubt would have to pass too.
                    raise self._fenced()
            except EngineUnavailable as error:
                reason = str(error)
                await store.ready()
        self._is_over = True
        raise EngineUnavailable(
            f"{store.address} has not said whether an append is in: {store.problem or reason}"
        )

    async def _settle_by_content(self, group: list[_Waiting], head: Stored) -> bool:
        """Judge by what is at the offset, now that the head has moved and nothing can come late."""
        first = group[0]
        if decode_head(head.value).next_offset <= first.expected_offset:
            self._head_version = head.version  # the rewriting above got in without an answer
            return False
        (stored,) = await self.store.get_all([self._layout.batch(first.expected_offset)])
        if stored is None:
            raise EngineUnavailable(
                f"whether the append at {first.expected_offset} is in cannot be told any more: "
                "the log there was replaced by a snapshot"
            )
        if stored.value != first.batch:
            raise self._fenced()
        self._head_version = head.version
        return True

    async def _raise_refusal(self) -> None:
        """Find out why a transaction was refused."""
        for key, version in self._claim.items():
            stored = await self.store.get(key)
            if stored is None or stored.version != version:
                raise self._fenced()
        head = await self._read_head()
        self.begin(head)
        raise JournalConflict(f"the log ends at {self._next_offset}")

    def _fenced(self) -> ControllerFenced:
        self._is_over = True
        return ControllerFenced(f"controller epoch {self.epoch} is over")

    def _conditions(self) -> Conditions:
        return {**self._claim, self._layout.head: self._head_version}

    async def _read_head(self) -> Stored:
        head = await self.store.get(self._layout.head)
        if head is None:
            raise WrongCluster(f"{self._layout.head} in {self.store.address} is gone")
        return head


def _fail(group: list[_Waiting], error: OttlaError) -> None:
    for each in group:
        if not each.answered.done():
            each.answered.set_exception(error)


def _unheard() -> EngineUnavailable:
    return EngineUnavailable("the engine was stopped before it was told the outcome")
