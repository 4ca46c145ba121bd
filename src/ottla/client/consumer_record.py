# SPDX-License-Identifier: Apache-2.0
"""Records as consumers see them, and the batches that they come in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ottla.client.columns import to_arrow, to_pandas, to_polars
from ottla.client.errors import SerializationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from ottla.client.fetch import FetchedBatches
    from ottla.client.topic_partition import TopicPartition
    from ottla.records.record import Record


class ConsumerRecord(NamedTuple):
    """One record and where it was; key and value are what the deserializers made of them."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int  # since 1970, -1 when there is none
    key: Any  # bytes or None without a deserializer
    value: Any  # likewise
    headers: tuple[tuple[str, bytes | None], ...] = ()


_new_record = partial(tuple.__new__, ConsumerRecord)


class Deserializers(NamedTuple):
    """What turns bytes into keys and values; None leaves them bytes. Nulls stay None."""

    key: Callable[[bytes], Any] | None = None
    value: Callable[[bytes], Any] | None = None


class RecordBatch:
    """Records of one partition that arrived together, decoded when somebody looks at them."""

    __slots__ = ("_deserializers", "_fetched", "_records")

    def __init__(self, fetched: FetchedBatches, deserializers: Deserializers) -> None:
        self._fetched = fetched
        self._deserializers = deserializers
        self._records: list[Record] | None = None

    def __repr__(self) -> str:
        return f"<RecordBatch {self._fetched.name}, offsets {self.offset} to {self.next_offset}>"

    @property
    def topic(self) -> str:
        """The topic that all of them are of."""
        return self._fetched.name.topic

    @property
    def partition(self) -> int:
        """The partition that all of them are of."""
        return self._fetched.name.partition

    @property
    def offset(self) -> int:
        """Where the batch begins; its first record may have a later offset."""
        return self._fetched.offset

    @property
    def next_offset(self) -> int:
        """Where the partition goes on after it."""
        return self._fetched.next_offset

    @property
    def high_watermark(self) -> int:
        """Where the partition ended when it was fetched."""
        return self._fetched.high_watermark

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._decoded())

    def values(self) -> list[Any]:
        """Return just the values, in order."""
        decode = self._deserializers.value
        if decode is None:
            return [record.value for record in self._decoded()]
        return [record.value for record in self]

    def to_arrow(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the records as a pyarrow.Table, keys and values as bytes: see `client.columns`.

        Raises MissingExtraError without pyarrow, ConfigurationError for an unknown column.
        """
        return to_arrow([self._fetched], columns)

    def to_pandas(self, columns: Sequence[str] | None = None) -> Any:
        """Return the same as a pandas.DataFrame."""
        return to_pandas([self._fetched], columns)

    def to_polars(self, columns: Sequence[str] | None = None) -> Any:
        """Return the same as a polars.DataFrame."""
        return to_polars([self._fetched], columns)

    def __iter__(self) -> Iterator[ConsumerRecord]:
        """Iterate over the records; SerializationError names the one that cannot be read."""
        name, new_record = self._fetched.name, _new_record
        topic, partition = name
        if self._deserializers == (None, None):
            return (new_record((topic, partition, *record)) for record in self._decoded())
        return self._deserialized(name)

    def _decoded(self) -> list[Record]:
        if self._records is None:
            self._records = self._fetched.records()
        return self._records

    def _deserialized(self, name: TopicPartition) -> Iterator[ConsumerRecord]:
        read_key, read_value = self._deserializers
        for offset, timestamp_ms, key, value, headers in self._decoded():
            yield ConsumerRecord(
                *name,
                offset,
                timestamp_ms,
                _read("key", key, read_key, name, offset),
                _read("value", value, read_value, name, offset),
                headers,
            )


def _read(
    part: str,
    data: bytes | None,
    deserializer: Callable[[bytes], Any] | None,
    name: TopicPartition,
    offset: int,
) -> Any:
    if data is None or deserializer is None:
        return data
    try:
        return deserializer(data)
    except Exception as error:
        raise SerializationError(
            f"{part}_deserializer failed on the record at offset {offset} of {name}: {error!r}; "
            f"seek to {offset + 1} to go on behind it"
        ) from error
