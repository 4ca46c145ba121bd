# SPDX-License-Identifier: Apache-2.0
"""BrokerHeartbeat (key 63).

A broker tells the controller that it is alive. Between broker and controller.

Errors: NOT_CONTROLLER, BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH,
CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/broker_heartbeat.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    TAGGED_FIELDS_MAX,
    count_refused,
    field_unsupported,
    null_refused,
    read_long_uvarint,
    read_tag,
    size_refused,
    skip_tagged_fields,
    tagged_field,
    too_many_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_iqqtt = Format(">iqq??")
_pack_iqqtt = _iqqtt.pack
_ihttt0 = Format(">ih???x")
_pack_ihttt0 = _ihttt0.pack
_ihtttB = Format(">ih???B")
_unpack_ihtttB = _ihtttB.unpack_from
_iqqtt0 = Format(">iqq??x")
_pack_iqqtt0 = _iqqtt0.pack
_iqqttB = Format(">iqq??B")
_unpack_iqqttB = _iqqttB.unpack_from


class BrokerHeartbeatRequest(Message):
    """The broker's state and what it wishes."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
        "current_metadata_offset",
        "want_fence",
        "want_shut_down",
        "offline_log_dirs",
        "cordoned_log_dirs",
    )

    API_KEY = 63
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker's id."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    current_metadata_offset: int
    """How far the broker has read the metadata log."""

    want_fence: bool
    """Whether the broker asks to be fenced."""

    want_shut_down: bool
    """Whether the broker asks to shut down in good order."""

    offline_log_dirs: list[bytes]
    """Identifiers of the log directories that have failed. (versions 1+)"""

    cordoned_log_dirs: list[bytes] | None
    """Log directories that take no new replicas; null when the broker does not say. (versions 2+;
    may be None)
    """

    def __init__(
        self,
        *,
        broker_id: int = 0,
        broker_epoch: int = -1,
        current_metadata_offset: int = 0,
        want_fence: bool = False,
        want_shut_down: bool = False,
        offline_log_dirs: Iterable[bytes] = (),
        cordoned_log_dirs: Iterable[bytes] | None = None,
    ) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch
        self.current_metadata_offset = current_metadata_offset
        self.want_fence = want_fence
        self.want_shut_down = want_shut_down
        self.offline_log_dirs = list(offline_log_dirs)
        self.cordoned_log_dirs = None if cordoned_log_dirs is None else list(cordoned_log_dirs)


class BrokerHeartbeatResponse(Message):
    """What the controller grants."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "is_caught_up",
        "is_fenced",
        "should_shut_down",
    )

    API_KEY = 63
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    is_caught_up: bool
    """Whether the broker has read the metadata log up to its own registration."""

    is_fenced: bool
    """Whether the broker is fenced: alive, but not in service."""

    should_shut_down: bool
    """Whether the broker may shut down: nothing depends on it any longer."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        is_caught_up: bool = False,
        is_fenced: bool = True,
        should_shut_down: bool = False,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.is_caught_up = is_caught_up
        self.is_fenced = is_fenced
        self.should_shut_down = should_shut_down


def _write_broker_heartbeat_request_v0(
    message: BrokerHeartbeatRequest, parts: list[Buffer]
) -> None:
    if message.offline_log_dirs:
        raise field_unsupported("BrokerHeartbeatRequest.offline_log_dirs", "0")
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("BrokerHeartbeatRequest.cordoned_log_dirs", "0")
    parts.append(
        _pack_iqqtt0(
            message.broker_id,
            message.broker_epoch,
            message.current_metadata_offset,
            message.want_fence,
            message.want_shut_down,
        )
    )


