# SPDX-License-Identifier: Apache-2.0
"""kio as the judge of our bytes: finds its class for a message, reads, writes and compares.

kio has one class per message and version, with richer types than the wire: error codes, durations
and timestamps become objects. `plain` turns its values into ours; `Path` lookup tells which fields
cannot hold every integer.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import uuid
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, get_args

from hypothesis import strategies as st
from kio.schema.errors import ErrorCode
from kio.schema.index import schema_name_map
from kio.serial import entity_reader, entity_writer
from kio.static.constants import EntityType

if TYPE_CHECKING:
    from tests.protocol.definitions import Case

    from ottla.protocol.message import Struct

_KINDS = {
    "request": EntityType.request,
    "response": EntityType.response,
    "data": EntityType.data,
}

_MILLISECOND = dt.timedelta(milliseconds=1)
_EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)

_NARROWED: dict[str, st.SearchStrategy[object]] = {
    "error_code": st.sampled_from([int(code) for code in ErrorCode]),
    "timedelta_i32": st.integers(-(2**31), 2**31 - 1),
    "timedelta_i64": st.integers(-(2**40), 2**40),
    # kio goes through floating-point seconds: quarters survive that.
    "datetime_i64": st.integers(0, 2**33).map(lambda quarter: quarter * 250),
}


def kio_class(case: Case) -> type[Any] | None:
    """Return kio's class for a message, or None when it has none."""
    name = re.sub("(Request|Response)$", "", case.message.struct.name)
    wanted = _squashed(name)
    for module, versions in schema_name_map.items():
        if _squashed(module) == wanted:
            path = versions.get(case.version, {}).get(_KINDS.get(case.message.kind))
            return resolve_name(path) if path else None
    return None


def read(entity: type[Any], data: bytes) -> Any:
    """Let kio read a body to its last byte."""
    message, size = entity_reader(entity)(data, 0)
    assert size == len(data)
    return message


def write(message: Any) -> bytes:
    """Let kio write a body."""
    buffer = io.BytesIO()
    entity_writer(type(message))(buffer, message)
    return buffer.getvalue()


def narrow(entity: type[Any], path: tuple[str, ...]) -> st.SearchStrategy[object] | None:
    """Return what kio can represent at `path`, None when that is everything."""
    *outer, last = path
    for name in outer:
        entity = _entity_inside(_field(entity, name).type)
    return _NARROWED.get(_field(entity, last).metadata.get("kafka_type", ""))


def assert_same(ours: Struct, theirs: Any) -> None:
    """Compare field by field: equal bytes alone would not notice two fields with swapped names."""
    for field in dataclasses.fields(theirs):
        name = _our_name(ours, field.name)
        value, expected = getattr(ours, name), getattr(theirs, field.name)
        if isinstance(expected, tuple) and value is not None:
            assert len(value) == len(expected), name
            for our_element, their_element in zip(value, expected, strict=True):
                _assert_same_value(our_element, their_element, name)
        else:
            _assert_same_value(value, expected, name)


def _assert_same_value(value: object, expected: object, name: str) -> None:
    if dataclasses.is_dataclass(expected):
        assert_same(value, expected)
    elif expected is None and value in (-1, bytes(16)):
        return  # kio's picture of "no timestamp" and "no identifier"
    else:
        assert value == _plain(expected), name


def _plain(value: object) -> object:
    if isinstance(value, uuid.UUID):
        return value.bytes
    if isinstance(value, dt.timedelta):
        return value // _MILLISECOND
    if isinstance(value, dt.datetime):
        return (value - _EPOCH) // _MILLISECOND
    return value


def _field(entity: type[Any], name: str) -> dataclasses.Field[Any]:
    for field in dataclasses.fields(entity):
        if _squashed(field.name) in (_squashed(name), _squashed(name.removesuffix("_ms"))):
            return field
    raise AssertionError(f"kio's {entity.__name__} has no field {name}")


def _our_name(ours: Struct, name: str) -> str:
    for candidate in ours.__slots__:
        if _squashed(name) in (_squashed(candidate), _squashed(candidate.removesuffix("_ms"))):
            return candidate
    raise AssertionError(f"our {type(ours).__name__} has no field {name}")


def _entity_inside(annotation: Any) -> type[Any]:
    """Find the dataclass inside `X | None` or `tuple[X, ...]`."""
    if dataclasses.is_dataclass(annotation):
        return annotation
    for inner in get_args(annotation):
        if inner is not Ellipsis:
            found = _entity_inside(inner)
            if found is not None:
                return found
    return None


def _squashed(name: str) -> str:
    return name.replace("_", "").lower()
