# SPDX-License-Identifier: Apache-2.0
"""A batch whose records go through interceptors when somebody looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.client.consumer_record import ConsumerRecord, Deserializers, RecordBatch
from ottla.client.errors import ConfigurationError, SerializationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from ottla.client.fetch import FetchedBatches
    from ottla.client.interceptor_chain import ConsumerChain


class InterceptedBatch(RecordBatch):
    """Asks the interceptors once, however often it is looked at."""

    __slots__ = ("_chain", "_failure", "_handed_out")

    def __init__(
        self, fetched: FetchedBatches, deserializers: Deserializers, chain: ConsumerChain
    ) -> None:
        super().__init__(fetched, deserializers)
        self._chain = chain
        self._handed_out: list[ConsumerRecord] | None = None
        self._failure: SerializationError | None = None  # behind the records that can be read

    def __len__(self) -> int:
        """Return the number of records that the interceptors have left."""
        return len(list(self))

    def values(self) -> list[Any]:
        """Return just the values, in order."""
        return [record.value for record in self]

    def __iter__(self) -> Iterator[ConsumerRecord]:
        """Iterate over the records; SerializationError names the one that cannot be read."""
        if self._handed_out is None:
            self._handed_out = self._look_through()
        yield from self._handed_out
        if self._failure is not None:
            raise self._failure

    def to_arrow(self, columns: Sequence[str] | None = None) -> pa.Table:  # noqa: ARG002
        """Refuse: see `no_columns`."""
        raise no_columns("to_arrow")

    def to_pandas(self, columns: Sequence[str] | None = None) -> Any:  # noqa: ARG002
        """Refuse: see `no_columns`."""
        raise no_columns("to_pandas")

    def to_polars(self, columns: Sequence[str] | None = None) -> Any:  # noqa: ARG002
        """Refuse: see `no_columns`."""
        raise no_columns("to_polars")

    def _look_through(self) -> list[ConsumerRecord]:
        records: list[ConsumerRecord] = []
        try:
            records.extend(super().__iter__())  # keeps what comes before an error
        except SerializationError as error:
            self._failure = error
        return self._chain.on_records(records) if records else records


def no_columns(what: str) -> ConfigurationError:
    """Return the error for calls that decode columns, where no interceptor would see a record."""
    return ConfigurationError(
        f"{what} makes columns without making records, so the interceptors of this consumer "
        "(on_records) would not see them: use a consumer without such interceptors"
    )
