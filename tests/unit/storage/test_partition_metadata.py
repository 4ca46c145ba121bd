# SPDX-License-Identifier: Apache-2.0
"""Claims about partition.metadata."""

from __future__ import annotations

import pytest

from ottla.storage import partition_metadata
from ottla.storage.partition_metadata import CorruptPartitionMetadata

TOPIC_ID = bytes(range(16))


def test_the_file_is_kafkas_text(disk):
    """Two lines, and back again."""
    partition_metadata.write_topic_id(disk, "/data", TOPIC_ID)
    assert (
        disk.content("/data/partition.metadata")
        == b"version: 0\ntopic_id: AAECAwQFBgcICQoLDA0ODw\n"
    )
    assert partition_metadata.read_topic_id(disk, "/data") == TOPIC_ID
    with pytest.raises(FileNotFoundError):
        partition_metadata.read_topic_id(disk, "/")


@pytest.mark.parametrize(
    "text",
    [b"", b"version: 0\n", b"version: 1\ntopic_id: AAECAwQFBgcICQoLDA0ODw\n",
     b"version: 0\ntopic_id: short\n", b"\xff", b"version 0\n"],
)  # fmt: skip
def test_a_broken_file_is_refused(text):
    """Whatever does not name a topic is an error."""
    with pytest.raises(CorruptPartitionMetadata):
        partition_metadata.decode(text)
