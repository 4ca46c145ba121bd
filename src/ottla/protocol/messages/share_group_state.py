# SPDX-License-Identifier: Apache-2.0
"""Records of the topic `__share_group_state`.

What the share coordinator stores. A key on disk is its type (int16, the number behind `key`)
and its body, a value is its version (int16) and its body. A null value deletes.

Generated from `definitions/share_group_state.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    TAGGED_FIELDS_MAX,
    ZERO_UUID,
    count_refused,
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
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_ui = Format(">16si")
_pack_ui = _ui.pack
_unpack_ui = _ui.unpack_from
_iiq = Format(">iiq")
_pack_iiq = _iiq.pack
_iiqB = Format(">iiqB")
_pack_iiqB = _iiqB.pack
_unpack_iiqB = _iiqB.unpack_from
_qqbh0 = Format(">qqbhx")
_pack_qqbh0 = _qqbh0.pack
_qqbhB = Format(">qqbhB")
_unpack_qqbhB = _qqbhB.unpack_from
_iiiqqq = Format(">iiiqqq")
_pack_iiiqqq = _iiiqqq.pack
_iiiqqqB = Format(">iiiqqqB")
_pack_iiiqqqB = _iiiqqqB.pack
_unpack_iiiqqqB = _iiiqqqB.unpack_from


class ShareSnapshotKey(Message):
    """Key of a share-partition's complete state."""

    __slots__ = (
        "group_id",
        "topic_id",
        "partition",
    )

    API_KEY = 0
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    topic_id: bytes
    """The topic's identifier."""

    partition: int
    """The partition's number."""

    def __init__(
        self, *, group_id: str = "", topic_id: bytes = ZERO_UUID, partition: int = 0
    ) -> None:
        self.group_id = group_id
        self.topic_id = topic_id
        self.partition = partition


class ShareSnapshotValue(Message):
    """A share-partition's complete state; replaces everything before."""

    __slots__ = (
        "snapshot_epoch",
        "state_epoch",
        "leader_epoch",
        "start_offset",
        "delivery_complete_count",
        "create_timestamp",
        "write_timestamp",
        "state_batches",
    )

    API_KEY = 0
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    snapshot_epoch: int
    """Tells which snapshot the updates belong to."""

    state_epoch: int
    """The epoch of the share-partition's state, raised whenever it is initialised anew."""

    leader_epoch: int
    """The epoch of the leader that wrote this state."""

    start_offset: int
    """The offset at which the share-partition's in-flight records begin."""

    delivery_complete_count: int
    """Records behind the start offset that need no further delivery; -1 when unknown."""

    create_timestamp: int
    """When the state was created, as Unix time in milliseconds; -1 when unknown."""

    write_timestamp: int
    """When this snapshot was written, as Unix time in milliseconds; -1 when unknown."""

    state_batches: list[ShareSnapshotValueStateBatch]
    """States of ranges of records behind the start offset."""

    def __init__(
        self,
        *,
        snapshot_epoch: int = 0,
        state_epoch: int = 0,
        leader_epoch: int = 0,
        start_offset: int = 0,
        delivery_complete_count: int = -1,
        create_timestamp: int = 0,
        write_timestamp: int = 0,
        state_batches: Iterable[ShareSnapshotValueStateBatch] = (),
    ) -> None:
        self.snapshot_epoch = snapshot_epoch
        self.state_epoch = state_epoch
        self.leader_epoch = leader_epoch
        self.start_offset = start_offset
        self.delivery_complete_count = delivery_complete_count
        self.create_timestamp = create_timestamp
        self.write_timestamp = write_timestamp
        self.state_batches = list(state_batches)


class ShareSnapshotValueStateBatch(Struct):
    """States of ranges of records behind the start offset."""

    __slots__ = (
        "first_offset",
        "last_offset",
        "delivery_state",
        "delivery_count",
    )

    first_offset: int
    """The first offset of the range."""

    last_offset: int
    """The last offset of the range (inclusive)."""

    delivery_state: int
    """State of the records: 0 available, 2 acknowledged, 4 archived."""

    delivery_count: int
    """How often the records have been delivered."""

    def __init__(
        self,
        *,
        first_offset: int = 0,
        last_offset: int = 0,
        delivery_state: int = 0,
        delivery_count: int = 0,
    ) -> None:
        self.first_offset = first_offset
        self.last_offset = last_offset
        self.delivery_state = delivery_state
        self.delivery_count = delivery_count


