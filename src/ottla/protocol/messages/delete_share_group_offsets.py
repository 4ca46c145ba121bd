# SPDX-License-Identifier: Apache-2.0
"""DeleteShareGroupOffsets (key 92).

Deletes the offsets of topics in an empty share group.

Errors: GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED, NOT_COORDINATOR,
COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP,
UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR.

Generated from `definitions/delete_share_group_offsets.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
    count_refused,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_ih = Format(">ih")
_pack_ih = _ih.pack
_uh = Format(">16sh")
_pack_uh = _uh.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_uhB = Format(">16shB")
_pack_uhB = _uhB.pack
_unpack_uhB = _uhB.unpack_from


class DeleteShareGroupOffsetsRequest(Message):
    """The group and the topics."""

    __slots__ = (
        "group_id",
        "topics",
    )

    API_KEY = 92
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    group_id: str
    """The group's name."""

    topics: list[DeleteShareGroupOffsetsRequestTopic]
    """The topics whose offsets are to be deleted."""

    def __init__(
        self, *, group_id: str = "", topics: Iterable[DeleteShareGroupOffsetsRequestTopic] = ()
    ) -> None:
        self.group_id = group_id
        self.topics = list(topics)


class DeleteShareGroupOffsetsRequestTopic(Struct):
    """The topics whose offsets are to be deleted."""

    __slots__ = ("topic_name",)

    topic_name: str
    """The topic's name."""

    def __init__(self, *, topic_name: str = "") -> None:
        self.topic_name = topic_name


class DeleteShareGroupOffsetsResponse(Message):
    """Outcomes by topic."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "responses",
    )

    API_KEY = 92
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    responses: list[DeleteShareGroupOffsetsResponseTopic]
    """Outcomes by topic."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        responses: Iterable[DeleteShareGroupOffsetsResponseTopic] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.responses = list(responses)


class DeleteShareGroupOffsetsResponseTopic(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_name",
        "topic_id",
        "error_code",
        "error_message",
    )

    topic_name: str
    """The topic's name."""

    topic_id: bytes
    """The topic's identifier."""

    error_code: int
    """Outcome for this topic; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self,
        *,
        topic_name: str = "",
        topic_id: bytes = ZERO_UUID,
        error_code: int = 0,
        error_message: str | None = None,
    ) -> None:
        self.topic_name = topic_name
        self.topic_id = topic_id
        self.error_code = error_code
        self.error_message = error_message


def _write_delete_share_group_offsets_request_v0(
    message: DeleteShareGroupOffsetsRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_share_group_offsets_request_topic in message.topics:
        _write_delete_share_group_offsets_request_topic_v0(
            delete_share_group_offsets_request_topic, parts
        )
    parts.append(b"\x00")


def _read_delete_share_group_offsets_request_v0(
    data: bytes, offset: int
) -> tuple[DeleteShareGroupOffsetsRequest, int]:
    message = _new(DeleteShareGroupOffsetsRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteShareGroupOffsetsRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteShareGroupOffsetsRequest.topics")
    count -= 1
    if count * 2 > len(data) - offset:
        raise count_refused("DeleteShareGroupOffsetsRequest.topics", count)
    topics: list[DeleteShareGroupOffsetsRequestTopic] = []
    for _ in range(count):
        delete_share_group_offsets_request_topic, offset = (
            _read_delete_share_group_offsets_request_topic_v0(data, offset)
        )
        topics.append(delete_share_group_offsets_request_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_share_group_offsets_request_topic_v0(
    message: DeleteShareGroupOffsetsRequestTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_delete_share_group_offsets_request_topic_v0(
    data: bytes, offset: int
) -> tuple[DeleteShareGroupOffsetsRequestTopic, int]:
    message = _new(DeleteShareGroupOffsetsRequestTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteShareGroupOffsetsRequestTopic.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_share_group_offsets_response_v0(
    message: DeleteShareGroupOffsetsResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_share_group_offsets_response_topic in message.responses:
        _write_delete_share_group_offsets_response_topic_v0(
            delete_share_group_offsets_response_topic, parts
        )
    parts.append(b"\x00")


def _read_delete_share_group_offsets_response_v0(
    data: bytes, offset: int
) -> tuple[DeleteShareGroupOffsetsResponse, int]:
    message = _new(DeleteShareGroupOffsetsResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteShareGroupOffsetsResponse.responses")
    count -= 1
    if count * 21 > len(data) - offset:
        raise count_refused("DeleteShareGroupOffsetsResponse.responses", count)
    responses: list[DeleteShareGroupOffsetsResponseTopic] = []
    for _ in range(count):
        delete_share_group_offsets_response_topic, offset = (
            _read_delete_share_group_offsets_response_topic_v0(data, offset)
        )
        responses.append(delete_share_group_offsets_response_topic)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_share_group_offsets_response_topic_v0(
    message: DeleteShareGroupOffsetsResponseTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    if message.error_message is None:
        text = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_uhB(message.topic_id, message.error_code, length)
        if length < 128
        else _pack_uh(message.topic_id, message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_delete_share_group_offsets_response_topic_v0(
    data: bytes, offset: int
) -> tuple[DeleteShareGroupOffsetsResponseTopic, int]:
    message = _new(DeleteShareGroupOffsetsResponseTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeleteShareGroupOffsetsResponseTopic.topic_name")
    end = offset + length - 1
    message.topic_name = data[offset:end].decode()
    offset = end
    message.topic_id, message.error_code, length = _unpack_uhB(data, offset)
    offset += 19
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DeleteShareGroupOffsetsRequest.WRITERS = {
    0: _write_delete_share_group_offsets_request_v0,
}
DeleteShareGroupOffsetsRequest.READERS = {
    0: _read_delete_share_group_offsets_request_v0,
}
DeleteShareGroupOffsetsResponse.WRITERS = {
    0: _write_delete_share_group_offsets_response_v0,
}
DeleteShareGroupOffsetsResponse.READERS = {
    0: _read_delete_share_group_offsets_response_v0,
}
