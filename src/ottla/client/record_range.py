# SPDX-License-Identifier: Apache-2.0
"""Reads a range of offsets as a whole, for tables: beside a consumer, whose positions stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.client.columns import to_arrow, to_pandas, to_polars
from ottla.client.fetch import FetchedBatches, Fetcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from ottla.client.cluster import Cluster
    from ottla.client.fetch import FetchSettings
    from ottla.client.topic_partition import TopicPartition


class RecordRange:
    """Records of some partitions, in memory as they were fetched: compressed and undecoded.

    Those of one partition are in order; partitions come one behind the other.
    """

    def __init__(self, fetched: Sequence[FetchedBatches]) -> None:
        self._fetched = fetched

    def __repr__(self) -> str:
        names = sorted({str(each.name) for each in self._fetched})
        return f"<RecordRange of {', '.join(names) or 'nothing'}>"

    def to_arrow(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the records as a pyarrow.Table, keys and values as bytes: see `client.columns`.

        Raises MissingExtraError without pyarrow, ConfigurationError for an unknown column.
        """
        return to_arrow(self._fetched, columns)

    def to_pandas(self, columns: Sequence[str] | None = None) -> Any:
        """Return the same as a pandas.DataFrame."""
        return to_pandas(self._fetched, columns)

    def to_polars(self, columns: Sequence[str] | None = None) -> Any:
        """Return the same as a polars.DataFrame."""
        return to_polars(self._fetched, columns)


async def read_range(
    cluster: Cluster,
    settings: FetchSettings,
    starts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> RecordRange:
    """Read every partition of `ends` from its start up to its end, which is not part of it.

    Raises what fetching raises. An end that is not there yet is waited for.
    """
    found: dict[TopicPartition, list[FetchedBatches]] = {name: [] for name in sorted(ends)}
    wanted = {name: starts[name] for name, end in ends.items() if starts[name] < end}
    if wanted:
        async with Fetcher(cluster, wanted, settings) as fetcher:
            async for fetched in fetcher:
                end = ends[fetched.name]
                if fetched.next_offset >= end:
                    fetcher.stop(fetched.name)
                    fetched = fetched._replace(next_offset=end)  # noqa: PLW2901 - cut
                if fetched.batches:
                    found[fetched.name].append(fetched)
    return RecordRange([each for partition in found.values() for each in partition])
