# SPDX-License-Identifier: Apache-2.0
"""Records as tables of pyarrow, pandas and polars: `pip install 'ottla[arrow]'` and the like.

| column | type | |
|---|---|---|
| topic | dictionary of strings | |
| partition | int32 | |
| offset | int64 | |
| timestamp | timestamp[ms, UTC] | null when the record has none |
| key, value | binary | null as in the record; deserializers are not asked |
| headers | list of struct(key: string, value: binary) | empty when there are none |

Numbers are computed for all records of a fetch at once, keys and values are copied by Arrow; what
is not asked for is not made. Names that are not UTF-8 have a replacement character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ottla.client.errors import ConfigurationError
from ottla.client.extras import import_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from ottla.client.fetch import FetchedBatches
    from ottla.records.record_columns import RecordColumns

COLUMNS: Final = ("topic", "partition", "offset", "timestamp", "key", "value", "headers")
"""What a table has, in this order, when nothing else is asked for."""


def check_columns(columns: Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns that are meant; raises ConfigurationError for one that does not exist."""
    if columns is None:
        return COLUMNS
    for name in columns:
        if name not in COLUMNS:
            raise ConfigurationError(f"there is no column {name!r}; there are {', '.join(COLUMNS)}")
    return tuple(columns)


def to_arrow(fetched: Sequence[FetchedBatches], columns: Sequence[str] | None) -> pa.Table:
    """Return the records as one table, a chunk for each fetch.

    Raises MissingExtraError, CorruptRecord, and ConfigurationError for an unknown column.
    """
    names = check_columns(columns)
    pa = import_extra("pyarrow", "arrow")
    decode_columns = import_extra("ottla.records.record_columns", "arrow").decode_columns
    schema = pa.schema([(name, _TYPES[name](pa)) for name in names])
    chunks = []
    for each in fetched:
        decoded = decode_columns(each.batches)
        arrays = [_MAKERS[name](pa, each, decoded) for name in names]
        chunk = pa.record_batch(arrays, schema=schema)
        chunks.append(_inside(chunk, each, decoded))
    return pa.Table.from_batches(chunks, schema)


def to_pandas(fetched: Sequence[FetchedBatches], columns: Sequence[str] | None) -> Any:
    """Return the records as a pandas.DataFrame; raises as `to_arrow` does."""
    import_extra("pandas", "pandas")  # pyarrow needs it for what follows
    return to_arrow(fetched, columns).to_pandas()


def to_polars(fetched: Sequence[FetchedBatches], columns: Sequence[str] | None) -> Any:
    """Return the records as a polars.DataFrame; raises as `to_arrow` does."""
    polars = import_extra("polars", "polars")
    return polars.from_arrow(to_arrow(fetched, columns))


def _inside(chunk: pa.RecordBatch, fetched: FetchedBatches, decoded: RecordColumns) -> Any:
    """Leave out what comes before the first offset that was asked for, or behind the last."""
    first, end = decoded.offsets.searchsorted([fetched.offset, fetched.next_offset]).tolist()
    return chunk.slice(first, end - first)


_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "topic": lambda pa: pa.dictionary(pa.int8(), pa.string()),
    "partition": lambda pa: pa.int32(),
    "offset": lambda pa: pa.int64(),
    "timestamp": lambda pa: pa.timestamp("ms", "UTC"),
    "key": lambda pa: pa.binary(),
    "value": lambda pa: pa.binary(),
    "headers": lambda pa: pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())])),
}


def _topics(pa: Any, fetched: FetchedBatches, decoded: RecordColumns) -> Any:
    indices = pa.repeat(pa.scalar(0, pa.int8()), len(decoded.offsets))
    return pa.DictionaryArray.from_arrays(indices, [fetched.name.topic])


def _partitions(pa: Any, fetched: FetchedBatches, decoded: RecordColumns) -> Any:
    return pa.repeat(pa.scalar(fetched.name.partition, pa.int32()), len(decoded.offsets))


def _offsets(pa: Any, _: FetchedBatches, decoded: RecordColumns) -> Any:
    return pa.array(decoded.offsets)


def _timestamps(pa: Any, _: FetchedBatches, decoded: RecordColumns) -> Any:
    is_none = decoded.timestamps_ms == -1
    return pa.array(
        decoded.timestamps_ms, pa.timestamp("ms", "UTC"), mask=is_none if is_none.any() else None
    )


def _keys(pa: Any, _: FetchedBatches, decoded: RecordColumns) -> Any:
    return _fields(pa, decoded.payload, decoded.key_starts, decoded.key_sizes)


def _values(pa: Any, _: FetchedBatches, decoded: RecordColumns) -> Any:
    return _fields(pa, decoded.payload, decoded.value_starts, decoded.value_sizes)


def _fields(pa: Any, payload: bytes, starts: Any, sizes: Any) -> Any:
    """Return fields of a payload as a binary array.

    The payload is taken for an array of fields and of what lies between them, by turns; Arrow
    then copies every other one.
    """
    import numpy as np  # noqa: PLC0415 - an extra

    count = len(starts)
    places = np.empty(2 * count, np.int32)
    places[::2] = starts
    places[1::2] = starts + np.maximum(sizes, 0)
    whole = pa.Array.from_buffers(
        pa.binary(), max(0, 2 * count - 1), [None, pa.py_buffer(places), pa.py_buffer(payload)]
    )
    fields = whole.take(pa.array(np.arange(0, 2 * count, 2)))
    if (sizes >= 0).all():
        return fields
    import pyarrow.compute as pc  # noqa: PLC0415 - an extra

    return pc.if_else(pa.array(sizes >= 0), fields, pa.scalar(None, pa.binary()))


def _headers(pa: Any, _: FetchedBatches, decoded: RecordColumns) -> Any:
    if not decoded.headers:
        nothing = pa.array([], _TYPES["headers"](pa).value_type)
        return pa.ListArray.from_arrays(
            pa.repeat(pa.scalar(0, pa.int32()), len(decoded.offsets) + 1), nothing
        )
    rows: list[list[dict[str, Any]]] = [[] for _ in range(len(decoded.offsets))]
    for number, headers in decoded.headers.items():
        rows[number] = [
            {"key": name.encode("utf-8", "replace").decode(), "value": value}
            for name, value in headers
        ]
    return pa.array(rows, _TYPES["headers"](pa))


_MAKERS: Final = {
    "topic": _topics,
    "partition": _partitions,
    "offset": _offsets,
    "timestamp": _timestamps,
    "key": _keys,
    "value": _values,
    "headers": _headers,
}
