# SPDX-License-Identifier: Apache-2.0
"""Control records.

Records that the log keeps for itself. The key is the version (int16) and the type (int16); what
the type means for the value is said at `control_record_type_schema`. Values begin with their
version: as int16 in EndTxnMarker, as the field `version` in the others.

Generated from `definitions/control_records.txt` by `make gen`.
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
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_H0 = Format(">Hx")
_pack_H0 = _H0.pack
_HB = Format(">HB")
_unpack_HB = _HB.unpack_from
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hi = Format(">hi")
_pack_hi = _hi.pack
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_iu = Format(">i16s")
_pack_iu = _iu.pack
_hh0 = Format(">hhx")
_pack_hh0 = _hh0.pack
_hhB = Format(">hhB")
_unpack_hhB = _hhB.unpack_from
_hiB = Format(">hiB")
_pack_hiB = _hiB.pack
_unpack_hiB = _hiB.unpack_from
_hq0 = Format(">hqx")
_pack_hq0 = _hq0.pack
_hqB = Format(">hqB")
_unpack_hqB = _hqB.unpack_from
_iu0 = Format(">i16sx")
_pack_iu0 = _iu0.pack
_iuB = Format(">i16sB")
_pack_iuB = _iuB.pack
_unpack_iuB = _iuB.unpack_from


class ControlRecordTypeSchema(Message):
    """Tells what a control record means; the part of its key behind the version."""

    __slots__ = ("type",)

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    type: int
    """What the control record means: 0 abort, 1 commit, 2 leader change, 3 snapshot header, 4
    snapshot footer, 5 quorum version, 6 voters.
    """

    def __init__(self, *, type: int = 0) -> None:
        self.type = type


class EndTxnMarker(Message):
    """Ends a transaction: the value of commit and abort records."""

    __slots__ = ("coordinator_epoch",)

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    coordinator_epoch: int
    """The epoch of the transaction coordinator."""

    def __init__(self, *, coordinator_epoch: int = 0) -> None:
        self.coordinator_epoch = coordinator_epoch


class LeaderChangeMessage(Message):
    """A new leader of the metadata quorum begins its epoch."""

    __slots__ = (
        "version",
        "leader_id",
        "voters",
        "granting_voters",
    )

    API_KEY = -1
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    version: int
    """The version of this record's layout."""

    leader_id: int
    """The replica that became the leader of the metadata quorum."""

    voters: list[LeaderChangeMessageVoter]
    """The voters of the metadata quorum."""

    granting_voters: list[LeaderChangeMessageVoter]
    """The voters that elected the leader."""

    def __init__(
        self,
        *,
        version: int = 0,
        leader_id: int = 0,
        voters: Iterable[LeaderChangeMessageVoter] = (),
        granting_voters: Iterable[LeaderChangeMessageVoter] = (),
    ) -> None:
        self.version = version
        self.leader_id = leader_id
        self.voters = list(voters)
        self.granting_voters = list(granting_voters)


class LeaderChangeMessageVoter(Struct):
    """The voters of the metadata quorum."""

    __slots__ = (
        "voter_id",
        "voter_directory_id",
    )

    voter_id: int
    """The voter's id."""

    voter_directory_id: bytes
    """The identifier of the voter's metadata directory. (versions 1+)"""

    def __init__(self, *, voter_id: int = 0, voter_directory_id: bytes = ZERO_UUID) -> None:
        self.voter_id = voter_id
        self.voter_directory_id = voter_directory_id


class SnapshotHeaderRecord(Message):
    """Begins a snapshot of the metadata."""

    __slots__ = (
        "version",
        "last_contained_log_timestamp",
    )

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    version: int
    """The version of this record's layout."""

    last_contained_log_timestamp: int
    """The timestamp of the last record that the snapshot contains."""

    def __init__(self, *, version: int = 0, last_contained_log_timestamp: int = 0) -> None:
        self.version = version
        self.last_contained_log_timestamp = last_contained_log_timestamp


class SnapshotFooterRecord(Message):
    """Ends a snapshot of the metadata: without it the snapshot is not complete."""

    __slots__ = ("version",)

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    version: int
    """The version of this record's layout."""

    def __init__(self, *, version: int = 0) -> None:
        self.version = version


