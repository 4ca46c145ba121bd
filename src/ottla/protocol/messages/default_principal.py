# SPDX-License-Identifier: Apache-2.0
"""The user inside an Envelope.

Carried as bytes by Envelope: its version (int16) and its body.

Generated from `definitions/default_principal.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from


class DefaultPrincipalData(Message):
    """The user behind a forwarded request."""

    __slots__ = (
        "type",
        "name",
        "token_authenticated",
    )

    API_KEY = -1
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    type: str
    """The kind of the user, `User` as a rule."""

    name: str
    """The user's name."""

    token_authenticated: bool
    """Whether the user came by a delegation token."""

    def __init__(
        self, *, type: str = "", name: str = "", token_authenticated: bool = False
    ) -> None:
        self.type = type
        self.name = name
        self.token_authenticated = token_authenticated


def _write_default_principal_data_v0(message: DefaultPrincipalData, parts: list[Buffer]) -> None:
    text: Buffer = message.type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_t0(message.token_authenticated))


def _read_default_principal_data_v0(data: bytes, offset: int) -> tuple[DefaultPrincipalData, int]:
    message = _new(DefaultPrincipalData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DefaultPrincipalData.type")
    end = offset + length - 1
    message.type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DefaultPrincipalData.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.token_authenticated, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DefaultPrincipalData.WRITERS = {
    0: _write_default_principal_data_v0,
}
DefaultPrincipalData.READERS = {
    0: _read_default_principal_data_v0,
}
