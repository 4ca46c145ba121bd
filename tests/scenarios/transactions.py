# SPDX-License-Identifier: Apache-2.0
"""Commands of scripts about transactions: what producers, leaders, time and the log do.

Every line that begins with `log` is a record that was appended, one that begins with `send` is
what the driver of markers is given. A producer is named by the script; it carries the id and epoch
that it was told last, and asks for the transactional id `t` unless `id=` says otherwise. With
`over=NAME` it speaks protocol V1 over that connection, without it V2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.coordinators.transaction.world import World

from ottla.coordinators.pending import outcome_of
from ottla.coordinators.transaction.late_requests import LateRequest
from ottla.coordinators.transaction.listing import Filters
from ottla.coordinators.transaction.metadata import V1, V2
from ottla.coordinators.transaction.records import read_transaction_record, transaction_record
from ottla.coordinators.transaction.states import STATE_BY_LABEL
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ottla.coordinators.pending import Pending
    from ottla.coordinators.ports import ProducerIdentity
    from ottla.coordinators.transaction.metadata import TransactionMetadata


class TransactionScenario(World):
    """A transaction coordinator that scripts talk to."""

    def __init__(self) -> None:
        super().__init__()
        self._producers: dict[str, ProducerIdentity] = {}
        self._connections: dict[str, int] = {}
        self._asked: list[tuple[str, Pending[Any], Callable[[Any], str]]] = []
        self._printed_batches = 0
        self._printed_due = 0

    def news(self) -> Iterator[str]:
        """Yield what was appended, sent and answered since the last time."""
        batches = self.partition.batches
        for batch in batches[self._printed_batches :]:
            for _, record in batch.records:
                read = read_transaction_record(record)
                assert read is not None
                yield f"log {shown_step(*read)}"
        self._printed_batches = len(batches)
        for due in self.due[self._printed_due :]:
            outcome = "commit" if due.send.committed else "abort"
            places = shown_partitions(due.send.partitions)
            yield (
                f"send {outcome} of {due.send.transactional_id} as {shown(due.send.producer)} "
                f"by coordinator epoch {due.marker.coordinator_epoch} to {places}"
            )
        self._printed_due = len(self.due)
        waiting = []
        for name, pending, show in self._asked:
            if not pending.is_done:
                waiting.append((name, pending, show))
            elif pending.error is not None:
                yield f"{name}: {pending.error.code.name}"
            else:
                yield f"{name}: {show(pending.value)}"
        self._asked = waiting

    def _ask(
        self, name: str, ask: Callable[[], Pending[Any]], show: Callable[[Any], str]
    ) -> Iterator[str]:
        try:
            self._asked.append((name, outcome_of(ask), show))
        except LateRequest:
            yield f"{name}: may be late, its connection is closed"
        yield from self.news()

    def _learn(self, name: str) -> Callable[[ProducerIdentity], str]:
        def show(told: ProducerIdentity) -> str:
            self._producers[name] = told
            return shown(told)

        return show

    def _serial(self, connection: str) -> int | None:
        if not connection:
            return None
        if connection not in self._connections:
            self.newest_serial += 1
            self._connections[connection] = self.newest_serial
        return self._connections[connection]

    # producers

    def do_connect(self, *connections: str) -> None:
        """Accept connections, in this order."""
        for connection in connections:
            self._serial(connection)

    def do_init(
        self,
        name: str,
        *flags: str,
        id: str = "t",  # noqa: A002 - the word of scripts
        timeout: str = "60000",
    ) -> Iterator[str]:
        """Initialise a producer; with the flag `again` as one that goes on."""
        expected = self._producers[name] if "again" in flags else None
        return self._ask(
            f"{name} InitProducerId",
            lambda: self.coordinator.init_producer_id(id, int(timeout), expected, self.moment),
            self._learn(name),
        )

    def do_add(self, name: str, *places: str, id: str = "t", over: str = "") -> Iterator[str]:  # noqa: A002
        """Add partitions, by a request or by writing to them."""
        serial, producer = self._serial(over), self._producers[name]
        partitions = [partition_named(place) for place in places]
        if serial is None:
            return self._ask(
                f"{name} Produce",
                lambda: self.coordinator.admit(id, producer, partitions, self.moment, add=True),
                shown_outcomes,
            )
        return self._ask(
            f"{name} AddPartitionsToTxn",
            lambda: self.coordinator.add_partitions(
                id, producer, partitions, self.moment, serial=serial
            ),
            lambda _: "NONE",
        )

    def do_verify(self, name: str, *places: str, id: str = "t") -> Iterator[str]:  # noqa: A002
        """Ask whether partitions are part of the transaction, as Produce before version 12."""
        producer = self._producers[name]
        partitions = [partition_named(place) for place in places]
        return self._ask(
            f"{name} Produce",
            lambda: self.coordinator.admit(id, producer, partitions, self.moment, add=False),
            shown_outcomes,
        )

    def do_commit(self, name: str, id: str = "t", over: str = "") -> Iterator[str]:  # noqa: A002
        """Commit."""
        return self._end(name, id, over, commit=True)

    def do_abort(self, name: str, id: str = "t", over: str = "") -> Iterator[str]:  # noqa: A002
        """Abort."""
        return self._end(name, id, over, commit=False)

    def _end(self, name: str, id_: str, over: str, *, commit: bool) -> Iterator[str]:
        serial, producer = self._serial(over), self._producers[name]
        return self._ask(
            f"{name} EndTxn",
            lambda: self.coordinator.end(
                id_,
                producer,
                self.moment,
                committed=commit,
                transaction_version=V2 if serial is None else V1,
                serial=serial or 0,
            ),
            self._learn(name),
        )

    def do_twin(self, name: str, other: str) -> None:
        """Let a producer know what another one knows: it is the same one, earlier."""
        self._producers[name] = self._producers[other]

    # what happens around

    def do_markers(self) -> Iterator[str]:
        """Write all markers that have been sent, and tell the coordinator."""
        sent, self.due[:] = list(self.due), []
        self._printed_due = 0
        for due in sent:
            if not self.coordinator.is_due(due):
                continue
            told = outcome_of(lambda due=due: self.coordinator.markers_written(due, self.moment))
            if told.is_done and told.error is not None:
                yield f"markers of {due.send.transactional_id}: {told.error_code.name}"
                self.due.append(due)
        self._printed_due = len(self.due)
        yield from self.news()

    def do_lose_markers(self) -> None:
        """Let the process die before it writes the markers."""
        self.due.clear()
        self._printed_due = 0

    def do_hold(self) -> None:
        """Let the high watermark stand still."""
        self.partition._commits_at_once = False

    def do_replicate(self) -> Iterator[str]:
        """Let the high watermark cover everything, from now on."""
        self.partition._commits_at_once = True
        self.partition.commit()
        yield from self.news()

    def do_refuse(self, code: str) -> None:
        """Let the next append be refused."""
        self.partition.refusal = ApiError(ErrorCode[code])

    def do_time(self, ms: str) -> Iterator[str]:
        """Let time pass."""
        self.advance(int(ms))
        yield from self.news()

    def do_fail_over(self) -> Iterator[str]:
        """Let another leader read the log."""
        self.reload()
        self._printed_due = 0
        yield from self.news()

    def do_epochs_used(self, name: str, epoch: str, id: str = "t") -> Iterator[str]:  # noqa: A002
        """Let a producer have come to a high epoch, long ago."""
        old = self.state(id)._replace(producer_epoch=int(epoch))
        self._producers[name] = old.producer
        self.partition.append((transaction_record(id, old),), 0, None)
        return self.do_fail_over()

    # looking

    def do_state(self) -> Iterator[str]:
        """Show every transactional id."""
        shard = self.coordinator.runtime.shard(0)
        assert shard is not None
        for name, metadata in shard.items():
            yield shown_step(name, metadata)

    def do_list(self, *states: str, pattern: str = "", longer_than: str = "-1") -> Iterator[str]:
        """Ask ListTransactions."""
        filters = Filters(states, (), int(longer_than), pattern)
        return self._ask(
            "ListTransactions",
            lambda: self.coordinator.list(filters, self.moment),
            lambda listing: (
                (
                    ", ".join(f"{one.transactional_id} {one.state}" for one in listing.transactions)
                    + "".join(f"; unknown state {state}" for state in listing.unknown_states)
                )
                or "nothing"
            ),
        )

    def do_describe(self, id: str) -> Iterator[str]:  # noqa: A002
        """Ask DescribeTransactions."""
        return self._ask(
            "DescribeTransactions",
            lambda: self.coordinator.describe(id),
            lambda metadata: shown_step(id, metadata),
        )


def partition_named(place: str) -> tuple[str, int]:
    """Return topic and number of `topic-number`."""
    topic, _, index = place.rpartition("-")
    return topic, int(index)


def shown(producer: ProducerIdentity) -> str:
    """Return id and epoch."""
    return f"{producer.producer_id}/{producer.producer_epoch}"


def shown_partitions(partitions: Mapping[str, tuple[int, ...]]) -> str:
    """Return partitions in one word each."""
    places = [f"{topic}-{index}" for topic, indexes in partitions.items() for index in indexes]
    return " ".join(places) or "nobody"


def shown_outcomes(outcomes: dict[tuple[str, int], ErrorCode]) -> str:
    """Return what became of each partition."""
    return ", ".join(f"{topic}-{index} {code.name}" for (topic, index), code in outcomes.items())


def shown_step(name: str, metadata: TransactionMetadata | None) -> str:
    """Return a record in words."""
    if metadata is None:
        return f"{name}: forgotten"
    assert metadata.state is STATE_BY_LABEL[metadata.state.label]
    text = f"{name}: {metadata.state.label} {shown(metadata.producer)}"
    if metadata.partitions:
        text += f" [{shown_partitions(metadata.partitions)}]"
    if metadata.next_producer_id >= 0:
        text += f", then {shown(metadata.producer_after)}"
    return text
