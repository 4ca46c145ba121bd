# SPDX-License-Identifier: Apache-2.0
"""Every format comes back as it went in, refuses what it is not, and says what it needs."""

from __future__ import annotations

import dataclasses
import sys

import msgspec
import pydantic as pydantic_library
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from ottla.client.errors import MissingExtraError
from ottla.serializers import avro, json, protobuf, pydantic

SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "dish", "type": "string"}, {"name": "count", "type": "int"}],
}
LATER = {
    **SCHEMA,
    "fields": [*SCHEMA["fields"], {"name": "table", "type": "string", "default": "none"}],
}


@dataclasses.dataclass
class Order:
    """What a kitchen gets."""

    dish: str
    count: int


class OrderModel(pydantic_library.BaseModel):
    """The same for pydantic, with a name of its own outside."""

    dish: str = pydantic_library.Field(alias="Dish")
    count: int


FORMATS = [
    (json.serializer(), json.deserializer(Order), Order("dosa", 2)),
    (json.serializer(), json.deserializer(), {"dish": "dosa", "counts": [1, 2]}),
    (pydantic.serializer(), pydantic.deserializer(OrderModel), OrderModel(Dish="dosa", count=2)),
    (avro.serializer(SCHEMA), avro.deserializer(SCHEMA), {"dish": "dosa", "count": 2}),
    (protobuf.serializer(), protobuf.deserializer(StringValue), StringValue(value="dosa")),
]


@pytest.mark.parametrize(("serialize", "deserialize", "value"), FORMATS)
def test_round_trip(serialize, deserialize, value):
    """Values are bytes in between, and nulls stay nulls."""
    data = serialize(value)
    assert isinstance(data, bytes)
    assert deserialize(data) == value
    assert serialize(None) is None


def test_what_is_written():
    """The bytes are what every other program of these formats reads."""
    assert json.serializer()(Order("dosa", 2)) == b'{"dish":"dosa","count":2}'
    assert pydantic.serializer()(OrderModel(Dish="dosa", count=2)) == b'{"Dish":"dosa","count":2}'
    assert avro.serializer(SCHEMA)({"dish": "dosa", "count": 2}) == b"\x08dosa\x04"
    assert protobuf.serializer()(StringValue(value="dosa")) == b"\x0a\x04dosa"


def test_avro_with_a_field_more():
    """Readers of a later schema read what was written before, and the other way round."""
    order = {"dish": "dosa", "count": 2}
    old = avro.serializer(SCHEMA)(order)
    new = avro.serializer(LATER)({**order, "table": "4"})
    assert avro.deserializer(LATER, written_with=SCHEMA)(old) == {**order, "table": "none"}
    assert avro.deserializer(SCHEMA, written_with=LATER)(new) == order
    with pytest.raises(ValueError, match="another schema"):
        avro.deserializer(SCHEMA)(new)


def test_what_does_not_fit():
    """Wrong data raises what its library says."""
    with pytest.raises(msgspec.ValidationError, match="count"):
        json.deserializer(Order)(b'{"dish":"dosa","count":"two"}')
    with pytest.raises(pydantic_library.ValidationError, match="count"):
        pydantic.deserializer(OrderModel)(b'{"Dish":"dosa","count":"many"}')
    with pytest.raises(ValueError, match="dish"):
        avro.serializer(SCHEMA)({"count": 2})


@pytest.mark.parametrize(
    ("library", "extra", "make"),
    [
        ("msgspec.json", "json", json.serializer),
        ("msgspec.json", "json", json.deserializer),
        ("pydantic", "pydantic", pydantic.serializer),
        ("pydantic", "pydantic", lambda: pydantic.deserializer(int)),
        ("fastavro", "avro", lambda: avro.serializer(SCHEMA)),
        ("fastavro", "avro", lambda: avro.deserializer(SCHEMA)),
        ("google.protobuf", "protobuf", protobuf.serializer),
        ("google.protobuf", "protobuf", lambda: protobuf.deserializer(StringValue)),
    ],
)
def test_without_the_library(monkeypatch, library, extra, make):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'ottla\[{extra}\]'"):
        make()