class ShareUpdateKey(Message):
    """Key of a change of a share-partition's state."""

    __slots__ = (
        "group_id",
        "topic_id",
        "partition",
    )

    API_KEY = 1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = None

    group_id: str
    """The group's name."""

    topic_id: bytes
    """The topic's identifier."""

    partition: int
    """The partition's number."""

    def __init__(
        self, *, group_id: str = "", topic_id: bytes = ZERO_UUID, partition: int = 0
    ) -> None:
        self.group_id = group_id
        self.topic_id = topic_id
        self.partition = partition


class ShareUpdateValue(Message):
    """A change of a share-partition's state since its snapshot."""

    __slots__ = (
        "snapshot_epoch",
        "leader_epoch",
        "start_offset",
        "delivery_complete_count",
        "state_batches",
    )

    API_KEY = 1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    snapshot_epoch: int
    """Tells which snapshot the updates belong to."""

    leader_epoch: int
    """The epoch of the leader that wrote this state."""

    start_offset: int
    """The share-partition's start offset; -1 when it has not changed."""

    delivery_complete_count: int
    """Records behind the start offset that need no further delivery; -1 when unknown."""

    state_batches: list[ShareUpdateValueStateBatch]
    """States of ranges of records behind the start offset."""

    def __init__(
        self,
        *,
        snapshot_epoch: int = 0,
        leader_epoch: int = 0,
        start_offset: int = 0,
        delivery_complete_count: int = -1,
        state_batches: Iterable[ShareUpdateValueStateBatch] = (),
    ) -> None:
        self.snapshot_epoch = snapshot_epoch
        self.leader_epoch = leader_epoch
        self.start_offset = start_offset
        self.delivery_complete_count = delivery_complete_count
        self.state_batches = list(state_batches)


class ShareUpdateValueStateBatch(Struct):
    """States of ranges of records behind the start offset."""

    __slots__ = (
        "first_offset",
        "last_offset",
        "delivery_state",
        "delivery_count",
    )

    first_offset: int
    """The first offset of the range."""

    last_offset: int
    """The last offset of the range (inclusive)."""

    delivery_state: int
    """State of the records: 0 available, 2 acknowledged, 4 archived."""

    delivery_count: int
    """How often the records have been delivered."""

    def __init__(
        self,
        *,
        first_offset: int = 0,
        last_offset: int = 0,
        delivery_state: int = 0,
        delivery_count: int = 0,
    ) -> None:
        self.first_offset = first_offset
        self.last_offset = last_offset
        self.delivery_state = delivery_state
        self.delivery_count = delivery_count


