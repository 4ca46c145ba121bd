# SPDX-License-Identifier: Apache-2.0
"""AddRaftVoter (key 80).

Adds a controller to the voters of Kafka's metadata quorum.

Errors: NOT_LEADER_OR_FOLLOWER, NOT_CONTROLLER, DUPLICATE_VOTER, REQUEST_TIMED_OUT,
INVALID_REQUEST, CLUSTER_AUTHORIZATION_FAILED, UNSUPPORTED_VERSION.

Generated from `definitions/add_raft_voter.txt` by `make gen`.
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
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_H0 = Format(">Hx")
_pack_H0 = _H0.pack
_HB = Format(">HB")
_unpack_HB = _HB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iiu = Format(">ii16s")
_pack_iiu = _iiu.pack
_iiuB = Format(">ii16sB")
_pack_iiuB = _iiuB.pack
_unpack_iiuB = _iiuB.unpack_from


class AddRaftVoterRequest(Message):
    """The controller and its addresses."""

    __slots__ = (
        "cluster_id",
        "timeout_ms",
        "voter_id",
        "voter_directory_id",
        "listeners",
        "ack_when_committed",
    )

    API_KEY = 80
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    cluster_id: str | None
    """The cluster's id; null leaves it unchecked. (may be None)"""

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    voter_id: int
    """The voter's id."""

    voter_directory_id: bytes
    """The identifier of the voter's metadata directory."""

    listeners: list[Listener]
    """Addresses under which the node can be reached."""

    ack_when_committed: bool
    """Whether to answer only when the change is committed. (versions 1+)"""

    def __init__(
        self,
        *,
        cluster_id: str | None = "",
        timeout_ms: int = 0,
        voter_id: int = 0,
        voter_directory_id: bytes = ZERO_UUID,
        listeners: Iterable[Listener] = (),
        ack_when_committed: bool = True,
    ) -> None:
        self.cluster_id = cluster_id
        self.timeout_ms = timeout_ms
        self.voter_id = voter_id
        self.voter_directory_id = voter_directory_id
        self.listeners = list(listeners)
        self.ack_when_committed = ack_when_committed


class Listener(Struct):
    """Addresses under which the node can be reached."""

    __slots__ = (
        "name",
        "host",
        "port",
    )

    name: str
    """The listener's name."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    def __init__(self, *, name: str = "", host: str = "", port: int = 0) -> None:
        self.name = name
        self.host = host
        self.port = port


class AddRaftVoterResponse(Message):
    """Whether the voter was added."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
    )

    API_KEY = 80
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, throttle_time_ms: int = 0, error_code: int = 0, error_message: str | None = ""
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message


def _write_add_raft_voter_request_v0(message: AddRaftVoterRequest, parts: list[Buffer]) -> None:
    if not message.ack_when_committed:
        raise field_unsupported("AddRaftVoterRequest.ack_when_committed", "0")
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.voter_directory_id) == 16
    count = len(message.listeners) + 1
    parts.append(
        _pack_iiuB(message.timeout_ms, message.voter_id, message.voter_directory_id, count)
        if count < 128
        else _pack_iiu(message.timeout_ms, message.voter_id, message.voter_directory_id)
        + uvarint(count)
    )
    for listener in message.listeners:
        _write_listener_v0_v1(listener, parts)
    parts.append(b"\x00")


def _read_add_raft_voter_request_v0(data: bytes, offset: int) -> tuple[AddRaftVoterRequest, int]:
    message = _new(AddRaftVoterRequest)
    message.ack_when_committed = True
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.cluster_id = None
    else:
        end = offset + length - 1
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.timeout_ms, message.voter_id, message.voter_directory_id, count = _unpack_iiuB(
        data, offset
    )
    offset += 25
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddRaftVoterRequest.listeners")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("AddRaftVoterRequest.listeners", count)
    listeners: list[Listener] = []
    for _ in range(count):
        listener, offset = _read_listener_v0_v1(data, offset)
        listeners.append(listener)
    message.listeners = listeners
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_raft_voter_request_v1(message: AddRaftVoterRequest, parts: list[Buffer]) -> None:
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.voter_directory_id) == 16
    count = len(message.listeners) + 1
    parts.append(
        _pack_iiuB(message.timeout_ms, message.voter_id, message.voter_directory_id, count)
        if count < 128
        else _pack_iiu(message.timeout_ms, message.voter_id, message.voter_directory_id)
        + uvarint(count)
    )
    for listener in message.listeners:
        _write_listener_v0_v1(listener, parts)
    parts.append(_pack_t0(message.ack_when_committed))


def _read_add_raft_voter_request_v1(data: bytes, offset: int) -> tuple[AddRaftVoterRequest, int]:
    message = _new(AddRaftVoterRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.cluster_id = None
    else:
        end = offset + length - 1
        message.cluster_id = data[offset:end].decode()
        offset = end
    message.timeout_ms, message.voter_id, message.voter_directory_id, count = _unpack_iiuB(
        data, offset
    )
    offset += 25
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddRaftVoterRequest.listeners")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("AddRaftVoterRequest.listeners", count)
    listeners: list[Listener] = []
    for _ in range(count):
        listener, offset = _read_listener_v0_v1(data, offset)
        listeners.append(listener)
    message.listeners = listeners
    message.ack_when_committed, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_listener_v0_v1(message: Listener, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_H0(message.port))


def _read_listener_v0_v1(data: bytes, offset: int) -> tuple[Listener, int]:
    message = _new(Listener)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Listener.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Listener.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, count = _unpack_HB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_raft_voter_response_v0_v1(
    message: AddRaftVoterResponse, parts: list[Buffer]
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
    parts.append(b"\x00")


def _read_add_raft_voter_response_v0_v1(
    data: bytes, offset: int
) -> tuple[AddRaftVoterResponse, int]:
    message = _new(AddRaftVoterResponse)
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
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AddRaftVoterRequest.WRITERS = {
    0: _write_add_raft_voter_request_v0,
    1: _write_add_raft_voter_request_v1,
}
AddRaftVoterRequest.READERS = {
    0: _read_add_raft_voter_request_v0,
    1: _read_add_raft_voter_request_v1,
}
AddRaftVoterResponse.WRITERS = {
    0: _write_add_raft_voter_response_v0_v1,
    1: _write_add_raft_voter_response_v0_v1,
}
AddRaftVoterResponse.READERS = {
    0: _read_add_raft_voter_response_v0_v1,
    1: _read_add_raft_voter_response_v0_v1,
}
