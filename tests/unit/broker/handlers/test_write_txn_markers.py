# SPDX-License-Identifier: Apache-2.0
"""Claims about WriteTxnMarkers."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.transaction_handlers import Handlers

from ottla.broker.handlers.write_txn_markers import VERSIONS
from ottla.coordinators.pending import Pending
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
)


class Writer:
    """Takes markers, and answers as it is told."""

    def __init__(self) -> None:
        self.written = []
        self.errors = {}
        self.raises = {}

    def write(self, topic, index, producer, marker, moment):
        """Note a marker."""
        if (topic, index) in self.raises:
            raise ApiError(self.raises[topic, index])
        self.written.append((topic, index, producer, marker))
        pending: Pending[None] = Pending()
        code = self.errors.get((topic, index))
        if code is None:
            pending.complete(None)
        else:
            pending.fail(ApiError(code))
        return pending


@pytest.fixture
def handlers():
    """Return handlers with a writer of markers."""
    handlers = Handlers()
    handlers.marker_writer = Writer()
    return handlers


def request(*, commit=True, producer_id=7):
    """Return a request for three partitions."""
    return WriteTxnMarkersRequest(
        markers=[
            WritableTxnMarker(
                producer_id=producer_id, producer_epoch=3, transaction_result=commit,
                coordinator_epoch=5, transaction_version=2,
                topics=[
                    WritableTxnMarkerTopic(name="a", partition_indexes=[0, 1]),
                    WritableTxnMarkerTopic(name="__consumer_offsets", partition_indexes=[2]),
                ],
            )
        ]
    )  # fmt: skip


def codes(response):
    """Return the codes by topic."""
    (marker,) = response.markers
    return {
        topic.name: {one.partition_index: one.error_code for one in topic.partitions}
        for topic in marker.topics
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("commit", [True, False])
def test_each_partition_gets_its_marker(handlers, version, commit):
    """With the producer, the coordinator's epoch and from version 2 the protocol."""
    response = handlers.ask(request(commit=commit), version)
    assert response.markers[0].producer_id == 7
    assert codes(response) == {"a": {0: 0, 1: 0}, "__consumer_offsets": {2: 0}}
    marker = (commit, 5, 2 if version >= 2 else 0)
    assert handlers.marker_writer.written == [
        ("a", 0, (7, 3), marker),
        ("a", 1, (7, 3), marker),
        ("__consumer_offsets", 2, (7, 3), marker),
    ]


def test_each_partition_has_its_own_error(handlers):
    """Whatever the leader says; a group coordinator that is not ready is asked again."""
    writer = handlers.marker_writer
    writer.raises["a", 0] = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    for code in (
        ErrorCode.INVALID_PRODUCER_EPOCH,
        ErrorCode.TRANSACTION_COORDINATOR_FENCED,
        ErrorCode.NOT_ENOUGH_REPLICAS,
        ErrorCode.KAFKA_STORAGE_ERROR,
    ):
        writer.errors["a", 1] = code
        found = codes(handlers.ask(request(), 2))
        assert found["a"] == {0: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 1: code}
    for code in (
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NOT_COORDINATOR,
    ):
        writer.raises["__consumer_offsets", 2] = code
        found = codes(handlers.ask(request(), 2))
        assert found["__consumer_offsets"] == {2: ErrorCode.NOT_LEADER_OR_FOLLOWER}


def test_nothing_asked_is_nothing_answered(handlers):
    """An empty request has an empty answer."""
    assert handlers.ask(WriteTxnMarkersRequest(), 1).markers == []