class KRaftVersionRecord(Message):
    """The version of the quorum's protocol."""

    __slots__ = (
        "version",
        "kraft_version",
    )

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    version: int
    """The version of this record's layout."""

    kraft_version: int
    """The version of the quorum's protocol."""

    def __init__(self, *, version: int = 0, kraft_version: int = 0) -> None:
        self.version = version
        self.kraft_version = kraft_version


class VotersRecord(Message):
    """The voters of the metadata quorum."""

    __slots__ = (
        "version",
        "voters",
    )

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    version: int
    """The version of this record's layout."""

    voters: list[VotersRecordVoter]
    """The voters of the metadata quorum."""

    def __init__(self, *, version: int = 0, voters: Iterable[VotersRecordVoter] = ()) -> None:
        self.version = version
        self.voters = list(voters)


class VotersRecordVoter(Struct):
    """The voters of the metadata quorum."""

    __slots__ = (
        "voter_id",
        "voter_directory_id",
        "endpoints",
        "kraft_version_feature",
    )

    voter_id: int
    """The voter's id."""

    voter_directory_id: bytes
    """The identifier of the voter's metadata directory."""

    endpoints: list[Endpoint]
    """Addresses under which the voter can be reached."""

    kraft_version_feature: KRaftVersionFeature
    """Versions of the quorum's protocol that the voter supports."""

    def __init__(
        self,
        *,
        voter_id: int = 0,
        voter_directory_id: bytes = ZERO_UUID,
        endpoints: Iterable[Endpoint] = (),
        kraft_version_feature: KRaftVersionFeature | None = None,
    ) -> None:
        self.voter_id = voter_id
        self.voter_directory_id = voter_directory_id
        self.endpoints = list(endpoints)
        self.kraft_version_feature = (
            KRaftVersionFeature() if kraft_version_feature is None else kraft_version_feature
        )


class KRaftVersionFeature(Struct):
    """Versions of the quorum's protocol that the voter supports."""

    __slots__ = (
        "min_supported_version",
        "max_supported_version",
    )

    min_supported_version: int
    """The lowest level that the node supports."""

    max_supported_version: int
    """The highest level that the node supports."""

    def __init__(self, *, min_supported_version: int = 0, max_supported_version: int = 0) -> None:
        self.min_supported_version = min_supported_version
        self.max_supported_version = max_supported_version


class Endpoint(Struct):
    """Addresses under which the voter can be reached."""

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


def _write_control_record_type_schema_v0(
    message: ControlRecordTypeSchema, parts: list[Buffer]
) -> None:
    parts.append(_pack_h(message.type))


def _read_control_record_type_schema_v0(
    data: bytes, offset: int
) -> tuple[ControlRecordTypeSchema, int]:
    message = _new(ControlRecordTypeSchema)
    (message.type,) = _unpack_h(data, offset)
    offset += 2
    return message, offset


def _write_end_txn_marker_v0(message: EndTxnMarker, parts: list[Buffer]) -> None:
    parts.append(_pack_i(message.coordinator_epoch))


