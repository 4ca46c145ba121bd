# SPDX-License-Identifier: Apache-2.0
"""DeleteTopics (key 20).

Deletes topics by name or by identifier.

Errors: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, TOPIC_DELETION_DISABLED, INVALID_REQUEST,
INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED, NOT_CONTROLLER, THROTTLING_QUOTA_EXCEEDED,
REQUEST_TIMED_OUT.

Generated from `definitions/delete_topics.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
    count_refused,
    field_unsupported,
    null_refused,
    null_unsupported,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_u0 = Format(">16sx")
_pack_u0 = _u0.pack
_uB = Format(">16sB")
_unpack_uB = _uB.unpack_from
_uh = Format(">16sh")
_pack_uh = _uh.pack
_uhB = Format(">16shB")
_pack_uhB = _uhB.pack
_unpack_uhB = _uhB.unpack_from


class DeleteTopicsRequest(Message):
    """The topics."""

    __slots__ = (
        "topics",
        "topic_names",
        "timeout_ms",
    )

    API_KEY = 20
    VERSIONS = range(1, 7)
    FLEXIBLE_FROM = 4

    topics: list[DeleteTopicState]
    """The topics to delete, by name or by identifier. (versions 6+)"""

    topic_names: list[str]
    """Names of the topics to delete. (versions 1-5)"""

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    def __init__(
        self,
        *,
        topics: Iterable[DeleteTopicState] = (),
        topic_names: Iterable[str] = (),
        timeout_ms: int = 0,
    ) -> None:
        self.topics = list(topics)
        self.topic_names = list(topic_names)
        self.timeout_ms = timeout_ms


class DeleteTopicState(Struct):
    """The topics to delete, by name or by identifier."""

    __slots__ = (
        "name",
        "topic_id",
    )

    name: str | None
    """The topic's name. (may be None)"""

    topic_id: bytes
    """The topic's identifier; all zero when the topic is named instead."""

    def __init__(self, *, name: str | None = None, topic_id: bytes = ZERO_UUID) -> None:
        self.name = name
        self.topic_id = topic_id


class DeleteTopicsResponse(Message):
    """Outcomes by topic."""

    __slots__ = (
        "throttle_time_ms",
        "responses",
    )

    API_KEY = 20
    VERSIONS = range(1, 7)
    FLEXIBLE_FROM = 4

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    responses: list[DeletableTopicResult]
    """Outcomes by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, responses: Iterable[DeletableTopicResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.responses = list(responses)


class DeletableTopicResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "topic_id",
        "error_code",
        "error_message",
    )

    name: str | None
    """The topic's name. (may be None in versions 6+)"""

    topic_id: bytes
    """The topic's identifier. (versions 6+)"""

    error_code: int
    """Outcome for this topic; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (versions 5+; may be
    None)
    """

    def __init__(
        self,
        *,
        name: str | None = "",
        topic_id: bytes = ZERO_UUID,
        error_code: int = 0,
        error_message: str | None = None,
    ) -> None:
        self.name = name
        self.topic_id = topic_id
        self.error_code = error_code
        self.error_message = error_message


def _write_delete_topics_request_v1_v3(message: DeleteTopicsRequest, parts: list[Buffer]) -> None:
    if message.topics:
        raise field_unsupported("DeleteTopicsRequest.topics", "1-3")
    count = len(message.topic_names)
    parts.append(_pack_i(count))
    for string in message.topic_names:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)
    parts.append(_pack_i(message.timeout_ms))


