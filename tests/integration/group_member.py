# SPDX-License-Identifier: Apache-2.0
"""A member of a group that stays alive in a thread while a test looks at its group."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

from tests.integration.foreign_clients import confluent_consumer

if TYPE_CHECKING:
    from collections.abc import Sequence

JOIN_TIMEOUT_S = 60


class GroupMember:
    """A confluent-kafka consumer that is polled until the test lets it go.

    It consumes what it is given and commits nothing, unless it is told how many records to
    consume and commit before the test goes on.
    """

    def __init__(
        self,
        bootstrap: str,
        group: str,
        topics: Sequence[str],
        *,
        consume: int = 0,
        **settings: object,
    ) -> None:
        self._consumer = confluent_consumer(
            bootstrap, group_id=group, auto_offset_reset="earliest", **settings
        )
        self._topics = list(topics)
        self._count = consume
        self._joined = threading.Event()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._joined.wait(JOIN_TIMEOUT_S), "the member did not get its partitions"
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Leave the group."""
        self._leaving.set()
        self._thread.join(JOIN_TIMEOUT_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        consumer, consumed = self._consumer, 0
        consumer.subscribe(self._topics)
        deadline = time.monotonic() + JOIN_TIMEOUT_S
        while not self._leaving.is_set() and time.monotonic() < deadline:
            if consumed < self._count:
                consumed += len(consumer.consume(self._count - consumed, 0.1))
            elif not self._joined.is_set():
                if self._count:
                    consumer.commit(asynchronous=False)
                consumer.poll(0.1)
                if consumer.assignment():
                    consumer.pause(consumer.assignment())
                    self._joined.set()
            else:
                consumer.poll(0.1)
        consumer.close()
