# SPDX-License-Identifier: Apache-2.0
"""Compares the replicas of every partition on disk, byte for byte, up to the high watermark.

For brokers that have been shut down in good order: the checkpoints of their high watermarks are
written then. A replica may begin later than another one (retention) and may have further records
above the lowest high watermark; in between they have to be the same batches.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ottla.records.batch import CorruptRecord
from ottla.storage.log_segment import read_headers

HIGH_WATERMARKS: Final = "replication-offset-checkpoint"
METADATA_LOG: Final = "__cluster_metadata"


class Replica:
    """The log of one partition on one broker."""

    def __init__(self, broker_id: int, folder: Path, high_watermark: int) -> None:
        self.broker_id = broker_id
        self.folder = folder
        self.high_watermark = high_watermark

    def batches(self, end_offset: int) -> dict[int, bytes]:
        """Return batches by base offset, those that begin below `end_offset`.

        Raises CorruptRecord.
        """
        batches: dict[int, bytes] = {}
        for path in sorted(self.folder.glob("*.log")):
            data = path.read_bytes()

            def read(size: int, position: int, data: bytes = data) -> bytes:
                return data[position : position + size]

            for position, header in read_headers(read, 0, len(data)):
                if header.base_offset >= end_offset:
                    return batches
                batches[header.base_offset] = data[position : position + header.size_bytes]
        return batches


@dataclass(slots=True)
class Comparison:
    """What came of comparing."""

    problems: list[str] = field(default_factory=list)
    batch_count: int = 0  # pairs of batches that are the same


def compare_replicas(
    data_folders: Mapping[int, Path], assignment: Mapping[str, Iterable[int]]
) -> Comparison:
    """Compare; `assignment` says which brokers hold the replicas of `topic-0`."""
    comparison = Comparison()
    watermarks = {broker: _high_watermarks(folder) for broker, folder in data_folders.items()}
    for name, broker_ids in sorted(assignment.items()):
        if name.startswith(METADATA_LOG):
            continue
        replicas = []
        for broker_id in sorted(broker_ids):
            folder = data_folders[broker_id] / name
            if not folder.is_dir():
                comparison.problems.append(f"{name}: broker {broker_id} has no folder for it")
                continue
            high_watermark = watermarks[broker_id].get(name, 0)
            replicas.append(Replica(broker_id, folder, high_watermark))
        if replicas:
            comparison.problems += _compare(name, replicas, comparison)
    return comparison


def _compare(name: str, replicas: list[Replica], comparison: Comparison) -> Iterator[str]:
    end = min(each.high_watermark for each in replicas)
    try:
        contents = {each.broker_id: each.batches(end) for each in replicas}
    except CorruptRecord as error:
        yield f"{name}: {error}"
        return
    start = max((min(batches, default=0) for batches in contents.values()), default=0)
    first, *others = contents
    for other in others:
        offsets = sorted(
            offset for offset in contents[first].keys() | contents[other].keys() if offset >= start
        )
        for offset in offsets:
            if contents[first].get(offset) != contents[other].get(offset):
                yield (
                    f"{name}: brokers {first} and {other} differ at offset {offset}, "
                    f"below the high watermark {end}"
                )
                break
            comparison.batch_count += 1


def _high_watermarks(folder: Path) -> dict[str, int]:
    path = folder / HIGH_WATERMARKS
    if not path.exists():
        return {}
    marks = {}
    for line in path.read_text().splitlines()[2:]:
        topic, partition, offset = line.split()
        marks[f"{topic}-{partition}"] = int(offset)
    return marks
