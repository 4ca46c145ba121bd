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
        """Return the number of records that the interceptors have left, of those that can be read.

        It never raises: `list` asks for it before it iterates.
        """
        return len(self._looked_through())

    def values(self) -> list[Any]:
        """Return just the values, in order."""
        return [record.value for record in self]

    def __iter__(self) -> Iterator[ConsumerRecord]:
        """Iterate over the records; SerializationError names the one that cannot be read."""
        yield from self._looked_through()
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

    def _looked_through(self) -> list[ConsumerRecord]:
        if self._handed_out is not None:
            return self._handed_out
        records: list[ConsumerRecord] = []
        try:
            records.extend(super().__iter__())  # keeps what comes before an error
        except SerializationError as error:
            self._failure = error
        self._handed_out = self._chain.on_records(records) if records else records
        return self._handed_out


def no_columns(what: str) -> ConfigurationError:
    """Return the error for calls that decode columns, where no interceptor would see a record."""
    return ConfigurationError(
        f"{what} makes columns without making records, so the interceptors of this consumer "
        "(on_records) would not see them: use a consumer without such interceptors"
    )
