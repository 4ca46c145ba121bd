# SPDX-License-Identifier: Apache-2.0
"""What all generated classes share: construction, comparison, versions, refusals."""

from __future__ import annotations

import pytest

from ottla.protocol.errors import WireError
from ottla.protocol.messages.cluster_metadata import TopicRecord
from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatResponse
from ottla.protocol.messages.fetch import FetchRequest, ReplicaState
from ottla.protocol.messages.heartbeat import HeartbeatRequest
from ottla.protocol.messages.metadata import MetadataRequest, MetadataRequestTopic
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)


def test_a_message_knows_its_api_and_versions():
    """Class variables say which API it is and what it can be encoded as."""
    assert (3, range(14)) == (MetadataRequest.API_KEY, MetadataRequest.VERSIONS)
    assert MetadataRequest.FLEXIBLE_FROM == 9


def test_defaults_are_the_schemas():
    """What nobody sets has the default of Kafka's schema, and lists are not shared."""
    assert MetadataRequest().topics == []
    assert MetadataRequest(topics=None).topics is None
    assert MetadataRequest().allow_auto_topic_creation
    assert FetchRequest().replica_state == ReplicaState(replica_id=-1, replica_epoch=-1)
    first, second = MetadataRequest(), MetadataRequest()
    first.topics.append(MetadataRequestTopic(name="a"))
    assert second.topics == []


def test_messages_compare_by_value_and_cannot_be_keys():
    """Equal fields make equal messages; mutable things have no hash."""
    assert HeartbeatRequest(group_id="g") == HeartbeatRequest(group_id="g")
    assert HeartbeatRequest(group_id="g") != HeartbeatRequest(group_id="h")
    assert HeartbeatRequest() != MetadataRequest()
    with pytest.raises(TypeError, match="unhashable"):
        hash(HeartbeatRequest())


def test_a_message_shows_its_fields():
    """The representation names every field, for logs and failing tests."""
    assert repr(HeartbeatRequest(group_id="g")) == (
        "HeartbeatRequest(group_id='g', generation_id=0, member_id='', group_instance_id=None)"
    )


def test_a_misspelt_field_is_refused():
    """Slots and keyword-only arguments catch typing errors at once."""
    with pytest.raises(TypeError):
        HeartbeatRequest(group="g")
    with pytest.raises(AttributeError):
        HeartbeatRequest().group = "g"


@pytest.mark.parametrize("version", [-1, 5])
def test_unknown_versions_are_the_callers_mistake(version):
    """ValueError, not WireError: callers check the version before they decode."""
    with pytest.raises(ValueError, match=f"HeartbeatRequest has no version {version}"):
        HeartbeatRequest().encode(version)
    with pytest.raises(ValueError, match=f"HeartbeatRequest has no version {version}"):
        HeartbeatRequest.decode(b"", version)


def test_a_value_that_would_be_lost_is_refused():
    """A field that a version lacks must have its default, unless it is ignorable."""
    with pytest.raises(ValueError, match=r"allow_auto_topic_creation is set, but version 0"):
        MetadataRequest(allow_auto_topic_creation=False).encode(0)
    with pytest.raises(ValueError, match=r"topics is None, but version 0"):
        MetadataRequest(topics=None).encode(0)
    ignorable = MetadataRequest(topics=[MetadataRequestTopic(name="a", topic_id=b"\x01" * 16)])
    assert MetadataRequest.decode(ignorable.encode(4), 4).topics[0].topic_id == bytes(16)


def test_a_number_that_does_not_fit_names_message_and_version():
    """Struct's complaint is wrapped, so that the log says where."""
    with pytest.raises(ValueError, match="HeartbeatRequest version 4"):
        HeartbeatRequest(generation_id=2**31).encode(4)


def test_decoding_takes_any_buffer_at_any_offset():
    """The body fills the buffer from the offset to its end."""
    encoded = HeartbeatRequest(group_id="g").encode(4)
    for buffer in (bytes, bytearray, memoryview):
        decoded = HeartbeatRequest.decode(buffer(b"head" + encoded), 4, 4)
        assert decoded.group_id == "g"


def test_what_does_not_fill_the_buffer_is_refused():
    """Early ends, trailing bytes and broken text are WireErrors that name the message."""
    encoded = HeartbeatRequest(group_id="group").encode(4)
    with pytest.raises(WireError, match="HeartbeatRequest version 4 ends early"):
        HeartbeatRequest.decode(encoded[:-1], 4)
    with pytest.raises(WireError, match="is followed by 2 bytes"):
        HeartbeatRequest.decode(encoded + b"??", 4)
    assert HeartbeatRequest.decode(encoded + b"??", 4, may_have_rest=True).group_id == "group"
    with pytest.raises(WireError, match="ends early"):
        HeartbeatRequest.decode(encoded[:-1], 4, may_have_rest=True)
    with pytest.raises(WireError, match="not UTF-8"):
        HeartbeatRequest.decode(encoded.replace(b"group", b"\xff\xfe\xfd\xfc\xfb"), 4)


def test_payload_is_handed_through_without_a_copy():
    """`encode_into` appends the caller's own buffer, so that it can go out by writelines."""
    records = memoryview(bytearray(b"batch"))
    request = ProduceRequest(
        topic_data=[
            TopicProduceData(name="t", partition_data=[PartitionProduceData(records=records)])
        ]
    )
    parts = []
    request.encode_into(parts, 9)
    assert any(part is records for part in parts)
    assert b"".join(parts) == request.encode(9)


def test_an_array_cannot_claim_more_than_the_message_holds():
    """Four bytes must not make a decoder reserve memory for a billion elements."""
    with pytest.raises(WireError, match="claims 1073741824 elements"):
        MetadataRequest.decode(b"\x40\x00\x00\x00" + b"\x00\x00" * 8, 1)


def test_an_identifier_has_sixteen_bytes():
    """A shorter one would be padded silently by struct: our bug, so an assertion."""
    with pytest.raises(AssertionError):
        TopicRecord(topic_id=b"short").encode(0)


@pytest.mark.parametrize(
    ("cls", "version", "body", "complaint"),
    [
        (HeartbeatRequest, 0, "fffe", "group_id is null or has a negative length"),
        (HeartbeatRequest, 3, "000000000000" + "0000" + "fffe", "group_instance_id is null"),
        (HeartbeatRequest, 4, "00", "group_id is null"),
        (HeartbeatRequest, 4, "01" + "00000000" + "01" + "00" + "41" + "0000" * 65, "65 tagged"),
        (HeartbeatRequest, 4, "01" + "00000000" + "01" + "00" + "ff01" + "0000" * 255, "tagged"),
        (MetadataRequest, 1, "fffffffe", "topics is null"),
        (MetadataRequest, 9, "03" + "0100", "topics claims 2 elements"),
        (
            FetchRequest,
            12,
            "00" * 25 + "010101" + "01" + "000301" + "00" * 9,
            "FetchRequest does not end",
        ),
        (FetchRequest, 12, "00" * 25 + "010101" + "41" + "0500" * 65, "65 tagged"),
        (ConsumerGroupHeartbeatResponse, 0, "00" * 16 + "02", "presence marker 2, not -1 or 1"),
    ],
)
def test_what_only_an_attacker_sends_is_refused(cls, version, body, complaint):
    """Negative lengths, floods, lying counts and sizes are WireErrors that name the field."""
    with pytest.raises(WireError, match=complaint):
        cls.decode(bytes.fromhex(body), version)