def _write_share_snapshot_key_v0(message: ShareSnapshotKey, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    parts.append(_pack_ui(message.topic_id, message.partition))


def _read_share_snapshot_key_v0(data: bytes, offset: int) -> tuple[ShareSnapshotKey, int]:
    message = _new(ShareSnapshotKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareSnapshotKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.topic_id, message.partition = _unpack_ui(data, offset)
    offset += 20
    return message, offset


def _write_share_snapshot_value_v0(message: ShareSnapshotValue, parts: list[Buffer]) -> None:
    count = len(message.state_batches) + 1
    parts.append(
        _pack_iiiqqqB(
            message.snapshot_epoch,
            message.state_epoch,
            message.leader_epoch,
            message.start_offset,
            message.create_timestamp,
            message.write_timestamp,
            count,
        )
        if count < 128
        else _pack_iiiqqq(
            message.snapshot_epoch,
            message.state_epoch,
            message.leader_epoch,
            message.start_offset,
            message.create_timestamp,
            message.write_timestamp,
        )
        + uvarint(count)
    )
    for share_snapshot_value_state_batch in message.state_batches:
        _write_share_snapshot_value_state_batch_v0(share_snapshot_value_state_batch, parts)
    tagged: list[Buffer] = []
    if message.delivery_complete_count != -1:
        section: list[Buffer] = []
        section.append(_pack_i(message.delivery_complete_count))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_share_snapshot_value_v0(data: bytes, offset: int) -> tuple[ShareSnapshotValue, int]:
    message = _new(ShareSnapshotValue)
    (
        message.snapshot_epoch,
        message.state_epoch,
        message.leader_epoch,
        message.start_offset,
        message.create_timestamp,
        message.write_timestamp,
        count,
    ) = _unpack_iiiqqqB(data, offset)
    offset += 37
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareSnapshotValue.state_batches")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("ShareSnapshotValue.state_batches", count)
    state_batches: list[ShareSnapshotValueStateBatch] = []
    for _ in range(count):
        share_snapshot_value_state_batch, offset = _read_share_snapshot_value_state_batch_v0(
            data, offset
        )
        state_batches.append(share_snapshot_value_state_batch)
    message.state_batches = state_batches
    count = data[offset]
    offset += 1
    message.delivery_complete_count = -1
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.delivery_complete_count,) = _unpack_i(data, offset)
                offset += 4
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ShareSnapshotValue")
    return message, offset


def _write_share_snapshot_value_state_batch_v0(
    message: ShareSnapshotValueStateBatch, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_qqbh0(
            message.first_offset,
            message.last_offset,
            message.delivery_state,
            message.delivery_count,
        )
    )


def _read_share_snapshot_value_state_batch_v0(
    data: bytes, offset: int
) -> tuple[ShareSnapshotValueStateBatch, int]:
    message = _new(ShareSnapshotValueStateBatch)
    (
        message.first_offset,
        message.last_offset,
        message.delivery_state,
        message.delivery_count,
        count,
    ) = _unpack_qqbhB(data, offset)
    offset += 20
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_share_update_key_v0(message: ShareUpdateKey, parts: list[Buffer]) -> None:
    text: Buffer = message.group_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    assert len(message.topic_id) == 16
    parts.append(_pack_ui(message.topic_id, message.partition))


def _read_share_update_key_v0(data: bytes, offset: int) -> tuple[ShareUpdateKey, int]:
    message = _new(ShareUpdateKey)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ShareUpdateKey.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    message.topic_id, message.partition = _unpack_ui(data, offset)
    offset += 20
    return message, offset


def _write_share_update_value_v0(message: ShareUpdateValue, parts: list[Buffer]) -> None:
    count = len(message.state_batches) + 1
    parts.append(
        _pack_iiqB(message.snapshot_epoch, message.leader_epoch, message.start_offset, count)
        if count < 128
        else _pack_iiq(message.snapshot_epoch, message.leader_epoch, message.start_offset)
        + uvarint(count)
    )
    for share_update_value_state_batch in message.state_batches:
        _write_share_update_value_state_batch_v0(share_update_value_state_batch, parts)
    tagged: list[Buffer] = []
    if message.delivery_complete_count != -1:
        section: list[Buffer] = []
        section.append(_pack_i(message.delivery_complete_count))
        tagged.append(tagged_field(0, section))
    parts.append(SHORT_UVARINTS[len(tagged)])
    parts.extend(tagged)


def _read_share_update_value_v0(data: bytes, offset: int) -> tuple[ShareUpdateValue, int]:
    message = _new(ShareUpdateValue)
    message.snapshot_epoch, message.leader_epoch, message.start_offset, count = _unpack_iiqB(
        data, offset
    )
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ShareUpdateValue.state_batches")
    count -= 1
    if count * 20 > len(data) - offset:
        raise count_refused("ShareUpdateValue.state_batches", count)
    state_batches: list[ShareUpdateValueStateBatch] = []
    for _ in range(count):
        share_update_value_state_batch, offset = _read_share_update_value_state_batch_v0(
            data, offset
        )
        state_batches.append(share_update_value_state_batch)
    message.state_batches = state_batches
    count = data[offset]
    offset += 1
    message.delivery_complete_count = -1
    if count:
        if count > TAGGED_FIELDS_MAX:
            raise too_many_tagged_fields(count)
        for _ in range(count):
            tag, offset, tag_end = read_tag(data, offset)
            if tag == 0:
                (message.delivery_complete_count,) = _unpack_i(data, offset)
                offset += 4
            else:
                offset = tag_end
            if offset != tag_end:
                raise size_refused("ShareUpdateValue")
    return message, offset


def _write_share_update_value_state_batch_v0(
    message: ShareUpdateValueStateBatch, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_qqbh0(
            message.first_offset,
            message.last_offset,
            message.delivery_state,
            message.delivery_count,
        )
    )


def _read_share_update_value_state_batch_v0(
    data: bytes, offset: int
) -> tuple[ShareUpdateValueStateBatch, int]:
    message = _new(ShareUpdateValueStateBatch)
    (
        message.first_offset,
        message.last_offset,
        message.delivery_state,
        message.delivery_count,
        count,
    ) = _unpack_qqbhB(data, offset)
    offset += 20
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ShareSnapshotKey.WRITERS = {
    0: _write_share_snapshot_key_v0,
}
ShareSnapshotKey.READERS = {
    0: _read_share_snapshot_key_v0,
}
ShareSnapshotValue.WRITERS = {
    0: _write_share_snapshot_value_v0,
}
ShareSnapshotValue.READERS = {
    0: _read_share_snapshot_value_v0,
}
ShareUpdateKey.WRITERS = {
    0: _write_share_update_key_v0,
}
ShareUpdateKey.READERS = {
    0: _read_share_update_key_v0,
}
ShareUpdateValue.WRITERS = {
    0: _write_share_update_value_v0,
}
ShareUpdateValue.READERS = {
    0: _read_share_update_value_v0,
}
