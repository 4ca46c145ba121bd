# SPDX-License-Identifier: Apache-2.0
"""Metadata records as type and fields."""

from __future__ import annotations

import pytest

from ottla.base.ids import uuid_to_text
from ottla.cli.metadata_view import is_metadata_file, with_decoded_values
from ottla.metadata.records import encode_metadata_record
from ottla.protocol.messages.cluster_metadata import PartitionRecord, TopicRecord


def shown(data: bytes) -> str:
    """Show bytes as the dump does."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "0x" + data.hex()


def decoded(value):
    """Pass one value through."""
    [row] = with_decoded_values(iter([{"records": [{"value": value}]}]))
    return row["records"][0]["value"]


@pytest.mark.parametrize("topic_id", [bytes(range(16)), bytes(range(200, 216))])
def test_records_become_fields(topic_id):
    """Identifiers are text in Kafka's form, lists stay lists, however the bytes were shown."""
    value = shown(encode_metadata_record(TopicRecord(name="t", topic_id=topic_id)))
    assert decoded(value) == {
        "type": "TopicRecord",
        "name": "t",
        "topic_id": uuid_to_text(topic_id),
    }
    record = PartitionRecord(partition_id=1, topic_id=topic_id, replicas=[1, 2], isr=[1])
    assert decoded(shown(encode_metadata_record(record)))["replicas"] == [1, 2]


@pytest.mark.parametrize("value", ["hello", "0xff00", "", None])
def test_other_values_stay(value):
    """What is no metadata record is left as it is."""
    assert decoded(value) == value


def test_rows_without_records_stay():
    """Batches that were not opened pass."""
    assert list(with_decoded_values(iter([{"base_offset": 0}]))) == [{"base_offset": 0}]


@pytest.mark.parametrize(
    ("path", "is_so"),
    [
        ("/d/__cluster_metadata-0/00000000000000000000.log", True),
        ("/d/any/00000000000000000007-0000000001.checkpoint", True),
        ("/d/orders-0/00000000000000000000.log", False),
    ],
)
def test_which_files(path, is_so):
    """The folder or the name tells."""
    assert is_metadata_file(path) == is_so