def _read_end_txn_marker_v0(data: bytes, offset: int) -> tuple[EndTxnMarker, int]:
    message = _new(EndTxnMarker)
    (message.coordinator_epoch,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_leader_change_message_v0(message: LeaderChangeMessage, parts: list[Buffer]) -> None:
    count = len(message.voters) + 1
    parts.append(
        _pack_hiB(message.version, message.leader_id, count)
        if count < 128
        else _pack_hi(message.version, message.leader_id) + uvarint(count)
    )
    for leader_change_message_voter in message.voters:
        _write_leader_change_message_voter_v0(leader_change_message_voter, parts)
    count = len(message.granting_voters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for leader_change_message_voter in message.granting_voters:
        _write_leader_change_message_voter_v0(leader_change_message_voter, parts)
    parts.append(b"\x00")


def _read_leader_change_message_v0(data: bytes, offset: int) -> tuple[LeaderChangeMessage, int]:
    message = _new(LeaderChangeMessage)
    message.version, message.leader_id, count = _unpack_hiB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("LeaderChangeMessage.voters")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("LeaderChangeMessage.voters", count)
    voters: list[LeaderChangeMessageVoter] = []
    for _ in range(count):
        leader_change_message_voter, offset = _read_leader_change_message_voter_v0(data, offset)
        voters.append(leader_change_message_voter)
    message.voters = voters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("LeaderChangeMessage.granting_voters")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("LeaderChangeMessage.granting_voters", count)
    granting_voters: list[LeaderChangeMessageVoter] = []
    for _ in range(count):
        leader_change_message_voter, offset = _read_leader_change_message_voter_v0(data, offset)
        granting_voters.append(leader_change_message_voter)
    message.granting_voters = granting_voters
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_leader_change_message_v1(message: LeaderChangeMessage, parts: list[Buffer]) -> None:
    count = len(message.voters) + 1
    parts.append(
        _pack_hiB(message.version, message.leader_id, count)
        if count < 128
        else _pack_hi(message.version, message.leader_id) + uvarint(count)
    )
    for leader_change_message_voter in message.voters:
        _write_leader_change_message_voter_v1(leader_change_message_voter, parts)
    count = len(message.granting_voters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for leader_change_message_voter in message.granting_voters:
        _write_leader_change_message_voter_v1(leader_change_message_voter, parts)
    parts.append(b"\x00")


def _read_leader_change_message_v1(data: bytes, offset: int) -> tuple[LeaderChangeMessage, int]:
    message = _new(LeaderChangeMessage)
    message.version, message.leader_id, count = _unpack_hiB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("LeaderChangeMessage.voters")
    count -= 1
    if count * 21 > len(data) - offset:
        raise count_refused("LeaderChangeMessage.voters", count)
    voters: list[LeaderChangeMessageVoter] = []
    for _ in range(count):
        leader_change_message_voter, offset = _read_leader_change_message_voter_v1(data, offset)
        voters.append(leader_change_message_voter)
    message.voters = voters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("LeaderChangeMessage.granting_voters")
    count -= 1
    if count * 21 > len(data) - offset:
        raise count_refused("LeaderChangeMessage.granting_voters", count)
    granting_voters: list[LeaderChangeMessageVoter] = []
    for _ in range(count):
        leader_change_message_voter, offset = _read_leader_change_message_voter_v1(data, offset)
        granting_voters.append(leader_change_message_voter)
    message.granting_voters = granting_voters
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_leader_change_message_voter_v0(
    message: LeaderChangeMessageVoter, parts: list[Buffer]
) -> None:
    if message.voter_directory_id != ZERO_UUID:
        raise field_unsupported("LeaderChangeMessageVoter.voter_directory_id", "0")
    parts.append(_pack_i0(message.voter_id))


def _read_leader_change_message_voter_v0(
    data: bytes, offset: int
) -> tuple[LeaderChangeMessageVoter, int]:
    message = _new(LeaderChangeMessageVoter)
    message.voter_directory_id = ZERO_UUID
    message.voter_id, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_leader_change_message_voter_v1(
    message: LeaderChangeMessageVoter, parts: list[Buffer]
) -> None:
    assert len(message.voter_directory_id) == 16
    parts.append(_pack_iu0(message.voter_id, message.voter_directory_id))


def _read_leader_change_message_voter_v1(
    data: bytes, offset: int
) -> tuple[LeaderChangeMessageVoter, int]:
    message = _new(LeaderChangeMessageVoter)
    message.voter_id, message.voter_directory_id, count = _unpack_iuB(data, offset)
    offset += 21
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_snapshot_header_record_v0(message: SnapshotHeaderRecord, parts: list[Buffer]) -> None:
    parts.append(_pack_hq0(message.version, message.last_contained_log_timestamp))


def _read_snapshot_header_record_v0(data: bytes, offset: int) -> tuple[SnapshotHeaderRecord, int]:
    message = _new(SnapshotHeaderRecord)
    message.version, message.last_contained_log_timestamp, count = _unpack_hqB(data, offset)
    offset += 11
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_snapshot_footer_record_v0(message: SnapshotFooterRecord, parts: list[Buffer]) -> None:
    parts.append(_pack_h0(message.version))


def _read_snapshot_footer_record_v0(data: bytes, offset: int) -> tuple[SnapshotFooterRecord, int]:
    message = _new(SnapshotFooterRecord)
    message.version, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_kraft_version_record_v0(message: KRaftVersionRecord, parts: list[Buffer]) -> None:
    parts.append(_pack_hh0(message.version, message.kraft_version))


def _read_kraft_version_record_v0(data: bytes, offset: int) -> tuple[KRaftVersionRecord, int]:
    message = _new(KRaftVersionRecord)
    message.version, message.kraft_version, count = _unpack_hhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_voters_record_v0(message: VotersRecord, parts: list[Buffer]) -> None:
    count = len(message.voters) + 1
    parts.append(
        _pack_hB(message.version, count)
        if count < 128
        else _pack_h(message.version) + uvarint(count)
    )
    for voters_record_voter in message.voters:
        _write_voters_record_voter_v0(voters_record_voter, parts)
    parts.append(b"\x00")


def _read_voters_record_v0(data: bytes, offset: int) -> tuple[VotersRecord, int]:
    message = _new(VotersRecord)
    message.version, count = _unpack_hB(data, offset)
    offset += 3
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("VotersRecord.voters")
    count -= 1
    if count * 27 > len(data) - offset:
        raise count_refused("VotersRecord.voters", count)
    voters: list[VotersRecordVoter] = []
    for _ in range(count):
        voters_record_voter, offset = _read_voters_record_voter_v0(data, offset)
        voters.append(voters_record_voter)
    message.voters = voters
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_voters_record_voter_v0(message: VotersRecordVoter, parts: list[Buffer]) -> None:
    assert len(message.voter_directory_id) == 16
    count = len(message.endpoints) + 1
    parts.append(
        _pack_iuB(message.voter_id, message.voter_directory_id, count)
        if count < 128
        else _pack_iu(message.voter_id, message.voter_directory_id) + uvarint(count)
    )
    for endpoint in message.endpoints:
        _write_endpoint_v0(endpoint, parts)
    _write_kraft_version_feature_v0(message.kraft_version_feature, parts)
    parts.append(b"\x00")


def _read_voters_record_voter_v0(data: bytes, offset: int) -> tuple[VotersRecordVoter, int]:
    message = _new(VotersRecordVoter)
    message.voter_id, message.voter_directory_id, count = _unpack_iuB(data, offset)
    offset += 21
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("VotersRecordVoter.endpoints")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("VotersRecordVoter.endpoints", count)
    endpoints: list[Endpoint] = []
    for _ in range(count):
        endpoint, offset = _read_endpoint_v0(data, offset)
        endpoints.append(endpoint)
    message.endpoints = endpoints
    message.kraft_version_feature, offset = _read_kraft_version_feature_v0(data, offset)
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_kraft_version_feature_v0(message: KRaftVersionFeature, parts: list[Buffer]) -> None:
    parts.append(_pack_hh0(message.min_supported_version, message.max_supported_version))


def _read_kraft_version_feature_v0(data: bytes, offset: int) -> tuple[KRaftVersionFeature, int]:
    message = _new(KRaftVersionFeature)
    message.min_supported_version, message.max_supported_version, count = _unpack_hhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_endpoint_v0(message: Endpoint, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_H0(message.port))


def _read_endpoint_v0(data: bytes, offset: int) -> tuple[Endpoint, int]:
    message = _new(Endpoint)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Endpoint.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Endpoint.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, count = _unpack_HB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


_DEFAULT_KRAFT_VERSION_FEATURE = KRaftVersionFeature()

ControlRecordTypeSchema.WRITERS = {
    0: _write_control_record_type_schema_v0,
}
ControlRecordTypeSchema.READERS = {
    0: _read_control_record_type_schema_v0,
}
EndTxnMarker.WRITERS = {
    0: _write_end_txn_marker_v0,
}
EndTxnMarker.READERS = {
    0: _read_end_txn_marker_v0,
}
LeaderChangeMessage.WRITERS = {
    0: _write_leader_change_message_v0,
    1: _write_leader_change_message_v1,
}
LeaderChangeMessage.READERS = {
    0: _read_leader_change_message_v0,
    1: _read_leader_change_message_v1,
}
SnapshotHeaderRecord.WRITERS = {
    0: _write_snapshot_header_record_v0,
}
SnapshotHeaderRecord.READERS = {
    0: _read_snapshot_header_record_v0,
}
SnapshotFooterRecord.WRITERS = {
    0: _write_snapshot_footer_record_v0,
}
SnapshotFooterRecord.READERS = {
    0: _read_snapshot_footer_record_v0,
}
KRaftVersionRecord.WRITERS = {
    0: _write_kraft_version_record_v0,
}
KRaftVersionRecord.READERS = {
    0: _read_kraft_version_record_v0,
}
VotersRecord.WRITERS = {
    0: _write_voters_record_v0,
}
VotersRecord.READERS = {
    0: _read_voters_record_v0,
}
