# SPDX-License-Identifier: Apache-2.0
"""The copier for programs without an event loop; a thin front of `ottla.aio.copier`.

with Copier(
    "orders", transform=make_bill, group_id="billing", transactional_id="billing-1"
) as copier:
    copier.run()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ottla.aio.copier import Copier as AsyncCopier
from ottla.base.loop_thread import LoopThread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.aio.copier import Transform
    from ottla.client.consumer_options import ConsumerKeywords
    from ottla.client.producer_options import ProducerKeywords


class Copier:
    """Makes records of records, each exactly once; see the module's text."""

    def __init__(
        self,
        *topics: str,
        transform: Transform,
        group_id: str,
        transactional_id: str,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        max_records: int = 1_000,
        consumer_options: ConsumerKeywords | None = None,
        producer_options: ProducerKeywords | None = None,
    ) -> None:
        """Say what becomes of the records of some topics, and connect.

        The arguments are those of `ottla.aio.Copier`. Raises ConfigurationError, and what
        `Producer` and `Consumer` raise when no address answers.
        """
        self._copier = AsyncCopier(
            *topics,
            transform=transform,
            group_id=group_id,
            transactional_id=transactional_id,
            bootstrap_servers=bootstrap_servers,
            max_records=max_records,
            consumer_options=consumer_options,
            producer_options=producer_options,
        )
        self._thread = LoopThread("ottla-copier")
        self._thread.run_first(self._copier.start())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def records_copied(self) -> int:
        """How many records were read and, with all that was made of them, committed."""
        return self._copier.records_copied

    def run(self) -> None:
        """Copy until `stop` is called, or to the end with `stop_at_end`; see `ottla.aio.Copier`."""
        self._thread.run(self._copier.run())

    def stop(self) -> None:
        """Let `run` return when the transaction under way is over; from any thread."""
        self._thread.loop.call_soon_threadsafe(self._copier.stop)

    def close(self) -> None:
        """Abort what is open, leave the group, disconnect."""
        self._thread.run_last(self._copier.close())
