# SPDX-License-Identifier: Apache-2.0
"""Bytes of offsets and groups: what is put together here is what the generated codecs write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.coordinators.group import records
from ottla.coordinators.records import encode_key, encode_value, record_of
from ottla.protocol.messages.consumer_offsets import (
    GroupMetadataKey,
    GroupMetadataValue,
    OffsetCommitKey,
    OffsetCommitValue,
)
from ottla.protocol.primitives import ZERO_UUID

TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
INT64 = st.integers(-(2**63), 2**63 - 1)
INT32 = st.integers(-(2**31), 2**31 - 1)
TOPIC_ID = st.one_of(st.just(ZERO_UUID), st.binary(min_size=16, max_size=16))


@given(TEXT, TEXT, INT32)
def test_keys(group, topic, partition):
    """Prefix and spot together are the key, and a spot is read back."""
    prefix = records.group_key_prefix(group.encode())
    spot = records.spot_of(topic, partition)
    key = OffsetCommitKey(group=group, topic=topic, partition=partition)
    assert prefix + spot == encode_key(key)
    assert records.read_spot(spot) == (topic, partition)


@given(INT64, INT32, TEXT, INT64, TOPIC_ID)
def test_values_of_the_present_version(offset, epoch, metadata, timestamp_ms, topic_id):
    """What is written is version 4, and is read back, whole or in part."""
    value = records.offset_value(
        offset, epoch, metadata, timestamp_ms, records.topic_tail(topic_id)
    )
    message = OffsetCommitValue(
        offset=offset,
        leader_epoch=epoch,
        metadata=metadata,
        commit_timestamp=timestamp_ms,
        topic_id=topic_id,
    )
    assert value == encode_value(message, 4)
    assert records.read_offset_value(value) == (
        offset,
        epoch,
        metadata,
        timestamp_ms,
        -1,
        topic_id,
    )
    assert records.commit_timestamp_of(value) == timestamp_ms
    assert records.expire_timestamp_of(value) == -1


@pytest.mark.parametrize("version", OffsetCommitValue.VERSIONS)
def test_values_of_every_version_are_read(version):
    """Logs of older brokers load as they are."""
    message = OffsetCommitValue(offset=5, metadata="m", commit_timestamp=7)
    if version == 1:
        message.expire_timestamp = 9
    value = encode_value(message, version)
    committed = records.read_offset_value(value)
    assert (committed.offset, committed.metadata) == (5, "m")
    assert records.commit_timestamp_of(value) == 7
    assert records.expire_timestamp_of(value) == (9 if version == 1 else -1)


def test_a_retention_of_its_own_needs_version_1():
    """The only one that has room for it."""
    value = records.offset_value_that_expires(5, "m", 7, 9)
    message = OffsetCommitValue(offset=5, metadata="m", commit_timestamp=7, expire_timestamp=9)
    assert value == encode_value(message, 1)


def test_groups():
    """Version 3 is written; every version is read; a tombstone has no value."""
    value = GroupMetadataValue(protocol_type="consumer", generation=3, protocol="range")
    record = records.group_metadata_record("g", value)
    assert record == record_of(GroupMetadataKey(group="g"), value, 3)
    assert records.read_group_metadata(record) == ("g", value)
    for version in GroupMetadataValue.VERSIONS:
        old = record_of(GroupMetadataKey(group="g"), value, version)
        assert records.read_group_metadata(old) == ("g", value)
    assert records.read_group_metadata(records.group_metadata_tombstone("g")) == ("g", None)
