# SPDX-License-Identifier: Apache-2.0
"""Writes one Python module from one definition: classes first, then the functions behind them."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from tools.protocol_generator.decoders import DecoderWriter
from tools.protocol_generator.encoders import EncoderWriter
from tools.protocol_generator.layouts import Layouts
from tools.protocol_generator.model import ALL_VERSIONS
from tools.protocol_generator.python_values import (
    assignment,
    attribute_type,
    default_constant,
    default_value,
    parameter,
)
from tools.protocol_generator.source import Lines, Packers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.protocol_generator.model import Definition, Field, Message, Struct

_PRIMITIVE_NAMES = (
    "SHORT_UVARINTS",
    "TAGGED_FIELDS_MAX",
    "ZERO_UUID",
    "count_refused",
    "field_unsupported",
    "marker_refused",
    "null_refused",
    "null_unsupported",
    "pack_int32s",
    "read_long_uvarint",
    "read_tag",
    "size_refused",
    "skip_tagged_fields",
    "tagged_field",
    "too_many_tagged_fields",
    "unpack_int32s",
    "uvarint",
)


def module_source(definition: Definition) -> str:
    """Return the text of the module, not yet formatted."""
    classes, functions, tables = Lines(), Lines(), Lines()
    packers = Packers()
    constants: dict[str, None] = {}
    for message in definition.messages:
        layouts = Layouts(message)
        for struct in _structs_of(message):
            _write_class(struct, classes, message if struct is message.struct else None)
            _write_functions(struct, layouts, functions, packers)
        constants.update(dict.fromkeys(_default_constants(message)))
        _write_tables(message, layouts, tables)
    body = "\n".join([*classes.text, *functions.text, *constants, "", *tables.text])
    constants_text = "\n".join(packers.constants())
    text = f"{constants_text}\n\n{body}"
    return f"{_head(definition)}\n{_imports(text)}\n{text}"


def _structs_of(message: Message) -> Iterator[Struct]:
    yield message.struct
    yield from reversed(message.structs.values())


def _head(definition: Definition) -> str:
    lines = ["# SPDX-License-Identifier: Apache-2.0", f'"""{_title(definition)}']
    for paragraph in definition.paragraphs:
        lines += ["", *textwrap.wrap(paragraph, 96)]
    if definition.errors:
        lines += ["", *textwrap.wrap(f"Errors: {', '.join(definition.errors)}.", 96)]
    lines += ["", f"Generated from `definitions/{definition.module}.txt` by `make gen`."]
    return "\n".join([*lines, '"""', ""])


def _title(definition: Definition) -> str:
    if definition.api_key is None:
        return f"{definition.title}."
    return f"{definition.title} (key {definition.api_key})."


def _imports(text: str) -> str:
    """Import exactly what `text` uses."""

    def used(name: str) -> bool:
        return re.search(rf"(?<![\w.]){name}\b", text) is not None

    from_struct = ["Struct as Format"] if used("Format") else []
    from_struct += [name for name in ("pack", "unpack_from") if used(name)]
    classes = "Message, Struct" if "(Struct):" in text else "Message"
    primitives = [name for name in _PRIMITIVE_NAMES if used(name)]
    lines = ["from __future__ import annotations", ""]
    if from_struct:
        lines.append(f"from struct import {', '.join(from_struct)}")
    lines += ["from typing import TYPE_CHECKING", ""]
    lines.append(f"from ottla.protocol.message import {classes}")
    if primitives:
        lines.append(f"from ottla.protocol.primitives import {', '.join(primitives)}")
    lines += ["", "if TYPE_CHECKING:"]
    if used("Iterable"):
        lines += ["    from collections.abc import Iterable", ""]
    lines += ["    from ottla.protocol.primitives import Buffer", "", "_new = object.__new__"]
    return "\n".join(lines)


def _write_class(struct: Struct, lines: Lines, message: Message | None) -> None:
    base = "Struct" if message is None else "Message"
    with lines.block(f"class {struct.name}({base}):"):
        _write_docstring(struct.sentence or struct.name, lines)
        lines.add("")
        slots = "".join(f'"{field.name}", ' for field in struct.fields)
        lines.add(f"__slots__ = ({slots})", "")
        if message is not None:
            low, high = message.versions.low, message.versions.high
            lines.add(f"API_KEY = {message.key}", f"VERSIONS = range({low}, {high + 1})")
            lines.add(f"FLEXIBLE_FROM = {message.flexible_from}", "")
        for field in struct.fields:
            lines.add(f"{field.name}: {attribute_type(field)}")
            _write_docstring(_documentation(field), lines)
            lines.add("")
        if struct.fields:
            parameters = ", ".join(parameter(field) for field in struct.fields)
            with lines.block(f"def __init__(self, *, {parameters}) -> None:"):
                for field in struct.fields:
                    lines.add(f"self.{field.name} = {assignment(field)}")
    lines.add("", "")


def _write_docstring(text: str, lines: Lines) -> None:
    if len(text) <= 86:
        lines.add(f'"""{text}"""')
        return
    first, *rest = textwrap.wrap(text, 92)
    lines.add(f'"""{first}', *rest, '"""')


def _documentation(field: Field) -> str:
    """Return the field's sentence with what the versions do to it."""
    notes = []
    if field.versions != ALL_VERSIONS:
        notes.append(f"versions {field.versions}")
    if field.nullable is not None:
        where = "" if field.nullable == ALL_VERSIONS else f" in versions {field.nullable}"
        notes.append(f"may be None{where}")
    return f"{field.sentence} ({'; '.join(notes)})" if notes else field.sentence


def _write_functions(struct: Struct, layouts: Layouts, lines: Lines, packers: Packers) -> None:
    for layout in layouts.of_struct[struct.name]:
        EncoderWriter(layout, lines, packers).write()
        DecoderWriter(layout, lines, packers).write()


def _default_constants(message: Message) -> Iterator[str]:
    """Yield a shared default for each struct that encoders compare with."""
    for struct in _structs_of(message):
        for field in struct.fields:
            if field.struct and not field.is_array and default_value(field) != "None":
                yield f"{default_constant(field)} = {default_value(field)}"


def _write_tables(message: Message, layouts: Layouts, lines: Lines) -> None:
    for table, verb in (("WRITERS", "write"), ("READERS", "read")):
        entries = "".join(
            f"{version}: _{verb}_{layouts.at(message.struct, version).suffix}, "
            for version in range(message.versions.low, message.versions.high + 1)
        )
        lines.add(f"{message.struct.name}.{table} = {{{entries}}}")
