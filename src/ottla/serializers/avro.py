# SPDX-License-Identifier: Apache-2.0
"""Avro by fastavro, one datum without a header: `pip install 'ottla[avro]'`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ottla.client.extras import import_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def serializer(schema: Mapping[str, Any]) -> Callable[[Any], bytes | None]:
    """Return a function from a datum to its bytes; None stays null.

    Raises fastavro's SchemaParseException for a schema that is none.
    """
    fastavro = import_extra("fastavro", "avro")
    parsed = fastavro.parse_schema(dict(schema))

    def serialize(datum: Any) -> bytes | None:
        if datum is None:
            return None
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, parsed, datum, strict=True)
        return buffer.getvalue()

    return serialize


def deserializer(
    schema: Mapping[str, Any], written_with: Mapping[str, Any] | None = None
) -> Callable[[bytes], Any]:
    """Return a function from bytes to a datum as `schema` has it.

    `written_with` is the schema of whoever wrote, when it is another: Avro then leaves fields out
    and fills in defaults by its rules. Bytes behind the datum are an error.
    """
    fastavro = import_extra("fastavro", "avro")
    reader = fastavro.parse_schema(dict(schema))
    writer = reader if written_with is None else fastavro.parse_schema(dict(written_with))

    def deserialize(data: bytes) -> Any:
        buffer = io.BytesIO(data)
        datum = fastavro.schemaless_reader(buffer, writer, reader)
        if rest := len(data) - buffer.tell():
            raise ValueError(f"{rest} bytes follow the datum: it was written with another schema")
        return datum

    return deserialize