def _read_broker_heartbeat_request_v0(
    data: bytes, offset: int
) -> tuple[BrokerHeartbeatRequest, int]:
    message = _new(BrokerHeartbeatRequest)
    message.offline_log_dirs = []
    message.cordoned_log_dirs = None
    (
        message.broker_id,
        message.broker_epoch,
        message.current_metadata_offset,
        message.want_fence,
        message.want_shut_down,
        count,
    ) = _unpack_iqqttB(data, offset)
    offset += 23
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_broker_heartbeat_request_v1(
    message: BrokerHeartbeatRequest, parts: list[Buffer]
) -> None:
    if message.cordoned_log_dirs is not None:
        raise field_unsupported("BrokerHeartbeatRequest.cordoned_log_dirs", "1")
    parts.append(
        _pack_iqqtt(
            message.broker_id,
            message.broker_epoch,
            message.current_metadata_offset,
            message.want_fence,
            message.want_shut_down,
        )
    )
    tagged: list[Buffer] = []
    if message.offline_log_dirs:
        section: list[Buffer] = []
        count = len(message.offline_log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        assert all(len(identifier) == 16 for identifier in message.offline_log_dirs)
        section.extend(message.offline_log_dirs)
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_broker_heartbeat_request_v1(
    data: bytes, offset: int
) -> tuple[BrokerHeartbeatRequest, int]:
    message = _new(BrokerHeartbeatRequest)
    message.cordoned_log_dirs = None
    (
        message.broker_id,
        message.broker_epoch,
        message.current_metadata_offset,
        message.want_fence,
        message.want_shut_down,
        count,
    ) = _unpack_iqqttB(data, offset)
    offset += 23
    message.offline_log_dirs = []
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("BrokerHeartbeatRequest.offline_log_dirs")
                count -= 1
                if count * 16 > len(data) - offset:
                    raise count_refused("BrokerHeartbeatRequest.offline_log_dirs", count)
                end = offset + count * 16
                message.offline_log_dirs = [
                    data[start : start + 16] for start in range(offset, end, 16)
                ]
                offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("BrokerHeartbeatRequest")
    return message, offset


def _write_broker_heartbeat_request_v2(
    message: BrokerHeartbeatRequest, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_iqqtt(
            message.broker_id,
            message.broker_epoch,
            message.current_metadata_offset,
            message.want_fence,
            message.want_shut_down,
        )
    )
    tagged: list[Buffer] = []
    if message.offline_log_dirs:
        section: list[Buffer] = []
        count = len(message.offline_log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        assert all(len(identifier) == 16 for identifier in message.offline_log_dirs)
        section.extend(message.offline_log_dirs)
        tagged.append(tagged_field(0, section))
    if message.cordoned_log_dirs is not None:
        section = []
        count = 0 if message.cordoned_log_dirs is None else len(message.cordoned_log_dirs) + 1
        section.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
        if message.cordoned_log_dirs:
            assert all(len(identifier) == 16 for identifier in message.cordoned_log_dirs)
            section.extend(message.cordoned_log_dirs)
        tagged.append(tagged_field(1, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_broker_heartbeat_request_v2(
    data: bytes, offset: int
) -> tuple[BrokerHeartbeatRequest, int]:
    message = _new(BrokerHeartbeatRequest)
    (
        message.broker_id,
        message.broker_epoch,
        message.current_metadata_offset,
        message.want_fence,
        message.want_shut_down,
        count,
    ) = _unpack_iqqttB(data, offset)
    offset += 23
    message.offline_log_dirs = []
    message.cordoned_log_dirs = None
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    raise null_refused("BrokerHeartbeatRequest.offline_log_dirs")
                count -= 1
                if count * 16 > len(data) - offset:
                    raise count_refused("BrokerHeartbeatRequest.offline_log_dirs", count)
                end = offset + count * 16
                message.offline_log_dirs = [
                    data[start : start + 16] for start in range(offset, end, 16)
                ]
                offset = end
            elif tag == 1:
                count = data[offset]
                offset += 1
                if count > 127:
                    count, offset = read_long_uvarint(data, offset, count)
                if count == 0:
                    message.cordoned_log_dirs = None
                else:
                    count -= 1
                    if count * 16 > len(data) - offset:
                        raise count_refused("BrokerHeartbeatRequest.cordoned_log_dirs", count)
                    end = offset + count * 16
                    message.cordoned_log_dirs = [
                        data[start : start + 16] for start in range(offset, end, 16)
                    ]
                    offset = end
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("BrokerHeartbeatRequest")
    return message, offset


def _write_broker_heartbeat_response_v0_v2(
    message: BrokerHeartbeatResponse, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_ihttt0(
            message.throttle_time_ms,
            message.error_code,
            message.is_caught_up,
            message.is_fenced,
            message.should_shut_down,
        )
    )


def _read_broker_heartbeat_response_v0_v2(
    data: bytes, offset: int
) -> tuple[BrokerHeartbeatResponse, int]:
    message = _new(BrokerHeartbeatResponse)
    (
        message.throttle_time_ms,
        message.error_code,
        message.is_caught_up,
        message.is_fenced,
        message.should_shut_down,
        count,
    ) = _unpack_ihtttB(data, offset)
    offset += 10
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


BrokerHeartbeatRequest.WRITERS = {
    0: _write_broker_heartbeat_request_v0,
    1: _write_broker_heartbeat_request_v1,
    2: _write_broker_heartbeat_request_v2,
}
BrokerHeartbeatRequest.READERS = {
    0: _read_broker_heartbeat_request_v0,
    1: _read_broker_heartbeat_request_v1,
    2: _read_broker_heartbeat_request_v2,
}
BrokerHeartbeatResponse.WRITERS = {
    0: _write_broker_heartbeat_response_v0_v2,
    1: _write_broker_heartbeat_response_v0_v2,
    2: _write_broker_heartbeat_response_v0_v2,
}
BrokerHeartbeatResponse.READERS = {
    0: _read_broker_heartbeat_response_v0_v2,
    1: _read_broker_heartbeat_response_v0_v2,
    2: _read_broker_heartbeat_response_v0_v2,
}
