# SPDX-License-Identifier: Apache-2.0
"""Claims about AddOffsetsToTxn."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.transaction_handlers import Handlers
from tests.unit.coordinators.transaction.world import GROUP_PARTITIONS

from ottla.broker.handlers.add_offsets_to_txn import VERSIONS
from ottla.coordinators.partitioning import partition_of
from ottla.coordinators.transaction.late_requests import LateRequest
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.add_offsets_to_txn import AddOffsetsToTxnRequest


@pytest.fixture
def handlers():
    """Return the handlers of a broker in memory."""
    return Handlers()


def request(producer, group_id="group", name="t"):
    """Return a request."""
    return AddOffsetsToTxnRequest(
        transactional_id=name,
        producer_id=producer.producer_id,
        producer_epoch=producer.producer_epoch,
        group_id=group_id,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_groups_partition_takes_part(handlers, version):
    """The one that the group's name hashes to."""
    assert handlers.ask(request(handlers.init()), version).error_code == ErrorCode.NONE
    index = partition_of("group", GROUP_PARTITIONS)
    assert handlers.world.state().partitions == {"__consumer_offsets": (index,)}


def test_the_first_group_has_the_topic_created(handlers):
    """A client may ask this before it looks for the group's coordinator."""
    producer = handlers.init()
    image = handlers.world.image
    del image.topics_by_name["__consumer_offsets"], handlers.topics["__consumer_offsets"]
    handlers.world.coordinator.follow_image(image)
    assert handlers.ask(request(producer), 3).error_code == ErrorCode.NONE
    assert "__consumer_offsets" in handlers.topics


def test_a_group_has_a_name(handlers):
    """INVALID_GROUP_ID."""
    with pytest.raises(ApiError) as caught:
        handlers.ask(request(handlers.init(), ""), 3)
    assert caught.value.code is ErrorCode.INVALID_GROUP_ID


@pytest.mark.parametrize(
    ("version", "code"),
    [(1, ErrorCode.INVALID_PRODUCER_EPOCH), (2, ErrorCode.PRODUCER_FENCED)],
)
def test_a_producer_that_was_replaced_is_fenced(handlers, version, code):
    """In the words of its version."""
    producer = handlers.init()
    handlers.init()
    assert handlers.ask(request(producer), version).error_code == code


def test_what_the_coordinator_refuses_is_answered(handlers):
    """INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, CONCURRENT_TRANSACTIONS, those of a shard."""
    producer = handlers.init()

    def code(**fields: str):
        return handlers.ask(request(producer, **fields), 3).error_code

    assert code(name="") == ErrorCode.INVALID_REQUEST
    assert code(name="other") == ErrorCode.INVALID_PRODUCER_ID_MAPPING
    handlers.world.add(producer, ("a", 0))
    handlers.world.end(producer)
    assert code() == ErrorCode.CONCURRENT_TRANSACTIONS
    image = handlers.world.image
    del image.topics_by_name["__consumer_offsets"]
    handlers.world.coordinator.follow_image(image)
    assert code() == ErrorCode.COORDINATOR_NOT_AVAILABLE
    handlers.world.coordinator.follow_image(handlers.world.image)
    runtime = handlers.world.coordinator.runtime
    runtime.unload(0)
    assert code() == ErrorCode.NOT_COORDINATOR
    runtime.begin_load(0, handlers.world.partition)
    assert code() == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_a_late_request_closes_its_connection(handlers):
    """KAFKA-17754: it would begin a transaction that the client knows nothing of."""
    producer = handlers.init()
    handlers.ask(request(producer), 3, serial=2)
    with pytest.raises(LateRequest):
        handlers.ask(request(producer), 3, serial=1)