def _read_delete_topics_request_v1_v3(data: bytes, offset: int) -> tuple[DeleteTopicsRequest, int]:
    message = _new(DeleteTopicsRequest)
    message.topics = []
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DeleteTopicsRequest.topic_names")
    if count * 2 > len(data) - offset:
        raise count_refused("DeleteTopicsRequest.topic_names", count)
    topic_names: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("DeleteTopicsRequest.topic_names")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        topic_names.append(text)
    message.topic_names = topic_names
    (message.timeout_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_delete_topics_request_v4_v5(message: DeleteTopicsRequest, parts: list[Buffer]) -> None:
    if message.topics:
        raise field_unsupported("DeleteTopicsRequest.topics", "4-5")
    count = len(message.topic_names) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.topic_names:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(_pack_i0(message.timeout_ms))


def _read_delete_topics_request_v4_v5(data: bytes, offset: int) -> tuple[DeleteTopicsRequest, int]:
    message = _new(DeleteTopicsRequest)
    message.topics = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteTopicsRequest.topic_names")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("DeleteTopicsRequest.topic_names", count)
    topic_names: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("DeleteTopicsRequest.topic_names")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        topic_names.append(text)
    message.topic_names = topic_names
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_topics_request_v6(message: DeleteTopicsRequest, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for delete_topic_state in message.topics:
        _write_delete_topic_state_v6(delete_topic_state, parts)
    parts.append(_pack_i0(message.timeout_ms))


def _read_delete_topics_request_v6(data: bytes, offset: int) -> tuple[DeleteTopicsRequest, int]:
    message = _new(DeleteTopicsRequest)
    message.topic_names = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteTopicsRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("DeleteTopicsRequest.topics", count)
    topics: list[DeleteTopicState] = []
    for _ in range(count):
        delete_topic_state, offset = _read_delete_topic_state_v6(data, offset)
        topics.append(delete_topic_state)
    message.topics = topics
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_topic_state_v6(message: DeleteTopicState, parts: list[Buffer]) -> None:
    if message.name is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.name.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    parts.append(_pack_u0(message.topic_id))


def _read_delete_topic_state_v6(data: bytes, offset: int) -> tuple[DeleteTopicState, int]:
    message = _new(DeleteTopicState)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.name = None
    else:
        end = offset + length - 1
        message.name = data[offset:end].decode()
        offset = end
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_topics_response_v1_v3(message: DeleteTopicsResponse, parts: list[Buffer]) -> None:
    count = len(message.responses)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for deletable_topic_result in message.responses:
        _write_deletable_topic_result_v1_v3(deletable_topic_result, parts)


def _read_delete_topics_response_v1_v3(
    data: bytes, offset: int
) -> tuple[DeleteTopicsResponse, int]:
    message = _new(DeleteTopicsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("DeleteTopicsResponse.responses")
    if count * 4 > len(data) - offset:
        raise count_refused("DeleteTopicsResponse.responses", count)
    responses: list[DeletableTopicResult] = []
    for _ in range(count):
        deletable_topic_result, offset = _read_deletable_topic_result_v1_v3(data, offset)
        responses.append(deletable_topic_result)
    message.responses = responses
    return message, offset


def _write_delete_topics_response_v4(message: DeleteTopicsResponse, parts: list[Buffer]) -> None:
    count = len(message.responses) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for deletable_topic_result in message.responses:
        _write_deletable_topic_result_v4(deletable_topic_result, parts)
    parts.append(b"\x00")


def _read_delete_topics_response_v4(data: bytes, offset: int) -> tuple[DeleteTopicsResponse, int]:
    message = _new(DeleteTopicsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteTopicsResponse.responses")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DeleteTopicsResponse.responses", count)
    responses: list[DeletableTopicResult] = []
    for _ in range(count):
        deletable_topic_result, offset = _read_deletable_topic_result_v4(data, offset)
        responses.append(deletable_topic_result)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_topics_response_v5(message: DeleteTopicsResponse, parts: list[Buffer]) -> None:
    count = len(message.responses) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for deletable_topic_result in message.responses:
        _write_deletable_topic_result_v5(deletable_topic_result, parts)
    parts.append(b"\x00")


def _read_delete_topics_response_v5(data: bytes, offset: int) -> tuple[DeleteTopicsResponse, int]:
    message = _new(DeleteTopicsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteTopicsResponse.responses")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("DeleteTopicsResponse.responses", count)
    responses: list[DeletableTopicResult] = []
    for _ in range(count):
        deletable_topic_result, offset = _read_deletable_topic_result_v5(data, offset)
        responses.append(deletable_topic_result)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_delete_topics_response_v6(message: DeleteTopicsResponse, parts: list[Buffer]) -> None:
    count = len(message.responses) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for deletable_topic_result in message.responses:
        _write_deletable_topic_result_v6(deletable_topic_result, parts)
    parts.append(b"\x00")


def _read_delete_topics_response_v6(data: bytes, offset: int) -> tuple[DeleteTopicsResponse, int]:
    message = _new(DeleteTopicsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DeleteTopicsResponse.responses")
    count -= 1
    if count * 21 > len(data) - offset:
        raise count_refused("DeleteTopicsResponse.responses", count)
    responses: list[DeletableTopicResult] = []
    for _ in range(count):
        deletable_topic_result, offset = _read_deletable_topic_result_v6(data, offset)
        responses.append(deletable_topic_result)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_deletable_topic_result_v1_v3(message: DeletableTopicResult, parts: list[Buffer]) -> None:
    if message.name is None:
        raise null_unsupported("DeletableTopicResult.name", "1-3")
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_h(message.error_code))


def _read_deletable_topic_result_v1_v3(
    data: bytes, offset: int
) -> tuple[DeletableTopicResult, int]:
    message = _new(DeletableTopicResult)
    message.topic_id = ZERO_UUID
    message.error_message = None
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DeletableTopicResult.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (message.error_code,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_deletable_topic_result_v4(message: DeletableTopicResult, parts: list[Buffer]) -> None:
    if message.name is None:
        raise null_unsupported("DeletableTopicResult.name", "4")
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_h0(message.error_code))


def _read_deletable_topic_result_v4(data: bytes, offset: int) -> tuple[DeletableTopicResult, int]:
    message = _new(DeletableTopicResult)
    message.topic_id = ZERO_UUID
    message.error_message = None
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeletableTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_deletable_topic_result_v5(message: DeletableTopicResult, parts: list[Buffer]) -> None:
    if message.name is None:
        raise null_unsupported("DeletableTopicResult.name", "5")
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.error_message is None:
        text = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_deletable_topic_result_v5(data: bytes, offset: int) -> tuple[DeletableTopicResult, int]:
    message = _new(DeletableTopicResult)
    message.topic_id = ZERO_UUID
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DeletableTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
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


def _write_deletable_topic_result_v6(message: DeletableTopicResult, parts: list[Buffer]) -> None:
    if message.name is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.name.encode()
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


def _read_deletable_topic_result_v6(data: bytes, offset: int) -> tuple[DeletableTopicResult, int]:
    message = _new(DeletableTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.name = None
    else:
        end = offset + length - 1
        message.name = data[offset:end].decode()
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


DeleteTopicsRequest.WRITERS = {
    1: _write_delete_topics_request_v1_v3,
    2: _write_delete_topics_request_v1_v3,
    3: _write_delete_topics_request_v1_v3,
    4: _write_delete_topics_request_v4_v5,
    5: _write_delete_topics_request_v4_v5,
    6: _write_delete_topics_request_v6,
}
DeleteTopicsRequest.READERS = {
    1: _read_delete_topics_request_v1_v3,
    2: _read_delete_topics_request_v1_v3,
    3: _read_delete_topics_request_v1_v3,
    4: _read_delete_topics_request_v4_v5,
    5: _read_delete_topics_request_v4_v5,
    6: _read_delete_topics_request_v6,
}
DeleteTopicsResponse.WRITERS = {
    1: _write_delete_topics_response_v1_v3,
    2: _write_delete_topics_response_v1_v3,
    3: _write_delete_topics_response_v1_v3,
    4: _write_delete_topics_response_v4,
    5: _write_delete_topics_response_v5,
    6: _write_delete_topics_response_v6,
}
DeleteTopicsResponse.READERS = {
    1: _read_delete_topics_response_v1_v3,
    2: _read_delete_topics_response_v1_v3,
    3: _read_delete_topics_response_v1_v3,
    4: _read_delete_topics_response_v4,
    5: _read_delete_topics_response_v5,
    6: _read_delete_topics_response_v6,
}
