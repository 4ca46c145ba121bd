# SPDX-License-Identifier: Apache-2.0
"""RemoveRaftVoter (key 81).

Removes a controller from the voters of Kafka's metadata quorum.

Errors: NOT_LEADER_OR_FOLLOWER, NOT_CONTROLLER, VOTER_NOT_FOUND, REQUEST_TIMED_OUT,
INVALID_REQUEST, CLUSTER_AUTHORIZATION_FAILED, UNSUPPORTED_VERSION.

Generated from `definitions/remove_raft_voter.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_ih = Format(">ih")
_pack_ih = _ih.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iu0 = Format(">i16sx")
_pack_iu0 = _iu0.pack
_iuB = Format(">i16sB")
_unpack_iuB = _iuB.unpack_from


class RemoveRaftVoterRequest(Message):
    """The controller."""

    __slots__ = (
        "cluster_id",
        "voter_id",
        "voter_directory_id",
    )

    API_KEY = 81
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    cluster_id: str | None
    """The cluster's id; null leaves it unchecked. (may be None)"""

    voter_id: int
    """The voter's id."""

    voter_directory_id: bytes
    """The identifier of the voter's metadata directory."""

    def __init__(
        self,
        *,
        cluster_id: str | None = "",
        voter_id: int = 0,
        voter_directory_id: bytes = ZERO_UUID,
    ) -> None:
        self.cluster_id = cluster_id
        self.voter_id = voter_id
        self.voter_directory_id = voter_directory_id


class RemoveRaftVoterResponse(Message):
    """Whether the voter was removed."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
    )

    API_KEY = 81
    VERSIONS = range(0, 1)
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


def _write_remove_raft_voter_request_v0(
    message: RemoveRaftVoterRequest, parts: list[Buffer]
) -> None:
    if message.cluster_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.cluster_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    assert len(message.voter_directory_id) == 16
    parts.append(_pack_iu0(message.voter_id, message.voter_directory_id))


def _read_remove_raft_voter_request_v0(
    data: bytes, offset: int
) -> tuple[RemoveRaftVoterRequest, int]:
    message = _new(RemoveRaftVoterRequest)
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
    message.voter_id, message.voter_directory_id, count = _unpack_iuB(data, offset)
    offset += 21
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_remove_raft_voter_response_v0(
    message: RemoveRaftVoterResponse, parts: list[Buffer]
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


def _read_remove_raft_voter_response_v0(
    data: bytes, offset: int
) -> tuple[RemoveRaftVoterResponse, int]:
    message = _new(RemoveRaftVoterResponse)
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


RemoveRaftVoterRequest.WRITERS = {
    0: _write_remove_raft_voter_request_v0,
}
RemoveRaftVoterRequest.READERS = {
    0: _read_remove_raft_voter_request_v0,
}
RemoveRaftVoterResponse.WRITERS = {
    0: _write_remove_raft_voter_response_v0,
}
RemoveRaftVoterResponse.READERS = {
    0: _read_remove_raft_voter_response_v0,
}
